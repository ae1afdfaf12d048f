"""What an account consists of, in its owner's hands: contacts, name and documents, and its end."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, g, request, url_for

from gateway.api.signed_in import session_of_browser
from gateway.platform import platform
from gateway.portal.asking import NotFilledIn, Outcome, asked
from gateway.portal.rendering import LANGUAGE, render_page
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.steps import Step, done_by, needs_step_up, refusal_of, taken, telling
from gateway.portal.visits import end_visit, for_students, gone_to, step_up_first
from shared.contracts.rpc.identity import CHANNELS, ID_TYPES, CloseAccountV1
from shared.contracts.rpc.identity_accounts import (
    ChangeMyNameV1,
    GetMyAccountV1,
    NameContactV1,
    ProveNewContactV1,
    RemoveContactV1,
)
from shared.contracts.rpc.identity_claims import OWN_KINDS, AskIdentityChangeV1
from shared.contracts.rpc.identity_people import ListMyIdentitiesV1

_IDENTITY: Final = ("kind", "id_type", "id_number", "issuing_country", "name", "statement")


def add_contact_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    both = ["GET", "POST"]
    pages.add_url_rule(f"/{LANGUAGE}/me/contacts", "contacts", contacts, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/me/name", "name", name, methods=both)
    pages.add_url_rule(f"/{LANGUAGE}/me/close", "close", close, methods=both)


@for_students
def contacts(language: str) -> Response:
    """By what one is reached and signs in: added, replaced, proven, given up (AC-6, AC-7)."""
    outcome = taken(_CONTACT_STEPS)
    if needs_step_up(outcome):
        return step_up_first(language)
    account = asked(GetMyAccountV1, {})
    return form_page(
        "contacts.html",
        language,
        refusal_of(outcome) or account.refusal,
        done=done_by(outcome, "contacts"),
        account=account.answer,
        channels=CHANNELS,
        fresh=g.actor.stepped_up,
        typed=request.form if refusal_of(outcome) else {},
    )


@for_students
def name(language: str) -> Response:
    """Name and documents as they are on record; a typing error is corrected, anything else is applied for."""
    outcome = taken(_NAME_STEPS)
    if needs_step_up(outcome):
        return step_up_first(language)
    if outcome and not outcome.refusal and request.form["step"] == "change":
        return gone_to(url_for("pages.claim", language=language, claim_id=outcome.answer["id"]))
    account, identities = asked(GetMyAccountV1, {}), asked(ListMyIdentitiesV1, {})
    return form_page(
        "name.html",
        language,
        refusal_of(outcome) or account.refusal or identities.refusal,
        done=done_by(outcome, "name"),
        account=account.answer,
        identities=identities.answer.get("identities", []),
        kinds=OWN_KINDS,
        id_types=ID_TYPES,
        fresh=g.actor.stepped_up,
        typed=request.form if refusal_of(outcome) else {},
    )


@for_students
def close(language: str) -> Response:
    """The end of the account, after what stays and what goes was read."""
    outcome = taken({"close": _closed})
    if needs_step_up(outcome):
        return step_up_first(language)
    if outcome is None or outcome.refusal:
        return form_page("close.html", language, refusal_of(outcome), fresh=g.actor.stepped_up)
    platform().sessions.forget(session_of_browser())
    return end_visit(Response(render_page("closed.html", language, visiting=False)))


def _closed() -> Outcome:
    if request.form.get("sure") != "yes":
        return Outcome({}, NotFilledIn(field="sure").as_dict())
    return asked(CloseAccountV1, {"command_id": command_number()})


_CONTACT_STEPS: Final[Mapping[str, Step]] = {
    "name": telling(NameContactV1, "channel", "contact", "replaces"),
    "prove": telling(ProveNewContactV1, "code"),
    "remove": telling(RemoveContactV1, "contact_id"),
}
_NAME_STEPS: Final[Mapping[str, Step]] = {
    "correct": telling(ChangeMyNameV1, "name"),
    "change": telling(AskIdentityChangeV1, *_IDENTITY),
}
