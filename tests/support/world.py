"""The registry while everything falls over: who asks, what each was told, what can be struck, whether all is quiet."""

import csv
import io
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
import psycopg2

from cli.examples import ADMISSION_TITLES, SCHOOLS, Admitted
from cli.people import people
from cli.processes import SERVICES
from cli.story import AT_WORK
from shared.access.assertion import Assertion, Signer
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.client import RpcClient
from shared.bus.failures import CallFailed
from shared.contracts.contract import Command, Request
from shared.contracts.rpc import enrollment
from shared.eventstore.privacy import Keyring
from shared.rules.refused import Refused
from tests.support.platform import Platform
from tests.support.rabbitmq import PrivateRabbit
from tests.support.servers import PrivatePostgres

NOW = datetime(2026, 7, 2, 1, tzinfo=UTC)
SCHOOL = SCHOOLS[0]
ENTRY, STARTS = 2022, "2023-09-01"
ENDED = -1
PATIENCE = 120.0  # seconds until a client stops asking
T = TypeVar("T")
Values = Mapping[str, Any]


@dataclass
class Op:
    """One command with its id, and everything that its caller was told."""

    contract: type[Command]
    request: dict[str, Any]
    role: str
    outcomes: list[str] = field(default_factory=list)  # ok | unknown | the code of a refusal
    answer: dict[str, Any] | None = None

    @property
    def command_id(self) -> str:
        return str(self.request["command_id"])

    @property
    def acknowledged(self) -> bool:
        return self.answer is not None


