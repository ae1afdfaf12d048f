"""Reads are facts: a look is recorded before its answer is given, or the answer is not given (A24-3)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from shared.eventstore.claims import Settlement
from shared.eventstore.context import Asked, Context
from shared.eventstore.facts import codec_of
from shared.eventstore.ids import uuid7
from shared.eventstore.log import FactRecord
from shared.eventstore.look import MOST_RECORDS, BaseLook
from shared.eventstore.recorder import Companions, EventRecorder
from shared.eventstore.store import Store
from shared.rules.refused import Refused

Values = dict[str, Any]
NATIONWIDE: Final = "nation"
LOOK_RULES: Final = ("A24-3", "A25-1")
# Whose work is not about single people: without a purpose they have none
_MUST_SAY_WHY: Final = ("operator",)


class PurposeNeeded(Refused):
    """Whoever keeps the registry running says what a look at a person is for."""

    rule = "X-REASON-1"
    zh = "请在 X-Purpose 中说明查看目的"
    en = "say in X-Purpose what the look is for"


class Looking(Asked, Protocol):
    """A request that may say what it is for."""

    @property
    def purpose(self) -> str: ...


class Decided(Protocol):
    """How far the permission reaches by which the look is allowed."""

    @property
    def reach(self) -> str: ...


class Looks:
    """Writes the looks of one service into its own log."""

    def __init__(self, store: Store, look: type[BaseLook]) -> None:
        self._recorder = EventRecorder(store)
        self._taken: Any = vars(look)["Taken"]

    def saw(
        self,
        by: Looking,
        decision: Decided,
        records: Iterable[UUID | str],
        *,
        full: bool = False,
        alone: bool = False,
        in_case: bool = False,
        whose: Mapping[UUID, tuple[str, str]] | None = None,
    ) -> None:
        """Record that `by` is about to be shown these records; nothing for one's own, and nothing for an empty list.

        `whose` says document and name, as keyed hashes, where the person cannot be found by the record's id.
        """
        if by.actor is None or by.actor.role == "student":
            return
        facts = looks_of(by, decision, records, full=full, alone=alone, in_case=in_case)
        if whose:
            for fact in facts:
                fact["whose"] = tuple([(str(each), *whose[each]) for each in fact["records"] if each in whose])
        if facts:
            self._insert(by, facts)

    def _insert(self, by: Looking, facts: list[Values]) -> None:
        codec = codec_of(self._taken)
        states = [codec.encode_state(codec.state_from(values)) for values in facts]
        events = [StoredEvent(uuid7(), 1, codec.topic, state) for state in states]
        context = Context.of(by, rules=LOOK_RULES, reason=facts[0]["purpose"]).with_(command_id=None)
        beside = Companions(
            recorded_at=context.recorded_at,
            context=context.encoded,
            claims=Settlement(),
            standings=[],
            command=None,
            heard=None,
        )
        self._recorder.insert_events(events, beside=beside)


def looks_of(
    by: Looking, decision: Decided, records: Iterable[UUID | str], *, full: bool, alone: bool, in_case: bool
) -> list[Values]:
    """The facts that a look amounts to: one for each MOST_RECORDS records."""
    named = list(dict.fromkeys(each if isinstance(each, UUID) else UUID(each) for each in records))
    if not named:
        return []
    require_purpose(by)
    said = {
        "shown": "full" if full else "masked",
        "purpose": by.purpose.strip() or by.use_case,
        "office": by.actor.office,
        "alone": alone,
        "alarming": alone and not in_case and decision.reach == NATIONWIDE,
    }
    return [
        {"records": tuple(named[start : start + MOST_RECORDS]), **said} for start in range(0, len(named), MOST_RECORDS)
    ]


def require_purpose(by: Looking) -> None:
    """Whoever must say what a look is for has said it; asked before anything is looked for."""
    if by.actor.role in _MUST_SAY_WHY and not by.purpose.strip():
        raise PurposeNeeded(field="purpose")


def told_of(record: FactRecord) -> Values:
    """What the registry's identity service is told of a look, so that whom it shows can read of it."""
    fact, context = record.fact, record.context
    return {
        "look_id": record.originator_id,
        **{name: getattr(fact, name) for name in ("records", "shown", "purpose", "office", "alone", "alarming")},
        **{name: context[f"actor_{name}"] for name in ("sub", "role", "org")},
        "use_case": context["use_case"],
        "seen_at": record.recorded_at,
    }
