"""Every way into a school and out of its list: fixes, reports, deferrals, rechecks, preparation (A7 to A10, R41)."""

from typing import Any

import pytest

from cli.client import Answer
from cli.examples import ADMISSION_TITLES
from cli.story import API
from shared.intake.tables import ADMISSION_LIST
from tests.support.school_walk import FRESHMEN, PKU, ZJU, SchoolWalk, cast, cells_of, csv_of, intake_of, params
from tests.support.walk import refusal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

PARTS = {
    PKU: "declined refused missing special stranger reports fails startup deferred lapses passes fraud sick unfit "
    "minority quits taiwan passport planned upgraded",
    ZJU: "silent excused away soldier",
}
WHO = cast(PARTS, year=2026, first=60)
UNLISTED = ("missing", "special", "stranger")
ELSEWHERE = {"预科类别": "少数民族预科", "培养培训学校代码": ZJU}
CELLS: dict[str, dict[str, str]] = {
    "minority": ELSEWHERE,
    "quits": ELSEWHERE,
    "taiwan": {"证件类型": "港澳台居民居住证", "身份证号": "830000199201150028", "国家(地区)": "台湾"},
    "passport": {"证件类型": "护照", "身份证号": "G12345678", "国家(地区)": "法国", "民族": "其他"},
    "planned": {"专项计划": "是", "录取类型": ""},
    "upgraded": {"层次": "专升本", "原毕业学校": "北京第一专科", "原毕业证书编号": "100011202406000001"},
}
MORE = ("专项计划", "预科类别", "培养培训学校代码", "原毕业学校", "原毕业证书编号", "国家(地区)", "特殊类别")
GOOD = dict.fromkeys(("procedure", "admission", "person", "health", "talent"), True)
OF_2026 = params(entry_year="2026")


def row(name: str, **cells: str) -> tuple[str, ...]:
    """A row with every column, of somebody by the part they play."""
    told = cells_of(WHO[name], **CELLS.get(name, {}), **cells)
    return tuple(told.get(title, "") for title in (*ADMISSION_TITLES, *MORE))


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    """The list of 2026, without those who are missing in it."""
    schools.on("2026-12-14")
    names = {one.exam_no: name for name, one in WHO.items()}
    listed = [one for name, one in WHO.items() if name not in UNLISTED]
    schools.admit(
        listed, titles=(*ADMISSION_TITLES, *MORE[:-1]), row=lambda one: row(names[one.exam_no])[:-1]
    )  # the last column is of another kind of list
    return schools


def at_gate(walk: SchoolWalk, name: str, what: str, operator: str = "pku-registrar-1", **said: Any) -> Answer:
    """Something that a school says of an admission of its own."""
    return walk.operator(operator).post(f"{intake_of(WHO[name])}{what}", said)


def entry(walk: SchoolWalk, name: str, outcome: str) -> Answer:
    one = WHO[name]
    operator = "zju-registrar-1" if one.school.code == ZJU else "pku-registrar-1"
    return walk.seen(operator, intake_of(one), lambda found: found["outcome"] == outcome)


def enter(walk: SchoolWalk, name: str, year: int = 2026, **said: Any) -> Answer:
    return walk.register(walk.operator("pku-registrar-1"), WHO[name], entry_year=year, **said)


# --- what is wrong or missing in the list (A10) ---


def asked_to_fix(walk: SchoolWalk, name: str) -> str:
    registrar = walk.operator("pku-registrar-1")
    said = {
        "kind": "correction", "values": {"ZYMC": "物理学", "ZYDM": "070201"}, "reason": "专业有误",
        "evidence": [walk.paper(registrar)],
    }  # fmt: skip
    return f"{API}/admission-fixes/{registrar.post(f'{intake_of(WHO[name])}/fixes', said)['id']}"


