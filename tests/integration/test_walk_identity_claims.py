"""Documents that others hold: proven by knowledge, by pictures, denied, appealed; one's own that was wrong."""

import io

import pytest
from PIL import Image

from cli.client import Answer, Caller, until
from cli.story import API
from tests.integration.test_walk_identity_accounts import CAST
from tests.support.identity_walk import PKU, IdentityWalk, Student, document, ended, found, refused

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
CLAIMS = f"{API}/identity-claims"
WHY = "手持照片与证件一致"
_TYPED = ("id_number", "issuing_country", "name")


@pytest.fixture(scope="module")
def walk(identities: IdentityWalk) -> IdentityWalk:
    return identities


class Side:
    """Somebody without an account who claims a document, and comes back with a secret."""

    def __init__(self, walk: IdentityWalk, kind: str, who: Answer, contact: str) -> None:
        self.walk, self.contact = walk, contact
        said = {**who, "kind": kind, "channel": "mail", "contact": contact, "statement": "证件是我的"}
        self.path = f"{CLAIMS}/{walk.nobody.post(CLAIMS, said)['id']}"
        walk.letter(contact, "Code: ")  # the first one, which is lost
        with walk.code(contact) as code:
            walk.nobody.post(f"{self.path}/contact-codes", {})
        wrong = "000000" if code[0] != "000000" else "111111"
        assert refused(walk.nobody.post, f"{self.path}/contact-proof", {"code": wrong}) == "X-PROOF-1"
        proven = walk.nobody.post(f"{self.path}/contact-proof", {"code": code[0]})
        self.secret = {"secret": proven["secret"]}

    def post(self, step: str, **said: object) -> Answer:
        return self.walk.nobody.post(f"{self.path}/{step}", {**self.secret, **said})

    def view(self) -> Answer:
        return self.post("view")

    def show(self, *roles: str) -> None:
        """Pictures, each another."""
        assert self.post("evidence-room")["needed"]
        for role in roles:
            self.walk.nobody.upload(f"{self.path}/evidence", f"{role}.jpg", picture(), role=role, **self.secret)


_shades = iter(range(1, 200))


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 400), (next(_shades), 200, 200)).save(out, "JPEG")
    return out.getvalue()


def decided(walk: IdentityWalk, path: str, who: str = "operator-1", *, shown: Answer | None = None) -> None:
    """Granted where the pictures show this document, denied otherwise."""
    reviewer, grants = walk.staff(who), shown is not None
    reviewer.post(f"{path}/take", {})
    if shown is not None:
        compared(reviewer, path, shown)
    reviewer.post(f"{path}/decide", {"grants": grants, "reason": WHY})


def compared(reviewer: Caller, path: str, shown: Answer) -> None:
    found = reviewer.post(f"{path}/compare", {name: shown[name] for name in _TYPED if name in shown})
    assert (found["number_equal"], found["name_equal"]) == (True, True)


def link_in(letter: str) -> dict[str, str]:
    return {"secret": "xc1_" + letter.partition("#xc1_")[2][:43]}


def test_who_knows_the_own_studies_gets_the_own_document_at_once(walk: IdentityWalk) -> None:
    who = document(CAST["knowing"].person)
    stranger = Student(walk, who, "stranger@example.com").open()
    mine = Side(walk, "contested_document", who, "knowing@example.edu.cn")
    said = {"school": "北京大学", "entry_year": 2022, "level": "本科", "student_no": CAST["knowing"].exam_no}
    assert refused(mine.post, "knowledge", **{**said, "entry_year": 2021}) == "AC-13"
    assert mine.post("knowledge", **said)["state"] == "granted"
    until(lambda: ended(stranger.caller), "the end of the stranger's session", seconds=30)
    again = walk.students["knowing"] = Student(walk, who, mine.contact)
    again.sign_in()
    records = until(lambda: again.caller.get(f"{API}/me/records")["records"] or None, "the record")
    assert records[0]["id"] == walk.kept["status of knowing"]


