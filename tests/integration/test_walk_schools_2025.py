"""The year after, of those who entered: a leave, a transfer, endings, the academic year with its reminders."""

import pytest

from cli.client import until
from cli.story import API
from tests.support.school_walk import (
    ENTRY_YEAR,
    PKU,
    SCU,
    YEARS,
    ZJU,
    SchoolWalk,
    answered,
    cast,
    change,
    csv_of,
    dbf_of,
    params,
)
from tests.support.walk import refusal, refused_rows

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

WHO = cast()
OF_2024 = params(entry_year=str(ENTRY_YEAR))


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    return schools


# --- 2025: changes, a transfer, endings ---


def test_a_leave_holds_from_its_day_whenever_it_was_recorded_and_is_known_elsewhere(walk: SchoolWalk) -> None:
    walk.on("2025-03-20")
    away = walk.status_of(WHO["away"])
    path = f"{API}/students/{away['status_id']}"
    registrar = walk.operator("pku-registrar-1")
    registrar.post(f"{path}/changes", change("休学", "2025-03-03", cause="因病", return_by="2025-08-31"))
    walk.status_of(WHO["away"], when=lambda found: found["state"] == "on_leave")
    registrar = walk.operator("pku-registrar-1")

    def state(on: str, known: str) -> str:
        asked = {"valid_on": on, "recorded_at": f"{known}T00:00:00+00:00"}
        return str(registrar.get(f"{path}/as-of", **asked)["state"])

    assert [state("2025-03-10", "2025-03-19"), state("2025-03-10", "2025-03-21")] == ["active", "on_leave"]
    assert state("2025-03-01", "2025-03-21") == "active"
    numbers = registrar.get(
        f"{API}/student-counts", school_code=PKU, valid_on="2025-03-10", recorded_at="2025-03-21T00:00:00+00:00"
    )
    assert {row["state"]: row["count"] for row in numbers["counts"]} == {"active": 9, "on_leave": 1}
    heard = "SELECT state FROM status_sheet WHERE status_id = %s"
    assert until(lambda: walk.rows("verification", heard, away["status_id"]) == [("on_leave",)] or None, "the leave")


def test_a_transfer_to_another_province_moves_the_student_in_one_step(walk: SchoolWalk) -> None:
    mover = walk.status_of(WHO["mover"])
    registrar = walk.operator("pku-registrar-1")
    asked = {
        "to_school": SCU, "to_school_name": "四川大学", "to_level": "本科", "to_major_code": "050301",
        "to_major_name": "新闻学", "reason_kind": "illness", "reason": "患病需回原籍治疗",
        "evidence": [walk.paper(registrar)],
    }  # fmt: skip
    requested = registrar.post(f"{API}/students/{mover['status_id']}/transfers", asked)
    transfer = f"{API}/transfers/{requested['id']}"
    registrar.post(f"{transfer}/agree", {"score": 640})
    scu = walk.operator("scu-registrar-1")
    scu.post(
        f"{transfer}/review",
        {
            "decision_no": "川大校办〔2025〕11号", "decided_on": "2025-03-20", "target_score": 600,
            "standard_met": True, "evidence": [walk.paper(scu)],
        },
    )  # fmt: skip
    for education in ("education-11", "education-51"):
        walk.operator(education).post(f"{transfer}/confirm", {})
    early = {"effective_on": "2025-03-20", "student_no": "2025000001"}
    assert refusal(walk, lambda: walk.operator("scu-registrar-1").post(f"{transfer}/complete", early))["status"] == 409
    shown = walk.seen("scu-registrar-1", transfer, lambda found: found["publicity_until"])
    assert shown["publicity_until"] == "2025-03-27"
    walk.on("2025-03-31")
    done = walk.operator("scu-registrar-1").post(
        f"{transfer}/complete", {"effective_on": "2025-03-31", "student_no": "2025000001"}
    )
    new = walk.seen("scu-registrar-1", f"{API}/students/{done['status_id']}")
    assert (new["state"], new["school_code"]) == ("active", SCU)
    gone = walk.status_of(WHO["mover"], when=lambda found: found["state"] == "transferred_out")
    assert gone["status_id"] == mover["status_id"]
    period = "SELECT lower(during)::text, upper(during)::text FROM period_claims WHERE originator_id = %s"
    assert walk.rows("enrollment", period, mover["status_id"]) == [("2024-09-01", "2025-03-31")]
    assert walk.rows("enrollment", period, done["status_id"]) == [("2025-03-31", None)]
    walk.operator("scu-registrar-1").post(f"{transfer}/filing", {"number": "川教备〔2025〕7号"})


