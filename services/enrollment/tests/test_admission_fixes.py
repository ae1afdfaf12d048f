"""Corrections and supplements of admission data: school, admissions office, ministry, and back (A10)."""

from datetime import date
from uuid import UUID

import pytest

from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.admission_fix import AdmissionFix
from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent, PendingAdmissionFix
from services.enrollment.domain.rules.fixes import (
    AdmittedAlready,
    CannotBeFixed,
    FixAlreadyAsked,
    FixAtAnotherStep,
    NothingToFix,
    RegisteredAlready,
)
from services.enrollment.tests.gates import Gates, admissions_office, citizen
from services.enrollment.tests.offices import ELSEWHERE, HERE, ministry, province, registrar
from shared.access.decide import NotPermitted
from shared.rules.refused import MalformedValue

pytestmark = pytest.mark.servers

MISSING = {
    "YXDM": HERE, "YXMC": "北京大学", "XM": "李小红", "XB": "女", "CSRQ": "20040102", "ZJLX": "1",
    "SFZH": "34052419800101001X", "MZ": "汉", "ZYDM": "010101", "ZYMC": "哲学", "CC": "本科", "XZ": "4",
    "XXXS": "普通全日制", "XLLB": "普通高等教育", "LQLX": "", "RXRQ": "20220901", "YJBYRQ": "",
}  # fmt: skip


_CITIZENS = iter(range(1, 9000))


class Office(Gates):
    """Whoever is admitted here holds a document as the files of offices hold it."""

    def admit(self, school=HERE, **values):
        return super().admit(school, **({"SFZH": citizen(next(_CITIZENS))} | values))


@pytest.fixture
def gates(enrollment):
    return Office(enrollment)


def ask(gates, exam_no, values=None, kind="correction", actor=None, **more):
    said = {
        "kind": kind, "values": {"XM": "王晓明"} if values is None else values, "reason": "录取数据有误",
        "evidence": ["ab" * 32],
    }  # fmt: skip
    return UUID(gates.named(gates.admissions.request_admission_fix, exam_no, actor, **(said | more))["id"])


def propose(gates, fix_id, values=None, actor=None):
    said = {"values": values or {}, "opinion": "经核实属实"}
    return gates.ask(gates.admissions.propose_admission_fix, actor or admissions_office(), fix_id=fix_id, **said)


def decide(gates, fix_id, accept=True, actor=None):
    said = {"accept": accept, "reason": "同意" if accept else "证据不足"}
    return gates.ask(gates.admissions.decide_admission_fix, actor or ministry(), fix_id=fix_id, **said)


def name_of(gates, exam_no):
    basis = gates.admission(exam_no)
    return gates.base.keyring.open_person(basis.sealed_person, basis.id_key)["name"]


@pytest.mark.rule("A10-1", "A10-2", "A10-3")
def test_a_correction_goes_from_the_school_to_the_ministry_and_back(gates):
    """Given a wrong name, when school, admissions office and ministry act, then a new version holds, the old kept."""
    exam_no = gates.admit(HERE)
    fix_id = ask(gates, exam_no)
    with pytest.raises(PendingAdmissionFix):
        gates.enrol(exam_no)
    propose(gates, fix_id)
    with pytest.raises(PendingAdmissionFix):
        gates.enrol(exam_no)
    decide(gates, fix_id)
    assert (name_of(gates, exam_no), gates.admission(exam_no).basis_version) == ("王晓明", 2)
    assert gates.status(gates.enrol(exam_no)).state == "active"
    admission_id = gates.base.owners("admission.exam_no", [admission_key(2022, exam_no)]).popitem()[1]
    listed = gates.base.first_facts(Admission.Listed, [admission_id])[admission_id]
    assert gates.base.keyring.open_person(listed["sealed_person"], listed["id_key"])["name"] == "王小明"


