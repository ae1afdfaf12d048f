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
from services.enrollment.domain.rules.standing import academic_year_of
from services.enrollment.domain.rules.years import (
    AfterGraduation,
    FreshmanYear,
    StatusNotOpen,
    YearAlreadySettled,
    YearOutOfOrder,
    may_settle_year,
)

SCHOOL = "4111010001"
OTHER = "4133010335"


def settle(status, year, result="registered", school=SCHOOL):
    may_settle_year(status, school_code=school, academic_year=year, result=result)
    return status.year_settled(year, result)


@pytest.mark.rule("A7-3")
def test_nobody_is_registered_from_a_list_that_is_not_released(admission):
    """Given an admission whose list is not released, when the school registers it, then it is refused."""
    with pytest.raises(NoAdmissionBasis) as refusal:
        may_enter(admission, released=False, school_code=SCHOOL)
    assert refusal.value.rule == "A7-3"


@pytest.mark.rule("A4-1")
def test_a_school_decides_about_its_own_admissions_only(admission):
    """Given an admission of one school, when another school registers it, then it is refused."""
    with pytest.raises(NotOwnStudent):
        may_enter(admission, released=True, school_code=OTHER)


@pytest.mark.rule("A8-4")
def test_an_entry_is_decided_once(admission):
    """Given an entry that was decided, when it is decided again, then it is refused."""
    with pytest.raises(EntryAlreadyDecided):
        may_enter(admission.decided("deferred"), released=True, school_code=SCHOOL)


@pytest.mark.rule("A8-1")
def test_registration_waits_for_the_recheck(admission):
    """Given a freshman without a recheck, when the school registers, then it is refused."""
    with pytest.raises(RecheckMissing):
        may_register(admission, recheck="")


@pytest.mark.rule("A8-3")
def test_who_failed_the_recheck_is_not_registered(admission):
    """Given a freshman who failed the recheck, when the school registers, then it is refused."""
    with pytest.raises(RecheckFailed):
        may_register(admission, recheck="不合格")


@pytest.mark.rule("A9-1", "A9-2")
def test_a_special_plan_is_annotated_at_registration(admission):
    """Given an admission under a special plan, when it is registered without its admission type, then it is refused."""
    with pytest.raises(AdmissionTypeRequired):
        may_register(replace(admission, special_plan=True, admission_type=""), recheck="合格")


@pytest.mark.rule("A8-2")
def test_a_passed_recheck_of_a_released_own_admission_is_enough(admission):
    """Given a released own admission and a passed recheck, when the school registers, then nothing stands in the way.
    Given a released own admission and a passed recheck, when the school registers, then nothing stands in the way."""
    assert may_enter(admission, released=True, school_code=SCHOOL) is None
    assert may_register(admission, recheck="合格") is None


@pytest.mark.rule("A12-2")
def test_the_year_of_entry_needs_no_annual_registration(status):
    """Given a freshman, when the year of entry is settled, then it is refused: registration covered it."""
    with pytest.raises(FreshmanYear):
        settle(status, 2022)


@pytest.mark.rule("A12-3")
def test_a_year_is_settled_once(status):
    """Given a year that is registered, when it is settled again, then it is refused."""
    with pytest.raises(YearAlreadySettled):
        settle(settle(status, 2023), 2023)


@pytest.mark.rule("A12-3")
def test_a_deferred_year_may_be_registered_later(status):
    """Given a deferred year, when it is registered, then nothing stands in the way."""
    later = settle(settle(status, 2023, "deferred"), 2023)
    assert (later.state, later.settled_as) == ("active", "registered")


@pytest.mark.rule("A12-3")
def test_a_deferred_year_is_not_deferred_again(status):
    """Given a deferred year, when it is deferred again, then it is refused."""
    with pytest.raises(YearAlreadySettled):
        settle(settle(status, 2023, "deferred"), 2023, "deferred")


@pytest.mark.rule("A12-1")
def test_year_n_plus_1_waits_for_year_n(status):
    """Given a year that is not settled, when the next one is settled, then it is refused and the missing year is
    named."""
    with pytest.raises(YearOutOfOrder) as refusal:
        settle(status, 2024)
    assert "2023" in refusal.value.as_dict()["en"]


@pytest.mark.rule("A3-1")
@pytest.mark.parametrize("level", ["专科", "专科(高职)", "本科", "第二学士学位", "硕士研究生", "博士研究生"])
def test_no_category_of_student_passes_over_a_registration(admission, status, level):
    """Given a student of any level, when registration waits for its recheck or a year is passed over, then neither
    the status nor the next year is registered."""
    with pytest.raises(RecheckMissing):
        may_register(replace(admission, level=level), recheck="")
    with pytest.raises(YearOutOfOrder):
        settle(replace(status, level=level), 2024)


@pytest.mark.rule("A12-9")
def test_no_year_is_registered_after_the_expected_graduation(status):
    """Given a year after the expected graduation, when it is settled, then it is refused."""
    for year in (2023, 2024, 2025):
        status = settle(status, year)
    with pytest.raises(AfterGraduation):
        settle(status, 2026)


@pytest.mark.rule("A4-1")
def test_another_schools_student_is_refused(status):
    """Given a student of one school, when another school settles a year, then it is refused."""
    with pytest.raises(NotOwnStudent):
        settle(status, 2023, school=OTHER)


@pytest.mark.rule("A14-2")
def test_a_closed_status_takes_no_further_year(status):
    """Given a closed status, when a year is settled, then it is refused."""
    with pytest.raises(StatusNotOpen):
        settle(status.left("毕业"), 2023)


@pytest.mark.parametrize(
    ("day", "year"), [(date(2023, 7, 31), 2022), (date(2023, 8, 1), 2023), (date(2024, 2, 1), 2023)]
)
def test_the_academic_year_turns_on_the_first_of_august(day, year):
    assert academic_year_of(day) == year
