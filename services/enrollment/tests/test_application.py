"""The use cases of enrollment on a real store: who may, what is kept, what is refused; bulk equals one by one."""

import json
import threading
from datetime import date
from uuid import UUID, uuid4

import pytest

from benchmarks.register import admission_rows, freshman_rows, year_rows
from services.enrollment.application.awards import Awards
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.year_results import YearResultsKind
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.rules.entry import (
    EntryAlreadyDecided,
    NoAdmissionBasis,
    NotOwnStudent,
    OneFulltimeStatus,
)
from services.enrollment.domain.rules.lists import BatchNotReviewed, DoubleAdmission
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.conftest import PROVINCE, SCHOOL, release_list
from shared.access.decide import NotPermitted
from shared.eventstore.application import ChangedMeanwhile, CommandReused
from shared.eventstore.context import Context
from shared.intake.batch import Progress
from shared.intake.outcome import Unchanged
from shared.rules.refused import Refused
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers


def register(enrollment, exam_no, *, school=SCHOOL, command_id=None, student_no="2200000001", recheck="合格"):
    by = asked(person("registrar", school), "register_student", command_id=command_id)
    return enrollment.register_student(
        command_id=by.command_id,
        school_code=school,
        entry_year=2022,
        exam_no=exam_no,
        recheck=recheck,
        student_no=student_no,
        by=by,
    )


def settle(enrollment, status_id, year, result="registered", school=SCHOOL):
    by = asked(person("registrar", school), "settle_year")
    return enrollment.settle_year(
        command_id=by.command_id,
        status_id=UUID(str(status_id)),
        academic_year=year,
        result=result,
        starts_on=date(year, 9, 1),
        by=by,
    )


def files_progress(**params):
    return Progress(
        kind="freshman_results", school_code=SCHOOL, submitted_by="r1",
        params={"entry_year": "2022", "academic_year": "2023", "starts_on": "2023-09-01", **params},
    )  # fmt: skip


def take_in(enrollment, kind, rows, progress):
    """Decide and keep a chunk as the worker does; answers what was refused."""
    decided = kind.decide(rows, progress, uuid4())
    good = [draft for one in decided if not isinstance(one, Refused) for draft in one]
    enrollment.append(good, by=Context.system("take_in", NOON))
    return [one for one in decided if isinstance(one, Refused)]


@pytest.mark.rule("A7-2", "A8-2")
def test_a_freshman_of_a_released_list_is_registered(enrollment, released):
    """Given a released list and a passed recheck, when the school registers, then the freshman has an active status."""
    saved = register(enrollment, released[0])
    status = enrollment.get(StudentStatus, UUID(saved["id"]))
    assert (status.standing.state, status.standing.settled_year) == ("active", 2022)


@pytest.mark.rule("A7-3")
def test_nobody_is_registered_without_a_basis(enrollment, released):
    """Given a number that is on no list, when the school registers it, then it is refused."""
    with pytest.raises(NoAdmissionBasis):
        register(enrollment, "22999999999999")


@pytest.mark.rule("A7-2", "A7-3")
def test_a_list_under_review_is_no_basis(enrollment):
    """Given a list that is under review, when a school registers somebody of it, then it is refused."""
    by = asked(person("province_admissions", PROVINCE, "pa-1"), "submit_admission_batch")
    saved = enrollment.submit_admission_batch(
        command_id=by.command_id, digest="cd" * 32, filename="list.csv", province=PROVINCE, entry_year=2022, by=by
    )
    batch = enrollment.get(AdmissionBatch, UUID(saved["id"]))
    rows = list(admission_rows(1, 77))
    take_in(enrollment, AdmissionListKind(enrollment), rows, batch.standing)
    again = AdmissionListKind(enrollment).decide(rows, batch.standing, batch.id)
    assert isinstance(again[0], Unchanged)
    rows[0].values["ZYMC"] = "宗教学"
    otherwise = AdmissionListKind(enrollment).decide(rows, batch.standing, batch.id)
    assert isinstance(otherwise[0], DoubleAdmission)
    with pytest.raises(NoAdmissionBasis):
        register(enrollment, rows[0].values["KSH"])


