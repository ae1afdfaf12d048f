"""Told and asked (A11): the school asks its students to check, each student confirms or disputes."""

from typing import Any, Final
from uuid import UUID

from services.enrollment.application.cases import Cases
from services.enrollment.domain.rules.identity import may_ask, may_confirm
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require, trains
from shared.codes.clock import shanghai_date
from shared.eventstore.aggregate import changed
from shared.eventstore.application import Answer, Draft, command
from shared.eventstore.context import Context

CHANNELS: Final = ("online", "sms", "email", "paper")
LARGEST_ASKING: Final = 1_000


class Notices(Cases):
    """Asking to check, confirming, disputing."""

    @command
    def ask_to_check(self, *, command_id: UUID, status_id: UUID, channel: str, by: By) -> Answer:
        """Ask one student to check the own data (A11-1)."""
        status = self.get(StudentStatus, status_id)
        standing = status.standing
        require(
            by.actor,
            "ask_to_check",
            Resource("student_status", school=standing.school_code, training=standing.training),
        )
        may_ask(standing)
        status.trigger_event(StudentStatus.AskedToCheck, channel=channel, asked_on=shanghai_date(by.recorded_at))
        return self.save(status, by=Context.of(by, rules=("A11-1",)))

    @command
    def ask_class_to_check(
        self, *, command_id: UUID, school_code: str, entry_year: int, channel: str, limit: int, by: By
    ) -> Answer:
        """Ask the next students of an entry year who were not asked yet; `more` says whether to ask once again."""
        require(by.actor, "ask_to_check", Resource("student_status", school=school_code))
        drafts, more = self._asking(school_code, entry_year, channel, min(limit, LARGEST_ASKING), by)
        answer = {"asked": len(drafts), "more": more}
        self.append(drafts, by=Context.of(by, rules=("A11-1",)), answer=answer)
        return answer

    def _asking(self, school_code: str, entry_year: int, channel: str, limit: int, by: By) -> tuple[list[Draft], bool]:
        """Walk through the class chunk by chunk; the read table may be late, the standing never is."""
        today, after = shanghai_date(by.recorded_at), None
        drafts: list[Draft] = []
        while len(drafts) < limit:
            ids = self.finder.list_statuses_to_ask(school_code, entry_year, after, limit)
            found = self.standings(StudentStatus, ids)
            for status_id in ids:
                version, standing = found[status_id]
                if self._to_be_asked(standing, school_code, by) and len(drafts) < limit:
                    values = {"channel": channel, "asked_on": today}
                    asked = changed(standing, asked_on=today, checked="")
                    fact = StudentStatus.AskedToCheck
                    drafts.append(Draft(StudentStatus, status_id, version + 1, fact, values, asked))
            if len(ids) < limit:
                return drafts, False
            after = ids[-1]
        return drafts, True

    @staticmethod
    def _to_be_asked(standing: Any, school_code: str, by: By) -> bool:
        own = standing.school_code == school_code and trains(by.actor, standing.training)
        return own and standing.is_open and standing.asked_on is None

    @command
    def confirm_own_status(self, *, command_id: UUID, status_id: UUID, by: By) -> Answer:
        """The student found the own data right (A11-2)."""
        require(by.actor, "confirm_own_status", Resource("student_status", person=self.holder_of(status_id)))
        status = self.get(StudentStatus, status_id)
        may_confirm(status.standing)
        status.trigger_event(StudentStatus.Confirmed, confirmed_on=shanghai_date(by.recorded_at))
        return self.save(status, by=Context.of(by, rules=("A11-2",)))

    @command
    def dispute_own_status(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        disputed: tuple[str, ...],
        values: dict[str, str],
        statement: str,
        evidence: tuple[str, ...],
        by: By,
    ) -> Answer:
        """The student found something wrong: a case is opened in the same moment (A11-2)."""
        require(by.actor, "dispute_own_status", Resource("student_status", person=self.holder_of(status_id)))
        known = self.known(status_id)
        case = self.drawn_up(
            known,
            kind="dispute",
            fields=tuple(disputed),
            values=values,
            statement=statement,
            evidence=tuple(evidence),
            by=by,
        )
        known.status.trigger_event(StudentStatus.Disputed, case_id=case.id, fields=case.standing.fields)
        context = Context.of(by, rules=("A11-2", "A19-1"), evidence=tuple(evidence))
        return self.save(case, known.status, by=context, answer={"id": case.id, "version": case.version})