def test_two_registrars_close_a_status_and_nobody_opens_it_again(walk: SchoolWalk) -> None:
    leaver = walk.status_of(WHO["leaver"])
    path = f"{API}/students/{leaver['status_id']}"
    first, second = walk.operator("pku-registrar-1"), walk.operator("pku-registrar-2")
    proposed = first.post(
        f"{path}/cancellations",
        {
            "kind": "退学", "decision_no": "校学字〔2025〕31号", "decided_on": "2025-03-28",
            "effective_on": "2025-03-28", "reason": "本人申请", "proof": "", "asked_on": "2025-03-24",
            "evidence": [walk.paper(first)],
        },
    )  # fmt: skip
    cancellation = f"{API}/cancellations/{proposed['id']}"
    assert refusal(walk, lambda: first.post(f"{cancellation}/confirm", {}))["rule"] == "A24-2"
    second.post(f"{cancellation}/confirm", {})
    back = change("复学", "2025-03-31", applied_on="2025-03-31")
    assert refusal(walk, lambda: first.post(f"{path}/changes", back))["rule"] == "A13-4"
    first.post(f"{path}/papers", {"kind": "学习证明", "number": "2025-0007", "issued_on": "2025-03-31"})
    archive = walk.seen("pku-registrar-1", f"{path}/archive", lambda found: found["papers"])
    assert (archive["state"], archive["archived"], archive["papers"][0]["kind"]) == ("dropped", True, "学习证明")


def test_an_illegal_entry_is_cancelled_by_two_persons_and_its_report_is_revoked_in_public(walk: SchoolWalk) -> None:
    fraud = walk.status_of(WHO["fraud"])
    student = walk.student(WHO["fraud"])
    report = until(
        lambda: (
            student.post(
                f"{API}/reports",
                {"kind": "status", "record_id": fraud["status_id"], "language": "both", "months": 3},
            )
            if walk.rows("verification", "SELECT 1 FROM status_sheet WHERE status_id = %s AND person_id IS NOT NULL",
                         fraud["status_id"])
            else None
        ),
        "the record to be bound",
    )  # fmt: skip
    code = report["code"]
    assert until(lambda: answered(walk, code, "valid"), "the report")["report"]
    education = walk.operator("education-11")
    declared = education.post(
        f"{API}/students/{fraud['status_id']}/illegal-entry",
        {
            "decision_no": "京教〔2025〕3号", "decided_on": "2025-03-31", "reason": "冒名顶替入学",
            "evidence": [walk.paper(education)],
        },
    )  # fmt: skip
    confirm = f"{API}/cancellations/{declared['id']}/confirm"
    assert refusal(walk, lambda: education.post(confirm, {}))["rule"] == "A24-2"
    walk.operator("ministry").post(confirm, {})
    said = until(lambda: answered(walk, code, "revoked"), "the public answer")
    assert (said["rule"], said["report"]) == ("A26-2", None)
    incident = education.post(
        f"{API}/incidents",
        {
            "kind": "FALSE_REGISTRATION", "summary": "学籍注册信息不实", "school_code": PKU, "province": "11",
            "responsible": ["pku-registrar-1"], "unit_head": "pku-registrar-2", "status_ids": [fraud["status_id"]],
            "case_ids": [], "happened_on": "2024-09-12", "evidence": [],
        },
    )  # fmt: skip
    education.post(f"{API}/incidents/{incident['id']}/close", {"outcome": "已通报并撤换学籍员"})
    shown = walk.seen("education-11", f"{API}/incidents/{incident['id']}", lambda found: found["state"] == "closed")
    assert shown["responsible"] == ["pku-registrar-1"]


