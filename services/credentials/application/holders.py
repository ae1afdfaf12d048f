"""Whose each status is: heard of identity, so that students may see their own certificates."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.credentials.domain.status_holder import HELD_STATUS, HolderStanding, StatusHolder
from shared.eventstore.application import Application, Draft, Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7


class HolderNews(Application):
    """Keeps the person of each status."""

    def hear_holders(self, told: Sequence[Mapping[str, Any]], *, heard: Heard) -> None:
        """Identity bound statuses to persons; bound again, the last one holds."""
        known = self.owning(StatusHolder, HELD_STATUS, {str(each["status_id"]) for each in told})
        drafts: list[Draft] = []
        for each in told:
            values = {name: each[name] for name in ("status_id", "person_id", "bound_on")}
            after = HolderStanding(values["status_id"], values["person_id"])
            holder_id, version, before = known.get(str(values["status_id"]), (uuid7(), 0, None))
            known[str(values["status_id"])] = holder_id, version + 1, after
            fact = StatusHolder.HeardAnew if before else StatusHolder.Heard
            drafts.append(Draft(StatusHolder, holder_id, version + 1, fact, values, after))
        self.append(drafts, by=Context.system("hear_holders", self.clock.now(), rules=("A21-1",)), heard=heard)