@pytest.mark.rule("A10-2")
def test_the_admissions_offices_own_values_are_what_is_decided(gates):
    """Given a school's wish, when the office verifies another value, then that one is applied."""
    exam_no = gates.admit(HERE)
    fix_id = ask(gates, exam_no)
    propose(gates, fix_id, {"XM": "王小萌", "ZYMC": "宗教学"})
    decide(gates, fix_id)
    assert (name_of(gates, exam_no), gates.admission(exam_no).major_name) == ("王小萌", "宗教学")


@pytest.mark.rule("A10-3")
def test_a_refused_correction_frees_the_admission_as_it_was(gates):
    """Given a proposal, when the ministry refuses, then the admission holds as it was and may be registered."""
    exam_no = gates.admit(HERE)
    fix_id = ask(gates, exam_no)
    propose(gates, fix_id)
    decide(gates, fix_id, accept=False)
    assert (name_of(gates, exam_no), gates.admission(exam_no).basis_version) == ("王小明", 1)
    assert gates.status(gates.enrol(exam_no)).state == "active"


@pytest.mark.rule("A10-2")
def test_the_admissions_office_may_find_nothing_to_correct(gates):
    """Given a request, when the office finds the data right, then the school learns why, and may register."""
    exam_no = gates.admit(HERE)
    fix_id = ask(gates, exam_no)
    gates.ask(gates.admissions.decline_admission_fix, admissions_office(), fix_id=fix_id, reason="与报名信息一致")
    assert gates.base.get(AdmissionFix, fix_id).standing.state == "declined"
    assert gates.status(gates.enrol(exam_no)).state == "active"


@pytest.mark.rule("A10-2", "A7-3")
def test_a_missing_person_is_supplemented(gates):
    """Given somebody whom no list names, when the supplement is accepted, then it is a basis of registration."""
    exam_no = "22110108990001"
    with pytest.raises(NoAdmissionBasis):
        gates.enrol(exam_no)
    fix_id = ask(gates, exam_no, MISSING, "supplement")
    propose(gates, fix_id)
    with pytest.raises(NoAdmissionBasis):
        gates.enrol(exam_no)
    decide(gates, fix_id)
    assert name_of(gates, exam_no) == "李小红"
    assert gates.status(gates.enrol(exam_no)).state == "active"


@pytest.mark.rule("A10-1", "A10-2", "A10-3", "A24-2")
def test_each_step_belongs_to_its_office(gates):
    """Given a request, when another office takes a step, or the proposer decides, then it may not."""
    exam_no = gates.admit(HERE)
    for actor in (registrar(ELSEWHERE), province(), admissions_office(), ministry()):
        with pytest.raises(NotPermitted):
            ask(gates, exam_no, actor=actor, school_code=HERE)
    fix_id = ask(gates, exam_no)
    for actor in (registrar(), province(), ministry(), admissions_office("33")):
        with pytest.raises(NotPermitted):
            propose(gates, fix_id, actor=actor)
    propose(gates, fix_id)
    for actor in (registrar(), province(), admissions_office(), ministry(sub="admissions-11")):
        with pytest.raises(NotPermitted):
            decide(gates, fix_id, actor=actor)


@pytest.mark.rule("A10-2", "A10-3")
def test_the_steps_follow_each_other(gates):
    """Given the order of the offices, when a step is skipped or repeated, then it does not follow."""
    exam_no = gates.admit(HERE)
    fix_id = ask(gates, exam_no)
    with pytest.raises(FixAtAnotherStep):
        decide(gates, fix_id)
    with pytest.raises(FixAtAnotherStep):
        decide(gates, fix_id, accept=False)
    propose(gates, fix_id)
    with pytest.raises(FixAtAnotherStep):
        propose(gates, fix_id)
    decide(gates, fix_id)
    with pytest.raises(FixAtAnotherStep):
        decide(gates, fix_id)


