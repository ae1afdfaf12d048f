"""Students of the walk: admitted and registered by those offices, then accounts, contacts, factors and sessions."""

from uuid import uuid4

import pytest

from cli.client import Answer, Caller, Problem, until
from cli.examples import ADMISSION_TITLES, Admitted, admitted
from cli.story import API, AT_WORK
from services.identity.application.one_time_passwords import otp_at
from tests.support.identity_walk import (
    PASSWORD,
    PKU,
    IdentityWalk,
    Student,
    csv_of,
    document,
    ended,
    refused,
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
PARTS = ("plain", "knowing", "pictured", "stranger-to-it", "twice", "graduate", "leaving")
CAST: dict[str, Admitted] = dict(
    zip(PARTS, [one for one in admitted() if one.school.code == PKU and one.major[2] == "4"][20:], strict=False)
)
BOTH = "another quiet set of words"


@pytest.fixture(scope="module")
def walk(identities: IdentityWalk) -> IdentityWalk:
    return identities


def register(walk: IdentityWalk, one: Admitted) -> str:
    said = {
        "school_code": PKU,
        "entry_year": 2022,
        "exam_no": one.exam_no,
        "recheck": "合格",
        "student_no": one.exam_no,
    }
    return str(walk.staff("registrar-1").post(f"{API}/students", said)["id"])


def student(walk: IdentityWalk, part: str) -> Student:
    return Student(walk, document(CAST[part].person), f"{part}@example.edu.cn")


def test_the_offices_admit_and_register_students(walk: IdentityWalk) -> None:
    walk.on("2022-08-25")
    content = csv_of(ADMISSION_TITLES, *(one.row for one in CAST.values()))
    where = {"province": "11", "entry_year": "2022"}
    submitted = walk.staff("admissions").upload(f"{API}/admission-batches", "list.csv", content, **where)
    education = walk.staff("education")

    def finished() -> Answer | None:
        batch = education.get(f"{API}/batches/{submitted['id']}", after_version=str(submitted["version"]))
        return None if batch["state"] in AT_WORK else batch

    assert until(finished, "the list")["accepted"] == len(CAST)
    education.post(f"{API}/admission-batches/{submitted['id']}/review", {})
    walk.staff("minister").post(f"{API}/admission-batches/{submitted['id']}/release", {})
    walk.on("2022-09-12")
    for part, one in CAST.items():
        walk.kept[f"status of {part}"] = register(walk, one)


def test_an_account_is_proven_and_finds_its_record(walk: IdentityWalk) -> None:
    one = walk.students["plain"] = student(walk, "plain").open()
    assert one.caller.get(f"{API}/me/account")["contacts"][0]["user_name"]
    (record,) = until(lambda: one.caller.get(f"{API}/me/records")["records"] or None, "the bound record")
    assert record["id"] == walk.kept["status of plain"]
    assert one.caller.post(f"{API}/me/records/bind", {}) == {"bound": 1, "new": 0}
    assert refused(one.caller.post, f"{API}/me/account/name", {"name": "欧阳修远"}) == "AC-7"


def test_who_mistyped_the_own_name_and_lost_a_code_gets_on(walk: IdentityWalk) -> None:
    who = {"id_type": "A", "id_number": "E12345678", "issuing_country": "USA", "name": "Ana Maria"}
    anna = Student(walk, who, "anna@example.org")
    preview = {**who, "channel": "mail", "contact": anna.contact}
    shown = walk.nobody.post(f"{API}/account-previews", preview)
    assert (shown["user_name"], shown["name"]) == (anna.contact, "Ana Maria")
    account = walk.nobody.post(f"{API}/accounts", {**preview, "confirmation": shown["confirmation"]})
    with walk.code(anna.contact):
        walk.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
    with walk.code(anna.contact) as code:
        walk.nobody.post(f"{API}/activation-codes", {"channel": "mail", "contact": anna.contact})
    anna.account_id = str(account["id"])
    proof, wrong = f"{API}/accounts/{account['id']}/proof", "000000" if code[0] != "000000" else "111111"
    assert refused(walk.nobody.post, proof, {"code": wrong}) == "X-PROOF-1"
    session = walk.nobody.post(proof, {"code": code[0]})
    anna.caller, anna.sub = walk.nobody.signed_in(session["session"]), session["sub"]
    anna.caller.post(f"{API}/me/account/name", {"name": "Anna Maria"})
    anna.who = {**who, "name": "Anna Maria"}
    assert until(lambda: anna.caller.get(f"{API}/me/account")["name"] == "Anna Maria" or None, "the name")
    walk.students["anna"] = anna


def test_contacts_are_added_replaced_and_given_up_and_one_that_is_gone_is_told(walk: IdentityWalk) -> None:
    walk.later(days=1)  # so many codes a day
    one = walk.students["plain"]
    caller, path = one.sign_in(), f"{API}/me/contacts"

    def contacts() -> list[Answer]:
        return list(caller.get(f"{API}/me/account")["contacts"])

    for channel, contact in (("sms", "13912345678"), ("mail", "plain-2@example.edu.cn")):
        with walk.code(contact) as code:
            caller.post(path, {"channel": channel, "contact": contact, "replaces": ""})
        caller.post(f"{path}/proof", {"code": code[0]})
    assert [each["channel"] for each in contacts()] == ["mail", "sms", "mail"]
    phone = next(each for each in contacts() if each["channel"] == "sms")
    caller = one.sign_in()
    caller.post(f"{path}/remove", {"contact_id": phone["contact_id"]})
    assert [each["channel"] for each in contacts()] == ["mail", "mail"]

    anna = walk.students["anna"]
    caller = anna.sign_in()
    walk.later()
    walk.post.refused.add(anna.contact)
    walk.nobody.post(f"{API}/sign-in-codes", anna.who)
    told = until(lambda: caller.get(f"{API}/me/account")["undelivered"] or None, "what did not arrive")
    assert told[0]["cause"] == "refused"
    walk.post.refused.clear()


def test_a_password_is_set_guessed_at_recovered_and_set_anew(walk: IdentityWalk) -> None:
    walk.later(days=1)  # so many codes a day
    one = walk.students["plain"]
    caller, said = one.sign_in(), {"name": one.contact, "password": PASSWORD}
    caller.post(f"{API}/me/password", {"password": PASSWORD})
    known = walk.nobody.post(f"{API}/password-sessions", said)["known_device"]
    for _ in range(5):
        assert refused(walk.nobody.post, f"{API}/password-sessions", {**said, "password": "a wrong one"}) == "X-SIGN-5"
    assert refused(walk.nobody.post, f"{API}/password-sessions", said) == "X-SIGN-4"
    assert walk.nobody.post(f"{API}/password-sessions", {**said, "known_device": known})["role"] == "student"
    walk.recorded("identity.Login.SignInsDelayed")
    walk.later(hours=1)
    named = {**one.who, "channel": "mail"}
    with walk.code(one.contact) as code:
        asked = walk.nobody.post(f"{API}/recovery-codes", {**named, "purpose": "user_name"})
    proof = {**one.who, "code": code[0], "request": asked["request"]}
    found = walk.nobody.post(f"{API}/recovered-user-names", proof)
    assert one.contact in found["user_names"]
    with walk.code(one.contact) as code:
        asked = walk.nobody.post(f"{API}/recovery-codes", {**named, "purpose": "password", "known_device": known})
    proof = {**one.who, "code": code[0], "request": asked["request"]}
    walk.nobody.post(f"{API}/password-resets", {**proof, "password": BOTH})
    assert refused(walk.nobody.post, f"{API}/password-sessions", {**said, "known_device": known}) == "X-SIGN-5"
    walk.later(days=1)
    assert walk.nobody.post(f"{API}/password-sessions", {**said, "password": BOTH})["role"] == "student"


def weak(walk: IdentityWalk, one: Student, **more: str) -> Caller:
    """Signed in by a password alone."""
    said = {"name": one.contact, "password": BOTH, "device": "Firefox, Linux", **more}
    return walk.nobody.signed_in(walk.nobody.post(f"{API}/password-sessions", said)["session"])


def test_factors_are_added_shown_again_and_given_up(walk: IdentityWalk) -> None:
    walk.later(days=1)  # so many codes a day
    one = walk.students["plain"]
    caller = weak(walk, one)
    assert refused(caller.post, f"{API}/me/totp/options", {}) == "X-SIGN-2"
    with walk.code(one.contact) as code:
        caller.post(f"{API}/me/step-up/code/send", {})
    strong = walk.nobody.signed_in(caller.post(f"{API}/me/step-up/code", {"code": code[0]})["session"])
    seed = strong.post(f"{API}/me/totp/options", {})
    now = walk.platform.clock.now()
    strong.post(f"{API}/me/totp", {"ceremony": seed["ceremony"], "otp": otp_at(seed["seed"], now)})
    assert strong.get(f"{API}/me/factors")["has_totp"]
    codes = strong.post(f"{API}/me/recovery-codes", {})["codes"]
    assert weak(walk, one, otp=codes[0]).get(f"{API}/me/factors")["recovery_codes_left"] == 9
    said = {"name": one.contact, "password": BOTH}
    assert refused(walk.nobody.post, f"{API}/password-sessions", {**said, "otp": codes[0]}) == "X-SIGN-5"
    by_code = {**one.who}
    with walk.code(one.contact) as code:
        by_code["request"] = walk.nobody.post(f"{API}/sign-in-codes", one.who)["request"]
    by_code["code"], key = code[0], str(uuid4())
    with pytest.raises(Problem) as owed:
        walk.nobody.post(f"{API}/sessions", by_code, key=key)
    assert owed.value.body["rule"] == "X-SIGN-3"
    walk.nobody.post(f"{API}/sessions", {**by_code, "otp": codes[1]}, key=key)
    one.recovery = codes[2:]
    assert "recovery code of your account was used" in walk.letter(one.contact, "8 are left")
    walk.later(minutes=1)
    otp = otp_at(seed["seed"], walk.platform.clock.now())
    caller = weak(walk, one, otp=otp)
    walk.later(minutes=11)
    assert refused(caller.post, f"{API}/me/totp/remove", {}) == "X-SIGN-2"
    otp = otp_at(seed["seed"], walk.platform.clock.now())
    caller = walk.nobody.signed_in(caller.post(f"{API}/me/step-up/otp", {"otp": otp})["session"])
    phone = walk.add_passkey(caller, "phone")
    walk.add_passkey(caller, "tablet")
    caller.post(f"{API}/me/totp/remove", {})
    walk.later(minutes=11)
    assert refused(caller.post, f"{API}/me/passkeys/{phone}/remove", {}) == "X-SIGN-2"
    begun = caller.post(f"{API}/me/step-up/passkey/options", {})
    signed = {"ceremony": begun["ceremony"], "credential": walk.devices["tablet"].get(begun["options"])}
    caller = walk.nobody.signed_in(caller.post(f"{API}/me/step-up/passkey", signed)["session"])
    caller.post(f"{API}/me/passkeys/{phone}/remove", {})
    assert refused(walk.by_passkey, "phone") == "X-SIGN-5"
    assert walk.by_passkey("tablet").get(f"{API}/me/account")["id"] == one.account_id


def test_sessions_are_seen_and_ended(walk: IdentityWalk) -> None:
    here, there, third = (walk.by_passkey("tablet") for _ in range(3))

    def others() -> list[str] | None:
        found = here.get(f"{API}/me/sessions")["sessions"]
        return [each["session_id"] for each in found if not each["this_one"]] if len(found) >= 3 else None

    listed = until(others, "the other sessions")
    for each in listed[:1]:
        here.post(f"{API}/me/sessions/{each}/end", {})
    here.post(f"{API}/me/sessions/end", {"this_too": False})
    for caller in (there, third):
        until(lambda caller=caller: ended(caller), "the end of a session", seconds=30)
    here.post(f"{API}/me/sign-out", {})
    until(lambda: ended(here), "the end of the last session", seconds=30)
