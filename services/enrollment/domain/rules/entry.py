"""The rules of entry: whom a school may register, and what else may become of an admission (A2, A7, A8, A9)."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from typing import Any, Final

from services.enrollment.domain.rules.standing import PASSED, TRAINING, UNDECIDED, AdmissionStanding, AdmissionState
from shared.codes.clock import add_months
from shared.codes.schools import CATEGORIES
from shared.rules.refused import Refused
from shared.rules.rulebook import in_force

ORDINARY: Final = "普通"
SELF_TAUGHT: Final = "自学考试"
SELF_TAUGHT_CATEGORY: Final = "高等教育自学考试"

# Why entry is deferred, in the words of the upload file
DEFERRAL_CAUSES: Final = {"疾病": "illness", "应征入伍": "army", "自主创业": "startup", "其他": "other"}
ARMY: Final = "army"
# Deferred for a year, and the month in which the next intake reports
DEFERRAL_MONTHS: Final = 13


class InstitutionNotEligible(Refused):
    """Only institutions that may award certificates of higher education register anybody."""

    rule = "A2-1"


class NotFormalEducation(Refused):
    """Training courses and the like lead to no student status."""

    rule = "A2-2"


class SelfTaught(NotFormalEducation):
    """Who studies for the self-taught examinations has no status anywhere, only a certificate in the end."""

    zh = "自学考试考生没有学籍,只在取得毕业证书时由省级自考机构注册学历"
    en = "self-taught examinations give no student status; the province's examination office registers the diploma"


class NoAdmissionBasis(Refused):
    """Nobody is registered who is not in a released admission list."""

    rule = "A7-3"


class NotOwnStudent(Refused):
    """A school writes the records of its own students only."""

    rule = "A4-1"


class PartnerRegistersNot(NotOwnStudent):
    """Joint training is registered by the school that admitted; its partner annotates nothing and registers nobody."""

    rule = "A8-10"
    zh = "跨校联合培养的学生只在录取学校 {school_code} 注册学籍"
    en = "a student trained jointly is registered at the admitting school {school_code} only"


class PartnerIsOwnSchool(Refused):
    """Joint training needs two schools."""

    rule = "A8-10"
    status = 422
    zh = "联合培养学校不能是录取学校本身"
    en = "the partner of joint training is another school than the admitting one"


class OtherTraining(Refused):
    """An operator appointed for one kind of training does not write for another."""

    rule = "A24-1"
    zh = "经办人不负责该类学生({category})的学籍"
    en = "the operator is not appointed for students of this category ({category})"


class RecheckMissing(Refused):
    """The recheck of the right to enter comes before registration."""

    rule = "A8-1"


class RecheckFailed(Refused):
    """Who failed the recheck is marked cancelled and not registered."""

    rule = "A8-3"


class EntryAlreadyDecided(Refused):
    """Each admission ends in exactly one of the four outcomes; a revoked entry is not repeated from it (A26-1)."""

    rule = "A8-4"
    zh = "该生入学结果已记录,四种结果只能取其一"
    en = "what became of this admission is recorded already; it ends in exactly one of four outcomes"


class EntryDeferred(EntryAlreadyDecided):
    """While entry is deferred there is no status; the way back is a new application and its review."""

    rule = "R41-10"
    zh = "保留入学资格期间没有学籍;期满前须先申请入学并经审查合格"
    en = "there is no status while entry is deferred; first the student asks to enter and passes the review"


class OneFulltimeStatus(Refused):
    """One ordinary full-time status per person and period."""

    rule = "A8-9"
    zh = (
        "同一学生在同一学习时段只能有一个普通全日制学籍:该证件号码已有学籍。原学籍应已终止的,由原学校办理;"
        "有异议的(冒名、错号)可提出冲突案件"
    )
    en = (
        "a student holds one ordinary full-time status at a time, and this document holds one already: if that should"
        " have ended, its school closes it; whoever disagrees (impersonation, a wrong number) opens a conflict"
    )


class AdmissionTypeRequired(Refused):
    """A special plan is annotated at registration."""

    rule = "A9-2"


class AdmissionTypeDiffers(Refused):
    """The annotation follows the admission data; what is wrong there is corrected there."""

    rule = "A9-1"
    zh = "录取类型与录取数据({listed})不一致;录取数据有误的,先向省级招生部门申请更正"
    en = "the type of admission is {listed} in the admission data; if that is wrong, have the admission corrected first"


class PendingAdmissionFix(Refused):
    """Nobody is registered while the correction of the admission is undecided."""

    rule = "A10-3"


class PreparatoryNotCompleted(Refused):
    """The preparatory phase comes first, and is no year of the status."""

    rule = "A8-7"
    zh = "该生须先完成预科阶段,结业转入招生学校后再复查并注册学籍"
    en = "the preparatory phase comes first; the admitting school rechecks and registers after it is completed"


class DeferralEndsTooEarly(Refused):
    """A deferral reaches beyond the day of entry."""

    rule = "R41-10"
    zh = "保留入学资格的截止日期须晚于入学日期 {entry_date}"
    en = "a deferral ends after the day of entry, {entry_date}"


@cache
def holds(rule: str, on: date) -> bool:
    """Whether a rule applies to an entry of this day (A28-1); asked for every row of a file."""
    return in_force(rule, on)


def rules_of(rules: tuple[str, ...], on: date) -> tuple[str, ...]:
    """Those of the rules that applied on the day of entry."""
    return tuple([rule for rule in rules if holds(rule, on)])


def may_register_students(school_code: str) -> None:
    """Regular and adult institutions, research institutes, other private institutions of higher education (A2-1)."""
    if school_code[:2] not in CATEGORIES:
        raise InstitutionNotEligible(field="YXDM", school_code=school_code)


def may_have_status(category: str, study_form: str) -> None:
    """Formal education under state rules, with a status of its own (A2-2)."""
    if category == SELF_TAUGHT_CATEGORY or study_form == SELF_TAUGHT:
        raise SelfTaught(field="XLLB")
    if category not in TRAINING:
        raise NotFormalEducation(field="XLLB")


def may_write_for(training: str, category: str) -> None:
    """Operators are appointed for one kind of training or for all (A24-1)."""
    if training not in ("", "all") and training != TRAINING.get(category):
        raise OtherTraining(field="KSH", category=category)


def may_enter(admission: AdmissionStanding, *, released: bool, school_code: str) -> None:
    """A school decides about an own, released, still undecided admission (A7-3, A4-1, A8-4)."""
    if admission.school_code != school_code:
        if admission.joint_partner == school_code:
            raise PartnerRegistersNot(field="KSH", school_code=admission.school_code)
        raise NotOwnStudent(field="KSH")
    _must_be_released(released)
    _must_be_undecided(admission)


def entering_checks(
    admission: AdmissionStanding, *, released: bool, school_code: str
) -> Iterator[Callable[[], object]]:
    """The same, one question at a time; of another school's admission nothing more is asked."""
    yield partial(may_enter, admission, released=released, school_code=school_code)
    if admission.school_code == school_code:
        yield partial(_must_be_undecided, admission)


