"""What of a contract comes in the path, in the query, in the body, and what the gateway itself adds."""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from flask_smorest.fields import Upload as UploadField
from marshmallow import RAISE, Schema, ValidationError, fields

from gateway.api.route import Route, Upload

ADDED: Final = ("command_id", "digest", "filename")
_IN_PATH: Final = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Parts:
    """The schemas of one route's query, JSON body and form with its file; None where it has none."""

    query: type[Schema] | None = None
    body: type[Schema] | None = None
    form: type[Schema] | None = None


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def parts_of(route: Route) -> Parts:
    """Split the contract of a route."""
    names = _left_for_the_caller(route)
    if route.upload:
        return Parts(form=_part(route, names, "Form", from_text=True, more={"file": _file(route.upload)}))
    if route.method == "GET":
        return Parts(query=_part(route, names, "Query", from_text=True) or _Strict)
    return Parts(body=_part(route, names, "Body", from_text=False))


def _left_for_the_caller(route: Route) -> list[str]:
    taken = set(_IN_PATH.findall(route.path))
    if route.is_command:
        taken.add("command_id")
    if route.upload:
        taken.update(ADDED)
    return [name for name in route.contract().fields if name not in taken]


def _part(
    route: Route, names: list[str], kind: str, *, from_text: bool, more: Mapping[str, Any] | None = None
) -> type[Schema] | None:
    declared = route.contract._declared_fields
    chosen = {name: _as_text(declared[name]) if from_text else deepcopy(declared[name]) for name in names}
    chosen.update(more or {})
    return type(f"{route.contract.__name__}{kind}", (_Strict,), dict(chosen)) if chosen else None


def _as_text(field: fields.Field[Any]) -> fields.Field[Any]:
    """The same field, filled from a query or a form, where every number is written as text."""
    copy = deepcopy(field)
    if isinstance(copy, fields.Integer):
        copy.strict = False
    elif isinstance(copy, fields.Boolean):
        copy.truthy, copy.falsy = {"true", "True", "1"}, {"false", "False", "0"}
    return _Object(copy) if isinstance(copy, fields.Dict) else copy


class _Object(fields.Field[Any]):
    """An object within a form is written as JSON."""

    def __init__(self, inner: fields.Field[Any]) -> None:
        super().__init__(required=inner.required, metadata=inner.metadata)
        self._inner = inner

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> Any:
        try:
            plain = json.loads(value)
        except (ValueError, RecursionError, TypeError):
            raise ValidationError("not an object of JSON") from None
        return self._inner.deserialize(plain, attr, data, **named)


def _file(upload: Upload) -> fields.Field[Any]:
    about = "A photo, JPEG." if upload.photo else "A list: CSV, XLSX, DBF or JSON lines, by the name's ending."
    field: fields.Field[Any] = UploadField(required=True, metadata={"description": about})
    return field
