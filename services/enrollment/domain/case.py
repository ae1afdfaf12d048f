"""A case about one student record: filed, reviewed, decided; the student sees each step (A11-2, A19-1..3, A13-4)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.enrollment.domain.rules.identity import CaseKind, CaseStanding, may_pass, may_review, may_step
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed

OPEN_CASE = "case.open"


def case_key(status_id: UUID | str, name: str) -> str:
    """One open case for each field of a record."""
    return f"{status_id}|{name}"


def first_case_standing(values: Mapping[str, Any]) -> CaseStanding:
    """The state right after `Case.Filed` with these values."""
    taken = ("kind", "level", "status_id", "school_code", "training", "sealed_request", "filed_by", "filed_role")
    return CaseStanding(
        state="filed",
        **{name: values[name] for name in taken},
        fields=tuple(values["fields"]),
        has_values=values["has_values"],
        due_on=values["due_on"],
        since=values["filed_on"],
        hands=(values["filed_by"],),
    )


class Case(Aggregate, stored_as="enrollment.Case"):
    """A correction, a change, a dispute, or a wrong closing; what is asked for is sealed in it."""

    Standing: ClassVar[type] = CaseStanding
    standing: CaseStanding

    class Filed(Aggregate.Created):
        """The student or the school asks for something in the record to be put right."""

        status_id: UUID
        id_key: str
        school_code: str
        training: str
        kind: CaseKind
        level: str  # school | province: who decides
        fields: tuple[str, ...]
        sealed_request: str  # values and words
        has_values: bool
        evidence: tuple[str, ...]
        identity_version: int  # of the record, when it was filed
        filed_by: str
        filed_role: str
        filed_on: date
        due_on: date | None  # of the school's review
        unknown_year: int | None  # whose calendar is not published

    class ReviewBegun(Aggregate.Event):
        """The school takes the case up."""

        reviewed_by: str
        begun_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("school_review")

    class NotAccepted(Aggregate.Event):
        """Proof or content seem false: not accepted; an incident may follow (A19-3)."""

        reason: str
        incident_id: UUID | None
        refused_by: str
        refused_on: date
        status_id: UUID
        fields: tuple[str, ...]

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("not_accepted", self.refused_by)

    class ValuesNamed(Aggregate.Event):
        """What shall stand in the record, named by the school after a dispute that only said what is wrong."""

        status_id: UUID
        level: str
        fields: tuple[str, ...]
        old_fields: tuple[str, ...]
        sealed_request: str
        evidence: tuple[str, ...]
        named_by: str

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            aggregate.standing = changed(
                standing.moved(standing.state, self.named_by),
                level=self.level,
                fields=tuple(self.fields),
                sealed_request=self.sealed_request,
                has_values=True,
            )

    class PassedOn(Aggregate.Event):
        """The school agrees; a key field waits for the province."""

        opinion: str
        passed_by: str
        passed_on: date
        due_on: date | None
        unknown_year: int | None

        def apply(self, aggregate: Any) -> None:
            clock = {"due_on": self.due_on, "since": self.passed_on}
            aggregate.standing = aggregate.standing.moved("province_review", self.passed_by, **clock)

    class Applied(Aggregate.Event):
        """Decided as asked, and written into the record in the same moment."""

        status_id: UUID
        fields: tuple[str, ...]
        decided_by: str
        decided_on: date
        late: bool
        reason: str
        identity_version: int
        continued_by: UUID | None = None  # after a wrong closing: the new status

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("applied", self.decided_by)

    class Rejected(Aggregate.Event):
        """Decided against; the record stays as it is."""

        status_id: UUID
        fields: tuple[str, ...]
        decided_by: str
        decided_on: date
        late: bool
        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("rejected", self.decided_by)

    class Withdrawn(Aggregate.Event):
        """Whoever filed it takes it back."""

        status_id: UUID
        fields: tuple[str, ...]
        withdrawn_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("withdrawn")

    class Overdue(Aggregate.Event):
        """The office whose turn it is let its time pass."""

        step: str
        due_on: date
        found_on: date

        def apply(self, aggregate: Any) -> None:
            """It binds no decision; the list of overdue cases shows it."""

    @event(Filed)
    def __init__(
        self,
        *,
        status_id: UUID,
        id_key: str,
        school_code: str,
        training: str,
        kind: CaseKind,
        level: str,
        fields: tuple[str, ...],
        sealed_request: str,
        has_values: bool,
        evidence: tuple[str, ...],
        identity_version: int,
        filed_by: str,
        filed_role: str,
        filed_on: date,
        due_on: date | None,
        unknown_year: int | None,
    ) -> None:
        self.standing = first_case_standing(locals())

    def begin_review(self, *, sub: str, today: date) -> None:
        """The school takes it up; another person than the filer (A24-2)."""
        may_review(self.standing, sub, "filed")
        self.trigger_event(self.ReviewBegun, reviewed_by=sub, begun_on=today)

    def refuse(self, *, sub: str, today: date, reason: str, incident_id: UUID | None) -> None:
        """Proof or content seem false (A19-3)."""
        may_review(self.standing, sub, "filed", "school_review", "province_review")
        about = {"status_id": self.standing.status_id, "fields": self.standing.fields}
        self.trigger_event(
            self.NotAccepted, reason=reason, incident_id=incident_id, refused_by=sub, refused_on=today, **about
        )

    def name_values(
        self, *, sub: str, level: str, fields: tuple[str, ...], sealed_request: str, evidence: tuple[str, ...]
    ) -> None:
        """The school names what shall stand in the record."""
        may_step(self.standing, "school_review")
        self.trigger_event(
            self.ValuesNamed,
            status_id=self.standing.status_id,
            level=level,
            fields=fields,
            old_fields=self.standing.fields,
            sealed_request=sealed_request,
            evidence=evidence,
            named_by=sub,
        )

    def pass_on(self, *, sub: str, today: date, opinion: str, due_on: date | None, unknown_year: int | None) -> None:
        """The school agrees and the province decides (A19-1)."""
        may_review(self.standing, sub, "school_review")
        may_pass(self.standing)
        self.trigger_event(
            self.PassedOn, opinion=opinion, passed_by=sub, passed_on=today, due_on=due_on, unknown_year=unknown_year
        )

    def conclude(
        self,
        *,
        sub: str,
        today: date,
        applies: bool,
        reason: str,
        identity_version: int = 0,
        continued_by: UUID | None = None,
    ) -> None:
        """Apply or reject at the step that decides it."""
        step = "province_review" if self.standing.state == "province_review" else "school_review"
        may_review(self.standing, sub, step)
        values = self._decided(sub, today, reason)
        if applies:
            may_pass(self.standing)
            self.trigger_event(self.Applied, identity_version=identity_version, continued_by=continued_by, **values)
        else:
            self.trigger_event(self.Rejected, **values)

    def _decided(self, sub: str, today: date, reason: str) -> dict[str, Any]:
        standing = self.standing
        return {
            "status_id": standing.status_id,
            "fields": standing.fields,
            "decided_by": sub,
            "decided_on": today,
            "late": standing.due_on is not None and today > standing.due_on,
            "reason": reason,
        }

    def withdraw(self, *, sub: str) -> None:
        """Taken back by its filer, while nobody has decided."""
        may_step(self.standing, "filed", "school_review", "province_review")
        about = {"status_id": self.standing.status_id, "fields": self.standing.fields}
        self.trigger_event(self.Withdrawn, withdrawn_by=sub, **about)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One open case for each field of a record."""
        name = type(fact).__name__
        if name in ("NotAccepted", "Applied", "Rejected", "Withdrawn"):
            yield from (Release(OPEN_CASE, case_key(fact.status_id, each)) for each in fact.fields)
        elif name == "ValuesNamed":
            yield from (Release(OPEN_CASE, case_key(fact.status_id, each)) for each in fact.old_fields)
        if name in ("Filed", "ValuesNamed"):
            yield from (Claim(OPEN_CASE, case_key(fact.status_id, each)) for each in fact.fields)
