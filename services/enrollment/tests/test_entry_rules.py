"""The rules of entry, decided on small states: whom a school may register, and what else may become of an admission."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.domain.rules.entry import (
    AdmissionTypeDiffers,
    AdmissionTypeRequired,
    DeferralEndsTooEarly,
    EntryAlreadyDecided,
    EntryDeferred,
    InstitutionNotEligible,
    NoAdmissionBasis,
    NotFormalEducation,
    NotOwnStudent,
    OtherTraining,
    PartnerIsOwnSchool,
    PartnerRegistersNot,
    PendingAdmissionFix,
    PreparatoryNotCompleted,
    RecheckFailed,
    RecheckMissing,
    SelfTaught,
    annotated_type,
    decided_entry,
    may_enter,
    may_have_status,
    may_register,
    may_register_students,
    may_write_for,
    partner_of,
    rules_of,
)
from services.enrollment.domain.rules.fixes import may_ask_fix
from services.enrollment.domain.rules.rechecks import (
    BeforeEntry,
    DeferralTooLate,
    HealthAllowsNoDeferral,
    ItemsMissing,
    RecheckFindsFraud,
    may_defer_after,
    recheck_result,
    recheck_values,
    what_follows,
)
from services.enrollment.domain.rules.reporting import (
    NOT_REPORTED,
    AlreadyReported,
    DayIsOver,
    DayLiesAhead,
    DeferralOver,
    DischargeDayMissing,
    NotDeferred,
    NotInService,
    NotNextIntake,
    ReportedTooLate,
    discharge_values,
    is_overdue,
    may_come_back,
    may_grant_leave,
    may_report,
    next_entry,
)
from services.enrollment.domain.rules.restoring import (
    EntryWithdrawalWaiting,
    NoEntryWithdrawalWaiting,
    NoOutcomeYet,
    may_ask_entry_withdrawal,
    require_entry_withdrawal,
    restored_entry,
)
from services.enrollment.domain.rules.years import StatusNotOpen
from services.enrollment.domain.student_status import first_standing
from shared.rules.rulebook import RULES

SCHOOL, OTHER = "4111010001", "4133010335"
ENTRY, TODAY = date(2022, 9, 1), date(2022, 9, 10)
GOOD = {"procedure": True, "admission": True, "person": True, "health": True, "talent": True}


@pytest.fixture
def status():
    return first_standing(
        {
            "school_code": SCHOOL,
            "id_key": "a" * 40,
            "full_time": True,
            "entry_date": ENTRY,
            "expected_graduation_date": date(2026, 7, 1),
            "level": "本科",
            "major_code": "010101",
            "major_name": "哲学",
            "admission_type": "普通",
            "category": "普通高等教育",
        }
    )


def report(admission, **values):
    asked = {
        "released": True, "school_code": SCHOOL, "reported_on": date(2022, 9, 3), "today": TODAY, "deadline": None,
        "excused": False,
    }  # fmt: skip
    may_report(admission, **(asked | values))


def come_back(admission, **values):
    asked = {"released": True, "school_code": SCHOOL, "applied_on": date(2023, 8, 20), "today": date(2023, 8, 20)}
    may_come_back(admission, **(asked | values))


def deferred(admission, until=date(2023, 9, 30)):
    return admission.decided("deferred", "illness", until)


@pytest.mark.rule("A2-1")
@pytest.mark.parametrize("code", ["3611010001", "5111010001", "9311010001", "1111010001"])
def test_an_institution_without_the_right_registers_nobody(code):
    """Given a school, kindergarten or training body, when it registers anybody, then it is not eligible."""
    with pytest.raises(InstitutionNotEligible) as refusal:
        may_register_students(code)
    assert (refusal.value.rule, refusal.value.code) == ("A2-1", "INSTITUTION_NOT_ELIGIBLE")


@pytest.mark.rule("A2-1")
@pytest.mark.parametrize("code", ["4111010001", "4211010001", "9111010001", "9211010001"])
def test_the_four_kinds_of_institutions_may_register(code):
    """Given an institution of higher education, when it registers, then its kind does not stand against it."""
    assert may_register_students(code) is None


@pytest.mark.rule("A2-2")
def test_a_training_course_gives_no_status(admission):
    """Given somebody outside formal education, when registration is asked for, then it is refused."""
    with pytest.raises(NotFormalEducation) as refusal:
        may_register(replace(admission, category="培训"), recheck="合格")
    assert (refusal.value.rule, refusal.value.code) == ("A2-2", "NOT_FORMAL_EDUCATION")


@pytest.mark.rule("A2-2")
@pytest.mark.parametrize(("category", "form"), [("高等教育自学考试", "自学考试"), ("成人高等教育", "自学考试")])
def test_the_self_taught_have_no_status_at_all(category, form):
    """Given a self-taught candidate, when a status is asked for, then it is refused in words of its own."""
    with pytest.raises(SelfTaught) as refusal:
        may_have_status(category, form)
    assert "self-taught" in refusal.value.as_dict()["en"]
    assert "自学考试" in refusal.value.as_dict()["zh"]


@pytest.mark.rule("A7-3")
def test_an_unreleased_list_is_no_basis(admission):
    """Given a list that is not released, when its school registers, then there is no basis."""
    with pytest.raises(NoAdmissionBasis):
        may_enter(admission, released=False, school_code=SCHOOL)


@pytest.mark.rule("A4-1")
def test_another_school_decides_nothing(admission):
    """Given an admission to one school, when another decides about it, then it is not its student."""
    with pytest.raises(NotOwnStudent):
        may_enter(admission, released=True, school_code=OTHER)


@pytest.mark.rule("A8-1", "A8-3")
def test_the_recheck_comes_before_registration(admission):
    """Given an admitted person, when the recheck is missing or failed, then nobody is registered."""
    with pytest.raises(RecheckMissing):
        may_register(admission, recheck="")
    with pytest.raises(RecheckFailed):
        may_register(admission, recheck="不合格")


@pytest.mark.rule("A8-2")
def test_a_passed_recheck_is_enough(admission):
    """Given a released own admission, when the recheck was passed, then nothing stands against registration."""
    may_enter(admission, released=True, school_code=SCHOOL)
    may_register(admission, recheck="合格")
    for said in ("不合格", "待定", ""):
        with pytest.raises((RecheckFailed, RecheckMissing)):
            may_register(admission, recheck=said)


@pytest.mark.rule("A8-4")
@pytest.mark.parametrize("outcome", ["abandoned", "deferred", "cancelled"])
def test_each_admission_has_one_outcome(admission, outcome):
    """Given an entry that is decided, when it is decided again, then the first outcome stands."""
    with pytest.raises(EntryAlreadyDecided):
        may_enter(admission.decided(outcome), released=True, school_code=SCHOOL)


@pytest.mark.rule("A8-10")
def test_the_partner_of_joint_training_registers_nobody(admission):
    """Given joint training, when the partner school registers, then it is told where the status belongs."""
    with pytest.raises(PartnerRegistersNot) as refusal:
        may_enter(replace(admission, joint_partner=OTHER), released=True, school_code=OTHER)
    assert (refusal.value.rule, SCHOOL in refusal.value.as_dict()["en"]) == ("A8-10", True)


@pytest.mark.rule("A8-10")
def test_the_partner_is_another_school_and_an_annotation(admission):
    """Given joint training, when the admitting school registers, then the partner is annotated, and is not itself."""
    assert partner_of(replace(admission, joint_partner=OTHER), None) == OTHER
    assert partner_of(admission, OTHER) == OTHER
    assert partner_of(admission, None) is None
    with pytest.raises(PartnerIsOwnSchool):
        partner_of(admission, SCHOOL)


@pytest.mark.rule("A9-1")
def test_the_annotated_type_is_the_lists_own(admission):
    """Given a special admission, when the school annotates, then the list's type is taken and no other."""
    special = replace(admission, admission_type="国家专项计划", special_plan=True)
    assert annotated_type(special, None) == "国家专项计划"
    assert annotated_type(special, "国家专项计划") == "国家专项计划"
    with pytest.raises(AdmissionTypeDiffers) as refusal:
        annotated_type(special, "定向生")
    assert refusal.value.rule == "A9-1"


