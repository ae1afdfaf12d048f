"""The facts of reporting, of the recheck and of coming back, for one person and for the rows of a file alike."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.admission import Admission
from services.enrollment.domain.rules.entry import EntryAlreadyDecided, decided_entry, may_enter
from services.enrollment.domain.rules.rechecks import (
    HEALTH,
    MAY_DEFER,
    HealthAllowsNoDeferral,
    RecheckBeforeRegistration,
    may_defer_after,
    recheck_values,
    what_follows,
)
from services.enrollment.domain.rules.reporting import NotNextIntake, is_by_clock, is_passed, may_report, next_entry
from services.enrollment.domain.rules.standing import AdmissionStanding, StatusStanding
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.bulk import Draft

Found = tuple[UUID, int, AdmissionStanding]
FoundStatus = tuple[UUID, int, StatusStanding]
INITIAL_CHECK = "initial_check"
RECHECK = "recheck"
ILLNESS = "illness"
REVIEW = "review"


class Recheck(NamedTuple):
    """What a school found in the first three months."""

    items: Mapping[str, bool]
    rechecked_on: date
    defer: bool
    until: date | None


def report_drafts(
    found: Found,
    *,
    released: bool,
    school_code: str,
    reported_on: date,
    check: str,
    today: date,
    deadline: date | None,
    excused: bool,
    registered: bool,
) -> list[Draft]:
    """Reported; or, where the first check was failed, the entry is cancelled (R41-9)."""
    basis = found[2]
    may_report(
        basis,
        released=released,
        school_code=school_code,
        reported_on=reported_on,
        today=today,
        deadline=deadline,
        excused=excused,
    )
    require_unregistered(registered=registered)
    lifted, found = lifted_drafts(found)
    if is_passed(check):
        return [*lifted, _follows(found, Admission.Reported, {"reported_on": reported_on}, reported_on)]
    cancelled = decided_entry(basis, "cancelled", cause=INITIAL_CHECK)
    return [*lifted, _follows(found, Admission.EntryDecided, cancelled, reported_on)]


def lifted_drafts(found: Found) -> tuple[list[Draft], Found]:
    """What the clock alone decided is taken back for whoever came in time or has leave; and how the entry stands."""
    if not is_by_clock(found[2]):
        return [], found
    lifted = _follows(found, Admission.EntryWithdrawn, {"restored": "listed"})
    return [lifted], (found[0], lifted.version, lifted.standing_after)


def leave_drafts(found: Found, *, until: date, cause: str) -> list[Draft]:
    """Leave to report later; an abandonment that only time decided is lifted with it (R41-8)."""
    lifted, found = lifted_drafts(found)
    return [*lifted, _follows(found, Admission.LeaveGranted, {"until": until, "cause": cause})]


def require_unregistered(*, registered: bool) -> None:
    """Who has a status has long reported."""
    if registered:
        raise EntryAlreadyDecided(field="KSH", state="registered")


def recheck_drafts(
    status: FoundStatus,
    admission: Found,
    recheck: Recheck,
    *,
    school_code: str,
    today: date,
    status_since: Mapping[str, Any],
) -> list[Draft]:
    """The recheck of a registered student; ill health may turn the status back into a deferred entry (R41-11)."""
    (status_id, version, standing), day = status, recheck.rechecked_on
    values = recheck_values(standing, school_code=school_code, items=recheck.items, rechecked_on=day, today=today)
    rechecked = draft_of(StudentStatus, status_id, version, standing, StudentStatus.Rechecked, values, day)
    if not recheck.defer:
        return [rechecked]
    may_defer_after(standing, values)
    taken_back = {name: status_since[name] for name in ("admission_id", "id_key", "full_time")}
    taken_back["effective_on"] = status_since["holds_from"] or status_since["entry_date"]
    kind, after = StudentStatus.RegistrationWithdrawn, rechecked.standing_after
    back = draft_of(StudentStatus, status_id, version + 1, after, kind, taken_back, day)
    fact = decided_entry(admission[2], "deferred", cause=ILLNESS, until=recheck.until)
    return [rechecked, back, _follows(admission, Admission.EntryDecided, fact, day)]


def unregistered_recheck_drafts(admission: Found, recheck: Recheck, *, released: bool, school_code: str) -> list[Draft]:
    """Before registration a failed recheck ends the entry, or defers it for ill health (A8-3, R41-11)."""
    basis, day = admission[2], recheck.rechecked_on
    may_enter(basis, released=released, school_code=school_code)
    if all(recheck.items.values()):
        raise RecheckBeforeRegistration(field="KSH")
    if not recheck.defer:
        return [_follows(admission, Admission.EntryDecided, decided_entry(basis, "cancelled", cause=RECHECK), day)]
    if what_follows(recheck.items, registered=False) != MAY_DEFER:
        raise HealthAllowsNoDeferral(field="CLYJ", item=HEALTH)
    fact = decided_entry(basis, "deferred", cause=ILLNESS, until=recheck.until)
    return [_follows(admission, Admission.EntryDecided, fact, day)]


def coming_back_drafts(
    found: Found, *, passed: bool, applied_on: date, entry_date: date | None, discharged_on: date | None = None
) -> list[Draft]:
    """The review of somebody deferred: reported with a later intake, or the entry is cancelled (R41-10)."""
    basis = found[2]
    said: dict[str, Any] = {"outcome": "reported" if passed else "cancelled", "cause": REVIEW, "ended_on": applied_on}
    said["discharged_on"] = discharged_on
    if not passed:
        return [_follows(found, Admission.DeferralEnded, said)]
    if entry_date is None:
        raise NotNextIntake(field="entry_date", entry_date=basis.entry_date)
    days = next_entry(basis, entry_date)
    ended = _follows(found, Admission.DeferralEnded, said)
    return [ended, moved(ended, basis.exam_no, days, "deferral")]


def moved(before: Draft, exam_no: str, days: Mapping[str, date], cause: str) -> Draft:
    """The same person in a later intake, after another fact of the same admission."""
    found = (before.originator_id, before.version, before.standing_after)
    return _follows(found, Admission.IntakeMoved, {"exam_no": exam_no, **days, "cause": cause})


def _follows(found: Found, fact: Any, values: dict[str, Any], on: date | None = None) -> Draft:
    admission_id, version, basis = found
    return draft_of(Admission, admission_id, version, basis, fact, values, on)
