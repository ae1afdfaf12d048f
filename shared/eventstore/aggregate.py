"""The base of every aggregate: chosen stored names, time-ordered ids, a standing, claims."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate as LibraryAggregate
from eventsourcing.domain import AggregateEvent, BaseAggregate
from eventsourcing.utils import register_topic

from shared.eventstore.claims import Claim as Claim  # noqa: PLC0414 -- re-exported
from shared.eventstore.claims import Release as Release  # noqa: PLC0414 -- re-exported
from shared.eventstore.ids import uuid7

# The library stamps each event; when a fact took effect and was recorded stands in its context instead, so the stamp
# is a constant: a replayed aggregate equals the one that was saved.
UNSTAMPED = datetime(1970, 1, 1, tzinfo=UTC)


S = TypeVar("S")


def changed(standing: S, **changes: Any) -> S:
    """`dataclasses.replace` for a standing in a third of its time: a plain value, so no constructor need run."""
    after = object.__new__(type(standing))
    vars(after).update(vars(standing), **changes)
    return after


class Aggregate(LibraryAggregate):
    """An aggregate whose facts are nested classes, stored as `<stored_as>.<Fact>`.

    `standing` is the small frozen state that rules need; `@event` bodies replace it, never change it.
    """

    class Event(LibraryAggregate.Event):
        """Base of all facts."""

        @staticmethod
        def create_timestamp() -> datetime:
            return UNSTAMPED

    class Created(Event, LibraryAggregate.Created):
        """Base of first facts."""

    standing: Any = None
    Standing: ClassVar[type[Any] | None] = None
    stored_as: ClassVar[str] = ""

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        return uuid7()

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """What `fact` claims or releases: a function of the fact alone, so that a replay finds the same."""
        return ()

    def __init_subclass__(cls, *, stored_as: str = "", created_event_name: str = "") -> None:
        super().__init_subclass__(created_event_name=created_event_name)
        if stored_as:
            _name(cls, stored_as)


def _name(cls: type[Aggregate], stored_as: str) -> None:
    """Give the class and its facts their stored names, readable in any process that imported this module."""
    cls.stored_as = stored_as
    cls.TOPIC = stored_as  # type: ignore[attr-defined] # where the library looks for a chosen name
    register_topic(stored_as, cls)
    for fact_name, fact in facts_of(cls).items():
        topic = f"{stored_as}.{fact_name}"
        fact.TOPIC = topic  # type: ignore[attr-defined]
        fact.aggregate = cls  # type: ignore[attr-defined]
        register_topic(topic, fact)


def facts_of(cls: type[BaseAggregate[UUID]]) -> dict[str, type[AggregateEvent]]:
    """The facts of an aggregate by name."""
    return {
        name: value
        for name, value in vars(cls).items()
        if name != "Event" and isinstance(value, type) and issubclass(value, AggregateEvent)
    }
