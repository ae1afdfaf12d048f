"""Hearing in order: each fact once, whatever gets lost, doubled or poisoned on the way."""

import json
from uuid import UUID

import pytest

from shared.bus.connect import connect
from shared.bus.parked import ParkedDesk
from shared.bus.queues import declare, exchange_of, queue_of
from shared.bus.tests import stage
from shared.bus.tests.stage import Notebook, Publishing, running, stream_for, until_true
from shared.eventstore.application import Heard

pytestmark = pytest.mark.servers


def purge(url: str) -> None:
    connection = connect(url)
    channel = connection.channel()
    declare(channel, "things", ["notebook"])
    channel.queue_purge(queue=queue_of("things", "notebook"))
    connection.release()


def send_raw(url: str, body: bytes) -> None:
    connection = connect(url)
    channel = connection.channel()
    declare(channel, "things", ["notebook"])
    channel.basic_publish(
        channel.prepare_message(body, content_type="application/json", content_encoding="utf-8", properties={}),
        exchange=exchange_of("things"),
        routing_key="thing_told.v1",
    )
    connection.release()


def position(notebook: Notebook) -> int:
    with notebook.store.reading() as cursor:
        cursor.execute("SELECT coalesce(max(last), 0) FROM inbox WHERE publisher = 'things'")
        return int(cursor.fetchone()[0])


def parked(notebook: Notebook) -> list[tuple[int, str]]:
    return [(row["number"], row["reason"]) for row in ParkedDesk(notebook.store).waiting(100)]


def test_words_are_heard_in_the_order_they_were_said(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    with running(stream_for(notebook, publishing, broker_url)):
        thing = publishing.say("one", "two")
        publishing.relay_all()
        publishing.say("SUNG", "three", thing=thing)
        publishing.relay_all()
        until_true(lambda: position(notebook) == 4)
    assert notebook.words_of(thing) == ["one", "two", "three"]


def test_what_was_said_before_anyone_listened_is_pulled(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    thing = publishing.say("one", "two")
    publishing.relay_all()
    publishing.say("three", thing=thing)
    publishing.relay_all()
    purge(broker_url)
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: notebook.words_of(thing) == ["one", "two", "three"])


def test_a_lost_message_shows_as_a_gap_and_is_pulled(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    thing = publishing.say("one")
    publishing.relay_all()
    purge(broker_url)
    publishing.say("two", thing=thing)
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: notebook.words_of(thing) == ["one", "two"])
    assert position(notebook) == 2
    assert parked(notebook) == []


def test_a_message_that_comes_twice_is_heard_once(publishing: Publishing, notebook: Notebook, broker_url: str) -> None:
    thing = publishing.say("one", "two")
    publishing.relay_all()
    with publishing.store.writing() as cursor:
        cursor.execute("UPDATE relay SET sent = 0")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 2)
        publishing.say("three", thing=thing)
        publishing.relay_all()
        until_true(lambda: position(notebook) == 3)
    assert notebook.words_of(thing) == ["one", "two", "three"]


def test_a_message_that_overlaps_is_heard_from_where_it_is_new(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    thing = publishing.say("one", "two")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 2)
        publishing.say("three", thing=thing)
        publishing.sequencer.step()
        publishing.relay.step()
        with publishing.store.writing() as cursor:
            cursor.execute("UPDATE relay SET sent = 0")  # one message with facts 1, 2 and 3
        publishing.relay_all()
        until_true(lambda: position(notebook) == 3)
    assert notebook.words_of(thing) == ["one", "two", "three"]


def test_a_poisoned_fact_is_parked_and_only_its_subject_waits_behind_it(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    notebook.poison = "poison"
    sick, well = publishing.say("poison", "after"), publishing.say("fine")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 3)
        publishing.say("later", thing=sick)
        publishing.say("good", thing=well)
        publishing.relay_all()
        until_true(lambda: position(notebook) == 5)
    assert notebook.words_of(well) == ["fine", "good"]
    assert notebook.words_of(sick) == []
    assert [number for number, _ in parked(notebook)] == [1, 2, 4]


def test_a_parked_fact_says_why_without_its_words(publishing: Publishing, notebook: Notebook, broker_url: str) -> None:
    notebook.poison = "poison"
    publishing.say("poison")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 1)
    ((_, reason),) = parked(notebook)
    assert "KeyError" in reason
    assert "stage.py" in reason
    assert "must not be logged" not in reason


def test_replay_restores_the_order(publishing: Publishing, notebook: Notebook, broker_url: str) -> None:
    notebook.poison = "poison"
    thing = publishing.say("poison", "second", "third")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 3)
        notebook.poison = ""
        assert ParkedDesk(notebook.store).ask_for_replay("things", 1, stage.NOW) == 1
        until_true(lambda: parked(notebook) == [])
        publishing.say("fourth", thing=thing)
        publishing.relay_all()
        until_true(lambda: position(notebook) == 4)
    assert notebook.words_of(thing) == ["poison", "second", "third", "fourth"]


