"""Entry, records, endings, papers, old registers and lists: a row that breaks several rules is told all of them."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.application.bulk import (
    cancellations,
    existing_years,
    freshman_reports,
    leaving_papers,
    recheck_results,
    study_records,
)
from services.enrollment.application.bulk.admission_list import AdmissionListKind, SpecialAdmissionListKind
from services.enrollment.application.bulk.entries import Entries
from services.enrollment.application.bulk.existing_statuses import ExistingStatusesKind
from services.enrollment.domain.rules.rechecks import ITEMS
from services.enrollment.tests.conftest import ADMISSION, SCHOOL
from services.enrollment.tests.gates import Gates, row_of
from services.enrollment.tests.offices import ELSEWHERE, HERE, at
from services.enrollment.tests.test_every_reason import OTHER, TODAY, said
from services.enrollment.tests.test_existing import checked, load, progress, status_row
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.intake.outcome import Unchanged
from shared.intake.tables_existing import EXISTING_STATUSES
from shared.rules.refused import Refused

SECRET = "见11010519491231002X"


def outcome_of(decided):
    """What `decide` makes of one row."""
    (one,) = decided
    return one


def school_file(school=SCHOOL, training="all"):
    return Progress(school_code=school, submitted_by="r1", params={"entry_year": "2022", "training": training})


# --- entry ---


def entries_of(admission, released=True, holder=None):
    one = uuid7()
    holders = {} if holder is None else {one: holder}
    return one, Entries({admission.exam_no: (one, 1, admission)}, holders, {admission.batch_id: released})


def report_of(admission, school=SCHOOL, training="all", released=True, holder=None, **cells):
    _, entries = entries_of(admission, released, holder)
    world = freshman_reports.World(entries, school, training, date(2022, 9, 10), TODAY)
    values = {"KSH": admission.exam_no, "BDRQ": date(2022, 9, 3), "CSJG": "合格"} | cells
    return outcome_of(freshman_reports.outcomes(world, [CheckedRow(2, values)]))


@pytest.mark.rule("R41-8", "R41-9", "A8-4", "A4-1", "A7-3", "A24-1")
def test_a_report_that_is_late_and_ahead_of_its_day_is_told_both():
    """Given the school's last day, when somebody is to have reported after it and after today, then both are said."""
    ahead = {"BDRQ": date(2024, 10, 1)}
    assert said(report_of(ADMISSION, **ahead)) == [("BDRQ", "X-CODE-7"), ("BDRQ", "R41-8")]
    gone = replace(ADMISSION, state="abandoned")
    assert said(report_of(gone, BDRQ=date(2022, 9, 11))) == [("RXJG", "A8-4"), ("BDRQ", "R41-8")]
    reported = replace(ADMISSION, state="reported")
    assert said(report_of(reported, holder=uuid7(), CSJG="不合格", **ahead | {"QJ": "是"})) == [
        ("KSH", "R41-9"),
        ("BDRQ", "X-CODE-7"),
        ("KSH", "A8-4"),
    ]
    assert said(report_of(ADMISSION, school=OTHER, **ahead)) == [("KSH", "A4-1")]
    assert said(report_of(ADMISSION, training="adult", **ahead)) == [("KSH", "A24-1")]
    assert said(report_of(ADMISSION, released=False, **ahead)) == [("KSH", "A7-3")]
    assert len(report_of(ADMISSION)) == 1


def recheck_of(status=None, admission=ADMISSION, school=SCHOOL, training="all", **cells):
    one, entries = entries_of(admission)
    statuses = {} if status is None else {one: (uuid7(), 1, status)}
    since = {each[0]: {"admission_id": one, "id_key": "a", "full_time": True, "holds_from": None,
                       "entry_date": date(2022, 9, 1)} for each in statuses.values()}  # fmt: skip
    world = recheck_results.World(entries, statuses, since, school, training, TODAY)
    values = {"KSH": admission.exam_no, "FCRQ": date(2022, 10, 1)} | dict.fromkeys(ITEMS, "合格") | cells
    return outcome_of(recheck_results.outcomes(world, [CheckedRow(2, values)]))


