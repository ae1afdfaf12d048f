"""Says which facts a service makes public, so that its relay passes over all others unread."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from shared.contracts.contract import PublicFact
from shared.eventstore.log import FactRecord

Said = Iterable[tuple[type[PublicFact], dict[str, Any]]]


def tells(*facts: type[Any]) -> Callable[[Callable[[FactRecord], Said]], Callable[[FactRecord], Said]]:
    """Mark a `publish(record)`: of any fact that is not named here it says nothing, wherever it is called."""
    topics = frozenset(fact.TOPIC for fact in facts)

    def mark(publish: Callable[[FactRecord], Said]) -> Callable[[FactRecord], Said]:
        @wraps(publish)
        def telling(record: FactRecord) -> Said:
            return publish(record) if isinstance(record.fact, facts) else ()

        telling.topics = topics  # type: ignore[attr-defined]
        return telling

    return mark