@pytest.mark.rule("A9-2")
@pytest.mark.parametrize("said", [None, "", "普通"])
def test_a_flagged_plan_without_its_type_blocks_registration(admission, said):
    """Given a plan flag without a type, when the school names none either, then registration is blocked."""
    flagged = replace(admission, admission_type="", special_plan=True)
    with pytest.raises(AdmissionTypeRequired) as refusal:
        may_register(flagged, recheck="合格", admission_type=said)
    assert refusal.value.code == "ADMISSION_TYPE_REQUIRED"


@pytest.mark.rule("A9-1", "A9-2")
def test_the_school_may_annotate_what_the_list_left_open(admission):
    """Given a plan flag without a type, when the school annotates one, then it is registered with it."""
    flagged = replace(admission, admission_type="", special_plan=True)
    may_register(flagged, recheck="合格", admission_type="定向生")
    assert annotated_type(flagged, "定向生") == "定向生"


@pytest.mark.rule("A10-3")
def test_nobody_is_registered_while_a_correction_is_pending(admission):
    """Given a correction under way, when the school registers, then it waits."""
    with pytest.raises(PendingAdmissionFix) as refusal:
        may_register(replace(admission, fix_id="019b"), recheck="合格")
    assert refusal.value.code == "PENDING_ADMISSION_FIX"


