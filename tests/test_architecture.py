"""The rules of the house as tests: where things live, which way they look, what they are called."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("shared", "services", "gateway", "cli")
SERVICES = ("credentials", "enrollment", "identity", "imaging", "verification")
BUS_LIBRARIES = {"nameko", "kombu", "eventlet"}

REQUIRED_IN_A_SERVICE = {
    "README.md",
    "__init__.py",
    "domain",
    "application",
    "projections",
    "queries",
    "publishing",
    "service",
    "worker",
    "config",
    "migrations",
    "tests",
}
ALLOWED_IN_A_SERVICE = dict.fromkeys(SERVICES, REQUIRED_IN_A_SERVICE) | {
    "identity": REQUIRED_IN_A_SERVICE | {"adapters"},
    "imaging": REQUIRED_IN_A_SERVICE | {"adapters"},
    "verification": REQUIRED_IN_A_SERVICE | {"adapters", "public"},
}

# Who may import what, by the first names that match; the standard library is allowed everywhere.
ALLOWED_IMPORTS = {
    "domain": (
        "eventsourcing",
        "shared.codes",
        "shared.rules",
        "shared.eventstore.aggregate",
        "shared.eventstore.look",
        "shared.intake.batch",
    ),
    "shared.contracts": ("marshmallow", "shared.contracts", "shared.codes"),
    "shared.rules": ("shared.rules", "shared.codes"),
    "shared.codes": ("shared.codes", "stdnum", "chinese_calendar"),
}

BANNED_WORDS = {
    "manager", "managers", "helper", "helpers", "util", "utils", "common", "misc", "data", "info", "process", "handle",
}  # fmt: skip
MAIN_FUNCTIONS_THAT_MAY_PATCH = {"shared/bus/runner.py", "shared/bus/embedded.py"}
# Packages that stand for the module of the same name and may hold code themselves
MODULES_THAT_GREW = ("application", "adapters", "projections", "queries", "service")
LINES_OF_A_MODULE = 350
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
# The library's own persistence cases insert without a context, so without a clock.
MAY_ASK_THE_MACHINE = {"shared/codes/clock.py", "shared/eventstore/recorder.py", "shared/eventstore/library.py"}
A_MACHINES_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/\w+")


def sources(*folders: str) -> Iterator[Path]:
    """Every Python file of these folders of the project, without tests."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tests" not in path.relative_to(ROOT).parts:
                yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@lru_cache(maxsize=1)
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def imports_of(package: str) -> Iterator[tuple[str, str]]:
    """Each import out of a package, as (importer, imported)."""
    known = graph()
    for module in sorted({package, *known.find_descendants(package)} & known.modules):
        for imported in sorted(known.find_modules_directly_imported_by(module)):
            if not (imported == package or imported.startswith(f"{package}.")):
                yield module, imported


def is_allowed(imported: str, allowed: tuple[str, ...]) -> bool:
    if imported.split(".")[0] in sys.stdlib_module_names:
        return True
    return any(imported == name or imported.startswith(f"{name}.") for name in allowed)


