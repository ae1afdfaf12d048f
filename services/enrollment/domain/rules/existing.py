"""What an old register may tell: statuses and years of long ago, by the rules of their own day (A28-1).

What is wrong in an old register is said and refused; nothing of it is repaired here, for the registry was not there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from services.enrollment.domain.rules.entry import (
    NotOwnStudent,
    OtherTraining,
    may_have_status,
    may_register_students,
    may_write_for,
)
from services.enrollment.domain.rules.standing import (
    CANCELLATIONS,
    CONCLUSIONS,
    TRAINING_ZH,
    StatusStanding,
    StatusState,
    YearResult,
    academic_year_of,
)
from services.enrollment.domain.rules.years import (
    AfterGraduation,
    FreshmanYear,
    YearAlreadySettled,
    YearOutOfOrder,
    usual_first,
)
from shared.codes.schools import province_of
from shared.eventstore.aggregate import changed
from shared.rules.refused import Refused
from shared.rules.rulebook import in_force

# The states in the words of old registers
STATES: Final[Mapping[str, StatusState]] = {
    "在籍": "active",
    "暂缓注册": "suspended",
    "休学": "on_leave",
    "保留学籍": "reserved",
    **CONCLUSIONS,
    **CANCELLATIONS,
    "转学": "transferred_out",
}
# How well an old record is attested
EVIDENCE: Final = {
    "纸质档案": "paper_archive",
    "原学籍库": "old_register",
    "学校证明": "school_statement",
    "其他": "other",
}


class OtherProvince(Refused):
    """A province loads the registers of its own schools."""

    rule = "A4-2"
    zh = "院校不在本省({province})"
    en = "the school does not lie in this province ({province})"


class Contradiction(Refused):
    """The row says two things of which only one can be true."""

    rule = "X-LOAD-1"
    zh = "此行自相矛盾:{why_zh}"
    en = "the row contradicts itself: {why_en}"


class NotYetHappened(Contradiction):
    """An old register tells what was, not what will be."""

    def __init__(self, field: str) -> None:
        super().__init__(field=field, why_zh="日期晚于今天", why_en="the date lies in the future")


class ToldOtherwise(Refused):
    """The number stands for another status, or for the same one told otherwise."""

    rule = "X-LOAD-1"
    zh = "该考生号与入学年份已登记为另一学籍,或内容不同;请通过更正案件办理"
    en = "this number and year of entry stand for another status, or for this one told otherwise: file a case"


class ListedInstead(Refused):
    """Whoever stands in a released list is registered from it; an old register does not go around it."""

    rule = "A7-3"
    zh = "该生在录取名单中,请按新生学籍注册办理"
    en = "the student stands in an admission list: register from it"


class NothingTold(Refused):
    """A year belongs to a status that an old register told of."""

    rule = "A14-1"
    zh = "没有从原登记导入的学籍,请先导入学籍"
    en = "no status of an old register has this number: load the statuses first"


@dataclass(frozen=True, slots=True)
class ToldStatus:
    """What a row of an old register says of one status, as far as rules ask."""

    school_code: str
    category: str
    study_form: str
    entry_date: date
    left_on: date | None


def may_tell_status(told: ToldStatus, *, province: str, today: date, training: str = "all") -> None:
    """A status of a school of this province, of a day that has been; newer ones by the Measure (A4-2, A2-1, A2-2)."""
    may_load_for(province, told.school_code)
    may_write_for(training, told.category)
    for check in status_checks(told, today=today):
        check()


def may_load_for(province: str, school_code: str) -> None:
    """A province loads what its own schools have; the ministry loads anything (A4-2)."""
    if province and province_of(school_code) != province:
        raise OtherProvince(field="YXDM", province=province)


def may_tell_years_of(status: StatusStanding, training: str) -> None:
    """Operators are appointed for one kind of training or for all, at the province as at a school (A24-1)."""
    if training not in ("", "all", status.training):
        category = TRAINING_ZH.get(status.training, status.training or "-")
        raise OtherTraining(field="KSH", category=category)


def status_checks(told: ToldStatus, *, today: date) -> Iterator[Callable[[], object]]:
    """What is asked of a status that is told, one question at a time: all that is wrong in an old register is said."""
    yield partial(_require_past, told.entry_date, today, "RXRQ")
    if told.left_on is not None:
        yield partial(_require_past, told.left_on, today, "LXRQ")
    if in_force("A2-1", told.entry_date):
        yield partial(may_register_students, told.school_code)
    if in_force("A2-2", told.entry_date):
        yield partial(may_have_status, told.category, told.study_form)


def _require_past(day: date, today: date, field: str) -> None:
    if day > today:
        raise NotYetHappened(field)


def is_told_alike(known: StatusStanding, told: StatusStanding, *, untouched: bool) -> bool:
    """Whether a loaded status is the one that a row tells of again; what happened to it since does not matter."""
    if not known.origin:
        return False
    if untouched:
        return changed(known, origin="") == changed(told, origin="")
    return all(getattr(known, name) == getattr(told, name) for name in _LASTING)


_LASTING: Final = ("school_code", "id_key", "full_time", "entry_date")


def is_year_told(status: StatusStanding, academic_year: int, result: YearResult) -> bool:
    """Whether the last year of a status is this one with this result."""
    return (status.settled_year, status.settled_as) == (academic_year, result)


class ToldYear(NamedTuple):
    """What an old register says of one year of a status."""

    status: StatusStanding
    academic_year: int
    result: YearResult
    on: date
    today: date


def may_tell_year(
    status: StatusStanding, *, school_code: str, academic_year: int, result: YearResult, on: date, today: date
) -> None:
    """One result a year at any time (A12-3); order, first and last year as the Measure says since it is in force."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="YXDM")
    told = ToldYear(status, academic_year, result, on, today)
    for check in _ASKED_OF_YEAR:
        check(told)


