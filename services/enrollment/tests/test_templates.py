"""Own students leave for the own school alone, for a purpose, and never before it is written down."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.application.exports import Exports
from services.enrollment.domain.roster_export import RosterExport
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.queries import templates
from services.enrollment.queries.templates import RosterQueries
from services.enrollment.tests.conftest import SCHOOL
from services.enrollment.tests.test_application import register, settle
from services.enrollment.tests.test_deadlines_stored import happen
from services.enrollment.tests.test_timeline import fold
from services.enrollment.tests.test_years_stored import changed
from shared.access.decide import NotPermitted
from shared.bus import codec
from shared.contracts.rpc.enrollment_templates import ExportRosterV1, ListRosterV1, RosterPageV1
from shared.eventstore.context import Context
from shared.rules.refused import MalformedValue, NotFound
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers
REGISTRAR = person("registrar", SCHOOL, "r-1")


@pytest.fixture
def exports(enrollment):
    return Exports(enrollment.store, enrollment.clock, enrollment.keyring)


@pytest.fixture
def rosters(enrollment):
    return RosterQueries(enrollment.store, enrollment.keyring)


def export(exports, kind, *, actor=REGISTRAR, school=SCHOOL, academic_year=None, rows=0):
    by = asked(actor, "export_roster")
    answer = exports.export_roster(
        command_id=by.command_id, kind=kind, school_code=school, entry_year=2022, academic_year=academic_year,
        rows=rows, by=by,
    )  # fmt: skip
    return UUID(answer["id"])


def rows_of(exports, rosters, export_id, actor=REGISTRAR):
    """Every row of an export, page by page."""
    rows, after = [], ""
    while after is not None:
        roster = exports.roster_of(export_id=export_id, by=asked(actor, "list_roster"))
        page = rosters.list_roster(roster=roster, after=after, by=asked(actor, "list_roster"))
        rows += page["rows"]
        after = page["next"]
    return rows


def names(rows):
    return [row["exam_no"] for row in rows]


@pytest.mark.rule("A25-2")
def test_an_export_is_recorded_with_who_and_what_for(exports):
    """Given own students, when a registrar takes them out, then who did so, of whom and for which file is a fact."""
    export_id = export(exports, "year_results", academic_year=2023, rows=7)
    found = exports.get(RosterExport, export_id)
    assert (found.standing.exported_by, found.standing.school_code) == ("r-1", SCHOOL)
    (stored,) = exports.recorder.select_events(export_id)
    assert stored.topic == "enrollment.RosterExport.RosterExported"
    assert "学年注册 year_results 2023" in stored.state.decode()


@pytest.mark.rule("A25-2", "A4-1")
@pytest.mark.parametrize(
    ("role", "org"),
    [("registrar", "4133010335"), ("province_education", "11"), ("ministry", "moe"), ("operator", ""), ("student", "")],
)
def test_only_the_own_school_takes_its_students_out(exports, rosters, role, org):
    """Given students of a school, when anybody else asks for them as a file, then it is refused."""
    somebody = person(role, org, "x-1")
    with pytest.raises(NotPermitted):
        export(exports, "status_changes", actor=somebody)
    asked_for = {"kind": "status_changes", "school_code": SCHOOL, "entry_year": 2022, "academic_year": None}
    with pytest.raises(NotPermitted):
        rosters.count_roster(**asked_for, by=asked(somebody, "export_roster"))


def test_rows_are_given_to_whoever_exported_them_and_to_nobody_else(enrollment, released, exports, rosters):
    register(enrollment, released[0])
    fold(enrollment)
    export_id = export(exports, "status_changes")
    (row,) = rows_of(exports, rosters, export_id)
    assert (row["exam_no"], row["student_no"]) == (released[0], "2200000001")
    assert "*" not in row["name"]
    for somebody in (person("registrar", SCHOOL, "r-2"), person("registrar", "4133010335", "r-3")):
        with pytest.raises(NotFound):
            rows_of(exports, rosters, export_id, actor=somebody)
    with pytest.raises(NotFound):
        rows_of(exports, rosters, uuid4())
    with pytest.raises(NotPermitted):  # who has changed schools since does not go on reading
        rows_of(exports, rosters, export_id, actor=person("registrar", "4133010335", "r-1"))


@pytest.mark.rule("A24-1")
@pytest.mark.parametrize(("training", "count"), [("regular", 1), ("adult", 0), ("all", 1)])
def test_an_operator_takes_out_students_of_the_own_kind_of_training(
    enrollment, released, exports, rosters, training, count
):
    """Given a regular student, when an operator for other training exports, then the file is without this student."""
    register(enrollment, released[0])
    fold(enrollment)
    actor = replace(REGISTRAR, kind=training)
    for kind, found in (("status_changes", count), ("freshman_results", 9 * count)):
        asked_for = {"kind": kind, "school_code": SCHOOL, "entry_year": 2022, "academic_year": None}
        assert rosters.count_roster(**asked_for, by=asked(actor, "export_roster")) == found
        assert len(rows_of(exports, rosters, export(exports, kind, actor=actor))) == found


def test_a_year_lists_those_whose_year_has_no_result_yet(enrollment, released, exports, rosters):
    first, second, third = (register(enrollment, number)["id"] for number in released[:3])
    settle(enrollment, first, 2023)
    settle(enrollment, second, 2023, "deferred")
    fold(enrollment)
    assert third
    due = {year: names(rows_of(exports, rosters, export(exports, "year_results", academic_year=year)))
           for year in (2022, 2023, 2024, 2025, 2026)}  # fmt: skip
    everybody = sorted(released[:3])
    assert due == {2022: [], 2023: [released[2]], 2024: everybody, 2025: everybody, 2026: []}
    asked_for = {"kind": "year_results", "school_code": SCHOOL, "entry_year": 2022, "academic_year": 2023}
    assert rosters.count_roster(**asked_for, by=asked(REGISTRAR, "export_roster")) == 1


@pytest.mark.rule("A12-1", "A12-9")
def test_a_year_lists_whom_the_school_still_owes_a_result_and_may_register(enrollment, released, exports, rosters):
    """Given students who went before and after the last day, came back before and after it, or should have graduated,
    when the file of the year is taken out, then it begins with those who are missing and may be registered."""
    ids = [UUID(str(register(enrollment, number)["id"])) for number in released[:7]]
    changed(enrollment, ids[0], "休学", date(2023, 9, 5), "on_leave")  # away on the last day
    changed(enrollment, ids[1], "休学", date(2023, 10, 9), "on_leave")  # went after it
    changed(enrollment, ids[2], "休学", date(2023, 9, 5), "on_leave")
    changed(enrollment, ids[2], "复学", date(2024, 3, 1), "active")  # came back after it
    changed(enrollment, ids[3], "休学", date(2023, 3, 1), "on_leave")
    changed(enrollment, ids[3], "复学", date(2023, 9, 15), "active")  # came back in time
    changed(enrollment, ids[4], "保留学籍", date(2023, 8, 1), "reserved", in_service=True)
    settle(enrollment, ids[5], 2023)
    fold(enrollment)

    def due(year):
        return names(rows_of(exports, rosters, export(exports, "year_results", academic_year=year)))

    assert due(2023) == sorted(released[each] for each in (1, 3, 6))
    assert due(2026) == []
    changed(enrollment, ids[6], "延长学习年限", date(2024, 3, 1), "active", expected_graduation_date=date(2027, 7, 1))
    fold(enrollment)
    assert due(2026) == [released[6]]


@pytest.mark.rule("A12-4", "A12-6", "A12-7")
def test_a_file_begins_with_those_whom_its_kind_is_about(enrollment, released, exports, rosters):
    """Given students in every state, when files are taken out, then changes and cancellations begin with all who are
    students, those away among them; other papers with those who left without one; records with those who study."""
    ids = [UUID(str(register(enrollment, number)["id"])) for number in released[:7]]
    settle(enrollment, ids[1], 2023, "deferred")
    changed(enrollment, ids[2], "休学", date(2023, 9, 5), "on_leave")
    changed(enrollment, ids[3], "保留学籍", date(2023, 9, 5), "reserved")
    for gone in ids[4:6]:
        happen(enrollment, gone, "退学", date(2023, 10, 1))
    status = enrollment.get(StudentStatus, ids[5])
    paper = {"kind": "学习证明", "number": "学1号", "issued_on": date(2023, 10, 9), "school_code": SCHOOL}
    status.trigger_event(StudentStatus.PaperIssued, **paper)
    enrollment.save(status, by=Context.system("issue_paper", NOON))
    happen(enrollment, ids[6], "死亡", date(2023, 10, 1))
    fold(enrollment)
    students, here, gone = sorted(released[:4]), sorted(released[:2]), [released[4]]
    for kind, expected in (
        ("status_changes", students), ("cancellations", students), ("leaving_papers", gone), ("study_records", here),
    ):  # fmt: skip
        assert names(rows_of(exports, rosters, export(exports, kind))) == expected
        asked_for = {"kind": kind, "school_code": SCHOOL, "entry_year": 2022, "academic_year": None}
        assert rosters.count_roster(**asked_for, by=asked(REGISTRAR, "export_roster")) == len(expected)


def test_freshmen_are_the_released_admissions_that_wait_for_a_result(
    enrollment, released, exports, rosters, monkeypatch
):
    register(enrollment, released[0])
    fold(enrollment)
    monkeypatch.setattr(templates, "PAGE", 2)
    rows = rows_of(exports, rosters, export(exports, "freshman_results"))
    assert names(rows) == sorted(released[1:])
    assert {row["student_no"] for row in rows} == {None}


def test_a_year_without_its_number_is_refused(exports):
    with pytest.raises(MalformedValue):
        export(exports, "year_results")


def test_an_export_asked_for_twice_is_one(exports):
    by = asked(REGISTRAR, "export_roster")
    wanted = {"kind": "certificates", "school_code": SCHOOL, "entry_year": 2022, "academic_year": None, "rows": 0}
    first = exports.export_roster(command_id=by.command_id, **wanted, by=by)
    assert exports.export_roster(command_id=by.command_id, **wanted, by=by) == first


def test_what_is_asked_over_the_wire_is_answered_in_its_contract(enrollment, released, exports, rosters):
    register(enrollment, released[0])
    fold(enrollment)
    by = asked(REGISTRAR, "export_roster")
    wanted = {**ExportRosterV1.example, "command_id": str(by.command_id), "school_code": SCHOOL}
    request = codec.read(ExportRosterV1, wanted)
    which = {name: value for name, value in request.items() if name != "command_id"}
    answer = exports.export_roster(**request, rows=rosters.count_roster(**which, by=by), by=by)
    assert codec.write(ExportRosterV1.answer, answer)["rows"] == 1
    question = codec.read(ListRosterV1, {"export_id": answer["id"]})
    roster = exports.roster_of(export_id=question["export_id"], by=asked(REGISTRAR, "list_roster"))
    listed = rosters.list_roster(roster=roster, after=question["after"], by=asked(REGISTRAR, "list_roster"))
    page = codec.write(RosterPageV1, listed)
    assert (names(page["rows"]), page["next"]) == ([released[0]], None)
