"""What an account consists of, in its owner's hands: contacts, name and documents, and its end."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, abort, g, request, url_for

from gateway.api.signed_in import session_of_browser
from gateway.platform import platform
from gateway.portal.asking import NotFilledIn, Outcome, asked, typed
from gateway.portal.own_pages import STEP_UP
from gateway.portal.rendering import LANGUAGE, render_page
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.visits import end_visit, for_students, gone_to, step_up_first
from shared.contracts.contract import Request
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
Step = Callable[[], Outcome]


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


# --- steps, as other pages of one's own take them too ---


def taken(steps: Mapping[str, Step]) -> Outcome | None:
    """What came of the step that was posted; None where a page was only asked for."""
    if request.method == "GET":
        return None
    step = steps.get(request.form.get("step", "")) or abort(400)
    return step()


def telling(contract: type[Request], *names: str) -> Step:
    """A step that tells a service what stands in these fields."""
    return lambda: asked(contract, {**typed(*names), "command_id": command_number()})


def needs_step_up(outcome: Outcome | None) -> bool:
    """Whether a strong factor must be shown first."""
    return bool(outcome and outcome.refusal and outcome.refusal["code"] == STEP_UP)


def refusal_of(outcome: Outcome | None) -> Mapping[str, Any] | None:
    """Why a step was not taken, if one was asked for."""
    return outcome.refusal if outcome else None


def done_by(outcome: Outcome | None, page: str) -> str:
    """The word that says what was done; none where nothing was."""
    return f"{page}_done_{request.form['step']}" if outcome and not outcome.refusal else ""


_CONTACT_STEPS: Final[Mapping[str, Step]] = {
    "name": telling(NameContactV1, "channel", "contact", "replaces"),
    "prove": telling(ProveNewContactV1, "code"),
    "remove": telling(RemoveContactV1, "contact_id"),
}
_NAME_STEPS: Final[Mapping[str, Step]] = {
    "correct": telling(ChangeMyNameV1, "name"),
    "change": telling(AskIdentityChangeV1, *_IDENTITY),
}
