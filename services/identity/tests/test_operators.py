"""Operators: named persons, invited by a code, one person one appointment, dismissed at once."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.identity.application.invitations import WrongInvitation
from services.identity.domain.account import Account
from services.identity.domain.office import NotItsOwner, OfficeGone, OutOfOrder, OwnerMissing
from services.identity.domain.operator import NotOneself, OperatorGone, PersonTaken
from services.identity.tests.office_world import (
    FAR_SCHOOL,
    OTHER_SCHOOL,
    SCHOOL,
    OfficeWorld,
    new_number,
    office_world,
)
from shared.access.decide import NotPermitted
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.rules.refused import MalformedValue, NotFound, Refused
from tests.support.actors import StandingClock

AUTUMN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def world(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[OfficeWorld]:
    with office_world(databases, keyring, tmp_path, StandingClock(AUTUMN)) as world:
        yield world


@pytest.fixture
def owner(world: OfficeWorld) -> str:
    """The owner of a school."""
    return world.found(world.signed_in(world.begin()), SCHOOL)


def appointed(world: OfficeWorld, owner: str, **changes: Any) -> str:
    """Somebody who was appointed and has not come yet."""
    asked = {"code": SCHOOL, "name": "赵云", "mail": "zhaoyun@example.edu.cn", "id_type": "1", "training": "all"}
    asked |= {"id_number": new_number()} | changes
    operator_id: str = world.tell(world.signed_in(owner), "appoint_operator", **asked)["operator_id"]
    return operator_id


def wrong(code: str) -> str:
    return ("A" if code[0] != "A" else "B") + code[1:]


@pytest.mark.asvs("6.3.2")
def test_before_a_registry_is_founded_nobody_can_sign_in(world: OfficeWorld) -> None:
    assert world.facts() == []
    for name in ("moe", "admin", "root", "ministry", "operator", "moe-000000"):
        assert world.holders.named(name) is None
        assert world.holders.of(f"operator:{name}") is None
        with pytest.raises(WrongInvitation):
            world.invitations.spend(name, "0000-0000-0000", world.by(None))


@pytest.mark.asvs("6.3.2")
def test_a_registry_is_founded_once_and_only_where_nothing_is(world: OfficeWorld) -> None:
    owner = world.begin()
    assert world.signed_in(owner).role == "ministry"
    with pytest.raises(OutOfOrder):
        world.begin()
    world.require_sound()


def test_the_first_owner_comes_by_invitation_too(world: OfficeWorld) -> None:
    founded = world.founding.found_registry(
        ministry="教育部",
        name="王芳",
        mail="wangfang@example.gov.cn",
        id_type="1",
        id_number=new_number(),
        now=world.clock.now(),
    )
    assert world.holders.named(founded["operator_id"]) is None
    holder = world.come(founded["operator_id"])
    assert (holder.role, holder.level, holder.org, holder.office) == ("ministry", "nation", "moe", "moe")
    assert holder.suspended  # the word of the year comes first (A23-1)
    assert holder.is_staff


@pytest.mark.rule("A24-1")
def test_who_was_appointed_acts_for_the_office_and_its_training_alone(world: OfficeWorld, owner: str) -> None:
    """Given a person appointed for adult education, when a session speaks, then role, school and training are hers."""
    operator_id = appointed(world, owner, training="adult")
    assert world.holders.named(operator_id) is None  # not before the invitation was taken up
    holder = world.come(operator_id)
    assert holder == world.holders.of(f"operator:{operator_id}")
    assert (holder.role, holder.level, holder.kind) == ("registrar", "school", "adult")
    assert (holder.org, holder.office, holder.suspended) == (SCHOOL, SCHOOL, False)


@pytest.mark.rule("A24-1")
def test_one_person_holds_one_appointment_in_an_office(world: OfficeWorld, owner: str) -> None:
    """Given a person who is an operator, when she is appointed there again, then A24-1; once dismissed she may be."""
    number = new_number()
    first = appointed(world, owner, id_number=number)
    with pytest.raises(PersonTaken):
        appointed(world, owner, id_number=number.lower(), name="赵云二")
    with pytest.raises(PersonTaken):
        appointed(world, owner, id_number=f" {number} ")
    world.tell(world.signed_in(owner), "revoke_operator", operator_id=first, reason="left")
    appointed(world, owner, id_number=number)
    world.require_sound()


def test_two_who_appoint_one_person_at_once_appoint_her_once(world: OfficeWorld, owner: str) -> None:
    number, outcomes, gate = new_number(), [], threading.Barrier(4)

    def appoint() -> None:
        gate.wait()
        try:
            outcomes.append(appointed(world, owner, id_number=number))
        except PersonTaken as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=appoint) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("PERSON_TAKEN") == 3
    world.require_sound()


def elsewhere(world: OfficeWorld, code: str = OTHER_SCHOOL) -> str:
    """The owner of another school."""
    return world.found(world.signed_in(world.holders_of("moe")[0]), code)


@pytest.mark.rule("A24-1", "A24-2")
def test_one_human_works_for_one_office_and_is_told_nothing_of_the_other(world: OfficeWorld, owner: str) -> None:
    """Given a person who works for a school, when another office appoints her, then A24-1 says that she is appointed
    already and not where; dismissed there, she is appointed here on the same day."""
    other, number = elsewhere(world), new_number()
    first = appointed(world, owner, id_number=number)
    with pytest.raises(PersonTaken) as refused:
        appointed(world, other, code=OTHER_SCHOOL, id_number=number)
    said = str(refused.value.as_dict())
    assert refused.value.as_dict()["rule"] == "A24-1"
    assert not any(word in said for word in (SCHOOL, first, "北京", number))
    world.tell(world.signed_in(owner), "revoke_operator", operator_id=first, reason="goes to the other school")
    moved = appointed(world, other, code=OTHER_SCHOOL, id_number=number)
    with pytest.raises(PersonTaken):
        appointed(world, owner, id_number=number)
    assert moved.startswith(OTHER_SCHOOL)
    world.require_sound()


def test_of_two_offices_that_appoint_one_person_at_once_one_has_her(world: OfficeWorld, owner: str) -> None:
    owners = {SCHOOL: owner, OTHER_SCHOOL: elsewhere(world), FAR_SCHOOL: elsewhere(world, FAR_SCHOOL)}
    number, outcomes, gate = new_number(), [], threading.Barrier(3)

    def appoint(code: str) -> None:
        gate.wait()
        try:
            outcomes.append(appointed(world, owners[code], code=code, id_number=number))
        except PersonTaken as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=appoint, args=(code,)) for code in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("PERSON_TAKEN") == 2, outcomes
    world.require_sound()


def test_an_appointment_that_ran_out_binds_nobody_any_more(world: OfficeWorld, owner: str) -> None:
    other, number = elsewhere(world), new_number()
    appointed(world, owner, id_number=number, valid_until="2026-10-24")
    with pytest.raises(PersonTaken):
        appointed(world, other, code=OTHER_SCHOOL, id_number=number, valid_from="2026-11-01")
    world.forward(days=5)
    appointed(world, other, code=OTHER_SCHOOL, id_number=number, valid_from="2026-10-01")
    world.require_sound()


def test_another_document_makes_no_other_human(world: OfficeWorld, owner: str) -> None:
    """Given a person with two documents that identity knows as hers, when two offices appoint her, each by another
    document, then the second is refused; and she appoints herself by neither."""
    other, numbers = elsewhere(world), (new_number(), new_number())
    known_as_one(world, *(world.keyring.id_key("1", number) for number in numbers))
    first = appointed(world, owner, id_number=numbers[0])
    later = {"id_number": numbers[1], "name": "赵子龙"}
    with pytest.raises(PersonTaken):
        appointed(world, other, code=OTHER_SCHOOL, **later)
    world.come(first)
    world.tell(world.signed_in(owner), "name_office_owner", code=SCHOOL, operator_id=first)
    with pytest.raises(NotOneself):
        appointed(world, first, **later)
    world.require_sound()


def known_as_one(world: OfficeWorld, *keys: str) -> None:
    """An account of somebody whose document was renewed: identity knows both as hers."""
    opened, renewed = keys
    account = Account(
        account_id=uuid4(), person_id=uuid4(), id_type="1", id_key=opened, name_key="n" * 40, contact_key="c" * 40,
        channel="mail", sealed_person="x", sealed_contact="x", opened_at=world.clock.now(),
    )  # fmt: skip
    account.add_identity(
        kind="linked", id_type="1", id_key=renewed, name_key="m" * 40, sealed="x", sealed_for=account.id,
        reason="seen", claim_id=uuid4(),
    )  # fmt: skip
    world.appointments.save(account, by=Context.system("test", world.clock.now()))


def test_nobody_appoints_the_own_person_in_another_office(world: OfficeWorld) -> None:
    number = new_number()
    founded = world.founding.found_registry(
        ministry="教育部", name="王芳", mail="w@example.cn", id_type="1", id_number=number, now=world.clock.now()
    )
    ministry = founded["operator_id"]
    world.come(ministry)
    world.attest(ministry, "moe")
    above = world.signed_in(ministry)
    world.tell(above, "found_office", code=SCHOOL, kind="school", name="北京大学", valid_from="2026-10-20")
    with pytest.raises(NotOneself):
        world.appoint(above, SCHOOL, as_owner=True, id_number=number, name="王方")
    world.appoint(above, SCHOOL, as_owner=True)


@pytest.mark.asvs("6.5.1", "6.5.4")
def test_an_invitation_works_once(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    code = world.invitation_of(operator_id)
    world.invitations.spend(operator_id, code.lower().replace("-", " "), world.by(None))
    with pytest.raises(WrongInvitation):
        world.invitations.spend(operator_id, code, world.by(None))


def test_an_invitation_whose_answer_was_lost_is_answered_again_for_a_while(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    code, command_id = world.invitation_of(operator_id), uuid4()
    first = world.invitations.spend(operator_id, code, world.by(None, command_id=command_id))
    assert world.invitations.spend(operator_id, code, world.by(None, command_id=command_id)) == first
    world.forward(minutes=10)
    with pytest.raises(WrongInvitation):
        world.invitations.spend(operator_id, code, world.by(None, command_id=command_id))


@pytest.mark.asvs("6.5.5")
def test_an_invitation_lives_for_seven_days(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    code = world.invitation_of(operator_id)
    world.forward(days=7)
    with pytest.raises(WrongInvitation):
        world.invitations.spend(operator_id, code, world.by(None))
    world.tell(world.signed_in(owner), "invite_operator", operator_id=operator_id)
    assert world.come(operator_id).sub == operator_id


def test_five_wrong_codes_burn_an_invitation(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    code = world.invitation_of(operator_id)
    for _ in range(5):
        with pytest.raises(WrongInvitation):
            world.invitations.spend(operator_id, wrong(code), world.by(None))
    with pytest.raises(WrongInvitation):
        world.invitations.spend(operator_id, code, world.by(None))
    missed = [topic for topic, _ in world.facts() if topic.endswith("InvitationMissed")]
    assert len(missed) == 5


def test_four_wrong_codes_do_not(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    code = world.invitation_of(operator_id)
    for _ in range(4):
        with pytest.raises(WrongInvitation):
            world.invitations.spend(operator_id, wrong(code), world.by(None))
    world.invitations.spend(operator_id, code, world.by(None))


def test_parallel_guesses_never_outrun_the_count(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    code = world.invitation_of(operator_id)
    gate, told = threading.Barrier(12), []

    def guess() -> None:
        gate.wait()
        try:
            world.invitations.spend(operator_id, wrong(code), world.by(None))
        except Refused as refused:
            told.append(refused.code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 12
    missed = [topic for topic, _ in world.facts() if topic.endswith("InvitationMissed")]
    assert 1 <= len(missed) <= 5
    # whoever was told "wrong" has used a try up; the others were told that somebody else was quicker
    assert told.count("WRONG_INVITATION") >= len(missed)


def test_a_new_invitation_makes_the_old_one_worthless(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    old = world.invitation_of(operator_id)
    world.forward(minutes=1)
    world.tell(world.signed_in(owner), "invite_operator", operator_id=operator_id)
    with pytest.raises(WrongInvitation):
        world.invitations.spend(operator_id, old, world.by(None))
    assert world.invitation_of(operator_id) != old
    world.come(operator_id)


@pytest.mark.rule("X-SIGN-5")
def test_an_unknown_operator_and_a_wrong_code_are_answered_alike(world: OfficeWorld, owner: str) -> None:
    """Given an invited operator, when a wrong code or an unknown name is tried, then both hear the same X-SIGN-5."""
    operator_id = appointed(world, owner)
    said = []
    for name in (operator_id, f"{SCHOOL}-000000", owner):
        with pytest.raises(WrongInvitation) as refused:
            world.invitations.spend(name, "0000-0000-0000", world.by(None))
        said.append(refused.value.as_dict())
    assert said[0] == said[1] == said[2]
    assert said[0]["rule"] == "X-SIGN-5"


@pytest.mark.asvs("7.4.2")
def test_whoever_is_dismissed_is_out_at_once(world: OfficeWorld, owner: str) -> None:
    operator_id = world.appoint(world.signed_in(owner), SCHOOL)
    assert world.holders.named(operator_id) is not None
    world.tell(world.signed_in(owner), "revoke_operator", operator_id=operator_id, reason="left the school")
    assert world.holders.named(operator_id) is None
    assert world.holders.of(f"operator:{operator_id}") is None
    for method, more in (("revoke_operator", {"reason": "left again"}), ("invite_operator", {})):
        with pytest.raises(OperatorGone):
            world.tell(world.signed_in(owner), method, operator_id=operator_id, **more)
    assert any("Your appointment as an operator has ended" in mail for mail in world.mails())


def test_an_invitation_that_is_out_dies_with_the_appointment(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner)
    code = world.invitation_of(operator_id)
    world.tell(world.signed_in(owner), "revoke_operator", operator_id=operator_id, reason="a mistake")
    with pytest.raises(WrongInvitation):
        world.invitations.spend(operator_id, code, world.by(None))


def test_an_appointment_holds_from_its_first_to_its_last_day(world: OfficeWorld, owner: str) -> None:
    operator_id = appointed(world, owner, valid_from="2026-10-22", valid_until="2026-10-24")
    code = world.invitation_of(operator_id)
    with pytest.raises(WrongInvitation):  # the code is right, and is not used up before it can be taken
        world.invitations.spend(operator_id, code, world.by(None))
    world.forward(days=2)
    seen = [world.invitations.spend(operator_id, code, world.by(None)).sub == operator_id]
    for _ in range(3):
        world.forward(days=1)
        seen.append(world.holders.named(operator_id) is not None)
    assert seen == [True, True, True, False]
    with pytest.raises(MalformedValue):
        appointed(world, owner, valid_from="2026-12-02", valid_until="2026-12-01")


def test_the_ministry_is_never_left_without_an_owner(world: OfficeWorld) -> None:
    ministry = world.begin()
    with pytest.raises(OwnerMissing):
        world.tell(world.signed_in(ministry), "revoke_operator", operator_id=ministry, reason="I leave")
    heir = world.appoint(world.signed_in(ministry), "moe")
    world.tell(world.signed_in(ministry), "name_office_owner", code="moe", operator_id=heir)
    world.tell(world.signed_in(heir), "revoke_operator", operator_id=ministry, reason="retired")
    assert world.holders.named(ministry) is None


@pytest.mark.rule("A24-1")
def test_an_owner_appoints_for_no_other_office(world: OfficeWorld, owner: str) -> None:
    """Given owners of two schools, when one appoints or dismisses for the other, then A24-1."""
    ministry = next(each for each in world.holders_of("moe"))
    other = world.found(world.signed_in(ministry), OTHER_SCHOOL)
    colleague = world.appoint(world.signed_in(owner), SCHOOL)
    for sub in (owner, colleague):
        actor = world.signed_in(sub)
        with pytest.raises(NotPermitted):
            world.appoint(actor, OTHER_SCHOOL)
        with pytest.raises(NotPermitted):
            world.tell(actor, "revoke_operator", operator_id=other, reason="as we like")
    with pytest.raises(NotItsOwner):  # of the own office, but not its owner
        world.appoint(world.signed_in(colleague), SCHOOL)
    with pytest.raises(NotFound):
        world.tell(world.signed_in(owner), "revoke_operator", operator_id=f"{SCHOOL}-zzzzzz", reason="nobody")


def test_a_province_appoints_for_its_schools_and_nobody_elses(world: OfficeWorld, owner: str) -> None:
    above = world.signed_in(next(each for each in world.holders_of("moe")))
    province = world.found(above, "education-11", "province_education")
    world.found(above, FAR_SCHOOL)
    world.found(above, "admissions-11", "province_admissions")
    world.appoint(world.signed_in(province), SCHOOL)
    world.appoint(world.signed_in(province), "education-11")
    for code in (FAR_SCHOOL, "admissions-11", "moe"):
        with pytest.raises((NotPermitted, NotItsOwner)):
            world.appoint(world.signed_in(province), code)


def test_nobody_is_appointed_for_an_office_that_is_over(world: OfficeWorld, owner: str) -> None:
    above = world.signed_in(next(each for each in world.holders_of("moe")))
    world.tell(above, "close_office", code=SCHOOL, on="2026-10-21", reason="closed by the state")
    world.forward(days=1)
    with pytest.raises(OfficeGone):
        world.appoint(world.signed_in(above.sub), SCHOOL)


def test_names_and_addresses_of_operators_stand_nowhere_in_the_clear(world: OfficeWorld, owner: str) -> None:
    number = new_number()
    operator_id = appointed(world, owner, name="诸葛孔明", mail="kongming.canary@example.edu.cn", id_number=number)
    code = world.invitation_of(operator_id)
    world.come(operator_id)
    kept = world.everything_kept()
    assert "operator_register" in kept
    for secret in ("诸葛孔明", "kongming.canary", number, code, code.replace("-", "")):
        assert secret not in kept
