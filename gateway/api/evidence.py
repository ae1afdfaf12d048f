"""Papers that prove something: handed in once, named by their digest in a case, seen by those who may see the case."""

import re
from http import HTTPStatus
from typing import Any, BinaryIO, Final
from uuid import UUID

from flask import Response, g, request
from flask_smorest import Blueprint
from flask_smorest.fields import Upload as UploadField
from marshmallow import RAISE, Schema, fields

from gateway.api.downloads import attached, describe
from gateway.api.signed_in import require_role_for
from gateway.platform import platform
from shared.access.decide import NotPermitted, require_person
from shared.contracts.contract import Request
from shared.contracts.rpc.enrollment_admissions import GetAdmissionFixV1
from shared.contracts.rpc.enrollment_cases import GetCaseV1
from shared.contracts.rpc.enrollment_conflicts import GetConflictV1
from shared.contracts.rpc.enrollment_incidents import GetIncidentV1
from shared.contracts.rpc.enrollment_transfers import GetTransferV1
from shared.contracts.rpc.identity_offices import GetOfficeV1
from shared.rules.refused import NotFound, Refused

LARGEST: Final = 10 * 1024 * 1024
UPLOAD: Final = "upload_evidence"
# Who may bring a paper: whoever may file or decide anything that rests on one
_ACTIONS: Final = (
    "file_case",
    "file_own_case",
    "decide_case",
    "request_transfer",
    "answer_conflict",
    "decide_conflict",
    "request_admission_fix",
    "propose_admission_fix",
    "decide_admission_fix",
    "declare_illegal_entry",
    "report_incident",
    "attest_office",
)
_KINDS: Final = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_ENDINGS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_NAME: Final = re.compile(r"[0-9a-f]{64}")
# Where papers are asked for: the path before their name, and the contract that says who may see it
_PLACES: Final[dict[str, tuple[type[Request], str]]] = {
    "/cases": (GetCaseV1, "case_id"),
    "/conflicts": (GetConflictV1, "conflict_id"),
    "/transfers": (GetTransferV1, "transfer_id"),
    "/admission-fixes": (GetAdmissionFixV1, "fix_id"),
    "/incidents": (GetIncidentV1, "incident_id"),
    "/offices": (GetOfficeV1, "code"),
}
_PROCEDURES: Final = GetOfficeV1  # an office's one paper shows no student: whoever reads of the office may read it


class NotAPaper(Refused):
    """Proof is a scan or a photo of a paper."""

    rule = "X-FILE-2"
    status = 422
    zh = "证明材料须为 PDF、JPEG 或 PNG 文件"
    en = "evidence is a PDF, a JPEG or a PNG file"


class EvidenceSchema(Schema):
    """A form with one file."""

    class Meta:
        unknown = RAISE

    file = UploadField(required=True, metadata={"description": "A scan or a photo of a paper: PDF, JPEG or PNG."})


class EvidenceAnswerSchema(Schema):
    """What a case names it by."""

    digest = fields.String(required=True)
    content_type = fields.String(required=True)


def add_evidence(api: Blueprint) -> None:
    """One route in, one out for each kind of thing that rests on papers."""
    view = api.response(201, EvidenceAnswerSchema, description="Created")(upload_evidence)
    view = api.arguments(EvidenceSchema, location="upload")(view)
    view = api.doc(
        operationId=UPLOAD,
        security=[{"assertion": []}],
        responses={status: HTTPStatus(status).name for status in (400, 401, 403, 413, 422, 429)},
    )(view)
    api.route("/evidence", methods=["POST"], endpoint=UPLOAD, tags=["enrollment"])(view)
    for place, (contract, id_name) in _PLACES.items():
        _add_download(api, place, contract, id_name)
    api.before_request(_guard)


def _guard() -> None:
    if (request.endpoint or "").endswith(f".{UPLOAD}"):
        _require_any_role()
        request.max_content_length = LARGEST + 64 * 1024


def _require_any_role() -> None:
    for action in _ACTIONS[:-1]:
        try:
            require_role_for(action)
        except NotPermitted:
            continue
        return
    require_role_for(_ACTIONS[-1])


def upload_evidence(asked: dict[str, Any]) -> dict[str, str]:
    """Hand a paper in; a case, a transfer or a conflict then names it by its digest."""
    stream: BinaryIO = asked["file"].stream
    content_type = _kind_of(stream)
    return {"digest": platform().blobs.put(stream, limit=LARGEST), "content_type": content_type}


def _add_download(api: Blueprint, place: str, contract: type[Request], id_name: str) -> None:
    def view(item_id: UUID | str, digest: str) -> Response:
        """A paper of this record, by its name or its digest; the look at it is recorded before it is shown (A24-3).

        Whoever decides about the record sees it. Anybody else who may read the record gives a reason, in X-Purpose, and
        shows a strong factor before, as for anything that is unmasked (A25-1).
        """
        require_person(g.actor, name)
        found = _paper(contract, {id_name: item_id}, digest) if _NAME.fullmatch(digest) else None
        if found is None:
            raise NotFound
        stream = platform().blobs.open(found)
        content_type = _kind_of(stream)
        return attached(stream, content_type, f"evidence-{digest[:8]}.{_ENDINGS[content_type]}")

    written = "uuid" if id_name.endswith("_id") else "string"
    name = f"download_{place.strip('/').replace('-', '_')}_evidence"
    view.__name__ = name
    describe(api, f"{place}/<{written}:item_id>/evidence/<digest>", name, "enrollment", tuple(_ENDINGS), view)


def _paper(contract: type[Request], asked: dict[str, Any], named: str) -> str | None:
    """The digest of a paper, if the service lets the asker see it."""
    if contract is _PROCEDURES:
        procedure: str | None = platform().ask(contract, asked).get("procedure")
        return procedure if procedure == named else None
    opened: str | None = platform().ask(contract, asked | {"paper": named}).get("paper")
    return opened


def _kind_of(stream: BinaryIO) -> str:
    """What the first bytes say it is."""
    start = stream.read(16)
    stream.seek(0)
    for magic, content_type in _KINDS:
        if start.startswith(magic):
            return content_type
    raise NotAPaper(field="file")
