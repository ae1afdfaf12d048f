"""What identity heard of the other services' records, and whose they turned out to be."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.identity.domain.record_rules import RecordStanding, can_be_bound, may_disown
from services.identity.domain.rules import AccountStanding
from shared.eventstore.aggregate import Aggregate


class HeardRecord(Aggregate):
    """What can happen to any heard record: it finds its owner, moves to another account of hers, or is disowned."""

    standing: RecordStanding

    class Bound(Aggregate.Event):
        """Document and name are both those of one verified identity of this person (AC-14, AC-15, AC-16)."""

        person_id: UUID
        status_id: UUID
        id_key: str
        name_key: str
        bound_on: date
        again: bool = False  # after somebody had disowned it

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.bound_to(self.person_id)

    class Disowned(Aggregate.Event):
        """The person says: this is not mine, I never studied there. The record stays, and is nobody's."""

        person_id: UUID
        status_id: UUID
        kind: str  # status | qualification
        school_code: str
        sealed_statement: str
        disowned_on: date
        sealed_for: UUID | None = None  # the account under whose key it lies; of the first years under the registry's

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.disowned_by(self.person_id)

    def bind(self, account: AccountStanding, on: date, *, asked: bool = False) -> bool:
        """Bind to the account's person if document and name are those of one identity.

        What somebody disowned does not come back by itself: it is `asked` for, with its number (AC-15, AC-16).
        """
        if not can_be_bound(account, self.standing, asked=asked):
            return False
        self.give_to(account.person_id, on)
        return True

    def give_to(self, person_id: UUID, on: date) -> None:
        """Bind to a person of whom it was decided before that the record is hers."""
        self.trigger_event(self.Bound, **binding(person_id, self.standing, on))

    def disown(self, *, person_id: UUID, kind: str, sealed_statement: str, sealed_for: UUID, on: date) -> None:
        """Her own word, and nobody else's."""
        may_disown(self.standing, person_id)
        self.trigger_event(
            self.Disowned,
            person_id=person_id,
            status_id=self.standing.status_id,
            kind=kind,
            school_code=self.standing.school_code,
            sealed_statement=sealed_statement,
            disowned_on=on,
            sealed_for=sealed_for,
        )


class StudentRecord(HeardRecord, stored_as="identity.StudentRecord"):
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
        student_no: str = ""
        exam_no: str = ""

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
        student_no: str = "",
        exam_no: str = "",
    ) -> None:
        self.standing = first_status_standing(vars_of(locals()))

    @staticmethod
    def create_id(status_id: UUID) -> UUID:
        """A heard record is known by its publisher's id."""
        return status_id


class QualificationRecord(HeardRecord, stored_as="identity.QualificationRecord"):
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
        number_key: str = ""  # keyed hashes of the number in its plainest spelling,
        printed_number_key: str = ""  # and of the second number that certificates before 2001 carry (AC-17)
        year: int = 0  # of graduation

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
        number_key: str = "",
        printed_number_key: str = "",
        year: int = 0,
    ) -> None:
        self.standing = first_qualification_standing(vars_of(locals()))

    @staticmethod
    def create_id(certificate_id: UUID) -> UUID:
        """A heard record is known by its publisher's id."""
        return certificate_id


def vars_of(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of a first fact among a constructor's own names."""
    return {name: value for name, value in values.items() if name not in ("self", "__class__")}


def first_status_standing(values: dict[str, Any]) -> RecordStanding:
    """The state right after `StudentRecord.Opened` with these values."""
    return RecordStanding(
        values["status_id"],
        values["id_key"],
        values["name_key"],
        school_code=values["school_code"],
        year=values["entry_date"].year,
        numbers=tuple(one for one in (values.get("student_no"), values.get("exam_no")) if one),
    )


def first_qualification_standing(values: dict[str, Any]) -> RecordStanding:
    """The state right after `QualificationRecord.Opened` with these values."""
    return RecordStanding(
        values["status_id"],
        values["id_key"],
        values["name_key"],
        school_code=values["school_code"],
        year=values.get("year") or values["effective_date"].year,
        numbers=tuple(key for key in (values.get("number_key"), values.get("printed_number_key")) if key),
    )


def binding(person_id: UUID, record: RecordStanding, on: date) -> dict[str, Any]:
    """What the fact of binding says, for the single and the bulk path alike."""
    return {
        "person_id": person_id,
        "status_id": record.status_id,
        "id_key": record.id_key,
        "name_key": record.name_key,
        "bound_on": on,
        "again": record.disowned,
    }