UNFIT = {"STJK": "不合格", "CLYJ": "保留入学资格"}


@pytest.mark.rule("R41-11", "A4-1", "A24-1")
def test_a_recheck_on_a_wrong_day_with_a_late_deferral_is_told_all_of_it(status):
    """Given a recheck that lies ahead and defers into the past, when it is filed, then each of it is named."""
    late = UNFIT | {"FCRQ": date(2025, 1, 1), "BLZ": date(2020, 1, 1)}
    assert said(recheck_of(status, **late)) == [("FCRQ", "X-CODE-7"), ("CLYJ", "R41-11"), ("BLZ", "R41-10")]
    left = replace(status, state="graduated", since=date(2024, 7, 1))
    assert said(recheck_of(left, FCRQ=date(2021, 1, 1))) == [("KSH", "A14-2"), ("FCRQ", "R41-11")]
    gone = replace(ADMISSION, state="abandoned")
    assert said(recheck_of(admission=gone, **late)) == [("RXJG", "A8-4"), ("BLZ", "R41-10")]
    assert said(recheck_of(status, school=OTHER, **late)) == [("KSH", "A4-1")]
    assert said(recheck_of(status, training="adult", **late)) == [("KSH", "A24-1")]
    assert len(recheck_of(status)) == 1
    assert len(recheck_of(status, **UNFIT)) == 3


# --- records, endings, papers ---


def records_of(status, school=SCHOOL, training="all", **cells):
    values = {"KSH": "1", "JZRQ": date(2023, 5, 1)} | cells
    return study_records._decided(values, (uuid7(), 1, status), school_file(school, training), TODAY)


@pytest.mark.rule("A12-5", "A25-1", "A14-2", "A4-1")
def test_records_of_a_wrong_day_with_poor_texts_are_told_all_of_it(status):
    """Given two records of one row, when neither may be shown and their day lies ahead, then all three are named."""
    poor = {"JL": SECRET, "CF": "=1+1", "XYKS": "英语四级"}
    assert said(records_of(status, **poor, JZRQ=date(2024, 10, 1))) == [
        ("JZRQ", "X-CODE-7"),
        ("JL", "A25-1"),
        ("CF", "X-FILE-11"),
    ]
    left = replace(status, state="graduated", since=date(2024, 7, 1))
    assert said(records_of(left, **poor)) == [("KSH", "A14-2"), ("JL", "A25-1"), ("CF", "X-FILE-11")]
    assert said(records_of(status, school=OTHER, **poor)) == [("KSH", "A4-1")]
    assert len(records_of(status, XYKS="英语四级", JL="三好学生")) == 2


ENDING = {
    "KSH": "1", "ZXLX": "退学", "WH": "校学〔2024〕7号", "JDRQ": date(2024, 9, 1), "SXRQ": date(2024, 9, 1),
    "YY": "本人申请",
}  # fmt: skip


def ending_of(status, school=SCHOOL, waits=False, **cells):
    one = uuid7()
    row = CheckedRow(2, ENDING | cells)
    waiting = {str(one)} if waits else set()
    return cancellations._decided(row, (one, 1, status), school_file(school), uuid7(), waiting, TODAY)


