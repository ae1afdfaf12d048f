"""Whoever is not concerned gets nothing: every operation, asked by everybody else for things that are there."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import urllib3

from cli import examples
from tests.support.grounds import MORE_OPERATORS, Grounds
from tests.support.operations import Asker, Operation, operations, token_of
from tests.support.walk import SCU, contact_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

OPERATIONS = operations()
EVERYBODY = ("nobody", "other", *(name for name, *_ in examples.OPERATORS), *(name for name, *_ in MORE_OPERATORS))
# What is asked for belongs to the third school in province 51, unless it says otherwise here
AT_HOME = frozenset(("scu-registrar-1", "scu-registrar-2", "education-51"))
TO_PEKING = frozenset(("pku-registrar-1", "pku-registrar-2", "admissions-11", "education-11"))
TO_HANGZHOU = frozenset(("zju-registrar-1", "zju-registrar-2", "education-33"))
OF_THE_AGENCY = frozenset(("collector-1", "collector-2"))
LISTED_BY_PROVINCE = frozenset(("admissions-51",))
CONCERNED: Mapping[str, frozenset[str]] = {
    "/admission-batches/": frozenset(("admissions-11", "education-11")),
    "/admission-batches": LISTED_BY_PROVINCE,
    "/admission-fixes/": TO_PEKING,  # the correction is asked for by another school
    "/admission-fixes": LISTED_BY_PROVINCE,
    "/batches/": LISTED_BY_PROVINCE,
    "/batches": LISTED_BY_PROVINCE,
    "/certificate-batches/": LISTED_BY_PROVINCE,
    "/conflicts/": TO_PEKING | TO_HANGZHOU,  # two schools claim one person, the third is none of them
    "/transfers/": TO_HANGZHOU,  # where the student wants to go
    "/photos/": OF_THE_AGENCY,
}
# Who works for the whole nation, and what each reaches; everything else is as closed to them as to anyone
SUPPORT = """
    download_photo find_certificate find_status get_admission get_archive get_certificate get_photo get_status
    get_status_as_of list_admissions list_preparatory list_rechecks
"""
NATIONWIDE: Mapping[str, frozenset[str]] = {
    # aggregates and re-checks (A6-3, A7-3), decides between provinces; masked, and each look is recorded
    "ministry": frozenset(
        f"""
        {SUPPORT} get_batch get_case get_cancellation get_certificate_batch get_conflict get_incident get_school
        get_transfer get_admission_fix list_admission_fixes list_batches list_cancellations list_cases list_checks
        list_conflicts list_identity_versions list_incidents list_missing_students list_overdue_returns
        list_overdue_schools list_transfers list_year_reminders reconcile_batch watch_batch
        count_statuses count_years download_admission_fixes_evidence download_cases_evidence
        download_transfers_evidence close_incident decide_admission_fix decide_conflict declare_illegal_entry
        open_conflict open_conflict_of_status open_incident recheck_admission_batch release_admission_batch
        return_admission_batch withdraw_conflict
        """.split()
    ),
    "operator-1": frozenset(SUPPORT.split()),  # helps those who ask, and gives its reason
    "auditor-1": frozenset(("count_statuses", "count_years", "list_identity_versions")),
}
# Open to everybody: nothing of a person leaves by them
PUBLIC: Mapping[str, str] = {
    "open_account": "whoever opens an account has none yet",
    "send_contact_code": "the code goes to the account's own contact and is not in the answer",
    "prove_contact_code": "whoever proves a contact has no session yet",
    "request_sign_in_code": "the code goes to the account's own contact and is not in the answer",
    "sign_in_with_code": "whoever signs in has no session yet",
    "sign_in_operator": "whoever signs in has no session yet",
    "verify_report": "strangers verify; the code is all that opens a report (A21-2)",
    "list_rules": "the rulebook is public",
    "explain_rule": "the rulebook is public",
}
# Names nobody else: whose it is follows from who asks, so that there is no id to put another's in
OWN: Mapping[str, str] = {
    "bind_my_records": "the asker's own records",
    "list_my_records": "the asker's own records",
    "list_own_statuses": "the asker's own records",
    "list_reportable_records": "the asker's own records",
    "list_reports": "the asker's own reports",
    "close_account": "the asker's own account",
    "list_photos_to_review": "what waits at the asker's own agency",
    "list_waiting_reports": "the registry's own operator: ids and reasons, no person",
    "upload_evidence": "a paper; it is found again only where a case names it",
}
CLOSED = (401, 403, 404)
NAMING = [each for each in OPERATIONS if each.name not in PUBLIC and each.name not in OWN]
LOOKS = [
    each for each in NAMING if each.method == "GET" and any(name.endswith(("_id", "_code")) for name in each.in_path)
]
OWN_LOOKS = [each for each in OPERATIONS if each.name in OWN and each.method == "GET"]


def concerned(operation: Operation) -> frozenset[str]:
    """Whom an operation concerns when it is asked for what is there."""
    special = next((found for place, found in CONCERNED.items() if _is_at(operation.path, place)), frozenset())
    return special if special & TO_PEKING else special | AT_HOME


def _is_at(path: str, place: str) -> bool:
    return path.startswith(place) if place.endswith("/") else path == place


@pytest.fixture(scope="module")
def asker(grounds: Grounds) -> Asker:
    """Asks for what belongs to the third school and its student."""
    ids, victim = grounds.ids, grounds.victim
    values: dict[str, Any] = {
        "school_code": SCU, "province": "51", "exam_no": victim.exam_no, "entry_year": 2022, "academic_year": 2023,
        "status_id": ids["students"], "record_id": ids["students"], "certificate_id": ids["certificates"],
        "account_id": ids["accounts"], "status_ids": [ids["students"]], "case_ids": [ids["cases"]],
        "incident_id": ids["incidents"], "evidence": [grounds.paper], "digest": grounds.paper, "version": 2,
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
    found = {name: token_of(grounds.operator(name)) for name in EVERYBODY[2:]}
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
    """Turned away, or told that a school acts for its own students only."""
    if answer.status in CLOSED:
        return True
    return answer.status == 409 and json.loads(answer.data)["rule"] == "A4-1"


@pytest.mark.asvs("8.2.1", "8.2.2", "8.4.1")
@pytest.mark.parametrize("operation", NAMING, ids=str)
def test_whom_it_does_not_concern_gets_nothing(
    grounds: Grounds, asker: Asker, tokens: dict[str, str], operation: Operation
) -> None:
    for who in strangers(operation):
        answer = asker.ask(operation, tokens[who])
        assert is_refused(answer), f"{who}: {answer.status} {answer.data[:300]!r}"
        assert told_of(grounds, answer) == [], who
        if who == "nobody":
            assert answer.status == 401


@pytest.mark.parametrize("operation", LOOKS, ids=str)
def test_who_is_concerned_is_answered(asker: Asker, tokens: dict[str, str], operation: Operation) -> None:
    """Or else the ids above would lead nowhere, and a refusal would prove nothing."""
    answers = {who: asker.ask(operation, tokens[who]).status for who in (*sorted(concerned(operation)), "owner")}
    assert 200 in answers.values(), answers


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
    assert {each.name for each in OPERATIONS if each.route and each.route.public} - PUBLIC.keys() == set()
    assert not PUBLIC.keys() & OWN.keys()
    for operation in OPERATIONS:
        if operation.route:
            assert operation.method == ("POST" if operation.route.is_command else operation.method)
