"""Cases on a real store: filed, reviewed, decided, written into the record; every version kept."""

import json
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.application.clocks import Clocks
from services.enrollment.domain.case import Case
from services.enrollment.domain.rules.entry import OneFulltimeStatus
from services.enrollment.domain.rules.identity import CaseAlreadyOpen, CaseAtAnotherStep, NothingToChange
from services.enrollment.domain.rules.periods import Periods, deadline
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.queries.finding import Findings
from services.enrollment.tests.offices import (
    ELSEWHERE,
    GOOD_NUMBER,
    HERE,
    OTHER_NUMBER,
    PROOF,
    SAME_PROVINCE,
    THIRD_NUMBER,
    Offices,
    province,
    registrar,
    second_registrar,
)
from shared.access.decide import NotPermitted
from shared.eventstore.application import Heard
from shared.eventstore.context import Context
from shared.rules.refused import MalformedValue, Refused
from tests.support.actors import NOON, person

pytestmark = pytest.mark.servers
FILED = date(2023, 3, 1)


def first_unknown_year():
    year = 2024
    while deadline(date(year, 3, 1), 1).on:
        year += 1
    return year


UNKNOWN_YEAR = first_unknown_year()  # whose working days nobody knows yet


@pytest.fixture
def offices(enrollment):
    made = Offices(enrollment)
    yield made
    made.replay()


@pytest.fixture
def student(offices):
    """A student with a well-formed document, and who holds the status."""
    status_id = offices.student(SFZH=GOOD_NUMBER, XM="王小明")
    holder = offices.holder(status_id)
    offices.go_to(FILED)
    return status_id, holder


def file(offices, status_id, values, actor=None, kind="correction", evidence=PROOF):
    actor = actor or registrar()
    use_case = offices.cases.file_own_case if actor.role == "student" else offices.cases.file_case
    request = {"kind": kind, "values": values, "statement": "证件与登记不符", "evidence": evidence}
    return UUID(offices.ask(use_case, actor, status_id=status_id, **request)["id"])


def begin(offices, case_id, actor=None):
    offices.ask(offices.cases.begin_case_review, actor or second_registrar(), case_id=case_id)


def review(offices, case_id, actor=None, agrees=True):
    offices.ask(offices.cases.review_case, actor or second_registrar(), case_id=case_id, agrees=agrees, reason="属实")


def decide(offices, case_id, actor=None, agrees=True):
    offices.ask(offices.cases.decide_case, actor or province(), case_id=case_id, agrees=agrees, reason="同意")


def applied(offices, status_id, values, **how):
    case_id = file(offices, status_id, values, **how)
    begin(offices, case_id)
    review(offices, case_id)
    if offices.base.get(Case, case_id).standing.state == "province_review":
        decide(offices, case_id)
    return case_id


def state(offices, case_id):
    return offices.base.get(Case, case_id).standing.state


def person_of(offices, status_id):
    return offices.cases.person_of(offices.cases.known(status_id))


def cancelled(offices, status_id, on=FILED):
    status = offices.base.get(StudentStatus, status_id)
    status.trigger_event(
        StudentStatus.Cancelled, kind="退学", cancellation_id=uuid4(), decision_no="1", decided_on=on, effective_on=on,
        due_on=None, late=False, id_key=status.standing.id_key,
    )  # fmt: skip
    offices.base.save(status, by=Context.system("cancel", NOON))


@pytest.mark.rule("A19-1")
def test_a_minor_field_is_decided_by_the_school(offices, student):
    """Given a wrong ethnicity, when another clerk agrees, then the record says it, no province asked."""
    status_id, _ = student
    case_id = applied(offices, status_id, {"ethnicity": "满族"})
    assert (state(offices, case_id), person_of(offices, status_id)["ethnicity"]) == ("applied", "满族")


@pytest.mark.rule("A19-1", "A19-2")
def test_a_key_field_is_decided_by_the_province(offices, student):
    """Given a wrong name, when the school agrees, then nothing changes before the province has agreed too."""
    status_id, holder = student
    case_id = file(offices, status_id, {"name": "王晓明"}, actor=holder, kind="change")
    begin(offices, case_id)
    review(offices, case_id)
    assert (state(offices, case_id), person_of(offices, status_id)["name"]) == ("province_review", "王小明")
    decide(offices, case_id)
    assert (state(offices, case_id), person_of(offices, status_id)["name"]) == ("applied", "王晓明")
    assert offices.status(status_id).identity_version == 2