def eventually(ask: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Ask until there is an answer; everything that is away comes back."""
    deadline = time.monotonic() + seconds
    while True:
        found = ask()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


class World:
    """The registry on its servers, who acts in it, and a list of people to act upon."""

    def __init__(self, platform: Platform, postgres: PrivatePostgres, rabbit: PrivateRabbit, seed: int) -> None:
        self.platform = platform
        self.postgres = postgres
        self.rabbit = rabbit
        self.chance = random.Random(seed)
        self.blobs = SealedBlobs.at(platform.environ["XUEJI_BLOBS_DIR"], platform.environ["XUEJI_KEYS_FILE"])
        self.client = RpcClient(platform.environ["XUEJI_AMQP_URL"], name="storm")
        self.ops: list[Op] = []
        keyring = Keyring.from_file(platform.environ["XUEJI_KEYS_FILE"])
        self._signer = Signer(keyring.assertion_private_pem or "", platform.clock)
        self._tokens: dict[str, str] = {}
        self._asking = threading.Lock()

    # --- asking ---

    def token(self, role: str, sub: str, org: str) -> str:
        key = f"{role} {sub} {org}"
        if key not in self._tokens:
            exp = NOW + timedelta(days=30)
            level = "person" if role == "student" else "school"
            self._tokens[key] = self._signer.sign(
                Assertion(sub=sub, role=role, level=level, kind="all", org=org, amr=("pwd",), jti=uuid4().hex, exp=exp)
            )
        return self._tokens[key]

    def _assertion(self, role: str) -> str:
        name, _, number = role.partition("-")
        org = {"registrar": SCHOOL.code, "image_collector": "demo-images", "ministry": "moe"}.get(name, "11")
        return self.token(name, f"{name}-{number or 1}", org)

    def op(self, contract: type[Command], role: str = "registrar", **request: Any) -> Op:
        """A command that will be given, with an id of its own."""
        made = Op(contract, {"command_id": str(uuid4()), **request}, role)
        with self._asking:
            self.ops.append(made)
        return made

    def ask(self, op: Op) -> bool:
        """Give a command once; whether it was acknowledged."""
        token = None if op.role == "nobody" else self._assertion(op.role)
        try:
            op.answer = self.client.call(op.contract, op.request, assertion=token, deadline=6.0)
        except Refused as refused:
            op.outcomes.append(refused.code)
        except CallFailed:
            op.outcomes.append("unknown")
        else:
            op.outcomes.append("ok")
        return op.acknowledged

    def settle(self, op: Op) -> dict[str, Any]:
        """Give a command, again under the same id, until it is acknowledged."""
        try:
            eventually(lambda: self.ask(op) or None, op.contract.method)
        except TimeoutError:
            raise TimeoutError(f"{op.contract.method} was told {Counter(op.outcomes)}") from None
        return op.answer or {}

    def look(self, contract: type[Request], request: Values, role: str = "registrar") -> dict[str, Any] | None:
        """Ask a question; None while nobody answers."""
        try:
            return self.client.call(contract, request, assertion=self._assertion(role), deadline=6.0)
        except (CallFailed, Refused):
            return None

    def rows(self, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What one service's database holds, seen by its superuser."""
        connection = psycopg2.connect(self.platform.postgres_url(service), connect_timeout=10)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def one(self, service: str, query: str, *values: Any) -> Any:
        return self.rows(service, query, *values)[0][0]

    # --- files ---

    def submit(self, contract: type[Command], name: str, content: bytes, role: str = "registrar", **values: Any) -> str:
        """Hand in a file and return its batch's id."""
        op = self.op(contract, role, digest=self.blobs.put(content), filename=name, entry_year=ENTRY, **values)
        return str(self.settle(op)["id"])

    def advanced(self, batch_id: str) -> int:
        """How many chunks of a batch are decided; ENDED once it has ended, 0 while it cannot be seen."""
        try:
            topics = [topic for (topic,) in self.rows(
                "enrollment", "SELECT topic FROM events WHERE originator_id = %s", batch_id
            )]  # fmt: skip
        except psycopg2.OperationalError:
            return 0
        return (
            ENDED if any(topic.endswith("Finished") for topic in topics) else sum("Advanced" in each for each in topics)
        )

    def finished(self, batch_id: str, role: str = "registrar") -> dict[str, Any]:
        """Wait for the end of a batch."""

        def ask() -> dict[str, Any] | None:
            batch = self.look(enrollment.GetBatchV1, {"batch_id": batch_id}, role)
            return batch if batch and batch["state"] not in AT_WORK else None

        return eventually(ask, f"the end of batch {batch_id}")

    def admit(self, admitted: Sequence[Admitted]) -> None:
        """An admission list from submission to release."""
        rows = [one.row for one in admitted]
        batch_id = self.submit(
            enrollment.SubmitAdmissionBatchV1,
            "admissions.csv",
            csv_of(ADMISSION_TITLES, rows),
            "province_admissions",
            province="11",
        )
        batch = self.finished(batch_id, "province_admissions")
        assert (batch["accepted"], batch["refused"]) == (len(rows), 0)
        self.settle(self.op(enrollment.ReviewAdmissionBatchV1, "province_education", batch_id=batch_id))
        self.settle(self.op(enrollment.ReleaseAdmissionBatchV1, "ministry", batch_id=batch_id))

    # --- what goes wrong ---

    def kill(self, name: str) -> None:
        """kill -9, and a new start at once."""
        self.platform.kill(name)
        self.platform.processes[name].start()

    def cut_postgres(self, service: str) -> None:
        """Close every connection of a service's database from the server's side."""
        self.postgres.disconnect(self.platform.postgres_url(service))

    def cut_rabbitmq(self) -> None:
        """Close every AMQP connection from the broker's side."""
        self.rabbit.close_connections()

    def crash_postgres(self) -> None:
        """The database server dies as in a power cut and comes back."""
        self.postgres.kill()
        self.postgres.start()

    def restart_rabbitmq(self) -> None:
        """The broker is stopped and started."""
        self.rabbit.restart()

    # --- the end of it ---

    def revive(self) -> list[str]:
        """Start whatever does not run; names what had ended by itself, with its last words."""
        fallen = [process for process in self.platform.processes.values() if process.pid is None]
        for process in fallen:
            process.start()
        return [f"{process.name}. {process.last_words()}" for process in fallen]

    def drained(self) -> bool | None:
        """Whether every log is numbered, read, told and heard to its end."""
        for service in SERVICES:
            counts = self.rows(
                service,
                "SELECT (SELECT count(*) FROM events), (SELECT position FROM sequencer), (SELECT position FROM relay),"
                " (SELECT position FROM followers WHERE name = 'projections')",
            )[0]
            if len(set(counts)) != 1:
                return None
            number, sent = self.rows(service, "SELECT number, sent FROM relay")[0]
            if number != sent or any(
                self.one(hearer, "SELECT coalesce(max(last), 0) FROM inbox WHERE publisher = %s", service) != number
                for hearer in HEARERS[service]
            ):
                return None
        return True


HEARERS = {
    "enrollment": ("identity", "imaging", "credentials", "verification"),
    "identity": ("enrollment", "imaging", "verification"),
    "imaging": ("credentials", "verification"),
    "credentials": ("identity", "verification", "enrollment"),
    "verification": (),
}


def admitted_people(count: int, seed: int) -> list[Admitted]:
    """People of one school's admission list who exist in no other example."""
    return [
        Admitted(f"2211{number:010d}", SCHOOL, person, SCHOOL.majors[number % 3])
        for number, person in enumerate(islice(people(seed), count), 1)
    ]


def csv_of(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([titles, *rows])
    return text.getvalue().encode("utf-8-sig")


def public_facts(world: World, publisher: str) -> list[tuple[str, dict[str, Any]]]:
    """Everything a service told its neighbours: type and content, in order."""
    rows = world.rows(publisher, "SELECT type, body FROM public_log ORDER BY number")
    return [(type_, msgspec.json.decode(bytes(body))) for type_, body in rows]


def facts_of(world: World, service: str, topic: str) -> list[UUID]:
    """The aggregates of all events of a topic, one entry an event."""
    return [row[0] for row in world.rows(service, "SELECT originator_id::text FROM events WHERE topic = %s", topic)]
