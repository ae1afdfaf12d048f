"""The rulebook is honest: what is built is decided by code and proved by tests, and every article is on the page."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from cli.docs.proofs import FoundTest, read_tests
from cli.docs.rulebook_index import collected, index_text
from cli.docs.rules import rulebook_page
from shared.rules.articles import ARTICLES
from shared.rules.evidence import INDEX, Evidence, Place, Proof
from shared.rules.rule import Rule, article_of
from shared.rules.rulebook import RULES, prevailing, rules_in_force

ROOT = Path(__file__).resolve().parents[1]
GIVEN_WHEN_THEN = re.compile(r"Given .+, when .+, then .+\.")
INVARIANTS = {"A7-3", "A8-9", "A12-3", "A16-2"}
# what the articles do not say themselves; everything else of the Measure is in their words
INFERRED = {
    "A1-1", "A3-2", "A6-1", "A8-11", "A9-2", "A12-9", "A13-3", "A14-2", "A21-3", "A24-2", "A24-3", "A25-1",
}  # fmt: skip
NEIGHBOURS = {f"R41-{number}" for number in (8, 9, 10, 11, 12, 21, 22, 23, 24, 27, 32, 33, 37)} | {
    "R01-3", "R18-1", "R21-1", "RF-1", "AUD-1", "AUD-2", "AUD-3", "AUD-4", "PIPL-1",
}  # fmt: skip
A_RULE = Rule("A1-1", "art. 1", True, "enrollment", "规则", "a rule")
PROVED = (Proof("test_a.py", "test_a", "Given a, when b, then c."),)
DECIDED = (Place("a.py", "decide", "refuses"),)


def lies(rule: Rule, evidence: Evidence) -> Iterator[str]:
    """What the book says of a rule and code or tests do not bear out."""
    if rule.state == "built" and not evidence.code:
        yield f"{rule.id} is built, but no code decides it"
    if rule.state == "built" and not evidence.tests:
        yield f"{rule.id} is built, but no test proves it"
    if rule.state == "not_yet" and evidence.decides:
        yield f"{rule.id} is not yet built, but code decides it: {evidence.code[0].file}"


def faults(test: FoundTest, rules: Mapping[str, Rule]) -> Iterator[str]:
    """What is wrong with a test's marks."""
    for unknown in sorted(set(test.rules) - rules.keys()):
        yield f"{test.file}: {test.name} names {unknown}, which is no rule"
    if test.rules and not GIVEN_WHEN_THEN.fullmatch(test.words):
        yield f"{test.file}: {test.name} does not say: Given …, when …, then …."
    if test.file.startswith("tests/measure/") and not test.rules:
        yield f"{test.file}: {test.name} names no rule"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_in_the_state_that_the_book_says(rule: Rule) -> None:
    assert list(lies(rule, collected()[rule.id])) == []


def test_a_test_that_proves_a_rule_names_one_and_says_given_when_then() -> None:
    assert [fault for test in read_tests(ROOT) for fault in faults(test, RULES)] == []


@pytest.mark.parametrize(
    ("state", "evidence", "complaint"),
    [
        ("built", Evidence(DECIDED, (), PROVED), None),
        ("built", Evidence((Place("a.py", "TABLE", "names"),), (), PROVED), None),
        ("built", Evidence((), (), PROVED), "no code"),
        ("built", Evidence(DECIDED), "no test"),
        ("not_yet", Evidence(DECIDED, (), PROVED), "decides it"),
        ("not_yet", Evidence(DECIDED), "decides it"),
        ("not_yet", Evidence((Place("a.py", "TABLE", "names"),)), None),
        ("not_yet", Evidence(), None),
    ],
)
def test_a_lie_is_found(state: str, evidence: Evidence, complaint: str | None) -> None:
    rule = Rule("A1-1", "art. 1", True, "enrollment", "规则", "a rule", state=state)  # type: ignore[arg-type]
    found = list(lies(rule, evidence))
    assert (found == []) if complaint is None else (len(found) == 1 and complaint in found[0])


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        (FoundTest("services/a.py", "test_a", ("A1-1",), "Given a, when b, then c."), None),
        (FoundTest("services/a.py", "test_a", (), ""), None),
        (FoundTest("services/a.py", "test_a", ("A99-1",), "Given a, when b, then c."), "no rule"),
        (FoundTest("services/a.py", "test_a", ("A1-1",), "It works."), "Given"),
        (FoundTest("tests/measure/test_a.py", "test_a", (), ""), "names no rule"),
    ],
)
def test_a_fault_of_a_mark_is_found(test: FoundTest, complaint: str | None) -> None:
    found = list(faults(test, {"A1-1": A_RULE}))
    assert (found == []) if complaint is None else (len(found) == 1 and complaint in found[0])


