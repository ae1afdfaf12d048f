"""What may come of a row: facts, nothing new, or a refusal; and the receipt of what it became."""

from collections.abc import Callable, Iterable, Sequence
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


def together(first: Refused, checks: Iterable[Callable[[], object]]) -> Refused:
    """A refusal with all that the other checks of the row object to, each reason once; good rows are never asked."""
    found = [first]
    for check in checks:
        try:
            check()
        except Refused as refused:
            if all(refused.as_dict() != known.as_dict() for known in found):
                found.append(refused)
    return Reasons(*found) if len(found) > 1 else first


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
