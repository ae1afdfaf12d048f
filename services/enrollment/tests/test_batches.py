"""A school's files by way of a plan: who may, what is written, what changed meanwhile, what is taken back."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.enrollment.application.batches import Batches
from services.enrollment.application.bulk.kinds import kinds
from services.enrollment.application.school_years import SchoolYears
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.projections import AGGREGATES, PROJECTIONS
from services.enrollment.queries.batches import BatchQueries
from services.enrollment.tests.conftest import SCHOOL, release_list
from shared.access.decide import NotPermitted
from shared.blobs.files import FileBlobs
from shared.contracts.rpc.enrollment import GetBatchV1
from shared.contracts.rpc.enrollment_batches import GetPlanV1, ListBatchesV1, ReconcileBatchV1
from shared.eventstore.follower import Follower
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.verify import verify
from shared.intake.engine import BatchRunner
from shared.intake.files import read_sheet
from shared.intake.plan import PlanFile
from shared.intake.steps import (
    CannotBeUndone,
    IrreversibleFile,
    NotAtThisStep,
    PlanExpired,
    PlanHasWrongRows,
    PlanRequired,
    PlanUnknown,
    TooManyToUndo,
)
from shared.rules.refused import MalformedValue, NotFound
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers
LATER = NOON + timedelta(days=366)
REGISTRAR = person("registrar", SCHOOL, "r-1")
CHECKER = person("registrar", SCHOOL, "r-2")
YEARS = {"entry_year": "2022", "academic_year": "2023"}
ENTRY = {"entry_year": "2022"}


class Office:
    """A school's office: hands files in, stands for them, and lets the worker work."""

    def __init__(self, enrollment, folder):
        self.clock = enrollment.clock
        self.clock.move_to(LATER)
        self.store = enrollment.store
        self.batches = Batches(enrollment.store, enrollment.clock, enrollment.keyring)
        self.blobs = FileBlobs(folder)
        self.queries = BatchQueries(enrollment.store, self.blobs)
        self.runner = BatchRunner(self.batches, self.blobs, kinds(self.batches), enrollment.keyring)
        self.exam_nos = release_list(enrollment, 10)
        years = SchoolYears(enrollment.store, enrollment.clock, enrollment.keyring)
        by = self.by(REGISTRAR, "declare_school_year")
        years.declare_school_year(
            command_id=by.command_id, school_code=SCHOOL, academic_year=2023, starts_on=date(2023, 9, 1), by=by
        )

    def by(self, actor, use_case):
        return asked(actor, use_case, at=self.clock.now())

    def submit(self, kind, header, rows, params, *, plan_first=True, actor=REGISTRAR, school=SCHOOL):
        by = self.by(actor, "submit_file")
        content = "\r\n".join([header, *rows, ""]).encode()
        answer = self.batches.submit_file(
            command_id=by.command_id, kind=kind, digest=self.blobs.put(content), filename=f"{kind}.csv",
            school_code=school, province=None, params=params, plan_first=plan_first, by=by,
        )  # fmt: skip
        return UUID(answer["id"])

    def freshmen(self, **how):
        rows = [f"{exam_no},注册学籍,合格,{n:010d}" for n, exam_no in enumerate(self.exam_nos, 1)]
        return self.submit("freshman_results", "KSH,RXJG,FCJG,XH", rows, ENTRY, **how)

    def years(self, results=None, **how):
        results = results or dict.fromkeys(self.exam_nos, "注册学籍")
        return self.submit(
            "year_results", "KSH,XN,ZCJG", [f"{no},2023,{said}" for no, said in results.items()], YEARS, **how
        )

    def run(self):
        while self.runner.step():
            pass
        sequencer, follower = Sequencer(self.store), Follower(self.store, PROJECTIONS)
        while sequencer.step() + follower.step():
            pass

    def commit(self, batch_id, mode="good_rows", *, actor=REGISTRAR, plan_id=None):
        by = self.by(actor, "commit_plan")
        plan = plan_id or UUID(self.progress(batch_id).plan_id)
        return self.batches.commit_plan(command_id=by.command_id, batch_id=batch_id, plan_id=plan, mode=mode, by=by)

    def undo(self, batch_id, *, actor=REGISTRAR):
        by = self.by(actor, "undo_batch")
        return self.batches.undo_batch(command_id=by.command_id, batch_id=batch_id, reason="误传", by=by)

    def carried_out(self, batch_id, mode="good_rows", **who):
        self.run()
        self.commit(batch_id, mode, **who)
        self.run()
        return batch_id

    def progress(self, batch_id):
        return self.batches.standings(RegistrationBatch, [batch_id])[batch_id][1]

    def reasons(self, batch_id):
        with self.blobs.open(self.progress(batch_id).errors_digest) as stream:
            return {int(row.cells[0]): row.cells[1] for row in read_sheet(stream, "errors.csv")}

    def statuses(self):
        """The standing of each student, by examination number; without those whose registration was taken back."""
        keys = {f"2022|{exam_no}": exam_no for exam_no in self.exam_nos}
        admissions = self.batches.owners("admission.exam_no", keys)
        names = {str(admission): keys[key] for key, admission in admissions.items()}
        found = self.batches.owning(StudentStatus, "admission.outcome", names)
        return {names[name]: standing for name, (_, _, standing) in found.items()}

    def facts(self):
        with self.store.reading() as cursor:
            cursor.execute("SELECT topic, state FROM events WHERE topic LIKE '%StudentStatus.%' ORDER BY tx, row_id")
            return [(topic, bytes(state)) for topic, state in cursor.fetchall()]

    def ask(self, question, batch_id, actor=REGISTRAR, **more):
        return getattr(self.queries, question)(batch_id=batch_id, after_version=0, by=self.by(actor, question), **more)


