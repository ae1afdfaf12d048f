"""Two accounts of one human being, and who looks at whose records: merges, splits, looks, consents, numbers."""

from itertools import islice

import pytest

from cli.client import Answer, Caller
from cli.people import people
from cli.story import API
from tests.integration.test_walk_identity_accounts import CAST
from tests.support.identity_walk import PKU, IdentityWalk, Student, document, found, refused

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
OF_2022 = {"kind": "status", "school_code": PKU, "year": 2022}
AUDITORS = list(islice(people(seed=20221101), 2))
WHY = {"reason": "两份证件均已核对"}


@pytest.fixture(scope="module")
def walk(identities: IdentityWalk) -> IdentityWalk:
    return identities


def test_a_number_that_leads_nowhere_is_explained_and_one_that_does_binds(walk: IdentityWalk) -> None:
    walk.later(days=1)
    anna = walk.students["anna"].sign_in()
    missed = anna.post(f"{API}/me/records/by-number", {**OF_2022, "number": "2600010001"})
    assert (missed["bound"], missed["explanation"]["reason"], missed["tries_left"]) == (False, "NUMBER_NOT_FOUND", 1)
    missing = anna.get(f"{API}/me/records/missing", kind="status", school_code=PKU, year="2022")
    assert missing["turn"] in ("school", "province", "registry", "nobody")
    mine = walk.students["stranger-to-it"]
    bound = mine.sign_in().post(f"{API}/me/records/by-number", {**OF_2022, "number": CAST["stranger-to-it"].exam_no})
    assert (bound["bound"], bound["record_id"]) == (True, walk.kept["status of stranger-to-it"])


def was_before(kinds: list[str]) -> bool:
    return kinds == ["opened", "renewed"]


def proposed(walk: IdentityWalk) -> str:
    said = {"surviving_account": walk.students["anna"].account_id, "other_account": walk.students["twice"].account_id}
    merge = walk.staff("operator-1").post(f"{API}/merges", {**said, **WHY, "evidence": []})
    return f"{API}/merges/{merge['id']}"


def report_on(caller: Caller, status: str) -> str:
    """A report on a status, once verification knows whose it is."""
    found(lambda: [each["record_id"] for each in caller.get(f"{API}/reportable-records")["records"]], [status].__eq__)
    asked = {"kind": "status", "record_id": status, "language": "both", "months": 1}
    return str(caller.post(f"{API}/reports", asked)["id"])


def reports_of(caller: Caller) -> set[str]:
    return {each["report_id"] for each in caller.get(f"{API}/reports")["reports"]}


def test_two_accounts_are_merged_by_two_persons_and_split_by_two(walk: IdentityWalk) -> None:
    twice = walk.students["twice"] = Student(walk, document(CAST["twice"].person), "twice@example.edu.cn").open()
    status = walk.kept["status of twice"]
    found(lambda: twice.caller.get(f"{API}/me/records")["records"])
    walk.recorded("credentials.StatusHolder.Heard")
    asked = {name: value for name, value in twice.who.items() if name != "name"}
    accounts = walk.staff("operator-1", "merge").post(f"{API}/people/search", asked)["people"]
    assert [each["account_id"] for each in accounts] == [twice.account_id]
    theirs = report_on(twice.caller, status)
    merge = proposed(walk)
    own = {**WHY, "confirm": True}
    assert refused(walk.staff("operator-1").post, f"{merge}/decision", own) == "A24-2"
    walk.staff("operator-2").post(f"{merge}/decision", {**WHY, "confirm": False})
    merge = proposed(walk)
    assert found(lambda: walk.staff("operator-2").get(f"{API}/merges")["merges"])
    walk.staff("operator-2").post(f"{merge}/decision", own)
    walk.later(days=1)
    anna = walk.students["anna"].sign_in()
    (record,) = found(lambda: anna.get(f"{API}/me/records")["records"])
    assert record["id"] == status
    walk.recorded("credentials.StatusHolder.HeardAnew")
    walk.recorded("verification.PersonMerge.Heard")
    assert found(lambda: reports_of(anna)) == {theirs}
    during = report_on(anna, status)
    anna.post(f"{API}/reports/{theirs}/close", {})
    for confirm in (False, True):
        walk.staff("operator-1").post(f"{merge}/split", WHY)
        walk.staff("operator-2").post(f"{merge}/split/decision", {**WHY, "confirm": confirm})
    again = twice.sign_in()
    assert [each["id"] for each in found(lambda: again.get(f"{API}/me/records")["records"])] == [status]
    assert found(lambda: [each["kind"] for each in anna.get(f"{API}/me/identities")["identities"]], was_before)
    for topic in ("verification.PersonMerge.SplitHeard", "verification.Report.HandedOver"):
        walk.recorded(topic)
    assert found(lambda: reports_of(again), lambda those: len(those) > 1) == {theirs, during}
    assert reports_of(anna) == set()


