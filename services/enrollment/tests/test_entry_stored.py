"""Entry on a real store: reports, deferrals, rechecks, what deadlines decide; files and single commands alike."""

from datetime import date
from uuid import UUID

import pytest

from services.enrollment.application.bulk.freshman_reports import FreshmanReportsKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.recheck_results import RecheckResultsKind
from services.enrollment.domain.rules.entry import (
    AdmissionTypeRequired,
    EntryAlreadyDecided,
    EntryDeferred,
    InstitutionNotEligible,
    NoAdmissionBasis,
    NotOwnStudent,
    OneFulltimeStatus,
    PartnerRegistersNot,
)
from services.enrollment.domain.rules.reporting import DeferralOver, ReportedTooLate
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.gates import RECHECKED, Gates, codes
from services.enrollment.tests.offices import ELSEWHERE, HERE, at, ministry, province, registrar
from shared.access.decide import NotPermitted
from shared.intake.outcome import Unchanged
from shared.intake.steps import SomethingFollowed
from tests.support.actors import person

pytestmark = pytest.mark.servers


@pytest.fixture
def gates(enrollment):
    return Gates(enrollment)


def freshman(exam_no, result="注册学籍", recheck="合格", **values):
    return {"KSH": exam_no, "RXJG": result, "FCJG": recheck, "XH": None, "FY": None, "XSH": None, "BH": None, **values}


def reported(exam_no, **values):
    return {"KSH": exam_no, "BDRQ": date(2022, 9, 3), "CSJG": "合格", "QJ": None, "BZ": None, **values}


def rechecked(exam_no, **values):
    return {"KSH": exam_no, "FCRQ": date(2022, 9, 10), **RECHECKED, "CLYJ": None, "BLZ": None, **values}


# --- the oracles of one full-time status ---


@pytest.mark.rule("A8-9")
def test_a_second_full_time_status_is_refused_elsewhere(gates):
    """Given student A full-time at X, when Y registers A full-time a year later, then it is refused."""
    gates.student(HERE, SFZH="11010519491231002X", RXRQ=date(2022, 9, 1))
    gates.go_to(date(2023, 9, 10))
    again = gates.admit(ELSEWHERE, SFZH="11010519491231002X", RXRQ=date(2023, 9, 1))
    with pytest.raises(OneFulltimeStatus) as refusal:
        gates.enrol(again, registrar(ELSEWHERE), entry_year=2023)
    assert refusal.value.code == "ONE_FULLTIME_STATUS"


@pytest.mark.rule("A8-9")
@pytest.mark.parametrize("level", ["第二学士学位", "专升本", "硕士研究生"])
def test_a_second_bachelor_counts_as_full_time(gates, level):
    """Given an open full-time status, when a second bachelor or another full-time level follows, then it counts too."""
    gates.student(HERE, SFZH="11010519491231002X")
    category = "研究生" if level == "硕士研究生" else "普通高等教育"
    again = gates.admit(ELSEWHERE, SFZH="11010519491231002X", CC=level, XLLB=category, YBYXX="甲", YZSBH="乙")
    with pytest.raises(OneFulltimeStatus):
        gates.enrol(again, registrar(ELSEWHERE))


@pytest.mark.rule("A8-11")
def test_an_adult_part_time_status_stands_beside_a_full_time_one(gates):
    """Given student A full-time at X, when Y registers A as a part-time adult student, then it is accepted."""
    gates.student(HERE, SFZH="11010519491231002X")
    adult = gates.admit(ELSEWHERE, SFZH="11010519491231002X", XLLB="成人高等教育", XXXS="业余", CC="高起本")
    status = gates.status(gates.enrol(adult, registrar(ELSEWHERE)))
    assert (status.state, status.full_time, status.training) == ("active", False, "adult")


@pytest.mark.rule("A3-2")
@pytest.mark.parametrize(
    ("kind", "number"),
    [("C", "810000199408230021"), ("C", "820000199001010029"), ("C", "830000199201150028"), ("A", "G12345678"),
     ("6", "H12345678"), ("8", "12345678")],
)  # fmt: skip
def test_other_documents_go_the_same_way(gates, kind, number):
    """Given a student with another document, when admitted and registered, then the steps are the same."""
    exam_no = gates.admit(HERE, ZJLX=kind, SFZH=number, MZ="其他", GJDQ="香港")
    basis = gates.admission(exam_no)
    assert gates.base.keyring.open_person(basis.sealed_person, basis.id_key)["id_type"] == kind
    gates.report(exam_no)
    assert gates.status(gates.enrol(exam_no)).state == "active"


