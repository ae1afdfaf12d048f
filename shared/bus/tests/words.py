"""What the echo service is asked: apart from the service, so that a caller's process has no eventlet in it."""

from typing import Any, ClassVar
from uuid import UUID

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts.contract import Command, Request, SavedV1

SECRET = "张三 110101199003078515"
ID = UUID("01930f3a-0000-7000-8000-0000000000a1")


class SayV1(Command):
    """Say a word; some words have a meaning of their own."""

    service = "echo"
    method = "say"
    answer = SavedV1

    word = fields.String(required=True, validate=Length(1, 20))

    example: ClassVar[dict[str, Any]] = {"command_id": str(ID), "word": "hello"}


class SaySomewhereElseV1(SayV1):
    """The same to a service that is not there."""

    service = "nobody"


class WhoV1(Request):
    """Who asks, as the service sees it; the answer is only as long as a version can be."""

    service = "echo"
    method = "count"
    answer = SavedV1

    example: ClassVar[dict[str, Any]] = {}