@pytest.mark.rule("A8-7")
def test_the_preparatory_phase_comes_first(admission):
    """Given a preparatory student, when registered before the phase is completed, then it is refused; after it not."""
    preparing = replace(admission, preparatory="minority", training_school=OTHER)
    with pytest.raises(PreparatoryNotCompleted):
        may_register(preparing, recheck="合格")
    may_register(preparing, recheck="合格", prepared=True)


@pytest.mark.rule("A24-1")
def test_an_operator_writes_for_the_own_kind_of_training():
    """Given an operator for adult students, when a regular one is written, then it is refused by row."""
    may_write_for("all", "普通高等教育")
    may_write_for("regular", "普通高等教育")
    with pytest.raises(OtherTraining):
        may_write_for("adult", "普通高等教育")


@pytest.mark.rule("A28-1")
@pytest.mark.parametrize(("entry", "asked"), [(date(2014, 8, 31), False), (date(2014, 9, 1), True)])
def test_the_rules_of_the_day_of_entry_decide(admission, entry, asked):
    """Given an entry before or since the Measure, when it is registered, then only rules of its own day are asked."""
    old = replace(admission, entry_date=entry, special_plan=True, admission_type="", preparatory="other", fix_id="x")
    if asked:
        with pytest.raises(PendingAdmissionFix):
            may_register(old, recheck="")
    else:
        may_register(old, recheck="")
    with pytest.raises(NoAdmissionBasis):  # an invariant, whatever the day
        may_enter(old, released=False, school_code=SCHOOL)


@pytest.mark.rule("A28-1")
def test_a_fact_names_the_rules_of_its_own_day():
    """Given an entry of 2013, when its registration is kept, then it rests on the rules that held then."""
    asked = ("A7-3", "A8-1", "A8-2", "A8-9", "A9-1")
    assert rules_of(asked, date(2013, 9, 1)) == tuple(rule for rule in asked if RULES[rule].valid_from.year < 2014)
    assert rules_of(asked, ENTRY) == asked


@pytest.mark.rule("A10-1")
def test_a_list_under_way_is_returned_and_not_corrected(admission):
    """Given a list that is not released, when a correction of a row is asked for, then it is refused."""
    with pytest.raises(NoAdmissionBasis):
        may_ask_fix(admission, released=False, school_code=SCHOOL, registered=False)
    may_ask_fix(admission, released=True, school_code=SCHOOL, registered=False)


# --- reporting ---


@pytest.mark.rule("R41-9")
def test_a_freshman_reports_once(admission):
    """Given a freshman who reported, when the report comes again, then it is refused."""
    report(admission)
    with pytest.raises(AlreadyReported):
        report(admission.decided("reported"))


@pytest.mark.rule("R41-8")
def test_reporting_after_the_last_day_needs_leave(admission):
    """Given the school's last day, when somebody reports later, then only leave or force majeure helps."""
    late = {"deadline": date(2022, 9, 5), "reported_on": date(2022, 9, 6)}
    with pytest.raises(ReportedTooLate) as refusal:
        report(admission, **late)
    assert "2022-09-05" in refusal.value.as_dict()["zh"]
    report(admission, **late, excused=True)
    report(admission, deadline=date(2022, 9, 5), reported_on=date(2022, 9, 5))


