"""Rows of read tables in memory, moved on fact by fact: the same for a follower's batch and for a whole rebuild."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.eventstore.facts import FactCodec, codec_named
from shared.eventstore.log import LazyContext, StoredFact, uuid_of
from shared.eventstore.projection import Key, Projection, Route, Row

Slot = Key | int
Change = Callable[[UUID, Any], None]
Tell = Callable[[Row, Any], Row]


def slot_of_key(key: Key) -> Slot:
    """A key as it is looked up in memory: ids by their numbers, which hash five times faster."""
    if len(key) == 1:
        only = key[0]
        return only.int if type(only) is UUID else key
    if len(key) == 2:
        first, second = key
        return first.int if type(first) is UUID else first, second.int if type(second) is UUID else second
    return tuple([part.int if type(part) is UUID else part for part in key])


@dataclass(slots=True)
class Needs:
    """Which rows of one table must be known before a run of facts is folded, by slot."""

    full: dict[Slot, Key] = field(default_factory=dict)
    part: dict[Slot, Key] = field(default_factory=dict)  # only the columns that `on(reads=…)` names
    fresh: set[Slot] = field(default_factory=set)  # these facts begin them: they cannot be there


@dataclass(slots=True)
class Parts:
    """Rows that are not known whole: what was loaded of them, and which columns have changed."""

    loaded: dict[Slot, Row] = field(default_factory=dict)
    moved: dict[Slot, tuple[Key, Row]] = field(default_factory=dict)


class Fold:
    """The rows of several projections in memory, moved on fact by fact.

    A rebuild begins with nothing and holds every row. A follower (`partly`) asks what its facts need, puts that in
    first, and of other rows learns the columns that changed.
    """

    def __init__(self, projections: Sequence[Projection], *, partly: bool = False) -> None:
        self.projections = tuple(projections)
        self.parts = [Parts() if partly else None for _ in projections]
        # By slot: a row; or, where it is nothing but its key, that key, which is made and kept at half the price.
        self.rows: list[dict[Slot, Any]] = [{} for _ in projections]
        self._ways: dict[str | bytes, tuple[FactCodec, tuple[Change, ...]]] = {}
        self._own = [projection.follows_aggregates() for projection in projections]
        self._routed: dict[type[Any], list[tuple[int, Route]]] = {}
        self._loads: dict[str, list[tuple[int, Route]]] = {}
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

    def needs(self, facts: Iterable[Any]) -> list[Needs]:
        """The stored rows that matter to these facts, for each projection."""
        found = [Needs() for _ in self.projections]
        for fact in facts:
            for at, route in self._loading(fact.TOPIC):
                need = found[at]
                opens = fact.originator_version == 1 and self._own[at] and route.key is None
                for key in _keys(route, fact):
                    slot = slot_of_key(key)
                    if opens:
                        need.fresh.add(slot)
                    else:
                        (need.part if route.changes else need.full)[slot] = key
        for need in found:
            for slot in need.fresh & (need.full.keys() | need.part.keys()):
                need.full.pop(slot, None)
                need.part.pop(slot, None)
            for slot in need.part.keys() & need.full.keys():
                del need.part[slot]
        return found

    def _loading(self, topic: str) -> list[tuple[int, Route]]:
        """The routes that do not follow from the fact alone; and those by which a row begins."""
        found = self._loads.get(topic)
        if found is None:
            found = self._loads[topic] = [
                (at, route)
                for at, route in self._routes(codec_named(topic).fact_type)
                if route.fold is not None and not route.whole and (route.reads or not route.changes)
            ]
        return found

    def put(self, at: int, row: Row) -> None:
        """Place a stored row where the next facts find it."""
        self.rows[at][slot_of_key(tuple([row[name] for name in self.projections[at].key]))] = row

    def _way(self, topic: str | bytes) -> tuple[FactCodec, tuple[Change, ...]]:
        """How facts of a stored name are read and what they change; nothing, where no projection wants them."""
        found = self._ways.get(topic)
        if found is None:
            codec = codec_named(topic if isinstance(topic, str) else topic.decode())
            changes = [
                _change(route, self.projections[at].key, self.rows[at], self.parts[at])
                for at, route in self._routes(codec.fact_type)
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


def _change(route: Route, names: tuple[str, ...], rows: dict[Slot, Any], parts: Parts | None) -> Change:
    """What a route does to the rows of its table: a closure made once for a kind of fact, as it runs for every one."""
    if route.fold is None:
        return _present(route, rows)
    if route.changes:
        return _change_part(route, rows, parts)
    if route.whole:
        return _make(route, route.fold, names, rows)
    if route.keys is None and route.key is None:
        return _change_own(route.fold, names[0], rows)
    return _change_keyed(route, route.fold, names, rows)


def _make(route: Route, fold: Callable[..., Row | None], names: tuple[str, ...], rows: dict[Slot, Any]) -> Change:
    named = frozenset(names)

    def change_each(own: UUID, fact: Any) -> None:
        for key in _keys(route, fact):
            named_by = dict(zip(names, key, strict=True))
            row = fold(named_by, fact)
            if row is not None:
                rows[slot_of_key(key)] = named_by | row

    if route.keys is not None:
        return change_each

    def change(own: UUID, fact: Any) -> None:
        row = fold(None, fact)
        if row is not None:
            for key in _keys(route, fact):
                rows[slot_of_key(key)] = row if row.keys() >= named else dict(zip(names, key, strict=True)) | row

    return change


def _present(route: Route, rows: dict[Slot, Any]) -> Change:
    def change(own: UUID, fact: Any) -> None:
        for key in _keys(route, fact):
            rows.setdefault(key, key)

    return change


def _change_own(fold: Callable[..., Row | None], name: str, rows: dict[Slot, Any]) -> Change:
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
    route: Route, fold: Callable[..., Row | None], names: tuple[str, ...], rows: dict[Slot, Any]
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


def _change_part(route: Route, rows: dict[Slot, Any], parts: Parts | None) -> Change:
    tell = _telling(route)

    def change(own: UUID, fact: Any) -> None:
        for key in _keys(route, fact):
            slot = slot_of_key(key)
            row = rows.get(slot)
            if row is not None:
                rows[slot] = row | tell(row, fact)
            elif parts is not None:
                _move(parts, slot, key, fact, tell, must_be_known=bool(route.reads))

    return change


def _move(parts: Parts, slot: Slot, key: Key, fact: Any, tell: Tell, *, must_be_known: bool) -> None:
    """Change some columns of a row that is not known whole; one that is read and was not found is not there."""
    loaded = parts.loaded.get(slot)
    if loaded is None and must_be_known:
        return
    known = parts.moved.get(slot)
    if known is None:
        parts.moved[slot] = key, tell(loaded or _NOTHING, fact)
    else:
        parts.moved[slot] = key, known[1] | tell((loaded or _NOTHING) | known[1], fact)


def _telling(route: Route) -> Tell:
    """The columns that a fact changes. A handler sees what it said it reads and no more, wherever it runs."""
    fold, reads, changes, all_changes = route.fold, route.reads, route.changes, set(route.changes)

    def tell(row: Row, fact: Any) -> Row:
        answer = fold({name: row.get(name) for name in reads} if reads else None, fact) or _NOTHING  # type: ignore[misc]
        return answer if answer.keys() == all_changes else {name: answer[name] for name in changes if name in answer}

    return tell


_NOTHING: Row = {}
