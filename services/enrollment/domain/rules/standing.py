"""What decisions rest on: the small frozen states of an admission and of a student status."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.eventstore.aggregate import changed

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
