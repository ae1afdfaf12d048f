"""A year's file by a plan, at once, or student by student: whatever stands in it, the same stands in the register."""

from datetime import date
from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.enrollment.application.school_years import SchoolYears
from services.enrollment.domain.rules.standing import YEAR_RESULTS
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.conftest import SCHOOL, release_list
from services.enrollment.tests.test_batches import ENTRY, REGISTRAR, Office
from shared.rules.refused import Refused
from tests.support.actors import asked

pytestmark = pytest.mark.servers
STUDENTS = 4
YEARS = (2023, 2024, 2025)
RESULTS = (*sorted(YEAR_RESULTS), "也许")
# a file: its year, and for some students (one of them unknown) the year and the result that the row says
FILE = st.tuples(
    st.sampled_from(YEARS),
    st.dictionaries(
        st.integers(0, STUDENTS), st.tuples(st.sampled_from(YEARS), st.sampled_from(RESULTS)), min_size=1, max_size=5
    ),
)
_starts = count(10_000, 10_000)


@pytest.fixture
def office(enrollment, tmp_path):
    office = Office(enrollment, tmp_path / "blobs")
    years = SchoolYears(enrollment.store, enrollment.clock, enrollment.keyring)
    for year in YEARS[1:]:
        by = asked(REGISTRAR, "declare_school_year", at=office.clock.now())
        years.declare_school_year(
            command_id=by.command_id, school_code=SCHOOL, academic_year=year, starts_on=date(year, 9, 1), by=by
        )
    return office


def group(office):
    """Examination numbers of students of their own, all registered, and one that nobody has."""
    exam_nos = release_list(office.batches, STUDENTS, start=next(_starts))
    rows = [f"{exam_no},注册学籍,合格,{n:010d}" for n, exam_no in enumerate(exam_nos, 1)]
    batch_id = office.submit("freshman_results", "KSH,RXJG,FCJG,XH", rows, ENTRY, plan_first=False)
    while office.runner.step():
        pass
    assert office.progress(batch_id).accepted == STUDENTS
    return [*exam_nos, "22999999999999"]


def submitted(office, exam_nos, file, *, plan_first):
    year, said = file
    rows = [f"{exam_nos[student]},{of},{result}" for student, (of, result) in said.items()]
    params = {"entry_year": "2022", "academic_year": str(year)}
    batch_id = office.submit("year_results", "KSH,XN,ZCJG", rows, params, plan_first=plan_first)
    while office.runner.step():
        pass
    if plan_first:
        office.commit(batch_id)
        while office.runner.step():
            pass
    now = office.progress(batch_id)
    assert (now.state, now.changed) == ("finished", 0)
    return now.accepted, now.unchanged, now.refused


def one_by_one(office, exam_nos, file):
    year, said = file
    accepted = 0
    for student, (of, result) in said.items():
        status_id = status_of(office, exam_nos[student])
        if of != year or result not in YEAR_RESULTS or status_id is None:
            continue  # a command cannot even say such a thing
        by = asked(REGISTRAR, "settle_year", at=office.clock.now(), command_id=uuid4())
        try:
            office.batches.settle_year(
                command_id=by.command_id, status_id=status_id, academic_year=year, result=YEAR_RESULTS[result], by=by
            )
            accepted += 1
        except Refused:
            continue
    return accepted


def status_of(office, exam_no):
    key = f"2022|{exam_no}"
    admission = office.batches.owners("admission.exam_no", [key]).get(key)
    return admission and office.batches.owners("admission.outcome", [str(admission)])[str(admission)]


def end(office, exam_nos):
    """What stands of each student, without who it is."""
    standings = [office.batches.get(StudentStatus, UUID(str(status_of(office, no)))).standing for no in exam_nos[:-1]]
    return [{**vars(standing), "id_key": "", "name_key": ""} for standing in standings]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(FILE, min_size=1, max_size=3))
def test_a_plan_a_file_and_single_commands_end_alike(office, files):
    planned, at_once, singly = (group(office) for _ in range(3))
    for file in files:
        counts = submitted(office, planned, file, plan_first=True)
        assert counts == submitted(office, at_once, file, plan_first=False)
        assert counts[0] == one_by_one(office, singly, file)
    assert end(office, planned) == end(office, at_once) == end(office, singly)
