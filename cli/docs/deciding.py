"""Which code decides each rule: what refuses under it, what records it with a fact, what names it, what says so."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from cli.docs.sources import Key, Module, Sources
from shared.rules.evidence import How, Place
from shared.rules.refused import upper_snake
from shared.rules.rulebook import RULES

_ROOT: Final = ("shared.rules.refused", "Refused")
_CITED: Final = re.compile(r"(?:A[0-9]{1,2}|R[0-9]{2}|RF|X-[A-Z]+|AC|AUD|PIPL)-[0-9]{1,2}")
# the book itself, what is said between services, and what writes pages about them decide nothing
_SILENT: Final = ("shared.rules.", "shared.contracts.", "cli.docs.", "cli.rules")
_SPEAKS: Final = "shared.rules.rulebook"  # but for the question which rules are in force
_STRENGTH: Final[tuple[How, ...]] = ("keeps", "names", "records", "refuses")
Found = tuple[str, How]  # a rule's id and what is done with it


class Deciding:
    """The code side of the rulebook."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._rules: dict[Key, str | None] = {}

    def places(self) -> dict[str, list[Place]]:
        """By rule: each function, class or constant once, with the strongest thing that it does."""
        strongest: dict[str, dict[tuple[str, str], How]] = defaultdict(dict)
        for module in self._deciding_modules():
            for name, rule_id, how in self._in_module(module):
                known = strongest[rule_id].get((module.file, name), how)
                strongest[rule_id][module.file, name] = max(how, known, key=_STRENGTH.index)
        return {
            rule_id: sorted(Place(file, name, how) for (file, name), how in found.items())
            for rule_id, found in strongest.items()
        }

    def codes(self) -> dict[str, set[str]]:
        """By rule: the codes of the refusals that carry it."""
        codes: dict[str, set[str]] = defaultdict(set)
        for module in self.sources.modules.values():
            for name in module.classes:
                if rule_id := self.rule_of((module.name, name)):
                    codes[rule_id].add(upper_snake(name))
        return codes

    def rule_of(self, key: Key) -> str | None:
        """The rule of a refusal, its own or the one of its base; None for any other class."""
        if key not in self._rules:
            self._rules[key] = None  # a class cannot be its own base
            self._rules[key] = self._look_up(key)
        return self._rules[key]

    def _look_up(self, key: Key) -> str | None:
        if key == _ROOT:
            return ""
        module = self.sources.modules[key[0]]
        node = module.classes.get(key[1])
        for base in node.bases if node else ():
            above = self.sources.resolve(module, base.id) if isinstance(base, ast.Name) else None
            inherited = self.rule_of(above) if above else None
            if inherited is not None and node is not None:
                return _own_rule(node) or inherited
        return None

    def _deciding_modules(self) -> Iterator[Module]:
        for module in self.sources.modules.values():
            if module.name == _SPEAKS or not module.name.startswith(_SILENT):
                yield module

    def _in_module(self, module: Module) -> Iterator[tuple[str, str, How]]:
        for name, node in module.units():
            for rule_id, how in self._found(module, node):
                yield name, rule_id, how
        for name, comment in module.comments():
            if name:
                yield from ((name, rule_id, "keeps") for rule_id in _told(comment))

    def _found(self, module: Module, unit: ast.stmt) -> Iterator[Found]:
        for rule_id in _told(_docstring(unit)):
            yield rule_id, "keeps"
        if isinstance(unit, ast.ClassDef) and self.rule_of((module.name, unit.name)) is not None:
            return  # a refusal that nobody raises decides nothing
        yield from self._within(module, unit, "names")

    def _within(self, module: Module, node: ast.AST, how: How) -> Iterator[Found]:
        how = self._meant(module, node, how)
        if isinstance(node, ast.Name) and (rule_id := self._refusal(module, node.id)):
            yield rule_id, "refuses"
        for rule_id in self._named(module, node):
            yield rule_id, how
        for below in _acting(node):
            yield from self._within(module, below, how)

    def _meant(self, module: Module, node: ast.AST, how: How) -> How:
        if isinstance(node, ast.keyword) and node.arg == "rules":
            return "records"
        if isinstance(node, ast.Assign | ast.AnnAssign) and _targets(node) & {"rules"}:
            return "records"
        if isinstance(node, ast.Call) and (called := _called(node)):
            return "refuses" if called == "Malformed" or self._refusal(module, called) is not None else how
        return how

    def _refusal(self, module: Module, name: str) -> str | None:
        """The rule of the refusal that a name stands for."""
        key = self.sources.resolve(module, name)
        return self.rule_of(key) if key else None

    def _named(self, module: Module, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in RULES:
            yield node.value
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            key = self.sources.resolve(module, node.id)
            value = self.sources.modules[key[0]].constants.get(key[1]) if key else None
            for each in ast.walk(value) if value is not None else ():
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value in RULES:
                    yield each.value


def _acting(node: ast.AST) -> Iterator[ast.AST]:
    """What is below a node and does something: no docstrings, no annotations, no asking what something is."""
    if isinstance(node, ast.Call) and _called(node) in ("isinstance", "issubclass", "suppress"):
        return
    for name, below in ast.iter_fields(node):
        if name in ("annotation", "returns") or (isinstance(node, ast.ExceptHandler) and name == "type"):
            continue
        for each in below if isinstance(below, list) else [below]:
            if isinstance(each, ast.AST) and not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)):
                yield each


def _own_rule(node: ast.ClassDef) -> str:
    for line in node.body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and "rule" in _targets(line):
            value = line.value
            return str(value.value) if isinstance(value, ast.Constant) else ""
    return ""


def _docstring(unit: ast.stmt) -> str:
    if isinstance(unit, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return ast.get_docstring(unit) or ""
    return ""


def _told(words: str) -> Iterator[str]:
    """The rules that a docstring or a comment cites."""
    return (rule_id for rule_id in _CITED.findall(words) if rule_id in RULES)


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _called(call: ast.Call) -> str | None:
    target = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return target.id if isinstance(target, ast.Name) else None