def test_who_looks_at_a_record_is_seen_by_its_person(walk: IdentityWalk) -> None:
    status = f"{API}/students/{walk.kept['status of plain']}"
    walk.staff("registrar-1", "毕业资格核对").get(status)
    asked = {"reason": "毕业证书核对", "unmasking_id": None}
    seen = walk.staff("registrar-1").post(f"{status}/unmask", asked)
    assert seen["name"] == CAST["plain"].person.name
    assert refused(walk.staff("operator-1").get, status) == "X-REASON-1"
    walk.staff("operator-1", "来电：查不到学籍").get(status)
    me = walk.by_passkey("tablet")
    looks = found(lambda: me.get(f"{API}/me/looks")["looks"], lambda each: len(each) > 2)
    assert {(each["role"], each["shown"]) for each in looks} >= {("registrar", "full"), ("operator", "masked")}
    alerts = found(lambda: walk.staff("minister").get(f"{API}/look-alerts")["alerts"])
    assert alerts[0]["sub"] == walk.kept["operator-1"]
    theirs = found(lambda: walk.staff("minister").get(f"{API}/offices/{PKU}/looks")["looks"])
    assert {each["sub"] for each in theirs} >= {walk.kept["registrar-1"]}
    assert {each["look_id"] for each in looks} & {each["look_id"] for each in theirs}


def test_an_auditor_sees_one_person_after_another_has_agreed(walk: IdentityWalk) -> None:
    walk.found("audit-1", "auditor", "审计署", scope="moe", purpose="年度审计", valid_until="2023-06-30")
    walk.appoint("minister", "audit-1", "auditor-1", AUDITORS[0], as_owner=True)
    walk.attest("auditor-1", "audit-1")
    walk.appoint("auditor-1", "audit-1", "auditor-2", AUDITORS[1])
    status = f"{API}/students/{walk.kept['status of plain']}"
    why = {"reason": "审计抽查"}
    asked = walk.staff("auditor-1").post(f"{status}/unmaskings", why)
    walk.staff("auditor-2").post(f"{API}/unmaskings/{asked['id']}/approve", {})
    seen = walk.staff("auditor-1").post(f"{status}/unmask", {**why, "unmasking_id": asked["id"]})
    assert seen["name"] == CAST["plain"].person.name
    assert walk.staff("auditor-1").get(f"{API}/look-alerts")["alerts"]


def test_a_word_given_to_an_office_is_read_by_it_and_taken_back(walk: IdentityWalk) -> None:
    me, record = walk.by_passkey("tablet"), walk.kept["status of plain"]
    said: Answer = {
        "office": "ver-1", "purpose": "入职背景核实", "scope": ["name", "school_name"], "records": [record],
        "until": "2022-12-31",
    }  # fmt: skip
    consent = me.post(f"{API}/me/consents", said)
    path = f"{API}/me/consents/{consent['id']}"
    assert me.get(path, after_version="1")["office"] == "ver-1"
    read = walk.staff("verifier").get(f"{API}/consented/{consent['id']}")
    assert (read["name"], read["records"][0]["school_name"]) == (CAST["plain"].person.name, "北京大学")
    me.post(f"{path}/revoke", {})
    assert refused(walk.staff("verifier").get, f"{API}/consented/{consent['id']}") == "PIPL-1"
    verifier = walk.staff("verifier")
    asks = {name: said[name] for name in ("purpose", "scope", "until")}
    for answer in ("decline", "approve"):
        asked = verifier.post(f"{API}/consent-requests", asks)
        path_asked = f"{API}/consent-requests/{asked['id']}"
        assert asked["link"].endswith(f"/me/consents/{asked['id']}")
        assert me.get(path_asked)["state"] == "asked"
        chosen = {name: said[name] for name in ("scope", "records")} if answer == "approve" else {}
        me.post(f"{path_asked}/{answer}", chosen)
    by_link = verifier.get(path_asked)["consent_id"]
    assert verifier.get(f"{API}/consented/{by_link}")["records"]

    def taken_back() -> list[str]:
        return [each["consent_id"] for each in me.get(f"{API}/me/consents")["consents"] if each["revoked_at"]]

    assert found(taken_back) == [consent["id"]]