@pytest.mark.rule("X-CODE-7")
def test_what_has_not_happened_is_not_recorded(admission):
    """Given today, when a report of tomorrow comes, then it is refused."""
    with pytest.raises(DayLiesAhead):
        report(admission, reported_on=date(2022, 9, 11))


@pytest.mark.rule("R41-8")
@pytest.mark.parametrize(
    ("state", "deadline", "overdue"),
    [("listed", date(2022, 9, 5), True), ("listed", date(2022, 9, 6), False), ("listed", None, False),
     ("reported", date(2022, 9, 5), False)],
)  # fmt: skip
def test_who_does_not_report_in_time_has_abandoned(admission, state, deadline, overdue):
    """Given the school's last day, when it is past with a week of grace and nobody reported, then it is abandoned."""
    assert is_overdue(admission.decided(state), today=date(2022, 9, 13), deadline=deadline) is overdue


@pytest.mark.rule("R41-8")
@pytest.mark.parametrize(
    ("deadline", "overdue"), [(date(2022, 7, 31), False), (date(2022, 8, 1), True), (date(2022, 1, 15), False)]
)
def test_a_last_day_long_before_the_day_of_entry_is_of_another_intake(admission, deadline, overdue):
    """Given a last day in spring, when it has passed, then who enters in autumn has abandoned nothing."""
    assert is_overdue(admission, today=date(2022, 9, 30), deadline=deadline) is overdue
    if not overdue:
        report(admission, deadline=deadline)


@pytest.mark.rule("R41-8")
def test_leave_and_force_majeure_hold_the_clock(admission):
    """Given leave till 8 October, when the school's day is past, then the clock waits for that day and its grace."""
    away = replace(admission, leave_until=date(2022, 10, 8))
    assert not is_overdue(away, today=date(2022, 10, 15), deadline=date(2022, 9, 5))
    assert is_overdue(away, today=date(2022, 10, 16), deadline=date(2022, 9, 5))
    late = {"deadline": date(2022, 9, 5), "today": date(2022, 10, 9)}
    report(away, reported_on=date(2022, 10, 8), **late)
    with pytest.raises(ReportedTooLate) as refusal:
        report(away, reported_on=date(2022, 10, 9), **late)
    assert "2022-10-08" in refusal.value.as_dict()["en"]


@pytest.mark.rule("R41-8")
def test_what_the_clock_alone_decided_does_not_stand_against_who_was_in_time_or_has_leave(admission):
    """Given an abandonment by the clock, when leave is shown, or a report in time, then it is no obstacle."""
    by_clock = admission.decided("abandoned", NOT_REPORTED)
    late = {"deadline": date(2022, 9, 5), "reported_on": date(2022, 9, 9)}
    report(by_clock, **late, excused=True)
    report(by_clock, deadline=date(2022, 9, 5), reported_on=date(2022, 9, 5))  # recorded only now
    report(by_clock, **(late | {"deadline": date(2022, 9, 9)}))  # the day was moved
    with pytest.raises(ReportedTooLate):
        report(by_clock, **late)
    with pytest.raises(EntryAlreadyDecided):  # somebody decided it
        report(admission.decided("abandoned"), **late, excused=True)


@pytest.mark.rule("R41-8")
def test_leave_is_granted_for_days_to_come_to_who_has_not_reported(admission):
    """Given somebody who reported, lost entry, or a day that is over, when leave is granted, then it is refused."""
    asked = {"released": True, "school_code": SCHOOL, "until": TODAY, "today": TODAY}
    may_grant_leave(admission, **asked)
    may_grant_leave(admission.decided("abandoned", NOT_REPORTED), **asked)
    for refused, each in (
        (AlreadyReported, admission.decided("reported")),
        (EntryAlreadyDecided, admission.decided("cancelled")),
        (EntryDeferred, deferred(admission)),
    ):
        with pytest.raises(refused):
            may_grant_leave(each, **asked)
    with pytest.raises(DayIsOver):
        may_grant_leave(admission, **(asked | {"until": date(2022, 9, 9)}))
    with pytest.raises(NoAdmissionBasis):
        may_grant_leave(admission, **(asked | {"released": False}))
    with pytest.raises(NotOwnStudent):
        may_grant_leave(admission, **(asked | {"school_code": OTHER}))


