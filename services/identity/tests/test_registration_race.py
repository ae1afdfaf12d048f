"""Five hundred register one document at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from services.identity.application.identity import Identity
from services.identity.domain.account import DocumentTaken
from services.identity.queries import IdentityQueries
from services.identity.tests.conftest import ZHANG, House
from shared.eventstore.store import Store
from shared.rules.refused import Refused

pytestmark = pytest.mark.servers
_SPELLINGS = ("11010519491231002X", "110105491231002", " 11010519491231002x ", "１１０１０５１９４９１２３１００２Ｘ")


@pytest.mark.rule("AC-1")
def test_of_five_hundred_who_register_one_document_one_wins_and_each_other_learns_why(house: House) -> None:
    """Given one identity document in all its spellings, when five hundred open an account for it at once through two
    sets of connections, then one account is opened, every other is refused by AC-1, and no key of a loser
    is left."""
    stores = [house.identity.store, Store(house.identity.store.settings, "identity")]
    houses = [house.identity, Identity(stores[1], house.clock, house.identity.keyring, IdentityQueries(stores[1]))]
    requests = [
        {**ZHANG, "id_number": _SPELLINGS[n % 4], "channel": "mail", "contact": f"person{n}@example.edu.cn"}
        for n in range(500)
    ]
    confirmed = [{**request, "confirmation": house.confirmed(**request)} for request in requests]

    def attempt(number: int) -> Any:
        by = house.asked(f"open_account {number}")
        try:
            return UUID(houses[number % 2].open_account(command_id=by.command_id, by=by, **confirmed[number])["id"])
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(32) as pool:
        outcomes = list(pool.map(attempt, range(500)))
    winners = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(winners) == 1
    assert {type(loser) for loser in losers} == {DocumentTaken}
    assert {loser.as_dict()["rule"] for loser in losers} == {"AC-1"}
    with stores[0].reading() as cursor:
        cursor.execute("SELECT count(*) FROM claims WHERE scope = 'account.document'")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT array_agg(subject) FROM subject_keys WHERE wrapped IS NOT NULL")
        assert cursor.fetchone() == ([str(winners[0])],)
    stores[1].close()
