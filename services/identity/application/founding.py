"""The first office and its owner: written once, and only where nothing was ever written."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from services.identity.application.offices import Offices
from services.identity.application.operators import Appointments
from services.identity.domain.office import NO_GRANT, Office, OutOfOrder, OwnerMissing
from services.identity.domain.office_kinds import NATION
from shared.access.by import By
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import Answer
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

USE_CASE: Final = "found_registry"
INVITE_AGAIN: Final = "invite_owner_again"


class Founding(Appointments):
    """Begins a registry: before this nobody can sign in, and there is no account that anybody was given."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        super().__init__(store, clock, keyring)
        self.offices = Offices(store, clock)

    def found_registry(
        self, *, ministry: str, name: str, mail: str, id_type: str, id_number: str, now: datetime
    ) -> Answer:
        """Write the ministry's office and its owner's invitation, into an empty store."""
        if not self._is_empty():
            raise OutOfOrder(why_zh="登记系统已有数据", why_en="something was written into this registry before")
        today = shanghai_date(now)
        by = By(None, USE_CASE, str(uuid4()), now)
        office = Office(
            code=NATION,
            kind="ministry",
            org=NATION,
            name=ministry.strip(),
            valid_from=today,
            valid_until=None,
            **NO_GRANT,
        )
        operator = self.new_operator(
            office,
            name=name,
            mail=mail,
            id_type=id_type,
            id_number=id_number,
            training="all",
            valid_from=None,
            valid_until=None,
            by=by,
        )
        office.name_owner(operator.standing.operator_id, today)
        context = Context.system(USE_CASE, now, rules=("A6-3", "A24-1"))
        return self.save_new(operator, office, context=replace(context, correlation_id=by.correlation_id))

    def invite_owner_again(self, now: datetime) -> Answer:
        """Let a new invitation go out to the ministry's owner, whom nobody above could invite.

        For a mail that was lost, an enrolment that was not completed, a passkey that broke. Whoever may ask this holds
        the installation's keys; the code goes to the owner's own address, and that it went is a fact.
        """
        owner = self.offices.office_of(NATION).standing.owner
        operator = self.find_operator(owner) if owner else None
        if operator is None:
            raise OwnerMissing
        self._invite(operator, By(None, INVITE_AGAIN, str(uuid4()), now))
        answer = {"operator_id": operator.standing.operator_id}
        return self.save(operator, by=Context.system(INVITE_AGAIN, now, rules=("A24-1",)), answer=answer)

    def _is_empty(self) -> bool:
        with self.store.reading() as cursor:
            cursor.execute("SELECT NOT EXISTS (SELECT FROM events)")
            row = cursor.fetchone()
        return bool(row and row[0])
