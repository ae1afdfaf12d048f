"""The edge of enrollment: files to fill in, begun with a school's own students."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.enrollment_templates import ExportRosterV1, ListRosterV1


class TemplateAnswers:
    """Records an export, then gives its rows."""

    edge: Any

    @answers(ExportRosterV1)
    def export_roster(self, request: dict[str, Any], by: By) -> Any:
        asked = {name: value for name, value in request.items() if name != "command_id"}
        rows = self.edge.rosters.count_roster(**asked, by=by)
        return self.edge.exports.export_roster(**request, rows=rows, by=by)

    @answers(ListRosterV1)
    def list_roster(self, request: dict[str, Any], by: By) -> Any:
        roster = self.edge.exports.roster_of(export_id=request["export_id"], by=by)
        return self.edge.rosters.list_roster(roster=roster, after=request["after"], by=by)
