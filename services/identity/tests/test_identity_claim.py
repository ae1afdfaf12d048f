"""The states of a claim: every edge, no way out of an end, and histories of any order."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.identity.domain.claim_compare_rules import MOST_MISREAD
from services.identity.domain.claim_refusals import (
    AppealRefused,
    ClaimStepRefused,
    ClassmatesNotAsked,
    EvidenceIncomplete,
    KnowledgeNotEnough,
    MisreadTooOften,
    NotCompared,
    NotTaken,
    OwnClaim,
    TakenByAnother,
    TextRefused,
    TooManyFiles,
    VouchedAlready,
)
from services.identity.domain.claim_rules import (
    KINDS,
    MOST_FILES,
    STATES,
    STEPS,
    Voucher,
    clean_reason,
    deadline,
    needed_roles,
)
from services.identity.domain.identity_claim import CONTESTED, IdentityClaim
from shared.codes.clock import SHANGHAI
from shared.codes.working_days import is_working_day, working_days_between
from shared.eventstore import facts
from shared.eventstore.aggregate import Claim, Release
from shared.rules.refused import Refused

NOW = datetime(2026, 10, 20, 2, tzinfo=UTC)
ME, OTHER, MINISTRY = "ctr-1", "ctr-2", "moe-1"


def opened(kind: Any = "contested_document", person_id: UUID | None = None, now: datetime = NOW) -> IdentityClaim:
    return IdentityClaim(
        claim_id=uuid4(),
        kind=kind,
        id_type="1",
        id_key="1a" * 20,
        name_key="2b" * 20,
        channel="mail",
        contact_key="3c" * 20,
        sealed_person="",
        sealed_contact="",
        sealed_statement="",
        salt="salt",
        person_id=person_id,
        account_id=uuid4() if person_id else None,
        opened_at=now,
    )


def prove(claim: IdentityClaim, now: datetime) -> None:
    claim.issue_code(salt="s", digest="d", now=now)
    if not claim.try_code(digest="d", now=now):
        raise ClaimStepRefused(step="prove_contact", state=claim.standing.state)


def add(claim: IdentityClaim, role: str, now: datetime = NOW) -> None:
    claim.add_evidence(
        evidence_id=uuid4(), role=role, digest="", sealed_key="", size=1, width=1, height=1, now=now
    )  # fmt: skip


def compare(claim: IdentityClaim, sub: str = ME, *, equal: bool = True) -> None:
    claim.compare(sub=sub, number_equal=equal, name_equal=True, now=NOW)


def grant(claim: IdentityClaim, now: datetime) -> None:
    if claim.standing.state != "proven":
        compare(claim)
    claim.grant(sub=ME, reason="r", account_id=uuid4(), person_id=uuid4(), other_account_id=uuid4(), now=now)


def need(done: bool) -> None:
    if not done:
        raise ClaimStepRefused(step="", state="")


def vouch(claim: IdentityClaim, now: datetime) -> None:
    said = {"school_code": "4111010001", "school_name": "北京大学", "slot": str(uuid4()), "now": now}
    claim.vouch(vouch_id=uuid4(), person_id=uuid4(), account_id=uuid4(), **said)


def take_vouch_back(claim: IdentityClaim, now: datetime) -> None:
    each = next(iter(claim.standing.vouchers), Voucher(uuid4(), uuid4()))
    claim.take_vouch_back(vouch_id=each.vouch_id, person_id=each.person_id, now=now)


def take_up_appeal(claim: IdentityClaim, now: datetime) -> None:
    claim.appeal(side=claim.standing.loser, sealed_statement="", now=now, waits=True)
    claim.take_up_appeal(now)


DO: dict[str, Callable[[IdentityClaim, datetime], Any]] = {
    "prove_contact": prove,
    "try_knowledge": lambda claim, now: claim.try_knowledge(right=True, slot="slot", now=now),
    "add_evidence": lambda claim, now: add(claim, "front", now),
    "ask_classmates": lambda claim, now: claim.ask_classmates(salt="s", takes=(), frees=(), now=now),
    "vouch": vouch,
    "take_vouch_back": take_vouch_back,
    "hand_in": lambda claim, now: claim.hand_in(now),
    "queue": lambda claim, now: claim.queue(rank=2, takes=(("line", "place"),), frees=(), now=now),
    "come_up": lambda claim, now: claim.come_up(proven=False, frees=(("line", "place"),), now=now),
    "send_back": lambda claim, now: claim.send_back(frees=(("line", "place"),), now=now),
    "take": lambda claim, now: claim.take(sub=ME, now=now),
    "put_back": lambda claim, now: claim.put_back(sub=ME),
    "ask_more": lambda claim, now: claim.ask_more(sub=ME, reason="r", now=now),
    "grant": grant,
    "deny": lambda claim, now: claim.deny(sub=ME, reason="r", now=now),
    "withdraw": lambda claim, now: claim.withdraw(now),
    "lapse": lambda claim, now: need(claim.lapse(now + timedelta(days=15))),
    "appeal": lambda claim, now: claim.appeal(side=claim.standing.loser, sealed_statement="", now=now),
    "take_up_appeal": take_up_appeal,
    "decide_appeal": lambda claim, now: claim.decide_appeal(sub=MINISTRY, reverses=False, reason="r", now=now),
    "settle": lambda claim, now: need(claim.settle(now + timedelta(days=60))),
}


def complete(claim: IdentityClaim) -> None:
    for role in ("front", "back", "holding"):
        add(claim, role)


def in_state(state: str) -> IdentityClaim:
    """A claim in this state, with everything at hand that its next step may need."""
    claim = opened()
    if state == "opened":
        return claim
    prove(claim, NOW)
    paths: dict[str, tuple[str, ...]] = {
        "open": (),
        "proven": ("try_knowledge",),
        "withdrawn": ("withdraw",),
        "lapsed": ("lapse",),
    }
    if state in paths:
        for step in paths[state]:
            DO[step](claim, NOW)
        return claim
    complete(claim)
    if state == "evidence_uploaded":
        return claim
    if state == "queued":
        DO["queue"](claim, NOW)
        return claim
    claim.hand_in(NOW)
    claim.take(sub=ME, now=NOW)
    last = {"more_evidence": "ask_more", "granted": "grant", "denied": "deny"}
    if state in last:
        DO[last[state]](claim, NOW)
    if state == "more_evidence":
        add(claim, "front")
    return claim


def ready_for(step: str, claim: IdentityClaim) -> None:
    if step == "decide_appeal" and claim.standing.state in STEPS["appeal"][0]:
        claim.appeal(side=claim.standing.loser, sealed_statement="", now=NOW)
    if step == "queue" and claim.standing.state == "open":
        claim.try_knowledge(right=True, slot="slot", now=NOW, waits=True)
    if step == "take_vouch_back" and claim.standing.state in STEPS["vouch"][0]:
        vouch(claim, NOW)


def test_every_state_can_be_reached() -> None:
    assert [in_state(state).standing.state for state in STATES] == list(STATES)
    assert set(DO) == set(STEPS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_from_the_states_that_allow_it_and_from_no_other(state: str, step: str) -> None:
    claim = in_state(state)
    ready_for(step, claim)
    allowed, leads_to = STEPS[step]
    if state not in allowed:
        before = claim.standing
        with pytest.raises(Refused):
            DO[step](claim, NOW)
        assert claim.standing == before or step == "prove_contact"
        return
    DO[step](claim, NOW)
    stays = step == "add_evidence" and state in ("more_evidence", "queued")
    assert claim.standing.state == (state if stays or not leads_to else leads_to)
    assert held_by(claim) == [claim.standing.id_key] * claim.standing.holds_contested


@pytest.mark.parametrize("state", ["granted", "denied", "withdrawn", "lapsed"])
def test_no_way_leads_out_of_an_end(state: str) -> None:
    claim = in_state(state)
    assert claim.settle(NOW + timedelta(days=60))
    for step, do in DO.items():
        with pytest.raises(Refused):
            do(claim, NOW)
        assert claim.standing.state == state, step


def test_an_appeal_is_made_once_and_its_decision_is_the_last() -> None:
    claim = in_state("denied")
    claim.appeal(side="claimant", sealed_statement="", now=NOW)
    compare(claim, MINISTRY)
    claim.decide_appeal(sub=MINISTRY, reverses=True, reason="r", now=NOW)
    for step in ("appeal", "decide_appeal", "withdraw", "grant"):
        with pytest.raises(Refused):
            DO[step](claim, NOW)
    assert (claim.standing.state, claim.standing.appeal) == ("denied", "reversed")


# -- what the pictures show -------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-9")
def test_a_document_is_given_away_only_to_what_its_pictures_were_found_to_show() -> None:
    """Given a claim in review, when it is granted before what the pictures show was typed, after something else was
    typed, or after another reviewer typed it, then it is refused; a denial needs no comparison."""
    claim = in_state("in_review")
    with pytest.raises(NotCompared):
        claim.grant(sub=ME, reason="r", account_id=uuid4(), person_id=uuid4(), other_account_id=None, now=NOW)
    compare(claim, equal=False)
    with pytest.raises(NotCompared):
        claim.grant(sub=ME, reason="r", account_id=uuid4(), person_id=uuid4(), other_account_id=None, now=NOW)
    compare(claim)
    claim.take(sub=OTHER, now=NOW + timedelta(hours=24))
    with pytest.raises(NotCompared):
        claim.grant(sub=OTHER, reason="r", account_id=uuid4(), person_id=uuid4(), other_account_id=None, now=NOW)
    claim.deny(sub=OTHER, reason="r", now=NOW)
    claim.appeal(side="claimant", sealed_statement="", now=NOW)
    with pytest.raises(NotCompared):
        claim.decide_appeal(sub=MINISTRY, reverses=True, reason="r", now=NOW)


@pytest.mark.rule("AC-9")
def test_what_is_hidden_from_a_reviewer_is_not_guessed() -> None:
    """Given a reviewer whose comparisons failed five times, when another one is made, then it is refused; a colleague
    may still compare."""
    claim = in_state("in_review")
    for _ in range(MOST_MISREAD):
        compare(claim, equal=False)
    with pytest.raises(MisreadTooOften):
        compare(claim)
    claim.put_back(sub=ME)
    claim.take(sub=OTHER, now=NOW)
    compare(claim, OTHER)
    assert claim.standing.compared_by == OTHER


# -- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-11")
def test_two_reviewers_never_work_on_one_claim() -> None:
    """Given a claim that one reviewer has in hand, when another takes or decides it, then it is refused; after a day
    on which nothing happened it is free again."""
    claim = in_state("in_review")
    with pytest.raises(TakenByAnother):
        claim.take(sub=OTHER, now=NOW + timedelta(hours=23))
    with pytest.raises(NotTaken):
        claim.deny(sub=OTHER, reason="r", now=NOW)
    claim.take(sub=OTHER, now=NOW + timedelta(hours=24))
    with pytest.raises(NotTaken):
        claim.deny(sub=ME, reason="r", now=NOW)
    claim.put_back(sub=OTHER)
    claim.take(sub=ME, now=NOW)


@pytest.mark.rule("A24-2")
def test_nobody_decides_about_the_own_claim_or_twice_about_the_same() -> None:
    """Given a claim, when its asker reviews it or the first decider hears the appeal, then it is refused."""
    person = uuid4()
    claim = opened("renewed_document", person)
    add(claim, "front")
    add(claim, "back")
    claim.hand_in(NOW)
    with pytest.raises(OwnClaim):
        claim.take(sub=str(person), now=NOW)
    claim.take(sub=ME, now=NOW)
    claim.deny(sub=ME, reason="r", now=NOW)
    claim.appeal(side="claimant", sealed_statement="", now=NOW)
    for sub in (ME, str(person)):
        with pytest.raises(OwnClaim):
            claim.decide_appeal(sub=sub, reverses=True, reason="r", now=NOW)


@pytest.mark.parametrize(
    ("state", "side", "days", "ok"),
    [
        ("denied", "claimant", 0, True),
        ("denied", "claimant", 30, True),
        ("denied", "claimant", 31, False),
        ("denied", "holder", 0, False),
        ("granted", "holder", 30, True),
        ("granted", "holder", 31, False),
        ("granted", "claimant", 0, False),
    ],
)
@pytest.mark.rule("AC-10")
def test_only_the_side_that_lost_appeals_and_within_thirty_days(state: str, side: str, days: int, ok: bool) -> None:
    """Given a decided claim, when a side appeals, then it is heard if it lost and thirty days are not over."""
    claim = in_state(state)
    now = NOW + timedelta(days=days)
    if ok:
        claim.appeal(side=side, sealed_statement="", now=now)
        assert claim.standing.appeal == "open"
        return
    with pytest.raises(AppealRefused):
        claim.appeal(side=side, sealed_statement="", now=now)


def test_who_lost_nothing_by_a_granted_claim_has_nothing_to_appeal() -> None:
    claim = in_state("in_review")
    compare(claim)
    claim.grant(sub=ME, reason="r", account_id=uuid4(), person_id=uuid4(), other_account_id=None, now=NOW)
    with pytest.raises(AppealRefused):
        claim.appeal(side="holder", sealed_statement="", now=NOW)


# -- proof ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-8")
@pytest.mark.parametrize("kind", KINDS)
def test_both_sides_of_a_card_are_needed_whatever_is_claimed(kind: str) -> None:
    """Given a claim under a resident card, when a side of the card is missing, then it is not handed in."""
    claim = opened(kind, uuid4())
    needed = needed_roles(kind, "1")
    assert {"front", "back"} <= set(needed)
    for role in needed:
        with pytest.raises(Refused):
            claim.hand_in(NOW)
        add(claim, role)
    claim.hand_in(NOW)
    assert claim.standing.state == "in_review"


def test_a_passport_has_one_page_that_counts() -> None:
    assert needed_roles("wrong_number", "A") == ("front",)
    assert needed_roles("contested_document", "A") == ("front", "holding")


def test_who_was_asked_for_more_shows_something_new() -> None:
    claim = in_state("in_review")
    claim.ask_more(sub=ME, reason="r", now=NOW)
    with pytest.raises(EvidenceIncomplete):
        claim.hand_in(NOW)
    add(claim, "paper")
    claim.hand_in(NOW)
    assert (claim.standing.state, claim.standing.reviewer) == ("in_review", "")


def test_a_claim_holds_so_many_pictures_and_no_more() -> None:
    claim = in_state("open")
    for _ in range(MOST_FILES):
        add(claim, "front")
    with pytest.raises(TooManyFiles):
        add(claim, "front")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "contested_document"])
def test_what_one_knows_proves_a_contested_document_and_nothing_else(kind: str) -> None:
    claim = opened(kind, uuid4())
    with pytest.raises(KnowledgeNotEnough):
        claim.try_knowledge(right=True, slot="s", now=NOW)


@pytest.mark.rule("AC-9")
def test_two_classmates_make_up_for_the_picture_of_the_person_and_for_nothing_else() -> None:
    """Given a contested document without the picture of the person, when two classmates vouch, then it is handed in;
    with one, or one who took the word back, or without the pictures of the document it is not."""
    claim = in_state("open")
    for role in ("front", "back"):
        add(claim, role)
    vouch(claim, NOW)
    vouch(claim, NOW)
    take_vouch_back(claim, NOW)
    with pytest.raises(EvidenceIncomplete) as no:
        claim.hand_in(NOW)
    assert no.value.as_dict()["detail"]["missing"] == "holding"
    vouch(claim, NOW)
    claim.hand_in(NOW)
    assert claim.standing.state == "in_review"
    bare = in_state("open")
    vouch(bare, NOW)
    vouch(bare, NOW)
    add(bare, "front")
    with pytest.raises(EvidenceIncomplete):
        bare.hand_in(NOW)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "contested_document"])
def test_classmates_are_asked_where_a_document_is_contested_and_nowhere_else(kind: str) -> None:
    claim = opened(kind, uuid4())
    with pytest.raises(ClassmatesNotAsked):
        claim.ask_classmates(salt="s", takes=(), frees=(), now=NOW)


def test_one_classmate_vouches_once_and_nobody_for_the_own_claim() -> None:
    person, account = uuid4(), uuid4()
    claim = in_state("open")
    said = {"account_id": account, "school_code": "4111010001", "school_name": "北京大学", "slot": "s", "now": NOW}
    first = uuid4()
    claim.vouch(vouch_id=first, person_id=person, **said)
    claim.take_vouch_back(vouch_id=first, person_id=person, now=NOW)
    with pytest.raises(VouchedAlready):
        claim.vouch(vouch_id=uuid4(), person_id=person, **said)
    with pytest.raises(ClaimStepRefused):
        claim.take_vouch_back(vouch_id=first, person_id=person, now=NOW)


# -- in line ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("AC-11")
def test_a_claim_that_waits_has_no_clock_and_a_fresh_one_when_its_turn_comes() -> None:
    """Given a claim that waits for another one, when days pass, then nothing is due and nothing lapses; its three
    working days begin with its turn."""
    claim = in_state("queued")
    later = NOW + timedelta(days=30)
    assert (claim.standing.due_on, claim.lapse(later), claim.find_overdue(later)) == (None, False, False)
    claim.come_up(proven=False, frees=(), now=at_noon(date(2026, 9, 28)))
    assert (claim.standing.state, claim.standing.due_on) == ("in_review", date(2026, 10, 8))


def test_an_appeal_that_waits_is_not_decided_before_its_turn() -> None:
    claim = in_state("denied")
    claim.appeal(side="claimant", sealed_statement="", now=NOW, waits=True)
    assert held_by(claim) == []
    with pytest.raises(ClaimStepRefused):
        claim.decide_appeal(sub=MINISTRY, reverses=True, reason="r", now=NOW)
    claim.take_up_appeal(NOW)
    assert held_by(claim) == [claim.standing.id_key]
    compare(claim, MINISTRY)
    claim.decide_appeal(sub=MINISTRY, reverses=True, reason="r", now=NOW)


# -- time -------------------------------------------------------------------------------------------------------------


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.rule("AC-11")
@pytest.mark.parametrize(
    ("handed_in", "due_on"),
    [
        # the holidays of 1 to 7 October 2026, with a Sunday before and a Saturday after that are worked
        (date(2026, 9, 15), date(2026, 9, 18)),
        (date(2026, 9, 28), date(2026, 10, 8)),
        (date(2026, 9, 29), date(2026, 10, 9)),
        (date(2026, 9, 30), date(2026, 10, 10)),
        (date(2026, 10, 3), date(2026, 10, 10)),
        (date(2026, 10, 7), date(2026, 10, 10)),
        (date(2026, 10, 10), date(2026, 10, 14)),
        (date(2026, 10, 16), date(2026, 10, 21)),
    ],
)
def test_three_working_days_across_the_week_of_the_national_day(handed_in: date, due_on: date) -> None:
    """Given a claim handed in on a day, when its clock begins, then it is due on the third working day after."""
    claim = in_state("evidence_uploaded")
    claim.hand_in(at_noon(handed_in))
    assert claim.standing.due_on == due_on
    last = at_noon(due_on)
    assert not claim.find_overdue(last)
    assert claim.find_overdue(last + timedelta(days=1))
    assert not claim.find_overdue(last + timedelta(days=2)), "it is said once"


def test_the_day_of_handing_in_is_that_of_china() -> None:
    claim = in_state("evidence_uploaded")
    claim.hand_in(datetime(2026, 10, 15, 16, 30, tzinfo=UTC))  # half past midnight on Friday the 16th
    assert claim.standing.due_on == date(2026, 10, 21)


def test_a_year_whose_holidays_are_not_published_is_said_and_never_late() -> None:
    claim = in_state("evidence_uploaded")
    claim.hand_in(at_noon(date(2090, 3, 1)))
    assert (claim.standing.due_on, claim.standing.unknown_year) == (None, 2090)
    assert not claim.find_overdue(at_noon(date(2095, 1, 1)))
    assert deadline(date(2090, 3, 1), 3).unknown_year == 2090


@pytest.mark.parametrize(("state", "days"), [("opened", 1), ("open", 14), ("proven", 14), ("more_evidence", 14)])
def test_what_nobody_goes_on_with_lapses(state: str, days: int) -> None:
    claim = in_state(state)
    assert not claim.lapse(NOW + timedelta(days=days, seconds=-1))
    assert claim.lapse(NOW + timedelta(days=days))


def test_a_claim_is_settled_when_nothing_can_follow() -> None:
    claim = in_state("granted")
    assert not claim.settle(NOW + timedelta(days=30))
    assert claim.settle(NOW + timedelta(days=31))
    appealed = in_state("denied")
    appealed.appeal(side="claimant", sealed_statement="", now=NOW)
    assert not appealed.settle(NOW + timedelta(days=90)), "an appeal is open"
    gone = in_state("withdrawn")
    assert not gone.settle(NOW)
    assert gone.settle(NOW + timedelta(days=1))


@pytest.mark.parametrize(
    "text", ["", "  ", "证件号 11010519491231002X", "请电 13812345678", "写信到 a@b.cn", "字" * 501]
)
def test_a_reason_is_short_and_names_nobodys_numbers(text: str) -> None:
    with pytest.raises(TextRefused):
        clean_reason(text)


# -- any history ------------------------------------------------------------------------------------------------------


def held_by(claim: IdentityClaim) -> list[str]:
    """What a claim holds of its document after all its facts, as the claims table would."""
    held: list[str] = []
    for fact in claim.pending_events:
        for entry in IdentityClaim.claims_of(fact, claim.id):
            if entry[0] != CONTESTED:
                continue
            if isinstance(entry, Claim):
                held.append(entry.key)
            elif isinstance(entry, Release) and entry.key in held:
                held.remove(entry.key)
    return held


class Histories(RuleBasedStateMachine):
    """Any steps in any order: what is refused changes nothing, and what is kept is consistent."""

    @initialize(kind=st.sampled_from(("contested_document",) * len(KINDS) + KINDS), state=st.sampled_from(STATES))
    def begin(self, kind: str, state: str) -> None:
        """Anywhere: by chance alone few histories come far."""
        own = kind not in ("contested_document", "not_me")
        self.claim = opened(kind, uuid4()) if own else in_state(state)
        self.now = NOW
        self.ends: list[str] = []

    @rule(step=st.sampled_from(sorted(DO)), role=st.sampled_from(["front", "back", "holding", "paper"]))
    def take_a_step(self, step: str, role: str) -> None:
        before = self.claim.standing
        try:
            if step == "add_evidence":
                add(self.claim, role, self.now)
            else:
                DO[step](self.claim, self.now)
        except Refused:
            if step != "prove_contact":  # whose code went out and was tried
                assert self.claim.standing == before
            return
        assert before.state in STEPS[step][0]

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def it_replays_to_what_it_is(self) -> None:
        if not hasattr(self, "claim"):
            return
        again: Any = None
        for fact in self.claim.pending_events:
            stored = facts.encode(fact)  # type: ignore[arg-type]
            topic = fact.TOPIC  # type: ignore[attr-defined]
            again = facts.decode(topic, self.claim.id, fact.originator_version, stored).mutate(again)
        assert again.standing == self.claim.standing

    @invariant()
    def it_holds_the_document_exactly_while_it_is_decided(self) -> None:
        if hasattr(self, "claim"):
            assert held_by(self.claim) == [self.claim.standing.id_key] * self.claim.standing.holds_contested

    @invariant()
    def an_end_stays_an_end(self) -> None:
        if hasattr(self, "claim") and self.claim.standing.has_ended:
            self.ends.append(self.claim.standing.state)
            assert len(set(self.ends)) == 1


Histories.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_any_history = Histories.TestCase


@given(st.dates(date(2024, 1, 1), date(2026, 9, 1)))
def test_a_deadline_is_a_working_day_and_three_of_them_after_the_first(day: date) -> None:
    due = deadline(day, 3)
    assert due.on is not None
    assert is_working_day(due.on)
    assert working_days_between(day, due.on) == 3
