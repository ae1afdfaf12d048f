"""Opening an account with a browser: typed, shown once more as it will be kept, confirmed, proven by a code (AC-3)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from flask import Blueprint, Response, request

from gateway.portal.asking import asked, typed
from gateway.portal.rendering import LANGUAGE, moved
from gateway.portal.sign_in_pages import arrived, command_number, form_page
from gateway.portal.visits import require_own_form
from shared.contracts.rpc.identity import ID_TYPES, OpenAccountV1, ProveContactCodeV1, SendContactCodeV1
from shared.contracts.rpc.identity_accounts import PreviewAccountV1, ResendActivationV1

_PERSON: Final = ("id_type", "id_number", "issuing_country", "name", "channel", "contact")
# what leads on to signing in or to a claim; which of document and contact it is, is not said for ever
_LEADS_ON: Final[Mapping[str, str]] = {"DOCUMENT_TAKEN": "register_taken", "TAKEN": "register_taken_either"}


def add_register_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    pages.add_url_rule("/register", "register_start", lambda: moved("pages.register"))
    pages.add_url_rule(f"/{LANGUAGE}/register", "register", register, methods=["GET", "POST"])


def register(language: str) -> Response:
    """A person types document, name and contact, confirms them as they will be kept, and proves the contact."""
    if request.method == "GET":
        return _typed_page(language)
    require_own_form()
    step = request.form.get("step", "")
    if step == "confirm":
        return _opened(language)
    if step in ("resend", "prove"):
        return _resent(language) if step == "resend" else _proven(language)
    if step == "change":
        return _typed_page(language)
    seen = asked(PreviewAccountV1, typed(*_PERSON))
    if seen.refusal:
        return _typed_page(language, seen.refusal)
    return form_page("register_confirm.html", language, preview=seen.answer, typed=request.form)


def _opened(language: str) -> Response:
    opened = asked(OpenAccountV1, {**typed(*_PERSON, "confirmation"), "command_id": command_number()})
    if opened.refusal:
        return _typed_page(language, opened.refusal)
    account = opened.answer["id"]
    # a command of its own, and the same one when the form is sent twice
    sent = asked(SendContactCodeV1, {"account_id": account, "command_id": uuid5(UUID(account), command_number())})
    return _code_page(language, account, sent.refusal)


def _resent(language: str) -> Response:
    sent = asked(ResendActivationV1, {**typed("channel", "contact"), "command_id": command_number()})
    return _code_page(language, request.form.get("account_id", ""), sent.refusal, sent=not sent.refusal)


def _proven(language: str) -> Response:
    proven = asked(ProveContactCodeV1, {**typed("account_id", "code"), "command_id": command_number()})
    if proven.refusal:
        return _code_page(language, request.form.get("account_id", ""), proven.refusal)
    return arrived(language, proven.answer)


def _typed_page(language: str, refusal: Any = None) -> Response:
    taken = _LEADS_ON.get(refusal["code"]) if refusal else None
    return form_page("register.html", language, refusal, id_types=ID_TYPES, typed=request.form, taken=taken)


def _code_page(language: str, account: str, refusal: Any = None, *, sent: bool = False) -> Response:
    return form_page("register_code.html", language, refusal, account=account, typed=request.form, sent=sent)
