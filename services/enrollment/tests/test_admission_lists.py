"""Admission lists: what a row must say, and their way from the office that hands them in to the school."""

from datetime import date
from uuid import UUID

import pytest

from services.enrollment.application.bulk.admission_list import AdmissionListKind, SpecialAdmissionListKind
from services.enrollment.domain.admission import Admission
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.rules.entry import NoAdmissionBasis
from services.enrollment.domain.rules.lists import BatchInAnotherState, BatchNotReviewed
from services.enrollment.tests.gates import Gates, admissions_office, codes, row_of
from services.enrollment.tests.offices import HERE, ministry, province, registrar
from shared.access.decide import NotPermitted
from shared.eventstore.context import Context
from shared.intake.columns import Row, check_rows
from shared.intake.outcome import Unchanged
from shared.intake.tables import ADMISSION_LIST, FRESHMAN_RESULTS
from shared.intake.tables_entry import RECHECK_LIST, SPECIAL_ADMISSION_LIST
from shared.rules.refused import Refused
from tests.support.actors import NOON

GOOD = {
    "YXDM": "4111010001", "YXMC": "北京大学", "KSH": "22110108150001", "XM": "王小明", "XB": "男", "CSRQ": "19491231",
    "ZJLX": "", "SFZH": "11010519491231002X", "MZ": "汉", "ZYDM": "010101", "ZYMC": "哲学", "CC": "本科", "XZ": "4",
    "XXXS": "普通全日制", "XLLB": "普通高等教育", "LQLX": "", "RXRQ": "20220901", "YJBYRQ": "",
}  # fmt: skip


class _Sheet:
    format = "csv"

    def __init__(self, *rows):
        self.header = tuple(rows[0])
        self.rows = [Row(number, tuple(row.values())) for number, row in enumerate(rows, start=2)]

    def __iter__(self):
        return iter(self.rows)


def errors(table, **values):
    """What is wrong with one row: column and rule."""
    base = GOOD if table in (ADMISSION_LIST, SPECIAL_ADMISSION_LIST) else {}
    (row,) = check_rows(table, _Sheet({**base, **values}))
    return [(one.field, one.rule) for one in row.errors]


# --- what a row must say ---


@pytest.mark.rule("A2-1")
@pytest.mark.parametrize("code", ["3611010001", "5111010001", "9311010001"])
def test_a_list_names_institutions_of_higher_education_only(code):
    """Given a list, when a row names another kind of institution, then it is not eligible."""
    assert errors(ADMISSION_LIST, YXDM=code) == [("YXDM", "A2-1")]
    assert errors(ADMISSION_LIST, YXDM="411101000") == [("YXDM", "X-CODE-5")]


@pytest.mark.rule("A2-2")
@pytest.mark.parametrize(
    ("values", "field"),
    [({"XLLB": "非学历教育培训"}, "XLLB"), ({"XLLB": "高等教育自学考试"}, "XLLB"), ({"XXXS": "自学考试"}, "XLLB")],
)
def test_a_list_holds_formal_education_only(values, field):
    """Given a list, when a row is a course or the self-taught examinations, then it is refused under that rule."""
    assert errors(ADMISSION_LIST, **values) == [(field, "A2-2")]


@pytest.mark.rule("A3-2")
@pytest.mark.parametrize(
    ("kind", "number"),
    [("港澳台居民居住证", "810000199408230021"), ("C", "820000199001010029"), ("C", "830000199201150028"),
     ("护照", "G12345678"), ("6", "H12345678"), ("7", "M12345678"), ("8", "12345678"), ("9", "ABC110000000001")],
)  # fmt: skip
def test_a_list_takes_the_documents_of_hmt_and_international_students(kind, number):
    """Given a student without a resident's card, when the row names the own document, then it is accepted."""
    assert errors(ADMISSION_LIST, ZJLX=kind, SFZH=number, MZ="其他", GJDQ="越南") == []


def test_a_study_that_builds_on_a_certificate_names_it():
    """Given 专升本, when the earlier school or its certificate is missing, then each is named."""
    assert errors(ADMISSION_LIST, CC="专升本") == [("YBYXX", "X-FILE-13"), ("YZSBH", "X-FILE-13")]
    assert errors(ADMISSION_LIST, CC="专升本", YBYXX="北京第一专科", YZSBH="100011202106000001") == []


