"""Enrolment by invitation, stepping up by code, and what ends with an account or an appointment."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.identity.application.invitations import WrongInvitation
from services.identity.domain.login_rules import (
    CeremonyOver,
    FactorUnknown,
    PasskeyRefused,
    StrongFactorMissing,
    WrongSignIn,
)
from services.identity.domain.password_rules import PasswordRefused
from services.identity.tests.office_world import SCHOOL
from services.identity.tests.sign_in.conftest import ORIGIN, PASSWORD, STUDENT, SignInWorld
from shared.access.assertion import NotSignedIn
from shared.rules.refused import NotFound
from tests.support.authenticator import Authenticator


@pytest.mark.rule("X-SIGN-3")
@pytest.mark.asvs("6.3.3", "6.4.1")
def test_an_invited_operator_gets_a_session_with_a_strong_factor_and_never_before(world: SignInWorld) -> None:
    """Given an invitation, when only a password is given, then there is no session; with a passkey there is."""
    operator_id, code = world.invited()
    begun = world.tell(None, "begin_enrolment", operator_id=operator_id, code=code)
    for ceremony in (begun["totp"]["ceremony"], begun["passkey"]["ceremony"]):
        with pytest.raises(StrongFactorMissing):
            world.tell(None, "complete_enrolment", ceremony=ceremony, password=PASSWORD)
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id)
    device = Authenticator(ORIGIN)
    made = device.create(begun["passkey"]["options"])
    answer = world.tell(
        None, "complete_enrolment", ceremony=begun["passkey"]["ceremony"], credential=made, label="钥匙"
    )
    found = world.asserted(answer)
    assert (found.role, found.office, found.amr, found.stepped_up) == ("registrar", SCHOOL, ("passkey",), True)
    assert world.asserted(world.passkey_sign_in(device)).sub == operator_id
    with pytest.raises(CeremonyOver):
        world.tell(None, "complete_enrolment", ceremony=begun["passkey"]["ceremony"], credential=made, label="钥匙")


def test_a_seed_does_not_complete_as_a_passkey_nor_without_the_right_password(world: SignInWorld) -> None:
    operator_id, code = world.invited()
    begun = world.tell(None, "begin_enrolment", operator_id=operator_id, code=code)
    seed, made = begun["totp"]["seed"], Authenticator(ORIGIN).create(begun["passkey"]["options"])
    with pytest.raises(CeremonyOver):
        world.tell(None, "complete_enrolment", ceremony=begun["totp"]["ceremony"], credential=made, label="x")
    proof = {"ceremony": begun["totp"]["ceremony"], "otp": world.otp(seed)}
    with pytest.raises(PasswordRefused):
        world.tell(None, "complete_enrolment", **proof, password="dear zhaoyun 2026")
    with pytest.raises(WrongSignIn):
        world.tell(None, "complete_enrolment", **{**proof, "otp": "000000"}, password=PASSWORD)
    world.tell(None, "complete_enrolment", **proof, password=PASSWORD)
    with world.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM login_secrets")
        assert cursor.fetchone() == (2,)  # what failed on the way left nothing


@pytest.mark.rule("X-SIGN-6")
def test_an_enrolment_is_over_after_half_an_hour_and_after_five_tries(world: SignInWorld) -> None:
    """Given an enrolment that was begun, when half an hour went by, or five proofs were wrong, then it begins again."""
    operator_id, code = world.invited()
    begun = world.tell(None, "begin_enrolment", operator_id=operator_id, code=code)["totp"]
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            world.tell(None, "complete_enrolment", ceremony=begun["ceremony"], password=PASSWORD, otp="000000")
    with pytest.raises(CeremonyOver):
        world.tell(
            None, "complete_enrolment", ceremony=begun["ceremony"], password=PASSWORD, otp=world.otp(begun["seed"])
        )
    with pytest.raises(WrongInvitation):
        world.tell(None, "begin_enrolment", operator_id=operator_id, code=code)


@pytest.mark.asvs("7.4.5")
def test_who_is_invited_again_lost_all_factors_and_sessions_of_before(world: SignInWorld) -> None:
    operator_id, seed, answer = world.registrar()
    owner = next(each for each in world.offices.holders_of(SCHOOL) if each != operator_id)
    world.offices.tell(world.offices.signed_in(owner), "invite_operator", operator_id=operator_id)
    code = world.offices.invitation_of(operator_id)
    begun = world.tell(None, "begin_enrolment", operator_id=operator_id, code=code)["passkey"]
    device = Authenticator(ORIGIN)
    world.tell(
        None, "complete_enrolment", ceremony=begun["ceremony"], credential=device.create(begun["options"]), label="x"
    )
    with pytest.raises(NotSignedIn):
        world.asserted(answer)
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id, otp=world.otp(seed))
    assert world.passkey_sign_in(device)["sub"] == operator_id


@pytest.mark.rule("X-SIGN-6")
def test_what_was_begun_with_an_earlier_invitation_is_over(world: SignInWorld) -> None:
    """Given an invitation that a stranger took up, when the operator is invited again and enrols, then neither what the
    stranger began nor the other way that the operator was offered can be completed."""
    operator_id, stolen = world.invited()
    stranger = world.tell(None, "begin_enrolment", operator_id=operator_id, code=stolen)
    owner = next(each for each in world.offices.holders_of(SCHOOL) if each != operator_id)
    world.offices.tell(world.offices.signed_in(owner), "invite_operator", operator_id=operator_id)
    code = world.offices.invitation_of(operator_id)
    begun = world.tell(None, "begin_enrolment", operator_id=operator_id, code=code)
    device = Authenticator(ORIGIN)
    passkey = {"ceremony": begun["passkey"]["ceremony"], "credential": device.create(begun["passkey"]["options"])}
    world.tell(None, "complete_enrolment", **passkey, label="x")
    for left in (stranger["totp"], begun["totp"]):
        with pytest.raises(CeremonyOver):
            world.tell(
                None, "complete_enrolment", ceremony=left["ceremony"], password=PASSWORD, otp=world.otp(left["seed"])
            )
    assert world.passkey_sign_in(device)["sub"] == operator_id


@pytest.mark.rule("X-SIGN-2")
@pytest.mark.asvs("6.6.2")
def test_a_code_to_the_own_contact_steps_up_once_and_only_who_has_nothing_stronger(world: SignInWorld) -> None:
    """Given a student without a stronger factor, when the code that came to the contact is shown, then the session is
    stepped up; the code serves once, and a sign-in code does not serve at all."""
    _, _, staff = world.registrar()
    with pytest.raises(StrongFactorMissing):
        world.tell(world.asserted(staff), "send_step_up_code")
    world.with_password(world.student())
    weak = world.sign_in()
    world.forward(minutes=2)
    world.tell(world.asserted(weak), "send_step_up_code")
    code = world.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with pytest.raises(WrongSignIn):
        world.tell(world.asserted(weak), "step_up_with_code", code=wrong)
    strong = world.tell(world.asserted(weak), "step_up_with_code", code=code)
    with pytest.raises(WrongSignIn):
        world.tell(world.asserted(strong), "step_up_with_code", code=code)
    with pytest.raises(NotSignedIn):
        world.tell(None, "send_step_up_code")


@pytest.mark.rule("AC-24")
def test_nobody_reads_or_changes_how_another_signs_in(world: SignInWorld) -> None:
    """Given a student and an operator who are signed in, when the operator lists, changes or ends anything of sign-in,
    then it is the operator's own; the student's passkey and session are not found."""
    _, _, staff = world.registrar()
    student = world.student()
    world.add_passkey(student, Authenticator(ORIGIN))
    theirs = world.tell(world.asserted(student), "list_my_factors")["passkeys"][0]["passkey"]
    mine = world.tell(world.asserted(staff), "list_my_factors")
    assert (mine["has_totp"], mine["passkeys"]) == (True, [])
    with pytest.raises(FactorUnknown):
        world.tell(world.asserted(staff), "remove_passkey", passkey=theirs)
    with pytest.raises(NotFound):
        world.tell(world.asserted(staff), "end_session", session_id=world.asserted(student).session)
    for method in ("list_my_factors", "begin_passkey", "begin_totp", "remove_totp", "begin_passkey_step_up"):
        with pytest.raises(NotSignedIn):
            world.tell(None, method)
    assert world.asserted(student).sub == student["sub"]


@pytest.mark.asvs("7.4.2")
def test_with_a_closed_account_go_its_sessions_factors_and_every_secret(world: SignInWorld) -> None:
    first = world.student()
    world.with_password(first)
    other = world.sign_in()
    device = Authenticator(ORIGIN)
    world.add_passkey(first, device, "我的手机")
    world.tell(world.asserted(first), "close_account")
    for answer in (first, other):
        with pytest.raises(NotSignedIn):
            world.asserted(answer)
    world.work()
    with pytest.raises(PasskeyRefused):
        world.passkey_sign_in(device)
    with pytest.raises(WrongSignIn):
        world.sign_in(STUDENT)
    with world.store.reading() as cursor:
        cursor.execute("SELECT count(*) FROM login_secrets")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM subject_keys WHERE subject LIKE 'login:%%' AND wrapped IS NOT NULL")
        assert cursor.fetchone() == (0,)
    world.forward(hours=13)
    world.upkeep.due(world.clock.now())
    world.offices.require_sound()


@pytest.mark.rule("AUD-1")
def test_what_an_auditor_is_believed_never_outlives_the_grant(world: SignInWorld) -> None:
    """Given an auditor on the last day of the grant, when a session speaks just before midnight, then what it says
    holds until midnight, names what the grant covers, and after it nobody is let in."""
    world.clock.instant = datetime(2026, 10, 20, 2, tzinfo=UTC)
    above = world.offices.signed_in(world.offices.begin())
    grant = {"scope": "11", "valid_until": "2026-10-20", "purpose": "年度学籍审计", "services": ["enrollment"]}
    auditor = world.offices.found(above, "state-audit", "auditor", "审计署", **grant)
    world.clock.instant = datetime(2026, 10, 20, 15, 58, tzinfo=UTC)
    holder = world.identity.holders.named(auditor)
    assert holder is not None
    by = world.by(None, "sign_in", uuid4(), "", "")
    session = world.identity.sessions.begin(holder, amr=("passkey",), device="", by=by, strong=True)
    found = world.asserted(session)
    assert (found.granted, found.exp) == (("11", "enrollment"), datetime(2026, 10, 20, 16, tzinfo=UTC))
    world.forward(minutes=2)
    with pytest.raises(NotSignedIn):
        world.asserted(session)


@pytest.mark.asvs("7.4.2")
def test_who_is_dismissed_is_out_at_once_and_the_factors_are_gone(world: SignInWorld) -> None:
    operator_id, seed, answer = world.registrar()
    owner = next(each for each in world.offices.holders_of(SCHOOL) if each != operator_id)
    world.offices.tell(
        world.offices.signed_in(owner), "revoke_operator", operator_id=operator_id, reason="the person left the school"
    )
    with pytest.raises(NotSignedIn):
        world.asserted(answer)
    with pytest.raises(WrongSignIn):
        world.sign_in(operator_id, otp=world.otp(seed))
    world.work()
    assert world.identity.sessions.login_standing(f"operator:{operator_id}").ended
    world.offices.require_sound()


def test_a_notice_reaches_operators_too(world: SignInWorld) -> None:
    operator_id, seed, _ = world.registrar()
    answer = world.sign_in(operator_id, otp=world.otp(seed))
    world.add_passkey(answer, Authenticator(ORIGIN))
    assert any("To: zhaoyun@example.edu.cn\n" in notice for notice in world.notices())


def test_a_read_model_of_logins_follows_from_the_log(world: SignInWorld) -> None:
    operator_id, _, answer = world.registrar()
    world.work()
    with world.store.reading() as cursor:
        cursor.execute(
            "SELECT has_password, has_totp, passkeys, ended FROM login_register WHERE subject = %s",
            (f"operator:{operator_id}",),
        )
        assert cursor.fetchone() == (True, True, 0, False)
    assert world.asserted(answer).exp <= world.clock.now() + timedelta(minutes=5)
