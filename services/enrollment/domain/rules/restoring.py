"""The rules of taking an outcome of entry back: asked for by one person, decided by another (A8-4, A24-2, R41-8)."""

from datetime import date, timedelta
from typing import Any, Final

from services.enrollment.domain.rules.entry import NoAdmissionBasis
from services.enrollment.domain.rules.reporting import require_ahead
from services.enrollment.domain.rules.standing import AdmissionStanding, AdmissionState
from shared.rules.refused import Refused

# How long somebody has whose right to enter was taken back in error, where the school names no day
TIME_ANEW: Final = timedelta(days=30)
WITHDRAWN_FROM: Final[tuple[AdmissionState, ...]] = ("abandoned", "deferred", "cancelled")


class NoOutcomeYet(Refused):
    """Only what was decided is taken back."""

    rule = "X-STATE-1"
    zh = "该生没有放弃、保留或取消入学资格的记录,无可撤回"
    en = "entry of this person was not abandoned, deferred or cancelled: there is nothing to take back"


class EntryWithdrawalWaiting(Refused):
    """One request at a time: the one that waits is decided first."""

    rule = "A24-2"
    zh = "撤回该入学结果的申请已在等待第二人复核"
    en = "taking this outcome back is asked for already and waits for a second person"


class NoEntryWithdrawalWaiting(Refused):
    """A second person decides only about what one person asked for."""

    rule = "X-STATE-1"
    zh = "没有等待复核的撤回申请"
    en = "nobody has asked to take this outcome back"


def may_ask_entry_withdrawal(admission: AdmissionStanding, *, released: bool, until: date | None, today: date) -> None:
    """What was recorded of an admission may be asked to be taken back, whoever or whatever decided it (A8-4)."""
    if not released:
        raise NoAdmissionBasis(field="KSH")
    if admission.state not in WITHDRAWN_FROM:
        raise NoOutcomeYet(field="KSH", state=admission.state)
    if admission.withdrawal_by:
        raise EntryWithdrawalWaiting(field="KSH")
    if until is not None:
        require_ahead(until, today)


def require_entry_withdrawal(admission: AdmissionStanding) -> None:
    """Somebody asked that the outcome be taken back, and nobody has decided."""
    if not admission.withdrawal_by:
        raise NoEntryWithdrawalWaiting(field="KSH")


def restored_entry(before: AdmissionStanding, *, until: date) -> dict[str, Any]:
    """What `EntryWithdrawn` says: the state before stands again, with time till a day for whoever has to act."""
    restored = {"restored": before.state, "cause": before.cause, "until": before.deferred_until, "leave_until": None}
    if before.state == "listed":
        restored["leave_until"] = max(until, before.leave_until or until)
    elif before.state == "deferred" and before.deferred_until is not None:
        restored["until"] = max(until, before.deferred_until)
    return restored
