"""`xueji rules` as somebody at a terminal meets it."""

import json

import pytest
from click.testing import CliRunner, Result

from cli.main import xueji
from shared.rules.rulebook import RULES


def run(*words: str) -> Result:
    return CliRunner().invoke(xueji, ["rules", *words])


def test_every_rule_is_listed_for_programs() -> None:
    found = json.loads(run("list", "--json").stdout)
    assert [rule["id"] for rule in found] == list(RULES)
    assert set(found[0]) == {
        "id", "article", "literal", "owner", "valid_from", "valid_to", "state", "zh", "en", "tests",
    }  # fmt: skip
    assert all("::test_" in test for rule in found for test in rule["tests"])
    assert next(rule for rule in found if rule["id"] == "A18-1")["valid_from"] == "2014-09-01"
    assert next(rule for rule in found if rule["id"] == "A8-9")["valid_from"] is None


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--article", "7"), {"A7-1", "A7-2", "A7-3"}),
        (("--article", "8", "--on", "2014-08-31"), {"A8-9"}),
        (("--owner", "imaging", "--state", "not_yet"), {"R21-1", "RF-1"}),
    ],
)
def test_a_list_is_narrowed(words: tuple[str, ...], ids: set[str]) -> None:
    assert {rule["id"] for rule in json.loads(run("list", "--json", *words).stdout)} == ids


def test_a_table_shows_each_rule_in_one_line_and_counts_them() -> None:
    lines = run("list", "--article", "16").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["A16-1", "A16-2", "A16-3", "A16-4"]
    assert lines[-1] == "4 rules: 3 built, 1 not yet"


def test_a_rule_explains_itself() -> None:
    text = run("explain", "a16-2").stdout
    for shown in (
        RULES["A16-2"].zh,
        RULES["A16-2"].en,
        "教学〔2014〕11号 art. 16",
        "always",
        "NUMBER_TAKEN",
        "services/credentials/domain/certificate.py",
        "Given a status with a certificate, when a second one is drafted under another number, then it is refused.",
        "test_one_status_has_one_certificate",
    ):
        assert shown in text
    assert json.loads(run("explain", "A16-2", "--json").stdout)["id"] == "A16-2"


def test_a_rule_that_nothing_decides_says_so() -> None:
    text = run("explain", "RF-1").stdout
    assert "not yet" in text
    assert text.count("none yet") == 2


def test_a_rule_that_is_not_there_is_said_in_one_line() -> None:
    done = run("explain", "A99-1")
    assert (done.exit_code, done.stderr) == (1, "Error: there is no rule A99-1; `xueji rules list` shows them all\n")
