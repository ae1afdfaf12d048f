"""Cases about a record (A19): filed with proof, reviewed by the school, decided by the school or the province."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from services.enrollment.application.corrections import Corrections
from services.enrollment.application.holders import Known
from services.enrollment.domain.case import OPEN_CASE, Case
from services.enrollment.domain.rules.identity import (
    DISPUTES,
    CaseAlreadyOpen,
    CaseKind,
    level_of,
    may_file,
    may_pass,
    may_step,
)
from services.enrollment.domain.rules.periods import deadline
from services.enrollment.domain.rules.texts import clean_reason
from services.enrollment.domain.student_status import StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.codes.schools import province_of
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context

Values = Mapping[str, str]
CASE_RULES = ("A19-1", "A19-2", "A24-2")
_SHOWN = ("shown",)  # the proof was there when the case was filed
CLOSING = "closing"  # what a case about a wrong closing is about
REGISTRY = "system"  # who files where nobody else did


class Cases(Corrections):
    """Filing, reviewing, deciding; what is applied is written into the record in the same transaction."""

    taken: ClassVar[Mapping[str, Any]] = {**Corrections.taken, OPEN_CASE: CaseAlreadyOpen}

    # --- filing ---

    @command
    def file_case(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        kind: CaseKind,
        values: dict[str, str],
        statement: str,
        evidence: tuple[str, ...],
        by: By,
    ) -> Answer:
        """The school files for its student, with proof."""
        known = self.known(status_id)
        standing = known.status.standing
        require(by.actor, "file_case", Resource("case", school=standing.school_code, training=standing.training))
        return self._file(known, kind, values, statement, evidence, by)

    @command
    def file_own_case(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        kind: CaseKind,
        values: dict[str, str],
        statement: str,
        evidence: tuple[str, ...],
        by: By,
    ) -> Answer:
        """The student files about the own record, with proof."""
        require(by.actor, "file_own_case", Resource("case", person=self.holder_of(status_id)))
        return self._file(self.known(status_id), kind, values, statement, evidence, by)

    def _file(
        self, known: Known, kind: CaseKind, values: Values, statement: str, evidence: tuple[str, ...], by: By
    ) -> Answer:
        fields = (CLOSING,) if kind == "cancellation" else tuple(values)
        case = self.drawn_up(
            known, kind=kind, fields=fields, values=values, statement=statement, evidence=tuple(evidence), by=by
        )
        return self.save(case, by=Context.of(by, rules=("A19-1",), evidence=tuple(evidence)))

    def drawn_up(
        self,
        known: Known,
        *,
        kind: CaseKind,
        fields: tuple[str, ...],
        values: Values,
        statement: str,
        evidence: tuple[str, ...],
        by: By,
    ) -> Case:
        """The new case, not saved yet: what is asked for is checked, compared with the record and sealed."""
        standing = known.status.standing
        by_student = bool(by.actor and by.actor.role == "student")
        may_file(standing, kind=kind, fields=fields, evidence=evidence, by_student=by_student)
        asked = self.asked_values(known, values) if values else {}
        fields = tuple(sorted({*asked, *fields} - ({*values} - {*asked})))
        today = shanghai_date(by.recorded_at)
        due = deadline(today, self.periods.school_review)
        return Case(
            status_id=known.status.id,
            id_key=standing.id_key,
            school_code=standing.school_code,
            training=standing.training,
            kind=kind,
            level=level_of(kind, fields, standing),
            fields=fields,
            sealed_request=self.seal_request(known.status.id, asked, statement),
            has_values=bool(asked) or kind == "cancellation",
            evidence=evidence,
            identity_version=standing.identity_version,
            filed_by=by.sub,
            filed_role=by.actor.role if by.actor else "",
            filed_on=today,
            due_on=due.on,
            unknown_year=due.unknown_year,
        )

    # --- the school's and the province's turn ---

    @command
    def begin_case_review(self, *, command_id: UUID, case_id: UUID, by: By) -> Answer:
        """The school takes the case up."""
        case = self._case(case_id, "review_case", by)
        case.begin_review(sub=by.sub, today=shanghai_date(by.recorded_at))
        return self.save(case, by=Context.of(by, rules=("A19-1", "A24-2")))

    @command
    def refuse_case(self, *, command_id: UUID, case_id: UUID, reason: str, incident_id: UUID | None, by: By) -> Answer:
        """Not accepted: proof or content seem false (A19-3)."""
        case = self.get(Case, case_id)
        self._require_turn(case, by)
        reason = clean_reason(reason)
        case.refuse(sub=by.sub, today=shanghai_date(by.recorded_at), reason=reason, incident_id=incident_id)
        return self._told(case, by, ("A19-3", "A24-2"), reason)

    @command
    def name_case_values(
        self, *, command_id: UUID, case_id: UUID, values: dict[str, str], evidence: tuple[str, ...], by: By
    ) -> Answer:
        """After a dispute, the school names what shall stand in the record; another person decides."""
        case = self._case(case_id, "file_case", by)
        known = self.known(case.standing.status_id)
        asked = self.asked_values(known, values)
        fields, statement = tuple(sorted(asked)), self.request_of(case)["statement"]
        may_file(known.status.standing, kind="correction", fields=fields, evidence=evidence, by_student=False)
        case.name_values(
            sub=by.sub,
            level=level_of(case.standing.kind, fields, known.status.standing),
            fields=fields,
            sealed_request=self.seal_request(known.status.id, asked, statement),
            evidence=tuple(evidence),
        )
        return self.save(case, by=Context.of(by, rules=("A19-1",), evidence=tuple(evidence)))

    @command
    def review_case(self, *, command_id: UUID, case_id: UUID, agrees: bool, reason: str, by: By) -> Answer:
        """The school's word: applied where it may decide alone, passed on to the province for a key field."""
        case = self._case(case_id, "review_case", by)
        reason = clean_reason(reason)
        if agrees and self._level_today(case) == "province":
            today = shanghai_date(by.recorded_at)
            due = deadline(today, self.periods.province_review)
            case.pass_on(sub=by.sub, today=today, opinion=reason, due_on=due.on, unknown_year=due.unknown_year)
            return self.save(case, by=Context.of(by, rules=("A19-1", "A24-2"), reason=reason))
        return self._conclude(case, agrees, reason, by)

    @command
    def decide_case(self, *, command_id: UUID, case_id: UUID, agrees: bool, reason: str, by: By) -> Answer:
        """The province's word (A19-1)."""
        case = self.get(Case, case_id)
        self._require_province(case, by)
        reason = clean_reason(reason)
        may_step(case.standing, "province_review")
        return self._conclude(case, agrees, reason, by)

    @command
    def withdraw_case(self, *, command_id: UUID, case_id: UUID, by: By) -> Answer:
        """Taken back by whoever filed it."""
        case = self.get(Case, case_id)
        standing = case.standing
        if standing.filed_role in ("student", REGISTRY):  # what the registry itself found is nobody's to take back
            require(by.actor, "file_own_case", Resource("case", person=standing.filed_by))
        else:
            require(by.actor, "file_case", Resource("case", school=standing.school_code, training=standing.training))
        case.withdraw(sub=by.sub)
        return self._told(case, by, ("A19-1",), None)

    # --- what follows ---

    def _conclude(self, case: Case, agrees: bool, reason: str, by: By) -> Answer:
        today = shanghai_date(by.recorded_at)
        if not agrees:
            case.conclude(sub=by.sub, today=today, applies=False, reason=reason)
            return self._told(case, by, ("A19-1", "A24-2"), reason)
        known = self.known(case.standing.status_id)
        may_pass(case.standing)
        self._may_still(case, known)
        if case.standing.kind == "cancellation":
            return self._go_on(case, known, reason, by)
        values = self.request_of(case)["values"]
        is_change = case.standing.kind == "change"
        since = self.since_today(known, values, today) if is_change else self.since_told(known, values)
        self.correct(known, values, case.id, since=since)
        version = known.status.standing.identity_version
        case.conclude(sub=by.sub, today=today, applies=True, reason=reason, identity_version=version)
        self._ask_again(case, known.status, today)
        context = Context.of(by, rules=(*CASE_RULES, "A14-2"), reason=reason)
        return self.save(case, known.status, by=context, answer={"id": case.id, "version": case.version})

    def _level_today(self, case: Case) -> str:
        """A record that was archived since the filing is the province's to decide about."""
        status = self.get(StudentStatus, case.standing.status_id)
        return level_of(case.standing.kind, case.standing.fields, status.standing)

    @staticmethod
    def _may_still(case: Case, known: Known) -> None:
        """What became of the record since the filing counts: graduated, transferred, contested."""
        standing = case.standing
        # of what was disowned the school says who it is: that is no request of the student
        by_student = standing.filed_role == "student" and standing.kind != "disowned"
        may_file(
            known.status.standing, kind=standing.kind, fields=standing.fields, evidence=_SHOWN, by_student=by_student
        )

    def _told(self, case: Case, by: By, rules: tuple[str, ...], reason: str | None) -> Answer:
        """Save a case that ended without a change; a student who disputed is asked to check again."""
        saved = [case]
        if case.standing.kind in DISPUTES:
            status = self.get(StudentStatus, case.standing.status_id)
            self._ask_again(case, status, shanghai_date(by.recorded_at))
            saved = [case, status]  # type: ignore[list-item]
        context = Context.of(by, rules=rules, reason=reason)
        return self.save(*saved, by=context, answer={"id": case.id, "version": case.version})

    @staticmethod
    def _ask_again(case: Case, status: StudentStatus, today: date) -> None:
        if case.standing.kind in DISPUTES and status.standing.checked == "disputed":
            status.trigger_event(StudentStatus.AskedToCheck, channel="case", asked_on=today)

    def _go_on(self, case: Case, known: Known, reason: str, by: By) -> Answer:
        """A wrong closing: the closed record stays closed, what stood before goes on from its day (A13-4)."""
        old, today = known.status, shanghai_date(by.recorded_at)
        closed_on = known.closed_on or today
        new = known.continued(closed_on)
        old.trigger_event(
            StudentStatus.FoundWrong,
            case_id=case.id,
            admission_id=known.said["admission_id"],
            closed_as=old.standing.state,
            closed_on=closed_on,
            continued_by=new.id,
            school_code=old.standing.school_code,
        )
        case.conclude(
            sub=by.sub,
            today=today,
            applies=True,
            reason=reason,
            identity_version=old.standing.identity_version,
            continued_by=new.id,
        )
        context = Context.of(by, rules=("A13-4", "A14-2", "A24-2"), reason=reason, effective_on=closed_on)
        answer = {"id": case.id, "version": case.version}
        return self.save(case, old, new, by=context, answer=answer)

    # --- what stands in it ---

    def seal_request(self, status_id: UUID, values: Values, statement: str) -> str:
        """What is asked for, never in clear."""
        text = msgspec.json.encode({"values": dict(values), "statement": statement}).decode()
        return self.keyring.seal(text, f"case:{status_id}")

    def request_of(self, case: Case) -> dict[str, Any]:
        """What is asked for, opened again."""
        standing = case.standing
        opened: dict[str, Any] = msgspec.json.decode(
            self.keyring.open(standing.sealed_request, f"case:{standing.status_id}")
        )
        return opened

    # --- who may ---

    def _case(self, case_id: UUID, action: str, by: By) -> Case:
        case = self.get(Case, case_id)
        standing = case.standing
        require(by.actor, action, Resource("case", school=standing.school_code, training=standing.training))
        return case

    def _require_turn(self, case: Case, by: By) -> None:
        if case.standing.state == "province_review":
            self._require_province(case, by)
        else:
            resource = Resource("case", school=case.standing.school_code, training=case.standing.training)
            require(by.actor, "review_case", resource)

    @staticmethod
    def _require_province(case: Case, by: By) -> None:
        standing = case.standing
        resource = Resource(
            "case",
            province=province_of(standing.school_code),
            submitted_by=standing.filed_by,
            training=standing.training or None,
        )
        require(by.actor, "decide_case", resource)
