"""The OpenAPI document, arranged for people."""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter or one field of a body."""

    name: str
    where: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One status an operation may answer with."""

    status: str
    meaning: str
    schema: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    name: str
    method: str
    path: str
    summary: str
    public: bool
    parameters: list[Row]
    body_type: str
    body: list[Row]
    answers: list[Answer]
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one service."""

    tag: str
    operations: list[Operation]


def sections(document: Document) -> list[Section]:
    """The operations of a document by tag, in the order of the document's tags."""
    tags = [tag["name"] for tag in document["tags"]]
    found = [
        (entry["tags"][0], _operation(path, method, entry, document))
        for path, entries in document["paths"].items()
        for method, entry in entries.items()
        if method in ("get", "post")
    ]
    found.sort(key=lambda pair: tags.index(pair[0]))
    return [Section(tag, [each for _, each in group]) for tag, group in groupby(found, key=lambda pair: pair[0])]


def _operation(path: str, method: str, entry: Document, document: Document) -> Operation:
    content = entry.get("requestBody", {}).get("content", {})
    body_type: str = next(iter(content), "")
    body: Document = content.get(body_type, {})
    summary = " ".join(f"{entry.get('summary', '')} {entry.get('description', '')}".split())
    shared_parameters = document["paths"][path].get("parameters", [])
    return Operation(
        name=entry["operationId"],
        method=method.upper(),
        path=path,
        summary=summary,
        public=entry.get("security") == [],
        parameters=[_parameter(each) for each in (*shared_parameters, *entry.get("parameters", ()))],
        body_type=body_type,
        body=_fields(_resolved(body.get("schema", {}), document)),
        answers=[_answer(status, answer, document) for status, answer in sorted(entry["responses"].items())],
        example=json.dumps(body["example"], ensure_ascii=False, indent=2) if "example" in body else "",
    )


def _parameter(parameter: Document) -> Row:
    return Row(
        parameter["name"],
        parameter["in"],
        _type(parameter.get("schema", {})),
        parameter.get("required", False),
        parameter.get("description", ""),
    )


def _fields(schema: Document) -> list[Row]:
    needed = schema.get("required", ())
    return [
        Row(name, "body", _type(field), name in needed, field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def _answer(status: str, answer: Document, document: Document) -> Answer:
    answer = _resolved(answer, document)
    contents: list[Document] = list(answer.get("content", {}).values())
    schema: Document = contents[0].get("schema", {}) if contents else {}
    return Answer(
        status,
        answer.get("description", "").replace("`", ""),
        schema.get("$ref", "").rpartition("/")[2] or _type(schema),
    )


def _resolved(node: Document, document: Document) -> Document:
    if "$ref" not in node:
        return node
    target: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    found: Document = target
    return found


def _type(schema: Document) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(str(word) for word in schema["enum"])
    kinds = schema.get("type", "")
    text = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "items" in schema:
        return f"[{_type(schema['items'])}]"
    form = schema.get("format") or schema.get("pattern") or ""
    return f"{text} {form}".strip() + _range(schema)


def _range(schema: Document) -> str:
    least = schema.get("minLength", schema.get("minimum"))
    most = schema.get("maxLength", schema.get("maximum"))
    return f" {least}–{most}" if least is not None and most is not None else ""
