"""Incidents: which breaches there are, who answers for them, when one is closed, who sees them."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.domain.incident import Incident
from services.enrollment.domain.rules.incidents import (
    KINDS,
    FutureBreach,
    IncidentClosed,
    KeysNotRevoked,
    NobodyAnswers,
    PlaceDiffers,
    may_close_incident,
    may_lie_in,
    may_open_incident,
)
from services.enrollment.domain.rules.texts import TextNamesPerson
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.offices import ELSEWHERE, HERE, ministry, province, registrar
from shared.access.decide import NotPermitted
from shared.contracts.rpc.enrollment_incidents import KINDS as CONTRACT_KINDS
from shared.eventstore.context import read_context
from shared.rules.refused import NotFound
from shared.rules.rulebook import RULES
from tests.support.actors import person

TODAY = date(2025, 9, 26)
SAID = {
    "kind": "FALSE_REGISTRATION",
    "summary": "为未报到者注册学籍",
    "school_code": HERE,
    "province": "11",
    "responsible": ["registrar-1", "registrar-2"],
    "unit_head": "registrar-9",
    "status_ids": [],
    "case_ids": [],
    "happened_on": date(2025, 9, 10),
    "evidence": ["ab" * 32],
}


@pytest.mark.rule("A27-1", "A27-2", "A27-3", "A27-4")
def test_the_four_breaches_of_article_27_are_the_kinds_there_are():
    """Given article 27, when its breaches are counted, then each kind stands under its rule and is asked for so."""
    assert set(KINDS) == set(CONTRACT_KINDS)
    assert [rule for rule in KINDS.values() if rule not in RULES] == []


def may_open(**values):
    names = ("summary", "responsible", "unit_head", "happened_on")
    may_open_incident(**{name: SAID[name] for name in names} | values, today=TODAY)


@pytest.mark.rule("A27-1")
@pytest.mark.parametrize("values", [{"responsible": []}, {"responsible": [" "]}, {"unit_head": " "}])
def test_somebody_and_the_head_of_the_unit_answer(values):
    """Given a breach without responsible persons or unit head, when it is put on record, then it is refused."""
    may_open()
    with pytest.raises(NobodyAnswers):
        may_open(**values)


@pytest.mark.rule("A25-1")
def test_an_incident_names_no_student_by_number():
    """Given a summary with an identity number, when the incident is opened, then it is refused."""
    with pytest.raises(TextNamesPerson):
        may_open(summary="为11010519491231002X注册学籍")


def test_an_incident_has_happened():
    with pytest.raises(FutureBreach):
        may_open(happened_on=date(2025, 9, 27))


@pytest.mark.rule("A27-2")
def test_careless_keys_are_revoked_before_the_incident_is_closed():
    """Given careless keeping of keys, when the incident is closed without revoking them, then it is refused."""
    kind, ending = "CREDENTIAL_NEGLIGENCE", {"outcome": "通报批评", "today": TODAY}
    with pytest.raises(KeysNotRevoked):
        may_close_incident("open", kind, keys_revoked_on=None, **ending)
    with pytest.raises(FutureBreach):
        may_close_incident("open", kind, keys_revoked_on=date(2025, 9, 27), **ending)
    may_close_incident("open", kind, keys_revoked_on=TODAY, **ending)
    may_close_incident("open", "DATA_MISUSE", keys_revoked_on=None, **ending)


@pytest.mark.rule("A4-2")
def test_an_incident_at_a_school_is_one_of_its_province():
    """Given a school of one province, when another province is named with it, then the incident is refused."""
    may_lie_in(HERE, "11")
    may_lie_in(None, "33")
    with pytest.raises(PlaceDiffers):
        may_lie_in(HERE, "33")


@pytest.fixture
def office(enrollment):
    counters = Counters(enrollment)
    counters.go_to(TODAY)
    return counters


def opened(office, actor=None, **values):
    return UUID(office.ask(office.incidents.open_incident, actor or province("11"), **(SAID | values))["id"])


@pytest.mark.servers
@pytest.mark.rule("A27-1", "A27-2", "A27-3", "A27-4")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_incident_is_opened_under_its_rule_and_closed_once(office, kind):
    """Given a breach of any kind, when it is opened and closed, then it stands under its rule with its outcome."""
    status_id = office.student()
    incident_id = opened(office, kind=kind, status_ids=[status_id], case_ids=[uuid4()])
    closing = {"incident_id": incident_id, "outcome": "通报批评", "keys_revoked_on": TODAY}
    office.ask(office.incidents.close_incident, province("11"), **closing)
    with pytest.raises(IncidentClosed):
        office.ask(office.incidents.close_incident, province("11"), **closing)
    found = office.look(office.proposals.get_incident, province("11"), incident_id=incident_id, after_version=0)
    assert (found["state"], found["outcome"], found["status_ids"]) == ("closed", "通报批评", [str(status_id)])
    assert (found["responsible"], found["unit_head"]) == (SAID["responsible"], SAID["unit_head"])
    with office.base.store.reading() as cursor:
        cursor.execute("SELECT context FROM events WHERE originator_id = %s", (str(incident_id),))
        assert [read_context(context)["rules"] for (context,) in cursor.fetchall()] == [[KINDS[kind]]] * 2
    assert office.base.get(Incident, incident_id).standing.state == "closed"


@pytest.mark.servers
@pytest.mark.rule("A4-2")
def test_incidents_are_seen_by_their_province_and_the_ministry(office):
    """Given incidents of two provinces, when they are listed, then each province sees its own, the ministry all."""
    here, there = opened(office), opened(office, province("33"), province="33", school_code=None)
    page = {"kind": None, "state": None, "before": None, "limit": 50}

    def listed(actor, code):
        found = office.look(office.proposals.list_incidents, actor, province=code, **page)
        return {UUID(each["incident_id"]) for each in found["incidents"]}

    assert listed(province("11"), "11") == {here}
    assert listed(ministry(), None) == {here, there}
    for actor, code in ((province("11"), "33"), (province("11"), None), (registrar(), "11"), (person("auditor"), "11")):
        with pytest.raises(NotPermitted):
            listed(actor, code)
    with pytest.raises(NotPermitted):
        office.look(office.proposals.get_incident, province("11"), incident_id=there, after_version=0)


@pytest.mark.servers
def test_an_incident_speaks_of_statuses_that_are_kept(office):
    with pytest.raises(NotFound):
        opened(office, status_ids=[uuid4()])


@pytest.mark.servers
@pytest.mark.rule("A4-2", "A24-1")
def test_an_incident_names_students_of_its_reporters_own_and_tells_of_no_others(office):
    """Given students of another province and of another training, when a province's operator names one in an incident,
    then it is answered as if there were none; the ministry may name any."""
    own, elsewhere = office.student(), office.student(ELSEWHERE)
    adult = replace(province("11", "adult-11"), kind="adult")
    for actor, named in ((province("11"), elsewhere), (adult, own), (province("11"), uuid4())):
        with pytest.raises(NotFound) as refused:
            opened(office, actor, status_ids=[named])
        assert refused.value.as_dict()["zh"] == NotFound(kind="student_status").as_dict()["zh"]
    incident_id = opened(office, ministry(), status_ids=[own, elsewhere])
    closing = {"incident_id": incident_id, "outcome": "通报批评", "keys_revoked_on": None}
    with pytest.raises(NotPermitted):
        office.ask(office.incidents.close_incident, adult, **closing)
    office.ask(office.incidents.close_incident, province("11"), **closing)


@pytest.mark.servers
@pytest.mark.parametrize("actor", [registrar(), province("33"), person("operator"), person("student", "", "s")])
def test_only_the_province_of_the_place_or_the_ministry_opens_an_incident(office, actor):
    with pytest.raises(NotPermitted):
        opened(office, actor)
