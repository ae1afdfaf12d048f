"""How many working days are left until a claim is decided."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gateway.platform import platform
from shared.codes.clock import SHANGHAI
from shared.codes.working_days import CalendarNotPublished, working_days_between


def days_left(found: Mapping[str, Any]) -> int | None:
    """The working days until a decision is due, today not among them; None where nothing is awaited or known."""
    if found["state"] != "in_review" or not found["due_on"]:
        return None
    try:
        today = datetime.fromtimestamp(platform().verifier.now().timestamp(), SHANGHAI).date()
        return max(0, working_days_between(today, date.fromisoformat(found["due_on"])))
    except CalendarNotPublished:
        return None
