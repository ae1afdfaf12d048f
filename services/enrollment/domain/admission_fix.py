"""A correction or supplement of admission data on its way: school, admissions office, ministry, and back (A10)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.rules.fixes import FixKind, FixStanding, may_decide_fix, may_propose
from shared.eventstore.aggregate import Aggregate, Claim, Release

OPEN_FIX: Final = "admission.fix"


class AdmissionFix(Aggregate, stored_as="enrollment.AdmissionFix"):
    """One request; until it is decided nobody is registered from the admission it is about (A10-3)."""

    Standing: ClassVar[type] = FixStanding
    standing: FixStanding

    class Requested(Aggregate.Created):
        """The school reported wrong or missing admission data to the admissions office (A10-1)."""

        kind: FixKind
        admission_id: UUID | None  # a missing person has none yet
        school_code: str
        province: str
        entry_year: int
        exam_no: str
        columns: tuple[str, ...]
        sealed: str  # the values by column: personal data
        reason: str
        evidence: tuple[str, ...]
        requested_by: str
        requested_on: date

    class Proposed(Aggregate.Event):
        """The admissions office verified it and sent its opinion to the ministry, in its own values (A10-2)."""

        columns: tuple[str, ...]
        sealed: str
        opinion: str
        proposed_by: str
        proposed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.proposed(self.sealed, self.proposed_by)

    class Declined(Aggregate.Event):
        """The admissions office found nothing to correct; the school learns why."""

        entry_year: int
        exam_no: str
        reason: str
        decided_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.ended("declined")

    class Applied(Aggregate.Event):
        """The ministry accepted it: the admission has a new version, or the missing person is admitted (A10-3)."""

        entry_year: int
        exam_no: str
        admission_id: UUID
        basis_version: int
        decided_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.ended("applied")

    class Refused(Aggregate.Event):
        """The ministry refused it; the school learns why (A10-3)."""

        entry_year: int
        exam_no: str
        reason: str
        decided_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.ended("refused")

    @event(Requested)
    def __init__(
        self,
        *,
        kind: FixKind,
        admission_id: UUID | None,
        school_code: str,
        province: str,
        entry_year: int,
        exam_no: str,
        columns: tuple[str, ...],
        sealed: str,
        reason: str,
        evidence: tuple[str, ...],
        requested_by: str,
        requested_on: date,
    ) -> None:
        self.standing = FixStanding(
            state="requested",
            kind=kind,
            admission_id=admission_id,
            school_code=school_code,
            province=province,
            entry_year=entry_year,
            exam_no=exam_no,
            sealed=sealed,
            requested_by=requested_by,
        )

    def propose(self, *, columns: tuple[str, ...], sealed: str, opinion: str, by: str, on: date) -> None:
        """Send it to the ministry as verified."""
        may_propose(self.standing)
        self.trigger_event(
            self.Proposed, columns=columns, sealed=sealed, opinion=opinion, proposed_by=by, proposed_on=on
        )

    def decline(self, *, reason: str, on: date) -> None:
        """Send it back to the school: the admission data are right."""
        may_propose(self.standing)
        self.trigger_event(self.Declined, reason=reason, decided_on=on, **self._found_by)

    def apply_to(self, *, admission_id: UUID, basis_version: int, on: date) -> None:
        """Accept it; the admission's own fact goes with it."""
        may_decide_fix(self.standing)
        self.trigger_event(
            self.Applied, admission_id=admission_id, basis_version=basis_version, decided_on=on, **self._found_by
        )

    def refuse(self, *, reason: str, on: date) -> None:
        """Leave the admission as it is."""
        may_decide_fix(self.standing)
        self.trigger_event(self.Refused, reason=reason, decided_on=on, **self._found_by)

    @property
    def _found_by(self) -> dict[str, Any]:
        return {"entry_year": self.standing.entry_year, "exam_no": self.standing.exam_no}

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """One open request for an examination number."""
        name = type(fact).__name__
        if name == "Requested":
            yield Claim(OPEN_FIX, admission_key(fact.entry_year, fact.exam_no))
        elif name in ("Declined", "Applied", "Refused"):
            yield Release(OPEN_FIX, admission_key(fact.entry_year, fact.exam_no))
