"""The rules of endings: a status closed without a certificate, in time, by two persons (A12-6, A13, A24-2, A26)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

from services.enrollment.domain.rules.deadlines import cancellation_due, cancellation_reminder, is_late, is_over
from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.standing import CANCELLATIONS, StatusStanding, StatusState, mark_of
from services.enrollment.domain.rules.texts import clean_text
from shared.codes.clock import add_months
from shared.rules.refused import Refused
from shared.rules.rulebook import in_force

Values = dict[str, Any]

DueStep = Literal["reckon", "remind", "overdue", "expired", "ended_otherwise"]

WAITING_MONTHS = 6  # after which a proposal that nobody confirmed lapses
LONGEST_REASON = 200
LONGEST_NUMBER = 60  # of a decision

ILLEGAL_ENTRY = "取消学籍"  # the kind under which an illegal entry is closed (A26-2, R41-37)
# A status that ended so may still turn out to rest on an illegal entry; the others are that already, or never were
REVOCABLE: frozenset[StatusState] = frozenset(
    ("active", "suspended", "on_leave", "reserved", "graduated", "completed", "dropped", "expelled", "transferred_out")
)
STATES_ZH: dict[str, str] = {
    "active": "在籍(注册学籍)",
    "suspended": "暂缓注册",
    "on_leave": "休学",
    "reserved": "保留学籍",
    "graduated": "不在籍(毕业)",
    "completed": "不在籍(结业)",
    "dropped": "不在籍(退学)",
    "expelled": "开除学籍",
    "cancelled": "取消学籍",
    "deceased": "死亡",
    "transferred_out": "不在籍(转学)",
    "withdrawn": "注册已撤回",
}
PROPOSALS_ZH: dict[str, str] = {"proposed": "待复核", "confirmed": "已复核", "declined": "已退回", "lapsed": "已失效"}


class NeverReopened(Refused):
    """A status that was cancelled stays so; only a case corrects a wrong cancellation."""

    rule = "A13-4"
    zh = "该学籍已注销({state_zh}),不可撤回或再作变动;如注销有误,请提交更正申请(立案)"
    en = (
        "this status is closed for good ({state}) and takes no further entry; if that was wrong, file a correction case"
    )


class Archived(Refused):
    """After leaving the record is an archive, and changes through a correction case only."""

    rule = "A14-2"
    zh = "该生已离校({state_zh}),学籍档案已归档,只能通过更正申请(立案)修改"
    en = "the student has left ({state}) and the record is archived: it changes through a correction case only"


class EffectiveDayOutOfRange(Refused):
    """An ending takes effect while the student is one: not before the last change, not after today."""

    rule = "X-CODE-7"
    zh = "生效日期须在 {earliest} 至 {latest} 之间"
    en = "it takes effect from {earliest} to {latest}: after the last change, and not after today"


class DecisionDayOutOfRange(Refused):
    """A decision is recorded after it was made."""

    rule = "X-CODE-7"
    zh = "决定日期须在入学之后,且不晚于今天({latest})"
    en = "the decision was made after the student's entry and not after today ({latest})"


class ReasonMissing(Refused):
    """Nobody loses a status without a reason on record."""

    rule = "A24-3"
    zh = "须填写{kind}的原因"
    en = "the reason of the cancellation ({kind}) is required"


class DeathUnproved(Refused):
    """A death is recorded on proof."""

    rule = "A12-6"
    zh = "死亡注销须填写证明材料(名称或编号)"
    en = "closing a status by death needs the proof: its title or number"


class ProposalWaiting(Refused):
    """One proposal at a time: the one that waits is confirmed or declined first."""

    rule = "A24-2"
    zh = "该生已有一份待复核的注销申请,请先复核或退回"
    en = "a proposal to close this status waits already: confirm or decline it first"


class NotWaiting(Refused):
    """What was decided is not decided again."""

    rule = "X-STATE-1"
    zh = "该注销申请{state_zh},不能再作处理"
    en = "the proposal is {state}; it cannot be decided any more"


class AlreadyDeclared(Refused):
    """An illegal entry is declared once, of a status that somebody has or had."""

    rule = "A26-2"
    zh = "该学籍目前状态({state_zh})不需要或不能宣布为违规入学"
    en = "a status in state {state} need not or cannot be declared an illegal entry"


@dataclass(frozen=True)
class EndingWanted:
    """What the school decided: how the status ends, by which decision, from when and why."""

    kind: str
    decision_no: str
    decided_on: date
    effective_on: date
    reason: str = ""
    proof: str = ""  # the title or number of the paper that proves it
    illegal_entry: bool = False


def require_open(status: StatusStanding) -> None:
    """Nothing follows on a status that has ended but a correction case (A13-4, A14-2)."""
    if status.is_open:
        return
    words = {"state": status.state, "state_zh": STATES_ZH[status.state]}
    if status.state in CANCELLATIONS.values():
        raise NeverReopened(field="KSH", **words)
    raise Archived(field="KSH", **words)


def may_cancel(status: StatusStanding, wanted: EndingWanted, *, school_code: str, today: date) -> None:
    """Any open own status may end so: decided, with a reason, not before what was recorded last (A12-6, A13-4)."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    require_open(status)
    _require_decided(status, wanted, today)
    _require_effective(status, wanted, today)
    _require_ground(wanted)
    _require_plain(wanted)


