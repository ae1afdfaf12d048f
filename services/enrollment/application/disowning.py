"""Of a status its person said that it is not theirs: it is nobody's, and its school has a case and a deadline."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.enrollment.application.holders import Known
from services.enrollment.application.notices import Notices
from services.enrollment.domain.case import OPEN_CASE, Case, case_key
from services.enrollment.domain.rules.identity import level_of
from services.enrollment.domain.rules.periods import deadline
from services.enrollment.domain.status_holder import HELD_STATUS, StatusHolder
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Heard
from shared.eventstore.context import Context

HOLDER: Final = "holder"
"""What a disowned record is disputed in: not a field of it, but whose it is."""
_SAID: Final = "本人声明该学籍不是本人的,从未在该校就读 / Not mine: I never studied there"


class Disownings(Notices):
    """What enrollment makes of it: nobody sees the status as the own any more, and somebody has to look into it."""

    def hear_disowned(self, told: Sequence[Mapping[str, Any]], *, heard: Heard) -> None:
        """Identity says that persons disowned records; here it matters of statuses."""
        statuses = {each["status_id"]: each for each in told if each["kind"] == "status"}
        found = self.owning(StatusHolder, HELD_STATUS, map(str, statuses))
        open_cases = self.owners(OPEN_CASE, [case_key(status_id, HOLDER) for status_id in statuses])
        changed: list[Aggregate] = []
        for status_id, each in statuses.items():
            holder = found.get(str(status_id))
            if holder is not None and holder[2].person_id == each["person_id"]:
                changed.append(self._let_go(holder[0], each))
            known = self.known(status_id)
            if known.status.standing.state != "withdrawn" and case_key(status_id, HOLDER) not in open_cases:
                changed += self._disputed(known, each)
        context = Context.system("hear_disowned", self.clock.now(), rules=("AC-21", "A11-2", "A19-1"))
        if changed:
            self.save(*changed, by=context, heard=heard)
        else:
            self.append([], by=context, heard=heard)

    def _let_go(self, holder_id: UUID, told: Mapping[str, Any]) -> StatusHolder:
        holder = self.get(StatusHolder, holder_id)
        named = {name: told[name] for name in ("status_id", "person_id", "disowned_on")}
        holder.trigger_event(StatusHolder.Disowned, **named)
        return holder

    def _disputed(self, known: Known, told: Mapping[str, Any]) -> tuple[Case, StudentStatus]:
        """A case as if the person had filed it: the school names who it is, or says why the record is right."""
        status, today = known.status, self.today()
        standing, due = status.standing, deadline(today, self.periods.school_review)
        case = Case(
            status_id=status.id,
            id_key=standing.id_key,
            school_code=standing.school_code,
            training=standing.training,
            kind="disowned",
            level=level_of("disowned", (HOLDER,), standing),
            fields=(HOLDER,),
            sealed_request=self.seal_request(status.id, {}, _SAID),
            has_values=False,
            evidence=(),
            identity_version=standing.identity_version,
            filed_by=str(told["person_id"]),
            filed_role="student",
            filed_on=today,
            due_on=due.on,
            unknown_year=due.unknown_year,
        )
        status.trigger_event(StudentStatus.Disputed, case_id=case.id, fields=(HOLDER,))
        return case, status
