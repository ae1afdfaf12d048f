"""How contracts name the files that prove something: by their digests, once they are handed in."""

from typing import Any, Final

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes

A_DIGEST: Final = "ab" * 32


def evidence(**options: Any) -> fields.List[Any]:
    """Digests of the files that prove it."""
    options.setdefault("required", True)
    return fields.List(shapes.digest(), validate=Length(0, 20), **options)


def papers() -> fields.List[Any]:
    """What the papers of a record are called within it; a name opens nothing and proves nothing anywhere else."""
    told = "The papers that it rests on, each by its name within this record: the SHA-256 of `record id:digest`."
    return fields.List(fields.String(), required=True, metadata={"description": told})


def asked_paper() -> fields.String:
    """The paper of a record that is about to be seen."""
    told = "The name or the digest of a paper that is about to be seen: that look is recorded before the answer."
    return shapes.digest(required=False, load_default=None, allow_none=True, metadata={"description": told})


def opened_paper() -> fields.String:
    """The paper that was asked for, for whoever may see it."""
    told = "The digest of the paper that was asked for."
    return shapes.digest(required=False, load_default=None, allow_none=True, metadata={"description": told})
