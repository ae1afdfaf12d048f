"""One-time codes to the contacts of accounts: sent sparingly, tried sparingly, and silent about who has an account."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec

from services.identity.application.allowances import Allowances
from services.identity.application.binding import Binding, RecordFinder
from services.identity.application.code_counts import Asker, CodeCounts
from services.identity.application.deliveries import CHANNELS
from services.identity.application.secrets import Secrets, checked_document
from services.identity.application.sign_in_attempts import Attempts
from services.identity.domain.account import Account, ContactTaken, DocumentTaken
from services.identity.domain.login import SUBJECT, Login
from services.identity.domain.rules import CODE_LIFE, RESEND_AFTER
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import Clock
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.refused import NotFound, Refused

PERSON, CONTACT = "account:person", "account:contact"
ASKED: Final = {"resend_after": int(RESEND_AFTER.total_seconds()), "valid_for": int(CODE_LIFE.total_seconds())}
NOBODY: Final = UUID(int=0)
_DECISIONS: Final = 3  # as often a code is issued or tried anew when the account changed at that moment


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom somebody names by document and name, and under what that is counted, however it is written."""

    account_id: UUID | None
    key: str


class WrongCode(Refused):
    """The code is wrong, used or over, or there is no such account: which of these is not said."""

    rule = "X-PROOF-1"
    status = 401


