"""The rules of reporting, of coming back after a deferral, and of what deadlines decide (R41-8 to R41-10)."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final

from services.enrollment.domain.rules.deadlines import service_ends
from services.enrollment.domain.rules.entry import ARMY, EntryAlreadyDecided, holds, may_enter
from services.enrollment.domain.rules.standing import PASSED, AdmissionStanding
from shared.codes.clock import add_months
from shared.rules.refused import Refused

# Whole days after a last one before the registry itself decides: what happened on it is recorded meanwhile
GRACE: Final = timedelta(days=7)
# How long before the day of entry an intake may report: a last day named still earlier is of another intake
REPORTS_BEFORE: Final = timedelta(days=31)
# Why the registry itself decided
NOT_REPORTED: Final = "not_reported"
NOT_BACK: Final = "deferral_overdue"


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


class DayIsOver(Refused):
    """Time to come back or to report is given for days to come."""

    rule = "R41-8"
    status = 422
    zh = "日期 {day} 已经过去,请填写今天或以后的日期"
    en = "{day} is over: name today or a later day"


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


class DischargeDayMissing(Refused):
    """How long entry is kept for a soldier follows from the day of discharge."""

    rule = "R41-27"
    zh = "应征入伍保留入学资格至退役后 2 年;须填写退役日期"
    en = "entry is kept until two years after discharge from military service: the day of discharge is needed"


class NotInService(Refused):
    """Only who was deferred for military service is discharged from it."""

    rule = "R41-27"
    zh = "该生不在应征入伍保留入学资格期间"
    en = "entry of this person is not deferred for military service"


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
    admission = as_waiting(admission)
    may_enter(admission, released=released, school_code=school_code)
    _require_unreported(admission)
    _require_happened(reported_on, today)
    _require_in_time(admission, reported_on, deadline, excused=excused)


def report_checks(
    admission: AdmissionStanding, *, reported_on: date, today: date, deadline: date | None, excused: bool
) -> Iterator[Callable[[], object]]:
    """What is asked of a report, one question at a time: whoever mends a row wants to know all that is wrong."""
    admission = as_waiting(admission)
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
    last_day = last_day_of(admission, deadline)
    late = last_day is not None and reported_on > last_day
    if late and not excused and holds("R41-8", admission.entry_date):
        raise ReportedTooLate(field="BDRQ", deadline=last_day)


def last_day_of(admission: AdmissionStanding, declared: date | None) -> date | None:
    """Until when this person reports: the day that the school named, if it is of this intake, or longer with leave."""
    if declared is None or declared < admission.entry_date - REPORTS_BEFORE:
        return None
    leave = admission.leave_until
    return declared if leave is None or leave < declared else leave


def is_by_clock(admission: AdmissionStanding) -> bool:
    """Whether entry is abandoned only because no report was recorded in time: nobody decided it."""
    return admission.state == "abandoned" and admission.cause == NOT_REPORTED


def as_waiting(admission: AdmissionStanding) -> AdmissionStanding:
    """What the clock alone decided does not stand against who came in time, or comes with leave (R41-8)."""
    return admission.decided("listed") if is_by_clock(admission) else admission


def may_grant_leave(
    admission: AdmissionStanding, *, released: bool, school_code: str, until: date, today: date
) -> None:
    """Leave is granted to who has not reported yet, for days to come (R41-8)."""
    admission = as_waiting(admission)
    may_enter(admission, released=released, school_code=school_code)
    _require_unreported(admission)
    require_ahead(until, today)


def require_ahead(until: date, today: date) -> None:
    """Until when somebody has time is today or later."""
    if until < today:
        raise DayIsOver(field="until", day=until)


def may_come_back(
    admission: AdmissionStanding,
    *,
    released: bool,
    school_code: str,
    applied_on: date,
    today: date,
    discharged_on: date | None = None,
) -> None:
    """Who was deferred by this school asks to enter before the deferral ends (R41-10)."""
    if admission.state != "deferred":
        may_enter(admission, released=released, school_code=school_code)
        raise NotDeferred(field="KSH")
    may_enter(admission.decided("listed"), released=released, school_code=school_code)
    if applied_on > today:
        raise DayLiesAhead(field="applied_on", day=applied_on)
    until = last_day_to_come_back(admission, applied_on, discharged_on)
    if until is not None and applied_on > until:
        raise DeferralOver(field="applied_on", until=until)


def last_day_to_come_back(admission: AdmissionStanding, applied_on: date, discharged_on: date | None) -> date | None:
    """The end of the deferral; of a soldier's never before two years after discharge (R41-10, R41-27)."""
    until, discharged = admission.deferred_until, discharged_on or admission.discharged_on
    if admission.cause != ARMY or not holds("R41-27", applied_on):
        return until
    if discharged is None:
        if until is None or applied_on > until:
            raise DischargeDayMissing(field="discharged_on")
        return until
    if discharged > applied_on:
        raise DayLiesAhead(field="discharged_on", day=discharged)
    kept = service_ends(discharged)
    return kept if until is None or until < kept else until


def discharge_values(
    admission: AdmissionStanding, *, released: bool, school_code: str, discharged_on: date, today: date
) -> dict[str, date]:
    """What the fact of a discharge says: from now on it is known until when entry is kept (R41-27)."""
    if admission.state != "deferred":
        may_enter(admission, released=released, school_code=school_code)
        raise NotDeferred(field="KSH")
    may_enter(admission.decided("listed"), released=released, school_code=school_code)
    if admission.cause != ARMY:
        raise NotInService(field="discharged_on")
    if discharged_on > today:
        raise DayLiesAhead(field="discharged_on", day=discharged_on)
    kept, until = service_ends(discharged_on), admission.deferred_until
    keeps = until is not None and admission.discharged_on is None and until > kept  # what was granted is not cut short
    return {"discharged_on": discharged_on, "until": until if until is not None and keeps else kept}


def next_entry(admission: AdmissionStanding, entry_date: date) -> dict[str, date]:
    """The days of entry and graduation of whoever joins a later intake: as long a study, begun later."""
    if entry_date.year <= admission.entry_date.year:
        raise NotNextIntake(field="entry_date", entry_date=admission.entry_date)
    later = 12 * (entry_date.year - admission.entry_date.year)
    return {"entry_date": entry_date, "expected_graduation_date": add_months(admission.expected_graduation_date, later)}


def is_overdue(admission: AdmissionStanding, *, today: date, deadline: date | None) -> bool:
    """Whether time alone has decided, the days of grace being over: nobody reported, or came back (R41-8, R41-10)."""
    if admission.fix_id or admission.prep_recheck:
        return False  # who waits for a correction is not to blame; who is prepared elsewhere has come
    if admission.state == "listed":
        last_day = last_day_of(admission, deadline)
        return last_day is not None and today > last_day + GRACE and holds("R41-8", admission.entry_date)
    if admission.state != "deferred" or (admission.cause == ARMY and admission.discharged_on is None):
        return False  # until when a soldier's entry is kept is not known before the discharge (R41-27)
    until = admission.deferred_until
    return until is not None and today > until + GRACE


def is_passed(check: str) -> bool:
    """Whether a check, in the words of the upload file, was passed."""
    return check == PASSED
