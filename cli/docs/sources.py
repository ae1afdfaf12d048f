"""The project's Python sources as syntax trees: names followed through imports, nothing imported."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

PACKAGES: Final = ("shared", "services", "gateway", "cli")
Key = tuple[str, str]  # module and name


@dataclass(frozen=True)
class Module:
    """One source file."""

    file: str
    name: str
    text: str = field(repr=False)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> dict[str, Key]:
        """What local names stand for, by `from module import name`."""
        return {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes at the top of the module."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """The plain values at the top of the module: texts, and collections of them; no calls."""
        return {name: value for node in self.tree.body for name, value in _assigned(node) if _is_plain(value)}

    def units(self) -> Iterator[tuple[str, ast.stmt]]:
        """Each function, method, class body and constant with the name that a reader looks for."""
        for node in self.tree.body:
            yield from _units(node, "")

    def comments(self) -> Iterator[tuple[str, str]]:
        """Each comment with the name of the innermost unit that it stands in."""
        spans = [(node.lineno, node.end_lineno or node.lineno, name) for name, node in self.units()]
        spans.sort(key=lambda span: span[1] - span[0])
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                around = (name for first, last, name in spans if first <= token.start[0] <= last)
                yield next(around, ""), token.string


class Sources:
    """Every module of the project without its tests."""

    def __init__(self, root: Path) -> None:
        self.modules = {module.name: module for module in _read(root)}

    def resolve(self, module: Module, name: str) -> Key | None:
        """Where a name used in a module is defined, if that is in the project."""
        if name in module.classes or name in module.constants:
            return module.name, name
        where = module.imports.get(name)
        if where is None or where[0] not in self.modules:
            return None
        return self.resolve(self.modules[where[0]], where[1])


def _read(root: Path) -> Iterator[Module]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if "tests" not in parts:
                name = ".".join(parts).removesuffix(".__init__")
                yield Module(path.relative_to(root).as_posix(), name, path.read_text(encoding="utf-8"))


def _units(node: ast.stmt, within: str) -> Iterator[tuple[str, ast.stmt]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield within + node.name, node
    elif isinstance(node, ast.ClassDef):
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        rest = [each for each in node.body if not isinstance(each, inner)]
        own = ast.ClassDef(node.name, [], node.keywords, rest, node.decorator_list)
        yield within + node.name, ast.copy_location(own, node)
        for each in node.body:
            if isinstance(each, inner):
                yield from _units(each, f"{within}{node.name}.")
    elif not isinstance(node, ast.Import | ast.ImportFrom):
        for name, _ in _assigned(node):
            yield within + name, node


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    for target in targets:
        if isinstance(target, ast.Name) and value is not None:
            yield target.id, value


def _is_plain(value: ast.expr) -> bool:
    allowed = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.Name, ast.expr_context)
    return all(isinstance(node, allowed) for node in ast.walk(value))
