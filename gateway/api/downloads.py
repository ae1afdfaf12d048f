"""Files that come out of the registry: refused rows, photos, reports; the service says whether, and which."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, BinaryIO, Final
from uuid import UUID

from flask import Response, g
from flask_smorest import Blueprint
from werkzeug.wsgi import FileWrapper

from gateway.platform import platform
from shared.access.decide import require_person
from shared.blobs.sealed import open_file
from shared.contracts.contract import Request
from shared.contracts.rpc.credentials import GetCertificateBatchV1
from shared.contracts.rpc.enrollment import GetBatchV1
from shared.contracts.rpc.enrollment_batches import GetPlanV1
from shared.contracts.rpc.imaging import GetPhotoV1
from shared.contracts.rpc.verification import GetReportPdfV1
from shared.intake.formats import CONTENT_TYPES, ERRORS_FORMATS, JSONL, format_written
from shared.rules.refused import NotFound

_ROWS: Final = tuple(dict.fromkeys(CONTENT_TYPES[written] for written in ERRORS_FORMATS.values()))


def add_downloads(api: Blueprint) -> None:
    """The routes that answer with a file."""
    describe(api, "/batches/<uuid:batch_id>/errors", "download_batch_errors", "enrollment", _ROWS, batch_errors)
    describe(api, "/batches/<uuid:batch_id>/plan/file", "download_plan", "enrollment", CONTENT_TYPES[JSONL], plan_file)
    describe(
        api,
        "/certificate-batches/<uuid:batch_id>/errors",
        "download_certificate_batch_errors",
        "credentials",
        _ROWS,
        certificate_batch_errors,
    )
    describe(api, "/photos/<uuid:photo_id>/file", "download_photo", "imaging", "image/jpeg", photo_file)
    describe(
        api, "/reports/<uuid:report_id>/document", "download_report", "verification", "application/pdf", report_pdf
    )


def batch_errors(batch_id: UUID) -> Response:
    """The refused rows of a file handed in to enrollment, each with its reason.

    They come in the format of the file: CSV for CSV, JSON lines for JSON lines, a workbook for XLSX and DBF.
    """
    return _refused_rows(GetBatchV1, batch_id)


def plan_file(batch_id: UUID) -> Response:
    """The whole plan of a file: its signed head, then one line a row with the very facts it would lead to."""
    digest = platform().ask(GetPlanV1, {"batch_id": batch_id, "rows": 0})["digest"]
    return attached(platform().blobs.open(digest), CONTENT_TYPES[JSONL], f"plan-{batch_id}.jsonl")


def certificate_batch_errors(batch_id: UUID) -> Response:
    """The refused rows of a file of certificates, each with its reason, in the format of the file (DBF: XLSX)."""
    return _refused_rows(GetCertificateBatchV1, batch_id)


def photo_file(photo_id: UUID) -> Response:
    """A photo itself, for whoever may see it; a face cannot be masked, so no other system is shown it."""
    require_person(g.actor, "read_status")
    photo = platform().ask(GetPhotoV1, {"photo_id": photo_id})
    return attached(platform().blobs.open(photo["digest"]), "image/jpeg", f"{photo_id}.jpg")


def report_pdf(report_id: UUID) -> Response:
    """The PDF of an own report."""
    document = platform().ask(GetReportPdfV1, {"report_id": report_id})
    content = open_file(platform().blobs.read(document["digest"]), document["key"])
    return _attachment(Response(content, content_type="application/pdf"), document["filename"])


def _refused_rows(contract: type[Request], batch_id: UUID) -> Response:
    require_person(g.actor, "read_batch")  # names and numbers stand there in clear, for a person who mends them
    digest = platform().ask(contract, {"batch_id": batch_id, "refused_rows": True})["errors_digest"]
    if digest is None:
        raise NotFound
    stream = platform().blobs.open(digest)
    written = format_written(stream)
    return attached(stream, CONTENT_TYPES[written], f"refused-rows-{batch_id}.{written}")


def attached(stream: BinaryIO, content_type: str, filename: str) -> Response:
    """A file as the answer; it is closed when the last byte has left."""
    return _attachment(Response(FileWrapper(stream), content_type=content_type), filename)


def _attachment(response: Response, filename: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def describe(api: Blueprint, path: str, name: str, tag: str, content_type: str | Sequence[str], view: Any) -> None:
    """Add a route that answers with a file, and say so in the document; of several types the answer has one."""
    binary = {"type": "string", "format": "binary"}
    types = [content_type] if isinstance(content_type, str) else content_type
    view = api.response(200, binary, content_type=types[0], description="The file.")(view)
    for status in (401, 403, 404, 409, 422, 429, 503, 504):
        view = api.alt_response(status, HTTPStatus(status).name)(view)
    content = {each: {"schema": binary} for each in types}
    told = {"200": {"description": "The file.", "content": content}}  # flask-smorest knows one type an answer
    view = api.doc(operationId=name, security=[{"assertion": []}], responses=told)(view)
    api.route(path, methods=["GET"], endpoint=name, tags=[tag])(view)
