"""The rules of changes: every edge between the open states of a status, and its guard (A12-4, R41-21, R41-27)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from services.enrollment.domain.rules.change_refusals import (
    BoundToMajor,
    CauseUnknown,
    ChangeDoesNotFollow,
    DischargeMissing,
    GradeOutOfRange,
    GraduationNotLater,
    GraduationOutOfRange,
    LeaveTooLong,
    MajorUnchanged,
    ReturnAskedTooEarly,
    ReturnDayMissing,
    ReturnNotAsked,
    ReturnTakesTooLong,
    ReturnTooLate,
    ServiceReturnTooLate,
    SomethingFollowed,
)
from services.enrollment.domain.rules.deadlines import is_late, is_over, service_ends
from services.enrollment.domain.rules.endings import (
    LONGEST_NUMBER,
    STATES_ZH,
    DecisionDayOutOfRange,
    EffectiveDayOutOfRange,
    away_at,
    earliest_day,
    is_told,
    months_up,
    record_due,
    require_open,
)
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.standing import AWAY_STATES, StatusStanding
from services.enrollment.domain.rules.texts import clean_text
from services.enrollment.domain.status_facts import EXTENSION, RESTORED
from shared.codes.clock import add_months
from shared.rules.rulebook import in_force

Values = dict[str, Any]

REPEAT, DEMOTE, SKIP = "留级", "降级", "跳级"
LEAVE, RETURN, RESERVE, MAJOR = "休学", "复学", "保留学籍", "转专业"
CHANGES = (REPEAT, DEMOTE, SKIP, LEAVE, RETURN, MAJOR, RESERVE, EXTENSION)
GRADE_MOVES = frozenset((REPEAT, DEMOTE, SKIP))
ARMY, EXCHANGE = "应征入伍", "交流学习"
CAUSES: Mapping[str, tuple[str, ...]] = {LEAVE: ("因病", "创业", "其他"), RESERVE: (ARMY, EXCHANGE)}

# From which states each kind leads anywhere at all; what is not said here is no edge of the table
SOURCES: Mapping[str, frozenset[str]] = {kind: frozenset(("active",)) for kind in CHANGES} | {
    RETURN: AWAY_STATES,
    EXTENSION: frozenset(("active", "suspended")),  # who owes tuition may need the time too
}
LONGEST_LEAVE = 4  # terms in all, where the school has not set a limit of its own
MONTHS_OF_TERM = 6
MOST_GRADES = 3  # that one decision moves a student
LATEST_GRADUATION = 15  # years after entry

# Admitted under a contract about what they study: they keep to it. The regional plans are ways in and bind nobody.
BOUND = frozenset(
    (
        "免费医学生", "免费师范生", "公费师范生", "非西藏生源定向西藏就业计划", "强军计划", "援藏计划",
        "少数民族骨干计划", "定向生", "国防生", "政法干警招录培养体制改革试点生",
    )
)  # fmt: skip


@dataclass(frozen=True)
class ChangeWanted:
    """What the school decided: the kind, by which decision, from when, and what else the kind needs."""

    kind: str
    decision_no: str
    decided_on: date
    effective_on: date
    cause: str = ""
    return_by: date | None = None
    applied_on: date | None = None
    discharged_on: date | None = None
    grade: int | None = None
    major_code: str | None = None
    major_name: str | None = None
    expected_graduation_date: date | None = None
    retroactive: bool = False


def is_change_told(status: StatusStanding, wanted: ChangeWanted) -> bool:
    """Whether the same kind by the same decision from the same day is recorded already."""
    return is_told(status, wanted.kind, wanted.effective_on, wanted.decision_no)


def decide_change(
    status: StatusStanding,
    wanted: ChangeWanted,
    *,
    school_code: str,
    today: date,
    longest_leave: int | None = None,
) -> Values:
    """The values of `StudentStatus.Changed`, once it may be; asked one by one and in bulk alike."""
    may_change(status, wanted, school_code=school_code, today=today)
    if wanted.kind == LEAVE:
        _require_leave_left(status, wanted, longest_leave or LONGEST_LEAVE)
    clean_text(wanted.decision_no, field="WH", longest=LONGEST_NUMBER)
    due_on = record_due(wanted.decided_on)
    told: Values = {
        "kind": wanted.kind,
        "effective_on": wanted.effective_on,
        "decision_no": wanted.decision_no,
        "decided_on": wanted.decided_on,
        "state": status.state,
        "grade": None,
        "major_code": None,
        "major_name": None,
        "expected_graduation_date": None,
        "return_by": None,
        "in_service": False,
        "cause": wanted.cause,
        "late": is_late(today, due_on),
        "due_on": due_on,
        "retroactive": wanted.retroactive,
        "applied_on": wanted.applied_on,
        "discharged_on": wanted.discharged_on,
        "terms": 0,
        "away_months": 0,
    }
    return told | _EFFECTS[wanted.kind](status, wanted)


def may_change(status: StatusStanding, wanted: ChangeWanted, *, school_code: str, today: date) -> None:
    """An own, open status in a state from which this kind leads on, in the order of days (A4-1, A12-4).

    Where credits count, moves between classes need not be recorded; a school that decides one may record it (A12-8).
    """
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    require_open(status)
    _require_follows(status, wanted)
    _require_decided(status, wanted, today)
    _require_effective(status, wanted, today)


def _require_follows(status: StatusStanding, wanted: ChangeWanted) -> None:
    if status.state not in SOURCES[wanted.kind]:
        raise ChangeDoesNotFollow(field="XJBD", kind=wanted.kind, state=status.state, state_zh=STATES_ZH[status.state])


def _require_decided(status: StatusStanding, wanted: ChangeWanted, today: date) -> None:
    if not status.entry_date <= wanted.decided_on <= today:
        raise DecisionDayOutOfRange(field="JDRQ", latest=today)


def _require_effective(status: StatusStanding, wanted: ChangeWanted, today: date) -> None:
    earliest = _earliest(status, wanted)
    if not earliest <= wanted.effective_on <= today:
        raise EffectiveDayOutOfRange(field="SXRQ", earliest=earliest, latest=today)


def change_checks(
    status: StatusStanding, wanted: ChangeWanted, *, today: date, longest_leave: int | None = None
) -> Iterator[Callable[[], object]]:
    """What is asked of a change, one question at a time: whoever mends a row wants to know all that is wrong."""
    yield partial(require_open, status)
    yield partial(_require_decided, status, wanted, today)
    yield partial(_require_effective, status, wanted, today)
    yield partial(clean_text, wanted.decision_no, field="WH", longest=LONGEST_NUMBER)
    if not status.is_open:
        return
    yield partial(_require_follows, status, wanted)
    if status.state in SOURCES[wanted.kind]:  # else nobody can say what it would lead to
        yield partial(_EFFECTS[wanted.kind], status, wanted)
        if wanted.kind == LEAVE:
            yield partial(_require_leave_left, status, wanted, longest_leave or LONGEST_LEAVE)


def _earliest(status: StatusStanding, wanted: ChangeWanted) -> date:
    """After the last change; where stated, before it, but within the present state, which it leaves as it is."""
    if wanted.retroactive and wanted.kind in (*GRADE_MOVES, MAJOR):
        return status.since or status.entry_date
    return earliest_day(status)


def _grade_moved(status: StatusStanding, wanted: ChangeWanted) -> Values:
    step = -1 if wanted.kind == SKIP else 1
    grade = wanted.grade if wanted.grade is not None else status.grade + step
    furthest = status.grade + step * (1 if wanted.kind == REPEAT else MOST_GRADES)
    earliest, latest = sorted((status.grade + step, furthest))
    if not earliest <= grade <= latest:
        raise GradeOutOfRange(field="NJ", kind=wanted.kind, earliest=earliest, latest=latest)
    return {"grade": grade} | _graduating(status, wanted, 12 * (grade - status.grade))


def _on_leave(status: StatusStanding, wanted: ChangeWanted) -> Values:
    _require_cause(wanted)
    return {"state": "on_leave", "return_by": wanted.return_by, "terms": _terms(wanted)}


def _terms(wanted: ChangeWanted) -> int:
    """How many terms a leave lasts; a term begun counts."""
    return -(-months_up(wanted.effective_on, _return_day(wanted)) // MONTHS_OF_TERM)


def _require_leave_left(status: StatusStanding, wanted: ChangeWanted, most: int) -> None:
    terms = _terms(wanted)
    if status.leave_terms + terms > most:
        raise LeaveTooLong(field="HXRQ", most=most, before=status.leave_terms, asked=terms)


def _reserved(status: StatusStanding, wanted: ChangeWanted) -> Values:
    """For service, until two years after a discharge that nobody knows yet; for an exchange, until its end."""
    _require_cause(wanted)
    in_service = wanted.cause == ARMY
    if not in_service or wanted.return_by is not None:
        _return_day(wanted)
    return {"state": "reserved", "return_by": wanted.return_by, "in_service": in_service}


def _returned(status: StatusStanding, wanted: ChangeWanted) -> Values:
    if wanted.applied_on is None or wanted.applied_on > wanted.effective_on:
        raise ReturnNotAsked(field="SQRQ")
    if status.since is not None and wanted.applied_on < status.since:
        raise ReturnAskedTooEarly(field="SQRQ", since=status.since, state_zh=STATES_ZH[status.state])
    if status.in_service:
        _require_in_time_after_service(status, wanted.applied_on, wanted.discharged_on)
    elif status.return_by is not None and wanted.applied_on > status.return_by:
        raise ReturnTooLate(field="SQRQ", latest=status.return_by)
    _require_back_soon(status, wanted.applied_on, wanted.effective_on)
    months = away_at(status, wanted.effective_on)  # time away is not counted: an exchange is no time away
    grade = wanted.grade if wanted.grade is not None else status.grade + months // 12
    if not status.grade <= grade <= status.grade + max(months // 12 + 1, MOST_GRADES):
        raise GradeOutOfRange(
            field="NJ",
            kind=wanted.kind,
            earliest=status.grade,
            latest=status.grade + max(months // 12 + 1, MOST_GRADES),
        )
    return {"state": "active", "away_months": months, "grade": grade} | _graduating(status, wanted, months)


def _require_back_soon(status: StatusStanding, applied_on: date, effective_on: date) -> None:
    """Asked for in time, it takes effect within a semester of the day of return, or of the application after service.

    Before the Measure nobody asked for that (A28-1).
    """
    latest = add_months(max(applied_on, status.return_by or applied_on), MONTHS_OF_TERM)
    if effective_on > latest and in_force("A12-4", effective_on):
        raise ReturnTakesTooLong(field="SXRQ", latest=latest)


def _require_in_time_after_service(status: StatusStanding, applied_on: date, discharged_on: date | None) -> None:
    if discharged_on is None or not (status.since or status.entry_date) <= discharged_on <= applied_on:
        raise DischargeMissing(field="TYRQ")
    # under the regulation before it was one year
    latest = service_ends(discharged_on) if in_force("R41-27", discharged_on) else add_months(discharged_on, 12)
    if applied_on > latest:
        raise ServiceReturnTooLate(field="SQRQ", latest=latest)


def _major_changed(status: StatusStanding, wanted: ChangeWanted) -> Values:
    if status.admission_type in BOUND and in_force("R41-21", wanted.effective_on):
        raise BoundToMajor(field="ZYMC", admission_type=status.admission_type)
    code = wanted.major_code if wanted.major_code is not None else ""
    if not wanted.major_name or (code, wanted.major_name) == (status.major_code, status.major_name):
        raise MajorUnchanged(field="ZYMC")
    if wanted.major_code is None and wanted.major_name == status.major_name:
        raise MajorUnchanged(field="ZYMC")
    moved = {"major_code": code, "major_name": wanted.major_name}
    return moved | (_graduating(status, wanted, 0) if wanted.expected_graduation_date else {})


def _extended(status: StatusStanding, wanted: ChangeWanted) -> Values:
    """Who has not graduated in time stays a student until a later day, by credits or by years alike (A12-1, A12-9)."""
    expected, later = status.expected_graduation_date, wanted.expected_graduation_date
    if later is None or later <= expected:
        raise GraduationNotLater(field="YJBYRQ", expected=expected)
    return _graduating(status, wanted, 0)


def _require_cause(wanted: ChangeWanted) -> None:
    if not in_force("A12-4", wanted.effective_on):  # before the Measure nobody had to say (A28-1)
        return
    if wanted.cause not in CAUSES[wanted.kind]:
        raise CauseUnknown(field="YY", kind=wanted.kind, causes="、".join(CAUSES[wanted.kind]))


def _return_day(wanted: ChangeWanted) -> date:
    if wanted.return_by is None or wanted.return_by <= wanted.effective_on:
        raise ReturnDayMissing(field="HXRQ", kind=wanted.kind)
    return wanted.return_by


def _graduating(status: StatusStanding, wanted: ChangeWanted, months: int) -> Values:
    """Expected graduation as the decision says, or moved by so many months."""
    said = wanted.expected_graduation_date
    day = said if said is not None else add_months(status.expected_graduation_date, months)
    if not wanted.effective_on < day <= add_months(status.entry_date, 12 * LATEST_GRADUATION):
        raise GraduationOutOfRange(field="YJBYRQ", years=LATEST_GRADUATION)
    return {"expected_graduation_date": day}


_EFFECTS: Mapping[str, Callable[[StatusStanding, ChangeWanted], Values]] = {
    REPEAT: _grade_moved,
    DEMOTE: _grade_moved,
    SKIP: _grade_moved,
    LEAVE: _on_leave,
    RETURN: _returned,
    RESERVE: _reserved,
    MAJOR: _major_changed,
    EXTENSION: _extended,
}


def may_withdraw_change(status: StatusStanding, *, version: int, last_version: int, kind: str) -> None:
    """Only a change that is the record's last fact is taken back, of a status that is still open (A13-4, X-UNDO-1)."""
    require_open(status)
    if not kind or version != last_version:
        raise SomethingFollowed(field="version")


def decide_change_withdrawn(
    before: StatusStanding, now: StatusStanding, *, kind: str, effective_on: date, version: int
) -> Values:
    """The values of `StudentStatus.ChangeWithdrawn`: `before` is the standing that the change was decided on."""
    differs = [name for name in RESTORED if getattr(before, name) != getattr(now, name) and name != "told"]
    return {
        "kind": kind,
        "withdrawn_version": version,
        "effective_on": effective_on,
        "restored": {name: _as_json(getattr(before, name)) for name in differs},
        **{name: getattr(before, name) for name in RESTORED},
    }


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def is_overdue(status: StatusStanding, today: date) -> bool:
    """Whether a leave or a reserved status has outlasted its day: the school decides what follows."""
    return status.state in AWAY_STATES and is_over(status.return_by, today)
