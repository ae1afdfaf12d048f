"""The edge of enrollment: questions with two times."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_timeline import CountStatusesV1, CountYearsV1, GetStatusAsOfV1


class TimelineAnswers:
    """What was valid when, and known when."""

    edge: Any

    @answers(GetStatusAsOfV1)
    def get_status_as_of(self, request: dict[str, Any], by: By) -> Any:
        return self.edge.timeline.get_status_as_of(**request, by=by)

    @answers(CountStatusesV1)
    def count_statuses(self, request: dict[str, Any], by: By) -> Any:
        return self.edge.timeline.count_statuses(**request, by=by)

    @answers(CountYearsV1)
    def count_years(self, request: dict[str, Any], by: By) -> Any:
        return self.edge.timeline.count_years(**request, by=by)
