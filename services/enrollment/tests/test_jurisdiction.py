"""Who may what: every method of the service, asked by every office, of another school, province and training."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from services.enrollment.application.exports import Exports
from services.enrollment.application.unmasking import Unmaskings
from services.enrollment.queries import EnrollmentQueries
from services.enrollment.queries.batches import BatchQueries
from services.enrollment.queries.overdue import OverdueQueries
from services.enrollment.queries.rechecks import RecheckQueries
from services.enrollment.queries.templates import RosterQueries
from services.enrollment.queries.timeline import TimelineQueries
from services.enrollment.queries.years import YearQueries
from services.enrollment.tests.filing import Desk
from services.enrollment.tests.offices import ELSEWHERE, GOOD_NUMBER, HERE, OTHER_NUMBER, SAME_PROVINCE, at
from shared.access.assertion import NotSignedIn
from shared.access.decide import NotPermitted
from shared.contracts.catalogue import requests
from shared.contracts.contract import Command
from shared.eventstore.context import read_context
from shared.rules.refused import NotFound, Refused
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers
EDGE = Path(__file__).parents[1] / "service"
TODAY = date(2023, 10, 9)
CONTRACTS = {each.method: each for each in requests() if each.service == "enrollment"}
PUBLIC = ("explain_rule", "list_rules")  # the rulebook is everybody's

# Who asks: a letter each. The record lies at school HERE in province 11; a transfer and a conflict lead to 33
WHO = {
    "r": person("registrar", HERE, "checker"),
    "n": person("registrar", SAME_PROVINCE, "next-door"),
    "x": person("registrar", ELSEWHERE, "elsewhere"),
    "e": person("province_education", "11", "education-11"),
    "f": person("province_education", "33", "education-33"),
    "a": person("province_admissions", "11", "admissions-11"),
    "b": person("province_admissions", "33", "admissions-33"),
    "m": person("ministry", "moe", "ministry"),
    "o": person("operator", "ctr", "operator"),
    "u": person("auditor", "moe", "auditor"),
    "v": person("verifier", "", "verifier"),
    "i": person("image_collector", "xinhua", "collector"),
    "t": person("self_taught_office", "11", "self-taught"),
    "y": person("system", "", "somebody-called-system"),
    "s": person("student", "", str(uuid4())),
    "-": None,
}
# Each method, and to whom it does not say "not you"; h is the student whose record it is. Nobody else is let in.
MAY = {
    "approve_unmasking": "um", "ask_unmasking": "u", "unmask_status": "remu",
    "agree_to_transfer": "r", "annotate_joint_training": "r", "annotate_preparatory": "r", "annotate_record": "r",
    "answer_conflict": "rx", "ask_class_to_check": "r", "ask_to_check": "r", "begin_case_review": "r",
    "close_incident": "em", "commit_plan": "r", "complete_preparatory": "r", "complete_transfer": "x",
    "confirm_cancellation": "r", "confirm_own_status": "h", "confirm_transfer": "ef", "count_statuses": "remu",
    "count_years": "emu", "decide_admission_fix": "m", "decide_case": "e", "decide_conflict": "m",
    "decide_entry": "r", "declare_illegal_entry": "em", "declare_leave_limit": "r", "declare_reporting_day": "r",
    "declare_school_year": "r", "decline_admission_fix": "a", "decline_cancellation": "r",
    "dispute_own_status": "h", "end_preparatory": "r", "export_roster": "r", "file_case": "r", "file_own_case": "h",
    "file_transfer": "x", "find_status": "remo", "get_admission": "remo", "get_admission_fix": "raem",
    "decide_entry_withdrawal": "r", "grant_reporting_leave": "r", "propose_entry_withdrawal": "r",
    "get_archive": "remoh", "get_batch": "raem", "get_cancellation": "rem", "get_case": "remh",
    "get_conflict": "rxefm", "get_incident": "em", "get_plan": "raem", "get_school": "rem", "get_status": "remo",
    "get_status_as_of": "remo", "get_transfer": "rxefm", "issue_paper": "r", "list_admission_fixes": "raem",
    "list_admissions": "remo", "list_batches": "raem", "list_cancellations": "rem", "list_cases": "rem",
    "list_checks": "rem", "list_conflicts": "rem", "list_identity_versions": "remu", "list_incidents": "em",
    "list_missing_students": "rem", "list_overdue_returns": "rem", "list_overdue_schools": "em",
    "list_own_admissions": "hs", "list_own_statuses": "hs", "list_preparatory": "remo", "list_rechecks": "remo",
    "list_recheck_terms": "em",
    "list_roster": "r", "list_transfers": "rem", "list_year_reminders": "rem", "name_case_values": "r",
    "open_conflict": "xfm", "open_conflict_of_status": "rem", "open_incident": "em", "propose_admission_fix": "a",
    "propose_cancellation": "r", "readmit_deferred": "r", "recheck_admission_batch": "m",
    "recheck_preparatory": "r", "recheck_student": "r", "reconcile_batch": "raem", "record_change": "r",
    "refuse_case": "r", "register_contested": "x", "register_student": "r", "reject_transfer": "r",
    "release_admission_batch": "m", "report_freshman": "r", "request_admission_fix": "r", "request_transfer": "rh",
    "return_admission_batch": "em", "review_admission_batch": "e", "review_case": "r", "review_transfer": "x",
    "settle_year": "r", "submit_admission_batch": "a", "submit_file": "r", "submit_freshman_results": "r",
    "submit_year_results": "r", "undo_batch": "r", "withdraw_case": "r", "withdraw_change": "r",
    "withdraw_paper": "r", "withdraw_record": "r",
    "withdraw_conflict": "xfm", "withdraw_transfer": "rh",
}  # fmt: skip
# Whoever the school appointed for another kind of training writes nothing of this student (A24-1); what concerns the
# school as a whole, or a file whose rows are looked at one by one, is not about one kind
WHOLE_SCHOOL = {
    "ask_class_to_check", "declare_leave_limit", "declare_reporting_day", "declare_school_year", "export_roster",
    "submit_file", "submit_freshman_results", "submit_year_results",
}  # fmt: skip
# Whose turn it is depends on the step, so these are asked for while the first step waits
FIRST = ("refuse_case", "reject_transfer")
ADMISSION_LISTS = {f"{step}_admission_batch" for step in ("recheck", "release", "return", "review")}


def test_every_method_of_the_service_stands_in_the_table():
    assert set(MAY) == set(CONTRACTS) - set(PUBLIC)


def called_by(edge=EDGE):
    """Which use case or query each method of the edge calls."""
    found = {}
    for path in sorted(edge.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name in CONTRACTS:
                calls = [ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)]
                found[node.name] = [call.split(".")[2:] for call in calls if call.startswith("self.edge.")]
    return found


CALLED = called_by()


class World(Desk):
    """One of everything at one school, and the whole edge over it."""

    def __init__(self, enrollment, folder):
        super().__init__(enrollment, folder)
        store, keyring = enrollment.store, enrollment.keyring
        self.edge = SimpleNamespace(
            use_cases=self.base, queries=EnrollmentQueries(store, keyring), admissions=self.admissions,
            entry=self.entry, entry_withdrawals=self.withdrawals, preparation=self.preparation,
            admission_queries=self.files, batches=self.batches,
            files=BatchQueries(store, self.blobs), school_years=self.school_years, years=YearQueries(store),
            overdue=OverdueQueries(store, keyring), rechecks=RecheckQueries(store),
            changes=self.changes, papers=self.papers, endings=self.endings, incidents=self.incidents,
            archives=self.archives, proposals=self.proposals,
            timeline=TimelineQueries(store, keyring), exports=Exports(store, enrollment.clock, keyring),
            rosters=RosterQueries(store, keyring), notices=self.notices, transfers=self.transfers,
            conflicts=self.conflicts, own=self.own, transfer_files=self.transfer_files,
            conflict_files=self.conflict_files, unmaskings=Unmaskings(store, enrollment.clock, keyring),
        )  # fmt: skip
        self.day = TODAY
        self.ids = self._one_of_everything()
        self.fold()

    def told(self, method, actor, **named):
        """The example of a contract, about what there is in this world."""
        contract = CONTRACTS[method]
        extra = {"command_id": str(uuid4())} if issubclass(contract, Command) else {}
        request = contract().load(contract.example | extra)
        known = self.ids | {"after_version": 0, "entry_year": 2022}
        if method in ADMISSION_LISTS:
            known["batch_id"] = self.ids["list_id"]
        if method == "open_conflict":
            known |= {"school_code": ELSEWHERE, "exam_no": self.ids["contested_no"]}
        request |= {name: known[name] for name, value in request.items() if name in known and value is not None}
        return request | named

    def call(self, method, actor, **named):
        """What the edge does with a request of this actor."""
        request = self.told(method, actor, **named)
        by = replace(asked(actor, method, at=at(TODAY), command_id=request.get("command_id")), purpose="核对")
        if method == "list_roster":
            roster = self.edge.exports.roster_of(export_id=request["export_id"], by=by)
            return self.edge.rosters.list_roster(roster=roster, after=request["after"], by=by)
        if method == "export_roster":
            return self.edge.exports.export_roster(**request, rows=1, by=by)
        ((home, name),) = CALLED[method]
        return getattr(getattr(self.edge, home), name)(**request, by=by)

    def _one_of_everything(self):
        maker = person("registrar", HERE, "maker")
        self.student_no, self.moving = self.student(XM="王晓明"), self.student()
        self.holder_ = self.holder(self.student_no, self.moving)
        listed = self.admit(XM="王晓明", SFZH=OTHER_NUMBER, CSRQ=date(1980, 1, 1))
        first = self.student(SFZH=GOOD_NUMBER)
        contested_no = self.admit(ELSEWHERE, SFZH=GOOD_NUMBER)
        self.ids = {
            "status_id": self.student_no, "school_code": HERE, "exam_no": listed, "province": "11",
            "contested_no": contested_no, "disputed": ("name",), "status_ids": [self.student_no],
        }  # fmt: skip
        self.go_to(TODAY)
        ids = dict(self.ids)

        def made(method, actor, name, key="id", **named):
            self.fold()
            ids[name] = UUID(str(self.call(method, actor, **named)[key]))

        made("submit_admission_batch", WHO["a"], "list_id")
        made("submit_file", maker, "batch_id")
        made("request_admission_fix", maker, "fix_id")
        wanted = {"decided_on": TODAY, "effective_on": TODAY}
        made("propose_cancellation", maker, "cancellation_id", status_id=first, **wanted)
        made("file_case", maker, "case_id")
        made("request_transfer", maker, "transfer_id", status_id=self.moving)
        made("open_conflict", WHO["x"], "conflict_id")
        made("open_incident", WHO["e"], "incident_id", happened_on=None, status_ids=[])
        made("export_roster", WHO["r"], "export_id")
        made("ask_unmasking", replace(WHO["u"], sub="auditor-2", stepped_up=True), "unmasking_id")
        return ids


def facts(world):
    with world.base.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM events")
        return cursor.fetchone()[0]


def turned_away(world, method, actor, **named):
    """The rule under which somebody is told that this is not theirs; None where they are heard."""
    try:
        world.call(method, actor, **named)
    except (NotPermitted, NotSignedIn) as refused:
        return refused.as_dict()["rule"]
    except NotFound:
        return "X-FOUND-1" if method in ("list_roster", "open_incident") else None
    except Refused as refused:
        content = refused.as_dict()
        return content["rule"] if content["rule"] in ("A4-1", "A24-1", "AC-21") else None
    return None


@pytest.mark.asvs("8.2.1", "8.3.1", "8.4.1")
@pytest.mark.rule("A4-1", "A4-2", "A6-1", "A24-1", "A24-3")
def test_every_method_lets_in_whom_it_is_for_and_nobody_else(enrollment, tmp_path):
    """Given one of every record, when everybody asks for everything, then each is heard where the table says so."""
    world = World(enrollment, tmp_path)
    who = WHO | {"h": world.holder_}
    named = world.call("open_incident", WHO["e"], happened_on=None)["id"]  # an incident that names the student
    about = {"open_incident": {"happened_on": None}, "close_incident": {"incident_id": UUID(named)}}
    before = facts(world)
    let_in = [
        f"{method} by {letter}"
        for method, may in MAY.items()
        for letter, actor in who.items()
        if letter not in may and turned_away(world, method, actor) is None
    ]
    writes = {method: may for method, may in MAY.items() if issubclass(CONTRACTS[method], Command)}
    let_in += [
        f"{method} by {letter} for another training"
        for method, may in writes.items()
        for letter in "rxem"
        if letter in may and method not in WHOLE_SCHOOL
        if turned_away(world, method, replace(WHO[letter], kind="adult"), **about.get(method, {})) is None
    ]
    assert not let_in, ", ".join(let_in)
    assert facts(world) == before
    shut_out = [
        f"{method} by {letter}: {rule}"
        for method, may in sorted(MAY.items(), key=lambda one: one[0] not in FIRST)
        for letter in may
        if (rule := turned_away(world, method, who[letter])) is not None
    ]
    assert not shut_out, ", ".join(shut_out)
    world.replay()


@pytest.mark.asvs("2.3.5")
@pytest.mark.rule("A24-2")
def test_nobody_stands_for_what_they_proposed_themselves(enrollment, tmp_path):
    """Given what one person proposed, when the same person confirms or decides it, then it is refused."""
    world = World(enrollment, tmp_path)
    maker = person("registrar", HERE, "maker")
    both = {
        "confirm_cancellation": maker,
        "begin_case_review": maker,
        "decide_conflict": person("ministry", "moe", "elsewhere"),
        "review_admission_batch": person("province_education", "11", "admissions-11"),
    }
    rules = {}
    for method, actor in both.items():
        with pytest.raises(Refused) as refused:
            world.call(method, actor)
        rules[method] = refused.value.as_dict()["rule"]
    assert rules == dict.fromkeys(both, "A24-2")


# Texts that stand in a fact as they were written, and who writes them
WRITTEN = [
    ("annotate_record", "text"), ("close_incident", "outcome"), ("decide_admission_fix", "reason"),
    ("decide_case", "reason"), ("decide_conflict", "decision_no"), ("decide_conflict", "reason"),
    ("declare_illegal_entry", "decision_no"), ("declare_illegal_entry", "reason"), ("decline_admission_fix", "reason"),
    ("decline_cancellation", "reason"), ("open_incident", "summary"), ("propose_admission_fix", "opinion"),
    ("propose_cancellation", "decision_no"), ("propose_cancellation", "reason"), ("refuse_case", "reason"),
    ("reject_transfer", "reason"), ("request_admission_fix", "reason"), ("return_admission_batch", "reason"),
    ("review_case", "reason"), ("review_transfer", "decision_no"), ("undo_batch", "reason"),
    ("withdraw_change", "reason"), ("withdraw_conflict", "reason"), ("withdraw_paper", "reason"),
    ("withdraw_record", "reason"),
]  # fmt: skip


@pytest.mark.rule("A25-1")
def test_no_text_that_stays_as_it_was_written_names_somebodys_number(enrollment, tmp_path):
    """Given a text that many will read, when it names somebody's number, then it is refused and nothing is kept."""
    world = World(enrollment, tmp_path)
    before = facts(world)
    days = {"decided_on": TODAY, "effective_on": TODAY, "dated": TODAY, "happened_on": None}
    kept = []
    for method, field in WRITTEN:
        given = {name: day for name, day in days.items() if name in CONTRACTS[method]().fields}
        try:
            world.call(method, WHO[MAY[method][0]], **given | {field: f"与 {GOOD_NUMBER} 有关"})
        except Refused as refused:
            if refused.as_dict()["rule"] == "A25-1":
                continue
            kept.append(f"{method}: {refused}")
        else:
            kept.append(method)
    assert not kept, ", ".join(kept)
    assert facts(world) == before


