"""The pages of a claim: made without an account, and followed by whoever has the secret that was sent along."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, g, request

from gateway.api.claim_evidence import LARGEST, upload_claim_evidence
from gateway.api.signed_in import believe_browser, session_of_browser
from gateway.portal.asking import NotFilledIn, Outcome, asked, typed
from gateway.portal.claim_clock import days_left
from gateway.portal.claim_own_pages import add_own_claim_pages
from gateway.portal.rendering import LANGUAGE, moved, render_page
from gateway.portal.school_choice import offered, school_of_form
from gateway.portal.visits import form_token, require_own_form
from shared.codes.tables import LEVELS
from shared.contracts.rpc.identity import ID_TYPES
from shared.contracts.rpc.identity_claim_views import ViewIdentityClaimV1
from shared.contracts.rpc.identity_claim_vouching import AskClassmatesV1
from shared.contracts.rpc.identity_claims import (
    EVIDENCE_ROLES,
    OPEN_KINDS,
    AppealIdentityClaimV1,
    HandInIdentityClaimV1,
    OpenIdentityClaimV1,
    ProveByKnowledgeV1,
    ProveClaimContactV1,
    SendClaimCodeV1,
    WithdrawIdentityClaimV1,
)
from shared.rules.refused import Refused

CLAIMS: Final = f"/{LANGUAGE}/identity-claims"
_ROOM_FOR_FIELDS: Final = 64 * 1024
_DOCUMENT: Final = ("id_type", "id_number", "issuing_country", "name", "channel", "contact", "statement", "kind")
_STUDIES: Final = ("school", "level", "student_no", "major")
# in which states its asker may still do something: as the rules of claims have it, so that no button leads nowhere
_UPLOAD: Final = ("open", "evidence_uploaded", "queued", "more_evidence")
_WAITING: Final = ("opened", "open", "evidence_uploaded", "proven", "queued", "in_review", "more_evidence")
_CLASSMATES: Final = ("open", "evidence_uploaded", "more_evidence")


def add_claim_pages(pages: Blueprint) -> None:
    """Put the pages into the portal."""
    pages.add_url_rule("/identity-claims/<uuid:claim_id>", "claim_start", claim_start)
    pages.add_url_rule(f"{CLAIMS}/", "new_claim", new_claim, methods=["GET", "POST"])
    pages.add_url_rule(f"{CLAIMS}/<uuid:claim_id>/proof", "claim_proof", claim_proof, methods=["GET", "POST"])
    pages.add_url_rule(f"{CLAIMS}/<uuid:claim_id>", "claim", claim, methods=["GET", "POST"])
    add_own_claim_pages(pages)


def claim_start(claim_id: UUID) -> Response:
    """Where a link without a language leads; browsers carry what stands behind # along, servers never see it."""
    return moved("pages.claim", claim_id=claim_id)


def new_claim(language: str) -> Response:
    """Somebody without an account names the document; posted, a code goes to the contact."""
    refusal = None
    if request.method == "POST":
        opened = asked(OpenIdentityClaimV1, {**typed(*_DOCUMENT), "command_id": _command()})
        if opened.refusal is None:
            return Response(_proof_page(language, UUID(opened.answer["id"])))
        refusal = opened.refusal
    page = render_page(
        "claim_new.html",
        language,
        kinds=OPEN_KINDS,
        id_types=ID_TYPES,
        refusal=refusal,
        # what a page was asked for may name the kind and nothing else of anybody
        typed=request.form if request.method == "POST" else {"kind": request.args.get("kind", "")},
        command_id=uuid4(),
    )
    return Response(page, refusal["status"] if refusal else 200)


def claim_proof(language: str, claim_id: UUID) -> Response:
    """The code that came to the contact; the right one opens the claim."""
    if request.method == "GET":
        return Response(_proof_page(language, claim_id))
    command = {"command_id": _command(), "claim_id": claim_id}
    if request.form.get("step") == "resend":
        sent = asked(SendClaimCodeV1, command)
        return Response(_proof_page(language, claim_id, sent.refusal, resent=not sent.refusal), sent.status)
    proven = asked(ProveClaimContactV1, {**command, **typed("code")})
    if proven.refusal:
        return Response(_proof_page(language, claim_id, proven.refusal), proven.status)
    return _claim_page(language, claim_id, proven.answer["secret"], done="claim_proven")


