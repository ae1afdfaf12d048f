"""Who is appointed for one kind of training is shown its students in every list and count, and no others (A24-1)."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.queries.timeline import TimelineQueries
from services.enrollment.tests.filing import Desk
from services.enrollment.tests.gates import citizen
from services.enrollment.tests.offices import (
    ELSEWHERE,
    GOOD_NUMBER,
    HERE,
    ministry,
    province,
    registrar,
    second_registrar,
)
from services.enrollment.tests.test_admission_fixes import ask as ask_for_fix
from services.enrollment.tests.test_conflicts import open_conflict, record

pytestmark = [pytest.mark.servers, pytest.mark.rule("A24-1")]
ADULT = {"XLLB": "成人高等教育", "XXXS": "业余", "CC": "高起本"}
KINDS = ("regular", "adult", "graduate", "all")
TODAY = date(2023, 10, 9)


@pytest.fixture
def desk(enrollment, tmp_path):
    return Desk(enrollment, tmp_path / "blobs")


def shown(desk, query, key, about, actor=None, **asked):
    """How many of a list everybody is shown, by the kind of training appointed for; `about` names a row's record."""
    found = {}
    for kind in KINDS:
        answer = desk.look(query, replace(actor or registrar(), kind=kind), **asked)
        found[kind] = {str(each[about]) for each in answer[key]}
    return found


def own_alone(regular, adult):
    return {"regular": {str(regular)}, "adult": {str(adult)}, "graduate": set(), "all": {str(regular), str(adult)}}


def school_or_province(**more):
    return {"school_code": HERE, "province": None, **more}


def test_admissions_and_their_corrections(desk):
    """Given two kinds of training, when admissions or corrections are listed, then each registrar sees the own."""
    regular, adult = desk.admit(SFZH=citizen(901)), desk.admit(SFZH=citizen(902), **ADULT)
    asked = {"school_code": HERE, "entry_year": 2022, "outcome": None, "after": None, "limit": 50}
    assert shown(desk, desk.files.list_admissions, "admissions", "exam_no", **asked) == own_alone(regular, adult)
    for exam_no in (regular, adult):
        ask_for_fix(desk, exam_no)
    asked["outcome"] = "pending_fix"
    assert shown(desk, desk.files.list_admissions, "admissions", "exam_no", **asked) == own_alone(regular, adult)
    fixes = school_or_province(state=None, after=None, limit=50)
    assert shown(desk, desk.files.list_admission_fixes, "fixes", "exam_no", **fixes) == own_alone(regular, adult)


def test_preparatory_students(desk):
    """Given two kinds of training, when preparatory students are listed, then each registrar sees the own."""
    found = []
    for said in ({}, ADULT):
        exam_no = desk.admit(YKLB="其他预科", **said)
        desk.named(desk.preparation.recheck_preparatory, exam_no, result="合格", rechecked_on=desk.day)
        desk.named(desk.preparation.annotate_preparatory, exam_no, starts_on=desk.day, ends_on=None)
        found.append(exam_no)
    asked = {"school_code": HERE, "state": None, "after": None, "limit": 50}
    assert shown(desk, desk.files.list_preparatory, "students", "exam_no", **asked) == own_alone(*found)
    assert shown(
        desk, desk.files.list_preparatory, "students", "exam_no", **asked | {"state": "annotated"}
    ) == own_alone(*found)


def test_rechecks_and_checks_and_their_counts(desk):
    """Given two kinds of training, when rechecks or answers of a class are listed, then counts are of the own too."""
    regular, adult = desk.student(), desk.student(**ADULT)
    asked = {"school_code": HERE, "entry_year": 2022, "wanted": "missing", "after": None, "limit": 50}
    numbers = {each["exam_no"] for each in desk.look(desk.files.list_rechecks, registrar(), **asked)["students"]}
    assert len(numbers) == 2
    rechecks = shown(desk, desk.files.list_rechecks, "students", "exam_no", **asked)
    assert {kind: len(found) for kind, found in rechecks.items()} == {"regular": 1, "adult": 1, "graduate": 0, "all": 2}
    assert rechecks["regular"] != rechecks["adult"]
    asked = {"school_code": HERE, "entry_year": 2022, "checked": "unasked", "after": None, "limit": 50}
    assert shown(desk, desk.own.list_checks, "students", "status_id", **asked) == own_alone(regular, adult)
    for kind, count in (("regular", 1), ("adult", 1), ("graduate", 0), ("all", 2)):
        answer = desk.look(desk.own.list_checks, replace(registrar(), kind=kind), **asked)
        assert answer["counts"]["unasked"] == count


