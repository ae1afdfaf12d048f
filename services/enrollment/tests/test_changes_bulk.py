"""Files of changes, records, cancellations and papers end as the same rows one by one, and name all that is wrong."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.enrollment.application.bulk.cancellations import CancellationsKind, id_in
from services.enrollment.application.bulk.leaving_papers import LeavingPapersKind
from services.enrollment.application.bulk.status_changes import StatusChangesKind, wanted_by
from services.enrollment.application.bulk.study_records import StudyRecordsKind
from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.rules.change_refusals import SomethingFollowed
from services.enrollment.domain.rules.endings import NeverReopened, ProposalWaiting
from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent, OtherTraining
from services.enrollment.domain.rules.papers import PaperNumberTaken
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.offices import ELSEWHERE, registrar
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import Row, check_rows
from shared.intake.outcome import Receipt, Unchanged
from shared.intake.tables_changes import CANCELLATIONS, LEAVING_PAPERS, STATUS_CHANGES, STUDY_RECORDS
from shared.rules.refused import Refused
from tests.support.actors import asked

servers = pytest.mark.servers


class Rows(list):
    """A sheet in memory."""

    format = "csv"

    def __init__(self, header, *rows):
        super().__init__(Row(number, cells) for number, cells in enumerate(rows, start=2))
        self.header = header


def checked(table, header, *rows):
    return list(check_rows(table, Rows(header, *rows)))


# --- what a row must look like ---


CHANGE = ("考生号", "学籍变动", "决定文号", "决定日期", "生效日期", "原因", "应复学日期", "申请复学日期", "专业名称")
GOOD = ("22000000000001", "休学", "校学〔2024〕7号", "20240301", "2024-03-01", "因病", "2025/3/1", "", "")


def codes_of(row):
    return [error.field for error in row.errors]


def test_a_row_is_read_by_chinese_headers_and_by_codes():
    (chinese,) = checked(STATUS_CHANGES, CHANGE, GOOD)
    codes = ("KSH", "XJBD", "WH", "JDRQ", "SXRQ", "YY", "HXRQ", "SQRQ", "ZYMC")
    (coded,) = checked(STATUS_CHANGES, codes, GOOD)
    assert chinese.values == coded.values
    assert not chinese.errors
    wanted = wanted_by(chinese.values)
    assert (wanted.kind, wanted.cause, wanted.return_by) == ("休学", "因病", date(2025, 3, 1))


@pytest.mark.rule("A12-4")
@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        (("1", "留学", "", "x", "20240301", "", "", "", ""), ["KSH", "XJBD", "WH", "JDRQ"]),
        ((*GOOD[:5], "", "", "", ""), ["YY", "HXRQ"]),
        ((*GOOD[:5], "应征入伍", "20250301", "", ""), ["YY"]),
        ((*GOOD[:5], "因病", "20250301", "20240301", "经济学"), ["SQRQ", "ZYMC"]),
        (("22000000000001", "复学", *GOOD[2:5], "", "", "", ""), ["SQRQ"]),
        (("22000000000001", "转专业", *GOOD[2:5], "", "", "", ""), ["ZYMC"]),
        (("22000000000001", "留级", *GOOD[2:5], "因病", "", "", ""), ["YY"]),
        (("22000000000001", "保留学籍", *GOOD[2:5], "交流学习", "", "", ""), ["HXRQ"]),
        (("22000000000001", "保留学籍", *GOOD[2:5], "应征入伍", "", "", ""), []),
    ],
)
def test_a_row_names_everything_that_is_wrong_with_it(cells, wrong):
    """Given a row of a kind, when it lacks what the kind needs or says what it must not, then all of it is named."""
    (row,) = checked(STATUS_CHANGES, CHANGE, cells)
    assert codes_of(row) == wrong
    assert all(error.zh and error.en and error.rule for error in row.errors)


def test_one_student_stands_once_in_a_file():
    first, second = checked(STATUS_CHANGES, CHANGE, GOOD, GOOD)
    assert not first.errors
    assert codes_of(second) == ["KSH"]


def test_the_other_tables_name_what_is_missing():
    header = ("KSH", "ZXLX", "WH", "JDRQ", "SXRQ", "YY", "ZM")
    said = ("22000000000001", "校学1号", "20240301", "20240301")
    rows = checked(
        CANCELLATIONS,
        header,
        (said[0], "退学", *said[1:], "", ""),
        (said[0][:-1] + "2", "死亡", *said[1:], "", ""),
        (said[0][:-1] + "3", "退学", *said[1:], "=1", ""),
    )
    assert [codes_of(row) for row in rows] == [["YY"], ["ZM"], ["YY"]]
    (row,) = checked(STUDY_RECORDS, ("KSH", "JZRQ", "JL"), (said[0], "20240301", ""))
    assert codes_of(row) == ["XYKS"]
    (row,) = checked(LEAVING_PAPERS, ("KSH", "ZSLX", "ZSBH", "FZRQ"), (said[0], "毕业证书", "肄 1", "20240301"))
    assert codes_of(row) == ["ZSLX", "ZSBH"]


def test_the_id_of_what_a_row_proposes_is_the_same_whenever_it_is_decided():
    batch_id = uuid7()
    first = id_in(batch_id, 2)
    assert first == id_in(batch_id, 2) != id_in(batch_id, 3)
    assert (first.version, first.variant, first.bytes[:6]) == (7, batch_id.variant, batch_id.bytes[:6])


# --- what a row leads to ---


@pytest.fixture
def office(enrollment):
    counters = Counters(enrollment)
    counters.go_to(date(2024, 3, 5))
    return counters


def change_row(exam_no, kind, **values):
    said = {"WH": "校学〔2024〕7号", "JDRQ": date(2024, 3, 1), "SXRQ": date(2024, 3, 1)}
    return {"KSH": exam_no, "XJBD": kind, **said} | values


def one_by_one(office, status_id, values):
    wanted = wanted_by(values)
    said = {name: getattr(wanted, name) for name in wanted.__dataclass_fields__}
    try:
        office.ask(office.changes.record_change, registrar(), status_id=status_id, **said)
    except Refused as refused:
        return refused.code
    return "recorded"


def in_bulk(office, values):
    (decided,) = office.take_in(StatusChangesKind(office.base), values)
    return decided.code if isinstance(decided, Refused) else "recorded"


DAYS = st.sampled_from([date(2022, 9, 1), date(2023, 3, 1), date(2023, 9, 1), date(2024, 3, 1), date(2024, 9, 1)])
CHANGES = st.builds(
    change_row,
    exam_no=st.just(""),
    kind=st.sampled_from(["留级", "降级", "跳级", "休学", "复学", "转专业", "保留学籍"]),
    JDRQ=DAYS,
    SXRQ=DAYS,
    YY=st.sampled_from(["因病", "应征入伍", "交流学习"]),
    HXRQ=DAYS,
    SQRQ=DAYS,
    TYRQ=DAYS,
    NJ=st.none() | st.integers(2021, 2024),
    ZYMC=st.sampled_from(["哲学", "经济学"]),
    ZS=st.sampled_from(["是", "否"]),
)


@servers
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked_for=st.lists(CHANGES, min_size=3, max_size=8))
def test_changes_one_by_one_and_in_bulk_end_alike(office, asked_for):
    exam_nos = [office.admit() for _ in range(2)]
    single, bulk = (office.register(exam_no) for exam_no in exam_nos)
    for values in asked_for:
        assert one_by_one(office, single, values) == in_bulk(office, values | {"KSH": exam_nos[1]})
    first, second = (vars(office.status(each)) | {"id_key": ""} for each in (single, bulk))
    assert first == second
    assert shapes(office, single) == shapes(office, bulk)
    assert_kept(office, single, bulk)


def assert_kept(office, *status_ids):
    """The decision row of each status is what its own facts say."""
    for status_id, (version, standing) in office.base.standings(StudentStatus, status_ids).items():
        status = office.base.get(StudentStatus, status_id)
        assert (version, standing) == (status.version, status.standing)


def shapes(office, status_id):
    """What the facts of a status say, but for whom they are about."""
    with office.base.store.reading() as cursor:
        cursor.execute(
            "SELECT topic, state FROM events WHERE originator_id = %s AND originator_version > 1"
            " ORDER BY originator_version",
            (str(status_id),),
        )
        return [(topic, bytes(state)) for topic, state in cursor.fetchall()]


@servers
def test_records_one_by_one_and_in_bulk_end_alike(office):
    exam_nos = [office.admit() for _ in range(2)]
    single, bulk = (office.register(exam_no) for exam_no in exam_nos)
    day = date(2024, 1, 15)
    office.annotate(single, "学业考试", "英语四级 512分", day)
    office.annotate(single, "奖励", "校级三好学生", day)
    row = {"KSH": exam_nos[1], "JZRQ": day, "XYKS": "英语四级 512分", "JL": "校级三好学生", "SHSJ": None, "CF": None}
    office.take_in(StudyRecordsKind(office.base), row)
    assert shapes(office, single) == shapes(office, bulk)
    assert_kept(office, single, bulk)
    more = row | {"CF": "警告"}
    (again,), (added,) = (office.take_in(StudyRecordsKind(office.base), each) for each in (row, more))
    assert isinstance(again, Unchanged)
    assert [draft.values["kind"] for draft in added] == ["处分"]
    (refused,) = office.take_in(StudyRecordsKind(office.base), row | {"CF": "与11010519491231002X斗殴"})
    assert refused.as_dict()["field"] == "CF"


@servers
@pytest.mark.rule("A24-2", "A12-6")
def test_cancellations_one_by_one_and_in_bulk_end_alike(office):
    """Given two students, when one is closed by two persons and one by a file of two, then both stand alike."""
    exam_nos = [office.admit() for _ in range(2)]
    single, bulk = (office.register(exam_no) for exam_no in exam_nos)
    decided = {"decision_no": "校学1号", "decided_on": date(2024, 3, 1), "effective_on": date(2024, 3, 1)}
    office.end(single, **decided)
    row = {"KSH": exam_nos[1], "ZXLX": "退学", "WH": "校学1号", "YY": "本人申请", "ZM": None}
    row |= {"JDRQ": date(2024, 3, 1), "SXRQ": date(2024, 3, 1)}
    kind = CancellationsKind(office.base)
    (drafts,) = office.take_in(kind, row)
    first, second = (vars(office.status(each)) | {"id_key": ""} for each in (single, bulk))
    assert first == second
    assert_kept(office, single, bulk)
    proposal = office.base.get(Cancellation, drafts[0].originator_id)
    assert office.base.standings(Cancellation, [proposal.id]) == {proposal.id: (2, proposal.standing)}
    assert (proposal.standing.state, proposal.version) == ("confirmed", 2)
    assert drafts[1].values["confirmed_by"] != drafts[0].values["proposed_by"]
    assert office.base.owners("cancellation.waiting", [str(bulk)]) == {}
    (again,), (other,) = (office.take_in(kind, each) for each in (row, row | {"WH": "校学2号"}))
    assert isinstance(again, Unchanged)
    assert isinstance(other, NeverReopened)


@servers
@pytest.mark.rule("A24-2")
def test_a_file_does_not_pass_over_a_proposal_that_waits(office):
    """Given a proposal that waits, when a file closes the same status, then the row is refused."""
    exam_no = office.admit()
    office.propose(office.register(exam_no))
    row = {"KSH": exam_no, "ZXLX": "退学", "WH": "校学1号", "YY": "本人申请", "ZM": None}
    row |= {"JDRQ": date(2024, 3, 1), "SXRQ": date(2024, 3, 1)}
    (refused,) = office.take_in(CancellationsKind(office.base), row)
    assert isinstance(refused, ProposalWaiting)


@servers
def test_papers_one_by_one_and_in_bulk_end_alike(office):
    exam_nos = [office.admit() for _ in range(3)]
    single, bulk, third = (office.register(exam_no) for exam_no in exam_nos)
    for status_id in (single, bulk, third):
        office.end(status_id)
    office.issue(single, "肄业证书", "肄2024001")
    row = {"KSH": exam_nos[1], "ZSLX": "肄业证书", "ZSBH": "肄2024002", "FZRQ": office.day}
    kind = LeavingPapersKind(office.base)
    same_number = row | {"KSH": exam_nos[2]}
    taken, twice = office.take_in(kind, row | {"ZSBH": "肄2024001"}, same_number | {"ZSBH": "肄2024001"})
    assert isinstance(taken, PaperNumberTaken)
    assert isinstance(twice, PaperNumberTaken)
    good, doubled = office.take_in(kind, row, same_number)
    assert len(good) == 1
    assert isinstance(doubled, PaperNumberTaken)
    assert office.status(single).papers == office.status(bulk).papers == ("肄业证书",)
    assert_kept(office, single, bulk)
    (again,) = office.take_in(kind, row)
    assert isinstance(again, Unchanged)


@servers
@pytest.mark.rule("A4-1", "A24-1", "A7-3")
def test_a_file_names_students_that_are_not_the_submitters(office):
    """Given unknown, foreign and otherwise trained students, when a file names them, then each row says which."""
    exam_no = office.admit(ELSEWHERE)
    office.register(exam_no, ELSEWHERE)
    own = office.admit()
    office.register(own)
    kind = StatusChangesKind(office.base)
    foreign, unknown = office.take_in(kind, change_row(exam_no, "留级"), change_row("22999999999999", "留级"))
    (trained,) = office.take_in(kind, change_row(own, "留级"), training="adult")
    assert [type(each) for each in (foreign, unknown, trained)] == [NotOwnStudent, NoAdmissionBasis, OtherTraining]


@servers
@pytest.mark.rule("X-UNDO-1")
def test_a_file_of_changes_is_taken_back_where_nothing_followed(office):
    """Given a file of changes, when it is taken back, then each status is as before, but where something followed."""
    exam_nos = [office.admit() for _ in range(2)]
    ids = [office.register(exam_no) for exam_no in exam_nos]
    before = [office.status(status_id) for status_id in ids]
    kind = StatusChangesKind(office.base)
    office.take_in(kind, *(change_row(exam_no, "留级") for exam_no in exam_nos))
    office.annotate(ids[1], "奖励", "校级三好学生")
    receipts = [Receipt(row, status_id, 2, 2) for row, status_id in enumerate(ids, start=2)]
    batch = Progress(school_code="4111010001", submitted_by="r1", params={"entry_year": "2022"})
    undone, kept = kind.compensate(receipts, batch, uuid4())
    assert isinstance(kept, SomethingFollowed)
    office.base.append(undone, by=asked(registrar(), "undo_batch"))
    assert office.status(ids[0]) == before[0]
    assert_kept(office, *ids)
    assert office.base.get(StudentStatus, UUID(str(ids[1]))).version == 3
