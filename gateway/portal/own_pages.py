"""What is one's own: account, records and why one is missing, who looked; sessions and the ways to sign in."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, abort, g, request, url_for

from gateway.api.signed_in import session_of_browser
from gateway.platform import platform
from gateway.portal.asking import NotFilledIn, Outcome, asked, typed
from gateway.portal.rendering import LANGUAGE, moved
from gateway.portal.scan_codes import with_picture
from gateway.portal.sign_in_pages import command_number, credential, form_page, passkey_page
from gateway.portal.visits import begin_visit, gone_to, signed_in, step_up_first, way_back
from shared.contracts.contract import Request
from shared.contracts.rpc.identity import ListMyRecordsV1
from shared.contracts.rpc.identity_accounts import GetMyAccountV1
from shared.contracts.rpc.identity_factors import (
    AddPasskeyV1,
    AddTotpV1,
    BeginPasskeyV1,
    BeginTotpV1,
    ListMyFactorsV1,
    MakeRecoveryCodesV1,
    RemovePasskeyV1,
    RemoveTotpV1,
    SetPasswordV1,
)
from shared.contracts.rpc.identity_offices import GetOfficeV1
from shared.contracts.rpc.identity_privacy import ListMyLooksV1
from shared.contracts.rpc.identity_sign_in import (
    BeginPasskeyStepUpV1,
    EndMySessionsV1,
    EndSessionV1,
    ListMySessionsV1,
    SendStepUpCodeV1,
    StepUpWithCodeV1,
    StepUpWithOtpV1,
    StepUpWithPasskeyV1,
)

STEP_UP: Final = "STEP_UP_NEEDED"
SHOWN_LOOKS: Final = 3
Step = Callable[[str], Response]


def add_own_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    both = ["GET", "POST"]
    pages.add_url_rule("/me", "me_start", lambda: moved("pages.me"))
    pages.add_url_rule(f"/{LANGUAGE}/me", "me", me)
    pages.add_url_rule(f"/{LANGUAGE}/me/security", "security", security, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/me/step-up", "step_up", step_up, methods=both)


@signed_in
def me(language: str) -> Response:
    """The own account and records, who looked last, and the way to everything else that is one's own."""
    if g.actor.role != "student":
        office = asked(GetOfficeV1, {"code": g.actor.office}).answer if g.actor.office else {}
        return form_page("me.html", language, actor=g.actor, office=office)
    account, records = asked(GetMyAccountV1, {}), asked(ListMyRecordsV1, {})
    return form_page(
        "me.html",
        language,
        account.refusal or records.refusal,
        actor=g.actor,
        account=account.answer,
        records=records.answer,
        looks=asked(ListMyLooksV1, {"limit": SHOWN_LOOKS}).answer.get("looks", []),
    )


# --- sessions and factors ---


@signed_in
def security(language: str) -> Response:
    """Where one is signed in, and how; what changes that asks for a strong factor shown just now."""
    if request.method == "GET":
        return _security_page(language)
    step = _STEPS.get(request.form.get("step", "")) or abort(400)
    return step(language)


def _security_page(language: str, refusal: Any = None, done: str = "") -> Response:
    if refusal and refusal["code"] == STEP_UP:
        return step_up_first(language)
    sessions = [each for each in asked(ListMySessionsV1, {}).answer.get("sessions", []) if not _just_ended(each, done)]
    factors = asked(ListMyFactorsV1, {})
    return form_page(
        "security.html", language, refusal or factors.refusal, done=done, sessions=sessions, factors=factors.answer
    )


def _just_ended(session: Mapping[str, Any], done: str) -> bool:
    """The list follows what happened a moment later; what one just ended is not shown any more."""
    if not done or session["this_one"]:
        return False
    return request.form["step"] in ("end-others", "password") or request.form.get("session_id") == session["session_id"]


def _told(contract: type[Request], done: str, *names: str, **more: Any) -> Step:
    """A step that one question to identity takes."""

    def step(language: str) -> Response:
        outcome = asked(contract, {**typed(*names), **more, "command_id": command_number()})
        return _security_page(language, outcome.refusal, "" if outcome.refusal else done)

    return step


