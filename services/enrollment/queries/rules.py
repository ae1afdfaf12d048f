"""The rulebook as enrollment answers it: the same for everybody, with what stands behind each rule."""

from datetime import date
from typing import Any

from shared.rules.explained import explained, listed
from shared.rules.refused import NotFound

Answer = dict[str, Any]


def list_rules(
    *, article: int | None = None, owner: str | None = None, state: str | None = None, on: date | None = None
) -> Answer:
    """The rules asked for, in the order of the rulebook."""
    return {"rules": listed(article=article, owner=owner, state=state, on=on)}


def explain_rule(*, rule_id: str) -> Answer:
    """One rule, the code that decides it and its tests."""
    found = explained(rule_id)
    if found is None:
        raise NotFound(kind="rule", field="rule_id")
    return found
