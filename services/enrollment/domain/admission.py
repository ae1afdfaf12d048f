"""One admitted person of one list: the basis of a registration (A7), and the outcome of entry (A8)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from eventsourcing.domain import event

from services.enrollment.domain.rules.entry import may_enter
from services.enrollment.domain.rules.standing import AdmissionStanding, AdmissionState
from shared.eventstore.aggregate import Aggregate, Claim, Release


def admission_key(entry_year: int, exam_no: str) -> str:
    """The key under which an admission is found: the examination number within its year."""
    return f"{entry_year}|{exam_no}"


class Admission(Aggregate, stored_as="enrollment.Admission"):
    """An admission record 录取数据; registered, abandoned, deferred or cancelled, exactly once."""

    Standing: ClassVar[type] = AdmissionStanding
    standing: AdmissionStanding

    class Listed(Aggregate.Created):
        """The person stands in a checked admission list."""

        batch_id: str
        province: str
        exam_no: str
        school_code: str
        school_name: str
        id_key: str
        name_key: str
        sealed_person: str
        level: str
        category: str
        study_form: str
        full_time: bool
        major_code: str
        major_name: str
        duration: str
        entry_date: date
        expected_graduation_date: date
        admission_type: str
        special_plan: bool

    class EntryDecided(Aggregate.Event):
        """Abandoned, deferred or cancelled: no status follows (A8-4)."""

        outcome: AdmissionState

    @event(Listed)
    def __init__(  # the fact's fields, one by one
        self,
        *,
        batch_id: str,
        province: str,
        exam_no: str,
        school_code: str,
        school_name: str,
        id_key: str,
        name_key: str,
        sealed_person: str,
        level: str,
        category: str,
        study_form: str,
        full_time: bool,
        major_code: str,
        major_name: str,
        duration: str,
        entry_date: date,
        expected_graduation_date: date,
        admission_type: str,
        special_plan: bool,
    ) -> None:
        self.standing = AdmissionStanding(
            state="listed",
            batch_id=batch_id,
            exam_no=exam_no,
            school_code=school_code,
            school_name=school_name,
            id_key=id_key,
            name_key=name_key,
            sealed_person=sealed_person,
            level=level,
            category=category,
            study_form=study_form,
            full_time=full_time,
            major_code=major_code,
            major_name=major_name,
            duration=duration,
            entry_date=entry_date,
            expected_graduation_date=expected_graduation_date,
            admission_type=admission_type,
            special_plan=special_plan,
        )

    def decide_entry(self, *, outcome: AdmissionState, released: bool, school_code: str) -> None:
        """Record that no status follows: abandoned, deferred or cancelled."""
        may_enter(self.standing, released=released, school_code=school_code)
        self._entry_decided(outcome=outcome)

    @event(EntryDecided)
    def _entry_decided(self, outcome: AdmissionState) -> None:
        self.standing = self.standing.decided(outcome)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """A listed number is unique in its year; an outcome is taken once, by this or by a status."""
        if isinstance(fact, cls.Listed):
            yield Claim("admission.exam_no", admission_key(fact.entry_date.year, fact.exam_no))
        elif isinstance(fact, cls.EntryDecided):
            yield Claim("admission.outcome", str(originator_id))