# --- registering ---


@pytest.mark.rule("A2-1")
def test_an_institution_without_the_right_is_refused_before_anything_else(gates):
    """Given a secondary school's code, when it registers or submits a file, then it is not eligible."""
    actor = registrar("3611010001")
    with pytest.raises(InstitutionNotEligible):
        gates.enrol("22000000000001", actor)
    with pytest.raises(InstitutionNotEligible):
        gates.ask(
            gates.base.submit_freshman_results, actor, digest="ab" * 32, filename="f.csv", school_code=actor.org,
            entry_year=2022,
        )  # fmt: skip


@pytest.mark.rule("A8-2", "A9-1")
def test_a_registration_tells_what_the_school_and_the_list_say(gates):
    """Given college, class and partner, when a freshman is registered, then the fact holds them and the old paper."""
    exam_no = gates.admit(
        HERE, CC="专升本", YBYXX="北京第一专科", YZSBH="100011202106000001", LQLX=None, ZXJH="是", LHXX=None
    )
    with pytest.raises(AdmissionTypeRequired):
        gates.enrol(exam_no)
    status_id = gates.enrol(
        exam_no,
        college="哲学院",
        department="哲学系",
        class_no="2201",
        admission_type="定向生",
        joint_partner=ELSEWHERE,
    )
    first = gates.base.first_facts(StudentStatus.Registered, [status_id])[status_id]
    assert [first[name] for name in ("college", "department", "class_no", "admission_type", "joint_partner")] == [
        "哲学院", "哲学系", "2201", "定向生", ELSEWHERE,
    ]  # fmt: skip
    assert (first["previous_school"], first["previous_certificate_no"]) == ("北京第一专科", "100011202106000001")


@pytest.mark.rule("A8-10")
def test_joint_training_is_registered_at_the_admitting_school_and_annotated(gates):
    """Given joint training, when both schools act, then one registers and annotates, and the partner may not."""
    exam_no = gates.admit(HERE, LHXX=ELSEWHERE)
    with pytest.raises(PartnerRegistersNot):
        gates.enrol(exam_no, registrar(ELSEWHERE))
    status_id = gates.enrol(exam_no)
    said = {"partner_code": ELSEWHERE, "partner_name": "浙江大学", "starts_on": date(2023, 9, 1), "ends_on": None}
    with pytest.raises(NotPermitted):
        gates.ask(gates.entry.annotate_joint_training, registrar(ELSEWHERE), status_id=status_id, **said)
    saved = gates.ask(gates.entry.annotate_joint_training, registrar(), status_id=status_id, **said)
    assert saved == {"id": str(status_id), "version": 2}


@pytest.mark.rule("A24-1", "A4-2")
@pytest.mark.parametrize(
    "actor", [province(), ministry(), person("operator", ""), person("student", ""), registrar(ELSEWHERE)]
)
def test_only_the_own_registrar_writes_an_entry(gates, actor):
    """Given a province, the ministry, the operator or another school, when they write an entry, then they may not."""
    exam_no = gates.admit(HERE)
    with pytest.raises(NotPermitted):
        gates.named(
            gates.entry.report_freshman, exam_no, actor, school_code=HERE, reported_on=date(2022, 9, 3), check="合格",
            excused=False,
        )  # fmt: skip


@pytest.mark.rule("A24-1")
def test_an_operator_for_adults_registers_no_regular_student(gates):
    """Given an operator of another kind of training, when a regular freshman is registered, then it is refused."""
    from dataclasses import replace

    exam_no = gates.admit(HERE)
    with pytest.raises(NotPermitted):
        gates.enrol(exam_no, replace(registrar(), kind="adult"))
    (refused,) = gates.take_in(FreshmanResultsKind(gates.base), freshman(exam_no), training="adult")
    assert refused.code == "OTHER_TRAINING"


# --- a file that comes again ---


