"""Own students taken out as files to fill in: permitted for a purpose, and recorded before a row leaves (A25-2)."""

from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.domain.roster_export import RosterExport, RosterStanding
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.intake.catalogue import tables
from shared.rules.refused import MalformedValue, NotFound


class Exports(Enrollment):
    """Records an export, and says later whose it is."""

    @command
    def export_roster(
        self,
        *,
        command_id: UUID,
        kind: str,
        school_code: str,
        entry_year: int,
        academic_year: int | None,
        rows: int,
        by: By,
    ) -> Answer:
        """Record that the rows of own students leave as a file of this kind."""
        require(by.actor, "export_roster", Resource("student_status", school=school_code))
        if kind == "year_results" and academic_year is None:
            why = {"reason_zh": "须说明是哪一学年", "reason_en": "which academic year is due must be said"}
            raise MalformedValue(field="academic_year", **why)
        table = tables().get(kind)
        purpose = f"{table.zh if table else ''} {kind} {academic_year or entry_year}".strip()
        export = RosterExport(
            kind=kind,
            school_code=school_code,
            entry_year=entry_year,
            academic_year=academic_year,
            rows=rows,
            purpose=purpose,
            exported_by=by.sub,
            training=(by.actor.kind if by.actor else "") or "all",
        )
        answer = {"id": export.id, "version": export.version, "rows": rows, "purpose": purpose}
        return self.save(export, by=Context.of(by, rules=("A25-2", "A4-1"), reason=purpose), answer=answer)

    def roster_of(self, *, export_id: UUID, by: By) -> RosterStanding:
        """The export that somebody goes on reading: the own one, of the own school."""
        found = self.standings(RosterExport, [export_id]).get(export_id)
        if found is None or found[1].exported_by != by.sub:
            raise NotFound(kind="roster_export")
        roster: RosterStanding = found[1]
        require(by.actor, "export_roster", Resource("student_status", school=roster.school_code))
        return roster
