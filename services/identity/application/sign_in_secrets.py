"""What is kept of factors and of what was begun: sealed, beside the log, and deleted when it has served."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import Any, Final

import msgspec

from services.identity.domain.login_rules import CeremonyOver
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store

TRIES: Final = 5


class LoginSecrets:
    """Hashes of passwords and seeds of one-time passwords under the key of their subject."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keys = SubjectKeys(store, keyring)

    def keep(self, subject: str, secret: str) -> str:
        """Seal and keep a secret; answers the name by which the log knows it."""
        secret_id = token_hex(16)
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO login_secrets (secret_id, subject, sealed) VALUES (%s, %s, %s)",
                (secret_id, subject, self._keys.seal(_owner(subject), secret, _place(secret_id))),
            )
        return secret_id

    def find(self, subject: str, secret_id: str | None) -> str | None:
        """The secret, while it is kept; asking for none costs the same look-up."""
        return self.find_all(subject, secret_id)[0]

    def find_all(self, subject: str, *secret_ids: str | None) -> list[str | None]:
        """Several at once, in their order; as many as there are, or none, cost the same two look-ups."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT secret_id, sealed FROM login_secrets WHERE secret_id = ANY(%s) AND subject = %s",
                (list(filter(None, secret_ids)), subject),
            )
            sealed: dict[str, str] = dict(cursor.fetchall())
        # where nothing is kept the key is looked for all the same: who is not there takes as long
        opened = self._keys.open_all(_owner(subject), [(text, _place(name)) for name, text in sealed.items()])
        kept = dict(zip(sealed, opened, strict=True))
        return [kept.get(secret_id) if secret_id else None for secret_id in secret_ids]

    def delete(self, *secret_ids: str | None) -> None:
        """Forget secrets for good."""
        with self._store.reading() as cursor:
            cursor.execute("DELETE FROM login_secrets WHERE secret_id = ANY(%s)", (list(filter(None, secret_ids)),))

    def shred(self, subject: str) -> None:
        """Forget all secrets of a subject, and the key under which they and its labels were sealed."""
        with self._store.reading() as cursor:
            cursor.execute("DELETE FROM login_secrets WHERE subject = %s", (subject,))
        self._keys.shred(_owner(subject))

    def seal_label(self, subject: str, label: str) -> str:
        """What somebody calls a passkey, readable as long as the login lives."""
        return self._keys.seal(_owner(subject), label, "login:label")

    def open_label(self, subject: str, sealed: str) -> str:
        try:
            return self._keys.open(_owner(subject), sealed, "login:label")
        except CannotOpen:
            return ""


class Ceremonies:
    """What was begun and waits to be completed, by whoever holds the text that was answered at its beginning."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    def begin(self, purpose: str, subject: str, content: dict[str, Any], *, life: timedelta, now: datetime) -> str:
        """Keep what its end will need; answers the secret that completes it."""
        ceremony = token_urlsafe(32)
        key = _key(ceremony)
        sealed = self._keyring.seal(msgspec.json.encode(content).decode(), f"ceremony:{key}")
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO sign_in_ceremonies (ceremony_key, purpose, subject, sealed, expires_at)"
                " VALUES (%s, %s, %s, %s, %s)",
                (key, purpose, subject, sealed, now + life),
            )
        return ceremony

    def spend(self, ceremony: str, purpose: str, now: datetime) -> tuple[str, dict[str, Any]]:
        """Subject and content, once; raises CeremonyOver the second time, too late, or for another purpose."""
        return self._opened(
            ceremony,
            "DELETE FROM sign_in_ceremonies WHERE ceremony_key = %(key)s AND purpose = %(purpose)s"
            " RETURNING subject, sealed, expires_at > %(now)s",
            {"purpose": purpose, "now": now},
        )

    def attempt(self, ceremony: str, purpose: str, now: datetime) -> tuple[str, dict[str, Any]]:
        """Subject and content for one of a few tries, counted before its outcome; `finish` it when it was right."""
        return self._opened(
            ceremony,
            "UPDATE sign_in_ceremonies SET tries = tries + 1"
            " WHERE ceremony_key = %(key)s AND purpose = %(purpose)s AND tries < %(most)s"
            " RETURNING subject, sealed, expires_at > %(now)s",
            {"purpose": purpose, "now": now, "most": TRIES},
        )

    def finish(self, ceremony: str) -> bool:
        """End it; false where another thread was first."""
        with self._store.reading() as cursor:
            cursor.execute("DELETE FROM sign_in_ceremonies WHERE ceremony_key = %s", (_key(ceremony),))
            return bool(cursor.rowcount)

    def forget(self, purpose: str, subject: str) -> None:
        """End whatever was begun for a subject: nobody completes it any more."""
        with self._store.reading() as cursor:
            cursor.execute("DELETE FROM sign_in_ceremonies WHERE purpose = %s AND subject = %s", (purpose, subject))

    def sweep(self, now: datetime) -> int:
        """Forget what nobody completed; part of `due(now)`."""
        with self._store.reading() as cursor:
            cursor.execute("DELETE FROM sign_in_ceremonies WHERE expires_at <= %s", (now,))
            return int(cursor.rowcount)

    def _opened(self, ceremony: str, sql: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        key = _key(ceremony)
        with self._store.reading() as cursor:
            cursor.execute(sql, {**values, "key": key})
            row: Any = cursor.fetchone()
        if row is None or not row[2]:
            raise CeremonyOver
        content: dict[str, Any] = msgspec.json.decode(self._keyring.open(row[1], f"ceremony:{key}"))
        return row[0], content


def _key(ceremony: str) -> str:
    return sha256(ceremony.encode("utf-8", "surrogatepass")).hexdigest()


def _place(secret_id: str) -> str:
    return f"login:secret:{secret_id}"


def _owner(subject: str) -> str:
    """The name of the key: another one than that of names and contacts, for it may be destroyed before them."""
    return f"login:{subject}"
