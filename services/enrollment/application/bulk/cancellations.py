"""Statuses that a school closes for good, row by row: one person submits the file, another commits it (A24-2)."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from hashlib import blake2b
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.objecting import objecting
from services.enrollment.application.bulk.own_students import (
    Decided,
    Found,
    objections_to_whom,
    own_students,
    required,
)
from services.enrollment.application.drafting import draft_of
from services.enrollment.application.endings import CANCELLATION_RULES, proposal_values
from services.enrollment.domain.cancellation import WAITING, Cancellation, first_cancellation
from services.enrollment.domain.rules.endings import (
    EndingWanted,
    ProposalWaiting,
    decide_ending,
    ending_checks,
    is_told,
    may_cancel,
)
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import FileKind
from shared.intake.outcome import Unchanged
from shared.intake.tables_changes import CANCELLATIONS
from shared.intake.values import academic_year
from shared.rules.refused import Refused


class CancellationsKind(FileKind):
    """退学 取消学籍 开除学籍 死亡 at one school; nothing of it can be taken back (A13-4)."""

    table: Table = CANCELLATIONS
    rules = CANCELLATION_RULES
    action = "propose_cancellation"
    irreversible = True
    dated = frozenset({"late", "proposed_on", "confirmed_on", "confirmed_by"})
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {"entry_year": academic_year(1949, 2100)}

    objections = objections_to_whom

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        statuses = own_students(self.enrollment, rows, batch)
        waiting = self.enrollment.owners(WAITING, [str(found[0]) for found in statuses if found])
        today = shanghai_date(self.enrollment.clock.now())
        return [
            _decided(row, found, batch, id_in(batch_id, row.number), waiting, today)
            for row, found in zip(rows, statuses, strict=True)
        ]


def id_in(batch_id: UUID, number: int) -> UUID:
    """The id of what a row proposes: of the batch's time, and the same whenever the row is decided."""
    mixed = blake2b(batch_id.bytes + number.to_bytes(8, "big"), digest_size=16).digest()
    value = int.from_bytes(batch_id.bytes[:6] + mixed[6:], "big")
    value &= ~((0xF << 76) | (0x3 << 62))
    return UUID(int=value | (0x7 << 76) | (0x2 << 62))


def wanted_by(values: Values) -> EndingWanted:
    """The decision that a row tells of."""
    return EndingWanted(
        kind=values["ZXLX"],
        decision_no=values["WH"],
        decided_on=values["JDRQ"],
        effective_on=values["SXRQ"],
        reason=values.get("YY") or "",
        proof=values.get("ZM") or "",
    )


def _decided(
    row: CheckedRow, found: Found | None, batch: Progress, cancellation_id: UUID, waiting: Container[str], today: date
) -> Decided:
    wanted, school_code = wanted_by(row.values), batch.school_code or ""
    try:
        found = required(found, batch)
    except Refused as refused:
        return refused
    status_id, version, standing = found
    try:
        own = standing.school_code == school_code
        if own and is_told(standing, wanted.kind, wanted.effective_on, wanted.decision_no):
            return Unchanged()
        may_cancel(standing, wanted, school_code=school_code, today=today)
        _require_none_waiting(status_id, waiting)
    except Refused as refused:
        return objecting(refused, _checks(found, wanted, waiting, today))
    ended = decide_ending(standing, wanted, cancellation_id=cancellation_id, today=today)
    proposal = proposal_values(status_id, standing, wanted, asked_on=None, by=batch.submitted_by, today=today)
    confirmed = {
        "status_id": status_id,
        "confirmed_by": batch.committed_by or "",
        "confirmed_on": today,
        "late": ended["late"],
    }
    asked, day = first_cancellation(proposal), wanted.effective_on
    return [
        Draft(Cancellation, cancellation_id, 1, Cancellation.Proposed, proposal, asked, day),
        draft_of(Cancellation, cancellation_id, 1, asked, Cancellation.Confirmed, confirmed, day),
        draft_of(StudentStatus, status_id, version, standing, StudentStatus.Cancelled, ended, day),
    ]


def _checks(found: Found, wanted: EndingWanted, waiting: Container[str], today: date) -> Iterator[Callable[[], object]]:
    """What is asked of an ending, one question at a time."""
    yield from ending_checks(found[2], wanted, today=today)
    yield partial(_require_none_waiting, found[0], waiting)


def _require_none_waiting(status_id: UUID, waiting: Container[str]) -> None:
    if str(status_id) in waiting:
        raise ProposalWaiting(field="KSH")
