"""By whom, for what and when something is asked: what the edge of a service hands to every use case."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.access.assertion import Assertion


@dataclass(frozen=True, slots=True)
class By:
    """One request's who, what and when; `actor` is None when nobody is signed in, which decide() knows to refuse."""

    actor: Assertion | None
    use_case: str
    correlation_id: str
    recorded_at: datetime
    command_id: UUID | None = None
    request_hash: str = ""
    purpose: str = ""  # what a look at somebody's record is for, in the asker's words
    address: str = ""  # the caller's, as the front door saw it; it is counted by and never kept

    @property
    def sub(self) -> str:
        """The id of the person who acts; empty when nobody is signed in."""
        return self.actor.sub if self.actor else ""