def told_year_checks(told: ToldYear) -> Iterator[Callable[[], object]]:
    """What is asked of a year that is told, one question at a time: all that is wrong in an old register is said."""
    for check in _ASKED_OF_YEAR:
        yield partial(check, told)


def _day_is_past(told: ToldYear) -> None:
    _require_past(told.on, told.today, "ZCRQ")


def _day_after_entry(told: ToldYear) -> None:
    if told.on < told.status.entry_date:
        raise Contradiction(field="ZCRQ", **_BEFORE_ENTRY)


def _year_after_entry(told: ToldYear) -> None:
    if told.academic_year < academic_year_of(told.status.entry_date):
        raise Contradiction(field="XN", **_BEFORE_ENTRY)


def _day_not_before_year(told: ToldYear) -> None:
    if academic_year_of(told.on) < told.academic_year:
        raise Contradiction(field="ZCRQ", why_zh="早于该学年", why_en="it lies before the academic year")


def _day_before_leaving(told: ToldYear) -> None:
    left_on = _left_on(told.status)
    if left_on is not None and told.on > left_on:
        raise Contradiction(field="ZCRQ", **_AFTER_LEAVING)


def _year_before_leaving(told: ToldYear) -> None:
    left_on = _left_on(told.status)
    if left_on is not None and told.academic_year > academic_year_of(left_on):
        raise Contradiction(field="XN", **_AFTER_LEAVING)


def _left_on(status: StatusStanding) -> date | None:
    return None if status.is_open else status.since


def _year_is_new(told: ToldYear) -> None:
    status, academic_year, result, on, _ = told
    entered = academic_year_of(status.entry_date)
    if academic_year < entered:
        return  # which is said already
    if in_force("A12-2", on) and academic_year == entered:
        raise FreshmanYear(field="XN")
    late = academic_year == status.settled_year and status.settled_as == "deferred" and result == "registered"
    if academic_year <= status.settled_year and not late:
        raise YearAlreadySettled(field="XN")


def _year_before_graduation(told: ToldYear) -> None:
    graduates = told.status.expected_graduation_date
    if in_force("A12-9", told.on) and usual_first(told.academic_year) >= graduates:
        raise AfterGraduation(field="XN", graduates=graduates, year=told.academic_year)


def _year_in_order(told: ToldYear) -> None:
    due = told.status.covered_year + 1
    if in_force("A12-1", told.on) and told.academic_year > due:
        raise YearOutOfOrder(field="XN", due=due)


_BEFORE_ENTRY: Final = {"why_zh": "早于入学日期", "why_en": "it lies before the date of entry"}
_AFTER_LEAVING: Final = {"why_zh": "晚于离校日期", "why_en": "it lies after the student left"}
_ASKED_OF_YEAR: Final[tuple[Callable[[ToldYear], None], ...]] = (
    _day_is_past,
    _day_after_entry,
    _year_after_entry,
    _day_not_before_year,
    _day_before_leaving,
    _year_before_leaving,
    _year_is_new,
    _year_before_graduation,
    _year_in_order,
)
