"""An office shows a code to be scanned, a person agrees and chooses: asking for a consent and answering (AC-23)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, abort, g, request, url_for

from gateway.platform import platform
from gateway.portal.asking import Outcome, asked, typed
from gateway.portal.rendering import LANGUAGE, moved
from gateway.portal.scan_codes import picture_of
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.steps import refusal_of
from gateway.portal.visits import for_students, gone_to, signed_in
from shared.codes.clock import SHANGHAI, add_months
from shared.contracts.rpc.identity import ListMyRecordsV1
from shared.contracts.rpc.identity_consent_requests import (
    ApproveConsentRequestV1,
    DeclineConsentRequestV1,
    GetConsentRequestV1,
    RequestConsentV1,
)
from shared.contracts.rpc.identity_privacy import CONSENT_SCOPE

LONGEST_MONTHS: Final = 12
ASKS: Final = "verifier"  # the offices that read by consents


def add_consent_request_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    both = ["GET", "POST"]
    pages.add_url_rule("/me/consents/<uuid:request_id>", "consent_request_start", consent_request_start)
    pages.add_url_rule(f"/{LANGUAGE}/me/consents/<uuid:request_id>", "consent_request", consent_request, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/office/consents", "ask_consent", ask_consent, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/office/consents/<uuid:request_id>", "asked_consent", asked_consent)


def consent_request_start(request_id: UUID) -> Response:
    """Where the link and its picture lead; it has no language."""
    return moved("pages.consent_request", request_id=request_id)


@for_students
def consent_request(language: str, request_id: UUID) -> Response:
    """Who asks for what; the records and how much of them are the student's to choose."""
    outcome = _answered(request_id) if request.method == "POST" else None
    found, own = asked(GetConsentRequestV1, {"request_id": request_id}), asked(ListMyRecordsV1, {})
    refusal = refusal_of(outcome)
    return form_page(
        "consent_request.html",
        language,
        refusal or found.refusal or own.refusal,
        done="" if outcome is None or refusal else f"request_done_{request.form['step']}",
        asked=found.answer,
        records=own.answer.get("records", []),
        chosen=[*request.form.getlist("scope"), *request.form.getlist("records")] if refusal else None,
    )


def _answered(request_id: UUID) -> Outcome:
    command: dict[str, Any] = {"request_id": request_id, "command_id": command_number()}
    if request.form.get("step") == "decline":
        return asked(DeclineConsentRequestV1, command)
    if request.form.get("step") != "approve":
        abort(400)
    chosen = {each: request.form.getlist(each) for each in ("scope", "records")}
    return asked(ApproveConsentRequestV1, {**command, **chosen})


@signed_in
def ask_consent(language: str) -> Response:
    """What the office would read and what for; posted, the code to be scanned."""
    _require_asker()
    outcome = None
    if request.method == "POST":
        said = {**typed("purpose", "until"), "scope": request.form.getlist("scope"), "command_id": command_number()}
        outcome = asked(RequestConsentV1, said)
        if outcome.refusal is None:
            return gone_to(url_for("pages.asked_consent", language=language, request_id=outcome.answer["id"]))
    today = datetime.fromtimestamp(platform().verifier.now().timestamp(), SHANGHAI).date()
    return form_page(
        "ask_consent.html",
        language,
        refusal_of(outcome),
        scope=CONSENT_SCOPE,
        earliest=(today + timedelta(days=1)).isoformat(),
        latest=add_months(today, LONGEST_MONTHS).isoformat(),
        typed=request.form if outcome else {},
        chosen=request.form.getlist("scope"),
    )


@signed_in
def asked_consent(language: str, request_id: UUID) -> Response:
    """The code and the link while nobody answered, then the answer."""
    _require_asker()
    found = asked(GetConsentRequestV1, {"request_id": request_id})
    shown: Mapping[str, Any] = found.answer
    picture = picture_of(shown["link"]) if shown.get("state") == "asked" else None
    return form_page("asked_consent.html", language, found.refusal, asked=shown, picture=picture)


def _require_asker() -> None:
    if g.actor.role != ASKS:
        abort(404)
