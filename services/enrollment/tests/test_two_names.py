"""A second name on one number is never silent, however it came; a refused registration is told to both schools."""

import threading
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.application.watching import NameWatch
from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.conflict import SYSTEM, Conflict
from services.enrollment.domain.rules.conflicts import ConflictAlreadyOpen, OnlyNoticed
from services.enrollment.domain.rules.entry import OneFulltimeStatus
from services.enrollment.domain.rules.periods import Periods
from services.enrollment.domain.student_status import EXAM_NO, OUTCOME, StudentStatus
from services.enrollment.queries.names import NameFindings
from services.enrollment.tests.filing import Desk
from services.enrollment.tests.offices import (
    ELSEWHERE,
    GOOD_NUMBER,
    HERE,
    OTHER_NUMBER,
    PROOF,
    SAME_PROVINCE,
    at,
    ministry,
    province,
    registrar,
    second_registrar,
)
from services.enrollment.tests.test_conflicts import decide, open_conflict, record
from services.enrollment.tests.test_existing import status_row
from shared.eventstore.context import Context

pytestmark = pytest.mark.servers
EVENING = {"XLLB": "成人高等教育", "XXXS": "业余"}
ANOTHER = "李晓红"
BORN = {"CSRQ": "19491231", "SFZH": GOOD_NUMBER}


class Watched(Desk):
    """All offices and the worker of files, with the registry's watch over names beside them."""

    def __init__(self, enrollment, folder):
        super().__init__(enrollment, folder)
        at_work = (enrollment.store, enrollment.clock, enrollment.keyring)
        self.names = NameWatch(*at_work, NameFindings(enrollment.store), Periods())

    def watch(self):
        """Let the registry look until it finds nothing more."""
        self.fold()
        while self.names.due_names(at(self.day)):
            self.fold()

    def listed(self, actor, **named):
        asked = {"school_code": None, "province": None, "state": None, "after": None, "limit": 50} | named
        return self.look(self.conflict_files.list_conflicts, actor, **asked)["conflicts"]

    def commit(self, batch_id, actor):
        plan_id = UUID(str(self.progress(batch_id).plan_id))
        self.ask(self.batches.commit_plan, actor, batch_id=batch_id, plan_id=plan_id, mode="good_rows")
        while self.runner.step():
            pass
        return batch_id

    def status_of(self, exam_no, entry_year=2022):
        """What follows from an admission, or was loaded under its number."""
        key = admission_key(entry_year, exam_no)
        listed = self.base.owners(EXAM_NO, [key])[key]
        return self.base.owners(OUTCOME, [str(listed)])[str(listed)]

    def conflict(self, status_id):
        """The conflict in which a status stands now."""
        found = self.status(status_id).contested_in
        return self.base.get(Conflict, UUID(found)).standing if found else None


@pytest.fixture
def watched(enrollment, tmp_path):
    made = Watched(enrollment, tmp_path)
    yield made
    made.replay()


def rows_of(exam_nos):
    return [[exam_no, "注册学籍", "合格"] for exam_no in exam_nos]


def hand_in(watched, exam_nos, school=HERE):
    header = ["考生号", "入学结果", "复查结果"]
    return watched.file("freshman_results", header, rows_of(exam_nos), {"entry_year": "2022"}, registrar(school))


def load(watched, *rows):
    """A province's old register, planned and committed by a second person."""
    header = list(rows[0])
    cells = [[row[name] for name in header] for row in rows]
    batch_id = watched.plan("existing_statuses", header, cells, {"source": "省厅2004库"}, province("11", "loader"))
    return watched.commit(batch_id, province("11", "second"))


def both_stand_in_one_case(watched, one, other, schools):
    """What both sides see: one open case of two people, with a deadline, found by the registry itself."""
    conflict = watched.conflict(one)
    assert conflict is not None
    assert conflict == watched.conflict(other)
    assert (conflict.state, conflict.two_people, conflict.hands) == ("open", True, (SYSTEM,))
    for school in schools:
        (listed,) = watched.listed(registrar(school), school_code=school, state="open")
        assert {listed["first_status_id"], listed["second_status_id"]} == {one, other}
        assert listed["due_on"] is not None
    return conflict


