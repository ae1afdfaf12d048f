"""The page of an office: its owner appoints, invites again, dismisses and states; everybody else of it looks."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.sessions import HeldAssertions
from gateway.tests.conftest import NOW
from gateway.tests.test_pages import Page
from shared.access.assertion import Assertion, Signer
from shared.access.decide import StepUpNeeded
from shared.contracts.rpc.identity_offices import AttestOfficeV1, OfficeV1
from shared.contracts.rpc.identity_operators import AppointOperatorV1, InviteOperatorV1, RevokeOperatorV1
from shared.contracts.rpc.identity_sign_in import AssertSessionV1

OWNER = OfficeV1.example["owner"]
PERSON = {
    "name": "李明", "mail": "liming@example.edu.cn", "id_type": "1", "id_number": "11010519491231002X",
    "training": "all",
}  # fmt: skip


class Identity:
    """Answers with the contracts' examples."""

    def __init__(self, signer):
        self.signer, self.asked, self.refuses = signer, [], {}
        self.who = {"sub": OWNER, "office": "4111010001"}

    def call(self, contract, request, **_):
        contract().load(json.loads(json.dumps(request)))
        self.asked.append((contract, request))
        if refusal := self.refuses.get(contract):
            raise refusal
        if contract is not AssertSessionV1:
            return dict(contract.answer.example)
        role = "registrar" if self.who["office"] else "student"
        more = {"session": "s", "office": self.who["office"]}
        until = NOW + timedelta(minutes=5)
        actor = Assertion(self.who["sub"], role, "any", "all", self.who["office"], (), "j", until, **more)
        return {**AssertSessionV1.answer.example, "assertion": self.signer.sign(actor)}


@pytest.fixture
def registry(app, key_pair, clock):
    answering = Identity(Signer(key_pair[0], clock))
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=answering, sessions=HeldAssertions())
    return answering


@pytest.fixture
def owner(app, registry):
    browser = app.test_client()
    browser.set_cookie("__Host-sid", "xs1_" + "A" * 43, domain="localhost", secure=True)
    return browser


def sent(browser, step, **fields):
    inputs = [each for tag, each in Page(browser.get("/en/me").text).tags if tag == "input"]
    token = next(each["value"] for each in inputs if each.get("name") == "token")
    form = {"step": step, "token": token, **fields}
    return browser.post("/en/office", data=form, headers={"Sec-Fetch-Site": "same-origin"})


def paper(content=b"%PDF-1.7\n" + bytes(100_000)):
    return {"statement": "Every operator has a passkey of the own.", "file": (io.BytesIO(content), "procedure.pdf")}


@pytest.mark.parametrize(
    ("step", "fields", "contract"),
    [
        ("appoint", PERSON, AppointOperatorV1),
        ("invite", {"operator_id": "4111010001-3fa9c1"}, InviteOperatorV1),
        ("dismiss", {"operator_id": "4111010001-3fa9c1", "reason": "left the school"}, RevokeOperatorV1),
        ("attest", None, AttestOfficeV1),
    ],
)
def test_an_owner_answers_for_the_office(owner, registry, step, fields, contract):
    answer = sent(owner, step, **(paper() if fields is None else fields))
    assert answer.status_code == 200
    assert 'role="status"' in answer.text
    assert contract in [asked for asked, _ in registry.asked]
    registry.refuses[contract] = StepUpNeeded()
    answer = sent(owner, step, **(paper() if fields is None else fields))
    assert answer.headers["Location"] == "/en/me/step-up?next=/en/office"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_only_its_owner_is_shown_what_only_the_owner_does(owner, registry, language):
    def steps():
        page = Page(owner.get(f"/{language}/office").text)
        assert len(page.ids) == len(set(page.ids))
        return {each["value"] for tag, each in page.tags if tag == "input" and each.get("name") == "step"}

    assert steps() == {"appoint", "attest"}  # nobody dismisses the owner here
    registry.who = {"sub": "4111010001-000000", "office": "4111010001"}
    owner.set_cookie("__Host-sid", "xs1_" + "B" * 43, domain="localhost", secure=True)
    assert steps() == set()
    registry.who = {"sub": "somebody", "office": ""}
    owner.set_cookie("__Host-sid", "xs1_" + "C" * 43, domain="localhost", secure=True)
    assert owner.get(f"/{language}/office").status_code == 404


def test_what_is_not_filled_in_is_asked_of_nobody(owner, registry, blobs):
    for step, fields in (("appoint", {}), ("dismiss", {}), ("attest", {}), ("attest", paper(b"MZ a program"))):
        answer = sent(owner, step, **fields)
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True), step
    assert not {asked for asked, _ in registry.asked} & {AppointOperatorV1, RevokeOperatorV1, AttestOfficeV1}
    assert list(blobs.digests()) == []
    assert sent(owner, "found").status_code == 400