def test_an_office_finds_the_list_right_and_another_request_is_refused_at_the_top(walk: SchoolWalk) -> None:
    declined, refused = asked_to_fix(walk, "declined"), asked_to_fix(walk, "refused")
    assert refusal(walk, lambda: enter(walk, "declined"))["rule"] == "A10-3"
    waiting = {"outcome": "pending_fix"}
    path = f"{API}/schools/{PKU}/intakes/2026/admissions"
    found = walk.seen("pku-registrar-1", path, lambda page: len(page["admissions"]) == 2, **waiting)
    assert {one["exam_no"] for one in found["admissions"]} == {WHO[name].exam_no for name in ("declined", "refused")}
    right = {"reason": "与报名信息一致"}
    assert refusal(walk, lambda: walk.operator("admissions-33").post(f"{declined}/decline", right))["status"] == 403
    walk.operator("admissions-11").post(f"{declined}/decline", right)
    walk.operator("admissions-11").post(f"{refused}/propose", {"values": {}, "opinion": "情况属实"})
    decision = {"accept": False, "reason": "与计划不符"}
    assert refusal(walk, lambda: walk.operator("admissions-11").post(f"{refused}/decide", decision))["status"] == 403
    walk.operator("ministry").post(f"{refused}/decide", decision)
    ended = walk.seen("pku-registrar-1", refused, lambda fix: fix["state"] == "refused")
    assert (ended["opinion"], ended["decision"]) == ("情况属实", "与计划不符")
    listed = walk.operator("pku-registrar-1").get(f"{API}/admission-fixes", school_code=PKU, state="declined")
    assert [fix["exam_no"] for fix in listed["fixes"]] == [WHO["declined"].exam_no]
    for name in ("declined", "refused"):
        enter(walk, name)
        assert walk.status_of(WHO[name])["major_name"] == WHO[name].major[1]


def test_somebody_who_is_missing_in_the_list_is_supplemented_and_registered(walk: SchoolWalk) -> None:
    titles = {column.zh: column.code for column in ADMISSION_LIST.columns}
    values = {titles[title]: cell for title, cell in cells_of(WHO["missing"]).items()}
    assert refusal(walk, lambda: enter(walk, "missing"))["rule"] == "A7-3"
    registrar = walk.operator("pku-registrar-1")
    asked = {"kind": "supplement", "values": values, "reason": "名单遗漏", "evidence": [walk.paper(registrar)]}
    requested = registrar.post(f"{intake_of(WHO['missing'])}/fixes", asked)
    fix = f"{API}/admission-fixes/{requested['id']}"
    walk.operator("admissions-11").post(f"{fix}/propose", {"values": {}, "opinion": "经核实确系遗漏"})
    assert refusal(walk, lambda: enter(walk, "missing"))["rule"] == "A7-3"
    walk.operator("ministry").post(f"{fix}/decide", {"accept": True, "reason": "同意补录"})
    enter(walk, "missing")
    assert walk.status_of(WHO["missing"])["state"] == "active"
    assert (
        walk.seen("pku-registrar-1", intake_of(WHO["missing"]), lambda found: found["released"])["basis_version"] == 1
    )


def test_a_school_lists_what_no_examination_lists_and_its_province_reviews_it(walk: SchoolWalk) -> None:
    special = {"特殊类别": "本硕连读"}
    foreign = row("stranger", 院校代码=ZJU, 院校名称="浙江大学", **special)
    content = csv_of((*ADMISSION_TITLES, *MORE), [row("special", **special), foreign])
    listed = walk.hand_in(
        "pku-registrar-1", "special_admission_list", content, plan_first=False, school_code=PKU, params=OF_2026
    )
    assert (listed["accepted"], listed["refused"]) == (1, 1)
    assert refusal(walk, lambda: enter(walk, "special"))["rule"] == "A7-3"
    path = f"{API}/admission-batches/{listed['batch_id']}"
    assert refusal(walk, lambda: walk.operator("education-33").post(f"{path}/review", {}))["status"] == 403
    walk.pass_on(listed["batch_id"])
    enter(walk, "special")
    walk.status_of(WHO["special"])
    shown = walk.operator("pku-registrar-1").get(intake_of(WHO["special"]))
    assert shown["special_kind"] == "本硕连读"


# --- who comes, who does not, who comes later (A8, R41-8 to R41-10) ---


