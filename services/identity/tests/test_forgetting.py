"""After an old backup of keys was restored: what the facts say is over is destroyed again."""

from dataclasses import replace

import pytest

from services.identity.application.forgetting import shred_again
from services.identity.domain.account import Account
from services.identity.tests.conftest import House
from shared.eventstore.privacy import Shredded

pytestmark = pytest.mark.servers


@pytest.mark.asvs("14.2.7")
@pytest.mark.rule("PIPL-1")
def test_a_restored_key_of_a_closed_account_is_destroyed_again(house: House) -> None:
    """Given a closed account and one that lives, when a backup of the keys from before is restored, then the closed
    one's data can be read again, until the keys that the facts say are over are destroyed once more."""
    student = house.student()
    (account_id,) = house.identity.owners("account.person", [student.sub]).values()
    sealed = house.identity.get(Account, account_id).sealed_person
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT subject, wrapped FROM subject_keys")
        backup = cursor.fetchall()
    house.tell("close_account", replace(student, stepped_up=True))
    house.work()
    other = house.student(id_number="440524188001010014", name="李四", contact="lisi@example.edu.cn")
    with house.identity.store.reading() as cursor:
        for subject, wrapped in backup:
            cursor.execute("UPDATE subject_keys SET wrapped = %s WHERE subject = %s", (wrapped, subject))
    assert house.identity.keys.open(str(account_id), sealed, "account:person"), "this is what a restore does"
    assert shred_again(house.identity.store, house.identity.keys) >= 1
    with pytest.raises(Shredded):
        house.identity.keys.open(str(account_id), sealed, "account:person")
    (living,) = house.identity.owners("account.person", [other.sub]).values()
    kept = house.identity.get(Account, living).sealed_person
    assert house.identity.keys.open(str(living), kept, "account:person")
