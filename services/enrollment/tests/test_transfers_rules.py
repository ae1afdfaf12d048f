"""The bars of a transfer and whose turn it is, decided on small states."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.enrollment.domain.rules.periods import Periods, deadline
from services.enrollment.domain.rules.transfers import (
    AlreadyConfirmedHere,
    ProvinceNotConcerned,
    PublicityRunning,
    PublicityUnknown,
    TransferAtAnotherStep,
    TransferBarred,
    TransferDateImpossible,
    TransferStanding,
    TransferTerms,
    bars_of,
    may_complete,
    may_confirm,
    may_step,
    may_transfer,
)

HERE, SAME_PROVINCE, ELSEWHERE = "4111010001", "4111010002", "4133010335"
SECOND_YEAR = date(2023, 10, 10)


@pytest.fixture
def terms():
    return TransferTerms(HERE, ELSEWHERE, "本科", "本科", "illness", ("ab" * 32,))


@pytest.fixture
def transfer(terms):
    scored = replace(terms, score=655.0, target_score=650.0)
    return TransferStanding("target_reviewed", uuid4(), scored, "s", "regular")


def barred(status, terms, today=SECOND_YEAR, *, reviewed=False):
    return set(bars_of(status, terms, today, reviewed=reviewed))


@pytest.mark.rule("R41-22")
def test_a_student_of_the_second_year_with_a_good_reason_may_ask(status, terms):
    """Given an undergraduate in the second year, when illness is the proven reason, then nothing bars a transfer."""
    may_transfer(status, terms, SECOND_YEAR)
    assert barred(status, terms) == set()


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize(
    ("today", "bar"),
    [
        (date(2022, 9, 1), "first_semester"),
        (date(2023, 1, 31), "first_semester"),
        (date(2025, 7, 2), "last_year"),
        (date(2026, 6, 1), "last_year"),
    ],
)
def test_the_first_semester_and_the_last_year_bar_it(status, terms, today, bar):
    """Given four years of study, when asked in the first semester or the last year, then the transfer is barred."""
    assert barred(status, terms, today) == {bar}


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize("today", [date(2023, 2, 1), date(2025, 7, 1)])
def test_the_days_between_are_free(status, terms, today):
    """Given four years of study, when asked on the first or last free day, then no bar of time stands in the way."""
    assert barred(status, terms, today) == set()


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize("kind", ["定向生", "公费师范生", "国防生", "强军计划"])
def test_directed_students_stay(status, terms, kind):
    """Given admission for directed employment, when a transfer is asked for, then it is barred."""
    assert barred(replace(status, admission_type=kind), terms) == {"directed"}


@pytest.mark.rule("R41-22")
def test_a_special_plan_without_direction_is_no_bar(status, terms):
    """Given admission under a poverty-relief plan, when a transfer is asked for, then the plan does not bar it."""
    assert barred(replace(status, admission_type="国家专项计划"), terms) == set()


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize(
    ("here", "there", "bars"),
    [
        ("专科", "本科", {"level"}),
        ("本科", "硕士研究生", {"level"}),
        ("硕士研究生", "博士研究生", {"level"}),
        ("本科", "专科", set()),
        ("本科", "第二学士学位", set()),
        ("预科", "本科", {"level"}),
    ],
)
def test_nobody_rises_by_a_transfer(status, terms, here, there, bars):
    """Given a level of study, when the target is of a higher level, then the transfer is barred; a lower one is not."""
    assert barred(replace(status, level=here), replace(terms, from_level=here, to_level=there)) == bars


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize("change", [{"reason_kind": "other"}, {"evidence": ()}])
def test_a_good_reason_is_named_and_proven(status, terms, change):
    """Given no named reason or no proof of it, when a transfer is asked for, then it is barred."""
    assert barred(status, replace(terms, **change)) == {"reason"}


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize(
    ("score", "target", "bars"),
    [(650.0, 650.0, set()), (649.5, 650.0, {"score"}), (None, 650.0, {"score"}), (650.0, None, {"score"})],
)
def test_the_score_reaches_the_targets(status, terms, score, target, bars):
    """Given both schools' statements, when the score is below the target's or unknown, then the review bars it."""
    assert barred(status, replace(terms, score=score, target_score=target), reviewed=True) == bars


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize(
    ("met", "bars"), [(True, set()), (False, {"graduate_standard"}), (None, {"graduate_standard"})]
)
def test_a_graduate_meets_the_targets_standard(status, terms, met, bars):
    """Given a graduate student, when the target's standards or a supervisor's consent are missing, then barred."""
    masters = replace(terms, from_level="硕士研究生", to_level="硕士研究生", standard_met=met)
    assert barred(replace(status, level="硕士研究生"), masters, reviewed=True) == bars


@pytest.mark.rule("R41-22")
def test_every_bar_is_named_at_once(status, terms):
    """Given three bars, when a transfer is asked for, then the refusal names all three in both languages."""
    wrong = replace(terms, to_level="硕士研究生", evidence=())
    with pytest.raises(TransferBarred) as refusal:
        may_transfer(replace(status, admission_type="定向生"), wrong, SECOND_YEAR)
    told = refusal.value.as_dict()
    assert told["detail"]["bars"] == "directed level reason"
    assert told["en"].count(";") == 2
    assert "定向" in told["zh"]


@pytest.mark.rule("R41-22")
@pytest.mark.parametrize("state", ["suspended", "on_leave", "reserved", "dropped", "graduated", "transferred_out"])
def test_only_who_studies_transfers(status, terms, state):
    """Given a status that is not active, when a transfer is asked for, then it is barred."""
    assert "not_studying" in barred(replace(status, state=state), terms)


@pytest.mark.rule("R41-22", "A8-9")
def test_a_contested_status_does_not_move(status, terms):
    """Given a status in a conflict, when a transfer is asked for, then it waits for the decision."""
    assert barred(replace(status, contested_in=str(uuid4())), terms) == {"contested"}


@pytest.mark.rule("R41-24")
def test_a_transfer_within_a_province_needs_no_province(transfer, terms):
    """Given two schools of one province, when the province confirms, then it is told that nobody asked."""
    with pytest.raises(ProvinceNotConcerned):
        may_confirm(replace(transfer, terms=replace(terms, to_school=SAME_PROVINCE)), "11")


@pytest.mark.rule("R41-24")
def test_each_province_confirms_once_and_the_second_word_counts(transfer):
    """Given two provinces, when one confirms twice, then the second time is refused; the other one completes it."""
    assert may_confirm(transfer, "11") is False
    once = replace(transfer, confirmed_by=("11",))
    with pytest.raises(AlreadyConfirmedHere):
        may_confirm(once, "11")
    assert may_confirm(once, "33") is True


@pytest.mark.rule("X-TRANSFER-1")
def test_each_side_waits_for_its_turn(transfer):
    """Given a reviewed transfer, when the source school acts, then it is not its turn."""
    with pytest.raises(TransferAtAnotherStep):
        may_step(transfer, "requested")


@pytest.mark.rule("R41-23")
def test_a_transfer_is_published_before_it_is_carried_out(transfer, status):
    """Given a publicity until the 20th, when it is carried out on the 20th, then it is refused; the 21st is free."""
    approved, until = transfer.moved("approved"), date(2023, 10, 20)
    with pytest.raises(PublicityRunning):
        may_complete(approved, status, until=until, effective_on=until, today=until)
    free = date(2023, 10, 21)
    may_complete(approved, status, until=until, effective_on=free, today=free)
    for wrong in (until, date(2023, 10, 22)):
        with pytest.raises(TransferDateImpossible):
            may_complete(approved, status, until=until, effective_on=wrong, today=free)


@pytest.mark.rule("R41-23", "A8-9")
@pytest.mark.parametrize("change", [{"state": "dropped"}, {"contested_in": "c"}])
def test_what_happened_meanwhile_stops_it(transfer, status, change):
    """Given an approved transfer, when the student left or is contested meanwhile, then it is not carried out."""
    with pytest.raises(TransferBarred):
        may_complete(
            transfer.moved("approved"),
            replace(status, **change),
            until=date(2023, 10, 20),
            effective_on=date(2023, 10, 21),
            today=date(2023, 10, 21),
        )


@pytest.mark.rule("X-CAL-1", "A13-3")
def test_an_unpublished_calendar_is_said_not_guessed(transfer, status):
    """Given a year without a published calendar, when working days are counted, then the year is named instead."""
    unknown = deadline(date(2090, 3, 1), Periods().publicity)
    assert (unknown.on, unknown.unknown_year, unknown.passed(date(2099, 1, 1))) == (None, 2090, False)
    with pytest.raises(PublicityUnknown):
        may_complete(
            transfer.moved("approved"), status, until=None, effective_on=date(2023, 10, 21), today=date(2023, 10, 21)
        )


@pytest.mark.rule("A13-3")
def test_a_period_counts_working_days_across_the_national_holiday():
    """Given Friday 26 September 2025, when 15 working days are counted, then the last one is 23 October."""
    assert deadline(date(2025, 9, 26), Periods().province_review).on == date(2025, 10, 23)
