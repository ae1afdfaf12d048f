"""A small play for the bus: a publisher that tells words of things, a hearer that writes them down in order."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from eventsourcing.domain import event
from marshmallow import fields
from marshmallow.validate import Length

from shared.bus.codec import Batch, decode_batch, decode_pulled
from shared.bus.relay import Relay, Source
from shared.bus.stream import Hearer, Stream
from shared.contracts.contract import PublicFact, Request, SavedV1
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Application, Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store, migrate

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
PATIENCE = 60.0


class FixedClock:
    """It is always the first of September."""

    def now(self) -> datetime:
        return NOW


class ThingToldV1(PublicFact):
    """A word was said of a thing."""

    publisher = "things"
    subject = "thing_id"

    thing_id = fields.UUID(required=True)
    word = fields.String(required=True, validate=Length(1, 20))

    example: ClassVar[dict[str, Any]] = {"thing_id": "01930f3a-0000-7000-8000-0000000000a1", "word": "hello"}


class ThingSungV1(PublicFact):
    """A word was sung of a thing; nobody here hears songs."""

    publisher = "things"
    subject = "thing_id"

    thing_id = fields.UUID(required=True)
    word = fields.String(required=True, validate=Length(1, 20))

    example: ClassVar[dict[str, Any]] = ThingToldV1.example


class SayV1(Request):
    """Say a word."""

    service = "things"
    method = "say"
    answer = SavedV1

    id = fields.UUID(required=True)
    word = fields.String(required=True, validate=Length(1, 20))

    example: ClassVar[dict[str, Any]] = {"id": "01930f3a-0000-7000-8000-0000000000a1", "word": "hello"}


class Thing(Aggregate, stored_as="stage.Thing"):
    """Something words are said of; the hearer keeps one under the same id."""

    class Named(Aggregate.Created):
        thing_id: UUID
        word: str

    class Told(Aggregate.Event):
        word: str

    @event(Named)
    def __init__(self, thing_id: UUID, word: str) -> None:
        self.words = [word]

    @staticmethod
    def create_id(thing_id: UUID) -> UUID:  # type: ignore[override]
        return thing_id

    @event(Told)
    def tell(self, word: str) -> None:
        self.words.append(word)


class Things(Application):
    """The publisher's use cases."""

    def say(self, *words: str, thing: UUID | None = None) -> UUID:
        found = None if thing is None else self.find(Thing, thing)
        if found is None:
            found, words = Thing(thing_id=thing or new_thing(), word=words[0]), words[1:]
        for word in words:
            found.tell(word)
        self.save(found, by=Context.system("say", NOW))
        return found.id

    def words_of(self, thing: UUID) -> list[str]:
        found = self.find(Thing, thing)
        return [] if found is None else found.words


class Notebook(Application):
    """The hearer: writes down every word it hears, unless the word is poison."""

    poison: str = ""
    calls: int = 0

    def hear_words(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        self.calls += 1
        if any(fact["word"] == self.poison for fact in facts):
            raise KeyError("a word that must not be logged")
        known: dict[UUID, Thing] = {}
        for fact in facts:
            thing = known.get(fact["thing_id"]) or self.find(Thing, fact["thing_id"])
            if thing is None:
                thing = Thing(**fact)
            else:
                thing.tell(fact["word"])
            known[fact["thing_id"]] = thing
        self.save(*known.values(), by=Context.system("hear_words", NOW), heard=heard)

    def words_of(self, thing: UUID) -> list[str]:
        found = self.find(Thing, thing)
        return [] if found is None else found.words


def publish(record: Any) -> Iterable[tuple[type[PublicFact], dict[str, Any]]]:
    """What the publisher says publicly: songs where the word is in capitals."""
    contract = ThingSungV1 if record.fact.word.isupper() else ThingToldV1
    yield contract, {"thing_id": record.originator_id, "word": record.fact.word}


class Publishing:
    """The publisher with its store, its sequencer and its relay."""

    def __init__(self, url: str, amqp_url: str) -> None:
        self.store = Store(url, "")
        self.things = Things(self.store, FixedClock())
        self.sequencer = Sequencer(self.store)
        self.relay = Relay(self.store, "things", publish, amqp_url)
        self.source = Source(self.store, "things")

    def say(self, *words: str, thing: UUID | None = None) -> UUID:
        return self.things.say(*words, thing=thing)

    def relay_all(self) -> None:
        """Work until everything said is confirmed by the broker."""
        until_true(self.is_relayed, self.work)

    def work(self) -> None:
        self.sequencer.step()
        self.relay.step()

    def is_relayed(self) -> bool:
        with self.store.reading() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM events) = position AND sent = number FROM relay")
            return bool(cursor.fetchone()[0])

    # what a Stream pulls from
    def head(self) -> int:
        return self.source.head()

    def facts(self, after: int, limit: int) -> Sequence[Batch]:
        return decode_pulled(msgspec.json.decode(self.source.batch(after, limit)))

    def close(self) -> None:
        self.relay.close()
        self.store.close()


def stream_for(notebook: Notebook, publishing: Publishing, amqp_url: str, hear: Hearer | None = None) -> Stream:
    """The notebook's ear; it pulls straight from the publisher's store."""
    return Stream(
        "things",
        "notebook",
        {ThingToldV1: hear or notebook.hear_words},
        store=notebook.store,
        clock=FixedClock(),
        url=amqp_url,
        source=publishing,
        head_seconds=0.2,
        retries=(0.01, 0.01),
    )


@contextmanager
def running(stream: Stream) -> Iterator[Stream]:
    """A stream in a thread of its own for the block."""
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    try:
        yield stream
    finally:
        stream.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until_true(condition: Callable[[], bool], work: Callable[[], None] = lambda: time.sleep(0.01)) -> None:
    """Wait for a condition; fail if it does not come."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not become true in time"
        work()


def new_thing() -> UUID:
    """An id."""
    return uuid7()


def prepared(url: str) -> str:
    """A database with the event store's tables."""
    migrate(url)
    return url


def numbers_of(body: bytes) -> list[int]:
    """The numbers in a message."""
    return [envelope.number for envelope in decode_batch(body).envelopes]
