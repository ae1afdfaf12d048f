"""Who may look at one's own records, and who did."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, request

from gateway.platform import platform
from gateway.portal.asking import Outcome, asked, typed
from gateway.portal.rendering import LANGUAGE
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.steps import Step, done_by, refusal_of, taken, telling
from gateway.portal.visits import for_students
from shared.codes.clock import SHANGHAI, add_months
from shared.contracts.rpc.identity import ListMyRecordsV1
from shared.contracts.rpc.identity_privacy import (
    CONSENT_SCOPE,
    GetMyConsentV1,
    GrantConsentV1,
    ListMyConsentsV1,
    ListMyLooksV1,
    RevokeConsentV1,
)

LOOKS_A_PAGE: Final = 50
LONGEST_MONTHS: Final = 12


def add_privacy_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    pages.add_url_rule(f"/{LANGUAGE}/me/consents", "consents", consents, methods=["GET", "POST"])
    pages.add_url_rule(f"/{LANGUAGE}/me/looks", "looks", looks)


@for_students
def consents(language: str) -> Response:
    """To whom the own word was given, for what and until when; given anew, taken back (PIPL-1)."""
    outcome = taken(_STEPS)
    given = _given(outcome)  # read first: the list below has followed by then
    found, own = asked(ListMyConsentsV1, {"with_readers": True}), asked(ListMyRecordsV1, {})
    today = datetime.fromtimestamp(platform().verifier.now().timestamp(), SHANGHAI).date()
    return form_page(
        "consents.html",
        language,
        refusal_of(outcome) or found.refusal or own.refusal,
        done=done_by(outcome, "consents"),
        given=given,
        revoked=request.form.get("consent_id", "") if outcome and not outcome.refusal else "",
        consents=found.answer.get("consents", []),
        readers=found.answer.get("readers", []),
        records=own.answer.get("records", []),
        scope=CONSENT_SCOPE,
        today=today.isoformat(),
        earliest=(today + timedelta(days=1)).isoformat(),
        latest=add_months(today, LONGEST_MONTHS).isoformat(),
        typed=request.form if refusal_of(outcome) else {},
        chosen=[*request.form.getlist("scope"), *request.form.getlist("records")] if refusal_of(outcome) else [],
    )


@for_students
def looks(language: str) -> Response:
    """Every look by anybody else, the newest first."""
    before = request.args.get("before") or None
    found = asked(ListMyLooksV1, {"limit": LOOKS_A_PAGE, "before": before})
    return form_page(
        "looks.html",
        language,
        found.refusal,
        looks=found.answer.get("looks", []),
        before=before,
        older=found.answer.get("next"),
    )


def _granted() -> Outcome:
    chosen = {each: request.form.getlist(each) for each in ("scope", "records")}
    return asked(GrantConsentV1, {**typed("office", "purpose", "until"), **chosen, "command_id": command_number()})


def _given(outcome: Outcome | None) -> Mapping[str, Any] | None:
    """The consent that was given just now, with the name of its office."""
    if outcome is None or outcome.refusal or request.form["step"] != "grant":
        return None
    said = {"consent_id": outcome.answer["id"], "after_version": outcome.answer["version"]}
    return asked(GetMyConsentV1, said).answer or None


_STEPS: Final[Mapping[str, Step]] = {"grant": _granted, "revoke": telling(RevokeConsentV1, "consent_id")}
