"""An old register comes with its own dates, origin and evidence; what is wrong in it is said, never repaired."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from stdnum.cn import ric

from services.enrollment.application.bulk.existing_statuses import ExistingStatusesKind
from services.enrollment.application.bulk.existing_years import ExistingYearsKind
from services.enrollment.application.bulk.kinds import kinds
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.conftest import PROVINCE, SCHOOL
from services.enrollment.tests.test_application import register, settle
from shared.eventstore.context import Context
from shared.intake.columns import check_rows
from shared.intake.files import read_sheet
from shared.intake.kind import Traits
from shared.intake.outcome import Unchanged
from shared.intake.progress import Progress
from shared.intake.tables_existing import CLOSED_WORDS, EVIDENCE_WORDS, EXISTING_STATUSES, EXISTING_YEARS, OPEN_WORDS
from shared.rules.refused import Refused

TODAY = datetime(2026, 11, 22, 4, tzinfo=UTC)


def id_number(serial, born="19850630"):
    body = f"110105{born}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


def status_row(serial=1, **cells):
    return {
        "YXDM": SCHOOL, "YXMC": "北京大学", "KSH": f"0311010{serial:04d}", "XH": f"03{serial:04d}", "XM": "王小明",
        "XB": "男", "CSRQ": "19850630", "SFZH": id_number(serial), "MZ": "汉族", "ZYDM": "070101",
        "ZYMC": "数学与应用数学", "CC": "本科", "XZ": "4", "XXXS": "普通全日制", "XLLB": "普通高等教育",
        "RXRQ": "20030901", "YJBYRQ": "20070701", "XJZT": "毕业", "LXRQ": "20070701", "ZHXN": "", "NJ": "",
        "PZDJ": "原学籍库", **cells,
    }  # fmt: skip


def year_row(serial=1, year=2004, **cells):
    return {
        "YXDM": SCHOOL, "KSH": f"0311010{serial:04d}", "XN": str(year), "ZCJG": "注册学籍", "ZCRQ": f"{year}0905",
        "JZRQ": "", "XJBD": "", "XJJZ": "", "PZDJ": "纸质档案", **cells,
    }  # fmt: skip


def checked(table, *rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return list(check_rows(table, read_sheet(io.BytesIO(text.getvalue().encode()), "old.csv")))


def errors_of(table, row):
    return [(error.field, error.rule) for error in checked(table, row)[0].errors]


def progress(kind="existing_statuses", province=PROVINCE, **params):
    given = {"source": "省厅2004库", **params}
    return Progress(kind=kind, filename="old.csv", province=province, submitted_by="pe-1", params=given)


@pytest.fixture
def old(enrollment):
    enrollment.clock.move_to(TODAY)
    return enrollment


def load(enrollment, *rows, **more):
    """Decide rows of statuses and keep what follows."""
    found = checked(EXISTING_STATUSES, *rows)
    assert [row.errors for row in found] == [()] * len(rows)
    return _kept(enrollment, ExistingStatusesKind(enrollment).decide(found, progress(**more), uuid4()))


def load_years(enrollment, *rows, entry_year=2003, **more):
    found = checked(EXISTING_YEARS, *rows)
    assert [row.errors for row in found] == [()] * len(rows)
    year = str(found[0].values["XN"])
    batch = progress("existing_years", entry_year=str(entry_year), academic_year=year, **more)
    return _kept(enrollment, ExistingYearsKind(enrollment).decide(found, batch, uuid4()))


def _kept(enrollment, decided):
    drafts = [draft for one in decided if not isinstance(one, Refused) for draft in one]
    if drafts:
        enrollment.append(drafts, by=Context.system("existing_statuses", TODAY))
    return decided


def refusals(decided):
    return [one.as_dict()["rule"] if isinstance(one, Refused) else None for one in decided]


def loaded(enrollment, decided):
    return enrollment.get(StudentStatus, decided[0][0].originator_id)


# --- what the columns say without asking anybody ---


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"LXRQ": ""}, "LXRQ"),
        ({"XJZT": "在籍"}, "LXRQ"),
        ({"LXRQ": "20030901"}, "LXRQ"),
        ({"LXRQ": "20020901"}, "LXRQ"),
        ({"CSRQ": "20030901"}, "CSRQ"),
        ({"ZHXN": "2001"}, "ZHXN"),
        ({"ZHXN": "2008"}, "ZHXN"),
    ],
)
@pytest.mark.rule("X-LOAD-1")
def test_a_row_that_contradicts_itself_is_said_and_refused(cells, field):
    """Given an old register, when one row says two things that cannot both be true, then the field is named."""
    assert (field, "X-LOAD-1") in errors_of(EXISTING_STATUSES, status_row(**cells))


@pytest.mark.rule("X-LOAD-2")
@pytest.mark.parametrize(("table", "row"), [(EXISTING_STATUSES, status_row()), (EXISTING_YEARS, year_row())])
def test_every_row_says_how_well_it_is_attested(table, row):
    """Given a row of an old register, when its evidence level is missing, then the row is refused."""
    assert errors_of(table, row) == []
    assert errors_of(table, row | {"PZDJ": ""}) == [("PZDJ", "X-LOAD-2")]
    without = {name: cell for name, cell in row.items() if name != "PZDJ"}
    assert errors_of(table, without) == [("PZDJ", "X-LOAD-2")]


def test_columns_ask_for_nothing_that_old_registers_did_not_know():
    assert errors_of(EXISTING_STATUSES, status_row(CC="专升本")) == []
    assert errors_of(EXISTING_STATUSES, status_row(CC="预科", XLLB="高等教育自学考试", LQLX="")) == []


def test_the_words_of_the_files_are_those_of_the_rules():
    from services.enrollment.domain.rules.existing import EVIDENCE, STATES

    assert set(STATES) == {*OPEN_WORDS, *CLOSED_WORDS}
    assert tuple(EVIDENCE) == EVIDENCE_WORDS


def test_a_load_is_planned_and_committed_by_a_second_person():
    for name in ("existing_statuses", "existing_years"):
        traits = Traits(kinds(None)[name])
        assert traits.irreversible
        assert traits.action == "load_existing"


# --- statuses ---


@pytest.mark.servers
@pytest.mark.rule("A28-1", "A14-1")
def test_a_status_of_long_ago_keeps_its_dates_and_says_where_it_came_from(old):
    """Given a graduate of 2007, when the old register is loaded, then a closed status with its own dates stands."""
    decided = load(old, status_row())
    status = loaded(old, decided)
    assert (status.standing.state, status.standing.since) == ("graduated", date(2007, 7, 1))
    fact = decided[0][0].values
    assert (fact["entry_date"], fact["closed_on"]) == (date(2003, 9, 1), date(2007, 7, 1))
    assert (fact["origin"], fact["evidence_level"]) == ("省厅2004库:old.csv:2", "old_register")
    assert fact["admission_id"] == decided[0][0].originator_id


@pytest.mark.servers
@pytest.mark.parametrize("word", [*OPEN_WORDS, *CLOSED_WORDS])
def test_every_state_of_an_old_register_has_its_place_here(old, word):
    left = "20070701" if word in CLOSED_WORDS else ""
    status = loaded(old, load(old, status_row(XJZT=word, LXRQ=left)))
    assert status.standing.is_open == (word in OPEN_WORDS)


@pytest.mark.servers
@pytest.mark.rule("A8-9")
def test_two_periods_of_full_time_study_never_overlap_however_old(old):
    """Given a full-time status of 2003 to 2007, when another overlaps it, then it is refused."""
    load(old, status_row())
    same = {"SFZH": id_number(1), "KSH": "0311019999"}
    with pytest.raises(Refused) as refused:
        load(old, status_row(2, **same, RXRQ="20050901", YJBYRQ="20090701", LXRQ="20090701"))
    assert refused.value.as_dict()["rule"] == "A8-9"
    load(old, status_row(3, **same, RXRQ="20070901", YJBYRQ="20100701", LXRQ="20100701", CC="硕士研究生"))
    load(old, status_row(4, SFZH=id_number(1), XXXS="函授", XLLB="成人高等教育", RXRQ="20040301"))


@pytest.mark.servers
@pytest.mark.rule("A24-1")
def test_whoever_is_appointed_for_another_training_loads_nothing_of_it(old):
    """Given a province's operator for adult education, when an old register of regular students or of their years is
    loaded, then every row is refused under A24-1, and those of adults are taken in."""
    decided = load(old, status_row(), status_row(2, XLLB="成人高等教育", XXXS="函授"), training="adult")
    assert refusals(decided) == ["A24-1", None]
    load(old, status_row())
    assert refusals(load_years(old, year_row(), year_row(2), training="adult")) == ["A24-1", None]
    assert refusals(load_years(old, year_row(), training="regular")) == [None]


@pytest.mark.servers
def test_what_is_told_again_is_nothing_new_and_what_is_told_otherwise_is_refused(old):
    load(old, status_row(), status_row(2))
    again = load(old, status_row(), status_row(2, XJZT="结业"), status_row(1, SFZH=id_number(9)))
    assert isinstance(again[0], Unchanged)
    assert refusals(again) == [None, "X-LOAD-1", "X-LOAD-1"]


@pytest.mark.servers
def test_a_status_that_went_on_since_is_still_the_one_that_was_loaded(old):
    row = status_row(XJZT="在籍", LXRQ="", RXRQ="20230901", YJBYRQ="20270701", CSRQ="20050630", ZHXN="2024")
    status = loaded(old, load(old, row))
    assert status.standing.settled_year == 2024
    settle(old, status.id, 2025)
    assert isinstance(load(old, row)[0], Unchanged)


@pytest.mark.servers
def test_the_old_register_does_not_go_around_an_admission_list(old, released):
    row = status_row(KSH=released[0], RXRQ="20220901", YJBYRQ="20260701", XJZT="在籍", LXRQ="")
    assert refusals(load(old, row)) == ["A7-3"]
    register(old, released[0])
    assert refusals(load(old, row)) == ["A7-3"]


@pytest.mark.servers
@pytest.mark.rule("A4-2")
def test_a_province_loads_the_registers_of_its_own_schools(old):
    """Given a school of another province, when a province loads its status, then the row is refused."""
    assert refusals(load(old, status_row(), province="33")) == ["A4-2"]


@pytest.mark.servers
@pytest.mark.rule("A28-1", "A2-2")
def test_the_rules_of_the_day_of_entry_decide(old):
    """Given study without formal education, when it began before 2014-09-01 it is loaded, then later it is refused."""
    cells = {"XLLB": "高等教育学历文凭考试", "XXXS": "业余"}
    assert refusals(load(old, status_row(**cells))) == [None]
    newer = {"RXRQ": "20140901", "YJBYRQ": "20180701", "LXRQ": "20180701"}
    assert refusals(load(old, status_row(2, **cells, **newer))) == ["A2-2"]


@pytest.mark.servers
def test_an_old_register_tells_nothing_that_lies_ahead(old):
    ahead = {"XJZT": "毕业", "LXRQ": "20270701", "RXRQ": "20230901", "YJBYRQ": "20270701"}
    assert refusals(load(old, status_row(**ahead))) == ["X-LOAD-1"]
    future = {"XJZT": "在籍", "LXRQ": "", "RXRQ": "20270901", "YJBYRQ": "20310701"}
    assert refusals(load(old, status_row(**future))) == ["X-LOAD-1"]


# --- years ---


@pytest.mark.servers
@pytest.mark.rule("A14-1", "A28-1")
def test_the_years_of_a_closed_status_are_told_and_open_nothing_again(old):
    """Given a graduate of an old register, when the years are loaded, then each has its own day and none reopens it."""
    status = loaded(old, load(old, status_row()))
    for year in (2004, 2005, 2006):
        decided = load_years(old, year_row(year=year, XJBD="转专业", XJJZ="三好学生"))
        assert refusals(decided) == [None]
    fact = decided[0][0].values
    assert (fact["registered_on"], fact["late"], fact["evidence_level"]) == (date(2006, 9, 5), False, "paper_archive")
    assert (fact["changes"], fact["annotations"], fact["origin"]) == (
        ("转专业",),
        ("三好学生",),
        "省厅2004库:old.csv:2",
    )
    standing = old.get(StudentStatus, status.id).standing
    assert (standing.state, standing.settled_year) == ("graduated", 2006)
    stored = old.standings(StudentStatus, [status.id])[status.id][1]
    assert stored == standing


@pytest.mark.servers
@pytest.mark.rule("A12-3", "A28-1")
def test_one_result_a_year_holds_at_any_time_and_order_since_the_measure(old):
    """Given years of an old register, when one is told twice it is refused at any time, then a gap only since 2014."""
    load(old, status_row())
    assert refusals(load_years(old, year_row(year=2004))) == [None]
    assert isinstance(load_years(old, year_row(year=2004))[0], Unchanged)
    assert refusals(load_years(old, year_row(year=2004, ZCJG="暂缓注册"))) == ["A12-3"]
    assert refusals(load_years(old, year_row(year=2006))) == [None]  # the gap of an old register is left as it is
    newer = {"RXRQ": "20150901", "YJBYRQ": "20190701", "LXRQ": "20190701", "CSRQ": "19970630"}
    load(old, status_row(2, **newer))
    assert refusals(load_years(old, year_row(2, year=2017), entry_year=2015)) == ["A12-1"]
    assert refusals(load_years(old, year_row(2, year=2016), entry_year=2015)) == [None]


@pytest.mark.servers
@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"ZCRQ": "20030801"}, "X-LOAD-1"),
        ({"ZCRQ": "20040701"}, "X-LOAD-1"),
        ({"ZCRQ": "20070702"}, "X-LOAD-1"),
        ({"ZCRQ": "20270901"}, "X-LOAD-1"),
        ({"YXDM": "4111010002"}, "A4-1"),
        ({"YXDM": "4133010335"}, "A4-2"),
        ({"KSH": "0311010777"}, "A14-1"),
    ],
)
def test_a_year_that_cannot_have_been_is_refused(old, cells, rule):
    load(old, status_row())
    assert refusals(load_years(old, year_row(**cells))) == [rule]


@pytest.mark.servers
def test_a_deferred_year_may_be_registered_later_and_was_late_only_where_a_day_was_named(old):
    load(old, status_row())
    assert refusals(load_years(old, year_row(ZCJG="暂缓注册"))) == [None]
    decided = load_years(old, year_row(ZCRQ="20041203", JZRQ="20041001"))
    assert decided[0][0].values["resumes"]
    assert not decided[0][0].values["late"]  # the deadline of article 13 came with the Measure
    newer = {"RXRQ": "20150901", "YJBYRQ": "20190701", "LXRQ": "20190701", "CSRQ": "19970630"}
    load(old, status_row(2, **newer))
    late = load_years(old, year_row(2, year=2016, ZCRQ="20161203", JZRQ="20161001"), entry_year=2015)
    assert late[0][0].values["late"]
