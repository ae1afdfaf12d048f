"""The table of preparatory students."""

from typing import Any, ClassVar

from services.enrollment.domain.preparatory import Preparatory
from shared.eventstore.projection import Projection, Row, on


class PreparatoryRegister(Projection):
    """Every preparatory status: a kind of its own, without academic years (A8-5 to A8-8)."""

    table: ClassVar[str] = "preparatory_register"
    key: ClassVar[tuple[str, ...]] = ("preparatory_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "preparatory_id", "admission_id", "kind", "admitting_school", "training_school", "state", "starts_on",
        "ends_on", "ended_on", "cause", "version",
    )  # fmt: skip

    @on(Preparatory.Annotated)
    def annotated(self, row: Row | None, fact: Preparatory.Annotated) -> Row:
        same = ("admission_id", "kind", "admitting_school", "training_school", "starts_on", "ends_on")
        return {
            "preparatory_id": fact.originator_id,
            "state": "annotated",
            "ended_on": None,
            "cause": "",
            "version": fact.originator_version,
            **{name: getattr(fact, name) for name in same},
        }

    @on(Preparatory.Completed)
    def completed(self, row: Row | None, fact: Preparatory.Completed) -> Row:
        return _seen(row, fact, state="completed", ended_on=fact.completed_on)

    @on(Preparatory.Ended)
    def ended(self, row: Row | None, fact: Preparatory.Ended) -> Row:
        return _seen(row, fact, state="ended", ended_on=fact.ended_on, cause=fact.cause)

    @on(Preparatory.Resumed)
    def resumed(self, row: Row | None, fact: Preparatory.Resumed) -> Row:
        return _seen(row, fact, state="annotated", ended_on=None, cause="")


def _seen(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}
