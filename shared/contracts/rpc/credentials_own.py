"""What credentials answers to students about their own certificates."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts.contract import Contract, Request
from shared.contracts.rpc.credentials import CertificateV1


class MyCertificatesV1(Contract):
    """One's own certificates with one's full name; what is missing to one is said with it (A17-3)."""

    certificates = fields.List(fields.Nested(CertificateV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"certificates": [{**CertificateV1.example, "name": "张三"}]}


class ListMyCertificatesV1(Request):
    """A student asks for the own certificates (A21-1)."""

    service = "credentials"
    method = "list_my_certificates"
    answer = MyCertificatesV1

    example: ClassVar[dict[str, Any]] = {}
