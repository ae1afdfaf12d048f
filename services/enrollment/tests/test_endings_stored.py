"""Endings on a real store: two persons, one moment, no way back; what the day brings; illegal entries."""

import threading
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.rules.endings import NeverReopened, NotWaiting, ProposalWaiting
from services.enrollment.domain.rules.entry import EntryAlreadyDecided
from services.enrollment.domain.rules.papers import PaperNotEarned
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.publishing import publish
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.offices import ELSEWHERE, HERE, ministry, province, registrar
from shared.access.decide import NotPermitted
from shared.eventstore.application import ChangedMeanwhile, Heard
from shared.eventstore.facts import decode
from shared.eventstore.log import FactRecord, read_context
from tests.support.actors import person

pytestmark = pytest.mark.servers


@pytest.fixture
def office(enrollment):
    counters = Counters(enrollment)
    counters.go_to(date(2025, 9, 26))
    return counters


def facts_of(office, aggregate_id):
    with office.base.store.reading() as cursor:
        cursor.execute(
            "SELECT topic, originator_version, state, context FROM events WHERE originator_id = %s"
            " ORDER BY originator_version",
            (str(aggregate_id),),
        )
        return [
            (decode(topic, aggregate_id, version, state), read_context(context))
            for topic, version, state, context in cursor.fetchall()
        ]


@pytest.mark.rule("A24-2", "A12-6")
def test_one_person_proposes_and_another_closes(office):
    """Given a proposal, when a second registrar confirms, then proposal and status are closed in one moment."""
    status_id = office.student()
    proposal = office.propose(status_id, asked_on=date(2025, 9, 20), evidence=["ab" * 32])
    assert office.status(status_id).state == "active"
    answer = office.confirm(proposal, registrar(sub="second"))
    assert answer == {"id": str(proposal), "version": 2, "status_id": str(status_id), "late": False}
    assert office.status(status_id).state == "dropped"
    (_, proposed), _ = facts_of(office, proposal)
    assert proposed["evidence"] == ["ab" * 32]
    _, (cancelled, context) = facts_of(office, status_id)
    assert (cancelled.due_on, cancelled.cancellation_id) == (date(2025, 10, 23), proposal)
    assert set(context["rules"]) == {"A4-1", "A12-6", "A13-2", "A24-2"}
    assert context["reason"] == "本人申请"


@pytest.mark.rule("A24-2")
@pytest.mark.parametrize("actor", [registrar(), registrar(ELSEWHERE, "x"), province("11"), person("operator")])
def test_nobody_confirms_an_own_proposal_or_another_schools(office, actor):
    """Given a proposal, when its proposer, another school or an authority confirms, then it is refused."""
    proposal = office.propose(office.student())
    with pytest.raises(NotPermitted):
        office.confirm(proposal, actor)


@pytest.mark.rule("A24-2")
def test_one_proposal_waits_at_a_time(office):
    """Given a proposal that waits, when another is made, then it is refused until the first is decided."""
    status_id = office.student()
    first = office.propose(status_id)
    with pytest.raises(ProposalWaiting):
        office.propose(status_id, "开除学籍")
    office.ask(office.endings.decline_cancellation, registrar(), cancellation_id=first, reason="材料不全")
    second = office.propose(status_id, "开除学籍")
    office.confirm(second, registrar(sub="second"))
    with pytest.raises(NotWaiting):
        office.confirm(first, registrar(sub="second"))


@pytest.mark.rule("A13-4")
def test_nothing_follows_on_a_cancelled_status(office):
    """Given a cancelled status, when anything is asked of it, then it is refused and points to a correction case."""
    status_id = office.student()
    office.end(status_id, "开除学籍", reason="考试作弊")
    for again in (
        lambda: office.change(status_id, "留级"),
        lambda: office.annotate(status_id, "奖励", "三好学生"),
        lambda: office.propose(status_id),
        lambda: office.ask(office.changes.withdraw_change, registrar(), status_id=status_id, version=2, reason="误录"),
    ):
        with pytest.raises(NeverReopened) as refusal:
            again()
        assert "更正" in refusal.value.as_dict()["zh"]


@pytest.mark.rule("A13-2")
def test_a_late_confirmation_counts_and_is_marked(office):
    """Given a decision of 26 September, when it is confirmed on 24 October, then the status ends, marked late."""
    status_id = office.student()
    proposal = office.propose(status_id)
    office.go_to(date(2025, 10, 24))
    assert office.confirm(proposal, registrar(sub="second"))["late"] is True
    (ending,) = office.archive(status_id)["endings"]
    assert (ending["kind"], ending["due_on"], ending["late"]) == ("退学", "2025-10-23", True)


