"""Transfers that come to nothing, that are done within a province, and one whose filing is forgotten (R41-22 to 24)."""

from dataclasses import replace

import pytest

from cli.client import Answer, Caller, until
from cli.story import API
from tests.support.school_walk import PKU, SCU, ZJU, SchoolWalk, cast
from tests.support.walk import refusal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

WHO = cast({PKU: "bound barred stays regrets forgotten", ZJU: "away"}, year=2024, first=12)
WHO["bound"] = replace(WHO["bound"], admission_type="公费师范生")


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    """Another class of 2024, come late into the registry."""
    schools.on("2025-10-09")
    schools.admit(WHO.values())
    schools.enrol(WHO.values())
    return schools


def wish(evidence: str, to_school: str = SCU, **more: str) -> Answer:
    names = {PKU: "北京大学", ZJU: "浙江大学", SCU: "四川大学"}
    return {
        "to_school": to_school, "to_school_name": names[to_school], "to_level": "本科", "to_major_code": "050301",
        "to_major_name": "新闻学", "reason_kind": "illness", "reason": "患病需回原籍治疗", "evidence": [evidence],
        **more,
    }  # fmt: skip


def asked(walk: SchoolWalk, caller: Caller, name: str, **more: str) -> str:
    status_id = walk.status_of(WHO[name])["status_id"]
    wanted = wish(walk.paper(caller), **more)
    return f"{API}/transfers/{caller.post(f'{API}/students/{status_id}/transfers', wanted)['id']}"


def test_every_bar_against_a_transfer_is_named_at_once(walk: SchoolWalk) -> None:
    registrar = walk.operator("pku-registrar-1")
    unwell = {"reason_kind": "other", "to_level": "硕士研究生"}
    barred = refusal(walk, lambda: asked(walk, registrar, "barred", **unwell))
    assert (barred["rule"], barred["status"]) == ("R41-22", 409)
    assert "由低学历层次转为高学历层次" in barred["zh"]
    assert "无正当转学理由" in barred["zh"]
    assert "定向就业" in refusal(walk, lambda: asked(walk, registrar, "bound"))["zh"]
    another = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: asked(walk, another, "barred"))["status"] == 403


def test_a_school_says_no_and_the_student_stays_where_the_status_is(walk: SchoolWalk) -> None:
    transfer = asked(walk, walk.operator("pku-registrar-1"), "stays")
    early = walk.operator("scu-registrar-1")
    assert refusal(walk, lambda: early.post(f"{transfer}/reject", {"reason": "不接收"}))["status"] == 403
    walk.operator("pku-registrar-2").post(f"{transfer}/agree", {"score": 640})
    walk.operator("scu-registrar-1").post(f"{transfer}/reject", {"reason": "不具备培养能力"})
    shown = walk.seen("pku-registrar-1", transfer, lambda found: found["state"] == "rejected")
    assert [step["step"] for step in shown["steps"]] == ["Requested", "SourceAgreed", "Rejected"]
    listed = walk.operator("scu-registrar-1").get(f"{API}/transfers", school_code=SCU, state="rejected")
    assert [each["transfer_id"] for each in listed["transfers"]] == [shown["transfer_id"]]
    assert walk.status_of(WHO["stays"])["state"] == "active"
    assert refusal(walk, lambda: walk.operator("zju-registrar-1").get(transfer))["status"] == 403


def test_a_student_asks_for_a_transfer_and_takes_it_back(walk: SchoolWalk) -> None:
    student = walk.student(WHO["regrets"])
    own = until(lambda: student.get(f"{API}/me/statuses")["statuses"] or None, "the own record")[0]
    wanted = wish(walk.paper(student))
    requested = student.post(f"{API}/students/{own['status_id']}/transfers", wanted)
    transfer = f"{API}/transfers/{requested['id']}"
    stranger = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: stranger.post(f"{transfer}/withdraw", {}))["status"] == 403
    student.post(f"{transfer}/withdraw", {})
    assert (
        walk.seen("pku-registrar-1", transfer, lambda found: found["state"] == "withdrawn")["turn"] != "source_school"
    )
    mine = until(lambda: student.get(f"{API}/me/statuses")["statuses"][0]["transfers"] or None, "the own transfer")
    assert [each["state"] for each in mine] == ["withdrawn"]


def test_a_transfer_that_nobody_files_in_three_months_is_overdue(walk: SchoolWalk) -> None:
    transfer = asked(walk, walk.operator("zju-registrar-1"), "away", to_school=PKU)
    walk.operator("zju-registrar-1").post(f"{transfer}/agree", {"score": 650})
    pku = walk.operator("pku-registrar-1")
    review = {
        "decision_no": "北大校办〔2025〕3号", "decided_on": "2025-10-09", "target_score": 640, "standard_met": True,
        "evidence": [walk.paper(pku)],
    }  # fmt: skip
    low = refusal(walk, lambda: pku.post(f"{transfer}/review", review | {"target_score": 660}))
    assert "录取成绩" in low["zh"]
    pku.post(f"{transfer}/review", review)
    for education in ("education-33", "education-11"):
        walk.operator(education).post(f"{transfer}/confirm", {})
    assert refusal(walk, lambda: walk.operator("education-51").post(f"{transfer}/confirm", {}))["status"] == 403
    walk.on("2025-10-20")
    done = walk.operator("pku-registrar-1").post(
        f"{transfer}/complete", {"effective_on": "2025-10-20", "student_no": "2024009001"}
    )
    walk.on("2026-01-22")
    asked_for = {"school_code": PKU, "overdue": "true"}
    overdue = walk.seen("pku-registrar-1", f"{API}/transfers", lambda found: found["transfers"], **asked_for)
    assert [(each["new_status_id"], each["due_on"]) for each in overdue["transfers"]] == [
        (done["status_id"], "2026-01-20")
    ]
    marked = "SELECT count(*) FROM events WHERE topic = 'enrollment.Transfer.FilingOverdue'"
    assert until(lambda: walk.rows("enrollment", marked) == [(1,)] or None, "the mark")
    walk.operator("pku-registrar-1").post(f"{transfer}/filing", {"number": "京教备〔2026〕1号"})
    assert walk.seen("education-11", transfer, lambda found: found["state"] == "filed")["late"] is True
