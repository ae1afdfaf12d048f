"""Conflicts on a real store: recordable, visible to both sides, decided with all that follows, never two holders."""

import threading
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.domain.conflict import Conflict
from services.enrollment.domain.rules.conflicts import (
    ConflictAlreadyOpen,
    CorrectionMissing,
    DecidedByAParty,
    NothingContested,
)
from services.enrollment.domain.rules.entry import NotOwnStudent, OneFulltimeStatus
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.queries.evidence import names_of
from services.enrollment.tests.offices import (
    ELSEWHERE,
    GOOD_NUMBER,
    HERE,
    OTHER_NUMBER,
    PROOF,
    SAME_PROVINCE,
    THIRD_NUMBER,
    Offices,
    ministry,
    province,
    registrar,
    second_registrar,
)
from shared.access.decide import NotPermitted
from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.context import Context
from shared.rules.refused import Refused
from tests.support.actors import NOON

pytestmark = pytest.mark.servers
ENTRY = date(2022, 9, 1)


@pytest.fixture
def offices(enrollment):
    made = Offices(enrollment)
    yield made
    made.replay()


def open_conflict(offices, exam_no, school=ELSEWHERE, actor=None):
    return UUID(
        offices.ask(
            offices.conflicts.open_conflict,
            actor or registrar(school),
            school_code=school,
            entry_year=2022,
            exam_no=exam_no,
            statement="新生本人持证报到,系统提示已有学籍",
            evidence=PROOF,
        )["id"]
    )


def record(offices, conflict_id, school=ELSEWHERE):
    answer = offices.ask(
        offices.conflicts.register_contested,
        registrar(school),
        conflict_id=conflict_id,
        recheck="合格",
        student_no=None,
    )
    return UUID(answer["status_id"])


def decide(offices, conflict_id, outcome, actor=None, ending=None, ends_on=None, values=None):
    return offices.ask(
        offices.conflicts.decide_conflict,
        actor or ministry(),
        conflict_id=conflict_id,
        outcome=outcome,
        ending=ending,
        ends_on=ends_on,
        values=values or {},
        decision_no="教学函31号",
        reason="经查证",
    )


def contested(offices, first_school=HERE, second_school=ELSEWHERE, second_name="王小明"):
    """A status that stands first, the refused one recorded contested, and their conflict."""
    first = offices.student(first_school, SFZH=GOOD_NUMBER)
    exam_no = offices.admit(second_school, SFZH=GOOD_NUMBER, XM=second_name)
    with pytest.raises(OneFulltimeStatus):
        offices.register(exam_no, second_school)
    conflict_id = open_conflict(offices, exam_no, second_school)
    return first, record(offices, conflict_id, second_school), conflict_id


def settle(offices, conflict_id):
    return offices.base.get(Conflict, conflict_id).standing.state


@pytest.mark.rule("A8-9")
@pytest.mark.parametrize(("first_school", "second_school"), [(HERE, ELSEWHERE), (ELSEWHERE, HERE)])
def test_a_refused_registration_is_recorded_contested(offices, first_school, second_school):
    """Given a person held by either school, when the refused school contests, then both are on record, one binding."""
    first, second, conflict_id = contested(offices, first_school, second_school)
    key = offices.status(first).id_key
    assert offices.claims(key) == [(str(first), ENTRY, None)]
    assert offices.contested(key) == [(str(second), ENTRY, None)]
    assert {offices.status(each).contested_in for each in (first, second)} == {str(conflict_id)}
    third = offices.admit(SAME_PROVINCE, SFZH=GOOD_NUMBER)
    with pytest.raises(OneFulltimeStatus):
        offices.register(third, SAME_PROVINCE)