# -- the book is whole -----------------------------------------------------------------------------------------------


def test_every_article_of_the_measure_is_on_the_page_with_its_rules() -> None:
    assert [article.number for article in ARTICLES] == list(range(1, 29))
    page = rulebook_page()
    parts = dict(re.findall(r"^### Article (\d+)\n(.*?)(?=^##+ [AC]\w+ |\Z)", page, flags=re.MULTILINE | re.DOTALL))
    assert set(parts) == {str(article.number) for article in ARTICLES}
    for article in ARTICLES:
        assert article.zh in parts[str(article.number)]
        rules = [rule_id for rule_id in RULES if article_of(rule_id) == article.number]
        assert rules or "No executable rule" in parts[str(article.number)]
    for rule in RULES.values():
        assert f"#### {rule.id}\n\n{rule.zh}<br>{rule.en}\n" in page


def test_every_rule_of_the_neighbouring_regulations_is_there() -> None:
    elsewhere = {rule_id for rule_id in RULES if not article_of(rule_id) and not rule_id.startswith(("AC-", "X-"))}
    assert elsewhere == NEIGHBOURS


def test_a_rule_says_whether_the_article_states_it() -> None:
    assert {rule.id for rule in RULES.values() if article_of(rule.id) and not rule.literal} == INFERRED


@pytest.mark.rule("A28-1")
def test_before_the_measure_only_its_invariants_hold() -> None:
    """Given a fact that takes effect on 31 August 2014, when the rules of the Measure are asked for, then only the
    invariants of the registry hold; from the next day on all of them do."""
    measure = {rule_id for rule_id in RULES if article_of(rule_id)}
    assert measure & rules_in_force(date(2014, 8, 31)).keys() == INVARIANTS
    assert measure <= rules_in_force(date(2014, 9, 1)).keys()


@pytest.mark.rule("A28-2")
def test_where_two_regulations_meet_the_measure_wins() -> None:
    """Given rules of several sources that answer one question, when a day is named, then the Measure's decides wherever
    it is in force, else the newest that is."""
    order_41, measure, old = "R41-11", "A8-3", "R01-3"
    for named in ((order_41, measure, old), (measure, old, order_41)):
        assert prevailing(named, date(2018, 9, 1)) == measure
        assert prevailing(named, date(2014, 9, 1)) == measure
        assert prevailing(named, date(2014, 8, 31)) == old
    assert prevailing((old, order_41), date(2018, 9, 1)) == order_41
    assert prevailing((old, order_41), date(2016, 9, 1)) == old


def test_what_is_not_built_yet_stands_with_its_owner() -> None:
    owners = {"identity", "enrollment", "imaging", "credentials", "verification"}
    text = (ROOT / "shared/rules/not_yet.py").read_text(encoding="utf-8")
    groups = re.split(r"^ +# (.+)$", text, flags=re.MULTILINE)
    for title, body in zip(groups[1::2], groups[2::2], strict=True):
        if title in owners:
            assert {RULES[rule_id].owner for rule_id in re.findall(r'"([A-Z0-9-]+)"', body)} <= {title}


def test_a_regulation_holds_from_its_own_day_on() -> None:
    assert "R01-3" in rules_in_force(date(2013, 7, 1))
    assert "R41-22" not in rules_in_force(date(2017, 8, 31))
    assert "R41-22" in rules_in_force(date(2017, 9, 1))
    assert "X-FILE-1" in rules_in_force(date(1999, 1, 1))


def test_the_page_and_the_index_say_what_code_and_tests_say() -> None:
    assert (ROOT / "docs/rulebook.md").read_text(encoding="utf-8") == rulebook_page(), "stale: run `make docs`"
    assert INDEX.read_text(encoding="utf-8") == index_text(), "stale: run `make docs`"


def test_the_map_counts_every_rule_once() -> None:
    rows = re.findall(r"^\| (?:\[\d+\]|[A-Z]).*\| (\d+) \| (\d+) \| (\d+) \|", rulebook_page(), flags=re.MULTILINE)
    counted = [sum(int(row[column]) for row in rows) for column in range(3)]
    built = sum(rule.state == "built" for rule in RULES.values())
    assert counted == [len(RULES), built, len(RULES) - built]
