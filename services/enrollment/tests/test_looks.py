"""Reads are facts: whoever is shown a person's record has left a fact of it before; and nobody is shown unmasked."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from uuid import UUID, uuid4

import msgspec
import pytest

from cli.people import people
from services.enrollment.application.unmasking import LookOver
from services.enrollment.domain.unmasking import AlreadyApproved, UnmaskingNotApproved
from services.enrollment.projections import AGGREGATES
from services.enrollment.publishing import publish
from services.enrollment.tests.offices import GOOD_NUMBER, OTHER_NUMBER
from services.enrollment.tests.test_jurisdiction import CONTRACTS, MAY, TODAY, WHO, World
from shared.access.decide import NotPermitted, ReasonNeeded, StepUpNeeded
from shared.access.permissions import ACTIONS
from shared.contracts.contract import Command
from shared.contracts.events.enrollment_looks import StudentRecordsViewedV1
from shared.eventstore.log import read_log
from shared.eventstore.looking import PurposeNeeded
from shared.eventstore.violations import OutcomeUnknown
from shared.rules.refused import NotFound
from tests.support.actors import asked, person
from tests.test_looks import EXEMPT, names_people

pytestmark = pytest.mark.servers
STAFF = "rexfamou"
FULL = ("王晓明", "王小明", GOOD_NUMBER, OTHER_NUMBER, "1980-01-01")
AUDITOR, SECOND = (replace(person("auditor", "moe", sub), stepped_up=True) for sub in ("auditor-1", "auditor-3"))
REGISTRAR = replace(WHO["r"], stepped_up=True)
# Whoever decides next must see what is to be decided: these open to the office whose turn it is, and to no other
TO_DECIDE = {"get_case", "list_identity_versions", "get_admission_fix", "list_admission_fixes", "list_roster"}


def looks(world):
    """Every look that was taken, with who took it."""
    with world.base.store.reading() as cursor:
        cursor.execute(
            "SELECT state, context FROM events WHERE topic = 'enrollment.Look.Taken' ORDER BY recorded_at, row_id"
        )
        return [(msgspec.json.decode(state), msgspec.json.decode(context)) for state, context in cursor.fetchall()]


def queries():
    return sorted(
        (method, letter)
        for method, may in MAY.items()
        if not issubclass(CONTRACTS[method], Command) and names_people(CONTRACTS[method]) and method not in EXEMPT
        for letter in may
        if letter in STAFF
    )


def names_somebody(answer):
    """Whether an answer shows anybody: an empty list, or a count alone, does not."""
    if isinstance(answer, dict):
        return any(
            (name in ("name", "names", "status_id", "admission_id", "first_rows", "status_ids") and bool(value))
            or names_somebody(value)
            for name, value in answer.items()
        )
    return isinstance(answer, list) and any(names_somebody(each) for each in answer)


@pytest.mark.asvs("16.3.2")
@pytest.mark.rule("A24-3", "A25-1")
def test_every_answer_that_names_people_left_a_look_before(enrollment, tmp_path):
    """Given one of every record, when every office asks for everything that names people, then each answer left a fact
    with the role, the purpose and the records, and the student's own questions leave none."""
    world = World(enrollment, tmp_path)
    silent, shown = [], 0
    for method, letter in queries():
        before = len(looks(world))
        try:
            answer = world.call(method, WHO[letter])
        except NotFound:
            continue
        taken = looks(world)[before:]
        if not names_somebody(answer):
            continue
        shown += 1
        if not taken or not all(fact["records"] and fact["purpose"] for fact, _ in taken):
            silent.append(f"{method} by {letter}")
        assert all(context["actor_role"] == WHO[letter].role for _, context in taken)
    assert silent == []
    assert shown > 30, "the world holds one of everything"
    before = len(looks(world))
    for method in ("get_archive", "get_case", "list_own_statuses"):
        assert world.call(method, world.holder_)
    assert len(looks(world)) == before


