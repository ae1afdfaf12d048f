"""From facts to rows: pure folds, one class a read table."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar, overload
from uuid import UUID

import msgspec
from eventsourcing.domain import CanInitAggregate

from shared.eventstore.aggregate import facts_of
from shared.eventstore.facts import codec_named, codec_of

Row = dict[str, Any]
Key = tuple[Any, ...]

P = TypeVar("P")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
R = TypeVar("R", bound=Row | None)
_json = msgspec.json.Encoder()


@overload
def on(
    first: type[A], /, *, key: Callable[[A], Key] | None = None, whole: bool = False,
    changes: Sequence[str] = (), reads: Sequence[str] = (),
) -> Callable[[Callable[[P, Any, A], R]], Callable[[P, Any, Any], R]]: ...  # fmt: skip
@overload
def on(
    first: type[A], second: type[B], /, *, key: Callable[[A | B], Key] | None = None, whole: bool = False,
    changes: Sequence[str] = (), reads: Sequence[str] = (),
) -> Callable[[Callable[[P, Any, A | B], R]], Callable[[P, Any, Any], R]]: ...  # fmt: skip
@overload
def on(
    first: type[A], second: type[B], third: type[C], /, *, key: Callable[[A | B | C], Key] | None = None,
    whole: bool = False, changes: Sequence[str] = (), reads: Sequence[str] = (),
) -> Callable[[Callable[[P, Any, A | B | C], R]], Callable[[P, Any, Any], R]]: ...  # fmt: skip
def on(
    *facts: type[Any],
    key: Callable[[Any], Key] | None = None,
    whole: bool = False,
    changes: Sequence[str] = (),
    reads: Sequence[str] = (),
) -> Callable[[Any], Any]:
    """Mark a handler `(row so far or None, fact) -> row, or None for no row`; the row is that of `key(fact)`.

    Without `key` it is the row of the aggregate. Markers may be stacked, each with a key of its own. By default the
    stored row is loaded, given whole, and stored whole. Where facts come by the hundred thousand, say what is needed:

    - `whole=True`: the fact alone makes the row, whatever was there, or makes none. Nothing is loaded, None is given;
      where a route has `keys`, each row is given its key.
    - `changes=(…)`: the fact changes these columns of a row that is there, and does nothing where none is. The handler
      is given a row of the columns `reads`, or None where it reads nothing, and answers the columns to change.
    """

    def mark(handler: Any) -> Any:
        routes = ((fact, Route(handler, key, None, whole, tuple(changes), tuple(reads))) for fact in facts)
        handler.folds = [*getattr(handler, "folds", ()), *routes]
        return handler

    return mark


class Route(NamedTuple):
    """How one kind of fact reaches one table: which rows it touches and how it changes each of them.

    Without `key` and `keys` it touches the aggregate's own row; without `fold` a row is its key, once and for good.
    `whole`, `changes` and `reads` are those of `on`.
    """

    fold: Callable[..., Row | None] | None
    key: Callable[[Any], Key] | None = None
    keys: Callable[[Any], Iterable[Key]] | None = None
    whole: bool = False
    changes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


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
        """Each row is made by the facts of one aggregate only, so none is there before its first fact."""
        routes = [route for name in _handler_names(type(self)) for _, route in getattr(self, name).folds]
        return type(self).routes is Projection.routes and all(r.key is None or r.changes for r in routes)

    def reads(self) -> tuple[str, ...]:
        """The columns that handlers read of rows which are not loaded whole."""
        routes = [route for name in _handler_names(type(self)) for _, route in getattr(self, name).folds]
        return tuple(dict.fromkeys(name for route in routes for name in route.reads))

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        """The routes of one kind of fact, in the order of their definition."""
        found = []
        for name in _handler_names(type(self)):
            handler = getattr(self, name)
            found += [route._replace(fold=handler) for marked, route in handler.folds if marked is fact_type]
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
        codec = codec_named(fact_type.TOPIC)
        named = tuple(name for name in self.NAMES if name in codec.names)
        return [Route(None, keys=_subjects_in(named, _named_at_first(codec.fact_type)))] if named else []


def _named_at_first(fact_type: type[Any]) -> frozenset[str]:
    """What the first fact of the same history named already; nothing where this kind may be the first itself."""
    facts = facts_of(fact_type.aggregate).items()
    # "Created" is the library's own, which it gives to every aggregate
    firsts = [fact for name, fact in facts if issubclass(fact, CanInitAggregate) and name != "Created"]
    if fact_type in firsts or not firsts:
        return frozenset()
    return frozenset.intersection(*(frozenset(codec_of(first).names) for first in firsts))


def _subjects_in(names: tuple[str, ...], known: frozenset[str]) -> Callable[[Any], list[Key]]:
    def subjects(fact: Any) -> list[Key]:
        own = fact.originator_id
        return [
            (value if type(value) is str else _text(value), own)
            for name in names
            # a history that bears its subject's id leads to itself from its first fact on
            if (value := getattr(fact, name)) and not (name in known and value == own)
        ]

    return subjects


def _text(value: Any) -> str:
    """str(value) of an id, which msgspec writes in a fifth of the time."""
    return _json.encode(value)[1:-1].decode() if type(value) is UUID else str(value)
