"""Who was shown records that enrollment keeps."""

from typing import Any, ClassVar

from shared.contracts.looks import RecordsViewedV1


class StudentRecordsViewedV1(RecordsViewedV1):
    """Staff were shown student records: statuses, or admissions that are no statuses yet."""

    publisher = "enrollment"

    example: ClassVar[dict[str, Any]] = RecordsViewedV1.example
