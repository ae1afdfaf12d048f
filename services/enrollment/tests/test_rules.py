"""The rules of entry and of each year, decided on small states."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.domain.rules.entry import (
    AdmissionTypeRequired,
    EntryAlreadyDecided,
    NoAdmissionBasis,
    NotOwnStudent,
    RecheckFailed,
    RecheckMissing,
    may_enter,
    may_register,
)
from services.enrollment.domain.rules.standing import AdmissionStanding, academic_year_of
from services.enrollment.domain.rules.years import (
    AfterGraduation,
    FreshmanYear,
    StatusNotOpen,
    YearAlreadySettled,
    YearOutOfOrder,
    may_settle_year,
)
from services.enrollment.domain.student_status import first_standing

SCHOOL = "4111010001"
OTHER = "4133010335"


@pytest.fixture
def admission() -> AdmissionStanding:
    return AdmissionStanding(
        state="listed",
        batch_id="019b0000-0000-7000-8000-000000000001",
        exam_no="22110108150001",
        school_code=SCHOOL,
        school_name="北京大学",
        id_key="a" * 40,
        name_key="b" * 40,
        sealed_person="x1.k.c2VhbGVk",
        level="本科",
        category="普通高等教育",
        study_form="普通全日制",
        full_time=True,
        major_code="010101",
        major_name="哲学",
        duration="4",
        entry_date=date(2022, 9, 1),
        expected_graduation_date=date(2026, 7, 1),
        admission_type="普通",
        special_plan=False,
    )


@pytest.fixture
def status():
    return first_standing(
        {
            "school_code": SCHOOL,
            "id_key": "a" * 40,
            "full_time": True,
            "entry_date": date(2022, 9, 1),
            "expected_graduation_date": date(2026, 7, 1),
            "level": "本科",
            "major_code": "010101",
            "major_name": "哲学",
            "admission_type": "普通",
        }
    )


def settle(status, year, result="registered", school=SCHOOL):
    may_settle_year(status, school_code=school, academic_year=year, result=result)
    return status.year_settled(year, result)


def test_nobody_is_registered_from_a_list_that_is_not_released(admission):
    with pytest.raises(NoAdmissionBasis) as refusal:
        may_enter(admission, released=False, school_code=SCHOOL)
    assert refusal.value.rule == "A7-3"


def test_a_school_decides_about_its_own_admissions_only(admission):
    with pytest.raises(NotOwnStudent):
        may_enter(admission, released=True, school_code=OTHER)


def test_an_entry_is_decided_once(admission):
    with pytest.raises(EntryAlreadyDecided):
        may_enter(admission.decided("deferred"), released=True, school_code=SCHOOL)


def test_registration_waits_for_the_recheck(admission):
    with pytest.raises(RecheckMissing):
        may_register(admission, recheck="")


def test_who_failed_the_recheck_is_not_registered(admission):
    with pytest.raises(RecheckFailed):
        may_register(admission, recheck="不合格")


def test_a_special_plan_is_annotated_at_registration(admission):
    with pytest.raises(AdmissionTypeRequired):
        may_register(replace(admission, special_plan=True, admission_type=""), recheck="合格")


def test_a_passed_recheck_of_a_released_own_admission_is_enough(admission):
    assert may_enter(admission, released=True, school_code=SCHOOL) is None
    assert may_register(admission, recheck="合格") is None


def test_the_year_of_entry_needs_no_annual_registration(status):
    with pytest.raises(FreshmanYear):
        settle(status, 2022)


def test_a_year_is_settled_once(status):
    with pytest.raises(YearAlreadySettled):
        settle(settle(status, 2023), 2023)


def test_a_deferred_year_may_be_registered_later(status):
    later = settle(settle(status, 2023, "deferred"), 2023)
    assert (later.state, later.settled_as) == ("active", "registered")


def test_a_deferred_year_is_not_deferred_again(status):
    with pytest.raises(YearAlreadySettled):
        settle(settle(status, 2023, "deferred"), 2023, "deferred")


def test_year_n_plus_1_waits_for_year_n(status):
    with pytest.raises(YearOutOfOrder) as refusal:
        settle(status, 2024)
    assert "2023" in refusal.value.as_dict()["en"]


def test_no_year_is_registered_after_the_expected_graduation(status):
    for year in (2023, 2024, 2025):
        status = settle(status, year)
    with pytest.raises(AfterGraduation):
        settle(status, 2026)


def test_another_schools_student_is_refused(status):
    with pytest.raises(NotOwnStudent):
        settle(status, 2023, school=OTHER)


def test_a_closed_status_takes_no_further_year(status):
    with pytest.raises(StatusNotOpen):
        settle(status.left("毕业"), 2023)


@pytest.mark.parametrize(
    ("day", "year"), [(date(2023, 7, 31), 2022), (date(2023, 8, 1), 2023), (date(2024, 2, 1), 2023)]
)
def test_the_academic_year_turns_on_the_first_of_august(day, year):
    assert academic_year_of(day) == year