@pytest.mark.rule("A19-2")
def test_every_earlier_version_stays_readable(offices, student):
    """Given two corrections, when the versions are listed, then all three are there, masked to all but who decides."""
    status_id, _ = student
    applied(offices, status_id, {"name": "王晓明"})
    applied(offices, status_id, {"id_number": OTHER_NUMBER})
    auditor = person("auditor", "moe", "a-1")
    told = offices.look(offices.own.list_identity_versions, auditor, status_id=status_id)["versions"]
    assert [each["person"]["name"] for each in told] == ["王**"] * 3
    file(offices, status_id, {"name": "王小萌"})
    told = offices.look(offices.own.list_identity_versions, registrar(), status_id=status_id)["versions"]
    assert [(each["version"], each["person"]["name"]) for each in told] == [(1, "王小明"), (2, "王晓明"), (3, "王晓明")]
    assert [each["person"]["id_number"] for each in told] == [GOOD_NUMBER, GOOD_NUMBER, OTHER_NUMBER]
    with pytest.raises(NotPermitted):
        offices.look(offices.own.list_identity_versions, registrar(ELSEWHERE), status_id=status_id)


@pytest.mark.rule("A19-2", "A25-1")
def test_nothing_asked_for_stands_in_clear(offices, student):
    """Given a filed name and number, when the stored facts are searched, then neither is found in them."""
    status_id, _ = student
    applied(offices, status_id, {"name": "欧阳晓明", "id_number": OTHER_NUMBER})
    with offices.base.store.reading() as cursor:
        cursor.execute("SELECT convert_from(state, 'UTF8') || convert_from(context, 'UTF8') FROM events")
        stored = "".join(row[0] for row in cursor.fetchall())
    for secret in ("欧阳晓明", OTHER_NUMBER, GOOD_NUMBER, "王小明"):
        assert secret not in stored
        assert json.dumps(secret)[1:-1] not in stored


@pytest.mark.rule("A19-2", "A8-9")
def test_a_corrected_number_moves_the_claim(offices, student):
    """Given a wrong number, when it is corrected, then the old number is free and the new one is held from entry."""
    status_id, _ = student
    wrong = offices.status(status_id).id_key
    applied(offices, status_id, {"id_number": OTHER_NUMBER})
    right = offices.status(status_id).id_key
    assert offices.claims(wrong) == []
    assert offices.claims(right) == [(str(status_id), date(2022, 9, 1), None)]
    assert offices.student(SAME_PROVINCE, SFZH=GOOD_NUMBER)


@pytest.mark.rule("A8-9")
def test_a_number_that_somebody_holds_is_refused(offices, student):
    """Given a number that another student holds, when a correction to it is applied, then it is refused and waits."""
    status_id, _ = student
    offices.student(ELSEWHERE, SFZH=OTHER_NUMBER)
    with pytest.raises(OneFulltimeStatus):
        applied(offices, status_id, {"id_number": OTHER_NUMBER})
    assert person_of(offices, status_id)["id_number"] == GOOD_NUMBER
    offices.fold()
    listed = offices.look(offices.own.list_cases, province(), **_all(code="11"))
    assert [case["step"] for case in listed["cases"]] == ["province_review"]


@pytest.mark.rule("A8-9", "A8-11")
def test_a_corrected_form_of_study_claims_or_frees_the_person(offices):
    """Given a part-time student beside nobody, when the form is corrected to full-time, then the person is held."""
    status_id = offices.student(SFZH=THIRD_NUMBER, XXXS="业余")
    key = offices.status(status_id).id_key
    offices.go_to(FILED)
    assert offices.claims(key) == []
    applied(offices, status_id, {"study_form": "普通全日制"})
    assert offices.claims(key) == [(str(status_id), date(2022, 9, 1), None)]
    applied(offices, status_id, {"study_form": "业余"})
    assert offices.claims(key) == []


@pytest.mark.rule("A24-2")
def test_two_persons_of_the_school_are_needed(offices, student):
    """Given a case filed by a clerk, when the same clerk reviews it, then it is refused."""
    from services.enrollment.domain.rules.identity import DecidedByItsFiler

    case_id = file(offices, student[0], {"ethnicity": "满族"})
    with pytest.raises(DecidedByItsFiler):
        begin(offices, case_id, registrar())