@pytest.mark.rule("A25-1")
def test_no_answer_to_staff_holds_a_full_name_or_number(enrollment, tmp_path):
    """Given people of known names and numbers, when every office asks for everything, then no answer holds one of them
    in full, but for the values that the asking office has to decide about."""
    world = World(enrollment, tmp_path)
    found = []
    for method, letter in queries():
        if method in TO_DECIDE:
            continue
        try:
            answer = str(world.call(method, WHO[letter]))
        except NotFound:
            continue
        found += [f"{method} by {letter}: {each}" for each in FULL if each in answer]
    assert found == []


@pytest.mark.rule("A25-1", "A24-1")
def test_no_machine_is_shown_a_full_name_or_number_whosever_turn_it_is(enrollment, tmp_path):
    """Given machine clients of every office with every scope, when they ask for everything, then no answer holds a
    full name or number, also where their office has to decide."""
    world = World(enrollment, tmp_path)
    found, answered = [], set()
    for method, letter in queries():
        try:
            answer = str(world.call(method, replace(WHO[letter], scopes=ACTIONS)))
        except (NotFound, NotPermitted):
            continue
        answered.add(method)
        found += [f"{method} by {letter}: {each}" for each in FULL if each in answer]
    assert found == []
    assert answered >= TO_DECIDE - {"list_roster"}
    assert len(answered) > 20
    assert not any(fact["shown"] == "full" for fact, context in looks(world) if context["use_case"] in TO_DECIDE)


@pytest.mark.asvs("14.2.6")
@pytest.mark.rule("A25-1")
@pytest.mark.parametrize("seed", [7, 20261122])
def test_whoever_they_are_their_names_and_numbers_stay_masked(enrollment, tmp_path, seed):
    """Given people of generated names and numbers, when staff ask for each of them and for every list, then no answer
    holds a full name, number or birth date of theirs."""
    world = World(enrollment, tmp_path)
    generated = [one for one in islice(people(seed), 12) if one.id_type == "1"][:6]
    ids = [world.student(XM=one.name, SFZH=one.id_number, CSRQ=one.born) for one in generated]
    world.fold()
    secrets = [text for one in generated for text in (one.name, one.id_number, one.born.isoformat())]
    answers = [
        str(world.call(method, WHO[letter], status_id=status_id))
        for method in ("get_status", "get_archive", "get_status_as_of", "list_identity_versions")
        for letter in MAY[method]
        if letter in STAFF
        for status_id in ids
    ]
    lists = [each for each in queries() if each[0].startswith("list_") and each[0] not in TO_DECIDE]
    answers += [str(world.call(method, WHO[letter])) for method, letter in lists]
    assert [text for text in secrets if any(text in answer for answer in answers)] == []
    assert sum(one.name[0] in "".join(answers) for one in generated) == len(generated), (
        "they are in the answers, masked"
    )


@pytest.mark.asvs("16.5.3")
@pytest.mark.rule("A24-3")
def test_what_cannot_be_recorded_is_not_shown(enrollment, tmp_path, monkeypatch):
    """Given a log that takes no fact, when a registrar asks for a student, then there is no answer."""
    world = World(enrollment, tmp_path)

    def lost(*_, **__):
        raise OutcomeUnknown

    monkeypatch.setattr("shared.eventstore.recorder.EventRecorder.insert_events", lost)
    with pytest.raises(OutcomeUnknown):
        world.call("get_status", REGISTRAR)


@pytest.mark.rule("X-REASON-1", "A6-1")
def test_the_registrys_operator_says_what_a_look_is_for(enrollment, tmp_path):
    """Given the registry's own operator, when a record is asked for without a purpose, then it is not shown."""
    world = World(enrollment, tmp_path)
    by = asked(WHO["o"], "get_status")
    with pytest.raises(PurposeNeeded):
        world.edge.queries.get_status(status_id=world.student_no, after_version=0, by=by)
    answer = world.edge.queries.get_status(
        status_id=world.student_no, after_version=0, by=replace(by, purpose="来电：查不到学籍")
    )
    assert answer["status_id"] == str(world.student_no)
    fact, context = looks(world)[-1]
    assert (fact["purpose"], context["reason"], fact["alarming"]) == ("来电：查不到学籍", "来电：查不到学籍", False)


