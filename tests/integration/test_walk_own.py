"""A student's own records through the front door: seen in full, disputed, put right; a conflict that both sides see."""

import pytest

from cli.client import Answer, Caller, until
from cli.story import API
from tests.support import cohort as small
from tests.support.walk import PKU, SCU, ZJU, Walk, refusal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
PAPER = b"%PDF-1.7\n1 0 obj\n"


def still_there() -> small.Admitted:
    """Somebody of the third school who studies on when the others leave."""
    leaving = small.leavers_of(small.THIRD)
    return [one for one in small.students_of(small.THIRD) if one not in leaving][-1]


def own_statuses(student: Caller) -> Answer:
    """What the student sees, once identity's word of whose it is has come."""
    return until(lambda: student.get(f"{API}/me/statuses")["statuses"] or None, "the own statuses")


def handed_in(caller: Caller) -> str:
    return str(caller.upload(f"{API}/evidence", "proof.pdf", PAPER)["digest"])


@pytest.mark.rule("A11-2", "A19-1", "A24-2")
def test_a_dispute_goes_its_way_through_the_front_door(walk: Walk) -> None:
    """Given a student still at school, when a wrong ethnicity is disputed, then it is put right step by step."""
    one = still_there()
    student, first = walk.student(one), walk.operator("scu-registrar-1")
    (own,) = own_statuses(student)
    assert (own["person"]["name"], own["person"]["id_number"]) == (one.person.name, one.person.id_number)
    wanted = "满族" if own["person"]["ethnicity"] != "满族" else "汉族"
    disputed = {
        "disputed": ["ethnicity"],
        "values": {"ethnicity": wanted},
        "statement": "民族登记有误",
        "evidence": [handed_in(student)],
    }
    case = student.post(f"{API}/me/statuses/{own['status_id']}/disputes", disputed)
    path = f"{API}/cases/{case['id']}"
    first.post(f"{path}/begin", {})
    assert first.fetch(f"{path}/evidence/{disputed['evidence'][0]}") == PAPER
    decided = first.post(f"{path}/review", {"agrees": True, "reason": "与户口簿一致"})
    told = student.get(path, after_version=str(decided["version"]))
    assert [step["step"] for step in told["steps"]] == ["Filed", "ReviewBegun", "Applied"]
    # it is decided: from now on a look at the paper needs its reason
    again = refusal(walk, lambda: first.fetch(f"{path}/evidence/{disputed['evidence'][0]}"))
    assert again["rule"] == "X-REASON-1"
    again = until(
        lambda: next((each for each in own_statuses(student) if each["identity_version"] == 2), None), "the correction"
    )
    assert (again["person"]["ethnicity"], again["checked"]) == (wanted, "")
    student.post(f"{API}/me/statuses/{own['status_id']}/confirmation", {})


@pytest.mark.rule("A8-9")
def test_a_refused_registration_becomes_a_conflict_that_both_schools_see(walk: Walk) -> None:
    """Given a person whom two schools admitted, when the refused one contests, then both see it until its decision."""
    twice = small.people_of(small.SECOND)[-1]
    contested = {
        "school_code": ZJU,
        "entry_year": 2022,
        "exam_no": twice.exam_no,
        "statement": "本人持证报到,系统提示已有学籍",
        "evidence": [],
    }
    here, there = walk.operator("pku-registrar-1"), walk.operator("zju-registrar-1")
    conflict = there.post(f"{API}/conflicts", contested)
    for caller, school in ((here, PKU), (there, ZJU)):
        listed = until(
            lambda caller=caller, school=school: (
                caller.get(f"{API}/conflicts", school_code=school)["conflicts"] or None
            ),
            "the conflict",
        )
        assert [each["conflict_id"] for each in listed] == [conflict["id"]]
    decision = {"outcome": "first_keeps", "decision_no": "教学函31号", "reason": "经查证,前一学籍属实"}
    path = f"{API}/conflicts/{conflict['id']}"
    assert refusal(walk, lambda: here.post(f"{path}/decide", decision))["code"] == "NOT_PERMITTED"
    decided = walk.operator("ministry").post(f"{path}/decide", decision)
    told = here.get(path, after_version=str(decided["version"]))
    assert (told["state"], told["outcome"]) == ("decided", "first_keeps")


@pytest.mark.rule("R41-22")
def test_a_transfer_of_the_last_year_is_barred_with_every_reason(walk: Walk) -> None:
    """Given a student, when an unproven transfer to a higher level is asked for, then every bar is named."""
    status = walk.status_of("scu-registrar-1", SCU, still_there())
    asked = {
        "to_school": PKU,
        "to_school_name": "北京大学",
        "to_level": "博士研究生",
        "to_major_code": "010101",
        "to_major_name": "哲学",
        "reason_kind": "other",
        "reason": "希望转学",
        "evidence": [],
    }
    found = refusal(
        walk, lambda: walk.operator("scu-registrar-1").post(f"{API}/students/{status['status_id']}/transfers", asked)
    )
    assert (found["code"], found["rule"]) == ("TRANSFER_BARRED", "R41-22")
    assert "higher than the present one" in found["en"]
    assert "no good reason" in found["en"]
