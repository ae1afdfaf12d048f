"""Several verified identities of one account's person, superseding and its taking back."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.identity.domain.account import Account, AccountEnded
from services.identity.domain.identities import IdentityDoesNotFit, IdentityKnown
from services.identity.domain.record_rules import RecordStanding, can_be_bound
from shared.eventstore import facts
from shared.eventstore.aggregate import Claim
from shared.eventstore.claims import Settlement
from shared.eventstore.ids import uuid7

NOW = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
CLAIM = UUID("01930f3a-0000-7000-8000-0000000000f1")
A, B, C = ("a" * 40, "b" * 40, "c" * 40)
NAME, OTHER = "1" * 40, "2" * 40


def opened(id_key: str = A, name_key: str = NAME) -> Account:
    account = Account(
        account_id=uuid7(),
        person_id=uuid7(),
        id_type="1",
        id_key=id_key,
        name_key=name_key,
        contact_key=f"contact of {id_key}",
        channel="mail",
        sealed_person="s1.first",
        sealed_contact="s1.contact",
        opened_at=NOW,
    )
    account.issue_code(purpose="prove", salt="s", digest="right", now=NOW)
    account.try_code(purpose="prove", digest="right", now=NOW)
    return account


@pytest.fixture
def account() -> Account:
    return opened()


def add(account: Account, kind: Any, id_key: str, name_key: str = NAME, claim_id: UUID | None = CLAIM) -> None:
    account.add_identity(
        kind=kind, id_type="A", id_key=id_key, name_key=name_key, sealed="s1.second", reason="seen", claim_id=claim_id
    )


def documents_of(account: Account) -> set[str]:
    """The documents whose claims stand after all facts of the account."""
    entries = [
        (account.id, entry) for fact in account.collect_events() for entry in Account.claims_of(fact, account.id)
    ]
    held = [holding.claim for holding in Settlement(entries).held if isinstance(holding.claim, Claim)]
    assert len(held) == len(set(held))
    return {claim.key for claim in held if claim.scope == "account.document"}


def record(id_key: str, name_key: str) -> RecordStanding:
    return RecordStanding(uuid7(), id_key, name_key)


@pytest.mark.rule("AC-19")
def test_a_renewed_passport_stays_one_person_with_two_documents(account: Account) -> None:
    """Given an account, when its owner's passport is renewed, then the person goes by the new one, both bind records
    and both are held."""
    add(account, "renewed", B)
    assert account.standing.id_key == B
    assert account.sealed_person == "s1.second"
    assert can_be_bound(account.standing, record(A, NAME))
    assert can_be_bound(account.standing, record(B, NAME))
    assert documents_of(account) == {A, B}


@pytest.mark.rule("AC-19")
def test_a_changed_name_binds_old_records_and_new_ones_and_no_mixture_of_documents(account: Account) -> None:
    """Given an account whose owner changed her name, when records are bound, then those of either name are hers and
    those of another document are not."""
    add(account, "changed_name", A, OTHER)
    assert account.standing.identities == ((A, NAME), (A, OTHER))
    assert can_be_bound(account.standing, record(A, NAME))
    assert not can_be_bound(account.standing, record(B, OTHER))
    assert documents_of(account) == {A}


def test_pairs_are_verified_together_and_never_mixed(account: Account) -> None:
    add(account, "linked", B, OTHER)
    assert not can_be_bound(account.standing, record(A, OTHER))
    assert not can_be_bound(account.standing, record(B, NAME))
    assert account.standing.id_key == A  # an earlier identity is not the one she goes by


def test_a_corrected_number_gives_the_wrong_one_free(account: Account) -> None:
    add(account, "corrected", B)
    assert account.standing.identities == ((B, NAME),)
    assert documents_of(account) == {B}


def test_what_rests_on_a_claim_goes_with_it(account: Account) -> None:
    add(account, "corrected", B)
    account.take_back_identities(CLAIM)
    assert (account.standing.id_key, account.sealed_person) == (A, "s1.first")
    assert documents_of(account) == {A}


def test_a_superseded_account_holds_nothing_and_gets_everything_back(account: Account) -> None:
    add(account, "renewed", B)
    before = account.standing
    account.supersede(by_account=uuid7(), claim_id=CLAIM)
    assert not can_be_bound(account.standing, record(A, NAME))
    with pytest.raises(AccountEnded):
        add(account, "renewed", C)
    account.restore(claim_id=CLAIM)
    assert account.standing == before
    assert documents_of(account) == {A, B}


def test_a_superseded_account_gives_its_documents_up(account: Account) -> None:
    add(account, "renewed", B)
    account.supersede(by_account=uuid7())
    assert documents_of(account) == set()


def test_a_closed_account_with_several_documents_gives_all_up(account: Account) -> None:
    add(account, "renewed", B)
    account.close()
    assert documents_of(account) == set()


@pytest.mark.parametrize(
    ("kind", "id_key", "name_key"),
    [("renewed", A, NAME), ("renewed", B, OTHER), ("changed_name", B, OTHER), ("changed_name", A, NAME)],
)
def test_what_is_added_fits_how_it_came_about(account: Account, kind: str, id_key: str, name_key: str) -> None:
    with pytest.raises((IdentityDoesNotFit, IdentityKnown)):
        add(account, kind, id_key, name_key)


def test_what_was_sealed_of_each_identity_is_found_again(account: Account) -> None:
    add(account, "linked", B, OTHER)
    assert account.sealed_person == "s1.first"
    assert account.sealed_as((B, OTHER)) == ("s1.second", account.id)
    assert account.sealed_as((A, NAME)) == ("s1.first", account.id)


def test_facts_and_standing_come_back_from_their_stored_form(account: Account) -> None:
    add(account, "renewed", B)
    add(account, "corrected", C, OTHER)
    account.supersede(by_account=uuid7())
    account.restore()
    again: Any = None
    for fact in account.collect_events():
        codec = facts.codec_of(type(fact))  # type: ignore[arg-type]
        stored = codec.encode(fact)  # type: ignore[arg-type]
        again = codec.decode(account.id, fact.originator_version, stored).mutate(again)
    assert again.standing == account.standing
    assert facts.decode_standing(Account.Standing, facts.encode_standing(account.standing)) == account.standing


def test_a_standing_stored_before_there_were_several_identities_still_reads(account: Account) -> None:
    stored = facts.encode_standing(account.standing)
    assert account.standing.identities == ((A, NAME),)
    assert facts.decode_standing(Account.Standing, stored).identities == ((A, NAME),)
    assert date(2026, 10, 20) == account.standing.code_day
