"""Who acts, for whom and why: the context stamped on every fact, in this one place."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from shared.codes.clock import shanghai_date

_json = msgspec.json.Encoder()


class Asked(Protocol):
    """What the edge knows of a request."""

    @property
    def actor(self) -> Any: ...
    @property
    def use_case(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def command_id(self) -> UUID | None: ...
    @property
    def request_hash(self) -> str: ...
    @property
    def recorded_at(self) -> datetime: ...


@dataclass(frozen=True)
class Context:
    """The circumstances of a fact; `recorded_at` is an instant in UTC, `effective_on` a day in China."""

    actor_sub: str
    actor_role: str
    actor_org: str
    use_case: str
    correlation_id: str
    recorded_at: datetime
    effective_on: date
    causation_id: str | None = None
    command_id: UUID | None = None
    request_hash: str = ""
    rules: tuple[str, ...] = ()
    reason: str | None = None
    evidence: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        by: Asked,
        *,
        rules: tuple[str, ...] = (),
        effective_on: date | None = None,
        causation_id: str | None = None,
        reason: str | None = None,
        evidence: tuple[str, ...] = (),
    ) -> "Context":
        actor = by.actor
        return cls(
            actor_sub=actor.sub if actor else "",
            actor_role=actor.role if actor else "",
            actor_org=(actor.org or "") if actor else "",
            use_case=by.use_case,
            correlation_id=str(by.correlation_id),
            recorded_at=by.recorded_at,
            effective_on=effective_on or shanghai_date(by.recorded_at),
            causation_id=causation_id,
            command_id=by.command_id,
            request_hash=by.request_hash,
            rules=rules,
            reason=reason,
            evidence=evidence,
        )

    @classmethod
    def system(cls, use_case: str, now: datetime, **more: Any) -> "Context":
        """The context of what happens by date or by hearing: nobody asked, the registry itself acts."""
        given: dict[str, Any] = {
            "actor_sub": "system",
            "actor_role": "system",
            "actor_org": "",
            "correlation_id": str(more.get("command_id") or use_case),
            "effective_on": shanghai_date(now),
        }
        return cls(use_case=use_case, recorded_at=now, **(given | more))

    def with_(self, **changes: Any) -> "Context":
        return replace(self, **changes)

    @property
    def encoded(self) -> bytes:
        """The stored form: JSON without the empty fields."""
        return _json.encode({name: value for name, value in vars(self).items() if value not in (None, "", ())})


_EMPTY: dict[str, Any] = {
    "actor_sub": "",
    "actor_role": "",
    "actor_org": "",
    "causation_id": None,
    "command_id": None,
    "request_hash": "",
    "rules": (),
    "reason": None,
    "evidence": (),
}


def read_context(stored: bytes | memoryview) -> dict[str, Any]:
    """The stored context as plain JSON values, the empty fields filled in."""
    found: dict[str, Any] = msgspec.json.decode(stored)
    return _EMPTY | found
