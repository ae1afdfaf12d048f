"""Every question whose answer names people records a look before it is answered, or says here why not (A24-3)."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from marshmallow import Schema, fields

from shared.contracts.catalogue import requests
from shared.contracts.contract import Command, Request

SERVICES = Path(__file__).resolve().parents[1] / "services"
# What of an answer belongs to one person, masked or not
PERSONAL: Final = frozenset(
    ("name", "names", "person", "person_id", "status_id", "status_ids", "id_number", "birth_date", "exam_no", "values",
     "student_no", "first_rows", "first_status_id", "contact", "masked_contact", "records")
)  # fmt: skip
_OWN = "asked for by the person, for the own records: the permission reaches nobody else"
_OFFICES = "names offices and those who work in them, who are no students"
EXEMPT: Final = {
    "list_own_statuses": _OWN,
    "list_own_admissions": _OWN,
    "list_my_records": _OWN,
    "list_my_looks": _OWN,
    "list_my_consents": _OWN,
    "get_my_consent": _OWN,
    "list_my_certificates": _OWN,
    "list_my_photos": _OWN,
    "get_my_account": _OWN,
    "list_my_identities": _OWN,
    "preview_account": "tells whoever opens an account what was typed",
    "list_reports": _OWN,
    "get_report": _OWN,
    "list_reportable_records": _OWN,
    "reconcile_batch": "ids of records that the read tables do not show, and nothing of whom they are about",
    "explain_rule": "names rules",
    **dict.fromkeys(("get_office", "list_offices", "list_operators", "list_machine_clients"), _OFFICES),
    "list_schools": "names schools, and nobody who works or studies there",
}


def fields_of(schema: Schema, seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """The names of all fields of an answer, however deep they stand."""
    for name, field in schema.fields.items():
        yield name
        inner: Any = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and type(inner.schema) not in seen:
            yield from fields_of(inner.schema, seen | {type(schema)})


def names_people(contract: type[Request]) -> bool:
    """Whether an answer may tell something of one person."""
    return not PERSONAL.isdisjoint(fields_of(contract.answer()))


@cache
def functions(service: str) -> dict[str, list[ast.FunctionDef]]:
    """The functions of a service by name, but for its edge, which only hands on."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for path in sorted((SERVICES / service).rglob("*.py")):
        if "tests" in path.parts or "service" in path.relative_to(SERVICES / service).parts[0]:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append(node)
    return found


def records_a_look(service: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function, or one of those that it calls on itself, hands its answer to the record of looks."""
    for function in functions(service).get(name, ()):
        calls = [ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)]
        if any(call.endswith("looks.saw") for call in calls):
            return True
        own = {call.removeprefix("self.") for call in calls if call.startswith("self.") and call.count(".") == 1}
        if any(records_a_look(service, each, seen | {name}) for each in own - seen - {name}):
            return True
    return False


QUESTIONS = [each for each in requests() if not issubclass(each, Command) and names_people(each)]


@pytest.mark.rule("A24-3")
@pytest.mark.parametrize("contract", QUESTIONS, ids=lambda contract: contract.method)
def test_a_question_about_people_records_who_asked(contract: type[Request]) -> None:
    """Given a question whose answer names people, when it is answered, then a look was recorded before, unless it says
    why none is owed."""
    assert contract.method in EXEMPT or records_a_look(contract.service, contract.method)


def test_what_is_exempt_is_there_and_would_be_found() -> None:
    assert {each.method for each in QUESTIONS} >= set(EXEMPT)
    assert len(QUESTIONS) > 25
    assert not records_a_look("enrollment", "list_own_statuses")
    assert records_a_look("enrollment", "find_status"), "through what it calls"
