"""Contested documents on a real store: what each side can do, in which time, and what it is told."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.domain.account import Account
from services.identity.domain.claim_refusals import OwnClaim
from services.identity.domain.identity_claim import IdentityClaim
from services.identity.domain.operator import Operator
from services.identity.publishing import publish
from services.identity.tests.claiming import CLAIMANT, LI, STUDY, Counter, counter_of, ministry, operator, signed_in
from services.identity.tests.conftest import ZHANG, House
from shared.contracts.events.identity_claims import IdentityDisputedV1
from shared.eventstore.context import Context
from shared.eventstore.log import read_log
from shared.eventstore.privacy import CannotOpen
from shared.rules.refused import Refused

HOLDER = "zhangsan@example.edu.cn"


@pytest.fixture
def counter(house: House, tmp_path: Path) -> Counter:
    return counter_of(house, tmp_path)


def refused(counter: Counter, use_case: str, *args: Any, **named: Any) -> dict[str, Any]:
    """What a command that must be refused is answered."""
    with pytest.raises(Refused) as caught:
        counter.tell(use_case, *args, **named)
    return caught.value.as_dict()


def bound_to(counter: Counter, status_id: UUID) -> Any:
    """The person to whom a record is bound."""
    with counter.house.identity.store.reading() as cursor:
        cursor.execute("SELECT person_id FROM heard_records WHERE id = %s", (status_id,))
        return (cursor.fetchone() or (None,))[0]


def facts_of_log(counter: Counter) -> list[Any]:
    counter.work()
    with counter.house.identity.store.reading() as cursor:
        return list(read_log(cursor, 0, 500))


# -- the instant proof ------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-9")
def test_what_one_knows_of_the_own_studies_proves_a_contested_document_at_once(counter: Counter) -> None:
    """Given a document that a stranger's account holds, when its person names school, number, year and level, then
    the document and the records under it are hers at once."""
    stranger = counter.house.student()
    status_id = counter.studies()
    assert str(bound_to(counter, status_id)) == stranger.sub
    claim_id, secret = counter.begun()
    counter.tell("prove_by_knowledge", claim_id=claim_id, secret=secret, **STUDY)
    counter.work()
    mine = counter.holder()
    assert mine is not None
    assert (mine.standing.state, str(mine.standing.person_id) == stranger.sub) == ("active", False)
    assert bound_to(counter, status_id) == mine.standing.person_id
    assert counter.view(claim_id, secret)["state"] == "granted"
    assert counter.claims.keys.open(str(mine.id), mine.sealed_person, "account:person").count("张三") == 1


@pytest.mark.parametrize("school", ["4111010001", "北京大学", " 北京大学 "])
def test_a_school_is_named_by_its_code_or_its_name(counter: Counter, school: str) -> None:
    counter.house.student()
    counter.studies()
    claim_id, secret = counter.begun()
    counter.tell("prove_by_knowledge", claim_id=claim_id, secret=secret, **{**STUDY, "school": school})
    assert counter.claim(claim_id).state == "granted"


def test_where_no_student_number_was_told_the_major_is_asked(counter: Counter) -> None:
    counter.house.student()
    counter.studies(student_no=None)
    claim_id, secret = counter.begun()
    wrong = {**STUDY, "major": "数学"}
    assert (
        refused(counter, "prove_by_knowledge", claim_id=claim_id, secret=secret, **wrong)["code"] == "KNOWLEDGE_WRONG"
    )
    counter.tell("prove_by_knowledge", claim_id=claim_id, secret=secret, **{**STUDY, "student_no": ""})
    assert counter.claim(claim_id).state == "granted"


WRONG = [
    {"school": "清华大学"},
    {"entry_year": 2025},
    {"level": "专科"},
    {"student_no": "2600010002"},
    {"school": "清华大学", "entry_year": 2025, "level": "专科", "student_no": "1"},
]


@pytest.mark.rule("AC-13")
def test_five_tries_a_day_and_no_word_on_which_part_was_wrong(counter: Counter) -> None:
    """Given a contested document, when something of what is named is wrong, then the answer is the same whatever it
    was; after five tries, over all claims of one contact, even the right answer waits for tomorrow."""
    counter.house.student()
    counter.studies()
    first, secret = counter.begun()
    counter.forward(minutes=1)
    second, other_secret = counter.begun()
    answers = []
    for number, wrong in enumerate(WRONG):
        claim_id, known = ((first, secret), (second, other_secret))[number % 2]
        answers.append(refused(counter, "prove_by_knowledge", claim_id=claim_id, secret=known, **{**STUDY, **wrong}))
    assert [answer["detail"]["tries_left"] for answer in answers] == ["4", "3", "2", "1", "0"]
    same = [{**answer, "detail": "", "zh": "", "en": ""} for answer in answers]
    assert all(answer == same[0] for answer in same)
    assert refused(counter, "prove_by_knowledge", claim_id=first, secret=secret, **STUDY)["code"] == "NO_MORE_TRIES"
    counter.forward(days=1)
    counter.tell("prove_by_knowledge", claim_id=first, secret=secret, **STUDY)
    assert counter.claim(first).state == "granted"


def test_a_document_without_records_answers_like_a_wrong_one(counter: Counter) -> None:
    counter.house.student()
    claim_id, secret = counter.begun()
    nothing = refused(counter, "prove_by_knowledge", claim_id=claim_id, secret=secret, **STUDY)
    counter.studies()
    wrong = refused(counter, "prove_by_knowledge", claim_id=claim_id, secret=secret, **{**STUDY, "level": "专科"})
    assert {**nothing, "detail": "", "zh": "", "en": ""} == {**wrong, "detail": "", "zh": "", "en": ""}


def test_what_an_office_decided_is_not_undone_by_what_a_classmate_knows(counter: Counter) -> None:
    counter.house.student()
    counter.studies()
    claim_id, _ = counter.handed_in()
    counter.decided(claim_id, grants=True)
    classmate, secret = counter.begun(contact="classmate@example.com")
    answer = refused(counter, "prove_by_knowledge", claim_id=classmate, secret=secret, **STUDY)
    assert (answer["code"], answer["rule"]) == ("KNOWLEDGE_NOT_ENOUGH", "AC-9")


def test_a_crash_between_proof_and_account_is_made_good(counter: Counter) -> None:
    counter.house.student()
    claim_id, _ = counter.begun()
    claim = counter.claims.get(IdentityClaim, claim_id)
    claim.try_knowledge(right=True, slot="slot", now=counter.house.clock.now())
    counter.claims.save(claim, by=counter.by("prove_by_knowledge"))
    counter.forward(seconds=11)
    counter.due()
    assert counter.claim(claim_id).state == "granted"


# -- this was not me --------------------------------------------------------------------------------------------------


def test_who_never_studied_anywhere_needs_no_school_to_get_the_own_document_back(counter: Counter) -> None:
    impostor = counter.house.student()
    status_id = counter.studies()
    claim_id, secret = counter.handed_in("not_me")
    assert "paper" not in counter.view(claim_id, secret)["needed"]
    counter.decided(claim_id, grants=True)
    holder = counter.holder()
    assert holder is not None
    assert str(holder.standing.person_id) != impostor.sub
    said = [told for record in facts_of_log(counter) for told in publish(record) if told[0] is IdentityDisputedV1]
    assert [(one["status_id"], one["school_code"], one["claim_id"]) for _, one in said] == [
        (status_id, "4111010001", claim_id)
    ]
    assert said[0][1]["person_id"] == holder.standing.person_id
    assert IdentityDisputedV1().load(IdentityDisputedV1().dump(said[0][1]))


def test_it_is_heard_where_nobody_has_an_account_yet(counter: Counter) -> None:
    counter.studies()
    claim_id, _ = counter.handed_in("not_me")
    counter.decided(claim_id, grants=True)
    assert counter.holder() is not None
    assert counter.claim(claim_id).other_account_id is None


def test_a_document_that_nobody_holds_is_not_contested(counter: Counter) -> None:
    claim_id, secret = counter.begun()
    counter.shown(claim_id, secret)
    answer = refused(counter, "hand_in_identity_claim", claim_id=claim_id, secret=secret)
    assert (answer["code"], answer["rule"]) == ("NOBODY_HOLDS", "AC-9")


# -- one claim at a time ----------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-10")
def test_while_a_claim_is_reviewed_others_are_received_and_wait_until_it_is_decided(counter: Counter) -> None:
    """Given a claim in review, when somebody else claims the document, then that claim is received and waits without
    a clock, and is told until when; when the first is decided, it is in review with three days of its own."""
    counter.house.student()
    counter.studies()
    first, _ = counter.handed_in()
    second = counter.opened(contact="second@example.com")
    proven = counter.proven(second)
    assert proven["waits_for"] == "2026-10-23"
    named = {"claim_id": second, "secret": proven["secret"]}
    counter.shown(second, proven["secret"])
    counter.tell("hand_in_identity_claim", **named)
    seen = counter.view(second, proven["secret"])
    assert (seen["state"], seen["position"], seen["due_on"], seen["waits_for"]) == ("queued", 1, None, "2026-10-23")
    with pytest.raises(Refused):
        counter.tell("take_identity_claim", operator(), claim_id=second)
    counter.forward(days=1)
    counter.decided(first, grants=False)
    seen = counter.view(second, proven["secret"])
    assert (seen["state"], seen["position"], str(seen["due_on"])) == ("in_review", 1, "2026-10-26")
    assert "轮到您的申诉" in counter.mail_to("second@example.com")[-1]


@pytest.mark.rule("AC-10")
def test_a_granted_claim_supersedes_the_other_account_which_keeps_its_data(counter: Counter) -> None:
    """Given a contested document, when the claim is granted, then the other account loses it and nothing else: its
    data and contact stay, it is told why and how to appeal, and nobody signs in with it."""
    counter.house.student()
    before = counter.holder()
    assert before is not None
    claim_id, _ = counter.handed_in()
    counter.decided(claim_id, grants=True)
    lost = counter.claims.get(Account, before.id)
    assert lost.standing.state == "superseded"
    assert counter.claims.keys.open(str(lost.id), lost.sealed_person, "account:person")
    assert counter.claims.contact_of_account(lost) == HOLDER
    assert counter.claims.owners("account.contact", [lost.standing.contact_key])
    assert counter.house.identity.holders.of(f"account:{lost.id}") is None
    told = counter.mail_to(HOLDER)[-1]
    assert "手持照片与证件一致" in told
    assert f"/zh/identity-claims/{claim_id}#xc1_" in told
    assert "2026-11-19" in told


# -- the line and its clock -------------------------------------------------------------------------------------------


def test_who_asks_sees_the_place_in_the_line_and_every_step_with_its_time(counter: Counter) -> None:
    counter.house.student()
    counter.house.student(**LI, contact="lisi@example.com")
    first, _ = counter.handed_in()
    counter.forward(minutes=1)
    second, secret = counter.handed_in(**LI, contact="real-li@example.com")
    seen = counter.view(second, secret)
    assert (seen["position"], str(seen["due_on"]), seen["state"]) == (2, "2026-10-23", "in_review")
    assert [step["step"] for step in seen["steps"]] == ["Opened", "ContactProven", *["EvidenceAdded"] * 3, "HandedIn"]
    counter.decided(first, grants=False)
    assert counter.view(second, secret)["position"] == 1


@pytest.mark.rule("AC-11")
def test_what_is_late_stands_first_and_is_told_to_those_above_and_to_who_waits(counter: Counter) -> None:
    """Given two claims, when three working days pass for the first, then it is said once as a fact, stands first and
    is seen by the ministry, and its asker is told."""
    counter.house.student()
    counter.house.student(**LI, contact="lisi@example.com")
    late, secret = counter.handed_in()
    counter.forward(days=2)
    counter.handed_in(**LI, contact="real-li@example.com")
    counter.forward(days=2)  # Saturday the 24th
    assert counter.due() == 1
    assert counter.due() == 0
    line = counter.ask("list_identity_claims", ministry(), line="overdue", offset=0, limit=10)["claims"]
    assert [claim["claim_id"] for claim in line] == [late]
    both = counter.ask("list_identity_claims", operator(), line="review", offset=0, limit=10)["claims"]
    assert [(claim["claim_id"] == late, claim["position"]) for claim in both] == [(True, 1), (False, 2)]
    assert str(counter.view(late, secret)["overdue_on"]) == "2026-10-24"
    assert "已报上级督办" in counter.mail_to(CLAIMANT["contact"])[-1]
    counter.decided(late, grants=False)
    assert counter.view(late, secret)["late"] is True


def test_a_message_goes_out_at_every_step(counter: Counter) -> None:
    counter.house.student()
    claim_id, secret = counter.handed_in()
    counter.tell("take_identity_claim", operator(), claim_id=claim_id)
    counter.tell("ask_more_evidence", operator(), claim_id=claim_id, reason="反面不清晰")
    counter.shown(claim_id, secret, "back")
    counter.tell("hand_in_identity_claim", claim_id=claim_id, secret=secret)
    counter.decided(claim_id, grants=False)
    texts = "\n".join(counter.mail_to(CLAIMANT["contact"]))
    for said in ("验证码", "妥善保存", "已收到", "开始处理", "反面不清晰", "未获支持"):
        assert said in texts
    assert texts.count("已收到") == 2


def test_an_address_that_nobody_proved_hears_of_codes_and_of_nothing_else(counter: Counter) -> None:
    counter.opened(contact="victim@example.com")
    counter.work()
    counter.forward(days=1)
    assert counter.due() == 1
    assert [("验证码" in text) for text in counter.mail_to("victim@example.com")] == [True]


# -- who decides ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (None, "NOT_SIGNED_IN"),
        (operator(stepped_up=False), "STEP_UP_NEEDED"),
        (operator("ctr-2"), "NOT_TAKEN"),
        (ministry(), "NOT_PERMITTED"),
        (operator(), "NOT_COMPARED"),
    ],
)
def test_a_claim_is_decided_by_the_reviewer_who_has_it_in_hand(counter: Counter, actor: Any, code: str) -> None:
    counter.house.student()
    claim_id, _ = counter.handed_in()
    counter.tell("take_identity_claim", operator(), claim_id=claim_id)
    answer = refused(counter, "decide_identity_claim", actor, claim_id=claim_id, grants=True, reason="一致")
    assert answer["code"] == code
    assert counter.claim(claim_id).state == "in_review"


def test_a_decision_needs_a_reason_that_names_nobodys_numbers(counter: Counter) -> None:
    counter.house.student()
    claim_id, _ = counter.handed_in()
    counter.tell("take_identity_claim", operator(), claim_id=claim_id)
    for reason, code in (("", "REASON_NEEDED"), ("号码 11010519491231002X 属实", "TEXT_REFUSED")):
        named = {"claim_id": claim_id, "grants": False, "reason": reason}
        assert refused(counter, "decide_identity_claim", operator(), **named)["code"] == code


@pytest.mark.parametrize("role", ["registrar", "province_education", "auditor", "verifier", "student"])
def test_no_other_office_sees_the_line(counter: Counter, role: str) -> None:
    stranger = signed_in("x", role, "4111010001", level="school")
    with pytest.raises(Refused):
        counter.ask("list_identity_claims", stranger, line="review", offset=0, limit=10)
    with pytest.raises(Refused):
        counter.ask("get_identity_claim", stranger, claim_id=uuid4(), after_version=0)


@pytest.mark.rule("A25-1")
def test_a_reviewer_sees_both_sides_masked_and_the_look_is_a_fact(counter: Counter) -> None:
    """Given a claim in review, when a reviewer opens it, then both sides are shown masked, and the look is recorded
    before the answer."""
    counter.house.student()
    counter.studies()
    claim_id, _ = counter.handed_in(statement="我从未注册过")
    seen = counter.ask("get_identity_claim", operator(), claim_id=claim_id, after_version=0)
    assert (seen["name"], seen["id_number"]) == ("张*", "1101**********002X")
    assert (seen["holder"]["name"], seen["holder"]["same_name"], seen["holder"]["records"]) == ("张*", True, 1)
    assert (seen["statement"], seen["studies"][0]["school_name"]) == ("我从未注册过", "北京大学")
    assert not {"张三", ZHANG["id_number"]} & {str(value) for value in seen.values()}
    assert seen["waiting"] == 0
    looks = [record.fact for record in facts_of_log(counter) if record.fact.TOPIC == "identity.Look.Taken"]
    assert [claim_id in look.records for look in looks] == [True]
    assert looks[0].purpose == "审核申诉"


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_a_picture_is_seen_by_the_reviewer_who_has_the_claim_in_hand_and_every_look_is_a_fact(counter: Counter) -> None:
    counter.house.student()
    claim_id, secret = counter.handed_in()
    evidence_id = counter.view(claim_id, secret)["evidence"][0]["evidence_id"]
    named = {"claim_id": claim_id, "evidence_id": evidence_id}
    for stranger in (operator(), ministry()):
        with pytest.raises(Refused):
            counter.ask("see_claim_evidence", stranger, **named)
    counter.tell("take_identity_claim", operator(), claim_id=claim_id)
    found = counter.ask("see_claim_evidence", operator(), **named)
    assert counter.opens(found).startswith(b"\xff\xd8\xff")
    with pytest.raises(Refused):
        counter.ask("see_claim_evidence", operator("ctr-2"), **named)
    with pytest.raises(Refused):
        counter.ask("see_claim_evidence", operator(), claim_id=claim_id, evidence_id=uuid4())
    looks = [record.fact for record in facts_of_log(counter) if record.fact.TOPIC == "identity.Look.Taken"]
    assert [look.shown for look in looks] == ["full"]


def test_when_a_claim_is_settled_its_words_and_pictures_are_gone_and_the_log_still_replays(counter: Counter) -> None:
    counter.house.student()
    claim_id, secret = counter.handed_in()
    counter.decided(claim_id, grants=False)
    digest_and_key = counter.queries._all("SELECT evidence_id, sealed_key FROM claim_evidence LIMIT 1", ())[0]
    place = f"claim:evidence:{digest_and_key['evidence_id']}"
    assert counter.claims.keys.open(str(claim_id), digest_and_key["sealed_key"], place)
    counter.forward(days=32)
    counter.due()
    claim = counter.claims.get(IdentityClaim, claim_id)
    assert claim.standing.settled
    assert counter.claims.contact_of(claim) is None
    with pytest.raises(CannotOpen):
        counter.claims.person_of(claim)
    with pytest.raises(CannotOpen):
        counter.claims.keys.open(str(claim_id), digest_and_key["sealed_key"], place)
    assert counter.view(claim_id, secret)["state"] == "denied"
    assert counter.due() == 0


# -- appeals ----------------------------------------------------------------------------------------------------------


def secret_in(text: str) -> str:
    return "xc1_" + text.split("#xc1_")[1][:43]


def test_the_loser_appeals_by_the_link_that_came_and_gets_everything_back(counter: Counter) -> None:
    stranger = counter.house.student()
    status_id = counter.studies()
    before = counter.holder()
    assert before is not None
    claim_id, claimants_secret = counter.handed_in()
    counter.decided(claim_id, grants=True)
    winner = counter.holder()
    assert winner is not None
    assert bound_to(counter, status_id) == winner.standing.person_id
    secret = secret_in(counter.mail_to(HOLDER)[-1])
    counter.tell("appeal_identity_claim", claim_id=claim_id, secret=secret, statement="证件是我的")
    named = {"claim_id": claim_id, "reverses": True, "reason": "照片为他人"}
    assert refused(counter, "decide_claim_appeal", operator(), **named)["code"] == "NOT_PERMITTED"
    counter.tell("decide_claim_appeal", ministry(), **named)
    counter.work()
    back = counter.holder()
    assert back is not None
    assert (back.id, back.standing.state) == (before.id, "active")
    assert counter.claims.get(Account, winner.id).standing.state == "superseded"
    assert str(bound_to(counter, status_id)) == stranger.sub
    assert "撤销原决定" in counter.mail_to(CLAIMANT["contact"])[-1]
    assert "撤销原决定" in counter.mail_to(HOLDER)[-1]
    seen = counter.view(claim_id, claimants_secret)
    assert (seen["appeal"], seen["appeal_reason"], seen["may_appeal"]) == ("reversed", "照片为他人", False)


def test_what_an_appeal_gave_back_is_not_taken_again_by_what_one_knows(counter: Counter) -> None:
    counter.house.student()
    counter.studies()
    claim_id, secret = counter.begun()
    counter.tell("prove_by_knowledge", claim_id=claim_id, secret=secret, **STUDY)
    holders = secret_in(counter.mail_to(HOLDER)[-1])
    counter.tell("appeal_identity_claim", claim_id=claim_id, secret=holders, statement="证件是我的")
    counter.tell("decide_claim_appeal", ministry(), claim_id=claim_id, reverses=True, reason="证件属实")
    again, secret = counter.begun(contact="again@example.com")
    answer = refused(counter, "prove_by_knowledge", claim_id=again, secret=secret, **STUDY)
    assert answer["code"] == "KNOWLEDGE_NOT_ENOUGH"


def test_the_sessions_of_the_account_that_lost_end_and_stay_ended(counter: Counter) -> None:
    account_id = counter.house.open()
    counter.house.tell("send_contact_code", account_id=account_id)
    answer = counter.house.tell("prove_contact_code", account_id=account_id, code=counter.house.code())
    sessions, by = counter.house.identity.sessions, counter.house.asked("assert_session")
    assert sessions.assert_session(session=answer["session"], by=by)
    claim_id, _ = counter.handed_in()
    counter.decided(claim_id, grants=True)
    with pytest.raises(Refused):
        sessions.assert_session(session=answer["session"], by=by)
    secret = secret_in(counter.mail_to(HOLDER)[-1])
    counter.tell("appeal_identity_claim", claim_id=claim_id, secret=secret, statement="证件是我的")
    counter.tell("decide_claim_appeal", ministry(), claim_id=claim_id, reverses=True, reason="证件属实")
    counter.work()
    assert counter.house.identity.holders.of(f"account:{account_id}") is not None
    with pytest.raises(Refused):
        sessions.assert_session(session=answer["session"], by=by)


@pytest.mark.rule("AC-10")
def test_an_appeal_by_anybody_but_the_loser_is_refused(counter: Counter) -> None:
    """Given a granted claim, when anybody but the side that lost appeals, then it is refused."""
    counter.house.student()
    claim_id, secret = counter.handed_in()
    counter.decided(claim_id, grants=True)
    counter.work()
    for known, code in ((secret, "APPEAL_REFUSED"), ("xc1_" + "x" * 43, "NOT_FOUND"), ("", "NOT_FOUND")):
        named = {"claim_id": claim_id, "secret": known, "statement": "不服"}
        assert refused(counter, "appeal_identity_claim", **named)["code"] == code
    assert counter.claim(claim_id).appeal == ""


def test_a_denied_claim_is_granted_on_appeal(counter: Counter) -> None:
    counter.house.student()
    status_id = counter.studies()
    claim_id, secret = counter.handed_in()
    counter.decided(claim_id, grants=False)
    assert counter.view(claim_id, secret)["may_appeal"] is True
    counter.tell("appeal_identity_claim", claim_id=claim_id, secret=secret, statement="请再看一次")
    line = counter.ask("list_identity_claims", ministry(), line="appeals", offset=0, limit=10)["claims"]
    assert [claim["claim_id"] for claim in line] == [claim_id]
    picture = counter.view(claim_id, secret)["evidence"][0]["evidence_id"]
    assert counter.ask("see_claim_evidence", ministry(), claim_id=claim_id, evidence_id=picture)["key"]
    named = {"claim_id": claim_id, "reverses": True, "reason": "照片可辨认"}
    assert refused(counter, "decide_claim_appeal", ministry(), **named)["code"] == "NOT_COMPARED"
    counter.compared(claim_id, ministry())
    counter.tell("decide_claim_appeal", ministry(), **named)
    counter.work()
    mine = counter.holder()
    assert mine is not None
    assert bound_to(counter, status_id) == mine.standing.person_id == counter.claim(claim_id).person_id


def test_an_appeal_that_is_not_followed_leaves_all_as_it_is(counter: Counter) -> None:
    counter.house.student()
    before = counter.holder()
    claim_id, secret = counter.handed_in()
    counter.decided(claim_id, grants=False)
    counter.tell("appeal_identity_claim", claim_id=claim_id, secret=secret, statement="请再看一次")
    counter.tell("decide_claim_appeal", ministry(), claim_id=claim_id, reverses=False, reason="维持")
    after = counter.holder()
    assert before is not None
    assert after is not None
    assert (after.id, after.version) == (before.id, before.version)
    again = refused(counter, "appeal_identity_claim", claim_id=claim_id, secret=secret, statement="还是不服")
    assert again["code"] == "APPEAL_REFUSED"


@pytest.mark.rule("A24-2")
@pytest.mark.parametrize("document", [ZHANG, LI], ids=["the asker's", "the one that is asked for"])
def test_whoever_is_a_side_of_a_claim_does_not_review_it_as_an_operator(
    counter: Counter, document: dict[str, str]
) -> None:
    """Given an operator of the registry whose own document is the asker's, or the one that is asked for, when the claim
    is to be taken or decided under the operator's id, then another operator has to; a colleague may."""
    student = counter.house.student()
    asked = counter.tell("ask_identity_change", student, kind="wrong_number", statement="", **LI)
    claim_id = UUID(str(asked["id"]))
    counter.shown(claim_id, "", "front", "back", actor=student)
    counter.tell("hand_in_identity_claim", student, claim_id=claim_id, secret="")
    for operator_id, person in (("ctr-own", document), ("ctr-colleague", {**ZHANG, "id_number": "110105199001010011"})):
        appointed = Operator(
            operator_id=operator_id,
            office="ctr",
            role="operator",
            level="nation",
            training="all",
            valid_from=counter.house.clock.now().date(),
            valid_until=None,
            person_key=counter.claims.keyring.id_key(person["id_type"], person["id_number"]),
            sealed_person="",
            documents=(),
            held_from=None,
        )
        counter.claims.save(appointed, by=Context.system("appoint", counter.house.clock.now(), rules=("A24-1",)))
    decision = {"claim_id": claim_id, "grants": True, "reason": "照片与证件一致"}
    with pytest.raises(OwnClaim):
        counter.tell("take_identity_claim", operator("ctr-own"), claim_id=claim_id)
    with pytest.raises(OwnClaim):
        counter.tell("decide_identity_claim", operator("ctr-own"), **decision)
    counter.tell("take_identity_claim", operator("ctr-colleague"), claim_id=claim_id)
    counter.compared(claim_id, operator("ctr-colleague"))
    counter.tell("decide_identity_claim", operator("ctr-colleague"), **decision)
    assert counter.claim(claim_id).state == "granted"
