"""The rulebook is complete, in both languages, and every refusal in the tree names one of its rules."""

import ast
import copy
import pickle
import re
from datetime import date
from pathlib import Path

import pytest

from shared.codes.malformed import Malformed
from shared.rules.refused import MalformedValue, NotFound, Refused, upper_snake
from shared.rules.rulebook import RULES, in_force

ROOT = Path(__file__).parents[3]
PLACES = ("shared", "services", "gateway", "cli")
MEASURE = {
    1: 1, 2: 3, 3: 2, 4: 3, 5: 1, 6: 3, 7: 3, 8: 11, 9: 2, 10: 3, 11: 2, 12: 9, 13: 4, 14: 2, 15: 2, 16: 4, 17: 3,
    18: 2, 19: 7, 20: 1, 21: 3, 22: 2, 23: 1, 24: 3, 25: 2, 26: 2, 27: 4, 28: 2,
}  # fmt: skip


def test_every_rule_of_the_measure_is_there_and_no_other():
    expected = {f"A{article}-{number}" for article, most in MEASURE.items() for number in range(1, most + 1)}
    assert {rule for rule in RULES if re.fullmatch(r"A[0-9]+-[0-9]+", rule)} == expected


def test_every_rule_of_accounts_is_there():
    assert {rule for rule in RULES if rule.startswith("AC-")} == {f"AC-{number}" for number in range(1, 25)}


def test_every_rule_speaks_both_languages():
    for rule in RULES.values():
        assert re.search(r"[\u4e00-\u9fff]", rule.zh), rule.id
        assert not re.search(r"[\u4e00-\u9fff]", rule.en), rule.id
        assert rule.en.isprintable()
        assert rule.owner
        assert rule.article


@pytest.mark.rule("A28-1")
def test_older_facts_fall_under_older_rules():
    """Given a day before a rule came into force, when it is asked whether the rule holds, then it does not."""
    assert not in_force("A18-1", date(2014, 8, 31))
    assert in_force("A18-1", date(2014, 9, 1))
    assert not in_force("R41-11", date(2016, 9, 1))
    assert in_force("X-FILE-1", date(1999, 1, 1))


def rules_named_by_refusals():
    """(file, class, rule) of each class in the tree that has a `rule` and refuses."""
    for path in (file for place in PLACES for file in (ROOT / place).rglob("*.py") if "tests" not in file.parts):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant):
                        target = line.targets[0] if isinstance(line, ast.Assign) else line.target
                        if isinstance(target, ast.Name) and target.id == "rule" and line.value.value:
                            yield path.relative_to(ROOT), node.name, line.value.value


def test_every_refusal_in_the_tree_names_a_rule_that_exists():
    named = list(rules_named_by_refusals())
    assert len(named) > 3
    assert [(str(path), name, rule) for path, name, rule in named if rule not in RULES] == []


def test_every_rule_id_written_anywhere_exists():
    written = set()
    for path in (file for place in PLACES for file in (ROOT / place).rglob("*.py") if "tests" not in file.parts):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if re.fullmatch(r"(A[0-9]{1,2}|R41|X-[A-Z]+|AC|AUD)-[0-9]{1,2}", text):
                written.add(text)
    assert written - set(RULES) == set()


class NoAdmissionBasis(Refused):
    """Nobody released this person's admission."""

    rule = "A7-3"


class Templated(Refused):
    """A refusal with words of its own."""

    rule = "A16-2"
    status = 422
    zh = "学籍 {status_id} 已有证书"
    en = "status {status_id} has a certificate {unknown}"


def test_a_refusal_says_code_rule_and_reason_in_both_languages():
    assert NoAdmissionBasis(field="exam_no", row=7).as_dict() == {
        "code": "NO_ADMISSION_BASIS",
        "rule": "A7-3",
        "zh": RULES["A7-3"].zh,
        "en": RULES["A7-3"].en,
        "field": "exam_no",
        "status": 409,
        "detail": {"row": "7"},
    }


def test_a_template_is_filled_and_a_gap_in_it_stays():
    refusal = Templated(status_id="s-1")
    assert refusal.as_dict()["zh"] == "学籍 s-1 已有证书"
    assert refusal.as_dict()["en"] == "status s-1 has a certificate {unknown}"
    assert str(refusal) == "TEMPLATED (A16-2): status s-1 has a certificate {unknown}"


def test_a_value_with_braces_cannot_reach_into_a_template():
    assert "{0.__class__}" in Templated(status_id="{0.__class__}").as_dict()["en"]


def test_a_refusal_survives_the_wire_and_every_copy():
    refusal = Templated(status_id="s-1")
    for same in (Refused.from_dict(refusal.as_dict()), pickle.loads(pickle.dumps(refusal)), copy.copy(refusal)):
        assert isinstance(same, Refused)
        assert same.as_dict() == refusal.as_dict()
        assert same.code == "TEMPLATED"
    assert refusal.args == (refusal.as_dict(),)


def test_a_refusal_whose_leaves_became_text_is_read_again():
    wire = {**NotFound().as_dict(), "status": "404", "field": "None"}
    assert Refused.from_dict(wire).as_dict() == NotFound().as_dict()


def test_a_malformed_value_brings_its_own_rule_and_reason():
    refusal = MalformedValue.because(Malformed("校验码不正确", "the check character is wrong", "X-CODE-2"), "id_number")
    content = refusal.as_dict()
    assert (content["rule"], content["status"], content["field"]) == ("X-CODE-2", 422, "id_number")
    assert (content["zh"], content["en"], content["detail"]) == ("校验码不正确", "the check character is wrong", {})


@pytest.mark.parametrize(
    ("name", "code"), [("OneFulltimeStatus", "ONE_FULLTIME_STATUS"), ("PDFMissing", "PDF_MISSING"), ("No", "NO")]
)
def test_a_code_is_the_name_in_capitals(name, code):
    assert upper_snake(name) == code
