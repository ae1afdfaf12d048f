"""The table of whose each status is."""

from typing import Any, ClassVar

from services.enrollment.domain.status_holder import StatusHolder
from shared.eventstore.projection import Projection, Row, on


class HolderRegister(Projection):
    """The person of each status, as identity told it (A11-2)."""

    table: ClassVar[str] = "status_holder"
    key: ClassVar[tuple[str, ...]] = ("status_id",)
    columns: ClassVar[tuple[str, ...]] = ("person_id", "bound_on")

    @on(StatusHolder.Disowned, key=lambda fact: (fact.status_id,))
    def disowned(self, row: Row | None, fact: StatusHolder.Disowned) -> Row | None:
        return None

    @on(StatusHolder.Heard, StatusHolder.HeardAnew, key=lambda fact: (fact.status_id,))
    def heard(self, row: Row | None, fact: Any) -> Row:
        return {"status_id": fact.status_id, "person_id": fact.person_id, "bound_on": fact.bound_on}
