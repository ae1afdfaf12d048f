"""Signing in and out with a browser, and taking up an invitation; only passkeys need scripts."""

import json
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Blueprint, Response, abort, request, url_for

from gateway.api.signed_in import session_of_browser
from gateway.platform import platform
from gateway.portal.asking import Outcome, asked, typed
from gateway.portal.rendering import LANGUAGE, moved, render_page
from gateway.portal.scan_codes import with_picture
from gateway.portal.visits import (
    begin_visit,
    device_words,
    end_visit,
    form_token,
    gone_to,
    keep_browser,
    known_device,
    opened_for_browser,
    require_own_form,
    sealed_for_browser,
    signed_in,
    way_back,
)
from shared.contracts.rpc.identity import ID_TYPES, RequestSignInCodeV1, SignInWithCodeV1
from shared.contracts.rpc.identity_factors import BeginEnrolmentV1, CompleteEnrolmentV1
from shared.contracts.rpc.identity_sign_in import (
    BeginPasskeySignInV1,
    SignInWithPasskeyV1,
    SignInWithPasswordV1,
    SignOutV1,
)

SECOND_FACTOR: Final = "SECOND_FACTOR_MISSING"
MORE_OWED: Final = (SECOND_FACTOR, "PASSKEY_MISSING")  # said only to whoever has proven something already
WRONG: Final = "WRONG_SIGN_IN"
_DOCUMENT: Final = ("id_type", "id_number", "issuing_country", "name")
Step = Callable[[str], Response]


