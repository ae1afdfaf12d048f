"""Cases of every end, and conflicts that end without anybody leaving (A8-9, A11, A19)."""

from datetime import timedelta
from typing import Any

import pytest

from cli.client import Answer, Caller, until
from cli.examples import Admitted
from cli.story import API
from tests.support.school_walk import PKU, ZJU, SchoolWalk, cast, row_of
from tests.support.walk import refusal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

PARTS = {PKU: "renamed ethnic forged regretful renewed unsure slow held doubled evening lost spare"}
WHO = cast(PARTS, year=2025, first=24)
SPARE = WHO.pop("spare")  # lends the right number to somebody else
AT_ZJU = {"院校代码": ZJU, "院校名称": "浙江大学"}
PART_TIME = {"学历类别": "成人高等教育", "学习形式": "业余", "层次": "高起本"}
HELD, DOUBLED, EVENING, LOST = (f"25330108{number:06d}" for number in range(1, 5))


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    """A class of 2025, with four people whom another school admitted too."""
    schools.on("2026-01-26")
    rivals = (
        row_of(WHO["held"], 考生号=HELD, **AT_ZJU),
        row_of(WHO["doubled"], 考生号=DOUBLED, 姓名="欧阳致远", **AT_ZJU, **PART_TIME),
        row_of(WHO["evening"], 考生号=EVENING, **AT_ZJU, **PART_TIME),
        row_of(WHO["lost"], 考生号=LOST, 姓名="司马青云", **AT_ZJU),
    )
    schools.admit(WHO.values(), *rivals)
    schools.enrol(WHO.values())
    return schools


def own(walk: SchoolWalk, one: Admitted) -> tuple[Caller, str]:
    """A student, and where the own record is."""
    student = walk.student(one)
    record = until(lambda: student.get(f"{API}/me/statuses")["statuses"] or None, "the own record")[0]
    return student, f"{API}/me/statuses/{record['status_id']}"


def filed(walk: SchoolWalk, caller: Caller, path: str, kind: str, **values: str) -> str:
    """Where a new case is."""
    asked = {"kind": kind, "values": values, "statement": "有证明材料为证", "evidence": [walk.paper(caller)]}
    return f"{API}/cases/{caller.post(f'{path}/cases', asked)['id']}"


def at_step(walk: SchoolWalk, case: str, step: str, operator: str = "pku-registrar-1") -> Answer:
    return walk.seen(operator, case, lambda found: found["step"] == step)


# --- cases ---


def test_a_province_refuses_a_change_of_name_that_a_school_passed_on(walk: SchoolWalk) -> None:
    student, path = own(walk, WHO["renamed"])
    case = filed(walk, student, path, "change", name="王致远")
    assert refusal(walk, lambda: filed(walk, student, path, "change", name="王宁静"))["rule"] == "X-CASE-1"
    assert refusal(walk, lambda: walk.operator("zju-registrar-1").get(case))["status"] == 403
    registrar = walk.operator("pku-registrar-1")
    registrar.post(f"{case}/begin", {})
    registrar.post(f"{case}/review", {"agrees": True, "reason": "材料齐全"})
    decision = {"agrees": False, "reason": "公安机关未予更名"}
    assert refusal(walk, lambda: walk.operator("education-33").post(f"{case}/decide", decision))["status"] == 403
    walk.operator("education-11").post(f"{case}/decide", decision)
    shown = at_step(walk, case, "rejected")
    assert (shown["level"], shown["reason"]) == ("province", "公安机关未予更名")
    assert refusal(walk, lambda: walk.operator("education-11").post(f"{case}/decide", decision))["rule"] == "X-CASE-2"
    assert walk.status_of(WHO["renamed"])["identity_version"] == 1


