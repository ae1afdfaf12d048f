"""Files that prove something: handed in first, then named by their digest in cases, conflicts and transfers."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract

A_DIGEST = "ab" * 32


def evidence(**options: Any) -> fields.List[Any]:
    """Digests of the files that prove it."""
    options.setdefault("required", True)
    return fields.List(shapes.digest(), validate=Length(0, 20), **options)


class EvidenceV1(Contract):
    """A file that was handed in; its digest is what a case names."""

    digest = shapes.digest()
    filename = fields.String(required=True)
    example: ClassVar[dict[str, Any]] = {"digest": A_DIGEST, "filename": "户口簿.pdf"}


class HandInEvidenceV1(Command):
    """A student or a school hands in a file that proves something (A19-1)."""

    service = "enrollment"
    method = "hand_in_evidence"
    answer = EvidenceV1

    digest = shapes.digest()
    filename = shapes.pattern(r"[^/\\\x00-\x1f]{1,200}")
    example: ClassVar[dict[str, Any]] = {
        "command_id": "019b0000-0000-7000-8000-000000000001",
        "digest": A_DIGEST,
        "filename": "户口簿.pdf",
    }
