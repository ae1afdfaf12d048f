"""What imaging answers to students about their own photos."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts.contract import Contract, Request
from shared.contracts.rpc.imaging import PhotoV1


class MyPhotosV1(Contract):
    """One's own photos, the newest first."""

    photos = fields.List(fields.Nested(PhotoV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"photos": [PhotoV1.example]}


class ListMyPhotosV1(Request):
    """A student asks for the own photos and what was said of them (A21-1)."""

    service = "imaging"
    method = "list_my_photos"
    answer = MyPhotosV1

    example: ClassVar[dict[str, Any]] = {}