@pytest.mark.rule("A8-9", "A8-11")
def test_a_second_name_in_part_time_study_is_a_case_at_once(watched):
    """Given a student in part-time study, when another school registers another name on the number, then both statuses
    stand in one case with a deadline, which both schools and both students see, and nobody has to open it."""
    here = watched.student(HERE, SFZH=GOOD_NUMBER, **EVENING)
    there = watched.student(ELSEWHERE, SFZH=GOOD_NUMBER, XM=ANOTHER, **EVENING)
    watched.watch()
    both_stand_in_one_case(watched, here, there, (HERE, ELSEWHERE))
    for status_id, side in ((here, "first"), (there, "second")):
        (own,) = watched.look(watched.own.list_own_statuses, watched.holder(status_id))["statuses"]
        assert (own["conflict"]["state"], own["conflict"]["side"]) == ("open", side)


@pytest.mark.rule("A8-9", "A8-11")
def test_one_person_in_two_studies_is_no_conflict(watched):
    """Given one name on one number at two schools, when the registry looks, then nobody is contested."""
    studies = [watched.student(school, SFZH=GOOD_NUMBER, **EVENING) for school in (HERE, ELSEWHERE)]
    studies.append(watched.student(SAME_PROVINCE, SFZH=GOOD_NUMBER))
    watched.watch()
    assert [watched.conflict(each) for each in studies] == [None] * 3
    assert watched.listed(ministry()) == []


@pytest.mark.rule("A8-9")
def test_a_second_name_in_a_file_of_freshmen_is_a_case_at_once(watched):
    """Given two names on one number in one file, and one on a number that stands, when the file is taken in, then each
    pair stands in a case of its own, and who shares with nobody stands in none."""
    stands = watched.student(ELSEWHERE, SFZH=OTHER_NUMBER, **EVENING)
    twice = [watched.admit(HERE, SFZH=GOOD_NUMBER, XM=name, **EVENING) for name in ("王小明", ANOTHER)]
    against, alone = watched.admit(HERE, SFZH=OTHER_NUMBER, XM=ANOTHER, **EVENING), watched.admit(HERE, **EVENING)
    batch_id = hand_in(watched, [*twice, against, alone])
    assert (watched.progress(batch_id).accepted, watched.progress(batch_id).refused) == (4, 0)
    watched.watch()
    found = {each: watched.status_of(each) for each in (*twice, against, alone)}
    assert watched.conflict(found[twice[0]]) == watched.conflict(found[twice[1]]) is not None
    both_stand_in_one_case(watched, stands, found[against], (ELSEWHERE,))
    assert watched.conflict(found[alone]) is None


@pytest.mark.rule("A8-9", "A28-1")
def test_a_second_name_in_an_old_register_is_a_case_at_once(watched):
    """Given a student of today, when an old register tells another name on the number in another time, then it is
    loaded and stands in a case with today's status; a row of the same name stands in none."""
    watched.go_to(date(2022, 9, 10))
    today = watched.student(HERE, SFZH=GOOD_NUMBER)
    same = watched.student(HERE, SFZH=OTHER_NUMBER, CSRQ=date(1980, 1, 1))
    old = status_row(1, XM=ANOTHER, **BORN)
    like = status_row(2, CSRQ="19800101", SFZH=OTHER_NUMBER)
    batch_id = load(watched, old, like)
    assert watched.progress(batch_id).accepted == 2
    watched.watch()
    loaded = watched.status_of(old["KSH"], 2003)
    both_stand_in_one_case(watched, today, loaded, (HERE,))
    assert watched.conflict(same) is None


