"""Which freshmen reported, row by row (R41-8, R41-9)."""

from collections.abc import Sequence
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.entries import Entries, entries_of, taken_back
from services.enrollment.application.entering import INITIAL_CHECK, report_drafts
from services.enrollment.application.terms import calendar_of
from services.enrollment.domain.rules.entry import may_write_for
from services.enrollment.domain.rules.reporting import is_passed
from services.enrollment.domain.rules.standing import AdmissionStanding
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Compensated, Receipt, Unchanged
from shared.intake.tables_entry import FRESHMAN_REPORTS
from shared.intake.values import academic_year
from shared.rules.refused import Refused

Decided = list[Draft] | Refused


class FreshmanReportsKind(FileKind):
    """A school's freshmen who came: reported, or cancelled where the first check was failed."""

    table: Table = FRESHMAN_REPORTS
    rules: tuple[str, ...] = ("A7-3", "R41-8", "R41-9")
    action = "decide_entry"
    undoable = True
    params = {"entry_year": academic_year(1949, 2100)}  # noqa: RUF012 -- read only, as the base declares it

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        entry_year = int(batch.params["entry_year"])
        entries = entries_of(self.enrollment, entry_year, [row.values["KSH"] for row in rows])
        school = calendar_of(self.enrollment, batch.school_code or "")
        deadline = school.last_day_to_report(entry_year) if school else None
        today = shanghai_date(self.enrollment.clock.now())
        decided: list[Decided] = []
        for row in rows:
            try:
                found = entries.of(row.values["KSH"])
                if found[2].school_code == batch.school_code and _says_it_already(found[2], row.values):
                    decided.append(Unchanged())
                    continue
                may_write_for(batch.params.get("training", "all"), found[2].category)
                decided.append(
                    report_drafts(
                        found,
                        released=entries.released[found[2].batch_id],
                        school_code=batch.school_code or "",
                        reported_on=row.values["BDRQ"],
                        check=row.values["CSJG"],
                        today=today,
                        deadline=deadline,
                        excused=row.values.get("QJ") == "是",
                        registered=_is_registered(entries, found[0]),
                    )
                )
            except Refused as refused:
                decided.append(refused)
        return decided

    def compensate(self, receipts: Sequence[Receipt], batch: Progress, batch_id: UUID) -> Compensated:
        return taken_back(self.enrollment, receipts)


def _is_registered(entries: Entries, admission_id: UUID) -> bool:
    return entries.holders.get(admission_id) not in (None, admission_id)


def _says_it_already(basis: AdmissionStanding, values: Values) -> bool:
    if is_passed(values["CSJG"]):
        return basis.state == "reported"
    return (basis.state, basis.cause) == ("cancelled", INITIAL_CHECK)