@pytest.mark.rule("A13-2")
def test_the_day_reminds_once_tells_the_province_once_and_lets_lapse_at_last(office):
    """Given a proposal that waits, when days go by, then it is reminded of, told to be overdue, and lapses."""
    status_id = office.student()
    proposal = office.propose(status_id)
    days = [(2025, 10, 15), (2025, 10, 16), (2025, 10, 16), (2025, 10, 17), (2025, 10, 23), (2025, 10, 24)]
    days += [(2025, 10, 24), (2025, 10, 25), (2026, 3, 26), (2026, 3, 27)]
    acted = [office.endings.due_cancellations(datetime(*day, 4, tzinfo=UTC)) for day in days]
    assert acted == [0, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    facts = [type(fact).__name__ for fact, _ in facts_of(office, proposal)]
    assert facts == ["Proposed", "Reminded", "Overdue", "Lapsed"]
    assert office.base.get(Cancellation, proposal).standing.state == "lapsed"
    assert office.status(status_id).state == "active"
    assert office.propose(status_id) != proposal


@pytest.mark.rule("A24-2")
def test_a_proposal_for_a_status_that_ended_otherwise_lapses(office):
    """Given a proposal, when the student graduates before anybody confirms, then the proposal lapses."""
    status_id = office.student()
    proposal = office.propose(status_id)
    told = {"certificate_id": UUID(int=7), "number": "100011202505000001", "conclusion": "毕业"}
    left = {"status_id": status_id, "graduation_date": date(2025, 9, 26), "id_key": office.status(status_id).id_key}
    office.awards.hear_degrees([told | left], heard=Heard("credentials", 1, 1))
    assert office.endings.due_cancellations(datetime(2025, 9, 27, 4, tzinfo=UTC)) == 1
    assert office.base.get(Cancellation, proposal).standing.state == "lapsed"


@pytest.mark.rule("A24-2")
def test_two_who_confirm_at_once_close_once(office):
    """Given a proposal, when two registrars confirm at the same instant, then the status is closed once."""
    status_id = office.student()
    proposal = office.propose(status_id)
    barrier, outcomes = threading.Barrier(2), []

    def confirm(sub):
        barrier.wait()
        try:
            outcomes.append(office.confirm(proposal, registrar(sub=sub))["version"])
        except (ChangedMeanwhile, NotWaiting, NeverReopened):
            outcomes.append(None)

    threads = [threading.Thread(target=confirm, args=(sub,)) for sub in ("second", "third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [2, None]
    assert len(facts_of(office, status_id)) == 2


@pytest.mark.rule("A12-6", "A8-9")
def test_who_was_dropped_may_be_registered_elsewhere_from_that_day(office):
    """Given a withdrawal, when it is confirmed, then the person is free from the day it takes effect."""
    status_id = office.student()
    key = office.status(status_id).id_key
    office.end(status_id, effective_on=date(2025, 9, 1))
    assert office.claims(key) == [(str(status_id), date(2022, 9, 1), date(2025, 9, 1))]


@pytest.mark.rule("A26-2", "R41-37", "A24-2")
def test_an_illegal_entry_is_declared_and_confirmed_by_two_of_an_authority(office):
    """Given an illegal entry, when two persons of the province declare it, then the status is cancelled as such."""
    status_id = office.student()
    declared = office.declare(status_id, province("11"))
    for actor in (province("11"), province("33", "p33"), registrar(sub="second")):
        with pytest.raises(NotPermitted):
            office.confirm(declared, actor)
    office.confirm(declared, province("11", "province-second"))
    standing = office.status(status_id)
    assert (standing.state, standing.illegal_entry) == ("cancelled", True)
    archive = office.archive(status_id)
    assert archive["illegal_entry"] is True
    assert archive["endings"][0]["content"]["reason"] == "冒名顶替入学"


@pytest.mark.rule("A26-2")
def test_a_graduates_illegal_entry_is_told_to_the_other_services(office):
    """Given a graduate, when the entry is declared illegal, then the public fact says so and history stays."""
    status_id = office.student()
    told = {"certificate_id": UUID(int=7), "number": "100011202505000001", "conclusion": "毕业"}
    left = {"status_id": status_id, "graduation_date": date(2025, 7, 1), "id_key": office.status(status_id).id_key}
    office.awards.hear_degrees([told | left], heard=Heard("credentials", 1, 1))
    declared = office.declare(status_id, ministry())
    office.confirm(declared, ministry("ministry-2"))
    facts = facts_of(office, status_id)
    assert [type(fact).__name__ for fact, _ in facts] == ["Registered", "Left", "Cancelled"]
    cancelled, context = facts[-1]
    record = FactRecord(3, status_id, 3, cancelled.TOPIC, cancelled, context, office.base.clock.now())
    ((contract, content),) = publish(record)
    assert contract.__name__ == "StudentStatusEndedV1"
    assert (content["illegal_entry"], content["state"], content["kind"]) == (True, "cancelled", "取消学籍")
    assert [each["kind"] for each in office.archive(status_id)["endings"]] == ["毕业", "取消学籍"]


@pytest.mark.rule("A26-1")
def test_who_entered_illegally_is_not_registered_again_from_the_same_admission(office):
    """Given an illegal entry that was revoked, when the school registers the admission again, then it is refused."""
    exam_no = office.admit()
    status_id = office.register(exam_no)
    office.confirm(office.declare(status_id, ministry()), ministry("ministry-2"))
    with pytest.raises(EntryAlreadyDecided):
        office.register(exam_no)
    with pytest.raises(PaperNotEarned):
        office.issue(status_id, "学习证明", "学2025001")


@pytest.mark.rule("A4-2", "A26-2")
@pytest.mark.parametrize("actor", [registrar(), province("33"), person("operator"), person("student", "", "s")])
def test_only_an_authority_of_the_place_declares_an_illegal_entry(office, actor):
    """Given a student of one province, when anybody else declares an illegal entry, then it is refused."""
    status_id = office.student()
    with pytest.raises(NotPermitted):
        office.declare(status_id, actor)


def test_a_school_lists_what_waits_and_a_province_what_was_declared(office):
    mine, other = office.student(), office.student(ELSEWHERE)
    waiting = office.propose(mine)
    office.propose(other, actor=registrar(ELSEWHERE))
    declared = office.declare(mine, province("11"))
    page = {"before": None, "limit": 50}
    listed = office.look(
        office.proposals.list_cancellations,
        registrar(),
        school_code=HERE,
        province=None,
        state="proposed",
        declared_by="school",
        **page,
    )
    assert [UUID(each["cancellation_id"]) for each in listed["cancellations"]] == [waiting]
    asked = {"school_code": None, "province": "11", "state": None, "declared_by": "authority"}
    listed = office.look(office.proposals.list_cancellations, province("11"), **asked, **page)
    assert [UUID(each["cancellation_id"]) for each in listed["cancellations"]] == [declared]
    for actor in (province("33"), registrar(), person("operator"), person("student", "", "s")):
        with pytest.raises(NotPermitted):
            office.look(office.proposals.list_cancellations, actor, **asked, **page)
    found = office.look(office.proposals.get_cancellation, registrar(), cancellation_id=waiting, after_version=0)
    assert (found["due_on"], found["remind_on"], found["state"]) == ("2025-10-23", "2025-10-16", "proposed")


@pytest.mark.rule("A14-1")
def test_the_archive_holds_everything_from_entry_to_the_end(office):
    """Given a student's whole way, when the archive is read, then identity, years, changes, records, papers stand."""
    office.go_to(date(2022, 9, 10))
    status_id = office.student()
    student = office.holder(status_id)
    office.go_to(date(2023, 9, 5))
    year = {"status_id": status_id, "academic_year": 2023, "result": "registered", "starts_on": date(2023, 9, 1)}
    office.ask(office.base.settle_year, registrar(), **year)
    office.change(status_id, "转专业", major_code="020101", major_name="经济学")
    office.annotate(status_id, "奖励", "校级三好学生")
    office.go_to(date(2025, 9, 26))
    office.end(status_id)
    office.issue(status_id, "肄业证书", "肄2025001")
    archive = office.archive(status_id)
    assert (archive["archived"], archive["left_on"], archive["state"]) == (True, "2025-09-26", "dropped")
    assert [len(archive[name]) for name in ("identities", "years", "changes", "records", "papers", "endings")] == [
        1
    ] * 6
    assert archive["registration"]["major_name"] == "经济学"
    assert "*" in archive["identities"][0]["name"]
    assert "*" in archive["identities"][0]["id_number"]
    own = office.archive(status_id, student)
    assert own["identities"][0]["name"] == "王小明"
    with pytest.raises(NotPermitted):
        office.archive(status_id, person("student", "", "somebody else"))
    with pytest.raises(NotPermitted):
        office.archive(status_id, registrar(ELSEWHERE))


def test_a_number_stands_on_one_paper_of_a_school(office):
    from services.enrollment.domain.rules.papers import PaperNumberTaken

    first, second = office.student(), office.student()
    for status_id in (first, second):
        office.end(status_id)
    office.issue(first, "肄业证书", "肄2025001")
    with pytest.raises(PaperNumberTaken):
        office.issue(second, "肄业证书", "肄2025001")
    assert office.issue(first, "肄业证书", "肄2025001")["version"] == 3
    assert isinstance(office.base.get(StudentStatus, second), StudentStatus)