@pytest.mark.rule("R41-8", "A10-3")
def test_who_waits_for_a_correction_is_not_abandoned(admission):
    """Given a pending correction, when the last day passes, then time decides nothing."""
    assert not is_overdue(replace(admission, fix_id="x"), today=date(2022, 12, 1), deadline=date(2022, 9, 1))


@pytest.mark.rule("R41-8", "A8-5")
def test_who_is_prepared_elsewhere_is_not_abandoned(admission):
    """Given a preparatory student who was rechecked, when the last day of reporting passes, then nothing follows."""
    preparing = replace(admission, preparatory="minority", prep_recheck="合格")
    assert not is_overdue(preparing, today=date(2022, 12, 1), deadline=date(2022, 9, 1))


# --- deferring and coming back ---


@pytest.mark.rule("R41-10")
def test_there_is_no_status_while_entry_is_deferred(admission):
    """Given a deferred entry, when the school registers, then the rule of deferral stands against it."""
    with pytest.raises(EntryDeferred) as refusal:
        may_enter(deferred(admission), released=True, school_code=SCHOOL)
    assert refusal.value.rule == "R41-10"


@pytest.mark.rule("R41-10")
def test_a_deferral_lasts_till_the_next_intake_has_reported(admission):
    """Given no end, when entry is deferred, then it lasts a year and a month."""
    said = decided_entry(admission, "deferred", cause="illness")
    assert said == {"outcome": "deferred", "cause": "illness", "until": date(2023, 10, 1)}


@pytest.mark.rule("R41-10", "R41-27")
def test_military_service_needs_no_end(admission):
    """Given military service, when entry is deferred, then no last day need be known; one that is lies after entry."""
    assert decided_entry(admission, "deferred", cause="army")["until"] is None
    said = decided_entry(admission, "deferred", cause="army", until=date(2026, 9, 1))
    assert said["until"] == date(2026, 9, 1)
    with pytest.raises(DeferralEndsTooEarly):
        decided_entry(admission, "deferred", cause="illness", until=ENTRY)


@pytest.mark.rule("R41-10")
def test_the_deferred_come_back_before_the_deferral_ends(admission):
    """Given a deferral till 30 September, when asked on that day or the day after, then it is in time, or over."""
    come_back(deferred(admission))
    come_back(deferred(admission), applied_on=date(2023, 9, 30), today=date(2023, 9, 30))
    with pytest.raises(DeferralOver):
        come_back(deferred(admission), applied_on=date(2023, 10, 1), today=date(2023, 10, 1))
    with pytest.raises(DayLiesAhead):
        come_back(deferred(admission), applied_on=date(2023, 8, 21))


@pytest.mark.rule("R41-10")
def test_only_the_deferred_come_back_and_to_their_own_school(admission):
    """Given somebody who was not deferred, or another school, when they ask to come back, then it is refused."""
    with pytest.raises(NotDeferred):
        come_back(admission)
    with pytest.raises(NotOwnStudent):
        come_back(deferred(admission), school_code=OTHER)


@pytest.mark.rule("R41-10")
def test_an_overdue_deferral_counts_as_abandoned(admission):
    """Given a deferral, when its last day is past, then time has decided."""
    assert not is_overdue(deferred(admission), today=date(2023, 10, 7), deadline=None)
    assert is_overdue(deferred(admission), today=date(2023, 10, 8), deadline=None)


def soldier(admission, until=None, discharged_on=None):
    return replace(admission.decided("deferred", "army", until), discharged_on=discharged_on)


@pytest.mark.rule("R41-27")
@pytest.mark.parametrize("until", [None, date(2024, 9, 1)])
def test_time_decides_nothing_about_a_soldier_before_the_discharge_is_known(admission, until):
    """Given entry deferred for service, when years pass, then it is kept until two years after a known discharge."""
    assert not is_overdue(soldier(admission, until), today=date(2030, 1, 1), deadline=None)
    known = soldier(admission, date(2027, 12, 1), date(2025, 12, 1))
    assert not is_overdue(known, today=date(2027, 12, 8), deadline=None)
    assert is_overdue(known, today=date(2027, 12, 9), deadline=None)


