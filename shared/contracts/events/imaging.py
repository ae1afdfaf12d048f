"""What imaging tells: which photo of a student may stand on a certificate."""

from typing import Any, ClassVar

from shared.contracts import shapes
from shared.contracts.contract import PublicFact


class PhotoApprovedV1(PublicFact):
    """A photo passed every check and a reviewer: certificates of this status may carry it (A17-2)."""

    publisher = "imaging"
    subject = "status_id"
    consumers = ("credentials", "verification")

    photo_id = shapes.identifier()
    status_id = shapes.identifier()
    digest = shapes.digest(metadata={"description": "SHA-256 of the standard 480 x 640 file; the bytes lie in blobs."})
    profile = shapes.text(40)
    captured_on = shapes.day()
    approved_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "photo_id": "01930f3a-0000-7000-8000-0000000000d1",
        "status_id": "01930f3a-0000-7000-8000-0000000000a1",
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "profile": "graduation-2017",
        "captured_on": "2030-03-02",
        "approved_on": "2030-03-05",
    }
