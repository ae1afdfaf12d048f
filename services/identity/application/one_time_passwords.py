"""One-time passwords by time (RFC 6238): six digits every thirty seconds, one step early or late."""

from datetime import datetime
from hmac import compare_digest
from typing import Final

import pyotp

SECONDS: Final = 30
_TOLERATED: Final = (0, -1, 1)


def new_seed() -> str:
    """160 bits in base 32, for a device to keep."""
    return pyotp.random_base32(32)


def address_of(seed: str, account: str, issuer: str) -> str:
    """What a device reads as a QR code."""
    return str(pyotp.TOTP(seed).provisioning_uri(name=account, issuer_name=issuer))


def otp_at(seed: str, now: datetime) -> str:
    """The one-time password of a moment."""
    return str(pyotp.TOTP(seed).at(int(now.timestamp())))


def matching_step(seed: str, otp: str, now: datetime) -> int | None:
    """The time step whose one-time password this is; every tolerated one is compared."""
    totp, present = pyotp.TOTP(seed), int(now.timestamp()) // SECONDS
    found = None
    for away in _TOLERATED:
        step = present + away
        if compare_digest(totp.generate_otp(step).encode(), otp.encode()):
            found = step if found is None else max(found, step)
    return found
