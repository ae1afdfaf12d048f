"""What was valid when, and known when: a row for each fact that says something of a status from a day on."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from services.enrollment.domain.rules.standing import CANCELLATIONS, CONCLUSIONS, TRAINING
from services.enrollment.domain.rules.statements import held_since
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Key, Projection, Route, Row, on

_BEGUN, _CLOSED = 0, 1  # an old register tells in one fact of a beginning and an end


def _part(part: int) -> Callable[[Any], tuple[Any, ...]]:
    return lambda fact: (fact.originator_id, fact.originator_version, part)


class StatusTimeline(Projection):
    """Each value is said absolutely and None says nothing, so a value of a day is what the latest statement said.

    The latest is the one valid from the latest day, and of those of one day the one recorded last. Rows are only added:
    leaving out what was recorded after an instant gives what the registry knew at that instant.
    """

    table: ClassVar[str] = "status_timeline"
    key: ClassVar[tuple[str, ...]] = ("status_id", "version", "part")
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", "version", "part", "fact", "kind", "valid_from", "recorded_at", "state", "school_code", "level",
        "training", "grade", "major_code", "major_name", "expected_graduation_date", "id_key", "sealed_person",
        "identity_version",
    )  # fmt: skip

    @on(StudentStatus.Registered, key=_part(_BEGUN), whole=True)
    def registered(self, row: Row | None, fact: StudentStatus.Registered) -> Row:
        return _said(
            fact,
            fact.holds_from or fact.entry_date,
            state="active" if fact.closed_on else fact.state,
            school_code=fact.school_code,
            level=fact.level,
            training=TRAINING.get(fact.category, ""),
            grade=fact.grade or fact.entry_date.year,
            major_code=fact.major_code,
            major_name=fact.major_name,
            expected_graduation_date=fact.expected_graduation_date,
            id_key=fact.id_key,
            sealed_person=fact.sealed_person,
            identity_version=1,
        )

    @on(StudentStatus.Registered, key=_part(_CLOSED), whole=True)
    def long_closed(self, row: Row | None, fact: StudentStatus.Registered) -> Row | None:
        return _said(fact, fact.closed_on, _CLOSED, state=fact.state) if fact.closed_on else None

    @on(StudentStatus.YearRegistered, key=_part(_BEGUN), whole=True)
    def resumed(self, row: Row | None, fact: StudentStatus.YearRegistered) -> Row | None:
        return _said(fact, fact.registered_on, state="active") if fact.resumes else None

    @on(StudentStatus.YearDeferred, key=_part(_BEGUN), whole=True)
    def deferred(self, row: Row | None, fact: StudentStatus.YearDeferred) -> Row:
        return _said(fact, fact.registered_on, state="suspended")

    @on(StudentStatus.YearWithdrawn, key=_part(_BEGUN), whole=True)
    def year_withdrawn(self, row: Row | None, fact: StudentStatus.YearWithdrawn) -> Row:
        return _said(fact, fact.effective_on or _effective_on(fact), state=fact.restored_state)

    @on(StudentStatus.Changed, StudentStatus.ChangeWithdrawn, key=_part(_BEGUN), whole=True)
    def changed(self, row: Row | None, fact: StudentStatus.Changed | StudentStatus.ChangeWithdrawn) -> Row:
        values = {name: getattr(fact, name) for name in _CHANGING}
        return _said(fact, fact.effective_on, kind=fact.kind, state=fact.state, **values)

    @on(StudentStatus.Cancelled, key=_part(_BEGUN), whole=True)
    def cancelled(self, row: Row | None, fact: StudentStatus.Cancelled) -> Row:
        return _said(fact, fact.effective_on, kind=fact.kind, state=CANCELLATIONS[fact.kind])

    @on(StudentStatus.TransferredOut, key=_part(_BEGUN), whole=True)
    def transferred_out(self, row: Row | None, fact: StudentStatus.TransferredOut) -> Row:
        return _said(fact, fact.effective_on, kind="转学", state="transferred_out")

    @on(StudentStatus.RegistrationWithdrawn, key=_part(_BEGUN), whole=True)
    def registration_withdrawn(self, row: Row | None, fact: StudentStatus.RegistrationWithdrawn) -> Row:
        return _said(fact, fact.effective_on, state="withdrawn")

    @on(StudentStatus.Left, key=_part(_BEGUN), whole=True)
    def left(self, row: Row | None, fact: StudentStatus.Left) -> Row:
        return _said(fact, fact.left_on, kind=fact.conclusion, state=CONCLUSIONS[fact.conclusion])

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        return _CORRECTIONS if fact_type is StudentStatus.Corrected else super().routes(fact_type)


def _days_of(fact: Any) -> Iterator[Key]:
    """A row for each day from which the correction holds."""
    for part, _ in enumerate(held_since(fact, _effective_on(fact))):
        yield fact.originator_id, fact.originator_version, part


def _corrected(row: Row, fact: Any) -> Row:
    """The fact repeats every value; said from a day on are only those of which it says so, and `kind` names them."""
    part = row["part"]
    valid_from, fields = held_since(fact, _effective_on(fact))[part]
    said = {name: getattr(fact, name) for name in _CORRECTED if name in fields}
    person = {name: getattr(fact, name) for name in _PERSON}
    return _said(fact, valid_from, part, kind=",".join(fields), **said, **person)


_CORRECTIONS = (Route(_corrected, keys=_days_of, whole=True),)


class YearTimeline(Projection):
    """Every result of an academic year as it was stated: registered, deferred, or taken back to what stood before."""

    table: ClassVar[str] = "year_timeline"
    key: ClassVar[tuple[str, ...]] = ("status_id", "version")
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", "version", "academic_year", "result", "valid_from", "recorded_at",
    )  # fmt: skip

    @on(StudentStatus.YearRegistered, key=lambda fact: (fact.originator_id, fact.originator_version), whole=True)
    def registered(self, row: Row | None, fact: StudentStatus.YearRegistered) -> Row:
        return _year(fact, "registered", fact.registered_on)

    @on(StudentStatus.YearDeferred, key=lambda fact: (fact.originator_id, fact.originator_version), whole=True)
    def deferred(self, row: Row | None, fact: StudentStatus.YearDeferred) -> Row:
        return _year(fact, "deferred", fact.registered_on)

    @on(StudentStatus.YearWithdrawn, key=lambda fact: (fact.originator_id, fact.originator_version), whole=True)
    def withdrawn(self, row: Row | None, fact: StudentStatus.YearWithdrawn) -> Row:
        stands = fact.restored_as if fact.restored_year == fact.academic_year else None
        return _year(fact, stands, fact.effective_on or _effective_on(fact))


def _year(fact: Any, result: str | None, valid_from: date) -> Row:
    return {
        "status_id": fact.originator_id,
        "version": fact.originator_version,
        "academic_year": fact.academic_year,
        "result": result,
        "valid_from": valid_from,
        "recorded_at": fact.context["recorded_at"],
    }


_CHANGING = ("grade", "major_code", "major_name", "expected_graduation_date")
_CORRECTED = ("level", "major_code", "major_name")
_PERSON = ("id_key", "sealed_person", "identity_version")
_NOTHING = dict.fromkeys(StatusTimeline.columns)


def _said(fact: Any, valid_from: date, part: int = _BEGUN, **values: Any) -> Row:
    return {
        **_NOTHING,
        **values,
        "status_id": fact.originator_id,
        "version": fact.originator_version,
        "part": part,
        "fact": type(fact).__name__,
        "valid_from": valid_from,
        "recorded_at": fact.context["recorded_at"],
    }


def _effective_on(fact: Any) -> date:
    return date.fromisoformat(fact.context["effective_on"])
