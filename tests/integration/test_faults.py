"""Everything falls over while people work: what was acknowledged is there once, and every effect happened once."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from cli.audit import verify_service
from cli.processes import SERVICES
from tests.support.platform import PROCESSES, Platform
from tests.support.rabbitmq import PrivateRabbit
from tests.support.servers import private_postgres
from tests.support.storm import Storm
from tests.support.world import HEARERS, NOW, World, admitted_people, eventually, facts_of, public_facts

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(600)]

SEED = 20260702
LIVES, SINGLES, CONTESTED, IN_FILE = 4, 48, 6, 2300  # a file of several chunks
RUNNING = tuple(name for name in PROCESSES if name not in ("gateway", "public"))

# What a public fact becomes in who hears it: (publisher, type, field that names the record, hearer, own fact)
EFFECTS = (
    ("enrollment", "student_registered.v1", "status_id", "identity", "StudentRecord.Opened"),
    ("enrollment", "student_registered.v1", "status_id", "verification", "StatusRecord.Registered"),
    ("enrollment", "enrollment_annual_registered.v1", "status_id", "imaging", "StudentRecord.YearHeard"),
    ("enrollment", "enrollment_annual_registered.v1", "status_id", "verification", "StatusRecord.YearSettled"),
    ("identity", "record_bound.v1", "status_id", "imaging", "StudentRecord.OwnerHeard"),
    ("identity", "record_bound.v1", "status_id", "verification", "StatusRecord.Bound"),
    ("imaging", "photo_approved.v1", "status_id", "credentials", "StudentRecord.PhotoReceived"),
    ("imaging", "photo_approved.v1", "status_id", "verification", "StatusRecord.PhotoReceived"),
    ("credentials", "degree_issued.v1", "certificate_id", "identity", "QualificationRecord.Opened"),
    ("credentials", "degree_issued.v1", "certificate_id", "verification", "QualificationRecord.Issued"),
    ("credentials", "degree_issued.v1", "status_id", "verification", "StatusRecord.Concluded"),
    ("credentials", "degree_issued.v1", "status_id", "enrollment", "StudentStatus.Left"),
)


@pytest.fixture(scope="module")
def storm(restartable_rabbitmq: PrivateRabbit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    """The registry after the storm: everything was killed, cut and restarted, healed, and has come to rest."""
    folder: Path = tmp_path_factory.mktemp("storm")
    vhost = restartable_rabbitmq.fresh_vhost()
    # This server dies as in a power cut, so it must promise what PostgreSQL promises.
    with (
        private_postgres(durable=True) as postgres,
        Platform(folder, postgres, vhost, now=NOW, only=RUNNING) as platform,
    ):
        world = World(platform, postgres, restartable_rabbitmq, SEED)
        storm = Storm(world)
        rage(storm)
        eventually(world.drained, "all streams to be drained")
        yield storm
        world.client.close()
    restartable_rabbitmq.drop_vhost(vhost)


def rage(storm: Storm) -> None:
    world, chance = storm.world, random.Random(SEED)
    people = admitted_people(LIVES + SINGLES + CONTESTED + IN_FILE, SEED)
    world.admit(people)
    lives, people = people[:LIVES], people[LIVES:]
    singles, people = people[:SINGLES], people[SINGLES:]
    contested, in_file = people[:CONTESTED], people[CONTESTED:]
    for at, one in enumerate(lives):
        storm.start(storm.whole_life, one, at + 1)
    for part in (singles[::2], singles[1::2]):
        storm.start(storm.registrar, part, random.Random(chance.random()))
    storm.start(storm.two_at_once, contested)
    storm.start(storm.office, in_file)
    storm.start(storm.newcomers, in_file, random.Random(chance.random()))
    storm.start(storm.nemesis, faults_of(world, chance))
    storm.join()


def faults_of(world: World, chance: random.Random) -> list[tuple[str, Callable[[], None]]]:
    """Every process killed once, every database's connections closed, the broker's too: in an order of the seed."""

    def killing(name: str) -> Callable[[], None]:
        return lambda: world.kill(name)

    def cutting(name: str) -> Callable[[], None]:
        return lambda: world.cut_postgres(name)

    faults = [(f"kill {name}", killing(name)) for name in RUNNING]
    faults += [(f"close {name}'s PostgreSQL connections", cutting(name)) for name in SERVICES]
    faults += [("close all AMQP connections", world.cut_rabbitmq)] * 2
    chance.shuffle(faults)
    return faults


BY_DATE = 5  # the version of such an id


def test_everything_went_wrong_that_was_to_go_wrong(storm: Storm) -> None:
    assert sum(fault.endswith("in mid-batch") for fault in storm.faults) >= 2
    assert {f"kill {name}" for name in RUNNING} <= set(storm.faults)
    assert any("unknown" in op.outcomes for op in storm.world.ops)


def test_no_process_ended_that_was_not_killed(storm: Storm) -> None:
    assert not storm.fallen, "\n".join(storm.fallen)


def test_every_acknowledged_command_is_stored_once_with_its_answer(storm: Storm) -> None:
    stored: Counter[str] = Counter()
    for service in SERVICES:
        stored.update(row[0] for row in storm.world.rows(service, "SELECT command_id::text FROM commands"))
    acknowledged = [op for op in storm.world.ops if op.acknowledged]
    assert acknowledged
    assert [op.contract.method for op in acknowledged if stored[op.command_id] != 1] == []
    for service in SERVICES:
        promised = {
            (str(op.answer["id"]), op.answer["version"])
            for op in acknowledged
            if op.answer and op.contract.service == service and "version" in op.answer
        }
        query = "SELECT originator_id::text, originator_version FROM events WHERE originator_id = ANY(%s::uuid[])"
        assert promised <= set(storm.world.rows(service, query, [aggregate_id for aggregate_id, _ in promised]))
    # what the registry does by date has an id made of what it is, not of chance
    asked = {command_id for command_id in stored if UUID(command_id).version != BY_DATE}
    assert asked <= {op.command_id for op in storm.world.ops}


def test_what_ended_unknown_acted_at_most_once_and_does_so_when_asked_again(storm: Storm) -> None:
    world = storm.world
    left = [op for op in world.ops if not op.acknowledged and op.outcomes[-1] == "unknown"]
    for op in left:
        before = world.one(op.contract.service, "SELECT count(*) FROM commands WHERE command_id = %s", op.command_id)
        world.settle(op)
        again = dict(op.answer or {})
        assert world.settle(op) == again
        stored = world.one(op.contract.service, "SELECT count(*) FROM commands WHERE command_id = %s", op.command_id)
        assert (before in (0, 1), stored) == (True, 1)
    eventually(world.drained, "all streams to be drained again")


def test_of_two_who_wanted_the_same_one_won(storm: Storm) -> None:
    assert len(storm.contested) == CONTESTED
    for pair in storm.contested:
        assert sorted(op.acknowledged for op in pair) == [False, True]
        loser = next(op for op in pair if not op.acknowledged)
        assert loser.outcomes[-1] == "ENTRY_ALREADY_DECIDED"


def test_nobody_is_registered_twice_and_no_year_twice(storm: Storm) -> None:
    registered = storm.world.rows(
        "enrollment",
        "SELECT convert_from(state, 'UTF8')::jsonb->>'exam_no' FROM events"
        " WHERE topic = 'enrollment.StudentStatus.Registered'",
    )
    assert len(registered) == len(set(registered)) == LIVES + SINGLES + CONTESTED + IN_FILE
    years = facts_of(storm.world, "enrollment", "enrollment.StudentStatus.YearRegistered")
    assert len(years) == len(set(years)) >= IN_FILE


def test_each_file_was_taken_in_whole_and_once(storm: Storm) -> None:
    assert [(batch["state"], batch["accepted"], batch["refused"]) for batch in storm.batches] == [
        ("finished", IN_FILE, 0),
        ("finished", IN_FILE, 0),
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_the_log_is_dense_and_versions_have_no_gap(storm: Storm, service: str) -> None:
    world = storm.world
    assert world.rows(
        service, "SELECT count(*) = coalesce(max(position), 0), count(*) = (SELECT count(*) FROM events) FROM log"
    ) == [(True, True)]
    gaps = (
        "SELECT originator_id FROM events GROUP BY originator_id"
        " HAVING max(originator_version) <> count(*) OR min(originator_version) <> 1"
    )
    assert world.rows(service, gaps) == []
    out_of_order = (
        "SELECT 1 FROM (SELECT originator_id, position, lag(position) OVER"
        " (PARTITION BY originator_id ORDER BY originator_version) AS before FROM events JOIN log USING (row_id)) AS e"
        " WHERE position < before LIMIT 1"
    )
    assert world.rows(service, out_of_order) == []


@pytest.mark.parametrize("publisher", [name for name in SERVICES if HEARERS[name]])
def test_every_hearer_heard_a_stream_without_gap_or_overlap(storm: Storm, publisher: str) -> None:
    told = storm.world.one(publisher, "SELECT count(*) FROM public_log")
    assert storm.world.one(publisher, "SELECT coalesce(max(number), 0) FROM public_log") == told > 0
    for hearer in HEARERS[publisher]:
        ranges = storm.world.rows(
            hearer, "SELECT first, last FROM inbox WHERE publisher = %s ORDER BY first", publisher
        )
        position = 0
        for first, last in ranges:
            assert (hearer, first) == (hearer, position + 1)
            position = last
        assert (hearer, position) == (hearer, told)


@pytest.mark.parametrize(("publisher", "type_", "name", "hearer", "fact"), EFFECTS)
def test_every_fact_had_its_effect_once(
    storm: Storm, publisher: str, type_: str, name: str, hearer: str, fact: str
) -> None:
    told = Counter(str(body[name]) for each, body in public_facts(storm.world, publisher) if each == type_)
    assert told
    assert Counter(map(str, facts_of(storm.world, hearer, f"{hearer}.{fact}"))) == told


@pytest.mark.parametrize("hearer", ["imaging", "credentials"])
def test_a_student_is_known_once_whoever_spoke_of_them_first(storm: Storm, hearer: str) -> None:
    told = {
        str(body["status_id"])
        for each, body in public_facts(storm.world, "enrollment")
        if each == "student_registered.v1"
    }
    opened = Counter(map(str, facts_of(storm.world, hearer, f"{hearer}.StudentRecord.Opened")))
    assert opened == Counter(told)
    unknown = (
        "SELECT count(*) FROM standings WHERE kind = %s AND convert_from(state, 'UTF8')::jsonb->>'school_code' IS NULL"
    )
    assert storm.world.one(hearer, unknown, f"{hearer}.StudentRecord") == 0


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_parked_and_every_table_is_what_the_facts_say(storm: Storm, service: str) -> None:
    assert storm.world.rows(service, "SELECT publisher, number, type, reason FROM parked") == []
    assert [str(difference) for difference in verify_service(storm.world.platform.environ, service).differences] == []
