"""The register of personal data names every sealed field and every kind of key, and nothing that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
_FACT = re.compile(r"^ +(sealed(?:_\w+)?): ", flags=re.MULTILINE)
_COLUMN = re.compile(r"^ +(?:ADD COLUMN )?(sealed(?:_\w+)?) text", flags=re.MULTILINE)
_CLASS = re.compile(r"^\| ([a-z][a-z -]+) \|", flags=re.MULTILINE)


def sealed_in_code() -> set[str]:
    """Every field of a fact and every column of a table whose name says that it is sealed."""
    facts = {
        name
        for path in (ROOT / "services").glob("*/domain/**/*.py")
        for name in _FACT.findall(path.read_text(encoding="utf-8"))
    }
    columns = {
        name
        for path in (ROOT / "services").glob("*/migrations/*.sql")
        for name in _COLUMN.findall(path.read_text(encoding="utf-8"))
    }
    return facts | columns


def table(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.rule("PIPL-1")
def test_every_sealed_field_stands_in_the_register() -> None:
    """Given the facts and tables of all services, when a field of theirs is sealed, then the register names it; and it
    names none that is not there."""
    named = set(re.findall(r"`(sealed\w*)`", table("Sealed fields")))
    assert len(named) > 8
    assert named == sealed_in_code()


@pytest.mark.rule("PIPL-1")
def test_every_kind_of_key_of_a_subject_stands_in_the_register() -> None:
    """Given whatever seals under a subject's key, when the subject is named, then its kind stands in the register."""
    kinds = set(re.findall(r"`([a-z]+:)`", table("Sealed fields")))
    prefixes = {
        found
        for path in (ROOT / "services/identity").rglob("*.py")
        if "tests" not in path.parts and re.search(r"SubjectKeys|subject_of", path.read_text(encoding="utf-8"))
        for found in re.findall(r'(?:SUBJECT: Final = |return f)"((?:login|operator|account|claim):)', path.read_text())
    }
    assert prefixes >= {"login:"}
    assert prefixes - kinds <= {"account:"}, "an account's key is named by its id"


@pytest.mark.rule("PIPL-1")
def test_every_class_says_purpose_basis_place_key_time_readers_and_erasure() -> None:
    """Given the register, when a class of data stands in it, then every column of it says something, and each class
    with sealed fields has a row of its own."""
    classes, sealed = table("Classes"), table("Sealed fields")
    rows = [line.strip("|").split(" | ") for line in classes.splitlines() if _CLASS.match(line)]
    assert len(rows) > 10
    assert [row[0] for row in rows if len(row) != 9 or not all(cell.strip() for cell in row)] == []
    named = {name.strip() for name in _CLASS.findall(classes)}
    assert {name.strip() for name in _CLASS.findall(sealed)} <= named
