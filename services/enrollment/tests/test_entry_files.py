"""The files of entry by way of a plan: special categories, reports, rechecks; and what replay says of it all."""

from datetime import date
from uuid import UUID

import pytest

from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.projections import AGGREGATES, PROJECTIONS
from services.enrollment.tests.conftest import SCHOOL
from services.enrollment.tests.gates import Gates, citizen
from services.enrollment.tests.offices import ministry, province, registrar
from services.enrollment.tests.test_admission_fixes import ask, decide, propose
from services.enrollment.tests.test_batches import ENTRY, Office
from services.enrollment.tests.test_preparatory import MINORITY, annotate, complete, recheck
from shared.access.decide import NotPermitted
from shared.eventstore.verify import verify
from tests.support.actors import NOON, person

pytestmark = pytest.mark.servers

SPECIAL = "YXDM,YXMC,KSH,XM,XB,CSRQ,SFZH,MZ,ZYDM,ZYMC,CC,XZ,XXXS,XLLB,RXRQ,TSLB"
RECHECKS = "KSH,FCRQ,LQSX,LQZG,RZXF,STJK,ZYSP,CLYJ"


@pytest.fixture
def office(enrollment, tmp_path):
    office = Office(enrollment, tmp_path / "blobs")
    enrollment.clock.move_to(NOON)
    return office


def special(number, kind="直博"):
    level = "博士研究生,4,全日制,研究生" if kind == "直博" else "本科,4,普通全日制,普通高等教育"
    who = f"TS2022{number:06d},李小红,女,19490110,{citizen(number)},汉"
    return f"{SCHOOL},北京大学,{who},010101,哲学,{level},20220901,{kind}"


@pytest.mark.rule("A7-1", "A7-2", "A24-1")
def test_a_school_hands_in_its_list_of_special_categories_as_a_file(office, enrollment):
    """Given a school's own list as a file, when planned, committed, reviewed and released, then it is a basis."""
    gates = Gates(enrollment)
    actor = person("province_admissions", "11", "pa")
    with pytest.raises(NotPermitted):
        office.submit("special_admission_list", SPECIAL, [special(1)], ENTRY, actor=actor)
    rows = [special(1), special(2, "港澳台"), special(3, "特招")]
    batch_id = office.submit("special_admission_list", SPECIAL, rows, ENTRY)
    office.run()
    batch = enrollment.get(AdmissionBatch, batch_id)
    assert batch.standing.state == "planned"
    office.batches.commit_plan(
        command_id=(by := office.by(registrar(SCHOOL, "r-1"), "commit_plan")).command_id, batch_id=batch_id,
        plan_id=UUID(batch.standing.plan_id), mode="good_rows", by=by,
    )  # fmt: skip
    office.run()
    now = enrollment.get(AdmissionBatch, batch_id).standing
    assert (now.state, now.accepted, now.refused) == ("finished", 2, 1)
    gates.ask(enrollment.review_admission_batch, province(), batch_id=batch_id)
    gates.ask(enrollment.release_admission_batch, ministry(), batch_id=batch_id)
    assert gates.status(gates.enrol("TS2022000001")).training == "graduate"
    again = office.submit("special_admission_list", SPECIAL, rows[:2], ENTRY, plan_first=False)
    office.run()
    assert enrollment.get(AdmissionBatch, again).standing.unchanged == 2


@pytest.mark.rule("R41-9", "R41-11")
def test_reports_and_rechecks_go_by_a_plan_and_reports_are_taken_back(office, enrollment):
    """Given files of reports and rechecks, when planned and committed, then they hold, and reports can be undone."""
    reports = [f"{exam_no},20220903,{'不合格' if n == 9 else '合格'}" for n, exam_no in enumerate(office.exam_nos)]
    reported = office.carried_out(office.submit("freshman_reports", "KSH,BDRQ,CSJG", reports, ENTRY))
    assert office.progress(reported).accepted == 10
    office.undo(reported)
    office.run()
    assert (office.progress(reported).state, office.progress(reported).undone) == ("undone", 10)
    again = office.carried_out(office.submit("freshman_reports", "KSH,BDRQ,CSJG", reports[:9], ENTRY))
    assert office.progress(again).accepted == 9
    office.carried_out(office.freshmen())
    good = "合格,合格,合格,合格,合格,"
    rows = [f"{exam_no},20220910,{good}" for exam_no in office.exam_nos[:8]]
    rows.append(f"{office.exam_nos[8]},20220910,合格,合格,合格,不合格,合格,保留入学资格")
    rechecked = office.carried_out(office.submit("recheck_results", RECHECKS, rows, ENTRY))
    assert (office.progress(rechecked).accepted, office.progress(rechecked).refused) == (9, 0)
    assert Gates(enrollment).admission(office.exam_nos[8]).state == "deferred"
    once_more = office.submit("recheck_results", RECHECKS, rows, ENTRY, plan_first=False)
    office.run()
    assert office.progress(once_more).unchanged == 9


def test_what_entry_stored_is_what_its_history_says(enrollment):
    gates = Gates(enrollment)
    numbers = [gates.admit(SCHOOL, SFZH=citizen(n)) for n in range(1, 7)]
    preparing = gates.admit(SCHOOL, SFZH=citizen(7), **MINORITY)
    fixes = [ask(gates, exam_no) for exam_no in numbers[:3]]
    for fix_id in fixes[:2]:
        propose(gates, fix_id)
    decide(gates, fixes[0])
    decide(gates, fixes[1], accept=False)
    gates.report(numbers[3])
    gates.decide(numbers[4], "deferred", cause="illness")
    gates.enrol(numbers[5])
    gates.recheck(numbers[5], "health", defer=True)
    recheck(gates, preparing)
    annotate(gates, preparing)
    gates.go_to(date(2023, 8, 20))
    complete(gates, preparing)
    gates.readmit(numbers[4])
    gates.pass_day(date(2024, 1, 1))
    assert verify(enrollment.store, PROJECTIONS, AGGREGATES) == []
