"""The table of what was said of rechecks, by school and day of entry."""

from typing import Any, ClassVar

from services.enrollment.domain.recheck_term import RecheckTerm
from shared.eventstore.projection import Key, Projection, Row, on


def _of_term(fact: Any) -> Key:
    return fact.school_code, fact.entry_date


class RecheckTermRegister(Projection):
    """How many who entered a school on one day were without a recheck when they were counted last (R41-11)."""

    table: ClassVar[str] = "recheck_term_register"
    key: ClassVar[tuple[str, ...]] = ("school_code", "entry_date")
    columns: ClassVar[tuple[str, ...]] = (
        "school_code", "entry_date", "entry_year", "due_on", "state", "reminded_on", "found_on", "missing",
        "completed_on",
    )  # fmt: skip

    @on(RecheckTerm.Begun, key=_of_term)
    def begun(self, row: Row | None, fact: RecheckTerm.Begun) -> Row:
        nothing = dict.fromkeys(("reminded_on", "found_on", "missing", "completed_on"))
        return nothing | {"entry_year": fact.entry_year, "due_on": fact.due_on, "state": "begun"}

    @on(RecheckTerm.Reminded, key=_of_term)
    def reminded(self, row: Row | None, fact: RecheckTerm.Reminded) -> Row:
        return (row or {}) | {"state": "reminded", "reminded_on": fact.reminded_on, "missing": fact.missing}

    @on(RecheckTerm.Overdue, key=_of_term)
    def overdue(self, row: Row | None, fact: RecheckTerm.Overdue) -> Row:
        found = {"state": "overdue", "found_on": fact.found_on, "missing": fact.missing, "completed_on": None}
        return (row or {}) | found

    @on(RecheckTerm.Completed, key=_of_term)
    def completed(self, row: Row | None, fact: RecheckTerm.Completed) -> Row:
        return (row or {}) | {"state": "complete", "missing": 0, "completed_on": fact.completed_on}