@pytest.mark.rule("A8-6", "A8-7")
def test_a_preparatory_phase_is_told_whole():
    """Given a preparatory student, when the row tells the phase by halves, then what is missing is named."""
    assert errors(ADMISSION_LIST, YKLB="少数民族预科") == [("PYXX", "A8-6")]
    assert errors(ADMISSION_LIST, PYXX="4115010126") == [("YKLB", "A8-6")]
    assert errors(ADMISSION_LIST, CC="预科") == [("CC", "A8-7")]
    assert errors(ADMISSION_LIST, YKLB="少数民族预科", PYXX="4115010126") == []
    assert errors(ADMISSION_LIST, YKLB="其他预科") == []


@pytest.mark.rule("A8-10")
def test_the_partner_of_joint_training_is_another_school():
    """Given joint training, when the partner is the admitting school itself, then the row is refused."""
    assert errors(ADMISSION_LIST, LHXX=HERE) == [("LHXX", "A8-10")]


@pytest.mark.rule("A8-4", "R41-10")
def test_a_deferral_has_its_cause_and_end_and_nothing_else_has():
    """Given freshman results, when cause or end stand beside another outcome, then they are refused."""
    base = {"KSH": "22110108150001", "FCJG": ""}
    assert errors(FRESHMAN_RESULTS, **base, RXJG="放弃入学资格", BLYY="疾病") == [("BLYY", "A8-4")]
    army = {"RXJG": "保留入学资格", "BLYY": "应征入伍"}
    assert errors(FRESHMAN_RESULTS, **base, **army, BLZ="") == [("BLZ", "R41-10")]
    assert errors(FRESHMAN_RESULTS, **base, **army, BLZ="20260901") == []


@pytest.mark.rule("R41-11")
def test_a_recheck_row_has_five_items_and_defers_for_health_alone():
    """Given a recheck, when an item is missing or something else than health defers, then the row is refused."""
    good = dict.fromkeys(("LQSX", "LQZG", "RZXF", "STJK", "ZYSP"), "合格")
    base = {"KSH": "22110108150001", "FCRQ": "20221020", "BLZ": "", **good}
    assert errors(RECHECK_LIST, **base, CLYJ="") == []
    assert errors(RECHECK_LIST, **(base | {"ZYSP": ""})) == [("ZYSP", "X-FILE-13")]
    assert errors(RECHECK_LIST, **(base | {"RZXF": "不合格"}), CLYJ="保留入学资格") == [("CLYJ", "R41-11")]
    assert errors(RECHECK_LIST, **(base | {"STJK": "不合格"}), CLYJ="保留入学资格") == []


@pytest.mark.rule("A7-1")
def test_a_list_of_special_categories_names_one_of_them():
    """Given a school's own list, when a row names no special category, then it is refused."""
    assert errors(SPECIAL_ADMISSION_LIST, TSLB="") == [("TSLB", "X-FILE-13")]
    for word in ("普通专升本", "五年一贯制", "三二分段", "本硕连读", "直博", "港澳台"):
        assert errors(SPECIAL_ADMISSION_LIST, TSLB=word) == []


# --- their way through the offices ---


@pytest.fixture
def gates(enrollment):
    return Gates(enrollment)


def submitted(gates, kind, *rows, school=None):
    """A list whose rows are taken in, waiting for its review; what came of each row."""
    if school:
        params = {"entry_year": "2022", "training": "all"}
        named = {"kind": "special_admission_list", "school_code": school, "province": None, "params": params}
    else:
        named = {"kind": "admission_list", "school_code": None, "province": "11", "params": {"entry_year": "2022"}}
    batch = AdmissionBatch(digest="ab" * 32, filename="list.csv", submitted_by="pa", **named)
    from shared.intake.columns import CheckedRow

    decided = kind.decide([CheckedRow(n, row) for n, row in enumerate(rows, 2)], batch.standing, batch.id)
    good = [draft for one in decided if not isinstance(one, Refused) for draft in one]
    gates.base.append(good, by=Context.system("take_in", NOON))
    batch.check(len(rows))
    batch.finish(None)
    gates.base.save(batch, by=Context.system("take_in", NOON))
    return batch.id, decided


def reviewed(gates, batch_id):
    gates.ask(gates.base.review_admission_batch, province(), batch_id=batch_id)