@pytest.mark.rule("A8-9")
def test_both_schools_and_both_students_see_the_conflict(offices):
    """Given a conflict, when schools and students look, then all see it with its deadline, others do not."""
    first, second, conflict_id = contested(offices)
    for school in (HERE, ELSEWHERE):
        listed = offices.look(offices.conflict_files.list_conflicts, registrar(school), **_all(school, state="open"))
        assert [(each["conflict_id"], each["turn"]) for each in listed["conflicts"]] == [(conflict_id, "ministry")]
        assert listed["conflicts"][0]["due_on"] == date(2022, 10, 8)
    for status_id, school in ((first, HERE), (second, ELSEWHERE)):
        shown = offices.look(offices.own.get_status, registrar(school), status_id=status_id, after_version=0)
        assert shown["contested_in"] == str(conflict_id)
    for status_id, side, other in ((first, "first", ELSEWHERE), (second, "second", HERE)):
        (own,) = offices.look(offices.own.list_own_statuses, offices.holder(status_id))["statuses"]
        assert (own["conflict"]["side"], own["conflict"]["other_school"]) == (side, other)
        assert own["contested_in"] == str(conflict_id)
    assert offices.look(offices.conflict_files.list_conflicts, registrar(SAME_PROVINCE), **_all(SAME_PROVINCE)) == {
        "conflicts": []
    }
    with pytest.raises(NotPermitted):
        offices.look(
            offices.conflict_files.get_conflict, registrar(SAME_PROVINCE), conflict_id=conflict_id, after_version=0
        )


def _all(school=None, code=None, state=None):
    return {"school_code": school, "province": code, "state": state, "after": None, "limit": 50}


@pytest.mark.rule("A8-9", "A26-2")
def test_an_impostor_is_cancelled_and_the_victim_bound(offices):
    """Given an impostor first, when the second keeps, then the impostor's never held a day, the other binds."""
    first, second, conflict_id = contested(offices)
    offices.go_to(date(2022, 10, 20))
    decide(offices, conflict_id, "second_keeps", ending="取消学籍")
    impostor, victim = offices.status(first), offices.status(second)
    assert (impostor.state, victim.state) == ("cancelled", "active")
    assert (impostor.contested_in, victim.contested_in, settle(offices, conflict_id)) == ("", "", "decided")
    assert offices.claims(victim.id_key) == [(str(second), ENTRY, None)]
    assert offices.contested(victim.id_key) == []
    offices.fold()
    with offices.base.store.reading() as cursor:
        cursor.execute("SELECT illegal_entry FROM student_register WHERE status_id = %s", (str(first),))
        assert cursor.fetchone() == (True,)


@pytest.mark.rule("A13-4", "A8-9")
def test_who_has_ended_for_good_is_not_ended_again_by_a_conflict(offices):
    """Given an impostor who dies before the decision, when the second keeps, then the first never held a day, and its
    terminal state stays what it is."""
    first, second, conflict_id = contested(offices)
    died = {"kind": "死亡", "cancellation_id": uuid4(), "decision_no": "1", "decided_on": ENTRY, "effective_on": ENTRY}
    status = offices.base.get(StudentStatus, first)
    status.trigger_event(StudentStatus.Cancelled, due_on=None, late=False, id_key=status.standing.id_key, **died)
    offices.base.save(status, by=Context.system("cancel", NOON))
    offices.go_to(date(2022, 10, 20))
    decide(offices, conflict_id, "second_keeps", ending="取消学籍")
    assert (offices.status(first).state, offices.status(second).state) == ("deceased", "active")
    assert offices.claims(offices.status(second).id_key) == [(str(second), ENTRY, None)]


@pytest.mark.rule("A8-9", "A26-2")
def test_an_impostor_second_is_cancelled_and_the_first_stays(offices):
    """Given an impostor second, when the first keeps, then nothing of the contested claim is left."""
    first, second, conflict_id = contested(offices)
    decide(offices, conflict_id, "first_keeps", ending="取消学籍")
    key = offices.status(first).id_key
    assert (offices.status(first).state, offices.status(second).state) == ("active", "cancelled")
    assert (offices.claims(key), offices.contested(key)) == ([(str(first), ENTRY, None)], [])


