"""Claims to identities as their askers see them: opened, proven by contact, followed, withdrawn (AC-8..11, AC-19)."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

import msgspec

from services.identity.application.allowances import Allowances
from services.identity.application.code_counts import CodeCounts
from services.identity.application.secrets import Secrets, checked_contact, checked_document
from services.identity.application.sign_in_attempts import Attempts
from services.identity.domain.account import Account, ContactTaken, DocumentTaken
from services.identity.domain.claim_rules import (
    CONTACT,
    HAND_IN_WITHIN,
    PERSON,
    STATEMENT,
    UNKNOWN,
    ClaimStanding,
    clean_reason,
)
from services.identity.domain.identity_claim import CODE_SLOT, CONTESTED, KNOWLEDGE_SLOT, IdentityClaim
from services.identity.domain.rules import CODE_LIFE, RESEND_AFTER
from shared.access.by import By
from shared.access.decide import Resource, decide, require
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import Answer, Application, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.refused import NotFound, Refused

FIRST_LETTERS: Final = "xc1_"
CLAIMANT, HOLDER = "claimant", "holder"
_SHOWN_FOR: Final = timedelta(minutes=10)
_ASKED = {"resend_after": int(RESEND_AFTER.total_seconds()), "valid_for": int(CODE_LIFE.total_seconds())}


class WrongClaimCode(Refused):
    """The code is wrong, used or over, or there is no such claim: which of these is not said."""

    rule = "X-PROOF-1"
    status = 401


class SlotTaken(Refused):
    """Another request had this try of the day at the same moment."""

    rule = "X-CONFLICT-1"


class ClaimFinder(Protocol):
    """Where claims are looked up."""

    def claimant_view(self, claim_id: UUID, version: int) -> Answer:
        """The claim as its asker may see it, at this version or later."""
        ...

    def list_claims_due(self, now: datetime) -> Sequence[UUID]:
        """Claims in which the day may ask for something."""
        ...

    def list_waiting_claims_of(self, person_id: UUID) -> Sequence[UUID]:
        """The claims of a person that nobody has decided."""
        ...

    def list_known_studies(self, id_key: str, name_key: str) -> Sequence[Mapping[str, Any]]:
        """What is known of the studies under a document and name."""
        ...

    def was_decided_for(self, account_id: UUID) -> bool:
        """Whether an office's review gave this account its document."""
        ...

    def list_line_of(self, id_key: str) -> Sequence[UUID]:
        """The claims to a document that wait for their turn: appeals, then by rank, then who came first."""
        ...

    def list_living_studies_of(self, person_id: UUID) -> Sequence[Mapping[str, Any]]:
        """The statuses that are bound to a person and have not ended."""
        ...

    def find_vouch(self, vouch_id: UUID, person_id: UUID) -> UUID | None:
        """The claim in which this person vouched under this id."""
        ...


