"""What the sources must not do: build SQL from values, load objects, guessable secrets, ciphers that nobody listed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.identity.application.code_counts import CODES_A_NETWORK_AN_HOUR
from services.identity.domain import rules as code_rules
from services.identity.domain import session
from services.identity.domain.login_rules import FREE_MISSES, LONGEST_WAIT

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared", "services", "gateway", "cli")
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SQL_CALLS = {"execute", "executemany", "mogrify"}
# Object loaders and runners of text; PyYAML writes the AsyncAPI page and reads nothing
FORBIDDEN = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "xmlrpc", "telnetlib"}
# What each cryptographic library is used for, by a word of the page's inventory
INVENTORY = {
    "argon2": "argon2id",
    "authlib": "OpenID Connect",
    "blake2b": "BLAKE2b",
    "cryptography.exceptions": "AES-256-GCM",
    "cryptography.hazmat.primitives.asymmetric.ed25519": "Ed25519",
    "cryptography.hazmat.primitives.ciphers.aead": "AES-256-GCM",
    "cryptography.hazmat.primitives.hashes": "SHA-256",
    "cryptography.hazmat.primitives.kdf.hkdf": "HKDF-SHA-256",
    "cryptography.hazmat.primitives.keywrap": "AES key wrap",
    "cryptography.hazmat.primitives.serialization": "Ed25519",
    "hmac": "HMAC-SHA-256",
    "joserfc": "Ed25519",
    "pyotp": "TOTP",
    "sha256": "SHA-256",
    "ssl": "TLS",
    "webauthn": "WebAuthn",
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "tests" not in path.relative_to(ROOT).parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


SOURCES = list(sources())


def imported() -> Iterator[tuple[str, str]]:
    """File and module of every import of the project."""
    for file, tree in SOURCES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield file, node.module


def quoted_gaps(sql: ast.JoinedStr) -> bool:
    """Whether a value would stand between quotes of the statement, where only names may stand without."""
    text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in sql.values)
    return bool(re.search(r"'[^']*\0[^']*'|\0\s*'|=\s*\0\s*(AND|OR|$)", text))


@pytest.mark.asvs("1.2.4")
def test_no_statement_is_put_together_with_values() -> None:
    wrong = []
    for file, tree in SOURCES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SQL_CALLS:
                said = node.args[0] if node.args else None
                joined = isinstance(said, ast.BinOp) and isinstance(said.op, ast.Mod)
                if joined or (isinstance(said, ast.JoinedStr) and quoted_gaps(said)):
                    wrong.append(f"{file}:{node.lineno}")
    assert wrong == []


@pytest.mark.parametrize(
    ("statement", "is_wrong"),
    [
        ("f\"SELECT {', '.join(names)} FROM {table} WHERE id = %s\"", False),
        ("f\"SELECT * FROM a WHERE name = '{name}'\"", True),
        ('f"SELECT * FROM a WHERE name = {name}"', True),
        ("f\"SELECT * FROM a WHERE name LIKE '%{name}'\"", True),
    ],
)
def test_a_value_in_a_statement_is_seen(statement: str, is_wrong: bool) -> None:
    (line,) = ast.parse(statement).body
    assert isinstance(line, ast.Expr)
    assert isinstance(line.value, ast.JoinedStr)
    assert quoted_gaps(line.value) == is_wrong


@pytest.mark.asvs("1.5.2")
def test_nothing_that_builds_objects_or_runs_text_is_imported_or_called() -> None:
    assert [(file, name) for file, name in imported() if name.partition(".")[0] in FORBIDDEN] == []
    assert {file for file, name in imported() if name.partition(".")[0] == "yaml"} <= {"cli/docs/asyncapi.py"}
    calls = [
        f"{file}:{node.lineno}"
        for file, tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    ]
    assert calls == []


@pytest.mark.asvs("11.5.1", "6.5.3")
def test_no_service_asks_for_guessable_randomness() -> None:
    """The examples and the demo's people come from seeds on purpose; a service has no business with them."""
    guessing = {file for file, name in imported() if name == "random"}
    assert guessing <= {"cli/people.py", "cli/portraits.py", "cli/postgres_cluster.py"}


