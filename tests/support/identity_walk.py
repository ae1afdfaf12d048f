"""A nation that nobody has founded, with real post: who acts in it, what came to whom, which routes were walked."""

import contextlib
import csv
import io
import json
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller

from cli.client import Answer, Caller, Problem, until
from cli.people import Person
from cli.postgres_cluster import HOST, free_port
from cli.story import API, open_account
from services.identity.application.one_time_passwords import otp_at
from tests.support.authenticator import Authenticator
from tests.support.identity_provider import SECRET, Claims, LyingProvider
from tests.support.platform import Platform
from tests.support.school_walk import Noted
from tests.support.walk import Walk

PASSWORD = "four quiet words here"
STATEMENT = "Every operator has a passkey of the own, and keys lie in a safe."
PDF = b"%PDF-1.7\n% a procedure\n"
MOE, CTR, EDU, ADM = "moe", "ctr", "education-11", "admissions-11"
PKU, OLD_SCHOOL = "4111010001", "4111010002"


class Post:
    """A real SMTP server and an office for short messages by HTTP; both keep what they took."""

    def __init__(self, folder: Path) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refused: set[str] = set()  # addresses that exist no more
        self.key_file = folder / "sms.key"
        self.key_file.write_bytes(b"a key of thirty-two bytes or more")
        self.port = free_port()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 5.1.1 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=default)
        self.taken += [(address, mail.get_content()) for address in envelope.rcpt_tos]
        return "250 OK"

    def to(self, address: str, *words: str) -> list[str]:
        """Everything that came to an address and holds these words, the oldest first."""
        return [text for to, text in list(self.taken) if to == address and all(word in text for word in words)]

    @contextlib.contextmanager
    def open(self) -> Iterator[dict[str, str]]:
        """Both counters open; what a registry must know of them."""
        mail = Controller(self, hostname=HOST, port=self.port)
        short = ThreadingHTTPServer((HOST, 0), _short_messages(self.taken))
        thread = threading.Thread(target=short.serve_forever, args=(0.05,))
        mail.start()
        thread.start()
        try:
            yield {
                "XUEJI_SMTP_URL": f"smtp://{HOST}:{self.port}",
                "XUEJI_SMTP_FROM": "no-reply@xueji.example",
                "XUEJI_SMS_URL": f"http://{HOST}:{short.server_port}/messages",
                "XUEJI_SMS_KEY_FILE": str(self.key_file),
            }
        finally:
            mail.stop()
            short.shutdown()
            thread.join(10)
            short.server_close()


