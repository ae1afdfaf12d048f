"""What decisions rest on: the small frozen states of an admission and of a student status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Literal

from shared.codes import training
from shared.eventstore.aggregate import changed

AdmissionState = Literal[
    "listed",  # 录取
    "reported",  # 已报到, the first check passed
    "abandoned",  # 放弃入学资格
    "deferred",  # 保留入学资格
    "cancelled",  # 取消入学资格
]
UNDECIDED = ("listed", "reported")
StatusState = Literal[
    "active",  # 在籍(注册学籍)
    "suspended",  # 暂缓注册
    "on_leave",  # 休学
    "reserved",  # 保留学籍
    "graduated",  # 不在籍(毕业)
    "completed",  # 不在籍(结业)
    "dropped",  # 不在籍(退学)
    "expelled",  # 开除学籍
    "cancelled",  # 取消学籍
    "deceased",  # 死亡
    "transferred_out",  # 不在籍(转学)
    "withdrawn",  # the registration itself was taken back
]
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

OPEN_STATES = frozenset(("active", "suspended", "on_leave", "reserved"))
AWAY_STATES = frozenset(("on_leave", "reserved"))
_HERE_STATES = OPEN_STATES - AWAY_STATES
# How a status is closed without a certificate (A12-6), and the state it is in from then on
CANCELLATIONS: dict[str, StatusState] = {
    "退学": "dropped",
    "取消学籍": "cancelled",
    "开除学籍": "expelled",
    "死亡": "deceased",
}
TRAINING = training.TRAINING
TRAINING_ZH: dict[str, str] = {
    "regular": "普通教育",
    "graduate": "研究生教育",
    "adult": "成人教育",
    "online": "网络教育",
}
CONCLUSIONS: dict[str, StatusState] = {"毕业": "graduated", "结业": "completed"}


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
    province: str = ""
    special_kind: str = ""  # a category without an entrance examination, listed by the school itself
    preparatory: str = ""  # minority | backbone | other: a preparatory phase comes first (A8-5..8)
    training_school: str = ""  # the school of that phase
    prep_recheck: str = ""  # the admitting school's recheck before that phase (A8-5)
    joint_partner: str = ""  # the other school of joint training (A8-10)
    previous_school: str | None = None  # 专升本: where the first qualification was earned
    previous_certificate_no: str | None = None
    cause: str = ""  # of the outcome
    deferred_until: date | None = None  # until when the deferred may ask to enter (R41-10)
    fix_id: str = ""  # a correction is asked for and not decided: nobody is registered meanwhile (A10-3)
    basis_version: int = 1  # corrections make new versions, the old ones stay in earlier facts (A10-2)
    leave_until: date | None = None  # leave to report later, or time given anew (R41-8)
    discharged_on: date | None = None  # from the military service that entry was deferred for (R41-27)
    withdrawal_by: str = ""  # who asks that the outcome be taken back; another person decides (A24-2)
    withdrawal_until: date | None = None  # until when the person would then report or come back

    def decided(self, outcome: AdmissionState, cause: str = "", until: date | None = None) -> "AdmissionStanding":
        return changed(self, state=outcome, cause=cause, deferred_until=until, withdrawal_by="", withdrawal_until=None)


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
    level: str = ""
    major_code: str = ""
    major_name: str = ""
    admission_type: str = ""
    grade: int = 0  # the class (by its year of entry) the student studies with; moves with 留级, 降级, 跳级
    settled_grade: int = 0  # the grade when the last year was settled
    since: date | None = None  # from when the present state holds
    return_by: date | None = None  # until when a leave or a reserved status may last
    in_service: bool = False  # reserved for military service (R41-27)
    marks: tuple[str, ...] = ()  # changes since the last settled year, told with the next one (A12-4)
    records: tuple[str, ...] = ()  # study records since then (A12-5)
    papers: tuple[str, ...] = ()  # other papers issued (A12-7)
    recheck: str = ""  # of the first three months (R41-11)
    asked_on: date | None = None  # when the school asked the student to check (A11-1)
    checked: str = ""  # confirmed | disputed (A11-2)
    contested_in: str = ""  # the case of a conflict over this status
    identity_version: int = 1  # of name, document and what else identifies (A19-2)
    origin: str = ""  # the old register it was loaded from
    training: str = ""  # regular | graduate | adult | online: whose registrars may act (A24-1)
    changed_on: date | None = None  # the latest day from which a change holds: the next one follows it
    leave_terms: int = 0  # terms of leave granted so far
    away_months: int = 0  # months away in all: they are no time of study
    illegal_entry: bool = False  # entered against the rules (A26-2)
    told: tuple[str, ...] = ()  # what was recorded already, each by its mark, so that it is not recorded twice
    absences: tuple[tuple[date, date], ...] = ()  # times of leave or reserved status that are over: from, back on
    year_told: tuple[str, ...] = ()  # changes and records that the last settled year told

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def covered_year(self) -> int:
        """The last year that needs no result any more; the year of entry never needed one, in spring or autumn (A12-2).

        It is the calendar year of the day of entry, like the class and the file of the freshmen.
        """
        return max(self.settled_year, self.entry_date.year)

    def year_settled(self, academic_year: int, result: YearResult, told: tuple[str, ...] = ()) -> "StatusStanding":
        state: StatusState = "active" if result == "registered" else "suspended"
        return changed(
            self,
            # an old register tells the years of statuses that were closed long ago (A28-1): none opens again
            state=state if self.state in _HERE_STATES else self.state,
            year_told=(*self.year_told, *told) if academic_year == self.settled_year else told,
            settled_year=academic_year,
            settled_as=result,
            settled_grade=self.grade,
            marks=(),
            records=(),
        )

    def year_withdrawn(self, said: Mapping[str, Any]) -> "StatusStanding":
        """What `YearWithdrawn` says stood before stands again."""
        return changed(
            self,
            state=said["restored_state"],
            settled_year=said["restored_year"],
            settled_as=said["restored_as"],
            settled_grade=said["restored_grade"] or self.settled_grade,
            marks=said["restored_marks"],
            records=said["restored_records"],
            year_told=said["restored_told"],
        )

    def moved(self, state: StatusState, on: date, **values: Any) -> "StatusStanding":
        """In another state from a day on, and what else the fact says; None says nothing."""
        said = {name: value for name, value in values.items() if value is not None}
        if state == self.state:
            return changed(self, **said)
        if self.state in AWAY_STATES:
            said["absences"] = (*self.absences, (self.since or on, on))
        return changed(self, state=state, since=on, **said)

    def left(self, conclusion: str, on: date | None = None) -> "StatusStanding":
        return changed(self, state=CONCLUSIONS[conclusion], since=on)


def mark_of(*parts: object) -> str:
    """The short mark of a change, a record or a paper, by which its like is known again."""
    return blake2b("|".join(map(str, parts)).encode(), digest_size=6).hexdigest()


def academic_year_of(day: date) -> int:
    """The start year of the academic year that `day` lies in; it turns on 1 August."""
    return day.year if day.month >= 8 else day.year - 1