@pytest.mark.rule("A4-1", "A4-2", "A19-1")
def test_each_office_decides_its_own_and_at_its_step(offices, student):
    """Given a key field, when another school or province acts, or the own one too early, then it is refused."""
    case_id = file(offices, student[0], {"name": "王晓明"})
    with pytest.raises(NotPermitted):
        begin(offices, case_id, registrar(ELSEWHERE))
    with pytest.raises(CaseAtAnotherStep):
        decide(offices, case_id)
    begin(offices, case_id)
    with pytest.raises(CaseAtAnotherStep):
        decide(offices, case_id)
    review(offices, case_id)
    with pytest.raises(NotPermitted):
        decide(offices, case_id, province("33"))
    with pytest.raises(NotPermitted):
        decide(offices, case_id, registrar())


@pytest.mark.rule("A24-1")
def test_a_clerk_of_another_kind_of_training_is_refused(offices, student):
    """Given a regular student, when a clerk for adult education files about the record, then it is refused."""
    from dataclasses import replace

    with pytest.raises(NotPermitted) as refusal:
        file(offices, student[0], {"ethnicity": "满族"}, actor=replace(registrar(), kind="adult"))
    assert refusal.value.as_dict()["rule"] == "A24-1"


@pytest.mark.rule("A19-1", "AC-21")
def test_a_student_files_about_the_own_record_only(offices, student):
    """Given two students, when one files about the other's record, then it is not permitted."""
    stranger = offices.holder(offices.student())
    with pytest.raises(NotPermitted):
        file(offices, student[0], {"name": "王晓明"}, actor=stranger)


@pytest.mark.rule("A19-3")
def test_suspicion_is_recorded_and_ends_the_case(offices, student):
    """Given a proof that seems false, when the school does not accept it, then the case ends and another may follow."""
    status_id, holder = student
    case_id = file(offices, status_id, {"name": "王晓明"}, actor=holder)
    incident = uuid4()
    offices.ask(
        offices.cases.refuse_case, second_registrar(), case_id=case_id, reason="材料涉嫌伪造", incident_id=incident
    )
    assert state(offices, case_id) == "not_accepted"
    assert file(offices, status_id, {"name": "王晓明"}, actor=holder)


@pytest.mark.rule("X-CASE-1")
def test_one_open_case_a_field(offices, student):
    """Given an open case about a name, when another about it is filed, then it is refused; about the sex it is not."""
    status_id, _ = student
    case_id = file(offices, status_id, {"name": "王晓明"})
    with pytest.raises(CaseAlreadyOpen):
        file(offices, status_id, {"name": "王小萌"})
    file(offices, status_id, {"sex": "女"})
    offices.ask(offices.cases.withdraw_case, registrar(), case_id=case_id)
    assert file(offices, status_id, {"name": "王小萌"})


@pytest.mark.rule("A19-1", "X-CODE-2")
def test_what_is_asked_for_is_well_formed_and_new(offices, student):
    """Given a malformed number or the value on record, when it is filed, then it is refused with its reason."""
    with pytest.raises(MalformedValue):
        file(offices, student[0], {"id_number": "340524198001010011"})
    with pytest.raises(MalformedValue):
        file(offices, student[0], {"birth_date": "2004-02-30"})
    with pytest.raises(NothingToChange):
        file(offices, student[0], {"name": "王小明"})


@pytest.mark.rule("A14-2", "A19-6", "A19-5")
def test_an_archived_record_is_corrected_by_the_province(offices, student):
    """Given a graduate whose name was wrong, when school and province agree, then the closed archive is corrected."""
    from services.enrollment.domain.rules.identity import NoChangeAfterGraduation

    status_id, holder = student
    key = offices.status(status_id).id_key
    degree = {
        "status_id": status_id, "certificate_id": uuid4(), "number": "100011202605000001", "conclusion": "毕业",
        "graduation_date": date(2026, 7, 1), "id_key": key,
    }  # fmt: skip
    offices.awards.hear_degrees([degree], heard=Heard("credentials", 1, 1))
    with pytest.raises(NoChangeAfterGraduation):
        file(offices, status_id, {"name": "王晓明"}, actor=holder, kind="change")
    applied(offices, status_id, {"name": "王晓明", "id_number": OTHER_NUMBER})
    standing = offices.status(status_id)
    assert (standing.state, person_of(offices, status_id)["name"]) == ("graduated", "王晓明")
    assert offices.claims(standing.id_key) == [(str(status_id), date(2022, 9, 1), date(2026, 7, 1))]
    assert offices.claims(key) == []