def test_a_claim_with_pictures_is_reviewed_granted_and_given_back_on_appeal(walk: IdentityWalk) -> None:
    who = document(CAST["pictured"].person)
    holder = walk.students["pictured"] = Student(walk, who, "pictured@example.edu.cn").open()
    asks = Side(walk, "contested_document", who, "claimant@example.com")
    assert refused(asks.post, "hand-in") == "X-CONFLICT-1"
    asks.show("holding", "front", "back")
    asks.post("hand-in")
    second = Side(walk, "contested_document", who, "second@example.com")
    second.show("holding", "front", "back")
    second.post("hand-in")
    seen = second.view()
    assert (seen["state"], seen["position"], seen["due_on"]) == ("queued", 1, None)
    assert seen["waits_for"] == asks.view()["due_on"]

    line = found(lambda: walk.staff("operator-1", "review").get(CLAIMS)["claims"])
    assert [(each["state"], each["in_hand"], each["waiting"]) for each in line] == [("in_review", False, 1)]
    first = walk.staff("operator-1", "review")
    first.post(f"{asks.path}/take", {})
    assert refused(walk.staff("operator-2").post, f"{asks.path}/take", {}) == "AC-11"
    first.post(f"{asks.path}/put-back", {})
    other = walk.staff("operator-2", "review")
    other.post(f"{asks.path}/take", {})
    seen = other.get(asks.path)
    (one, *_) = seen["evidence"]
    assert other.fetch(f"{asks.path}/evidence/{one['evidence_id']}").startswith(b"\xff\xd8\xff")
    other.post(f"{asks.path}/ask-more", {"reason": "证件反面文字不清晰"})
    walk.letter(asks.contact, "证件反面文字不清晰")
    asks.show("back")
    asks.post("hand-in")
    walk.later()
    other = walk.staff("operator-2")
    other.post(f"{asks.path}/take", {})
    compared(other, asks.path, who)
    other.post(f"{asks.path}/decide", {"grants": True, "reason": WHY})
    until(lambda: ended(holder.caller), "the end of the holder's session", seconds=30)
    assert found(second.view, lambda seen: seen["state"] == "in_review")["due_on"]

    lost = link_in(walk.letter(holder.contact, "#xc1_"))
    walk.nobody.post(f"{asks.path}/appeal", {**lost, "statement": "证件一直由我本人使用"})
    walk.recorded("identity.IdentityClaim.Appealed")
    assert walk.nobody.post(f"{second.path}/view", second.secret)["state"] == "in_review"
    second.post("withdraw")  # the appeal is heard when no other claim is decided
    walk.recorded("identity.IdentityClaim.AppealTurnCame")
    assert (
        refused(walk.staff("operator-1").post, f"{asks.path}/appeal/decide", {"reverses": True, "reason": WHY})
        == "A6-1"
    )
    assert found(lambda: walk.staff("minister").get(CLAIMS, line="appeals")["claims"])
    walk.staff("minister").post(f"{asks.path}/appeal/decide", {"reverses": True, "reason": "照片为他人"})
    walk.letter(asks.contact, "照片为他人")
    assert asks.view()["appeal"] == "reversed"
    assert holder.sign_in().get(f"{API}/me/account")["id"] == holder.account_id


def test_who_never_studied_there_says_so_of_the_records_under_the_own_number(walk: IdentityWalk) -> None:
    who = document(CAST["stranger-to-it"].person)
    asks = Side(walk, "not_me", who, "never@example.edu.cn")
    asks.show("holding", "front", "back")
    asks.post("hand-in")
    decided(walk, asks.path, shown=who)
    walk.recorded("identity.IdentityClaim.RecordsDisputed")
    one = walk.students["stranger-to-it"] = Student(walk, who, asks.contact)
    one.sign_in()
    record = walk.kept["status of stranger-to-it"]
    until(lambda: one.caller.get(f"{API}/me/records")["records"] or None, "the record")
    for topic in ("verification.StatusRecord.Disputed", "credentials.StudentRecord.Disputed"):
        walk.recorded(topic)
    found(lambda: one.caller.get(f"{API}/reportable-records")["records"])
    asked = {"kind": "status", "record_id": record, "language": "both", "months": 1}
    waiting = one.caller.post(f"{API}/reports", asked)
    assert (waiting["state"], waiting["delay"]["rule"]) == ("requested", "X-REPORT-8")
    one.caller.post(f"{API}/me/records/{record}/disown", {"kind": "status", "statement": "本人从未在该校就读。"})

    def listed() -> Answer | None:
        return next(iter(walk.staff("registrar-1").get(f"{API}/disowned-records", school_code=PKU)["records"]), None)

    assert until(listed, "the disowned record")["statement"] == "本人从未在该校就读。"
    disowned = ("StatusRecord.Disowned", "Report.Revoked")
    for topic in (*(f"verification.{name}" for name in disowned), "credentials.StatusHolder.Disowned"):
        walk.recorded(topic)
    walk.recorded("imaging.StudentRecord.Disowned")
    found(lambda: one.caller.get(f"{API}/reports")["reports"][0]["state"], lambda state: state == "revoked")
    assert one.caller.get(f"{API}/reportable-records")["records"] == []
    assert refused(one.caller.post, f"{API}/reports", asked)


