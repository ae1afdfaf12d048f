"""Public verification 在线验证: a code goes in, the answer comes out. Plain WSGI over the read tables, no bus.

    gunicorn --worker-class gthread --threads 16 'services.verification.public:app()'

Also runs under eventlet's server. Neither codes nor personal data stand in any URL or log line.
"""

import base64
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from secrets import token_hex
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
import structlog
from prometheus_client import Counter, Histogram

from services.verification.adapters.clients import Clients, Throttled
from services.verification.adapters.evidence import Evidence, EvidenceBook
from services.verification.adapters.private import serve_privately
from services.verification.config import PublicConfig
from services.verification.domain.particulars import particulars
from services.verification.domain.rules import outcome
from services.verification.domain.verdicts import Verdict, look_at, verdict
from services.verification.queries import found_by_code
from shared.access.decide import Resource, require
from shared.blobs.port import BlobMissing, Blobs
from shared.blobs.sealed_files import SealedBlobs
from shared.codes.clock import Clock, clock_from, shanghai_date
from shared.eventstore.privacy import CannotOpen, Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

Environ = Mapping[str, Any]
StartResponse = Callable[..., Any]
LONGEST_BODY: Final = 4096
PHOTO_SECONDS: Final = 120
HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
STATUS: Final = {
    200: "200 OK", 302: "302 Found", 400: "400 Bad Request",
    404: "404 Not Found", 405: "405 Method Not Allowed", 410: "410 Gone",
    413: "413 Content Too Large", 422: "422 Unprocessable Content", 429: "429 Too Many Requests",
    503: "503 Service Unavailable",
}  # fmt: skip
ANSWERED = Counter("xueji_verification_answers", "Answers given to strangers.", ["outcome"])
TAKEN = Histogram("xueji_verification_seconds", "Time to an answer.", buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2))
_log = structlog.get_logger("xueji.verification")
_json = msgspec.json.Encoder()


class Question(msgspec.Struct):
    """What a stranger sends: a code, and whether the photo should come inside the answer."""

    code: str
    photo: str = "url"  # or "inline"


_question = msgspec.json.Decoder(Question)


