"""What is looked for again and again is found by an index, however many students the country has."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.enrollment.application.endings import WAITING_PROPOSALS
from services.enrollment.domain.cancellation import DECLARED, WAITING
from services.enrollment.queries.changes import OVERDUE_RETURNS
from services.enrollment.queries.finding import DUE
from services.enrollment.queries.own import TRANSFERS
from services.enrollment.tests.offices import HERE, PROOF, Offices, registrar

pytestmark = pytest.mark.servers
NOBODY = UUID(int=1)
NATION = {
    "states": ["on_leave", "reserved"], "today": date(2024, 9, 1), "school_code": None, "province": None,
    "after_day": "0001-01-01", "after": str(UUID(int=0)), "limit": 50, "categories": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "asked", "found_by"),
    [
        (WAITING_PROPOSALS, (WAITING, DECLARED), ["claims_of_waiting_cancellations"]),
        (OVERDUE_RETURNS, NATION, ["student_register_away"]),
        (TRANSFERS, (NOBODY,), ["transfer_register_by_status", "transfer_register_by_new_status"]),
        (
            DUE,
            {"today": date(2024, 9, 1), "year": 2024, "limit": 200},
            ["case_register_due", "conflict_register_due", "transfer_register_due"],
        ),
    ],
    ids=["proposals that wait", "overdue returns", "own transfers", "clocks of cases"],
)
def test_it_is_found_by_its_index(enrollment, question, asked, found_by):
    with enrollment.store.reading() as cursor:
        cursor.execute("SET enable_seqscan = off")  # the tables are empty here; in the country they are not
        cursor.execute(f"EXPLAIN {question}", asked)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert [index for index in found_by if index not in plan] == [], plan


@pytest.mark.rule("A24-1")
def test_a_page_is_full_of_what_its_reader_may_see(enrollment):
    """Given cases of two trainings, when an operator for one asks for a page of one, then it is one of theirs."""
    office = Offices(enrollment)
    adult = office.student(XLLB="成人高等教育", XXXS="业余")
    for status_id in (adult, office.student()):
        office.ask(
            office.cases.file_case, registrar(), status_id=status_id, kind="correction", values={"name": "王晓明"},
            statement="录取数据姓名有误", evidence=PROOF,
        )  # fmt: skip
    for kind, count in (("regular", 1), ("adult", 1), ("all", 1), ("graduate", 0)):
        actor = replace(registrar(), kind=kind)
        wanted = {"school_code": HERE, "province": None, "state": None, "overdue": False, "after": None, "limit": 1}
        cases = office.look(office.own.list_cases, actor, **wanted)["cases"]
        assert [each["status_id"] == adult for each in cases] == [kind != "regular"] * count
