"""Who is known here is not to be found out: known and unknown people get one answer, after the same work."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg2.extensions
import pytest

from gateway.api.identity_routes import IDENTITY_ROUTES
from services.identity.tests.conftest import ZHANG
from services.identity.tests.sign_in.conftest import PASSWORD, STUDENT, SignInWorld
from shared.eventstore.store import Store
from shared.rules.refused import Refused

OF_NOBODY = {"id_type": "1", "id_number": "440524188001010014", "name": "李四"}
ADDRESS = "198.51.100.23"
UNASKED = "xr1_" + "A" * 43
PROOFS: Mapping[str, Mapping[str, str]] = {  # which code each takes, and what else
    "sign_in_with_code": {},
    "recover_user_name": {"purpose": "user_name"},
    "reset_password": {"purpose": "password"},
}
# Public, and yet no place to find people: why
NOT_ASKED: Mapping[str, str] = {
    "open_account": "says that a document or a contact is taken, because its owner must learn it to contest it (AC-9)",
    "complete_enrolment": "asks with a ceremony that the server began, and names nobody",
    "sign_in_with_passkey": "names nobody: the passkey says who it is",
    "begin_passkey_sign_in": "names nobody",
    "sign_in_with_provider": "names nobody: the provider says who it is",
    "begin_provider_sign_in": "names an office; offices are public",
    "list_providers": "names offices; offices are public",
    "list_schools": "names schools; offices are public",
    "sign_in_operator": "the demo's door, which is closed elsewhere",
    **dict.fromkeys(
        [
            "appeal_identity_claim",
            "ask_classmates",
            "check_evidence_room",
            "hand_in_identity_claim",
            "open_identity_claim",
            "prove_by_knowledge",
            "prove_claim_contact",
            "send_claim_code",
            "view_identity_claim",
            "withdraw_identity_claim",
        ],
        "a claim's id and secret are random; what is told of a taken document is shown in test_claim_asking",
    ),
}
ASKED = (
    "preview_account",
    "send_contact_code",
    "prove_contact_code",
    "resend_activation",
    "request_sign_in_code",
    "sign_in_with_code",
    "request_recovery_code",
    "recover_user_name",
    "reset_password",
    "sign_in_with_password",
    "begin_enrolment",
)


class Counted(psycopg2.extensions.cursor):
    """Counts what is sent to the database."""

    sent = 0

    def execute(self, query: Any, variables: Any = None) -> None:
        Counted.sent += 1
        super().execute(query, variables)


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch, world: SignInWorld) -> Iterator[Callable[[], tuple[int, int]]]:
    """Counts statements and hashes of passwords from now on."""
    take, passwords, hashes = Store._take, world.rooms.passwords.passwords, [0]
    verify = passwords._verify

    def taken(store: Store) -> Any:
        connection = take(store)
        connection.cursor_factory = Counted
        return connection

    def verified(*given: Any) -> Any:
        hashes[0] += 1
        return verify(*given)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "_take", taken)
        patched.setattr(passwords, "_verify", verified)
        began = Counted.sent
        yield lambda: (Counted.sent - began, hashes[0])


def told(world: SignInWorld, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer or the refusal, without what is different each time."""
    try:
        answer = (
            reset(world, asked) if method == "reset_password" else world.tell(None, method, address=ADDRESS, **asked)
        )
    except Refused as refused:
        return refused.as_dict()
    random = re.compile(r"(^|_)(id|secret|confirmation|request|at|until)$")
    echoed = {str(value) for value in asked.values()}
    return {name: "…" if random.search(name) or value in echoed else value for name, value in answer.items()}


def reset(world: SignInWorld, asked: Mapping[str, Any]) -> Any:
    by = world.by(None, "reset_password", uuid4(), repr(asked), ADDRESS)
    return world.rooms.reset.reset_password(command_id=by.command_id, **asked, by=by)


