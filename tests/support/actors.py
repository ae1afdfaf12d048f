"""Who acts in tests: people of every office, and the circumstances of a request."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.access.assertion import Assertion
from shared.access.by import By

NOON = datetime(2022, 9, 10, 4, 0, tzinfo=UTC)


class StandingClock:
    """A clock that a test moves by hand."""

    def __init__(self, instant: datetime = NOON) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def move_to(self, instant: datetime) -> None:
        self.instant = instant


def person(role: str, org: str = "", sub: str = "", level: str = "school") -> Assertion:
    """Somebody signed in with this role."""
    return Assertion(
        sub=sub or f"{role}-1",
        role=role,
        level=level,
        kind="all",
        org=org,
        amr=("pwd",),
        jti=uuid4().hex,
        exp=NOON + timedelta(days=3650),
    )


def asked(actor: Assertion | None, use_case: str, *, at: datetime = NOON, command_id: UUID | None = None) -> Any:
    """A request of this actor; a command gets an id of its own unless one is given."""
    chosen = command_id or uuid4()
    return By(actor, use_case, uuid4().hex, at, chosen, request_hash=use_case)
