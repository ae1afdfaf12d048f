"""The own claims of somebody who is signed in, and the page on which one vouches for a classmate."""

from typing import Final

from flask import Blueprint, Response, request

from gateway.portal.asking import NotFilledIn, Outcome, asked, typed
from gateway.portal.claim_clock import days_left
from gateway.portal.rendering import LANGUAGE, moved
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.visits import for_students
from shared.contracts.rpc.identity_claim_views import ListOwnClaimsV1
from shared.contracts.rpc.identity_claim_vouching import ListMyVouchesV1, TakeVouchBackV1, VouchForClassmateV1

_DONE: Final = {"vouch": "vouch_done", "take_back": "vouch_back_done"}


def add_own_claim_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    pages.add_url_rule(f"/{LANGUAGE}/me/claims", "my_claims", my_claims)
    pages.add_url_rule("/vouch", "vouch_start", lambda: moved("pages.vouch"))
    pages.add_url_rule(f"/{LANGUAGE}/vouch", "vouch", vouch, methods=["GET", "POST"])


@for_students
def my_claims(language: str) -> Response:
    """What the signed-in person asked for: state, place in the line, clock and steps of each."""
    found = asked(ListOwnClaimsV1, {})
    claims = [{**each, "days_left": days_left(each)} for each in found.answer.get("claims", [])]
    return form_page("my_claims.html", language, found.refusal, claims=claims)


@for_students
def vouch(language: str) -> Response:
    """The field for a classmate's code, and what one said so far, to be taken back until it is decided."""
    step = request.form.get("step", "") if request.method == "POST" else ""
    outcome = _vouched() if step == "vouch" else _taken_back() if step else Outcome({})
    listed = asked(ListMyVouchesV1, {})
    return form_page(
        "vouch.html",
        language,
        outcome.refusal or listed.refusal,
        done="" if outcome.refusal else _DONE.get(step, ""),
        changed=outcome.answer.get("id", ""),
        vouches=listed.answer.get("vouches", []),
    )


def _vouched() -> Outcome:
    if request.form.get("sure") != "yes":
        return Outcome({}, NotFilledIn(field="sure").as_dict())
    return asked(VouchForClassmateV1, {**typed("code"), "command_id": command_number()})


def _taken_back() -> Outcome:
    return asked(TakeVouchBackV1, {**typed("vouch_id"), "command_id": command_number()})