@pytest.mark.servers
@pytest.mark.rule("A7-1", "A7-2")
def test_a_list_passes_review_and_recheck_before_its_release(gates):
    """Given a submitted list, when the ministry acts before the review, then it waits; then re-check, then release."""
    batch_id, _ = submitted(gates, AdmissionListKind(gates.base), row_of(1))
    with pytest.raises(BatchNotReviewed):
        gates.ask(gates.admissions.recheck_admission_batch, ministry(), batch_id=batch_id)
    reviewed(gates, batch_id)
    with pytest.raises(NotPermitted):
        gates.ask(gates.admissions.recheck_admission_batch, province(), batch_id=batch_id)
    gates.ask(gates.admissions.recheck_admission_batch, ministry(), batch_id=batch_id)
    assert gates.base.get(AdmissionBatch, batch_id).standing.state == "rechecked"
    with pytest.raises(NoAdmissionBasis):
        gates.enrol("22000000000001")
    gates.ask(gates.base.release_admission_batch, ministry(), batch_id=batch_id)
    assert gates.status(gates.enrol("22000000000001")).state == "active"


@pytest.mark.servers
@pytest.mark.rule("A7-2")
def test_a_release_re_checks_a_list_that_was_only_reviewed(gates):
    """Given a reviewed list, when the ministry releases it, then the re-check is recorded with the release."""
    batch_id, _ = submitted(gates, AdmissionListKind(gates.base), row_of(1))
    reviewed(gates, batch_id)
    gates.ask(gates.base.release_admission_batch, ministry(), batch_id=batch_id)
    topics = [event.topic.rpartition(".")[2] for event in gates.base.recorder.select_events(batch_id)]
    assert topics[-2:] == ["Rechecked", "Released"]


@pytest.mark.servers
@pytest.mark.rule("A7-1")
def test_a_returned_list_is_handed_in_again(gates):
    """Given a returned list, when it comes again corrected, then its rows follow the new list and no claim is lost."""
    first, _ = submitted(gates, AdmissionListKind(gates.base), row_of(1, ZYMC="哲学"), row_of(2))
    gates.ask(gates.base.return_admission_batch, province(), batch_id=first, reason="专业名称有误")
    again, decided = submitted(gates, AdmissionListKind(gates.base), row_of(1, ZYMC="宗教学"), row_of(3))
    assert [one[0].fact_type.__name__ for one in decided] == ["Relisted", "Listed"]
    assert decided[0][0].aggregate_type is Admission
    basis = gates.admission("22000000000001")
    assert (basis.major_name, basis.batch_id) == ("宗教学", str(again))
    reviewed(gates, again)
    gates.ask(gates.base.release_admission_batch, ministry(), batch_id=again)
    assert gates.status(gates.enrol("22000000000001")).major_name == "宗教学"
    with pytest.raises(NoAdmissionBasis):  # the row that was not handed in again stays with the returned list
        gates.enrol("22000000000002")


@pytest.mark.servers
@pytest.mark.rule("A7-2", "A7-1")
def test_each_review_may_return_a_list(gates):
    """Given a list at any step before its release, when province or ministry return it, then no row is a basis."""
    for number, actor in enumerate((province(), ministry()), start=1):
        batch_id, _ = submitted(gates, AdmissionListKind(gates.base), row_of(number))
        if actor.role == "ministry":
            reviewed(gates, batch_id)
            gates.ask(gates.admissions.recheck_admission_batch, ministry(), batch_id=batch_id)
        gates.ask(gates.base.return_admission_batch, actor, batch_id=batch_id, reason="两所院校代码有误")
        assert gates.base.get(AdmissionBatch, batch_id).standing.state == "returned"
        with pytest.raises(BatchInAnotherState):
            gates.ask(gates.base.release_admission_batch, ministry(), batch_id=batch_id)
        with pytest.raises(NoAdmissionBasis):
            gates.enrol(row_of(number)["KSH"])


@pytest.mark.servers
@pytest.mark.rule("A7-2")
def test_the_same_list_again_changes_nothing_and_another_word_is_refused(gates):
    """Given a list, when the same rows come again, then they are unchanged; a row that says otherwise is refused."""
    kind = AdmissionListKind(gates.base)
    submitted(gates, kind, row_of(1), row_of(2), row_of(3))
    rows = row_of(1), row_of(2, ZYMC="宗教学"), row_of(3, MZ="回族")
    _, decided = submitted(gates, kind, *rows)
    assert isinstance(decided[0], Unchanged)
    assert codes(decided) == ["0", "DOUBLE_ADMISSION", "DOUBLE_ADMISSION"]