def test_cancellations_and_overdue_returns(desk):
    """Given two kinds of training, when proposals or late returns are listed, then each registrar sees the own."""
    regular, adult = desk.student(), desk.student(**ADULT)
    desk.go_to(date(2023, 3, 1))
    for status_id in (regular, adult):
        desk.change(status_id, "休学", cause="因病", return_by=date(2023, 9, 1))
    desk.go_to(TODAY)
    late = school_or_province(after=None, limit=50)
    assert shown(desk, desk.archives.list_overdue_returns, "students", "status_id", **late) == own_alone(regular, adult)
    for status_id in (regular, adult):
        desk.propose(status_id)
    asked = school_or_province(state=None, declared_by=None, before=None, limit=50)
    listed = shown(desk, desk.proposals.list_cancellations, "cancellations", "status_id", **asked)
    assert listed == own_alone(regular, adult)
    asked = {"school_code": None, "province": "11", "state": None, "declared_by": None, "before": None, "limit": 50}
    listed = shown(desk, desk.proposals.list_cancellations, "cancellations", "status_id", province(), **asked)
    assert listed == own_alone(regular, adult)


def test_cases_and_transfers(desk):
    """Given two kinds of training, when cases are listed, then each registrar sees the own."""
    regular, adult = desk.student(), desk.student(**ADULT)
    for status_id in (regular, adult):
        asked = {"kind": "correction", "values": {"name": "王晓明"}, "statement": "录取数据姓名有误"}
        desk.ask(desk.cases.file_case, second_registrar(), status_id=status_id, **asked, evidence=("ab" * 32,))
    asked = school_or_province(state=None, overdue=False, after=None, limit=50)
    assert shown(desk, desk.own.list_cases, "cases", "status_id", **asked) == own_alone(regular, adult)


def test_a_conflict_is_shown_to_whom_its_own_side_concerns(desk):
    """Given a conflict of a regular student, when both sides are known, then no other kind sees it."""
    first = desk.student(SFZH=GOOD_NUMBER)
    conflict = open_conflict(desk, desk.admit(ELSEWHERE, SFZH=GOOD_NUMBER))
    asked = {"province": None, "state": None, "after": None, "limit": 50}
    here, there = asked | {"school_code": HERE}, asked | {"school_code": ELSEWHERE}
    own = {"regular": {str(first)}, "adult": set(), "graduate": set(), "all": {str(first)}}
    listed = desk.conflict_files.list_conflicts
    assert shown(desk, listed, "conflicts", "first_status_id", **here) == own
    waiting = shown(desk, listed, "conflicts", "first_status_id", registrar(ELSEWHERE), **there)
    assert set(map(len, waiting.values())) == {1}  # nobody knows yet whose it will be, and somebody has to answer
    record(desk, conflict)
    assert shown(desk, listed, "conflicts", "first_status_id", registrar(ELSEWHERE), **there) == own


def test_counts_of_any_day(desk):
    """Given two kinds of training, when statuses or years are counted, then an operator of one kind counts its own."""
    desk.student(), desk.student(**ADULT), desk.student(**ADULT)
    times = TimelineQueries(desk.base.store, desk.base.keyring)
    asked = {"valid_on": date(2022, 10, 1), "recorded_at": desk.base.clock.now(), "divided_by": "training"}
    expected = {"regular": {"regular": 1}, "adult": {"adult": 2}, "graduate": {}, "all": {"regular": 1, "adult": 2}}
    for actor, within in (
        (registrar(), {"school_code": HERE, "province": None}),
        (province(), {"school_code": None, "province": "11"}),
        (ministry(), {"school_code": None, "province": None}),
    ):
        for kind in KINDS:
            answer = desk.look(times.count_statuses, replace(actor, kind=kind), **asked, **within)
            assert {each["of"]: each["count"] for each in answer["counts"]} == expected[kind], (actor.role, kind)
            assert answer["total"] == sum(expected[kind].values())
