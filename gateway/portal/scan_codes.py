"""The pictures that a telephone scans, drawn here: nobody else sees the seed or the link in them."""

from collections.abc import Mapping
from typing import Any, Final

import segno
from markupsafe import Markup

_PIXELS: Final = 5
_QUIET: Final = 4  # modules around it, as the standard wants
_LONGEST: Final = 400


def with_picture(totp: Mapping[str, Any]) -> dict[str, Any]:
    """What a new authenticator needs, and the picture of its address; without one where there is no address."""
    address = str(totp.get("address", ""))[:_LONGEST]
    if not address.startswith("otpauth://"):
        return dict(totp)
    return {**totp, "picture": picture_of(address)}


def picture_of(text: str) -> Markup:
    """The code that a telephone reads."""
    drawn = segno.make(text, error="m", micro=False)
    svg = drawn.svg_inline(scale=_PIXELS, border=_QUIET, dark="#000", light="#fff", lineclass=None, svgclass="qr")
    return Markup(svg)  # noqa: S704 -- paths and numbers, nothing of what was typed
