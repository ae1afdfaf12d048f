"""The steps that a page of one's own takes when a form of it is sent, and what the page says of them afterwards."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, request

from gateway.portal.asking import Outcome, asked, typed
from gateway.portal.own_pages import STEP_UP
from gateway.portal.sign_in_pages import command_number
from shared.contracts.contract import Request

Step = Callable[[], Outcome]


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
