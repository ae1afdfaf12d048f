"""The archive page's data as one question: asked of all services at once, each part with its own fault (A21-1)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import Response, g, json
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from gateway.platform import platform
from shared.access.decide import Resource, require
from shared.bus.failures import CallFailed
from shared.contracts.contract import Request
from shared.contracts.rpc.credentials_own import ListMyCertificatesV1
from shared.contracts.rpc.enrollment_archive import ListOwnAdmissionsV1
from shared.contracts.rpc.enrollment_own import ListOwnStatusesV1
from shared.contracts.rpc.identity import ListMyRecordsV1
from shared.contracts.rpc.identity_accounts import GetMyAccountV1
from shared.contracts.rpc.identity_people import ListMyIdentitiesV1
from shared.contracts.rpc.identity_privacy import ListMyConsentsV1, ListMyLooksV1
from shared.contracts.rpc.imaging_own import ListMyPhotosV1
from shared.contracts.rpc.verification import ListReportsV1
from shared.contracts.rpc.verification_own import ListMyVerificationsV1
from shared.rules.refused import Refused
from shared.rules.rulebook import RULES

GET_MY_ARCHIVE: Final = "get_my_archive"
# What the page shows, in its order. Student aid is not kept by this registry, so there is no part for it.
PARTS: Final[Mapping[str, type[Request]]] = {
    "account": GetMyAccountV1,
    "identities": ListMyIdentitiesV1,
    "records": ListMyRecordsV1,
    "admissions": ListOwnAdmissionsV1,
    "statuses": ListOwnStatusesV1,
    "certificates": ListMyCertificatesV1,
    "photos": ListMyPhotosV1,
    "reports": ListReportsV1,
    "verifications": ListMyVerificationsV1,
    "looks": ListMyLooksV1,
    "consents": ListMyConsentsV1,
}
_AWAY: Final = "X-SERVICE-1"


class PartFault(Schema):
    """Why a part is not there; the other parts are."""

    code = fields.String(required=True)
    rule = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


def _part(contract: type[Request]) -> type[Schema]:
    answer = fields.Nested(contract.answer, required=True, allow_none=True)
    declared: dict[str, Any] = {"answer": answer, "fault": fields.Nested(PartFault, required=True, allow_none=True)}
    declared["__doc__"] = f"{contract.answer.__doc__} None, with the fault, where it could not be asked for."
    return type(f"ArchivePartOf{contract.__name__}", (Schema,), declared)


class _Parts(Schema):
    """Everything that the registry keeps of the student who asks, part by part."""


Archive: Final = type(
    "MyArchive",
    (_Parts,),
    {
        "__doc__": _Parts.__doc__,
        **{name: fields.Nested(_part(contract), required=True) for name, contract in PARTS.items()},
    },
)


@dataclass(frozen=True)
class _Asked:
    """What a thread needs that has no request of its own."""

    assertion: str | None
    request_id: str
    deadline: float


def add_archive(api: Blueprint) -> None:
    """The one route that asks every service."""

    def get_my_archive() -> Response:
        """Everything kept of oneself: account, admissions, statuses, certificates, photos, reports, looks, consents."""
        require(g.actor, "read_own_archive", Resource("archive", person=g.actor.sub))
        content = json.dumps(_gathered(), ensure_ascii=False, sort_keys=False)
        return Response(content, 200, content_type="application/json")

    view: Any = api.response(200, Archive, description="OK")(get_my_archive)
    problems = {status: HTTPStatus(status).name for status in (401, 403, 422, 429)}
    view = api.doc(operationId=GET_MY_ARCHIVE, security=[{"assertion": []}], responses=problems)(view)
    api.route("/me/archive", methods=["GET"], endpoint=GET_MY_ARCHIVE, tags=["identity"])(view)


def _gathered() -> dict[str, Any]:
    here = platform()
    asked = _Asked(g.get("assertion"), g.request_id, here.settings.deadline)
    with ThreadPoolExecutor(max_workers=len(PARTS), thread_name_prefix="archive") as threads:
        waiting = {name: threads.submit(_ask, here.caller, contract, asked) for name, contract in PARTS.items()}
        return {name: part.result() for name, part in waiting.items()}


def _ask(caller: Any, contract: type[Request], asked: _Asked) -> dict[str, Any]:
    """One part: its answer, or why there is none."""
    try:
        answer = caller.call(
            contract,
            contract().dump(contract().load({})),
            assertion=asked.assertion,
            correlation_id=asked.request_id,
            deadline=asked.deadline,
        )
    except Refused as refusal:
        content = refusal.as_dict()
        return {"answer": None, "fault": {name: content[name] for name in ("code", "rule", "zh", "en")}}
    except CallFailed as failure:
        rule = RULES[_AWAY]
        return {"answer": None, "fault": {"code": failure.code, "rule": _AWAY, "zh": rule.zh, "en": rule.en}}
    return {"answer": answer, "fault": None}