@pytest.mark.rule("AUD-4")
def test_a_look_out_of_the_own_scope_alarms_unless_a_case_explains_it(enrollment, tmp_path):
    """Given a student with an open case and one without, when the ministry looks at each and the own school at the
    second, then only the ministry's look at the second alarms; its lists do not."""
    world = World(enrollment, tmp_path)
    other = world.student(XM="无案人", SFZH="440524188001010014", CSRQ=TODAY.replace(year=1880, month=1, day=1))
    world.fold()
    for actor, status_id in ((WHO["m"], world.student_no), (WHO["m"], other), (WHO["r"], other)):
        world.call("get_status", actor, status_id=status_id)
    world.call("list_cases", WHO["m"])
    assert [fact["alarming"] for fact, _ in looks(world)[-4:]] == [False, True, False, False]


@pytest.mark.asvs("7.5.3", "14.2.6")
@pytest.mark.rule("A25-1", "X-SIGN-2", "X-REASON-1")
def test_unmasking_needs_a_reason_and_a_strong_factor_and_leaves_a_fact_first(enrollment, tmp_path):
    """Given a registrar, when one own student is to be seen unmasked, then a reason and a strong factor are asked for,
    the look is recorded as full, and the command's stored answer holds nothing of the person."""
    world = World(enrollment, tmp_path)
    with pytest.raises(StepUpNeeded):
        world.call("unmask_status", WHO["r"])
    with pytest.raises(ReasonNeeded):
        world.call("unmask_status", REGISTRAR, reason="  ")
    with pytest.raises(NotPermitted):
        world.call("unmask_status", replace(WHO["n"], stepped_up=True))
    command_id = uuid4()
    answer = world.call("unmask_status", REGISTRAR, command_id=command_id, reason="毕业证书核对")
    assert (answer["name"], len(answer["id_number"]), len(answer["birth_date"])) == ("王晓明", 18, 10)
    (fact, _) = looks(world)[-1]
    assert (fact["shown"], fact["purpose"], fact["records"]) == ("full", "毕业证书核对", [str(world.student_no)])
    taken = len(looks(world))
    assert world.call("unmask_status", REGISTRAR, command_id=command_id, reason="毕业证书核对") == answer
    assert len(looks(world)) == taken
    with world.base.store.reading() as cursor:
        cursor.execute("SELECT convert_from(answer, 'UTF8') FROM commands WHERE command_id = %s", (str(command_id),))
        (stored,) = cursor.fetchone()
    assert set(msgspec.json.decode(stored)) == {"id", "version", "at"}


@pytest.mark.rule("A24-3")
def test_a_command_that_is_asked_again_later_shows_nobody_without_another_fact(enrollment, tmp_path):
    """Given a look that was taken and recorded, when its command is repeated half an hour later, then nobody is shown:
    one fact does not stand for looks on other days."""
    world = World(enrollment, tmp_path)
    by = asked(REGISTRAR, "unmask_status")
    named = {"command_id": by.command_id, "status_id": world.student_no, "reason": "毕业证书核对", "unmasking_id": None}
    assert world.edge.unmaskings.unmask_status(**named, by=by)["name"] == "王晓明"
    taken = len(looks(world))
    soon, late = (replace(by, recorded_at=by.recorded_at + timedelta(minutes=later)) for later in (5, 30))
    assert world.edge.unmaskings.unmask_status(**named, by=soon)["name"] == "王晓明"
    with pytest.raises(LookOver):
        world.edge.unmaskings.unmask_status(**named, by=late)
    assert len(looks(world)) == taken


