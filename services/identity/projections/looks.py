"""Who was shown whose records, and which of these looks raised an alert."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from services.identity.domain.look import Alert, HeardLook, Look
from shared.eventstore.projection import Key, Projection, Route, Row

_NOBODY = (None, None)  # whose a record is says its binding
_SAID = ("shown", "purpose", "office")
_WHO = ("sub", "role", "org", "use_case", "seen_at")


class LooksAtRecords(Projection):
    """One row for each record that somebody was shown."""

    table: ClassVar[str] = "looks"
    key: ClassVar[tuple[str, ...]] = ("record_id", "look_id")
    columns: ClassVar[tuple[str, ...]] = (
        "record_id", "look_id", "service", "seen_at", "sub", "role", "org", "office", "use_case", "shown", "purpose",
        "alone", "id_key", "name_key",
    )  # fmt: skip

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        return _ROUTES.get(fact_type, ())


class LookAlerts(Projection):
    """Looks at named people that nothing explains (AUD-4)."""

    table: ClassVar[str] = "look_alerts"
    key: ClassVar[tuple[str, ...]] = ("alert_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "alert_id", "look_id", "record_id", "service", "seen_at", "sub", "role", "org", "office", "use_case", "shown",
        "purpose",
    )  # fmt: skip

    def routes(self, fact_type: type[Any]) -> Sequence[Route]:
        return _ALERTS.get(fact_type, ())


def _keys(fact: Any) -> Iterable[Key]:
    return [(record, fact.originator_id) for record in fact.records]


def _heard(key: Row | None, fact: Any) -> Row:
    told = {name: getattr(fact, name) for name in ("service", "alone", *_SAID, *_WHO)}
    record_id = str((key or {})["record_id"])
    id_key, name_key = next(((document, name) for each, document, name in fact.whose if each == record_id), _NOBODY)
    return told | {"id_key": id_key, "name_key": name_key}


def _own(_: Row | None, fact: Any) -> Row:
    return {"service": "identity", "alone": fact.alone, "id_key": None, "name_key": None, **_from_context(fact)}


def _alert(_: Row | None, fact: Any) -> Row:
    named = ("look_id", "record_id", "service", *_SAID, *_WHO)
    return {"alert_id": fact.originator_id, **{name: getattr(fact, name) for name in named}}


def _own_alert(_: Row | None, fact: Any) -> Row | None:
    """A look into identity itself needs nobody's word: the fact says that it is alarming."""
    if not fact.alarming:
        return None
    about = {"alert_id": fact.originator_id, "look_id": fact.originator_id, "record_id": fact.records[0]}
    return {**about, "service": "identity", **_from_context(fact)}


def _from_context(fact: Any) -> Row:
    context = fact.context
    return {
        **{name: getattr(fact, name) for name in _SAID},
        **{name: context[f"actor_{name}"] for name in ("sub", "role", "org")},
        "use_case": context["use_case"],
        "seen_at": context["recorded_at"],
    }


_ROUTES: dict[type[Any], tuple[Route, ...]] = {
    HeardLook.Reported: (Route(_heard, keys=_keys, whole=True),),
    Look.Taken: (Route(_own, keys=_keys, whole=True),),
}
_ALERTS: dict[type[Any], tuple[Route, ...]] = {
    Alert.Raised: (Route(_alert, whole=True),),
    Look.Taken: (Route(_own_alert, whole=True),),
}
