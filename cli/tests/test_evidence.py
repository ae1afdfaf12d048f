"""What stands behind a rule is found in sources and tests as they are written."""

from pathlib import Path

import pytest

from cli.docs.deciding import Deciding
from cli.docs.proofs import proofs
from cli.docs.sources import Sources
from shared.rules.evidence import Place, Proof

REFUSALS = '''"""Refusals."""
from shared.rules.refused import Refused


class NoBasis(Refused):
    """No basis."""

    rule = "A7-3"


class NoBasisAtAll(NoBasis):
    """Inherits its rule."""


class NeverRaised(Refused):
    """A refusal nobody raises."""

    rule = "A8-3"
'''
REFUSED = '''"""The base of all refusals."""


class Refused(Exception):
    """No."""

    rule = ""
'''
CODE = '''"""Code."""
from services.a.refusals import NoBasis, NoBasisAtAll
from shared.codes.malformed import Malformed

RULES = ("A12-1", "A12-3")
RULE = "X-CODE-5"
TABLE = {"registrar": "A4-1"}


def may_enter(released):
    """Freshmen only (A8-2)."""
    if not released:
        raise NoBasisAtAll(field="exam_no")


class Students:
    """Students."""

    rules = ("A8-1",)
    taken = {"claim": NoBasis}

    def settle(self, by):
        self.save(by=by(rules=(*RULES, "A13-1")))

    def check(self, code) -> NoBasis:
        try:
            return TABLE[code]  # whose student is it (A24-3)
        except NoBasis:
            raise Malformed("zh", "en", RULE) from None

    def asks(self, refusal):
        return isinstance(refusal, NoBasis)
'''
TESTS = '''"""Tests."""
import pytest

pytestmark = [pytest.mark.servers, pytest.mark.rule("A1-1")]


@pytest.mark.rule("A7-3", "A8-9")
@pytest.mark.parametrize("x", [1])
def test_one(x):
    """Given one,
    when two, then three."""


@pytest.mark.rule("A8-2")
class TestMany:
    @pytest.mark.parametrize("y", [pytest.param(1, marks=pytest.mark.rule("A8-3"))])
    def test_two(self, y):
        """Given two, when three, then four."""

    def check_nothing(self):
        pytest.mark.rule("A9-1")
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "shared/rules/refused.py": REFUSED,
        "shared/rules/general.py": '"""The book names its rules."""\nRULES = ("A2-1",)\n',
        "services/a/refusals.py": REFUSALS,
        "services/a/code.py": CODE,
        "services/a/tests/test_a.py": TESTS,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("A7-3", {("may_enter", "refuses"), ("Students", "refuses")}),
        ("A8-3", set()),
        ("A8-2", {("may_enter", "keeps")}),
        ("A8-1", {("Students", "records")}),
        ("A12-1", {("RULES", "names"), ("Students.settle", "records")}),
        ("A13-1", {("Students.settle", "records")}),
        ("A4-1", {("TABLE", "names"), ("Students.check", "names")}),
        ("X-CODE-5", {("RULE", "names"), ("Students.check", "refuses")}),
        ("A24-3", {("Students.check", "keeps")}),
        ("A2-1", set()),
    ],
)
def test_code_is_found_by_what_it_does_with_a_rule(project: Path, rule: str, expected: set[tuple[str, str]]) -> None:
    places = Deciding(Sources(project)).places().get(rule, [])
    assert set(places) == {Place("services/a/code.py", name, how) for name, how in expected}


def test_the_codes_of_a_rule_are_those_of_its_refusals(project: Path) -> None:
    codes = Deciding(Sources(project)).codes()
    assert codes == {"A7-3": {"NO_BASIS", "NO_BASIS_AT_ALL"}, "A8-3": {"NEVER_RAISED"}}


def test_tests_are_found_by_every_kind_of_mark_and_keep_their_words(project: Path) -> None:
    found = proofs(project)
    one = Proof("services/a/tests/test_a.py", "test_one", "Given one, when two, then three.")
    two = Proof("services/a/tests/test_a.py", "test_two", "Given two, when three, then four.")
    assert found == {"A1-1": [one, two], "A7-3": [one], "A8-9": [one], "A8-2": [two], "A8-3": [two]}
