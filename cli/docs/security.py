"""docs/security.md: text by hand, and between its marks each requirement with its state and the tests that prove it."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

from cli.docs.asvs import CHAPTERS, REQUIREMENTS, Requirement
from cli.docs.proofs import FoundTest, read_tests
from shared.rules.evidence import Proof

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = "docs/security.md"
_STATES: Final = ("proved", "not yet", "not here")


def security_page() -> str:
    """The page with everything between its marks written anew."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    for name, lines in _PARTS.items():
        before, begun, rest = text.partition(f"<!-- {name} -->\n")
        _, ended, after = rest.partition(f"<!-- /{name} -->\n")
        if not ended:
            raise ValueError(f"{PAGE} has not both marks of {name!r}")
        text = "".join((before, begun, *(f"{line}\n" for line in lines()), ended, after))
    return text


def faults(requirements: Iterable[Requirement], tests: Iterable[FoundTest]) -> Iterator[str]:
    """What the table says and the tests do not bear out, and the other way round."""
    wanted = {each.id: each for each in requirements}
    proved: set[str] = set()
    for test in tests:
        for identifier in test.asvs:
            proved.add(identifier)
            if identifier not in wanted:
                yield f"{test.file}: {test.name} names {identifier}, which stands in no row"
    for each in wanted.values():
        if each.state == "proved" and each.id not in proved:
            yield f"{each.id} is said to be proved, but no test proves it"
        if each.state != "proved" and each.id in proved:
            yield f"{each.id} is said to be {each.state}, but a test proves it"


@cache
def _proofs() -> dict[str, list[Proof]]:
    found: dict[str, set[Proof]] = {}
    for test in read_tests(ROOT):
        for identifier in test.asvs:
            found.setdefault(identifier, set()).add(test.proof())
    return {identifier: sorted(each) for identifier, each in found.items()}


def _counts() -> Iterator[str]:
    yield "| requirements | level 1 | level 2 | level 3 | of identity | all |"
    yield "|---|---:|---:|---:|---:|---:|"
    for state in _STATES:
        chosen = [each for each in REQUIREMENTS if each.state == state]
        levels = " | ".join(str(sum(each.level == level for each in chosen)) for level in (1, 2, 3))
        yield f"| {state} | {levels} | {sum(each.identity for each in chosen)} | {len(chosen)} |"


def _requirements() -> Iterator[str]:
    for chapter, chosen in groupby(REQUIREMENTS, key=lambda each: each.chapter):
        yield f"### {chapter} {CHAPTERS[chapter]}"
        yield ""
        for each in chosen:
            yield from _requirement(each)


def _requirement(each: Requirement) -> Iterator[str]:
    about = ", identity" if each.identity else ""
    yield f"**{each.id}** (level {each.level}{about}): {each.words} **{each.state}**"
    yield ""
    if each.reason:
        yield f"- {each.reason}"
    for proof in _proofs().get(each.id, ()):
        sentence = proof.name.removeprefix("test_").replace("_", " ")
        yield f"- {sentence} ([{proof.file.rpartition('/')[2]}](../{proof.file}))"
    yield ""


_PARTS: Final[dict[str, Callable[[], Iterable[str]]]] = {"counts": _counts, "requirements": _requirements}
