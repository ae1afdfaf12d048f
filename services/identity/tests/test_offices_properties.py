"""Whatever anybody asks of offices: no path crosses a jurisdiction, and nobody above acts as the office below."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.identity.application.offices import require_for, resource_of
from services.identity.domain.office import OfficeStanding
from services.identity.domain.office_kinds import KINDS, org_of
from services.identity.tests.office_world import (
    FAR_SCHOOL,
    OTHER_SCHOOL,
    PAPER,
    SCHOOL,
    STATEMENT,
    OfficeWorld,
    new_number,
    office_world,
)
from shared.access.assertion import Assertion
from shared.access.decide import decide
from shared.eventstore.log import read_log
from shared.eventstore.privacy import Keyring
from shared.rules.refused import Refused
from tests.support.actors import StandingClock

AUTUMN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
CODES = {
    "moe": "ministry",
    "ctr": "operator",
    "education-11": "province_education",
    "education-33": "province_education",
    "admissions-11": "province_admissions",
    "self-taught-11": "self_taught_office",
    SCHOOL: "school",
    OTHER_SCHOOL: "school",
    FAR_SCHOOL: "school",
    "photo-house": "image_collector",
    "some-firm": "verifier",
}
AUDIT = {"state-audit": "auditor"}
REASON = {"reason": "as we like"}


def is_above(mine: str, theirs: str) -> bool:
    """The reference, by the codes alone: the ministry over everybody else, a province over its schools."""
    if mine == "moe":
        return theirs != "moe"
    return theirs.isdigit() and mine == f"education-{theirs[2:4]}"


def office(code: str, kind: str) -> OfficeStanding:
    day = date(2026, 1, 1)
    org = org_of(kind, code, "11" if kind == "auditor" else None)
    return OfficeStanding(code, kind, org, "某机构", day, day, owner=f"{code}-owner", attested_until=date(2099, 1, 1))


def operator(code: str, kind: str, sub: str, **changes: Any) -> Assertion:
    standing = office(code, kind)
    said = {"sub": sub, "role": standing.role, "level": standing.level, "kind": "all", "org": standing.org}
    said |= {"amr": ("hwk",), "jti": "j", "exp": datetime(2099, 1, 1, tzinfo=UTC), "office": code, "stepped_up": True}
    return Assertion(**(said | changes))


OFFICES = st.sampled_from(sorted((CODES | AUDIT).items()))
SCHOOL_CODES = st.builds(
    "{}{}0{:05d}".format, st.sampled_from(["41", "42"]), st.sampled_from(["11", "12", "33"]), st.integers(0, 99999)
)
ANY_OFFICE = OFFICES | st.tuples(SCHOOL_CODES, st.just("school"))
MANAGING = st.sampled_from(["appoint_operator", "revoke_operator", "revoke_machine_client"])


@given(ANY_OFFICE, ANY_OFFICE, MANAGING, st.booleans())
@settings(max_examples=300)
@pytest.mark.rule("A24-1")
@pytest.mark.asvs("8.4.1")
def test_who_appoints_for_an_office_is_its_owner_or_above_it(
    mine: tuple[str, str], theirs: tuple[str, str], action: str, is_owner: bool
) -> None:
    """Given any two offices, when one appoints for the other, then A24-1 but for the owner and those above."""
    sub = f"{mine[0]}-owner" if is_owner else f"{mine[0]}-clerk"
    actor, target = operator(*mine, sub), office(*theirs)
    try:
        require_for(actor, action, target)
        allowed = True
    except Refused:
        allowed = False
    assert allowed is (is_above(mine[0], theirs[0]) or (is_owner and mine[0] == theirs[0]))


@given(ANY_OFFICE, ANY_OFFICE)
@settings(max_examples=200)
def test_nobody_gives_another_offices_word_or_stops_what_is_not_below(
    mine: tuple[str, str], theirs: tuple[str, str]
) -> None:
    actor, target = operator(*mine, f"{mine[0]}-owner"), resource_of(office(*theirs))
    assert decide(actor, "attest_office", target).allow is (mine[0] == theirs[0])
    assert decide(actor, "found_office", target).allow is (mine[0] == "moe")
    if decide(actor, "suspend_office", target).allow:
        assert is_above(mine[0], theirs[0]) or mine[0] == theirs[0]  # the own office is turned away by the use case


@given(OFFICES, MANAGING | st.sampled_from(["found_office", "attest_office", "register_machine_client"]))
def test_a_machine_manages_nothing_whatever_its_scopes_say(mine: tuple[str, str], action: str) -> None:
    machine = operator(*mine, f"machine:{mine[0]}", scopes=(action,))
    assert not decide(machine, action, resource_of(office(*mine))).allow


@given(OFFICES, st.sampled_from(sorted(KINDS)))
def test_the_code_of_one_kind_is_no_code_of_another(mine: tuple[str, str], kind: str) -> None:
    try:
        org_of(kind, mine[0], "11" if kind == "auditor" else None)
    except Refused:
        return
    agencies = {name for name, each in KINDS.items() if each.is_agency}
    assert kind == mine[1] or {kind, mine[1]} <= agencies


@pytest.fixture
def world(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[OfficeWorld]:
    """Every kind of office, each with its owner and a clerk."""
    with office_world(databases, keyring, tmp_path, StandingClock(AUTUMN)) as world:
        ministry = world.begin()
        world.appoint(world.signed_in(ministry), "moe")
        for code, kind in CODES.items():
            if code != "moe":
                owner = world.found(world.signed_in(ministry), code, kind)
                world.appoint(world.signed_in(owner), code)
        yield world


COMMANDS = st.sampled_from(
    (
        "rename_office", "merge_office", "close_office", "suspend_office", "resume_office", "attest_office",
        "name_office_owner", "appoint_operator", "invite_operator", "revoke_operator", "register_machine_client",
        "rotate_machine_secret", "revoke_machine_client", "found_office",
    )
)  # fmt: skip
STEP = st.tuples(st.integers(0, 200), COMMANDS, st.sampled_from(sorted(CODES)), st.integers(0, 200), st.booleans())


@given(st.lists(STEP, min_size=10, max_size=30))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # one world for all: a shorter walk would begin somewhere else
)
@pytest.mark.asvs("8.2.2", "8.4.1")
def test_no_walk_through_the_commands_crosses_a_jurisdiction(world: OfficeWorld, steps: list[Any]) -> None:
    for who, command, code, which, as_owner in steps:
        walk(world, who, command, code, which, as_owner)
    every_fact_is_by_whom_it_may_be(world)
    mend(world)


def walk(world: OfficeWorld, who: int, command: str, code: str, which: int, as_owner: bool) -> None:
    """Somebody asks something of some office; whatever is refused is refused by a rule."""
    everybody, clients = (
        world.ids("operator_register", "operator_id"),
        world.ids("machine_client_register", "client_id"),
    )
    actor = everybody[who % len(everybody)]
    if world.holders.named(actor) is None:
        return
    operator_id, client_id = everybody[which % len(everybody)], (clients or ["none-00"])[which % max(1, len(clients))]
    person = {"name": "李明", "mail": "l@example.cn", "id_type": "1", "id_number": new_number(), "training": "all"}
    machine = {"name": "n", "scopes": [], "networks": [], "expires_on": "2027-01-01"}
    asked: dict[str, dict[str, Any]] = {
        "rename_office": {"code": code, "name": f"新名{which}", "valid_from": "2027-01-01"},
        "merge_office": {"code": code, "into": OTHER_SCHOOL, "on": "2099-01-01"},
        "close_office": {"code": code, "on": "2099-01-01", **REASON},
        "suspend_office": {"code": code, **REASON},
        "resume_office": {"code": code, **REASON},
        "attest_office": {"code": code, "evidence": [PAPER], "statement": STATEMENT},
        "name_office_owner": {"code": code, "operator_id": operator_id},
        "appoint_operator": {"code": code, "as_owner": as_owner, **person},
        "invite_operator": {"operator_id": operator_id},
        "revoke_operator": {"operator_id": operator_id, **REASON},
        "register_machine_client": {"code": code, **machine},
        "rotate_machine_secret": {"client_id": client_id},
        "revoke_machine_client": {"client_id": client_id, **REASON},
        "found_office": {"code": f"42110{which:05d}", "kind": "school", "name": "新校", "valid_from": "2026-10-20"},
    }
    with suppress(Refused):
        world.tell(world.signed_in(actor), command, **asked[command])


def mend(world: OfficeWorld) -> None:
    """Every office has an owner who can act again, so that the next walk begins where much is possible."""
    world.work()
    ministry = next(each for each in world.ids("operator_register", "operator_id") if is_owner(world, each, "moe"))
    for code in CODES:
        standing = world.offices.office_of(code).standing
        if standing.ended_on is not None:
            continue
        if standing.owner is None or world.holders.named(standing.owner) is None:
            world.appoint(world.signed_in(ministry, suspended=False), code, as_owner=True)
        if standing.suspended:
            world.tell(world.signed_in(ministry, suspended=False), "resume_office", code=code, **REASON)


def is_owner(world: OfficeWorld, operator_id: str, code: str) -> bool:
    return world.offices.office_of(code).standing.owner == operator_id


def every_fact_is_by_whom_it_may_be(world: OfficeWorld) -> None:
    """Read the log from its beginning, knowing only codes and who was named owner; judge each fact by its actor."""
    world.work()
    with world.store.reading() as cursor:
        records = read_log(cursor, 0, 100_000)
    code_of: dict[Any, str] = {}
    owners: dict[str, str] = {}
    before: tuple[Any, dict[str, str]] = (None, {})
    judged = set()
    for record in records:
        fact, context = record.fact, record.context
        code_of.setdefault(record.originator_id, getattr(fact, "office", None) or getattr(fact, "code", ""))
        code = code_of[record.originator_id]
        command = (context["command_id"], context["use_case"])
        if before[0] != command:
            before = (command, dict(owners))
        if context["actor_sub"] not in ("", "system"):
            judged.add(record.topic)
            judge(record.topic.removeprefix("identity."), context["actor_sub"], code, before[1])
        if record.topic == "identity.Office.OwnerNamed":
            owners[code] = fact.operator_id
        elif record.topic == "identity.Office.OwnerLeft":
            owners.pop(code, None)
    assert len(judged) >= 5


def judge(name: str, actor: str, code: str, owners: dict[str, str]) -> None:
    """One fact about an office, and whoever made it."""
    mine = actor.rpartition("-")[0]
    owns, above = owners.get(code) == actor, is_above(mine, code)
    if name in ("Office.Founded", "Office.Renamed", "Office.Merged", "Office.Closed"):
        assert mine == "moe", (name, actor, code)
    elif name in ("Office.Suspended", "Office.Resumed"):
        assert above, (name, actor, code)
    elif name in ("Office.Attested", "MachineClient.Registered", "MachineClient.SecretRotated"):
        assert owns, (name, actor, code)
    else:
        assert owns or above, (name, actor, code)
