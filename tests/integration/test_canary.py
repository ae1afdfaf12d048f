"""A person with a name, number, address that nobody else has goes through the registry and closes the account: gone."""

import base64
import contextlib
import csv
import io
import json
import re
import subprocess
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

import psycopg2
import pytest
import urllib3
from PIL import Image

from cli import examples
from cli.client import Answer, Caller, Problem, until
from cli.people import Person
from cli.postgres_cluster import find_binaries
from cli.processes import SERVICES
from cli.story import API, AT_WORK, open_account
from services.identity.domain.account import Account
from shared.blobs.sealed_files import SealedBlobs
from shared.eventstore.privacy import Keyring, Shredded, SubjectKeys
from shared.eventstore.replay import history
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store, migrate_keys
from tests.support.platform import Platform
from tests.support.rabbitmq import Broker
from tests.support.servers import Databases

pytestmark = pytest.mark.servers
SCHOOL = examples.SCHOOLS[0]
NOW = datetime(2022, 9, 12, 1, tzinfo=UTC)
# Nobody of the examples is called so, has this number, this address, this telephone
CANARY = Person("金丝雀𠮷", "女", date(1999, 2, 28), "1", "110105199902280042", "汉族")
MAIL, PHONE, OTHER_MAIL = "canary-7f3a9c@example.edu.cn", "13912345678", "canary-b81d@example.edu.cn"
CLAIMANT, PASSWORD = "canary-claims-55e1@example.edu.cn", "Nightingale-loud-89-quartz"
TOLD = {
    "claimant": CLAIMANT,
    "password": PASSWORD,
    "name": CANARY.name,
    "number": CANARY.id_number,
    "mail": MAIL,
    "phone": PHONE,
    "other mail": OTHER_MAIL,
}


@dataclass
class Cage:
    """The whole registry, the canary in it, and everything an attacker might take away."""

    platform: Platform
    broker: Broker
    vhost: str
    keys_url: str
    account_id: str = ""
    status_id: str = ""
    now: datetime = NOW

    @property
    def nobody(self) -> Caller:
        return Caller(self.platform.origin)

    def operator(self, name: str) -> Caller:
        said = {"operator_id": name, "key": examples.demo_key(name)}
        return self.nobody.signed_in(self.nobody.post(f"{API}/operator-sessions", said)["session"])

    def later(self) -> None:
        """Two minutes pass: codes are not sent oftener."""
        self.now += timedelta(minutes=2)
        self.platform.clock.set(self.now)

    def code(self, to: str, after: int = 0) -> str:
        """The code in the newest message to an address, once more than `after` went there."""

        def newest() -> str | None:
            texts = [each.read_text(encoding="utf-8") for each in (self.platform.folder / "mailbox").glob("*.txt")]
            sent = [text for text in texts if f"To: {to}\n" in text]
            found = re.search(r"\b\d{6}\b", sent[-1].partition("\n\n")[2]) if len(sent) > after else None
            return found.group() if found else None

        return until(newest, f"a code for {to}")

    # --- what can be taken away ---

    def databases(self) -> Iterator[tuple[str, bytes]]:
        """Every row of every table, as a dump writes it."""
        urls = {service: self.platform.postgres_url(service) for service in SERVICES} | {"keys": self.keys_url}
        for name, url in urls.items():
            connection = psycopg2.connect(url)
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
                    )
                    for (table,) in cursor.fetchall():
                        rows = io.BytesIO()
                        cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
                        yield f"{name}.{table}", rows.getvalue()
            finally:
                connection.close()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every log and every blob, and what each is called; the mailbox is the demo's own end of the line, outside."""
        for path in sorted(self.platform.folder.rglob("*")):
            if path.is_file() and "mailbox" not in path.parts and path.name != "keys.toml":
                name = str(path.relative_to(self.platform.folder))
                yield name, name.encode() + b"\n" + path.read_bytes()

    def dumps(self) -> Iterator[tuple[str, bytes]]:
        """Every database as pg_dump writes it: functions, comments and settings too."""
        for service in (*SERVICES, "keys"):
            url = self.keys_url if service == "keys" else self.platform.postgres_url(service)
            asked = [str(find_binaries() / "pg_dump"), "--no-password", "--inserts", f"--dbname={url}"]
            done = subprocess.run(asked, capture_output=True, check=True)
            assert b"PostgreSQL database dump complete" in done.stdout
            yield f"dump of {service}", done.stdout

    @property
    def blobs(self) -> SealedBlobs:
        """The files as the registry reads them."""
        environ = self.platform.environ
        return SealedBlobs.at(environ["XUEJI_BLOBS_DIR"], environ["XUEJI_KEYS_FILE"], read_only=True)

    def metrics(self) -> Iterator[tuple[str, bytes]]:
        for process in self.platform.processes.values():
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(process._probe.replace("readyz", "metrics")) as got,
            ):
                yield f"metrics of {process.name}", got.read()

    def queues(self) -> Iterator[tuple[str, bytes]]:
        """Every message that waits, the tap's among them: all that was published since it was laid."""
        name = urlsplit(self.vhost).path.lstrip("/")
        for queue in self.broker.queues(self.vhost):
            asked = {"count": 10_000, "ackmode": "ack_requeue_true", "encoding": "base64"}
            path = f"/queues/{name}/{quote(queue['name'], safe='')}/get"
            with contextlib.suppress(OSError):  # a reply queue that went away meanwhile
                for message in self.broker.api("POST", path, asked):
                    yield f"queue {queue['name']}", base64.b64decode(message["payload"])

    def lay_tap(self) -> None:
        """A queue that keeps a copy of every public fact."""
        name = urlsplit(self.vhost).path.lstrip("/")
        self.broker.api("PUT", f"/queues/{name}/tap", {"durable": True})
        for exchange in self.broker.api("GET", f"/exchanges/{name}"):
            if exchange["name"].endswith(".events"):
                binding = f"/bindings/{name}/e/{exchange['name']}/q/tap"
                self.broker.api("POST", binding, {"routing_key": "#"})

    def everything(self) -> Iterator[tuple[str, bytes]]:
        yield from self.databases()
        yield from self.queues()
        yield from self.metrics()
        yield from self.files()
        yield from self.dumps()


