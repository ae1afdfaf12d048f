"""What may come of a row: facts, nothing new, or a refusal; and the receipt of what it became."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.eventstore.bulk import Draft
from shared.rules.refused import Refused


class Unchanged(list[Draft]):
    """The world says already what the row says: no fact follows, and nobody has to mend anything."""


class Reasons(Refused):
    """Several rules object to one row, and whoever mends it wants to know them all."""

    def __init__(self, *refusals: Refused) -> None:
        self.refusals = refusals
        self.args = (refusals[0].as_dict(),)


def reasons_of(refused: Refused) -> tuple[Refused, ...]:
    """Each rule that objects."""
    return refused.refusals if isinstance(refused, Reasons) else (refused,)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a row became: one record, and the versions of its first and last fact that this row led to."""

    row: int
    originator_id: UUID
    first_version: int
    last_version: int


Decided = Sequence[list[Draft] | Refused]
"""For each row its facts, `Unchanged`, or why it is refused."""
Compensated = Sequence[list[Draft] | Refused]
"""For each receipt the facts that take it back, or why it must stay."""