def primitives() -> Iterator[str]:
    """Every hash, cipher and signature that the sources name, as the inventory calls them."""
    for _, tree in SOURCES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib":
                yield node.attr
            elif isinstance(node, ast.ImportFrom) and node.module == "hashlib":
                yield from (alias.name for alias in node.names)
    libraries = {each.partition(".")[0] for each in INVENTORY}
    for _, name in imported():
        if (top := name.partition(".")[0]) in libraries:
            yield name if top == "cryptography" else top


@pytest.mark.asvs("11.1.2")
def test_every_cipher_in_use_stands_in_the_inventory() -> None:
    used = set(primitives()) - {"_Hash"}
    assert {"sha256", "hmac", "joserfc"} <= used
    assert used - INVENTORY.keys() == set()
    table = PAGE.partition("## Keys, ciphers and hashes")[2].partition("\n## ")[0]
    assert [name for name in used if INVENTORY[name] not in table] == []


@pytest.mark.asvs("11.1.1")
def test_what_becomes_of_each_key_is_written_down() -> None:
    from shared.eventstore.privacy import _KeysFile

    lifecycle = OPERATIONS.partition("## Keys")[2].partition("\n## ")[0]
    for name in _KeysFile.__struct_fields__:
        (line,) = re.findall(rf"^\| (?:`\w+`, )?`{name}`(?:, `\w+`)? \|(.+)$", lifecycle, flags=re.MULTILINE)
        assert all(cell.strip() for cell in line.strip(" |").split("|")), name


@pytest.mark.asvs("2.1.3", "2.3.2", "6.1.1", "6.3.1")
def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    guessing = PAGE.partition("## What stops guessing")[2].partition("\n## ")[0]
    assert f"**{code_rules.TRIES_A_CODE}** tries" in guessing
    assert f"**{code_rules.CODES_A_DAY}** a day for each place" in guessing
    assert f"**{code_rules.CODES_TO_ONE_A_DAY}** a day for all strangers" in guessing
    assert f"**{CODES_A_NETWORK_AN_HOUR}** times an hour" in guessing
    assert code_rules.CODE_LIFE.total_seconds() == 600
    assert "ten minutes" in guessing
    assert f"After **{FREE_MISSES}** misses" in guessing
    assert f"up to {LONGEST_WAIT.total_seconds() / 60:.0f} minutes" in guessing
    sessions = PAGE.partition("## Sessions")[2].partition("\n## ")[0]
    for who, (idle, absolute) in (("students", session._STUDENT), ("staff", session._STAFF)):
        said = f"| {who} | {idle.total_seconds() / 60:.0f} minutes | {absolute.total_seconds() / 3600:.0f} hours |"
        assert f"{said} {session.STEP_UP_HOLDS.total_seconds() / 60:.0f} minutes |" in sessions


@pytest.mark.asvs("15.1.2")
def test_every_package_is_named_with_its_version_and_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.split(r"^(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert len(packages) > 50
    for package in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==[0-9][^\s;]*", package), package[:60]
        assert "--hash=sha256:" in package, package[:60]
    assert "://" not in text, "a package from elsewhere than the registry"


@pytest.mark.asvs("13.2.3")
def test_no_default_account_of_database_or_broker_is_used() -> None:
    for settings, name in (("shared/eventstore", "XUEJI_POSTGRES_URL"), ("shared/bus", "XUEJI_AMQP_URL")):
        text = (ROOT / settings / "settings.py").read_text(encoding="utf-8")
        assert f'environ["{name}"]' in text, "there is no address, and so no account, that holds when nobody names one"
    known = re.compile(r"\b(guest:guest|postgres:postgres|root:root|admin:admin|rabbitmq:rabbitmq)\b")
    for path in (ROOT / "deploy").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not known.search(text), path
            assert not re.search(r"://(guest|postgres|root)[:@]", text), path
