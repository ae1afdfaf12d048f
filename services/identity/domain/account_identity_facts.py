"""What claims, changes of documents and merges do to an account: every fact applies itself, none refuses."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from services.identity.domain.identities import IdentityKind, KnownIdentity, may_add
from shared.eventstore.aggregate import Aggregate, Claim, Release, changed
from shared.rules.refused import Refused


class AccountEnded(Refused):
    """A closed, lapsed or superseded account does nothing more."""

    rule = "AC-1"


class AccountIdentityFacts(Aggregate):
    """The identities of an account's person, and whether another account speaks for that person now.

    Each fact says which documents the account takes and gives up by it, so that claims follow from the fact alone.
    """

    class IdentityAdded(Aggregate.Event):
        """One more document or name was verified as this person's (AC-19), or the earlier one was an error (AC-8)."""

        person_id: UUID
        kind: IdentityKind
        id_type: str
        id_key: str
        name_key: str
        sealed: str  # JSON of name, id_type, id_number and more, under the key of the account that it was sealed for
        sealed_for: UUID
        reason: str
        evidence: tuple[str, ...]
        source: UUID | None  # the claim or the merge
        takes: tuple[str, ...]
        gives_up: tuple[str, ...]

        def apply(self, aggregate: Any) -> None:
            added = KnownIdentity(self.id_key, self.name_key, self.id_type, self.kind, self.source)
            before = aggregate.standing.all_identities.current.pair
            kept = {before: (aggregate.sealed_person, aggregate.id), added.pair: (self.sealed, self.sealed_for)}
            aggregate.sealed_of = aggregate.sealed_of | kept
            if self.kind != "linked":
                aggregate.sealed_person = self.sealed
            aggregate.standing = aggregate.standing.with_identity(added)

    class IdentitiesTakenBack(Aggregate.Event):
        """A merge was split or a claim reversed: what came by it goes, what it replaced is back."""

        person_id: UUID
        source: UUID
        along: tuple[str, ...]  # documents of another account that gets them back, with all that was said of them
        sealed: str  # of the identity that the person goes by again
        takes: tuple[str, ...]
        gives_up: tuple[str, ...]

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.without_source(self.source, tuple(self.along))
            aggregate.sealed_person = self.sealed

    class Superseded(Aggregate.Event):
        """Another account speaks for the document, or for the whole person, from now on; the data here stay (AC-10)."""

        person_id: UUID
        by_account: UUID
        source: UUID | None
        gives_up: tuple[str, ...]
        gives_up_contacts: tuple[str, ...] = ()  # where it is the same human being's: others, and she, may have them

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.superseded(self.by_account, self.gives_up_contacts)

    class Restored(Aggregate.Event):
        """The superseding was taken back: the account is what it was."""

        person_id: UUID
        source: UUID | None
        state: str  # the one before it was superseded
        takes: tuple[str, ...]
        takes_contacts: tuple[str, ...] = ()
        loses_contacts: tuple[str, ...] = ()  # somebody else has proven them meanwhile

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing.restored(self.loses_contacts)
            aggregate.standing = standing
            aggregate.channel, aggregate.sealed_contact = aggregate.contacts.get(standing.contact_key, ("", ""))

    class RecordMissed(Aggregate.Event):
        """A number was named to bind a record by, and led to nothing of this person's (AC-13, AC-15, AC-16)."""

        kind: str  # status | qualification
        on: date

        def apply(self, aggregate: Any) -> None:
            before = aggregate.standing
            aggregate.standing = changed(before, bind_tries=before.bind_tries.missed(self.kind, self.on))

    def add_identity(
        self,
        *,
        kind: IdentityKind,
        id_type: str,
        id_key: str,
        name_key: str,
        sealed: str,
        reason: str,
        evidence: tuple[str, ...] = (),
        claim_id: UUID | None = None,
        sealed_for: UUID | None = None,
    ) -> None:
        """One more verified identity; `claim_id` names the claim or merge that it rests on, and takes it back.

        `sealed` is the person's data as sealed under the key of this account, or of `sealed_for`.
        """
        before = self.standing
        if before.has_ended:
            raise AccountEnded()
        added = KnownIdentity(id_key, name_key, id_type, kind, claim_id)
        may_add(before.all_identities, added)
        after = before.with_identity(added)
        self.trigger_event(
            self.IdentityAdded,
            person_id=before.person_id,
            kind=kind,
            id_type=id_type,
            id_key=id_key,
            name_key=name_key,
            sealed=sealed,
            sealed_for=sealed_for or self.id,
            reason=reason,
            evidence=evidence,
            source=claim_id,
            **_exchanged(before.held, after.held),
        )

    def take_back_identities(self, source: UUID, along: tuple[str, ...] = ()) -> None:
        """Undo what a claim or merge added."""
        before = self.standing
        if before.has_ended:
            raise AccountEnded()
        after = before.without_source(source, along)
        own: Any = self  # what is sealed stands on the account itself
        self.trigger_event(
            self.IdentitiesTakenBack,
            person_id=before.person_id,
            source=source,
            along=along,
            sealed=own.sealed_as(after.all_identities.current.pair)[0],
            **_exchanged(before.held, after.held),
        )

    def supersede(self, *, by_account: UUID, claim_id: UUID | None = None, frees_contacts: bool = False) -> None:
        """Another account speaks from now on; every document is given up, nothing is forgotten."""
        before = self.standing
        if before.has_ended:
            raise AccountEnded()
        self.trigger_event(
            self.Superseded,
            person_id=before.person_id,
            by_account=by_account,
            source=claim_id,
            gives_up=before.held,
            gives_up_contacts=before.contact_keys if frees_contacts else (),
        )

    def sealed_as(self, pair: tuple[str, str]) -> tuple[str, UUID]:
        """What was sealed of one identity, and the account under whose key."""
        own: Any = self
        found: tuple[str, UUID] = own.sealed_of.get(pair, (own.sealed_person, self.id))
        return found

    def miss_record(self, *, kind: str, on: date) -> None:
        """One try fewer today, before its outcome is told."""
        self.trigger_event(self.RecordMissed, kind=kind, on=on)

    def restore(self, *, claim_id: UUID | None = None, taken: Collection[str] = ()) -> None:
        """Take a superseding back; the documents must be free again by then, in the same step at the latest.

        Contacts come back that nobody has `taken`.
        """
        before = self.standing
        if before.state != "superseded":
            raise AccountEnded()
        after = before.restored()
        self.trigger_event(
            self.Restored,
            person_id=before.person_id,
            source=claim_id,
            state=after.state,
            takes=after.held,
            takes_contacts=tuple(key for key in before.given_up if key not in taken),
            loses_contacts=tuple(key for key in before.given_up if key in taken),
        )


def identity_claims(fact: Any) -> list[Claim | Release]:
    """The documents and contacts that one of these facts takes and gives up."""
    given = [Release("account.document", key) for key in getattr(fact, "gives_up", ())]
    given += [Release("account.contact", key) for key in getattr(fact, "gives_up_contacts", ())]
    taken = [Claim("account.document", key) for key in getattr(fact, "takes", ())]
    return [*given, *taken, *(Claim("account.contact", key) for key in getattr(fact, "takes_contacts", ()))]


def _exchanged(before: tuple[str, ...], after: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {
        "takes": tuple(key for key in after if key not in before),
        "gives_up": tuple(key for key in before if key not in after),
    }
