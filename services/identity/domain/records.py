"""What identity heard of the other services' records, and whose they turned out to be."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.identity.domain.rules import AccountStanding, RecordStanding, can_be_bound
from shared.eventstore.aggregate import Aggregate


class StudentRecord(Aggregate, stored_as="identity.StudentRecord"):
    """A student status that enrollment registered; its id is the status's own."""

    Standing = RecordStanding
    standing: RecordStanding

    class Opened(Aggregate.Created):
        status_id: UUID
        id_key: str
        name_key: str
        school_code: str
        school_name: str
        level: str
        category: str
        major_name: str
        entry_date: date

    class Bound(Aggregate.Event):
        person_id: UUID
        status_id: UUID
        id_key: str
        name_key: str
        bound_on: date

    class Ended(Aggregate.Event):
        """Enrollment closed the status without a certificate; the record stays its owner's."""

        kind: str
        state: str
        effective_on: date

        def apply(self, aggregate: Any) -> None:
            """It binds no decision: history stays visible to the person."""

    class Corrected(Aggregate.Event):
        """Enrollment corrected name or document; whoever it is bound to keeps it (A19-1)."""

        old_id_key: str
        id_key: str
        name_key: str
        level: str
        major_name: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.corrected(self.id_key, self.name_key)

    class Contested(Aggregate.Event):
        """Two records claim one document, or the case of it is decided: both sides see it."""

        case_id: UUID
        settled: bool
        keeps: bool

        def apply(self, aggregate: Any) -> None:
            """It binds no decision: a contested record is shown, never hidden."""

    @event(Opened)
    def __init__(
        self,
        status_id: UUID,
        id_key: str,
        name_key: str,
        school_code: str,
        school_name: str,
        level: str,
        category: str,
        major_name: str,
        entry_date: date,
    ) -> None:
        self.standing = RecordStanding(status_id, id_key, name_key)

    @staticmethod
    def create_id(status_id: UUID) -> UUID:
        """A heard record is known by its publisher's id."""
        return status_id

    def bind(self, account: AccountStanding, on: date) -> bool:
        """Bind to the account's person if document and name are equal (AC-14)."""
        if not can_be_bound(account, self.standing):
            return False
        self._bound(**binding(account, self.standing, on))
        return True

    @event(Bound)
    def _bound(self, person_id: UUID, status_id: UUID, id_key: str, name_key: str, bound_on: date) -> None:
        self.standing = self.standing.bound_to(person_id)


class QualificationRecord(Aggregate, stored_as="identity.QualificationRecord"):
    """An award that credentials made effective; its id is the certificate's own."""

    Standing = RecordStanding
    standing: RecordStanding

    class Opened(Aggregate.Created):
        certificate_id: UUID
        status_id: UUID
        award_kind: str
        id_key: str
        name_key: str
        school_code: str
        school_name: str
        level: str
        category: str
        major_name: str
        effective_date: date

    class Bound(Aggregate.Event):
        person_id: UUID
        status_id: UUID
        id_key: str
        name_key: str
        bound_on: date

    @event(Opened)
    def __init__(
        self,
        certificate_id: UUID,
        status_id: UUID,
        award_kind: str,
        id_key: str,
        name_key: str,
        school_code: str,
        school_name: str,
        level: str,
        category: str,
        major_name: str,
        effective_date: date,
    ) -> None:
        self.standing = RecordStanding(status_id, id_key, name_key)

    @staticmethod
    def create_id(certificate_id: UUID) -> UUID:
        """A heard record is known by its publisher's id."""
        return certificate_id

    def bind(self, account: AccountStanding, on: date) -> bool:
        """Bind to the account's person if document and name are equal (AC-14)."""
        if not can_be_bound(account, self.standing):
            return False
        self._bound(**binding(account, self.standing, on))
        return True

    @event(Bound)
    def _bound(self, person_id: UUID, status_id: UUID, id_key: str, name_key: str, bound_on: date) -> None:
        self.standing = self.standing.bound_to(person_id)


def binding(account: AccountStanding, record: RecordStanding, on: date) -> dict[str, Any]:
    """What the fact of binding says, for the single and the bulk path alike."""
    return {
        "person_id": account.person_id,
        "status_id": record.status_id,
        "id_key": record.id_key,
        "name_key": record.name_key,
        "bound_on": on,
    }