@pytest.mark.rule("A8-9")
def test_a_registration_filed_in_error_is_taken_back(offices):
    """Given a second registration in error, when it is taken back by the decision, then its admission is free again."""
    first, second, conflict_id = contested(offices)
    decide(offices, conflict_id, "first_keeps", ending="撤回注册")
    assert offices.status(second).state == "withdrawn"
    assert offices.base.owners("admission.outcome", [str(offices.conflicts.known(second).said["admission_id"])]) == {}
    assert offices.claims(offices.status(first).id_key) == [(str(first), ENTRY, None)]


@pytest.mark.rule("A8-9")
def test_two_genuine_statuses_stand_one_after_the_other(offices):
    """Given a first status left unsaid, when it is ended on its day, then both stand, in different times."""
    first = offices.student(HERE, SFZH=GOOD_NUMBER, RXRQ=date(2021, 9, 1), YJBYRQ=date(2025, 7, 1))
    exam_no = offices.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
    conflict_id = open_conflict(offices, exam_no)
    second = record(offices, conflict_id)
    with pytest.raises(OneFulltimeStatus):
        decide(offices, conflict_id, "both_keep")
    with pytest.raises(OneFulltimeStatus):
        decide(offices, conflict_id, "second_keeps", ending="退学", ends_on=date(2022, 9, 5))
    decide(offices, conflict_id, "second_keeps", ending="退学", ends_on=date(2022, 6, 1))
    key = offices.status(first).id_key
    assert offices.claims(key) == [
        (str(first), date(2021, 9, 1), date(2022, 6, 1)),
        (str(second), ENTRY, None),
    ]
    assert (offices.status(first).state, offices.status(second).state) == ("dropped", "active")


@pytest.mark.rule("A8-9", "A19-1")
@pytest.mark.parametrize("which", ["first", "second"])
def test_two_people_on_one_number_end_with_two_numbers(offices, which):
    """Given two people on one number, when one of them is corrected, then each holds a number of the own, alone."""
    first, second, conflict_id = contested(offices, second_name="李晓红")
    assert offices.base.get(Conflict, conflict_id).standing.two_people
    shared = offices.status(first).id_key
    with pytest.raises(CorrectionMissing):
        decide(offices, conflict_id, f"{which}_corrected")
    decide(offices, conflict_id, f"{which}_corrected", values={"id_number": OTHER_NUMBER})
    moved, stays = (first, second) if which == "first" else (second, first)
    assert offices.claims(shared) == [(str(stays), ENTRY, None)]
    assert offices.claims(offices.status(moved).id_key) == [(str(moved), ENTRY, None)]
    assert offices.contested(shared) == []
    assert {offices.status(each).state for each in (first, second)} == {"active"}
    assert offices.status(moved).identity_version == 2


@pytest.mark.rule("A8-9")
def test_a_correction_to_a_third_persons_number_settles_nothing(offices):
    """Given a number that a third person holds, when one side is corrected to it, then the conflict stays open."""
    first, _, conflict_id = contested(offices, second_name="李晓红")
    offices.student(SAME_PROVINCE, SFZH=OTHER_NUMBER)
    with pytest.raises(OneFulltimeStatus):
        decide(offices, conflict_id, "first_corrected", values={"id_number": OTHER_NUMBER})
    assert (settle(offices, conflict_id), offices.status(first).contested_in) == ("open", str(conflict_id))


