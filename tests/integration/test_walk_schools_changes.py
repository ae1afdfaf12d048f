"""Every kind of change, what is noted beside it, and who comes back too late (A12-4, A12-5, A12-6)."""

import pytest

from cli.client import Answer, until
from cli.story import API
from tests.support.school_walk import PKU, ZJU, SchoolWalk, cast, change, csv_of, params
from tests.support.walk import refusal, refused_rows

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

PARTS = {PKU: "repeats demoted skips moves soldier abroad ill startup mistaken honoured joint", ZJU: "fellow"}
WHO = cast(PARTS, year=2025, first=36)
OF_2025 = params(entry_year="2025")
CHANGES = ("考生号", "学籍变动", "决定文号", "决定日期", "生效日期", "原因", "应复学日期")
RECORDS = ("考生号", "记载日期", "学业考试", "奖励", "处分")


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    """A class of 2025 that has seen half a year of study."""
    schools.on("2026-03-09")
    schools.admit(WHO.values())
    schools.enrol(WHO.values())
    return schools


def path_of(walk: SchoolWalk, name: str) -> str:
    return f"{API}/students/{walk.status_of(WHO[name])['status_id']}"


def changed(walk: SchoolWalk, name: str, kind: str, on: str = "2026-03-09", **more: str) -> Answer:
    return walk.operator("pku-registrar-1").post(f"{path_of(walk, name)}/changes", change(kind, on, **more))


def archive(walk: SchoolWalk, name: str, part: str, count: int = 1) -> list[Answer]:
    """One part of what is kept of somebody, once there is so much of it."""
    path = f"{path_of(walk, name)}/archive"
    found = walk.seen("pku-registrar-1", path, lambda kept: len(kept[part]) >= count)
    return list(found[part])


def test_a_student_moves_between_classes_and_majors(walk: SchoolWalk) -> None:
    for name, kind, grade in (("repeats", "留级", 2026), ("demoted", "降级", 2026), ("skips", "跳级", 2024)):
        changed(walk, name, kind)
        (entry,) = archive(walk, name, "changes")
        assert (entry["kind"], entry["content"]["grade"]) == (kind, grade)
        graduation = walk.status_of(WHO[name])["expected_graduation_date"]
        assert graduation == f"{grade + 4}-07-01"
    changed(walk, "moves", "转专业", major_code="070201", major_name="物理学")
    shown = walk.status_of(WHO["moves"], when=lambda found: found["major_name"] == "物理学")
    assert shown["state"] == "active"
    changed(walk, "moves", "转专业", major_code="070201", major_name="物理学")  # the same decision once more
    again = {"decision_no": "校学字〔2026〕99号", "major_code": "070201", "major_name": "物理学"}
    assert refusal(walk, lambda: changed(walk, "moves", "转专业", **again))["field"] == "ZYMC"
    assert len(archive(walk, "moves", "changes")) == 1
    foreign = walk.operator("zju-registrar-1")
    path = f"{path_of(walk, 'moves')}/changes"
    assert refusal(walk, lambda: foreign.post(path, change("留级", "2026-03-09")))["status"] == 403
    assert (
        refusal(walk, lambda: walk.operator("education-11").post(path, change("留级", "2026-03-09")))["rule"] == "A4-2"
    )


def test_a_school_that_teaches_by_credits_need_not_record_who_repeats_and_may(walk: SchoolWalk) -> None:
    registrar = walk.operator("zju-registrar-1")
    year = {"academic_year": 2025, "starts_on": "2025-09-01", "by_credits": True}
    registrar.post(f"{API}/schools/{ZJU}/years", year)
    shown = walk.seen("zju-registrar-1", f"{API}/schools/{ZJU}", lambda found: found["years"][-1]["by_credits"])
    assert "留级" not in shown["years"][-1]["changes"]
    registrar.post(f"{path_of(walk, 'fellow')}/changes", change("留级", "2026-03-09"))
    shown = walk.status_of(WHO["fellow"], when=lambda found: found["expected_graduation_date"] == "2030-07-01")
    assert shown["state"] == "active"


