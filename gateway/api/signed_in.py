"""Who asks: every route is closed unless it says that it is public."""

from typing import Final

from flask import g, request

from gateway.platform import platform
from shared.access.assertion import NotSignedIn
from shared.access.decide import NotPermitted
from shared.access.permissions import PERMISSIONS

_BEARER: Final = "Bearer "
_ROLES: Final = {(permission.action, permission.role) for permission in PERMISSIONS}


def require_signed_in() -> None:
    """Believe the bearer assertion of the request or raise NotSignedIn; services check it once more."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(_BEARER):
        raise NotSignedIn(reason="missing")
    token = header.removeprefix(_BEARER).strip()
    g.actor = platform().verifier.verify(token)
    g.assertion = token


def require_role_for(action: str) -> None:
    """Turn away at the door whoever's role never does this; the service decides about the rest."""
    if (action, g.actor.role) not in _ROLES:
        raise NotPermitted(action=action, role=g.actor.role)
