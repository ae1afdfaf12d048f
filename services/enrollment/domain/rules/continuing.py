"""What goes on where a status goes on from another: all that bound its student binds there too (A13-4, R41-23)."""

from datetime import date
from typing import Any, Final

from services.enrollment.domain.rules.standing import StatusStanding

# Of the rest the registration speaks itself, or it is asked anew: whether the data are right, whether it is contested
CARRIED: Final = (
    "state",
    "since",
    "return_by",
    "in_service",
    "settled_as",
    "settled_grade",
    "records",
    "recheck",
    "changed_on",
    "leave_terms",
    "away_months",
    "told",
    "absences",
    "year_told",
)


def carried(before: StatusStanding, *, holds_from: date) -> dict[str, Any]:
    """What the new status takes over from what stood before; a leave is counted from its own first day.

    A change follows the day from which the new status holds: what was before that day is told by the old one.
    """
    values = {name: getattr(before, name) for name in CARRIED}
    since = holds_from if before.state in ("active", "suspended") else before.since or holds_from
    return values | {"since": since, "changed_on": max(before.changed_on or holds_from, holds_from)}


def holds_from(before: StatusStanding, closed_on: date) -> date:
    """From when a status holds that goes on after a wrong closing; who had left by that day left then."""
    return closed_on if before.is_open else min(before.since or closed_on, closed_on)