def test_a_replay_that_fails_keeps_the_fact_and_its_followers(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    notebook.poison = "poison"
    thing = publishing.say("poison", "second")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 2)
        calls = notebook.calls
        ParkedDesk(notebook.store).ask_for_replay("things", None, stage.NOW)
        until_true(lambda: notebook.calls > calls)
        until_true(lambda: all(row["replay_asked_at"] is None for row in ParkedDesk(notebook.store).waiting(9)))
    assert [number for number, _ in parked(notebook)] == [1, 2]
    assert notebook.words_of(thing) == []


def test_a_replay_that_was_cut_off_after_its_effect_has_no_second_effect(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    notebook.poison = "poison"
    thing = publishing.say("poison")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 1)
        notebook.poison = ""
        notebook.hear_words([{"thing_id": thing, "word": "poison"}], Heard("things#replayed", 1, 1))
        ParkedDesk(notebook.store).ask_for_replay("things", 1, stage.NOW)
        until_true(lambda: parked(notebook) == [])
    assert notebook.words_of(thing) == ["poison"]


def test_one_poisoned_fact_does_not_cost_the_rest_of_its_batch(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    notebook.poison = "poison"
    things = [publishing.say("poison" if number == 30 else "fine") for number in range(60)]
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url)):
        until_true(lambda: position(notebook) == 60)
    assert [number for number, _ in parked(notebook)] == [31]
    assert [len(notebook.words_of(thing)) for thing in things] == [0 if number == 30 else 1 for number in range(60)]


@pytest.mark.parametrize("body", [b"\xff\x00 Zhang San", b"{}", b"[]", b'[{"specversion":"1.0"}]'])
def test_a_body_that_is_no_batch_is_parked_and_nothing_stops(
    publishing: Publishing, notebook: Notebook, broker_url: str, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(stream_for(notebook, publishing, broker_url)):
        send_raw(broker_url, body)
        until_true(lambda: len(parked(notebook)) == 1)
        thing = publishing.say("one")
        publishing.relay_all()
        until_true(lambda: notebook.words_of(thing) == ["one"])
    ((number, reason),) = parked(notebook)
    assert number < 0
    assert reason.startswith("undecodable")
    shown = capfd.readouterr()
    assert "Zhang San" not in shown.out + shown.err


def test_an_undecodable_body_is_set_aside_by_replay(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    with running(stream_for(notebook, publishing, broker_url)):
        send_raw(broker_url, b"{")
        until_true(lambda: len(parked(notebook)) == 1)
        ParkedDesk(notebook.store).ask_for_replay("things", None, stage.NOW)
        until_true(lambda: parked(notebook) == [])


def test_a_fact_against_its_contract_is_parked_with_the_fields_it_breaks(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    thing = str(stage.new_thing())
    good, bad = {"thing_id": thing, "word": "fine"}, {"thing_id": thing, "word": "x" * 21}
    events = [
        {
            "specversion": "1.0",
            "id": f"things-{number}",
            "source": "/xueji/things",
            "type": "thing_told.v1",
            "subject": thing,
            "time": "2026-09-01T01:00:00Z",
            "datacontenttype": "application/json",
            "number": number,
            "data": data,
        }
        for number, data in enumerate((good, bad), 1)
    ]
    with running(stream_for(notebook, publishing, broker_url)):
        send_raw(broker_url, json.dumps(events).encode())
        until_true(lambda: position(notebook) == 2)
    assert parked(notebook) == [(2, "against the contract: word")]
    assert notebook.words_of(UUID(thing)) == ["fine"]


def test_a_hearer_that_finds_nothing_to_do_moves_on_all_the_same(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    thing = publishing.say("one")
    publishing.relay_all()
    with running(stream_for(notebook, publishing, broker_url, hear=lambda facts, heard: None)):
        until_true(lambda: position(notebook) == 1)
    assert notebook.words_of(thing) == []
    assert parked(notebook) == []


def test_two_hearers_of_one_name_hear_each_fact_once(
    publishing: Publishing, notebook: Notebook, broker_url: str
) -> None:
    with (
        running(stream_for(notebook, publishing, broker_url)),
        running(stream_for(notebook, publishing, broker_url)),
    ):
        thing = publishing.say("word 0")
        for number in range(1, 30):
            publishing.say(f"word {number}", thing=thing)
            publishing.relay_all()
        until_true(lambda: position(notebook) == 30)
    assert notebook.words_of(thing) == [f"word {number}" for number in range(30)]
    assert parked(notebook) == []
