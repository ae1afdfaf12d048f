"""A school that took another's place finishes what that one left undone, under its own operators (A4-1)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.enrollment.domain.case import Case
from services.enrollment.queries.cases import CaseQueries
from services.enrollment.tests.offices import (
    ELSEWHERE,
    GOOD_NUMBER,
    HERE,
    PROOF,
    SAME_PROVINCE,
    Offices,
    registrar,
    second_registrar,
)
from shared.access.decide import NotPermitted
from tests.support.actors import asked

pytestmark = pytest.mark.servers
# the registrars of the school into which HERE was merged, and of one that has nothing to do with it
HEIR = replace(registrar(SAME_PROVINCE), predecessors=(HERE,))
SECOND_HEIR = replace(second_registrar(SAME_PROVINCE), predecessors=(HERE,))
STRANGER = replace(registrar(ELSEWHERE), predecessors=("4133010336",))
YEAR = {"academic_year": 2023, "result": "registered", "starts_on": date(2023, 9, 1)}
NAMED = {"kind": "correction", "values": {"XM": "王晓明"}, "statement": "证件与登记不符", "evidence": PROOF}


@pytest.fixture
def offices(enrollment):
    made = Offices(enrollment)
    yield made
    made.replay()


@pytest.mark.rule("A4-1")
def test_the_successor_settles_a_year_and_files_a_case_for_the_old_schools_student(offices, keyring):
    """Given a student of a school that was merged, when the successor's registrars settle a year, file a case and
    review it, then it is done under the old school's code; a third school is refused each of it."""
    status_id = offices.student(HERE, SFZH=GOOD_NUMBER, XM="王小明")
    offices.go_to(date(2023, 9, 20))
    for use_case, said in ((offices.base.settle_year, YEAR), (offices.cases.file_case, NAMED)):
        with pytest.raises(NotPermitted) as refused:
            offices.ask(use_case, STRANGER, status_id=status_id, **said)
        assert refused.value.as_dict()["rule"] == "A4-1"
    offices.ask(offices.base.settle_year, HEIR, status_id=status_id, **YEAR)
    case_id = UUID(offices.ask(offices.cases.file_case, HEIR, status_id=status_id, **NAMED)["id"])
    offices.ask(offices.cases.begin_case_review, SECOND_HEIR, case_id=case_id)
    # whose turn it is sees what is to be decided, unmasked, as the old school's own registrar did
    queries = CaseQueries(offices.base.store, keyring)
    offices.fold()
    seen = queries.get_case(case_id=case_id, after_version=0, by=asked(SECOND_HEIR, "get_case"))
    assert seen["values"]["XM"] == "王晓明"
    offices.ask(offices.cases.review_case, SECOND_HEIR, case_id=case_id, agrees=True, reason="属实")
    assert offices.base.get(Case, case_id).standing.state != "school_review"
    assert offices.status(status_id).school_code == HERE


@pytest.mark.rule("A8-9")
def test_the_successor_of_a_side_answers_a_conflict_as_that_side(offices):
    """Given a conflict between two schools of which one was merged, when the successor answers, then the answer is the
    old school's; a third school is refused."""
    status_id = offices.student(HERE, SFZH=GOOD_NUMBER)
    exam_no = offices.admit(ELSEWHERE, SFZH=GOOD_NUMBER, XM="另一人")
    opened = offices.ask(
        offices.conflicts.open_conflict,
        registrar(ELSEWHERE),
        school_code=ELSEWHERE,
        entry_year=2022,
        exam_no=exam_no,
        statement="我校学生持有该证件",
        evidence=PROOF,
    )
    conflict_id = UUID(opened["id"])
    said = {"conflict_id": conflict_id, "statement": "我校学生在读", "evidence": PROOF}
    third = replace(registrar("4131010246"), predecessors=("4131010247",))
    with pytest.raises(NotPermitted):
        offices.ask(offices.conflicts.answer_conflict, third, **said)
    offices.ask(offices.conflicts.answer_conflict, HEIR, **said)
    seen = offices.look(offices.conflict_files.get_conflict, HEIR, conflict_id=conflict_id, after_version=0)
    assert seen["answered_by"] == [HERE]
    assert status_id
