"""The rules of study records and of other papers than certificates (A12-5, A12-7, R41-33)."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

from services.enrollment.domain.rules.endings import STATES_ZH, require_open
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.standing import StatusStanding, mark_of
from services.enrollment.domain.rules.texts import clean_text
from shared.codes.clock import add_months
from shared.rules.refused import Refused
from shared.rules.rulebook import in_force

Values = dict[str, Any]

RECORDS = ("学业考试", "社会实践", "奖励", "处分")
LEAVING, STATEMENT = "肄业证书", "学习证明"
PAPERS = (LEAVING, STATEMENT)
LONGEST_RECORD = 200
YEAR_OF_STUDY = 12


class RecordDayOutOfRange(Refused):
    """A record is of the time of study, up to today."""

    rule = "X-CODE-7"
    zh = "日期须在 {earliest} 至 {latest} 之间"
    en = "the day lies from {earliest} to {latest}"


class PaperNotEarned(Refused):
    """Other papers are for those who withdrew or were expelled."""

    rule = "R41-33"
    zh = "只有退学或开除学籍的学生可发给{kind},该生目前为{state_zh}"
    en = "such a paper ({kind}) is given after withdrawal or expulsion; the status is {state}"


class ExpelledEarnsStatement(Refused):
    """After expulsion there is a study statement and nothing else."""

    rule = "R41-33"
    zh = "开除学籍的学生只发给学习证明"
    en = "an expelled student is given a study statement only"


class YearNotStudied(Refused):
    """A leaving certificate takes a year of study; time away is none."""

    rule = "R41-33"
    zh = "在校学习 {months} 个月,未满一学年,只发给学习证明"
    en = "{months} months of study are less than a year: a study statement only"


class PaperGivenAlready(Refused):
    """One paper of a kind for a status."""

    rule = "A12-7"
    zh = "该生的{kind}已登记"
    en = "a paper of this kind ({kind}) is recorded already"


class PaperNumberTaken(Refused):
    """A number stands on one paper of a school."""

    rule = "A12-7"
    zh = "该编号已用于本校另一份证书"
    en = "the number stands on another paper of this school"


class NotOnRecord(Refused):
    """Only what stands is taken back, and once."""

    rule = "X-STATE-1"
    zh = "该版本不是现有的学籍记载或证书,或已撤回"
    en = "this version is no study record or paper that stands: it is something else, or was taken back already"


def is_record_told(status: StatusStanding, *, kind: str, text: str, dated: date) -> bool:
    """Whether the very same record stands already."""
    return mark_of(kind, dated, text.strip()) in status.told


def decide_record(
    status: StatusStanding, *, kind: str, text: str, dated: date, school_code: str, today: date, field: str = "text"
) -> Values:
    """The values of `StudentStatus.Annotated`: of an own, open status, dated within the time of study (A12-5)."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    require_open(status)
    _require_in_study(status, dated, today)
    return {"kind": kind, "text": clean_text(text, field=field, longest=LONGEST_RECORD), "dated": dated}


def record_checks(
    status: StatusStanding, *, text: str, dated: date, today: date, field: str
) -> Iterator[Callable[[], object]]:
    """What is asked of a record, one question at a time: whoever mends a row wants to know all that is wrong."""
    yield partial(require_open, status)
    yield partial(_require_in_study, status, dated, today)
    yield partial(clean_text, text, field=field, longest=LONGEST_RECORD)


def _require_in_study(status: StatusStanding, dated: date, today: date) -> None:
    if not status.entry_date <= dated <= today:
        raise RecordDayOutOfRange(field="JZRQ", earliest=status.entry_date, latest=today)


def decide_record_withdrawn(
    status: StatusStanding, *, kind: str, text: str, dated: date, version: int, told_with: int | None
) -> Values:
    """The values of `StudentStatus.AnnotationWithdrawn`, of an open status, whatever was recorded since (X-UNDO-1).

    A record binds no decision, so nothing rests on it but the year that told it, and that is said here.
    """
    require_open(status)
    _require_on_record(status, kind, dated, text)
    return {"kind": kind, "text": text, "dated": dated, "withdrawn_version": version, "told_with": told_with}


def decide_paper_withdrawn(
    status: StatusStanding, *, kind: str, number: str, issued_on: date, school_code: str, version: int
) -> Values:
    """The values of `StudentStatus.PaperWithdrawn`: like the paper itself it is an annotation after leaving (A12-7)."""
    _require_on_record(status, kind, issued_on, number)
    told = {"kind": kind, "number": number, "issued_on": issued_on, "school_code": school_code}
    return told | {"withdrawn_version": version}


def _require_on_record(status: StatusStanding, kind: str, on: date, told: str) -> None:
    if mark_of(kind, on, told) not in status.told:
        raise NotOnRecord(field="version")


def decide_paper(
    status: StatusStanding, *, kind: str, number: str, issued_on: date, school_code: str, today: date
) -> Values:
    """The values of `StudentStatus.PaperIssued`: an annotation after leaving, never a qualification (A12-7, R41-33)."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    _require_earned(status, kind, issued_on)
    _require_not_given(status, kind)
    _require_left(status.since or status.entry_date, issued_on, today)
    return {"kind": kind, "number": number, "issued_on": issued_on, "school_code": school_code}


def paper_checks(status: StatusStanding, *, kind: str, issued_on: date, today: date) -> Iterator[Callable[[], object]]:
    """What is asked of a paper, one question at a time: whoever mends a row wants to know all that is wrong."""
    yield partial(_require_earned, status, kind, issued_on)
    yield partial(_require_not_given, status, kind)
    left_on = None if status.is_open else status.since  # who has not left has no day of leaving
    yield partial(_require_left, left_on or status.entry_date, issued_on, today)


def _require_not_given(status: StatusStanding, kind: str) -> None:
    if kind in status.papers:
        raise PaperGivenAlready(field="ZSLX", kind=kind)


def _require_left(left_on: date, issued_on: date, today: date) -> None:
    if not left_on <= issued_on <= today:
        raise RecordDayOutOfRange(field="FZRQ", earliest=left_on, latest=today)


def _require_earned(status: StatusStanding, kind: str, issued_on: date) -> None:
    if status.state not in ("dropped", "expelled"):
        raise PaperNotEarned(field="ZSLX", kind=kind, state=status.state, state_zh=STATES_ZH[status.state])
    if kind != LEAVING or not in_force("R41-33", issued_on):  # an older paper followed the rules of its day
        return
    if status.state == "expelled":
        raise ExpelledEarnsStatement(field="ZSLX")
    months = months_of_study(status)
    if months < YEAR_OF_STUDY:
        raise YearNotStudied(field="ZSLX", months=months)


def months_of_study(status: StatusStanding) -> int:
    """Whole months from entry to leaving, without those that were spent away."""
    start, end = status.entry_date, status.since or status.entry_date
    months = max((end.year - start.year) * 12 + end.month - start.month, 0)
    if add_months(start, months) > end:
        months -= 1
    return max(months - status.away_months, 0)
