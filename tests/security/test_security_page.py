"""The page of security is honest: what is said to be proved has a test, what a test names stands in the table."""

import re
from pathlib import Path

import pytest

from cli.docs.asvs import CHAPTERS, NOT_HERE, NOT_YET, REQUIREMENTS, Requirement
from cli.docs.proofs import FoundTest, read_tests
from cli.docs.security import PAGE, faults, security_page

ROOT = Path(__file__).resolve().parents[2]
KNOWN = Requirement("6.5.1", 2, "A code serves once.", identity=True)
WAITING = Requirement(next(iter(NOT_HERE)), 2, "This is not here.")


def test_what_is_said_to_be_proved_is_and_every_mark_names_a_row() -> None:
    assert list(faults(REQUIREMENTS, read_tests(ROOT))) == []


@pytest.mark.parametrize(
    ("requirement", "marks", "complaint"),
    [
        (KNOWN, ("6.5.1",), None),
        (KNOWN, (), "no test proves it"),
        (KNOWN, ("6.5.1", "6.5.99"), "stands in no row"),
        (WAITING, (), None),
        (WAITING, (WAITING.id,), "but a test proves it"),
    ],
)
def test_a_lie_of_the_page_is_found(requirement: Requirement, marks: tuple[str, ...], complaint: str | None) -> None:
    found = list(faults([requirement], [FoundTest("tests/test_a.py", "test_a", (), "", marks)]))
    assert (found == []) if complaint is None else (len(found) == 1 and complaint in found[0])


def test_every_requirement_stands_once_and_in_order() -> None:
    ids = [tuple(map(int, each.id.split("."))) for each in REQUIREMENTS]
    assert ids == sorted(set(ids))
    assert {each.chapter for each in REQUIREMENTS} == set(CHAPTERS)
    assert NOT_HERE.keys() | NOT_YET.keys() <= {each.id for each in REQUIREMENTS}
    assert not NOT_HERE.keys() & NOT_YET.keys()


def test_the_page_says_what_table_and_tests_say() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page == security_page(), "stale: run `make docs`"
    assert re.findall(r"^\*\*([0-9.]+)\*\* ", page, flags=re.MULTILINE) == [each.id for each in REQUIREMENTS]
