"""Messages: none lost, none doubled, and no address that holds up all others."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.identity.application.deliveries import AFTER_A_TRY, KEPT, Deliveries
from services.identity.application.identity import Identity
from services.identity.application.messages import Message, Reactions, RefusedForGood, Unreachable
from services.identity.application.reactions import AccountReactions
from services.identity.domain.account import Account
from services.identity.tests.conftest import ZHANG, House
from services.identity.worker import Reacting
from shared.eventstore.privacy import Keyring, add_wrapping_key

pytestmark = pytest.mark.servers
OTHER = {"id_number": "440524188001010014", "contact": "lisi@example.edu.cn"}


@dataclass
class Office:
    """Carries messages, unless a test says what goes wrong with an address or with everything."""

    arrived: list[Message] = field(default_factory=list)
    wrong: dict[str, Exception] = field(default_factory=dict)
    attempts: int = 0

    def deliver(self, message: Message) -> None:
        self.attempts += 1
        if error := self.wrong.get(message.to) or self.wrong.get("all"):
            raise error
        self.arrived.append(message)


@dataclass
class Post:
    """The house's worker with this office instead of the folder."""

    house: House
    office: Office
    reactions: Reactions
    reacting: Reacting

    def work(self) -> None:
        for task in (*self.house.tasks[:2], self.reacting.step, self.reactions.retry):
            while task():
                pass

    def later(self, by: timedelta) -> None:
        self.house.clock.forward(by)
        self.work()

    def ask_for_code(self, **changes: str) -> UUID:
        account_id = self.house.open(**changes)
        self.house.tell("send_contact_code", account_id=account_id)
        return account_id

    def states(self) -> list[tuple[str, int]]:
        with self.house.identity.store.reading() as cursor:
            cursor.execute("SELECT state, tries FROM message_deliveries ORDER BY position")
            return list(cursor.fetchall())


@pytest.fixture
def post(house: House) -> Post:
    office, identity = Office(), house.identity
    reactions = Reactions(
        [AccountReactions(identity).messages],
        office,
        Deliveries(identity.store),
        house.clock,
        given_up=identity.note_undelivered,
    )
    return Post(house, office, reactions, Reacting(identity.store, reactions.react))


def test_a_poisonous_address_holds_nobody_up(post: Post) -> None:
    post.office.wrong["zhangsan@example.edu.cn"] = OSError("451")
    post.ask_for_code()
    post.ask_for_code(**OTHER)
    post.work()
    assert [message.to for message in post.office.arrived] == ["lisi@example.edu.cn"]
    assert post.states() == [("waiting", 1), ("delivered", 0)]


def test_a_message_that_failed_for_a_moment_arrives_once(post: Post) -> None:
    post.office.wrong["all"] = OSError("451")
    post.ask_for_code()
    post.work()
    post.office.wrong.clear()
    post.later(AFTER_A_TRY[0])
    post.later(timedelta(hours=1))
    assert len(post.office.arrived) == 1
    assert post.states() == [("delivered", 1)]


def test_what_never_goes_through_is_tried_a_bounded_number_of_times(post: Post) -> None:
    student = post.house.student()
    post.house.clock.forward(timedelta(minutes=1))
    post.office.wrong["all"] = OSError("451")
    post.house.tell("name_contact", actor=student, channel="mail", contact="new@example.cn", replaces="")
    post.work()
    for _ in range(60):
        post.later(timedelta(hours=1))
    assert post.states()[-1][0] == "undelivered"
    assert post.office.attempts <= len(AFTER_A_TRY) + 1


@pytest.mark.rule("X-PROOF-1")
def test_a_code_that_is_over_is_not_sent_any_more_and_its_owner_reads_why(post: Post) -> None:
    """Given an office that cannot be reached for longer than a code lives, when it is back, then the code is not sent,
    and the account's owner can read that a message was given up."""
    student = post.house.student()
    post.house.clock.forward(timedelta(minutes=2))
    post.office.wrong["all"] = Unreachable("down")
    post.house.tell("request_sign_in_code", **ZHANG)
    post.work()
    post.office.wrong.clear()
    post.later(timedelta(minutes=11))
    assert post.office.arrived == []
    shown = post.house.identity.get_my_account(by=post.house.asked("get_my_account", student))
    assert [(each["channel"], each["cause"]) for each in shown["undelivered"]] == [("mail", "late")]


@pytest.mark.rule("AC-20")
def test_records_are_bound_before_any_mail_is_waited_for(post: Post) -> None:
    """Given facts that ask for mails and for binding, when the worker takes them up, then it binds before it turns to
    whoever carries the mails, however slow that one is."""
    done: list[str] = []
    office = post.office

    class Slow:
        def deliver(self, message: Message) -> None:
            done.append("mail")
            office.deliver(message)

    store = post.house.identity.store
    reactors = [AccountReactions(post.house.identity).messages]
    slow = Reactions(reactors, Slow(), Deliveries(store), post.house.clock, runs=[lambda _: done.append("bound")])
    post.ask_for_code()
    for task in (*post.house.tasks[:2], Reacting(store, slow.react).step):
        task()
    assert done == ["bound", "mail"]


