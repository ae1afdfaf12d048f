"""Accounts, one-time codes, sign-in."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

import msgspec

from services.identity.application.account_holders import AccountHolders
from services.identity.application.binding import Binding, RecordFinder
from services.identity.application.holders import Holder, Holders
from services.identity.application.operator_holders import OperatorHolders
from services.identity.application.secrets import Secrets, checked_contact, checked_document
from services.identity.application.sessions import EveryHolder, Sessions
from services.identity.domain.account import Account, ContactTaken, DocumentTaken
from services.identity.domain.rules import CODE_LIFE, RESEND_AFTER
from shared.access.assertion import NotSignedIn
from shared.access.by import By
from shared.codes.clock import Clock
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.refused import Refused

STUDENT_SESSION: Final = timedelta(hours=12)
_PERSON, _CONTACT = "account:person", "account:contact"
_ASKED = {"resend_after": int(RESEND_AFTER.total_seconds()), "valid_for": int(CODE_LIFE.total_seconds())}


class WrongCode(Refused):
    """The code is wrong, used or over, or there is no such account: which of these is not said."""

    rule = "X-PROOF-1"
    status = 401


class Operators(Holders, Protocol):
    """Operators who sign in with a key: those of the demo profile's file."""

    def find(self, operator_id: str, key: str) -> Holder | None:
        """The operator, if the key is right."""
        ...