@pytest.mark.rule("A8-4")
def test_a_file_of_freshmen_that_comes_again_changes_nothing(gates):
    """Given a taken-in file, when the same rows come again, then each is unchanged; a row that differs is refused."""
    numbers = [gates.admit(HERE) for _ in range(4)]
    rows = [
        freshman(numbers[0], XH="2201", FY="哲学院"),
        freshman(numbers[1], "放弃入学资格", None),
        freshman(numbers[2], "保留入学资格", None, BLYY="应征入伍", BLZ=date(2026, 9, 1)),
        freshman(numbers[3], "取消入学资格", None),
    ]
    kind = FreshmanResultsKind(gates.base)
    assert codes(gates.take_in(kind, *rows)) == ["1"] * 4
    again = gates.take_in(kind, *rows)
    assert all(isinstance(one, Unchanged) for one in again)
    rows[0]["FY"], rows[1]["RXJG"], rows[2]["BLZ"] = "历史系", "取消入学资格", date(2027, 9, 1)
    assert codes(gates.take_in(kind, *rows[:3])) == ["ENTRY_ALREADY_DECIDED", "ENTRY_ALREADY_DECIDED", "ENTRY_DEFERRED"]
    assert codes(gates.take_in(kind, *rows, school=ELSEWHERE)) == ["NOT_OWN_STUDENT"] * 4


def test_a_file_of_freshmen_is_taken_back_unless_something_followed(gates):
    numbers = [gates.admit(HERE) for _ in range(4)]
    gates.report(numbers[1])
    kind = FreshmanResultsKind(gates.base)
    decided = gates.take_in(
        kind, freshman(numbers[0]), freshman(numbers[1], "保留入学资格", None), freshman(numbers[2]),
        freshman(numbers[3], "放弃入学资格", None),
    )  # fmt: skip
    gates.recheck(numbers[2])
    back = gates.take_back(kind, decided)
    assert [type(one) for one in back if not isinstance(one, list)] == [SomethingFollowed]
    states = [gates.admission(number).state for number in (numbers[0], numbers[1], numbers[3])]
    assert states == ["listed", "reported", "listed"]
    for outcome, exam_no in (("listed", numbers[0]), ("reported", numbers[1])):
        asked = {"school_code": HERE, "entry_year": 2022, "outcome": outcome, "after": None, "limit": 10}
        found = gates.look(gates.files.list_admissions, registrar(), **asked)["admissions"]
        assert exam_no in [one["exam_no"] for one in found]
    assert [gates.status(gates.enrol(number)).state for number in (numbers[0], numbers[1])] == ["active", "active"]


@pytest.mark.rule("R41-9")
def test_reports_in_a_file_are_reports_one_by_one(gates):
    """Given one freshman reported singly and one by file, when both are looked at, then they stand alike."""
    numbers = [gates.admit(HERE) for _ in range(4)]
    gates.report(numbers[0])
    gates.report(numbers[2], check="不合格")
    kind = FreshmanReportsKind(gates.base)
    decided = gates.take_in(kind, reported(numbers[1]), reported(numbers[3], CSJG="不合格"))
    assert codes(decided) == ["1", "1"]
    outcomes = [(gates.admission(number).state, gates.admission(number).cause) for number in numbers]
    assert outcomes == [
        ("reported", ""),
        ("reported", ""),
        ("cancelled", "initial_check"),
        ("cancelled", "initial_check"),
    ]
    assert all(isinstance(one, Unchanged) for one in gates.take_in(kind, *(reported(n) for n in numbers[:2])))
    gates.take_back(kind, decided)
    assert gates.admission(numbers[1]).state == gates.admission(numbers[3]).state == "listed"


def test_a_file_of_reports_names_what_it_cannot_take(gates):
    registered, abroad = gates.admit(HERE), gates.admit(ELSEWHERE)
    gates.enrol(registered)
    decided = gates.take_in(
        FreshmanReportsKind(gates.base), reported(registered), reported(abroad), reported("22999999999999"),
        reported(gates.admit(HERE), BDRQ=date(2022, 9, 11)),
    )  # fmt: skip
    assert codes(decided) == ["ENTRY_ALREADY_DECIDED", "NOT_OWN_STUDENT", "NO_ADMISSION_BASIS", "DAY_LIES_AHEAD"]


# --- deadlines ---


def declare_last_day(gates, day, school=HERE):
    gates.ask(
        gates.school_years.declare_reporting_day, registrar(school), school_code=school, entry_year=2022, last_day=day
    )