@pytest.mark.rule("A8-9", "A19-2")
def test_a_name_that_was_changed_is_still_the_persons_own(watched):
    """Given a student whose name was corrected, when another school registers the former or the new name, then no case
    follows; a name that the student never had makes one."""
    first = watched.student(HERE, SFZH=GOOD_NUMBER, **EVENING)
    known = watched.conflicts.known(first)
    values = watched.conflicts.asked_values(known, {"name": "王晓明"})
    watched.conflicts.correct(known, values, uuid4(), since=watched.conflicts.since_told(known, values))
    watched.base.save(known.status, by=Context.system("decide_case", at(watched.day)))
    former = watched.student(ELSEWHERE, SFZH=GOOD_NUMBER, **EVENING)
    present = watched.student(SAME_PROVINCE, SFZH=GOOD_NUMBER, XM="王晓明", **EVENING)
    watched.watch()
    assert watched.conflict(first) is None
    # the former and the present name meet in the first status alone: each of the two others shares one with it
    assert {bool(watched.conflict(each)) for each in (former, present)} == {False}
    other = watched.student(ELSEWHERE, SFZH=GOOD_NUMBER, XM=ANOTHER, **EVENING)
    watched.watch()
    assert watched.conflict(other) is not None


@pytest.mark.rule("A8-9", "A19-2")
def test_a_number_corrected_to_one_that_another_name_has_is_a_case(watched):
    """Given two students, when the number of one is corrected to the other's, then both stand in a case."""
    holder = watched.student(HERE, SFZH=GOOD_NUMBER, **EVENING)
    moved = watched.student(ELSEWHERE, SFZH=OTHER_NUMBER, XM=ANOTHER, CSRQ=date(1980, 1, 1), **EVENING)
    watched.watch()
    assert watched.conflict(moved) is None
    known = watched.conflicts.known(moved)
    values = watched.conflicts.asked_values(known, {"id_number": GOOD_NUMBER})
    watched.conflicts.correct(known, values, uuid4(), since=watched.conflicts.since_told(known, values))
    watched.base.save(known.status, by=Context.system("decide_case", at(watched.day)))
    watched.watch()
    both_stand_in_one_case(watched, holder, moved, (HERE, ELSEWHERE))


@pytest.mark.rule("A8-9", "X-CASE-1")
def test_a_third_name_waits_for_the_decision_and_the_decided_pair_is_not_asked_about_again(watched):
    """Given three names on one number, when the first two are decided to be kept, then the third stands against one of
    them, and the two are left in peace."""
    one = watched.student(HERE, SFZH=GOOD_NUMBER, **EVENING)
    two = watched.student(ELSEWHERE, SFZH=GOOD_NUMBER, XM=ANOTHER, **EVENING)
    watched.watch()
    three = watched.student(SAME_PROVINCE, SFZH=GOOD_NUMBER, XM="张三丰", **EVENING)
    watched.watch()
    assert watched.conflict(three) is None
    decide(watched, UUID(watched.status(one).contested_in), "both_keep")
    watched.watch()
    assert watched.conflict(three) is not None
    assert [watched.conflict(each) for each in (one, two)].count(None) == 1
    for _ in range(2):
        held = watched.conflict(three)
        if held is not None:
            decide(watched, UUID(watched.status(three).contested_in), "both_keep")
        watched.watch()
    assert [watched.conflict(each) for each in (one, two, three)] == [None] * 3
    assert len(watched.listed(ministry(), state="decided")) == 3


@pytest.mark.rule("A8-9", "A26-2")
def test_an_impostor_who_is_cancelled_stands_in_nobodys_way(watched):
    """Given an impostor whose status was cancelled as an illegal entry, when the victim is registered, then no case
    follows."""
    impostor = watched.student(HERE, SFZH=GOOD_NUMBER, XM=ANOTHER)
    exam_no = watched.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
    with pytest.raises(OneFulltimeStatus):
        watched.register(exam_no, ELSEWHERE)
    watched.watch()
    decide(watched, UUID(watched.status(impostor).contested_in), "second_keeps", ending="取消学籍")
    victim = watched.register(exam_no, ELSEWHERE)
    watched.watch()
    assert watched.conflict(victim) is None


