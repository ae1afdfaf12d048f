"""Every refusal is said in full: both languages, a rule of the rulebook, and a word for each gap in its text."""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from types import ModuleType

from shared.eventstore.application import AlreadyTaken, Application
from shared.intake.outcome import Reasons
from shared.rules.refused import MalformedValue, Refused
from shared.rules.rulebook import RULES

ROOT = Path(__file__).parents[3]
PLACES = ("services", "shared", "gateway", "cli")
# the edges of services and the bus only pass on what was said; importing them would bring eventlet along
EDGES = {"service", "service.py", "worker.py", "bus"}


def modules() -> Iterator[tuple[Path, ModuleType]]:
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            source = path.read_text(encoding="utf-8")
            if {"tests", *EDGES}.isdisjoint(path.parts) and any(word in source for word in ("Refused", "raise ")):
                yield path, importlib.import_module(name)


def below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


def gaps(kind: type[Refused]) -> set[str]:
    """The words that a refusal needs to be read."""
    texts = (kind.zh or RULES[kind.rule].zh, kind.en or RULES[kind.rule].en)
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def named_here(function: ast.AST, name: str) -> list[ast.expr]:
    """What a name stands for inside one function."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            found.append(node.value)
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Tuple)
            and isinstance(node.value, ast.Tuple)
        ):
            pairs = zip(node.targets[0].elts, node.value.elts, strict=False)
            found += [value for to, value in pairs if isinstance(to, ast.Name) and to.id == name]
    return found


def kinds_of(called: ast.expr, function: ast.AST, module: ModuleType) -> list[type[Refused]]:
    """The refusals that an expression may name: itself, or either side of a choice."""
    if isinstance(called, ast.IfExp):
        return [*kinds_of(called.body, function, module), *kinds_of(called.orelse, function, module)]
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        home = getattr(module, called.value.id, None)
        found = getattr(home, called.attr, None) if isinstance(home, ModuleType) else None
        return [found] if isinstance(found, type) and issubclass(found, Refused) else []
    if not isinstance(called, ast.Name):
        return []
    found = getattr(module, called.id, None)
    if isinstance(found, type) and issubclass(found, Refused):
        return [found]
    chosen = [each for each in named_here(function, called.id) if isinstance(each, ast.Name | ast.IfExp)]
    return [kind for each in chosen for kind in kinds_of(each, function, module)]


def words_given(call: ast.Call, function: ast.AST, module: ModuleType) -> set[str] | None:
    """The words that a call hands over; None where nobody can tell by reading."""
    given: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg:
            given.add(keyword.arg)
            continue
        if not isinstance(keyword.value, ast.Name):
            return None
        if isinstance(table := getattr(module, keyword.value.id, None), dict):
            given |= table.keys()
            continue
        tables = named_here(function, keyword.value.id)
        if not tables or not all(isinstance(each, ast.Dict) for each in tables):
            return None
        keys = [{key.value for key in each.keys if isinstance(key, ast.Constant)} for each in tables]  # type: ignore[attr-defined]
        given |= set.intersection(*keys)
    return given


def said_in(path: Path, module: ModuleType) -> Iterator[tuple[str, type[Refused], set[str] | None]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions or [tree]:
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                for kind in kinds_of(node.func, function, module):
                    if "__init__" not in vars(kind):  # such a class says its words itself
                        where = f"{path.relative_to(ROOT)}:{node.lineno}"
                        yield where, kind, words_given(node, function, module)


@cache
def said() -> list[tuple[str, type[Refused], set[str] | None]]:
    """Every place where a refusal is made, with the words that it is given there."""
    return [each for path, module in modules() for each in said_in(path, module)]


@cache
def ours() -> list[type[Refused]]:
    """Every refusal of the project."""
    assert said()  # their modules are imported
    found = {kind for kind in below(Refused) if kind.__module__.split(".")[0] in PLACES}
    return sorted((kind for kind in found if ".tests." not in kind.__module__), key=lambda kind: kind.__qualname__)


def test_the_refusals_of_every_service_are_looked_at():
    services = {kind.__module__.split(".")[1] for kind in ours() if kind.__module__.startswith("services.")}
    assert services >= {"identity", "enrollment", "imaging", "verification", "credentials"}
    assert len(ours()) > 150
    assert len(said()) > 250


def test_every_gap_in_a_text_is_filled_wherever_it_is_said():
    unread = [f"{where} {kind.__name__}" for where, kind, words in said() if words is None]
    open_gaps = [
        f"{where} {kind.__name__}: {sorted(gaps(kind) - words)}"
        for where, kind, words in said()
        if words is not None and gaps(kind) - words
    ]
    assert unread == []
    assert open_gaps == []


def test_every_refusal_names_a_rule_and_is_said_in_both_languages():
    wrong = []
    for kind in ours():
        texts = (kind.zh or RULES[kind.rule].zh, kind.en or RULES[kind.rule].en) if kind.rule in RULES else ("", "")
        chinese = kind is MalformedValue or any("\u4e00" <= sign <= "\u9fff" for sign in texts[0])
        both = ("zh" in vars(kind)) == ("en" in vars(kind)) and all(texts)
        theirs = 400 <= kind.status < 500 or kind.rule == "X-SERVICE-1"  # a neighbour that is away is nobody's mistake
        if not (chinese and both and theirs) and kind is not Reasons:
            wrong.append(kind.__name__)
    assert wrong == []


def test_what_the_database_objects_to_needs_no_word_but_its_scope():
    taken = {kind for application in (Application, *below(Application)) for kind in application.taken.values()}
    assert [kind.__name__ for kind in {AlreadyTaken, *taken} if gaps(kind) - {"scope"}] == []


def test_no_text_of_the_rulebook_has_a_gap():
    assert [rule.id for rule in RULES.values() if "{" in rule.zh + rule.en] == []
