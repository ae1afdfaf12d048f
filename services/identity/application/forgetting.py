"""Which keys must be gone: read from the facts, and destroyed once more after a backup of keys was restored."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from services.identity.domain.account import Account
from services.identity.domain.identity_claim import IdentityClaim
from services.identity.domain.operator import Operator
from shared.eventstore.log import read_log
from shared.eventstore.privacy import SubjectKeys
from shared.eventstore.store import Store

_AT_ONCE: Final = 1_000


def keys_over(fact: Any, originator_id: UUID) -> Iterator[str]:
    """The subjects whose keys a fact ends: an account's with its sign-in, a settled claim's, a dismissed sign-in's.

    Who an operator was stays known as long as what the operator did (A24-1).
    """
    if isinstance(fact, Account.Closed | Account.Lapsed):
        yield str(originator_id)
        yield f"login:account:{originator_id}"
    elif isinstance(fact, IdentityClaim.Settled):
        yield str(originator_id)
    elif isinstance(fact, Operator.Revoked):
        yield f"login:operator:{fact.operator_id}"


def shred_again(store: Store, keys: SubjectKeys) -> int:
    """Destroy every key that the facts say is over; how many subjects that were."""
    position = done = 0
    while True:
        with store.reading() as cursor:
            records = read_log(cursor, position, _AT_ONCE)
        if not records:
            return done
        for record in records:
            for subject in keys_over(record.fact, record.originator_id):
                keys.shred(subject)
                done += 1
        position = records[-1].position
