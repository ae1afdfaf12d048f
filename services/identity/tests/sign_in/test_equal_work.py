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
# Public, and yet no place to find people: why
NOT_ASKED: Mapping[str, str] = {
    "open_account": "says that a document or a contact is taken, because its owner must learn it to contest it (AC-9)",
    "complete_enrolment": "asks with a ceremony that the server began, and names nobody",
    "sign_in_with_passkey": "names nobody: the passkey says who it is",
    "begin_passkey_sign_in": "names nobody",
    "sign_in_with_provider": "names nobody: the provider says who it is",
    "begin_provider_sign_in": "names an office; offices are public",
    "sign_in_operator": "the demo's door, which is closed elsewhere",
    **dict.fromkeys(
        [
            "appeal_identity_claim",
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
    random = re.compile(r"(^|_)(id|secret|confirmation|at|until)$")
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
    return {
        "preview_account": [{**ZHANG, **nowhere}, {**OF_NOBODY, **nowhere}],
        "send_contact_code": [{"account_id": str(account)}, {"account_id": str(uuid4())}],
        "prove_contact_code": [{"account_id": each, "code": "000000"} for each in (str(account), str(uuid4()))],
        "resend_activation": [contact, nowhere],
        "request_sign_in_code": documents,
        "sign_in_with_code": [{**each, "code": "000000"} for each in documents],
        "request_recovery_code": [{**each, "purpose": "password", "channel": "mail"} for each in documents],
        "recover_user_name": [{**each, "code": "000000"} for each in documents],
        "reset_password": [{**each, "code": "000000", "password": f"{PASSWORD} too"} for each in documents],
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
