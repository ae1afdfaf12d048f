"""An admission list of one province: submitted, checked, reviewed, re-checked and released (A7)."""

from dataclasses import replace
from typing import Any, Final

from services.enrollment.domain.rules.lists import BatchInAnotherState, BatchNotReviewed
from shared.intake.batch import Batch, Progress

BEFORE_REVIEW: Final = ("submitted", "planning", "planned", "running", "finished")


class AdmissionBatch(Batch, stored_as="enrollment.AdmissionBatch"):
    """Its rows become the basis of registration when the ministry has released it (A7-2)."""

    standing: Progress

    class Reviewed(Batch.Event):
        """The province's education authority passed the list (A7-1)."""

        reviewed_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="reviewed")

    class Rechecked(Batch.Event):
        """The ministry re-checked and summed up the list 汇总复核 (A7-2)."""

        rechecked_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="rechecked")

    class Released(Batch.Event):
        """The ministry re-checked the list: schools may register from it (A7-2)."""

        released_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="released")

    class Returned(Batch.Event):
        """A review returned the list; nothing of it becomes a basis, and its rows may be handed in again."""

        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="returned")

    def review(self, *, reviewed_by: str) -> None:
        """Pass a list that was read to its end."""
        self._require("finished")
        self.trigger_event(self.Reviewed, reviewed_by=reviewed_by)

    def recheck(self, *, rechecked_by: str) -> None:
        """Pass the ministry's re-check of a reviewed list."""
        if self.standing.state in BEFORE_REVIEW:
            raise BatchNotReviewed(state=self.standing.state)
        self._require("reviewed")
        self.trigger_event(self.Rechecked, rechecked_by=rechecked_by)

    def release(self, *, released_by: str) -> None:
        """Make a re-checked list the basis of registration; a list that is only reviewed is re-checked with it."""
        if self.standing.state != "rechecked":
            self.recheck(rechecked_by=released_by)
        self.trigger_event(self.Released, released_by=released_by)

    def return_to_sender(self, *, reason: str) -> None:
        """Refuse a list as a whole, at any step before its release."""
        if self.standing.state not in ("finished", "reviewed", "rechecked"):
            raise BatchInAnotherState(state=self.standing.state, state_zh=self.standing.state_zh)
        self.trigger_event(self.Returned, reason=reason)

    def _require(self, state: str) -> None:
        if self.standing.state != state:
            raise BatchInAnotherState(state=self.standing.state, state_zh=self.standing.state_zh)
