"""Contacts of merged accounts: free for whoever proves them, and back at a split where nobody has taken them."""

from dataclasses import replace
from typing import Any

import pytest

from services.identity.domain.account import Account
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.tests.conftest import House
from services.identity.tests.people_world import LI, PeopleWorld
from shared.access.assertion import Assertion
from shared.eventstore.verify import verify

pytestmark = pytest.mark.servers
HERS, FURTHER = "lisi@example.edu.cn", "13912345678"


@pytest.fixture
def world(house: House) -> PeopleWorld:
    return PeopleWorld.beside(house)


@pytest.fixture
def zhang(world: PeopleWorld) -> Assertion:
    return replace(world.student(), stepped_up=True)


@pytest.fixture
def li(world: PeopleWorld, zhang: Assertion) -> Assertion:
    """The same human being under an earlier document and name, with two contacts."""
    student = replace(world.student(LI, contact=HERS), stepped_up=True)
    named(world, student, "sms", FURTHER)
    return student


def named(world: PeopleWorld, who: Assertion, channel: str, contact: str) -> None:
    """A further contact, named and proven."""
    house = world.house
    house.clock.instant = house.clock.instant.replace(hour=house.clock.instant.hour + 1)
    house.tell("name_contact", who, channel=channel, contact=contact, replaces="")
    house.tell("prove_new_contact", who, code=house.code())
    house.work()


def account(world: PeopleWorld, student: Assertion) -> Account:
    return world.house.identity.get(Account, world.account_of(student))


def holders(world: PeopleWorld) -> list[Any]:
    """Whom the two contacts serve."""
    identity = world.house.identity
    keys = [identity.secrets.contact_key(*each) for each in (("mail", HERS), ("sms", FURTHER))]
    held = identity.owners("account.contact", keys)
    return [held.get(key) for key in keys]


@pytest.mark.rule("AC-6", "AC-19")
def test_a_contact_of_the_account_that_fell_silent_may_be_named_by_the_one_that_speaks(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    """Given two accounts that were merged, when the one that speaks names a contact of the other, then it serves it."""
    survivor = world.account_of(zhang)
    world.merged(zhang, li)
    assert holders(world) == [None, None]
    named(world, zhang, "mail", HERS)
    assert holders(world) == [survivor, None]
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []


@pytest.mark.rule("AC-19")
def test_at_a_split_contacts_come_back_that_nobody_has_taken(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    """Given merged accounts, when they are split, then the other has its contacts again, and its user name."""
    other, before = world.account_of(li), account(world, li).standing
    world.split(world.merged(zhang, li))
    assert holders(world) == [other, other]
    after = account(world, li)
    assert (after.standing.contacts, after.standing.given_up) == (before.contacts, ())
    assert world.house.identity.contact_of(other, after.sealed_contact) == HERS
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []


def test_what_somebody_has_taken_stays_with_whoever_proved_it(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    survivor, other = world.account_of(zhang), world.account_of(li)
    merge_id = world.merged(zhang, li)
    named(world, zhang, "mail", HERS)
    world.split(merge_id)
    assert holders(world) == [survivor, other]
    after = account(world, li)
    assert [each.channel for each in after.standing.contacts] == ["sms"]
    assert world.house.identity.contact_of(other, after.sealed_contact) == FURTHER
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []


def test_an_account_without_any_contact_sends_no_code_to_what_is_another_s_now(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    merge_id = world.merged(zhang, li)
    named(world, zhang, "mail", HERS)
    named(world, zhang, "sms", FURTHER)
    world.split(merge_id)
    after = account(world, li)
    assert (after.standing.state, after.standing.contacts) == ("active", ())
    said = {"purpose": "sign_in", "salt": "s", "digest": "d", "now": world.house.clock.now()}
    assert after.issue_code(**said) is False
    assert world.house.identity.contacts_of(after) == []
    named(world, li, "mail", "li-again@example.edu.cn")  # whoever is still signed in, or has a password, names another
    assert [each.channel for each in account(world, li).standing.contacts] == ["mail"]
    world.house.identity.save(*closed(account(world, li)), by=world.by("close_account", li))
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []


def closed(one: Account) -> tuple[Account]:
    one.close()
    return (one,)


def test_who_closes_the_account_that_speaks_takes_no_contact_from_whoever_has_it_now(
    world: PeopleWorld, zhang: Assertion, li: Assertion
) -> None:
    world.merged(zhang, li)
    third = world.student({"id_type": "1", "id_number": "34052419800101001X", "name": "王五"}, contact=HERS)
    holder = world.account_of(third)
    world.house.identity.save(*closed(account(world, zhang)), by=world.by("close_account", zhang))
    world.house.work()
    assert holders(world) == [holder, None]
    assert verify(world.house.identity.store, PROJECTIONS, AGGREGATES) == []
