"""From facts to rows: pure folds, one class a read table."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar, overload
from uuid import UUID

from shared.eventstore.facts import FactCodec, codec_named
from shared.eventstore.log import StoredFact, typed_fact

Row = dict[str, Any]
Key = tuple[Any, ...]
Slot = Key | bytes

P = TypeVar("P")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
R = TypeVar("R", bound=Row | None)


@overload
def on(
    first: type[A], /, *, key: Callable[[A], Key] | None = None
) -> Callable[[Callable[[P, Any, A], R]], Callable[[P, Any, Any], R]]: ...
@overload
def on(
    first: type[A], second: type[B], /, *, key: Callable[[A | B], Key] | None = None
) -> Callable[[Callable[[P, Any, A | B], R]], Callable[[P, Any, Any], R]]: ...
@overload
def on(
    first: type[A], second: type[B], third: type[C], /, *, key: Callable[[A | B | C], Key] | None = None
) -> Callable[[Callable[[P, Any, A | B | C], R]], Callable[[P, Any, Any], R]]: ...
def on(*facts: type[Any], key: Callable[[Any], Key] | None = None) -> Callable[[Any], Any]:
    """Mark a handler `(row so far or None, fact) -> row, or None for no row`; the row is that of `key(fact)`.

    Without `key` it is the row of the aggregate. Markers may be stacked, each with a key of its own.
    """

    def mark(handler: Any) -> Any:
        handler.folds = [*getattr(handler, "folds", ()), *((fact, key) for fact in facts)]
        return handler

    return mark


class Route(NamedTuple):
    """How one kind of fact reaches one table: which rows it touches and how it changes each of them."""

    fold: Callable[[Row | None, Any], Row | None]
    key: Callable[[Any], Key] | None = None
    keys: Callable[[Any], Iterable[Key]] | None = None


class Projection:
    """A read table that follows from facts alone. `columns` may leave out the key; a missing value is NULL.

    Handlers are pure: they answer a row from the row so far and the fact, and touch nothing else. The key's columns
    are filled in for them.
    """

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]] = ("id",)
    columns: ClassVar[tuple[str, ...]] = ()

    def all_columns(self) -> tuple[str, ...]:
        return (*self.key, *(name for name in self.columns if name not in self.key))

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        """The routes of one kind of fact, in the order of their definition."""
        found = []
        for name in _handler_names(type(self)):
            handler = getattr(self, name)
            found += [Route(handler, key) for marked, key in handler.folds if marked is fact_type]
        return found


def _handler_names(projection: type[Projection]) -> list[str]:
    names: dict[str, None] = {}
    for base in reversed(projection.__mro__):
        for name, value in vars(base).items():
            if hasattr(value, "folds"):
                names[name] = None
    return list(names)


class SubjectTrail(Projection):
    """Which histories speak of a subject: the way from a person, status or certificate to all its facts."""

    table = "subject_trail"
    key = ("subject", "originator_id")
    NAMES = (
        "status_id",
        "admission_id",
        "id_key",
        "person_id",
        "account_id",
        "photo_id",
        "certificate_id",
        "report_id",
        "batch_id",
    )

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        named = tuple(name for name in self.NAMES if name in codec_named(fact_type.TOPIC).names)
        return [Route(_present, keys=lambda fact: _subjects(fact, named))]


def _subjects(fact: Any, names: tuple[str, ...]) -> list[Key]:
    """The aggregate's own id is a subject too."""
    own = fact.originator_id
    found = {str(getattr(fact, name) or "") for name in names} if names else set()
    subjects = sorted(found - {""} | ({str(own)} if fact.originator_version == 1 else set()))
    return [(subject, own) for subject in subjects]


def _present(row: Row | None, fact: Any) -> Row | None:
    return row or {}


def slot_of_key(key: Key) -> Slot:
    """A key as it is looked up in memory: ids by their bytes, which hash five times faster."""
    if len(key) == 1:
        only = key[0]
        return only.bytes if isinstance(only, UUID) else key
    return tuple([part.bytes if isinstance(part, UUID) else part for part in key])


class Step(NamedTuple):
    """A route of a fact, beside the place of its projection."""

    at: int
    route: Route


class Fold:
    """The rows of several projections in memory, moved on fact by fact.

    The same for a batch of the follower (which puts the touched rows in first) and for a whole rebuild.
    """

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.projections = tuple(projections)
        self.rows: list[dict[Slot, Row]] = [{} for _ in projections]
        self._keys = [projection.key for projection in projections]
        self._wide = [len(projection.key) > 1 for projection in projections]
        self._ways: dict[str | bytes, tuple[FactCodec, tuple[Step, ...]]] = {}
        self._ids: dict[bytes, UUID] = {}

    def ways(self, topic: str | bytes) -> tuple[FactCodec, tuple[Step, ...]]:
        """How facts of a stored name are read and where they go; no steps for what no projection wants."""
        found = self._ways.get(topic)
        if found is None:
            name = topic if isinstance(topic, str) else topic.decode()
            codec = codec_named(name)
            steps = [
                Step(at, route)
                for at, projection in enumerate(self.projections)
                for route in projection.routes(codec.fact_type)
            ]
            found = self._ways[topic] = (codec, tuple(steps))
        return found

    def read(self, stored: StoredFact) -> tuple[Any, tuple[Step, ...]] | None:
        """The typed fact and its steps, or None where nobody wants it."""
        codec, steps = self.ways(stored.topic)
        if not steps:
            return None
        originator_id = UUID(bytes=stored.originator)
        return typed_fact(codec, originator_id, stored.version, stored.context, stored.state), steps

    def keys_of(self, fact: Any, step: Step) -> list[Key]:
        """The keys of the rows that this step will touch."""
        if step.route.keys is not None:
            return list(step.route.keys(fact))
        return [step.route.key(fact) if step.route.key else (fact.originator_id,)]

    def put(self, at: int, row: Row) -> None:
        """Place a stored row where the next facts find it."""
        key = tuple(row[name] for name in self._keys[at])
        self.rows[at][slot_of_key(key)] = row

    def apply(self, fact: Any, steps: tuple[Step, ...]) -> None:
        for step in steps:
            for key in self.keys_of(fact, step):
                self._fold(step, slot_of_key(key), key, fact)

    def _fold(self, step: Step, slot: Slot, key: Key, fact: Any) -> None:
        rows = self.rows[step.at]
        row = step.route.fold(rows.get(slot), fact)
        if row is None:
            rows.pop(slot, None)
            return
        for name, value in zip(self._keys[step.at], key, strict=True):
            if name not in row:
                row = {name: value, **row}
        rows[slot] = row

    def take(
        self, position: int, originator: bytes, version: int, recorded: int, topic: bytes, context: bytes, state: bytes
    ) -> None:
        """One event of a stream; the short way for rows that follow their aggregate."""
        codec, steps = self._ways.get(topic) or self.ways(topic)
        if not steps:
            return
        originator_id = self._ids.get(originator)
        if originator_id is None:
            originator_id = self._ids[originator] = UUID(bytes=originator)
        fact = typed_fact(codec, originator_id, version, context, state)
        self.apply(fact, steps)