def _must_be_released(released: bool) -> None:
    if not released:
        raise NoAdmissionBasis(field="KSH")


def _must_be_undecided(admission: AdmissionStanding) -> None:
    if admission.state == "deferred":
        raise EntryDeferred(field="RXJG", state=admission.state)
    if admission.state not in UNDECIDED:
        raise EntryAlreadyDecided(field="RXJG", state=admission.state)


def may_register(
    admission: AdmissionStanding, *, recheck: str, admission_type: str | None = None, prepared: bool = False
) -> None:
    """Registration follows a passed recheck, an annotated plan, and whatever else comes first (A8-1, A8-3, A9-2).

    Only what applied on the day of entry is asked for (A28-1); the basis itself is asked for always.
    """
    for check in registration_checks(admission, recheck=recheck, admission_type=admission_type, prepared=prepared):
        check()


def registration_checks(
    admission: AdmissionStanding, *, recheck: str, admission_type: str | None, prepared: bool
) -> Iterator[Callable[[], object]]:
    """What is asked of a registration, one question at a time: whoever mends a row wants to know all that is wrong."""
    on = admission.entry_date
    if holds("A2-2", on):
        yield partial(may_have_status, admission.category, admission.study_form)
    if admission.fix_id and holds("A10-3", on):
        yield _refuse_pending_fix
    if admission.preparatory and not prepared and holds("A8-7", on):
        yield _refuse_unprepared
    if holds("A8-1", on):
        yield partial(_require_recheck, recheck)
    if holds("A9-2", on):
        yield partial(annotated_type, admission, admission_type)


def _refuse_pending_fix() -> None:
    raise PendingAdmissionFix(field="KSH")


def _refuse_unprepared() -> None:
    raise PreparatoryNotCompleted(field="KSH")


def _require_recheck(recheck: str) -> None:
    if not recheck:
        raise RecheckMissing(field="FCJG")
    if recheck != PASSED:
        raise RecheckFailed(field="FCJG")


def annotated_type(admission: AdmissionStanding, said: str | None) -> str:
    """The type of admission that is annotated: the list's, or what the school says where the list is silent (A9)."""
    listed = admission.admission_type
    if said and listed and said != listed:
        raise AdmissionTypeDiffers(field="LQLX", listed=listed)
    chosen = listed or said or ""
    if admission.special_plan and chosen in ("", ORDINARY):
        raise AdmissionTypeRequired(field="LQLX")
    return chosen or ORDINARY


def partner_of(admission: AdmissionStanding, said: str | None) -> str | None:
    """The partner of joint training: an annotation, and another school than the admitting one (A8-10)."""
    partner = said or admission.joint_partner or None
    if partner == admission.school_code:
        raise PartnerIsOwnSchool(field="LHXX")
    return partner


def deferred_until(admission: AdmissionStanding, cause: str, until: date | None) -> date | None:
    """Until when entry is deferred: as said, or till the next intake has reported (R41-10).

    For military service no day need be said: entry is kept until two years after a discharge not known yet (R41-27).
    """
    if until is None:
        return None if cause == ARMY else add_months(admission.entry_date, DEFERRAL_MONTHS)
    if until <= admission.entry_date:
        raise DeferralEndsTooEarly(field="BLZ", entry_date=admission.entry_date)
    return until


def decided_entry(
    admission: AdmissionStanding, outcome: AdmissionState, *, cause: str = "", until: date | None = None
) -> dict[str, Any]:
    """What the fact of abandoning, deferring or cancelling an entry says (A8-4, R41-10)."""
    if outcome != "deferred":
        return {"outcome": outcome, "cause": cause, "until": None}
    cause = cause or "other"
    return {"outcome": outcome, "cause": cause, "until": deferred_until(admission, cause, until)}