@pytest.mark.rule("A10-1")
def test_what_cannot_be_asked_for_is_said(gates):
    """Given a request, when it repeats, says nothing new, comes too late or is not the school's, then it is refused."""
    exam_no, other, registered = gates.admit(HERE), gates.admit(ELSEWHERE), gates.admit(HERE)
    gates.enrol(registered)
    with pytest.raises(NothingToFix):
        ask(gates, exam_no, {"XM": "王小明"})
    with pytest.raises(CannotBeFixed):
        ask(gates, exam_no, {"KSH": "22110108150009"})
    with pytest.raises(MalformedValue) as refusal:
        ask(gates, exam_no, {"SFZH": "11010519491231002Y"})
    told = refusal.value.as_dict()
    assert (told["rule"], told["field"]) == ("X-CODE-2", "SFZH")
    with pytest.raises(MalformedValue):
        ask(gates, exam_no, {"GIBTESNICHT": "1"})
    with pytest.raises(NotOwnStudent):
        ask(gates, other)
    with pytest.raises(RegisteredAlready):
        ask(gates, registered)
    ask(gates, exam_no)
    with pytest.raises(FixAlreadyAsked):
        ask(gates, exam_no)


@pytest.mark.rule("A10-2")
def test_a_supplement_is_for_a_person_who_is_missing_and_whole(gates):
    """Given a supplement, when the number is listed or the row is not whole, then it is refused by name."""
    with pytest.raises(AdmittedAlready):
        ask(gates, gates.admit(HERE), MISSING, "supplement")
    with pytest.raises(MalformedValue) as refusal:
        ask(gates, "22110108990001", {name: value for name, value in MISSING.items() if name != "XM"}, "supplement")
    assert refusal.value.as_dict()["field"] == "XM"
    with pytest.raises(NotOwnStudent):
        ask(gates, "22110108990001", MISSING | {"YXDM": ELSEWHERE}, "supplement")
    ask(gates, "22110108990001", MISSING, "supplement")
    with pytest.raises(FixAlreadyAsked):
        ask(gates, "22110108990001", MISSING, "supplement")


@pytest.mark.rule("A10-3", "A25-1")
def test_the_result_is_fed_back_and_values_are_open_to_whose_turn_it_is(gates):
    """Given a request, when each office looks, then whoever decides next sees the values, others see them masked."""
    exam_no = gates.admit(HERE)
    fix_id = ask(gates, exam_no)

    def seen(actor):
        found = gates.look(gates.files.get_admission_fix, actor, fix_id=fix_id, after_version=0)
        return found["state"], found["values"]["XM"]

    assert seen(admissions_office()) == ("requested", "王晓明")
    assert seen(ministry()) == seen(registrar()) == ("requested", "王**")
    propose(gates, fix_id)
    assert (seen(ministry()), seen(admissions_office())) == (("proposed", "王晓明"), ("proposed", "王**"))
    decide(gates, fix_id)
    listed = gates.look(
        gates.files.list_admission_fixes, registrar(), school_code=HERE, province=None, state="applied", after=None,
        limit=10,
    )["fixes"]  # fmt: skip
    assert [(one["fix_id"], one["decided_on"]) for one in listed] == [(str(fix_id), "2022-09-10")]
    with pytest.raises(NotPermitted):
        gates.look(gates.files.get_admission_fix, registrar(ELSEWHERE), fix_id=fix_id, after_version=0)
    with pytest.raises(NotPermitted):
        gates.look(
            gates.files.list_admission_fixes, admissions_office("33"), school_code=None, province="11", state=None,
            after=None, limit=10,
        )  # fmt: skip


@pytest.mark.rule("A10-3", "R41-8")
def test_who_waits_for_a_correction_is_listed_and_not_abandoned(gates):
    """Given a pending correction, when the last day of reporting passes, then the school still sees it waiting."""
    exam_no = gates.admit(HERE)
    ask(gates, exam_no)
    gates.go_to(date(2022, 9, 1))
    gates.ask(
        gates.school_years.declare_reporting_day, registrar(), school_code=HERE, entry_year=2022,
        last_day=date(2022, 9, 5),
    )  # fmt: skip
    assert gates.pass_day(date(2022, 9, 30)) == 0
    waiting = gates.look(
        gates.files.list_admissions, registrar(), school_code=HERE, entry_year=2022, outcome="pending_fix", after=None,
        limit=10,
    )["admissions"]  # fmt: skip
    assert [one["exam_no"] for one in waiting] == [exam_no]
