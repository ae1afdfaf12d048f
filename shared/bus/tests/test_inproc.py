"""The broker inside one process behaves like a broker, for plain threads, green threads and nameko."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import ChannelError

from shared.bus.connect import close, connect
from shared.bus.tests.stage import until_true

ROOT = Path(__file__).parents[3]


class Peer:
    """One connection with a channel and what it received."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url)
        self.channel = self.connection.channel()
        self.received: list[Any] = []

    def queue(self, name: str, *keys: str) -> None:
        self.channel.exchange_declare(exchange="news", type="topic", durable=True)
        self.channel.queue_declare(queue=name)
        for key in keys:
            self.channel.queue_bind(queue=name, exchange="news", routing_key=key)

    def consume(self, name: str, callback: Callable[[Any], None] | None = None, **options: Any) -> None:
        self.channel.basic_consume(
            queue=name, no_ack=False, callback=callback or self.received.append, consumer_tag=name, **options
        )

    def send(self, body: str, key: str = "a.b", exchange: str = "news", **options: Any) -> None:
        properties = {name: options.pop(name) for name in ("expiration",) if name in options}
        message = self.channel.prepare_message(
            body, content_type="text/plain", content_encoding="utf-8", properties=properties
        )
        self.channel.basic_publish(message, exchange=exchange, routing_key=key, **options)

    def drain(self, timeout: float = 0) -> list[str]:
        """Receive what is there; the bodies of all that was received."""
        try:
            while True:
                self.connection.drain_events(timeout=timeout)
        except TimeoutError:
            return [bytes(message.body).decode() for message in self.received]


@pytest.fixture
def peer(inproc_url: str) -> Iterator[Callable[[], Peer]]:
    peers: list[Peer] = []

    def make() -> Peer:
        peers.append(Peer(inproc_url))
        return peers[-1]

    yield make
    for each in peers:
        close(each.connection)


def test_a_message_reaches_every_queue_that_is_bound_and_no_other(peer: Callable[[], Peer]) -> None:
    sender, one, all_of_it, other = peer(), peer(), peer(), peer()
    for each, name, key in ((one, "one", "a.*"), (all_of_it, "all", "#"), (other, "other", "b.*")):
        each.queue(name, key)
        each.consume(name)
    sender.send("hello")
    assert (one.drain(), all_of_it.drain(), other.drain()) == (["hello"], ["hello"], [])


def test_messages_of_one_queue_keep_their_order(peer: Callable[[], Peer]) -> None:
    reader = peer()
    reader.queue("q", "#")
    for number in range(20):
        reader.send(str(number))
    reader.consume("q")
    assert reader.drain() == [str(number) for number in range(20)]


def test_a_reader_gets_no_more_than_its_prefetch_until_it_acknowledges(peer: Callable[[], Peer]) -> None:
    reader = peer()
    reader.queue("q", "#")
    reader.channel.basic_qos(0, 2, False)
    reader.consume("q")
    for word in ("one", "two", "three"):
        reader.send(word)
    assert reader.drain() == ["one", "two"]
    reader.received[0].ack()
    assert reader.drain() == ["one", "two", "three"]


def test_a_message_put_back_returns_to_the_head_of_its_own_queue_alone(peer: Callable[[], Peer]) -> None:
    one, other = peer(), peer()
    for each, name in ((one, "one"), (other, "other")):
        each.queue(name, "#")
    one.consume("one")
    one.send("first")
    one.send("second")
    one.drain()
    one.received[0].requeue()
    again = one.received[2:]
    assert one.drain() == ["first", "second", "first"]
    assert again == []
    assert one.received[2].delivery_info["redelivered"] is True
    other.consume("other")
    assert other.drain() == ["first", "second"]


def test_what_a_lost_reader_had_not_acknowledged_goes_to_the_next_in_order(peer: Callable[[], Peer]) -> None:
    lost, heir = peer(), peer()
    lost.queue("q", "#")
    lost.consume("q")
    for word in ("one", "two", "three"):
        lost.send(word)
    lost.drain()
    lost.received[0].ack()
    lost.channel.close()
    heir.consume("q")
    assert heir.drain() == ["two", "three"]


