"""A file in which one row of a hundred is wrong, in every way there is: each is named once, and all others are in."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import pytest

from benchmarks.register import admission_rows
from services.enrollment.application.bulk.cancellations import CancellationsKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.status_changes import StatusChangesKind
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.student_status import EXAM_NO, OUTCOME, StudentStatus
from services.enrollment.tests.filing import REGULAR, Desk
from services.enrollment.tests.gates import admissions_office, citizen
from services.enrollment.tests.offices import ELSEWHERE, HERE, registrar
from services.enrollment.tests.spoiled import ADMISSIONS, FRESHMEN, YEAR_OF_ENTRY, YEARS, Wrong
from shared.intake.columns import REASON_COLUMNS, RowError, Table
from shared.intake.errors import reason_of
from shared.intake.tables import ADMISSION_LIST, FRESHMAN_RESULTS, YEAR_RESULTS
from shared.rules.rulebook import RULES

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

# how those of a group are listed; what else became of them is done afterwards
LISTED: Mapping[str, Mapping[str, Any]] = {
    "foreign": {"YXDM": ELSEWHERE},
    "partner": {"YXDM": ELSEWHERE, "LHXX": HERE},
    "adult": {"XLLB": "成人高等教育", "XXXS": "业余", "CC": "高起本"},
    "flagged": {"ZXJH": "是"},
    "preparing": {"YKLB": "其他预科"},
    "graduating": {"YJBYRQ": date(2023, 7, 1)},
    "spring": {"RXRQ": date(2022, 3, 1)},
}
DECISION = {"WH": "校学〔2023〕7号", "JDRQ": date(2023, 8, 20), "SXRQ": date(2023, 8, 20)}


@pytest.fixture
def desk(enrollment, tmp_path):
    return Desk(enrollment, tmp_path / "blobs")


@dataclass
class Spoiled:
    """So many rows, as they were meant; one of each hundred goes wrong, in each of these ways in turn."""

    table: Table
    wrongs: Sequence[Wrong]
    count: int
    others: str = ""  # the group that all people belong to of whom nothing else is said
    every: int = 100  # rows, of which one goes wrong
    wrong: dict[int, Wrong] = field(init=False)  # by the number of the row

    def __post_init__(self) -> None:
        turns = range(self.every // 2 + 2, self.count + 2, self.every)
        self.wrong = {row: self.wrongs[turn % len(self.wrongs)] for turn, row in enumerate(turns)}
        assert len(self.wrong) == self.count // self.every
        assert len(self.wrong) >= len(self.wrongs), "too few rows for so many ways"

    @property
    def numbers(self) -> range:
        return range(2, self.count + 2)

    def who(self, row: int) -> str:
        return (self.wrong[row].who if row in self.wrong else "") or self.others

    def of(self, *groups: str) -> list[str]:
        """The examination numbers of the people of these groups."""
        return [exam_no(row) for row in self.numbers if self.who(row) in groups]

    def strangers(self) -> Iterator[int]:
        """The rows in which another school's student is written."""
        return (row for row, wrong in self.wrong.items() if "2288" in wrong.written.get("KSH", ""))

    def meant(self, row: int) -> dict[str, str]:
        if self.table is YEAR_RESULTS:
            return {"KSH": exam_no(row), "XN": "2023-2024", "ZCJG": "注册学籍", "ZHYY": "", "JFQK": "已缴", "XJBD": "",
                    "XJJZ": "", "BZ": ""}  # fmt: skip
        if self.table is FRESHMAN_RESULTS:
            return {"KSH": exam_no(row), "RXJG": "注册学籍", "FCJG": "合格", "XH": f"{row:010d}", "XSH": "数学系",
                    "LQLX": "", "LHXX": "", "BLYY": "", "BLZ": ""}  # fmt: skip
        (listed,) = people([row])
        told = dict.fromkeys(("YKLB", "PYXX", "LHXX", "YBYXX", "YZSBH"), "") | listed | {"SFZH": citizen(row)}
        return {
            code: value.strftime("%Y%m%d") if isinstance(value, date) else value or "" for code, value in told.items()
        }

    def written(self, row: int) -> list[str]:
        """The cells of a row as they stand in the file."""
        meant = self.meant(row)
        if row not in self.wrong:
            return list(meant.values())
        wrong = self.wrong[row]
        return wrong.laid_out(
            [*(meant | {code: text.format(row=row) for code, text in wrong.written.items()}).values()]
        )


def exam_no(row: int) -> str:
    return f"22{row:012d}"


def people(rows: Iterable[int], **said: Any) -> Iterator[dict[str, Any]]:
    """Everybody whom these rows are about, as a list names them."""
    return (each.values | said for row in rows for each in admission_rows(1, row))


def listed(desk: Desk, file: Spoiled) -> None:
    """Those of the file are on a list, and the strangers on one of another school."""
    ordinary = admission_rows(file.count, 2)
    told = {row: each.values | LISTED.get(file.who(row), {}) for row, each in zip(file.numbers, ordinary, strict=True)}
    waiting = [row for row in file.numbers if file.who(row) == "unreleased"]
    desk.list_people([told.pop(row) for row in waiting], released=False)
    desk.list_people(told.values())
    desk.list_people(strangers(file.strangers()))


