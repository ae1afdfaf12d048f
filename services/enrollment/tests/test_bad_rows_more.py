"""A thousand rows of every other kind, one of each twenty-five wrong: each is named once, and all others are in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.application.bulk.cancellations import CancellationsKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.status_changes import StatusChangesKind
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.student_status import EXAM_NO, StudentStatus
from services.enrollment.tests import spoiled_more as wrongs
from services.enrollment.tests.filing import REGULAR, Desk
from services.enrollment.tests.gates import citizen
from services.enrollment.tests.offices import ELSEWHERE, HERE, province
from services.enrollment.tests.spoiled import Wrong
from services.enrollment.tests.test_bad_rows import (
    DECISION,
    Spoiled,
    admissions,
    done_with,
    exam_no,
    in_chunks,
    listed,
    proved,
    statuses,
)
from shared.access.assertion import Assertion
from shared.intake.tables_changes import CANCELLATIONS, LEAVING_PAPERS, STATUS_CHANGES, STUDY_RECORDS
from shared.intake.tables_entry import FRESHMAN_REPORTS, RECHECK_LIST, SPECIAL_ADMISSION_LIST
from shared.intake.tables_existing import EXISTING_STATUSES, EXISTING_YEARS

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
OF_2022 = {"entry_year": "2022"}
TODAY = date(2024, 3, 5)


@dataclass
class Small(Spoiled):
    """A file whose good rows are made by `cells`, from the number of the row."""

    every: int = 25
    cells: Callable[[int], Mapping[str, str]] = field(kw_only=True)

    def meant(self, row: int) -> dict[str, str]:
        return dict(self.cells(row))


def file_of(table: Any, ways: Sequence[Wrong], cells: Callable[[int], Mapping[str, str]], count: int = 1_000) -> Small:
    return Small(table, ways, max(count, 25 * len(ways)), cells=cells)


class TwoAtTheDesk(Desk):
    """Files that one person plans and another commits."""

    def file(
        self,
        kind: str,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        params: Mapping[str, str],
        actor: Assertion = REGULAR,
    ) -> UUID:
        batch_id = self.plan(kind, header, rows, params, actor)
        asked = {"batch_id": batch_id, "plan_id": UUID(str(self.progress(batch_id).plan_id)), "mode": "good_rows"}
        self.ask(self.batches.commit_plan, replace(actor, sub="second"), **asked)
        while self.runner.step():
            pass
        return batch_id


@pytest.fixture
def desk(enrollment, tmp_path):
    return Desk(enrollment, tmp_path / "blobs")


@pytest.fixture
def two(enrollment, tmp_path):
    return TwoAtTheDesk(enrollment, tmp_path / "blobs")


def enrolled(desk: Desk, file: Spoiled, today: date = TODAY) -> None:
    """All registered but those who are not; some went on leave, some left."""
    listed(desk, file)
    aside = {*file.of("foreign", "not registered")}
    desk.register_all(exam_no(row) for row in file.numbers if exam_no(row) not in aside)
    desk.register_all([*file.of("foreign"), *(f"2288{row:010d}" for row in file.strangers())], ELSEWHERE)
    desk.go_to(today)
    leave = DECISION | {"XJBD": "休学", "YY": "因病", "HXRQ": date(2024, 9, 1)}
    done_with(desk, StatusChangesKind, file.of("on leave"), leave)
    done_with(desk, CancellationsKind, file.of("left"), DECISION | {"ZXLX": "退学", "YY": "本人申请"})


def those(desk: Desk, file: Spoiled, is_so: Callable[[Any], bool]) -> set[str]:
    """The numbers of whose standing is so."""
    return {number for number, standing in statuses(desk, file) if is_so(standing)}


def decided(row: int, **more: str) -> dict[str, str]:
    return {"KSH": exam_no(row), "WH": "校学〔2024〕7号", "JDRQ": "20240301", "SXRQ": "20240301", **more, "BZ": ""}


@pytest.mark.rule("A12-4", "X-STATE-2")
def test_every_bad_row_of_a_file_of_changes_is_named_and_every_good_one_is_in(desk):
    """Given a file of leaves, rows wrong in every way, when taken in, then each is named, all others are away."""
    unsaid = dict.fromkeys(("SQRQ", "TYRQ", "NJ", "ZYDM", "ZYMC", "YJBYRQ", "ZS"), "")
    leave = {"XJBD": "休学", "YY": "因病", "HXRQ": "20250301"} | unsaid
    file = file_of(STATUS_CHANGES, wrongs.CHANGES, lambda row: decided(row, **leave))
    enrolled(desk, file)
    in_now = proved(desk, file, OF_2022)
    assert those(desk, file, lambda one: one.since == date(2024, 3, 1)) == in_now


@pytest.mark.rule("A12-5")
def test_every_bad_row_of_a_file_of_records_is_named_and_every_good_one_is_in(desk):
    """Given a file of records, rows wrong in every way, when taken in, then each is named, all others are told."""
    said = {"JZRQ": "20240115", "XYKS": "英语四级 512分", "SHSJ": "", "JL": "三好学生", "CF": "", "BZ": ""}
    file = file_of(STUDY_RECORDS, wrongs.RECORDS, lambda row: {"KSH": exam_no(row), **said})
    enrolled(desk, file)
    in_now = proved(desk, file, OF_2022)
    assert those(desk, file, lambda one: one.records == ("学业考试:英语四级 512分", "奖励:三好学生")) == in_now


@pytest.mark.rule("A12-6", "A24-2")
def test_every_bad_row_of_a_file_of_cancellations_is_named_and_every_good_one_is_closed(two):
    """Given a file of cancellations, rows wrong in every way, when committed, then each is named, all others end."""
    said = {"ZXLX": "退学", "YY": "本人申请", "ZM": ""}
    file = file_of(CANCELLATIONS, wrongs.CANCELLATIONS, lambda row: decided(row, **said))
    enrolled(two, file)
    found = two.base.owning(
        StudentStatus, "admission.outcome", [str(each) for each in admissions(two, file.of("waiting")).values()]
    )
    for status_id, _, _ in found.values():
        two.propose(status_id)
    in_now = proved(two, file, OF_2022)
    assert those(two, file, lambda one: one.since == date(2024, 3, 1)) == in_now


@pytest.mark.rule("A12-7", "R41-33")
def test_every_bad_row_of_a_file_of_papers_is_named_and_every_good_one_is_in(desk):
    """Given a file of statements, rows wrong in every way, when taken in, then each is named, all others are noted."""
    file = file_of(
        LEAVING_PAPERS,
        wrongs.PAPERS,
        lambda row: {
            "KSH": exam_no(row), "ZSLX": "学习证明", "ZSBH": f"学2024{row:06d}", "FZRQ": "20240305", "BZ": "",
        },
    )  # fmt: skip
    enrolled(desk, file)
    stay = {*file.of("foreign", "not registered", "stays", "adult")}
    leave = [each for each in map(exam_no, file.numbers) if each not in stay]
    for at in range(0, len(leave), 500):
        done_with(desk, CancellationsKind, leave[at : at + 500], DECISION | {"ZXLX": "退学", "YY": "本人申请"})
    in_now = proved(desk, file, OF_2022)
    assert those(desk, file, lambda one: one.papers == ("学习证明",)) == in_now


@pytest.mark.rule("R41-8", "R41-9")
def test_every_bad_row_of_a_file_of_reports_is_named_and_every_good_one_has_reported(desk):
    """Given a file of reports, rows wrong in every way, when taken in, then each is named, all others are there."""
    said = {"BDRQ": "20220903", "CSJG": "合格", "QJ": "", "BZ": ""}
    file = file_of(FRESHMAN_REPORTS, wrongs.REPORTS, lambda row: {"KSH": exam_no(row), **said})
    listed(desk, file)
    desk.register_all(file.of("registered"))
    done_with(desk, FreshmanResultsKind, file.of("abandoned"), {"RXJG": "放弃入学资格", "FCJG": None})
    desk.go_to(date(2022, 9, 10))
    in_now = proved(desk, file, OF_2022)
    assert {number for number, state in outcomes(desk, file) if state == "reported"} == in_now


def outcomes(desk: Desk, file: Spoiled) -> Iterable[tuple[str, str]]:
    """What became of each admission."""
    for chunk in in_chunks(file):
        found = admissions(desk, chunk)
        known = desk.base.standings(Admission, list(found.values()))
        yield from ((number, known[owner][1].state) for number, owner in found.items() if owner in known)


@pytest.mark.rule("R41-11")
def test_every_bad_row_of_a_file_of_rechecks_is_named_and_every_good_one_is_in(desk):
    """Given a file of rechecks, rows wrong in every way, when taken in, then each is named, all others passed."""
    items = dict.fromkeys(("LQSX", "LQZG", "RZXF", "STJK", "ZYSP"), "合格")
    said = {"FCRQ": "20221020", **items, "CLYJ": "", "BLZ": "", "BZ": ""}
    file = file_of(RECHECK_LIST, wrongs.RECHECKS, lambda row: {"KSH": exam_no(row), **said})
    enrolled(desk, file)
    desk.go_to(date(2022, 10, 25))
    in_now = proved(desk, file, OF_2022)
    assert those(desk, file, lambda one: one.recheck == "合格") == in_now


@pytest.mark.rule("A7-2", "X-CODE-2", "X-CODE-3")
def test_every_bad_row_of_a_list_without_an_examination_is_named_and_every_good_one_is_listed(desk):
    """Given a school's own list, rows wrong in every way, when taken in, then each is named, all others are listed."""
    ordinary = Spoiled(SPECIAL_ADMISSION_LIST, wrongs.SPECIAL[:1], 100)
    file = file_of(SPECIAL_ADMISSION_LIST, wrongs.SPECIAL, lambda row: ordinary.meant(row) | {"TSLB": "普通专升本"})
    in_now = proved(desk, file, OF_2022)
    assert {number for chunk in in_chunks(file) for number in admissions(desk, chunk)} == in_now


