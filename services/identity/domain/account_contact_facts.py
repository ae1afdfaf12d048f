"""What happens to an account's contacts, name and messages: every fact applies itself, none refuses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.identity.domain.account_identity_facts import AccountEnded, AccountIdentityFacts
from services.identity.domain.contacts import Contact, NamedContact
from services.identity.domain.rules import AccountStanding
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed
from shared.rules.refused import NotFound, Refused

MOST_CONTACTS = 4


class ContactIsYours(Refused):
    """The contact that was named serves this account already."""

    rule = "AC-6"
    zh = "该联系方式已属于您的账号。"
    en = "This contact is your account's already."


class LastContact(Refused):
    """An account is reached by one contact at least: it is the user name."""

    rule = "AC-2"
    zh = "账号至少保留一个已验证的联系方式；请先添加或更换。"
    en = "An account keeps one proven contact at least; add or change one first."


class TooManyContacts(Refused):
    """There is room for a few contacts only."""

    rule = "AC-2"
    zh = "每个账号最多保留{most}个联系方式。"
    en = "An account has at most {most} contacts."


class NameIsFixed(Refused):
    """The name was verified by a record; from then on a claim with evidence changes it."""

    rule = "AC-7"


class AccountContactFacts(AccountIdentityFacts):
    """Contacts, name, and messages that did not arrive. The account's `contacts` keep how
    each was sealed (key -> channel, sealed), removed ones too."""

    class ContactNamed(Aggregate.Event):
        """The owner typed a further contact; a code goes there and nothing else changes."""

        contact_key: str
        channel: str
        sealed_contact: str
        replaces: str  # the key of the contact that it shall replace; empty: one more
        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.contacts = {**aggregate.contacts, self.contact_key: (self.channel, self.sealed_contact)}
            named = NamedContact(self.contact_key, self.channel, self.replaces)
            aggregate.standing = changed(aggregate.standing.spent("contact"), named=named)

    class ContactAdded(Aggregate.Event):
        """The code that went to a further contact came back: it serves the account, and replaces another or none."""

        person_id: UUID
        contact_key: str
        channel: str
        replaces: str
        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.with_contact(Contact(self.contact_key, self.channel), self.replaces)
            aggregate.channel, aggregate.sealed_contact = aggregate.contacts[aggregate.standing.contact_key]

    class ContactRemoved(Aggregate.Event):
        """A contact serves the account no longer and is free for others."""

        person_id: UUID
        contact_key: str
        channel: str
        at: datetime | None  # None: with the account

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.without_contact(self.contact_key)
            aggregate.channel, aggregate.sealed_contact = aggregate.contacts[aggregate.standing.contact_key]

    class NameChanged(Aggregate.Event):
        """The owner corrected the own name before any record verified it (AC-7)."""

        person_id: UUID
        name_key: str
        sealed_person: str
        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.sealed_person = self.sealed_person
            aggregate.standing = aggregate.standing.renamed(self.name_key)

    class CodeUsed(Aggregate.Event):
        """A code came back and proved its owner, for something that is no sign-in."""

        purpose: str
        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.spent(self.purpose)

    class MessageUndelivered(Aggregate.Event):
        """A message to the owner was given up: its address does not take it, or it came too late."""

        message_id: str
        channel: str
        cause: str
        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.undelivered = (*aggregate.undelivered, self)

    def name_contact(
        self, *, contact_key: str, channel: str, sealed_contact: str, replaces: str, now: datetime
    ) -> None:
        """Note a further contact that waits for its proof."""
        standing = self._active()
        if contact_key in standing.contact_keys:
            raise ContactIsYours(field="contact")
        if replaces and replaces not in standing.contact_keys:
            raise NotFound(kind="contact", field="replaces")
        if not replaces and len(standing.contact_keys) >= MOST_CONTACTS:
            raise TooManyContacts(most=MOST_CONTACTS)
        self.trigger_event(
            self.ContactNamed,
            contact_key=contact_key, channel=channel, sealed_contact=sealed_contact, replaces=replaces, at=now,
        )  # fmt: skip

    def add_named_contact(self, now: datetime) -> None:
        """The contact that waited is proven."""
        standing = self.standing
        if standing.named is None:
            return
        replaces = standing.named.replaces if standing.named.replaces in standing.contact_keys else ""
        self.trigger_event(
            self.ContactAdded,
            person_id=standing.person_id, contact_key=standing.named.key, channel=standing.named.channel,
            replaces=replaces, at=now,
        )  # fmt: skip

    def remove_contact(self, contact_key: str, now: datetime) -> None:
        """Give a contact up; never the last one."""
        standing = self._active()
        if contact_key not in standing.contact_keys:
            raise NotFound(kind="contact", field="contact_id")
        if len(standing.contact_keys) == 1:
            raise LastContact()
        self.give_up_contact(contact_key, now)

    def change_name(self, *, name_key: str, sealed_person: str, is_verified: bool, now: datetime) -> None:
        """Correct the own name while nothing has verified it; the document never changes here."""
        standing = self._active()
        if is_verified or standing.known:
            raise NameIsFixed(field="name")
        self.trigger_event(
            self.NameChanged, person_id=standing.person_id, name_key=name_key, sealed_person=sealed_person, at=now
        )

    def note_undelivered(self, *, message_id: str, channel: str, cause: str, now: datetime) -> bool:
        """Let the owner see that a message was given up; once for each, and not after the account has ended."""
        own: Any = self
        if self.standing.has_ended or any(one.message_id == message_id for one in own.undelivered):
            return False
        self.trigger_event(self.MessageUndelivered, message_id=message_id, channel=channel, cause=cause, at=now)
        return True

    def give_up_contact(self, contact_key: str, now: datetime | None) -> None:
        """Let others have a contact; without a time it goes with the account."""
        own: Any = self  # the sealed contacts stand on the account itself
        channel, _ = own.contacts[contact_key]
        self.trigger_event(
            self.ContactRemoved,
            person_id=self.standing.person_id, contact_key=contact_key, channel=channel, at=now,
        )  # fmt: skip

    def _active(self) -> AccountStanding:
        standing: AccountStanding = self.standing
        if standing.state != "active":
            raise AccountEnded()
        return standing


def contact_claims(fact: Any) -> list[Claim | Release]:
    """The contacts that one of these facts takes and gives up."""
    if isinstance(fact, AccountContactFacts.ContactAdded):
        given = [Release("account.contact", fact.replaces)] if fact.replaces else []
        return [*given, Claim("account.contact", fact.contact_key)]
    if isinstance(fact, AccountContactFacts.ContactRemoved):
        return [Release("account.contact", fact.contact_key)]
    return []
