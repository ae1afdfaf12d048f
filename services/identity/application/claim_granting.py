"""What follows from a claim's decision, in the transaction of the decision: accounts opened, superseded, restored."""

from typing import Any, Final
from uuid import UUID

import msgspec

from services.identity.application.claim_queue import ClaimQueue
from services.identity.application.claims import HOLDER
from services.identity.domain.account import Account
from services.identity.domain.claim_rules import WITHOUT_ACCOUNT, ClaimStanding
from services.identity.domain.identity_claim import IdentityClaim
from shared.codes.clock import shanghai_date
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Answer
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7

_ADDED_AS: Final = {
    "wrong_number": "corrected",
    "renewed_document": "renewed",
    "changed_name": "changed_name",
    "linked_identity": "linked",
}
ACCOUNT_PERSON, ACCOUNT_CONTACT = "account:person", "account:contact"


class ClaimGranting(ClaimQueue):
    """Granting and reversing, with everything that goes with it."""

    def grant(self, claim: IdentityClaim, *, sub: str, reason: str, context: Context) -> Answer:
        """The document is the asker's: all facts of it, or none."""
        mine, other = self._effected(claim, reason, context)
        claim.grant(
            sub=sub,
            reason=reason,
            account_id=mine.id,
            person_id=mine.standing.person_id,
            other_account_id=other.id if other else None,
            now=context.recorded_at,
        )
        self._dispute(claim, mine, context)
        return self._save_all(claim, (mine, other), context)

    def reverse(self, claim: IdentityClaim, *, sub: str, reason: str, context: Context) -> Answer:
        """An appeal is won: what was granted is taken back, what was denied is granted."""
        if claim.standing.appellant == HOLDER:
            changed: tuple[Account | None, ...] = self._taken_back(claim)
            mine = changed[0]
        else:
            mine, other = self._effected(claim, reason, context)
            changed = (mine, other)
        claim.decide_appeal(
            sub=sub,
            reverses=True,
            reason=reason,
            now=context.recorded_at,
            account_id=mine.id if mine else None,
            person_id=mine.standing.person_id if mine else None,
        )
        if mine is not None:
            self._dispute(claim, mine, context, settled=claim.standing.appellant == HOLDER)
        return self._save_all(claim, changed, context)

    # --- granting ---

    def _effected(self, claim: IdentityClaim, reason: str, context: Context) -> tuple[Account, Account | None]:
        """The asker's account with the document, and the one that held it till now."""
        standing = claim.standing
        holder = self._holder(standing)
        if standing.kind in WITHOUT_ACCOUNT:
            mine = self._opened(claim, context)
        else:
            mine = self._own_account(standing)
            self._add_identity(mine, claim, reason)
        other = holder if holder is not None and holder.id != mine.id else None
        if other is not None:
            other.supersede(by_account=mine.id, claim_id=claim.id)
        return mine, other

    def _holder(self, standing: ClaimStanding) -> Account | None:
        owner = self.owners("account.document", [standing.id_key]).get(standing.id_key)
        return self.get(Account, owner) if owner else None

    def _own_account(self, standing: ClaimStanding) -> Account:
        return self.get(Account, standing.account_id or UUID(int=0))

    def _opened(self, claim: IdentityClaim, context: Context) -> Account:
        """A living account for the asker, whose contact the claim has proven; sealed anew under a key of its own."""
        account_id, standing = uuid7(), claim.standing
        contact = self.contact_of(claim) or ""
        account = Account(
            account_id=account_id,
            person_id=uuid7(),
            id_type=standing.id_type,
            id_key=standing.id_key,
            name_key=standing.name_key,
            contact_key=standing.contact_key,
            channel=claim.channel,
            sealed_person=self._sealed_person(account_id, claim),
            sealed_contact=self.keys.seal(str(account_id), contact, ACCOUNT_CONTACT),
            opened_at=context.recorded_at,
        )
        account.trigger_event(Account.ContactProven, person_id=account.standing.person_id, at=context.recorded_at)
        return account

    def _add_identity(self, account: Account, claim: IdentityClaim, reason: str) -> None:
        standing = claim.standing
        kind: Any = _ADDED_AS[standing.kind]
        account.add_identity(
            kind=kind,
            id_type=standing.id_type,
            id_key=standing.id_key,
            name_key=standing.name_key,
            sealed=self._sealed_person(account.id, claim),
            reason=reason,
            claim_id=claim.id,
        )

    def _sealed_person(self, account_id: UUID, claim: IdentityClaim) -> str:
        text = msgspec.json.encode(self.person_of(claim)).decode()
        return self.keys.seal(str(account_id), text, ACCOUNT_PERSON)

    def _dispute(self, claim: IdentityClaim, account: Account, context: Context, *, settled: bool = False) -> None:
        """Who never studied anywhere under the own number says so of every record that is known of it."""
        standing = claim.standing
        if standing.kind != "not_me":
            return
        known = self.claim_finder.list_known_studies(standing.id_key, standing.name_key)
        statuses = {each["status_id"]: each["school_code"] for each in known}
        if statuses:
            claim.dispute_records(
                person_id=account.standing.person_id,
                status_ids=tuple(statuses),
                school_codes=tuple(statuses.values()),
                on=shanghai_date(context.recorded_at),
                settled=settled,
            )

    # --- taking back ---

    def _taken_back(self, claim: IdentityClaim) -> tuple[Account | None, ...]:
        """The account that lost speaks again; whoever has the document now gives it up."""
        standing = claim.standing
        back = self.get(Account, standing.other_account_id or UUID(int=0))
        holder = self._holder(standing)
        own = holder is not None and holder.id == standing.account_id and standing.kind not in WITHOUT_ACCOUNT
        if holder is not None and own:
            holder.take_back_identities(claim.id)
        elif holder is not None:
            holder.supersede(by_account=back.id, claim_id=claim.id)
        back.restore(claim_id=claim.id)
        return back, holder

    def _save_all(self, claim: IdentityClaim, changed: tuple[Account | None, ...], context: Context) -> Answer:
        accounts: list[Aggregate] = [account for account in changed if account is not None]
        return self.save(claim, *accounts, by=context, answer={"id": claim.id, "version": claim.version})
