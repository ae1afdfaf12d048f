"""Preparatory students: rechecked where admitted, annotated where trained, registered after a new recheck (A8-5..8)."""

from datetime import date
from uuid import UUID

import pytest

from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.domain.preparatory import Preparatory
from services.enrollment.domain.rules.entry import (
    EntryAlreadyDecided,
    NotOwnStudent,
    PendingAdmissionFix,
    PreparatoryNotCompleted,
    RecheckMissing,
)
from services.enrollment.domain.rules.preparatory import (
    AdmittingSchoolAnnotates,
    AdmittingSchoolRechecks,
    AlreadyPreparatory,
    EndsBeforeItStarts,
    NotInPreparation,
    NotPreparatory,
    PreparatoryRecheckMissing,
    TrainingSchoolAnnotates,
    annotating_school,
    may_annotate,
)
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.gates import Gates, codes
from services.enrollment.tests.offices import HERE, SAME_PROVINCE, registrar
from services.enrollment.tests.test_entry_stored import freshman
from shared.access.decide import NotPermitted

TRAINING = "4115010126"
MINORITY = {"YKLB": "少数民族预科", "PYXX": TRAINING}


@pytest.mark.rule("A8-6", "A8-8")
@pytest.mark.parametrize(
    ("kind", "training", "right"),
    [
        ("minority", TRAINING, TRAINING),
        ("backbone", TRAINING, TRAINING),
        ("other", TRAINING, HERE),
        ("other", "", HERE),
    ],
)
def test_the_programme_says_who_annotates(kind, training, right):
    """Given a programme, when its students are annotated, then by the school that trains or the one that admits."""
    assert annotating_school(kind, HERE, training) == right


@pytest.mark.rule("A10-3", "A8-6")
def test_nothing_is_annotated_while_a_correction_is_pending():
    """Given a pending correction, when a phase is annotated, then it waits like a registration."""
    from services.enrollment.domain.rules.standing import AdmissionStanding

    basis = AdmissionStanding(
        state="listed", batch_id="", exam_no="1", school_code=HERE, school_name="", id_key="", name_key="",
        sealed_person="", level="本科", category="普通高等教育", study_form="普通全日制", full_time=True, major_code="",
        major_name="", duration="4", entry_date=date(2022, 9, 1), expected_graduation_date=date(2026, 7, 1),
        admission_type="普通", special_plan=False, preparatory="other", prep_recheck="合格", fix_id="x",
    )  # fmt: skip
    with pytest.raises(PendingAdmissionFix):
        may_annotate(basis, released=True, school_code=HERE, starts_on=date(2022, 9, 10))


@pytest.fixture
def gates(enrollment):
    return Gates(enrollment)


def recheck(gates, exam_no, school=HERE, **values):
    said = {"result": "合格", "rechecked_on": gates.day}
    return gates.named(gates.preparation.recheck_preparatory, exam_no, registrar(school), **(said | values))


def annotate(gates, exam_no, school=TRAINING, **values):
    said = {"starts_on": date(2022, 9, 10), "ends_on": date(2023, 7, 1)}
    return gates.named(gates.preparation.annotate_preparatory, exam_no, registrar(school), **(said | values))


def complete(gates, exam_no, school=TRAINING, **values):
    said = {"completed_on": gates.day, "entry_date": date(2023, 9, 1)}
    return gates.named(gates.preparation.complete_preparatory, exam_no, registrar(school), **(said | values))


@pytest.mark.servers
@pytest.mark.rule("A8-5", "A8-6", "A8-7")
def test_a_minority_student_goes_through_two_schools_to_one_status(gates):
    """Given a minority programme, when both schools did their part, then a new recheck leads to a status."""
    exam_no = gates.admit(HERE, **MINORITY)
    with pytest.raises(PreparatoryNotCompleted):
        gates.enrol(exam_no)
    with pytest.raises(PreparatoryRecheckMissing):
        annotate(gates, exam_no)
    with pytest.raises(AdmittingSchoolRechecks):
        recheck(gates, exam_no, TRAINING)
    recheck(gates, exam_no)
    with pytest.raises(TrainingSchoolAnnotates):
        annotate(gates, exam_no, HERE)
    annotate(gates, exam_no)
    with pytest.raises(AlreadyPreparatory):
        annotate(gates, exam_no)
    with pytest.raises(PreparatoryNotCompleted):
        gates.enrol(exam_no)
    gates.go_to(date(2023, 7, 1))
    with pytest.raises(TrainingSchoolAnnotates):
        complete(gates, exam_no, HERE)
    complete(gates, exam_no)
    gates.go_to(date(2023, 9, 10))
    with pytest.raises(RecheckMissing):
        gates.enrol(exam_no, entry_year=2023, recheck="")
    status = gates.status(gates.enrol(exam_no, entry_year=2023))
    # the phase is no year of the status
    assert (status.entry_date, status.settled_year, status.expected_graduation_date) == (
        date(2023, 9, 1), 2023, date(2027, 7, 1),
    )  # fmt: skip


