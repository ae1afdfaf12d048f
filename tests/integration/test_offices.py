"""From an empty registry to a school's other system that reads: founding, invitations, statements, tokens, by HTTP."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3
from click.testing import CliRunner

from cli.client import Answer, Caller, Problem, until
from cli.main import xueji
from cli.offices import found_all, read
from cli.story import API
from services.identity.application.one_time_passwords import otp_at
from tests.support.platform import Platform
from tests.support.servers import Databases

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
BEGINNING = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
PAPER = b"%PDF-1.7\n1 0 obj\n"
STATEMENT = "Every operator has a passkey of the own, and keys lie in a safe."
SCHOOLS = "学校标识码,学校名称\n4111010001,北京大学\n4133010335,浙江大学\n".encode("gb18030")


class Nation:
    """A registry that nobody has founded, and the mailbox of everybody in it."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.nobody = Caller(platform.origin)
        self.pool = urllib3.PoolManager(retries=False)

    def invitation_of(self, operator_id: str) -> str:
        def newest() -> str | None:
            said = [mail.read_text(encoding="utf-8") for mail in (self.platform.folder / "mailbox").glob("*.txt")]
            codes = [text.split("Invitation: ")[1].split()[0] for text in said if f"Operator: {operator_id}\n" in text]
            return codes[0] if codes else None

        return until(newest, f"the invitation of {operator_id}")

    def enrolled(self, operator_id: str) -> Caller:
        """Take the invitation up with a password and a one-time password."""
        invitation = {"operator_id": operator_id, "code": self.invitation_of(operator_id)}
        totp = self.nobody.post(f"{API}/enrolments", invitation)["totp"]
        proof = {"ceremony": totp["ceremony"], "password": "four quiet words here"}
        proof["otp"] = otp_at(totp["seed"], self.platform.clock.now())
        return self.nobody.signed_in(self.nobody.post(f"{API}/enrolments/complete", proof)["session"])

    def attest(self, owner: Caller, code: str) -> None:
        paper = owner.upload(f"{API}/evidence", "procedure.pdf", PAPER)["digest"]
        owner.post(f"{API}/offices/{code}/statements", {"evidence": [paper], "statement": STATEMENT})
        until(lambda: owner.get(f"{API}/offices/{code}")["state"] == "open" or None, "the statement in the list")

    def token(self, client: Answer, **changes: str) -> tuple[int, Answer, Any]:
        basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
        form = {"grant_type": "client_credentials", **changes}
        response = self.pool.request(
            "POST",
            f"{self.platform.origin}/oauth/token",
            fields=form,
            encode_multipart=False,
            headers={"Authorization": f"Basic {basic}"},
        )
        return response.status, json.loads(response.data), response.headers


def refused(ask: Any, *asked: Any) -> tuple[int, str]:
    with pytest.raises(Problem) as problem:
        ask(*asked)
    return problem.value.status, str(problem.value.body["rule"])


@pytest.fixture(scope="module")
def nation(databases: Databases, module_amqp_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nation]:
    folder: Path = tmp_path_factory.mktemp("offices")
    needed = ("identity-worker", "identity-service", "gateway")
    extra = {"XUEJI_OPERATORS_FILE": "", "XUEJI_BUDGETS": "token=6 per minute"}
    with Platform(folder, databases, module_amqp_url, now=BEGINNING, only=needed, extra=extra) as running:
        yield Nation(running)


@pytest.mark.asvs("6.3.2", "7.4.2", "8.3.2")
def test_a_nation_is_founded_and_its_schools_act_and_are_stopped(nation: Nation) -> None:
    # nobody is there, not even with the demo's keys
    demo = {"operator_id": "ministry", "key": "demo-only-ministry"}
    assert refused(nation.nobody.post, f"{API}/operator-sessions", demo)[0] == 401
    founded = CliRunner().invoke(
        xueji,
        ["offices", "found", "--ministry", "教育部"],
        input="王芳\nwangfang@example.gov.cn\n11010519491231002X\n",
        env=nation.platform.environ,
    )
    assert founded.exit_code == 0, founded.output
    ministry = nation.enrolled(founded.output.partition("founded: office moe, owner ")[2].splitlines()[0])

    # it looks and does not act before its statement
    lines = list(read(SCHOOLS, "2026-09-01"))
    assert refused(ministry.post, f"{API}/offices", lines[0].office) == (403, "A23-1")
    nation.attest(ministry, "moe")
    assert found_all(ministry, lines) == (2, 0)
    assert found_all(ministry, lines) == (2, 0)  # the same commands again: each acted once

    person = {"name": "李明", "mail": "liming@example.edu.cn", "id_type": "1", "id_number": "34052419800101001X"}
    person |= {"training": "all"}
    pku = f"{API}/offices/4111010001"
    assert refused(ministry.post, f"{pku}/operators", person) == (409, "X-OFFICE-2")
    owner_id = ministry.post(f"{pku}/operators", {**person, "as_owner": True})["operator_id"]
    owner = nation.enrolled(owner_id)
    nation.attest(owner, "4111010001")

    # its own office, and no other
    assert owner.get(f"{pku}/operators")["operators"][0]["name"] == "李明"
    assert refused(owner.get, f"{API}/offices/4133010335") == (403, "A24-1")
    assert refused(owner.post, f"{API}/offices/4133010335/operators", person) == (403, "A24-1")
    assert [each["code"] for each in owner.get(f"{API}/offices")["offices"]] == ["4111010001"]

    # another system of the school
    asked = {"name": "campus portal", "scopes": ["read_offices"], "networks": [], "expires_on": "2027-08-31"}
    client = owner.post(f"{pku}/machine-clients", asked)
    status, answer, headers = nation.token(client)
    assert (status, answer["token_type"], answer["scope"]) == (200, "Bearer", "read_offices")
    assert headers["Cache-Control"] == "no-store"
    machine = nation.nobody.signed_in(answer["access_token"])
    assert machine.get(pku)["name"] == "北京大学"
    assert machine.get(f"{pku}/operators")["operators"][0]["name"] is None
    assert refused(machine.post, f"{pku}/operators", person) == (403, "X-SCOPE-1")
    assert nation.token(client, scope="read_status")[:2][1]["error"] == "invalid_scope"
    assert nation.token({**client, "client_secret": "xms_wrong"})[0] == 401
    assert nation.token(client, grant_type="password")[1]["error"] == "unsupported_grant_type"
    tried = [nation.token(client)[0] for _ in range(4)]
    assert tried[-1] == 429

    # stopped from above, and dismissed: at once, for the session as it is
    ministry.post(f"{pku}/suspend", {"reason": "keys were shared"})
    until(lambda: refused_act(owner, pku, person) == "A23-1" or None, "the end of the held assertion", seconds=8)
    ministry.post(f"{pku}/resume", {"reason": "everybody has a passkey"})
    ministry.post(f"{API}/operators/{owner_id}/revoke", {"reason": "left the school"})
    until(lambda: refused_get(owner, pku) == 401 or None, "the end of the session", seconds=8)


def refused_act(owner: Caller, office: str, person: Answer) -> str:
    try:
        owner.post(f"{office}/operators", {**person, "id_number": "440524188001010014"})
    except Problem as problem:
        return str(problem.body["rule"])
    return ""


def refused_get(owner: Caller, path: str) -> int:
    try:
        owner.get(path)
    except Problem as problem:
        return problem.status
    return 200
