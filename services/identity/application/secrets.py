"""What identity keeps of a secret: never the code or the contact itself, only what a keyed hash makes of it."""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.access.by import By
from shared.codes.clock import shanghai_date
from shared.codes.id_documents import check_id_number
from shared.codes.malformed import Malformed
from shared.codes.names import normalise_name
from shared.codes.tables import ID_TYPES
from shared.eventstore.privacy import Keyring
from shared.rules.refused import MalformedValue

REQUEST: Final = "xr1_"
_CONTACTS: Final = {
    # dot-atoms of letters and signs, and no encoded word: what a mail's head would read as something else is no address
    "mail": re.compile(
        r"(?!.*=\?)(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*"
        r"@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,5}"
    ),
    "sms": re.compile(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}"),
}


class Secrets:
    """Codes and keys that follow from the installation's own keys."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def code_of(self, account_id: UUID, salt: str) -> str:
        """The six digits that belong to a salt: a keyed random function of it, so that no code is stored anywhere."""
        return f"{int.from_bytes(self._keyed('contact-code', str(account_id), salt), 'big') % 1_000_000:06d}"

    def digest_of(self, account_id: UUID, salt: str, code: str) -> str:
        """What a code is checked against."""
        return self._keyed("contact-code-check", str(account_id), salt, code).hex()

    def request_of(self, command_id: UUID) -> str:
        """What a request for a code is answered: the same to a repeated command, known to its asker, stored nowhere."""
        keyed = self._keyed("code-request", str(command_id))
        return REQUEST + urlsafe_b64encode(keyed).decode().rstrip("=")

    def request_key(self, request: str) -> str:
        """By what a code knows the request that asked for it."""
        return self._keyed("code-request-key", request).hex()[:40]

    def contact_key(self, channel: str, contact: str) -> str:
        """The same for one address however it is written."""
        return self._keyed("contact", channel, contact).hex()[:40]

    def blinded(self, by: By) -> By:
        """A request that holds a code or a number is remembered by a keyed hash: a plain one could be guessed from."""
        return replace(by, request_hash=self._keyed("request", by.request_hash).hex())

    def signature(self, *parts: str) -> str:
        """What proves that these words were ours."""
        return self._keyed("signature", *parts).hex()

    def _keyed(self, *parts: str) -> bytes:
        return hmac.digest(self._keyring.code_pepper, "\0".join(parts).encode(), "sha256")


def checked_document(id_type: str, id_number: str, name: str, now: datetime) -> tuple[str, str]:
    """Number and name in the one spelling under which they are kept."""
    try:
        number = check_id_number(id_type, id_number, born_by=shanghai_date(now))
    except Malformed as malformed:
        raise MalformedValue.because(malformed, field="id_number") from None
    try:
        return number, normalise_name(name)
    except Malformed as malformed:
        raise MalformedValue.because(malformed, field="name") from None


def document_spellings(name: str) -> Iterator[tuple[str, str]]:
    """The documents that somebody may mean who gives a number for a user name: kind and number."""
    for id_type in ID_TYPES:
        with suppress(Malformed):
            yield id_type, check_id_number(id_type, name)


def contact_spellings(name: str) -> Iterator[tuple[str, str]]:
    """The contacts that somebody may mean by a user name: channel and contact."""
    for channel, shape in _CONTACTS.items():
        if shape.fullmatch(contact := _spelt(channel, name)):
            yield channel, contact


def checked_contact(channel: str, text: str) -> str:
    """A mail address or telephone number in its one spelling."""
    contact = _spelt(channel, text)
    if not _CONTACTS[channel].fullmatch(contact):
        raise MalformedValue(
            field="contact",
            reason_zh="不是有效的邮箱地址或手机号",
            reason_en="this is not a mail address or telephone number",
        )
    return contact


def mask_contact(channel: str, contact: str) -> str:
    """A contact as others may see it: 186********, or zh***@***."""
    if channel == "mail":
        return f"{contact[:2] if contact.index('@') > 4 else contact[:1]}***@***"
    return contact[:3] + "*" * (len(contact) - 3)


def _spelt(channel: str, text: str) -> str:
    contact = text.strip().replace(" ", "")
    return contact.lower() if channel == "mail" else contact.removeprefix("+86").replace("-", "")
