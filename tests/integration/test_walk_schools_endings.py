"""Endings given up, waited for, carried out or found wrong, and the breaches behind some (A12-6, A13, A27)."""

import pytest

from cli.client import Answer, until
from cli.story import API
from tests.support.school_walk import PKU, ZJU, SchoolWalk, cast, csv_of, params
from tests.support.walk import refusal

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

WHO = cast({PKU: "stays slow leaves expelled dead wronged innocent"}, year=2024, first=48)
PAPERS = ("考生号", "证书类型", "证书编号", "发证日期")
TODAY = "2026-06-10"


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    """People who have studied long enough for a leaving certificate."""
    schools.on(TODAY)
    schools.admit(WHO.values())
    schools.enrol(WHO.values())
    return schools


def status_id(walk: SchoolWalk, name: str) -> str:
    return str(walk.status_of(WHO[name])["status_id"])


def proposed(walk: SchoolWalk, name: str, kind: str = "退学", **more: str) -> str:
    """Where the proposal of one registrar is."""
    registrar = walk.operator("pku-registrar-1")
    said: Answer = {
        "kind": kind, "decision_no": "校学字〔2026〕31号", "decided_on": TODAY, "effective_on": TODAY, "proof": "",
        "reason": "本人申请", "asked_on": None, "evidence": [walk.paper(registrar)],
    }  # fmt: skip
    path = f"{API}/students/{status_id(walk, name)}/cancellations"
    return f"{API}/cancellations/{registrar.post(path, said | more)['id']}"


def ended(walk: SchoolWalk, name: str, state: str, kind: str = "退学", **more: str) -> None:
    walk.operator("pku-registrar-2").post(f"{proposed(walk, name, kind, **more)}/confirm", {})
    walk.status_of(WHO[name], when=lambda found: found["state"] == state)


def test_a_proposal_is_given_up_and_the_student_stays(walk: SchoolWalk) -> None:
    proposal = proposed(walk, "stays")
    assert refusal(walk, lambda: proposed(walk, "stays"))["rule"] == "A24-2"
    foreign = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: foreign.post(f"{proposal}/decline", {"reason": "材料不全"}))["status"] == 403
    walk.operator("pku-registrar-2").post(f"{proposal}/decline", {"reason": "材料不全"})
    shown = walk.seen("pku-registrar-1", proposal, lambda found: found["state"] == "declined")
    assert (shown["outcome"], shown["decided_by"]) == ("材料不全", "pku-registrar-2")
    listed = walk.operator("pku-registrar-1").get(f"{API}/cancellations", school_code=PKU, state="declined")
    assert [each["cancellation_id"] for each in listed["cancellations"]] == [shown["cancellation_id"]]
    again = walk.operator("pku-registrar-2")
    assert refusal(walk, lambda: again.post(f"{proposal}/confirm", {}))["rule"] == "X-STATE-1"
    assert walk.status_of(WHO["stays"])["state"] == "active"


