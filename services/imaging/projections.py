"""Facts to rows: the only writer of imaging's read tables."""

from typing import ClassVar

from services.imaging.domain.capture_code import CaptureCode
from services.imaging.domain.look import Look
from services.imaging.domain.photo import Photo
from services.imaging.domain.student_record import StudentRecord
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.projection import Projection, Row, on


class PhotoRegister(Projection):
    """Every photo that was handed in and how far it came."""

    table: ClassVar[str] = "photo_register"
    key: ClassVar[tuple[str, ...]] = ("photo_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "photo_id", "version", "status_id", "school_code", "agency", "submitted_by", "state", "reasons", "digest",
        "profile", "comparison", "captured_on", "submitted_on", "approved_on",
    )  # fmt: skip

    @on(Photo.Submitted)
    def submitted(self, row: Row | None, fact: Photo.Submitted) -> Row:
        return {
            "photo_id": fact.originator_id,
            "version": fact.originator_version,
            "status_id": fact.status_id,
            "school_code": fact.school_code,
            "agency": fact.agency,
            "submitted_by": fact.submitted_by,
            "state": "submitted",
            "reasons": "",
            "digest": fact.digest,
            "profile": fact.profile,
            "comparison": "",
            "captured_on": fact.captured_on,
            "submitted_on": fact.submitted_on,
            "approved_on": None,
        }

    @on(Photo.FileRejected)
    def file_rejected(self, row: Row | None, fact: Photo.FileRejected) -> Row | None:
        return row and {
            **row,
            "version": fact.originator_version,
            "state": "rejected",
            "reasons": " ".join(fact.reasons),
        }

    @on(Photo.FilePassed)
    def file_passed(self, row: Row | None, fact: Photo.FilePassed) -> Row | None:
        version = fact.originator_version
        return row and {**row, "version": version, "state": "awaiting_review", "comparison": fact.comparison}

    @on(Photo.Approved)
    def approved(self, row: Row | None, fact: Photo.Approved) -> Row | None:
        version = fact.originator_version
        return row and {**row, "version": version, "state": "approved", "approved_on": fact.approved_on}

    @on(Photo.Rejected)
    def rejected(self, row: Row | None, fact: Photo.Rejected) -> Row | None:
        return row and {
            **row,
            "version": fact.originator_version,
            "state": "rejected",
            "reasons": " ".join(fact.reasons),
        }


class CaptureRoll(Projection):
    """Every student whom a photo is wanted of: the class, an open code, a photo that waits or stands."""

    table: ClassVar[str] = "capture_roll"
    key: ClassVar[tuple[str, ...]] = ("status_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", "school_code", "exam_no", "graduation_year", "person_id", "code_id", "code_expires_on",
        "photo_id", "photo_state",
    )  # fmt: skip

    @on(StudentRecord.Opened)
    def opened(self, row: Row | None, fact: StudentRecord.Opened) -> Row:
        return {
            "status_id": fact.originator_id,
            "school_code": fact.school_code,
            "exam_no": fact.exam_no,
            "graduation_year": fact.expected_graduation_date and fact.expected_graduation_date.year,
            "person_id": None,
            "code_id": None,
            "code_expires_on": None,
            "photo_id": None,
            "photo_state": "",
        }

    @on(StudentRecord.Enrolled)
    def enrolled(self, row: Row | None, fact: StudentRecord.Enrolled) -> Row | None:
        return row and {
            **row,
            "school_code": fact.school_code,
            "exam_no": fact.exam_no,
            "graduation_year": fact.expected_graduation_date.year,
        }

    @on(StudentRecord.StateHeard)
    def state_heard(self, row: Row | None, fact: StudentRecord.StateHeard) -> Row | None:
        expected = fact.expected_graduation_date
        return row and (row if expected is None else {**row, "graduation_year": expected.year})

    @on(StudentRecord.OwnerHeard)
    def owner_heard(self, row: Row | None, fact: StudentRecord.OwnerHeard) -> Row | None:
        return row and {**row, "person_id": fact.person_id}

    @on(StudentRecord.Disowned)
    def disowned(self, row: Row | None, fact: StudentRecord.Disowned) -> Row | None:
        return {**row, "person_id": None} if row and row["person_id"] == fact.person_id else row

    @on(CaptureCode.Issued, key=lambda fact: (fact.status_id,))
    def code_issued(self, row: Row | None, fact: CaptureCode.Issued) -> Row | None:
        return row and {**row, "code_id": fact.originator_id, "code_expires_on": fact.expires_on}

    @on(CaptureCode.Used, key=lambda fact: (fact.status_id,))
    def code_used(self, row: Row | None, fact: CaptureCode.Used) -> Row | None:
        return _without_code(row, fact)

    @on(CaptureCode.Replaced, key=lambda fact: (fact.status_id,))
    def code_replaced(self, row: Row | None, fact: CaptureCode.Replaced) -> Row | None:
        return _without_code(row, fact)

    @on(Photo.FilePassed, key=lambda fact: (fact.status_id,))
    def photo_waits(self, row: Row | None, fact: Photo.FilePassed) -> Row | None:
        return _with_photo(row, fact, "awaiting_review")

    @on(Photo.Approved, key=lambda fact: (fact.status_id,))
    def photo_approved(self, row: Row | None, fact: Photo.Approved) -> Row | None:
        return row and {**row, "photo_id": fact.originator_id, "photo_state": "approved"}

    @on(Photo.Rejected, key=lambda fact: (fact.status_id,))
    def photo_rejected(self, row: Row | None, fact: Photo.Rejected) -> Row | None:
        return _with_photo(row, fact, "")


def _without_code(row: Row | None, fact: CaptureCode.Used | CaptureCode.Replaced) -> Row | None:
    # the code that took its place may have been issued in the same transaction, and read first
    if row is None or row["code_id"] != fact.originator_id:
        return row
    return {**row, "code_id": None, "code_expires_on": None}


def _with_photo(row: Row | None, fact: Photo.FilePassed | Photo.Rejected, state: str) -> Row | None:
    if row is None or row["photo_state"] == "approved":
        return row
    return {**row, "photo_id": fact.originator_id if state else None, "photo_state": state}


PROJECTIONS: tuple[Projection, ...] = (PhotoRegister(), CaptureRoll())
AGGREGATES: tuple[type[Aggregate], ...] = (StudentRecord, CaptureCode, Look, Photo)