# --- a refused registration ---


@pytest.mark.rule("A8-9")
def test_a_refused_registration_is_told_to_both_schools_once(watched):
    """Given a student of one school, when another registers the same person twice in vain, then both schools and the
    student see one notice, nobody is contested, and a school elsewhere sees nothing."""
    first = watched.student(HERE, SFZH=GOOD_NUMBER)
    exam_no = watched.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
    for _ in range(2):
        with pytest.raises(OneFulltimeStatus):
            watched.register(exam_no, ELSEWHERE)
    watched.watch()
    for school in (HERE, ELSEWHERE):
        (notice,) = watched.listed(registrar(school), school_code=school)
        assert (notice["state"], notice["first_status_id"], notice["second_school"]) == ("noticed", first, ELSEWHERE)
        assert (notice["two_people"], notice["due_on"], notice["turn"]) == (False, None, "")
    assert watched.listed(registrar(SAME_PROVINCE), school_code=SAME_PROVINCE) == []
    assert watched.status(first).contested_in == ""
    (own,) = watched.look(watched.own.list_own_statuses, watched.holder(first))["statuses"]
    assert (own["conflict"]["state"], own["conflict"]["other_school"]) == ("noticed", ELSEWHERE)
    answer = {"conflict_id": notice["conflict_id"], "statement": "本校学生在校", "evidence": PROOF}
    with pytest.raises(OnlyNoticed):
        watched.ask(watched.conflicts.answer_conflict, second_registrar(HERE), **answer)


@pytest.mark.rule("A8-9")
def test_whoever_contests_makes_the_notice_a_case(watched):
    """Given the notice of a refused registration, when the refused school contests, then the notice is the case."""
    first = watched.student(HERE, SFZH=GOOD_NUMBER)
    exam_no = watched.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
    with pytest.raises(OneFulltimeStatus):
        watched.register(exam_no, ELSEWHERE)
    conflict_id = open_conflict(watched, exam_no)
    (listed,) = watched.listed(registrar(HERE), school_code=HERE)
    assert (listed["conflict_id"], listed["state"], listed["evidence"] != []) == (conflict_id, "open", True)
    assert listed["due_on"] == date(2022, 10, 8)
    assert watched.status(first).contested_in == str(conflict_id)
    with pytest.raises(ConflictAlreadyOpen):
        open_conflict(watched, exam_no)
    second = record(watched, conflict_id)
    assert watched.status(second).contested_in == str(conflict_id)


@pytest.mark.rule("A8-9")
def test_a_registration_refused_for_another_name_is_a_case_at_once(watched):
    """Given an impostor who studies under a number, when the victim's school is refused, then the registry opens the
    case itself; the school's own contest is its word in it, and the victim is recorded under it."""
    impostor = watched.student(HERE, SFZH=GOOD_NUMBER, XM=ANOTHER)
    exam_no = watched.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
    with pytest.raises(OneFulltimeStatus):
        watched.register(exam_no, ELSEWHERE)
    watched.watch()
    conflict = watched.conflict(impostor)
    assert (conflict.state, conflict.two_people, conflict.second_school) == ("open", True, ELSEWHERE)
    conflict_id = open_conflict(watched, exam_no)
    assert str(conflict_id) == watched.status(impostor).contested_in
    (listed,) = watched.listed(registrar(HERE), school_code=HERE)
    assert listed["answered_by"] == [ELSEWHERE]
    victim = record(watched, conflict_id)
    decide(watched, conflict_id, "second_keeps", ending="取消学籍")
    assert (watched.status(impostor).state, watched.status(victim).state) == ("cancelled", "active")


