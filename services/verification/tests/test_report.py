"""The life of a report: validity, extension, closing, expiry."""

from datetime import date
from uuid import uuid4

import pytest

from services.verification.domain.report import Report
from services.verification.domain.rules import (
    ClosedByOwner,
    NotClosed,
    NothingToReport,
    NotIssuedYet,
    QualificationStanding,
    StatusStanding,
    TooEarlyToExtend,
    ValidityOutOfRange,
    last_day,
    may_report,
    outcome,
)
from shared.eventstore.aggregate import Claim

DAY = date(2026, 11, 22)


def requested(months: int = 1, on: date = DAY) -> Report:
    record = uuid4()
    return Report.request(
        kind="status", record_id=record, status_id=record, person_id=uuid4(), language="both", months=months, on=on
    )


def issued(months: int = 1, on: date = DAY) -> Report:
    report = requested(months, on)
    report.issue(record_version=2, code_key="ab" * 20, document_digest="cd" * 32, sealed_document_key="x", on=on)
    return report


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2026, 11, 22), 1, date(2026, 12, 22)),
        (date(2026, 11, 22), 6, date(2027, 5, 22)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_validity_ends_on_the_same_day_of_the_month_or_on_its_last(start, months, last):
    assert last_day(start, months) == last


@pytest.mark.rule("X-REPORT-1")
@pytest.mark.parametrize("months", [0, 7, -1])
def test_validity_is_one_to_six_months(months):
    """Given a request for a report, when it asks for less than one or more than six months, then it is refused."""
    with pytest.raises(ValidityOutOfRange):
        requested(months)


@pytest.mark.rule("X-REPORT-3")
def test_a_report_is_valid_on_its_last_day_and_expired_on_the_next():
    """Given a report with a last day, when it is asked on that day and on the next, then it is valid on the first and
    expired on the second."""
    standing = issued().standing
    assert outcome(standing.state, standing.valid_until, date(2026, 12, 22)) == "valid"
    assert outcome(standing.state, standing.valid_until, date(2026, 12, 23)) == "expired"


def test_validity_counts_from_the_day_of_issue_not_of_the_request():
    report = requested(on=DAY)
    report.issue(record_version=2, code_key="k", document_digest="d", sealed_document_key="x", on=date(2026, 11, 25))
    assert report.standing.valid_until == date(2026, 12, 25)


def test_an_expired_report_is_extended_from_today_and_works_again():
    report = issued()
    report.expire(on=date(2026, 12, 23))
    assert report.standing.state == "expired"
    report.extend(2, on=date(2027, 3, 1))
    assert (report.standing.state, report.standing.valid_until) == ("issued", date(2027, 5, 1))


def test_a_running_report_is_extended_from_its_last_day():
    report = issued(months=3)
    report.extend(6, on=date(2027, 1, 22))
    assert report.standing.valid_until == date(2027, 8, 22)


@pytest.mark.rule("X-STATE-1")
def test_a_report_is_not_extended_before_its_last_month():
    """Given a report with more than a month to run, when its owner extends it, then it is refused and the first
    possible day is named."""
    report = issued(months=3)
    with pytest.raises(TooEarlyToExtend) as refused:
        report.extend(1, on=date(2027, 1, 21))
    assert "2027-01-22" in refused.value.as_dict()["en"]


def test_extending_keeps_the_code():
    report = issued()
    report.extend(1, on=DAY)
    claims = [claim for fact in report.collect_events() for claim in Report.claims_of(fact, report.id)]
    assert claims == [Claim("report.code", "ab" * 20)]


@pytest.mark.rule("X-REPORT-2")
def test_a_closed_report_is_neither_closed_again_nor_extended():
    """Given a closed report, when its owner closes or extends it, then it is refused because it is closed."""
    report = issued()
    report.close(on=DAY)
    with pytest.raises(ClosedByOwner):
        report.close(on=DAY)
    with pytest.raises(ClosedByOwner):
        report.extend(1, on=DAY)


def test_a_reopened_report_is_what_its_last_day_says():
    report = issued()
    report.close(on=DAY)
    report.reopen(on=date(2027, 2, 1))
    assert outcome(report.standing.state, report.standing.valid_until, date(2027, 2, 1)) == "expired"
    with pytest.raises(NotClosed):
        report.reopen(on=DAY)


def test_what_was_not_issued_is_not_closed_and_answers_like_an_unknown_code():
    report = requested()
    with pytest.raises(NotIssuedYet):
        report.close(on=DAY)
    with pytest.raises(NotIssuedYet):
        report.extend(1, on=DAY)
    assert outcome("requested", report.standing.valid_until, DAY) == "unknown"


def test_a_report_does_not_expire_early_nor_while_it_is_closed():
    report = issued()
    report.expire(on=date(2026, 12, 22))
    assert report.standing.state == "issued"
    report.close(on=DAY)
    report.expire(on=date(2027, 12, 1))
    assert report.standing.state == "closed"


def test_issuing_twice_and_delaying_twice_for_one_reason_record_once():
    report = requested()
    report.delay(reason="FONT_MISSING", sealed_detail="x", on=DAY)
    report.delay(reason="FONT_MISSING", sealed_detail="x", on=DAY)
    report.issue(record_version=2, code_key="k", document_digest="d", sealed_document_key="x", on=DAY)
    report.issue(record_version=2, code_key="l", document_digest="d", sealed_document_key="x", on=DAY)
    report.delay(reason="FONT_MISSING", sealed_detail="x", on=DAY)
    names = [type(fact).__name__ for fact in report.collect_events()]
    assert names == ["Requested", "Delayed", "Issued"]


@pytest.mark.rule("A18-2", "A20-1", "X-REPORT-6")
def test_a_status_that_was_not_registered_and_an_award_not_in_effect_are_not_reported():
    """Given a status that was never registered and an award not yet in effect, when a report is asked for, then it is
    refused; in effect it is granted."""
    holder = uuid4()
    bound = StatusStanding(registered=True, holder=holder)
    with pytest.raises(NothingToReport):
        may_report(StatusStanding(registered=False, holder=holder), None, DAY)
    with pytest.raises(NothingToReport):
        may_report(bound, QualificationStanding(uuid4(), date(2026, 11, 23)), DAY)
    may_report(bound, QualificationStanding(uuid4(), DAY), DAY)
    may_report(bound, None, DAY)