def ending_checks(status: StatusStanding, wanted: EndingWanted, *, today: date) -> Iterator[Callable[[], object]]:
    """What is asked of an ending, one question at a time: whoever mends a row wants to know all that is wrong."""
    yield partial(require_open, status)
    yield partial(_require_decided, status, wanted, today)
    if status.is_open:  # after the end there is no day on which it could end
        yield partial(_require_effective, status, wanted, today)
    yield partial(_require_ground, wanted)
    yield from _plain_checks(wanted)


def may_declare_illegal(status: StatusStanding, wanted: EndingWanted, *, today: date) -> None:
    """An entry against the rules is revoked whenever it is found out, after leaving too (A26-2, R41-37)."""
    if status.state not in REVOCABLE:
        raise AlreadyDeclared(field="status_id", state=status.state, state_zh=STATES_ZH[status.state])
    if wanted.decided_on > today or wanted.decided_on < status.entry_date:
        raise DecisionDayOutOfRange(field="decided_on", latest=today)
    if not wanted.reason.strip():
        raise ReasonMissing(field="reason", kind=wanted.kind)
    _require_plain(wanted)


def _require_decided(status: StatusStanding, wanted: EndingWanted, today: date) -> None:
    if not status.entry_date <= wanted.decided_on <= today:
        raise DecisionDayOutOfRange(field="JDRQ", latest=today)


def _require_effective(status: StatusStanding, wanted: EndingWanted, today: date) -> None:
    # somebody may have died before a change that was recorded of them since
    earliest = status.entry_date if wanted.kind == "死亡" else earliest_day(status)
    if not earliest <= wanted.effective_on <= today:
        raise EffectiveDayOutOfRange(field="SXRQ", earliest=earliest, latest=today)


def _require_ground(wanted: EndingWanted) -> None:
    if wanted.kind == "死亡":
        if not wanted.proof.strip():
            raise DeathUnproved(field="ZM")
    elif not wanted.reason.strip():
        raise ReasonMissing(field="YY", kind=wanted.kind)


def _plain_checks(wanted: EndingWanted) -> Iterator[Callable[[], object]]:
    yield partial(clean_text, wanted.decision_no, field="WH", longest=LONGEST_NUMBER)
    yield partial(clean_text, wanted.reason, field="YY", longest=LONGEST_REASON, empty=True)
    yield partial(clean_text, wanted.proof, field="ZM", longest=100, empty=True)


def _require_plain(wanted: EndingWanted) -> None:
    for check in _plain_checks(wanted):
        check()


def earliest_day(status: StatusStanding) -> date:
    """The first day from which something new may hold: the day of the last change, or of entry."""
    return status.changed_on or status.entry_date


def is_told(status: StatusStanding, kind: str, on: date, by: str) -> bool:
    """Whether the same change, record or paper is recorded already."""
    return mark_of(kind, on, by) in status.told


def due_step(asked: Any, *, ended: bool, today: date) -> DueStep | None:
    """What the day asks for in a proposal that waits (A13-2, A13-3).

    A reminder on the tenth working day, a word to the province after the fifteenth, an end at last; and where no
    calendar told those days when it was proposed, the days themselves as soon as one does.
    """
    if ended:
        return "ended_otherwise"
    if today > add_months(asked.proposed_on, WAITING_MONTHS):
        return "expired"
    if asked.due_on is None and record_due(asked.decided_on) is not None:
        return "reckon"
    if is_over(asked.due_on, today):
        return "overdue" if asked.overdue_on is None else None
    reminds = asked.remind_on is not None and today >= asked.remind_on and asked.reminded_on is None
    return "remind" if reminds else None


def record_due(decided_on: date) -> date | None:
    """Until when a decision is recorded: of those before the Measure nothing is late (A13-2, A28-1)."""
    return cancellation_due(decided_on) if in_force("A13-2", decided_on) else None


def record_reminder(decided_on: date) -> date | None:
    """When whoever has to confirm is reminded (A13-2)."""
    return cancellation_reminder(decided_on) if in_force("A13-2", decided_on) else None


def months_up(start: date, end: date) -> int:
    """Whole months from one day to another, a month begun counts."""
    months = max((end.year - start.year) * 12 + end.month - start.month, 0)
    return months if add_months(start, months) >= end else months + 1


def away_at(status: StatusStanding, on: date) -> int:
    """Months that a leave, or a status kept for service, has lasted when it ends on this day; else none."""
    away = status.state == "on_leave" or (status.state == "reserved" and status.in_service)
    return months_up(status.since, on) if away and status.since else 0


def decide_ending(status: StatusStanding, wanted: EndingWanted, *, cancellation_id: Any, today: date) -> Values:
    """The values of `StudentStatus.Cancelled`, once it may be."""
    due_on = record_due(wanted.decided_on)
    return {
        "kind": wanted.kind,
        "cancellation_id": cancellation_id,
        "decision_no": wanted.decision_no,
        "decided_on": wanted.decided_on,
        "effective_on": wanted.effective_on,
        "due_on": due_on,
        "late": is_late(today, due_on),
        "id_key": status.id_key,
        "illegal_entry": wanted.illegal_entry,
        "away_months": away_at(status, wanted.effective_on),
        "reason": wanted.reason,
    }
