"""Whoever is not concerned gets nothing: every operation, asked by everybody else for things that are there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from cli.story import API
from shared.contracts.rpc.identity_claims import A_SECRET
from tests.support.grounds import MACHINES, Grounds
from tests.support.operations import Asker, Operation, operations, token_of
from tests.support.reach import AT_HOME, BY_SECRET, EVERYBODY, NATIONWIDE, OPERATORS, OWN, PUBLIC, concerned
from tests.support.walk import SCU, contact_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

OPERATIONS = operations()
CLOSED = (401, 403, 404)
NAMING = [each for each in OPERATIONS if each.name not in PUBLIC and each.name not in OWN]
LOOKS = [
    each for each in NAMING if each.method == "GET" and any(name.endswith(("_id", "_code")) for name in each.in_path)
]
IN_CLEAR = [
    each
    for each in OPERATIONS
    if each.name.startswith("download_") and each.name.endswith(("_evidence", "_errors", "_photo"))
]
# (the log of an office is about those who looked: of the records it tells the ids alone)
AT_HOME_LOOKS = [each for each in LOOKS if concerned(each) >= AT_HOME and each.name != "list_looks_of_office"]
OWN_LOOKS = [each for each in OPERATIONS if each.name in OWN and each.method == "GET"]


@pytest.fixture(scope="module")
def asker(grounds: Grounds) -> Asker:
    """Asks for what belongs to the third school and its student."""
    ids, victim = grounds.ids, grounds.victim
    contact_of_owner = grounds.owner.get(f"{API}/me/account")["contacts"][0]["contact_id"]
    values: dict[str, Any] = {
        "school_code": SCU, "province": "51", "exam_no": victim.exam_no, "entry_year": 2022, "academic_year": 2023,
        "status_id": ids["students"], "record_id": ids["students"], "certificate_id": ids["certificates"],
        "account_id": ids["accounts"], "status_ids": [ids["students"]], "case_ids": [ids["cases"]],
        "incident_id": ids["incidents"], "name_office_owner.operator_id": ids["operators"],
        "remove_contact.contact_id": contact_of_owner,
        "evidence": [grounds.paper], "digest": grounds.paper, "version": 2,
        "upload_claim_evidence.secret": A_SECRET, "upload_claim_evidence.role": "front",
        "rule_id": "A7-3", "download_template.kind": "year_results", "file_format": "csv",
        "download_template.school_code": SCU, "download_template.entry_year": 2022,
        "download_template.academic_year": 2023, "verify_report.code": "S000000000000000",
    }  # fmt: skip
    places = {**ids, "me/statuses": ids["students"], "find_certificate": ids["graduates"]}
    places |= dict.fromkeys(("get_plan", "download_plan", "download_batch_errors"), ids["planned"])
    places["download_certificate_batch_errors"] = ids["refused"]
    return Asker(grounds.platform.origin, places, values)


@pytest.fixture(scope="module")
def tokens(grounds: Grounds) -> dict[str, str]:
    """Everybody's, signed in once."""
    found = {name: token_of(grounds.operator(name)) for name in OPERATORS}
    found |= {name: grounds.machine(name) for name in MACHINES}
    return {"nobody": "", "other": token_of(grounds.other), "owner": token_of(grounds.owner), **found}


def strangers(operation: Operation) -> Iterator[str]:
    """Everybody whom an operation does not concern and who does not reach it for the nation's sake."""
    for who in EVERYBODY:
        if who not in concerned(operation) and operation.name not in NATIONWIDE.get(who, ()):
            yield who


def told_of(grounds: Grounds, answer: urllib3.BaseHTTPResponse) -> list[str]:
    """What of the victim stands in an answer."""
    text = answer.data.decode("utf-8", "replace")
    person = grounds.victim.person
    theirs = (person.name, person.id_number, person.id_number[6:14], contact_of(grounds.victim))
    return [word for word in theirs if word in text]


def is_refused(answer: urllib3.BaseHTTPResponse) -> bool:
    """Turned away, or told that one acts for one's own students, or for one's own records, only."""
    if answer.status in CLOSED:
        return True
    return answer.status == 409 and json.loads(answer.data)["rule"] in ("A4-1", "PIPL-1")


