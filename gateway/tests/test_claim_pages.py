"""The pages of a claim: opened by a secret that stands in no address, followed and acted on by forms alone."""

import io
from html.parser import HTMLParser
from uuid import uuid4

import pytest

from gateway.api.claim_evidence import LARGEST
from gateway.tests.test_pages import Page
from shared.contracts.rpc.identity_claim_views import ViewIdentityClaimV1
from shared.contracts.rpc.identity_claim_vouching import A_CODE, AskClassmatesV1
from shared.contracts.rpc.identity_claims import (
    A_CLAIM,
    A_SECRET,
    CLAIM_KINDS,
    CLAIM_STATES,
    AddClaimEvidenceV1,
    AppealIdentityClaimV1,
    CheckEvidenceRoomV1,
    HandInIdentityClaimV1,
    OpenIdentityClaimV1,
    ProveByKnowledgeV1,
    ProveClaimContactV1,
    SendClaimCodeV1,
    WithdrawIdentityClaimV1,
)
from shared.rules.refused import NotFound

JPEG = b"\xff\xd8\xff\xe0 a picture of somebody"
ZH, EN = f"/zh/identity-claims/{A_CLAIM}", f"/en/identity-claims/{A_CLAIM}"
ZHANG = {
    "kind": "not_me", "id_type": "1", "id_number": "11010519491231002X", "name": "张三", "channel": "mail",
    "contact": "zhangsan@example.edu.cn",
}  # fmt: skip
KNOWN = {"school": "4111010001", "entry_year": "2026", "level": "本科", "student_no": "2600010001"}


class Text(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self, page):
        super().__init__()
        self.seen = ""
        self.feed(page)

    def handle_data(self, text):
        self.seen += text


@pytest.fixture
def claim(monkeypatch):
    """How identity tells of the claim from now on."""

    def as_it_stands(**more):
        monkeypatch.setattr(ViewIdentityClaimV1.answer, "example", {**ViewIdentityClaimV1.answer.example, **more})

    return as_it_stands


def sent(client, step, path=EN, **form):
    return client.post(path, data={"step": step, "secret": A_SECRET, "command_id": str(uuid4()), **form})


def contracts(services):
    return [contract for contract, *_ in services.asked]


@pytest.mark.parametrize("path", [ZH, EN, f"{EN}/proof", "/zh/identity-claims/", "/en/identity-claims/"])
def test_whoever_only_looks_asks_nobody_anything(client, services, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert services.asked == []
    page = Page(answer.text)
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert len(page.ids) == len(set(page.ids))
    assert all(each.startswith("/") for each in page.loads)
    assert client.get(path.replace("/zh/", "/en/")).status_code == 200


def test_the_link_without_a_language_leads_to_the_page(client):
    answer = client.get(f"/identity-claims/{A_CLAIM}", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (302, EN)


@pytest.mark.rule("AC-11")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        (EN, ("In review", "Place in the line", "23 October 2026", "Working days left", "Three working days")),
        (ZH, ("审核中", "排队位置", "2026年10月23日", "剩余工作日", "三个工作日")),
    ],
)
def test_a_claim_shows_its_place_its_clock_and_its_steps(client, services, clock, path, words):
    """Given a claim in review, when its asker opens it, then place, last day, days left and steps are there."""
    clock.set(clock.now().replace(year=2026, month=10, day=20))
    answer = client.post(path, data={"secret": A_SECRET})
    assert answer.status_code == 200
    seen = Text(answer.text).seen
    assert all(word in seen for word in words)
    assert 'value="3">3</meter>' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    ((contract, said, *_),) = services.asked
    assert (contract, said) == (ViewIdentityClaimV1, {"claim_id": A_CLAIM, "secret": A_SECRET})


@pytest.mark.rule("AC-10")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            EN,
            ("waiting for its turn", "Place among the claims to this document", "follow in their order", "23 October"),
        ),
        (ZH, ("等候审核", "就此证件排队的位置", "结束后依次处理", "2026年10月23日")),
    ],
)
def test_a_claim_that_waits_shows_its_place_what_it_waits_for_and_no_clock(client, claim, path, words):
    """Given a claim that waits for another one, when its asker opens it, then place and what it waits for are there,
    and no last day of its own."""
    claim(state="queued", queued_at="2026-10-20T02:00:00+00:00", handed_in_at=None, due_on=None, waits_for="2026-10-23")
    answer = sent(client, "view", path)
    seen = Text(answer.text).seen
    assert all(word in seen for word in words)
    assert "<meter" not in answer.text
    assert not {"Three working days from", "三个工作日；"} & set(seen.splitlines())


@pytest.mark.rule("AC-9")
def test_a_code_for_classmates_is_shown_when_it_is_asked_for_and_not_again(client, claim):
    """Given a claim to a contested document, when its asker asks for a code, then it is shown with where classmates
    enter it; looked at again, the page shows none."""
    claim(state="open", vouchers=1)
    page = sent(client, "classmates").text
    assert A_CODE in page
    assert "/en/vouch" in page
    assert A_CODE not in sent(client, "view").text


@pytest.mark.asvs("14.2.1")
def test_the_secret_stands_in_no_address(client, claim):
    claim(state="evidence_uploaded", may_appeal=True)
    page = Page(sent(client, "view").text)
    assert not any(A_SECRET in value for _, attributes in page.tags for name, value in attributes.items()
                   if name != "value" and value)  # fmt: skip
    client.get(f"{EN}?secret={A_SECRET}")
    assert A_SECRET not in client.get(f"{EN}?secret={A_SECRET}").text