@pytest.mark.rule("A7-1")
def test_an_unreviewed_list_does_not_reach_the_ministry(enrollment):
    """Given a list that the province has not reviewed, when the ministry releases it, then it is refused."""
    by = asked(person("province_admissions", PROVINCE, "pa-1"), "submit_admission_batch")
    saved = enrollment.submit_admission_batch(
        command_id=by.command_id, digest="cd" * 32, filename="list.csv", province=PROVINCE, entry_year=2022, by=by
    )
    with pytest.raises(BatchNotReviewed):
        enrollment.release_admission_batch(
            command_id=uuid4(), batch_id=UUID(saved["id"]), by=asked(person("ministry", "moe"), "release")
        )


@pytest.mark.rule("A4-1", "A4-2", "A6-1")
@pytest.mark.parametrize(
    ("role", "org"),
    [("student", ""), ("registrar", "4133010335"), ("province_education", "11"), ("ministry", "moe"), ("operator", "")],
)
def test_only_the_own_registrar_registers(enrollment, released, role, org):
    """Given an admitted freshman, when a student, another school, the province, the ministry or the operator
    registers, then it is refused."""
    by = asked(person(role, org), "register_student")
    with pytest.raises(NotPermitted):
        enrollment.register_student(
            command_id=by.command_id, school_code=SCHOOL, entry_year=2022, exam_no=released[0], recheck="合格",
            student_no=None, by=by,
        )  # fmt: skip


@pytest.mark.rule("A4-1")
def test_a_school_cannot_register_another_schools_admission(enrollment, released):
    """Given an admission of one school, when another one registers it, then it is refused."""
    with pytest.raises(NotOwnStudent):
        register(enrollment, released[0], school="4133010335")


@pytest.mark.rule("A8-4")
def test_one_admission_ends_in_one_status(enrollment, released):
    """Given a registered freshman, when the same admission is registered again, then it is refused."""
    register(enrollment, released[0])
    with pytest.raises(EntryAlreadyDecided):
        register(enrollment, released[0])


@pytest.mark.rule("A8-9")
def test_one_person_holds_one_full_time_status(enrollment, released):
    """Given a person with an ordinary full-time status, when a second one is registered on another admission, then it
    is refused."""
    register(enrollment, released[0])
    # the same person, admitted a second time under another number
    rows = list(admission_rows(1, 1))
    rows[0].values["KSH"] = "22888888888888"
    by = asked(person("province_admissions", PROVINCE, "pa-1"), "submit")
    batch_id = UUID(
        enrollment.submit_admission_batch(
            command_id=by.command_id, digest="ef" * 32, filename="b.csv", province=PROVINCE, entry_year=2022, by=by
        )["id"]
    )
    batch = enrollment.get(AdmissionBatch, batch_id)
    decided = AdmissionListKind(enrollment).decide(rows, batch.standing, batch_id)
    enrollment.append(decided[0], by=Context.system("take_in", NOON))
    batch.check(1)
    batch.finish(None)
    batch.review(reviewed_by="x")
    batch.release(released_by="y")
    enrollment.save(batch, by=Context.system("take_in", NOON))
    with pytest.raises(OneFulltimeStatus) as refusal:
        register(enrollment, "22888888888888")
    assert refusal.value.rule == "A8-9"


def test_a_command_asked_twice_acts_once_and_answers_the_same(enrollment, released):
    command_id = uuid4()
    first = register(enrollment, released[0], command_id=command_id)
    assert register(enrollment, released[0], command_id=command_id) == first


@pytest.mark.rule("X-CMD-1")
def test_a_command_id_stands_for_one_request(enrollment, released):
    """Given a command id that registered a freshman, when another request uses it, then it is refused."""
    command_id = uuid4()
    register(enrollment, released[0], command_id=command_id)
    by = asked(person("registrar", SCHOOL), "another request", command_id=command_id)
    with pytest.raises(CommandReused):
        enrollment.decide_entry(
            command_id=command_id, school_code=SCHOOL, entry_year=2022, exam_no=released[1], outcome="deferred", by=by
        )


