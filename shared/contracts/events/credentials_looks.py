"""Who was shown records that credentials keeps."""

from typing import Any, ClassVar

from shared.contracts.looks import RecordsViewedV1


class CertificatesViewedV1(RecordsViewedV1):
    """Staff were shown certificates, named by the statuses that they belong to."""

    publisher = "credentials"

    example: ClassVar[dict[str, Any]] = RecordsViewedV1.example