@pytest.mark.rule("R41-8")
def test_who_has_not_reported_by_the_last_day_has_abandoned_entry(gates):
    """Given a last day of reporting, when a week has passed since, then who did not report has abandoned, once."""
    absent, present, elsewhere = gates.admit(HERE), gates.admit(HERE), gates.admit(ELSEWHERE)
    gates.go_to(date(2022, 9, 1))
    declare_last_day(gates, date(2022, 9, 5))
    gates.go_to(date(2022, 9, 3))
    gates.report(present)
    assert gates.pass_day(date(2022, 9, 12)) == 0
    assert gates.pass_day(date(2022, 9, 13)) == 1
    assert (gates.admission(absent).state, gates.admission(absent).cause) == ("abandoned", "not_reported")
    assert [gates.admission(one).state for one in (present, elsewhere)] == ["reported", "listed"]
    assert gates.pass_day(date(2022, 9, 14)) == 0
    with pytest.raises(ReportedTooLate):
        gates.report(absent, reported_on=date(2022, 9, 6))
    late = gates.admit(HERE)
    with pytest.raises(ReportedTooLate):
        gates.report(late, reported_on=date(2022, 9, 6))
    gates.report(late, reported_on=date(2022, 9, 6), excused=True)


@pytest.mark.rule("R41-8")
def test_many_absentees_of_many_schools_are_all_found(gates, monkeypatch):
    """Given more absentees than one step takes, at several schools, when the day is past, then none is left out."""
    from services.enrollment.application import entry_deadlines

    monkeypatch.setattr(entry_deadlines, "AT_ONCE", 2)
    absent = [gates.admit(school) for school in (HERE, ELSEWHERE) for _ in range(5)]
    preparing = [gates.admit(HERE, YKLB="其他预科") for _ in range(3)]
    for exam_no in preparing:
        said = {"result": "合格", "rechecked_on": gates.day}
        gates.named(gates.preparation.recheck_preparatory, exam_no, **said)
    gates.go_to(date(2022, 9, 1))
    for school in (HERE, ELSEWHERE):
        declare_last_day(gates, date(2022, 9, 5), school)
    assert gates.pass_day(date(2022, 9, 13)) == 10
    assert {gates.admission(exam_no).state for exam_no in absent} == {"abandoned"}
    assert {gates.admission(exam_no).state for exam_no in preparing} == {"listed"}


@pytest.mark.rule("R41-8", "A8-4")
def test_a_registration_that_the_read_tables_do_not_know_yet_is_not_abandoned(gates):
    """Given a registration of this moment, when the last day passes, then what is stored decides, not what is read."""
    exam_no = gates.admit(HERE)
    gates.go_to(date(2022, 9, 1))
    declare_last_day(gates, date(2022, 9, 5))
    gates.fold()
    gates.go_to(date(2022, 9, 13))
    status_id = gates.enrol(exam_no)
    assert gates.deadlines.due_entries(at(date(2022, 9, 13))) == 0
    assert (gates.admission(exam_no).state, gates.status(status_id).state) == ("listed", "active")


@pytest.mark.rule("R41-8", "A7-3")
def test_time_decides_nothing_about_a_list_that_is_not_released(gates, enrollment):
    """Given a list that nobody released, when the last day passes, then nobody on it has abandoned anything."""
    from services.enrollment.application.bulk.admission_list import AdmissionListKind
    from services.enrollment.tests.gates import row_of

    decided = gates.take_in(AdmissionListKind(enrollment), row_of(77))
    assert codes(decided) == ["1"]
    gates.go_to(date(2022, 9, 1))
    declare_last_day(gates, date(2022, 9, 5))
    assert gates.pass_day(date(2022, 9, 30)) == 0


@pytest.mark.rule("R41-10")
def test_an_overdue_deferral_is_abandoned_by_the_day(gates):
    """Given a deferral, when its end passes without an application, then the entry is abandoned and stays so."""
    exam_no = gates.admit(HERE)
    gates.decide(exam_no, "deferred", cause="illness", until=date(2023, 9, 30))
    assert gates.pass_day(date(2023, 10, 7)) == 0
    assert gates.pass_day(date(2023, 10, 8)) == 1
    assert (gates.admission(exam_no).state, gates.admission(exam_no).cause) == ("abandoned", "deferral_overdue")
    with pytest.raises(EntryAlreadyDecided):
        gates.readmit(exam_no)


# --- coming back ---


