"""A founded registry whose operators and students sign in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.adapters.mailbox import MailboxFolder
from services.identity.application.deliveries import Deliveries
from services.identity.application.identity import Identity
from services.identity.application.messages import Reactions
from services.identity.application.office_messages import OfficeMessages
from services.identity.application.one_time_passwords import otp_at
from services.identity.application.passwords import Passwords
from services.identity.application.reactions import AccountReactions
from services.identity.application.sign_in_messages import SignInReactions, SignInUpkeep
from services.identity.application.sign_in_owners import AccountOwners, EveryOwner, OperatorOwners
from services.identity.application.sign_in_rooms import SignInRooms
from services.identity.projections import PROJECTIONS
from services.identity.queries import IdentityQueries
from services.identity.queries.sign_in import SignInQueries
from services.identity.tests.conftest import ZHANG
from services.identity.tests.office_world import SCHOOL, OfficeWorld, new_number, office_world
from services.identity.worker import Reacting
from shared.access.assertion import Assertion, Verifier
from shared.access.by import By
from shared.bus import codec
from shared.eventstore.follower import Follower
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from tests.support.actors import StandingClock
from tests.support.authenticator import Authenticator

ORIGIN = "https://xueji.example"
PASSWORD = "four quiet words here"
AUTUMN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
STUDENT = "zhangsan@example.edu.cn"


class Providers:
    """No office has an identity provider until a test gives it one."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}

    def offices(self) -> list[str]:
        return list(self.known)

    def of(self, office: str) -> Any:
        return self.known.get(office)


class Closed:
    """No provider is reached in these tests."""

    def authorization_endpoint(self, provider: Any) -> str:
        raise AssertionError

    def keys(self, provider: Any, *, anew: bool) -> dict[str, Any]:
        raise AssertionError

    def exchange(self, provider: Any, *, code: str, verifier: str, return_to: str) -> str:
        raise AssertionError


