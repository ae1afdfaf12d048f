"""The offices of entry: who lists, corrects, admits, rechecks and prepares, through one store."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from stdnum.iso7064 import mod_11_2

from benchmarks.register import admission_rows
from services.enrollment.application import Enrollment
from services.enrollment.application.admissions import Admissions
from services.enrollment.application.entry import Entry
from services.enrollment.application.entry_deadlines import EntryDeadlines
from services.enrollment.application.entry_withdrawals import EntryWithdrawals
from services.enrollment.application.preparatory import Preparation
from services.enrollment.application.school_years import SchoolYears
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.queries.admissions import AdmissionQueries
from services.enrollment.queries.waiting_entries import EntryFindings
from services.enrollment.tests.offices import Offices, at, registrar
from shared.access.assertion import Assertion
from shared.eventstore.context import Context
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.intake.receipts import receipts_of
from shared.rules.refused import Refused
from tests.support.actors import person

GOOD = {"procedure": True, "admission": True, "person": True, "health": True, "talent": True}
RECHECKED = {"LQSX": "合格", "LQZG": "合格", "RZXF": "合格", "STJK": "合格", "ZYSP": "合格"}


def admissions_office(code: str = "11") -> Assertion:
    return person("province_admissions", code, f"admissions-{code}")


class Gates(Offices):
    """The offices, with those of entry."""

    def __init__(self, enrollment: Enrollment) -> None:
        super().__init__(enrollment)
        at_work = (enrollment.store, enrollment.clock, enrollment.keyring)
        self.entry, self.admissions, self.preparation = Entry(*at_work), Admissions(*at_work), Preparation(*at_work)
        self.school_years, self.withdrawals = SchoolYears(*at_work), EntryWithdrawals(*at_work)
        self.deadlines = EntryDeadlines(*at_work, EntryFindings(enrollment.store))
        self.files = AdmissionQueries(enrollment.store, enrollment.keyring)

    def admission(self, exam_no: str, entry_year: int = 2022) -> Any:
        """The standing of an admission now."""
        key = admission_key(entry_year, exam_no)
        found = self.base.owning(Admission, "admission.exam_no", [key])[key]
        assert self.base.get(Admission, found[0]).standing == found[2]  # decision row and replay
        return found[2]

    def named(self, use_case: Any, exam_no: str, actor: Assertion | None = None, **values: Any) -> dict[str, Any]:
        """Ask for something about an own admission."""
        actor = actor or registrar()
        asked = {"school_code": actor.org, "entry_year": 2022, "exam_no": exam_no}
        return self.ask(use_case, actor, **(asked | values))

    def report(self, exam_no: str, actor: Assertion | None = None, **values: Any) -> dict[str, Any]:
        said = {"reported_on": date(2022, 9, 3), "check": "合格", "excused": False}
        return self.named(self.entry.report_freshman, exam_no, actor, **(said | values))

    def grant_leave(self, exam_no: str, until: date, actor: Assertion | None = None, **values: Any) -> dict[str, Any]:
        said = {"until": until, "cause": "leave"}
        return self.named(self.entry.grant_reporting_leave, exam_no, actor, **(said | values))

    def ask_back(self, exam_no: str, until: date | None = None, **values: Any) -> dict[str, Any]:
        """One registrar asks that the outcome be taken back."""
        said = {"reason": "报到截止日期填写有误", "until": until}
        return self.named(self.withdrawals.propose_entry_withdrawal, exam_no, **(said | values))

    def take_entry_back(self, exam_no: str, actor: Assertion, *, accept: bool = True, **values: Any) -> dict[str, Any]:
        """Another decides."""
        said = {"accept": accept, "reason": "经核实"}
        return self.named(self.withdrawals.decide_entry_withdrawal, exam_no, actor, **(said | values))

    def decide(self, exam_no: str, outcome: str, actor: Assertion | None = None, **values: Any) -> dict[str, Any]:
        return self.named(self.base.decide_entry, exam_no, actor, outcome=outcome, **values)

    def readmit(self, exam_no: str, actor: Assertion | None = None, **values: Any) -> dict[str, Any]:
        said = {"applied_on": self.day, "review": "合格", "entry_date": date(2023, 9, 1)}
        return self.named(self.entry.readmit_deferred, exam_no, actor, **(said | values))

    def recheck(self, exam_no: str, *failed: str, actor: Assertion | None = None, **values: Any) -> dict[str, Any]:
        said = {
            "items": GOOD | dict.fromkeys(failed, False), "rechecked_on": self.day, "defer": False, "until": None,
        }  # fmt: skip
        return self.named(self.entry.recheck_student, exam_no, actor, **(said | values))

    def enrol(self, exam_no: str, actor: Assertion | None = None, **values: Any) -> UUID:
        said = {"recheck": "合格", "student_no": None}
        return UUID(self.named(self.base.register_student, exam_no, actor, **(said | values))["id"])

    def pass_day(self, day: date) -> int:
        """Go to a day and let everything happen that is due; how many entries time has decided."""
        self.go_to(day)
        done = 0
        for _ in range(20):
            self.fold()
            step = self.deadlines.due_entries(at(day))
            done += step
            if not step:
                break
        self.fold()
        return done

    # --- files ---

    def take_in(
        self, kind: Any, *rows: dict[str, Any], school: str = "4111010001", year: int = 2022, training: str = "all"
    ) -> list[Any]:
        """Decide the rows of a file and keep the good ones; what came of each."""
        checked = [CheckedRow(number, values) for number, values in enumerate(rows, start=2)]
        params = {"entry_year": str(year), "training": training}
        batch = Progress(school_code=school, submitted_by="r", params=params)
        decided = kind.decide(checked, batch, uuid4())
        drafts = [draft for one in decided if not isinstance(one, Refused) for draft in one]
        self.base.append(drafts, by=Context.system("take_in", self.base.clock.now()))
        return list(decided)

    def take_back(self, kind: Any, decided: list[Any]) -> list[Any]:
        """Undo what a file led to, rows wholly or not at all; what came of each receipt."""
        rows = [(number, one) for number, one in enumerate(decided, start=2) if not isinstance(one, Refused) and one]
        receipts = [receipt for number, drafts in rows for receipt in receipts_of(number, drafts)]
        back = kind.compensate(receipts, Progress(school_code="4111010001"), uuid4())
        told = list(zip(receipts, back, strict=True))
        kept = {receipt.row for receipt, one in told if isinstance(one, Refused)}
        drafts = [draft for receipt, one in told if receipt.row not in kept for draft in one]
        self.base.append(drafts, by=Context.system("undo", self.base.clock.now()))
        return list(back)


def citizen(number: int) -> str:
    """A well-formed resident's number, another one for each number."""
    body = f"1101051949{number // 1000 % 9 + 1:02d}10{number % 1000:03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def row_of(number: int, **values: Any) -> dict[str, Any]:
    """A good row of an admission list, told anew."""
    (row,) = admission_rows(1, number)
    return row.values | values


def codes(decided: list[Any]) -> list[str]:
    """What came of each row: a refusal's code, or how many facts."""
    return [one.code if isinstance(one, Refused) else str(len(one)) for one in decided]
