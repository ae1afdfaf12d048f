"""The rules of preparatory students: who rechecks, who annotates, and what comes after (A8-5 to A8-8)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from services.enrollment.domain.rules.entry import NotOwnStudent, PendingAdmissionFix, may_enter
from services.enrollment.domain.rules.standing import PASSED, AdmissionStanding
from shared.rules.refused import Refused

PreparatoryState = Literal["annotated", "completed", "ended"]
# In the words of the upload file; the first two are trained at a school of their own
KINDS: Final = {"少数民族预科": "minority", "骨干计划基础培训": "backbone", "其他预科": "other"}
STEPS: Final[dict[PreparatoryState, str]] = {"annotated": "尚未结束", "completed": "已结业", "ended": "已终止"}
TRAINED_ELSEWHERE: Final = ("minority", "backbone")


class NotPreparatory(Refused):
    """The admission names no preparatory phase, and another kind of status is another thing."""

    rule = "A8-6"
    zh = "录取数据没有预科类别,不能标注预科学籍"
    en = "the admission names no preparatory phase, so no preparatory status is annotated"


class AdmittingSchoolRechecks(Refused):
    """Before the preparatory phase the admitting school rechecks."""

    rule = "A8-5"
    zh = "少数民族预科生和骨干计划基础培训学生由招生学校 {school_code} 复查"
    en = "students of these programmes are rechecked by the admitting school, {school_code}"


class TrainingSchoolAnnotates(Refused):
    """The preparatory status is annotated where the training takes place."""

    rule = "A8-6"
    zh = "预科学籍由培养培训学校 {school_code} 标注,招生学校不标注"
    en = "the preparatory status is annotated by the school that trains, {school_code}, not by the one that admitted"


class AdmittingSchoolAnnotates(Refused):
    """Other preparatory students belong to the admitting school alone."""

    rule = "A8-8"
    zh = "其他预科生的复查和标注都由招生学校 {school_code} 办理"
    en = "other preparatory students are rechecked and annotated by the admitting school, {school_code}"


class PreparatoryRecheckMissing(Refused):
    """The recheck at the admitting school comes before the annotation."""

    rule = "A8-5"
    zh = "招生学校尚未复查该生,或复查不合格,不能标注预科学籍"
    en = "the admitting school has not rechecked this student, or the recheck failed; nothing is annotated"


class AlreadyPreparatory(Refused):
    """One preparatory status an admission."""

    rule = "A8-6"
    zh = "该生的预科学籍已标注"
    en = "the preparatory status of this student is annotated already"


class NotInPreparation(Refused):
    """Only a running preparatory phase is completed or ended."""

    rule = "A8-7"
    zh = "该生预科阶段{step},不能执行此操作"
    en = "the preparatory status is {state}; this does not follow from it"


class EndsBeforeItStarts(Refused):
    """A phase ends after it began."""

    rule = "X-CODE-7"
    status = 422
    zh = "结束日期须晚于开始日期 {starts_on}"
    en = "the end lies after the start, {starts_on}"


@dataclass(frozen=True)
class PreparatoryStanding:
    """What deciding about one preparatory status rests on; it has no academic years (§1.5, 13)."""

    state: PreparatoryState
    admission_id: str
    kind: str
    admitting_school: str
    training_school: str
    starts_on: date

    def now(self, state: PreparatoryState) -> "PreparatoryStanding":
        return replace(self, state=state)


def annotating_school(kind: str, admitting_school: str, training_school: str) -> str:
    """The school that annotates: the one that trains, where that is another by the programme's rules (A8-6, A8-8)."""
    return training_school if kind in TRAINED_ELSEWHERE and training_school else admitting_school


def may_recheck_preparatory(admission: AdmissionStanding, *, released: bool, school_code: str) -> None:
    """The admitting school rechecks every preparatory student (A8-5, A8-8)."""
    if not admission.preparatory:
        may_enter(admission, released=released, school_code=school_code)
        raise NotPreparatory(field="KSH")
    if school_code != admission.school_code and school_code == admission.training_school:
        raise AdmittingSchoolRechecks(field="KSH", school_code=admission.school_code)
    may_enter(admission, released=released, school_code=school_code)


def may_annotate(admission: AdmissionStanding, *, released: bool, school_code: str, starts_on: date) -> None:
    """The right school annotates a rechecked, released admission that names a preparatory phase (A8-5 to A8-8)."""
    own = school_code in (admission.school_code, admission.training_school)
    may_enter(admission, released=released, school_code=admission.school_code if own else school_code)
    if not admission.preparatory:
        raise NotPreparatory(field="KSH")
    right = annotating_school(admission.preparatory, admission.school_code, admission.training_school)
    if school_code != right:
        wrong = TrainingSchoolAnnotates if right == admission.training_school else AdmittingSchoolAnnotates
        raise wrong(field="school_code", school_code=right)
    if admission.fix_id:
        raise PendingAdmissionFix(field="KSH")
    if admission.prep_recheck != PASSED:
        raise PreparatoryRecheckMissing(field="KSH")
    if starts_on < admission.entry_date:
        raise EndsBeforeItStarts(field="starts_on", starts_on=admission.entry_date)


def may_end_preparation(preparatory: PreparatoryStanding, *, school_code: str, on: date) -> None:
    """Whoever annotates also records that the phase was completed or broken off (A8-6 to A8-8)."""
    right = annotating_school(preparatory.kind, preparatory.admitting_school, preparatory.training_school)
    if school_code != right:
        if school_code not in (preparatory.admitting_school, preparatory.training_school):
            raise NotOwnStudent(field="school_code")
        wrong = TrainingSchoolAnnotates if right == preparatory.training_school else AdmittingSchoolAnnotates
        raise wrong(field="school_code", school_code=right)
    if preparatory.state != "annotated":
        raise NotInPreparation(field="state", state=preparatory.state, step=STEPS[preparatory.state])
    if on <= preparatory.starts_on:
        raise EndsBeforeItStarts(field="on", starts_on=preparatory.starts_on)