@pytest.mark.asvs("8.2.1", "8.2.2", "8.4.1")
@pytest.mark.parametrize("operation", NAMING, ids=str)
def test_whom_it_does_not_concern_gets_nothing(
    grounds: Grounds, asker: Asker, tokens: dict[str, str], operation: Operation
) -> None:
    for who in strangers(operation):
        answer = asker.ask(operation, tokens[who])
        assert is_refused(answer), f"{who}: {answer.status} {answer.data[:300]!r}"
        assert told_of(grounds, answer) == [], who
        if who == "nobody" and operation.name not in BY_SECRET:
            assert answer.status == 401


@pytest.mark.parametrize("operation", LOOKS, ids=str)
def test_who_is_concerned_is_answered(asker: Asker, tokens: dict[str, str], operation: Operation) -> None:
    """Or else the ids above would lead nowhere, and a refusal would prove nothing."""
    asking = (*sorted(concerned(operation)), "owner", *(who for who in NATIONWIDE if operation.name in NATIONWIDE[who]))
    answers = {who: asker.ask(operation, tokens[who]).status for who in asking}
    assert 200 in answers.values(), answers


@pytest.mark.rule("A24-1")
@pytest.mark.parametrize("operation", AT_HOME_LOOKS, ids=str)
def test_whoever_works_for_another_kind_of_training_is_told_of_no_student(
    grounds: Grounds, asker: Asker, tokens: dict[str, str], operation: Operation
) -> None:
    """Given the own school's registrar for adult education, when everything is asked about a regular student, then it
    is refused, or the answer names nobody."""
    answer = asker.ask(operation, tokens["scu-adult-1"])
    assert told_of(grounds, answer) == []
    named = [name for name in ("students", "graduates") if grounds.ids[name] in answer.data.decode("utf-8", "replace")]
    assert is_refused(answer) or named == []


@pytest.mark.rule("A24-1", "A25-1")
@pytest.mark.parametrize("who", MACHINES)
def test_another_system_acts_nowhere_and_is_shown_nobody_in_clear(
    grounds: Grounds, asker: Asker, tokens: dict[str, str], who: str
) -> None:
    """Given another system with every scope, when it asks for everything, then no command is done, no file with
    somebody in clear leaves, and no answer holds a name or a number in full."""
    for operation in NAMING:
        answer = asker.ask(operation, tokens[who])
        assert told_of(grounds, answer) == [], operation
        if operation.method != "GET" or operation in IN_CLEAR:
            assert is_refused(answer), f"{operation}: {answer.status} {answer.data[:200]!r}"


@pytest.mark.asvs("8.2.3", "14.2.6")
@pytest.mark.parametrize("who", NATIONWIDE)
def test_who_works_for_the_nation_sees_nobody_s_number(
    grounds: Grounds, asker: Asker, tokens: dict[str, str], who: str
) -> None:
    for operation in OPERATIONS:
        if operation.method == "GET" and operation.name in NATIONWIDE[who]:
            answer = asker.ask(operation, tokens[who])
            assert answer.status == 200 or json.loads(answer.data)["rule"] == "X-REASON-1", operation
            assert grounds.victim.person.id_number not in answer.data.decode("utf-8", "replace"), operation


@pytest.mark.parametrize("operation", OWN_LOOKS, ids=str)
def test_what_is_everybody_s_own_tells_of_nobody_else(
    grounds: Grounds, asker: Asker, tokens: dict[str, str], operation: Operation
) -> None:
    for who in EVERYBODY:
        if who not in concerned(operation):
            answer = asker.ask(operation, tokens[who])
            assert told_of(grounds, answer) == [], who
            ids = {grounds.ids[name] for name in ("students", "reports", "cases", "transfers")}
            assert not {each for each in ids if each in answer.data.decode()}, who


def test_what_is_public_tells_of_nobody(grounds: Grounds, asker: Asker) -> None:
    for operation in OPERATIONS:
        if operation.name in PUBLIC:
            assert told_of(grounds, asker.ask(operation)) == [], operation


@pytest.mark.asvs("3.5.3")
def test_no_operation_is_forgotten_and_no_line_is_left_over() -> None:
    names = {operation.name for operation in OPERATIONS}
    reached = frozenset().union(*NATIONWIDE.values())
    assert (PUBLIC.keys() | OWN.keys() | reached) - names == set()
    assert {each.name for each in OPERATIONS if each.route and each.route.public} - PUBLIC.keys() - BY_SECRET == set()
    assert not PUBLIC.keys() & OWN.keys()
    for operation in OPERATIONS:
        if operation.route:
            assert operation.method == ("POST" if operation.route.is_command else operation.method)
