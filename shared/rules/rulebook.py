"""Every rule the registry knows, by its id."""

from collections.abc import Mapping
from datetime import date
from itertools import chain
from types import MappingProxyType

from shared.rules import accounts, general, house, liability, neighbours, qualification, query, student_status
from shared.rules.rule import Rule


def _by_id() -> Mapping[str, Rule]:
    chapters = (general, student_status, qualification, query, liability, neighbours, accounts, house)
    rules: dict[str, Rule] = {}
    for rule in chain.from_iterable(chapter.RULES for chapter in chapters):
        if rule.id in rules:
            raise ValueError(f"two rules are called {rule.id}")
        rules[rule.id] = rule
    return MappingProxyType(rules)


RULES: Mapping[str, Rule] = _by_id()


def in_force(rule_id: str, on: date) -> bool:
    """Whether a rule applies to something that happens on this day (A28-1)."""
    rule = RULES[rule_id]
    return rule.valid_from <= on and (rule.valid_to is None or on <= rule.valid_to)