def test_a_death_needs_its_proof_and_an_expulsion_earns_no_leaving_certificate(walk: SchoolWalk) -> None:
    assert refusal(walk, lambda: proposed(walk, "dead", "死亡"))["rule"] == "A12-6"
    ended(walk, "dead", "deceased", "死亡", proof="死亡医学证明书第8号")
    ended(walk, "expelled", "expelled", "开除学籍", reason="严重违反校规")
    ended(walk, "leaves", "dropped")
    rows = [
        (WHO["leaves"].exam_no, "肄业证书", "肄2026001", "20260610"),
        (WHO["expelled"].exam_no, "肄业证书", "肄2026002", "20260610"),
        (WHO["stays"].exam_no, "学习证明", "学2026001", "20260610"),
    ]
    done = walk.hand_in(
        "pku-registrar-1", "leaving_papers", csv_of(PAPERS, rows), plan_first=False, school_code=PKU,
        params=params(entry_year="2024"),
    )  # fmt: skip
    assert (done["accepted"], done["refused"]) == (1, 2)
    path = f"{API}/students/{status_id(walk, 'leaves')}"
    kept = walk.seen("pku-registrar-1", f"{path}/archive", lambda found: found["papers"])
    assert [paper["content"]["number"] for paper in kept["papers"]] == ["肄2026001"]
    second = {"kind": "肄业证书", "number": "肄2026009", "issued_on": TODAY}
    registrar = walk.operator("pku-registrar-1")
    assert refusal(walk, lambda: registrar.post(f"{path}/papers", second))["rule"] == "A12-7"
    noted = kept["papers"][0]["version"]
    withdrawal = f"{path}/papers/{noted}/withdraw"
    foreign = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: foreign.post(withdrawal, {"reason": "编号有误"}))["status"] == 403
    registrar.post(withdrawal, {"reason": "编号有误"})
    assert refusal(walk, lambda: registrar.post(withdrawal, {"reason": "编号有误"}))["rule"] == "X-STATE-1"
    registrar.post(f"{path}/papers", second)
    papers = walk.seen("pku-registrar-1", f"{path}/archive", lambda found: len(found["papers"]) == 2)["papers"]
    assert [(each["content"]["number"], each["withdrawn_on"]) for each in papers] == [
        ("肄2026001", TODAY), ("肄2026009", None),
    ]  # fmt: skip


def test_a_wrong_ending_stays_and_the_student_goes_on_under_a_new_status(walk: SchoolWalk) -> None:
    ended(walk, "wronged", "dropped")
    old = status_id(walk, "wronged")
    registrar = walk.operator("pku-registrar-1")
    asked = {"kind": "cancellation", "values": {}, "statement": "退学决定已被撤销", "evidence": [walk.paper(registrar)]}
    case = f"{API}/cases/{registrar.post(f'{API}/students/{old}/cases', asked)['id']}"
    walk.operator("pku-registrar-2").post(f"{case}/begin", {})
    walk.operator("pku-registrar-2").post(f"{case}/review", {"agrees": True, "reason": "属实"})
    walk.operator("education-11").post(f"{case}/decide", {"agrees": True, "reason": "同意"})
    shown = walk.seen("pku-registrar-1", case, lambda found: found["continued_by"])
    new = walk.seen("pku-registrar-1", f"{API}/students/{shown['continued_by']}")
    assert (new["state"], new["continues"]) == ("active", old)
    kept = walk.seen("pku-registrar-1", f"{API}/students/{old}/archive", lambda found: found["corrections"])
    assert (kept["state"], kept["corrections"][0]["content"]["continued_by"]) == ("dropped", shown["continued_by"])


def test_a_declaration_of_illegal_entry_is_given_up_and_its_author_is_named(walk: SchoolWalk) -> None:
    path = f"{API}/students/{status_id(walk, 'innocent')}/illegal-entry"
    declaration: Answer = {"decision_no": "京教〔2026〕3号", "decided_on": TODAY, "reason": "涉嫌冒名", "evidence": []}
    for office in ("education-33", "pku-registrar-1"):
        assert refusal(walk, lambda office=office: walk.operator(office).post(path, declaration))["status"] == 403
    declared = f"{API}/cancellations/{walk.operator('education-11').post(path, declaration)['id']}"
    assert refusal(walk, lambda: walk.operator("pku-registrar-2").post(f"{declared}/confirm", {}))["status"] == 403
    walk.operator("ministry").post(f"{declared}/decline", {"reason": "查无实据"})
    asked = {"province": "11", "declared_by": "authority", "state": "declined"}
    listed = walk.seen("education-11", f"{API}/cancellations", lambda found: found["cancellations"], **asked)
    assert [(each["proposed_by"], each["illegal_entry"]) for each in listed["cancellations"]] == [
        ("education-11", True)
    ]
    assert walk.status_of(WHO["innocent"])["state"] == "active"


