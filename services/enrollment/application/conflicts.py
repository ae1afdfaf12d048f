"""Conflicts over one identity (A8-9): contested on record, answered by both sides, decided with all that follows."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application.contests import Second, contest, is_contested, one_keeps, raise_notice, settle
from services.enrollment.application.corrections import Corrections
from services.enrollment.application.holders import Known
from services.enrollment.application.registering import registration_of
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.conflict import IN_CONFLICT, NOTICE, SYSTEM, Conflict, notice_key
from services.enrollment.domain.rules.conflicts import (
    ConflictAlreadyOpen,
    ConflictStanding,
    CorrectionMissing,
    NothingContested,
    may_both_keep,
    may_join,
)
from services.enrollment.domain.rules.endings import LONGEST_NUMBER
from services.enrollment.domain.rules.entry import NotOwnStudent, may_enter
from services.enrollment.domain.rules.periods import deadline
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.domain.rules.texts import clean_reason, clean_text
from services.enrollment.domain.student_status import FULL_TIME, StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.codes.schools import province_of
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context


class Conflicts(Corrections):
    """Opening, recording the contested registration, answering, deciding."""

    taken: ClassVar[Mapping[str, Any]] = {**Corrections.taken, IN_CONFLICT: ConflictAlreadyOpen}

    @command
    def open_conflict(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        statement: str,
        evidence: tuple[str, ...],
        by: By,
    ) -> Answer:
        """A school whose registration was refused, or its province, contests the status that stands in the way."""
        self._require_opener(by, school_code)
        admission = self._admission(entry_year, exam_no)
        basis = admission.standing
        self._require_opener(by, school_code, TRAINING.get(basis.category))
        may_enter(basis, released=self.is_released(basis.batch_id), school_code=school_code)
        first = self._claimant(Second(None, basis.id_key, basis.name_key, basis.full_time, (basis.entry_date, None)))
        notice = self._notice(first, school_code, admission_key(entry_year, exam_no))
        if notice is not None:
            return self._contest_notice(notice, first, statement, evidence, by)
        two_people = first.said["name_key"] != basis.name_key
        conflict = self._opened(
            first, school_code, None, admission.id, two_people=two_people, statement=statement, evidence=evidence, by=by
        )
        return self._save_opened(conflict, [first], evidence, by)

    @command
    def open_conflict_of_status(
        self, *, command_id: UUID, status_id: UUID, statement: str, evidence: tuple[str, ...], by: By
    ) -> Answer:
        """Two statuses stand on record under one document already, and one of the two sides says so."""
        second = self.known(status_id)
        standing = second.status.standing
        self._require_opener(by, standing.school_code, standing.training)
        if standing.contested_in:
            known = self.get(Conflict, UUID(standing.contested_in))
            return self._say_in(known, standing.school_code, statement, evidence, by)
        during = (second.holds_from, second.closed_on)
        first = self._claimant(Second(status_id, standing.id_key, second.said["name_key"], standing.full_time, during))
        two_people = first.said["name_key"] != second.said["name_key"]
        conflict = self._opened(
            first,
            standing.school_code,
            status_id,
            None,
            two_people=two_people,
            statement=statement,
            evidence=evidence,
            by=by,
        )
        return self._save_opened(conflict, [first, second], evidence, by)

    def _notice(self, first: Known, school_code: str, admission: str) -> Conflict | None:
        """What both schools were told when this registration was refused, as long as nothing came of it."""
        key = notice_key(first.status.id, school_code, admission)
        found = self.owners(NOTICE, [key]).get(key)
        notice = self.get(Conflict, found) if found else None
        return notice if notice and notice.standing.state in ("noticed", "open") else None

    def _contest_notice(
        self, notice: Conflict, first: Known, statement: str, evidence: tuple[str, ...], by: By
    ) -> Answer:
        """The notice becomes the case; where the registry has made it one already, this is the school's word in it."""
        if notice.standing.state == "open":
            return self._say_in(notice, notice.standing.second_school, statement, evidence, by)
        said = (self._sealed(first.status.id, statement), tuple(evidence), by.sub)
        raise_notice(notice, first, said, shanghai_date(by.recorded_at), self.periods)
        return self._keep_opened(notice, [first], evidence, by)

    def _say_in(
        self, conflict: Conflict, school_code: str, statement: str, evidence: tuple[str, ...], by: By
    ) -> Answer:
        """Nobody opens what is open; of a case that the registry opened itself the school's statement is its word."""
        if SYSTEM not in conflict.standing.hands or not by.actor or by.actor.role != "registrar":
            raise ConflictAlreadyOpen()
        conflict.answer(
            school_code=school_code,
            sealed_statement=self._sealed(conflict.standing.first_status_id, statement),
            evidence=tuple(evidence),
            answered_by=by.sub,
            answered_on=shanghai_date(by.recorded_at),
        )
        return self._keep_opened(conflict, [], evidence, by)

    def _claimant(self, second: Second) -> Known:
        """The status that stands against the second side's: another person's, or full-time in the same time."""
        holder = self.owners_today(FULL_TIME, [second.id_key])
        listed = self.finder.list_claimants(second.id_key)
        for status_id in dict.fromkeys((*holder.values(), *listed)):
            if status_id != second.status_id:
                known = self.known(status_id)
                if second.contests(known):
                    return known
        raise NothingContested()

    def _opened(
        self,
        first: Known,
        second_school: str,
        second_status_id: UUID | None,
        admission_id: UUID | None,
        *,
        two_people: bool,
        statement: str,
        evidence: tuple[str, ...],
        by: By,
    ) -> Conflict:
        today, standing = shanghai_date(by.recorded_at), first.status.standing
        due = deadline(today, self.periods.conflict)
        return Conflict(
            id_key=standing.id_key,
            first_status_id=first.status.id,
            first_school=standing.school_code,
            second_school=second_school,
            second_status_id=second_status_id,
            admission_id=admission_id,
            two_people=two_people,
            sealed_statement=self._sealed(first.status.id, statement),
            evidence=tuple(evidence),
            opened_by=by.sub,
            opened_on=today,
            due_on=due.on,
            unknown_year=due.unknown_year,
            noticed="",
        )

    def _save_opened(self, conflict: Conflict, sides: list[Known], evidence: tuple[str, ...], by: By) -> Answer:
        ids = [side.status.id for side in sides]
        for side in sides:
            other = next((each for each in ids if each != side.status.id), None)
            contest(side.status, conflict, other)
        return self._keep_opened(conflict, sides, evidence, by)

    def _keep_opened(self, conflict: Conflict, sides: list[Known], evidence: tuple[str, ...], by: By) -> Answer:
        context = Context.of(by, rules=("A8-9",), evidence=tuple(evidence))
        answer = {"id": conflict.id, "version": conflict.version}
        return self.save(conflict, *(side.status for side in sides), by=context, answer=answer)

    @command
    def register_contested(
        self, *, command_id: UUID, conflict_id: UUID, recheck: str, student_no: str | None, by: By
    ) -> Answer:
        """Record the refused registration, bound to the conflict's case and binding nobody until it is decided."""
        conflict = self.get(Conflict, conflict_id)
        standing = conflict.standing
        require(by.actor, "register_students", Resource("student_status", school=standing.second_school))
        may_join(standing)
        admission = self.get(Admission, standing.admission_id)  # type: ignore[arg-type] # may_join asked for it
        basis = admission.standing
        may_enter(basis, released=self.is_released(basis.batch_id), school_code=standing.second_school)
        self._require_training(by, "register_students", admission)
        prepared = admission.id in self.prepared([admission.id]) if basis.preparatory else False
        said = {"student_no": student_no}
        values = registration_of(admission.id, basis, recheck=recheck, said=said, prepared=prepared)
        status = StudentStatus(**(values | {"contested_in": str(conflict_id)}))
        contest(status, conflict, standing.first_status_id)
        conflict.join(status_id=status.id, sub=by.sub)
        context = Context.of(by, rules=("A8-2", "A8-9"), effective_on=basis.entry_date)
        answer = {"id": conflict.id, "version": conflict.version, "status_id": status.id}
        return self.save(conflict, status, by=context, answer=answer)

    @command
    def answer_conflict(
        self, *, command_id: UUID, conflict_id: UUID, statement: str, evidence: tuple[str, ...], by: By
    ) -> Answer:
        """Either school says what it knows, with its evidence."""
        conflict = self.get(Conflict, conflict_id)
        standing = conflict.standing
        sides = {"school": standing.first_school, "other_school": standing.second_school}
        require(by.actor, "answer_conflict", Resource("conflict", **sides))
        school_code = self._side_of(by, standing)
        training = self._training_of(conflict, first=school_code == standing.first_school)
        require(by.actor, "answer_conflict", Resource("conflict", **sides, training=training))
        conflict.answer(
            school_code=school_code,
            sealed_statement=self._sealed(standing.first_status_id, statement),
            evidence=tuple(evidence),
            answered_by=by.sub,
            answered_on=shanghai_date(by.recorded_at),
        )
        return self.save(conflict, by=Context.of(by, rules=("A8-9",), evidence=tuple(evidence)))

    @command
    def withdraw_conflict(self, *, command_id: UUID, conflict_id: UUID, reason: str, by: By) -> Answer:
        """Taken back by the side that opened it, before a second status is on record."""
        conflict = self.get(Conflict, conflict_id)
        school_code = conflict.standing.second_school
        self._require_opener(by, school_code)
        self._require_opener(by, school_code, self._training_of(conflict, first=False))
        reason = clean_reason(reason)
        conflict.withdraw(sub=by.sub, reason=reason)
        first = self.known(conflict.standing.first_status_id)
        settle(first, conflict, keeps=True)
        answer = {"id": conflict.id, "version": conflict.version}
        context = Context.of(by, rules=("A8-9",), reason=reason)
        return self.save(conflict, first.status, by=context, answer=answer)

    # --- the decision ---

    @command
    def decide_conflict(
        self,
        *,
        command_id: UUID,
        conflict_id: UUID,
        outcome: str,
        ending: str | None,
        ends_on: date | None,
        values: dict[str, str],
        decision_no: str,
        reason: str,
        by: By,
    ) -> Answer:
        """The province of both sides, or the ministry between two: who stands, who ends, whose number was wrong."""
        conflict = self.get(Conflict, conflict_id)
        self._require_decider(conflict, by)
        reason = clean_reason(reason)
        decision_no = clean_text(decision_no, field="decision_no", longest=LONGEST_NUMBER)
        today = shanghai_date(by.recorded_at)
        conflict.conclude(
            sub=by.sub,
            today=today,
            outcome=outcome,
            ending=ending,
            ends_on=ends_on,
            decision_no=decision_no,
            reason=reason,
        )
        sides = {"first": self.known(conflict.standing.first_status_id)}
        if conflict.standing.second_status_id:
            sides["second"] = self.known(conflict.standing.second_status_id)
        if outcome == "both_keep":
            self._both_keep(sides, conflict)
        elif outcome.endswith("_corrected"):
            self._one_is_corrected(sides, outcome.removesuffix("_corrected"), values, conflict)
        else:
            one_keeps(sides, outcome.removesuffix("_keeps"), conflict, (ending, ends_on, decision_no), today)
        context = Context.of(by, rules=("A8-9", "A24-2", "A26-2"), reason=reason, effective_on=ends_on)
        answer = {"id": conflict.id, "version": conflict.version}
        return self.save(conflict, *(side.status for side in sides.values()), by=context, answer=answer)

    @staticmethod
    def _both_keep(sides: Mapping[str, Known], conflict: Conflict) -> None:
        first, second = sides["first"], sides["second"]
        if first.status.standing.full_time and second.status.standing.full_time:
            may_both_keep((first.holds_from, first.closed_on), (second.holds_from, second.closed_on))
        for side in sides.values():
            settle(side, conflict, keeps=True, binds=is_contested(side, conflict))

    def _one_is_corrected(
        self, sides: Mapping[str, Known], which: str, values: Mapping[str, str], conflict: Conflict
    ) -> None:
        """Two people, one number: it was wrong on one of them; whoever keeps it is bound by it."""
        if not {"id_type", "id_number"} & set(values):
            raise CorrectionMissing(field="values")
        for name, side in sides.items():
            if name == which:
                settle(side, conflict, keeps=True)
                asked = self.asked_values(side, values)
                self.correct(side, asked, conflict.id, since=self.since_told(side, asked))
            else:
                settle(side, conflict, keeps=True, binds=is_contested(side, conflict))

    # --- who may ---

    def _training_of(self, conflict: Conflict, *, first: bool) -> str | None:
        """The kind of training on one side: of its status, or of the admission that could not be registered."""
        standing = conflict.standing
        status_id = standing.first_status_id if first else standing.second_status_id
        if status_id is not None:
            training: str = self.get(StudentStatus, status_id).standing.training
            return training or None
        if standing.admission_id is None:  # a row of an old register was refused
            return None
        return TRAINING.get(self.get(Admission, standing.admission_id).standing.category)

    @staticmethod
    def _side_of(by: By, standing: ConflictStanding) -> str:
        """For which side somebody speaks: the own school's, or that of one whose place it took."""
        own = by.actor.schools if by.actor else ()
        return next((each for each in own if each in (standing.first_school, standing.second_school)), "")

    @staticmethod
    def _require_opener(by: By, school_code: str, training: str | None = None) -> None:
        if by.actor and by.actor.role == "registrar":
            if school_code not in by.actor.schools:
                raise NotOwnStudent(field="school_code")
            require(by.actor, "answer_conflict", Resource("conflict", school=school_code, training=training))
        else:
            require(
                by.actor, "decide_conflict", Resource("conflict", province=province_of(school_code), training=training)
            )

    def _require_decider(self, conflict: Conflict, by: By) -> None:
        # where two provinces are concerned the resource names neither, and only the ministry reaches it
        province = conflict.standing.deciding_province
        require(by.actor, "decide_conflict", Resource("conflict", province=province))
        # what is decided is written on both sides, so whoever decides was appointed for the training of each (A24-1)
        for first in (True, False):
            training = self._training_of(conflict, first=first)
            require(by.actor, "decide_conflict", Resource("conflict", province=province, training=training))

    def _sealed(self, first_status_id: UUID, statement: str) -> str:
        return self.keyring.seal(statement, f"conflict:{first_status_id}")
