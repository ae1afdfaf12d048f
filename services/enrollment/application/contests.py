"""What a conflict writes on the statuses of both sides: contested, settled, bound, ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.enrollment.application.holders import Known
from services.enrollment.domain.conflict import Conflict
from services.enrollment.domain.rules.conflicts import Period, may_end, periods_disjoint
from services.enrollment.domain.rules.endings import REVOCABLE
from services.enrollment.domain.rules.periods import Periods, deadline
from services.enrollment.domain.student_status import StudentStatus

_VOID = ("取消学籍", "撤回注册")  # it never held; a withdrawal ends what was genuine


@dataclass(frozen=True)
class Second:
    """The side that contests: a status on record, or an admission that could not be registered."""

    status_id: UUID | None
    id_key: str
    name_key: str
    full_time: bool
    during: Period

    def contests(self, known: Known) -> bool:
        """Whether the two cannot both be true as they stand (A8-9); part-time study beside it can (A8-11)."""
        standing = known.status.standing
        if standing.id_key != self.id_key or standing.state == "withdrawn":
            return False
        if known.said["name_key"] != self.name_key:
            return True
        same_time = not periods_disjoint((known.holds_from, known.closed_on), self.during)
        return self.full_time and standing.full_time and same_time


def one_keeps(
    sides: Mapping[str, Known],
    winner: str,
    conflict: Conflict,
    how: tuple[str | None, date | None, str],
    today: date,
) -> None:
    """One status stands and binds; the other, where there is one on record, ends as decided."""
    ending, ends_on, decision_no = how
    for name, side in sides.items():
        contested = is_contested(side, conflict)
        if name == winner:
            settle(side, conflict, keeps=True, binds=contested)
            continue
        may_end(side.status.standing, ending=ending, ends_on=ends_on, today=today)
        voids = ending in _VOID
        settle(side, conflict, keeps=False, binds=contested and not voids, voids=voids, until=ends_on)
        _end(side, conflict, str(ending), ends_on or today, decision_no, today)


def _end(side: Known, conflict: Conflict, ending: str, effective_on: date, decision_no: str, today: date) -> None:
    standing = side.status.standing
    if ending == "撤回注册":
        side.status.trigger_event(
            StudentStatus.RegistrationWithdrawn,
            admission_id=side.said["admission_id"],
            id_key=standing.id_key,
            full_time=standing.full_time,
            effective_on=today,
        )
        return
    if standing.state not in REVOCABLE:
        return  # it has ended for good otherwise: that it never held is settled, and its state stays (A13-4)
    side.status.trigger_event(
        StudentStatus.Cancelled,
        kind=ending,
        cancellation_id=conflict.id,
        decision_no=decision_no,
        decided_on=today,
        effective_on=effective_on,
        due_on=None,
        late=False,
        id_key=standing.id_key,
        illegal_entry=ending == "取消学籍",
    )


def contest(status: StudentStatus, conflict: Conflict, other: UUID | None) -> None:
    status.trigger_event(
        StudentStatus.Contested, case_id=conflict.id, id_key=status.standing.id_key, other_status_id=other
    )


def raise_notice(
    notice: Conflict, first: Known, said: tuple[str, tuple[str, ...], str], today: date, periods: Periods
) -> None:
    """What was only noticed becomes a case, and the status that stands in the way is contested.

    `said` is the sealed statement, its evidence and whose it is.
    """
    sealed_statement, evidence, sub = said
    due = deadline(today, periods.conflict)
    notice.raise_case(
        sealed_statement=sealed_statement,
        evidence=evidence,
        raised_by=sub,
        raised_on=today,
        due_on=due.on,
        unknown_year=due.unknown_year,
    )
    contest(first.status, notice, None)


def settle(
    side: Known,
    conflict: Conflict,
    *,
    keeps: bool,
    binds: bool = False,
    voids: bool = False,
    until: date | None = None,
) -> None:
    standing = side.status.standing
    side.status.trigger_event(
        StudentStatus.ContestSettled,
        case_id=conflict.id,
        keeps=keeps,
        binds=binds,
        id_key=standing.id_key,
        full_time=standing.full_time,
        holds_from=side.holds_from,
        voids=voids,
        closed_on=until or side.closed_on,
    )


def is_contested(side: Known, conflict: Conflict) -> bool:
    """Whether it was registered under this very case: its claim binds nobody yet."""
    return bool(side.said["contested_in"] == str(conflict.id))