class PublicVerification:
    """The WSGI application."""

    def __init__(
        self, store: Store, keyring: Keyring, blobs: Blobs, clock: Clock, clients: Clients, book: EvidenceBook
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._blobs = blobs
        self._clock = clock
        self._clients = clients
        self._book = book
        self._used: dict[str, float] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Route, answer, count; whatever goes wrong inside is told in general words only."""
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        try:
            if path == "/verify":
                return self._at_the_door(environ, start_response, method)
            if path.startswith("/verify/photo/") and method == "GET":
                return self._photo(path.removeprefix("/verify/photo/"), start_response)
            return _say(start_response, 404, {"outcome": "no_such_page"})
        except Throttled as throttled:
            ANSWERED.labels("throttled").inc()
            said = _words(verdict("throttled"))
            return _say(start_response, 429, said, ("Retry-After", str(throttled.seconds)))
        except Exception as error:
            # The text of a fault may hold what was asked: its kind is all that is told.
            _log.error("verification failed", fault=type(error).__name__)
            ANSWERED.labels("unavailable").inc()
            return _say(start_response, 503, _words(verdict("unavailable")), ("Retry-After", "5"))

    def _at_the_door(self, environ: Environ, start_response: StartResponse, method: str) -> Iterable[bytes]:
        """Programs post a code here; a person who scanned one is led to the page, the code behind # coming along."""
        if method == "POST":
            return self._verify(environ, start_response)
        if method in ("GET", "HEAD"):
            language = "zh" if "zh" in environ.get("HTTP_ACCEPT_LANGUAGE", "zh") else "en"
            return _say(start_response, 302, {"outcome": "post_a_code"}, ("Location", f"/{language}/verify"))
        return _say(start_response, 405, {"outcome": "post_a_code"}, ("Allow", "GET, HEAD, POST"))

    def _verify(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        require(None, "verify_report", Resource("report"))  # strangers ask: this door knows nobody's role (A21-2)
        client = self._clients.admit(environ)
        try:
            question = _asked(environ)
        except BadRequest as bad:
            return _say(start_response, bad.status, _words(verdict("malformed")))
        verdict_, answer, evidence = self._answer(question, client)
        self._book.keep(evidence)  # before the answer: what was said can be proved (A6-2)
        if verdict_.outcome in ("unknown", "malformed", "certificate_number"):
            self._clients.missed(client)
        ANSWERED.labels(verdict_.outcome).inc()
        TAKEN.observe(time.perf_counter() - started)
        return _say(start_response, verdict_.status, answer)

    def _answer(self, question: Question, client: str) -> tuple[Verdict, dict[str, Any], Evidence]:
        now = self._clock.now()
        today = shanghai_date(now)
        code, seen = look_at(question.code)
        found = None
        if code is not None:
            with self._store.reading() as cursor:
                found = found_by_code(cursor, self._keyring.code_key(code), today)
            seen = verdict(_outcome_of(found, today) if found else "unknown")
        answer = _words(seen)
        if found is None or seen.outcome != "valid":
            return seen, answer, Evidence(now, seen.outcome, client, report_id=found["report_id"] if found else None)
        lines = particulars(found["kind"], found["record"], self._person(found["record"]))
        answer["report"] = {
            "kind": found["kind"],
            "issued_on": found["issued_on"],
            "valid_until": found["valid_until"],
            "answered_at": now,
            "record_version": found["record"]["version"],
            "particulars": lines,
            "photo": self._portrait(found["record"].get("photo_digest"), question.photo == "inline"),
        }
        evidence = Evidence(
            now,
            seen.outcome,
            client,
            report_id=found["report_id"],
            record_id=found["record_id"],
            record_version=found["record"]["version"],
            shown=[line.code for line in lines],
        )
        return seen, answer, evidence

    def _person(self, record: dict[str, Any]) -> dict[str, Any]:
        return self._keyring.open_person(record["sealed_person"], record["id_key"])

    def _portrait(self, digest: str | None, inline: bool) -> dict[str, str] | None:
        if digest is None:
            return None
        if inline:
            try:
                content = base64.b64encode(self._blobs.read(digest)).decode()
            except BlobMissing:
                return None
            return {"data": f"data:image/jpeg;base64,{content}"}
        until = int(self._clock.now().timestamp()) + PHOTO_SECONDS
        return {"url": f"/verify/photo/{self._keyring.seal(f'{digest} {until} {token_hex(8)}', 'portrait')}"}

    def _photo(self, ticket: str, start_response: StartResponse) -> Iterable[bytes]:
        """One picture for one ticket, once and for two minutes."""
        now = self._clock.now().timestamp()
        self._used = {used: until for used, until in self._used.items() if until > now}
        try:
            # by what it says: a ticket can be written in more than one way
            digest, until, once = self._keyring.open(ticket, "portrait").split(" ")
            if once in self._used or float(until) < now:
                raise CannotOpen
            self._used[once] = float(until)
            content = self._blobs.read(digest)
        except Refused:
            return _say(start_response, 404, {"outcome": "no_such_page"})
        start_response(STATUS[200], [*HEADERS, ("Content-Type", "image/jpeg"), ("Content-Length", str(len(content)))])
        return [content]

    def ready(self) -> bool:
        """Whether codes can be looked up and evidence be kept."""
        with self._store.reading() as cursor:
            cursor.execute("SELECT to_regclass('report_register') IS NOT NULL")
            (found,) = cursor.fetchone() or (False,)
        return bool(found) and self._book.running

    def close(self) -> None:
        """Commit what waits and give the connections back."""
        self._book.close()
        self._store.close()


class BadRequest(Exception):
    """A body that holds no question."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _asked(environ: Environ) -> Question:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise BadRequest(400) from None
    if not 0 < length <= LONGEST_BODY:
        raise BadRequest(413 if length > LONGEST_BODY else 400)
    body: bytes = environ["wsgi.input"].read(length)
    try:
        if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            given = parse_qs(body.decode(), max_num_fields=8)
            return Question(given["code"][0], given.get("photo", ["url"])[0])
        return _question.decode(body)
    except (msgspec.MsgspecError, ValueError, KeyError):
        raise BadRequest(400) from None


def _outcome_of(found: Mapping[str, Any], today: date) -> str:
    entry = found["record"].get("illegal_entry")
    return outcome(found["state"], found["valid_until"], today, illegal_entry=bool(entry))


def _words(said: Verdict) -> dict[str, Any]:
    return {"outcome": said.outcome, "rule": said.rule, "zh": said.zh, "en": said.en, "report": None}


def _say(start_response: StartResponse, status: int, answer: dict[str, Any], *more: tuple[str, str]) -> Iterable[bytes]:
    body = _json.encode(answer)
    kind = ("Content-Type", "application/json; charset=utf-8")
    start_response(STATUS[status], [*HEADERS, kind, ("Content-Length", str(len(body))), *more])
    return [body]


def app(environ: Mapping[str, str] | None = None) -> PublicVerification:
    """The application as the environment says, with its private port beside it."""
    config = PublicConfig.from_environ(os.environ if environ is None else environ)
    store = Store(config.store, "verification")
    keyring = Keyring.from_file(config.keys_file)
    public = PublicVerification(
        store,
        keyring,
        SealedBlobs.at(config.blobs_dir, config.keys_file, read_only=True),
        clock_from(config.clock),
        Clients(config.answers_rate, config.misses_rate, config.trusted_proxies, keyring.code_key),
        EvidenceBook(store),
    )
    if config.private_port:
        serve_privately(config.private_host, config.private_port, public.ready)
    return public
