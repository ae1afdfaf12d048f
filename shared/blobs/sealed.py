"""Files that hold personal data: sealed under a key of their own before they are put among the blobs."""

import base64
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MARK: Final = b"xueji-sealed-1\n"
_NONCE: Final = 12


class CannotUnseal(Exception):
    """The file is not sealed, was changed, or this is not its key."""


def seal_file(content: bytes) -> tuple[bytes, str]:
    """The sealed file and its key, as text; whoever has both has the content."""
    key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
    return _MARK + nonce + AESGCM(key).encrypt(nonce, content, _MARK), base64.urlsafe_b64encode(key).decode()


def open_file(sealed: bytes, key: str) -> bytes:
    """The content of a sealed file."""
    if not sealed.startswith(_MARK):
        raise CannotUnseal
    body = sealed[len(_MARK) :]
    try:
        return AESGCM(base64.urlsafe_b64decode(key)).decrypt(body[:_NONCE], body[_NONCE:], _MARK)
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal from error
