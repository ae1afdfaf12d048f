"""A founded registry: the ministry with its owner signed in, and whatever offices a test adds to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.identity.adapters.mailbox import MailboxFolder
from services.identity.application.deliveries import Deliveries
from services.identity.application.founding import Founding
from services.identity.application.holders import Holder
from services.identity.application.invitations import Invitations
from services.identity.application.machine_clients import MachineClients
from services.identity.application.messages import Reactions
from services.identity.application.office_messages import OfficeMessages
from services.identity.application.offices import Offices
from services.identity.application.operator_holders import OperatorHolders
from services.identity.application.operators import Appointments
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.queries.offices import OfficeQueries
from services.identity.worker import Reacting
from shared.access.assertion import Assertion
from shared.access.by import By
from shared.bus import codec
from shared.codes.clock import shanghai_date
from shared.contracts.catalogue import requests
from shared.eventstore.follower import Follower
from shared.eventstore.log import read_log
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store, migrate
from shared.eventstore.verify import verify
from tests.support.actors import StandingClock

PAPER = "ab" * 32
STATEMENT = "Every operator has a passkey of the own, and keys lie in a safe."
SCHOOL, OTHER_SCHOOL, FAR_SCHOOL = "4111010001", "4111010002", "4133010335"
_BIRTHS = iter(range(1, 900))


def new_number() -> str:
    """A well-formed identity number that nobody in these tests had before."""
    body = f"11010519900101{next(_BIRTHS):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[rest]


class OfficeWorld:
    """Identity's offices without a bus; `tell` checks request and answer against their contracts as the edge does."""

    def __init__(self, store: Store, keyring: Keyring, mailbox: Path, clock: StandingClock) -> None:
        self.store, self.keyring, self.clock, self.mailbox = store, keyring, clock, mailbox
        self.offices = Offices(store, clock)
        self.appointments = Appointments(store, clock, keyring)
        self.founding = Founding(store, clock, keyring)
        self.invitations = Invitations(store, clock, keyring)
        self.machine_clients = MachineClients(store, clock, keyring)
        self.holders = OperatorHolders(store, clock)
        self.queries = OfficeQueries(store, keyring)
        messages = OfficeMessages(self.appointments).messages
        reactions = Reactions([messages], MailboxFolder(mailbox), Deliveries(store), clock)
        self.steps = (Sequencer(store).step, Follower(store, PROJECTIONS).step, Reacting(store, reactions.react).step)
        self.contracts = {contract.method: contract for contract in requests() if contract.service == "identity"}

    @property
    def today(self) -> date:
        return shanghai_date(self.clock.now())

    def forward(self, **time: float) -> None:
        self.clock.instant += timedelta(**time)

    def by(self, actor: Assertion | None, use_case: str = "test", command_id: UUID | None = None) -> By:
        return By(actor, use_case, "test", self.clock.now(), command_id or uuid4(), f"hash of {use_case}")

    def tell(self, actor: Assertion | None, method: str, command_id: UUID | None = None, **asked: Any) -> Any:
        """Ask as the edge does: the contract is loaded, the use case called, the answer written by its contract."""
        contract = self.contracts[method]
        command_id = command_id or uuid4()
        if "command_id" in contract().fields:
            asked["command_id"] = str(command_id)
        loaded = codec.read(contract, asked)
        parts = (self.offices, self.appointments, self.machine_clients, self.queries)
        use_case = next(getattr(part, method) for part in parts if hasattr(part, method))
        return codec.write(contract.answer, use_case(**loaded, by=self.by(actor, method, command_id)))

    def work(self) -> None:
        while sum(step() for step in self.steps):
            pass

    def due(self) -> int:
        """What the worker does by date."""
        self.work()
        now = self.clock.now()
        done = self.offices.fall_due(self.queries.list_offices_due(now), now) + self.machine_clients.keep_counts(now)
        self.work()
        return done

    def mails(self) -> list[str]:
        self.work()
        texts = (path.read_text(encoding="utf-8") for path in self.mailbox.glob("*.txt"))
        return sorted(texts, key=lambda text: text.split("Date: ")[1])

    def invitation_of(self, operator_id: str) -> str:
        """The code in the newest message to this operator."""
        wanted = [text for text in self.mails() if f"Operator: {operator_id}\n" in text]
        return wanted[-1].split("Invitation: ")[1].splitlines()[0]

    def come(self, operator_id: str) -> Holder:
        """Take the invitation up."""
        return self.invitations.spend(operator_id, self.invitation_of(operator_id), self.by(None))

    def signed_in(self, operator_id: str, **changes: Any) -> Assertion:
        """What stands in the operator's assertion now, a strong factor just shown."""
        holder = self.holders.named(operator_id)
        assert holder is not None
        said = {
            "sub": holder.sub,
            "role": holder.role,
            "level": holder.level,
            "kind": holder.kind,
            "org": holder.org,
            "office": holder.office,
            "suspended": holder.suspended,
            "amr": ("hwk",),
            "jti": uuid4().hex,
            "exp": self.clock.now() + timedelta(minutes=5),
            "stepped_up": True,
        }
        return Assertion(**(said | changes))

    def appoint(self, actor: Assertion, code: str, **changes: Any) -> str:
        """Somebody new in an office, who has come already."""
        asked = {
            "code": code,
            "name": "李明",
            "mail": "liming@example.edu.cn",
            "id_type": "1",
            "id_number": new_number(),
            "training": "all",
        }
        operator_id: str = self.tell(actor, "appoint_operator", **(asked | changes))["operator_id"]
        self.come(operator_id)
        return operator_id

    def attest(self, owner: str, code: str) -> None:
        self.tell(self.signed_in(owner), "attest_office", code=code, evidence=[PAPER], statement=STATEMENT)

    def found(self, actor: Assertion, code: str, kind: str = "school", name: str = "学校", **more: Any) -> str:
        """An office with an owner who has come and given the word of the year; answers the owner's id."""
        day = self.today.isoformat()
        self.tell(actor, "found_office", code=code, kind=kind, name=name, valid_from=day, **more)
        owner = self.appoint(actor, code, as_owner=True)
        self.attest(owner, code)
        self.work()
        return owner

    def begin(self) -> str:
        """Found the registry; answers the ministry's owner, who has come and given the word of the year."""
        founded = self.founding.found_registry(
            ministry="教育部",
            name="王芳",
            mail="wangfang@example.gov.cn",
            id_type="1",
            id_number=new_number(),
            now=self.clock.now(),
        )
        owner: str = founded["operator_id"]
        self.come(owner)
        self.attest(owner, "moe")
        self.work()
        return owner

    def holders_of(self, code: str) -> list[str]:
        """The ids of an office's operators."""
        self.work()
        with self.store.reading() as cursor:
            cursor.execute("SELECT operator_id FROM operator_register WHERE office = %s ORDER BY id", (code,))
            return [row[0] for row in cursor.fetchall()]

    def ids(self, table: str, column: str) -> list[str]:
        """One column of a read table, in the order of making."""
        self.work()
        with self.store.reading() as cursor:
            cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
            return [row[0] for row in cursor.fetchall()]

    def everything_kept(self) -> str:
        """Every row of every table as text."""
        self.work()
        with self.store.reading() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            tables = [row[0] for row in cursor.fetchall()]
            found = []
            for table in tables:
                cursor.execute(
                    f"SELECT %s || ':' || coalesce(string_agg(t::text, ' '), '') FROM {table} AS t", (table,)
                )
                row = cursor.fetchone()
                found.append(row[0] if row else "")
            cursor.execute("SELECT convert_from(state, 'UTF8') || convert_from(context, 'UTF8') FROM events")
            found += [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT convert_from(answer, 'UTF8') FROM commands")
            found += [row[0] for row in cursor.fetchall()]
        return "\n".join(found)

    def facts(self) -> list[tuple[str, dict[str, Any]]]:
        """Every fact so far: its name and its context."""
        self.work()
        with self.store.reading() as cursor:
            records = read_log(cursor, 0, 10_000)
        return [(record.topic, dict(record.context)) for record in records]

    def require_sound(self) -> None:
        """Claims, standings and read tables are those that a replay finds."""
        self.work()
        assert verify(self.store, PROJECTIONS, AGGREGATES) == []


@contextmanager
def office_world(databases: Any, keyring: Keyring, folder: Path, clock: StandingClock) -> Iterator[OfficeWorld]:
    """A world on a database of its own."""
    url = databases.fresh("identity", lambda template: migrate(template, "identity"))
    store = Store(url, "identity")
    yield OfficeWorld(store, keyring, folder / "mailbox", clock)
    store.close()
    databases.drop(url)
