"""Machine clients: registered by an office's owner, shown a secret once, given tokens of five minutes to look."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from services.identity.application.machine_clients import SCOPES, ScopeNotGranted, UnknownClient, scopes_of
from services.identity.domain.machine_client import MachineClientEnded
from services.identity.domain.office import NotItsOwner, OwnerMissing
from services.identity.tests.office_world import OTHER_SCHOOL, SCHOOL, OfficeWorld, office_world
from shared.access.assertion import NotSignedIn, Verifier
from shared.access.decide import NotPermitted, Resource, require
from shared.access.permission import is_reading
from shared.access.permissions import ACTIONS
from shared.contracts.rpc import identity_machines
from shared.eventstore.privacy import Keyring
from shared.rules.free_texts import TextNamesPerson
from shared.rules.refused import MalformedValue
from tests.support.actors import StandingClock

AUTUMN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
HERE = "192.0.2.7"


@pytest.fixture
def world(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[OfficeWorld]:
    with office_world(databases, keyring, tmp_path, StandingClock(AUTUMN)) as world:
        yield world


@pytest.fixture
def owner(world: OfficeWorld) -> str:
    """The owner of a school."""
    return world.found(world.signed_in(world.begin()), SCHOOL)


def registered(world: OfficeWorld, owner: str, **changes: Any) -> dict[str, Any]:
    asked = {"code": SCHOOL, "name": "campus portal", "scopes": ["read_counts", "read_offices"], "networks": []}
    asked |= {"expires_on": "2027-10-19"} | changes
    answer: dict[str, Any] = world.tell(world.signed_in(owner), "register_machine_client", **asked)
    return answer


def token(world: OfficeWorld, client: dict[str, Any], address: str = HERE, **changes: Any) -> dict[str, Any]:
    asked = {"client_id": client["client_id"], "client_secret": client["client_secret"], "address": address} | changes
    answer: dict[str, Any] = world.tell(None, "issue_machine_token", **asked)
    return answer


def decoded(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def test_the_scopes_of_the_contract_are_those_of_the_register() -> None:
    assert identity_machines.SCOPES == SCOPES
    assert set(SCOPES) <= set(ACTIONS)
    assert all(is_reading(scope) for scope in SCOPES)
    assert "read_overdue" in scopes_of("registrar")
    assert "read_overdue" not in scopes_of("verifier")
    assert scopes_of("image_collector") == ("read_offices", "verify_report")


@pytest.mark.asvs("9.1.1", "9.2.1", "9.2.2", "9.2.3")
def test_a_token_is_what_the_rfcs_say_it_is(world: OfficeWorld, owner: str) -> None:
    """Taken apart by hand and checked by another library: header, signature, times, audience, scopes."""
    answer = token(world, registered(world, owner))
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 300, "read_counts read_offices")
    head, body, signature = answer["access_token"].split(".")
    assert decoded(head) == {"alg": "Ed25519", "typ": "xueji-assertion+jwt"}
    key: Any = load_pem_public_key(world.keyring.assertion_public_pem.encode())
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    key.verify(raw, f"{head}.{body}".encode())
    with pytest.raises(InvalidSignature):
        key.verify(raw, f"{head}.{body[:-2]}AA".encode())
    claims = decoded(body)
    now = int(world.clock.now().timestamp())
    assert (claims["iat"], claims["exp"], claims["aud"]) == (now, now + 300, "xueji")
    assert (claims["role"], claims["org"], claims["office"]) == ("registrar", SCHOOL, SCHOOL)
    assert claims["scopes"] == ["read_counts", "read_offices"]
    assert claims["sub"].startswith(f"machine:{SCHOOL}-")
    assert claims["stepped_up"] is False


def test_a_token_is_over_after_five_minutes(world: OfficeWorld, owner: str) -> None:
    said = token(world, registered(world, owner))["access_token"]
    verifier = Verifier(world.keyring.assertion_public_pem, world.clock)
    world.forward(seconds=299)
    assert verifier.verify(said).office == SCHOOL
    world.forward(seconds=1)
    with pytest.raises(NotSignedIn):
        verifier.verify(said)


@pytest.mark.rule("X-SCOPE-1")
def test_a_machine_does_what_its_scopes_name_and_only_looks(world: OfficeWorld, owner: str) -> None:
    """Given a client for counts and offices, when it reads those, then yes; anything else is X-SCOPE-1 or forbidden."""
    client = registered(world, owner)
    verifier = Verifier(world.keyring.assertion_public_pem, world.clock)
    machine = verifier.verify(token(world, client)["access_token"])
    assert require(machine, "read_counts", Resource("counts", school=SCHOOL)).allow
    for action in ("read_status", "register_students", "appoint_operator", "register_machine_client"):
        with pytest.raises(NotPermitted) as refused:
            require(machine, action, Resource("any", school=SCHOOL, office=SCHOOL))
        assert refused.value.as_dict()["rule"] == "X-SCOPE-1"
    with pytest.raises(NotPermitted):
        require(machine, "read_counts", Resource("counts", school=OTHER_SCHOOL))
    narrow = token(world, client, scopes=["read_offices"])
    assert narrow["scope"] == "read_offices"
    with pytest.raises(NotPermitted):
        require(verifier.verify(narrow["access_token"]), "read_counts", Resource("counts", school=SCHOOL))


def test_a_client_is_given_no_scope_beyond_its_own_or_its_offices(world: OfficeWorld, owner: str) -> None:
    client = registered(world, owner)
    for scopes in (["read_status"], ["read_counts", "read_status"], ["everything"]):
        with pytest.raises(ScopeNotGranted):
            token(world, client, scopes=scopes)
    with pytest.raises(ScopeNotGranted):
        registered(world, owner, scopes=["read_consented"])  # a verifier's, not a school's


def test_only_the_owner_registers_a_client_and_sees_its_secret(world: OfficeWorld, owner: str) -> None:
    ministry = world.holders_of("moe")[0]
    province = world.found(world.signed_in(ministry), "education-11", "province_education")
    other = world.found(world.signed_in(ministry), OTHER_SCHOOL)
    colleague = world.appoint(world.signed_in(owner), SCHOOL)
    client = registered(world, owner)
    for sub in (ministry, province, other, colleague):
        with pytest.raises((NotPermitted, NotItsOwner)):
            registered(world, sub)
        with pytest.raises((NotPermitted, NotItsOwner)):
            world.tell(world.signed_in(sub), "rotate_machine_secret", client_id=client["client_id"])
    for sub in (other, colleague):
        with pytest.raises((NotPermitted, NotItsOwner)):
            world.tell(world.signed_in(sub), "revoke_machine_client", client_id=client["client_id"], reason="ours")
    told = "call 13812345678"
    with pytest.raises(TextNamesPerson):
        world.tell(world.signed_in(province), "revoke_machine_client", client_id=client["client_id"], reason=told)
    world.tell(world.signed_in(province), "revoke_machine_client", client_id=client["client_id"], reason="published")
    with pytest.raises(UnknownClient):
        token(world, client)
    world.require_sound()


def test_an_office_without_an_owner_registers_none(world: OfficeWorld, owner: str) -> None:
    above = world.signed_in(world.holders_of("moe")[0])
    actor = world.signed_in(owner)
    world.tell(above, "revoke_operator", operator_id=owner, reason="left")
    asked = {"code": SCHOOL, "name": "n", "scopes": [], "networks": [], "expires_on": "2027-01-01"}
    with pytest.raises(OwnerMissing):
        world.tell(actor, "register_machine_client", **asked)


def test_a_secret_is_shown_once_and_kept_nowhere(world: OfficeWorld, owner: str) -> None:
    command_id = uuid4()
    asked = {"code": SCHOOL, "name": "n", "scopes": ["read_counts"], "networks": [], "expires_on": "2027-01-01"}
    actor = world.signed_in(owner)
    first = world.tell(actor, "register_machine_client", command_id, **asked)
    assert len(first["client_secret"]) == 47  # 256 bits and a prefix by which it is known in a leak
    again = world.tell(actor, "register_machine_client", command_id, **asked)
    assert again == first  # the answer may have been lost on its way
    kept = world.everything_kept()
    assert first["client_id"] in kept
    assert first["client_secret"] not in kept
    assert first["client_secret"].removeprefix("xms_") not in kept
    world.forward(minutes=10)
    assert world.tell(actor, "register_machine_client", command_id, **asked)["client_secret"] == ""


def test_a_new_secret_takes_over_while_the_old_one_is_still_right(world: OfficeWorld, owner: str) -> None:
    old = registered(world, owner)
    actor = world.signed_in(owner)
    new = world.tell(actor, "rotate_machine_secret", client_id=old["client_id"], overlap_hours=2)
    assert new["client_secret"] != old["client_secret"]
    world.forward(hours=1, minutes=59)
    token(world, old)
    token(world, new)
    world.forward(minutes=1)
    with pytest.raises(UnknownClient):
        token(world, old)
    token(world, new)
    newest = world.tell(actor, "rotate_machine_secret", client_id=old["client_id"], overlap_hours=0)
    with pytest.raises(UnknownClient):
        token(world, new)
    token(world, newest)
    world.require_sound()


def test_a_client_lives_for_a_year_at_most(world: OfficeWorld, owner: str) -> None:
    for day in ("2027-10-20", "2026-10-19"):
        with pytest.raises(MalformedValue):
            registered(world, owner, expires_on=day)
    client = registered(world, owner, expires_on="2026-10-22")
    world.forward(days=2)
    token(world, client)
    world.forward(days=1)
    with pytest.raises(UnknownClient):
        token(world, client)
    with pytest.raises(MachineClientEnded):
        world.tell(world.signed_in(owner), "rotate_machine_secret", client_id=client["client_id"])


def test_a_client_may_be_tied_to_networks(world: OfficeWorld, owner: str) -> None:
    client = registered(world, owner, networks=["192.0.2.0/24", "2001:db8::/32", "192.0.2.0/24"])
    for address in ("192.0.2.7", "2001:db8:1::1"):
        token(world, client, address)
    for address in ("198.51.100.1", "2001:dead::1", "nonsense"):
        with pytest.raises(UnknownClient):
            token(world, client, address)
    for network in ("0.0.0.0/0", "::/0", "192.0.2.7/24", "campus"):
        with pytest.raises(MalformedValue):
            registered(world, owner, networks=[network])


def test_an_unknown_client_and_a_wrong_secret_are_answered_alike(world: OfficeWorld, owner: str) -> None:
    client = registered(world, owner)
    said = []
    for changes in ({"client_secret": "xms_wrong"}, {"client_id": f"{SCHOOL}-00000000"}):
        with pytest.raises(UnknownClient) as refused:
            token(world, client, **changes)
        said.append(refused.value.as_dict())
    assert said[0] == said[1]


def test_a_machine_of_a_closed_office_gets_nothing_and_of_a_suspended_one_still_looks(
    world: OfficeWorld, owner: str
) -> None:
    client = registered(world, owner)
    above = world.signed_in(world.holders_of("moe")[0])
    world.tell(above, "suspend_office", code=SCHOOL, reason="keys were shared")
    machine = Verifier(world.keyring.assertion_public_pem, world.clock).verify(token(world, client)["access_token"])
    assert machine.suspended
    assert require(machine, "read_counts", Resource("counts", school=SCHOOL)).allow
    world.tell(above, "close_office", code=SCHOOL, on="2026-10-21", reason="closed by the state")
    world.forward(days=1)
    with pytest.raises(UnknownClient):
        token(world, client)


def test_tokens_are_counted_in_one_fact_for_each_span(world: OfficeWorld, owner: str) -> None:
    client = registered(world, owner)
    for _ in range(7):
        token(world, client)
    assert world.due() == 0  # the span runs
    world.forward(minutes=10)
    token(world, client)
    world.forward(minutes=1, seconds=1)
    assert world.due() == 1
    world.forward(minutes=20)
    assert (world.due(), world.due()) == (1, 0)
    listed = world.tell(world.signed_in(owner), "list_machine_clients", code=SCHOOL)["clients"]
    assert [each["tokens"] for each in listed] == [8]
    assert [topic for topic, _ in world.facts()].count("identity.MachineClient.TokensIssued") == 2
    world.require_sound()


def test_a_count_that_was_written_before_a_crash_is_not_written_twice(world: OfficeWorld, owner: str) -> None:
    client = registered(world, owner)
    token(world, client)
    with world.store.reading() as cursor:
        cursor.execute("SELECT client_id, since, count FROM machine_token_counts")
        rows = cursor.fetchall()
    world.forward(minutes=20)
    world.due()
    with world.store.reading() as cursor:  # the row that a crash would have left
        cursor.execute("INSERT INTO machine_token_counts (client_id, since, count) VALUES (%s, %s, %s)", rows[0])
    world.due()
    assert [topic for topic, _ in world.facts()].count("identity.MachineClient.TokensIssued") == 1


def test_clients_are_listed_to_their_office_and_those_above(world: OfficeWorld, owner: str) -> None:
    other = world.found(world.signed_in(world.holders_of("moe")[0]), OTHER_SCHOOL)
    client = registered(world, owner, networks=["192.0.2.0/24"])
    world.work()
    for sub in (owner, world.holders_of("moe")[0]):
        listed = world.tell(world.signed_in(sub), "list_machine_clients", code=SCHOOL)["clients"]
        assert [(each["client_id"], each["networks"]) for each in listed] == [(client["client_id"], ["192.0.2.0/24"])]
        assert listed[0]["scopes"] == ["read_counts", "read_offices"]
    with pytest.raises(NotPermitted):
        world.tell(world.signed_in(other), "list_machine_clients", code=SCHOOL)
