"""Rules in plain values: what the command, the RPC answer and the HTTP answer show of them."""

from dataclasses import asdict
from datetime import date
from typing import Any

from shared.rules.evidence import evidence_of
from shared.rules.rule import ALWAYS, Rule, article_of
from shared.rules.rulebook import RULES, rules_in_force

Shown = dict[str, Any]


def listed(
    *, article: int | None = None, owner: str | None = None, state: str | None = None, on: date | None = None
) -> list[Shown]:
    """Every rule, or those of one article, one owner, one state, or in force on one day."""
    return [
        _row(rule)
        for rule in (rules_in_force(on) if on else RULES).values()
        if article in (None, article_of(rule.id)) and owner in (None, rule.owner) and state in (None, rule.state)
    ]


def explained(rule_id: str) -> Shown | None:
    """One rule with the code that decides, the refusals that carry it and its tests; None if there is no such rule."""
    rule = RULES.get(rule_id.upper())
    if rule is None:
        return None
    evidence = evidence_of(rule.id)
    return _row(rule) | {
        "code": [asdict(place) for place in evidence.code],
        "refusals": list(evidence.codes),
        "tests": [asdict(proof) for proof in evidence.tests],
    }


def _row(rule: Rule) -> Shown:
    return {
        "id": rule.id,
        "article": rule.article,
        "literal": rule.literal,
        "owner": rule.owner,
        "valid_from": None if rule.valid_from == ALWAYS else rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "state": rule.state,
        "zh": rule.zh,
        "en": rule.en,
        "tests": [f"{proof.file}::{proof.name}" for proof in evidence_of(rule.id).tests],
    }
