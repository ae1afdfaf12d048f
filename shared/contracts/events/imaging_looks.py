"""Who was shown records that imaging keeps."""

from typing import Any, ClassVar

from shared.contracts.looks import RecordsViewedV1


class PhotosViewedV1(RecordsViewedV1):
    """Staff were shown photos, named by the statuses that they belong to."""

    publisher = "imaging"

    example: ClassVar[dict[str, Any]] = RecordsViewedV1.example