def test_a_school_sets_how_long_a_leave_may_be(walk: SchoolWalk) -> None:
    registrar = walk.operator("pku-registrar-1")
    registrar.post(f"{API}/schools/{PKU}/leave-limit", {"terms": 1})
    assert walk.seen("pku-registrar-1", f"{API}/schools/{PKU}", lambda found: found["leave_terms"] == 1)
    long = refusal(walk, lambda: changed(walk, "ill", "休学", cause="因病", return_by="2027-03-08"))
    assert (long["rule"], long["field"]) == ("A12-4", "HXRQ")
    changed(walk, "ill", "休学", cause="因病", return_by="2026-05-31")
    assert refusal(walk, lambda: changed(walk, "ill", "转专业", major_name="物理学"))["rule"] == "X-STATE-2"
    other = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: other.post(f"{API}/schools/{PKU}/leave-limit", {"terms": 9}))["status"] == 403


def test_the_last_change_is_taken_back_and_none_before_it(walk: SchoolWalk) -> None:
    wrong = changed(walk, "mistaken", "休学", cause="创业", return_by="2026-08-31")
    walk.status_of(WHO["mistaken"], when=lambda found: found["state"] == "on_leave")
    path = f"{path_of(walk, 'mistaken')}/changes"
    registrar = walk.operator("pku-registrar-1")
    early = refusal(walk, lambda: registrar.post(f"{path}/{wrong['version'] + 1}/withdraw", {"reason": "误录他人"}))
    assert early["rule"] == "X-UNDO-1"
    registrar.post(f"{path}/{wrong['version']}/withdraw", {"reason": "误录他人"})
    walk.status_of(WHO["mistaken"], when=lambda found: found["state"] == "active")
    (entry,) = archive(walk, "mistaken", "changes")
    assert entry["withdrawn_on"] == "2026-03-09"
    followed = refusal(walk, lambda: registrar.post(f"{path}/{wrong['version']}/withdraw", {"reason": "误录他人"}))
    assert followed["rule"] == "X-UNDO-1"


def test_exams_and_rewards_are_noted_one_by_one_and_by_file(walk: SchoolWalk) -> None:
    registrar = walk.operator("pku-registrar-1")
    path = f"{path_of(walk, 'honoured')}/records"
    registrar.post(path, {"kind": "社会实践", "text": "赴基层实习四周", "dated": "2026-01-20"})
    named = {"kind": "奖励", "text": "身份证11010519491231002X", "dated": "2026-01-20"}
    assert refusal(walk, lambda: registrar.post(path, named))["rule"] == "A25-1"
    rows = [
        (WHO["honoured"].exam_no, "20260110", "高等数学 95", "三好学生", ""),
        (WHO["fellow"].exam_no, "20260110", "英语", "", ""),
    ]
    done = walk.hand_in(
        "pku-registrar-1", "study_records", csv_of(RECORDS, rows), plan_first=False, school_code=PKU, params=OF_2025
    )
    assert (done["accepted"], done["refused"]) == (1, 1)
    noted = archive(walk, "honoured", "records", 3)
    assert {entry["kind"] for entry in noted} == {"社会实践", "学业考试", "奖励"}
    practice = next(entry["version"] for entry in noted if entry["kind"] == "社会实践")
    registrar.post(f"{path}/{practice}/withdraw", {"reason": "误录他人"})
    undone = walk.undo("pku-registrar-1", done, "误传文件")
    assert (undone["undone"], undone["kept"]) == (1, 0)
    taken = walk.seen(
        "pku-registrar-1", f"{path_of(walk, 'honoured')}/archive",
        lambda found: all(entry["withdrawn_on"] for entry in found["records"]),
    )["records"]  # fmt: skip
    assert [entry["withdrawn_on"] for entry in taken] == ["2026-03-09"] * 3


