"""What a rule is."""

from dataclasses import dataclass
from datetime import date

MEASURE = "教学〔2014〕11号"
MEASURE_IN_FORCE = date(2014, 9, 1)
ALWAYS = date(1900, 1, 1)


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


def said(rule_id: str, owner: str, zh: str, en: str) -> Rule:
    """A rule that an article of the Measure states itself; A7-2 belongs to article 7."""
    return Rule(rule_id, f"{MEASURE} art. {_article(rule_id)}", True, owner, zh, en)


def inferred(rule_id: str, owner: str, zh: str, en: str) -> Rule:
    """A rule that makes an article of the Measure executable and is not written there."""
    return Rule(rule_id, f"{MEASURE} art. {_article(rule_id)}", False, owner, zh, en)


def _article(rule_id: str) -> str:
    return rule_id.removeprefix("A").partition("-")[0]