def test_careless_keys_are_revoked_before_a_breach_is_closed(walk: SchoolWalk) -> None:
    education = walk.operator("education-11")
    breach = {
        "kind": "CREDENTIAL_NEGLIGENCE", "summary": "密钥保管不善", "school_code": PKU, "province": "11",
        "responsible": ["pku-registrar-1"], "unit_head": "pku-registrar-2", "happened_on": "2026-06-01",
    }  # fmt: skip
    paper = walk.paper(education, b"%PDF-1.7 of keys that lay about")
    missing = {**breach, "evidence": ["ab" * 32]}
    assert refusal(walk, lambda: education.post(f"{API}/incidents", missing))["rule"] == "X-FOUND-1"
    elsewhere = {**breach, "province": "33", "school_code": ZJU}
    somewhere_else = [{**elsewhere, "evidence": [each]} for each in (paper, "ab" * 32)]
    refused = [refusal(walk, lambda one=one: education.post(f"{API}/incidents", one)) for one in somewhere_else]
    assert [(each["status"], each["rule"]) for each in refused] == [(403, "A4-2"), (403, "A4-2")]
    saved = education.post(f"{API}/incidents", {**breach, "evidence": [paper]})
    incident = f"{API}/incidents/{saved['id']}"
    (named,) = walk.seen("education-11", incident)["evidence"]
    for known_as in (named, paper):
        assert education.fetch(f"{incident}/evidence/{known_as}") == b"%PDF-1.7 of keys that lay about"
    hidden = refusal(walk, lambda: walk.operator("education-33").get(f"{incident}/evidence/{paper}"))
    assert hidden["status"] == 403
    closing = {"outcome": "已通报"}
    assert refusal(walk, lambda: education.post(f"{incident}/close", closing))["rule"] == "A27-2"
    education.post(f"{incident}/close", closing | {"keys_revoked_on": TODAY})
    assert walk.seen("ministry", incident, lambda found: found["state"] == "closed")["keys_revoked_on"] == TODAY
    assert refusal(walk, lambda: walk.operator("pku-registrar-1").post(f"{API}/incidents", breach))["status"] == 403


def test_a_proposal_nobody_confirms_is_called_to_mind_and_lapses_at_last(walk: SchoolWalk) -> None:
    proposal = proposed(walk, "slow")
    shown = walk.seen("pku-registrar-1", proposal)
    assert (shown["remind_on"], shown["due_on"]) == ("2026-06-25", "2026-07-02")
    walk.on("2026-06-25")
    assert walk.seen("pku-registrar-1", proposal, lambda found: found["reminded_on"])["reminded_on"] == "2026-06-25"
    walk.on("2026-07-03")
    asked = {"province": "11", "state": "overdue"}
    late = walk.seen("education-11", f"{API}/cancellations", lambda found: found["cancellations"], **asked)
    assert f"{API}/cancellations/{late['cancellations'][0]['cancellation_id']}" == proposal
    assert walk.seen("education-11", proposal, lambda found: found["overdue_on"])["overdue_on"] == "2026-07-03"
    told = "SELECT count(*) FROM public_log WHERE type = 'cancellation_overdue.v1'"
    assert until(lambda: walk.rows("enrollment", told) != [(0,)] or None, "the word of it")
    elsewhere = walk.operator("education-33")
    assert refusal(walk, lambda: elsewhere.get(f"{API}/cancellations", **asked))["status"] == 403
    walk.on("2026-12-11")
    lapsed = walk.seen("pku-registrar-1", proposal, lambda found: found["state"] == "lapsed")
    assert lapsed["overdue_on"] == "2026-07-03"
    assert lapsed["decided_by"] in (None, "system")
    assert walk.status_of(WHO["slow"])["state"] == "active"
    marked = "SELECT count(*) FROM events WHERE topic = 'enrollment.Cancellation.Lapsed'"
    assert until(lambda: walk.rows("enrollment", marked) >= [(1,)] or None, "the mark")