def dropped(exam_no):
    """The row of a student who leaves."""
    return f"{exam_no},退学,学〔2023〕7号,20230908,20230908,本人申请"


@pytest.fixture
def office(enrollment, tmp_path):
    return Office(enrollment, tmp_path / "blobs")


@pytest.fixture
def registered(office):
    """Ten students of the school."""
    office.carried_out(office.freshmen())
    return office


def test_a_plan_says_what_would_follow_and_the_commit_does_it(registered):
    office = registered
    batch_id = office.years()
    office.run()
    plan = office.ask("get_plan", batch_id, rows=3)
    assert (plan["rows"], plan["good"], plan["unchanged"], plan["refused"]) == (10, 10, 0, 0)
    assert plan["summary"]["facts"] == [{"fact": "enrollment.StudentStatus.YearRegistered", "count": 10}]
    assert plan["summary"]["states"] == [
        {"record": "StudentStatus", "before": "active", "after": "active", "count": 10}
    ]
    assert [row["row"] for row in plan["first_rows"]] == [2, 3, 4]
    assert {standing.settled_year for standing in office.statuses().values()} == {2022}
    office.commit(batch_id)
    office.run()
    assert {standing.settled_year for standing in office.statuses().values()} == {2023}
    shown = office.ask("get_batch", batch_id)
    assert (shown["state"], shown["done"], shown["accepted"], shown["plan_id"]) == ("finished", 10, 10, plan["plan_id"])


def test_a_dry_run_names_a_wrong_cell_and_a_wrong_student_of_one_row_at_once(registered):
    office = registered
    rows = [f"22999999999999,2023,也许,{'长' * 300}", f"{office.exam_nos[0]},二〇二三,注册学籍,"]
    batch_id = office.submit("year_results", "KSH,XN,ZCJG,BZ", rows, YEARS)
    office.run()
    reasons = office.reasons(batch_id)
    assert all(told in reasons[2] for told in ("注册结果(ZCJG)", "备注(BZ)", "A7-3"))
    assert "学年(XN)" in reasons[3]
    assert "A7-3" not in reasons[3]
    entry = office.submit("freshman_results", "KSH,RXJG,FCJG,XH", ["22999999999999,也许,合格,1"], ENTRY)
    office.run()
    assert all(told in office.reasons(entry)[2] for told in ("入学结果(RXJG)", "A7-3"))


def test_no_plan_holds_a_name_or_a_number(office):
    batch_id = office.freshmen()
    office.run()
    with office.blobs.open(office.progress(batch_id).plan_digest) as stream:
        content = stream.read()
    assert "王小明".encode() not in content
    assert b"11010520040506" not in content
    with office.blobs.open(office.progress(batch_id).plan_digest) as stream:
        assert PlanFile(stream).head["made_for"] == "r-1"


@pytest.mark.rule("X-PLAN-4")
def test_a_student_who_changed_since_the_plan_is_named_and_the_others_are_written(registered):
    """Given a plan, when a student's record changes before the commit, then that row is named and the rest written."""
    office = registered
    batch_id = office.years()
    office.run()
    meanwhile = office.years({office.exam_nos[3]: "暂缓注册"}, plan_first=False)
    office.run()
    assert office.progress(meanwhile).accepted == 1
    office.commit(batch_id)
    office.run()
    now = office.progress(batch_id)
    assert (now.accepted, now.refused, now.changed) == (9, 1, 1)
    reasons = office.reasons(batch_id)
    assert list(reasons) == [5]
    assert "X-PLAN-4" in reasons[5]
    assert office.statuses()[office.exam_nos[3]].settled_as == "deferred"