@pytest.mark.rule("R41-27", "R41-10")
def test_a_soldier_comes_back_until_two_years_after_discharge(admission):
    """Given service, when a soldier applies, then till two years after discharge, whatever day was guessed before."""
    discharged = {"discharged_on": date(2024, 9, 10)}
    in_time = {"applied_on": date(2026, 9, 10), "today": date(2026, 9, 10)}
    too_late = {"applied_on": date(2026, 9, 11), "today": date(2026, 9, 11)}
    for one in (soldier(admission), soldier(admission, date(2024, 9, 1))):
        come_back(one, **in_time, **discharged)
        with pytest.raises(DeferralOver):
            come_back(one, **too_late, **discharged)
        with pytest.raises(DischargeDayMissing):
            come_back(one, **in_time)
    come_back(soldier(admission, date(2024, 9, 1)), applied_on=date(2024, 9, 1), today=date(2024, 9, 1))
    with pytest.raises(DayLiesAhead):
        come_back(soldier(admission), **in_time, discharged_on=date(2026, 9, 11))
    with pytest.raises(DeferralOver):  # of illness nothing of the kind holds
        come_back(deferred(admission), **in_time, **discharged)


@pytest.mark.rule("R41-27")
def test_the_discharge_says_until_when_entry_is_kept(admission):
    """Given a soldier, when the discharge is told, then entry is kept two years more, or as long as granted."""
    asked = {"released": True, "school_code": SCHOOL, "discharged_on": date(2024, 9, 10), "today": date(2024, 9, 20)}
    kept = {"discharged_on": date(2024, 9, 10), "until": date(2026, 9, 10)}
    assert discharge_values(soldier(admission), **asked) == kept
    assert discharge_values(soldier(admission, date(2024, 9, 1)), **asked) == kept
    assert discharge_values(soldier(admission, date(2027, 9, 1)), **asked) == kept | {"until": date(2027, 9, 1)}
    told_wrong = soldier(admission, date(2027, 1, 1), date(2025, 1, 1))
    assert discharge_values(told_wrong, **asked) == kept  # put right
    for refused, one, more in (
        (NotInService, deferred(admission), {}),
        (NotDeferred, admission, {}),
        (DayLiesAhead, soldier(admission), {"discharged_on": date(2024, 9, 21)}),
        (NotOwnStudent, soldier(admission), {"school_code": OTHER}),
    ):
        with pytest.raises(refused):
            discharge_values(one, **(asked | more))


# --- taking an outcome back ---


@pytest.mark.rule("A8-4", "A24-2")
def test_only_a_decided_entry_is_asked_to_be_taken_back_and_once(admission):
    """Given an admission, when its outcome is to be taken back, then there must be one, and no request that waits."""
    asked = {"released": True, "until": None, "today": TODAY}
    for state in ("abandoned", "deferred", "cancelled"):
        may_ask_entry_withdrawal(admission.decided(state), **asked)
    lost = admission.decided("abandoned")
    for refused, one, more in (
        (NoOutcomeYet, admission, {}),
        (NoOutcomeYet, admission.decided("reported"), {}),
        (EntryWithdrawalWaiting, replace(lost, withdrawal_by="r-1"), {}),
        (NoAdmissionBasis, lost, {"released": False}),
        (DayIsOver, lost, {"until": date(2022, 9, 9)}),
    ):
        with pytest.raises(refused):
            may_ask_entry_withdrawal(one, **(asked | more))
    with pytest.raises(NoEntryWithdrawalWaiting):
        require_entry_withdrawal(lost)


@pytest.mark.rule("R41-8", "A8-4")
def test_who_stands_as_before_has_time_to_act(admission):
    """Given the state before a decision, when it stands again, then the clock waits for a day to come."""
    until = date(2022, 10, 8)
    listed = {"restored": "listed", "cause": "", "until": None, "leave_until": until}
    assert restored_entry(admission, until=until) == listed
    assert restored_entry(admission.decided("reported"), until=until)["leave_until"] is None
    assert restored_entry(deferred(admission, date(2022, 9, 1)), until=until)["until"] == until
    assert restored_entry(deferred(admission), until=until)["until"] == date(2023, 9, 30)
    assert restored_entry(soldier(admission), until=until)["until"] is None


