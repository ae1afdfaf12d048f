"""The pure rules of entry and of each year: a small state in, a refusal or nothing out."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.eventstore.aggregate import changed
from shared.rules.refused import Refused

AdmissionState = Literal["listed", "abandoned", "deferred", "cancelled"]
StatusState = Literal["active", "suspended", "graduated", "completed"]
YearResult = Literal["registered", "deferred"]

# The four outcomes that A8 leaves for a freshman, in the words of the upload file.
ENTRY_OUTCOMES: dict[str, str] = {
    "注册学籍": "registered",
    "放弃入学资格": "abandoned",
    "保留入学资格": "deferred",
    "取消入学资格": "cancelled",
}
YEAR_RESULTS: dict[str, YearResult] = {"注册学籍": "registered", "暂缓注册": "deferred"}
PASSED = "合格"


class NoAdmissionBasis(Refused):
    """Nobody is registered who is not in a released admission list."""

    rule = "A7-3"


class NotOwnStudent(Refused):
    """A school writes the records of its own students only."""

    rule = "A4-1"


class RecheckMissing(Refused):
    """The recheck of the right to enter comes before registration."""

    rule = "A8-1"


class RecheckFailed(Refused):
    """Who failed the recheck is marked cancelled and not registered."""

    rule = "A8-3"


class EntryAlreadyDecided(Refused):
    """Each admission ends in exactly one of the four outcomes."""

    rule = "A8-4"


class OneFulltimeStatus(Refused):
    """One ordinary full-time status per person and period."""

    rule = "A8-9"


class AdmissionTypeRequired(Refused):
    """A special plan is annotated at registration."""

    rule = "A9-2"


class DoubleAdmission(Refused):
    """One examination number stands once in the admission lists of a year."""

    rule = "A7-2"
    zh = "该考生号在本年度录取名单中已存在"
    en = "this examination number is already in this year's admission lists"


class EntryYearDiffers(Refused):
    """A list holds the admissions of one year."""

    rule = "A7-2"
    zh = "入学日期不在本名单的入学年份 {expected}"
    en = "the date of entry is not in {expected}, the year of this list"


class YearDiffers(Refused):
    """A file holds one academic year."""

    rule = "A12-3"
    zh = "学年与本文件的学年 {expected} 不一致"
    en = "the row is not of academic year {expected}, which the file was submitted for"


class BatchNotReviewed(Refused):
    """An unreviewed list does not reach the ministry."""

    rule = "A7-1"


class BatchInAnotherState(Refused):
    """A list moves through its steps in order."""

    rule = "A2-3"
    zh = "录取名单当前状态为 {state},不能执行此操作"
    en = "the admission list is in state {state}; this step does not follow from it"


class StatusNotOpen(Refused):
    """A status that has ended takes no further registration."""

    rule = "A14-2"


class FreshmanYear(Refused):
    """The year of entry is covered by the freshman registration."""

    rule = "A12-2"


class AfterGraduation(Refused):
    """Years are registered until graduation only."""

    rule = "A12-9"


class YearAlreadySettled(Refused):
    """One result per student and academic year."""

    rule = "A12-3"
    zh = "该学年已注册"
    en = "this academic year is already registered"


class YearOutOfOrder(Refused):
    """Year N+1 waits for year N."""

    rule = "A12-1"
    zh = "上一学年({due})尚未注册或暂缓注册,不能先注册本学年"
    en = "academic year {due} has no result yet and comes first"


@dataclass(frozen=True)
class AdmissionStanding:
    """What deciding about one admitted person rests on (the released row and its outcome)."""

    state: AdmissionState
    batch_id: str
    exam_no: str
    school_code: str
    school_name: str
    id_key: str
    name_key: str
    sealed_person: str
    level: str
    category: str
    study_form: str
    full_time: bool
    major_code: str
    major_name: str
    duration: str
    entry_date: date
    expected_graduation_date: date
    admission_type: str
    special_plan: bool

    def decided(self, outcome: AdmissionState) -> "AdmissionStanding":
        return changed(self, state=outcome)


@dataclass(frozen=True)
class StatusStanding:
    """What deciding about one student status rests on."""

    state: StatusState
    school_code: str
    id_key: str
    full_time: bool
    entry_date: date
    expected_graduation_date: date
    settled_year: int  # the last academic year with a result; the year of entry at first
    settled_as: YearResult

    def year_settled(self, academic_year: int, result: YearResult) -> "StatusStanding":
        state: StatusState = "active" if result == "registered" else "suspended"
        return changed(self, state=state, settled_year=academic_year, settled_as=result)

    def left(self, conclusion: str) -> "StatusStanding":
        return changed(self, state="graduated" if conclusion == "毕业" else "completed")


def academic_year_of(day: date) -> int:
    """The start year of the academic year that `day` lies in; it turns on 1 August."""
    return day.year if day.month >= 8 else day.year - 1


def may_enter(admission: AdmissionStanding, *, released: bool, school_code: str) -> None:
    """A school decides about an own, released, still undecided admission (A7-3, A4-1, A8-4)."""
    if admission.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    if not released:
        raise NoAdmissionBasis(field="KSH")
    if admission.state != "listed":
        raise EntryAlreadyDecided(field="RXJG", state=admission.state)


def may_register(admission: AdmissionStanding, *, recheck: str) -> None:
    """Registration follows a passed recheck and an annotated plan (A8-1, A8-3, A9-2)."""
    if not recheck:
        raise RecheckMissing(field="FCJG")
    if recheck != PASSED:
        raise RecheckFailed(field="FCJG")
    if admission.special_plan and not admission.admission_type:
        raise AdmissionTypeRequired(field="LQLX")


def may_settle_year(status: StatusStanding, *, school_code: str, academic_year: int, result: YearResult) -> None:
    """One result per year, in order, of an open own status (A4-1, A12-1, A12-2, A12-3, A12-9)."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    if status.state not in ("active", "suspended"):
        raise StatusNotOpen(field="KSH", state=status.state)
    if academic_year <= academic_year_of(status.entry_date):
        raise FreshmanYear(field="XN")
    if academic_year > academic_year_of(status.expected_graduation_date):
        raise AfterGraduation(field="XN")
    late_registration = (
        academic_year == status.settled_year and status.settled_as == "deferred" and result == "registered"
    )
    if academic_year <= status.settled_year and not late_registration:
        raise YearAlreadySettled(field="XN")
    if academic_year > status.settled_year + 1:
        raise YearOutOfOrder(field="XN", due=status.settled_year + 1)