@pytest.mark.rule("A8-9", "A8-11")
def test_two_people_in_part_time_study_are_a_conflict_too(offices):
    """Given two names on one number in part-time study, when a school says so, then it is a conflict; one is not."""
    here = offices.student(HERE, SFZH=THIRD_NUMBER, XLLB="成人高等教育", XXXS="业余")
    same = offices.student(ELSEWHERE, SFZH=THIRD_NUMBER, XLLB="成人高等教育", XXXS="业余")
    offices.fold()
    about = {"statement": "两名学生使用同一证件号码", "evidence": PROOF}
    with pytest.raises(NothingContested):
        offices.ask(offices.conflicts.open_conflict_of_status, registrar(ELSEWHERE), status_id=same, **about)
    other = offices.student(SAME_PROVINCE, SFZH=THIRD_NUMBER, XLLB="成人高等教育", XXXS="业余", XM="李晓红")
    offices.fold()
    conflict_id = UUID(
        offices.ask(offices.conflicts.open_conflict_of_status, registrar(SAME_PROVINCE), status_id=other, **about)["id"]
    )
    standing = offices.base.get(Conflict, conflict_id).standing
    assert (standing.two_people, standing.second_status_id) == (True, other)
    assert standing.first_status_id in (here, same)
    assert {offices.status(each).contested_in for each in (standing.first_status_id, other)} == {str(conflict_id)}


@pytest.mark.rule("A8-9")
def test_without_another_claim_there_is_nothing_to_contest(offices):
    """Given a free person, when a school contests, then it is told to register; another school's student it is not."""
    with pytest.raises(NothingContested):
        open_conflict(offices, offices.admit(ELSEWHERE))
    with pytest.raises(NotOwnStudent):
        open_conflict(offices, offices.admit(ELSEWHERE), school=ELSEWHERE, actor=registrar(HERE))


@pytest.mark.rule("X-CASE-1")
def test_a_status_stands_in_one_conflict_at_a_time(offices):
    """Given a conflict, when a third school contests the same status, then it waits for the decision."""
    _, _, conflict_id = contested(offices)
    third = offices.admit(SAME_PROVINCE, SFZH=GOOD_NUMBER)
    with pytest.raises(ConflictAlreadyOpen):
        open_conflict(offices, third, SAME_PROVINCE)
    decide(offices, conflict_id, "first_keeps", ending="取消学籍")
    assert open_conflict(offices, third, SAME_PROVINCE)


@pytest.mark.rule("A8-9")
def test_before_the_second_is_recorded_it_may_be_withdrawn_or_decided(offices):
    """Given a conflict without a second status, when it is withdrawn or decided, then the first is as before."""
    first = offices.student(HERE, SFZH=GOOD_NUMBER)
    exam_no = offices.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
    conflict_id = open_conflict(offices, exam_no)
    offices.ask(
        offices.conflicts.withdraw_conflict, second_registrar(ELSEWHERE), conflict_id=conflict_id, reason="录入有误"
    )
    assert (settle(offices, conflict_id), offices.status(first).contested_in) == ("withdrawn", "")
    decide(offices, open_conflict(offices, exam_no), "first_keeps")
    assert offices.status(first).contested_in == ""
    assert offices.claims(offices.status(first).id_key) == [(str(first), ENTRY, None)]


@pytest.mark.rule("A8-9", "A26-2")
def test_the_second_registers_plainly_once_the_first_is_void(offices):
    """Given a conflict decided for an admission not yet recorded, when it is registered, then nothing is in the way."""
    first = offices.student(HERE, SFZH=GOOD_NUMBER)
    exam_no = offices.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
    decide(offices, open_conflict(offices, exam_no), "second_keeps", ending="取消学籍")
    second = offices.register(exam_no, ELSEWHERE)
    assert offices.claims(offices.status(first).id_key) == [(str(second), ENTRY, None)]


@pytest.mark.rule("A4-2", "A6-3", "A24-2")
def test_the_right_office_decides_and_nobody_who_spoke(offices):
    """Given schools of two provinces, when a province or a party decides, then it is refused; the ministry may."""
    _, _, conflict_id = contested(offices)
    for actor in (province("11"), province("33"), registrar(HERE)):
        with pytest.raises(NotPermitted):
            decide(offices, conflict_id, "first_keeps", actor=actor, ending="取消学籍")
    decide(offices, conflict_id, "first_keeps", ending="取消学籍")