def forms_of(text: str) -> dict[str, bytes]:
    """The ways in which a text may lie about: plain, escaped, encoded, and the hexadecimal of each."""
    plain = text.encode()
    forms = {
        "plain": plain,
        "json": json.dumps(text)[1:-1].encode(),
        "url": quote(text, safe="").encode(),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "gb18030": text.encode("gb18030"),
        **{f"base64 at {at}": _base64(plain, at) for at in range(3)},
        **{f"base64 of utf-16 at {at}": _base64(text.encode("utf-16-le"), at) for at in range(3)},
    }
    urlsafe = {f"{name}, url-safe": form.translate(bytes.maketrans(b"+/", b"-_")) for name, form in forms.items()}
    known = {form: name for name, form in (*urlsafe.items(), *forms.items())}
    hexed = {form.hex().encode(): f"hex of {name}" for form, name in known.items()}
    return {name: form for form, name in (*hexed.items(), *known.items())}


def _base64(content: bytes, at: int) -> bytes:
    """The middle of the base64 of anything that holds this content at a place of this remainder."""
    encoded = base64.b64encode(b"\0" * at + content).rstrip(b"=")
    return encoded[(0, 2, 3)[at] : len(encoded) - ((at + len(content)) % 3 != 0)]


def found_in(places: Iterable[tuple[str, bytes]], told: Mapping[str, str]) -> set[str]:
    """Where which text lies in which form; the hexadecimal of a dump is lower case."""
    sought = {(what, name): form for what, text in told.items() for name, form in forms_of(text).items()}
    return {
        f"{what} ({name}) in {place}"
        for place, content in places
        for (what, name), form in sought.items()
        if form in content
    }


def test_the_search_finds_every_form_it_names() -> None:
    text = CANARY.name + MAIL
    for name, form in forms_of(text).items():
        assert any(f"({name}" in each for each in found_in([("here", b"before" + form + b"after")], {"it": text})), name
    hidden = base64.b64encode(b"x" + json.dumps({"a": text}, ensure_ascii=False).encode() + b"yz")
    assert found_in([("events", b"\\\\x" + hidden.hex().encode())], {"it": text})
    assert found_in([("log", b"nothing of it")], {"it": text}) == set()


@pytest.fixture(scope="module")
def cage(databases: Databases, rabbitmq: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cage]:
    vhost, keys_url = rabbitmq.fresh_vhost(), databases.fresh("keys", migrate_keys)
    extra = {"XUEJI_SUBJECT_KEYS_URL": keys_url}
    with Platform(tmp_path_factory.mktemp("canary"), databases, vhost, now=NOW, extra=extra) as platform:
        cage = Cage(platform, rabbitmq, vhost, keys_url)
        cage.lay_tap()
        cage.status_id = registered(cage)
        yield cage
    rabbitmq.drop_vhost(vhost)
    databases.drop(keys_url)