def claim(language: str, claim_id: UUID) -> Response:
    """One claim: opened by its secret, which comes in a form and never in an address; and each step that follows.

    Whoever asked while signed in needs no secret, and forms that carry none are ours alone.
    """
    if request.method == "GET":
        found = _claim_page(language, claim_id, "") if _asks_signed_in() else None
        if found is not None and found.status_code == HTTPStatus.OK:
            return found
        return Response(render_page("claim.html", language, claim=None, claim_id=claim_id))
    if request.mimetype == "multipart/form-data":
        request.max_content_length = LARGEST + _ROOM_FOR_FIELDS
    secret, step = request.form.get("secret", "").strip(), request.form.get("step", "view")
    # with a secret nobody is signed in: a stranger's form with any secret at all would act in the session's name
    if not secret and _asks_signed_in():
        require_own_form()
    if step == "view":
        return _claim_page(language, claim_id, secret)
    take = _STEPS.get(step) or abort(400)
    outcome = take({"command_id": _command(), "claim_id": claim_id, "secret": secret})
    done = "" if outcome.refusal else "claim_appeal_done" if step == "appeal" else "claim_done"
    return _claim_page(language, claim_id, secret, outcome.refusal, done, outcome.answer.get("code", ""))


def _asks_signed_in() -> bool:
    """Whether somebody is signed in here; a session that has ended is none."""
    if not session_of_browser():
        return False
    with suppress(Refused):
        believe_browser()
        return True
    return False


def _command() -> str:
    """The number under which a form was drawn: sent twice, it does its work once."""
    return request.form.get("command_id", "") or str(uuid4())


def _uploaded(command: Mapping[str, Any]) -> Outcome:
    file, role = request.files.get("file"), request.form.get("role", "")
    try:
        if file is None or not file.filename or role not in EVIDENCE_ROLES:
            raise NotFilledIn(field="file")
        told = {"secret": command["secret"], "role": role, "file": file}
        return Outcome(upload_claim_evidence({"command_id": UUID(command["command_id"])}, told, command["claim_id"]))
    except Refused as refused:
        return Outcome({}, refused.as_dict())
    except ValueError:
        abort(400)


def _known(command: Mapping[str, Any]) -> Outcome:
    year = request.form.get("entry_year", "").strip()
    if not (year.isascii() and year.isdecimal()):
        return Outcome({}, NotFilledIn(field="entry_year").as_dict())
    school = school_of_form("school")
    if offered():  # which of several is asked first: it costs no try
        return Outcome({}, school.refusal)
    said = {**typed(*_STUDIES), **({"school": school.code} if school.code else {})}
    return asked(ProveByKnowledgeV1, {**command, **said, "entry_year": int(year[:6])})


def _handed_in(command: Mapping[str, Any]) -> Outcome:
    return asked(HandInIdentityClaimV1, command)


def _classmates(command: Mapping[str, Any]) -> Outcome:
    return asked(AskClassmatesV1, command)


def _withdrawn(command: Mapping[str, Any]) -> Outcome:
    if request.form.get("sure") != "yes":
        return Outcome({}, NotFilledIn(field="sure").as_dict())
    return asked(WithdrawIdentityClaimV1, command)


def _appealed(command: Mapping[str, Any]) -> Outcome:
    return asked(AppealIdentityClaimV1, {**command, **typed("statement")})


_STEPS: Final[Mapping[str, Callable[[Mapping[str, Any]], Outcome]]] = {
    "evidence": _uploaded,
    "knowledge": _known,
    "hand_in": _handed_in,
    "classmates": _classmates,
    "withdraw": _withdrawn,
    "appeal": _appealed,
}


def _proof_page(
    language: str, claim_id: UUID, refusal: Mapping[str, Any] | None = None, *, resent: bool = False
) -> str:
    return render_page(
        "claim_proof.html", language, claim_id=claim_id, refusal=refusal, resent=resent, command_id=uuid4()
    )


def _claim_page(
    language: str,
    claim_id: UUID,
    secret: str,
    refusal: Mapping[str, Any] | None = None,
    done: str = "",
    code: str = "",
) -> Response:
    """The claim as it stands after whatever was done; the side that lost a document has a secret that only appeals."""
    seen = asked(ViewIdentityClaimV1, {"claim_id": claim_id, "secret": secret})
    found = None if seen.refusal else seen.answer
    status = refusal["status"] if refusal else 200 if done else seen.status
    page = render_page(
        "claim.html",
        language,
        claim=found,
        claim_id=claim_id,
        secret=secret,
        refusal=refusal,
        unseen=None if done else seen.refusal,
        done=done,
        code=code,
        days_left=days_left(found) if found else None,
        levels=LEVELS,
        offered=offered(),
        typed=request.form if offered() else {},
        roles=EVIDENCE_ROLES,
        uploads=found is not None and found["state"] in _UPLOAD and len(found["evidence"]) < found["most_files"],
        withdraws=found is not None and found["state"] in _WAITING,
        classmates=found is not None and found["kind"] == OPEN_KINDS[0] and found["state"] in _CLASSMATES,
        new_command=uuid4,
        token=form_token() if "assertion" in g and not secret else "",
    )
    return Response(page, status)
