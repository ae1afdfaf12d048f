"""For whom a session can speak: people with a living, proven account."""

import pytest

from services.identity.application.account_holders import AccountHolders
from services.identity.tests.conftest import House

pytestmark = pytest.mark.servers


@pytest.mark.rule("AC-2")
@pytest.mark.parametrize("name", [" ZhangSan@example.edu.cn", "11010519491231002x", "110105491231002"])
def test_contact_and_document_number_are_the_user_name(house: House, name: str) -> None:
    """Given a proven account, when its contact or document number is given as the user name, then its owner is meant,
    and no other name means them."""
    student = house.student()
    holders = AccountHolders(house.identity)
    found = holders.named(name)
    assert found is not None
    assert (found.sub, found.role, found.is_staff) == (student.sub, "student", False)
    assert holders.of(found.subject) == found
    assert holders.named("lisi@example.edu.cn") is None
    assert holders.named("张三") is None


def test_an_account_that_is_not_proven_or_was_closed_has_no_holder(house: House) -> None:
    holders = AccountHolders(house.identity)
    account_id = house.open()
    assert holders.of(f"account:{account_id}") is None
    assert holders.named("zhangsan@example.edu.cn") is None


def test_a_closed_account_is_not_found_any_more(house: House) -> None:
    student = house.student()
    holders = AccountHolders(house.identity)
    found = holders.named("zhangsan@example.edu.cn")
    assert found is not None
    house.tell("close_account", actor=student)
    assert holders.of(found.subject) is None
    assert holders.named("zhangsan@example.edu.cn") is None


def test_the_subject_of_an_operator_is_no_account(house: House) -> None:
    assert AccountHolders(house.identity).of("operator:pku-registrar-1") is None
