"""From facts to rows: pure folds, one class a read table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar, overload
from uuid import UUID

import msgspec

from shared.eventstore.facts import FactCodec, codec_named
from shared.eventstore.log import LazyContext, StoredFact, uuid_of

Row = dict[str, Any]
Key = tuple[Any, ...]
Slot = Key | int

P = TypeVar("P")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
R = TypeVar("R", bound=Row | None)
_json = msgspec.json.Encoder()


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
    """How one kind of fact reaches one table: which rows it touches and how it changes each of them.

    Without `key` and `keys` it touches the aggregate's own row; without `fold` a row is its key, once and for good.
    """

    fold: Callable[[Row | None, Any], Row | None] | None
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

    def follows_aggregates(self) -> bool:
        """Each row is touched by the facts of one aggregate only, so none is there before its first fact."""
        return (
            all(key is None for name in _handler_names(type(self)) for _, key in getattr(self, name).folds)
            and type(self).routes is Projection.routes
        )

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
    )

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        named = tuple(name for name in self.NAMES if name in codec_named(fact_type.TOPIC).names)
        return [Route(None, keys=_subjects_in(named))] if named else []


def _subjects_in(names: tuple[str, ...]) -> Callable[[Any], list[Key]]:
    def subjects(fact: Any) -> list[Key]:
        own = fact.originator_id
        return [
            (value if type(value) is str else _text(value), own) for name in names if (value := getattr(fact, name))
        ]

    return subjects


def _text(value: Any) -> str:
    """str(value) of an id, which msgspec writes in a fifth of the time."""
    return _json.encode(value)[1:-1].decode() if type(value) is UUID else str(value)


def slot_of_key(key: Key) -> Slot:
    """A key as it is looked up in memory: ids by their numbers, which hash five times faster."""
    if len(key) == 1:
        only = key[0]
        return only.int if type(only) is UUID else key
    if len(key) == 2:
        first, second = key
        return first.int if type(first) is UUID else first, second.int if type(second) is UUID else second
    return tuple([part.int if type(part) is UUID else part for part in key])


Change = Callable[[UUID, Any], None]


class Fold:
    """The rows of several projections in memory, moved on fact by fact.

    The same for a batch of the follower (which puts the touched rows in first) and for a whole rebuild.
    """

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.projections = tuple(projections)
        # By slot: a row; or, where it is nothing but its key, that key, which is made and kept at half the price.
        self.rows: list[dict[Slot, Any]] = [{} for _ in projections]
        self._ways: dict[str | bytes, tuple[FactCodec, tuple[Change, ...]]] = {}
        self._own = [projection.follows_aggregates() for projection in projections]
        self._routed: dict[type[Any], list[tuple[int, Route]]] = {}
        self._context = LazyContext(b"{}")
        self._context_stored = b"{}"

    def take(
        self, position: int, originator: bytes, version: int, recorded: Any, topic: str | bytes, context: bytes,
        state: bytes,
    ) -> None:  # fmt: skip
        """Fold one event of a stream."""
        codec, changes = self._ways.get(topic) or self._way(topic)
        if changes:
            fact = self._fact(codec, originator, version, context, state)
            own = fact.originator_id
            for change in changes:
                change(own, fact)

    def read(self, stored: StoredFact) -> Any:
        """The typed fact, or None where nobody wants it."""
        codec, changes = self._ways.get(stored.topic) or self._way(stored.topic)
        if not changes:
            return None
        return self._fact(codec, stored.originator, stored.version, stored.context, stored.state)

    def apply(self, fact: Any) -> None:
        for change in self._way(fact.TOPIC)[1]:
            change(fact.originator_id, fact)

    def touched(self, fact: Any) -> Iterator[tuple[int, Slot, Key]]:
        """The stored rows that matter to a fact: place of the projection, slot, key."""
        for at, route in self._routes(codec_named(fact.TOPIC).fact_type):
            if route.fold is None or (fact.originator_version == 1 and self._own[at]):
                continue  # what is there already does not matter, or there cannot be anything
            for key in _keys(route, fact):
                yield at, slot_of_key(key), key

    def put(self, at: int, row: Row) -> None:
        """Place a stored row where the next facts find it."""
        self.rows[at][slot_of_key(tuple([row[name] for name in self.projections[at].key]))] = row

    def _way(self, topic: str | bytes) -> tuple[FactCodec, tuple[Change, ...]]:
        """How facts of a stored name are read and what they change; nothing, where no projection wants them."""
        found = self._ways.get(topic)
        if found is None:
            codec = codec_named(topic if isinstance(topic, str) else topic.decode())
            changes = [
                _change(route, self.projections[at].key, self.rows[at]) for at, route in self._routes(codec.fact_type)
            ]
            found = self._ways[topic] = (codec, tuple(changes))
        return found

    def _routes(self, fact_type: type[Any]) -> list[tuple[int, Route]]:
        """The ways of one kind of fact, each beside the place of its projection."""
        found = self._routed.get(fact_type)
        if found is None:
            found = self._routed[fact_type] = [
                (at, route) for at, projection in enumerate(self.projections) for route in projection.routes(fact_type)
            ]
        return found

    def _fact(self, codec: FactCodec, originator: bytes, version: int, context: bytes, state: bytes) -> Any:
        if context != self._context_stored:  # facts of one transaction share theirs
            self._context_stored, self._context = context, LazyContext(context)
        fact = codec.read(state)
        fact.originator_id = uuid_of(originator)
        fact.originator_version = version
        fact.context = self._context
        return fact


def _keys(route: Route, fact: Any) -> Iterable[Key]:
    if route.keys is not None:
        return route.keys(fact)
    return (route.key(fact) if route.key is not None else (fact.originator_id,),)


def _change(route: Route, names: tuple[str, ...], rows: dict[Slot, Any]) -> Change:
    """What a route does to the rows of its table: a closure made once for a kind of fact, as it runs for every one."""
    if route.fold is None:
        return _present(route, rows)
    if route.keys is None and route.key is None:
        return _change_own(route.fold, names[0], rows)
    return _change_keyed(route, route.fold, names, rows)


def _present(route: Route, rows: dict[Slot, Any]) -> Change:
    def change(own: UUID, fact: Any) -> None:
        for key in _keys(route, fact):
            rows.setdefault(key, key)

    return change


def _change_own(fold: Callable[[Row | None, Any], Row | None], name: str, rows: dict[Slot, Any]) -> Change:
    find = rows.get

    def change(own: UUID, fact: Any) -> None:
        slot = own.int
        row = fold(find(slot), fact)
        if row is None:
            rows.pop(slot, None)
        else:
            rows[slot] = row if name in row else {name: own, **row}

    return change


def _change_keyed(
    route: Route, fold: Callable[[Row | None, Any], Row | None], names: tuple[str, ...], rows: dict[Slot, Any]
) -> Change:
    named = frozenset(names)
    find = rows.get

    def change(own: UUID, fact: Any) -> None:
        for key in _keys(route, fact):
            slot = slot_of_key(key)
            row = fold(find(slot), fact)
            if row is None:
                rows.pop(slot, None)
            else:
                rows[slot] = row if row.keys() >= named else dict(zip(names, key, strict=True)) | row

    return change
