"""Classmates as witnesses: a code that the asker hands to them, and what each says under the own name (AC-9)."""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final
from uuid import UUID

from services.identity.application.allowances import TriesUsedUp
from services.identity.application.claim_turns import ClaimTurns
from services.identity.domain.account import Account
from services.identity.domain.claim_line_rules import (
    VOUCH_TRIES_A_DAY,
    VOUCHES_A_YEAR,
    may_be_voucher,
    vouches_of_year,
)
from services.identity.domain.claim_refusals import (
    ClaimStepRefused,
    CodeShownAlready,
    VouchesUsedUp,
    VouchRefused,
)
from services.identity.domain.identity_claim import CLASSMATES, VOUCH_SLOT, IdentityClaim
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command, decided_again
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.rules.refused import NotFound

VOUCH: Final = "vouch_for_classmate"
_SHOWN_FOR: Final = timedelta(minutes=10)
_SAME: Final = ("school_code", "level", "entry_year")
# what is read wrong from a piece of paper; none of the figures stands in a code
_MISREAD: Final = str.maketrans({"0": "O", "1": "I", "8": "B", "-": None, " ": None})


class ClaimVouching(ClaimTurns):
    """Asking classmates, vouching, and taking the word back."""

    # --- the asker ---

    def ask_classmates(self, *, command_id: UUID, by: By, **named: Any) -> Answer:
        """A code to hand to classmates; shown here and never again. Another one ends the one before."""
        asked = self._ask_classmates(command_id=command_id, by=by, **named)
        if datetime.fromisoformat(asked["shown_until"]) <= by.recorded_at:
            raise CodeShownAlready()
        claim = self.get(IdentityClaim, named["claim_id"])
        return {"id": claim.id, "code": self._code(claim.id, claim.standing.classmates_salt)}

    @command
    def _ask_classmates(self, *, command_id: UUID, claim_id: UUID, secret: str, by: By) -> Answer:
        claim = self.own_claim(claim_id, secret, by)
        salt = token_hex(16)
        key = (CLASSMATES, self._digest(self._code(claim.id, salt)))
        before = tuple(each for each in claim.standing.keys if each[0] == CLASSMATES)
        claim.ask_classmates(salt=salt, takes=(key,), frees=before, now=by.recorded_at)
        answer = {"shown_until": (by.recorded_at + _SHOWN_FOR).isoformat()}
        return self.save(claim, by=Context.of(by, rules=("AC-9",)), answer=answer)

    def _code(self, claim_id: UUID, salt: str) -> str:
        """Sixteen letters and figures: a keyed random function of a salt, stored nowhere."""
        keyed = self._keyed("claim-classmates", str(claim_id), salt)
        letters = base64.b32encode(keyed[:10]).decode()
        return "-".join(letters[start : start + 4] for start in range(0, 16, 4))

    def _digest(self, code: str) -> str:
        return self._keyed("claim-classmates-check", code.upper().translate(_MISREAD)).hex()[:40]

    def _keyed(self, *parts: str) -> bytes:
        return hmac.digest(self.keyring.code_pepper, "\0".join(parts).encode(), "sha256")

    # --- the classmate ---

    def vouch_for_classmate(self, *, by: By, **named: Any) -> Answer:
        """Say that whoever handed one this code is a classmate; nothing is learned of the claim or its record."""
        return self._vouch_for_classmate(by=self.secrets.blinded(by), **named)

    @command
    def _vouch_for_classmate(self, *, command_id: UUID, code: str, by: By) -> Answer:
        account = self._own_living_account(by)
        may_be_voucher(account.standing.opened_at, by.recorded_at)
        slots = vouches_of_year(account.standing.person_id, shanghai_date(by.recorded_at).year)
        slot = self._free_slot(VOUCH_SLOT, slots)
        if slot is None:
            raise VouchesUsedUp(most=VOUCHES_A_YEAR)
        if not self.allowances.spend("vouch", by.sub, by.recorded_at, at_most=VOUCH_TRIES_A_DAY):
            raise TriesUsedUp()
        return self._vouched(code=code, account=account, slot=slot, by=by)

    @decided_again
    def _vouched(self, *, code: str, account: Account, slot: str, by: By) -> Answer:
        """One answer, whether there is no such code, no such record, or no such classmate."""
        digest = self._digest(code)
        claim_id = self.owners(CLASSMATES, [digest]).get(digest)
        claim = self.find(IdentityClaim, claim_id) if claim_id else None
        study = self._common_study(claim, account)
        if claim is None or study is None:
            raise VouchRefused()
        vouch_id = uuid7()
        try:
            claim.vouch(
                vouch_id=vouch_id,
                person_id=account.standing.person_id,
                account_id=account.id,
                school_code=study["school_code"],
                school_name=study["school_name"],
                slot=slot,
                now=by.recorded_at,
            )
        except ClaimStepRefused:
            raise VouchRefused from None
        return self.save(claim, by=Context.of(by, rules=("AC-9",)), answer={"id": vouch_id})

    def _common_study(self, claim: IdentityClaim | None, account: Account) -> Mapping[str, Any] | None:
        """A living status of the classmate that began at the same school, level and year as one under the document."""
        mine = self.claim_finder.list_living_studies_of(account.standing.person_id)
        asked = ("", "") if claim is None else (claim.standing.id_key, claim.standing.name_key)
        theirs = [tuple(each[name] for name in _SAME) for each in self.claim_finder.list_known_studies(*asked)]
        common = [each for each in mine if tuple(each[name] for name in _SAME) in theirs]
        if claim is None or not common or self._is_own(claim, account):
            return None
        return common[0]

    @staticmethod
    def _is_own(claim: IdentityClaim, account: Account) -> bool:
        """Whoever has or claims the document is no witness, under whatever account."""
        asked, standing = claim.standing, account.standing
        return asked.id_key in standing.all_identities.id_keys or asked.contact_key in standing.contact_keys

    @command
    def take_vouch_back(self, *, command_id: UUID, vouch_id: UUID, by: By) -> Answer:
        """Not to have said it any more, until the claim is decided."""
        person_id = self._own_living_account(by).standing.person_id
        claim_id = self.claim_finder.find_vouch(vouch_id, person_id)
        if claim_id is None:
            raise NotFound(kind="vouch")
        return self._vouch_taken_back(claim_id=claim_id, vouch_id=vouch_id, person_id=person_id, by=by)

    @decided_again
    def _vouch_taken_back(self, *, claim_id: UUID, vouch_id: UUID, person_id: UUID, by: By) -> Answer:
        claim = self.get(IdentityClaim, claim_id)
        claim.take_vouch_back(vouch_id=vouch_id, person_id=person_id, now=by.recorded_at)
        return self.save(claim, by=Context.of(by, rules=("AC-9",)), answer={"id": vouch_id})

    def _own_living_account(self, by: By) -> Account:
        require(by.actor, VOUCH, Resource("account", person=by.sub))
        owner = self.owners("account.person", [by.sub]).get(by.sub)
        account = self.find(Account, owner) if owner else None
        if account is None or account.standing.state != "active":
            raise NotFound(kind="account")
        return account