@pytest.mark.rule("AUD-1")
def test_an_auditor_sees_nobody_unmasked_without_a_second_person(enrollment, tmp_path):
    """Given an auditor's wish to see one person, when nobody, the asker, then another auditor has approved it, then
    only the last lets that one asker see that one record, for a day."""
    world = World(enrollment, tmp_path)
    wish = UUID(world.call("ask_unmasking", AUDITOR, reason="信访核查")["id"])

    def see(actor=AUDITOR, **named):
        return world.call("unmask_status", actor, reason="信访核查", **{"unmasking_id": wish, **named})

    with pytest.raises(UnmaskingNotApproved):
        see()
    with pytest.raises(NotPermitted):
        world.call("approve_unmasking", AUDITOR, unmasking_id=wish)
    world.call("approve_unmasking", SECOND, unmasking_id=wish)
    with pytest.raises(AlreadyApproved):
        world.call("approve_unmasking", SECOND, unmasking_id=wish)
    assert see()["name"] == "王晓明"
    for refused in ({"actor": SECOND}, {"status_id": world.moving}, {"unmasking_id": None}, {"unmasking_id": uuid4()}):
        with pytest.raises(UnmaskingNotApproved):
            see(**refused)
    late = replace(asked(AUDITOR, "unmask_status"), recorded_at=asked_at(world) + timedelta(hours=24))
    with pytest.raises(UnmaskingNotApproved):
        world.edge.unmaskings.unmask_status(
            command_id=late.command_id, status_id=world.student_no, reason="信访核查", unmasking_id=wish, by=late
        )


def asked_at(world):
    """When the world's requests are recorded."""
    with world.base.store.reading() as cursor:
        cursor.execute("SELECT max(recorded_at) FROM events WHERE topic = 'enrollment.Unmasking.Approved'")
        return cursor.fetchone()[0]


def test_a_look_is_told_to_the_neighbours_as_its_contract_says(enrollment, tmp_path):
    world = World(enrollment, tmp_path)
    world.call("get_status", WHO["r"])
    world.fold()
    with world.base.store.reading() as cursor:
        told = [said for record in read_log(cursor, 0, 10_000) for said in publish(record)]
    contract, said = told[-1]
    assert contract is StudentRecordsViewedV1
    loaded = contract().load(contract().dump(said))
    assert (loaded["records"], loaded["sub"], loaded["alone"]) == ([world.student_no], "checker", True)
    assert loaded["admissions"] == []
    assert "enrollment.Look" in {aggregate.stored_as for aggregate in AGGREGATES}


@pytest.mark.rule("A24-3")
def test_a_look_at_an_admission_says_whose_it_is_for_no_status_may_ever_follow(enrollment, tmp_path):
    """Given an admission without a status, when its school looks at it alone and in the list, then each look is told
    with document and name as keyed hashes, by which the person finds it; a look at a status is told without."""
    world = World(enrollment, tmp_path)
    world.fold()
    with world.base.store.reading() as cursor:
        cursor.execute(
            "SELECT admission_id, id_key, name_key FROM admission_register WHERE exam_no = %s", (world.ids["exam_no"],)
        )
        (found,) = cursor.fetchall()
    world.call("get_admission", WHO["r"])
    world.call("list_admissions", WHO["r"], outcome=None, after=None)
    world.call("get_status", WHO["r"])
    world.fold()
    with world.base.store.reading() as cursor:
        told = [said for record in read_log(cursor, 0, 10_000) for _, said in publish(record) if "look_id" in said]
    for use_case in ("get_admission", "list_admissions"):
        (said,) = [each for each in told if each["use_case"] == use_case]
        look = StudentRecordsViewedV1().load(StudentRecordsViewedV1().dump(said))
        assert tuple(map(str, found)) in {
            (str(each["record_id"]), each["id_key"], each["name_key"]) for each in look["admissions"]
        }
    assert len([each for each in told if each["use_case"] == "get_status" and each["admissions"]]) == 0
