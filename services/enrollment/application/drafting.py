"""Facts decided outside their aggregate: each a draft with the standing to which the fact itself moves."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.eventstore.aggregate import Aggregate
from shared.eventstore.bulk import Draft
from shared.eventstore.facts import codec_of


class _Bearer:
    """Stands in for the aggregate: a fact moves its standing and asks nothing else of it."""

    def __init__(self, standing: Any) -> None:
        self.standing = standing


def draft_of(
    aggregate_type: type[Aggregate],
    originator_id: UUID,
    version: int,
    standing: Any,
    fact_type: Any,
    values: Any,
    effective_on: date | None = None,
) -> Draft:
    """The draft of a fact that follows on `version` of an aggregate in this standing; from a day on, or from today."""
    codec = codec_of(fact_type)
    state = codec.state_from(values)
    bearer = _Bearer(standing)
    codec.seen(originator_id, version + 1, state).apply(bearer)
    return Draft(aggregate_type, originator_id, version + 1, fact_type, state, bearer.standing, effective_on)
