"""A report 在线验证报告: asked for by a student, issued with a code, checked by strangers until its last day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.verification.domain.rules import (
    ReportStanding,
    is_over,
    last_day,
    may_close,
    may_extend,
    may_reopen,
)
from shared.eventstore.aggregate import Aggregate, Claim, Release


class Report(Aggregate, stored_as="verification.Report"):
    """Requested, issued, then closed, reopened, extended, expired; one code for its whole life."""

    Standing: ClassVar[type] = ReportStanding
    standing: ReportStanding

    class Requested(Aggregate.Created):
        """A student asked for a report on an own record (A21-1)."""

        kind: str
        record_id: UUID
        status_id: UUID
        person_id: UUID
        language: str
        months: int
        requested_on: date
        valid_until: date

    class Delayed(Aggregate.Event):
        """The document could not be made: no font, no glyph, no photo. It is tried again."""

        reason: str
        sealed_detail: str
        delayed_on: date

    class Issued(Aggregate.Event):
        """The document exists and the code works; of the code only its keyed hash is kept."""

        kind: str
        record_id: UUID
        status_id: UUID
        record_version: int
        code_key: str
        document_digest: str
        sealed_document_key: str
        issued_on: date
        valid_until: date

    class Extended(Aggregate.Event):
        """The owner moved the last day; the code stays the same."""

        was_valid_until: date
        valid_until: date

    class Closed(Aggregate.Event):
        """The owner ended online verification."""

        closed_on: date

    class Reopened(Aggregate.Event):
        """The owner allowed online verification again."""

        reopened_on: date

    class Expired(Aggregate.Event):
        """The last day is over."""

        expired_on: date

    class Revoked(Aggregate.Event):
        """Its holder disowned the record: the report is void for good."""

        revoked_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="revoked")

    class HandedOver(Aggregate.Event):
        """A merge was split: the report is about the other person's record, so it is that person's now (AC-19)."""

        person_id: UUID
        handed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, person_id=self.person_id)

    @classmethod
    def request(
        cls,
        *,
        kind: str,
        record_id: UUID,
        status_id: UUID,
        person_id: UUID,
        language: str,
        months: int,
        on: date,
    ) -> "Report":
        """A new report; refuses a validity out of range."""
        return cls(
            kind=kind,
            record_id=record_id,
            status_id=status_id,
            person_id=person_id,
            language=language,
            months=months,
            requested_on=on,
            valid_until=last_day(on, months),
        )

    @event(Requested)
    def __init__(
        self,
        *,
        kind: str,
        record_id: UUID,
        status_id: UUID,
        person_id: UUID,
        language: str,
        months: int,
        requested_on: date,
        valid_until: date,
    ) -> None:
        self.kind = kind
        self.record_id = record_id
        self.status_id = status_id
        self.language = language
        self.months = months
        self.requested_on = requested_on
        self.delayed_by: str | None = None
        self.document_digest: str | None = None
        self.sealed_document_key: str | None = None
        self.standing = ReportStanding(person_id, valid_until)

    def last_day_if_issued(self, on: date) -> date:
        """Validity counts from the day of issue."""
        return last_day(on, self.months)

    def issue(
        self, *, record_version: int, code_key: str, document_digest: str, sealed_document_key: str, on: date
    ) -> None:
        """The document is made: validity counts from today. Issuing twice changes nothing."""
        if self.standing.issued:
            return
        self._issued(
            kind=self.kind,
            record_id=self.record_id,
            status_id=self.status_id,
            record_version=record_version,
            code_key=code_key,
            document_digest=document_digest,
            sealed_document_key=sealed_document_key,
            issued_on=on,
            valid_until=self.last_day_if_issued(on),
        )

    @event(Issued)
    def _issued(
        self,
        kind: str,
        record_id: UUID,
        status_id: UUID,
        record_version: int,
        code_key: str,
        document_digest: str,
        sealed_document_key: str,
        issued_on: date,
        valid_until: date,
    ) -> None:
        self.delayed_by = None
        self.document_digest = document_digest
        self.sealed_document_key = sealed_document_key
        self.standing = replace(self.standing, state="issued", valid_until=valid_until)

    def delay(self, *, reason: str, sealed_detail: str, on: date) -> None:
        """The document cannot be made now; the same reason is not written down twice."""
        if not self.standing.issued and self.delayed_by != reason:
            self._delayed(reason=reason, sealed_detail=sealed_detail, delayed_on=on)

    @event(Delayed)
    def _delayed(self, reason: str, sealed_detail: str, delayed_on: date) -> None:
        self.delayed_by = reason

    def extend(self, months: int, *, on: date) -> None:
        """Move the last day; refuses before the last month."""
        valid_until = may_extend(self.standing, months, on)
        self._extended(was_valid_until=self.standing.valid_until, valid_until=valid_until)

    @event(Extended)
    def _extended(self, was_valid_until: date, valid_until: date) -> None:
        self.standing = replace(self.standing, state="issued", valid_until=valid_until)

    def close(self, *, on: date) -> None:
        """End online verification; refuses what is closed already."""
        may_close(self.standing)
        self._closed(closed_on=on)

    @event(Closed)
    def _closed(self, closed_on: date) -> None:
        self.standing = replace(self.standing, state="closed")

    def reopen(self, *, on: date) -> None:
        """Allow online verification again; a last day that is past stays past."""
        may_reopen(self.standing)
        self._reopened(reopened_on=on)

    @event(Reopened)
    def _reopened(self, reopened_on: date) -> None:
        self.standing = replace(self.standing, state="issued")

    def expire(self, *, on: date) -> None:
        """Mark that the last day is over; nothing happens while it is not."""
        if is_over(self.standing, on):
            self._expired(expired_on=on)

    @event(Expired)
    def _expired(self, expired_on: date) -> None:
        self.standing = replace(self.standing, state="expired")

    def revoke(self, *, on: date) -> None:
        """Void for good; nothing happens to what is void already."""
        if self.standing.state != "revoked":
            self.trigger_event(self.Revoked, revoked_on=on)

    def hand_over(self, person_id: UUID, *, on: date) -> None:
        """Give it to the person whose record it is about."""
        if self.standing.person_id != person_id:
            self.trigger_event(self.HandedOver, person_id=person_id, handed_on=on)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """A code belongs to one report for good."""
        if isinstance(fact, cls.Issued):
            yield Claim("report.code", fact.code_key)
