"""Transfers on a real store: each side for its own, the move in one transaction, the claims of every day."""

import threading
from datetime import date
from uuid import UUID

import pytest

from services.enrollment.application.changes import Changes
from services.enrollment.domain.rules.entry import OneFulltimeStatus
from services.enrollment.domain.rules.transfers import (
    MeetingMissing,
    PublicityRunning,
    TransferAlreadyOpen,
    TransferAtAnotherStep,
    TransferBarred,
    TransferDateImpossible,
)
from services.enrollment.domain.student_status import OUTCOME, StudentStatus
from services.enrollment.domain.transfer import Transfer
from services.enrollment.tests.counters import NOTHING
from services.enrollment.tests.offices import (
    ELSEWHERE,
    HERE,
    PROOF,
    SAME_PROVINCE,
    Offices,
    days,
    province,
    registrar,
)
from services.enrollment.tests.test_cases import cancelled
from shared.access.decide import NotPermitted
from shared.eventstore.application import ChangedMeanwhile
from shared.rules.refused import Refused

pytestmark = pytest.mark.servers
ASKED, REVIEWED, DONE = date(2023, 10, 9), date(2023, 10, 11), date(2023, 10, 20)


@pytest.fixture
def offices(enrollment):
    made = Offices(enrollment)
    yield made
    made.replay()


@pytest.fixture
def student(offices):
    """A status of the first school, in its second year, and who holds it."""
    status_id = offices.student()
    holder = offices.holder(status_id)
    offices.go_to(ASKED)
    return status_id, holder


def request(offices, status_id, actor, to=ELSEWHERE, **changes):
    asked = {
        "status_id": status_id,
        "to_school": to,
        "to_school_name": "浙江大学",
        "to_level": "本科",
        "to_major_code": "010101",
        "to_major_name": "哲学",
        "reason_kind": "illness",
        "reason": "患病需在原籍治疗",
        "evidence": PROOF,
    } | changes
    return UUID(offices.ask(offices.transfers.request_transfer, actor, **asked)["id"])


def agree(offices, transfer_id, school=HERE, score=655.0):
    offices.ask(offices.transfers.agree_to_transfer, registrar(school), transfer_id=transfer_id, score=score)


def review(offices, transfer_id, school=ELSEWHERE, target_score=650.0, decision_no="校长办公会5号"):
    offices.ask(
        offices.transfers.review_transfer,
        registrar(school),
        transfer_id=transfer_id,
        decision_no=decision_no,
        decided_on=offices.day,
        target_score=target_score,
        standard_met=None,
        evidence=PROOF,
    )


def confirm(offices, transfer_id, code):
    offices.ask(offices.transfers.confirm_transfer, province(code), transfer_id=transfer_id)


def approved(offices, student, to=ELSEWHERE):
    transfer_id = request(offices, *student, to=to)
    agree(offices, transfer_id)
    offices.go_to(REVIEWED)
    review(offices, transfer_id, school=to)
    if to == ELSEWHERE:
        confirm(offices, transfer_id, "11")
        confirm(offices, transfer_id, "33")
    return transfer_id


def complete(offices, transfer_id, school=ELSEWHERE, effective_on=DONE):
    return offices.ask(
        offices.transfers.complete_transfer,
        registrar(school),
        transfer_id=transfer_id,
        effective_on=effective_on,
        student_no="3220010001",
    )


def state(offices, transfer_id):
    return offices.base.get(Transfer, transfer_id).standing.state


