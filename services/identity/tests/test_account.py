"""Accounts and their one-time codes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.identity.domain.account import Account, AccountEnded
from services.identity.domain.rules import CODES_A_DAY, CODES_OF_ONE_A_DAY, CODES_TO_ONE_A_DAY, has_lapsed
from shared.eventstore.aggregate import Claim, Release
from shared.eventstore.ids import uuid7

NOW = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
PERSON = UUID("01930f3a-0000-7000-8000-0000000000c1")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def account() -> Account:
    return Account(
        account_id=uuid7(),
        person_id=PERSON,
        id_type="1",
        id_key="a" * 40,
        name_key="b" * 40,
        contact_key="c" * 40,
        channel="mail",
        sealed_person="x1.k.cGVyc29u",
        sealed_contact="x1.k.Y29udGFjdA==",
        opened_at=NOW,
    )


@pytest.fixture
def active(account: Account) -> Account:
    account.issue_code(purpose="prove", salt="s", digest="right", now=NOW)
    account.try_code(purpose="prove", digest="right", now=NOW)
    account.collect_events()
    return account


def facts(account: Account) -> list[str]:
    return [type(fact).__name__ for fact in account.collect_events()]


def test_the_right_code_proves_the_contact_and_makes_the_account_active(account: Account) -> None:
    assert account.issue_code(purpose="prove", salt="s", digest="right", now=NOW)
    assert account.try_code(purpose="prove", digest="right", now=NOW + 9 * MINUTE)
    assert account.standing.state == "active"
    assert facts(account) == ["Opened", "CodeIssued", "ContactProven"]


@pytest.mark.asvs("6.5.1")
@pytest.mark.rule("X-PROOF-1")
def test_a_code_is_used_once(active: Account) -> None:
    """Given a code that proved a contact, when it is tried again, then it does nothing."""
    assert not active.try_code(purpose="prove", digest="right", now=NOW)
    assert facts(active) == []


@pytest.mark.asvs("6.5.5")
@pytest.mark.rule("X-PROOF-1")
def test_a_code_is_over_after_ten_minutes(account: Account) -> None:
    """Given a code, when it is tried after ten minutes, then it does nothing."""
    account.issue_code(purpose="prove", salt="s", digest="right", now=NOW)
    assert not account.try_code(purpose="prove", digest="right", now=NOW + 10 * MINUTE)


def test_a_code_is_burnt_after_five_wrong_tries(account: Account) -> None:
    account.issue_code(purpose="prove", salt="s", digest="right", now=NOW)
    for _ in range(5):
        assert not account.try_code(purpose="prove", digest="wrong", now=NOW)
    assert not account.try_code(purpose="prove", digest="right", now=NOW)
    assert facts(account).count("CodeMissed") == 5


@pytest.mark.asvs("6.6.2")
def test_a_code_for_one_purpose_serves_no_other(active: Account) -> None:
    active.issue_code(purpose="sign_in", salt="s", digest="right", now=NOW + MINUTE)
    assert not active.try_code(purpose="prove", digest="right", now=NOW + MINUTE)


def test_a_new_code_makes_the_old_one_worthless(account: Account) -> None:
    account.issue_code(purpose="prove", salt="s", digest="first", now=NOW)
    account.issue_code(purpose="prove", salt="t", digest="second", now=NOW + MINUTE)
    assert not account.try_code(purpose="prove", digest="first", now=NOW + MINUTE)


def test_a_bounded_number_of_codes_goes_out_on_one_day_in_china_and_more_than_strangers_can_ask_for(
    account: Account,
) -> None:
    sent = [account.issue_code(purpose="prove", salt="s", digest="d", now=NOW + n * MINUTE) for n in range(80)]
    assert sent == [True] * CODES_OF_ONE_A_DAY + [False] * (80 - CODES_OF_ONE_A_DAY)
    assert CODES_OF_ONE_A_DAY >= 2 * CODES_TO_ONE_A_DAY + 2 * CODES_A_DAY  # by mail and by telephone, and some are left
    midnight_in_china = datetime(2026, 10, 20, 16, 0, tzinfo=UTC)
    assert account.issue_code(purpose="prove", salt="s", digest="d", now=midnight_in_china)


@pytest.mark.asvs("6.6.2")
@pytest.mark.rule("X-PROOF-1")
def test_a_code_serves_the_request_that_asked_for_it_and_others_do_not_touch_it(active: Account) -> None:
    """Given two requests for a code, when one asker guesses or brings the other's code, then that is refused, and the
    other's code is as good as before."""
    active.issue_code(purpose="sign_in", salt="s", digest="mine", now=NOW, request="me")
    active.issue_code(purpose="sign_in", salt="t", digest="theirs", now=NOW, request="them")
    for _ in range(6):
        assert not active.try_code(purpose="sign_in", digest="mine", now=NOW, request="them")
    for request in ("nobody", ""):
        assert not active.try_code(purpose="sign_in", digest="mine", now=NOW, request=request)
    assert facts(active) == ["CodeIssued"] * 2 + ["CodeMissed"] * 5
    assert active.try_code(purpose="sign_in", digest="mine", now=NOW, request="me")