class AccountCodes(Binding):
    """What every use case of accounts needs: sealed data, and codes that prove a contact."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        "account.document": DocumentTaken,
        "account.contact": ContactTaken,
    }

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        finder: RecordFinder,
        *,
        channels: tuple[str, ...] = CHANNELS,
    ) -> None:
        super().__init__(store, clock, keyring, finder)
        self.keys = SubjectKeys(store, keyring)
        self.secrets = Secrets(keyring)
        self.allowances = Allowances(store, keyring)
        self.attempts = Attempts(store, keyring)
        self.counts = CodeCounts(self.allowances, self.attempts, self._epoch_of)
        self.channels = channels

    def _epoch_of(self, subject: str) -> int:
        found = self.owning(Login, SUBJECT, [subject]).get(subject)
        return found[2].epoch if found else 0

    def contact_of(self, account_id: UUID, sealed_contact: str) -> str:
        """The address a message goes to; raises Shredded once the account is gone."""
        return self.keys.open(str(account_id), sealed_contact, CONTACT)

    def person_of(self, account: Account) -> dict[str, Any]:
        """Name, kind and number of the document, as its owner gave them."""
        person: dict[str, Any] = msgspec.json.decode(self.keys.open(str(account.id), account.sealed_person, PERSON))
        return person

    def account_for(self, by: By, action: str) -> Account:
        """The asker's own living account, for an action that nobody takes for another (AC-24)."""
        require(by.actor, action, Resource("account", person=by.sub))
        owner = self.owners("account.person", [by.sub]).get(by.sub)
        if owner is None:
            raise NotFound(kind="account")
        return self.get(Account, owner)

    def meant(self, id_type: str, id_number: str, name: str, now: datetime) -> Meant:
        """The account of this document, if the name fits; the same look-ups whether or not there is one."""
        number, name = checked_document(id_type, id_number, name, now)
        id_key, name_key = self.keyring.id_key(id_type, number), self.keyring.name_key(name)
        owner = self.owners("account.document", [id_key]).get(id_key)
        asked = owner or NOBODY
        _, standing = self.standings(Account, [asked]).get(asked, (0, None))
        fits = standing is not None and (id_key, name_key) in standing.identities
        return Meant(owner if fits else None, f"{id_key}\0{name_key}")

    def answered_with(self, request_for: UUID, answer: Answer) -> Answer:
        """The answer to a request for a code, with what its code is brought back with; that is stored nowhere."""
        return {**answer, "request": self.secrets.request_of(request_for)}

    def request_key(self, command_id: UUID) -> str:
        """By what a code knows the command that asked for it."""
        return self.secrets.request_key(self.secrets.request_of(command_id))

    def issue_code(
        self, account: Account, purpose: str, asker: Asker, now: datetime, *, to: str = "", request: str = ""
    ) -> bool:
        """Let a code go out if account and destination may still have one today."""
        contact = to or account.standing.contact_key
        due = self._prepare(account, purpose, now, contact, request)
        return self.counts.may_go(contact if due else None, str(account.id), asker, now)

    def issue_silently(
        self,
        account_id: UUID | None,
        purpose: str,
        rule: str,
        by: By,
        asker: Asker,
        *,
        meant: str,
        channel: str | None = None,
        request: str = "",
    ) -> Answer:
        """Every asker gets the same answer after the same kind of work: one write, whether or not a code goes out."""
        context, now = Context.of(by, rules=(rule,)), by.recorded_at
        account = self.find(Account, account_id or NOBODY)
        to = _contact_on(account, channel)
        due = to is not None and self._prepare(account, purpose, now, to, request)
        goes = self.counts.may_go(to if due else None, meant, asker, now)
        for _ in range(_DECISIONS):
            if account is None or to is None or not goes:
                break
            with suppress(ChangedMeanwhile):
                return self.save(account, by=context, answer=ASKED)
            account = self.find(Account, account.id)  # another's code or try was faster: decided anew
            goes = to == _contact_on(account, channel) and self._prepare(account, purpose, now, to, request)
        return self.save(by=context, answer=ASKED)

    def _prepare(self, account: Account | None, purpose: str, now: datetime, to: str, request: str) -> bool:
        if account is None:
            return False
        salt = token_hex(16)
        digest = self.secrets.digest_of(account.id, salt, self.secrets.code_of(account.id, salt))
        return account.issue_code(purpose=purpose, salt=salt, digest=digest, now=now, to=to, request=request)

    @command
    def try_code(
        self,
        *,
        command_id: UUID,
        account_id: UUID | None,
        purpose: str,
        code: str,
        by: By,
        request: str = "",
        valid_for: Any = CODE_LIFE,
    ) -> Answer:
        """One try, recorded before its outcome is told: parallel guesses cannot outrun the count.

        It is a try of the code that `request` asked for; one that nobody asked for so is as wrong as any, and costs
        whoever is meant nothing.
        """
        context = Context.of(by, rules=("X-PROOF-1",))
        slot = self.secrets.request_key(request) if request else ""

        def tried() -> Answer:
            account = self.find(Account, account_id or NOBODY)
            out = account.standing.code_of(purpose, slot) if account else None
            digest = self.secrets.digest_of(account_id or NOBODY, out.salt if out else "", code)
            if account is None:
                return self.save(by=context, answer={})
            right = account.try_code(purpose=purpose, digest=digest, now=by.recorded_at, request=slot)
            answer = {"account_id": account.id, "expires_at": by.recorded_at + valid_for} if right else {}
            return self.save(account, by=context, answer=answer)

        answer = _decided(tried)
        if answer is None:
            raise WrongCode  # others were faster again and again; a conflict would tell that there is such an account
        return answer

    def proven(self, tried: Answer, by: By) -> Account:
        """The account whose code was right; a repeated command never makes it last longer."""
        if not tried or datetime.fromisoformat(tried["expires_at"]) <= by.recorded_at:
            raise WrongCode
        account = self.get(Account, UUID(tried["account_id"]))
        if account.standing.state != "active":
            raise WrongCode
        return account


def _contact_on(account: Account | None, channel: str | None) -> str | None:
    """The first of an account's contacts on a channel; on any, the user name."""
    if account is None:
        return None
    return next((each.key for each in account.standing.contacts if channel in (None, "", each.channel)), None)


def _decided(decide: Callable[[], Answer]) -> Answer | None:
    """Decide, and anew where the account was changed meanwhile; None where that never ended."""
    for _ in range(_DECISIONS):
        with suppress(ChangedMeanwhile):
            return decide()
    return None
