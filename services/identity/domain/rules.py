"""The pure rules of identity: when a code may be sent, when it is right, which records are whose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from services.identity.domain.bind_tries import BindTries
from services.identity.domain.contacts import Contact, NamedContact
from services.identity.domain.identities import ENDED, Identities, KnownIdentity
from shared.codes.clock import shanghai_date

RESEND_AFTER = timedelta(seconds=60)
CODE_LIFE = timedelta(minutes=10)
CODES_A_DAY = 5  # to one destination, for who asks from one place
CODES_TO_ONE_A_DAY = 20  # to one destination, for all who ask from places that the owner never signed in from
# of one account: more than strangers can have sent to a mail address and a telephone, so that some are always left
CODES_OF_ONE_A_DAY = 60
TRIES_A_CODE = 5
PROVE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class IssuedCode:
    """A code that went out; the code itself is never kept, only its salted hash.

    It serves one purpose and, where nobody was signed in, only who brings back what the request for it was answered.
    """

    purpose: str
    salt: str
    digest: str
    issued_at: datetime
    expires_at: datetime
    tries: int = 0
    request: str = ""  # the keyed hash of that answer; empty for an owner who is signed in, and for who opened

    @property
    def slot(self) -> tuple[str, str]:
        """Of codes in one slot only the newest counts; those of others do not touch it."""
        return self.purpose, self.request


@dataclass(frozen=True)
class AccountStanding:
    """What decides about an account: whose document, which state, which codes are out."""

    person_id: UUID
    id_key: str
    name_key: str
    contact_key: str
    opened_at: datetime
    state: str = "opened"
    codes: tuple[IssuedCode, ...] = ()
    last_code_at: datetime | None = None
    code_day: date | None = None
    codes_on_day: int = 0
    id_type: str = ""
    known: tuple[KnownIdentity, ...] = ()  # where there is more than what the account was opened with
    superseded_by: UUID | None = None
    state_before: str = ""  # its superseding
    given_up: tuple[str, ...] = ()  # contacts that are free while another account of the same human being speaks
    bind_tries: BindTries = BindTries()  # noqa: RUF009 -- frozen
    channel: str = ""
    further: tuple[Contact, ...] = ()  # proven contacts beside the first, which is the user name
    named: NamedContact | None = None  # typed, and not proven yet

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Every proven contact, the user name first; none where a split found all of them with somebody else."""
        return () if not self.contact_key else (Contact(self.contact_key, self.channel), *self.further)

    @property
    def contact_keys(self) -> tuple[str, ...]:
        return tuple(contact.key for contact in self.contacts)

    def with_contact(self, added: Contact, replaces: str) -> AccountStanding:
        kept = [added if contact.key == replaces else contact for contact in self.contacts]
        return self._reached_by(kept if replaces else [*kept, added])

    def without_contact(self, key: str) -> AccountStanding:
        return self._reached_by([contact for contact in self.contacts if contact.key != key])

    def _reached_by(self, contacts: list[Contact]) -> AccountStanding:
        first, *further = contacts or [Contact("", "")]
        # a code that is out went to one that may be gone
        return replace(self, contact_key=first.key, channel=first.channel, further=tuple(further), named=None, codes=())

    @property
    def all_identities(self) -> Identities:
        """Every document and name that was ever verified as this person's."""
        return Identities(self.known or (KnownIdentity(self.id_key, self.name_key, self.id_type),))

    @property
    def identities(self) -> tuple[tuple[str, str], ...]:
        """All verified pairs of document and name, as keyed hashes."""
        return self.all_identities.pairs

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def held(self) -> tuple[str, ...]:
        """The documents that nobody else can have an account for."""
        return () if self.has_ended else self.all_identities.id_keys

    def with_identity(self, added: KnownIdentity) -> AccountStanding:
        return self._known_by(self.all_identities.with_(added))

    def renamed(self, name_key: str) -> AccountStanding:
        return self._known_by(self.all_identities.renamed(name_key))

    def without_source(self, source: UUID, along: tuple[str, ...] = ()) -> AccountStanding:
        return self._known_by(self.all_identities.without(source, along))

    def superseded(self, by_account: UUID, given_up: tuple[str, ...] = ()) -> AccountStanding:
        return replace(
            self, state="superseded", superseded_by=by_account, state_before=self.state, given_up=given_up, codes=()
        )

    def restored(self, lost: tuple[str, ...] = ()) -> AccountStanding:
        before = replace(self, state=self.state_before, superseded_by=None, state_before="", given_up=())
        return before._reached_by([each for each in before.contacts if each.key not in lost]) if lost else before

    def _known_by(self, identities: Identities) -> AccountStanding:
        now = identities.current
        known = () if len(identities.known) == 1 else identities.known
        return replace(self, id_type=now.id_type, id_key=now.id_key, name_key=now.name_key, known=known)

    def with_code(self, code: IssuedCode) -> AccountStanding:
        day = shanghai_date(code.issued_at)
        count = self.codes_on_day + 1 if day == self.code_day else 1
        others = (each for each in self.codes if each.slot != code.slot and code.issued_at < each.expires_at)
        return replace(self, codes=(*others, code), last_code_at=code.issued_at, code_day=day, codes_on_day=count)

    def code_of(self, purpose: str, request: str) -> IssuedCode | None:
        """The code that this request for it can be answered with."""
        return next((each for each in self.codes if each.slot == (purpose, request)), None)

    def missed(self, purpose: str, request: str) -> AccountStanding:
        slot = (purpose, request)
        tried = (replace(each, tries=each.tries + (each.slot == slot)) for each in self.codes)
        return replace(self, codes=tuple(each for each in tried if each.tries < TRIES_A_CODE))

    def spent(self, purpose: str) -> AccountStanding:
        """A right code ends every other one for the same purpose: who asked for those is somebody else, or forgot."""
        return replace(self, codes=tuple(each for each in self.codes if each.purpose != purpose))

    def signed_in(self, purpose: str) -> AccountStanding:
        return replace(self.spent(purpose), state="active")

    def ended(self, state: str) -> AccountStanding:
        return replace(self, state=state, codes=())


def code_may_go_out(account: AccountStanding, purpose: str, now: datetime) -> bool:
    """Only for what the account's state allows, and a bounded number a day.

    The minute between two codes and the few of a day are counted by destination and by who asks: an account that
    counted them for all would let strangers use up what its owner may have.
    """
    if not _serves(account, purpose):
        return False
    return shanghai_date(now) != account.code_day or account.codes_on_day < CODES_OF_ONE_A_DAY


def code_can_be_tried(account: AccountStanding, purpose: str, request: str, now: datetime) -> bool:
    """Whether there is a living code for this purpose and request at all."""
    code = account.code_of(purpose, request)
    return _serves(account, purpose) and code is not None and now < code.expires_at and code.tries < TRIES_A_CODE


def code_is_right(account: AccountStanding, purpose: str, request: str, digest: str) -> bool:
    code = account.code_of(purpose, request)
    return code is not None and compare_digest(code.digest, digest)


def _serves(account: AccountStanding, purpose: str) -> bool:
    return account.state == ("opened" if purpose == "prove" else "active")


def has_lapsed(account: AccountStanding, now: datetime) -> bool:
    """A contact that nobody proved within a day must not keep the document from its owner."""
    return account.state == "opened" and now >= account.opened_at + PROVE_WITHIN