def test_who_fails_the_first_check_loses_the_right_and_a_file_of_reports_is_taken_back(walk: SchoolWalk) -> None:
    reported = {"reported_on": "2026-09-03"}
    at_gate(walk, "reports", "/report", check="合格", **reported)
    at_gate(walk, "fails", "/report", check="不合格", **reported)
    assert entry(walk, "reports", "reported")["reported_on"] == "2026-09-03"
    assert entry(walk, "fails", "cancelled")["cause"] == "initial_check"
    assert refusal(walk, lambda: enter(walk, "fails"))["rule"] == "A8-4"
    rows = [(WHO[name].exam_no, "20260903", "合格") for name in ("reports", "passes")]
    titles = ("考生号", "报到日期", "初步审查结果")
    done = walk.hand_in(
        "pku-registrar-1", "freshman_reports", csv_of(titles, rows), plan_first=False, school_code=PKU, params=OF_2026
    )
    assert (done["accepted"], done["unchanged"]) == (1, 1)
    entry(walk, "passes", "reported")
    undone = walk.undo("pku-registrar-1", done, "误传文件")
    assert (undone["undone"], undone["kept"]) == (1, 0)
    entry(walk, "passes", "listed")


def test_who_has_not_come_by_the_last_day_has_given_the_right_up(walk: SchoolWalk) -> None:
    days, zju = f"{API}/schools/{ZJU}/reporting-days", walk.operator("zju-registrar-1")
    mistyped = {"entry_year": 2026, "last_day": "2026-01-15"}
    assert refusal(walk, lambda: zju.post(days, mistyped))["rule"] == "R41-8"
    zju.post(days, mistyped | {"last_day": "2026-12-14"})
    at_gate(walk, "away", "/leave", "zju-registrar-1", until="2026-12-30")
    serves = {"school_code": ZJU, "entry_year": 2026, "exam_no": WHO["soldier"].exam_no, "outcome": "deferred"}
    zju.post(f"{API}/entry-decisions", serves | {"cause": "army"})
    walk.on("2026-12-22")
    for name in ("silent", "excused"):
        assert entry(walk, name, "abandoned")["cause"] == "not_reported"
    assert entry(walk, "away", "listed")["leave_until"] == "2026-12-30"
    late = {"reported_on": "2026-12-20", "check": "合格"}
    assert refusal(walk, lambda: at_gate(walk, "excused", "/report", "zju-registrar-1", **late))["rule"] == "R41-8"
    at_gate(walk, "excused", "/report", "zju-registrar-1", excused=True, **late)
    assert entry(walk, "excused", "reported")["reported_on"] == "2026-12-20"
    walk.operator("zju-registrar-1").post(f"{API}/entry-decisions", serves | {"discharged_on": "2026-12-20"})
    assert (
        walk.seen("zju-registrar-1", intake_of(WHO["soldier"]), lambda found: found["discharged_on"])["deferred_until"]
        == "2028-12-20"
    )


def taken_back(walk: SchoolWalk, name: str, operator: str, other: str, **said: Any) -> None:
    """One asks that the outcome of an entry be taken back, another decides so (A24-2)."""
    at_gate(walk, name, "/withdrawal", operator, reason="经核实属误记", **said)
    accepted = {"accept": True, "reason": "同意"}
    assert refusal(walk, lambda: at_gate(walk, name, "/withdrawal/decide", operator, **accepted))["status"] == 403
    at_gate(walk, name, "/withdrawal/decide", other, **accepted)


def test_two_persons_give_back_what_the_clock_took(walk: SchoolWalk) -> None:
    at_gate(walk, "silent", "/withdrawal", "zju-registrar-1", reason="本人联系学校")
    at_gate(walk, "silent", "/withdrawal/decide", "zju-registrar-1", accept=False, reason="尚无证明")
    assert entry(walk, "silent", "abandoned")["withdrawal_by"] is None
    taken_back(walk, "silent", "zju-registrar-1", "zju-registrar-2", until="2027-01-15")
    assert entry(walk, "silent", "listed")["leave_until"] == "2027-01-15"
    at_gate(walk, "silent", "/report", "zju-registrar-1", reported_on="2026-12-22", check="合格")
    assert entry(walk, "silent", "reported")["reported_on"] == "2026-12-22"