# --- old registers ---

OLD = {"source": "省厅2004库"}
PROVINCE = province("11")


def old_status(row: int) -> dict[str, str]:
    return {
        "YXDM": HERE, "YXMC": "北京大学", "KSH": exam_no(row), "XH": f"03{row:06d}", "XM": "王小明", "XB": "男",
        "CSRQ": "19491010", "SFZH": citizen(row), "MZ": "汉族", "ZYDM": "070101", "ZYMC": "数学与应用数学",
        "CC": "本科", "XZ": "4", "XXXS": "普通全日制", "XLLB": "普通高等教育", "RXRQ": "20030901",
        "YJBYRQ": "20070701", "XJZT": "毕业", "LXRQ": "20070701", "ZHXN": "", "NJ": "", "XSH": "数学系",
        "PZDJ": "原学籍库",
    }  # fmt: skip


def old_ones(desk: Desk, file: Spoiled) -> dict[str, Any]:
    """The statuses of 2003, by examination number."""
    keys = {admission_key(2003, exam_no(row)): exam_no(row) for row in file.numbers}
    found = desk.base.owning(StudentStatus, EXAM_NO, keys)
    return {keys[key]: standing for key, (_, _, standing) in found.items()}


@pytest.mark.rule("X-LOAD-1", "X-LOAD-2", "A28-1", "A8-9")
def test_every_bad_row_of_an_old_register_is_named_and_every_good_one_is_loaded(two):
    """Given an old register, rows wrong in every way, when committed, then each is named, all others are loaded."""
    ways = [
        replace(wrong, written={code: text.replace("{first}", citizen(2)) for code, text in wrong.written.items()})
        for wrong in wrongs.OLD_STATUSES
    ]
    file = file_of(EXISTING_STATUSES, ways, old_status)
    two.go_to(date(2026, 11, 22))
    in_now = proved(two, file, OLD, PROVINCE)
    assert set(old_ones(two, file)) == in_now


@pytest.mark.rule("X-LOAD-1", "X-LOAD-2", "A28-1", "A14-1")
def test_every_bad_row_of_the_years_of_an_old_register_is_named_and_every_good_one_is_loaded(two):
    """Given years of an old register, rows wrong in every way, when committed, then each is named, all others in."""
    said = {"XN": "2004-2005", "ZCJG": "注册学籍", "ZCRQ": "20040905", "JZRQ": "", "XJBD": "", "XJJZ": ""}
    file = file_of(
        EXISTING_YEARS,
        wrongs.OLD_YEARS,
        lambda row: {"YXDM": HERE, "KSH": exam_no(row), **said, "PZDJ": "纸质档案", "BZ": ""},
    )
    two.go_to(date(2026, 11, 22))
    loaded = [old_status(row) for row in file.numbers if file.who(row) != "not loaded"]
    two.file("existing_statuses", list(loaded[0]), [list(each.values()) for each in loaded], OLD, PROVINCE)
    in_now = proved(two, file, OLD | {"entry_year": "2003", "academic_year": "2004"}, PROVINCE)
    assert {number for number, one in old_ones(two, file).items() if one.settled_year == 2004} == in_now