def test_readers_of_one_queue_share_its_messages(peer: Callable[[], Peer]) -> None:
    readers = [peer(), peer()]
    readers[0].queue("q", "#")
    for reader in readers:
        reader.channel.basic_qos(0, 1, False)
        reader.consume("q")
    for word in ("one", "two"):
        readers[0].send(word)
    assert [reader.drain() for reader in readers] == [["one"], ["two"]]


def test_no_queue_of_a_reader_starves(peer: Callable[[], Peer]) -> None:
    reader = peer()
    for name in ("loud", "quiet"):
        reader.queue(name, name)
        reader.consume(name)
    for _ in range(5):
        reader.send("loud", "loud")
    reader.send("quiet", "quiet")
    assert "quiet" in reader.drain()[:2]


def test_an_expired_message_is_dropped(peer: Callable[[], Peer]) -> None:
    reader = peer()
    reader.queue("q", "#")
    reader.send("too late", expiration="0")
    reader.send("in time", expiration="60000")
    reader.consume("q")
    assert reader.drain() == ["in time"]


def test_a_mandatory_message_without_a_queue_comes_back_or_raises(peer: Callable[[], Peer]) -> None:
    sender = peer()
    sender.queue("q", "known")
    sender.send("dropped silently", "unknown")
    with pytest.raises(ChannelError, match="NO_ROUTE"):
        sender.send("x", "unknown", mandatory=True)
    returned: list[Any] = []
    sender.channel.events["basic_return"].add(lambda *all_of_it: returned.append(all_of_it))
    sender.send("x", "unknown", mandatory=True)
    assert returned[0][1:3] == ("news", "unknown")


def test_publishes_are_confirmed_when_asked_for(peer: Callable[[], Peer]) -> None:
    sender, confirmed = peer(), []
    sender.queue("q", "#")
    sender.channel.events["basic_ack"].add(confirmed.append)
    sender.send("before")
    sender.channel.confirm_select()
    sender.send("one")
    sender.send("two")
    assert confirmed == [1, 2]


def test_a_deleted_queue_gets_nothing_more(peer: Callable[[], Peer]) -> None:
    sender = peer()
    sender.queue("q", "#")
    sender.channel.queue_delete(queue="q")
    with pytest.raises(ChannelError):
        sender.send("x", mandatory=True)


def test_a_sleeping_reader_is_woken_at_once(peer: Callable[[], Peer]) -> None:
    reader, sender = peer(), peer()
    reader.queue("q", "#")
    reader.consume("q")
    took: list[float] = []

    def sleep_and_read() -> None:
        reader.connection.drain_events(timeout=20)
        took.append(time.monotonic())

    thread = threading.Thread(target=sleep_and_read)
    thread.start()
    until_true(lambda: reader.connection.connection.bell._ear.gettimeout() is not None)
    sent = time.monotonic()
    sender.send("wake up")
    thread.join()
    assert took[0] - sent < 0.5


def test_many_threads_send_and_nothing_is_lost_or_doubled(peer: Callable[[], Peer]) -> None:
    reader, senders = peer(), [peer() for _ in range(8)]
    reader.queue("q", "#")
    reader.consume("q", lambda message: (reader.received.append(message), message.ack()))  # type: ignore[func-returns-value]
    threads = [
        threading.Thread(target=lambda name=name, each=each: [each.send(f"{name} {n}") for n in range(250)])  # type: ignore[misc]
        for name, each in enumerate(senders)
    ]
    for thread in threads:
        thread.start()
    until_true(lambda: len(reader.received) == 2000, lambda: (reader.drain(0.05), None)[1])
    for thread in threads:
        thread.join()
    bodies = [bytes(message.body).decode() for message in reader.received]
    assert len(set(bodies)) == 2000
    for name in range(8):
        own = [body for body in bodies if body.startswith(f"{name} ")]
        assert own == [f"{name} {n}" for n in range(250)]


@pytest.mark.parametrize("scene", ["answers", "nameko_client", "real_thread", "missing", "foreign_service"])
def test_nameko_works_on_it(scene: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "shared.bus.tests.green", scene],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "DONE\n"


@pytest.mark.parametrize("module", ["client", "relay", "codec", "stream", "worker", "inproc", "health"])
def test_a_process_without_containers_has_no_eventlet_in_it(module: str) -> None:
    program = f"import sys, shared.bus.{module}\nassert not {{'eventlet', 'nameko'}} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