class Identity(Binding):
    """One person, one document, one living account."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        "account.document": DocumentTaken,
        "account.contact": ContactTaken,
    }

    def __init__(
        self, store: Store, clock: Clock, keyring: Keyring, finder: RecordFinder, operators: Operators | None = None
    ) -> None:
        super().__init__(store, clock, keyring, finder)
        self.keys = SubjectKeys(store, keyring)
        self.secrets = Secrets(keyring)
        self.operators = operators
        self.holders = EveryHolder(AccountHolders(self), OperatorHolders(store, clock))
        if operators is not None:
            self.holders.add(operators)
        self.sessions = Sessions(store, clock, keyring, self.holders)

    def open_account(self, *, by: By, **named: Any) -> Answer:
        """Open an account; it lives once its contact is proven."""
        return self._open_account(by=self.secrets.blinded(by), **named)

    @command
    def _open_account(
        self, *, command_id: UUID, id_type: str, id_number: str, name: str, channel: str, contact: str, by: By
    ) -> Answer:
        number, name = checked_document(id_type, id_number, name, by.recorded_at)
        contact = checked_contact(channel, contact)
        id_key = self.keyring.id_key(id_type, number)
        # asked before a key is made for the subject; the claim itself decides
        if self.owners("account.document", [id_key]):
            raise DocumentTaken(scope="account.document")
        account_id = uuid7()
        person = msgspec.json.encode({"name": name, "id_type": id_type, "id_number": number}).decode()
        account = Account(
            account_id=account_id,
            person_id=uuid7(),
            id_type=id_type,
            id_key=id_key,
            name_key=self.keyring.name_key(name),
            contact_key=self.secrets.contact_key(channel, contact),
            channel=channel,
            sealed_person=self.keys.seal(str(account_id), person, _PERSON),
            sealed_contact=self.keys.seal(str(account_id), contact, _CONTACT),
            opened_at=by.recorded_at,
        )
        try:
            return self.save(account, by=Context.of(by, rules=("AC-1",)))
        except Refused:
            self.keys.shred(str(account_id))
            raise

    @command
    def close_account(self, *, command_id: UUID, by: By) -> Answer:
        """Close the own account: document and contact are free at once, the worker destroys its key."""
        account = self.own_account(by)
        account.close()
        return self.save(account, by=Context.of(by, rules=("AC-1",)))

    def lapse_accounts(self, ids: Iterable[UUID], now: datetime) -> int:
        """Release what accounts hold that nobody proved in time; part of `due(now)`."""
        lapsed = 0
        for account_id in ids:
            account = self.find(Account, account_id)
            if account is not None and account.lapse(now):
                with suppress(ChangedMeanwhile):
                    self.save(account, by=Context.system("lapse_accounts", now, rules=("AC-1",)))
                    lapsed += 1
        return lapsed

    @command
    def send_contact_code(self, *, command_id: UUID, account_id: UUID, by: By) -> Answer:
        """Send the code that proves an account's contact."""
        return self._issue_code(account_id, "prove", "AC-5", by)

    def request_sign_in_code(self, *, by: By, **named: Any) -> Answer:
        """Send a sign-in code to the contact of the account of this document and name."""
        return self._request_sign_in_code(by=self.secrets.blinded(by), **named)

    @command
    def _request_sign_in_code(self, *, command_id: UUID, id_type: str, id_number: str, name: str, by: By) -> Answer:
        return self._issue_code(self._account_of(id_type, id_number, name, by), "sign_in", "AC-12", by)

    def prove_contact_code(self, *, command_id: UUID, account_id: UUID, code: str, by: By) -> Answer:
        """Prove the contact; the account becomes active and its records are bound."""
        return self._student_in("prove", command_id, account_id, code, by)

    def sign_in_with_code(
        self, *, command_id: UUID, id_type: str, id_number: str, name: str, code: str, by: By
    ) -> Answer:
        """Sign in with the code that came to the contact."""
        account_id = self._account_of(id_type, id_number, name, by)
        return self._student_in("sign_in", command_id, account_id, code, by)

    def sign_in_operator(self, *, operator_id: str, key: str, by: By) -> Answer:
        """Sign an office's operator in; without an operators file there is none, and no default."""
        operator = self.operators.find(operator_id, key) if self.operators else None
        if operator is None:
            raise NotSignedIn(reason="operator")
        return self.sessions.begin(operator, amr=("key",), device="", by=by, strong=True)

    def contact_of(self, account_id: UUID, sealed_contact: str) -> str:
        """The address a message goes to; raises Shredded once the account is gone."""
        return self.keys.open(str(account_id), sealed_contact, _CONTACT)

    def _account_of(self, id_type: str, id_number: str, name: str, by: By) -> UUID | None:
        number, name = checked_document(id_type, id_number, name, by.recorded_at)
        id_key = self.keyring.id_key(id_type, number)
        owner = self.owners("account.document", [id_key]).get(id_key)
        standing = self.standings(Account, [owner])[owner][1] if owner else None
        return owner if standing is not None and standing.name_key == self.keyring.name_key(name) else None

    def _issue_code(self, account_id: UUID | None, purpose: str, rule: str, by: By) -> Answer:
        """Every asker gets the same answer after the same kind of work: one write, whether or not a code goes out."""
        context = Context.of(by, rules=(rule,))
        account = self.find(Account, account_id) if account_id else None
        if account is None:
            return self.save(by=context, answer=_ASKED)
        salt = token_hex(16)
        digest = self.secrets.digest_of(account.id, salt, self.secrets.code_of(account.id, salt))
        account.issue_code(purpose=purpose, salt=salt, digest=digest, now=by.recorded_at)
        # two at once: one code goes out, and neither asker learns more than the other
        with suppress(ChangedMeanwhile):
            self.save(account, by=context, answer=_ASKED)
        return _ASKED

    @command
    def _try_code(self, *, command_id: UUID, account_id: UUID | None, purpose: str, code: str, by: By) -> Answer:
        """One try, recorded before its outcome is told: parallel guesses cannot outrun the count."""
        context = Context.of(by, rules=("X-PROOF-1",))
        account = self.find(Account, account_id) if account_id else None
        if account is None:
            return self.save(by=context, answer={})
        out = account.standing.code
        digest = self.secrets.digest_of(account.id, out.salt, code) if out else ""
        answer: dict[str, Any] = {}
        if account.try_code(purpose=purpose, digest=digest, now=by.recorded_at):
            answer = {"account_id": account.id, "expires_at": by.recorded_at + STUDENT_SESSION}
        return self.save(account, by=context, answer=answer)

    def _student_in(self, purpose: str, command_id: UUID, account_id: UUID | None, code: str, by: By) -> Answer:
        """The session of a student whose code was right; a repeated command never makes it last longer."""
        tried = self._try_code(
            command_id=command_id, account_id=account_id, purpose=purpose, code=code, by=self.secrets.blinded(by)
        )
        if not tried or datetime.fromisoformat(tried["expires_at"]) <= by.recorded_at:
            raise WrongCode
        account = self.get(Account, UUID(tried["account_id"]))
        if account.standing.state != "active":
            raise WrongCode
        # whatever stands in the way now is bound by the worker, which follows the same fact
        with suppress(ChangedMeanwhile):
            self.bind_records(account.standing, Context.of(by, rules=("AC-14",)))
        holder = self.holders.of(f"account:{account.id}")
        if holder is None:
            raise WrongCode
        # a code to a proven contact is the strongest proof of those who have no stronger one
        strong = not self.sessions.login_standing(holder.subject).is_strong
        by = replace(by, command_id=command_id)
        return self.sessions.begin(holder, amr=("otp", account.channel), device="", by=by, strong=strong)
