"""What enrollment answers to students about their own admissions: part of the archive page."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts.contract import Contract, Request
from shared.contracts.rpc.enrollment_admissions import AdmissionV1


class OwnAdmissionsV1(Contract):
    """The admissions behind one's own student statuses."""

    admissions = fields.List(fields.Nested(AdmissionV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"admissions": [{**AdmissionV1.example, "name": "王小明"}]}


class ListOwnAdmissionsV1(Request):
    """A student asks how the own admissions stand in the register (A21-1)."""

    service = "enrollment"
    method = "list_own_admissions"
    answer = OwnAdmissionsV1

    example: ClassVar[dict[str, Any]] = {}
