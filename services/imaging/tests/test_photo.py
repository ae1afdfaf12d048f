"""Photos: the file first, then a second person."""

from datetime import date
from uuid import uuid4

import pytest

from services.imaging.domain.photo import OtherAgency, Photo, PhotoSettled, ReasonMissing
from services.imaging.domain.rules import is_too_old
from shared.eventstore.aggregate import Claim

DAY = date(2030, 3, 5)


@pytest.fixture
def photo() -> Photo:
    return Photo(
        status_id=uuid4(),
        school_code="4111010001",
        code_id=uuid4(),
        digest="9f" * 32,
        byte_count=30_000,
        profile="graduation-2017",
        submitted_by="collector-1",
        agency="xinhua",
        captured_on=date(2030, 3, 2),
        submitted_on=DAY,
    )


def review(photo: Photo, *, approve: bool = True, reasons: tuple[str, ...] = (), agency: str = "xinhua") -> None:
    photo.review(approve=approve, reasons=list(reasons), reviewer="collector-2", agency=agency, today=DAY)


def test_a_file_with_reasons_is_rejected_at_once(photo: Photo) -> None:
    assert not photo.judge_file(["SIZE"], {"width": 640}, "not_compared")
    assert photo.standing.state == "rejected"
    with pytest.raises(PhotoSettled):
        review(photo)


def test_a_good_file_waits_for_a_reviewer_and_says_that_no_face_was_compared(photo: Photo) -> None:
    assert photo.judge_file([], {"width": 480}, "not_compared")
    assert photo.standing.state == "awaiting_review"
    assert photo.collect_events()[-1].comparison == "not_compared"


def test_an_approved_photo_claims_its_status(photo: Photo) -> None:
    photo.judge_file([], {}, "not_compared")
    review(photo)
    fact = photo.collect_events()[-1]
    assert list(Photo.claims_of(fact, photo.id)) == [Claim("photo.status", str(photo.standing.status_id))]


@pytest.mark.rule("X-STATE-1")
def test_a_photo_is_reviewed_once(photo: Photo) -> None:
    """Given a reviewed photo, when it is reviewed again, then it is refused."""
    photo.judge_file([], {}, "not_compared")
    review(photo, approve=False, reasons=("GLASSES_GLARE",))
    with pytest.raises(PhotoSettled):
        review(photo)


@pytest.mark.rule("X-REQUEST-1")
def test_a_rejection_says_why_and_an_approval_has_no_reasons(photo: Photo) -> None:
    """Given a photo that waits for review, when a rejection has no reason or an approval has one, then it is refused.
    Given a photo that waits for review, when a rejection has no reason or an approval has one, then it is refused."""
    photo.judge_file([], {}, "not_compared")
    with pytest.raises(ReasonMissing):
        review(photo, approve=False)
    with pytest.raises(ReasonMissing):
        review(photo, reasons=("TILT",))


@pytest.mark.rule("X-PERMIT-1")
def test_another_agency_does_not_review(photo: Photo) -> None:
    """Given a photo of one agency, when another agency reviews it, then it is refused."""
    photo.judge_file([], {}, "not_compared")
    with pytest.raises(OtherAgency):
        review(photo, agency="other")


@pytest.mark.rule("X-PHOTO-6")
def test_a_photo_is_good_for_a_year_and_never_from_the_future() -> None:
    """Given a photo, when it was taken more than a year ago or in the future, then it does not count."""
    assert not is_too_old(date(2029, 3, 5), DAY)
    assert is_too_old(date(2029, 3, 4), DAY)
    assert is_too_old(date(2030, 3, 6), DAY)