@pytest.mark.rule("X-PLAN-5")
def test_all_or_nothing_writes_nothing_when_a_student_changed(registered):
    """Given a plan, when one student's record changes and all or nothing is chosen, then no row is written."""
    office = registered
    batch_id = office.years()
    office.run()
    office.years({office.exam_nos[0]: "暂缓注册"}, plan_first=False)
    office.run()
    before = office.facts()
    office.commit(batch_id, "all_or_nothing")
    office.run()
    assert office.facts() == before
    reasons = office.reasons(batch_id)
    assert "X-PLAN-4" in reasons[2]
    assert all("X-PLAN-5" in reasons[number] for number in range(3, 12))
    shown = office.ask("get_batch", batch_id)
    assert (shown["state"], shown["refused"], shown["reason"]["rule"]) == ("refused", 10, "X-PLAN-5")


def test_all_or_nothing_of_a_plan_with_wrong_rows_is_not_begun(registered):
    office = registered
    batch_id = office.years(dict.fromkeys([*office.exam_nos, "22999999999999"], "注册学籍"))
    office.run()
    with pytest.raises(PlanHasWrongRows):
        office.commit(batch_id, "all_or_nothing")
    office.commit(batch_id)


@pytest.mark.rule("X-PLAN-1")
def test_a_plan_is_committed_for_its_own_file_only(registered):
    """Given two planned files, when one is committed with the plan of the other, then it is refused."""
    office = registered
    first, second = office.years(), office.years()
    office.run()
    with pytest.raises(PlanUnknown):
        office.commit(first, plan_id=UUID(office.progress(second).plan_id))
    with pytest.raises(PlanUnknown):
        office.commit(first, plan_id=uuid4())


@pytest.mark.rule("X-PLAN-2")
def test_a_plan_is_over_after_a_day(registered):
    """Given a plan a day old, when it is committed, then it is refused and nothing is written."""
    office = registered
    batch_id = office.years()
    office.run()
    office.clock.move_to(LATER + timedelta(hours=24))
    with pytest.raises(PlanExpired):
        office.commit(batch_id)
    assert office.runner.lapse() == 1
    office.run()
    assert office.ask("get_batch", batch_id)["state"] == "lapsed"


@pytest.mark.rule("X-PLAN-3")
def test_a_plan_that_was_altered_is_not_carried_out(registered):
    """Given a plan whose file was altered, when it is committed, then the whole of it is refused."""
    office = registered
    batch_id = office.years()
    office.run()
    path = office.blobs._path(office.progress(batch_id).plan_digest)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes().replace(b"YearRegistered", b"YearDeferred__"))
    office.commit(batch_id)
    office.run()
    assert office.ask("get_batch", batch_id)["reason"]["rule"] == "X-PLAN-3"
    assert {standing.settled_year for standing in office.statuses().values()} == {2022}


def test_the_same_file_again_is_a_reported_no_op(registered):
    office = registered
    office.carried_out(office.years())
    before = office.facts()
    for again in (
        office.carried_out(office.years()),
        office.carried_out(office.freshmen()),
        office.years(plan_first=False),
    ):
        office.run()
        now = office.progress(again)
        assert (now.state, now.accepted, now.unchanged, now.refused) == ("finished", 0, 10, 0)
    assert office.facts() == before


def test_an_undo_of_a_year_restores_what_stood_before(registered):
    office = registered
    before = office.statuses()
    results = dict.fromkeys(office.exam_nos[:5], "注册学籍") | dict.fromkeys(office.exam_nos[5:], "暂缓注册")
    batch_id = office.carried_out(office.years(results))
    assert office.statuses() != before
    office.undo(batch_id)
    office.run()
    assert office.statuses() == before
    shown = office.ask("get_batch", batch_id)
    assert (shown["state"], shown["undone"], shown["kept"]) == ("undone", 10, 0)
    assert office.progress(office.carried_out(office.years(results))).accepted == 10


