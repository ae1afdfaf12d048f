"""The pure rules of imaging: who may have a capture code, when a photo counts, who may review it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from shared.eventstore.aggregate import changed

# Continuing education and others may have a code in any year of a registered status
CATEGORIES_WITH_WINDOW = frozenset({"普通高等教育", "研究生"})
PHOTO_AGE = timedelta(days=365)
PROFILE = "graduation-2017"
NOT_COMPARED = "not_compared"


@dataclass(frozen=True)
class StudentStanding:
    """What decides about a student's photo: school, class, whether registered now, whose it is.

    School and class are None as long as only a neighbour spoke of the student and enrollment did not.
    """

    school_code: str | None = None
    exam_no: str | None = None
    category: str | None = None
    expected_graduation_date: date | None = None
    registered: bool = True
    last_year: int = 0
    person_id: UUID | None = None
    state: str = "active"  # as enrollment names it

    def enrolled(
        self, school_code: str, exam_no: str, category: str, expected_graduation_date: date
    ) -> StudentStanding:
        return replace(
            self,
            school_code=school_code,
            exam_no=exam_no,
            category=category,
            expected_graduation_date=expected_graduation_date,
        )

    def year_heard(self, academic_year: int, result: str) -> StudentStanding:
        """Only the latest year counts; a late correction of an older year changes nothing."""
        if academic_year < self.last_year:
            return self
        registered = result == "registered" and self.state in ("active", "suspended")
        return changed(self, last_year=academic_year, registered=registered)

    def in_state(self, state: str, expected_graduation_date: date | None) -> StudentStanding:
        """Who is away or gone has no registered status, so no code; a class may move with a leave."""
        expected = expected_graduation_date or self.expected_graduation_date
        return replace(self, state=state, registered=state == "active", expected_graduation_date=expected)

    def owned_by(self, person_id: UUID) -> StudentStanding:
        return replace(self, person_id=person_id)

    def disowned_by(self, person_id: UUID) -> StudentStanding:
        """Said late, it takes the record from nobody else."""
        return replace(self, person_id=None) if self.person_id == person_id else self


@dataclass(frozen=True)
class CodeStanding:
    """What decides about a capture code: whose, until when, whether it is still good."""

    status_id: UUID
    school_code: str
    code_hash: str
    expires_on: date
    state: str = "open"

    def ended(self, state: str) -> CodeStanding:
        return replace(self, state=state)


@dataclass(frozen=True)
class PhotoStanding:
    """What decides about a photo: whose, who handed it in, how far it came."""

    status_id: UUID
    submitted_by: str
    agency: str
    digest: str
    profile: str
    captured_on: date
    state: str = "submitted"
    reasons: tuple[str, ...] = ()

    def now(self, state: str, reasons: tuple[str, ...] = ()) -> PhotoStanding:
        return replace(self, state=state, reasons=reasons)


def in_window(student: StudentStanding, today: date) -> bool:
    """Classes of this year and the next; the window rolls on 1 January."""
    if student.expected_graduation_date is None:
        return False
    if student.category not in CATEGORIES_WITH_WINDOW:
        return True
    return student.expected_graduation_date.year - today.year in {0, 1}


def may_have_code(student: StudentStanding, today: date) -> bool:
    return student.registered and in_window(student, today)


def last_day_of_code(student: StudentStanding, today: date) -> date:
    """A code lives until the end of the year in which its student graduates, at the longest until the next."""
    if student.expected_graduation_date is None or student.category not in CATEGORIES_WITH_WINDOW:
        return date(today.year + 1, 12, 31)
    return date(student.expected_graduation_date.year, 12, 31)


def code_is_good(code: CodeStanding, today: date) -> bool:
    return code.state == "open" and today <= code.expires_on


def is_too_old(captured_on: date, today: date) -> bool:
    """A photo must show how the student looks now: taken within a year, and not in the future."""
    return captured_on > today or today - captured_on > PHOTO_AGE
