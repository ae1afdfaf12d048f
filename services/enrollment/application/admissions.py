"""Admission lists at the ministry, and corrections and supplements of admission data on their way (A7, A10)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from services.enrollment.application import Enrollment
from services.enrollment.application.fixing import checked_row, checked_values, may_be_new, whole_row
from services.enrollment.application.listing import COMPARED, listed_values, person_of, row_values
from services.enrollment.domain.admission import EXAM_NO, OUTCOME, TERMS, Admission, admission_key
from services.enrollment.domain.admission_fix import AdmissionFix
from services.enrollment.domain.rules.fixes import FixStanding, NothingToFix, may_ask_fix, may_decide_fix
from services.enrollment.domain.rules.standing import TRAINING
from services.enrollment.domain.rules.texts import clean_reason
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.codes.schools import province_of
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.intake.columns import Values


class Admissions(Enrollment):
    """What offices do with lists, and with what is wrong or missing in them."""

    @command
    def recheck_admission_batch(self, *, command_id: UUID, batch_id: UUID, by: By) -> Answer:
        """Pass the ministry's re-check of a reviewed list 汇总复核; its release follows (A7-2)."""
        batch = self._admission_batch(batch_id, "release_admission_batch", by)
        batch.recheck(rechecked_by=by.sub)
        return self.save(batch, by=Context.of(by, rules=("A7-1", "A7-2")))

    @command
    def request_admission_fix(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        kind: str,
        values: Mapping[str, str],
        reason: str,
        evidence: list[str],
        province: str | None = None,
        by: By,
    ) -> Answer:
        """Report wrong or missing admission data to the admissions office (A10-1)."""
        require(by.actor, "request_admission_fix", Resource("admission", school=school_code))
        reason = clean_reason(reason)
        correction = kind == "correction"
        admission = self._to_correct(school_code, entry_year, exam_no, values, by) if correction else None
        if admission is None:
            may_be_new(self.owners(EXAM_NO, [admission_key(entry_year, exam_no)]))
            whole_row(values, school_code=school_code, entry_year=entry_year, exam_no=exam_no)
        fix = AdmissionFix(
            kind="correction" if correction else "supplement",
            admission_id=admission.id if admission else None,
            school_code=school_code,
            province=admission.standing.province if admission else province or province_of(school_code),
            entry_year=entry_year,
            exam_no=exam_no,
            columns=tuple(sorted(values)),
            sealed=self._sealed(values, entry_year, exam_no),
            reason=reason,
            evidence=tuple(evidence),
            requested_by=by.sub,
            requested_on=shanghai_date(by.recorded_at),
        )
        if admission is not None:
            admission.trigger_event(Admission.FixAsked, fix_id=fix.id)
        context = Context.of(by, rules=("A10-1",), reason=reason, evidence=tuple(evidence))
        answer = {"id": str(fix.id), "version": fix.version}
        return self.save(fix, *([admission] if admission else []), by=context, answer=answer)

    @command
    def propose_admission_fix(
        self, *, command_id: UUID, fix_id: UUID, values: Mapping[str, str], opinion: str, by: By
    ) -> Answer:
        """Send a verified correction or supplement to the ministry, in the admissions office's own values (A10-2)."""
        fix = self._fix(fix_id, "propose_admission_fix", by)
        asked, opinion = fix.standing, clean_reason(opinion, field="opinion")
        told = dict(values) or self._opened(asked)
        if asked.kind == "correction":
            self._corrected(self.get(Admission, _id(asked)), told)
        else:
            whole_row(told, school_code=asked.school_code, entry_year=asked.entry_year, exam_no=asked.exam_no)
        fix.propose(
            columns=tuple(sorted(told)),
            sealed=self._sealed(told, asked.entry_year, asked.exam_no),
            opinion=opinion,
            by=by.sub,
            on=shanghai_date(by.recorded_at),
        )
        return self.save(fix, by=Context.of(by, rules=("A10-2",), reason=opinion))

    @command
    def decline_admission_fix(self, *, command_id: UUID, fix_id: UUID, reason: str, by: By) -> Answer:
        """Send a request back to the school: the admission data are right (A10-2, A10-3)."""
        fix = self._fix(fix_id, "propose_admission_fix", by)
        reason = clean_reason(reason)
        fix.decline(reason=reason, on=shanghai_date(by.recorded_at))
        return self._end(fix, Context.of(by, rules=("A10-2", "A10-3"), reason=reason))

    @command
    def decide_admission_fix(self, *, command_id: UUID, fix_id: UUID, accept: bool, reason: str, by: By) -> Answer:
        """Accept or refuse what the admissions office proposed; the school finds the result in its list (A10-3)."""
        fix = self._fix(fix_id, "decide_admission_fix", by, submitted_by=True)
        reason = clean_reason(reason)
        context = Context.of(by, rules=("A10-3", "A24-2"), reason=reason)
        on = shanghai_date(by.recorded_at)
        if not accept:
            fix.refuse(reason=reason, on=on)
            return self._end(fix, context)
        may_decide_fix(fix.standing)
        admission = self._accepted(fix)
        fix.apply_to(admission_id=admission.id, basis_version=admission.standing.basis_version, on=on)
        answer = {"id": str(fix.id), "version": fix.version}
        return self.save(fix, admission, by=context, answer=answer)

    def _accepted(self, fix: AdmissionFix) -> Admission:
        """The admission as the ministry accepts it: a new version, or a person who was missing."""
        asked = fix.standing
        told = self._opened(asked)
        if asked.kind == "supplement":
            row = whole_row(told, school_code=asked.school_code, entry_year=asked.entry_year, exam_no=asked.exam_no)
            listed = listed_values(self.keyring, row, batch_id=str(fix.id), province=asked.province)
            return Admission(**listed)
        admission = self.get(Admission, _id(asked))
        corrected = self._corrected(admission, told)
        version = admission.standing.basis_version + 1
        admission.trigger_event(
            Admission.Corrected, **corrected, fix_id=fix.id, columns=tuple(sorted(told)), basis_version=version
        )
        return admission

    def _to_correct(
        self, school_code: str, entry_year: int, exam_no: str, values: Mapping[str, str], by: By
    ) -> Admission:
        """An own, released admission that says otherwise than the school now asks for."""
        admission = self._admission(entry_year, exam_no)
        basis = admission.standing
        if basis.school_code == school_code:
            self._require_training(by, "request_admission_fix", admission)
        holder = self.owners(OUTCOME, [str(admission.id)]).get(str(admission.id))
        registered = holder not in (None, admission.id)
        released = self.is_released(basis.batch_id)
        may_ask_fix(basis, released=released, school_code=school_code, registered=registered)
        self._corrected(admission, values)
        return admission

    def _corrected(self, admission: Admission, told: Mapping[str, str]) -> dict[str, Any]:
        """What the correction makes of an admission; it must say something else than before."""
        basis = admission.standing
        before = row_values(basis, self.keyring.open_person(basis.sealed_person, basis.id_key))
        after: Values = checked_row({**before, **checked_values(told)}, told)
        listed = listed_values(self.keyring, after, batch_id=basis.batch_id, province=basis.province)
        same = all(getattr(basis, name) == listed[name] for name in COMPARED)
        if same and person_of(after) == person_of(before):
            raise NothingToFix(field="values")
        return {name: listed[name] for name in TERMS}

    def _end(self, fix: AdmissionFix, context: Context) -> Answer:
        """A request that changes nothing frees the admission it was about."""
        touched = []
        if fix.standing.admission_id is not None:
            admission = self.get(Admission, fix.standing.admission_id)
            admission.trigger_event(Admission.FixRefused, fix_id=fix.id)
            touched.append(admission)
        return self.save(fix, *touched, by=context, answer={"id": str(fix.id), "version": fix.version})

    def _fix(self, fix_id: UUID, action: str, by: By, *, submitted_by: bool = False) -> AdmissionFix:
        fix = self.get(AdmissionFix, fix_id)
        asked: FixStanding = fix.standing
        proposer = asked.proposed_by if submitted_by else None
        require(by.actor, action, Resource("admission_fix", province=asked.province, submitted_by=proposer))
        for training in self._trainings(asked):
            resource = Resource("admission_fix", province=asked.province, submitted_by=proposer, training=training)
            require(by.actor, action, resource)
        return fix

    def _trainings(self, asked: FixStanding) -> set[str]:
        """The kinds of training that a correction is about: as it is listed, and as it would be (A24-1)."""
        told = [self._opened(asked).get("XLLB", "")]
        if asked.admission_id is not None:
            told.append(self.get(Admission, asked.admission_id).standing.category)
        return {TRAINING[category] for category in told if category in TRAINING}

    def _sealed(self, values: Mapping[str, str], entry_year: int, exam_no: str) -> str:
        return self.keyring.seal(msgspec.json.encode(dict(values)).decode(), fix_place(entry_year, exam_no))

    def _opened(self, asked: FixStanding) -> dict[str, str]:
        told: dict[str, str] = msgspec.json.decode(
            self.keyring.open(asked.sealed, fix_place(asked.entry_year, asked.exam_no))
        )
        return told


def fix_place(entry_year: int, exam_no: str) -> str:
    """Where the sealed values of a request belong, and only there they open."""
    return f"admission_fix:{admission_key(entry_year, exam_no)}"


def _id(asked: FixStanding) -> UUID:
    if asked.admission_id is None:
        raise NothingToFix(field="fix_id")
    return asked.admission_id