class Claims(Application):
    """Opening and following claims; nothing of a claim names a person in clear."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        CODE_SLOT: SlotTaken,
        KNOWLEDGE_SLOT: SlotTaken,
        "account.document": DocumentTaken,
        "account.contact": ContactTaken,
    }

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, finder: ClaimFinder) -> None:
        super().__init__(store, clock)
        self.keyring = keyring
        self.keys = SubjectKeys(store, keyring)
        self.secrets = Secrets(keyring)
        self.claim_finder = finder
        self.counts = CodeCounts(Allowances(store, keyring), Attempts(store, keyring), lambda _: 0)

    # --- opening ---

    def open_identity_claim(self, *, by: By, **named: Any) -> Answer:
        """Open a claim without an account; the same answer whoever holds the document."""
        return self._open_identity_claim(by=self.secrets.blinded(by), **named)

    @command
    def _open_identity_claim(
        self, *, command_id: UUID, kind: Any, channel: str, contact: str, statement: str, by: By, **document: str
    ) -> Answer:
        contact = checked_contact(channel, contact)
        self.counts.require_room(self.counts.asker(None, "", by), by.recorded_at)
        claim = self._drawn_up(kind, document, channel, contact, statement, None, by)
        answer = {"id": claim.id, "version": 1, **_ASKED}
        saved = self._saved_or_shredded(claim, by, ("AC-9",), answer)
        self._send_code(claim.id, by)
        return saved

    def ask_identity_change(self, *, by: By, **named: Any) -> Answer:
        """A signed-in student says that the own number was wrong, or that document or name are others now."""
        return self._ask_identity_change(by=self.secrets.blinded(by), **named)

    @command
    def _ask_identity_change(self, *, command_id: UUID, kind: Any, statement: str, by: By, **document: str) -> Answer:
        require(by.actor, "ask_own_identity_change", Resource("claim", person=by.sub))
        owner = self.owners("account.person", [by.sub]).get(by.sub)
        if owner is None:
            raise NotFound(kind="account")
        account = self.get(Account, owner)
        claim = self._drawn_up(
            kind, document, account.channel, self.contact_of_account(account), statement, account, by
        )
        return self._saved_or_shredded(claim, by, ("AC-19",), None)

    def _drawn_up(
        self, kind: Any, document: Mapping[str, str], channel: str, contact: str, statement: str,
        account: Account | None, by: By,
    ) -> IdentityClaim:  # fmt: skip
        number, name = checked_document(now=by.recorded_at, **document)
        statement = clean_reason(statement, field="statement", empty=True)
        claim_id = uuid7()
        person = msgspec.json.encode({**document, "name": name, "id_number": number}).decode()
        return IdentityClaim(
            claim_id=claim_id,
            kind=kind,
            id_type=document["id_type"],
            id_key=self.keyring.id_key(document["id_type"], number),
            name_key=self.keyring.name_key(name),
            channel=channel,
            contact_key=self.secrets.contact_key(channel, contact),
            sealed_person=self.keys.seal(str(claim_id), person, PERSON),
            sealed_contact=self.keys.seal(str(claim_id), contact, CONTACT),
            sealed_statement=self.keys.seal(str(claim_id), statement, STATEMENT),
            salt=token_hex(16),
            person_id=account.standing.person_id if account else None,
            account_id=account.id if account else None,
            opened_at=by.recorded_at,
        )

    def _saved_or_shredded(
        self, claim: IdentityClaim, by: By, rules: tuple[str, ...], answer: Mapping[str, Any] | None
    ) -> Answer:
        try:
            return self.save(claim, by=Context.of(by, rules=rules), answer=answer)
        except Refused:
            self.keys.shred(str(claim.id))
            raise

    # --- proving the contact ---

    @command
    def send_claim_code(self, *, command_id: UUID, claim_id: UUID, by: By) -> Answer:
        """Send the code that proves a claim's contact; the same answer whether one goes out or not."""
        self.counts.require_room(self.counts.asker(None, "", by), by.recorded_at)
        self.save(by=Context.of(by, rules=("AC-5",)), answer=_ASKED)
        self._send_code(claim_id, by)
        return _ASKED

    def _send_code(self, claim_id: UUID, by: By) -> None:
        """One a minute for the claim; to the destination as many as an account's codes, by the place that asks."""
        context = Context.of(by, rules=("AC-5",)).with_(command_id=None)
        claim = self.find(IdentityClaim, claim_id)
        if claim is None:
            return
        salt, now = token_hex(16), by.recorded_at
        digest = self.secrets.digest_of(claim.id, salt, self.secrets.code_of(claim.id, salt))
        due = claim.issue_code(salt=salt, digest=digest, now=now)
        contact = claim.standing.contact_key if due else None
        if self.counts.may_go(contact, str(claim_id), self.counts.asker(None, "", by), now):
            # two at once: one code goes out, and neither asker learns more than the other
            with suppress(ChangedMeanwhile):
                self.save(claim, by=context)

    def _free_slot(self, scope: str, slots: Sequence[str]) -> str | None:
        held = self.owners(scope, slots)
        return next((slot for slot in slots if slot not in held), None)

    def prove_claim_contact(self, *, command_id: UUID, claim_id: UUID, code: str, by: By) -> Answer:
        """The right code proves the contact; its answer is the only one that shows the secret to come back with."""
        tried = self._try_claim_code(command_id=command_id, claim_id=claim_id, code=code, by=self.secrets.blinded(by))
        if not tried or datetime.fromisoformat(tried["shown_until"]) <= by.recorded_at:
            raise WrongClaimCode
        claim = self.get(IdentityClaim, claim_id)
        return {"id": claim.id, "secret": self.secret_of(claim), "waits_for": self.other_claim_until(claim)}

    @command
    def _try_claim_code(self, *, command_id: UUID, claim_id: UUID, code: str, by: By) -> Answer:
        """One try, recorded before its outcome is told: parallel guesses cannot outrun the count."""
        context = Context.of(by, rules=("X-PROOF-1",))
        claim = self.find(IdentityClaim, claim_id)
        if claim is None:
            return self.save(by=context, answer={})
        out = claim.standing.code
        digest = self.secrets.digest_of(claim.id, out.salt, code) if out else ""
        right = claim.try_code(digest=digest, now=by.recorded_at)
        answer = {"shown_until": (by.recorded_at + _SHOWN_FOR).isoformat()} if right else {}
        return self.save(claim, by=context, answer=answer)

    # --- coming back ---

    def view_identity_claim(self, *, claim_id: UUID, secret: str, by: By) -> Answer:
        """Where the claim stands: step, place in the line, clock, every step with its time."""
        return self._view(self.own_claim(claim_id, secret, by))

    @command
    def withdraw_identity_claim(self, *, command_id: UUID, claim_id: UUID, secret: str, by: By) -> Answer:
        """Take the claim back."""
        claim = self.own_claim(claim_id, secret, by)
        claim.withdraw(by.recorded_at)
        return self.save(claim, by=Context.of(by, rules=("AC-9",)))

    def own_claim(self, claim_id: UUID, secret: str, by: By) -> IdentityClaim:
        """The claim of whoever knows its secret, or is the signed-in person who asked; nobody else learns of it."""
        claim = self.find(IdentityClaim, claim_id)
        knows = self.is_secret_of(claim, secret, CLAIMANT, claim_id)
        if claim is not None and (knows or self._asked_it(claim.standing, by)):
            return claim
        raise NotFound(kind="claim")

    def is_secret_of(self, claim: IdentityClaim | None, secret: str, side: str, claim_id: UUID | None = None) -> bool:
        """Whether a side of the claim may know this secret; for a claim that is not there it takes as long."""
        known = self.secret_of(claim, side) if claim else self._secret(claim_id or UUID(int=0), "", side)
        return hmac.compare_digest(known.encode(), secret.encode())

    @staticmethod
    def _asked_it(claim: ClaimStanding, by: By) -> bool:
        asker = str(claim.person_id) if claim.person_id else None
        return decide(by.actor, "follow_own_claim", Resource("claim", person=asker)).allow

    def secret_of(self, claim: IdentityClaim, side: str = CLAIMANT) -> str:
        """What lets a side come back to a claim: a keyed random function, stored nowhere."""
        return self._secret(claim.id, claim.standing.salt, side)

    def _secret(self, claim_id: UUID, salt: str, side: str) -> str:
        said = "\0".join(("claim-secret", side, str(claim_id), salt)).encode()
        keyed = hmac.digest(self.keyring.code_pepper, said, "sha256")
        return FIRST_LETTERS + base64.urlsafe_b64encode(keyed).decode().rstrip("=")

    def _view(self, claim: IdentityClaim) -> Answer:
        waits = not claim.standing.has_ended or claim.standing.appeal_waits
        waits_for = self.other_claim_until(claim) if waits else None
        return {**self.claim_finder.claimant_view(claim.id, claim.version), "waits_for": waits_for}

    # --- parts that others build on ---

    def other_claim_until(self, claim: IdentityClaim) -> str | None:
        """By when another claim to the same document is decided; None where there is none."""
        id_key = claim.standing.id_key
        owner = self.owners(CONTESTED, [id_key]).get(id_key)
        if owner is None or owner == claim.id:
            return None
        other: ClaimStanding = self.get(IdentityClaim, owner).standing
        if other.state == "more_evidence":
            return str(shanghai_date(other.since + HAND_IN_WITHIN))
        return str(other.due_on or UNKNOWN)

    def person_of(self, claim: IdentityClaim) -> dict[str, Any]:
        """Name and document as the asker wrote them; raises Shredded once the claim is settled."""
        person: dict[str, Any] = msgspec.json.decode(self.keys.open(str(claim.id), claim.sealed_person, PERSON))
        return person

    def contact_of(self, claim: IdentityClaim) -> str | None:
        """Where the asker is written to; None once the claim's key is destroyed."""
        try:
            return self.keys.open(str(claim.id), claim.sealed_contact, CONTACT)
        except CannotOpen:
            return None

    def contact_of_account(self, account: Account) -> str:
        """Where the owner of an account is written to."""
        return self.keys.open(str(account.id), account.sealed_contact, "account:contact")
