"""The two paths of enrollment, one by one and in bulk, decide alike: whatever is asked, in whatever order."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.register import freshman_rows
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.year_results import YearResultsKind
from services.enrollment.domain.rules.standing import YEAR_RESULTS
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.conftest import SCHOOL, release_list
from shared.eventstore.context import Context
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.rules.refused import Refused
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers

YEARS = st.tuples(st.integers(2021, 2027), st.sampled_from(sorted(YEAR_RESULTS)))


def one_by_one(enrollment, status_id, year, result):
    by = asked(person("registrar", SCHOOL), "settle_year")
    try:
        enrollment.settle_year(
            command_id=by.command_id,
            status_id=status_id,
            academic_year=year,
            result=YEAR_RESULTS[result],
            starts_on=date(year, 9, 1),
            by=by,
        )
    except Refused as refused:
        return refused.code
    return "settled"


def in_bulk(enrollment, exam_no, year, result):
    progress = Progress(
        kind="year_results",
        school_code=SCHOOL,
        submitted_by="r1",
        params={"entry_year": "2022", "academic_year": str(year), "starts_on": f"{year}-09-01"},
    )
    row = CheckedRow(2, {"KSH": exam_no, "XN": year, "ZCJG": result})
    (decided,) = YearResultsKind(enrollment).decide([row], progress, uuid4())
    if isinstance(decided, Refused):
        return decided.code
    if not decided:  # the same row once more is a no-op in a file, where one command is refused
        return "YEAR_ALREADY_SETTLED"
    enrollment.append(decided, by=Context.system("take_in", NOON))
    return "settled"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(years=st.lists(YEARS, min_size=1, max_size=8))
def test_years_one_by_one_and_in_bulk_end_alike(enrollment, years):
    start = 1 + 2 * (uuid4().int % 10**9)  # two students of their own for each example
    exam_nos = release_list(enrollment, 2, start=start)
    freshmen = Progress(kind="freshman_results", school_code=SCHOOL, params={"entry_year": "2022"}, submitted_by="r1")
    decided = FreshmanResultsKind(enrollment).decide(freshman_rows(2, start), freshmen, uuid4())
    enrollment.append([draft for each in decided for draft in each], by=Context.system("take_in", NOON))
    single, bulk = (one[0].originator_id for one in decided)
    for year, result in years:
        assert one_by_one(enrollment, single, year, result) == in_bulk(enrollment, exam_nos[1], year, result)
    first, second = (enrollment.get(StudentStatus, UUID(str(each))).standing for each in (single, bulk))
    assert (first.state, first.settled_year, first.settled_as) == (
        second.state,
        second.settled_year,
        second.settled_as,
    )