def test_a_code_waits_for_a_wrapping_key_that_the_worker_was_not_given_yet(post: Post, tmp_path: Path) -> None:
    """Given a service with a new wrapping key and a worker without it, when an account is opened and a code asked for,
    then the code goes out once the worker has the key too, and is not dropped as that of a closed account."""
    path, house = tmp_path / "keys.toml", post.house
    Keyring.generate(path)
    before = Keyring.from_file(path)
    add_wrapping_key(path)
    serving, following = (
        Identity(house.identity.store, house.clock, keyring, house.queries)
        for keyring in (Keyring.from_file(path), before)
    )
    house.identity = serving
    post.ask_for_code()

    def worker(identity: Identity) -> Reactions:
        return Reactions([AccountReactions(identity).messages], post.office, Deliveries(identity.store), house.clock)

    for task in (*house.tasks[:2], Reacting(serving.store, worker(following).react).step):
        task()
    assert (post.office.attempts, post.states()) == (0, [("waiting", 1)])
    house.clock.forward(timedelta(minutes=1))
    worker(serving).retry()
    assert [message.to for message in post.office.arrived] == ["zhangsan@example.edu.cn"]


def test_a_message_that_cannot_be_written_is_given_up_and_others_go_out(post: Post) -> None:
    """Given an address at which the messenger itself breaks, when codes go there and elsewhere, then that one is given
    up, and the others arrive."""
    post.office.wrong["zhangsan@example.edu.cn"] = ValueError("address parts cannot contain CR or LF")
    post.ask_for_code()
    other = post.house.open(**OTHER, name="李四")
    post.house.tell("send_contact_code", account_id=other)
    post.work()
    assert [message.to for message in post.office.arrived] == [OTHER["contact"]]
    assert ("undelivered", 0) in post.states()


def test_an_address_that_is_refused_for_good_is_tried_once_and_its_owner_reads_it(post: Post) -> None:
    post.office.wrong["all"] = RefusedForGood("550")
    account_id = post.ask_for_code()
    post.work()
    post.later(timedelta(hours=1))
    assert (post.office.attempts, post.states()) == (1, [("undelivered", 0)])
    account: Any = post.house.identity.find(Account, account_id)
    assert [fact.cause for fact in account.undelivered] == ["refused"]


def test_an_office_that_cannot_be_reached_costs_no_message_a_try_and_is_asked_once_a_pass(post: Post) -> None:
    post.office.wrong["all"] = Unreachable("down")
    for number in range(3):
        post.ask_for_code(id_type="A", id_number=f"E1234567{number}", contact=f"p{number}@example.cn")
    post.work()
    before = post.office.attempts
    post.reactions.retry()
    assert post.office.attempts == before + 1
    assert post.states() == [("waiting", 0)] * 3
    post.office.wrong.clear()
    post.reactions.retry()
    assert sorted(message.to for message in post.office.arrived) == [f"p{n}@example.cn" for n in range(3)]


def test_a_worker_that_dies_after_a_delivery_does_not_deliver_again(post: Post) -> None:
    post.ask_for_code()
    post.work()
    with post.house.identity.store.reading() as cursor:
        cursor.execute("DELETE FROM followers WHERE name = 'reactions'")  # the position was not written
    post.work()
    assert len(post.office.arrived) == 1


def test_a_message_whose_account_ended_meanwhile_is_dropped(post: Post) -> None:
    student = post.house.student()
    post.house.clock.forward(timedelta(minutes=2))
    post.office.wrong["all"] = Unreachable("down")
    post.house.tell("request_sign_in_code", **ZHANG)
    post.work()
    post.house.tell("close_account", actor=student)
    post.work()
    post.office.wrong.clear()
    post.work()
    assert post.office.arrived == []
    assert post.states()[-1] == ("dropped", 0)


def test_the_table_of_deliveries_names_nobody(post: Post) -> None:
    post.ask_for_code()
    post.work()
    with post.house.identity.store.reading() as cursor:
        cursor.execute("SELECT message_deliveries::text FROM message_deliveries")
        stored = "".join(row[0] for row in cursor.fetchall())
    (message,) = post.office.arrived
    assert message.to not in stored
    assert dict(message.parameters)["code"] not in stored


def test_what_is_done_is_forgotten_after_a_month_and_is_not_sent_again(post: Post) -> None:
    student = post.house.student()
    post.house.tell("change_my_name", actor=student, name="张叁")
    post.work()
    assert [message.template for message in post.office.arrived] == ["account-changed"]
    post.office.wrong["all"] = Unreachable("down")
    post.ask_for_code(**OTHER)
    post.work()
    deliveries, clock = Deliveries(post.house.identity.store), post.house.clock
    clock.forward(KEPT - timedelta(minutes=1))
    assert deliveries.forget(clock.now()) == 0
    clock.forward(timedelta(minutes=1))
    assert deliveries.forget(clock.now()) == 2  # the code that opened the account, and the notice
    assert [state for state, _ in post.states()] == ["waiting"], "what waits is not forgotten"
    post.office.wrong.clear()
    with post.house.identity.store.reading() as cursor:
        cursor.execute("DELETE FROM followers WHERE name = 'reactions'")  # as if an old position were restored
    post.work()
    assert len(post.office.arrived) == 1


def test_what_waits_and_what_was_given_up_is_counted_by_channel(post: Post) -> None:
    post.office.wrong["zhangsan@example.edu.cn"] = OSError("451")
    post.office.wrong["lisi@example.edu.cn"] = RefusedForGood("550")
    post.ask_for_code()
    post.ask_for_code(**OTHER)
    post.work()
    deliveries = Deliveries(post.house.identity.store)
    assert deliveries.counts(post.house.clock.now()) == {"mail": (1, 1), "sms": (0, 0)}
    assert deliveries.counts(post.house.clock.now() + timedelta(days=2)) == {"mail": (1, 0), "sms": (0, 0)}