def test_a_denied_claim_stays_denied_and_one_that_waits_too_long_is_said_to_be_late(walk: IdentityWalk) -> None:
    who = document(CAST["pictured"].person)
    asks = Side(walk, "contested_document", who, "denied@example.com")
    asks.show("holding", "front", "back")
    asks.post("hand-in")
    due = asks.view()["due_on"]
    walk.on("2022-10-20")
    walk.recorded("identity.IdentityClaim.Overdue")
    assert (asks.view()["due_on"], bool(asks.view()["overdue_on"])) == (due, True)
    decided(walk, asks.path)
    walk.letter(asks.contact, WHY)
    asks.post("appeal", statement="请再看一次照片")
    walk.staff("minister").post(f"{asks.path}/appeal/decide", {"reverses": False, "reason": "维持原决定"})
    assert asks.view()["appeal"] == "upheld"


def test_a_student_whose_own_number_was_wrong_asks_for_another(walk: IdentityWalk) -> None:
    anna = walk.students["anna"]
    renewed = {**anna.who, "id_number": "E99999999", "kind": "renewed_document", "statement": ""}
    caller = anna.sign_in()
    claim = caller.post(f"{API}/me/identity-claims", renewed)
    path = f"{CLAIMS}/{claim['id']}"
    caller.upload(f"{path}/evidence", "front.jpg", picture(), role="front")
    caller.post(f"{path}/hand-in", {})
    assert found(lambda: caller.get(f"{API}/me/identity-claims")["claims"])
    decided(walk, path, shown=renewed)

    def known() -> list[str] | None:
        found = caller.get(f"{API}/me/identities")["identities"]
        return [each["kind"] for each in found] if len(found) > 1 else None

    assert until(known, "the new passport") == ["opened", "renewed"]
    anna.who = {**anna.who, "id_number": "E99999999"}


def test_claims_that_nobody_goes_on_with_lapse(walk: IdentityWalk) -> None:
    who = document(CAST["pictured"].person)
    said = {**who, "kind": "contested_document", "channel": "mail", "contact": "idle@example.com", "statement": ""}
    walk.nobody.post(CLAIMS, said)
    walk.later(days=2)
    walk.recorded("identity.IdentityClaim.Lapsed")


def test_classmates_vouch_take_it_back_and_a_claim_that_waits_is_sent_back_for_the_picture(walk: IdentityWalk) -> None:
    walk.later(days=31)  # the classmates' accounts are old enough by then
    who = document(CAST["pictured"].person)
    first = Side(walk, "contested_document", who, "before@example.com")
    first.show("holding", "front", "back")
    first.post("hand-in")
    asks = Side(walk, "contested_document", who, "helped@example.com")
    code = {"code": asks.post("classmates")["code"]}
    for part in ("plain", "knowing"):
        mate = walk.students[part].sign_in()
        vouched = mate.post(f"{API}/me/vouches", code)
    assert refused(mate.post, f"{API}/me/vouches", code) == "AC-9"
    asks.show("front", "back")
    asks.post("hand-in")
    seen = found(asks.view, lambda seen: seen["vouchers"] == 2)
    assert (seen["state"], seen["needed"]) == ("queued", ["front", "back"])
    reviewer = walk.staff("operator-1", "review")
    assert len(found(lambda: reviewer.get(asks.path)["vouchers"])) == 2
    (listed,) = found(lambda: mate.get(f"{API}/me/vouches")["vouches"])
    assert listed["vouch_id"] == vouched["id"]
    mate.post(f"{API}/me/vouches/{vouched['id']}/take-back", {})
    first.post("withdraw")
    assert found(asks.view, lambda seen: seen["state"] == "evidence_uploaded")["needed"] == ["front", "back", "holding"]
    asks.show("holding")
    asks.post("hand-in")
    assert found(asks.view, lambda seen: seen["state"] == "in_review")["position"]
    asks.post("withdraw")
