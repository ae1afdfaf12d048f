"""Every operation of the running gateway, asked at random by everybody: it answers as its document says, and stands."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, Response
from schemathesis.checks import CheckFunction, load_all_checks, not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

from gateway.api.document import openapi_text
from tests.support.grounds import Grounds
from tests.support.operations import token_of
from tests.support.walk import SCU

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore::DeprecationWarning")]

load_all_checks()
SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi_text()))
SCHEMA.config.generation.update(with_security_parameters=False)
OPERATIONS: list[APIOperation] = [result.ok() for result in SCHEMA.get_all_operations()]
ROLES = ("scu-registrar-1", "scu-registrar-2", "education-51", "admissions-51", "ministry", "operator-1", "collector-1",
         "scu-adult-1")  # fmt: skip
EVERYBODY = ("nobody", "owner", *ROLES, "scu-machine")
EXAMPLES = 6  # each with ids that are there, with ids that are nowhere, and with what does not fit


def every_status_is_written_out(context: CheckContext, response: Response, case: Case) -> bool | None:
    """What stands there for anything else is meant for those between us and the caller, not for answers of ours."""
    assert str(response.status_code) in case.operation.definition.raw["responses"], (
        f"undocumented: {response.status_code}"
    )
    return None


CHECKS: list[CheckFunction] = [
    not_a_server_error,
    every_status_is_written_out,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What would end the very session or account that asks
ENDING = ("close_account", "sign_out", "end_my_sessions", "end_session")


@pytest.fixture(scope="module")
def tokens(grounds: Grounds) -> dict[str, str]:
    """Everybody's, signed in once."""
    found = {name: token_of(grounds.operator(name)) for name in ROLES}
    return {"nobody": "", "owner": token_of(grounds.owner), "scu-machine": grounds.machine("scu-machine"), **found}


def there(grounds: Grounds, operation: APIOperation) -> dict[str, Any]:
    """The parameters of a path with what is there."""
    place = operation.path.partition("{")[0].removeprefix("/api/v1").strip("/")
    known = {
        "school_code": SCU, "exam_no": grounds.victim.exam_no, "entry_year": 2022, "academic_year": 2024, "version": 2,
        "digest": grounds.paper, "rule_id": "A7-3", "kind": "year_results", "file_format": "csv",
    }  # fmt: skip
    ids = grounds.ids | {"me/statuses": grounds.ids["students"]}
    names = [parameter.name for parameter in operation.path_parameters]
    return {name: known.get(name, ids.get(place)) for name in names if name in known or place in ids}


@pytest.mark.asvs("4.1.1", "15.3.1", "16.5.1")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_an_operation_answers_as_its_document_says(
    grounds: Grounds, tokens: dict[str, str], operation: APIOperation
) -> None:
    found = there(grounds, operation)
    cases = st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE, path_parameters=found or None),
        operation.as_strategy(GenerationMode.POSITIVE),
        operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=found or None),
    )
    ending = operation.definition.raw.get("operationId") in ENDING
    who = st.sampled_from(("nobody",) if ending else EVERYBODY)

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases, asker=who)
    def asked(case: Case, asker: str) -> None:
        headers = {"Authorization": f"Bearer {tokens[asker]}"} if tokens[asker] else {}
        case.call_and_validate(base_url=grounds.platform.origin, headers=headers, checks=CHECKS)

    asked()
