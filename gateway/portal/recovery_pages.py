"""Finding the own account again: user name or password, by document, name and a code to a proven contact (AC-12)."""

from typing import Any, Final

from flask import Blueprint, Response, abort, request

from gateway.portal.asking import Outcome, asked, typed
from gateway.portal.rendering import LANGUAGE, moved
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.visits import known_device, require_own_form
from shared.contracts.rpc.identity import CHANNELS, ID_TYPES
from shared.contracts.rpc.identity_accounts import RecoverUserNameV1, RequestRecoveryCodeV1, ResetPasswordV1

PURPOSES: Final = ("user_name", "password")
_DOCUMENT: Final = ("id_type", "id_number", "issuing_country", "name")


def add_recovery_pages(pages: Blueprint) -> None:
    """Put the page into the portal."""
    pages.add_url_rule("/recover", "recover_start", lambda: moved("pages.recover"))
    pages.add_url_rule(f"/{LANGUAGE}/recover", "recover", recover, methods=["GET", "POST"])


def recover(language: str) -> Response:
    """Asked for by document and name, with the same answer to everybody; the code opens what was forgotten."""
    if request.method == "GET":
        return _typed_page(language)
    require_own_form()
    step = request.form.get("step", "")
    if step == "send":
        sent = asked(RequestRecoveryCodeV1, {**typed("purpose", "channel", *_DOCUMENT), **_asker()})
        if sent.refusal:
            return _typed_page(language, sent.refusal)
        return _code_page(language, sent.answer["request"])
    proven = _proven() if step == "prove" else abort(400)
    if proven.refusal:
        return _code_page(language, request.form.get("request", ""), proven.refusal)
    names = proven.answer["user_names"]
    return form_page("recovered.html", language, names=names, purpose=request.form["purpose"])


def _proven() -> Outcome:
    said: dict[str, Any] = {**typed("request", "code", *_DOCUMENT), **_asker()}
    if _purpose() == "user_name":
        return asked(RecoverUserNameV1, said)
    return asked(ResetPasswordV1, {**said, "password": request.form.get("password", "")})


def _asker() -> dict[str, str]:
    return {"command_id": command_number(), "known_device": known_device()}


def _purpose() -> str:
    said = request.form.get("purpose", "")
    return said if said in PURPOSES else abort(400)


def _typed_page(language: str, refusal: Any = None) -> Response:
    return form_page(
        "recover.html",
        language,
        refusal,
        purposes=PURPOSES,
        channels=CHANNELS,
        id_types=ID_TYPES,
        typed=request.form if request.method == "POST" else {"purpose": request.args.get("purpose", "")},
    )


def _code_page(language: str, asked_as: str, refusal: Any = None) -> Response:
    return form_page("recover_code.html", language, refusal, purpose=_purpose(), typed=request.form, asked_as=asked_as)
