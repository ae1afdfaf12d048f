"""A person's identities and missing records through the front door: gateway, bus, identity, worker, each a process."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cli.client import Answer, Caller, Problem, until
from cli.examples import demo_key
from cli.story import API, open_account
from tests.support.platform import Platform
from tests.support.rabbitmq import Broker
from tests.support.servers import Databases

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
ANNA = {"id_type": "A", "id_number": "E12345678", "name": "Anna Maria", "issuing_country": "USA"}
RENEWED = {**ANNA, "id_number": "E99999999"}
STATUS = {"kind": "status", "school_code": "4111010001", "year": 2026}


@pytest.fixture(scope="module")
def registry(databases: Databases, rabbitmq: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("people")
    vhost, needed = rabbitmq.fresh_vhost(), ("identity-service", "identity-worker", "gateway")
    now = datetime(2026, 9, 28, 2, tzinfo=UTC)
    with Platform(folder, databases, vhost, now=now, only=needed) as platform:
        yield platform
    rabbitmq.drop_vhost(vhost)


def code_to(registry: Platform, contact: str) -> str | None:
    texts = (path.read_text(encoding="utf-8") for path in (registry.folder / "mailbox").glob("*.txt"))
    found = [re.search(r"Code: (\d{6})", text) for text in texts if text.startswith(f"To: {contact}\n")]
    return next((match[1] for match in found if match), None)


def person(registry: Platform, who: Answer, contact: str) -> tuple[str, Caller]:
    """An account and its signed-in owner."""
    nobody = Caller(registry.origin)
    account = open_account(nobody, {**who, "channel": "mail", "contact": contact})
    nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
    code = until(lambda: code_to(registry, contact), "the code")
    session = nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": code})
    return str(account["id"]), nobody.signed_in(session["session"])


def refused(ask: Any, *asked: Any) -> tuple[int, str, str | None]:
    with pytest.raises(Problem) as problem:
        ask(*asked)
    body = problem.value.body
    return problem.value.status, str(body["rule"]), body.get("field")


@pytest.mark.rule("AC-16", "AC-19", "A24-2")
def test_a_foreign_student_finds_out_why_nothing_is_there_and_two_accounts_wait_for_a_second_person(
    registry: Platform,
) -> None:
    """Given a foreign student with two passports and an account for each, when she asks for her records and the
    registry's office proposes to merge the accounts, then she learns why nothing is there, whom to ask after two tries,
    and the merge waits for somebody else."""
    nobody = Caller(registry.origin)
    bare = {name: value for name, value in ANNA.items() if name != "issuing_country"}
    preview = {**bare, "channel": "mail", "contact": "anna@example.org"}
    assert refused(nobody.post, f"{API}/account-previews", preview) == (422, "X-CODE-1", "issuing_country")

    first, anna = person(registry, ANNA, "anna@example.org")
    (identity,) = until(lambda: anna.get(f"{API}/me/identities")["identities"], "the identities")
    assert (identity["country"], identity["name"], identity["current"]) == ("USA", "Anna Maria", True)
    missing = anna.get(f"{API}/me/records/missing?kind=status&school_code=4111010001&year=2026")
    assert (missing["reason"], missing["turn"], missing["due_on"]) == ("NOT_REGISTERED_YET", "school", "2026-10-01")
    number = {**STATUS, "number": "2600010001"}
    tried = [anna.post(f"{API}/me/records/by-number", number) for _ in range(2)]
    assert [answer["tries_left"] for answer in tried] == [1, 0]
    assert refused(anna.post, f"{API}/me/records/by-number", number)[1] == "AC-16"
    statement = {"kind": "status", "statement": "I never studied there."}
    assert refused(anna.post, f"{API}/me/records/{uuid4()}/disown", statement)[:2] == (404, "AC-21")

    second, _ = person(registry, RENEWED, "anna.maria@example.org")
    office = nobody.signed_in(
        nobody.post(f"{API}/operator-sessions", {"operator_id": "operator-1", "key": demo_key("operator-1")})["session"]
    )
    both = {"surviving_account": first, "other_account": second, "reason": "同一人更换护照", "evidence": []}
    assert refused(anna.post, f"{API}/merges", both)[0] == 403
    merge = office.post(f"{API}/merges", both)
    until(lambda: office.get(f"{API}/merges")["merges"], "the merge in the list")
    decision = {"confirm": True, "reason": "两本护照均已核对"}
    assert refused(office.post, f"{API}/merges/{merge['id']}/decision", decision)[:2] == (403, "A24-2")
