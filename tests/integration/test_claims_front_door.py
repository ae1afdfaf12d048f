"""A contested document through the front door: gateway, bus, identity, worker, files and mail, each a process."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3
from PIL import Image

from cli.client import Answer, Caller, Problem, until
from cli.examples import demo_key
from cli.story import API, open_account
from tests.support.platform import Platform
from tests.support.rabbitmq import Broker
from tests.support.servers import Databases

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
ZHANG = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}
CLAIMS = f"{API}/identity-claims"
PLACE = b"39.9042N 116.4074E"


@pytest.fixture(scope="module")
def registry(databases: Databases, rabbitmq: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("claims")
    vhost, needed = rabbitmq.fresh_vhost(), ("identity-service", "identity-worker", "gateway")
    now = datetime(2026, 9, 28, 2, tzinfo=UTC)
    with Platform(folder, databases, vhost, now=now, only=needed) as platform:
        yield platform
    rabbitmq.drop_vhost(vhost)


def newest(registry: Platform, contact: str, holding: str) -> str | None:
    """The newest message to an address that says something."""
    folder = registry.folder / "mailbox"
    arrived = sorted(folder.glob("*.txt"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    texts = (path.read_text(encoding="utf-8") for path in arrived)
    return next((text for text in texts if text.startswith(f"To: {contact}\n") and holding in text), None)


def code_to(registry: Platform, contact: str) -> str:
    text = until(lambda: newest(registry, contact, "Code: "), "the code")
    found = re.search(r"Code: (\d{6})", text)
    assert found
    return found[1]


def card() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = PLACE.decode()
    Image.new("RGB", (640, 400), "white").save(out, "JPEG", exif=exif)
    return out.getvalue()


class Reviewer(Caller):
    """An office's operator, who says what each look is for."""

    def with_purpose(self, path: str) -> urllib3.BaseHTTPResponse:
        headers = {**self._headers, "X-Purpose": "review of a claim"}
        return self._pool.request("GET", self.origin + path, headers=headers)


def office(registry: Platform, name: str) -> Reviewer:
    nobody = Caller(registry.origin)
    answer = nobody.post(f"{API}/operator-sessions", {"operator_id": name, "key": demo_key(name)})
    return Reviewer(registry.origin, answer["session"])


def account_of_a_stranger(registry: Platform) -> Caller:
    nobody, contact = Caller(registry.origin), "stranger@example.com"
    account = open_account(nobody, {**ZHANG, "channel": "mail", "contact": contact})
    nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
    session = nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": code_to(registry, contact)})
    return nobody.signed_in(session["session"])


def begun(registry: Platform, contact: str) -> tuple[str, Answer]:
    nobody = Caller(registry.origin)
    request = {**ZHANG, "kind": "contested_document", "channel": "mail", "contact": contact, "statement": "证件是我的"}
    claim = nobody.post(CLAIMS, request)
    path = f"{CLAIMS}/{claim['id']}"
    return path, nobody.post(f"{path}/contact-proof", {"code": code_to(registry, contact)})


@pytest.mark.rule("AC-9", "AC-10", "AC-11")
def test_a_contested_document_goes_its_way_to_its_person_and_back(registry: Platform) -> None:
    """Given a document that a stranger's account holds, when its person claims it with pictures, then it is reviewed
    by the clock, granted, and given back on appeal; each side sees and is told its part."""
    nobody, stranger = Caller(registry.origin), account_of_a_stranger(registry)
    assert stranger.get(f"{API}/me/account")
    path, proven = begun(registry, "real@example.com")
    secret = {"secret": proven["secret"]}
    for role in ("holding", "front", "back"):
        nobody.upload(f"{path}/evidence", "card.jpg", card(), role=role, **secret)
    nobody.post(f"{path}/hand-in", secret)
    seen = nobody.post(f"{path}/view", secret)
    assert (seen["state"], seen["position"], seen["due_on"]) == ("in_review", 1, "2026-10-08")

    _, second = begun(registry, "second@example.com")
    assert second["waits_for"] == "2026-10-08"

    reviewer = office(registry, "operator-1")
    taken = reviewer.post(f"{path}/take", {})
    both = json.loads(reviewer.with_purpose(f"{path}?after_version={taken['version']}").data)
    assert (both["name"], both["holder"]["same_name"], both["statement"]) == ("张*", True, "证件是我的")
    picture = reviewer.with_purpose(f"{path}/evidence/{both['evidence'][0]['evidence_id']}")
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert PLACE not in picture.data
    kept = [path.read_bytes() for path in (registry.folder / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 6 + 2, (
        "three pictures as they came and as they were drawn anew; a sheet of keys of each process"
    )
    assert not [content for content in kept if PLACE in content]
    reviewer.post(f"{path}/compare", {name: ZHANG[name] for name in ("id_number", "name")})
    reviewer.post(f"{path}/decide", {"grants": True, "reason": "手持照片与证件一致"})

    until(lambda: ended(stranger), "the stranger's session to end")
    lost = until(lambda: newest(registry, "stranger@example.com", "手持照片与证件一致"), "the word to who lost")
    link = re.search(r"#(xc1_[\w-]{43})", lost)
    assert link
    nobody.post(f"{path}/appeal", {"secret": link[1], "statement": "一直由我使用"})
    ministry = office(registry, "ministry")
    ministry.post(f"{path}/appeal/decide", {"reverses": True, "reason": "照片为他人"})
    last = until(lambda: newest(registry, "real@example.com", "撤销原决定"), "the word of the appeal")
    assert "照片为他人" in last
    assert nobody.post(f"{path}/view", secret)["appeal"] == "reversed"


def ended(caller: Caller) -> bool | None:
    try:
        caller.get(f"{API}/me/account")
    except Problem as problem:
        return problem.status == 401 or None
    return None


def test_no_log_holds_what_a_claim_said(registry: Platform) -> None:
    path, proven = begun(registry, "quiet@example.com")
    Caller(registry.origin).post(f"{path}/view", {"secret": proven["secret"]})
    hidden: list[Any] = [proven["secret"], "quiet@example.com", ZHANG["id_number"]]
    for log in registry.folder.glob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not [word for word in hidden if word in text], log.name
