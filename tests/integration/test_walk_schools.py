"""A year of three schools through the front door: admission, entry, two claims on one person, what students see."""

import json

import pytest

from cli.client import until
from cli.examples import ADMISSION_TITLES
from cli.story import API
from tests.support.school_walk import (
    ENTRY_YEAR,
    FRESHMEN,
    PKU,
    SCU,
    ZJU,
    SchoolWalk,
    cast,
    csv_of,
    params,
    row_of,
)
from tests.support.walk import refusal, refused_rows

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

WHO = cast()
OF_2024 = params(entry_year=str(ENTRY_YEAR))


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    return schools


# --- 2024: admission ---


def test_a_list_with_one_person_at_two_schools_is_planned_committed_and_released(walk: SchoolWalk) -> None:
    walk.on("2024-08-05")
    rival = row_of(WHO["rival"], 院校代码=ZJU, 院校名称="浙江大学", 考生号="24330108000099")
    wrong = row_of(WHO["absent"], 考生号="24110108000077", 身份证号="110105194912310021")
    rows = [row_of(one) for one in WHO.values()] + [rival, wrong]
    planned = walk.hand_in(
        "admissions-11", "admission_list", csv_of(ADMISSION_TITLES, rows), plan_first=True, province="11",
        params=OF_2024,
    )  # fmt: skip
    assert walk.plan_of("admissions-11", planned) == ("planned", len(rows) - 1, 0, 1)
    assert walk.rows("enrollment", "SELECT count(*) FROM admission_register") == [(0,)]
    done = walk.commit("admissions-11", planned)
    assert (done["state"], done["accepted"], done["refused"]) == ("finished", len(rows) - 1, 1)
    walk.pass_on(done["batch_id"])


def test_a_school_has_a_wrong_major_put_right_before_it_registers_anybody_from_it(walk: SchoolWalk) -> None:
    one, path = WHO["absent"], f"{API}/schools/{PKU}/intakes/{ENTRY_YEAR}/admissions/{WHO['absent'].exam_no}"
    registrar = walk.operator("pku-registrar-1")
    digest = walk.paper(registrar)
    fix = registrar.post(
        f"{path}/fixes",
        {"kind": "correction", "values": {"ZYMC": "物理学"}, "reason": "专业名称有误", "evidence": [digest]},
    )
    assert refusal(walk, lambda: walk.register(registrar, one))["rule"] == "A10-3"
    walk.operator("admissions-11").post(f"{API}/admission-fixes/{fix['id']}/propose", {"values": {}, "opinion": "属实"})
    walk.operator("ministry").post(f"{API}/admission-fixes/{fix['id']}/decide", {"accept": True, "reason": "同意更正"})
    shown = walk.seen("pku-registrar-1", path, lambda found: found["major_name"] == "物理学")
    assert (shown["basis_version"], shown["fix_id"]) == (2, None)


# --- 2024: entry ---


def test_freshmen_are_tried_out_committed_reconciled_and_the_same_file_again_changes_nothing(walk: SchoolWalk) -> None:
    walk.on("2024-09-12")
    for name, code in (("pku", PKU), ("zju", ZJU), ("scu", SCU)):
        rows = [(one.exam_no, "注册学籍", "合格", "") for one in WHO.values() if one.school.code == code]
        stranger = [("24110108999999", "注册学籍", "合格", "")] if code == PKU else []
        content = csv_of(FRESHMEN, rows + stranger)
        planned = walk.hand_in(
            f"{name}-registrar-1", "freshman_results", content, plan_first=True, school_code=code, params=OF_2024
        )
        assert walk.plan_of(f"{name}-registrar-1", planned) == ("planned", len(rows), 0, len(stranger))
        done = walk.commit(f"{name}-registrar-1", planned)
        assert (done["accepted"], done["refused"]) == (len(rows), len(stranger))
        again = walk.hand_in(
            f"{name}-registrar-1", "freshman_results", content, plan_first=False, school_code=code, params=OF_2024
        )
        assert (again["accepted"], again["unchanged"], again["refused"]) == (0, len(rows), len(stranger))
        if code == PKU:
            walk.kept["freshmen"] = done["batch_id"]
    path = f"{API}/batches/{walk.kept['freshmen']}/reconciliation"
    found = walk.operator("pku-registrar-1").get(path)
    assert (found["balanced"], found["missing"]) == (True, [])
    assert found["submitted"] == found["accepted"] + found["refused"]
    assert found["queryable"] == found["records"]


def test_progress_and_the_refused_rows_of_a_file_are_told_as_it_runs(walk: SchoolWalk) -> None:
    planned = walk.hand_in(
        "pku-registrar-1", "freshman_results", csv_of(FRESHMEN, [("24110108999999", "注册学籍", "合格", "")]),
        plan_first=True, school_code=PKU, params=OF_2024,
    )  # fmt: skip
    registrar = walk.operator("pku-registrar-1")
    events = registrar.fetch(f"{API}/batches/{planned['batch_id']}/progress").decode()
    last = json.loads(events.rpartition("data: ")[2].strip())
    assert (last["state"], last["rows"]) == ("planned", 1)
    (row,) = refused_rows(registrar.fetch(f"{API}/batches/{planned['batch_id']}/errors"))
    assert "A7-3" in row["错误原因"]
    assert (
        refusal(walk, lambda: walk.operator("zju-registrar-1").get(f"{API}/batches/{planned['batch_id']}"))["status"]
        == 403
    )


