"""Whether a document or a contact has an account is told sparingly: registration is no register of people."""

from dataclasses import replace
from typing import Any

import pytest

from services.identity.application.accounts import TAKEN_A_DAY, OpenedTooOften, Taken
from services.identity.application.code_counts import CODES_A_NETWORK_AN_HOUR
from services.identity.domain.account import DocumentTaken
from services.identity.tests.conftest import ZHANG, House
from shared.rules.refused import Refused

pytestmark = pytest.mark.servers
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
LI = {"id_type": "1", "id_number": "440524188001010014", "name": "李四"}


def register(house: House, who: dict[str, str], contact: str, address: str) -> Any:
    request = {**who, "channel": "mail", "contact": contact}
    by = replace(house.asked(f"open {who} {contact} {address}"), address=address)
    confirmation = house.confirmed(**request)
    return house.identity.open_account(command_id=by.command_id, by=by, **request, confirmation=confirmation)


def answer_to(house: House, who: dict[str, str], contact: str, address: str = HERE) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        register(house, who, contact, address)
    return refused.value.as_dict()


@pytest.mark.asvs("6.3.8")
@pytest.mark.rule("AC-1", "AC-5", "AC-6")
def test_what_exactly_is_taken_a_network_is_told_twenty_times_a_day(house: House) -> None:
    """Given a network that was told twenty times today which of document and contact serves an account, when it asks
    on, then document, contact, both, and an account that waits for its code are answered alike, nothing of whoever it
    is; another network, and this one tomorrow, is told as before."""
    house.student()
    house.open(**LI, contact="lisi@example.edu.cn")
    questions = [
        (ZHANG, "new@example.edu.cn"), ({**LI, "id_number": "11010519491231002X"}, "lisi@example.edu.cn"),
        (ZHANG, "zhangsan@example.edu.cn"), (LI, "lisi@example.edu.cn"),
        ({**LI, "id_number": "34052419800101001X"}, "zhangsan@example.edu.cn"),
    ]  # fmt: skip
    told = [answer_to(house, *questions[number % 5]) for number in range(TAKEN_A_DAY)]
    assert {each["code"] for each in told} == {
        "DOCUMENT_TAKEN", "ALREADY_REGISTERED", "NOT_YET_ACTIVATED", "CONTACT_OF_ANOTHER",
    }  # fmt: skip
    after = [answer_to(house, *question) for question in questions]
    assert [each["code"] for each in after] == ["TAKEN"] * 5
    assert all(each == after[0] for each in after)
    assert "***" not in str(after)
    assert answer_to(house, *questions[0], address=ELSEWHERE)["code"] == "DOCUMENT_TAKEN"
    who = {"id_type": "1", "id_number": "34052419800101001X", "name": "王五"}
    assert register(house, who, "wangwu@example.edu.cn", HERE)["id"], "who is new opens an account all the same"


@pytest.mark.asvs("6.3.8")
def test_a_network_asks_for_so_many_accounts_an_hour_whatever_comes_of_it(house: House) -> None:
    """Beyond it neither taken nor free is told: whoever tries numbers learns nothing, in whichever process."""
    house.student()
    for _ in range(CODES_A_NETWORK_AN_HOUR):
        with pytest.raises((DocumentTaken, Taken)):
            register(house, ZHANG, "new@example.edu.cn", HERE)
    refusals = []
    for who in (ZHANG, LI):
        with pytest.raises(OpenedTooOften) as refused:
            register(house, who, "new@example.edu.cn", HERE)
        refusals.append(refused.value.as_dict())
    assert refusals[0] == refusals[1]
    assert register(house, LI, "new@example.edu.cn", ELSEWHERE)["id"]
