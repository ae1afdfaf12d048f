"""Messages to people: what follows from a fact, and how it reaches them, once and whatever fails on the way."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.identity.application.deliveries import CHANNELS, KEPT, Deliveries, Waiting
from shared.codes.clock import Clock
from shared.eventstore.log import FactRecord

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """A message to one person; the same id is never delivered twice."""

    message_id: str
    channel: str  # mail | sms
    to: str  # empty where it cannot be read now, and perhaps later
    subject: str
    text: str
    sent_at: datetime
    account_id: UUID | None = None  # whose account tells its owner if this could not be delivered
    useful_until: datetime | None = None  # a code that is over need not arrive any more
    template: str = "notice"  # under which an office for short messages knows this text, with its parameters
    parameters: tuple[tuple[str, str], ...] = ()


class Unreachable(OSError):
    """Whoever carries this channel's messages cannot be reached: nothing is wrong with the message."""


class RefusedForGood(Exception):
    """This message will never be taken: the address does not exist, or the text is not accepted."""


class Messenger(Protocol):
    """Brings mail and short messages to people."""

    def deliver(self, message: Message) -> None:
        """Deliver, once per message id. Raises Unreachable, RefusedForGood, or OSError for what may pass."""
        ...


Reactor = Callable[[FactRecord], Iterable[Message]]
"""What one fact asks for: its effect may be repeated and then changes nothing; its messages are answered."""


def nobody_told(message: Message, cause: str) -> None:
    """Where no account can tell its owner of a message that was given up."""


class Reactions:
    """Reacts to facts in the order of the log; every reaction may be repeated and then changes nothing.

    A message that cannot go out now holds nobody else back: it waits in a table of its own and is tried again, a
    bounded number of times; then it is given up, which the account's owner can read.
    """

    def __init__(
        self,
        reactors: Sequence[Reactor],
        messenger: Messenger,
        deliveries: Deliveries,
        clock: Clock,
        *,
        runs: Sequence[Callable[[Sequence[FactRecord]], None]] = (),
        given_up: Callable[[Message, str], None] = nobody_told,
    ) -> None:
        self._reactors = reactors
        self._messenger = messenger
        self._deliveries = deliveries
        self._clock = clock
        self._runs = runs
        self._given_up = given_up

    def react(self, records: Sequence[FactRecord]) -> None:
        """Do what a run of facts asks for: first what nobody outside is needed for, then the messages, one by one."""
        for run in self._runs:
            run(records)
        silent: set[str] = set()
        remembered = self._clock.now() - KEPT
        for record in records:
            for message in self._asked_for(record):
                # of what is older nobody knows any more whether it went out: it does not go out twice
                if record.recorded_at > remembered and not self._deliveries.knows(message.message_id):
                    self._attempt(message, Waiting(message.message_id, record.position), silent)

    def retry(self) -> int:
        """Try again what waits and is due; answers how many messages need no further try."""
        return sum(self._retry(channel) for channel in CHANNELS)

    def _retry(self, channel: str) -> int:
        silent: set[str] = set()
        settled = 0
        for waiting in self._deliveries.due(channel, self._clock.now()):
            found = self._deliveries.fact_of(waiting)
            message = next((each for each in self._asked_for(found) if each.message_id == waiting.message_id), None)
            if message is None:  # its account ended meanwhile: there is nobody to write to
                self._deliveries.settle(waiting, channel, "dropped", self._clock.now())
                settled += 1
            else:
                settled += self._attempt(message, waiting, silent)
            if silent:
                break
        return settled

    def _asked_for(self, record: FactRecord) -> Iterator[Message]:
        for reactor in self._reactors:
            yield from reactor(record)

    def _attempt(self, message: Message, waiting: Waiting, silent: set[str]) -> bool:
        """One try; whether no further one is needed. `silent` names the channels that did not answer just now."""
        now = self._clock.now()
        if message.useful_until is not None and now >= message.useful_until:
            return self._give_up(message, waiting, "late")
        outcome = "unreachable" if message.channel in silent else self._deliver(message)
        if outcome == "unreachable":
            silent.add(message.channel)
        if outcome in ("unreachable", "failed"):
            waits = self._deliveries.wait(waiting, message.channel, now, counted=outcome == "failed")
            return not waits and self._give_up(message, waiting, outcome)
        if outcome == "refused":
            return self._give_up(message, waiting, outcome)
        self._deliveries.settle(waiting, message.channel, "delivered", now)
        return True

    def _deliver(self, message: Message) -> str:
        if not message.to:
            return "failed"
        try:
            self._messenger.deliver(message)
        except RefusedForGood:
            return "refused"
        except Unreachable:
            return "unreachable"
        except OSError:
            return "failed"
        except Exception as error:  # one message that no messenger can write must not hold up all others
            _log.error("message %s cannot be written: %s", message.message_id, type(error).__name__)
            return "refused"
        return "delivered"

    def _give_up(self, message: Message, waiting: Waiting, cause: str) -> bool:
        self._given_up(message, cause)
        self._deliveries.settle(waiting, message.channel, "undelivered", self._clock.now())
        return True
