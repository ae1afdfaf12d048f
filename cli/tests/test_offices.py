"""`xueji offices`: a registry begins once, with a person invited; a file of schools says what is wrong in it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.client import Caller, Problem
from cli.main import xueji
from cli.offices import found_all, objection, read
from services.identity.application.operator_holders import OperatorHolders
from shared.codes.clock import clock_from
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store, migrate

EXAMPLE = Path(__file__).parents[2] / "examples/offices/demo.csv"
OWNER = "王芳\nwangfang@example.gov.cn\n11010519491231002X\n"
FOUND = ("found", "--ministry", "教育部")


@pytest.fixture
def environ(databases: Any, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    url = databases.fresh("identity", lambda template: migrate(template, "identity"))
    Keyring.generate(tmp_path / "keys.toml")
    yield {"XUEJI_POSTGRES_URL": url, "XUEJI_KEYS_FILE": str(tmp_path / "keys.toml")}
    databases.drop(url)


def run(environ: Mapping[str, str], *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(xueji, ["offices", *words], input=typed, env=dict(environ))


@pytest.mark.asvs("6.3.2")
def test_a_new_registry_has_nobody_in_it_until_its_first_owner_is_invited(environ: Mapping[str, str]) -> None:
    store = Store(environ["XUEJI_POSTGRES_URL"], "identity")
    with store.reading() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM claims)")
        assert cursor.fetchone() == (0, 0)
    founded = run(environ, *FOUND, typed=OWNER)
    assert founded.exit_code == 0, founded.output
    owner = founded.output.partition("founded: office moe, owner ")[2].splitlines()[0]
    assert owner.startswith("moe-")
    # invited, and not yet anybody: the code went to the mail address, not to the terminal
    assert OperatorHolders(store, clock_from("system")).named(owner) is None
    with store.reading() as cursor:
        cursor.execute("SELECT topic FROM events ORDER BY row_id")
        assert [topic for (topic,) in cursor.fetchall()] == [
            "identity.Office.Founded",
            "identity.Office.OwnerNamed",
            "identity.Operator.Appointed",
            "identity.Operator.Invited",
        ]
    store.close()


def test_a_registry_is_founded_once(environ: Mapping[str, str]) -> None:
    assert run(environ, *FOUND, typed=OWNER).exit_code == 0
    again = run(environ, *FOUND, typed=OWNER)
    assert again.exit_code == 1
    assert "X-CONFLICT-1" in again.output


def test_the_first_owner_can_be_invited_again_and_nobody_else(environ: Mapping[str, str]) -> None:
    assert "X-OFFICE-1" in run(environ, "invite-owner").output  # before the founding there is nobody
    founded = run(environ, *FOUND, typed=OWNER).output
    owner = founded.partition("founded: office moe, owner ")[2].splitlines()[0]
    invited = run(environ, "invite-owner")
    assert (invited.exit_code, owner in invited.output) == (0, True)
    store = Store(environ["XUEJI_POSTGRES_URL"], "identity")
    with store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'identity.Operator.Invited'")
        assert cursor.fetchone() == (2,)
    store.close()


def test_the_owners_number_is_typed_and_never_shown(environ: Mapping[str, str]) -> None:
    assert "11010519491231002X" not in run(environ, *FOUND, typed=OWNER).output
    assert run(environ, *FOUND, "--id-number", "11010519491231002X", typed=OWNER).exit_code == 2


def test_a_number_with_a_wrong_check_digit_founds_nothing(environ: Mapping[str, str]) -> None:
    wrong = run(environ, *FOUND, typed=OWNER.replace("002X", "0021"))
    assert wrong.exit_code == 1
    assert run(environ, *FOUND, typed=OWNER).exit_code == 0


def test_the_example_says_nothing_wrong() -> None:
    checked = run({}, "load", str(EXAMPLE), "--check")
    assert (checked.exit_code, checked.output) == (0, "13 offices, nothing wrong\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_of_schools_is_read_as_ministries_write_it(encoding: str) -> None:
    content = "学校标识码,学校名称\n4111010001,北京大学\n\n4133010335,浙江大学\n".encode(encoding)
    lines = list(read(content, "2026-09-01"))
    assert [(line.number, dict(line.office)) for line in lines] == [
        (2, {"code": "4111010001", "name": "北京大学", "kind": "school", "valid_from": "2026-09-01"}),
        (4, {"code": "4133010335", "name": "浙江大学", "kind": "school", "valid_from": "2026-09-01"}),
    ]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("4111110001,北京大学,school,2026-09-01", "digit"),
        ("41110,北京大学,school,2026-09-01", "code"),
        ("4111010001,,school,2026-09-01", "name"),
        ("4111010001,北京大学,university,2026-09-01", "kind"),
        ("4111010001,北京大学,school,2026-09-31", "day"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(tmp_path: Path, row: str, word: str) -> None:
    file = tmp_path / "offices.csv"
    file.write_text(f"code,name,kind,valid_from\n4133010335,浙江大学,school,2026-09-01\n{row}\n", encoding="utf-8")
    refused = run({}, "load", str(file))
    assert refused.exit_code == 1
    assert "line 3: " in refused.output
    assert word in refused.output
    assert "nothing was loaded" in refused.output


def test_a_file_without_codes_is_no_file_of_offices(tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    file.write_text("school,town\n北京大学,北京\n", encoding="utf-8")
    assert "code, name" in run({}, "load", str(file)).output


class Registry:
    """Stands where the HTTP library is: keeps what was asked, refuses codes that it knows."""

    def __init__(self, *known: str) -> None:
        self.known = set(known)
        self.keys: list[str] = []

    def request(self, method: str, url: str, *, body: bytes, headers: Mapping[str, str]) -> Any:
        code = json.loads(body)["code"]
        self.keys.append(headers["Idempotency-Key"])
        refused = {"code": "OFFICE_TAKEN"} if code in self.known else {"code": "MALFORMED_VALUE"}
        status = 409 if code in self.known else 422 if code == "moe" else 201
        answer = {} if status == 201 else refused
        return type("Answer", (), {"status": status, "data": json.dumps(answer).encode()})()


def test_what_is_there_already_is_counted_and_anything_else_stops_the_load() -> None:
    lines = [line for line in read(EXAMPLE.read_bytes(), "2026-09-01") if objection(line) is None]
    schools = [line for line in lines if line.office["kind"] == "school"]
    registry: Any = Registry("4111010001")
    assert found_all(Caller("http://registry", pool=registry), schools) == (2, 1)
    first = list(registry.keys)
    found_all(Caller("http://registry", pool=registry), schools)
    assert registry.keys == first * 2  # a line has one command id, however often it is loaded
    with pytest.raises(Exception, match="MALFORMED_VALUE") as stopped:
        found_all(Caller("http://registry", pool=registry), lines)
    assert not isinstance(stopped.value, Problem)
