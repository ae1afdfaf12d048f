"""How the rows of a file of rechecks are taken back: whatever follows from them stands as it did before (R41-11)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.earlier import before
from services.enrollment.application.bulk.entries import taken_back
from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.rules.rechecks import DeferredByRecheck
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore import facts
from shared.eventstore.bulk import Draft
from shared.intake.outcome import Receipt
from shared.intake.steps import SomethingFollowed
from shared.rules.refused import Refused

KEPT = ("result", "rechecked_on", "due_on", "late")


def rechecks_taken_back(app: Enrollment, receipts: Sequence[Receipt]) -> list[list[Draft] | Refused]:
    """A recheck is forgotten, an entry stands again, as long as nothing followed; in the order of the receipts."""
    statuses = app.standings(StudentStatus, [each.originator_id for each in receipts])
    of_entry = [each for each in receipts if each.originator_id not in statuses]
    entries = dict(zip(of_entry, taken_back(app, of_entry), strict=True))
    told = before(app, [each for each in receipts if each.originator_id in statuses])
    return [
        entries[each]
        if each in entries
        else _recheck_taken_back(app, each, statuses[each.originator_id], told[each.originator_id][0])
        for each in receipts
    ]


def _recheck_taken_back(
    app: Enrollment, receipt: Receipt, found: tuple[int, StatusStanding], stood: StatusStanding
) -> list[Draft] | Refused:
    version, standing = found
    if receipt.last_version > receipt.first_version:  # the registration was withdrawn with it
        return DeferredByRecheck(field="KSH")
    if version != receipt.last_version:
        return SomethingFollowed()
    values: dict[str, Any] = {"withdrawn_version": version}
    if stood.recheck:
        values |= _last_recheck(app, receipt.originator_id, version)
    kind = StudentStatus.RecheckWithdrawn
    return [draft_of(StudentStatus, receipt.originator_id, version, standing, kind, values)]


def _last_recheck(app: Enrollment, status_id: UUID, version: int) -> dict[str, Any]:
    """What the recheck before said."""
    said: dict[str, Any] = {}
    for event in app.recorder.select_events(status_id, lte=version - 1):
        fact: Any = facts.decode(event.topic, status_id, event.originator_version, event.state)
        if isinstance(fact, StudentStatus.Rechecked):
            said = _kept(fact) | {"failed": tuple(item for item, passed in fact.items.items() if not passed)}
        elif isinstance(fact, StudentStatus.RecheckWithdrawn):
            said = _kept(fact) | {"failed": fact.failed}
    return said


def _kept(fact: StudentStatus.Rechecked | StudentStatus.RecheckWithdrawn) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in KEPT}