def registered(cage: Cage) -> str:
    """The canary is admitted and registered like anybody else."""
    one = replace(examples.admitted()[0], person=CANARY)
    sheet = io.StringIO()
    wrong = [cell + "?" if cell == CANARY.id_number else cell for cell in one.row]  # goes back, with its reason
    wrong[2] = "22110199999999"
    csv.writer(sheet).writerows([examples.ADMISSION_TITLES, one.row, wrong])
    where = {"province": examples.PROVINCE, "entry_year": str(examples.ENTRY_YEAR)}
    submitted = cage.operator(f"admissions-{examples.PROVINCE}").upload(
        f"{API}/admission-batches", "list.csv", sheet.getvalue().encode("utf-8-sig"), **where
    )
    reviewer = cage.operator(f"education-{examples.PROVINCE}")

    def finished() -> Answer | None:
        with contextlib.suppress(Problem):
            batch = reviewer.get(f"{API}/batches/{submitted['id']}")
            return None if batch["state"] in AT_WORK else batch
        return None

    read = until(finished, "the list")
    assert (read["accepted"], read["refused"]) == (1, 1)
    paper = b"%PDF-1.7\n" + "\n".join(TOLD.values()).encode()
    assert cage.operator("pku-registrar-1").upload(f"{API}/evidence", "paper.pdf", paper)["digest"]
    reviewer.post(f"{API}/admission-batches/{submitted['id']}/review", {})
    cage.operator("ministry").post(f"{API}/admission-batches/{submitted['id']}/release", {})
    said = {
        "school_code": SCHOOL.code, "entry_year": examples.ENTRY_YEAR, "exam_no": one.exam_no, "recheck": "合格",
        "student_no": None,
    }  # fmt: skip
    return str(cage.operator("pku-registrar-1").post(f"{API}/students", said)["id"])


def life(cage: Cage) -> Caller:
    """Account, sign-in, a report that a stranger verifies, looks of staff, a consent; and signed in at the end."""
    person = {"id_type": CANARY.id_type, "id_number": CANARY.id_number, "name": CANARY.name}
    account = open_account(cage.nobody, {**person, "channel": "mail", "contact": MAIL})
    cage.account_id = account["id"]
    cage.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
    session = cage.nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": cage.code(MAIL)})
    student = cage.nobody.signed_in(session["session"])

    for channel, contact in (("mail", OTHER_MAIL), ("sms", PHONE)):
        cage.later()
        student.post(f"{API}/me/contacts", {"channel": channel, "contact": contact, "replaces": ""})
        student.post(f"{API}/me/contacts/proof", {"code": cage.code(contact)})

    student.post(f"{API}/me/password", {"password": PASSWORD})
    said = {"name": MAIL, "password": PASSWORD}
    assert cage.nobody.post(f"{API}/password-sessions", said)["session"]
    claim(cage, person)

    def reportable() -> Answer | None:
        return next(iter(student.get(f"{API}/reportable-records")["records"]), None)

    record = until(reportable, "the bound status")
    asked = {"kind": "status", "record_id": record["record_id"], "language": "both", "months": 1}
    report = student.post(f"{API}/reports", asked)
    until(lambda: shown(cage, report["code"]), "the report")
    registrar = cage.operator("pku-registrar-1")
    registrar.get(f"{API}/students/{cage.status_id}")
    registrar.post(f"{API}/students/{cage.status_id}/unmask", {"reason": "毕业证书核对", "unmasking_id": None})
    look_of(cage, "operator-1", "来电：查不到学籍")
    word(cage, student)
    numbers_in_words(cage, student)
    return student


def word(cage: Cage, student: Caller) -> None:
    """What the person lets an office see, and in the own words why."""
    office = {"code": "verifier-9", "kind": "verifier", "name": "某用人单位", "valid_from": "2022-07-01"}
    cage.operator("ministry").post(f"{API}/offices", office)
    student.post(f"{API}/me/consents", consent_for(cage, f"{CANARY.name} 入职核验"))
    (given,) = until(lambda: student.get(f"{API}/me/consents")["consents"] or None, "the consent")
    assert given["purpose"] == f"{CANARY.name} 入职核验"


def consent_for(cage: Cage, purpose: str) -> Answer:
    said = {"office": "verifier-9", "scope": ["name"], "records": [cage.status_id], "until": "2022-12-31"}
    return {**said, "purpose": purpose}


