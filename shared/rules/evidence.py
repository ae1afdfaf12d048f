"""What stands behind a rule: the code that decides it and the tests that prove it, read from a generated index."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

# written by `xueji docs`: where the registry is installed there are neither sources to read nor tests
INDEX: Final = Path(__file__).with_name("index.json")
How = Literal["refuses", "records", "names", "keeps"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A function, class or constant of the code, and what it does with the rule."""

    file: str
    name: str
    how: How  # refuses under it, records it with a fact, names it otherwise, or says in its docstring that it keeps it


@dataclass(frozen=True, slots=True, order=True)
class Proof:
    """A test that proves a rule, in its own words: given, when, then."""

    file: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that stands behind one rule."""

    code: tuple[Place, ...] = ()
    codes: tuple[str, ...] = ()  # of the refusals that carry the rule
    tests: tuple[Proof, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether code acts on the rule, not only speaks of it or lists it."""
        return any(place.how in ("refuses", "records") for place in self.code)


def evidence_of(rule_id: str) -> Evidence:
    """What the index knows about a rule."""
    return _index().get(rule_id, Evidence())


def dumped(evidence: Mapping[str, Evidence]) -> str:
    """The index as text, one line for each place and each test, so that two changes seldom meet in one line."""
    content = {
        rule_id: {
            "code": [[place.file, place.name, place.how] for place in found.code],
            "codes": list(found.codes),
            "tests": [[proof.file, proof.name, proof.words] for proof in found.tests],
        }
        for rule_id, found in evidence.items()
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


@cache
def _index() -> Mapping[str, Evidence]:
    content: dict[str, Any] = json.loads(INDEX.read_text(encoding="utf-8"))
    return {
        rule_id: Evidence(
            tuple(Place(*each) for each in found["code"]),
            tuple(found["codes"]),
            tuple(Proof(*each) for each in found["tests"]),
        )
        for rule_id, found in content.items()
    }