@pytest.mark.servers
@pytest.mark.rule("A8-8")
def test_other_preparatory_students_belong_to_the_admitting_school_alone(gates):
    """Given another programme, when the training school annotates, then it may not; the admitting one does."""
    exam_no = gates.admit(HERE, YKLB="其他预科", PYXX=TRAINING)
    recheck(gates, exam_no)
    with pytest.raises(AdmittingSchoolAnnotates):
        annotate(gates, exam_no)
    annotate(gates, exam_no, HERE)
    gates.go_to(date(2023, 7, 1))
    with pytest.raises(AdmittingSchoolAnnotates):
        complete(gates, exam_no)
    complete(gates, exam_no, HERE)


@pytest.mark.servers
@pytest.mark.rule("A8-5", "A8-6")
def test_a_school_that_is_neither_touches_nothing(gates):
    """Given a preparatory student, when a third school rechecks or annotates, then it is not its student."""
    exam_no = gates.admit(HERE, **MINORITY)
    for act in (recheck, annotate):
        with pytest.raises(NotOwnStudent):
            act(gates, exam_no, SAME_PROVINCE)


@pytest.mark.servers
@pytest.mark.rule("A8-6")
def test_an_ordinary_student_has_no_preparatory_status(gates):
    """Given an admission without a phase, when one is rechecked, annotated or completed, then it is refused."""
    exam_no = gates.admit(HERE)
    with pytest.raises(NotPreparatory):
        recheck(gates, exam_no)
    with pytest.raises(NotPreparatory):
        annotate(gates, exam_no, HERE)
    with pytest.raises(NotPreparatory):
        complete(gates, exam_no, HERE)


@pytest.mark.servers
@pytest.mark.rule("A8-3", "A8-5")
def test_who_fails_the_recheck_before_the_phase_loses_the_right_of_entry(gates):
    """Given a preparatory student, when the admitting school's recheck fails, then the entry is cancelled."""
    exam_no = gates.admit(HERE, **MINORITY)
    recheck(gates, exam_no, result="不合格")
    assert gates.admission(exam_no).state == "cancelled"
    with pytest.raises(EntryAlreadyDecided):
        annotate(gates, exam_no)


@pytest.mark.servers
@pytest.mark.rule("A8-7")
def test_a_phase_ends_once(gates):
    """Given a running phase, when it is broken off, then the entry ends with it and nothing completes it."""
    exam_no = gates.admit(HERE, **MINORITY)
    recheck(gates, exam_no)
    annotate(gates, exam_no)
    with pytest.raises(EndsBeforeItStarts):
        complete(gates, exam_no, completed_on=date(2022, 9, 10))
    gates.go_to(date(2023, 3, 1))
    said = {"cause": "本人申请退出", "ended_on": gates.day}
    saved = gates.named(gates.preparation.end_preparatory, exam_no, registrar(TRAINING), **said)
    assert gates.base.find(Preparatory, UUID(saved["id"])).standing.state == "ended"
    assert gates.admission(exam_no).state == "cancelled"
    with pytest.raises(NotInPreparation):
        complete(gates, exam_no, completed_on=gates.day)


@pytest.mark.servers
@pytest.mark.rule("A8-7")
def test_a_file_of_the_next_intake_registers_who_completed_the_phase(gates):
    """Given two preparatory students, when one completed the phase, then the next intake's file registers that one."""
    done, waiting = gates.admit(HERE, **MINORITY), gates.admit(HERE, **MINORITY)
    for exam_no in (done, waiting):
        recheck(gates, exam_no)
        annotate(gates, exam_no)
    gates.go_to(date(2023, 7, 1))
    complete(gates, done)
    gates.go_to(date(2023, 9, 10))
    decided = gates.take_in(FreshmanResultsKind(gates.base), freshman(done), freshman(waiting), year=2023)
    assert codes(decided) == ["1", "NO_ADMISSION_BASIS"]
    (early,) = gates.take_in(FreshmanResultsKind(gates.base), freshman(waiting))
    assert early.code == "PREPARATORY_NOT_COMPLETED"
    assert gates.base.get(StudentStatus, decided[0][0].originator_id).standing.entry_date == date(2023, 9, 1)


@pytest.mark.servers
@pytest.mark.rule("A8-6", "A4-1")
def test_both_schools_see_their_preparatory_students(gates):
    """Given a phase at another school, when both ask, then both see it, and a third school may not."""
    exam_no = gates.admit(HERE, **MINORITY)
    recheck(gates, exam_no)
    annotate(gates, exam_no)
    for school in (HERE, TRAINING):
        found = gates.look(
            gates.files.list_preparatory, registrar(school), school_code=school, state="annotated", after=None, limit=10
        )["students"]
        assert [(one["exam_no"], one["kind"], one["training_school"]) for one in found] == [
            (exam_no, "minority", TRAINING)
        ]
    with pytest.raises(NotPermitted):
        gates.look(
            gates.files.list_preparatory, registrar(SAME_PROVINCE), school_code=HERE, state=None, after=None, limit=10
        )