def test_a_school_decides_about_a_field_that_is_no_key_by_another_person(walk: SchoolWalk) -> None:
    status = walk.status_of(WHO["ethnic"])
    first = walk.operator("pku-registrar-1")
    wanted = "回族" if WHO["ethnic"].person.ethnicity != "回族" else "满族"
    case = filed(walk, first, f"{API}/students/{status['status_id']}", "correction", ethnicity=wanted)
    assert refusal(walk, lambda: first.post(f"{case}/begin", {}))["rule"] == "A24-2"
    second = walk.operator("pku-registrar-2")
    second.post(f"{case}/begin", {})
    second.post(f"{case}/review", {"agrees": True, "reason": "与户口簿一致"})
    assert at_step(walk, case, "applied")["level"] == "school"
    assert walk.status_of(WHO["ethnic"], when=lambda found: found["identity_version"] == 2)["state"] == "active"
    assert refusal(walk, lambda: walk.operator("operator-1").post(f"{case}/begin", {}))["rule"] == "A6-1"


def test_proof_that_seems_forged_is_not_accepted_and_becomes_an_incident(walk: SchoolWalk) -> None:
    student, path = own(walk, WHO["forged"])
    case = filed(walk, student, path, "change", birth_date="2005-01-02")
    incident = walk.operator("education-11").post(
        f"{API}/incidents",
        {
            "kind": "OTHER_BREACH", "summary": "变更申请材料涉嫌伪造", "school_code": PKU, "province": "11",
            "responsible": ["pku-registrar-1"], "unit_head": "pku-registrar-2", "status_ids": [],
            "case_ids": [case.rpartition("/")[2]], "happened_on": "2026-01-26", "evidence": [],
        },
    )  # fmt: skip
    doubtful = {"reason": "户口簿复印件涉嫌伪造", "incident_id": incident["id"]}
    walk.operator("pku-registrar-1").post(f"{case}/refuse", doubtful)
    assert at_step(walk, case, "not_accepted")["reason"] == doubtful["reason"]
    listed = walk.operator("education-11").get(f"{API}/incidents", province="11", kind="OTHER_BREACH", state="open")
    assert [each["case_ids"] for each in listed["incidents"]] == [[case.rpartition("/")[2]]]
    assert refusal(walk, lambda: walk.operator("education-33").get(f"{API}/incidents", province="11"))["status"] == 403


@pytest.fixture(scope="module")
def regretful(walk: SchoolWalk) -> tuple[Caller, str]:
    return own(walk, WHO["regretful"])


def test_a_student_takes_a_case_back(walk: SchoolWalk, regretful: tuple[Caller, str]) -> None:
    student, path = regretful
    case = filed(walk, student, path, "change", name="赵致远")
    somebody_else, _ = own(walk, WHO["slow"])
    assert refusal(walk, lambda: somebody_else.post(f"{case}/withdraw", {}))["status"] == 403
    student.post(f"{case}/withdraw", {})
    assert at_step(walk, case, "withdrawn")["turn"] not in ("school", "province")


def test_who_disowns_a_record_holds_it_no_more_and_its_school_looks_into_it(
    walk: SchoolWalk, regretful: tuple[Caller, str]
) -> None:
    student, path = regretful
    status_id = path.rpartition("/")[2]
    student.post(f"{API}/me/records/{status_id}/disown", {"kind": "status", "statement": "本人从未在该校就读。"})
    assert until(lambda: student.get(f"{API}/me/statuses")["statuses"] == [] or None, "the record to be nobody's")
    asked = {"school_code": PKU, "state": "filed"}
    listed = walk.seen("pku-registrar-1", f"{API}/cases", _disowned, **asked)
    (found,) = _disowned(listed)
    assert (found["status_id"], found["fields_asked"], found["turn"]) == (status_id, ["holder"], "school")
    assert found["due_on"] > "2026-01-26"
    case = f"{API}/cases/{found['case_id']}"
    assert refusal(walk, lambda: student.get(case))["status"] == 403
    walk.operator("pku-registrar-1").post(f"{case}/begin", {})
    walk.operator("pku-registrar-2").post(f"{case}/review", {"agrees": False, "reason": "有报到与上课记录"})
    assert at_step(walk, case, "rejected")["level"] == "school"


def _disowned(found: Answer) -> list[Answer]:
    return [each for each in found["cases"] if each["kind"] == "disowned"]