# --- 2025: the academic year ---

YEAR = params(entry_year=str(ENTRY_YEAR), academic_year="2025")


def test_a_school_that_rechecked_nobody_in_time_stands_in_the_list_of_its_province(walk: SchoolWalk) -> None:
    terms, asked = f"{API}/recheck-terms", {"province": "33", "entry_year": str(ENTRY_YEAR)}
    (late,) = walk.seen("education-33", terms, lambda found: found["terms"], **asked)["terms"]
    assert (late["school_code"], late["entry_date"], late["due_on"]) == (ZJU, "2024-09-01", "2024-12-01")
    assert late["missing"] > 0
    assert walk.operator("ministry").get(terms, state="reminded", entry_year=str(ENTRY_YEAR))["terms"] == []
    who = walk.operator("zju-registrar-1").get(f"{API}/schools/{ZJU}/intakes/{ENTRY_YEAR}/rechecks", wanted="overdue")
    assert WHO["zju-plain"].exam_no in {each["exam_no"] for each in who["students"]}
    told = "SELECT count(*) FROM public_log WHERE type = 'rechecks_overdue.v1'"
    assert until(lambda: walk.rows("enrollment", told) != [(0,)] or None, "the word of it")
    assert refusal(walk, lambda: walk.operator("education-11").get(terms, **asked))["status"] == 403


def test_a_year_not_settled_in_time_is_overdue_in_the_lists_of_school_and_province(walk: SchoolWalk) -> None:
    walk.on("2025-09-01")
    declared = {"academic_year": 2025, "starts_on": "2025-09-01"}
    walk.operator("zju-registrar-1").post(f"{API}/schools/{ZJU}/years", declared)
    walk.on("2025-09-25")
    reminded = walk.seen("zju-registrar-1", f"{API}/year-reminders", lambda found: found["reminders"], school_code=ZJU)
    assert [(each["due_on"], each["missing"]) for each in reminded["reminders"]] == [("2025-10-01", 2)]
    walk.on("2025-10-02")
    province = f"{API}/overdue-schools"
    counted = walk.seen(
        "education-33", province, lambda found: any(each["missing"] for each in found["schools"]), province="33"
    )
    late = [(each["school_code"], each["state"], each["missing"], each["due_on"]) for each in counted["schools"]]
    assert late == [(ZJU, "overdue", 2, "2025-10-01")]
    missing = walk.operator("zju-registrar-1").get(f"{API}/schools/{ZJU}/years/2025/missing")
    assert [each["exam_no"] for each in missing["students"]] == [WHO["zju-plain"].exam_no, WHO["zju-other"].exam_no]
    assert all("*" in each["name"] for each in missing["students"])
    told = "SELECT count(*) FROM public_log WHERE type = 'annual_registration_overdue.v1'"
    assert until(lambda: walk.rows("enrollment", told) != [(0,)] or None, "the word of it")
    someone_else = walk.operator("education-11")
    assert refusal(walk, lambda: someone_else.get(province, province="33"))["status"] == 403