def test_a_right_code_ends_every_other_one_for_its_purpose(active: Account) -> None:
    for request in ("one", "two"):
        active.issue_code(purpose="sign_in", salt="s", digest=request, now=NOW, request=request)
    active.issue_code(purpose="password", salt="s", digest="three", now=NOW, request="three")
    assert active.try_code(purpose="sign_in", digest="one", now=NOW, request="one")
    assert not active.try_code(purpose="sign_in", digest="two", now=NOW, request="two")
    assert active.try_code(purpose="password", digest="three", now=NOW, request="three")


def test_codes_that_are_over_are_not_kept(active: Account) -> None:
    for number in range(5):
        now = NOW + number * 9 * MINUTE
        active.issue_code(purpose="sign_in", salt="s", digest="d", now=now, request=f"request {number}")
        assert len(active.standing.codes) <= 2


@pytest.mark.rule("AC-10")
def test_a_code_that_is_out_does_not_bring_a_superseded_account_back(active: Account) -> None:
    """Given a code that went out, when another account takes over meanwhile, then the code signs nobody in."""
    active.issue_code(purpose="sign_in", salt="s", digest="right", now=NOW, request="r")
    active.supersede(by_account=UUID(int=7))
    assert not active.try_code(purpose="sign_in", digest="right", now=NOW, request="r")
    assert active.standing.state == "superseded"


@pytest.mark.asvs("6.6.1")
def test_an_unproven_account_cannot_be_signed_in_to(account: Account) -> None:
    assert not account.issue_code(purpose="sign_in", salt="s", digest="d", now=NOW)


@pytest.mark.rule("AC-1")
def test_an_account_holds_its_document_contact_and_person_until_it_is_closed(account: Account) -> None:
    """Given an account, when it is opened and closed, then document, contact and person are held exactly in between."""
    account.close()
    opened, closed = account.collect_events()
    held = {(entry.scope, entry.key) for entry in Account.claims_of(opened, account.id) if isinstance(entry, Claim)}
    given = {(entry.scope, entry.key) for entry in Account.claims_of(closed, account.id) if isinstance(entry, Release)}
    assert held == given == {
        ("account.document", "a" * 40), ("account.contact", "c" * 40), ("account.person", str(PERSON)),
    }  # fmt: skip


@pytest.mark.rule("AC-1")
def test_a_closed_account_does_nothing_more(active: Account) -> None:
    """Given a closed account, when it is closed again or asked for a code, then it is refused."""
    active.close()
    with pytest.raises(AccountEnded):
        active.close()
    assert not active.issue_code(purpose="sign_in", salt="s", digest="d", now=NOW + MINUTE)


@pytest.mark.asvs("14.2.7")
def test_an_account_that_nobody_proves_lapses_after_a_day(account: Account) -> None:
    assert not account.lapse(NOW + timedelta(hours=23))
    assert has_lapsed(account.standing, NOW + timedelta(hours=24))
    assert account.lapse(NOW + timedelta(hours=24))
    assert account.standing.state == "lapsed"


def test_an_active_account_never_lapses(active: Account) -> None:
    assert not active.lapse(NOW + timedelta(days=400))
