"""What enrollment answers about incidents: breaches of the Measure, who answers for them, what came of them (A27)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment_evidence import A_DIGEST, asked_paper, opened_paper, papers

AN_ID = "019b0000-0000-7000-8000-000000000001"
ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"
AN_INCIDENT = "019b0000-0000-7000-8000-000000000004"

KINDS = ("FALSE_REGISTRATION", "CREDENTIAL_NEGLIGENCE", "DATA_MISUSE", "OTHER_BREACH")
OPERATOR = r"[0-9A-Za-z_.:-]{1,64}"


class OpenIncidentV1(Command):
    """A province or the ministry puts a confirmed breach on record, with those who answer for it (A27-1 to A27-4)."""

    service = "enrollment"
    method = "open_incident"
    answer = SavedV1

    kind = shapes.one_of(KINDS)
    summary = shapes.text(500, metadata={"description": "Names no number of anybody (A25-1)."})
    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province()
    responsible = fields.List(shapes.pattern(OPERATOR), required=True, validate=Length(1, 20))
    unit_head = shapes.pattern(OPERATOR)
    status_ids = fields.List(fields.UUID(), required=False, load_default=list, validate=Length(max=200))
    case_ids = fields.List(fields.UUID(), required=False, load_default=list, validate=Length(max=50))
    happened_on = shapes.day(required=False, load_default=None, allow_none=True)
    evidence = fields.List(shapes.digest(), required=False, load_default=list, validate=Length(max=10))
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "kind": "FALSE_REGISTRATION",
        "summary": "为未报到者注册学籍",
        "school_code": "4111010001",
        "province": "11",
        "responsible": ["registrar-1"],
        "unit_head": "registrar-9",
        "status_ids": [ANOTHER_ID],
        "case_ids": [],
        "happened_on": "2025-09-10",
        "evidence": [A_DIGEST],
    }


class CloseIncidentV1(Command):
    """An incident is closed with its outcome; careless keys are revoked by then (A27-2)."""

    service = "enrollment"
    method = "close_incident"
    answer = SavedV1

    incident_id = shapes.identifier()
    outcome = shapes.text(500)
    keys_revoked_on = shapes.day(required=False, load_default=None, allow_none=True)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "incident_id": AN_INCIDENT,
        "outcome": "通报批评,调离岗位",
        "keys_revoked_on": None,
    }


class IncidentV1(Contract):
    """A breach on record."""

    incident_id = shapes.identifier()
    kind = fields.String(required=True)
    state = fields.String(required=True)
    summary = fields.String(required=True)
    school_code = fields.String(required=True, allow_none=True)
    province = fields.String(required=True)
    responsible = fields.List(fields.String(), required=True)
    unit_head = fields.String(required=True)
    status_ids = fields.List(fields.String(), required=True)
    case_ids = fields.List(fields.String(), required=True)
    happened_on = shapes.day(allow_none=True)
    evidence = papers()
    paper = opened_paper()
    opened_by = fields.String(required=True)
    opened_on = shapes.day()
    outcome = fields.String(required=True, allow_none=True)
    keys_revoked_on = shapes.day(allow_none=True)
    closed_by = fields.String(required=True, allow_none=True)
    closed_on = shapes.day(allow_none=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "incident_id": AN_INCIDENT,
        "kind": "FALSE_REGISTRATION",
        "state": "open",
        "summary": "为未报到者注册学籍",
        "school_code": "4111010001",
        "province": "11",
        "responsible": ["registrar-1"],
        "unit_head": "registrar-9",
        "status_ids": [ANOTHER_ID],
        "case_ids": [],
        "happened_on": "2025-09-10",
        "evidence": [A_DIGEST],
        "paper": None,
        "opened_by": "province-1",
        "opened_on": "2025-09-28",
        "outcome": None,
        "keys_revoked_on": None,
        "closed_by": None,
        "closed_on": None,
        "version": 1,
    }


class GetIncidentV1(Request):
    """Ask for one incident; with `paper` because one of its papers is about to be seen (A24-3, A25-1)."""

    service = "enrollment"
    method = "get_incident"
    answer = IncidentV1

    incident_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    paper = asked_paper()
    example: ClassVar[dict[str, Any]] = {"incident_id": AN_INCIDENT, "after_version": 1, "paper": None}


class IncidentsV1(Contract):
    """Incidents, the newest first; `next` continues the list."""

    incidents = fields.List(fields.Nested(IncidentV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"incidents": [IncidentV1.example], "next": None}


class ListIncidentsV1(Request):
    """Ask for the incidents of a province, or, as the ministry, of all."""

    service = "enrollment"
    method = "list_incidents"
    answer = IncidentsV1

    province = shapes.province(required=False, load_default=None, allow_none=True)
    kind = shapes.one_of(KINDS, required=False, load_default=None, allow_none=True)
    state = shapes.one_of(("open", "closed"), required=False, load_default=None, allow_none=True)
    before = shapes.identifier(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 200, required=False, load_default=50)
    example: ClassVar[dict[str, Any]] = {
        "province": "11",
        "kind": None,
        "state": "open",
        "before": None,
        "limit": 50,
    }
