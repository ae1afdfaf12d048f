"""What a running registry writes down: nothing of people, no code, no token, and no line that somebody else wrote."""

import json
import re
from typing import Any

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from cli.story import API
from shared.bus.client import RpcClient
from shared.contracts.rpc.enrollment import GetStatusV1
from shared.contracts.rpc.enrollment_changes import GetArchiveV1
from shared.rules.refused import Refused
from tests.support import cohort as small
from tests.support.grounds import Grounds
from tests.support.operations import Asker, operations, token_of
from tests.support.walk import contact_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
NUMBER = re.compile(
    r"(?<![0-9A-Fa-f-])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx](?![0-9A-Fa-f-])"
)


def logs(grounds: Grounds) -> str:
    """Everything that every process has written."""
    return "\n".join(
        path.read_text(encoding="utf-8", errors="replace") for path in grounds.platform.folder.glob("*.log")
    )


def numbers() -> st.SearchStrategy[str]:
    """Identity numbers that are well formed and nobody's."""

    def complete(body: str) -> str:
        return body + str(mod_11_2.calc_check_digit(body))

    days = st.dates().map(lambda day: f"19{day.year % 100:02d}{day.month:02d}{day.day:02d}")
    return st.tuples(st.just("659999"), days, st.from_regex(r"[0-9]{3}", fullmatch=True)).map("".join).map(complete)


def planted(value: Any, canary: str) -> Any:
    """The example of a contract with a person's number in every text."""
    if isinstance(value, str):
        return canary
    if isinstance(value, dict):
        return {name: planted(each, canary) for name, each in value.items()}
    return [planted(each, canary) for each in value] if isinstance(value, list) else value


@pytest.mark.asvs("16.2.5")
def test_no_log_of_the_story_holds_a_person_a_code_or_a_token(grounds: Grounds) -> None:
    text = logs(grounds)
    assert text
    people = [one for school in small.examples.SCHOOLS for one in small.people_of(school)]
    words = {word for one in people for word in (one.person.id_number, contact_of(one), one.person.name)}
    words |= {grounds.outcome.report["code"], token_of(grounds.owner), token_of(grounds.other)}
    words |= {code for mail in grounds.mailbox.glob("*.txt") for code in re.findall(r"Code: (\d{6})", mail.read_text())}
    assert {word for word in words if re.search(rf"(?<![0-9a-f]){re.escape(word)}(?![0-9a-f])", text)} == set()
    assert NUMBER.search(text) is None


@pytest.mark.asvs("1.2.4", "16.2.5", "16.4.1")
def test_what_is_sent_to_any_operation_is_written_nowhere(grounds: Grounds) -> None:
    """Numbers, lines of their own and statements in every field of every operation; most of it is refused."""
    asker = Asker(grounds.platform.origin, {}, {})
    ending = ("close_account", "sign_out", "end_my_sessions")
    writing = [each for each in operations() if each.route and each.method == "POST" and not each.in_path]
    writing = [each for each in writing if each.name not in ending]
    token = token_of(grounds.operator("scu-registrar-1"))

    @settings(max_examples=3, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(canary=numbers())
    def asked(canary: str) -> None:
        line = f'{canary}\n{{"event":"{canary[::-1]}"}}\r\n13712345678'
        for operation in writing:
            for value in (canary, line, f"{canary}'); DROP TABLE events; --"):
                sent = {name: planted(each, value) for name, each in asker.values_of(operation).items()}
                answer = asker.ask(operation, token, **sent)
                assert answer.status < 500, (operation, answer.data)
        text = logs(grounds)
        assert canary not in text
        assert canary[::-1] not in text
        assert "13712345678" not in text

    asked()


@pytest.mark.asvs("8.3.1", "8.3.3")
def test_past_the_gateway_a_service_believes_nobody(grounds: Grounds) -> None:
    """A caller on the bus itself: without a statement, with a session's token, with another's name."""
    client = RpcClient(grounds.platform.environ["XUEJI_AMQP_URL"], name="intruder")
    status = grounds.ids["students"]
    try:
        for contract in (GetStatusV1, GetArchiveV1):
            for shown in (None, token_of(grounds.owner), "ministry", "a.b.c"):
                with pytest.raises(Refused) as refused:
                    client.call(contract, {"status_id": status}, assertion=shown, deadline=10.0)
                assert refused.value.as_dict()["status"] == 401
    finally:
        client.close()


@pytest.mark.asvs("16.5.1", "16.5.2")
def test_a_service_that_is_away_is_told_without_its_inside_and_comes_back(grounds: Grounds) -> None:
    token = token_of(grounds.operator("scu-registrar-1"))
    path = f"{grounds.platform.origin}{API}/photos/{grounds.ids['photos']}"
    asked = {"url": path, "headers": {"Authorization": f"Bearer {token}"}, "retries": False}
    grounds.platform.kill("imaging-service")
    try:
        answer = urllib3.request("GET", timeout=60, **asked)
        assert (answer.status, json.loads(answer.data)["rule"]) in ((503, "X-SERVICE-1"), (504, "X-SERVICE-2"))
        assert not re.search(r"Traceback|File \"|amqp://|psycopg2", answer.data.decode())
    finally:
        grounds.platform.start("imaging-service")
    assert urllib3.request("GET", **asked).status == 200
