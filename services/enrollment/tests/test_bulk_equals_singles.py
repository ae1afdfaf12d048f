"""A file ends as its rows would one by one: of two schools with the same students one files, the other asks singly."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from benchmarks.register import admission_rows
from services.enrollment.domain.rules.entry import DEFERRAL_CAUSES
from services.enrollment.domain.rules.rechecks import ITEMS
from services.enrollment.domain.rules.standing import ENTRY_OUTCOMES, YEAR_RESULTS
from services.enrollment.domain.rules.year_results import CAUSES, TUITION
from services.enrollment.tests.filing import Desk
from services.enrollment.tests.offices import ELSEWHERE, HERE, registrar
from services.enrollment.tests.two_schools import ITSELF, School
from shared.intake.columns import Table
from shared.intake.tables import FRESHMAN_RESULTS
from shared.intake.tables import YEAR_RESULTS as YEARS_TABLE
from shared.intake.tables_changes import CANCELLATIONS, LEAVING_PAPERS, STATUS_CHANGES, STUDY_RECORDS
from shared.intake.tables_entry import DEFER, RECHECK_LIST

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

PEOPLE = 4  # the last one is listed twice: under the number of the first
MOMENTS = (
    date(2022, 9, 10),
    date(2022, 11, 1),
    date(2023, 3, 1),
    date(2023, 9, 10),
    date(2024, 3, 1),
    date(2024, 9, 10),
)
SECRET = "与11010519491231002X同获"
_numbers = count(1_000, 10)

# --- what the rows of a file may say ---

# from the day on which it is told; most decisions are told on their own day
DAY: Any = st.sampled_from([timedelta(days) for days in (0, 0, 0, 0, 0, -1, -40, -400, 1)])
LATER: Any = st.sampled_from([timedelta(days) for days in (180, 180, 180, 1, 400, 1200, -1)])
GRADUATION: Any = st.none() | st.just(timedelta(days=1200))
NO_DAY: Any = st.none() | DAY
NO_LATER: Any = st.none() | LATER
SAYS_NO: Any = st.none()


def mostly(*words: Any) -> Any:
    """The first word as often as all the others together."""
    return st.sampled_from([words[0]] * (len(words) - 1) + list(words))


def rows(table: Table, **values: Any) -> Any:
    """Rows that the columns let pass; what they refuse no command could say either, or says otherwise."""
    return st.fixed_dictionaries(values).filter(lambda row: not (table.agree and list(table.agree(dict(row)))))


FRESHMAN = rows(
    FRESHMAN_RESULTS, RXJG=mostly(*ENTRY_OUTCOMES), FCJG=mostly("合格", "不合格"), XH=st.sampled_from(["1", "2"]),
    FY=SAYS_NO, XSH=SAYS_NO, BH=mostly(None, "一班"), LQLX=mostly(None, "普通", "定向生"),
    LHXX=mostly(None, "4115010126", ITSELF), BLYY=mostly(None, *DEFERRAL_CAUSES), BLZ=NO_LATER,
)  # fmt: skip
ITEM = mostly("合格", "合格", "不合格")
RECHECK = rows(
    RECHECK_LIST, FCRQ=DAY, **dict.fromkeys(ITEMS, ITEM), CLYJ=mostly(None, DEFER), BLZ=NO_LATER,
) | rows(
    RECHECK_LIST, FCRQ=DAY, **(dict.fromkeys(ITEMS, st.just("合格")) | {"STJK": st.just("不合格")}),
    CLYJ=mostly(DEFER, None), BLZ=NO_LATER,
)  # fmt: skip
YEAR = rows(
    YEARS_TABLE, ZCJG=mostly(*YEAR_RESULTS), ZHYY=mostly(None, *CAUSES), JFQK=mostly(None, *TUITION),
    XJBD=mostly(None, ("休学",), ("留级", "转专业"), ("转学",)), XJJZ=mostly(None, ("奖励:三好学生",), (SECRET,)),
)  # fmt: skip
DECISION = {"WH": st.sampled_from(["校学1号", "校学2号"]), "JDRQ": DAY, "SXRQ": DAY}
CHANGE = st.one_of(
    rows(STATUS_CHANGES, XJBD=st.just("休学"), **DECISION, YY=st.sampled_from(["因病", "创业"]), HXRQ=LATER),
    rows(STATUS_CHANGES, XJBD=st.just("复学"), **DECISION, SQRQ=DAY, TYRQ=NO_DAY, NJ=st.none(), YJBYRQ=GRADUATION),
    rows(STATUS_CHANGES, XJBD=st.just("保留学籍"), **DECISION, YY=st.sampled_from(["应征入伍", "交流学习"]),
         HXRQ=NO_LATER),
    rows(STATUS_CHANGES, XJBD=st.just("转专业"), **DECISION, ZYDM=mostly(None, "020101"),
         ZYMC=st.sampled_from(["哲学", "经济学"]), YJBYRQ=GRADUATION, ZS=mostly(None, "是")),
    rows(STATUS_CHANGES, XJBD=st.sampled_from(["留级", "降级", "跳级"]), **DECISION,
         NJ=st.none() | st.integers(2020, 2025), YJBYRQ=GRADUATION, ZS=mostly(None, "是", "否")),
    rows(STATUS_CHANGES, XJBD=st.just("延长学习年限"), **DECISION, YJBYRQ=GRADUATION),
)  # fmt: skip
TODAY = st.just(timedelta())
DECIDED = {"WH": st.just("校学4号"), "JDRQ": TODAY, "SXRQ": TODAY}
PERSON = st.sampled_from([0, 1, 2])
AWAY = rows(STATUS_CHANGES, **DECIDED, XJBD=st.just("休学"), YY=st.sampled_from(["因病", "创业"]), HXRQ=LATER) | rows(
    STATUS_CHANGES, **DECIDED, XJBD=st.just("保留学籍"), YY=mostly("应征入伍", "交流学习"), HXRQ=NO_LATER
)
BACK = rows(STATUS_CHANGES, **DECIDED, XJBD=st.just("复学"), SQRQ=TODAY, TYRQ=mostly(timedelta(), None), NJ=st.none())
TEXT = mostly(None, "英语四级 512分", "校级三好学生")
RECORD = rows(STUDY_RECORDS, JZRQ=DAY, XYKS=TEXT, SHSJ=TEXT, JL=TEXT, CF=SAYS_NO) | rows(
    STUDY_RECORDS, JZRQ=DAY, XYKS=SAYS_NO, SHSJ=SAYS_NO, JL=SAYS_NO, CF=st.sampled_from(["警告", SECRET])
)
ENDING = rows(
    CANCELLATIONS, ZXLX=mostly("退学", "取消学籍", "开除学籍", "死亡"), **DECISION,
    YY=mostly("本人申请", "成绩不合格", SECRET), ZM=mostly("死亡医学证明", None),
)  # fmt: skip
PAPER = rows(
    LEAVING_PAPERS, ZSLX=st.sampled_from(["肄业证书", "学习证明"]), ZSBH=st.sampled_from(["肄001", "肄002"]), FZRQ=DAY
)
ROWS: Mapping[str, Any] = {
    "freshman_results": FRESHMAN, "recheck_results": RECHECK, "year_results": YEAR, "status_changes": CHANGE,
    "study_records": RECORD, "cancellations": ENDING, "leaving_papers": PAPER,
}  # fmt: skip


def files(kind: str) -> Any:
    """A file of one to three rows, and whether time passes before it."""
    said = st.dictionaries(mostly(0, 1, 2, PEOPLE - 1), ROWS[kind], min_size=1, max_size=3)
    return st.tuples(st.just(kind), st.sampled_from([2023, 2023, 2024]), st.booleans(), said)


# what must have happened before a file of the kind leads to anything
BEFORE: Mapping[str, tuple[str, ...]] = {
    "freshman_results": (), "recheck_results": ("freshman_results",), "leaving_papers": (),
}  # fmt: skip
REGISTERED = {"RXJG": "注册学籍", "FCJG": "合格", "XH": "1"}


# --- the same, told twice ---


@pytest.fixture
def desk(enrollment, tmp_path):
    desk = Desk(enrollment, tmp_path / "blobs")
    for school in (HERE, ELSEWHERE):
        for year in range(2022, 2026):
            declared = {"school_code": school, "academic_year": year, "starts_on": date(year, 9, 1), "by_credits": None}
            desk.ask(desk.school_years.declare_school_year, registrar(school), **declared)
    return desk


def schools(desk: Desk) -> tuple[School, School]:
    """People of their own at either school, all of them listed."""
    found = []
    for code in (HERE, ELSEWHERE):
        start = next(_numbers)
        listed = [each.values | {"YXDM": code} for each in admission_rows(PEOPLE, start)]
        listed[-1]["SFZH"] = listed[0]["SFZH"]
        desk.list_people(listed)
        found.append(School(desk, code, [each["KSH"] for each in listed]))
    return found[0], found[1]


@pytest.mark.rule("A2-3", "A12-3", "A12-4", "A12-5", "A12-6", "A12-7", "A8-2", "A8-4", "A8-9", "R41-11")
@pytest.mark.parametrize("kind", ROWS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_ends_as_its_rows_one_by_one(desk, kind, data):
    """Given any history, when it is told in files and one by one, then facts, standings, claims and refusals agree."""
    one, other = schools(desk)
    own = f"{next(_numbers)}号"  # no paper has the number of one of another story
    desk.go_to(MOMENTS[0])
    story = [files(each) for each in BEFORE.get(kind, ("status_changes", "year_results"))]
    any_file = st.one_of([files(kind)] * len(ROWS) + [files(each) for each in ROWS])
    told = [data.draw(each) for each in story] + data.draw(st.lists(any_file, min_size=2, max_size=5))
    if kind == "status_changes":  # somebody goes away, for as long as may be, and comes back
        told.insert(0, ("status_changes", 2023, 1, data.draw(st.dictionaries(PERSON, AWAY, min_size=2))))
        told.insert(1, ("status_changes", 2023, 1, data.draw(st.dictionaries(PERSON, BACK, min_size=2))))
    if kind == "leaving_papers":  # after a year and more, two have left of their own will and one has not
        ends = enumerate(("退学", "退学", "开除学籍"))
        told.insert(
            0, ("cancellations", 2023, data.draw(st.integers(2, 4)), {n: GONE | {"ZXLX": end} for n, end in ends})
        )
    if kind not in ("freshman_results", "recheck_results") or data.draw(st.booleans()):
        everybody = dict.fromkeys(range(PEOPLE), EMPTY | REGISTERED)
        told.insert(0, ("freshman_results", 2022, False, everybody))
    moment = 0
    for name, year, passes, file in told:
        moment = min(moment + passes, len(MOMENTS) - 1)
        desk.go_to(MOMENTS[moment])
        same(one, other, name, year, {person: told_on(MOMENTS[moment], own, row) for person, row in file.items()})
    for person in range(PEOPLE):
        assert one.history(person) == other.history(person)
        assert one.standings(person) == other.standings(person)
        assert one.claims(person) == other.claims(person)


GONE = {"WH": "校学3号", "JDRQ": timedelta(), "SXRQ": timedelta(), "YY": "本人申请", "ZM": None}
EMPTY = dict.fromkeys(("FY", "XSH", "BH", "LQLX", "LHXX", "BLYY", "BLZ"))


def told_on(today: date, own: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its days, and the number of a paper as this story has it."""
    days = {code: today + value for code, value in row.items() if isinstance(value, timedelta)}
    return {**row, **days} | ({"ZSBH": row["ZSBH"] + own} if "ZSBH" in row else {})


def same(one: School, other: School, kind: str, year: int, file: Mapping[int, Mapping[str, Any]]) -> None:
    """What one school files, row by row, the other asks; both are answered alike."""
    without = {
        person for person in file if kind not in ("freshman_results", "recheck_results") and not one.status_of(person)
    }
    answers = one.by_file(kind, year, file)
    note(f"{kind} {year}: {answers}")
    for person, row in file.items():
        if person in without:
            assert answers[person][0] == "A7-3"  # there is nothing that a command could be about
            continue
        if answers[person] == "unchanged":
            before = other.history(person)
            if kind != "recheck_results":  # a recheck that is told again singly is kept again
                other.singly(kind, year, person, row)
            assert other.history(person) == before
            continue
        refused = other.singly(kind, year, person, row)
        assert answers[person] == (refused or "taken"), (person, row)
