"""Capture codes: who gets one, and that each serves once."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.imaging.domain.capture_code import (
    CaptureCode,
    CodeNotGood,
    NotEligible,
    grouped,
    issue,
    normalised,
    written,
)
from services.imaging.domain.rules import StudentStanding, may_have_code
from services.imaging.domain.student_record import StudentRecord

STATUS = UUID("01930f3a-0000-7000-8000-0000000000a1")
TODAY = date(2030, 3, 1)
STUDENT = StudentStanding("4111010001", "26110108150001", "普通高等教育", date(2030, 6, 30))


def code(student: StudentStanding = STUDENT, today: date = TODAY) -> CaptureCode:
    return CaptureCode(code_id=uuid4(), **issue(STATUS, student, "e" * 64, today))


@pytest.mark.parametrize(
    ("today", "years"),
    [(date(2025, 12, 31), {2025, 2026}), (date(2026, 1, 1), {2026, 2027})],
)
def test_the_window_rolls_on_the_first_of_january(today: date, years: set[int]) -> None:
    graduates = {year: replace(STUDENT, expected_graduation_date=date(year, 6, 30)) for year in range(2024, 2029)}
    assert {year for year, student in graduates.items() if may_have_code(student, today)} == years


@pytest.mark.rule("X-STATE-1")
def test_a_student_outside_the_window_is_refused() -> None:
    """Given a student who graduates in a later year, when a capture code is asked for, then it is refused."""
    with pytest.raises(NotEligible):
        code(today=date(2028, 12, 31))


def test_adult_students_are_eligible_in_any_year() -> None:
    assert may_have_code(replace(STUDENT, category="成人高等教育"), date(2027, 3, 1))


def test_a_deferred_year_takes_the_right_away_and_a_registered_one_gives_it_back() -> None:
    record = StudentRecord(
        status_id=STATUS,
        school_code="4111010001",
        exam_no="26110108150001",
        category="普通高等教育",
        expected_graduation_date=date(2030, 6, 30),
    )
    record.hear_year(2029, "deferred")
    assert not may_have_code(record.standing, TODAY)
    record.hear_year(2028, "registered")
    assert not may_have_code(record.standing, TODAY)
    record.hear_year(2029, "registered")
    assert may_have_code(record.standing, TODAY)


def test_a_code_serves_once() -> None:
    issued = code()
    issued.use(uuid4(), TODAY)
    with pytest.raises(CodeNotGood):
        issued.use(uuid4(), TODAY)


@pytest.mark.rule("X-PHOTO-5")
def test_a_code_serves_on_its_last_day_and_not_after() -> None:
    """Given a capture code, when it is used on its last day and on the next, then the first is accepted and the second
    refused."""
    issued = code()
    issued.check(date(2030, 12, 31))
    with pytest.raises(CodeNotGood):
        issued.check(date(2031, 1, 1))


def test_a_replaced_code_is_worthless() -> None:
    issued = code()
    issued.replace()
    with pytest.raises(CodeNotGood):
        issued.use(uuid4(), TODAY)


def test_a_code_is_read_however_it_is_typed() -> None:
    text = written(bytes(range(32)))
    assert normalised(grouped(text)) == text
    assert normalised(f" {grouped(text).lower()} ") == text
    assert normalised("oOiIlL-000000") == "001111000000"


@pytest.mark.parametrize("text", ["", "123", "U" * 12, "0" * 13, "采集码采集码采集码采集码"])
def test_what_cannot_be_a_code_is_refused_like_an_unknown_one(text: str) -> None:
    with pytest.raises(CodeNotGood):
        normalised(text)