@pytest.mark.parametrize("state", CLAIM_STATES)
@pytest.mark.parametrize("kind", CLAIM_KINDS)
def test_every_claim_has_its_words_in_both_languages(client, claim, state, kind):
    claim(state=state, kind=kind, decided_how="review", appeal="upheld", needed=["front", "back", "holding", "paper"])
    for path in (ZH, EN):
        answer = sent(client, "view", path)
        assert answer.status_code == 200
        assert "claim_" not in Text(answer.text).seen


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("open", {"evidence", "knowledge", "classmates", "withdraw"}),
        ("evidence_uploaded", {"evidence", "knowledge", "classmates", "hand_in", "withdraw"}),
        ("more_evidence", {"evidence", "classmates", "hand_in", "withdraw"}),
        ("queued", {"evidence", "knowledge", "withdraw"}),
        ("proven", {"withdraw"}),
        ("in_review", {"withdraw"}),
        ("granted", set()),
        ("denied", {"appeal"}),
        ("withdrawn", set()),
        ("lapsed", set()),
    ],
)
def test_a_claim_offers_what_can_be_done_now(client, claim, state, buttons):
    claim(state=state, may_appeal=state == "denied")
    page = Page(sent(client, "view").text)
    assert {each["value"] for tag, each in page.tags if tag == "input" and each.get("name") == "step"} == buttons


@pytest.mark.parametrize(
    ("step", "form", "contract"),
    [
        ("hand_in", {}, HandInIdentityClaimV1),
        ("withdraw", {"sure": "yes"}, WithdrawIdentityClaimV1),
        ("appeal", {"statement": "该证件一直由我本人使用"}, AppealIdentityClaimV1),
        ("knowledge", KNOWN, ProveByKnowledgeV1),
        ("classmates", {}, AskClassmatesV1),
    ],
)
def test_each_step_is_taken_once_under_the_number_of_its_form(client, services, step, form, contract):
    number = str(uuid4())
    answer = sent(client, step, **form, command_id=number)
    assert answer.status_code == 200, answer.text
    assert 'role="status"' in answer.text
    asked = services.asked[0]
    assert (asked[0], asked[1]["command_id"], asked[1]["secret"]) == (contract, number, A_SECRET)


@pytest.mark.parametrize(
    ("step", "form"),
    [("withdraw", {}), ("appeal", {}), ("knowledge", {**KNOWN, "entry_year": "last"}), ("evidence", {}),
     ("knowledge", {**KNOWN, "entry_year": "1"}), ("hand_in", {"command_id": "x"})],
)  # fmt: skip
def test_what_is_not_filled_in_is_asked_of_nobody_and_said(client, services, step, form):
    answer = sent(client, step, **form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert contracts(services) == [ViewIdentityClaimV1]


def test_an_unknown_step_is_no_step(client, services):
    assert sent(client, "grant").status_code == 400
    assert services.asked == []


@pytest.mark.asvs("5.2.1")
def test_a_picture_comes_in_by_a_form_and_is_sealed(client, services, blobs, claim):
    claim(state="open")
    file = {"role": "front", "file": (io.BytesIO(JPEG * 5000), "card.jpg")}  # larger than any other form may be
    answer = sent(client, "evidence", **file)
    assert answer.status_code == 200, answer.text
    assert contracts(services) == [CheckEvidenceRoomV1, AddClaimEvidenceV1, ViewIdentityClaimV1]
    assert JPEG not in blobs.read(services.asked[1][1]["digest"])
    answer = sent(client, "evidence", role="front", file=(io.BytesIO(b"%PDF-1.7"), "card.pdf"))
    assert answer.status_code == 422
    assert "a JPEG, a PNG or a GIF" in answer.text
    too_large = {"CONTENT_LENGTH": str(LARGEST * 2)}
    answer = client.post(EN, content_type="multipart/form-data; boundary=x", environ_overrides=too_large)
    assert answer.status_code == 413


@pytest.mark.rule("AC-10")
def test_the_side_that_lost_appeals_by_the_same_link(client, services):
    """Given the secret of whoever lost a document, when the link is opened, then nothing is shown but the appeal."""
    services.failure = NotFound(kind="claim")
    answer = client.post(EN, data={"secret": A_SECRET})
    assert answer.status_code == 404
    page = Page(answer.text)
    assert [each["value"] for tag, each in page.tags if tag == "input" and each.get("name") == "step"] == ["appeal"]
    services.failure = None
    assert "Your appeal was received" in sent(client, "appeal", statement="the document is mine").text


def test_what_a_claim_says_is_never_markup(client, claim):
    claim(state="denied", reason="<script>alert(1)</script>")
    assert "<script>alert" not in sent(client, "view").text


def test_a_claim_is_made_without_an_account(client, services):
    answer = client.post("/en/identity-claims/", data=ZHANG | {"command_id": str(uuid4())})
    assert (answer.status_code, contracts(services)) == (200, [OpenIdentityClaimV1])
    (_, action) = [each["action"] for tag, each in Page(answer.text).tags if tag == "form"]
    assert action == f"{EN}/proof"
    answer = client.post(action, data={"code": "204816"})
    assert contracts(services)[1:] == [ProveClaimContactV1, ViewIdentityClaimV1]
    assert A_SECRET in answer.text
    assert "Your contact is proven" in answer.text
    assert client.post(action, data={"step": "resend"}).status_code == 200
    assert contracts(services)[-1] is SendClaimCodeV1


def test_what_was_typed_stays_when_a_claim_is_not_made(client, services):
    answer = client.post("/zh/identity-claims/", data=ZHANG | {"contact": "x"})
    assert answer.status_code == 422
    assert services.asked == []
    assert 'value="11010519491231002X"' in answer.text
    assert client.post("/zh/identity-claims/", data={}).status_code == 422
