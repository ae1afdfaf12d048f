"""docs/catalogue.md: what every service says, hears and answers."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from cli.docs.schemas import json_schemas, summary
from shared.contracts.catalogue import contracts, public_facts, requests
from shared.contracts.contract import Command, PublicFact, Request

_HEAD = """\
# Catalogue of contracts

Generated from `shared/contracts` by `xueji docs`; do not edit. Public facts travel as CloudEvents batches on the topic
exchange `<publisher>.events` with their type as routing key. Requests travel as nameko RPC: one JSON object, one
answer. Additive change keeps the version; any other change is a V2 beside the V1.
"""


def catalogue_page() -> str:
    """The whole page as Markdown."""
    schemas = json_schemas(contracts())
    return "\n".join([_HEAD, *_overview(), *_facts(schemas), *_requests(schemas), *_answers(schemas)]) + "\n"


def _overview() -> Iterator[str]:
    yield "## At a glance\n"
    yield "| service | says | hears from | answers |"
    yield "|---|---|---|---|"
    facts, asked = public_facts(), requests()
    for service in sorted({request.service for request in asked} | {fact.publisher for fact in facts}):
        says = ", ".join(f"`{fact.type}`" for fact in facts if fact.publisher == service)
        hears = ", ".join(f"`{fact.type}`" for fact in facts if service in fact.consumers)
        answers = sum(request.service == service for request in asked)
        yield f"| {service} | {says or '–'} | {hears or '–'} | {answers} requests |"
    yield ""


def _facts(schemas: dict[str, Any]) -> Iterator[str]:
    yield "## Public facts\n"
    for publisher, facts in groupby(public_facts(), key=lambda fact: fact.publisher):
        yield f"### {publisher}\n"
        for fact in facts:
            yield from _fact(fact, schemas)


def _fact(fact: type[PublicFact], schemas: dict[str, Any]) -> Iterator[str]:
    yield f"#### `{fact.type}` {fact.__name__}\n"
    yield f"{summary(fact)}\n"
    yield f"Ordered by `{fact.subject}`. Must be heard by: {', '.join(fact.consumers) or 'nobody in particular'}.\n"
    yield from _fields(schemas[fact.__name__])
    yield from _example(fact.example)


def _requests(schemas: dict[str, Any]) -> Iterator[str]:
    yield "## Requests\n"
    for service, asked in groupby(requests(), key=lambda request: request.service):
        yield f"### {service}\n"
        for request in asked:
            yield from _request(request, schemas)


def _request(request: type[Request], schemas: dict[str, Any]) -> Iterator[str]:
    kind = "Command" if issubclass(request, Command) else "Question"
    answer = request.answer.__name__
    yield f"#### `{request.service}.{request.method}` {request.__name__}\n"
    yield f"{kind}. {summary(request)} Answer: [`{answer}`](#{answer.lower()}).\n"
    yield from _fields(schemas[request.__name__])
    yield from _example(request.example)


def _answers(schemas: dict[str, Any]) -> Iterator[str]:
    yield "## Answers and their parts\n"
    for contract in contracts():
        if not issubclass(contract, Request | PublicFact):
            yield f"### {contract.__name__}\n"
            yield f"{summary(contract)}\n"
            yield from _fields(schemas[contract.__name__])
            yield from _example(contract.example)


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    if schema.get("properties"):
        yield "| field | type | required | meaning |"
        yield "|---|---|---|---|"
        for name, field in schema["properties"].items():
            needed = "yes" if name in schema.get("required", ()) else ""
            yield f"| `{name}` | {_type(field)} | {needed} | {field.get('description', '')} |"
        yield ""


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return f"`{field['$ref'].rpartition('/')[2]}`"
    if "enum" in field:
        return " / ".join(f"`{word}`" for word in field["enum"])
    if "anyOf" in field or "allOf" in field:
        return " or ".join(_type(part) for part in field.get("anyOf") or field["allOf"])
    kinds = field.get("type", "any")
    text = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in field:
        return f"list of {_type(field['items'])}"
    return text + _bounds(field)


def _bounds(field: dict[str, Any]) -> str:
    if "pattern" in field:
        return f" `{field['pattern']}`".replace("|", "\\|")
    if "format" in field:
        return f" ({field['format']})"
    least, most = field.get("minLength", field.get("minimum")), field.get("maxLength", field.get("maximum"))
    return f" ({least}–{most})" if least is not None and most is not None else ""


def _example(example: dict[str, Any]) -> Iterator[str]:
    yield "```json"
    yield msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
    yield "```\n"