@pytest.mark.rule("A8-9")
def test_a_file_tells_of_its_refused_rows_and_a_dry_run_of_none(watched):
    """Given students of another school in a file of freshmen, when it is tried out, then nobody is told anything; when
    it is taken in, then each refusal is told once, however often the file comes."""
    firsts = [watched.student(ELSEWHERE, SFZH=number) for number in (GOOD_NUMBER, OTHER_NUMBER)]
    barred = [
        watched.admit(HERE, SFZH=GOOD_NUMBER),
        watched.admit(HERE, SFZH=OTHER_NUMBER, XM=ANOTHER, CSRQ=date(1980, 1, 1)),
    ]
    good = watched.admit(HERE)
    rows = rows_of([*barred, good])
    header, params = ["考生号", "入学结果", "复查结果"], {"entry_year": "2022"}
    planned = watched.plan("freshman_results", header, rows, params, registrar(HERE))
    assert watched.listed(ministry()) == []
    watched.commit(planned, registrar(HERE))
    again = hand_in(watched, [*barred, good])
    assert (watched.progress(planned).accepted, watched.progress(planned).refused) == (1, 2)
    assert (watched.progress(again).unchanged, watched.progress(again).refused) == (1, 2)
    seen = {each["first_status_id"]: each for each in watched.listed(registrar(ELSEWHERE), school_code=ELSEWHERE)}
    assert set(seen) == set(firsts)
    assert [seen[each]["two_people"] for each in firsts] == [False, True]
    assert {each["state"] for each in seen.values()} == {"noticed"}
    watched.watch()
    assert [bool(watched.conflict(each)) for each in firsts] == [False, True]


@pytest.mark.rule("A8-9", "A28-1")
def test_a_row_of_an_old_register_that_is_refused_is_told_to_the_school_in_the_way(watched):
    """Given a student, when an old register tells another full-time study in the same time, then the row is refused and
    both schools see it; of another person it is a case."""
    watched.go_to(date(2026, 11, 22))
    load(watched, status_row(1), status_row(2))
    rows = [
        status_row(3, SFZH=status_row(1)["SFZH"], YXDM=SAME_PROVINCE),
        status_row(4, SFZH=status_row(2)["SFZH"], XM=ANOTHER, YXDM=SAME_PROVINCE),
    ]
    batch_id = load(watched, *rows)
    assert watched.progress(batch_id).refused == 2
    found = watched.listed(registrar(HERE), school_code=HERE)
    assert [(each["state"], each["two_people"]) for each in found] == [("noticed", False), ("noticed", True)]
    watched.watch()
    second = watched.status_of(status_row(2)["KSH"], 2003)
    assert watched.conflict(second).two_people
    decide(watched, UUID(watched.status(second).contested_in), "first_keeps", actor=province("11"))
    assert watched.status(second).contested_in == ""


@pytest.mark.rule("A8-9")
def test_two_names_at_the_same_instant_end_in_one_case(watched):
    """Given two names on one number, when two schools register them at the same instant, then one case holds both."""
    exams = {
        HERE: watched.admit(HERE, SFZH=GOOD_NUMBER, **EVENING),
        ELSEWHERE: watched.admit(ELSEWHERE, SFZH=GOOD_NUMBER, XM=ANOTHER, **EVENING),
    }
    made, barrier = {}, threading.Barrier(2)

    def register(school):
        barrier.wait()
        made[school] = watched.register(exams[school], school)

    threads = [threading.Thread(target=register, args=(school,)) for school in exams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watched.watch()
    both_stand_in_one_case(watched, made[HERE], made[ELSEWHERE], (HERE, ELSEWHERE))
    assert len(watched.listed(ministry())) == 1


def test_the_watch_goes_on_where_it_stopped(watched):
    here = watched.student(HERE, SFZH=GOOD_NUMBER, **EVENING)
    watched.watch()
    there = watched.student(ELSEWHERE, SFZH=GOOD_NUMBER, XM=ANOTHER, **EVENING)
    watched.names = NameWatch(
        watched.base.store, watched.base.clock, watched.base.keyring, NameFindings(watched.base.store), Periods()
    )
    watched.watch()
    assert watched.conflict(here) == watched.conflict(there) is not None
    facts = watched.base.get(StudentStatus, there).version
    watched.watch()
    assert watched.base.get(StudentStatus, there).version == facts
