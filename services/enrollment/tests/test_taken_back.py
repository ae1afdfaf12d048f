"""Study records and papers that were noted in error are taken back, one by one and by the file."""

from datetime import date
from uuid import uuid4

import pytest

from services.enrollment.application.bulk.leaving_papers import LeavingPapersKind
from services.enrollment.application.bulk.study_records import StudyRecordsKind
from services.enrollment.domain.rules.endings import Archived, NeverReopened
from services.enrollment.domain.rules.papers import NotOnRecord, PaperNumberTaken
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.offices import ELSEWHERE, HERE, province, registrar
from services.enrollment.tests.test_changes_bulk import assert_kept, shapes
from shared.access.decide import NotPermitted
from shared.eventstore.context import Context
from shared.intake.batch import Progress
from shared.intake.outcome import Receipt, Unchanged
from shared.rules.free_texts import TextNamesPerson
from tests.support.actors import person

pytestmark = pytest.mark.servers
DAY = date(2024, 1, 15)
BATCH = Progress(school_code=HERE, submitted_by="r1", params={"entry_year": "2022"})


@pytest.fixture
def office(enrollment):
    counters = Counters(enrollment)
    counters.go_to(date(2024, 3, 5))
    return counters


def settled(office, status_id, year):
    office.go_to(date(year, 9, 5))
    asked = {"status_id": status_id, "academic_year": year, "result": "registered", "starts_on": date(year, 9, 1)}
    office.ask(office.base.settle_year, registrar(), **asked)


def told_by(office, status_id):
    """What each year tells in the read table."""
    office.fold()
    with office.base.store.reading() as cursor:
        cursor.execute(
            "SELECT academic_year, annotations FROM annual_register WHERE status_id = %s ORDER BY academic_year",
            (str(status_id),),
        )
        return dict(cursor.fetchall())


@pytest.mark.rule("X-UNDO-1", "A12-5")
def test_a_record_noted_in_error_is_taken_back_whatever_was_recorded_since(office):
    """Given a punishment of somebody else and a change after it, when taken back, then no year tells of it."""
    status_id = office.student()
    before = office.status(status_id)
    wrong = office.annotate(status_id, "处分", "记过", DAY)["version"]
    office.annotate(status_id, "奖励", "校级三好学生", DAY)
    office.change(status_id, "留级")
    office.take_note_back("withdraw_record", status_id, wrong)
    standing = office.status(status_id)
    assert standing.records == ("奖励:校级三好学生",)
    assert len(standing.told) == len(before.told) + 2
    marked = {each["kind"]: each["withdrawn_on"] for each in office.archive(status_id)["records"]}
    assert marked == {"处分": "2024-03-05", "奖励": None}
    assert_kept(office, status_id)
    assert office.annotate(status_id, "处分", "记过", DAY)["version"] == wrong + 4  # it may be said again


@pytest.mark.rule("A12-5")
def test_a_year_that_told_a_record_tells_it_no_more_when_that_is_taken_back(office):
    """Given a record that a year told, when it is taken back, then that year tells the others only."""
    status_id = office.student()
    settled(office, status_id, 2023)
    office.go_to(date(2024, 3, 5))
    wrong = office.annotate(status_id, "处分", "记过", DAY)["version"]
    office.annotate(status_id, "奖励", "校级三好学生", DAY)
    settled(office, status_id, 2024)
    assert told_by(office, status_id) == {2023: None, 2024: '["处分:记过","奖励:校级三好学生"]'}
    office.take_note_back("withdraw_record", status_id, wrong)
    assert told_by(office, status_id) == {2023: None, 2024: '["奖励:校级三好学生"]'}
    assert office.status(status_id).year_told == ("奖励:校级三好学生",)
    settled(office, status_id, 2025)
    assert told_by(office, status_id)[2025] is None
    assert_kept(office, status_id)


@pytest.mark.rule("A13-4", "A14-2")
def test_records_of_who_has_left_are_archived(office):
    """Given somebody who left, when a record is to be taken back, then only a correction case may."""
    status_id = office.student()
    noted = office.annotate(status_id, "处分", "记过", DAY)["version"]
    office.end(status_id)
    with pytest.raises((Archived, NeverReopened)):
        office.take_note_back("withdraw_record", status_id, noted)