def strangers(rows: Iterable[int], **said: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield next(people([row])) | {"KSH": f"2288{row:010d}", "YXDM": ELSEWHERE, "SFZH": f"9{row:017d}"} | said


# --- what is proved of every file ---


def proved(desk: Desk, file: Spoiled, params: Mapping[str, str], actor: Any = REGULAR) -> set[str]:
    """Each bad row is named once with all its reasons, the mended file is taken whole; whose rows are in now."""
    header = tuple(file.meant(2))
    batch_id = desk.file(file.table.name, header, (file.written(row) for row in file.numbers), params, actor)
    now, bad = desk.progress(batch_id), len(file.wrong)
    assert (now.state, now.rows, now.done) == ("finished", file.count, file.count + 1)
    reasons = desk.reasons(batch_id)
    assert not {wrong.what for row, wrong in file.wrong.items() if row not in reasons}, "went unnoticed"
    assert list(reasons) == list(file.wrong)
    assert (now.accepted, now.unchanged, now.refused) == (file.count - bad, 0, bad)
    for row, errors in reasons.items():
        well_named(file.table, row, file.wrong[row], errors)
    titles, returned = desk.errors_file(batch_id)
    assert titles == (REASON_COLUMNS[1], REASON_COLUMNS[3], *header)
    assert [(int(number), why) for number, why, *_ in returned] == [
        (row, reason_of(file.table, errors)) for row, errors in reasons.items()
    ]
    mended = [row for row, wrong in file.wrong.items() if not wrong.who]
    if mended:
        taken_whole(desk, file, params, actor, titles, [each for each in returned if int(each[0]) in mended])
    struck = set(file.wrong) - set(mended)
    return {exam_no(row) for row in file.numbers if row not in struck}


def well_named(table: Table, row: int, wrong: Wrong, errors: Sequence[RowError]) -> None:
    assert Counter((error.field, error.rule) for error in errors) == Counter(wrong.said), (row, wrong.what, errors)
    for error in errors:
        assert (error.row, error.fixed_by) == (row, table.fixed_by)
        assert error.rule in RULES
        assert any("\u4e00" <= each <= "\u9fff" for each in error.zh)
        assert re.search("[a-z]{3}", error.en)
        assert "{" not in error.zh + error.en
        assert "11010519491231002X" not in error.value_masked + error.zh + error.en
    assert all(told in errors[0].zh for told in wrong.also), (wrong.what, errors[0].zh)


def taken_whole(
    desk: Desk, file: Spoiled, params: Mapping[str, str], actor: Any, titles: Sequence[str], returned: list[list[str]]
) -> None:
    """The file of errors with its cells put right, its own two columns left as they came."""
    rows = [[*cells[:2], *file.meant(int(cells[0])).values()] for cells in returned]
    batch_id = desk.file(file.table.name, titles, rows, params, actor)
    now = desk.progress(batch_id)
    assert desk.reasons(batch_id) == {}
    assert (now.state, now.accepted, now.refused, now.errors_digest) == ("finished", len(rows), 0, None)


def in_chunks(file: Spoiled) -> Iterator[list[str]]:
    rows = iter(file.numbers)
    while chunk := [exam_no(row) for row in islice(rows, 5_000)]:
        yield chunk


def admissions(desk: Desk, exam_nos: Iterable[str]) -> dict[str, UUID]:
    keys = {admission_key(2022, each): each for each in exam_nos}
    return {keys[key]: owner for key, owner in desk.base.owners(EXAM_NO, keys).items()}


def statuses(desk: Desk, file: Spoiled) -> Iterator[tuple[str, Any]]:
    """Everybody who has a status, and its standing."""
    for chunk in in_chunks(file):
        names = {str(admission): number for number, admission in admissions(desk, chunk).items()}
        for name, (_, _, standing) in desk.base.owning(StudentStatus, OUTCOME, names).items():
            yield names[name], standing


# --- the files ---


@pytest.mark.rule("A12-1", "A12-3", "A12-9", "A4-1", "A7-3", "A24-1", "A14-2", "R41-12", "R41-27")
def test_every_bad_row_of_a_hundred_thousand_years_is_named_and_every_good_one_is_in(desk):
    """Given 100,000 rows of a year, 1 % wrong in every way, when taken in, then each is named, all others are in."""
    file = Spoiled(YEAR_RESULTS, YEARS, 100_000)
    students_of(desk, file)
    settled_alike = file.of("settled")
    in_now = proved(desk, file, {"entry_year": "2022", "academic_year": "2023"})
    done = {exam_no for exam_no, standing in statuses(desk, file) if standing.settled_year == 2023}
    assert done == in_now | set(settled_alike)


def students_of(desk: Desk, file: Spoiled) -> None:
    """All registered but those who are not, and what became of some of them until September 2024."""
    listed(desk, file)
    aside = {*file.of("foreign", "not registered")}
    desk.register_all(exam_no(row) for row in file.numbers if exam_no(row) not in aside)
    desk.register_all([*file.of("foreign"), *(f"2288{row:010d}" for row in file.strangers())], ELSEWHERE)
    desk.go_to(date(2024, 9, 15))
    for year in (2022, 2023):
        declared = {"school_code": HERE, "academic_year": year, "starts_on": date(year, 9, 1), "by_credits": True}
        desk.ask(desk.school_years.declare_school_year, registrar(), **declared)
    leave = DECISION | {"XJBD": "休学", "YY": "因病", "HXRQ": date(2024, 9, 1)}
    away = file.of("on leave", "back too late")
    done_with(desk, StatusChangesKind, away, leave)
    back = {"XJBD": "复学", "SQRQ": date(2024, 8, 25), "SXRQ": date(2024, 9, 2), "JDRQ": date(2024, 9, 2)}
    done_with(desk, StatusChangesKind, file.of("back too late"), DECISION | back)
    service = DECISION | {"XJBD": "保留学籍", "YY": "应征入伍"}
    done_with(desk, StatusChangesKind, file.of("in service"), service)
    done_with(desk, CancellationsKind, file.of("left"), DECISION | {"ZXLX": "退学", "YY": "本人申请"})
    if settled := file.of("settled"):
        rows = [[each, "2023", "注册学籍"] for each in settled]
        desk.file("year_results", ("KSH", "XN", "ZCJG"), rows, {"entry_year": "2022", "academic_year": "2023"})


def done_with(desk: Desk, kind: Any, exam_nos: list[str], values: Mapping[str, Any]) -> None:
    decided = desk.take_in(kind(desk.base), *(dict(values) | {"KSH": each} for each in exam_nos)) if exam_nos else []
    assert all(isinstance(each, list) and each for each in decided), decided


@pytest.mark.rule("A12-2")
def test_freshmen_of_spring_and_of_autumn_are_named_in_a_file_of_their_year_of_entry_and_in_the_next(desk):
    """Given who entered in spring, when a file of the autumn of that year comes, then it refuses them like all others;
    a year later all are in it, and no year is missed."""
    file = Spoiled(YEAR_RESULTS, YEAR_OF_ENTRY, 200, others="spring")
    students_of(desk, file)
    header = ("KSH", "XN", "ZCJG")
    of_2022, of_2023 = (
        desk.file(
            "year_results", header, ([exam_no(row), str(year), "注册学籍"] for row in file.numbers),
            {"entry_year": "2022", "academic_year": str(year)},
        )
        for year in (2022, 2023)
    )  # fmt: skip
    reasons = desk.reasons(of_2022)
    assert list(reasons) == list(file.numbers)
    assert {error.rule for errors in reasons.values() for error in errors} == {"A12-2"}
    assert (desk.progress(of_2023).accepted, desk.progress(of_2023).refused) == (200, 0)
    assert {standing.settled_year for _, standing in statuses(desk, file)} == {2023}


@pytest.mark.rule("A7-3", "A8-1", "A8-3", "A8-4", "A8-7", "A8-9", "A8-10", "A9-1", "A9-2", "R41-10", "A24-1", "A4-1")
def test_every_bad_row_of_ten_thousand_freshmen_is_named_and_every_good_one_is_registered(desk):
    """Given 10,000 freshmen, 1 % of rows wrong in every way, when taken in, then each is named, all others are in."""
    file = Spoiled(FRESHMAN_RESULTS, FRESHMEN, 10_000)
    listed(desk, file)
    registered_before = file.of("registered")
    desk.register_all(registered_before)
    twice = [row for row in file.numbers if file.who(row) == "full-time elsewhere"]
    own = {row: next(people([row]))["SFZH"] for row in twice}
    desk.list_people(next(strangers([row], SFZH=own[row])) for row in twice)
    desk.register_all((f"2288{row:010d}" for row in twice), ELSEWHERE)
    for group, result in (("deferred", "保留入学资格"), ("abandoned", "放弃入学资格")):
        done_with(desk, FreshmanResultsKind, file.of(group), {"RXJG": result, "FCJG": None})
    in_now = proved(desk, file, {"entry_year": "2022"})
    assert {exam_no for exam_no, _ in statuses(desk, file)} == in_now | set(registered_before)


@pytest.mark.rule("A7-2", "A2-1", "A2-2", "A8-6", "A8-7", "X-CODE-2", "X-CODE-3", "X-FILE-14")
def test_every_bad_row_of_a_provinces_list_is_named_and_every_good_one_is_listed(desk):
    """Given a list of 10,000, 1 % of the rows wrong in every way, when taken in, then each is named, all others in."""
    file = Spoiled(ADMISSION_LIST, ADMISSIONS, 10_000)
    before = file.of("listed")
    desk.list_people(people((int(each[2:]) for each in before), ZYMC="宗教学"))
    in_now = proved(desk, file, {"entry_year": "2022"}, admissions_office())
    found = {number: owner for chunk in in_chunks(file) for number, owner in admissions(desk, chunk).items()}
    assert set(found) == in_now | set(before)
    kept = desk.base.standings(Admission, [found[each] for each in before])
    assert {standing.major_name for _, standing in kept.values()} == {"宗教学"}
