"""What verification heard about a student status: the basis of a status report."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.verification.domain.rules import StatusStanding, state_after_year
from shared.eventstore.aggregate import Aggregate


class StatusRecord(Aggregate, stored_as="verification.StatusRecord"):
    """A student status as heard from enrollment, imaging, identity and credentials; its id is the status id.

    Four publishers speak about one status and nothing orders them among each other, so the record is opened by
    whichever is heard first.
    """

    Standing: ClassVar[type] = StatusStanding
    standing: StatusStanding

    class Opened(Aggregate.Created):
        """Something was heard about this status for the first time."""

    class Registered(Aggregate.Event):
        """Enrollment said StudentRegistered."""

        id_key: str
        sealed_person: str
        school_code: str
        school_name: str
        level: str
        category: str
        study_form: str
        major_name: str
        duration: str
        entry_date: date
        expected_graduation_date: date

    class YearSettled(Aggregate.Event):
        """Enrollment said EnrollmentAnnualRegistered."""

        academic_year: int
        result: str
        registered_on: date

    class PhotoReceived(Aggregate.Event):
        """Imaging said PhotoApproved."""

        photo_id: UUID
        photo_digest: str
        approved_on: date

    class Bound(Aggregate.Event):
        """Identity said RecordBound: from now on this person may ask for reports."""

        person_id: UUID
        bound_on: date

    class Concluded(Aggregate.Event):
        """Credentials said DegreeIssued: the studies ended with this award."""

        certificate_id: UUID
        conclusion: str
        concluded_on: date

    class Changed(Aggregate.Event):
        """Enrollment said StudentStatusChanged: a leave, a return, another major; or that one was taken back."""

        kind: str
        state: str
        effective_on: date
        withdrawn: bool
        major_name: str | None
        expected_graduation_date: date | None

        def apply(self, aggregate: Any) -> None:
            said = {"major_name": self.major_name, "expected_graduation_date": self.expected_graduation_date}
            aggregate.record |= {"state": self.state} | {name: value for name, value in said.items() if value}

    class Ended(Aggregate.Event):
        """Enrollment said StudentStatusEnded: not by a certificate."""

        kind: str
        state: str
        effective_on: date
        illegal_entry: bool
        continues_at: str | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.after("Ended", vars(self))
            aggregate.record |= {"state": self.state, "illegal_entry": self.illegal_entry}

    class YearTakenBack(Aggregate.Event):
        """Enrollment said AnnualRegistrationWithdrawn."""

        academic_year: int
        restored_year: int
        restored_as: str
        state: str

        def apply(self, aggregate: Any) -> None:
            restored = {"last_year": self.restored_year, "last_result": self.restored_as, "state": self.state}
            aggregate.record |= restored

    class Corrected(Aggregate.Event):
        """Enrollment said StudentCorrected: a case decided that the record had been wrong, or that a name changed."""

        id_key: str
        sealed_person: str
        level: str
        study_form: str
        major_name: str
        duration: str

        def apply(self, aggregate: Any) -> None:
            names = ("id_key", "sealed_person", "level", "study_form", "major_name", "duration")
            aggregate.record |= {name: getattr(self, name) for name in names}

    class Contested(Aggregate.Event):
        """Enrollment said StatusContested: somebody else claims this identity, or the case of it is decided."""

        case_id: UUID
        settled: bool
        keeps: bool

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.after("Contested", vars(self))
            aggregate.record["contested"] = not self.settled

    class Disowned(Aggregate.Event):
        """Identity said RecordDisowned: its holder says that the record is somebody else's (A11-2)."""

        person_id: UUID
        disowned_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.after("Disowned", vars(self))

    class Disputed(Aggregate.Event):
        """Identity said IdentityDisputed: the person of the document never studied there; or that this is over."""

        claim_id: UUID
        settled: bool
        disputed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.after("Disputed", vars(self))

    @event(Opened)
    def __init__(self) -> None:
        self.standing = StatusStanding()
        self.record: dict[str, Any] = {}

    @event(Registered)
    def register(
        self,
        id_key: str,
        sealed_person: str,
        school_code: str,
        school_name: str,
        level: str,
        category: str,
        study_form: str,
        major_name: str,
        duration: str,
        entry_date: date,
        expected_graduation_date: date,
    ) -> None:
        """Keep what a report shows of the registration."""
        self.standing = self.standing.after("Registered", {})
        self.record |= {
            "id_key": id_key,
            "sealed_person": sealed_person,
            "school_code": school_code,
            "school_name": school_name,
            "level": level,
            "category": category,
            "study_form": study_form,
            "major_name": major_name,
            "duration": duration,
            "entry_date": entry_date,
            "expected_graduation_date": expected_graduation_date,
        }

    @event(YearSettled)
    def settle_year(self, academic_year: int, result: str, registered_on: date) -> None:
        """Keep the newest year; an older one heard late changes nothing."""
        if academic_year >= self.record.get("last_year", 0):
            self.record |= {"last_year": academic_year, "last_result": result}
            self.record["state"] = state_after_year(self.record.get("state"), result)

    @event(PhotoReceived)
    def receive_photo(self, photo_id: UUID, photo_digest: str, approved_on: date) -> None:
        """The newest approved photo stands on the next report."""
        self.record["photo_digest"] = photo_digest

    @event(Bound)
    def bind(self, person_id: UUID, bound_on: date) -> None:
        """The record belongs to this person."""
        self.standing = self.standing.after("Bound", {"person_id": person_id})

    @event(Concluded)
    def conclude(self, certificate_id: UUID, conclusion: str, concluded_on: date) -> None:
        """The student is no longer enrolled; graduation is not undone by a completion heard late."""
        if self.record.get("conclusion") != "毕业":
            self.record["conclusion"] = conclusion