def test_entry_is_deferred_for_its_cause_and_nobody_is_registered_meanwhile(walk: SchoolWalk) -> None:
    titles = (*FRESHMEN[:2], "保留原因", "保留至")
    done = walk.hand_in(
        "pku-registrar-1", "freshman_results",
        csv_of(titles, [(WHO["deferred"].exam_no, "保留入学资格", "疾病", "")]), plan_first=False, school_code=PKU,
        params=OF_2026,
    )  # fmt: skip
    assert done["accepted"] == 1
    named = {"school_code": PKU, "entry_year": 2026}
    registrar = walk.operator("pku-registrar-1")
    for name in ("lapses", "startup"):
        said = {"exam_no": WHO[name].exam_no, "outcome": "deferred", "cause": "startup", "until": "2027-03-01"}
        registrar.post(f"{API}/entry-decisions", {**named, **said})
    assert entry(walk, "deferred", "deferred")["deferred_until"] == "2027-10-01"
    assert refusal(walk, lambda: enter(walk, "deferred"))["rule"] == "R41-10"


# --- the recheck of the first three months (R41-11) ---


def rechecked(walk: SchoolWalk, name: str, *failed: str, **said: Any) -> Answer:
    items = GOOD | dict.fromkeys(failed, False)
    return at_gate(walk, name, "/recheck", items=items, rechecked_on="2026-11-20", **said)


def test_a_recheck_finds_nothing_or_fraud_or_ill_health(walk: SchoolWalk) -> None:
    for name in ("passes", "fraud", "sick"):
        enter(walk, name)
    assert rechecked(walk, "passes")["follows"] == "nothing"
    assert refusal(walk, lambda: rechecked(walk, "fraud", "person", defer=True))["rule"] == "R41-11"
    assert rechecked(walk, "fraud", "person")["follows"] == "cancel_status"
    path, wanted = f"{API}/schools/{PKU}/intakes/2026/rechecks", {"wanted": "failed"}
    (found,) = walk.seen("pku-registrar-1", path, lambda page: page["students"], **wanted)["students"]
    assert (found["exam_no"], found["failed"], found["late"]) == (WHO["fraud"].exam_no, ["person"], False)
    rechecked(walk, "sick", "health", defer=True, until="2027-08-31")
    assert entry(walk, "sick", "deferred")["cause"] == "illness"
    assert walk.status_of(WHO["sick"], when=lambda status: status["state"] == "withdrawn")["years"] == []
    again = {"items": GOOD, "rechecked_on": "2026-11-20"}
    assert refusal(walk, lambda: at_gate(walk, "passes", "/recheck", "zju-registrar-1", **again))["status"] == 403
    missing = walk.operator("pku-registrar-1").get(path, wanted="missing")["students"]
    assert WHO["passes"].exam_no not in {one["exam_no"] for one in missing}


def test_who_fails_before_being_registered_loses_the_right_of_entry(walk: SchoolWalk) -> None:
    titles = ("考生号", "复查日期", "录取手续", "录取资格", "人证档相符", "身体状况", "专业水平")
    rows = [(WHO[name].exam_no, "20260910", "合格", "不合格", "合格", "合格", "合格") for name in ("unfit", "passes")]
    done = walk.hand_in(
        "pku-registrar-1", "recheck_results", csv_of(titles, rows), plan_first=False, school_code=PKU, params=OF_2026
    )
    assert (done["accepted"], done["refused"]) == (2, 0)
    assert entry(walk, "unfit", "cancelled")["cause"] == "recheck"
    undone = walk.undo("pku-registrar-1", done, "复查结果列错位")
    assert (undone["undone"], undone["kept"]) == (2, 0)
    entry(walk, "unfit", "listed")
    path = f"{API}/schools/{PKU}/intakes/2026/rechecks"
    passed = walk.seen("pku-registrar-1", path, lambda page: page["students"], wanted="passed")["students"]
    assert WHO["passes"].exam_no in {one["exam_no"] for one in passed}


# --- special people (A2, A3, A9) ---


