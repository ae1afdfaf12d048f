"""What strangers ask for and try at a contested document is theirs: the owner's codes and tries stay the owner's."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.identity.application.allowances import CodesTooOften
from services.identity.application.code_counts import CODES_A_NETWORK_AN_HOUR
from services.identity.domain.claim_rules import TRIES_A_DAY, TRIES_OF_ALL_A_DAY, tries_left
from services.identity.domain.rules import CODES_A_DAY, CODES_TO_ONE_A_DAY
from services.identity.tests.claiming import CLAIMANT, STUDY, Counter, counter_of
from services.identity.tests.conftest import ZHANG, House
from services.identity.tests.test_claims import refused

pytestmark = pytest.mark.servers
HOME, AWAY = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Counter:
    return counter_of(house, tmp_path)


def tell(counter: Counter, use_case: str, address: str, **named: Any) -> Any:
    by = replace(counter.by(use_case, said=str(sorted(named.items(), key=str))), address=address)
    return getattr(counter.claims, use_case)(command_id=by.command_id, by=by, **named)


def opened(counter: Counter, address: str) -> UUID:
    request = {**ZHANG, **CLAIMANT, "kind": "contested_document", "statement": ""}
    return UUID(tell(counter, "open_identity_claim", address, **request)["id"])


def codes_sent(counter: Counter) -> int:
    return len(counter.mail_to(CLAIMANT["contact"]))


@pytest.mark.asvs("6.3.1")
@pytest.mark.rule("X-PROOF-2", "AC-9")
def test_strangers_do_not_use_up_the_codes_of_a_claims_contact(counter: Counter) -> None:
    """Given a stranger who has codes for claims sent to somebody's address until no more go out, when the owner of the
    address opens a claim from another network, then a code goes there, and proves it."""
    for _ in range(CODES_A_DAY + 2):
        claim_id = opened(counter, AWAY)
        counter.forward(minutes=1)
    tell(counter, "send_claim_code", AWAY, claim_id=claim_id)
    assert codes_sent(counter) == CODES_A_DAY
    mine = opened(counter, HOME)
    assert codes_sent(counter) == CODES_A_DAY + 1
    assert counter.proven(mine)["secret"]


def test_all_strangers_together_have_a_few_codes_a_day_sent_to_one_address(counter: Counter) -> None:
    for network in range(CODES_TO_ONE_A_DAY + 3):
        opened(counter, f"198.51.100.{network}")
    assert codes_sent(counter) == CODES_TO_ONE_A_DAY


def test_a_network_asks_for_so_many_claims_codes_an_hour_and_no_more(counter: Counter) -> None:
    claim_id = opened(counter, AWAY)
    for _ in range(CODES_A_NETWORK_AN_HOUR - 1):
        tell(counter, "send_claim_code", AWAY, claim_id=claim_id)
    with pytest.raises(CodesTooOften):
        tell(counter, "send_claim_code", AWAY, claim_id=claim_id)
    with pytest.raises(CodesTooOften):
        opened(counter, AWAY)
    assert opened(counter, HOME)


@pytest.mark.asvs("6.3.1")
@pytest.mark.rule("AC-9", "AC-13")
def test_a_strangers_tries_at_what_is_known_of_studies_are_not_the_owners(counter: Counter) -> None:
    """Given a stranger who spends every try of the day at somebody's studies, when the owner, whom another contact
    reaches, names them, then the document is the owner's."""
    counter.house.student()
    counter.studies()
    theirs, secret = counter.begun(contact="stranger@example.com")
    for _ in range(TRIES_A_DAY):
        wrong = {**STUDY, "student_no": "1"}
        refused(counter, "prove_by_knowledge", claim_id=theirs, secret=secret, **wrong)
    code = refused(counter, "prove_by_knowledge", claim_id=theirs, secret=secret, **STUDY)["code"]
    assert code == "NO_MORE_TRIES"
    mine, own = counter.begun()
    counter.tell("prove_by_knowledge", claim_id=mine, secret=own, **STUDY)
    assert counter.claim(mine).state == "granted"


@pytest.mark.parametrize(
    ("of_contact", "of_all", "left"),
    [(0, 0, TRIES_A_DAY), (4, 4, 1), (5, 5, 0), (0, TRIES_OF_ALL_A_DAY - 1, 1), (0, TRIES_OF_ALL_A_DAY, 0), (6, 6, 0)],
)
def test_tries_are_counted_for_a_contact_and_for_all(of_contact: int, of_all: int, left: int) -> None:
    assert tries_left(of_contact, of_all) == left