def _short_messages(taken: list[tuple[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Counter(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.append((said["to"], said["text"]))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Counter


class Named(Caller):
    """Somebody who says what each look is for."""

    purpose = ""

    def get(self, path: str, **query: str) -> Answer:
        headers = {**self._headers, "X-Purpose": quote(self.purpose)}
        return self._answer(self._pool.request("GET", self.origin + path, fields=query, headers=headers))

    def post(self, path: str, body: Mapping[str, Any], *, key: str = "") -> Answer:
        headers = {"Idempotency-Key": key or str(uuid4()), "Content-Type": "application/json"}
        headers |= {**self._headers, "X-Purpose": quote(self.purpose)}
        content = json.dumps(body).encode()
        return self._answer(self._pool.request("POST", self.origin + path, body=content, headers=headers))

    def fetch(self, path: str) -> bytes:
        headers = {**self._headers, "X-Purpose": quote(self.purpose)}
        response = self._pool.request("GET", self.origin + path, headers=headers)
        if response.status != 200:
            self._answer(response)
        return response.data


class Student:
    """Somebody with an account, who signs in anew as often as the clock asks for it."""

    def __init__(self, walk: "IdentityWalk", who: Answer, contact: str, channel: str = "mail") -> None:
        self.walk, self.who, self.contact, self.channel = walk, who, contact, channel
        self.account_id = ""
        self.caller = walk.nobody
        self.sub = ""
        self.recovery: list[str] = []  # codes of whoever has a second factor

    def open(self) -> "Student":
        """Open the account and prove its contact."""
        nobody = self.walk.nobody
        account = open_account(nobody, {**self.who, "channel": self.channel, "contact": self.contact})
        self.account_id = str(account["id"])
        with self.walk.code(self.contact) as code:
            nobody.post(f"{API}/accounts/{self.account_id}/contact-codes", {})
        return self._signed_in(nobody.post(f"{API}/accounts/{self.account_id}/proof", {"code": code[0]}))

    def sign_in(self) -> Caller:
        """By a code to the own contact, and a recovery code where there is a second factor: strong right now."""
        document = {name: value for name, value in self.who.items() if name != "expires_on"}
        with self.walk.code(self.contact) as code:
            asked = self.walk.nobody.post(f"{API}/sign-in-codes", document)
        proof = {**document, "code": code[0], "request": asked["request"]}
        proof |= {"otp": self.recovery.pop()} if self.recovery else {}
        return self._signed_in(self.walk.nobody.post(f"{API}/sessions", proof)).caller

    def _signed_in(self, answer: Answer) -> "Student":
        self.caller, self.sub = self.walk.nobody.signed_in(answer["session"]), str(answer["sub"])
        return self


class IdentityWalk(Walk):
    """The registry, its post and its identity provider; `kept` is what a later test goes on with."""

    def __init__(self, platform: Platform, post: Post, provider: LyingProvider) -> None:
        self.platform, self.post, self.provider = platform, post, provider
        self.noted = Noted()
        self.nobody = Caller(platform.origin, pool=self.noted)
        self.devices: dict[str, Authenticator] = {}
        self.kept: dict[str, Any] = {}
        self.students: dict[str, Student] = {}
        provider.lie = self._timely

    def _timely(self, claims: Claims) -> Claims:
        """The provider lives at the registry's time."""
        now = int(self.platform.clock.now().timestamp())
        return {**claims, "iat": now, "exp": now + 300}

    # --- time ---

    def on(self, day: str, hour: int = 9) -> None:
        """An hour of a day in China."""
        self.platform.clock.set(datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00"))

    def later(self, **time: float) -> None:
        self.platform.clock.set(self.platform.clock.now() + timedelta(**(time or {"minutes": 2})))

    # --- post ---

    @contextlib.contextmanager
    def code(self, contact: str) -> Iterator[list[str]]:
        """The code that what is asked for within sends to a contact; codes are not sent oftener than each minute."""
        self.later()
        before, code = len(self._codes(contact)), list[str]()
        yield code
        code.append(until(lambda: (self._codes(contact)[before:] or [None])[-1], f"a code for {contact}"))

    def _codes(self, contact: str) -> list[str]:
        return [text.split("Code: ")[1][:6] for text in self.post.to(contact, "Code: ")]

    def letter(self, contact: str, *words: str) -> str:
        """The newest message to a contact that holds these words."""
        return until(lambda: (self.post.to(contact, *words) or [None])[-1], f"{words} for {contact}")

    # --- offices ---

    def enrol(self, operator_id: str, mail: str, *, otp: bool = False) -> Caller:
        """Take an invitation up: with a passkey, or with a password and a one-time password."""
        letter = self.letter(mail, f"Operator: {operator_id}", "Invitation: ")
        code = letter.split("Invitation: ")[1].split()[0]
        offered = self.nobody.post(f"{API}/enrolments", {"operator_id": operator_id, "code": code})
        if otp:
            totp = offered["totp"]
            self.kept[f"seed of {operator_id}"] = totp["seed"]
            proof = {"ceremony": totp["ceremony"], "password": PASSWORD, "otp": self.otp(operator_id)}
        else:
            device = self.devices[operator_id] = Authenticator(self.platform.origin)
            made = device.create(offered["passkey"]["options"])
            proof = {"ceremony": offered["passkey"]["ceremony"], "credential": made, "label": "钥匙"}
        return self._as(self.nobody.post(f"{API}/enrolments/complete", proof))

    def otp(self, operator_id: str) -> str:
        return otp_at(self.kept[f"seed of {operator_id}"], self.platform.clock.now())

    def add_passkey(self, caller: Caller, name: str) -> str:
        """One more passkey of somebody who just showed a strong factor; its name in the list."""
        device = self.devices[name] = Authenticator(self.platform.origin)
        begun = caller.post(f"{API}/me/passkeys/options", {})
        made = {"ceremony": begun["ceremony"], "credential": device.create(begun["options"]), "label": name}
        before = {each["passkey"] for each in caller.get(f"{API}/me/factors")["passkeys"]}
        caller.post(f"{API}/me/passkeys", made)

        def added() -> str | None:
            known = {each["passkey"] for each in caller.get(f"{API}/me/factors")["passkeys"]}
            return next(iter(known - before), None)

        return until(added, "the passkey in the list")

    def by_passkey(self, name: str, purpose: str = "") -> Caller:
        """Somebody who signs in with a passkey, now."""
        begun = self.nobody.post(f"{API}/passkey-sessions/options", {})
        signed = {"ceremony": begun["ceremony"], "credential": self.devices[name].get(begun["options"])}
        return self._as(self.nobody.post(f"{API}/passkey-sessions", signed), purpose)

    def staff(self, name: str, purpose: str = "") -> Caller:
        """An operator, by the name that the walk has for the person."""
        return self.by_passkey(self.kept[name], purpose)

    def operator(self, name: str) -> Caller:
        return self.staff(name)

    def appoint(self, by: str, code: str, name: str, person: Person, *, as_owner: bool = False) -> str:
        """A person of this walk acts for an office: appointed, invited, enrolled with a passkey."""
        mail = f"{name}@example.gov.cn"
        said = {"name": person.name, "mail": mail, "training": "all"}
        said |= {"id_type": person.id_type, "id_number": person.id_number}
        appointed = self.staff(by).post(f"{API}/offices/{code}/operators", {**said, "as_owner": as_owner})
        operator_id = str(appointed["operator_id"])
        self.enrol(operator_id, mail)
        self.kept[name] = operator_id
        return operator_id

    def found(self, code: str, kind: str, name: str, **more: Any) -> None:
        day = (self.platform.clock.now() + timedelta(hours=8)).date().isoformat()
        said = {"code": code, "kind": kind, "name": name, "valid_from": day, **more}
        self.staff("minister").post(f"{API}/offices", said)

    def attest(self, owner: str, code: str) -> None:
        """The written procedure and the statement of the year."""
        caller = self.staff(owner)
        paper = caller.upload(f"{API}/evidence", "procedure.pdf", PDF)["digest"]
        caller.post(f"{API}/offices/{code}/statements", {"evidence": [paper], "statement": STATEMENT})
        until(lambda: self.staff(owner).get(f"{API}/offices/{code}")["state"] == "open" or None, "the statement")

    def _as(self, answer: Answer, purpose: str = "") -> Caller:
        somebody = Named(self.nobody.origin, answer["session"], self.noted)
        somebody.purpose = purpose
        return somebody

    # --- facts ---

    def recorded(self, topic: str, service: str = "", times: int = 1) -> None:
        """Wait until a kind of fact was recorded so many times."""
        query = "SELECT count(*) FROM events WHERE topic = %s"
        where = service or topic.partition(".")[0]
        until(lambda: self.rows(where, query, topic)[0][0] >= times or None, topic)


def providers_file(folder: Path, provider: LyingProvider, office: str) -> Path:
    """Which office has an identity provider of its own."""
    (folder / "oidc.secret").write_text(SECRET, encoding="utf-8")
    text = f'[[provider]]\noffice = "{office}"\nissuer = "{provider.issuer}"\nclient_id = "xueji"\n'
    path = folder / "oidc.toml"
    path.write_text(text + f'secret_file = "{folder / "oidc.secret"}"\nstrong_amr = ["mfa"]\n', encoding="utf-8")
    return path


def document(person: Person, **more: str) -> Answer:
    """What somebody says about themselves."""
    return {"id_type": person.id_type, "id_number": person.id_number, "name": person.name, **more}


def csv_of(*rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def refused(ask: Any, *asked: Any, **more: Any) -> str:
    """The rule by which something is refused."""
    with pytest.raises(Problem) as caught:
        ask(*asked, **more)
    assert caught.value.status < 500, caught.value
    return str(caught.value.body["rule"])


def ended(caller: Caller) -> bool | None:
    """Whether a session opens nothing any more; the front door holds what it was told for some seconds."""
    try:
        caller.get(f"{API}/me/sessions")
    except Problem as problem:
        return problem.body["rule"] == "X-SIGN-1" or None
    return None


def found(ask: Any, when: Any = bool) -> Any:
    """An answer, once it is as it should be: read tables follow a moment later."""

    def again() -> Any:
        answer = ask()
        return answer if when(answer) else None

    return until(again, "the answer to be as it should be")