@pytest.mark.rule("A24-3", "A24-2", "A25-1", "A13-4", "A4-1", "A12-6")
def test_an_ending_without_reason_on_wrong_days_while_another_waits_is_told_all_of_it(status):
    """Given a proposal that waits, when a file ends the status with four faults, then all five are named."""
    wrong = {"WH": SECRET, "JDRQ": date(2024, 10, 1), "SXRQ": date(2024, 10, 1), "YY": " "}
    assert said(ending_of(status, waits=True, **wrong)) == [
        ("JDRQ", "X-CODE-7"),
        ("SXRQ", "X-CODE-7"),
        ("YY", "A24-3"),
        ("WH", "A25-1"),
        ("KSH", "A24-2"),
    ]
    gone = replace(status, state="expelled", since=date(2024, 9, 3))
    assert said(ending_of(gone, ZXLX="死亡", YY=None)) == [("KSH", "A13-4"), ("ZM", "A12-6")]
    assert said(ending_of(status, school=OTHER, waits=True, **wrong)) == [("KSH", "A4-1")]
    assert len(ending_of(status)) == 3


def paper_of(status, taken=False, school=SCHOOL, **cells):
    values = {"KSH": "1", "ZSLX": "肄业证书", "ZSBH": "肄001", "FZRQ": date(2024, 9, 10)} | cells
    return leaving_papers._decided(values, (uuid7(), 1, status), school_file(school), taken, TODAY)


@pytest.mark.rule("A12-7", "R41-33", "A4-1")
def test_a_paper_not_earned_on_a_wrong_day_under_a_taken_number_is_told_all_of_it(status):
    """Given a number that is taken, when an unearned paper is to bear it, dated ahead, then all three are named."""
    ahead = {"FZRQ": date(2024, 10, 1)}
    assert said(paper_of(status, taken=True, **ahead)) == [("ZSLX", "R41-33"), ("FZRQ", "X-CODE-7"), ("ZSBH", "A12-7")]
    left = replace(status, state="dropped", since=date(2024, 7, 1))
    early = {"FZRQ": date(2024, 6, 1)}
    assert said(paper_of(left, taken=True, **early)) == [("FZRQ", "X-CODE-7"), ("ZSBH", "A12-7")]
    given = replace(left, papers=("肄业证书",))
    assert said(paper_of(given, taken=True, **early)) == [("ZSLX", "A12-7"), ("FZRQ", "X-CODE-7")]
    assert said(paper_of(status, school=OTHER, taken=True, **ahead)) == [("KSH", "A4-1")]
    assert len(paper_of(left)) == 1


# --- old registers ---


def told_year_of(status, found=True, province="11", **cells):
    values = {
        "YXDM": SCHOOL, "KSH": "1", "XN": 2023, "ZCJG": "注册学籍", "ZCRQ": date(2023, 9, 5), "JZRQ": None,
        "XJBD": None, "XJJZ": None, "PZDJ": "原学籍库",
    } | cells  # fmt: skip
    batch = Progress(filename="old.csv", province=province, submitted_by="pe", params={"source": "省厅库"})
    return existing_years._told(CheckedRow(2, values), (uuid7(), 1, status) if found else None, batch, 2023, TODAY)


@pytest.mark.rule("A12-1", "A12-3", "A12-9", "A28-1", "A4-2", "A4-1")
def test_a_year_of_an_old_register_that_contradicts_itself_is_told_all_of_it(status):
    """Given a loaded status, when a year of it is out of order and out of time, then every reason is named."""
    old = replace(status, origin="省厅库:old.csv:2")
    assert said(told_year_of(old, XN=2030, ZCRQ=date(2025, 9, 5))) == [
        ("XN", "A12-3"),
        ("ZCRQ", "X-LOAD-1"),
        ("ZCRQ", "X-LOAD-1"),
        ("XN", "A12-9"),
        ("XN", "A12-1"),
    ]
    left = replace(old, state="dropped", since=date(2022, 12, 1))
    assert said(told_year_of(left, ZCRQ=date(2023, 9, 5))) == [("ZCRQ", "X-LOAD-1"), ("XN", "X-LOAD-1")]
    before = {"XN": 2021, "ZCRQ": date(2021, 9, 5)}
    assert said(told_year_of(old, **before)) == [("XN", "A12-3"), ("ZCRQ", "X-LOAD-1"), ("XN", "X-LOAD-1")]
    assert said(told_year_of(old, **before | {"YXDM": OTHER})) == [("XN", "A12-3"), ("YXDM", "A4-1")]
    assert said(told_year_of(old, found=False, **before)) == [("XN", "A12-3"), ("KSH", "A14-1")]
    assert said(told_year_of(old, province="13", **before)) == [("YXDM", "A4-2")]
    assert len(told_year_of(old)) == 1


