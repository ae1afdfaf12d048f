"""What a rule is."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

MEASURE: Final = "教学〔2014〕11号"
MEASURE_IN_FORCE: Final = date(2014, 9, 1)
ALWAYS: Final = date(1900, 1, 1)
State = Literal["built", "not_yet"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it says in both languages, where it comes from, when it applies, which service keeps it."""

    id: str
    article: str
    literal: bool  # said by the article itself; otherwise inferred from it, and ours to change
    owner: str
    zh: str
    en: str
    valid_from: date = MEASURE_IN_FORCE
    valid_to: date | None = None
    state: State = "built"  # shared/rules/not_yet.py lists those that are not


def said(rule_id: str, owner: str, zh: str, en: str) -> Rule:
    """A rule that an article of the Measure states itself; A7-2 belongs to article 7."""
    return Rule(rule_id, _source(rule_id), True, owner, zh, en)


def inferred(rule_id: str, owner: str, zh: str, en: str) -> Rule:
    """A rule that makes an article of the Measure executable and is not written there."""
    return Rule(rule_id, _source(rule_id), False, owner, zh, en)


def invariant(rule_id: str, owner: str, zh: str, en: str) -> Rule:
    """A rule of the Measure that the registry holds for older facts too (A28-1): its records rest on it."""
    return Rule(rule_id, _source(rule_id), True, owner, zh, en, ALWAYS)


def article_of(rule_id: str) -> int | None:
    """The article of the Measure that a rule belongs to; None for rules from elsewhere."""
    number = rule_id.removeprefix("A").partition("-")[0]
    return int(number) if number.isdigit() else None


def _source(rule_id: str) -> str:
    return f"{MEASURE} art. {article_of(rule_id)}"
