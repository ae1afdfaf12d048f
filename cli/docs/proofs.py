"""Which tests prove what: those marked with a rule or a requirement, in the words of their docstrings."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.rules.evidence import Proof

PLACES: Final = ("shared", "services", "gateway", "cli", "tests", "benchmarks")


@dataclass(frozen=True)
class FoundTest:
    """One test function: where it stands, the rules and requirements it is marked with, its docstring in one line."""

    file: str
    name: str
    rules: tuple[str, ...]
    words: str
    asvs: tuple[str, ...] = ()

    def proof(self) -> Proof:
        return Proof(self.file, self.name, self.words)


def read_tests(root: Path) -> Iterator[FoundTest]:
    """Every test function of the project."""
    for place in PLACES:
        for path in sorted((root / place).rglob("test_*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from _tests(tree.body, path.relative_to(root).as_posix(), _assigned_marks(tree))


def proofs(root: Path) -> dict[str, list[Proof]]:
    """By rule: the tests that are marked with it."""
    found: dict[str, set[Proof]] = defaultdict(set)
    for test in read_tests(root):
        for rule_id in test.rules:
            found[rule_id].add(test.proof())
    return {rule_id: sorted(each) for rule_id, each in found.items()}


def _tests(body: list[ast.stmt], file: str, marks: list[ast.expr]) -> Iterator[FoundTest]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, file, marks + node.decorator_list)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            words = " ".join((ast.get_docstring(node) or "").split())
            own = marks + node.decorator_list
            yield FoundTest(file, node.name, _named(own, "rule"), words, _named(own, "asvs"))


def _assigned_marks(tree: ast.Module) -> list[ast.expr]:
    return [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == "pytestmark" for each in node.targets)
    ]


def _named(expressions: list[ast.expr], mark: str) -> tuple[str, ...]:
    """What every mark of a name in these expressions says, those of single parameters too; each once."""
    return tuple(
        dict.fromkeys(
            argument.value
            for expression in expressions
            for call in ast.walk(expression)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == f"pytest.mark.{mark}"
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        )
    )