def add_sign_in_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    pages.add_url_rule("/sign-in", "sign_in_start", lambda: moved("pages.sign_in"))
    both = ["GET", "POST"]
    pages.add_url_rule(f"/{LANGUAGE}/sign-in", "sign_in", sign_in, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/sign-in/code", "sign_in_code", sign_in_code, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/enrol", "enrol", enrol, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/sign-out", "sign_out", sign_out, methods=["POST"])
    pages.after_request(keep_browser)


def sign_in(language: str) -> Response:
    """Name and password, or a passkey; whoever has more than a password shows it on a second page."""
    if request.method == "GET":
        return _sign_in_page(language)
    require_own_form()
    steps: Mapping[str, Step] = {
        "password": _password,
        "otp": _otp,
        "passkey": _passkey,
        "passkey-done": _passkey_done,
    }
    return (steps.get(request.form.get("step", "")) or abort(400))(language)


def sign_in_code(language: str) -> Response:
    """A code to the account's contact: asked for by document and name, the same answer to everybody."""
    if request.method == "GET":
        return _code_page(language)
    require_own_form()
    named = {**typed(*_DOCUMENT), "command_id": command_number()}
    if request.form.get("step") == "prove":
        signed = asked(SignInWithCodeV1, {**named, **typed("code", "request", "otp")})
        if signed.refusal:
            second = signed.refusal["code"] in MORE_OWED or bool(request.form.get("otp"))
            return _code_page(language, signed.refusal, code_request=request.form.get("request", ""), second=second)
        return arrived(language, signed.answer)
    sent = asked(RequestSignInCodeV1, {**named, "known_device": known_device()})
    return _code_page(language, sent.refusal, code_request=sent.answer.get("request", ""))


@signed_in
def sign_out(language: str) -> Response:
    """End the session here and at the registry."""
    asked(SignOutV1, {"command_id": command_number()})
    platform().sessions.forget(session_of_browser())
    return end_visit(gone_to(url_for("pages.home", language=language)))


def enrol(language: str) -> Response:
    """An invited operator: the code is spent, then a passkey is made, or a password and an authenticator are set."""
    if request.method == "GET":
        return _page("enrol.html", language, typed={})
    require_own_form()
    if request.form.get("step") == "begin":
        begun = asked(BeginEnrolmentV1, {**typed("operator_id", "code"), "command_id": command_number()})
        if begun.refusal:
            return _page("enrol.html", language, begun.refusal, typed=request.form)
        return _enrol_page(language, None, begun.answer["totp"], begun.answer["passkey"])
    done = _enrolled()
    if done.refusal is None:
        return arrived(language, done.answer)
    totp = {name: request.form.get(name, "") for name in ("ceremony", "seed", "address")}
    return _enrol_page(language, done.refusal, totp, None)


def _enrolled() -> Outcome:
    proof = {**typed("ceremony", "otp", "label"), "password": request.form.get("password", "")}
    if request.form.get("step") == "passkey-done":
        proof = {**typed("ceremony", "label"), "credential": credential()}
    return asked(CompleteEnrolmentV1, {**proof, "device": device_words(), "command_id": command_number()})


def _enrol_page(language: str, refusal: Any, totp: Mapping[str, Any], passkey: Mapping[str, Any] | None) -> Response:
    options = json.dumps(passkey["options"]) if passkey else ""
    return _page("enrol_factor.html", language, refusal, totp=with_picture(totp), passkey=passkey, options=options)


# --- the steps of signing in ---


def _password(language: str) -> Response:
    return _proven(language, request.form.get("password", ""), "")


def _otp(language: str) -> Response:
    return _proven(language, opened_for_browser(request.form.get("sealed", "")), request.form.get("otp", "").strip())


def _proven(language: str, password: str, otp: str) -> Response:
    said = {**typed("name"), "password": password, "otp": otp, "known_device": known_device()}
    signed = asked(SignInWithPasswordV1, {**said, "device": device_words(), "command_id": command_number()})
    if signed.refusal is None:
        return arrived(language, signed.answer)
    second = bool(otp) or signed.refusal["code"] in MORE_OWED
    if not second or not password:
        # whether only the second factor is missing is not said: the page offers to show one
        wrong = signed.refusal["code"] == WRONG and bool(password)
        return _sign_in_page(language, signed.refusal, sealed=sealed_for_browser(password) if wrong else "")
    told = None if signed.refusal["code"] == SECOND_FACTOR else signed.refusal
    # the password is not written into the page: what stands there opens in this browser alone
    return _page(
        "sign_in_otp.html",
        language,
        told,
        name=said.get("name"),
        sealed=sealed_for_browser(password),
        next=way_back(""),
    )


def _passkey(language: str) -> Response:
    begun = asked(BeginPasskeySignInV1, {})
    if begun.refusal:
        return _sign_in_page(language, begun.refusal)
    return passkey_page(language, begun.answer, url_for("pages.sign_in", language=language), "get")


def _passkey_done(language: str) -> Response:
    said = {**typed("ceremony"), "credential": credential(), "device": device_words()}
    signed = asked(SignInWithPasskeyV1, {**said, "command_id": command_number()})
    return _sign_in_page(language, signed.refusal) if signed.refusal else arrived(language, signed.answer)


# --- parts that other pages use ---


def arrived(language: str, signed: dict[str, Any]) -> Response:
    """Signed in: the browser keeps the session, and goes where it wanted to."""
    return begin_visit(gone_to(way_back(url_for("pages.me", language=language))), signed)


def passkey_page(language: str, begun: Mapping[str, Any], action: str, how: str, **more: Any) -> Response:
    """The page on which a browser asks its authenticator."""
    return _page(
        "passkey.html", language, action=action, how=how, next=way_back(""), ceremony=begun["ceremony"],
        options=json.dumps(begun["options"]), **more,
    )  # fmt: skip


def credential() -> Any:
    """What the authenticator made, as the script wrote it; None where it is nothing of the kind."""
    try:
        found = json.loads(request.form.get("credential", ""))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def command_number() -> str:
    """The number under which a form was drawn: sent twice, it does its work once."""
    return request.form.get("command_id", "") or str(uuid4())


def passkeys_possible() -> bool:
    """Browsers bind passkeys to a name; an address of numbers has none."""
    try:
        ip_address(urlsplit(platform().settings.public_origin).hostname or "")
    except ValueError:
        return True
    return False


def form_page(template: str, language: str, refusal: Any = None, **more: Any) -> Response:
    """A page with forms of ours: each carries a token and a number."""
    page = render_page(
        template, language, refusal=refusal, token=form_token(), new_command=uuid4, passkeys=passkeys_possible(), **more
    )
    return Response(page, refusal["status"] if refusal else 200)


_page: Final = form_page


def _sign_in_page(language: str, refusal: Any = None, sealed: str = "") -> Response:
    name = request.form.get("name", "")
    return _page("sign_in.html", language, refusal, name=name, sealed=sealed, next=way_back(""))


def _code_page(language: str, refusal: Any = None, *, code_request: str = "", second: bool = False) -> Response:
    """With what the code has to be brought back with; a second factor goes on with the same command."""
    more = {"code_request": code_request, "id_types": ID_TYPES, "typed": request.form, "next": way_back("")}
    same = command_number if second else None
    return _page("sign_in_code.html", language, refusal, second=second, same_command=same, **more)