@pytest.mark.rule("A25-1")
def test_no_table_holds_a_name_or_a_number_in_clear(enrollment, tmp_path):
    """Given one of every record, when every table is read as it lies, then nobody's name or number is found."""
    world = World(enrollment, tmp_path)
    who = WHO | {"h": world.holder_}
    for method, may in sorted(MAY.items(), key=lambda one: one[0] not in FIRST):
        if issubclass(CONTRACTS[method], Command):
            turned_away(world, method, who[may[0]])
    world.fold()
    secrets = ["王晓明", "王小明", GOOD_NUMBER, OTHER_NUMBER]
    looked = [text for each in secrets for text in (f"%{each}%", f"%{each.encode().hex()}%")]
    with world.base.store.reading() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} AS kept WHERE kept::text LIKE ANY (%s)", (looked,))
            if cursor.fetchone()[0]:
                found.append(table)
    assert {"events", "commands", "student_register", "case_register"} <= set(tables)
    assert found == []


def test_a_command_repeated_acts_once_and_its_facts_name_their_rules(enrollment, tmp_path):
    world = World(enrollment, tmp_path)
    who = WHO | {"h": world.holder_}
    again = []
    for method, may in MAY.items():
        if not issubclass(CONTRACTS[method], Command):
            continue
        command_id, actor = uuid4(), who[may[0]]
        try:
            first = world.call(method, actor, command_id=command_id)
        except Refused:
            continue
        before = facts(world)
        assert world.call(method, actor, command_id=command_id) == first, method
        assert facts(world) == before, method
        again.append(method)
    assert len(again) > 25
    with world.base.store.reading() as cursor:
        cursor.execute("SELECT context FROM events")
        contexts = [read_context(row[0]) for row in cursor.fetchall()]
    assert {each["use_case"] for each in contexts if each["use_case"] in MAY} >= set(again)
    assert [each["use_case"] for each in contexts if each["use_case"] in MAY and not each["rules"]] == []
