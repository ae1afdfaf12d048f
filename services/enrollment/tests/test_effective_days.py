"""Facts that come from a file say in their context from when they hold, as those of single commands do."""

from datetime import date
from uuid import uuid4

import pytest

from services.enrollment.application.bulk.freshman_reports import FreshmanReportsKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.status_changes import StatusChangesKind
from services.enrollment.application.bulk.year_results import YearResultsKind
from services.enrollment.domain.rules.standing import PASSED
from services.enrollment.tests.gates import Gates
from services.enrollment.tests.offices import HERE, registrar
from services.enrollment.tests.test_existing import TODAY, load, load_years, loaded, status_row, year_row
from shared.eventstore.context import Context
from shared.eventstore.replay import history
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.rules.refused import Refused

pytestmark = pytest.mark.servers


def days_of(app, *ids):
    """Each fact and its day, as the auditor sees them."""
    told = [(type(each.fact).__name__, each.context["effective_on"]) for each in history(app.store, ids)]
    return [(name, date.fromisoformat(day)) for name, day in told]


def about(decided):
    assert not any(isinstance(one, Refused) for one in decided), decided
    return [one[0].originator_id for one in decided]


@pytest.mark.rule("R41-9")
def test_rows_of_one_report_each_hold_from_their_own_day(enrollment):
    """Given freshmen of one file, when they reported on different days, then each fact holds from its own."""
    gates = Gates(enrollment)
    gates.go_to(date(2022, 9, 20))
    came = {gates.admit(HERE): date(2022, 9, day) for day in (3, 5, 20)}
    rows = [{"KSH": exam_no, "BDRQ": day, "CSJG": PASSED} for exam_no, day in came.items()]
    ids = about(gates.take_in(FreshmanReportsKind(enrollment), *rows))
    assert [days_of(enrollment, one)[-1] for one in ids] == [("Reported", day) for day in came.values()]


@pytest.mark.rule("A28-1")
def test_an_old_register_holds_from_its_old_days(enrollment):
    """Given statuses and years of long ago, when they are loaded, then their facts hold from the days of that time."""
    enrollment.clock.move_to(TODAY)
    status = loaded(enrollment, load(enrollment, status_row(1)))
    load_years(enrollment, year_row(1, 2004))
    assert days_of(enrollment, status.id) == [("Registered", date(2003, 9, 1)), ("YearRegistered", date(2004, 9, 5))]


@pytest.mark.rule("X-UNDO-1")
def test_what_takes_a_row_back_holds_from_the_day_that_the_row_held_from(enrollment):
    """Given rows of files, when the files are taken back, then each fact holds from the day of what it takes back."""
    gates = Gates(enrollment)
    gates.go_to(date(2023, 9, 20))
    declared = {"school_code": HERE, "academic_year": 2023, "starts_on": date(2023, 9, 1), "by_credits": None}
    gates.ask(gates.school_years.declare_school_year, registrar(), **declared)
    exam_no = gates.admit(HERE)
    registered, changes, years = (
        kind(enrollment) for kind in (FreshmanResultsKind, StatusChangesKind, YearResultsKind)
    )
    (status_id,) = about(gates.take_in(registered, {"KSH": exam_no, "RXJG": "注册学籍", "FCJG": PASSED}))
    leave = {
        "KSH": exam_no, "XJBD": "休学", "WH": "校学1号", "JDRQ": date(2023, 9, 10), "SXRQ": date(2023, 9, 12),
        "YY": "因病", "HXRQ": date(2024, 9, 1),
    }  # fmt: skip
    gates.take_back(changes, gates.take_in(changes, leave))
    year = CheckedRow(2, {"KSH": exam_no, "XN": 2023, "ZCJG": "注册学籍"})
    params = {"entry_year": "2022", "academic_year": "2023"}
    settled = years.decide([year], Progress(school_code=HERE, submitted_by="r", params=params), uuid4())
    enrollment.append(settled[0], by=Context.system("take_in", enrollment.clock.now()))
    gates.go_to(date(2023, 9, 22))
    gates.take_back(years, settled)
    assert days_of(enrollment, status_id) == [
        ("Registered", date(2022, 9, 1)),
        ("Changed", date(2023, 9, 12)),
        ("ChangeWithdrawn", date(2023, 9, 12)),
        ("YearRegistered", date(2023, 9, 20)),
        ("YearWithdrawn", date(2023, 9, 20)),
    ]
    results = gates.take_in(registered, {"KSH": gates.admit(HERE), "RXJG": "注册学籍", "FCJG": PASSED})
    gates.take_back(registered, results)
    assert days_of(enrollment, *about(results))[-1] == ("RegistrationWithdrawn", date(2022, 9, 1))
