"""Every rule the registry knows, by its id."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from types import MappingProxyType

from shared.rules import accounts, general, house, liability, neighbours, qualification, query, sign_in, student_status
from shared.rules.not_yet import NOT_YET
from shared.rules.rule import Rule, article_of


def _by_id() -> Mapping[str, Rule]:
    chapters = (general, student_status, qualification, query, liability, neighbours, accounts, house, sign_in)
    rules: dict[str, Rule] = {}
    for rule in chain.from_iterable(chapter.RULES for chapter in chapters):
        if rule.id in rules:
            raise ValueError(f"two rules are called {rule.id}")
        rules[rule.id] = replace(rule, state="not_yet") if rule.id in NOT_YET else rule
    if unknown := NOT_YET - rules.keys():
        raise ValueError(f"not yet built, but no rules: {sorted(unknown)}")
    return MappingProxyType(rules)


RULES: Mapping[str, Rule] = _by_id()


def in_force(rule_id: str, on: date) -> bool:
    """Whether a rule applies to something that takes effect on this day (A28-1)."""
    rule = RULES[rule_id]
    return rule.valid_from <= on and (rule.valid_to is None or on <= rule.valid_to)


def prevailing(rule_ids: Iterable[str], on: date) -> str:
    """Of rules that answer one question otherwise, the one that decides on a day.

    Those in force speak; where the Measure is among them it wins over every other source (A28-2), else the newest does.
    """
    known = [RULES[rule_id] for rule_id in rule_ids]
    speaking = [rule for rule in known if in_force(rule.id, on)] or known
    measure = [rule for rule in speaking if article_of(rule.id)]
    return (measure or sorted(speaking, key=lambda rule: rule.valid_from, reverse=True))[0].id


def rules_in_force(on: date) -> Mapping[str, Rule]:
    """The rules that apply to something that takes effect on this day, by their ids."""
    return MappingProxyType({rule_id: rule for rule_id, rule in RULES.items() if in_force(rule_id, on)})
