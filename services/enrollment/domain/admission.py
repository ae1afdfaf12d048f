"""One admitted person of one list: the basis of a registration (A7), and what became of entry (A8)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.standing import UNDECIDED, AdmissionStanding, AdmissionState
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed

EXAM_NO: Final = "admission.exam_no"
OUTCOME: Final = "admission.outcome"

# What a list says of a person, in the order of the fact; a correction may say it anew
TERMS: Final = (
    "school_code",
    "school_name",
    "id_key",
    "name_key",
    "sealed_person",
    "level",
    "category",
    "study_form",
    "full_time",
    "major_code",
    "major_name",
    "duration",
    "entry_date",
    "expected_graduation_date",
    "admission_type",
    "special_plan",
    "special_kind",
    "preparatory",
    "training_school",
    "joint_partner",
    "previous_school",
    "previous_certificate_no",
)
LISTED: Final = ("batch_id", "province", "exam_no", *TERMS)


def admission_key(entry_year: int, exam_no: str) -> str:
    """The key under which an admission is found: the examination number within its year."""
    return f"{entry_year}|{exam_no}"


def first_basis(values: Mapping[str, Any]) -> AdmissionStanding:
    """The state right after `Admission.Listed` with these values."""
    return AdmissionStanding(state="listed", **{name: values[name] for name in LISTED})


class Terms(Aggregate.Event):
    """The base of facts that say anew what a list says of a person."""

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
    special_kind: str
    preparatory: str
    training_school: str
    joint_partner: str
    previous_school: str | None
    previous_certificate_no: str | None


def _terms(fact: Terms) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in TERMS}


class Admission(Aggregate, stored_as="enrollment.Admission"):
    """An admission record 录取数据; registered, abandoned, deferred or cancelled, exactly once.

    What may be recorded is decided by the pure rules; a fact moves the standing and asks nothing.
    """

    Standing: ClassVar[type] = AdmissionStanding
    standing: AdmissionStanding

    class Listed(Aggregate.Created):
        """The person stands in a checked admission list."""

        batch_id: str  # of a supplement: the id of its request
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
        special_kind: str = ""
        preparatory: str = ""
        training_school: str = ""
        joint_partner: str = ""
        previous_school: str | None = None
        previous_certificate_no: str | None = None

    class Relisted(Terms):
        """The list was returned and handed in again: the person stands in the new one."""

        batch_id: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, batch_id=self.batch_id, **_terms(self))

    class Corrected(Terms):
        """The ministry accepted a correction: a new version of the basis; the old one stays in earlier facts (A10)."""

        fix_id: UUID
        columns: tuple[str, ...]
        basis_version: int

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing, basis_version=self.basis_version, fix_id="", **_terms(self)
            )

    class FixAsked(Aggregate.Event):
        """The school reported an error: nobody is registered from this admission until it is decided (A10-3)."""

        fix_id: UUID

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, fix_id=str(self.fix_id))

    class FixRefused(Aggregate.Event):
        """The correction was not made; the admission holds as it was."""

        fix_id: UUID

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, fix_id="")

    class Reported(Aggregate.Event):
        """The freshman reported and passed the first check (R41-9)."""

        reported_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.decided("reported")

    class PreparatoryRechecked(Aggregate.Event):
        """The admitting school rechecked a preparatory student before that phase (A8-5, A8-8)."""

        result: str
        rechecked_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, prep_recheck=self.result)

    class EntryDecided(Aggregate.Event):
        """Abandoned, deferred or cancelled: no status follows (A8-4)."""

        outcome: AdmissionState
        cause: str = ""
        until: date | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.decided(self.outcome, self.cause, self.until)

    class DeferralEnded(Aggregate.Event):
        """The deferred came back and passed the review, failed it, or stayed away too long (R41-10)."""

        outcome: AdmissionState  # reported | cancelled | abandoned
        cause: str
        ended_on: date
        discharged_on: date | None = None  # from the military service that entry was deferred for (R41-27)

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.decided(self.outcome, self.cause)

    class IntakeMoved(Aggregate.Event):
        """The person enters with a later intake, after a deferral or a preparatory phase; the study is as long."""

        exam_no: str
        entry_date: date
        expected_graduation_date: date
        cause: str  # deferral | preparatory

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing,
                entry_date=self.entry_date,
                expected_graduation_date=self.expected_graduation_date,
            )

    class LeaveGranted(Aggregate.Event):
        """Whoever cannot report in time has leave, or is kept away by force majeure, until a day (R41-8)."""

        until: date
        cause: str  # leave | force_majeure

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, leave_until=self.until)

    class Discharged(Aggregate.Event):
        """Military service is over: from now on it is known until when entry is kept (R41-27)."""

        discharged_on: date
        until: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing, discharged_on=self.discharged_on, deferred_until=self.until
            )

    class WithdrawalAsked(Aggregate.Event):
        """Somebody asks that the outcome be taken back; another person decides (A24-2)."""

        asked_by: str
        asked_on: date
        reason: str
        until: date | None  # until when the person would then report or come back

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, withdrawal_by=self.asked_by, withdrawal_until=self.until)

    class WithdrawalRefused(Aggregate.Event):
        """The outcome stays as it is."""

        refused_by: str
        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, withdrawal_by="", withdrawal_until=None)

    class EntryWithdrawn(Aggregate.Event):
        """What was recorded of the entry was wrong and is taken back, before anything followed from it."""

        restored: AdmissionState
        cause: str = ""  # of the state that stands again
        until: date | None = None  # of a deferral that stands again
        leave_until: date | None = None  # time given anew to report

        def apply(self, aggregate: Any) -> None:
            after = aggregate.standing.decided(self.restored, self.cause, self.until)
            if self.leave_until is not None:
                after = changed(after, leave_until=self.leave_until)
            aggregate.standing = after

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
        special_kind: str = "",
        preparatory: str = "",
        training_school: str = "",
        joint_partner: str = "",
        previous_school: str | None = None,
        previous_certificate_no: str | None = None,
    ) -> None:
        self.standing = first_basis(locals())

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """A listed number is unique in its year; an outcome is taken once, by this or by a status."""
        name = type(fact).__name__
        if name in ("Listed", "IntakeMoved"):
            yield Claim(EXAM_NO, admission_key(fact.entry_date.year, fact.exam_no))
        elif name == "EntryDecided":
            yield Claim(OUTCOME, str(originator_id))
        elif name == "EntryWithdrawn" or (name == "DeferralEnded" and fact.outcome == "reported"):
            yield Release(OUTCOME, str(originator_id))
            if name == "EntryWithdrawn" and fact.restored not in UNDECIDED:  # an earlier outcome stands again
                yield Claim(OUTCOME, str(originator_id))
