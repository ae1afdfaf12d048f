"""What credentials heard about a student status: the basis of a certificate (A16-1)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.credentials.domain.rules import StudentRecordStanding
from shared.eventstore.aggregate import Aggregate, Claim, Release


def exam_key(school_code: str, exam_no: str) -> str:
    """The key under which a school's student is found."""
    return f"{school_code}|{exam_no}"


def in_state(standing: StudentRecordStanding, state: str, major_name: str | None) -> StudentRecordStanding:
    """What credentials know of a status once enrollment changed or ended it."""
    return standing.enrolled(state=state, major_name=major_name or standing.major_name)


def in_contest(standing: StudentRecordStanding, *, settled: bool) -> StudentRecordStanding:
    """A case about whose it is runs, or is decided: with it every doubt is over."""
    return standing.enrolled(contested=not settled, disputed=standing.disputed and not settled)


class StudentRecord(Aggregate, stored_as="credentials.StudentRecord"):
    """A student status as heard from enrollment; its id is the status id."""

    Standing: ClassVar[type] = StudentRecordStanding
    standing: StudentRecordStanding

    class Opened(Aggregate.Created):
        """First heard of: by enrollment with everything, by imaging with nothing but the id."""

        id_key: str | None
        name_key: str | None
        sealed_person: str | None
        exam_no: str | None
        school_code: str | None
        school_name: str | None
        level: str | None
        category: str | None
        study_form: str | None
        major_name: str | None
        duration: str | None
        entry_date: date | None

    class Enrolled(Aggregate.Event):
        """Enrollment's StudentRegistered came after imaging's word: streams do not wait for each other."""

        id_key: str
        name_key: str
        sealed_person: str
        exam_no: str
        school_code: str
        school_name: str
        level: str
        category: str
        study_form: str
        major_name: str
        duration: str
        entry_date: date

    class PhotoReceived(Aggregate.Event):
        """Imaging said PhotoApproved."""

        photo_id: str
        digest: str

    class StateHeard(Aggregate.Event):
        """Enrollment changed or ended the status."""

        kind: str
        state: str
        major_name: str | None
        freed: str | None  # the key under which the student was found, once the registration was taken back

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = in_state(aggregate.standing, self.state, self.major_name)

    class Corrected(Aggregate.Event):
        """Enrollment corrected what identifies the student or the study."""

        id_key: str
        name_key: str
        sealed_person: str
        level: str
        study_form: str
        major_name: str
        duration: str

        def apply(self, aggregate: Any) -> None:
            names = ("id_key", "name_key", "sealed_person", "level", "study_form", "major_name", "duration")
            aggregate.standing = aggregate.standing.enrolled(**{name: getattr(self, name) for name in names})

    class Contested(Aggregate.Event):
        """Somebody else claims this identity, or the case of it is decided."""

        settled: bool

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = in_contest(aggregate.standing, settled=self.settled)

    class Disputed(Aggregate.Event):
        """The person of the document never studied there, or that is over."""

        claim_id: UUID
        settled: bool

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.enrolled(disputed=not self.settled)

    @event(Opened)
    def __init__(
        self,
        *,
        id_key: str | None = None,
        name_key: str | None = None,
        sealed_person: str | None = None,
        exam_no: str | None = None,
        school_code: str | None = None,
        school_name: str | None = None,
        level: str | None = None,
        category: str | None = None,
        study_form: str | None = None,
        major_name: str | None = None,
        duration: str | None = None,
        entry_date: date | None = None,
    ) -> None:
        self.standing = StudentRecordStanding(
            id_key=id_key,
            name_key=name_key,
            sealed_person=sealed_person,
            exam_no=exam_no,
            school_code=school_code,
            school_name=school_name,
            level=level,
            category=category,
            study_form=study_form,
            major_name=major_name,
            duration=duration,
            entry_date=entry_date,
        )

    @event(Enrolled)
    def _enrolled(
        self,
        id_key: str,
        name_key: str,
        sealed_person: str,
        exam_no: str,
        school_code: str,
        school_name: str,
        level: str,
        category: str,
        study_form: str,
        major_name: str,
        duration: str,
        entry_date: date,
    ) -> None:
        self.standing = self.standing.enrolled(
            id_key=id_key,
            name_key=name_key,
            sealed_person=sealed_person,
            exam_no=exam_no,
            school_code=school_code,
            school_name=school_name,
            level=level,
            category=category,
            study_form=study_form,
            major_name=major_name,
            duration=duration,
            entry_date=entry_date,
        )

    @event(PhotoReceived)
    def receive_photo(self, photo_id: str, digest: str) -> None:
        """The newest approved photo stands for the next certificate."""
        self.standing = self.standing.with_photo(photo_id, digest)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """A school's student is found by examination number."""
        named = isinstance(fact, cls.Opened | cls.Enrolled)
        if named and fact.school_code is not None:
            yield Claim("student.exam_no", f"{exam_key(fact.school_code, fact.exam_no)}|{fact.entry_date.year}")
        elif isinstance(fact, cls.StateHeard) and fact.freed is not None:
            yield Release("student.exam_no", fact.freed)
