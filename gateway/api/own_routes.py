"""The routes of what is one's own in other services than identity; the archive asks all of it at once."""

from typing import Final

from gateway.api.route import Route
from shared.contracts.rpc.credentials_own import ListMyCertificatesV1
from shared.contracts.rpc.enrollment_archive import ListOwnAdmissionsV1
from shared.contracts.rpc.imaging_own import ListMyPhotosV1
from shared.contracts.rpc.verification_own import ListMyVerificationsV1

OWN_ROUTES: Final = (
    Route("GET", "/me/admissions", ListOwnAdmissionsV1, "enrollment"),
    Route("GET", "/me/certificates", ListMyCertificatesV1, "credentials"),
    Route("GET", "/me/photos", ListMyPhotosV1, "imaging"),
    Route("GET", "/me/verifications", ListMyVerificationsV1, "verification"),
)