class SignInWorld:
    """Identity as its edge joins it; `tell` checks request and answer against their contracts."""

    def __init__(self, offices: OfficeWorld, door: Any = None) -> None:
        self.offices, self.clock, self.store, self.keyring = offices, offices.clock, offices.store, offices.keyring
        self.identity = Identity(self.store, self.clock, self.keyring, IdentityQueries(self.store))
        owners = EveryOwner(AccountOwners(self.identity), OperatorOwners(offices.appointments))
        self.providers = Providers()
        self.rooms = SignInRooms(
            self.identity,
            origin=ORIGIN,
            passwords=Passwords(memory_kib=64, passes=1),
            owners=owners,
            invitations=offices.invitations,
            providers=self.providers,
            door=door or Closed(),
        )
        sessions = self.identity.sessions
        self.queries = SignInQueries(self.store)
        self.upkeep = SignInUpkeep(sessions, self.keyring, self.queries)
        reactors = [
            AccountReactions(self.identity, ORIGIN).messages,
            OfficeMessages(offices.appointments).messages,
            SignInReactions(sessions, self.keyring, owners).messages,
        ]
        reactions = Reactions(reactors, MailboxFolder(offices.mailbox), Deliveries(self.store), self.clock)
        reacting = Reacting(self.store, reactions.react)
        offices.steps = (Sequencer(self.store).step, Follower(self.store, PROJECTIONS).step, reacting.step)
        self._verifier = Verifier(self.keyring.assertion_public_pem, self.clock)

    def by(self, actor: Assertion | None, use_case: str, command_id: UUID | None, said: str, address: str) -> By:
        return By(
            actor,
            use_case,
            "test",
            self.clock.now(),
            command_id,
            sha256(f"{use_case} {said}".encode()).hexdigest(),
            address=address,
        )

    def tell(
        self,
        actor: Assertion | None,
        method: str,
        command_id: UUID | None = None,
        address: str = "203.0.113.7",
        **asked: Any,
    ) -> Any:
        """Ask as the edge does."""
        contract = self.offices.contracts[method]
        said = repr(sorted(asked.items()))
        if "command_id" in contract().fields:
            asked["command_id"] = str(command_id or uuid4())
        loaded = codec.read(contract, asked)
        rooms = self.rooms
        parts = (
            rooms.passwords, rooms.factors, rooms.passkeys, rooms.codes, rooms.enrolment, rooms.providers,
            rooms.sessions, self.queries, self.identity,
        )  # fmt: skip
        use_case = next(getattr(part, method) for part in parts if hasattr(part, method))
        by = self.by(actor, method, loaded.get("command_id"), said, address)
        return codec.write(contract.answer, use_case(**loaded, by=by))

    def asserted(self, answer: dict[str, Any]) -> Assertion:
        """Who stands behind a session's token now."""
        token = self.tell(None, "assert_session", session=answer["session"])["assertion"]
        return self._verifier.verify(token)

    def forward(self, **time: float) -> None:
        self.offices.forward(**time)

    def work(self) -> None:
        self.offices.work()

    def notices(self) -> list[str]:
        """The notices about somebody's sign-in, oldest first."""
        return [mail for mail in self.offices.mails() if "Your sign-in" in mail]

    # --- people ---

    def student(self, contact: str = STUDENT, **changes: str) -> dict[str, Any]:
        """Open an account, prove its contact: the answer to a first sign-in by code."""
        request = {**ZHANG, "channel": "mail", "contact": contact, **changes}
        by = self.by(None, "preview_account", None, "", "")
        confirmation = self.identity.preview_account(**request, by=by)["confirmation"]
        account_id = self.tell(None, "open_account", **request, confirmation=confirmation)["id"]
        self.tell(None, "send_contact_code", account_id=str(account_id))
        return dict(self.tell(None, "prove_contact_code", account_id=str(account_id), code=self.code()))

    def code(self) -> str:
        """The code in the newest message that has one."""
        return [mail for mail in self.offices.mails() if "Code: " in mail][-1].split("Code: ")[1][:6]

    def with_password(self, answer: dict[str, Any], password: str = PASSWORD) -> None:
        """Give whoever just signed in a password."""
        self.tell(self.asserted(answer), "set_password", password=password)

    def sign_in(self, name: str = STUDENT, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
        return dict(self.tell(None, "sign_in_with_password", name=name, password=password, **more))

    def invited(self) -> tuple[str, str]:
        """An operator of a school who was appointed: id and invitation."""
        owner = self.offices.found(self.offices.signed_in(self.offices.begin()), SCHOOL)
        person = {"name": "赵云", "mail": "zhaoyun@example.edu.cn", "id_type": "1", "id_number": new_number()}
        asked = {"code": SCHOOL, "training": "all", **person}
        operator_id = self.offices.tell(self.offices.signed_in(owner), "appoint_operator", **asked)["operator_id"]
        return operator_id, self.offices.invitation_of(operator_id)

    def registrar(self, password: str = PASSWORD) -> tuple[str, str, dict[str, Any]]:
        """An operator who enrolled with a password and one-time passwords: id, seed, first sign-in."""
        operator_id, code = self.invited()
        begun = self.tell(None, "begin_enrolment", operator_id=operator_id, code=code)["totp"]
        proof = {"ceremony": begun["ceremony"], "password": password, "otp": self.otp(begun["seed"])}
        answer = self.tell(None, "complete_enrolment", **proof)
        self.forward(seconds=60)
        return operator_id, begun["seed"], dict(answer)

    def otp(self, seed: str) -> str:
        return otp_at(seed, self.clock.now())

    def add_passkey(self, answer: dict[str, Any], device: Authenticator, label: str = "手机") -> None:
        actor = self.asserted(answer)
        begun = self.tell(actor, "begin_passkey")
        self.tell(
            actor, "add_passkey", ceremony=begun["ceremony"], credential=device.create(begun["options"]), label=label
        )

    def passkey_sign_in(self, authenticator: Authenticator, **more: Any) -> dict[str, Any]:
        begun = self.tell(None, "begin_passkey_sign_in")
        credential = authenticator.get(begun["options"])
        return dict(self.tell(None, "sign_in_with_passkey", ceremony=begun["ceremony"], credential=credential, **more))


@pytest.fixture
def world(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[SignInWorld]:
    with office_world(databases, keyring, tmp_path, StandingClock(AUTUMN)) as offices:
        yield SignInWorld(offices)
