"""Looks that the other services recorded, and the alerts that some of them are (AUD-4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.identity.domain.look import Alert, HeardLook
from shared.eventstore.application import Application, Draft, Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7

Values = Mapping[str, Any]
_WHO: Final = ("shown", "purpose", "office", "sub", "role", "org", "use_case", "seen_at")


class LookReports(Application):
    """Keeps what was told, so that the person can read it here, whatever service was asked."""

    def hear_looks(self, service: str, facts: Sequence[Values], heard: Heard) -> None:
        """Keep the looks; raise an alert for each that had no reason within the own scope or an open case."""
        drafts = [draft for fact in facts for draft in _drafts(service, fact)]
        self.append(drafts, Context.system("hear_looks", self.clock.now(), rules=("A24-3", "AUD-4")), heard=heard)


def _drafts(service: str, fact: Values) -> Iterator[Draft]:
    said = {"service": service, **{name: fact[name] for name in _WHO}}
    records: tuple[UUID, ...] = tuple(fact["records"])
    named = [(str(each["record_id"]), each["id_key"], each["name_key"]) for each in fact.get("admissions", ())]
    reported = said | {"records": records, "alone": fact["alone"], "whose": tuple(named)}
    yield Draft(HeardLook, fact["look_id"], 1, HeardLook.Reported, reported)
    if fact["alarming"]:
        raised = said | {"look_id": fact["look_id"], "record_id": records[0]}
        yield Draft(Alert, uuid7(), 1, Alert.Raised, raised)