def _password(language: str) -> Response:
    said = {"password": request.form.get("password", ""), "command_id": command_number()}
    outcome = asked(SetPasswordV1, said)
    return _security_page(language, outcome.refusal, "" if outcome.refusal else "own_password_set")


def _totp(language: str) -> Response:
    begun = asked(BeginTotpV1, {})
    if begun.refusal:
        return _security_page(language, begun.refusal)
    return form_page("totp.html", language, totp=with_picture(begun.answer))


def _totp_done(language: str) -> Response:
    outcome = asked(AddTotpV1, {**typed("ceremony", "otp"), "command_id": command_number()})
    return _security_page(language, outcome.refusal, "" if outcome.refusal else "own_totp_added")


def _recovery_codes(language: str) -> Response:
    """Ten new codes on a page of their own, which no browser keeps."""
    made = asked(MakeRecoveryCodesV1, {"command_id": command_number()})
    if made.refusal:
        return _security_page(language, made.refusal)
    return form_page("recovery_codes.html", language, codes=made.answer["codes"])


def _passkey(language: str) -> Response:
    begun = asked(BeginPasskeyV1, {})
    if begun.refusal:
        return _security_page(language, begun.refusal)
    return passkey_page(language, begun.answer, url_for("pages.security", language=language), "create")


def _passkey_done(language: str) -> Response:
    said = {**typed("ceremony", "label"), "credential": credential(), "command_id": command_number()}
    outcome = asked(AddPasskeyV1, said)
    return _security_page(language, outcome.refusal, "" if outcome.refusal else "own_passkey_added")


_STEPS: Final[Mapping[str, Step]] = {
    "end": _told(EndSessionV1, "own_session_ended", "session_id"),
    "end-others": _told(EndMySessionsV1, "own_session_ended", this_too=False),
    "password": _password,
    "totp": _totp,
    "totp-done": _totp_done,
    "recovery-codes": _recovery_codes,
    "totp-remove": _told(RemoveTotpV1, "own_factor_removed"),
    "passkey": _passkey,
    "passkey-done": _passkey_done,
    "passkey-remove": _told(RemovePasskeyV1, "own_factor_removed", "passkey"),
}


# --- showing a strong factor again ---


@signed_in
def step_up(language: str) -> Response:
    """Before something that matters: a passkey, a one-time password, or for students without them a code."""
    if request.method == "GET":
        return _step_up_page(language)
    step = request.form.get("step", "")
    if step == "passkey":
        begun = asked(BeginPasskeyStepUpV1, {})
        if begun.refusal:
            return _step_up_page(language, begun.refusal)
        return passkey_page(language, begun.answer, url_for("pages.step_up", language=language), "get")
    if step == "send":
        sent = asked(SendStepUpCodeV1, {"command_id": command_number()})
        return _step_up_page(language, sent.refusal, sent=not sent.refusal)
    shown = _shown(step)
    if shown.refusal:
        return _step_up_page(language, shown.refusal, sent=step == "code")
    platform().sessions.forget(session_of_browser())
    return begin_visit(gone_to(way_back(url_for("pages.me", language=language))), shown.answer)


def _shown(step: str) -> Outcome:
    command = {"command_id": command_number()}
    if step == "otp":
        return asked(StepUpWithOtpV1, {**command, **typed("otp")})
    if step == "code":
        return asked(StepUpWithCodeV1, {**command, **typed("code")})
    if step == "passkey-done":
        return asked(StepUpWithPasskeyV1, {**command, **typed("ceremony"), "credential": credential()})
    return Outcome({}, NotFilledIn(field="step").as_dict())


def _step_up_page(language: str, refusal: Any = None, *, sent: bool = False) -> Response:
    factors = asked(ListMyFactorsV1, {}).answer
    strong = bool(factors.get("has_totp") or factors.get("passkeys"))
    by_code = g.actor.role == "student" and not strong
    return form_page("step_up.html", language, refusal, factors=factors, by_code=by_code, sent=sent, next=way_back(""))