def test_two_registrations_of_one_admission_at_once_leave_one_status(enrollment, released):
    for exam_no in released:
        outcomes: list[str] = []
        barrier = threading.Barrier(2)

        def try_it(exam_no=exam_no, outcomes=outcomes, barrier=barrier) -> None:
            barrier.wait()
            try:
                register(enrollment, exam_no)
                outcomes.append("registered")
            except (EntryAlreadyDecided, OneFulltimeStatus, ChangedMeanwhile):
                outcomes.append("refused")

        threads = [threading.Thread(target=try_it) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["refused", "registered"]


def test_a_file_of_freshmen_leaves_what_single_registrations_leave(enrollment, released):
    half = len(released) // 2
    for n, exam_no in enumerate(released[:half], start=1):
        register(enrollment, exam_no, student_no=f"22{n:08d}")
    assert not take_in(
        enrollment, FreshmanResultsKind(enrollment), freshman_rows(len(released) - half, half + 1), files_progress()
    )
    with enrollment.store.reading() as cursor:
        cursor.execute("SELECT topic, state FROM events WHERE topic LIKE 'enrollment.StudentStatus.%' ORDER BY row_id")
        shapes = {(topic, tuple(sorted(json.loads(bytes(state))))) for topic, state in cursor.fetchall()}
        cursor.execute(
            "SELECT count(*), count(DISTINCT version) FROM standings WHERE kind = 'enrollment.StudentStatus'"
        )
        assert cursor.fetchone() == (len(released), 1)
    assert len(shapes) == 1


@pytest.mark.rule("A7-3", "A8-4")
def test_a_file_names_each_row_it_cannot_take(enrollment, released):
    """Given a file with a stranger, taken in twice, when its rows are decided, then each row that cannot be taken is
    named with its reason."""
    rows = freshman_rows(2) + freshman_rows(1, 4000)
    rows[1].values["RXJG"], rows[1].values["FCJG"] = "保留入学资格", None
    refused = take_in(enrollment, FreshmanResultsKind(enrollment), rows, files_progress())
    assert [type(one) for one in refused] == [NoAdmissionBasis]
    again = FreshmanResultsKind(enrollment).decide(rows, files_progress(), uuid4())
    assert [type(one) for one in again] == [Unchanged, Unchanged, NoAdmissionBasis]
    rows[0].values["XH"], rows[1].values["RXJG"] = "2299999999", "放弃入学资格"
    otherwise = take_in(enrollment, FreshmanResultsKind(enrollment), rows, files_progress())
    assert [one.code for one in otherwise] == ["ENTRY_ALREADY_DECIDED", "ENTRY_DEFERRED", "NO_ADMISSION_BASIS"]


@pytest.mark.rule("A12-1", "A12-3")
def test_a_years_file_and_single_years_follow_each_other(enrollment, released):
    """Given a year settled by a file, when the same file comes again, then every row is refused as settled, and the
    next year follows singly."""
    take_in(enrollment, FreshmanResultsKind(enrollment), freshman_rows(len(released)), files_progress())
    assert not take_in(enrollment, YearResultsKind(enrollment), year_rows(len(released)), files_progress())
    again = take_in(enrollment, YearResultsKind(enrollment), year_rows(len(released)), files_progress())
    assert again == []  # the same file again changes nothing
    status_id = next(iter(enrollment.owners("admission.outcome", admission_ids(enrollment, released)).values()))
    assert settle(enrollment, status_id, 2024)["version"] == 3


@pytest.mark.rule("A14-1")
def test_a_degree_heard_closes_the_status_and_frees_the_person(enrollment, released):
    """Given an active status, when the certificate of graduation is heard, then the status is closed and the person is
    free for another."""
    saved = register(enrollment, released[0])
    status = enrollment.get(StudentStatus, UUID(saved["id"]))
    from shared.eventstore.application import Heard

    Awards(enrollment.store, enrollment.clock, enrollment.keyring).hear_degrees(
        [
            {
                "status_id": status.id,
                "certificate_id": uuid4(),
                "number": "100011202605000001",
                "conclusion": "毕业",
                "graduation_date": date(2026, 7, 1),
                "id_key": status.standing.id_key,
            }
        ],
        heard=Heard("credentials", 1, 1),
    )
    assert enrollment.get(StudentStatus, status.id).standing.state == "graduated"
    with enrollment.store.reading() as cursor:
        cursor.execute("SELECT upper(during) FROM period_claims")
        assert cursor.fetchall() == [(date(2026, 7, 1),)]


def admission_ids(enrollment, exam_nos):
    found = enrollment.owners("admission.exam_no", [f"2022|{exam_no}" for exam_no in exam_nos])
    return [str(one) for one in found.values()]


def test_lists_of_two_provinces_do_not_meet(enrollment):
    assert release_list(enrollment, 2, start=500) != release_list(enrollment, 2, start=600)