@pytest.mark.rule("A13-4", "A8-9")
def test_a_wrong_closing_stays_and_a_new_status_goes_on(offices, student):
    """Given a wrong closing, when school and province find it so, then it stays and a new status goes on."""
    status_id, _ = student
    cancelled(offices, status_id)
    offices.go_to(date(2023, 4, 3))
    case_id = applied(offices, status_id, {}, kind="cancellation")
    assert state(offices, case_id) == "applied"
    told = offices.look(offices.own.get_case, registrar(), case_id=case_id, after_version=0)
    new_id = told["continued_by"]
    old, new = offices.status(status_id), offices.status(new_id)
    assert (old.state, new.state, new.since, new.settled_year) == ("dropped", "active", FILED, 2022)
    assert offices.claims(new.id_key) == [(str(status_id), date(2022, 9, 1), FILED), (str(new_id), FILED, None)]
    exam_no = offices.cases.known(status_id).said["exam_no"]
    who = {"school_code": HERE, "entry_year": 2022, "exam_no": exam_no}
    found = offices.look(offices.own.find_status, registrar(), **who)
    assert (found["status_id"], found["continues"]) == (str(new_id), str(status_id))


@pytest.mark.rule("A13-4", "A8-9")
def test_a_wrong_closing_does_not_push_aside_who_came_after(offices, student):
    """Given a student who entered elsewhere after a closing, when the closing is found wrong, then A8-9 stops it."""
    status_id, _ = student
    cancelled(offices, status_id)
    later = offices.admit(ELSEWHERE, SFZH=GOOD_NUMBER, XM="王小明", RXRQ=date(2023, 9, 1), YJBYRQ=date(2027, 7, 1))
    offices.go_to(date(2023, 10, 9))
    offices.register(later, ELSEWHERE, 2023)
    with pytest.raises(OneFulltimeStatus):
        applied(offices, status_id, {}, kind="cancellation")


@pytest.mark.rule("A13-4")
def test_a_wrong_closing_is_found_once(offices, student):
    """Given a closing that was found wrong, when the same is asked for again, then it is refused."""
    status_id, _ = student
    cancelled(offices, status_id)
    applied(offices, status_id, {}, kind="cancellation")
    with pytest.raises(Refused):
        applied(offices, status_id, {}, kind="cancellation")


def _all(school=None, code=None, state=None, overdue=False):
    return {"school_code": school, "province": code, "state": state, "overdue": overdue, "after": None, "limit": 50}


@pytest.mark.rule("A13-3", "A19-1")
def test_each_office_has_its_working_days(offices, student):
    """Given ten and fifteen working days, when an office lets them pass, then the case is overdue once for its step."""
    case_id = file(offices, student[0], {"name": "王晓明"})
    assert offices.base.get(Case, case_id).standing.due_on == date(2023, 3, 15)
    offices.go_to(date(2023, 3, 16))
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 1
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 0
    overdue = offices.look(offices.own.list_cases, registrar(), **_all(HERE, overdue=True))["cases"]
    assert [(case["step"], case["turn"], case["overdue"]) for case in overdue] == [("filed", "school", True)]
    begin(offices, case_id)
    review(offices, case_id)
    assert offices.base.get(Case, case_id).standing.due_on == date(2023, 4, 7)
    offices.go_to(date(2023, 4, 10))
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 1


@pytest.mark.rule("A13-3")
def test_a_read_table_that_is_late_marks_nothing_wrong(offices, student):
    """Given a case decided a moment ago, when the clock looks at the old row, then nothing is marked overdue."""
    case_id = file(offices, student[0], {"ethnicity": "满族"})
    begin(offices, case_id)
    offices.fold()
    offices.go_to(date(2023, 3, 20))
    review(offices, case_id)
    assert offices.clocks.due_cases(offices.base.clock.now()) == 0


