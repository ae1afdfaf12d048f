"""The page of an office: who acts for it, appointed, invited again, dismissed; and its yearly statement (A23-1)."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, abort, g, request

from gateway.api.evidence import LARGEST, upload_evidence
from gateway.api.signed_in import require_role_for
from gateway.portal.asking import NotFilledIn, Outcome, asked, typed
from gateway.portal.rendering import LANGUAGE
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.steps import Step, done_by, needs_step_up, refusal_of, taken
from gateway.portal.visits import signed_in, step_up_first
from shared.contracts.rpc.identity import ID_TYPES
from shared.contracts.rpc.identity_offices import AttestOfficeV1, GetOfficeV1
from shared.contracts.rpc.identity_operators import (
    TRAININGS,
    AppointOperatorV1,
    InviteOperatorV1,
    ListOperatorsV1,
    RevokeOperatorV1,
)
from shared.rules.refused import Refused

_ROOM_FOR_FIELDS: Final = 64 * 1024
_PERSON: Final = ("name", "mail", "id_type", "id_number", "training", "valid_until")


def add_office_pages(pages: Blueprint) -> None:
    """Put the page into the portal."""
    pages.add_url_rule(f"/{LANGUAGE}/office", "office", admitted, methods=["GET", "POST"])


def admitted(language: str) -> Response:
    """The written procedure is a file: its form may be larger than any other."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = LARGEST + _ROOM_FOR_FIELDS
    return office(language)


@signed_in
def office(language: str) -> Response:
    """The own office; what may be done by whom is decided by identity, as everywhere."""
    if not g.actor.office:
        abort(404)
    outcome = taken(_STEPS)
    if needs_step_up(outcome):
        return step_up_first(language)
    refusal, done = refusal_of(outcome), done_by(outcome, "office")
    # what was stated just now is shown, and not what was before
    after = {"after_version": outcome.answer["version"]} if outcome and done == "office_done_attest" else {}
    found = asked(GetOfficeV1, {"code": g.actor.office, **after})
    operators = asked(ListOperatorsV1, {"code": g.actor.office})
    return form_page(
        "office.html",
        language,
        refusal or found.refusal,
        done=done,
        office=found.answer,
        operators=operators.answer.get("operators", []),
        owns=found.answer.get("owner") == g.actor.sub,
        id_types=ID_TYPES,
        trainings=TRAININGS,
        typed=request.form if refusal else {},
    )


def _appointed() -> Outcome:
    return asked(AppointOperatorV1, {**typed(*_PERSON), "code": g.actor.office, "command_id": command_number()})


def _invited() -> Outcome:
    return asked(InviteOperatorV1, {**typed("operator_id"), "command_id": command_number()})


def _dismissed() -> Outcome:
    return asked(RevokeOperatorV1, {**typed("operator_id", "reason"), "command_id": command_number()})


def _attested() -> Outcome:
    file = request.files.get("file")
    if file is None or not file.filename or len(request.form.get("statement", "").strip()) < 10:
        return Outcome({}, NotFilledIn(field="statement").as_dict())
    try:
        require_role_for("attest_office")  # whoever may not state anything does not fill the disk
        digest = upload_evidence({"file": file})["digest"]
    except Refused as refused:
        return Outcome({}, refused.as_dict())
    said: dict[str, Any] = {**typed("statement"), "evidence": [digest], "code": g.actor.office}
    return asked(AttestOfficeV1, {**said, "command_id": command_number()})


_STEPS: Final[Mapping[str, Step]] = {
    "appoint": _appointed,
    "invite": _invited,
    "dismiss": _dismissed,
    "attest": _attested,
}
