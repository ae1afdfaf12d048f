"""Every operation of the gateway as its application has them, and how each is asked for something that is there."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import urllib3
from flask import Flask

from cli.client import Caller
from gateway.api.document import add_api
from gateway.api.route import Route
from gateway.api.routes import ROUTES
from gateway.api.views import PREFIX

_IN_PATH = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
_SAFE = {"GET", "POST", "PUT", "PATCH", "DELETE"}
_ROUTES: Mapping[str, Route] = {route.name: route for route in ROUTES}
# what would make a question wait, or go on from where another one ended
_LEFT_OUT = {"command_id", "digest", "filename", "after_version", "after", "before"}


@dataclass(frozen=True)
class Operation:
    """One method on one path of the API; `route` is None where the view is not made from a contract."""

    name: str
    method: str
    path: str
    route: Route | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def takes_a_file(self) -> bool:
        return self.route.upload is not None if self.route else self.name.startswith("upload_")

    @property
    def in_path(self) -> tuple[str, ...]:
        return tuple(_IN_PATH.findall(self.path))


def operations() -> list[Operation]:
    """All of them, from the application's own map of addresses: none can be forgotten."""
    app = Flask("operations")
    add_api(app)
    return sorted(_of(app), key=str)


def _of(app: Flask) -> Iterator[Operation]:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(f"{PREFIX}/") or not rule.endpoint.startswith("api."):
            continue
        for method in sorted((rule.methods or set()) & _SAFE):
            name = rule.endpoint.removeprefix("api.")
            yield Operation(name, method, rule.rule.removeprefix(PREFIX), _ROUTES.get(name))


class Asker:
    """Asks operations of a registry as somebody: paths filled with ids, bodies with the contract's example.

    `ids` go by the path before them or by the operation's name; `values` by a field's name, or `operation.field`.
    """

    def __init__(self, origin: str, ids: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self._origin = origin
        self._ids = ids
        self._values = values
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=urllib3.Timeout(total=60))

    def ask(self, operation: Operation, token: str = "", **changes: Any) -> urllib3.BaseHTTPResponse:
        """One request; commands under a key of their own."""
        headers = {"X-Purpose": "to see what is told"} | ({"Authorization": f"Bearer {token}"} if token else {})
        url = f"{self._origin}{PREFIX}{self.path_of(operation)}"
        values = self.values_of(operation) | changes
        if operation.method == "GET":
            texts = {name: _text(value) for name, value in values.items() if value is not None}
            return self._pool.request("GET", url, fields=texts, headers=headers, redirect=False)
        headers["Idempotency-Key"] = str(uuid4())
        if operation.takes_a_file:
            form: dict[str, Any] = {name: _text(value) for name, value in values.items() if value is not None}
            form["file"] = ("paper.pdf", b"%PDF-1.7\n1 0 obj\n")
            return self._pool.request("POST", url, fields=form, headers=headers)
        return self._pool.request(operation.method, url, json=values, headers=headers)

    def path_of(self, operation: Operation) -> str:
        """The path with what is there in it; an id that nobody has named is an error."""

        def filled(match: re.Match[str]) -> str:
            here = (operation.name, operation.path[: match.start()].strip("/"))
            found = next((self._ids[each] for each in here if each in self._ids), None)
            return found or str(self._named(operation, match[1]))

        return _IN_PATH.sub(filled, operation.path)

    def values_of(self, operation: Operation) -> dict[str, Any]:
        """The example of the contract, naming what is there, and what is said for this operation alone."""
        left = _LEFT_OUT | set(operation.in_path)
        example = operation.route.contract.example if operation.route else {}
        values = {name: self._values.get(name, value) for name, value in example.items() if name not in left}
        own = {
            name.partition(".")[2]: value
            for name, value in self._values.items()
            if name.startswith(f"{operation.name}.")
        }
        return {name: value for name, value in {**values, **own}.items() if name not in left and value != ""}

    def _named(self, operation: Operation, name: str) -> Any:
        for key in (f"{operation.name}.{name}", name):
            if key in self._values:
                return self._values[key]
        raise LookupError(f"{operation}: nobody has said which {name} is meant")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def token_of(caller: Caller) -> str:
    """What somebody who signed in shows."""
    return caller._headers["Authorization"].removeprefix("Bearer ")
