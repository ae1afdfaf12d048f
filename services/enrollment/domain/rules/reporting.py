"""The rules of reporting, of coming back after a deferral, and of what deadlines decide (R41-8 to R41-10)."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from services.enrollment.domain.rules.entry import EntryAlreadyDecided, holds, may_enter
from services.enrollment.domain.rules.standing import PASSED, AdmissionStanding
from shared.codes.clock import add_months
from shared.rules.refused import Refused


class AlreadyReported(EntryAlreadyDecided):
    """A freshman reports once."""

    rule = "R41-9"
    zh = "该生已报到"
    en = "this freshman has reported already"


class ReportedTooLate(Refused):
    """After the school's last day, reporting needs leave that was asked for, or force majeure."""

    rule = "R41-8"
    zh = "报到日期晚于学校规定的 {deadline};未请假又无不可抗力的,视为放弃入学资格"
    en = "the school's last day of reporting was {deadline}; without leave or force majeure, entry was abandoned"


class DayLiesAhead(Refused):
    """What has not happened yet is not recorded."""

    rule = "X-CODE-7"
    status = 422
    zh = "日期 {day} 在今天之后"
    en = "{day} lies ahead"


class NotDeferred(Refused):
    """Only who was deferred comes back by a new application."""

    rule = "R41-10"
    zh = "该生未保留入学资格,不能办理恢复入学"
    en = "entry of this person is not deferred, so there is nothing to come back from"


class DeferralOver(Refused):
    """Who does not apply before the deferral ends has abandoned entry."""

    rule = "R41-10"
    zh = "保留入学资格已于 {until} 期满,逾期未申请入学的视为放弃入学资格"
    en = "the deferral ended on {until}; who did not apply by then has abandoned entry"


class NotNextIntake(Refused):
    """Whoever comes later belongs to a later intake."""

    rule = "R41-10"
    zh = "入学日期须在以后的学年(原入学日期为 {entry_date})"
    en = "the new day of entry lies in a later year than {entry_date}"


def may_report(
    admission: AdmissionStanding,
    *,
    released: bool,
    school_code: str,
    reported_on: date,
    today: date,
    deadline: date | None,
    excused: bool,
) -> None:
    """An own, released admission reports once, and in time or with leave (R41-8, R41-9)."""
    may_enter(admission, released=released, school_code=school_code)
    _require_unreported(admission)
    _require_happened(reported_on, today)
    _require_in_time(admission, reported_on, deadline, excused=excused)


def report_checks(
    admission: AdmissionStanding, *, reported_on: date, today: date, deadline: date | None, excused: bool
) -> Iterator[Callable[[], object]]:
    """What is asked of a report, one question at a time: whoever mends a row wants to know all that is wrong."""
    yield partial(may_enter, admission, released=True, school_code=admission.school_code)
    yield partial(_require_unreported, admission)
    yield partial(_require_happened, reported_on, today)
    yield partial(_require_in_time, admission, reported_on, deadline, excused=excused)


def _require_unreported(admission: AdmissionStanding) -> None:
    if admission.state == "reported":
        raise AlreadyReported(field="KSH", state=admission.state)


def _require_happened(reported_on: date, today: date) -> None:
    if reported_on > today:
        raise DayLiesAhead(field="BDRQ", day=reported_on)


def _require_in_time(admission: AdmissionStanding, reported_on: date, deadline: date | None, *, excused: bool) -> None:
    late = deadline is not None and reported_on > deadline
    if late and not excused and holds("R41-8", admission.entry_date):
        raise ReportedTooLate(field="BDRQ", deadline=deadline)


def may_come_back(
    admission: AdmissionStanding, *, released: bool, school_code: str, applied_on: date, today: date
) -> None:
    """Who was deferred by this school asks to enter before the deferral ends (R41-10)."""
    if admission.state != "deferred":
        may_enter(admission, released=released, school_code=school_code)
        raise NotDeferred(field="KSH")
    may_enter(admission.decided("listed"), released=released, school_code=school_code)
    if applied_on > today:
        raise DayLiesAhead(field="applied_on", day=applied_on)
    if admission.deferred_until is not None and applied_on > admission.deferred_until:
        raise DeferralOver(field="applied_on", until=admission.deferred_until)


def next_entry(admission: AdmissionStanding, entry_date: date) -> dict[str, date]:
    """The days of entry and graduation of whoever joins a later intake: as long a study, begun later."""
    if entry_date.year <= admission.entry_date.year:
        raise NotNextIntake(field="entry_date", entry_date=admission.entry_date)
    later = 12 * (entry_date.year - admission.entry_date.year)
    return {"entry_date": entry_date, "expected_graduation_date": add_months(admission.expected_graduation_date, later)}


def is_overdue(admission: AdmissionStanding, *, today: date, deadline: date | None) -> bool:
    """Whether time alone has decided: nobody reported, or nobody came back (R41-8, R41-10)."""
    if admission.fix_id or admission.prep_recheck:
        return False  # who waits for a correction is not to blame; who is prepared elsewhere has come
    if admission.state == "listed":
        return deadline is not None and today > deadline and holds("R41-8", admission.entry_date)
    until = admission.deferred_until
    return admission.state == "deferred" and until is not None and today > until


def is_passed(check: str) -> bool:
    """Whether a check, in the words of the upload file, was passed."""
    return check == PASSED