@pytest.mark.rule("R41-10")
def test_the_deferred_come_back_with_the_next_intake(gates):
    """Given a deferred entry, when the review is passed, then the student is registered with the next intake."""
    exam_no = gates.admit(HERE)
    gates.decide(exam_no, "deferred", cause="startup")
    with pytest.raises(EntryDeferred):
        gates.enrol(exam_no)
    gates.go_to(date(2023, 8, 20))
    gates.readmit(exam_no)
    basis = gates.admission(exam_no)
    assert (basis.state, basis.entry_date, basis.expected_graduation_date) == (
        "reported", date(2023, 9, 1), date(2027, 7, 1),
    )  # fmt: skip
    gates.go_to(date(2023, 9, 10))
    # the next intake's own file names the student by the new year
    (decided,) = gates.take_in(FreshmanResultsKind(gates.base), freshman(exam_no), year=2023)
    status = gates.base.get(StudentStatus, decided[0].originator_id).standing
    assert (status.entry_date, status.settled_year, status.grade) == (date(2023, 9, 1), 2023, 2023)
    gates.fold()
    listed = gates.look(
        gates.files.list_admissions, registrar(), school_code=HERE, entry_year=2023, outcome="registered", after=None,
        limit=10,
    )  # fmt: skip
    assert [one["exam_no"] for one in listed["admissions"]] == [exam_no]


@pytest.mark.rule("R41-10")
def test_who_fails_the_review_loses_the_right_of_entry(gates):
    """Given a deferred entry, when the review fails, then it is cancelled; after its end it cannot be asked for."""
    exam_no, late = gates.admit(HERE), gates.admit(HERE)
    for one in (exam_no, late):
        gates.decide(one, "deferred", cause="illness", until=date(2023, 8, 31))
    gates.go_to(date(2023, 8, 20))
    gates.readmit(exam_no, review="不合格", entry_date=None)
    assert (gates.admission(exam_no).state, gates.admission(exam_no).cause) == ("cancelled", "review")
    gates.go_to(date(2023, 9, 1))
    with pytest.raises(DeferralOver):
        gates.readmit(late)


# --- the recheck ---


@pytest.mark.rule("R41-11")
def test_a_recheck_says_what_follows(gates):
    """Given registered freshmen, when rechecked, then the answer says what follows, and the list names the failed."""
    good, fraud = gates.admit(HERE), gates.admit(HERE)
    good_id, fraud_id = gates.enrol(good), gates.enrol(fraud)
    missing = gates.student(HERE)
    assert gates.recheck(good)["follows"] == "nothing"
    assert gates.recheck(fraud, "person") == {"id": str(fraud_id), "version": 2, "follows": "cancel_status"}
    assert (gates.status(good_id).recheck, gates.status(fraud_id).recheck) == ("合格", "不合格")
    found = {
        wanted: gates.look(
            gates.files.list_rechecks, registrar(), school_code=HERE, entry_year=2022, wanted=wanted, after=None,
            limit=10,
        )["students"]
        for wanted in ("failed", "passed", "missing")
    }  # fmt: skip
    assert [one["status_id"] for one in found["failed"]] == [str(fraud_id)]
    assert (found["failed"][0]["failed"], found["failed"][0]["follows"]) == (["person"], "cancel_status")
    assert [one["status_id"] for one in found["missing"]] == [str(missing)]
    assert found["missing"][0]["due_on"] == "2022-12-01"


@pytest.mark.rule("R41-11", "A8-3")
def test_before_registration_a_failed_recheck_ends_the_entry(gates):
    """Given somebody not registered yet, when the recheck fails, then the entry is cancelled, not a status."""
    exam_no = gates.admit(HERE)
    assert gates.recheck(exam_no, "admission")["follows"] == "cancel_entry"
    assert (gates.admission(exam_no).state, gates.admission(exam_no).cause) == ("cancelled", "recheck")


@pytest.mark.rule("R41-11", "R41-10")
def test_ill_health_turns_the_status_back_into_a_deferred_entry(gates):
    """Given a registered freshman, when health alone fails, then the status ends and the entry is deferred."""
    exam_no = gates.admit(HERE, SFZH="11010519491231002X")
    status_id = gates.enrol(exam_no)
    gates.recheck(exam_no, "health", defer=True, until=date(2023, 9, 30))
    assert gates.status(status_id).state == "withdrawn"
    assert (gates.admission(exam_no).state, gates.admission(exam_no).deferred_until) == ("deferred", date(2023, 9, 30))
    assert gates.claims(gates.base.keyring.id_key("1", "11010519491231002X")) == []
    gates.go_to(date(2023, 8, 20))
    gates.readmit(exam_no)
    assert gates.status(gates.enrol(exam_no, entry_year=2023)).entry_date == date(2023, 9, 1)