def test_a_record_goes_over_to_the_account_that_somebody_opens_after_closing_the_first(walk: SchoolWalk) -> None:
    first, path = own(walk, WHO["renewed"])
    first.post(f"{API}/me/account/close", {})
    walk.platform.clock.set(walk.platform.clock.now() + timedelta(minutes=2))  # one code a minute to one address
    second, again = own(walk, WHO["renewed"])
    assert again == path
    told = "SELECT count(*) FROM events WHERE topic = 'enrollment.StatusHolder.HeardAnew'"
    assert until(lambda: walk.rows("enrollment", told) == [(1,)] or None, "enrollment to hear of it")
    case = filed(walk, second, path, "change", ethnicity="白族")
    assert refusal(walk, lambda: first.post(f"{case}/withdraw", {}))["status"] == 401
    second.post(f"{case}/withdraw", {})


def test_a_student_says_only_what_is_wrong_and_the_school_finds_out_what_is_right(walk: SchoolWalk) -> None:
    student, path = own(walk, WHO["unsure"])
    status_id = path.rpartition("/")[2]
    walk.operator("pku-registrar-1").post(f"{API}/students/{status_id}/checks", {"channel": "sms"})
    said = {"disputed": ["name"], "values": {}, "statement": "姓名中的生僻字被替换", "evidence": [walk.paper(student)]}
    case = f"{API}/cases/{student.post(f'{path}/disputes', said)['id']}"
    first, second = walk.operator("pku-registrar-1"), walk.operator("pku-registrar-2")
    second.post(f"{case}/begin", {})
    agreed = {"agrees": True, "reason": "属实"}
    assert refusal(walk, lambda: second.post(f"{case}/review", agreed))["rule"] == "X-CASE-1"
    first.post(f"{case}/values", {"values": {"name": "李䶮"}, "evidence": [walk.paper(first)]})
    second.post(f"{case}/review", agreed)
    walk.operator("education-11").post(f"{case}/decide", agreed)
    named = until(lambda: _if(student, "李䶮"), "the own name to be right")
    assert (named["checked"], named["asked_on"]) == ("", "2026-01-26")


def _if(student: Caller, name: str) -> Answer | None:
    (found,) = student.get(f"{API}/me/statuses")["statuses"]
    return found if found["person"]["name"] == name else None


# --- conflicts ---


def contested(walk: SchoolWalk, exam_no: str) -> str:
    """Where the conflict is that the second school opens over its admission."""
    zju = walk.operator("zju-registrar-1")
    said: dict[str, Any] = {"school_code": ZJU, "entry_year": 2025, "exam_no": exam_no, "statement": "本人已报到"}
    return f"{API}/conflicts/{zju.post(f'{API}/conflicts', {**said, 'evidence': [walk.paper(zju)]})['id']}"


def test_a_conflict_that_was_an_error_is_taken_back(walk: SchoolWalk) -> None:
    zju = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: walk.register(zju, WHO["held"], ZJU, HELD))["rule"] == "A8-9"
    conflict = contested(walk, HELD)
    shown = walk.status_of(WHO["held"], when=lambda found: found["contested_in"])
    assert conflict.endswith(shown["contested_in"])
    walk.operator("zju-registrar-1").post(f"{conflict}/withdraw", {"reason": "证件号码录入有误"})
    assert walk.seen("pku-registrar-1", conflict, lambda found: found["state"] == "withdrawn")["outcome"] is None
    assert walk.status_of(WHO["held"], when=lambda found: not found["contested_in"])["state"] == "active"