@pytest.mark.rule("X-STATE-1", "A4-1", "A25-1")
def test_only_what_stands_is_taken_back_and_by_the_own_school(office):
    """Given a record, when others ask, or a version that is none, or twice, then it is refused and stays as it is."""
    status_id = office.student()
    noted = office.annotate(status_id, "处分", "记过", DAY)["version"]
    for actor in (registrar(ELSEWHERE), province("11"), person("student", "", "s")):
        with pytest.raises(NotPermitted):
            office.take_note_back("withdraw_record", status_id, noted, actor=actor)
    with pytest.raises(TextNamesPerson):
        office.take_note_back("withdraw_record", status_id, noted, reason="与11010519491231002X混淆")
    for version in (1, noted + 1):
        with pytest.raises(NotOnRecord):
            office.take_note_back("withdraw_record", status_id, version)
    with pytest.raises(NotOnRecord):
        office.take_note_back("withdraw_paper", status_id, noted)
    office.take_note_back("withdraw_record", status_id, noted)
    with pytest.raises(NotOnRecord):
        office.take_note_back("withdraw_record", status_id, noted)


@pytest.mark.rule("X-UNDO-1", "A12-7")
def test_a_paper_taken_back_leaves_its_number_and_its_kind_free(office):
    """Given a paper noted for the wrong student, when taken back, then the right one is given its number."""
    wrong, right = office.student(), office.student()
    for status_id in (wrong, right):
        office.end(status_id)
    noted = office.issue(wrong, "肄业证书", "肄2024001")["version"]
    with pytest.raises(PaperNumberTaken):
        office.issue(right, "肄业证书", "肄2024001")
    office.take_note_back("withdraw_paper", wrong, noted)
    office.issue(right, "肄业证书", "肄2024001")
    with pytest.raises(PaperNumberTaken):
        office.issue(wrong, "肄业证书", "肄2024001")
    office.issue(wrong, "肄业证书", "肄2024002")
    papers = office.archive(wrong)["papers"]
    assert [each["withdrawn_on"] for each in papers] == ["2024-03-05", None]
    assert_kept(office, wrong, right)


@pytest.mark.rule("X-UNDO-1")
def test_a_file_of_records_is_taken_back_row_by_row_as_one_by_one(office):
    """Given a file of punishments in wrong rows, when it is taken back, then all is as before, but who has left."""
    exam_nos = [office.admit() for _ in range(3)]
    ids = [office.register(exam_no) for exam_no in exam_nos]
    before = office.status(ids[0])
    kind = StudyRecordsKind(office.base)
    rows = [{"KSH": each, "JZRQ": DAY, "XYKS": "英语四级", "CF": "记过", "JL": None, "SHSJ": None} for each in exam_nos]
    taken = office.take_in(kind, *rows)
    assert [len(each) for each in taken] == [2, 2, 2]
    office.change(ids[1], "留级")  # does not rest on the records
    office.end(ids[2])
    receipts = [Receipt(row, status_id, 2, 3) for row, status_id in enumerate(ids, start=2)]
    first, second, kept = kind.compensate(receipts, BATCH, uuid4())
    assert isinstance(kept, NeverReopened)
    office.base.append([*first, *second], by=Context.system("undo", office.base.clock.now()))
    assert office.status(ids[0]) == before
    assert office.status(ids[1]).records == ()
    assert_kept(office, *ids)
    office.annotate(single := office.student(), "学业考试", "英语四级", DAY)
    office.annotate(single, "处分", "记过", DAY)
    for version in (3, 2):
        office.take_note_back("withdraw_record", single, version)
    assert shapes(office, single) == shapes(office, ids[0])
    (again,) = kind.compensate(receipts[:1], BATCH, uuid4())
    assert isinstance(again, NotOnRecord)
    (anew,) = office.take_in(kind, rows[0])
    assert len(anew) == 2


@pytest.mark.rule("X-UNDO-1")
def test_a_file_of_papers_is_taken_back_and_its_numbers_are_free(office):
    """Given a file of papers, when it is taken back, then the same file is taken in for others."""
    exam_nos = [office.admit() for _ in range(2)]
    ids = [office.register(exam_no) for exam_no in exam_nos]
    for status_id in ids:
        office.end(status_id)
    before = office.status(ids[0])
    kind = LeavingPapersKind(office.base)
    row = {"KSH": exam_nos[0], "ZSLX": "肄业证书", "ZSBH": "肄2024001", "FZRQ": office.day}
    (drafts,) = office.take_in(kind, row)
    version = drafts[0].version
    (undone,) = kind.compensate([Receipt(2, ids[0], version, version)], BATCH, uuid4())
    office.base.append(undone, by=Context.system("undo", office.base.clock.now()))
    assert office.status(ids[0]) == before
    (other,) = office.take_in(kind, row | {"KSH": exam_nos[1]})
    assert len(other) == 1
    assert not isinstance(other, Unchanged)
    assert office.base.get(StudentStatus, ids[1]).standing.papers == ("肄业证书",)