def test_other_documents_a_special_plan_and_an_earlier_certificate_go_the_same_way(walk: SchoolWalk) -> None:
    for name in ("taiwan", "passport", "upgraded"):
        enter(walk, name)
        assert walk.status_of(WHO[name])["state"] == "active"
    assert refusal(walk, lambda: enter(walk, "planned"))["rule"] == "A9-2"
    enter(walk, "planned", admission_type="国家专项计划")
    path = f"{API}/students/{walk.status_of(WHO['planned'])['status_id']}/archive"
    assert walk.seen("pku-registrar-1", path)["registration"]["admission_type"] == "国家专项计划"
    path = f"{API}/students/{walk.status_of(WHO['upgraded'])['status_id']}/archive"
    built_on = walk.seen("pku-registrar-1", path)["registration"]
    told = (built_on["previous_school"], built_on["previous_certificate_no"])
    assert told == (CELLS["upgraded"]["原毕业学校"], CELLS["upgraded"]["原毕业证书编号"])


# --- the preparatory phase, and the year after (A8-5 to A8-8, R41-10) ---


def test_a_preparatory_student_is_trained_elsewhere_and_one_gives_up(walk: SchoolWalk) -> None:
    begun = {"starts_on": "2026-09-15", "ends_on": "2027-07-01"}
    training = "zju-registrar-1"

    def annotated(name: str, operator: str, school_code: str) -> Answer:
        path = intake_of(WHO[name]).replace(PKU, school_code)
        return walk.operator(operator).post(f"{path}/preparatory", begun)

    for name in ("minority", "quits"):
        assert refusal(walk, lambda name=name: annotated(name, training, ZJU))["rule"] == "A8-5"
        at_gate(walk, name, "/preparatory/recheck", result="合格", rechecked_on="2026-09-10")
        assert refusal(walk, lambda name=name: annotated(name, "pku-registrar-1", PKU))["rule"] == "A8-6"
        annotated(name, training, ZJU)
    assert refusal(walk, lambda: enter(walk, "minority"))["rule"] == "A8-7"
    at_zju = intake_of(WHO["quits"]).replace(PKU, ZJU)
    walk.operator(training).post(f"{at_zju}/preparatory/end", {"cause": "本人申请退出", "ended_on": "2026-12-01"})
    path = f"{API}/schools/{ZJU}/preparatory"
    found = walk.seen(training, path, lambda page: len({one["state"] for one in page["students"]}) == 2)["students"]
    assert {one["exam_no"]: one["state"] for one in found} == {
        WHO["minority"].exam_no: "annotated", WHO["quits"].exam_no: "ended",
    }  # fmt: skip
    assert entry(walk, "quits", "cancelled")["cause"] == "preparatory"
    taken_back(walk, "quits", "pku-registrar-1", "pku-registrar-2")
    entry(walk, "quits", "listed")
    goes_on = walk.seen(training, path, lambda page: {one["state"] for one in page["students"]} == {"annotated"})
    assert len(goes_on["students"]) == 2


def test_a_year_later_the_prepared_and_the_deferred_enter_and_who_stayed_away_does_not(walk: SchoolWalk) -> None:
    walk.on("2027-08-20")
    assert entry(walk, "lapses", "abandoned")["cause"] == "deferral_overdue"
    review = {"applied_on": "2027-08-20", "review": "合格", "entry_date": "2027-09-01"}
    assert refusal(walk, lambda: at_gate(walk, "lapses", "/readmission", **review))["status"] == 409
    at_gate(walk, "deferred", "/readmission", **review)
    at_gate(walk, "sick", "/readmission", **review | {"review": "不合格"})
    assert entry(walk, "sick", "cancelled")["cause"] == "review"
    at_zju = intake_of(WHO["minority"]).replace(PKU, ZJU)
    done = {"completed_on": "2027-07-01", "entry_date": "2027-09-01"}
    walk.operator("zju-registrar-1").post(f"{at_zju}/preparatory/complete", done)
    walk.on("2027-09-03")
    for name in ("deferred", "minority"):
        status = enter(walk, name, 2027)
        shown = walk.seen("pku-registrar-1", f"{API}/students/{status['id']}")
        assert (shown["state"], shown["entry_date"], shown["expected_graduation_date"]) == (
            "active", "2027-09-01", "2031-07-01",
        )  # fmt: skip
