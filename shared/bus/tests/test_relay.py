"""From the log to the bus: numbers that stay, batches that others can read, a broker that comes and goes."""

import json
import threading
import time
from typing import Any
from uuid import UUID

import pika
import pytest
from cloudevents.core.formats.json import JSONFormat

from shared.bus.connect import connect
from shared.bus.queues import declare
from shared.bus.tests import stage
from shared.bus.tests.stage import Notebook, Publishing, running, stream_for, until_true
from shared.eventstore.store import Store
from tests.support.rabbitmq import PrivateRabbit
from tests.support.servers import Databases

pytestmark = pytest.mark.servers


def public_log(publishing: Publishing) -> list[tuple[int, str, str]]:
    with publishing.store.reading() as cursor:
        cursor.execute("SELECT number, type, body FROM public_log ORDER BY number")
        return [(number, type_, json.loads(bytes(body))["word"]) for number, type_, body in cursor.fetchall()]


def listen(url: str) -> None:
    connection = connect(url)
    declare(connection.channel(), "things", ["listener"])
    connection.release()


def read_with_pika(url: str) -> list[tuple[Any, bytes]]:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    found = []
    for method, properties, body in channel.consume("heard.things.listener", auto_ack=True, inactivity_timeout=1):
        if method is None:
            break
        found.append((properties, body))
    connection.close()
    return found


def test_public_facts_are_numbered_in_the_order_of_the_log(publishing: Publishing) -> None:
    thing = publishing.say("one", "TWO", "three")
    publishing.relay_all()
    publishing.say("four", thing=thing)
    publishing.relay_all()
    assert public_log(publishing) == [
        (1, "thing_told.v1", "one"),
        (2, "thing_sung.v1", "TWO"),
        (3, "thing_told.v1", "three"),
        (4, "thing_told.v1", "four"),
    ]


def test_facts_of_one_moment_travel_by_type_and_those_of_one_record_in_their_order(publishing: Publishing) -> None:
    things = [publishing.say("one", "TWO") for _ in range(40)]
    publishing.say("last", thing=things[0])
    publishing.relay_all()
    said = [(type_, word) for _, type_, word in public_log(publishing)]
    assert said == [("thing_told.v1", "one")] * 40 + [("thing_sung.v1", "TWO")] * 40 + [("thing_told.v1", "last")]


def test_numbers_are_given_once_when_two_relays_work_at_once(publishing: Publishing, broker_url: str) -> None:
    rivals = [Publishing(publishing.store.settings.url, broker_url) for _ in range(3)]
    for number in range(100):
        publishing.say(f"word {number}")
    publishing.sequencer.step()
    threads = [threading.Thread(target=until_true, args=(rival.is_relayed, rival.relay.step)) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rival in rivals:
        rival.close()
    assert [number for number, _, _ in public_log(publishing)] == list(range(1, 101))
    assert [word for _, _, word in public_log(publishing)] == [f"word {number}" for number in range(100)]


def test_a_message_holds_a_run_of_one_type_and_at_most_five_hundred_facts(
    publishing: Publishing, notebook: Notebook, amqp_url: str, databases: Databases
) -> None:
    publishing = Publishing(publishing.store.settings.url, amqp_url)
    listen(amqp_url)
    publishing.say(*(f"word {number}" for number in range(600)), "SUNG", "told")
    publishing.relay_all()
    publishing.close()
    messages = [stage.numbers_of(body) for _, body in read_with_pika(amqp_url)]
    assert [len(numbers) for numbers in messages] == [500, 100, 1, 1]
    assert [number for numbers in messages for number in numbers] == list(range(1, 603))


def test_pika_reads_the_messages_and_the_cloudevents_sdk_parses_them(databases: Databases, amqp_url: str) -> None:
    url = databases.fresh("bus", stage.migrate)
    publishing = Publishing(url, amqp_url)
    listen(amqp_url)
    thing = publishing.say("one", "two")
    publishing.relay_all()
    publishing.close()
    databases.drop(url)
    ((properties, body),) = read_with_pika(amqp_url)
    assert properties.content_type == "application/cloudevents-batch+json"
    assert properties.delivery_mode == 2
    events = [JSONFormat().read(None, json.dumps(each)) for each in json.loads(body)]
    assert [event.get_type() for event in events] == ["thing_told.v1"] * 2
    assert {event.get_source() for event in events} == {"/xueji/things"}
    assert {UUID(event.get_subject() or "") for event in events} == {thing}
    assert [event.get_extension("number") for event in events] == [1, 2]
    assert events[0].get_data() == {"thing_id": str(thing), "word": "one"}
    assert events[0].get_time() == stage.NOW


@pytest.mark.parametrize("broker_url", ["rabbitmq"], indirect=True)
def test_a_fact_that_must_be_heard_finds_the_queue_of_its_hearer(
    publishing: Publishing, notebook: Notebook, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay declares the queue itself: what is said before the hearer first runs waits there."""
    monkeypatch.setattr(stage.ThingToldV1, "consumers", ("notebook",))
    thing = publishing.say("one")
    publishing.relay_all()
    silent = Publishing(publishing.store.settings.url, broker_url)
    silent.facts = lambda after, limit: []  # type: ignore[method-assign] # nothing to pull: it must be in the queue
    silent.head = lambda: 0  # type: ignore[method-assign]
    with running(stream_for(notebook, silent, broker_url)):
        until_true(lambda: notebook.words_of(thing) == ["one"])
    silent.close()


@pytest.mark.faults
def test_the_relay_and_the_stream_go_on_after_the_broker_was_killed_and_came_back(
    restartable_rabbitmq: PrivateRabbit, databases: Databases
) -> None:
    amqp_url = restartable_rabbitmq.fresh_vhost()
    urls = [databases.fresh("bus", stage.migrate) for _ in range(2)]
    publishing, notebook = Publishing(urls[0], amqp_url), Notebook(Store(urls[1], ""), stage.FixedClock())
    with running(stream_for(notebook, publishing, amqp_url)):
        thing = publishing.say("before")
        publishing.relay_all()
        until_true(lambda: notebook.words_of(thing) == ["before"])
        time.sleep(1)  # RabbitMQ 3.10 writes down a new quorum queue half a second later, and nothing shows when
        restartable_rabbitmq.kill()
        publishing.say("meanwhile", thing=thing)
        publishing.work()
        assert not publishing.is_relayed()
        restartable_rabbitmq.start()
        publishing.relay_all()
        publishing.say("after", thing=thing)
        publishing.relay_all()
        until_true(lambda: notebook.words_of(thing) == ["before", "meanwhile", "after"])
    publishing.close()
    notebook.store.close()
    for url in urls:
        databases.drop(url)