# --- 2024: two claims on one person ---


def test_a_person_of_two_schools_becomes_a_conflict_that_both_see_and_the_ministry_decides(walk: SchoolWalk) -> None:
    zju = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: walk.register(zju, WHO["rival"], ZJU, "24330108000099"))["rule"] == "A8-9"
    noticed = {"school_code": PKU, "state": "noticed"}
    told = walk.seen("pku-registrar-1", f"{API}/conflicts", lambda found: found["conflicts"], **noticed)["conflicts"]
    assert [(each["second_school"], each["due_on"]) for each in told] == [(ZJU, None)]
    walk.on("2024-09-20")
    zju = walk.operator("zju-registrar-1")
    opened = zju.post(
        f"{API}/conflicts",
        {
            "school_code": ZJU, "entry_year": ENTRY_YEAR, "exam_no": "24330108000099",
            "statement": "该生已在我校报到,证件原件核验一致", "evidence": [walk.paper(zju)],
        },
    )  # fmt: skip
    conflict = f"{API}/conflicts/{opened['id']}"
    registered = zju.post(f"{conflict}/registration", {"recheck": "合格", "student_no": None})
    first = walk.status_of(WHO["rival"])
    shown = walk.seen("pku-registrar-1", conflict, lambda found: found["second_status_id"])
    assert (shown["state"], shown["turn"], shown["due_on"]) == ("open", "ministry", "2024-10-16")
    assert {shown["first_status_id"], shown["second_status_id"]} == {first["status_id"], registered["status_id"]}
    contested = "SELECT count(*) FROM status_sheet WHERE contested"
    assert until(lambda: walk.rows("verification", contested) == [(2,)] or None, "both to be contested elsewhere")
    pku = walk.operator("pku-registrar-1")
    pku.post(f"{conflict}/answers", {"statement": "该生在我校就读", "evidence": [walk.paper(pku)]})
    walk.operator("ministry").post(
        f"{conflict}/decide",
        {
            "outcome": "first_keeps", "ending": "撤回注册", "decision_no": "教学司〔2024〕9号",
            "reason": "经查该生在北京大学就读",
        },
    )  # fmt: skip
    settled = walk.status_of(WHO["rival"], when=lambda found: found["state"] == "active")
    assert settled["status_id"] == first["status_id"]
    ended = "SELECT state FROM heard_records WHERE id = %s AND NOT contested"
    assert until(lambda: walk.rows("identity", ended, registered["status_id"]) == [("withdrawn",)] or None, "its end")


# --- 2024: told and asked ---


def test_a_class_is_asked_to_check_one_confirms_and_one_disputes_until_the_province_decides(walk: SchoolWalk) -> None:
    walk.on("2024-10-10")
    registrar = walk.operator("pku-registrar-1")
    asked = registrar.post(f"{API}/schools/{PKU}/checks", {"entry_year": ENTRY_YEAR, "channel": "online"})
    assert asked["asked"] == 10
    plain, wronged = walk.student(WHO["plain"]), walk.student(WHO["wronged"])
    own = until(lambda: plain.get(f"{API}/me/statuses")["statuses"] or None, "the own record")[0]
    assert (own["person"]["name"], own["asked_on"]) == (WHO["plain"].person.name, "2024-10-10")
    plain.post(f"{API}/me/statuses/{own['status_id']}/confirmation", {})
    wrong = until(lambda: wronged.get(f"{API}/me/statuses")["statuses"] or None, "the other's record")[0]
    assert (
        refusal(walk, lambda: plain.post(f"{API}/me/statuses/{wrong['status_id']}/confirmation", {}))["status"] == 403
    )
    case = wronged.post(
        f"{API}/me/statuses/{wrong['status_id']}/disputes",
        {
            "disputed": ["name"], "values": {"name": "欧阳修远"}, "statement": "姓名登记有误,与身份证不符",
            "evidence": [walk.paper(wronged)],
        },
    )  # fmt: skip
    path = f"{API}/cases/{case['id']}"
    asked_about = {"entry_year": str(ENTRY_YEAR), "checked": "silent"}
    path_of_checks = f"{API}/schools/{PKU}/checks"
    checks = walk.seen("pku-registrar-1", path_of_checks, lambda found: found["counts"]["disputed"] == 1, **asked_about)
    assert checks["counts"] == {"unasked": 0, "silent": 8, "confirmed": 1, "disputed": 1}
    registrar.post(f"{path}/begin", {})
    registrar.post(f"{path}/review", {"agrees": True, "reason": "经核对原件属实"})
    assert refusal(walk, lambda: registrar.post(f"{path}/decide", {"agrees": True, "reason": "属实"}))["status"] == 403
    education = walk.operator("education-11")
    assert education.fetch(f"{path}/evidence/{education.get(path)['evidence'][0]}").startswith(b"%PDF-")
    education.post(f"{path}/decide", {"agrees": True, "reason": "证据充分"})
    path_of_versions = f"{API}/students/{wrong['status_id']}/identity-versions"
    versions = walk.seen("education-11", path_of_versions, lambda found: len(found["versions"]) > 1)["versions"]
    assert [each["version"] for each in versions] == [1, 2]
    names = "SELECT DISTINCT name_key FROM heard_records WHERE id = %s"
    before = walk.rows("enrollment", "SELECT name_key FROM student_register WHERE status_id = %s", wrong["status_id"])
    assert until(lambda: walk.rows("identity", names, wrong["status_id"]) == before or None, "identity to hear of it")