def numbers_in_words(cage: Cage, student: Caller) -> None:
    """Nobody writes a number or an address of the person into what stays in clear."""
    support, told = cage.operator("operator-1"), (CANARY.id_number, MAIL, PHONE)
    accounts = {"surviving_account": cage.account_id, "other_account": str(uuid4())}
    clean = {**accounts, "reason": "来信反映为同一人", "evidence": []}
    for each in told:
        in_words = [
            (student, "me/consents", consent_for(cage, f"核验 {each}")),
            (support, "merges", {**clean, "reason": f"同一人 {each}"}),
            (cage.operator("ministry"), "offices/verifier-9/suspend", {"reason": f"投诉人 {each}"}),
        ]
        for caller, path, body in in_words:
            assert refused(caller, path, body) == (422, "TEXT_NAMES_PERSON"), path
        assert refused(support, "merges", {**clean, "evidence": [each]})[0] == 422
        headers = {**support._headers, "X-Purpose": quote(f"来电 {each}")}
        path = f"{cage.nobody.origin}{API}/students/{cage.status_id}"
        assert urllib3.request("GET", path, headers=headers, retries=False).status == 422


def refused(caller: Caller, path: str, body: Answer) -> tuple[int, str]:
    with pytest.raises(Problem) as problem:
        caller.post(f"{API}/{path}", body)
    return problem.value.status, str(problem.value.body["code"])


def disowned(cage: Cage, student: Caller) -> None:
    """The person says in the own words that the record is not theirs; its school reads them."""
    said = {"kind": "status", "statement": f"我叫 {CANARY.name}，从未就读，请回复 {MAIL}"}
    student.post(f"{API}/me/records/{cage.status_id}/disown", said)
    assert words_seen(cage) == said["statement"]


def words_seen(cage: Cage) -> str:
    path = f"{API}/disowned-records"
    asked = cage.operator("pku-registrar-1")
    (seen,) = until(lambda: asked.get(path, school_code=SCHOOL.code)["records"] or None, "the disowned record")
    return str(seen["statement"])


def look_of(cage: Cage, name: str, purpose: str) -> None:
    """The registry's own staff look, and say what for."""
    staff, path = cage.operator(name), f"{cage.nobody.origin}{API}/students/{cage.status_id}"
    for said, status in ((purpose, 200), ("", 409)):
        headers = {**staff._headers, "X-Purpose": quote(said)}
        assert urllib3.request("GET", path, headers=headers, retries=False).status == status


def claim(cage: Cage, person: Mapping[str, str]) -> None:
    """Somebody claims the same document, with a picture that tells the name between its pixels, and takes it back."""
    said = {**person, "kind": "contested_document", "channel": "mail", "contact": CLAIMANT, "statement": CANARY.name}
    claimed = cage.nobody.post(f"{API}/identity-claims", said)
    path = f"{API}/identity-claims/{claimed['id']}"
    proven = cage.nobody.post(f"{path}/contact-proof", {"code": cage.code(CLAIMANT)})
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "white").save(picture, "JPEG", comment="".join(TOLD.values()).encode())
    cage.nobody.upload(f"{path}/evidence", "me.jpg", picture.getvalue(), secret=proven["secret"], role="front")
    cage.nobody.post(f"{path}/withdraw", {"secret": proven["secret"]})


def shown(cage: Cage, code: str) -> Answer | None:
    with contextlib.suppress(Problem):
        answer = cage.nobody.post(f"{API}/verifications", {"code": code})
        return answer if answer["outcome"] == "valid" else None
    return None


def archive_of(student: Caller) -> Answer | None:
    """The archive, once everything that happened stands in it."""
    archive = student.get(f"{API}/me/archive")
    assert not [name for name, part in archive.items() if part["fault"]], archive
    there = archive["looks"]["answer"]["looks"] and archive["verifications"]["answer"]["verifications"]
    return archive if len(archive["looks"]["answer"]["looks"]) > 2 and there else None


