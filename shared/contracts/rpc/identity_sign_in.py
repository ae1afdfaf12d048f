"""What identity answers about signing in: sessions, factors, and how one proves to be oneself."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.identity import SESSION

_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_SESSION = "01930f3a-0000-7000-8000-0000000000d1"
_TOKEN = "xs1_" + "A" * 43


class AssertedV1(Contract):
    """Who acts in a session now, signed; held for some seconds, never handed to the caller's client."""

    assertion = shapes.text(4096, metadata={"description": "A bearer secret: never log or store it."})
    expires_at = shapes.instant()

    example: ClassVar[dict[str, Any]] = {
        "assertion": "header.payload.signature",
        "expires_at": "2026-10-20T12:05:00+00:00",
    }


class AssertSessionV1(Request):
    """The front door asks who stands behind a session's token; ended and unknown ones are answered alike."""

    service = "identity"
    method = "assert_session"
    answer = AssertedV1

    session = shapes.pattern(SESSION)

    example: ClassVar[dict[str, Any]] = {"session": _TOKEN}


class MySessionV1(Contract):
    """One living session of one's own."""

    session_id = shapes.identifier()
    methods = fields.List(shapes.text(20), required=True, validate=Length(max=20))
    begun_at = shapes.instant()
    ends_at = shapes.instant(metadata={"description": "At the latest; sooner where it is left alone."})
    seen_at = shapes.instant(metadata={"description": "To the minute."})
    device = shapes.text(120, shortest=0)
    this_one = shapes.flag(metadata={"description": "The session that asks."})

    example: ClassVar[dict[str, Any]] = {
        "session_id": _SESSION,
        "methods": ["pwd", "otp"],
        "begun_at": "2026-10-20T04:00:00+00:00",
        "ends_at": "2026-10-20T16:00:00+00:00",
        "seen_at": "2026-10-20T04:10:00+00:00",
        "device": "Firefox, Linux",
        "this_one": True,
    }


class MySessionsV1(Contract):
    """All living sessions of one person."""

    sessions = fields.List(fields.Nested(MySessionV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"sessions": [MySessionV1.example]}


class ListMySessionsV1(Request):
    """Somebody asks where the own account is signed in."""

    service = "identity"
    method = "list_my_sessions"
    answer = MySessionsV1

    example: ClassVar[dict[str, Any]] = {}


class EndSessionV1(Command):
    """End one of the own sessions, wherever it was begun."""

    service = "identity"
    method = "end_session"
    answer = SavedV1

    session_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "session_id": _SESSION}


class EndMySessionsV1(Command):
    """End all own sessions at once; the one that asks is kept unless it is named too."""

    service = "identity"
    method = "end_my_sessions"
    answer = SavedV1

    this_too = shapes.flag()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "this_too": False}


class SignOutV1(Command):
    """End the session that asks."""

    service = "identity"
    method = "sign_out"
    answer = SavedV1

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND}