@pytest.mark.rule("X-UNDO-1")
def test_an_undo_leaves_and_names_what_something_followed(registered):
    """Given a taken-in file, when something followed on one record, then an undo keeps that row and says so."""
    office = registered
    registration = office.carried_out(office.years({office.exam_nos[0]: "暂缓注册"}))
    office.carried_out(office.years({office.exam_nos[0]: "注册学籍"}))
    office.undo(registration)
    office.run()
    assert (office.progress(registration).undone, office.progress(registration).kept) == (0, 1)
    assert "X-UNDO-1" in office.reasons(registration)[2]
    assert office.statuses()[office.exam_nos[0]].settled_as == "registered"


def test_an_undo_of_registrations_frees_person_and_admission(office):
    batch_id = office.carried_out(office.freshmen())
    assert len(office.statuses()) == 10
    office.undo(batch_id)
    office.run()
    assert office.statuses() == {}
    assert office.progress(office.carried_out(office.freshmen())).accepted == 10
    with pytest.raises(NotAtThisStep):
        office.undo(batch_id)


@pytest.mark.rule("A24-2")
def test_what_cannot_be_undone_is_planned_and_committed_by_another_person(registered):
    """Given a file of cancellations, when its submitter commits it, then it is refused; another person may."""
    office = registered
    header, rows = "KSH,ZXLX,WH,JDRQ,SXRQ,YY", [dropped(office.exam_nos[0])]
    with pytest.raises(PlanRequired):
        office.submit("cancellations", header, rows, ENTRY, plan_first=False)
    batch_id = office.submit("cancellations", header, rows, ENTRY)
    office.run()
    assert office.progress(batch_id).state == "planned"
    assert office.progress(batch_id).plan_refused == 0, office.reasons(batch_id)
    with pytest.raises(NotPermitted) as refusal:
        office.commit(batch_id, actor=REGISTRAR)
    assert refusal.value.as_dict()["rule"] == "A24-2"
    office.commit(batch_id, "all_or_nothing", actor=CHECKER)
    office.run()
    assert office.progress(batch_id).accepted == 1
    assert not office.statuses()[office.exam_nos[0]].is_open


@pytest.mark.rule("A13-4")
def test_a_file_of_cancellations_is_never_taken_back(registered):
    """Given a committed file of cancellations, when it is to be taken back, then it is refused."""
    office = registered
    batch_id = office.submit("cancellations", "KSH,ZXLX,WH,JDRQ,SXRQ,YY", [dropped(office.exam_nos[0])], ENTRY)
    office.carried_out(batch_id, actor=CHECKER)
    assert office.progress(batch_id).accepted == 1
    with pytest.raises(IrreversibleFile):
        office.undo(batch_id)


@pytest.mark.rule("X-PLAN-6")
def test_too_much_that_cannot_be_undone_is_not_committed_as_a_whole(registered, monkeypatch):
    """Given an irreversible plan too large for one transaction, when all or nothing is chosen, then it is refused."""
    office = registered
    monkeypatch.setattr("services.enrollment.application.batches.ONE_TRANSACTION", 5)
    rows = [dropped(exam_no) for exam_no in office.exam_nos[:2]]
    batch_id = office.submit("cancellations", "KSH,ZXLX,WH,JDRQ,SXRQ,YY", rows, ENTRY)
    office.run()
    with pytest.raises(TooManyToUndo):
        office.commit(batch_id, "all_or_nothing", actor=CHECKER)
    office.commit(batch_id, actor=CHECKER)


@pytest.mark.rule("X-UNDO-2")
def test_a_kind_without_compensating_facts_is_not_taken_back(registered, monkeypatch):
    """Given a kind of file that knows no way back, when it is to be taken back, then it is refused."""
    office = registered
    monkeypatch.setattr(type(office.batches._kinds["year_results"]), "undoable", False)
    batch_id = office.carried_out(office.years())
    with pytest.raises(CannotBeUndone):
        office.undo(batch_id)


def test_only_the_own_office_plans_commits_and_undoes(registered):
    office = registered
    batch_id = office.years()
    office.run()
    stranger = person("registrar", "4133010335", "r-9")
    for actor in (stranger, person("student", "", "s-1"), person("province_admissions", "11", "pa-1")):
        with pytest.raises(NotPermitted):
            office.commit(batch_id, actor=actor)
        with pytest.raises(NotPermitted):
            office.undo(batch_id, actor=actor)
        with pytest.raises(NotPermitted):
            office.years(actor=actor)
    with pytest.raises(NotPermitted):
        office.ask("get_plan", batch_id, stranger, rows=1)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"entry_year": "2022"}, "params.academic_year"),
        ({**YEARS, "colour": "red"}, "params.colour"),
        ({**YEARS, "entry_year": "MMXXII"}, "params.entry_year"),
    ],
)
def test_a_file_is_submitted_with_all_its_parameters_and_no_other(office, params, field):
    with pytest.raises(MalformedValue) as refusal:
        office.submit("year_results", "KSH,XN,ZCJG", ["1,2023,注册学籍"], params)
    assert refusal.value.as_dict()["field"] == field