@pytest.mark.rule("R41-11")
def test_rechecks_in_a_file_are_rechecks_one_by_one(gates):
    """Given rechecks singly and by file, when both are looked at, then the same facts stand."""
    singly, filed = [gates.admit(HERE) for _ in range(4)], [gates.admit(HERE) for _ in range(4)]
    ids = {exam_no: gates.enrol(exam_no) for exam_no in (*singly[:3], *filed[:3])}
    gates.recheck(singly[0])
    gates.recheck(singly[1], "person")
    gates.recheck(singly[2], "health", defer=True)
    gates.recheck(singly[3], "admission")
    rows = [
        rechecked(filed[0]), rechecked(filed[1], RZXF="不合格"),
        rechecked(filed[2], STJK="不合格", CLYJ="保留入学资格"), rechecked(filed[3], LQZG="不合格"),
    ]  # fmt: skip
    kind = RecheckResultsKind(gates.base)
    assert codes(gates.take_in(kind, *rows)) == ["1", "1", "3", "1"]
    for one, other in zip(singly, filed, strict=True):
        mine, theirs = gates.admission(one), gates.admission(other)
        assert (mine.state, mine.cause, mine.deferred_until) == (theirs.state, theirs.cause, theirs.deferred_until)
    for one, other in zip(singly[:3], filed[:3], strict=True):
        mine, theirs = gates.status(ids[one]), gates.status(ids[other])
        assert (mine.state, mine.recheck) == (theirs.state, theirs.recheck)
    assert all(isinstance(one, Unchanged) for one in gates.take_in(kind, *rows))


def test_a_file_of_rechecks_names_what_it_cannot_take(gates):
    waiting, abroad, expired = gates.admit(HERE), gates.admit(ELSEWHERE), gates.admit(HERE)
    gates.enrol(expired)
    decided = gates.take_in(
        RecheckResultsKind(gates.base), rechecked(waiting), rechecked(abroad), rechecked("22999999999999"),
        rechecked(expired, FCRQ=date(2022, 8, 1)),
    )  # fmt: skip
    assert codes(decided) == [
        "RECHECK_BEFORE_REGISTRATION", "NOT_OWN_STUDENT", "NO_ADMISSION_BASIS", "BEFORE_ENTRY",
    ]  # fmt: skip


@pytest.mark.rule("A8-4")
def test_a_school_sees_its_admissions_by_outcome(gates):
    """Given admissions with every outcome, when the school asks by outcome, then each stands in one list."""
    numbers = {outcome: gates.admit(HERE) for outcome in ("listed", "reported", "abandoned", "deferred", "registered")}
    gates.report(numbers["reported"])
    gates.decide(numbers["abandoned"], "abandoned")
    gates.decide(numbers["deferred"], "deferred")
    gates.enrol(numbers["registered"])
    asked = {"school_code": HERE, "entry_year": 2022, "after": None, "limit": 50}
    for outcome, exam_no in numbers.items():
        found = gates.look(gates.files.list_admissions, province(), outcome=outcome, **asked)["admissions"]
        assert [(one["exam_no"], one["name"], one["released"]) for one in found] == [(exam_no, "王**", True)]
    with pytest.raises(NotPermitted):
        gates.look(gates.files.list_admissions, registrar(ELSEWHERE), outcome=None, **asked)


def test_an_admission_of_another_school_or_none_is_not_touched(gates):
    exam_no = gates.admit(ELSEWHERE)
    with pytest.raises(NotOwnStudent):
        gates.report(exam_no)
    with pytest.raises(NoAdmissionBasis):
        gates.report("22999999999999")


def test_a_command_asked_twice_reports_once(gates):
    exam_no = gates.admit(HERE)
    command_id = UUID("019b0000-0000-7000-8000-00000000aaaa")
    from tests.support.actors import asked

    by = asked(registrar(), "report_freshman", command_id=command_id)
    said = {
        "command_id": command_id, "school_code": HERE, "entry_year": 2022, "exam_no": exam_no,
        "reported_on": date(2022, 9, 3), "check": "合格", "excused": False, "by": by,
    }  # fmt: skip
    assert gates.entry.report_freshman(**said) == gates.entry.report_freshman(**said)