def test_part_time_study_stands_beside_full_time_and_where_the_names_differ_both_are_kept(walk: SchoolWalk) -> None:
    zju = walk.operator("zju-registrar-1")
    beside = walk.register(zju, WHO["evening"], ZJU, EVENING)
    period = "SELECT count(*) FROM period_claims WHERE originator_id = %s"
    assert walk.rows("enrollment", period, beside["id"]) == [(0,)]
    second = walk.register(zju, WHO["doubled"], ZJU, DOUBLED)
    seen = f"{API}/students/{second['id']}"
    # nobody asked for it: the registry itself contests the second name, and the first school sees it
    found = walk.seen("zju-registrar-1", seen, lambda record: record["contested_in"])["contested_in"]
    opened = walk.seen("pku-registrar-1", f"{API}/conflicts/{found}")
    assert (opened["state"], [step["role"] for step in opened["steps"]]) == ("open", ["system"])
    assert opened["due_on"] is not None
    said = {"statement": "两校登记的姓名不同", "evidence": [walk.paper(zju)]}
    conflict = f"{API}/conflicts/{zju.post(f'{seen}/conflicts', said)['id']}"
    assert conflict.endswith(found)  # what the school says is its word in that case
    shown = walk.seen("pku-registrar-1", conflict, lambda case: case["answered_by"] == [ZJU])
    assert (shown["two_people"], shown["turn"]) == (True, "ministry")
    decision = {"outcome": "both_keep", "decision_no": "教学司〔2026〕2号", "reason": "本人更名,非全日制学籍可并存"}
    assert refusal(walk, lambda: walk.operator("education-11").post(f"{conflict}/decide", decision))["status"] == 403
    walk.operator("ministry").post(f"{conflict}/decide", decision)
    for one, school in ((WHO["doubled"], "pku"), (None, "zju")):
        path = f"{API}/students/{walk.status_of(one)['status_id']}" if one else seen
        kept = walk.seen(f"{school}-registrar-1", path, lambda found: not found["contested_in"])
        assert kept["state"] == "active"
    listed = walk.operator("education-33").get(f"{API}/conflicts", province="33", state="decided")
    assert [each["outcome"] for each in listed["conflicts"]][-1] == "both_keep"
    assert refusal(walk, lambda: walk.operator("education-51").get(f"{API}/conflicts", province="33"))["status"] == 403


def test_what_nobody_decides_in_time_is_overdue_and_a_wrong_number_is_corrected_late(walk: SchoolWalk) -> None:
    conflict = contested(walk, LOST)
    second = walk.operator("zju-registrar-1").post(f"{conflict}/registration", {"recheck": "合格", "student_no": None})
    slow = walk.status_of(WHO["slow"])
    pku = walk.operator("pku-registrar-1")
    case = filed(walk, pku, f"{API}/students/{slow['status_id']}", "correction", ethnicity="藏族")
    walk.on("2026-03-02")
    waiting = {"school_code": PKU, "overdue": "true"}
    overdue = walk.seen("pku-registrar-1", f"{API}/cases", lambda found: found["cases"], **waiting)
    assert [(each["case_id"], each["step"]) for each in overdue["cases"]] == [(case.rpartition("/")[2], "filed")]
    assert walk.seen("ministry", conflict, lambda found: found["overdue"])["due_on"] == "2026-02-14"
    marked = "SELECT topic FROM events WHERE topic IN ('enrollment.Case.Overdue', 'enrollment.Conflict.Overdue')"
    assert until(lambda: len(walk.rows("enrollment", marked)) == 2 or None, "the marks")
    person = SPARE.person
    values = {"id_type": "1", "id_number": person.id_number, "birth_date": f"{person.born}", "sex": person.sex}
    decision = {"outcome": "second_corrected", "decision_no": "教学司〔2026〕3号", "reason": "证件号码登记有误"}
    nothing = refusal(walk, lambda: walk.operator("ministry").post(f"{conflict}/decide", decision))
    assert nothing["rule"] == "A19-1"
    walk.operator("ministry").post(f"{conflict}/decide", {**decision, "values": values})
    settled = f"{API}/students/{second['status_id']}"
    corrected = walk.seen("zju-registrar-1", settled, lambda found: not found["contested_in"])
    assert (corrected["state"], corrected["identity_version"]) == ("active", 2)
    keys = "SELECT count(DISTINCT id_key) FROM student_register WHERE status_id IN (%s, %s)"
    both = (second["status_id"], walk.status_of(WHO["lost"])["status_id"])
    assert walk.rows("enrollment", keys, *both) == [(2,)]
    assert walk.seen("ministry", conflict, lambda found: found["state"] == "decided")["late"] is True