@pytest.mark.servers
@pytest.mark.rule("A2-3")
def test_a_released_list_is_not_returned(gates):
    """Given a list that passed every step and was released, when the province returns it, then it is refused."""
    batch_id, _ = submitted(gates, AdmissionListKind(gates.base), row_of(1))
    reviewed(gates, batch_id)
    gates.ask(gates.base.release_admission_batch, ministry(), batch_id=batch_id)
    with pytest.raises(BatchInAnotherState):
        gates.ask(gates.base.return_admission_batch, province(), batch_id=batch_id, reason="迟了")


@pytest.mark.servers
@pytest.mark.rule("A7-1", "A24-2")
def test_a_schools_own_list_is_reviewed_by_its_province_and_released_by_the_ministry(gates):
    """Given students without an entrance examination, when the school lists them, then the list goes the same way."""
    kind = SpecialAdmissionListKind(gates.base)
    rows = (
        row_of(1, KSH="ZSB2022000001", TSLB="直博", CC="博士研究生", XLLB="研究生"),
        row_of(2, TSLB="港澳台", YXDM="4133010335"),
        row_of(3, TSLB="港澳台", RXRQ=date(2023, 9, 1)),
    )
    batch_id, decided = submitted(gates, kind, *rows, school=HERE)
    assert codes(decided) == ["1", "NOT_OWN_STUDENT", "ENTRY_YEAR_DIFFERS"]
    with pytest.raises(NotPermitted):
        gates.ask(gates.base.review_admission_batch, province("33"), batch_id=batch_id)
    with pytest.raises(NotPermitted):  # whoever submitted it
        gates.ask(gates.base.review_admission_batch, province("11", sub="pa"), batch_id=batch_id)
    reviewed(gates, batch_id)
    gates.ask(gates.base.release_admission_batch, ministry(), batch_id=batch_id)
    basis = gates.admission("ZSB2022000001")
    assert (basis.special_kind, basis.province) == ("直博", "11")
    assert gates.status(gates.enrol("ZSB2022000001")).training == "graduate"


@pytest.mark.servers
@pytest.mark.rule("A24-1")
def test_an_operator_lists_the_own_kind_of_training_only(gates):
    """Given an operator for regular students, when the own list holds a graduate, then that row is refused."""
    kind = SpecialAdmissionListKind(gates.base)
    graduate = row_of(1, TSLB="直博", CC="博士研究生", XLLB="研究生")
    (decided,) = gates.take_in(kind, graduate, row_of(2, TSLB="五年一贯制"), training="regular")[:1]
    assert decided.code == "OTHER_TRAINING"


@pytest.mark.servers
@pytest.mark.rule("A9-1")
def test_the_flag_of_a_plan_stands_beside_its_type(gates):
    """Given a plan flag, a type, both or neither, when a row is listed, then the admission knows each apart."""
    rows = [
        row_of(1), row_of(2, ZXJH="是"), row_of(3, LQLX="定向生"), row_of(4, ZXJH="是", LQLX="国家专项计划"),
        row_of(5, ZXJH="否", LQLX="普通"), row_of(6, ZXJH="是", LQLX="普通"),
    ]  # fmt: skip
    submitted(gates, AdmissionListKind(gates.base), *rows)
    found = [gates.admission(row["KSH"]) for row in rows]
    assert [(one.special_plan, one.admission_type) for one in found] == [
        (False, "普通"), (True, ""), (True, "定向生"), (True, "国家专项计划"), (False, "普通"),
        (True, "普通"),
    ]  # fmt: skip


@pytest.mark.servers
def test_only_the_own_office_submits_a_list(gates):
    asked = {"digest": "ab" * 32, "filename": "list.csv", "province": "11", "entry_year": 2022}
    saved = gates.ask(gates.base.submit_admission_batch, admissions_office(), **asked)
    assert gates.base.get(AdmissionBatch, UUID(saved["id"])).standing.state == "submitted"
    for actor in (admissions_office("33"), registrar(), province(), ministry()):
        with pytest.raises(NotPermitted):
            gates.ask(gates.base.submit_admission_batch, actor, **asked)
