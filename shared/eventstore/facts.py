"""Facts as bytes and back: plain JSON by msgspec, typed by the fact's own annotations."""

import dataclasses
from functools import cache, cached_property
from typing import Any, NotRequired, TypedDict, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import AggregateEvent, CanInitAggregate
from eventsourcing.utils import TopicError, resolve_topic

from shared.eventstore.aggregate import UNSTAMPED

_NOT_STORED = frozenset({"originator_id", "originator_version", "timestamp", "originator_topic"})
_json = msgspec.json.Encoder()
_typed_dict: Any = TypedDict  # made at run time, from the annotations of a fact


class UnknownFact(Exception):
    """A stored name that no imported domain module gave to a fact."""


class UnreadableFact(Exception):
    """Stored bytes that do not fit the fact they are named after."""


class _StoredVersion(msgspec.Struct):
    class_version: int = 1


_stored_version = msgspec.json.Decoder(_StoredVersion)


class FactCodec:
    """Writes and reads the facts of one class; old shapes are upcast first (`upcast_v1_v2(state)` on the class)."""

    def __init__(self, fact_type: type[AggregateEvent]) -> None:
        self.fact_type = fact_type
        self.topic: str = fact_type.TOPIC  # type: ignore[attr-defined]
        self.class_version: int = getattr(fact_type, "class_version", 1)
        fields = [field for field in dataclasses.fields(fact_type) if field.name not in _NOT_STORED]
        self.names = tuple(field.name for field in fields)
        self._name_set = frozenset(self.names)
        self.defaults = {field.name: field.default for field in fields if field.default is not dataclasses.MISSING}
        hints: dict[str, Any] = get_type_hints(fact_type, include_extras=True)
        shape: Any = {name: NotRequired[hints[name]] if name in self.defaults else hints[name] for name in self.names}
        self._hints = hints
        self._shape = _typed_dict(fact_type.__name__, shape)
        self._decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(self._shape)
        self.constant: dict[str, Any] = {"timestamp": UNSTAMPED}
        if issubclass(fact_type, CanInitAggregate):
            self.constant["originator_topic"] = self.topic.rpartition(".")[0]

    def encode(self, fact: AggregateEvent) -> bytes:
        return self.encode_values(fact.__dict__)

    def encode_values(self, values: dict[str, Any]) -> bytes:
        """The fact's own fields, always in the order in which the class names them."""
        return self.encode_state({name: values[name] for name in self.names})

    def encode_state(self, state: dict[str, Any]) -> bytes:
        """What `state_from` answered, as it is stored."""
        if self.class_version > 1:
            state = {**state, "class_version": self.class_version}
        return _json.encode(state)

    def state_from(self, values: dict[str, Any]) -> dict[str, Any]:
        """All fields of the fact, and no other, in the order in which the class names them."""
        if tuple(values) == self.names:
            return values
        state = {**self.defaults, **values}
        if state.keys() != self._name_set:
            raise TypeError(f"{self.topic} has the fields {sorted(self.names)}, not {sorted(state)}")
        return {name: state[name] for name in self.names}

    def build(self, originator_id: UUID, originator_version: int, values: dict[str, Any]) -> Any:
        """The fact made of `values`, exactly as the aggregate would have triggered it."""
        return self._fact(originator_id, originator_version, self.state_from(values))

    def seen(self, originator_id: UUID, originator_version: int, state: dict[str, Any]) -> Any:
        """The fact as a reader needs it, without what only the library looks for; `state` is complete."""
        fact = _new(self.fact_type)
        own = {**state, "originator_id": originator_id, "originator_version": originator_version}
        _set(fact, "__dict__", own)
        return fact

    def decode(self, originator_id: UUID, originator_version: int, stored: bytes | memoryview) -> Any:
        try:
            return self._fact(originator_id, originator_version, self.state_of(stored))
        except UnreadableFact as error:
            raise UnreadableFact(f"{error} ({originator_id} {originator_version})") from error

    def state_of(self, stored: bytes | memoryview) -> dict[str, Any]:
        """The fact's own fields in today's shape, typed."""
        try:
            state = self._decoder.decode(stored) if self.class_version == 1 else self._upcast(stored)
        except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
            raise UnreadableFact(f"{self.topic}: {error}") from error
        return state if len(state) == len(self.names) else self.defaults | state

    def _upcast(self, stored: bytes | memoryview) -> dict[str, Any]:
        current: dict[str, Any] = msgspec.convert(self._upcast_values(stored), self._shape)
        return current

    def _upcast_values(self, stored: bytes | memoryview) -> dict[str, Any]:
        version = _stored_version.decode(stored).class_version
        state: dict[str, Any] = msgspec.json.decode(stored)
        state.pop("class_version", None)
        for step in range(version, self.class_version):
            getattr(self.fact_type, f"upcast_v{step}_v{step + 1}")(state)
        return state

    def read(self, stored: bytes | memoryview) -> Any:
        """The fact as folds see it: an object with its fields, made at once from the bytes, half as dear as the fact.

        `originator_id`, `originator_version` and `context` are for the reader to set.
        """
        try:
            if self.class_version == 1:
                return self._light_decoder.decode(stored)
            return msgspec.convert(self._upcast_values(stored), self._light_type)
        except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
            raise UnreadableFact(f"{self.topic}: {error}") from error

    @cached_property
    def _light_type(self) -> type[msgspec.Struct]:
        fields = [
            (name, self._hints[name], self.defaults[name]) if name in self.defaults else (name, self._hints[name])
            for name in self.names
        ]
        recorded = [(name, Any, None) for name in ("originator_id", "originator_version", "context")]
        return msgspec.defstruct(
            self.fact_type.__name__, [*fields, *recorded], kw_only=True, gc=False, namespace={"TOPIC": self.topic}
        )

    @cached_property
    def _light_decoder(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self._light_type)

    def _fact(self, originator_id: UUID, originator_version: int, state: dict[str, Any]) -> Any:
        fact = _new(self.fact_type)
        own = {**self.constant, "originator_id": originator_id, "originator_version": originator_version, **state}
        _set(fact, "__dict__", own)
        return fact


_new = object.__new__
_set = object.__setattr__


@cache
def codec_of(fact_type: type[AggregateEvent]) -> FactCodec:
    return FactCodec(fact_type)


@cache
def codec_named(topic: str) -> FactCodec:
    """The codec of a stored name; its domain module must have been imported."""
    try:
        found = resolve_topic(topic)
    except TopicError as error:
        raise UnknownFact(topic) from error
    return codec_of(found)


def encode(fact: AggregateEvent) -> bytes:
    return codec_of(type(fact)).encode(fact)


def decode(topic: str, originator_id: UUID, originator_version: int, stored: bytes | memoryview) -> Any:
    return codec_named(topic).decode(originator_id, originator_version, stored)


def encode_standing(standing: Any) -> bytes:
    return _json.encode(standing)


@cache
def _standing_decoder(standing_type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(standing_type)


def decode_standing(standing_type: Any, stored: bytes | memoryview) -> Any:
    return _standing_decoder(standing_type).decode(stored)
