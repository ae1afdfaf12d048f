"""The tables of schools and their years."""

from typing import Any, ClassVar

from services.enrollment.domain.school import School
from shared.eventstore.projection import Key, Projection, Row, on


class SchoolRegister(Projection):
    """What each school has said of itself."""

    table: ClassVar[str] = "school_register"
    key: ClassVar[tuple[str, ...]] = ("school_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "school_id",
        "school_code",
        "province",
        "credits",
        "reporting",
        "version",
        "leave_terms",
    )

    @on(School.Listed)
    def listed(self, row: Row | None, fact: School.Listed) -> Row:
        return {
            "school_id": fact.originator_id,
            "school_code": fact.school_code,
            "province": fact.province,
            "credits": {},
            "reporting": {},
            "version": fact.originator_version,
            "leave_terms": None,
        }

    @on(School.CreditsDeclared)
    def credits_declared(self, row: Row | None, fact: School.CreditsDeclared) -> Row:
        before = row or {}
        return _seen(row, fact, credits={**before["credits"], str(fact.since): fact.by_credits})

    @on(School.ReportingDeclared)
    def reporting_declared(self, row: Row | None, fact: School.ReportingDeclared) -> Row:
        before = row or {}
        return _seen(row, fact, reporting={**before["reporting"], str(fact.entry_year): fact.last_day.isoformat()})

    @on(School.LeaveLimited)
    def leave_limited(self, row: Row | None, fact: School.LeaveLimited) -> Row:
        return _seen(row, fact, leave_terms=fact.terms)

    @on(School.YearDeclared, School.AnnualRegistrationOpened, School.YearUndeclared)
    def year_begun(self, row: Row | None, fact: Any) -> Row:
        return _seen(row, fact)

    @on(School.Reminded, School.AnnualRegistrationOverdue, School.AnnualRegistrationCompleted)
    def year_told(self, row: Row | None, fact: Any) -> Row:
        return _seen(row, fact)


def _of_year(fact: Any) -> Key:
    return fact.school_code, fact.academic_year


class SchoolYearRegister(Projection):
    """Every declared year of every school, how many students were missing when they were last counted (A13-1)."""

    table: ClassVar[str] = "school_year_register"
    key: ClassVar[tuple[str, ...]] = ("school_code", "academic_year")
    columns: ClassVar[tuple[str, ...]] = (
        "school_code", "academic_year", "starts_on", "due_on", "state", "with_a_result", "reminded_on", "found_on",
        "missing", "completed_on", "put_off",
    )  # fmt: skip

    @on(School.YearDeclared, key=_of_year)
    def declared(self, row: Row | None, fact: School.YearDeclared) -> Row:
        return {
            "school_code": fact.school_code,
            "academic_year": fact.academic_year,
            "starts_on": fact.starts_on,
            "due_on": fact.due_on,
            "state": "declared",
            "with_a_result": fact.with_a_result,
            "reminded_on": None,
            "found_on": None,
            "missing": None,
            "completed_on": None,
            "put_off": fact.reason or None if fact.put_off else (row or {}).get("put_off"),
        }

    @on(School.AnnualRegistrationOpened, key=_of_year)
    def opened(self, row: Row | None, fact: School.AnnualRegistrationOpened) -> Row:
        return (row or {}) | {"state": "open"}

    @on(School.Reminded, key=_of_year)
    def reminded(self, row: Row | None, fact: School.Reminded) -> Row:
        return (row or {}) | {"reminded_on": fact.reminded_on, "missing": fact.missing}

    @on(School.AnnualRegistrationOverdue, key=_of_year)
    def overdue(self, row: Row | None, fact: School.AnnualRegistrationOverdue) -> Row:
        found = {"state": "overdue", "found_on": fact.found_on, "missing": fact.missing, "completed_on": None}
        return (row or {}) | found

    @on(School.AnnualRegistrationCompleted, key=_of_year)
    def completed(self, row: Row | None, fact: School.AnnualRegistrationCompleted) -> Row:
        return (row or {}) | {"state": "complete", "missing": 0, "completed_on": fact.completed_on}


class UndeclaredYears(Projection):
    """Every year whose first day a school has yet to say, though the usual day is over and students are due (A13-1)."""

    table: ClassVar[str] = "undeclared_year_register"
    key: ClassVar[tuple[str, ...]] = ("school_code", "academic_year")
    columns: ClassVar[tuple[str, ...]] = ("school_code", "academic_year", "due_on", "found_on", "missing")

    @on(School.YearUndeclared, key=_of_year)
    def undeclared(self, row: Row | None, fact: School.YearUndeclared) -> Row:
        return {name: getattr(fact, name) for name in self.columns}

    @on(School.YearDeclared, key=_of_year)
    def declared(self, row: Row | None, fact: School.YearDeclared) -> Row | None:
        return None


def _seen(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}