@pytest.mark.asvs("14.2.7", "16.2.5")
@pytest.mark.rule("A21-1", "A24-3", "A25-1", "AUD-4", "PIPL-1")
def test_a_closed_account_leaves_nothing_of_its_person_anywhere(cage: Cage) -> None:
    """Given a person nobody resembles who lived through account, sign-in, claim, report, looks, a consent and a record
    that is not theirs, and whose numbers nobody may write into reasons and purposes, when the account is closed, then
    nothing of them lies in clear in any table, queue, log, blob or metric, as nothing did before; what the account held
    opens to nobody with any key there is; the replay goes on, and statutory facts stay."""
    student = life(cage)
    archive = until(lambda: archive_of(student), "the archive")
    assert [each["person"]["name"] for each in archive["statuses"]["answer"]["statuses"]] == [CANARY.name]
    assert [each["name"] for each in archive["admissions"]["answer"]["admissions"]] == [CANARY.name]
    looks = {(each["use_case"], each["shown"]): each for each in archive["looks"]["answer"]["looks"]}
    assert looks["unmask_status", "full"]["purpose"] == "毕业证书核对"
    told = {(each["role"], each["office_name"], each["purpose"]) for each in archive["looks"]["answer"]["looks"]}
    assert ("registrar", SCHOOL.name, "get_status") in told
    assert ("operator", "centre", "来电：查不到学籍") in told
    (alert,) = cage.operator("auditor-1").get(f"{API}/look-alerts")["alerts"]
    assert (alert["record_id"], alert["sub"]) == (cage.status_id, "operator-1"), "no open case explains that look"
    assert found_in(cage.everything(), TOLD) == set(), "sealed while the account lives"
    told = {digest: cage.blobs.read(digest) for digest in cage.blobs.digests()}
    assert sum(CANARY.name.encode() in content for content in told.values()) >= 3, "list, refused row, paper: all there"

    disowned(cage, student)
    sealed = sealed_of(cage)
    assert CANARY.name in next(keys.open(subject, text, place) for keys, subject, text, place in sealed)
    student.post(f"{API}/me/account/close", {})
    until(lambda: shredded(cage), "the shredding of the account's key")
    assert found_in(cage.everything(), TOLD) == set(), "after the account was closed"
    for keys, subject, text, place in sealed:
        with pytest.raises(Shredded):
            keys.open(subject, text, place)
    assert words_seen(cage) == "", "the words of disowning went with the account"
    assert replayed(cage) == "closed"
    again = cage.operator("pku-registrar-1").post(
        f"{API}/students/{cage.status_id}/unmask", {"reason": "毕业证书核对", "unmasking_id": None}
    )
    assert again["name"] == CANARY.name, "statutory facts stay"


def sealed_of(cage: Cage) -> list[tuple[SubjectKeys, str, str, str]]:
    """What the account's facts hold of its person, with all keys that there are."""
    settings = StoreSettings(cage.platform.postgres_url("identity"), keys_url=cage.keys_url)
    keys = SubjectKeys(Store(settings, "identity"), Keyring.from_file(cage.platform.environ["XUEJI_KEYS_FILE"]))
    (opened,) = [each.fact for each in facts_of(cage) if isinstance(each.fact, Account.Opened)]
    places = {"sealed_person": "account:person", "sealed_contact": "account:contact"}
    return [(keys, cage.account_id, getattr(opened, name), place) for name, place in places.items()]


def facts_of(cage: Cage) -> list[Any]:
    store = Store(cage.platform.postgres_url("identity"))
    try:
        return [each for each in history(store, [UUID(cage.account_id)]) if each.originator_id == UUID(cage.account_id)]
    finally:
        store.close()


def replayed(cage: Cage) -> str:
    """The account as its facts make it, without a key."""
    account: Any = None
    for each in facts_of(cage):
        account = each.fact.mutate(account)
    return str(account.standing.state)


def shredded(cage: Cage) -> bool | None:
    connection = psycopg2.connect(cage.keys_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT wrapped IS NULL FROM subject_keys WHERE subject = %s", (cage.account_id,))
            row = cursor.fetchone()
    finally:
        connection.close()
    return True if row and row[0] else None


def test_a_dump_of_the_keys_without_the_wrapping_key_opens_nothing(cage: Cage, tmp_path: Path) -> None:
    """Whoever has every table and not the file of keys has no key."""
    settings = StoreSettings(cage.platform.postgres_url("identity"), keys_url=cage.keys_url)
    store = Store(settings, "identity")
    with store.keys.reading() as cursor:
        cursor.execute("SELECT subject, wrapped FROM subject_keys WHERE wrapped IS NOT NULL LIMIT 5")
        kept = cursor.fetchall()
    store.close()
    assert all(len(bytes(wrapped)) == 12 + 32 + 16 for _, wrapped in kept), "wrapped, never plain"
    assert tmp_path.is_dir()
