"""A contract compiled to a msgspec type, for contracts that travel by the hundred thousand.

What the compiled type accepts, the marshmallow schema accepts too, with equal values; what it refuses, the schema
judges. So the verdict is always the schema's, and only its time is saved. A schema with anything that has no exact
counterpart is not compiled.
"""

import re
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, Literal, NotRequired, Required, TypedDict
from uuid import UUID

import msgspec
from marshmallow import RAISE, Schema, fields, missing, validate

Values = dict[str, Any]
_NAIVE_FLAGS: Final = re.UNICODE.value


class Inexact(Exception):
    """The schema holds something whose msgspec counterpart would decide differently somewhere."""


class Compiled:
    """The msgspec type of a contract and what is left to do after decoding."""

    def __init__(self, contract: type[Schema]) -> None:
        schema = contract()
        if any(schema._hooks.values()):
            raise Inexact("hooks")
        self.type = _typed_dict(schema)
        self.known = frozenset(schema.fields)
        self.strict = schema.unknown == RAISE
        self._defaults = tuple(_defaults(schema))

    def convert(self, plain: Values) -> Values:
        """The loaded values of JSON types; raises msgspec.ValidationError where the schema must be asked."""
        if self.strict and not plain.keys() <= self.known:
            raise msgspec.ValidationError("unknown field")
        return self.finish(msgspec.convert(plain, self.type))

    def finish(self, values: Values) -> Values:
        """Fill in what may be left out."""
        for name, default in self._defaults:
            if name not in values:
                values[name] = default() if callable(default) else default
        return values


@cache
def compiled(contract: type[Schema]) -> Compiled | None:
    """The compiled contract, or None if only the schema itself can judge it."""
    try:
        return Compiled(contract)
    except Inexact:
        return None


def _typed_dict(schema: Schema) -> Any:
    keys = {name: _key(name, field) for name, field in schema.fields.items()}
    return TypedDict(type(schema).__name__, keys)  # type: ignore[operator]


def _key(name: str, field: fields.Field[Any]) -> Any:
    if field.dump_only or field.data_key not in (None, name) or field.attribute not in (None, name):
        raise Inexact(name)
    found = _type_of(field)
    return Required[found] if field.required else NotRequired[found]


def _defaults(schema: Schema) -> Iterable[tuple[str, Any]]:
    for name, field in schema.fields.items():
        if field.load_default is not missing:
            yield name, field.load_default


def _type_of(field: fields.Field[Any]) -> Any:
    build = _BUILDERS.get(type(field))
    if build is None:
        raise Inexact(type(field).__name__)
    found = build(field)
    return found | None if field.allow_none else found


def _text(field: fields.Field[Any]) -> Any:
    limits: dict[str, Any] = {}
    words: tuple[Any, ...] | None = None
    for validator in field.validators:
        if type(validator) is validate.OneOf and words is None:
            words = tuple(validator.choices)
        else:
            _add(limits, _text_limits(validator))
    if words is not None:
        if limits or not words or not all(type(word) is str for word in words):
            raise Inexact("choices")
        return Literal[words]
    return Annotated[str, msgspec.Meta(**limits)] if limits else str


def _text_limits(validator: Any) -> Mapping[str, Any]:
    if type(validator) is validate.Length:
        return _length(validator)
    if type(validator) is validate.Regexp and validator.regex.flags == _NAIVE_FLAGS:
        return {"pattern": r"\A(?:" + str(validator.regex.pattern) + ")"}  # marshmallow matches, msgspec searches
    raise Inexact(type(validator).__name__)


def _length(validator: Any) -> Mapping[str, Any]:
    if validator.equal is not None:
        return {"min_length": validator.equal, "max_length": validator.equal}
    limits = {"min_length": validator.min, "max_length": validator.max}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _whole_number(field: Any) -> Any:
    limits: dict[str, Any] = {}
    for validator in field.validators:
        if type(validator) is not validate.Range:
            raise Inexact(type(validator).__name__)
        low = {"ge" if validator.min_inclusive else "gt": validator.min}
        high = {"le" if validator.max_inclusive else "lt": validator.max}
        _add(limits, {name: limit for name, limit in (low | high).items() if limit is not None})
    return Annotated[int, msgspec.Meta(**limits)] if limits else int


def _flag(field: Any) -> Any:
    if field.validators or True not in field.truthy or False not in field.falsy:
        raise Inexact("flag")
    return bool


def _list(field: Any) -> Any:
    limits: dict[str, Any] = {}
    for validator in field.validators:
        if type(validator) is not validate.Length:
            raise Inexact(type(validator).__name__)
        _add(limits, _length(validator))
    found: Any = types.GenericAlias(list, (_type_of(field.inner),))
    return Annotated[found, msgspec.Meta(**limits)] if limits else found


def _plain(found: Any) -> Callable[[fields.Field[Any]], Any]:
    def build(field: fields.Field[Any]) -> Any:
        if field.validators:
            raise Inexact("validator")
        return found

    return build


def _day(field: Any) -> Any:
    if field.validators or field.format not in (None, "iso"):
        raise Inexact("format")
    return date


def _add(limits: dict[str, Any], more: Mapping[str, Any]) -> None:
    if limits.keys() & more.keys():
        raise Inexact("two limits of one kind")
    limits.update(more)


# Exact classes only: a subclass may load differently. Instants are left out: msgspec rounds a seventh digit up.
_BUILDERS: Final[dict[type[Any], Callable[[Any], Any]]] = {
    fields.String: _text,
    fields.Integer: _whole_number,
    fields.Boolean: _flag,
    fields.UUID: _plain(UUID),
    fields.Date: _day,
    fields.List: _list,
}