@pytest.mark.rule("R41-23", "R41-24", "A8-9")
def test_a_transfer_moves_the_student_in_one_transaction(offices, student):
    """Given an approved transfer, when it is carried out, then the old status ends and the new one begins that day."""
    old_id, _ = student
    transfer_id = approved(offices, student)
    offices.go_to(DONE)
    new_id = UUID(complete(offices, transfer_id)["status_id"])
    old, new = offices.status(old_id), offices.status(new_id)
    assert (old.state, old.since) == ("transferred_out", DONE)
    assert (new.state, new.school_code, new.since, new.grade) == ("active", ELSEWHERE, DONE, 2022)
    assert (new.settled_year, new.marks) == (2022, ("转学",))
    assert offices.claims(new.id_key) == [(str(old_id), date(2022, 9, 1), DONE), (str(new_id), DONE, None)]
    with offices.base.store.reading() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT xmin::text) FROM events WHERE topic IN ('enrollment.StudentStatus.TransferredOut',"
            " 'enrollment.Transfer.Completed') OR (originator_id = %s AND originator_version = 1)",
            (str(new_id),),
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.rule("A8-9")
def test_every_day_has_exactly_one_holder(offices, student):
    """Given a carried-out transfer, when each day around it is looked at, then one status holds the person."""
    old_id, _ = student
    transfer_id = approved(offices, student)
    offices.go_to(DONE)
    new_id = complete(offices, transfer_id)["status_id"]
    id_key = offices.status(old_id).id_key
    for day in days(date(2022, 9, 1), date(2023, 12, 31)):
        assert offices.holders_on(id_key, day) == [str(old_id) if day < DONE else new_id]
    number = offices.base.get(StudentStatus, UUID(new_id))
    assert offices.base.owners(OUTCOME, [str(_admission(offices, old_id))]) == {
        str(_admission(offices, old_id)): number.id
    }
    again = offices.admit(SAME_PROVINCE, SFZH=_number(offices, old_id))
    with pytest.raises(OneFulltimeStatus):
        offices.register(again, SAME_PROVINCE)


def _admission(offices, status_id):
    return offices.transfers.known(status_id).said["admission_id"]


def _number(offices, status_id):
    return offices.notices.person_of(offices.notices.known(status_id))["id_number"]


@pytest.mark.rule("R41-24")
def test_a_transfer_within_a_province_is_approved_by_the_receiving_school(offices, student):
    """Given two schools of one province, when the receiving school decides, then no province is asked."""
    transfer_id = approved(offices, student, to=SAME_PROVINCE)
    assert state(offices, transfer_id) == "approved"
    assert offices.base.get(Transfer, transfer_id).standing.publicity_until == date(2023, 10, 18)


@pytest.mark.rule("R41-24")
def test_a_transfer_between_provinces_waits_for_both(offices, student):
    """Given two provinces, when only one has confirmed, then the transfer is not approved."""
    transfer_id = request(offices, *student)
    agree(offices, transfer_id)
    review(offices, transfer_id)
    confirm(offices, transfer_id, "33")
    assert state(offices, transfer_id) == "target_reviewed"
    confirm(offices, transfer_id, "11")
    assert state(offices, transfer_id) == "approved"


@pytest.mark.rule("R41-24", "A4-2")
def test_a_third_province_has_no_say(offices, student):
    """Given two provinces, when a third one confirms, then it is not permitted."""
    transfer_id = request(offices, *student)
    agree(offices, transfer_id)
    review(offices, transfer_id)
    with pytest.raises(NotPermitted):
        confirm(offices, transfer_id, "44")


@pytest.mark.rule("R41-23", "A4-1")
@pytest.mark.parametrize("step", ["agree", "review", "complete"])
def test_each_school_acts_for_its_own_side(offices, student, step):
    """Given a transfer, when the other school takes a step, then it is not permitted."""
    transfer_id = request(offices, *student)
    if step == "agree":
        with pytest.raises(NotPermitted):
            agree(offices, transfer_id, school=ELSEWHERE)
        return
    agree(offices, transfer_id)
    act = review if step == "review" else complete
    with pytest.raises(NotPermitted):
        act(offices, transfer_id, school=HERE)


@pytest.mark.rule("R41-22")
def test_only_the_own_student_or_the_own_school_asks(offices, student):
    """Given a student, when another student or another school asks for the transfer, then it is not permitted."""
    status_id, _ = student
    stranger = offices.holder()
    for actor in (stranger, registrar(ELSEWHERE), province()):
        with pytest.raises(NotPermitted):
            request(offices, status_id, actor)
    assert request(offices, status_id, registrar(HERE))


@pytest.mark.rule("R41-22")
def test_the_bars_are_looked_at_again_at_each_step(offices, student):
    """Given a request made in time, when the source school agrees in the last year, then the transfer is barred."""
    transfer_id = request(offices, *student)
    offices.go_to(date(2025, 9, 1))
    with pytest.raises(TransferBarred):
        agree(offices, transfer_id)


@pytest.mark.rule("R41-22")
def test_a_score_below_the_targets_bars_at_the_review(offices, student):
    """Given a stated score, when the receiving school states a higher one, then the transfer is barred."""
    transfer_id = request(offices, *student)
    agree(offices, transfer_id, score=600.0)
    with pytest.raises(TransferBarred) as refusal:
        review(offices, transfer_id)
    assert refusal.value.as_dict()["detail"]["bars"] == "score"
    assert state(offices, transfer_id) == "source_agreed"


@pytest.mark.rule("R41-23")
def test_the_presidents_meeting_is_named(offices, student):
    """Given an agreed transfer, when the receiving school names no decision, then it is refused."""
    transfer_id = request(offices, *student)
    agree(offices, transfer_id)
    with pytest.raises(MeetingMissing):
        review(offices, transfer_id, decision_no=" ")


@pytest.mark.rule("R41-23")
def test_nothing_is_carried_out_during_the_publicity(offices, student):
    """Given an approved transfer, when it is carried out before five working days are over, then it is refused."""
    transfer_id = approved(offices, student)
    offices.go_to(date(2023, 10, 18))
    with pytest.raises(PublicityRunning):
        complete(offices, transfer_id, effective_on=date(2023, 10, 18))


@pytest.mark.rule("X-TRANSFER-1")
def test_one_transfer_at_a_time(offices, student):
    """Given an open transfer, when another is asked for, then it is refused; after the first ended it is not."""
    status_id, holder = student
    transfer_id = request(offices, status_id, holder)
    with pytest.raises(TransferAlreadyOpen):
        request(offices, status_id, holder, to=SAME_PROVINCE)
    offices.ask(offices.transfers.withdraw_transfer, holder, transfer_id=transfer_id)
    assert request(offices, status_id, holder, to=SAME_PROVINCE)


def test_a_transfer_is_taken_back_by_whoever_asked_for_it(offices, student):
    status_id, holder = student
    own = request(offices, status_id, holder)
    with pytest.raises(NotPermitted):
        offices.ask(offices.transfers.withdraw_transfer, registrar(HERE), transfer_id=own)
    offices.ask(offices.transfers.withdraw_transfer, holder, transfer_id=own)
    assert state(offices, own) == "withdrawn"
    for_the_student = request(offices, status_id, registrar(HERE))
    with pytest.raises(NotPermitted):
        offices.ask(offices.transfers.withdraw_transfer, registrar(ELSEWHERE), transfer_id=for_the_student)
    offices.ask(offices.transfers.withdraw_transfer, registrar(HERE), transfer_id=for_the_student)
    assert state(offices, for_the_student) == "withdrawn"


@pytest.mark.rule("R41-23", "R41-24", "X-TRANSFER-1")
def test_a_no_is_possible_at_every_step_and_ends_it(offices, student):
    """Given each step before the move, when the side whose turn it is says no, then the transfer is over."""
    status_id, holder = student
    steps = [
        (registrar(HERE), ()),
        (registrar(ELSEWHERE), (agree,)),
        (province("33"), (agree, review)),
        (registrar(ELSEWHERE), (agree, review, lambda o, t: confirm(o, t, "11"), lambda o, t: confirm(o, t, "33"))),
    ]
    for actor, before in steps:
        transfer_id = request(offices, status_id, holder)
        for step in before:
            step(offices, transfer_id)
        offices.ask(offices.transfers.reject_transfer, actor, transfer_id=transfer_id, reason="不同意")
        assert state(offices, transfer_id) == "rejected"
        with pytest.raises(TransferAtAnotherStep):
            offices.ask(offices.transfers.withdraw_transfer, holder, transfer_id=transfer_id)
    told = offices.look(offices.transfer_files.list_transfers, registrar(HERE), **_all(HERE, state="rejected"))
    assert [each["rejected_for"] for each in told["transfers"]] == [HERE, ELSEWHERE, "33", ELSEWHERE]


def test_whom_it_never_concerned_is_not_told_that_it_is_over(offices, student):
    status_id, holder = student
    transfer_id = request(offices, status_id, holder)
    offices.ask(offices.transfers.reject_transfer, registrar(HERE), transfer_id=transfer_id, reason="不同意")
    for actor in (registrar(HERE), registrar(ELSEWHERE), province("11"), province("33")):
        with pytest.raises(TransferAtAnotherStep):
            offices.ask(offices.transfers.reject_transfer, actor, transfer_id=transfer_id, reason="不同意")
    for stranger in (registrar("4151010610"), province("51"), holder):
        with pytest.raises(NotPermitted):
            offices.ask(offices.transfers.reject_transfer, stranger, transfer_id=transfer_id, reason="不同意")


def _all(school=None, code=None, state=None, overdue=False):
    return {"school_code": school, "province": code, "state": state, "overdue": overdue, "after": None, "limit": 50}


@pytest.mark.rule("R41-24")
def test_the_filing_is_due_in_three_months_and_late_after(offices, student):
    """Given a carried-out transfer, when it is filed after three months, then it is marked late, and was overdue."""
    transfer_id = approved(offices, student)
    offices.go_to(DONE)
    complete(offices, transfer_id)
    offices.go_to(date(2024, 1, 21))
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 1
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 0
    overdue = offices.look(offices.transfer_files.list_transfers, province("33"), **_all(code="33", overdue=True))
    assert [each["due_on"] for each in overdue["transfers"]] == [date(2024, 1, 20)]
    filing = {"transfer_id": transfer_id, "number": "浙转备88号"}
    offices.ask(offices.transfers.file_transfer, registrar(ELSEWHERE), **filing)
    told = offices.look(offices.transfer_files.get_transfer, registrar(HERE), transfer_id=transfer_id, after_version=0)
    assert (told["state"], told["late"], told["overdue"]) == ("filed", True, False)
    assert [step["step"] for step in told["steps"]][-3:] == ["Completed", "FilingOverdue", "Filed"]


@pytest.mark.rule("R41-22", "R41-23")
def test_the_bars_are_asked_again_at_the_end(offices, student):
    """Given a transfer approved long ago, when it is carried out within the last year before graduation, then it is
    barred, whatever day it is said to take effect from."""
    transfer_id = approved(offices, student)
    offices.go_to(date(2025, 9, 1))
    for effective_on in (date(2025, 9, 1), DONE):
        with pytest.raises(TransferBarred) as refusal:
            complete(offices, transfer_id, effective_on=effective_on)
        assert refusal.value.as_dict()["detail"]["bars"] == "last_year"
    assert state(offices, transfer_id) == "approved"


@pytest.mark.rule("R41-22", "R41-24")
def test_the_bars_are_asked_again_when_provinces_confirm(offices, student):
    """Given a reviewed transfer, when a province confirms it in the student's last year, then it is barred."""
    transfer_id = request(offices, *student)
    agree(offices, transfer_id)
    review(offices, transfer_id)
    offices.go_to(date(2025, 9, 1))
    with pytest.raises(TransferBarred):
        confirm(offices, transfer_id, "11")


@pytest.mark.rule("R41-23", "X-CODE-7")
def test_a_transfer_takes_effect_after_the_last_change_of_the_status(offices, student):
    """Given a change decided after the approval, when the transfer is to take effect before it, then it is refused."""
    status_id, _ = student
    transfer_id = approved(offices, student)
    offices.go_to(date(2023, 11, 6))
    at_work = (offices.base.store, offices.base.clock, offices.base.keyring)
    major = {"major_code": "020101", "major_name": "经济学"}
    asked = {"kind": "转专业", "decision_no": "校学7号", "decided_on": offices.day, "effective_on": offices.day}
    offices.ask(Changes(*at_work).record_change, registrar(), status_id=status_id, **(NOTHING | asked | major))
    with pytest.raises(TransferDateImpossible):
        complete(offices, transfer_id, effective_on=DONE)
    assert complete(offices, transfer_id, effective_on=date(2023, 11, 6))


@pytest.mark.rule("R41-23", "X-TRANSFER-1")
@pytest.mark.parametrize("steps", range(4))
def test_a_transfer_ends_with_its_status(offices, student, steps):
    """Given an open transfer at any step, when the status ends otherwise, then the transfer lapses, once, and is on
    nobody's desk any more; one of a student who is still there does not."""
    status_id, holder = student
    transfer_id = request(offices, status_id, holder, to=SAME_PROVINCE if steps == 3 else ELSEWHERE)
    other = request(offices, offices.student(), registrar(HERE))
    if steps:
        agree(offices, transfer_id)
    if steps > 1:
        review(offices, transfer_id, school=SAME_PROVINCE if steps == 3 else ELSEWHERE)
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 0
    cancelled(offices, status_id, on=ASKED)
    offices.fold()
    assert offices.clocks.due_cases(offices.base.clock.now()) == 1
    assert offices.clocks.due_cases(offices.base.clock.now()) == 0
    assert (state(offices, transfer_id), state(offices, other)) == ("lapsed", "requested")
    with pytest.raises(TransferAtAnotherStep):
        offices.ask(offices.transfers.withdraw_transfer, holder, transfer_id=transfer_id)
    told = offices.look(offices.transfer_files.list_transfers, registrar(HERE), **_all(HERE, state="lapsed"))
    assert [(each["transfer_id"], each["turn"]) for each in told["transfers"]] == [(transfer_id, "")]


@pytest.mark.rule("A8-9", "R41-23")
def test_a_transfer_carried_out_twice_at_once_happens_once(offices, student):
    """Given an approved transfer, when two clerks carry it out at the same instant, then one status follows."""
    transfer_id = approved(offices, student)
    offices.go_to(DONE)
    outcomes, barrier = [], threading.Barrier(2)

    def try_it():
        barrier.wait()
        try:
            complete(offices, transfer_id)
            outcomes.append("done")
        except (ChangedMeanwhile, Refused) as refused:
            outcomes.append(type(refused).__name__)

    threads = [threading.Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[-1] == "done"
    assert outcomes.count("done") == 1
    assert len(offices.claims(offices.status(student[0]).id_key)) == 2


@pytest.mark.rule("A12-4", "A12-1")
def test_the_next_year_is_registered_at_the_new_school_and_tells_of_the_transfer(offices, student):
    """Given a transfer in the second year, when the new school settles the next year, then it tells of 转学."""
    transfer_id = approved(offices, student)
    offices.go_to(DONE)
    new_id = UUID(complete(offices, transfer_id)["status_id"])
    offices.ask(
        offices.base.settle_year,
        registrar(ELSEWHERE),
        status_id=new_id,
        academic_year=2023,
        result="registered",
        starts_on=date(2023, 9, 1),
    )
    with offices.base.store.reading() as cursor:
        cursor.execute("SELECT convert_from(state, 'UTF8') FROM events WHERE topic LIKE '%%YearRegistered'")
        assert '"changes":["转学"]' in cursor.fetchone()[0]


@pytest.mark.rule("A21-1")
def test_the_student_sees_the_way_of_the_own_transfer(offices, student):
    """Given a reviewed transfer, when its student looks, then stage, turn and every step are shown."""
    status_id, holder = student
    transfer_id = request(offices, status_id, holder)
    agree(offices, transfer_id)
    review(offices, transfer_id)
    (own,) = offices.look(offices.own.list_own_statuses, holder)["statuses"]
    (told,) = own["transfers"]
    assert (told["state"], told["turn"], told["crosses_provinces"]) == ("target_reviewed", "provinces", True)
    assert [step["step"] for step in told["steps"]] == ["Requested", "SourceAgreed", "TargetReviewed"]


@pytest.mark.rule("A4-1", "A25-1")
def test_a_school_sees_transfers_of_its_own_masked(offices, student):
    """Given a transfer, when schools list transfers, then the two concerned see it masked, a third one none."""
    request(offices, *student)
    for school in (HERE, ELSEWHERE):
        listed = offices.look(offices.transfer_files.list_transfers, registrar(school), **_all(school))
        assert [each["name"] for each in listed["transfers"]] == ["王**"]
    assert offices.look(offices.transfer_files.list_transfers, registrar(SAME_PROVINCE), **_all(SAME_PROVINCE)) == {
        "transfers": []
    }
    with pytest.raises(NotPermitted):
        offices.look(offices.transfer_files.list_transfers, registrar(SAME_PROVINCE), **_all(HERE))
