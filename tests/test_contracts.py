"""Every contract keeps its form: docstring, version, an example that round-trips, bounded fields."""

import re

import pytest
import yaml
from marshmallow import EXCLUDE, RAISE, fields
from marshmallow import ValidationError as Invalid

from cli.docs.access import access_page
from cli.docs.asyncapi import asyncapi_document
from cli.docs.catalogue import catalogue_page
from cli.docs.rules import rulebook_page
from shared.contracts.catalogue import contracts, public_facts, requests
from shared.contracts.contract import Command

SERVICES = {"identity", "enrollment", "imaging", "credentials", "verification"}
ALL = pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.__name__)
REQUESTS = pytest.mark.parametrize("contract", requests(), ids=lambda contract: contract.__name__)
FACTS = pytest.mark.parametrize("contract", public_facts(), ids=lambda contract: contract.__name__)


@ALL
def test_it_has_a_docstring_of_its_own_and_ends_in_its_version(contract):
    assert (contract.__dict__.get("__doc__") or "").strip()
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]*V[1-9][0-9]*", contract.__name__)


@ALL
def test_its_example_round_trips(contract):
    schema = contract()
    assert "example" in contract.__dict__, "an example of its own"
    assert schema.dump(schema.load(contract.example)) == contract.example


@ALL
def test_its_example_shows_every_required_field(contract):
    assert {name for name, field in contract().fields.items() if field.required} <= set(contract.example)


@ALL
def test_every_text_number_and_list_is_bounded(contract):
    def unbounded(field):
        if isinstance(field, fields.List):
            return not field.validators or unbounded(field.inner)
        return type(field) in (fields.String, fields.Integer, fields.Float) and not field.validators

    # what a service answers is its own word; what it is told must be bounded
    if issubclass(contract, tuple({*requests(), *public_facts()})):
        assert [name for name, field in contract().fields.items() if unbounded(field)] == []


@REQUESTS
def test_a_request_names_one_method_of_one_service(contract):
    assert contract.service in SERVICES
    assert contract.wire_name().rpartition(".v")[0] == contract.method
    assert contract.__module__.rpartition(".")[2].split("_")[0] == contract.service
    assert contract.answer in contracts()


def test_no_two_requests_share_a_method():
    named = [(contract.service, contract.method) for contract in requests()]
    assert len(set(named)) == len(named)


@pytest.mark.asvs("15.3.3")
@REQUESTS
def test_a_request_with_an_unknown_field_is_refused(contract):
    assert contract.Meta.unknown == RAISE
    with pytest.raises(Invalid):
        contract().load({**contract.example, "is_admin": True})


@REQUESTS
def test_a_command_needs_its_id(contract):
    if issubclass(contract, Command):
        with pytest.raises(Invalid):
            contract().load({name: value for name, value in contract.example.items() if name != "command_id"})


@FACTS
def test_a_reader_of_facts_skips_what_it_does_not_know(contract):
    assert contract.Meta.unknown == EXCLUDE
    assert contract().load({**contract.example, "added_later": 1})


@FACTS
def test_a_fact_names_publisher_subject_and_consumers(contract):
    assert contract.publisher in SERVICES
    assert contract.__module__.rpartition(".")[2].split("_")[0] == contract.publisher
    assert contract.subject in contract.example
    assert set(contract.consumers) <= SERVICES - {contract.publisher}
    assert re.fullmatch(r"[a-z_]+\.v[0-9]+", contract.type)


@FACTS
def test_a_fact_never_carries_an_identity_number_or_a_report_code(contract):
    assert not {"id_number", "name", "code", "contact"} & set(contract().fields)


def test_the_catalogue_shows_every_contract():
    page = catalogue_page()
    for contract in contracts():
        assert contract.__name__ in page
    assert page == catalogue_page()


def test_the_asyncapi_document_is_whole():
    document = yaml.safe_load(asyncapi_document())
    assert document["asyncapi"] == "3.0.0"
    messages = {name for channel in document["channels"].values() for name in channel["messages"]}
    assert messages == {fact.__name__ for fact in public_facts()} == set(document["components"]["messages"])

    def references(node):
        if isinstance(node, dict):
            yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in references(document):
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


@pytest.mark.asvs("8.1.1", "8.1.2")
def test_the_pages_of_access_and_rules_are_generated():
    assert "| `confirm_certificates` | registrar | own school, another person |" in access_page()
    assert "A16-2" in rulebook_page()
    assert "一个学籍只能注册一份学历证书" in rulebook_page()