def words_of(name: str) -> set[str]:
    """The words of a CamelCase or snake_case name."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


# -- which way things look ------------------------------------------------------------------------------------------


def test_the_import_contracts_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_domain_imports_nothing_but_what_a_domain_may(service: str) -> None:
    package = f"services.{service}.domain"
    strangers = [pair for pair in imports_of(package) if not is_allowed(pair[1], ALLOWED_IMPORTS["domain"])]
    assert strangers == []


@pytest.mark.parametrize("package", ["shared.contracts", "shared.rules", "shared.codes"])
def test_the_words_of_the_house_import_nothing_but_what_they_may(package: str) -> None:
    strangers = [pair for pair in imports_of(package) if not is_allowed(pair[1], ALLOWED_IMPORTS[package])]
    assert strangers == []


def test_a_broker_client_is_imported_by_the_bus_alone() -> None:
    known = graph()
    importers = {
        importer
        for library in ("amqp", "pika", "aio_pika")
        if library in known.modules
        for importer in known.find_modules_that_directly_import(library)
        if not importer.startswith("shared.bus")
    }
    assert importers == set()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("application", BUS_LIBRARIES),
        ("projections", BUS_LIBRARIES),
        ("queries", BUS_LIBRARIES),
        ("publishing", BUS_LIBRARIES),
        ("worker", {"nameko", "eventlet"}),
    ],
)
def test_a_fresh_interpreter_does_without_the_bus(service: str, module: str, absent: set[str]) -> None:
    code = f"import sys, services.{service}.{module}; print(*sorted({sorted(absent)!r} & sys.modules.keys()))"
    code = code.replace(f"{sorted(absent)!r}", f"set({sorted(absent)!r})")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_a_public_verification_page_needs_no_bus() -> None:
    code = (
        "import sys, services.verification.public; print(*sorted({'nameko', 'kombu', 'eventlet'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_eventlet_patches_the_world_only_in_the_first_line_of_a_main() -> None:
    found: dict[str, list[str]] = {}
    for path in sources(*PACKAGES, "benchmarks"):
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef | ast.Module) and _patches_directly(function):
                first = _patches(_body_without_docstring_and_imports(function)[0])
                where = function.name if isinstance(function, ast.FunctionDef) and first else "not the first line"
                found.setdefault(name_of(path), []).append(where)
    assert set(found) <= MAIN_FUNCTIONS_THAT_MAY_PATCH, found
    assert [where for names in found.values() for where in names if "main" not in where] == []


def _patches(node: ast.stmt) -> bool:
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    names = {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in calls}
    return "monkey_patch" in names


def _patches_directly(scope: ast.FunctionDef | ast.Module) -> bool:
    nested = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    return any(_patches(statement) for statement in scope.body if not isinstance(statement, nested))


def _body_without_docstring_and_imports(scope: ast.FunctionDef | ast.Module) -> list[ast.stmt]:
    skip = (ast.Import, ast.ImportFrom)
    return [
        statement
        for statement in scope.body
        if not isinstance(statement, skip)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]


# -- where things live ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_folder_holds_the_allowed_names_and_no_others(service: str) -> None:
    entries = {path.name.removesuffix(".py") if path.name != "__init__.py" else path.name for path in _entries(service)}
    assert entries - ALLOWED_IN_A_SERVICE[service] == set()
    assert REQUIRED_IN_A_SERVICE - entries == set()


def _entries(service: str) -> Iterator[Path]:
    for path in (ROOT / "services" / service).iterdir():
        if path.name != "__pycache__":
            yield path


def test_there_are_five_services_and_no_sixth() -> None:
    folders = {path.name for path in (ROOT / "services").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(SERVICES)


def test_migrations_are_numbered_without_gaps_and_never_named_twice() -> None:
    for folder in [ROOT / "shared/eventstore/migrations", *(ROOT / "services").glob("*/migrations")]:
        numbers = [int(path.name.split("_")[0]) for path in sorted(folder.glob("*.sql"))]
        assert numbers == list(range(1, len(numbers) + 1)), folder


def test_a_package_says_in_one_line_what_it_is_and_imports_nothing() -> None:
    wrong = []
    for path in sources(*PACKAGES):
        if path.name == "__init__.py" and path.parent.name not in MODULES_THAT_GREW:
            body = tree(path).body
            if len(body) != 1 or not ast.get_docstring(tree(path)):
                wrong.append(name_of(path))
    assert wrong == []


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    silent = [name_of(path) for path in sources(*PACKAGES, "benchmarks") if not ast.get_docstring(tree(path))]
    assert silent == []


def test_a_module_fits_on_a_few_screens() -> None:
    long = {name_of(path): lines for path in sources(*PACKAGES) if (lines := _lines(path)) > LINES_OF_A_MODULE}
    assert long == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


# -- what things are called -----------------------------------------------------------------------------------------


def test_no_module_and_no_class_has_a_name_that_says_nothing() -> None:
    empty = []
    for path in sources(*PACKAGES):
        names = [path.stem, *(node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef))]
        empty += [f"{name_of(path)}: {name}" for name in names if words_of(name) & BANNED_WORDS]
    assert empty == []


def test_nobody_writes_dunder_all() -> None:
    listed = [name_of(path) for path in sources(*PACKAGES) if "__all__" in path.read_text(encoding="utf-8")]
    assert listed == []


def test_an_aggregate_is_stored_under_its_service_and_its_own_name() -> None:
    wrong = []
    for path in sources("services"):
        service = path.relative_to(ROOT).parts[1]
        for node in (each for each in ast.walk(tree(path)) if isinstance(each, ast.ClassDef)):
            for keyword in (each for each in node.keywords if each.arg == "stored_as"):
                stored = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                if stored != f"{service}.{node.name}":
                    wrong.append(f"{name_of(path)}: {node.name} as {stored}")
    assert wrong == []


# -- decide, then record --------------------------------------------------------------------------------------------


def test_a_recording_method_never_refuses() -> None:
    wrong = []
    for path in sources("services", "shared/intake"):
        for node in (each for each in ast.walk(tree(path)) if isinstance(each, ast.FunctionDef)):
            refuses = any(isinstance(each, ast.Raise | ast.Assert) for each in ast.walk(node))
            if refuses and any(_is_event(decorator) for decorator in node.decorator_list):
                wrong.append(f"{name_of(path)}: {node.name}")
    assert wrong == []


def _is_event(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "event"


def test_queries_only_read() -> None:
    writing = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE)\b", re.IGNORECASE)
    paths = [
        path for path in sources("services") if path.relative_to(ROOT).parts[2:3] in (("queries",), ("queries.py",))
    ]
    assert [name_of(path) for path in paths if writing.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.asvs("16.4.2")
def test_events_are_never_changed_and_never_deleted() -> None:
    changing = re.compile(
        r"\b(UPDATE\s+events\s+SET|DELETE\s+FROM\s+events\b|TRUNCATE\s+(TABLE\s+)?events\b)", re.IGNORECASE
    )
    files = [*sources(*PACKAGES), *(ROOT / "shared").rglob("*.sql"), *(ROOT / "services").rglob("*.sql")]
    assert [name_of(path) for path in files if changing.search(path.read_text(encoding="utf-8"))] == []


def test_time_comes_from_the_clock_that_is_handed_in() -> None:
    wrong = []
    for path in sources("services", "shared", "gateway"):
        if name_of(path) not in MAY_ASK_THE_MACHINE:
            for node in (each for each in ast.walk(tree(path)) if isinstance(each, ast.Call)):
                if isinstance(node.func, ast.Attribute) and (_owner(node.func), node.func.attr) in CLOCKS:
                    wrong.append(f"{name_of(path)}:{node.lineno}")
    assert wrong == []


def _owner(attribute: ast.Attribute) -> str:
    value = attribute.value
    return value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")


# -- what leaves the house ------------------------------------------------------------------------------------------


def test_no_file_names_a_path_of_any_machine() -> None:
    named = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        named += [f"{name_of(path)}: {found.group()}" for found in A_MACHINES_PATH.finditer(text)]
    assert named == []


def project_files() -> Iterator[Path]:
    """Every file that a clone holds or will hold."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file() and path != Path(__file__).resolve():
            yield path
