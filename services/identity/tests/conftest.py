"""An identity store on a real PostgreSQL, its worker's steps, and a mailbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.adapters.mailbox import MailboxFolder
from services.identity.application.deliveries import Deliveries
from services.identity.application.identity import Identity
from services.identity.application.messages import Reactions
from services.identity.application.people_messages import PeopleMessages
from services.identity.application.reactions import AccountReactions
from services.identity.projections import PROJECTIONS
from services.identity.queries import IdentityQueries
from services.identity.worker import Reacting
from shared.access.assertion import Assertion, Verifier
from shared.access.by import By
from shared.eventstore.follower import Follower
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store, migrate

ZHANG = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三"}


class MovableClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def forward(self, by: timedelta) -> None:
        self.instant += by


@dataclass
class House:
    """The service without its bus."""

    identity: Identity
    queries: IdentityQueries
    clock: MovableClock
    mailbox: Path
    tasks: list[Any]

    def asked(self, use_case: str, actor: Assertion | None = None, command_id: UUID | None = None) -> By:
        command = command_id or uuid4()
        return By(actor, use_case, "test", self.clock.now(), command, f"hash of {use_case}")

    def tell(
        self, use_case: str, actor: Assertion | None = None, command_id: UUID | None = None, **request: Any
    ) -> Any:
        """Send a command as the edge does."""
        by = self.asked(use_case, actor, command_id)
        return getattr(self.identity, use_case)(command_id=by.command_id, by=by, **request)

    def work(self) -> None:
        """Let the worker do all that waits."""
        while sum(task() for task in self.tasks):
            pass

    def mail(self) -> list[str]:
        return [path.read_text(encoding="utf-8") for path in sorted(self.mailbox.glob("*.txt"))]

    def open(self, **changes: str) -> UUID:
        request = {**ZHANG, "channel": "mail", "contact": "zhangsan@example.edu.cn", **changes}
        return UUID(self.tell("open_account", **request, confirmation=self.confirmed(**request))["id"])

    def confirmed(self, **request: str) -> str:
        """What its owner hands back to say that the preview is right."""
        return str(self.identity.preview_account(**request, by=self.asked("preview_account"))["confirmation"])

    def code(self) -> str:
        """The code in the newest message."""
        self.work()
        return max(self.mail(), key=lambda text: text.split("Date: ")[1]).split("Code: ")[1][:6]

    def student(self, **changes: str) -> Assertion:
        """Open an account, prove its contact, and come back signed in."""
        account_id = self.open(**changes)
        self.tell("send_contact_code", account_id=account_id)
        answer = self.tell("prove_contact_code", account_id=account_id, code=self.code())
        self.work()
        return self.verified(answer["assertion"])

    def verified(self, token: str) -> Assertion:
        return Verifier(self.identity.keyring.assertion_public_pem, self.clock).verify(token)


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.generate(tmp_path_factory.mktemp("keys") / "keys.toml")


@pytest.fixture
def house(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[House]:
    url = databases.fresh("identity", lambda template: migrate(template, "identity"))
    store = Store(url, "identity")
    clock, queries = MovableClock(), IdentityQueries(store)
    identity = Identity(store, clock, keyring, queries)
    mailbox = tmp_path / "mailbox"
    accounts = AccountReactions(identity, "https://xueji.example")
    messenger = MailboxFolder(mailbox)
    reactions = Reactions(
        [accounts.messages, PeopleMessages(accounts).messages],
        messenger,
        Deliveries(store),
        clock,
        runs=[accounts.bind],
        given_up=identity.note_undelivered,
    )
    reacting = Reacting(store, reactions.react)
    tasks = [Sequencer(store).step, Follower(store, PROJECTIONS).step, reacting.step, reactions.retry]
    yield House(identity, queries, clock, mailbox, tasks)
    store.close()
    databases.drop(url)