def test_joint_training_is_an_annotation_of_the_own_school(walk: SchoolWalk) -> None:
    told = {"partner_code": ZJU, "partner_name": "浙江大学", "starts_on": "2026-03-01", "ends_on": "2026-12-31"}
    path = f"{path_of(walk, 'joint')}/joint-training"
    assert refusal(walk, lambda: walk.operator("zju-registrar-1").post(path, told))["status"] == 403
    registrar = walk.operator("pku-registrar-1")
    assert refusal(walk, lambda: registrar.post(path, told | {"partner_code": PKU}))["rule"] == "A8-10"
    registrar.post(path, told)
    (entry,) = archive(walk, "joint", "records")
    assert (entry["kind"], entry["content"]["partner_code"]) == ("联合培养", ZJU)


def test_a_file_of_changes_is_carried_out_and_taken_back(walk: SchoolWalk) -> None:
    rows = [
        (WHO["startup"].exam_no, "休学", "校学字〔2026〕8号", "20260309", "20260309", "创业", "20260831"),
        (WHO["ill"].exam_no, "休学", "校学字〔2026〕8号", "20260309", "20260309", "因病", "20260831"),
    ]
    planned = walk.hand_in(
        "pku-registrar-1", "status_changes", csv_of(CHANGES, rows), plan_first=True, school_code=PKU, params=OF_2025
    )
    assert walk.plan_of("pku-registrar-1", planned) == ("planned", 1, 0, 1)
    whole = refusal(walk, lambda: walk.commit("pku-registrar-1", planned, "all_or_nothing"))
    assert whole["rule"] == "X-PLAN-5"
    done = walk.commit("pku-registrar-1", planned)
    (row,) = refused_rows(walk.operator("pku-registrar-1").fetch(f"{API}/batches/{done['batch_id']}/errors"))
    assert "X-STATE-2" in row["错误原因"]
    walk.status_of(WHO["startup"], when=lambda found: found["state"] == "on_leave")
    undone = walk.undo("pku-registrar-1", done, "误传文件")
    assert (undone["undone"], undone["kept"]) == (1, 0)
    walk.status_of(WHO["startup"], when=lambda found: found["state"] == "active")


def test_soldiers_and_exchange_students_keep_their_status_and_come_back(walk: SchoolWalk) -> None:
    changed(walk, "soldier", "保留学籍", cause="应征入伍")
    changed(walk, "abroad", "保留学籍", cause="交流学习", return_by="2026-05-31")
    walk.status_of(WHO["soldier"], when=lambda found: found["state"] == "reserved")
    walk.on("2026-06-03")
    asked = {"school_code": PKU}
    away = walk.seen("pku-registrar-1", f"{API}/overdue-returns", lambda found: len(found["students"]) >= 2, **asked)[
        "students"
    ]
    late = {each["exam_no"]: (each["state"], each["return_by"]) for each in away}
    assert late[WHO["abroad"].exam_no] == ("reserved", "2026-05-31")
    assert late[WHO["ill"].exam_no] == ("on_leave", "2026-05-31")
    assert WHO["soldier"].exam_no not in late
    assert (
        refusal(walk, lambda: walk.operator("zju-registrar-1").get(f"{API}/overdue-returns", **asked))["status"] == 403
    )
    too_late = refusal(walk, lambda: changed(walk, "ill", "复学", "2026-06-03", applied_on="2026-06-03"))
    assert too_late["field"] == "SQRQ"
    undischarged = refusal(walk, lambda: changed(walk, "soldier", "复学", "2026-06-03", applied_on="2026-06-03"))
    assert (undischarged["rule"], undischarged["field"]) == ("R41-27", "TYRQ")
    changed(walk, "soldier", "复学", "2026-06-03", applied_on="2026-06-03", discharged_on="2026-06-01")
    changed(walk, "abroad", "复学", "2026-06-03", applied_on="2026-05-30")
    for name in ("soldier", "abroad"):
        walk.status_of(WHO[name], when=lambda found: found["state"] == "active")
    heard = "SELECT state FROM status_sheet WHERE status_id = %s"
    status_id = walk.status_of(WHO["soldier"])["status_id"]
    assert until(lambda: walk.rows("verification", heard, status_id) == [("active",)] or None, "the return elsewhere")
