"""Photos: handed in under a capture code, checked as a file, approved by a second person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.imaging.domain.rules import PhotoStanding
from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.rules.refused import Refused


class PhotoSettled(Refused):
    """A photo that is approved or rejected is not reviewed again."""

    rule = "X-STATE-1"
    zh = "该照片已有审核结论"
    en = "the photo has already been approved or rejected"


class ReasonMissing(Refused):
    """A rejection says why; an approval has nothing to object to."""

    rule = "X-REQUEST-1"
    status = 422
    zh = "退回照片必须说明原因，通过时不得附原因"
    en = "a rejection names its reasons and an approval has none"


class OtherAgency(Refused):
    """Photos are reviewed within the agency that took them."""

    rule = "X-PERMIT-1"
    status = 403
    zh = "只有采集该照片的机构可以审核"
    en = "only the agency that took the photo reviews it"


class OnePhotoPerStatus(Refused):
    """A status has one approved photo."""

    rule = "X-STATE-1"
    zh = "该学籍已有审核通过的照片"
    en = "this status already has an approved photo"


class Photo(Aggregate, stored_as="imaging.Photo"):
    """One photo of one student status."""

    Standing = PhotoStanding
    standing: PhotoStanding

    class Submitted(Aggregate.Created):
        status_id: UUID
        school_code: str
        code_id: UUID
        digest: str
        byte_count: int
        profile: str
        submitted_by: str
        agency: str
        captured_on: date
        submitted_on: date

    class FileRejected(Aggregate.Event):
        status_id: UUID
        reasons: list[str]
        findings: dict[str, int | str]

    class FilePassed(Aggregate.Event):
        """The file is what the profile asks for; `comparison` says what the face check found, or that none ran."""

        status_id: UUID
        findings: dict[str, int | str]
        comparison: str

    class Approved(Aggregate.Event):
        status_id: UUID
        digest: str
        profile: str
        captured_on: date
        approved_by: str
        approved_on: date

    class Rejected(Aggregate.Event):
        status_id: UUID
        reasons: list[str]
        rejected_by: str

    @event(Submitted)
    def __init__(
        self,
        status_id: UUID,
        school_code: str,
        code_id: UUID,
        digest: str,
        byte_count: int,
        profile: str,
        submitted_by: str,
        agency: str,
        captured_on: date,
        submitted_on: date,
    ) -> None:
        self.standing = PhotoStanding(status_id, submitted_by, agency, digest, profile, captured_on)

    def judge_file(self, reasons: list[str], findings: dict[str, int | str], comparison: str) -> bool:
        """Reject for every reason at once, or let it wait for a reviewer."""
        if reasons:
            self._file_rejected(status_id=self.standing.status_id, reasons=reasons, findings=findings)
            return False
        self._file_passed(status_id=self.standing.status_id, findings=findings, comparison=comparison)
        return True

    def review(self, *, approve: bool, reasons: list[str], reviewer: str, agency: str, today: date) -> None:
        """The decision of a second person of the same agency."""
        standing = self.standing
        if agency != standing.agency:
            raise OtherAgency
        if standing.state != "awaiting_review":
            raise PhotoSettled
        if approve == bool(reasons):
            raise ReasonMissing(field="reasons")
        if approve:
            self._approved(
                status_id=standing.status_id,
                digest=standing.digest,
                profile=standing.profile,
                captured_on=standing.captured_on,
                approved_by=reviewer,
                approved_on=today,
            )
        else:
            self._rejected(status_id=standing.status_id, reasons=reasons, rejected_by=reviewer)

    @event(FileRejected)
    def _file_rejected(self, status_id: UUID, reasons: list[str], findings: dict[str, int | str]) -> None:
        self.standing = self.standing.now("rejected", tuple(reasons))

    @event(FilePassed)
    def _file_passed(self, status_id: UUID, findings: dict[str, int | str], comparison: str) -> None:
        self.standing = self.standing.now("awaiting_review")

    @event(Approved)
    def _approved(
        self, status_id: UUID, digest: str, profile: str, captured_on: date, approved_by: str, approved_on: date
    ) -> None:
        self.standing = self.standing.now("approved")

    @event(Rejected)
    def _rejected(self, status_id: UUID, reasons: list[str], rejected_by: str) -> None:
        self.standing = self.standing.now("rejected", tuple(reasons))

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """One approved photo per status."""
        if isinstance(fact, cls.Approved):
            yield Claim("photo.status", str(fact.status_id))
