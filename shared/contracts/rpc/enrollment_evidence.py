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