def test_a_year_told_alike_in_the_file_of_another_year_is_told_that_alone(status):
    old = replace(status, origin="省厅库:old.csv:2", settled_year=2022, settled_as="registered")
    assert said(told_year_of(old, XN=2022, ZCRQ=date(2022, 9, 5))) == [("XN", "A12-3")]


@pytest.mark.servers
@pytest.mark.rule("A2-1", "A2-2", "A28-1", "A4-2")
def test_a_status_of_an_old_register_is_told_every_contradiction(enrollment):
    """Given a loaded status, when the register tells it of days ahead and of no institution, then all is named."""
    enrollment.clock.move_to(at(TODAY))
    load(enrollment, status_row(1, RXRQ="20200901", YJBYRQ="20240701", XJZT="在籍", LXRQ=""))
    again = {"RXRQ": "20200901", "YJBYRQ": "20240701", "XJZT": "退学", "LXRQ": "20300101"}
    row = outcome_of(decided(enrollment, status_row(1, **again)))
    assert said(row) == [("LXRQ", "X-LOAD-1"), ("KSH", "X-LOAD-1")]
    (poor,) = checked(EXISTING_STATUSES, status_row(2, RXRQ="20300901", YJBYRQ="20340701", LXRQ="20310701"))
    wrong = CheckedRow(2, poor.values | {"YXDM": "3611010001", "XLLB": "非学历教育培训"})
    kind = ExistingStatusesKind(enrollment)
    (row,) = kind.decide([wrong], progress(province="11"), uuid7())
    assert said(row) == [("RXRQ", "X-LOAD-1"), ("LXRQ", "X-LOAD-1"), ("YXDM", "A2-1"), ("XLLB", "A2-2")]
    (row,) = kind.decide([wrong], progress(province="13"), uuid7())
    assert said(row) == [("YXDM", "A4-2")]


def decided(enrollment, *rows):
    return ExistingStatusesKind(enrollment).decide(checked(EXISTING_STATUSES, *rows), progress(), uuid7())


# --- lists ---


@pytest.mark.servers
@pytest.mark.rule("A7-2", "A4-1", "A24-1")
def test_a_row_of_a_list_is_told_year_number_school_and_training_at_once(enrollment):
    """Given a listed number, when a list of another year says otherwise of it, then both are named."""
    gates = Gates(enrollment)
    exam_no = gates.admit(HERE)
    row = row_of(7, KSH=exam_no, RXRQ=date(2022, 9, 1))
    assert listed(gates, AdmissionListKind, row, 2022) == [("KSH", "A7-2")]
    assert listed(gates, AdmissionListKind, row, 2023) == [("RXRQ", "A7-2"), ("KSH", "A7-2")]
    special = row | {"TSLB": "直博"}
    assert listed(gates, SpecialAdmissionListKind, special, 2023, "adult") == [
        ("KSH", "A24-1"),
        ("RXRQ", "A7-2"),
        ("KSH", "A7-2"),
    ]
    others = special | {"YXDM": ELSEWHERE}
    assert listed(gates, SpecialAdmissionListKind, others, 2023, "adult") == [
        ("YXDM", "A4-1"),
        ("KSH", "A24-1"),
        ("RXRQ", "A7-2"),
    ]


def listed(gates, kind, row, year, training="all"):
    (one,) = gates.take_in(kind(gates.base), row, year=year, training=training)
    assert isinstance(one, Refused | Unchanged), one
    return said(one)
