"""Years later: statements lapse and what stops then, a certificate that is disowned, accounts that are closed."""

import pytest

from cli.client import Answer
from cli.portraits import portrait
from cli.story import API
from services.identity.domain.account import Account
from shared.codes.certificate_numbers import make_certificate_number
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store
from tests.integration.test_walk_identity_accounts import CAST, student
from tests.support.identity_walk import CTR, EDU, MOE, PKU, IdentityWalk, ended, found, refused
from tests.support.walk import draft

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
SINCE = {"minister": MOE, "education": EDU, "registrar-1": PKU, "collector-1": "photo-house", "operator-1": CTR}


@pytest.fixture(scope="module")
def walk(identities: IdentityWalk) -> IdentityWalk:
    return identities


def test_a_statement_that_runs_out_is_reminded_of_and_stops_what_the_office_does(walk: IdentityWalk) -> None:
    walk.on("2023-07-15")
    walk.recorded("identity.Office.AttestationReminded", times=len(SINCE))
    walk.letter("registrar-1@example.gov.cn", PKU)
    walk.on("2023-09-10")
    walk.recorded("identity.Office.AttestationLapsed", times=len(SINCE))
    registrar = walk.staff("registrar-1")
    status = f"{API}/students/{walk.kept['status of plain']}"
    assert registrar.get(status)["school_code"] == PKU, "it still looks"
    late = {"school_code": PKU, "entry_year": 2022, "exam_no": "22110108000001", "recheck": "合格", "student_no": None}
    assert refused(registrar.post, f"{API}/students", late) == "A23-1"
    minister = walk.staff("minister")
    assert found(
        lambda: {each["code"] for each in minister.get(f"{API}/offices", lapsed="true")["offices"]},
        lambda codes: codes >= set(SINCE.values()),
    )
    walk.recorded("identity.IdentityClaim.Settled")


def test_a_certificate_is_issued_seen_and_disowned(walk: IdentityWalk) -> None:
    walk.on("2026-03-16")
    for owner, code in SINCE.items():
        walk.attest(owner, code)
    one, status = CAST["graduate"], walk.kept["status of graduate"]
    year = {"school_code": PKU, "graduation_year": 2026}
    codes: list[Answer] = []

    def issued() -> list[Answer]:
        codes.extend(walk.staff("registrar-1").post(f"{API}/capture-codes", year)["codes"])
        return [code for code in codes if code["exam_no"] == one.exam_no]

    (code,) = found(issued)
    said = {"code": code["code"], "captured_on": "2026-03-16"}
    photo = walk.staff("collector-1").upload(f"{API}/photos", "photo.jpg", portrait(one.exam_no), **said)
    assert photo["state"] == "awaiting_review"
    walk.staff("collector-2").get(f"{API}/photos")
    walk.staff("collector-2").post(f"{API}/photos/{photo['id']}/review", {"decision": "approve", "reasons": []})
    walk.on("2026-07-01")
    number = make_certificate_number(PKU, "普通高等教育", 2026, "本科", 1)
    drafted = draft(walk.staff("registrar-1"), status, number, "2026-07-01")
    seen = walk.staff("registrar-2", "补办")
    found(lambda: seen.get(f"{API}/certificates/{drafted['id']}"), lambda each: each["missing"] == [])
    walk.staff("registrar-2").post(f"{API}/certificates/{drafted['id']}/confirm", {})
    graduate = walk.students["graduate"] = student(walk, "graduate").open()
    records = found(lambda: graduate.caller.get(f"{API}/me/records")["records"], lambda each: len(each) == 2)
    assert walk.staff("registrar-1", "补办").get(f"{API}/certificates/{drafted['id']}")["state"] == "published"
    (award,) = [each for each in records if each["kind"] == "qualification"]
    said_of = {"kind": "qualification", "statement": "本人从未取得该证书。"}
    graduate.caller.post(f"{API}/me/records/{award['id']}/disown", said_of)
    assert found(lambda: walk.staff("registrar-1").get(f"{API}/disowned-records", school_code=PKU)["records"])


def test_everything_kept_of_oneself_is_asked_for_at_once(walk: IdentityWalk) -> None:
    archive = walk.students["graduate"].caller.get(f"{API}/me/archive")
    assert not [name for name, part in archive.items() if part["fault"]], archive
    assert [each["name"] for each in archive["admissions"]["answer"]["admissions"]] == [CAST["graduate"].person.name]
    assert archive["photos"]["answer"]["photos"]


def test_a_closed_account_opens_to_nobody_and_its_keys_are_gone(walk: IdentityWalk) -> None:
    walk.later(days=1)
    leaving = walk.students["leaving"] = student(walk, "leaving").open()
    found(lambda: leaving.caller.get(f"{API}/me/records")["records"])
    leaving.caller.post(f"{API}/me/password", {"password": "words that nobody keeps"})
    leaving.sign_in().post(f"{API}/me/account/close", {})
    found(lambda: ended(leaving.caller))
    walk.recorded("identity.Login.Ended")
    store = Store(walk.platform.postgres_url("identity"), "identity")
    keys = SubjectKeys(store, Keyring.from_file(walk.platform.environ["XUEJI_KEYS_FILE"]))
    query = "SELECT convert_from(state, 'UTF8')::json ->> 'sealed_person' FROM events WHERE originator_id = %s"
    ((sealed,),) = walk.rows("identity", f"{query} AND topic = %s", leaving.account_id, f"{Account.stored_as}.Opened")

    def gone() -> bool:
        try:
            keys.open(leaving.account_id, sealed, "account:person")
        except CannotOpen:
            return True
        return False

    try:
        assert found(gone)
    finally:
        store.close()
    status = f"{API}/students/{walk.kept['status of leaving']}"
    assert walk.staff("registrar-1").get(status)["school_code"] == PKU, "statutory facts stay"