def questions(world: SignInWorld) -> dict[str, list[dict[str, Any]]]:
    """For each public question about somebody: asked about one who is known, then about those who are not."""
    operator, _ = world.invited()
    world.with_password(world.student())
    world.forward(hours=2)
    account = next(
        iter(world.identity.owners("account.document", [world.keyring.id_key("1", ZHANG["id_number"])]).values())
    )
    documents = [ZHANG, OF_NOBODY, {**ZHANG, "name": "李四"}]
    contact = {"channel": "mail", "contact": STUDENT}
    nowhere = {"channel": "mail", "contact": "nobody@example.edu.cn"}
    wrong = {"code": "000000", "request": UNASKED}
    return {
        "preview_account": [{**ZHANG, **nowhere}, {**OF_NOBODY, **nowhere}],
        "send_contact_code": [{"account_id": str(account)}, {"account_id": str(uuid4())}],
        "prove_contact_code": [{"account_id": each, "code": "000000"} for each in (str(account), str(uuid4()))],
        "resend_activation": [contact, nowhere],
        "request_sign_in_code": documents,
        "sign_in_with_code": [{**each, **wrong} for each in documents],
        "request_recovery_code": [{**each, "purpose": "password", "channel": "mail"} for each in documents],
        "recover_user_name": [{**each, **wrong} for each in documents],
        "reset_password": [{**each, **wrong, "password": f"{PASSWORD} too"} for each in documents],
        "sign_in_with_password": [
            {"name": name, "password": "not the right one"} for name in (STUDENT, "nobody@example.edu.cn")
        ],
        "begin_enrolment": [{"operator_id": each, "code": "AAAA-AAAA-AAAA-AAAA"} for each in (operator, "nobody-1")],
    }  # fmt: skip


@pytest.mark.asvs("6.3.8")
@pytest.mark.parametrize("method", ASKED)
def test_known_and_unknown_get_one_answer_after_the_same_work(
    world: SignInWorld, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    seen = []
    for asked in questions(world)[method]:
        world.forward(hours=25)
        with counting(monkeypatch, world) as count:
            seen.append((told(world, method, asked), count()))
    assert len(seen) > 1
    assert all(each == seen[0] for each in seen), seen
    assert seen[0][1][0] > 0 or method == "preview_account"


@pytest.mark.asvs("6.3.8")
@pytest.mark.parametrize("method", PROOFS)
def test_every_wrong_try_of_a_code_costs_the_same_until_the_code_is_burnt_and_after(
    world: SignInWorld, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """A code is out for one who is known and for nobody else; it is missed six times, and once without its request."""
    people = questions(world)[method]
    seen = []
    for asked in people:
        world.forward(hours=25)
        who = {name: asked[name] for name in ("id_type", "id_number", "name")}
        more = {**PROOFS[method], "channel": "mail"} if PROOFS[method] else {}
        code = world.tell(
            None, "request_recovery_code" if more else "request_sign_in_code", address=ADDRESS, **who, **more
        )
        tries = []
        for request in (UNASKED, *[code["request"]] * 6):
            with counting(monkeypatch, world) as count:
                tries.append((told(world, method, {**asked, "request": request}), count()))
        seen.append(tries)
    assert seen[0] == seen[1] == seen[2], seen
    assert len({str(each) for each in seen[0][:5]}) == 1, "an unknown request is answered like a wrong code"
    world.work()
    with world.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE topic = 'identity.Account.CodeMissed'")
        assert cursor.fetchone() == (4 if PROOFS[method] else 5,), "of one account, and none without its request"


@pytest.mark.asvs("6.3.8")
def test_the_miss_after_which_one_waits_costs_the_same_and_its_owner_hears_of_it_later(
    world: SignInWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.with_password(world.student())
    before, seen = len(world.notices()), []
    for name in (STUDENT, "nobody@example.edu.cn"):
        tries = []
        for _ in range(7):
            with counting(monkeypatch, world) as count:
                tries.append((told(world, "sign_in_with_password", {"name": name, "password": "not it"}), count()))
            world.forward(seconds=2)
        seen.append(tries)
    assert seen[0] == seen[1]
    assert len(world.notices()) == before
    world.upkeep.due(world.clock.now())
    world.upkeep.due(world.clock.now())
    assert len(world.notices()) == before + 1


def test_what_is_said_or_done_otherwise_is_noticed(world: SignInWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A taken document is told when an account is opened, on purpose: the comparison above must see such a thing."""
    world.student()
    asked = {**ZHANG, "channel": "mail", "contact": "new@example.edu.cn"}
    others = {**OF_NOBODY, "channel": "mail", "contact": "other@example.edu.cn"}
    said = []
    for each in (asked, others):
        each["confirmation"] = world.tell(None, "preview_account", **each)["confirmation"]
        said.append(told(world, "open_account", each))
    assert said[0] != said[1]


def test_no_public_question_about_people_is_left_out() -> None:
    public = {route.name for route in IDENTITY_ROUTES if route.public}
    assert public == set(ASKED) | NOT_ASKED.keys()
