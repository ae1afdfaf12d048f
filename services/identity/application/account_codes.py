"""One-time codes to the contacts of accounts: sent sparingly, tried sparingly, and silent about who has an account."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from secrets import token_hex
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec

from services.identity.application.allowances import Allowances, CodesTooOften, network_of
from services.identity.application.binding import Binding, RecordFinder
from services.identity.application.deliveries import CHANNELS
from services.identity.application.secrets import Secrets, checked_document
from services.identity.domain.account import Account, ContactTaken, DocumentTaken
from services.identity.domain.rules import CODE_LIFE, CODES_A_DAY, RESEND_AFTER
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
# a campus or a hall of residence may share one address: it is given more room than one person
CODES_A_NETWORK_A_DAY: Final = 500
_NOWHERE: Final = ""  # where no code goes to


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
        self.channels = channels

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

    def account_named(self, id_type: str, id_number: str, name: str, now: datetime) -> UUID | None:
        """The account of this document, if the name fits; the same look-ups whether or not there is one."""
        number, name = checked_document(id_type, id_number, name, now)
        id_key, name_key = self.keyring.id_key(id_type, number), self.keyring.name_key(name)
        owner = self.owners("account.document", [id_key]).get(id_key)
        asked = owner or UUID(int=0)
        _, standing = self.standings(Account, [asked]).get(asked, (0, None))
        return owner if standing is not None and (id_key, name_key) in standing.identities else None

    def asked_for(self, id_type: str, id_number: str, name: str) -> str:
        """Who is meant, however it is written: what is counted when somebody asks for a code or guesses one."""
        return f"{self.keyring.id_key(id_type, id_number)}\0{name.strip()}"

    def may_ask(self, what: str, value: str, by: By) -> None:
        """Count that a code is asked for; refused alike whether or not there is anybody to send it to.

        Who asks for whom is counted by network: a stranger who asks for somebody's codes all day takes away nothing
        from the owner, who asks from elsewhere.
        """
        network, now = network_of(by.address), by.recorded_at
        if network and not self.allowances.spend("network", network, now, at_most=CODES_A_NETWORK_A_DAY):
            raise CodesTooOften()
        slot = f"{network}\0{value}"
        if not self.allowances.spend(what, slot, now, at_most=CODES_A_DAY, apart=RESEND_AFTER):
            raise CodesTooOften(retry_after=ASKED["resend_after"])

    def issue_code(self, account: Account, purpose: str, now: datetime, *, to: str = "") -> bool:
        """Let a code go out if account and destination may still have one today."""
        contact = to or account.standing.contact_key
        salt = token_hex(16)
        digest = self.secrets.digest_of(account.id, salt, self.secrets.code_of(account.id, salt))
        due = account.issue_code(purpose=purpose, salt=salt, digest=digest, now=now, to=contact)
        return self._may_go_to(contact if due else _NOWHERE, now) and due

    def _may_go_to(self, contact: str, now: datetime) -> bool:
        return self.allowances.spend("destination", contact, now, at_most=CODES_A_DAY, apart=RESEND_AFTER)

    def issue_silently(
        self, account_id: UUID | None, purpose: str, rule: str, by: By, *, channel: str | None = None
    ) -> Answer:
        """Every asker gets the same answer after the same kind of work: one write, whether or not a code goes out."""
        context = Context.of(by, rules=(rule,))
        account = self.find(Account, account_id or UUID(int=0))
        to = _contact_on(account, channel)
        if account is None or to is None:
            self._may_go_to(_NOWHERE, by.recorded_at)  # counted all the same: the count must not tell who is known
            return self.save(by=context, answer=ASKED)
        if not self.issue_code(account, purpose, by.recorded_at, to=to):
            return self.save(by=context, answer=ASKED)
        # two at once: one code goes out, and neither asker learns more than the other
        with suppress(ChangedMeanwhile):
            self.save(account, by=context, answer=ASKED)
        return dict(ASKED)

    @command
    def try_code(
        self, *, command_id: UUID, account_id: UUID | None, purpose: str, code: str, by: By, valid_for: Any = CODE_LIFE
    ) -> Answer:
        """One try, recorded before its outcome is told: parallel guesses cannot outrun the count."""
        context = Context.of(by, rules=("X-PROOF-1",))
        account = self.find(Account, account_id or UUID(int=0))
        out = account.standing.code if account else None
        digest = self.secrets.digest_of(account_id or UUID(int=0), out.salt if out else "", code)
        if account is None:
            return self.save(by=context, answer={})
        answer: dict[str, Any] = {}
        if account.try_code(purpose=purpose, digest=digest if out else "", now=by.recorded_at):
            answer = {"account_id": account.id, "expires_at": by.recorded_at + valid_for}
        try:
            return self.save(account, by=context, answer=answer)
        except ChangedMeanwhile:
            raise WrongCode from None  # another try was faster; a conflict would tell that there is such an account

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
