"""An admission list of one province: submitted, checked, reviewed, re-checked and released (A7)."""

from dataclasses import replace
from typing import Any

from services.enrollment.domain.rules.lists import BatchInAnotherState, BatchNotReviewed
from shared.intake.batch import Batch, Progress


class AdmissionBatch(Batch, stored_as="enrollment.AdmissionBatch"):
    """Its rows become the basis of registration when the ministry has released it (A7-2)."""

    standing: Progress

    class Reviewed(Batch.Event):
        """The province's education authority passed the list (A7-1)."""

        reviewed_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="reviewed")

    class Released(Batch.Event):
        """The ministry re-checked the list: schools may register from it (A7-2)."""

        released_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="released")

    class Returned(Batch.Event):
        """The review returned the list; nothing of it becomes a basis."""

        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="returned")

    def review(self, *, reviewed_by: str) -> None:
        """Pass a list that was read to its end."""
        self._require("finished")
        self.trigger_event(self.Reviewed, reviewed_by=reviewed_by)

    def release(self, *, released_by: str) -> None:
        """Make a reviewed list the basis of registration."""
        if self.standing.state in ("submitted", "running", "finished"):
            raise BatchNotReviewed(state=self.standing.state)
        self._require("reviewed")
        self.trigger_event(self.Released, released_by=released_by)

    def return_to_sender(self, *, reason: str) -> None:
        """Refuse a list as a whole, before or after its review."""
        if self.standing.state not in ("finished", "reviewed"):
            raise BatchInAnotherState(state=self.standing.state)
        self.trigger_event(self.Returned, reason=reason)

    def _require(self, state: str) -> None:
        if self.standing.state != state:
            raise BatchInAnotherState(state=self.standing.state)
