"""The routes of enrollment beyond its first files: each a method, a path and the contract it asks."""

from typing import Final

from gateway.api.route import Route
from shared.contracts.rpc import enrollment_timeline

STUDENT: Final = "/students/<uuid:status_id>"

ENROLLMENT_ROUTES: Final = (
    # two times: what was valid on a day, as known at an instant
    Route("GET", f"{STUDENT}/as-of", enrollment_timeline.GetStatusAsOfV1, "enrollment"),
    Route("GET", "/student-counts", enrollment_timeline.CountStatusesV1, "enrollment"),
)
