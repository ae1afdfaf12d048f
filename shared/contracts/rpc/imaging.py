"""What imaging answers: capture codes, photos, their review."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1

# Reason codes of a rejection: of the file, of the moment it was taken, of what a reviewer sees in it
FILE_REASONS = (
    "SIZE",
    "FORMAT",
    "FILE_BYTES",
    "COLOUR",
    "QUALITY_FACTOR",
    "FOREIGN_DATA",
    "ORIENTATION",
    "LOCATION",
    "TOO_OLD",
)
SIGHT_REASONS = (
    "QUALITY_BLUR", "EXPOSURE", "HIGHLIGHT", "RED_EYE", "BG_COLOR", "BG_UNEVEN", "BG_SHADOW", "OTHER_PERSON",
    "HEAD_TOP", "EYE_LINE", "FACE_WIDTH", "OFF_CENTRE", "TILT", "TURNED", "MOUTH_OPEN", "EYES_CLOSED", "EARS_COVERED",
    "BROWS_COVERED", "GLASSES_GLARE", "GLASSES_TINT", "CONTACT_LENS", "JEWELLERY", "HEADWEAR", "CLOTHES_BG_CLASH",
    "CLOTHES_PATTERN", "MAKEUP", "RETOUCHED", "REPHOTOGRAPHED", "TEXT_IN_IMAGE", "SAME_AS_ADMISSION",
    "NOT_SAME_PERSON", "LIVENESS", "IDENTITY_MISMATCH",
)  # fmt: skip
PHOTO_STATES = ("awaiting_review", "rejected", "approved")
CODES_A_CALL = 500
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_STATUS = "01930f3a-0000-7000-8000-0000000000a1"
_PHOTO = "01930f3a-0000-7000-8000-0000000000d1"
_CODE = "01930f3a-0000-7000-8000-0000000000f1"
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class CaptureCodeV1(Contract):
    """A capture code in clear: whoever holds it may hand in one photo for this student."""

    code_id = shapes.identifier()
    status_id = shapes.identifier()
    exam_no = shapes.text(18, shortest=0)
    code = shapes.pattern(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}")
    expires_on = shapes.day(metadata={"description": "The last day on which it can be used."})

    example: ClassVar[dict[str, Any]] = {
        "code_id": _CODE,
        "status_id": _STATUS,
        "exam_no": "26110108150001",
        "code": "7Q4K-2M9X-C0TR",
        "expires_on": "2030-06-30",
    }


class IssueCaptureCodeV1(Command):
    """A student (or the school's registrar) gets the code a photographer needs; an older one stops working."""

    service = "imaging"
    method = "issue_capture_code"
    answer = CaptureCodeV1

    status_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "status_id": _STATUS}


class CaptureCodesV1(Contract):
    """Codes for part of a school's graduating class; `more` says that further students wait for one."""

    codes = fields.List(fields.Nested(CaptureCodeV1), required=True, validate=Length(max=CODES_A_CALL))
    more = shapes.flag()

    example: ClassVar[dict[str, Any]] = {"codes": [CaptureCodeV1.example], "more": False}


class IssueCaptureCodesV1(Command):
    """A registrar gets codes for the students of a graduation year who have neither a code nor a photo."""

    service = "imaging"
    method = "issue_capture_codes"
    answer = CaptureCodesV1

    school_code = shapes.school_code()
    graduation_year = shapes.integer(1980, 2200)
    limit = shapes.integer(1, CODES_A_CALL, required=False, load_default=CODES_A_CALL, dump_default=CODES_A_CALL)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "school_code": "4111010001",
        "graduation_year": 2030,
        "limit": 500,
    }


class PhotoSubmittedV1(Contract):
    """What became of a photo that was handed in: waiting for review, or rejected with every reason."""

    id = shapes.identifier()
    version = shapes.integer(1)
    state = shapes.one_of(PHOTO_STATES)
    reasons = fields.List(shapes.one_of((*FILE_REASONS, *SIGHT_REASONS)), required=True, validate=Length(max=40))

    example: ClassVar[dict[str, Any]] = {"id": _PHOTO, "version": 2, "state": "rejected", "reasons": ["SIZE"]}


class SubmitPhotoV1(Command):
    """An image collector hands in the photo taken under a capture code; the file itself lies in blobs."""

    service = "imaging"
    method = "submit_photo"
    answer = PhotoSubmittedV1

    code = shapes.text(20, shortest=12)
    digest = shapes.digest()
    captured_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "code": "7Q4K-2M9X-C0TR",
        "digest": _DIGEST,
        "captured_on": "2030-03-02",
    }


class ReviewPhotoV1(Command):
    """A second person of the collecting agency approves a photo or rejects it with reasons."""

    service = "imaging"
    method = "review_photo"
    answer = SavedV1

    photo_id = shapes.identifier()
    decision = shapes.one_of(("approve", "reject"))
    reasons = fields.List(shapes.one_of(SIGHT_REASONS), load_default=list, dump_default=list, validate=Length(max=20))

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "photo_id": _PHOTO,
        "decision": "reject",
        "reasons": ["GLASSES_GLARE"],
    }


class PhotoV1(Contract):
    """A photo as those who may see it see it."""

    id = shapes.identifier()
    version = shapes.integer(1)
    status_id = shapes.identifier()
    state = shapes.one_of(PHOTO_STATES)
    reasons = fields.List(shapes.one_of((*FILE_REASONS, *SIGHT_REASONS)), required=True, validate=Length(max=40))
    digest = shapes.digest()
    profile = shapes.text(40)
    comparison = shapes.text(
        40, metadata={"description": "What the face comparison said; not_compared where none ran."}
    )
    captured_on = shapes.day()
    submitted_on = shapes.day()
    approved_on = shapes.day(required=False, allow_none=True, load_default=None)

    example: ClassVar[dict[str, Any]] = {
        "id": _PHOTO,
        "version": 3,
        "status_id": _STATUS,
        "state": "approved",
        "reasons": [],
        "digest": _DIGEST,
        "profile": "graduation-2017",
        "comparison": "not_compared",
        "captured_on": "2030-03-02",
        "submitted_on": "2030-03-03",
        "approved_on": "2030-03-05",
    }


class GetPhotoV1(Request):
    """Ask for one photo: its student, the school's registrar and the agency that took it may."""

    service = "imaging"
    method = "get_photo"
    answer = PhotoV1

    photo_id = shapes.identifier()
    after_version = shapes.integer(0, required=False, load_default=0, dump_default=0)

    example: ClassVar[dict[str, Any]] = {"photo_id": _PHOTO, "after_version": 0}


class PhotosToReviewV1(Contract):
    """Photos of one agency that wait for a second person; ask on with `after` = the last id."""

    photos = fields.List(fields.Nested(PhotoV1), required=True, validate=Length(max=500))

    example: ClassVar[dict[str, Any]] = {
        "photos": [{**PhotoV1.example, "state": "awaiting_review", "version": 2, "approved_on": None}]
    }


class ListPhotosToReviewV1(Request):
    """A reviewer asks which photos of the own agency wait."""

    service = "imaging"
    method = "list_photos_to_review"
    answer = PhotosToReviewV1

    after = shapes.identifier(required=False, allow_none=True, load_default=None)
    limit = shapes.integer(1, 500, required=False, load_default=100, dump_default=100)

    example: ClassVar[dict[str, Any]] = {"after": None, "limit": 100}