@pytest.mark.rule("A4-2", "A24-2")
def test_within_a_province_it_decides_but_not_whoever_opened_it(offices):
    """Given two schools of one province, when its officer opened the conflict, then another officer decides."""
    offices.student(HERE, SFZH=GOOD_NUMBER)
    exam_no = offices.admit(SAME_PROVINCE, SFZH=GOOD_NUMBER)
    conflict_id = open_conflict(offices, exam_no, SAME_PROVINCE, actor=province("11"))
    with pytest.raises(NotPermitted):
        decide(offices, conflict_id, "first_keeps", actor=province("33"))
    with pytest.raises(DecidedByAParty):
        decide(offices, conflict_id, "first_keeps", actor=province("11"))
    decide(offices, conflict_id, "first_keeps", actor=province("11", "another"))


@pytest.mark.rule("A8-9", "A13-3")
def test_both_sides_answer_and_the_deadline_is_watched(offices):
    """Given a conflict, when both schools answer and the deadline passes, then both are shown and it is overdue."""
    _, _, conflict_id = contested(offices)
    for school in (HERE, ELSEWHERE):
        answer = {"conflict_id": conflict_id, "statement": "本校学生在校", "evidence": ("cd" * 32,)}
        offices.ask(offices.conflicts.answer_conflict, second_registrar(school), **answer)
    with pytest.raises(NotPermitted):
        offices.ask(offices.conflicts.answer_conflict, registrar(SAME_PROVINCE), **answer)
    offices.go_to(date(2022, 10, 9))
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 1
    told = offices.look(offices.conflict_files.get_conflict, registrar(HERE), conflict_id=conflict_id, after_version=0)
    assert (told["answered_by"], told["overdue"]) == ([HERE, ELSEWHERE], True)
    assert told["evidence"] == names_of(conflict_id, [*PROOF, "cd" * 32])
    assert [step["step"] for step in told["steps"]] == ["Opened", "Raised", "Joined", "Answered", "Answered", "Overdue"]
    decide(offices, conflict_id, "first_keeps", ending="取消学籍")
    told = offices.look(offices.conflict_files.get_conflict, registrar(HERE), conflict_id=conflict_id, after_version=0)
    assert (told["state"], told["late"], told["overdue"]) == ("decided", True, False)


@pytest.mark.rule("A8-9", "X-CONFLICT-1")
def test_a_conflict_decided_twice_at_once_is_decided_once(offices):
    """Given a conflict, when two officers decide it differently at the same instant, then one decision stands whole."""
    first, second, conflict_id = contested(offices)
    outcomes, barrier = [], threading.Barrier(2)

    def try_it(outcome, sub):
        barrier.wait()
        try:
            decide(offices, conflict_id, outcome, actor=ministry(sub), ending="取消学籍")
            outcomes.append(outcome)
        except (ChangedMeanwhile, Refused):
            outcomes.append("refused")

    threads = [threading.Thread(target=try_it, args=each) for each in (("first_keeps", "m-1"), ("second_keeps", "m-2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("refused") == 1
    winner = first if "first_keeps" in outcomes else second
    loser = second if winner == first else first
    assert (offices.status(winner).state, offices.status(loser).state) == ("active", "cancelled")
    key = offices.status(winner).id_key
    assert (offices.claims(key), offices.contested(key)) == ([(str(winner), ENTRY, None)], [])


@pytest.mark.rule("A8-9")
def test_two_schools_at_once_leave_one_status_and_one_who_may_contest(offices):
    """Given one person admitted by two schools, when both register at once, then one wins and the other may contest."""
    exams = {school: offices.admit(school, SFZH=GOOD_NUMBER) for school in (HERE, ELSEWHERE)}
    won, barrier = {}, threading.Barrier(2)

    def try_it(school):
        barrier.wait()
        try:
            won[school] = offices.register(exams[school], school)
        except Refused:
            won[school] = None

    threads = [threading.Thread(target=try_it, args=(school,)) for school in exams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (loser,) = [school for school, status_id in won.items() if status_id is None]
    conflict_id = open_conflict(offices, exams[loser], loser)
    assert record(offices, conflict_id, loser)
