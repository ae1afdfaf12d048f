"""Of a status its person said that it is not theirs: nobody's from then on, and a case of its school (AC-21, A11-2)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.enrollment.application.disowning import Disownings
from services.enrollment.queries.finding import Findings
from services.enrollment.tests.offices import HERE, Offices, province, registrar, second_registrar
from shared.access.decide import NotPermitted
from shared.contracts.events.identity_people import RecordDisownedV1
from shared.eventstore.application import Heard
from shared.rules.refused import NotFound

pytestmark = pytest.mark.servers
PROOF = ("ab" * 32,)


class Told(Offices):
    """Offices that hear identity say that somebody disowned records."""

    def __init__(self, enrollment):
        super().__init__(enrollment)
        self.disownings = Disownings(enrollment.store, enrollment.clock, enrollment.keyring, Findings(enrollment.store))

    def disown(self, holder, *status_ids, kind="status"):
        self.heard += 1
        named = {"kind": kind, "school_code": HERE, "person_id": holder.sub, "disowned_on": self.day.isoformat()}
        facts = [
            RecordDisownedV1().load({"record_id": str(each), "status_id": str(each), **named}) for each in status_ids
        ]
        self.disownings.hear_disowned(facts, heard=Heard("identity", self.heard, self.heard))
        self.fold()

    def cases_of(self, status_id):
        asked = {"school_code": HERE, "province": None, "state": None, "overdue": False, "after": None, "limit": 50}
        found = self.look(self.own.list_cases, registrar(), **asked)["cases"]
        return [each for each in found if str(each["status_id"]) == str(status_id)]


@pytest.fixture
def told(enrollment):
    offices = Told(enrollment)
    offices.go_to(date(2025, 9, 26))
    return offices


def own(told, holder):
    return [each["status_id"] for each in told.look(told.own.list_own_statuses, holder)["statuses"]]


@pytest.mark.rule("AC-21", "A11-2")
def test_who_disowned_a_status_sees_it_no_more_and_its_school_has_a_case_with_a_deadline(told):
    """Given two statuses of one person, when she disowns one of them, then she holds the other alone, and may neither
    confirm nor dispute it; its school has a case that says so, due in ten working days, and hers to decide."""
    mine, foreign = told.student(), told.student()
    holder = told.holder(mine, foreign)
    told.disown(holder, foreign)
    assert own(told, holder) == [mine]
    with pytest.raises(NotPermitted):
        told.ask(told.notices.confirm_own_status, holder, status_id=foreign)
    (case,) = told.cases_of(foreign)
    assert (case["kind"], case["fields_asked"], case["step"], case["turn"]) == (
        "disowned",
        ["holder"],
        "filed",
        "school",
    )
    assert case["due_on"] == date(2025, 10, 16)  # across the National Day week and its make-up days
    assert told.status(foreign).checked == "disputed"
    with pytest.raises(NotPermitted):
        told.look(told.own.get_case, holder, case_id=case["case_id"], after_version=0)
    told.go_to(date(2025, 10, 20))
    assert told.clocks.due_cases(told.base.clock.now()) == 1
    told.replay()


@pytest.mark.rule("A19-1", "A24-2")
def test_the_school_names_whose_it_is_or_holds_that_the_record_is_right(told):
    """Given a disowned status, also of somebody long graduated, when the school names the right document and the
    province agrees, then the record is that other person's; and when it is rejected, it stays as it was."""
    for agrees in (True, False):
        status_id = told.student()
        told.disown(told.holder(status_id), status_id)
        (case,) = told.cases_of(status_id)
        before = told.status(status_id).id_key
        case_id = case["case_id"]
        told.ask(told.cases.begin_case_review, registrar(), case_id=case_id)
        if agrees:
            values = {"name": "李四", "id_number": "34052419800101001X"}
            told.ask(told.cases.name_case_values, registrar(), case_id=case_id, values=values, evidence=PROOF)
            told.ask(told.cases.review_case, second_registrar(), case_id=case_id, agrees=True, reason="录取时身份有误")
            told.ask(told.cases.decide_case, province(), case_id=case_id, agrees=True, reason="同意")
        else:
            told.ask(told.cases.review_case, second_registrar(), case_id=case_id, agrees=False, reason="有学习记录为证")
        assert (told.status(status_id).id_key != before) == agrees
        assert told.status(status_id).checked == ""
    told.replay()


def test_what_is_told_twice_or_of_somebody_else_opens_no_second_case(told):
    """Given a status that was disowned, when it is told again, of a qualification, or of one who never held it, then
    nothing follows; and who asks for it again by its number holds it again."""
    status_id = told.student()
    holder = told.holder(status_id)
    told.disown(holder, status_id, kind="qualification")
    assert own(told, holder) == [status_id]
    told.disown(holder, status_id)
    told.disown(holder, status_id)
    assert len(told.cases_of(status_id)) == 1
    again = told.holder(status_id)
    told.disown(holder, status_id)
    assert own(told, again) == [status_id]
    told.replay()


def test_a_status_that_nobody_knows_is_parked(told):
    with pytest.raises(NotFound):
        told.disown(replace(registrar(), sub=str(uuid4())), uuid4())
