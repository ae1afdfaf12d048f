"""The use cases of enrollment: admission lists, freshman results, years; load, tell, save."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application.clashes import tell_of_refusal, wanted_of
from services.enrollment.application.evidence import HandedIn, require_handed_in
from services.enrollment.application.registering import FRESHMAN_RULES as FRESHMAN_RULES
from services.enrollment.application.registering import registration_of
from services.enrollment.application.registering import status_values as status_values
from services.enrollment.application.terms import SchoolKnown, declared_with, due_days, first_days
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.admission_fix import OPEN_FIX, AdmissionFix
from services.enrollment.domain.cancellation import DECLARED, WAITING
from services.enrollment.domain.preparatory import PREPARATORY, Preparatory
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.domain.rules.endings import ProposalWaiting
from services.enrollment.domain.rules.entry import (
    EntryAlreadyDecided,
    NoAdmissionBasis,
    OneFulltimeStatus,
    decided_entry,
    may_enter,
    may_register_students,
    rules_of,
)
from services.enrollment.domain.rules.fixes import FixAlreadyAsked
from services.enrollment.domain.rules.lists import DoubleAdmission
from services.enrollment.domain.rules.papers import PaperNumberTaken
from services.enrollment.domain.rules.preparatory import AlreadyPreparatory
from services.enrollment.domain.rules.reporting import discharge_values
from services.enrollment.domain.rules.standing import TRAINING, AdmissionState, YearResult
from services.enrollment.domain.rules.texts import clean_filename, clean_reason
from services.enrollment.domain.rules.year_results import YearFiling
from services.enrollment.domain.school import SCHOOL
from services.enrollment.domain.student_status import PAPER, StudentStatus
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import Clock, shanghai_date
from shared.codes.schools import province_of
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Answer, Application, Heard, command, decided_again
from shared.eventstore.context import Asked, Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

YEAR_RULES = ("A4-1", "A12-1", "A12-3", "A13-1")


class Enrollment(Application):
    """Who may study where, and in which years they did."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        "admission.exam_no": DoubleAdmission,
        "admission.outcome": EntryAlreadyDecided,
        "status.fulltime": OneFulltimeStatus,
        PAPER: PaperNumberTaken,
        WAITING: ProposalWaiting,
        DECLARED: ProposalWaiting,
        OPEN_FIX: FixAlreadyAsked,
        PREPARATORY: AlreadyPreparatory,
        SCHOOL: SchoolKnown,
    }

    papers: HandedIn | None = None  # handed in by the edge, where papers are kept

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        super().__init__(store, clock)
        self.keyring = keyring

    def save(
        self,
        *aggregates: Aggregate,
        by: Context | Asked,
        answer: Mapping[str, Any] | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """What is named as evidence was handed in. It is asked last: who may not do this learns nothing of papers."""
        if self.papers is not None and isinstance(by, Context):
            require_handed_in(by.evidence, self.papers)
        return super().save(*aggregates, by=by, answer=answer, heard=heard)

    # --- admission lists (A7) ---

    @command
    def submit_admission_batch(
        self, *, command_id: UUID, digest: str, filename: str, province: str, entry_year: int, by: By
    ) -> Answer:
        """Take a province's list in; the worker reads and checks it."""
        require(by.actor, "submit_admission_batch", Resource("admission_batch", province=province))
        batch = AdmissionBatch(
            kind="admission_list",
            digest=digest,
            filename=clean_filename(filename),
            school_code=None,
            province=province,
            params={"entry_year": str(entry_year), "training": by.actor.kind if by.actor else "all"},
            submitted_by=by.sub,
        )
        return self.save(batch, by=Context.of(by, rules=("A7-1",)))

    @command
    def review_admission_batch(self, *, command_id: UUID, batch_id: UUID, by: By) -> Answer:
        """Pass the province's review; the submitter may not review."""
        batch = self._admission_batch(batch_id, "review_admission_batch", by)
        batch.review(reviewed_by=by.sub)
        return self.save(batch, by=Context.of(by, rules=("A7-1", "A24-2")))

    @command
    def return_admission_batch(self, *, command_id: UUID, batch_id: UUID, reason: str, by: By) -> Answer:
        """Return the list with its reason."""
        batch = self._admission_batch(batch_id, "return_admission_batch", by)
        reason = clean_reason(reason)
        batch.return_to_sender(reason=reason)
        return self.save(batch, by=Context.of(by, rules=("A7-1",), reason=reason))

    @command
    def release_admission_batch(self, *, command_id: UUID, batch_id: UUID, by: By) -> Answer:
        """Release a list that passed the ministry's re-check: it is a basis now."""
        batch = self._admission_batch(batch_id, "release_admission_batch", by)
        batch.release(released_by=by.sub)
        return self.save(batch, by=Context.of(by, rules=("A7-2",)))

    def _admission_batch(self, batch_id: UUID, action: str, by: By) -> AdmissionBatch:
        batch = self.get(AdmissionBatch, batch_id)
        state = batch.standing
        province = state.province or province_of(state.school_code or "")  # a school's own list is its province's too
        # a list that holds every kind is for those who are appointed for all (A24-1)
        training = state.params.get("training") or "all"
        resource = Resource("admission_batch", province=province, submitted_by=state.submitted_by, training=training)
        require(by.actor, action, resource)
        return batch

    # --- a school's files (A8, A12) ---

    @command
    def submit_freshman_results(
        self, *, command_id: UUID, digest: str, filename: str, school_code: str, entry_year: int, by: By
    ) -> Answer:
        """Take in what became of a school's freshmen; the worker decides row by row."""
        require(by.actor, "register_students", Resource("student_status", school=school_code))
        may_register_students(school_code)
        batch = RegistrationBatch(
            kind="freshman_results",
            digest=digest,
            filename=clean_filename(filename),
            school_code=school_code,
            province=None,
            params={"entry_year": str(entry_year), "training": by.actor.kind if by.actor else "all"},
            submitted_by=by.sub,
        )
        return self.save(batch, by=Context.of(by, rules=("A4-1", "A24-1")))

    @command
    @decided_again
    def submit_year_results(
        self,
        *,
        command_id: UUID,
        digest: str,
        filename: str,
        school_code: str,
        entry_year: int,
        academic_year: int,
        starts_on: date | None = None,
        by: By,
    ) -> Answer:
        """Take in one academic year of a school; the worker decides row by row."""
        require(by.actor, "register_years", Resource("student_status", school=school_code))
        today = shanghai_date(by.recorded_at)
        _, schools = declared_with(self, school_code, academic_year, starts_on, today)
        batch = RegistrationBatch(
            kind="year_results",
            digest=digest,
            filename=clean_filename(filename),
            school_code=school_code,
            province=None,
            params={
                "entry_year": str(entry_year),
                "academic_year": str(academic_year),
                "training": by.actor.kind if by.actor else "all",
            },
            submitted_by=by.sub,
        )
        return self.save(batch, *schools, by=Context.of(by, rules=("A4-1", "A13-1", "A24-1")))

    # --- one student ---

    @command
    def register_student(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        recheck: str,
        student_no: str | None,
        by: By,
        **said: Any,
    ) -> Answer:
        """Register one freshman (A8-2); the school may add college, class, type of admission, partner school."""
        require(by.actor, "register_students", Resource("student_status", school=school_code))
        may_register_students(school_code)
        admission = self._undecided(school_code, entry_year, exam_no)
        basis = admission.standing
        self._require_training(by, "register_students", admission)
        prepared = admission.id in self.prepared([admission.id]) if basis.preparatory else False
        said["student_no"] = student_no
        values = registration_of(admission.id, basis, recheck=recheck, said=said, prepared=prepared)
        rules = rules_of(FRESHMAN_RULES, basis.entry_date)
        try:
            return self.save(StudentStatus(**values), by=Context.of(by, rules=rules, effective_on=basis.entry_date))
        except OneFulltimeStatus:
            tell_of_refusal(self, wanted_of(admission.id, basis), by=by)
            raise

    @command
    def decide_entry(
        self,
        *,
        command_id: UUID,
        school_code: str,
        entry_year: int,
        exam_no: str,
        outcome: AdmissionState,
        cause: str = "",
        until: date | None = None,
        discharged_on: date | None = None,
        by: By,
    ) -> Answer:
        """Record that no status follows from an admission (A8-4); of one deferred for service, the discharge."""
        require(by.actor, "decide_entry", Resource("admission", school=school_code))
        if discharged_on is not None:
            return self._discharged(school_code, entry_year, exam_no, discharged_on, by)
        admission = self._undecided(school_code, entry_year, exam_no)
        basis = admission.standing
        self._require_training(by, "decide_entry", admission)
        admission.trigger_event(Admission.EntryDecided, **decided_entry(basis, outcome, cause=cause, until=until))
        return self.save(admission, by=Context.of(by, rules=("A8-4",)))

    def _discharged(self, school_code: str, entry_year: int, exam_no: str, day: date, by: By) -> Answer:
        """A soldier's entry is kept for two years more: that is known from now on (R41-27)."""
        admission = self._admission(entry_year, exam_no)
        basis, today = admission.standing, shanghai_date(by.recorded_at)
        released = self.is_released(basis.batch_id)
        said = discharge_values(basis, released=released, school_code=school_code, discharged_on=day, today=today)
        self._require_training(by, "decide_entry", admission)
        admission.trigger_event(Admission.Discharged, **said)
        return self.save(admission, by=Context.of(by, rules=("R41-27",), effective_on=day))

    @command
    @decided_again
    def settle_year(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        academic_year: int,
        result: YearResult,
        starts_on: date | None = None,
        cause: str = "",
        tuition: str = "",
        changes: Sequence[str] = (),
        records: Sequence[str] = (),
        by: By,
    ) -> Answer:
        """Register or defer one academic year of one student (A12)."""
        told = tuple(dict.fromkeys(records))
        filing = YearFiling("", academic_year, result, cause, tuition, tuple(changes), told)
        return self._settle_year(status_id, filing, starts_on, by)

    def _settle_year(self, status_id: UUID, filed: YearFiling, starts_on: date | None, by: By) -> Answer:
        status = self.get(StudentStatus, status_id)
        school_code = status.standing.school_code
        resource = Resource("student_status", school=school_code, training=status.standing.training or None)
        require(by.actor, "register_years", resource)
        today = shanghai_date(by.recorded_at)
        calendar, schools = declared_with(self, school_code, filed.academic_year, starts_on, today)
        filing = filed._replace(school_code=school_code)
        days = {"due_of": due_days(calendar), "first_of": first_days(calendar)}
        status.settle_year(filing, registered_on=today, **days)
        answer = {"id": status.id, "version": status.version}
        return self.save(status, *schools, by=Context.of(by, rules=YEAR_RULES), answer=answer)

    def _admission(self, entry_year: int, exam_no: str) -> Admission:
        key = admission_key(entry_year, exam_no)
        admission_id = self.owners("admission.exam_no", [key]).get(key)
        if admission_id is None:
            raise NoAdmissionBasis(field="KSH")
        return self.get(Admission, admission_id)

    def _undecided(self, school_code: str, entry_year: int, exam_no: str) -> Admission:
        """An own admission of which nothing became yet: that is said before anything else about it (A8-4)."""
        admission = self._admission(entry_year, exam_no)
        basis = admission.standing
        may_enter(basis, released=self.is_released(basis.batch_id), school_code=school_code)
        if self.owners("admission.outcome", [str(admission.id)]):
            raise EntryAlreadyDecided(field="KSH")
        return admission

    def _require_training(self, by: By, action: str, admission: Admission) -> None:
        """An operator appointed for another kind of training does not write this admission (A24-1)."""
        basis = admission.standing
        training = TRAINING.get(basis.category)
        require(by.actor, action, Resource("admission", school=basis.school_code, training=training))

    def is_released(self, batch_id: str) -> bool:
        """Whether a list (or an accepted supplement) is a basis: asked anew each time, for a list may be returned."""
        found = self.standings(AdmissionBatch, [UUID(batch_id)])
        if not found:
            return any(fix.state == "applied" for _, fix in self.standings(AdmissionFix, [UUID(batch_id)]).values())
        return any(standing.state == "released" for _, standing in found.values())

    def prepared(self, admission_ids: Sequence[UUID]) -> set[UUID]:
        """Who of these completed the preparatory phase (A8-7)."""
        found = self.owning(Preparatory, PREPARATORY, [str(each) for each in admission_ids])
        return {UUID(key) for key, (_, _, standing) in found.items() if standing.state == "completed"}
