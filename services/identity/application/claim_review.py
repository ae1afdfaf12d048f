"""The registry's side of claims: taken, decided, appealed, and what happens by date (AC-10, AC-11)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.identity.application.claim_queue import in_its_order
from services.identity.application.claim_vouching import ClaimVouching
from services.identity.application.claims import CLAIMANT, HOLDER
from services.identity.application.documents import with_country
from services.identity.application.humans import documents_of_accounts, documents_of_operator
from services.identity.application.secrets import checked_document
from services.identity.domain.claim_compare_rules import may_grant, may_reverse
from services.identity.domain.claim_refusals import ClaimInReview, ClaimStepRefused, OwnClaim
from services.identity.domain.claim_rules import APPEAL, clean_reason, may_decide, may_decide_appeal
from services.identity.domain.identity_claim import IdentityClaim
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.rules.refused import NotFound

_REVIEW: Final = ("AC-11", "A24-2")


class ClaimReview(ClaimVouching):
    """Whose turn it is, and who decides."""

    # --- the reviewer ---

    @command
    def take_identity_claim(self, *, command_id: UUID, claim_id: UUID, by: By) -> Answer:
        """Have it in hand, so that no two work on one."""
        claim = self._reviewed(claim_id, "review_claim", by)
        claim.take(sub=by.sub, now=by.recorded_at)
        return self.save(claim, by=Context.of(by, rules=_REVIEW))

    @command
    def put_back_identity_claim(self, *, command_id: UUID, claim_id: UUID, by: By) -> Answer:
        """Put it back into the line, where it was."""
        claim = self._reviewed(claim_id, "review_claim", by)
        claim.put_back(sub=by.sub)
        return self.save(claim, by=Context.of(by, rules=_REVIEW))

    def compare_claim_document(self, *, by: By, **named: Any) -> Answer:
        """Whether number and name, typed as the pictures show them, are those asked for; what was typed is not kept."""
        return self._compare(by=self.secrets.blinded(by), **named)

    @command
    def _compare(self, *, command_id: UUID, claim_id: UUID, by: By, **typed: Any) -> Answer:
        claim = self._reviewed(claim_id, "compare_claim", by)
        standing = claim.standing
        number, name = checked_document(now=by.recorded_at, **with_country({**typed, "id_type": standing.id_type}))
        equal = {
            "number_equal": self.keyring.id_key(standing.id_type, number) == standing.id_key,
            "name_equal": self.keyring.name_key(name) == standing.name_key,
        }
        claim.compare(sub=by.sub, **equal, now=by.recorded_at)
        answer = {"id": claim.id, "version": claim.version, **equal}
        return self.save(claim, by=Context.of(by, rules=(*_REVIEW, "AC-9")), answer=answer)

    @command
    def ask_more_evidence(self, *, command_id: UUID, claim_id: UUID, reason: str, by: By) -> Answer:
        """Say what else has to be seen; the asker is told in these words."""
        claim = self._reviewed(claim_id, "review_claim", by)
        reason = clean_reason(reason)
        claim.ask_more(sub=by.sub, reason=reason, now=by.recorded_at)
        return self.save(claim, by=Context.of(by, rules=_REVIEW, reason=reason))

    @command
    def decide_identity_claim(self, *, command_id: UUID, claim_id: UUID, grants: bool, reason: str, by: By) -> Answer:
        """Grant or deny; both sides are told why, and the one that lost how to appeal."""
        claim = self._reviewed(claim_id, "decide_claim", by, reason)
        reason = clean_reason(reason)
        if grants:
            may_grant(claim.standing, by.sub)
        else:
            may_decide(claim.standing, "deny", by.sub)
        context = Context.of(by, rules=(*_REVIEW, "AC-9", "AC-10"), reason=reason)
        if grants:
            return self.grant(claim, sub=by.sub, reason=reason, context=context)
        claim.deny(sub=by.sub, reason=reason, now=by.recorded_at)
        return self.save(claim, by=context)

    def _reviewed(self, claim_id: UUID, action: str, by: By, reason: str = "") -> IdentityClaim:
        claim = self.get(IdentityClaim, claim_id)
        asker = claim.standing.person_id
        submitted_by = str(asker) if asker else None
        require(by.actor, action, Resource("claim", submitted_by=submitted_by), reason=reason)
        self._require_no_side(claim, by)
        return claim

    def _require_no_side(self, claim: IdentityClaim, by: By) -> None:
        """Nobody decides about the own document, or after vouching for the asker (A24-2).

        Operators have ids of their own, so all their documents are compared with those of everybody concerned.
        """
        standing = claim.standing
        holder = self.owners("account.document", [standing.id_key]).get(standing.id_key)
        vouchers = [str(each.person_id) for each in standing.vouchers if not each.taken_back]
        vouched = self.owners("account.person", vouchers).values() if vouchers else ()
        concerned = {each for each in (standing.account_id, standing.other_account_id, holder, *vouched) if each}
        documents = {standing.id_key, *(documents_of_accounts(self, concerned) if concerned else ())}
        if not documents_of_operator(self, by).isdisjoint(documents):
            raise OwnClaim

    # --- the appeal ---

    @command
    def appeal_identity_claim(self, *, command_id: UUID, claim_id: UUID, secret: str, statement: str, by: By) -> Answer:
        """The side that lost asks for another decision; each side comes with a secret of its own."""
        statement = clean_reason(statement, field="statement")

        def appealed() -> Answer:
            claim, side = self._of_side(claim_id, secret, by)
            sealed = self.keys.seal(str(claim.id), statement, APPEAL)
            waits = self.decided_first(claim) is not None
            claim.appeal(side=side, sealed_statement=sealed, now=by.recorded_at, waits=waits)
            return self.save(claim, by=Context.of(by, rules=("AC-10",)))

        return in_its_order(appealed)

    def _of_side(self, claim_id: UUID, secret: str, by: By) -> tuple[IdentityClaim, str]:
        """Which side somebody is who knows a secret of the claim, or is signed in as its asker."""
        with suppress(NotFound):
            return self.own_claim(claim_id, secret, by), CLAIMANT
        claim = self.find(IdentityClaim, claim_id)
        if claim is not None and self.is_secret_of(claim, secret, HOLDER):
            return claim, HOLDER
        raise NotFound(kind="claim")

    @command
    def decide_claim_appeal(self, *, command_id: UUID, claim_id: UUID, reverses: bool, reason: str, by: By) -> Answer:
        """The ministry's word, which is the last; never by the first decider (A24-2)."""
        claim = self.get(IdentityClaim, claim_id)
        resource = Resource("claim", submitted_by=claim.standing.decided_by)
        require(by.actor, "decide_appeal", resource, reason=reason)
        reason = clean_reason(reason)
        if claim.standing.appeal_waits:
            raise ClaimInReview(due_on=self.other_claim_until(claim) or "-")
        (may_reverse if reverses else may_decide_appeal)(claim.standing, by.sub)
        self._require_no_side(claim, by)
        context = Context.of(by, rules=("AC-10", "A24-2"), reason=reason)
        if reverses:
            return self.reverse(claim, sub=by.sub, reason=reason, context=context)
        claim.decide_appeal(sub=by.sub, reverses=False, reason=reason, now=by.recorded_at)
        return self.save(claim, by=context)

    # --- what happens by date ---

    def due_claims(self, now: datetime) -> int:
        """What nobody goes on with lapses, what is late is said, what is over is settled, what was proven granted."""
        return sum(self._due(claim_id, now) for claim_id in self.claim_finder.list_claims_due(now))

    def _due(self, claim_id: UUID, now: datetime) -> bool:
        claim = self.find(IdentityClaim, claim_id)
        if claim is None:
            return False
        if claim.standing.state == "proven" and self.granted_now(claim_id, now):
            return True
        waits = claim.standing.state == "queued" or claim.standing.appeal_waits
        if waits and self.take_next(claim.standing.id_key, now):
            return True
        steps: tuple[Callable[[datetime], bool], ...] = (claim.lapse, claim.find_overdue, claim.settle)
        if not any(step(now) for step in steps):
            return False
        with suppress(ChangedMeanwhile):
            self.save(claim, by=Context.system("due_claims", now, rules=("AC-10", "AC-11")))
            return True
        return False

    def withdraw_claims_of(self, person_id: UUID, now: datetime) -> None:
        """Whoever closed the own account asks for nothing any more, and what was shown is destroyed soon."""
        for claim_id in self.claim_finder.list_waiting_claims_of(person_id):
            claim = self.get(IdentityClaim, claim_id)
            with suppress(ChangedMeanwhile, ClaimStepRefused):
                claim.withdraw(now)
                self.save(claim, by=Context.system("withdraw_claims_of", now, rules=("PIPL-1",)))
