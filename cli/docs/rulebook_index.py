"""shared/rules/index.json: what stands behind each rule, collected from code and tests."""

from functools import cache
from pathlib import Path
from typing import Final

from cli.docs.deciding import Deciding
from cli.docs.proofs import proofs
from cli.docs.sources import Sources
from shared.rules.evidence import Evidence, dumped
from shared.rules.rulebook import RULES

ROOT: Final = Path(__file__).resolve().parents[2]


@cache
def collected(root: Path = ROOT) -> dict[str, Evidence]:
    """Each rule with its code, its refusals' codes and its tests."""
    deciding, tests = Deciding(Sources(root)), proofs(root)
    places, codes = deciding.places(), deciding.codes()
    return {
        rule_id: Evidence(
            tuple(places.get(rule_id, ())), tuple(sorted(codes.get(rule_id, ()))), tuple(tests.get(rule_id, ()))
        )
        for rule_id in RULES
    }


def index_text() -> str:
    """The whole index."""
    return dumped(collected())
