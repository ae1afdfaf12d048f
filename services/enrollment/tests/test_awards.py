"""A certificate that takes effect after its status ended: recorded, nothing moves, and a case looks into it."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.domain.case import OPEN_CASE, Case, case_key
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.publishing import publish
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.offices import HERE, ministry, province, registrar, second_registrar
from services.enrollment.tests.test_cases import begin, decide, file, review
from services.enrollment.tests.test_going_on import facts_of
from shared.access.decide import NotPermitted
from shared.eventstore.application import Heard
from shared.eventstore.log import read_log

pytestmark = pytest.mark.servers
ENDED, ISSUED = date(2026, 6, 15), date(2026, 6, 30)


@pytest.fixture
def office(enrollment):
    made = Counters(enrollment)
    made.go_to(ENDED)
    yield made
    made.replay()


def told(office, *status_ids, on=ISSUED):
    """What credentials says on the issue date."""
    office.go_to(ISSUED)
    degrees = [
        {
            "status_id": status_id, "certificate_id": uuid4(), "number": f"10001120260500000{number}",
            "conclusion": "毕业", "graduation_date": on, "id_key": office.status(status_id).id_key,
        }
        for number, status_id in enumerate(status_ids, 1)
    ]  # fmt: skip
    office.awards.hear_degrees(degrees, heard=Heard("credentials", 1, len(degrees)))


def names_of(office, status_id):
    return [type(fact).__name__ for fact in facts_of(office, status_id)]


def case_of(office, status_id):
    return office.base.owners(OPEN_CASE, [case_key(status_id, "closing")])[case_key(status_id, "closing")]


@pytest.mark.rule("A13-4", "A14-2")
@pytest.mark.parametrize(("kind", "state"), [("开除学籍", "expelled"), ("退学", "dropped"), ("死亡", "deceased")])
def test_a_status_that_ended_before_the_issue_date_stays_ended(office, kind, state):
    """Given a certificate on its way, when the status ends before the issue date, then the certificate is on record,
    the status stays in its terminal state, and a case with a deadline is the school's turn."""
    status_id, graduate = office.student(), office.student()
    office.end(status_id, kind)
    told(office, status_id, graduate)
    assert (office.status(status_id).state, office.status(graduate).state) == (state, "graduated")
    assert names_of(office, status_id) == ["Registered", "Cancelled", "AwardNoted"]
    (listed,) = office.look(office.own.list_cases, registrar(), **ALL)["cases"]
    assert (listed["kind"], listed["step"], listed["turn"], listed["level"]) == (
        "cancellation", "filed", "school", "province",
    )  # fmt: skip
    assert listed["due_on"] == date(2026, 7, 14)
    archive = office.archive(status_id)
    assert archive["state"] == state
    assert office.archive(graduate)["state"] == "graduated"


ALL = {"school_code": HERE, "province": None, "state": None, "overdue": False, "after": None, "limit": 50}


@pytest.mark.rule("A13-4", "A26-2")
def test_an_illegal_entry_does_not_end_in_a_graduation(office):
    """Given an illegal entry that was revoked, when its certificate takes effect nevertheless, then the status stays
    cancelled, and the other services hear nothing of a graduation."""
    status_id = office.student()
    office.confirm(office.declare(status_id, ministry()), ministry("ministry-2"))
    told(office, status_id)
    standing = office.status(status_id)
    assert (standing.state, standing.illegal_entry) == ("cancelled", True)
    office.fold()
    with office.base.store.reading() as cursor:
        said = [each for record in read_log(cursor, 0, 1000) for each in publish(record)]
    assert [kind.__name__ for kind, _ in said] == ["StudentRegisteredV1", "StudentStatusEndedV1"]


@pytest.mark.rule("A13-4", "A14-1")
def test_where_the_ending_was_wrong_what_goes_on_is_a_graduates(office):
    """Given a certificate of a status that had been closed, when school and province find the closing wrong, then the
    closed record stays and the status that goes on is that of somebody who graduated on the issue date."""
    status_id = office.student()
    office.end(status_id)
    told(office, status_id)
    office.go_to(date(2026, 7, 2))
    case_id = case_of(office, status_id)
    begin(office, case_id)
    review(office, case_id)
    decide(office, case_id)
    seen = office.look(office.own.get_case, registrar(), case_id=case_id, after_version=0)
    new = office.status(seen["continued_by"])
    assert (office.status(status_id).state, new.state, new.since) == ("dropped", "graduated", ISSUED)
    assert office.claims(new.id_key) == [
        (str(status_id), date(2022, 9, 1), ENDED),
        (str(seen["continued_by"]), ENDED, ISSUED),
    ]


@pytest.mark.rule("A13-4", "A24-2")
def test_where_the_ending_was_right_the_case_is_decided_against_the_certificate(office):
    """Given the registry's own case, when the province decides that the closing stands, then nothing moves; nobody at
    the school takes such a case back."""
    status_id = office.student()
    office.end(status_id)
    told(office, status_id)
    case_id = case_of(office, status_id)
    for actor in (registrar(), second_registrar()):
        with pytest.raises(NotPermitted):
            office.ask(office.cases.withdraw_case, actor, case_id=case_id)
    begin(office, case_id)
    review(office, case_id)
    decide(office, case_id, province(), agrees=False)
    assert office.base.get(Case, case_id).standing.state == "rejected"
    assert names_of(office, status_id) == ["Registered", "Cancelled", "AwardNoted"]


def test_a_case_that_is_open_already_is_the_one(office):
    status_id = office.student()
    office.end(status_id)
    case_id = file(office, status_id, {}, kind="cancellation")
    told(office, status_id)
    (noted,) = (fact for fact in facts_of(office, status_id) if isinstance(fact, StudentStatus.AwardNoted))
    assert noted.case_id == case_id == case_of(office, status_id)


def test_a_certificate_dated_before_the_ending_counts_from_its_own_day(office):
    status_id = office.student()
    office.end(status_id)
    told(office, status_id, on=date(2026, 6, 1))
    case_id = case_of(office, status_id)
    begin(office, case_id)
    review(office, case_id)
    decide(office, case_id)
    seen = office.look(office.own.get_case, registrar(), case_id=case_id, after_version=0)
    new = office.status(seen["continued_by"])
    assert (new.state, new.since) == ("graduated", date(2026, 6, 1))
    assert [holder for holder, *_ in office.claims(new.id_key)] == [str(status_id)]
    assert isinstance(UUID(str(seen["continued_by"])), UUID)
