"""Pictures of claims: they come in sealed, whoever they show; a reviewer who has the claim in hand sees them."""

import hashlib
from contextlib import closing
from http import HTTPStatus
from typing import Any, BinaryIO, Final
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint
from flask_smorest.fields import Upload as UploadField
from marshmallow import RAISE, Schema

from gateway.api.downloads import describe
from gateway.api.limits import caller_network, spend
from gateway.api.views import UPLOAD_CLAIM_EVIDENCE, IdempotencyKey
from gateway.platform import platform
from shared.blobs.port import BlobTooLarge
from shared.blobs.sealed import open_file, seal_file
from shared.contracts import shapes
from shared.contracts.contract import SavedV1
from shared.contracts.rpc.identity_claim_review import SeeClaimEvidenceV1
from shared.contracts.rpc.identity_claims import EVIDENCE_ROLES, AddClaimEvidenceV1, CheckEvidenceRoomV1, secret
from shared.rules.refused import Refused

MEBIBYTE: Final = 1 << 20
LARGEST: Final = MEBIBYTE
_ROOM_FOR_FIELDS: Final = 64 * 1024
_PATH: Final = "/identity-claims/<uuid:claim_id>/evidence"
_MAGIC: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


class NotAPicture(Refused):
    """What proves who somebody is, is photographed."""

    rule = "X-FILE-2"
    status = 422
    zh = "证明材料须为 JPEG、PNG 或 GIF 图像"
    en = "evidence is a JPEG, a PNG or a GIF"


class ClaimEvidenceSchema(Schema):
    """A picture and what it shows."""

    class Meta:
        unknown = RAISE

    secret = secret()
    role = shapes.one_of(EVIDENCE_ROLES, metadata={"description": "What the picture shows."})
    file = UploadField(required=True, metadata={"description": "JPEG, PNG or GIF, at most 1 MB."})


def add_claim_evidence(api: Blueprint) -> None:
    """One route in, one out."""
    view = api.response(201, SavedV1, description="Created")(upload_claim_evidence)
    view = api.arguments(ClaimEvidenceSchema, location="upload")(view)
    view = api.arguments(IdempotencyKey(), location="headers", error_status_code=400)(view)
    statuses = {each: HTTPStatus(each).name for each in (400, 401, 403, 404, 409, 413, 422, 429, 503, 504)}
    # whoever brings the claim's secret, or is signed in as its asker
    view = api.doc(operationId=UPLOAD_CLAIM_EVIDENCE, security=[], responses=statuses)(view)
    api.route(_PATH, methods=["POST"], endpoint=UPLOAD_CLAIM_EVIDENCE, tags=["identity"])(view)
    describe(api, f"{_PATH}/<uuid:evidence_id>", "see_claim_evidence", "identity", "image/jpeg", claim_evidence_file)
    api.before_request(_guard)


def _guard() -> None:
    if (request.endpoint or "").endswith(f".{UPLOAD_CLAIM_EVIDENCE}"):
        request.max_content_length = LARGEST + _ROOM_FOR_FIELDS


def upload_claim_evidence(command: dict[str, Any], asked: dict[str, Any], claim_id: UUID) -> dict[str, Any]:
    """Hand in a picture that proves a claim.

    Identity draws it anew; of the file that came only a sealed copy is kept, and the key of that one is thrown away.
    """
    spend("file", caller_network())  # a file that turns out to be no picture is kept all the same
    told = {"claim_id": claim_id, "secret": asked["secret"]}
    platform().ask(CheckEvidenceRoomV1, told)  # nobody else fills the disk
    with closing(asked["file"]) as file:
        content = picture_in(file.stream)
    sealed, key = seal_file(content)
    told_of = {"digest": platform().blobs.put(sealed), "key": key, "original": hashlib.sha256(content).hexdigest()}
    return platform().ask(AddClaimEvidenceV1, {**command, **told, "role": asked["role"], **told_of})


def claim_evidence_file(claim_id: UUID, evidence_id: UUID) -> Response:
    """A picture of a claim, for the reviewer who has it in hand; the look is recorded."""
    found = platform().ask(SeeClaimEvidenceV1, {"claim_id": claim_id, "evidence_id": evidence_id})
    content = open_file(platform().blobs.read(found["digest"]), found["key"])
    response = Response(content, content_type="image/jpeg")
    response.headers["Content-Disposition"] = f'attachment; filename="evidence-{evidence_id}.jpg"'
    response.headers["Cache-Control"] = "no-store"
    return response


def picture_in(stream: BinaryIO) -> bytes:
    """What is a picture by its first bytes, and not too large."""
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise BlobTooLarge(limit=LARGEST // MEBIBYTE)
    if not content.startswith(_MAGIC):
        raise NotAPicture(field="file")
    return content