def test_a_year_comes_as_a_workbook_is_committed_taken_back_and_comes_again_late(walk: SchoolWalk) -> None:
    template = walk.operator("zju-registrar-1").fetch(
        f"{API}/templates/year_results.xlsx?school_code={ZJU}&entry_year={ENTRY_YEAR}&academic_year=2025"
    )
    assert template.startswith(b"PK")
    rows = [(WHO[name].exam_no, "2025", "注册学籍") for name in ("zju-plain", "zju-other")]
    planned = walk.hand_in(
        "zju-registrar-1", "year_results", dbf_of(("KSH", "XN", "ZCJG"), rows), plan_first=True, name="year.dbf",
        school_code=ZJU, params=YEAR,
    )  # fmt: skip
    assert walk.plan_of("zju-registrar-1", planned) == ("planned", 2, 0, 0)
    done = walk.commit("zju-registrar-1", planned, "all_or_nothing")
    assert (done["accepted"], done["refused"]) == (2, 0)
    heard = "SELECT last_year FROM status_sheet WHERE status_id = %s"
    status_id = walk.status_of(WHO["zju-plain"])["status_id"]
    assert until(lambda: walk.rows("verification", heard, status_id) == [(2025,)] or None, "the year elsewhere")
    undone = walk.undo("zju-registrar-1", done, "误传文件")
    assert (undone["state"], undone["undone"], undone["kept"]) == ("undone", 2, 0)
    assert until(lambda: walk.rows("verification", heard, status_id) == [(2024,)] or None, "its taking back elsewhere")
    again = walk.hand_in(
        "zju-registrar-1", "year_results", csv_of(YEARS, rows), plan_first=False, school_code=ZJU, params=YEAR
    )
    assert (again["accepted"], again["unchanged"]) == (2, 0)
    year = walk.status_of(WHO["zju-plain"], when=lambda found: found["years"])["years"][-1]
    assert (year["academic_year"], year["late"]) == (2025, True)
    registrar, asked = walk.operator("zju-registrar-1"), {"academic_year": "2025", "valid_on": "2025-10-02"}
    counted = [
        registrar.get(f"{API}/year-counts", school_code=ZJU, recorded_at=known, **asked)
        for known in ("2025-10-01T16:00:00+00:00", "2025-10-02T16:00:00+00:00")
    ]
    assert counted == [{"registered": 0, "deferred": 0}, {"registered": 2, "deferred": 0}]
    elsewhere = {**asked, "recorded_at": "2025-10-02T16:00:00+00:00", "school_code": PKU}
    assert refusal(walk, lambda: registrar.get(f"{API}/year-counts", **elsewhere))["status"] == 403


def test_what_changed_between_plan_and_commit_is_named_and_the_rest_is_written(walk: SchoolWalk) -> None:
    declared = {"academic_year": 2025, "starts_on": "2025-09-08"}
    walk.operator("pku-registrar-1").post(f"{API}/schools/{PKU}/years", declared)
    rows = [(WHO[name].exam_no, "2025", "注册学籍") for name in ("plain", "late", "namesake")]
    planned = walk.hand_in(
        "pku-registrar-1", "year_results", csv_of(YEARS, rows), plan_first=True, school_code=PKU, params=YEAR
    )
    late = walk.status_of(WHO["late"])
    registrar = walk.operator("pku-registrar-1")
    registrar.post(
        f"{API}/students/{late['status_id']}/changes",
        change("转专业", "2025-10-02", major_code="070201", major_name="物理学"),
    )
    done = walk.commit("pku-registrar-1", planned)
    assert (done["accepted"], done["refused"], done["changed"]) == (2, 1, 1)
    (row,) = refused_rows(walk.operator("pku-registrar-1").fetch(f"{API}/batches/{done['batch_id']}/errors"))
    assert "X-PLAN-4" in row["错误原因"]


def test_a_file_of_endings_is_committed_by_another_registrar_only(walk: SchoolWalk) -> None:
    titles = ("考生号", "注销类型", "决定文号", "决定日期", "生效日期", "原因")
    planned = walk.hand_in(
        "scu-registrar-1", "cancellations",
        csv_of(titles, [(WHO["scu-other"].exam_no, "退学", "川大〔2025〕5号", "20250926", "20250926", "本人申请")]),
        plan_first=True, school_code=SCU, params=OF_2024,
    )  # fmt: skip
    assert walk.plan_of("scu-registrar-1", planned) == ("planned", 1, 0, 0)
    assert refusal(walk, lambda: walk.commit("scu-registrar-1", planned))["rule"] == "A24-2"
    done = walk.commit("scu-registrar-2", planned)
    assert done["accepted"] == 1
    assert refusal(walk, lambda: walk.undo("scu-registrar-1", done, "误传文件"))["rule"] == "A13-4"
    gone = walk.status_of(WHO["scu-other"], when=lambda found: found["state"] == "dropped")
    assert walk.rows("enrollment", "SELECT state FROM student_register WHERE status_id = %s", gone["status_id"]) == [
        ("dropped",)
    ]
