"""Looks at records of people (A24-3): identity's own, those that other services told of, and alerts about them."""

from datetime import datetime
from uuid import UUID

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.look import BaseLook, LookTaken


class Look(BaseLook, stored_as="identity.Look"):
    """One look that staff took; the fact is all of it."""

    class Taken(LookTaken):
        """Recorded before the answer was given."""


class HeardLook(Aggregate, stored_as="identity.HeardLook"):
    """A look that another service recorded; its id is that look's own."""

    class Reported(Aggregate.Created):
        """Kept here so that whom the records show can read who looked (A24-3)."""

        service: str
        records: tuple[UUID, ...]
        shown: str
        purpose: str
        office: str
        sub: str
        role: str
        org: str
        use_case: str
        alone: bool
        seen_at: datetime
        whose: tuple[tuple[str, str, str], ...] = ()  # records that are bound to nobody: id, document, name as hashes


def sought_under(id_key: str) -> UUID:
    """Under which id somebody is looked for whom identity does not know: it says nothing but the document's hash."""
    return UUID(id_key[:32])


class Alert(Aggregate, stored_as="identity.Alert"):
    """Staff looked at a named person out of their own scope and without an open case (AUD-4)."""

    class Raised(Aggregate.Created):
        """Auditors and the ministry read it; the person sees the look itself."""

        look_id: UUID
        service: str
        record_id: UUID
        shown: str
        purpose: str
        office: str
        sub: str
        role: str
        org: str
        use_case: str
        seen_at: datetime