def test_a_kind_that_nobody_knows_is_refused(office):
    with pytest.raises(MalformedValue):
        office.submit("horoscopes", "KSH", ["1"], {})
    with pytest.raises(NotFound):
        office.commit(uuid4(), plan_id=uuid4())


def test_everything_submitted_is_accounted_for_and_can_be_queried(registered):
    office = registered
    office.carried_out(office.years({office.exam_nos[0]: "注册学籍"}))
    results = dict.fromkeys([*office.exam_nos, "22999999999999"], "注册学籍")
    batch_id = office.carried_out(office.years(results))
    found = office.ask("reconcile_batch", batch_id)
    assert (found["submitted"], found["accepted"], found["unchanged"], found["refused"]) == (11, 9, 1, 1)
    assert (found["records"], found["queryable"], found["missing"], found["balanced"]) == (9, 9, [], True)


def test_what_is_not_in_the_read_tables_is_named(registered):
    office = registered
    batch_id = office.carried_out(office.years())
    with office.store.writing() as cursor:
        cursor.execute("DELETE FROM student_register WHERE exam_no = %s RETURNING status_id", (office.exam_nos[4],))
        (lost,) = cursor.fetchone()
    found = office.ask("reconcile_batch", batch_id)
    assert (found["queryable"], found["balanced"]) == (9, False)
    assert found["missing"] == [{"row": 6, "id": str(lost), "version": 2}]


def test_every_answer_fits_its_contract_at_every_step(registered):
    office = registered

    def fits(batch_id):
        for question, contract, more in (
            ("get_batch", GetBatchV1, {}),
            ("reconcile_batch", ReconcileBatchV1, {}),
            ("get_plan", GetPlanV1, {"rows": 20}),
        ):
            contract.answer().load(office.ask(question, batch_id, **more))
        return office.ask("get_batch", batch_id)["state"]

    batch_id = office.years(dict.fromkeys([*office.exam_nos, "22999999999999"], "注册学籍"))
    office.run()
    assert fits(batch_id) == "planned"
    office.clock.move_to(LATER + timedelta(hours=1))
    office.commit(batch_id)
    office.clock.move_to(LATER + timedelta(hours=1, seconds=2))
    office.run()
    assert fits(batch_id) == "finished"
    shown = office.ask("get_batch", batch_id)
    assert (shown["rate_per_second"], shown["remaining_seconds"]) == (5.5, None)
    assert shown["started_at"].startswith("2023-09-11T05:00:00")
    office.undo(batch_id)
    office.run()
    assert fits(batch_id) == "undone"
    asked_for = {"school_code": SCHOOL, "province": None, "kind": None, "state": "undone"}
    by = office.by(REGISTRAR, "list_batches")
    ListBatchesV1.answer().load(office.queries.list_batches(**asked_for, before=None, limit=5, by=by))


def test_files_are_listed_the_newest_first_by_pages(registered):
    office = registered
    ids = [str(office.years(plan_first=False)) for _ in range(3)]
    office.run()
    by = office.by(REGISTRAR, "list_batches")
    asked_for = {"school_code": SCHOOL, "province": None, "kind": "year_results", "state": None, "by": by}
    first = office.queries.list_batches(**asked_for, before=None, limit=2)
    assert [each["batch_id"] for each in first["batches"]] == [ids[2], ids[1]]
    rest = office.queries.list_batches(**asked_for, before=UUID(first["next"]), limit=2)
    assert [each["batch_id"] for each in rest["batches"]] == [ids[0]]
    assert rest["next"] is None
    with pytest.raises(NotPermitted):
        office.queries.list_batches(**{**asked_for, "school_code": "4133010335"}, before=None, limit=2)


def test_read_tables_claims_and_decision_rows_of_files_follow_from_their_facts(registered):
    office = registered
    undone = office.carried_out(office.years())
    office.undo(undone)
    office.run()
    planned = office.years()
    lapsed = office.years()
    office.run()
    office.clock.move_to(LATER + timedelta(days=2))
    office.runner.lapse()
    office.years(plan_first=False)
    office.run()
    assert {office.progress(batch_id).state for batch_id in (undone, planned, lapsed)} == {"undone", "lapsed"}
    assert list(verify(office.store, PROJECTIONS, AGGREGATES)) == []
