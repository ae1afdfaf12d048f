"""Which tests prove each rule: those marked with it, in the words of their docstrings."""

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
    """One test function: where it stands, the rules it is marked with, its docstring in one line."""

    file: str
    name: str
    rules: tuple[str, ...]
    words: str

    def proof(self) -> Proof:
        return Proof(self.file, self.name, self.words)


def read_tests(root: Path) -> Iterator[FoundTest]:
    """Every test function of the project."""
    for place in PLACES:
        for path in sorted((root / place).rglob("test_*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from _tests(tree.body, path.relative_to(root).as_posix(), _marks_of_module(tree))


def proofs(root: Path) -> dict[str, list[Proof]]:
    """By rule: the tests that are marked with it."""
    found: dict[str, set[Proof]] = defaultdict(set)
    for test in read_tests(root):
        for rule_id in test.rules:
            found[rule_id].add(test.proof())
    return {rule_id: sorted(each) for rule_id, each in found.items()}


def _tests(body: list[ast.stmt], file: str, rules: tuple[str, ...]) -> Iterator[FoundTest]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, file, rules + _marks(node.decorator_list))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            words = " ".join((ast.get_docstring(node) or "").split())
            yield FoundTest(file, node.name, tuple(dict.fromkeys(rules + _marks(node.decorator_list))), words)


def _marks_of_module(tree: ast.Module) -> tuple[str, ...]:
    assigned = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == "pytestmark" for each in node.targets)
    ]
    return _marks(assigned)


def _marks(expressions: list[ast.expr]) -> tuple[str, ...]:
    """The ids of every `pytest.mark.rule(...)` in these expressions, those of single parameters too."""
    return tuple(
        argument.value
        for expression in expressions
        for call in ast.walk(expression)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.rule"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
