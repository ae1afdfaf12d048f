"""Who enters in spring: covered by the freshman registration of that year, due from the next one on (A12-1, A12-2)."""

from dataclasses import replace
from datetime import date

import pytest

from services.enrollment.domain.rules.year_results import YearFiling, decide_year
from services.enrollment.domain.rules.years import FreshmanYear, StudyTime, YearOutOfOrder, is_due, usual_due
from services.enrollment.queries.overdue import OverdueQueries
from services.enrollment.tests.gates import Gates
from services.enrollment.tests.offices import HERE

MARCH, JULY = date(2025, 3, 1), date(2028, 7, 1)


@pytest.fixture
def spring(status):
    """A freshman of March 2025, as stored: the academic year of that day began in 2024."""
    return replace(status, entry_date=MARCH, expected_graduation_date=JULY, settled_year=2024)


def settled(status, year, result="registered"):
    filing = YearFiling(status.school_code, year, result)
    said = decide_year(status, filing, registered_on=date(year, 9, 10), due_of=usual_due)
    return status.year_settled(year, result, (*said["changes"], *said["annotations"]))


@pytest.mark.rule("A12-1", "A12-2")
def test_who_enters_in_spring_has_the_year_of_entry_covered_and_is_due_in_the_next(spring):
    """Given entry in March 2025, when years come, then none is due in 2025, and 2026 follows without a gap."""
    assert [year for year in range(2023, 2028) if is_due(spring, year)] == [2026, 2027]
    for year in (2024, 2025):
        with pytest.raises(FreshmanYear):
            settled(spring, year)
    with pytest.raises(YearOutOfOrder):
        settled(spring, 2027)
    assert settled(settled(spring, 2026), 2027).settled_year == 2027


@pytest.mark.rule("A12-2")
def test_autumn_and_spring_of_one_year_are_due_alike(status, spring):
    """Given freshmen of March and of September 2025, when years come, then both are due in the same ones."""
    autumn = replace(spring, entry_date=date(2025, 9, 1), settled_year=2025)
    for year in range(2023, 2029):
        assert is_due(spring, year) is is_due(autumn, year)


@pytest.mark.rule("A12-2", "A12-3")
def test_a_result_of_the_year_of_entry_that_was_stored_before_stands(spring):
    """Given a deferral of 2025 recorded of a spring intake, when it ends, then it may end, and 2026 follows."""
    deferred = replace(spring, settled_year=2025, settled_as="deferred", state="suspended")
    assert settled(deferred, 2025).settled_as == "registered"
    assert settled(deferred, 2026).settled_year == 2026
    time = StudyTime(MARCH, None, None, ())
    assert [*time.years(date(2026, 10, 10), [2025])] == [2025, 2026]
    assert [*time.years(date(2026, 10, 10), [])] == [2026]
    assert [*time.years(date(2025, 10, 10), [])] == []


@pytest.mark.servers
@pytest.mark.rule("A12-2", "A13-1")
def test_the_province_is_not_told_of_spring_freshmen_in_their_first_autumn(enrollment):
    """Given an adult of March 2025, when the month of that autumn is over, then nobody is missing; a year later one."""
    gates = Gates(enrollment)
    gates.go_to(date(2025, 3, 20))
    adult = {"XLLB": "成人高等教育", "XXXS": "非脱产", "CC": "高起本", "RXRQ": MARCH, "YJBYRQ": JULY}
    gates.enrol(gates.admit(HERE, **adult), entry_year=2025)
    gates.fold()
    missing = OverdueQueries(enrollment.store, enrollment.keyring)
    assert [missing.count_missing(HERE, year, date(year, 10, 1)) for year in (2024, 2025, 2026)] == [0, 0, 1]
