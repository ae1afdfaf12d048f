"""Messages to people: what follows from a fact, and how it reaches them, once and whatever fails on the way."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.eventstore.log import FactRecord


@dataclass(frozen=True)
class Message:
    """A message to one person; the same id is never delivered twice."""

    message_id: str
    channel: str  # mail | sms
    to: str
    subject: str
    text: str
    sent_at: datetime
    account_id: UUID | None = None  # whose account tells its owner if this could not be delivered
    useful_until: datetime | None = None  # a code that is over need not arrive any more
    template: str = "notice"  # under which an office for short messages knows this text, with its parameters
    parameters: tuple[tuple[str, str], ...] = ()


class Messenger(Protocol):
    """Brings mail and short messages to people."""

    def deliver(self, message: Message) -> None:
        """Deliver, once per message id; raises OSError where the message could not be handed over."""
        ...


Reactor = Callable[[FactRecord], Iterable[Message]]
"""What one fact asks for: its effect may be repeated and then changes nothing; its messages are answered."""


class Reactions:
    """Reacts to facts in the order of the log; every reaction may be repeated and then changes nothing."""

    def __init__(
        self,
        reactors: Sequence[Reactor],
        messenger: Messenger,
        runs: Sequence[Callable[[Sequence[FactRecord]], None]] = (),
    ) -> None:
        self._reactors = reactors
        self._messenger = messenger
        self._runs = runs

    def react(self, records: Sequence[FactRecord]) -> None:
        """Do what a run of facts asks for."""
        for record in records:
            for reactor in self._reactors:
                for message in reactor(record):
                    self._messenger.deliver(message)
        for run in self._runs:
            run(records)