@pytest.mark.rule("A25-1")
def test_what_is_asked_for_is_open_to_who_decides_next_and_masked_to_others(offices, student):
    """Given a case at the school, when others look, then it is masked; passed on, the province sees it in full."""
    case_id = file(offices, student[0], {"name": "王晓明"})

    def seen(actor):
        return offices.look(offices.own.get_case, actor, case_id=case_id, after_version=0)["values"]["name"]

    assert (seen(registrar()), seen(province()), seen(person("ministry", "moe"))) == ("王晓明", "王**", "王**")
    begin(offices, case_id)
    review(offices, case_id)
    assert (seen(registrar()), seen(province()), seen(student[1])) == ("王**", "王晓明", "王晓明")
    with pytest.raises(NotPermitted):
        seen(registrar(ELSEWHERE))
    with pytest.raises(NotPermitted):
        seen(offices.holder(offices.student()))


@pytest.mark.rule("A19-1")
def test_the_filer_sees_stage_turn_and_every_step(offices, student):
    """Given a case under review, when its student looks, then the step, whose turn it is and all times are shown."""
    status_id, holder = student
    case_id = file(offices, status_id, {"name": "王晓明"}, actor=holder)
    begin(offices, case_id)
    (own,) = offices.look(offices.own.list_own_statuses, holder)["statuses"]
    (case,) = own["cases"]
    assert (case["step"], case["turn"], case["due_on"]) == ("school_review", "school", date(2023, 3, 15))
    assert [(step["step"], step["role"]) for step in case["steps"]] == [
        ("Filed", "student"),
        ("ReviewBegun", "registrar"),
    ]


@pytest.mark.rule("A14-2", "A19-1")
def test_a_record_archived_meanwhile_is_the_provinces_to_decide(offices, student):
    """Given a minor case at the school, when the student leaves before its decision, then the province decides it."""
    status_id, _ = student
    case_id = file(offices, status_id, {"ethnicity": "满族"})
    begin(offices, case_id)
    cancelled(offices, status_id)
    review(offices, case_id)
    assert state(offices, case_id) == "province_review"
    decide(offices, case_id)
    assert person_of(offices, status_id)["ethnicity"] == "满族"


@pytest.mark.rule("A14-2")
def test_a_record_that_went_on_elsewhere_meanwhile_is_left_alone(offices, student):
    """Given a case at the school, when the student transfers before its decision, then the old one stays as it is."""
    from services.enrollment.domain.rules.identity import NothingHeld

    status_id, _ = student
    case_id = file(offices, status_id, {"sex": "女"})
    begin(offices, case_id)
    review(offices, case_id)
    status = offices.base.get(StudentStatus, status_id)
    status.trigger_event(
        StudentStatus.TransferredOut, transfer_id=uuid4(), admission_id=uuid4(), to_school_code=ELSEWHERE,
        effective_on=FILED, id_key=status.standing.id_key, full_time=True,
    )  # fmt: skip
    offices.base.save(status, by=Context.system("transfer", NOON))
    with pytest.raises(NothingHeld):
        decide(offices, case_id)


@pytest.mark.rule("A13-3", "X-CAL-1")
def test_a_clock_without_a_calendar_is_reckoned_once_there_is_one(offices, student):
    """Given a case whose year has no calendar yet, when one can tell the day, then the case is overdue, not before."""
    last = UNKNOWN_YEAR - 1
    offices.go_to(date(last, 12, 30))
    case_id = file(offices, offices.student(RXRQ=date(last, 9, 1), YJBYRQ=date(last + 4, 7, 1)), {"ethnicity": "满族"})
    filed = offices.base.get(Case, case_id).standing
    assert (filed.due_on, filed.since) == (None, date(last, 12, 30))
    offices.go_to(date(UNKNOWN_YEAR, 3, 1))
    told = offices.look(offices.own.get_case, registrar(), case_id=case_id, after_version=0)
    assert (told["due_on"], told["unknown_year"]) == (None, UNKNOWN_YEAR)
    assert offices.clocks.due_cases(offices.base.clock.now()) == 0
    base = offices.base
    known = Clocks(base.store, base.clock, base.keyring, Findings(base.store), Periods(school_review=1))
    assert known.due_cases(base.clock.now()) == 1