@pytest.mark.rule("R41-10")
def test_a_later_intake_studies_as_long(admission):
    """Given a return a year later, when the intake is named, then graduation moves by the year too."""
    days = next_entry(admission, date(2023, 9, 1))
    assert days == {"entry_date": date(2023, 9, 1), "expected_graduation_date": date(2027, 7, 1)}
    with pytest.raises(NotNextIntake):
        next_entry(admission, date(2022, 12, 1))


# --- the recheck ---


@pytest.mark.rule("R41-11")
def test_a_recheck_has_five_items():
    """Given five items, when one is missing, then the recheck is none; when one failed, then it is failed."""
    with pytest.raises(ItemsMissing):
        recheck_result({"procedure": True})
    assert recheck_result(GOOD) == "合格"
    assert recheck_result(GOOD | {"talent": False}) == "不合格"


@pytest.mark.rule("R41-11")
@pytest.mark.parametrize(("day", "late"), [(date(2022, 12, 1), False), (date(2022, 12, 2), True)])
def test_the_recheck_is_due_within_three_months(status, day, late):
    """Given entry on 1 September, when rechecked after 1 December, then it is taken and marked late."""
    said = recheck_values(status, school_code=SCHOOL, items=GOOD, rechecked_on=day, today=day)
    assert (said["due_on"], said["late"]) == (date(2022, 12, 1), late)


@pytest.mark.rule("R41-11", "A28-1")
def test_before_order_41_no_recheck_was_late(status):
    """Given entry before Order 41, when rechecked after three months, then nothing is marked late."""
    old = replace(status, entry_date=date(2016, 9, 1))
    said = recheck_values(old, school_code=SCHOOL, items=GOOD, rechecked_on=date(2017, 3, 1), today=TODAY)
    assert said["late"] is False


@pytest.mark.rule("R41-11", "A4-1")
def test_a_recheck_is_of_an_open_own_status_and_a_day_that_was(status):
    """Given another school, a closed status or an impossible day, when rechecked, then it is refused."""
    asked = {"school_code": SCHOOL, "items": GOOD, "rechecked_on": TODAY, "today": TODAY}
    with pytest.raises(NotOwnStudent):
        recheck_values(status, **(asked | {"school_code": OTHER}))
    with pytest.raises(StatusNotOpen):
        recheck_values(status.left("毕业"), **asked)
    with pytest.raises(DayLiesAhead):
        recheck_values(status, **(asked | {"rechecked_on": date(2022, 9, 11)}))
    with pytest.raises(BeforeEntry):
        recheck_values(status, **(asked | {"rechecked_on": date(2022, 8, 31)}))


@pytest.mark.rule("R41-11", "A8-3")
@pytest.mark.parametrize(
    ("failed", "registered", "follows"),
    [((), True, "nothing"), (("person",), True, "cancel_status"), (("person",), False, "cancel_entry"),
     (("health",), True, "may_defer"), (("health",), False, "may_defer"),
     (("health", "talent"), True, "cancel_status")],
)  # fmt: skip
def test_registration_chooses_between_the_two_cancellations(failed, registered, follows):
    """Given a failed recheck, when the person is registered, then the status is cancelled; before it, the entry."""
    assert what_follows(GOOD | dict.fromkeys(failed, False), registered=registered) == follows


@pytest.mark.rule("R41-11")
def test_health_alone_defers_and_only_within_the_three_months(status):
    """Given ill health, when found in time, then entry may be deferred; fraud, health or time may forbid it."""

    def rechecked(failed, day=TODAY):
        items = GOOD | dict.fromkeys(failed, False)
        return recheck_values(status, school_code=SCHOOL, items=items, rechecked_on=day, today=day)

    may_defer_after(status, rechecked(("health",)))
    with pytest.raises(RecheckFindsFraud) as refusal:
        may_defer_after(status, rechecked(("person", "health")))
    assert "取消学籍" in refusal.value.as_dict()["zh"]
    with pytest.raises(HealthAllowsNoDeferral):
        may_defer_after(status, rechecked(()))
    with pytest.raises(DeferralTooLate):
        may_defer_after(status, rechecked(("health",), date(2022, 12, 2)))
