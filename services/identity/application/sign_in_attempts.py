"""Misses by login name and place. They delay what comes from that place; they lock nobody out."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from secrets import token_urlsafe
from typing import Any, Final

from services.identity.domain.login_rules import MISSES_FORGOTTEN, SignInDelayed, wait_after
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

DEVICE: Final = "xd1"
_NONCE: Final = 16

_SPEND: Final = """
    INSERT INTO sign_in_attempts AS kept (login_key, source, misses, last_at, free_at)
    VALUES (%(login)s, %(source)s, 1, %(now)s, %(now)s)
    ON CONFLICT (login_key, source) DO UPDATE
    SET misses = CASE WHEN kept.last_at <= %(forgotten)s THEN 1 ELSE kept.misses + 1 END, last_at = EXCLUDED.last_at
    WHERE kept.free_at <= %(now)s OR kept.last_at <= %(forgotten)s
    RETURNING misses
"""


@dataclass(frozen=True)
class Attempt:
    """One try that was counted before its outcome is known."""

    login_key: str
    source: str
    misses: int


class Attempts:
    """Counts tries before their outcome is told, so that parallel guesses cannot outrun the count."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._pepper = keyring.code_pepper

    def spend(self, login: str, source: str, now: datetime) -> Attempt:
        """Count one try; raises SignInDelayed while further ones from there wait."""
        login_key = self._keyed("login-name", login)[:40]
        asked: dict[str, Any] = {
            "login": login_key, "source": source, "now": now, "forgotten": now - MISSES_FORGOTTEN
        }  # fmt: skip
        with self._store.writing() as cursor:
            cursor.execute(_SPEND, asked)
            row: Any = cursor.fetchone()
            if row is not None:
                cursor.execute(
                    "UPDATE sign_in_attempts SET free_at = %s WHERE login_key = %s AND source = %s",
                    (now + wait_after(row[0]), login_key, source),
                )
                return Attempt(login_key, source, row[0])
            cursor.execute(
                "SELECT free_at FROM sign_in_attempts WHERE login_key = %s AND source = %s", (login_key, source)
            )
            waiting: Any = cursor.fetchone()
        seconds = max(1, ceil((waiting[0] - now).total_seconds())) if waiting else 1
        raise SignInDelayed(retry_after=seconds)

    def forgive(self, attempt: Attempt) -> None:
        """It was no miss: forget what was counted there."""
        with self._store.reading() as cursor:
            cursor.execute(
                "DELETE FROM sign_in_attempts WHERE login_key = %s AND source = %s", (attempt.login_key, attempt.source)
            )

    def sweep(self, now: datetime) -> int:
        """Forget old misses; part of `due(now)`."""
        with self._store.reading() as cursor:
            cursor.execute("DELETE FROM sign_in_attempts WHERE last_at <= %s", (now - MISSES_FORGOTTEN,))
            return int(cursor.rowcount)

    # --- known devices ---

    def new_device(self, subject: str) -> str:
        """What a device keeps after its owner signed in there: it has a count of its own from then on."""
        nonce = token_urlsafe(_NONCE)
        return f"{DEVICE}.{nonce}.{self._keyed('device', subject, nonce)}"

    def source_of(self, subject: str, device: str, network: str) -> str:
        """A device that this subject signed in on before counts by itself; any other one counts by its network."""
        form, _, rest = device.partition(".")
        nonce, _, proof = rest.partition(".")
        right = self._keyed("device", subject, nonce)
        if form == DEVICE and hmac.compare_digest(proof.encode(), right.encode()):
            return f"device:{self._keyed('device-source', nonce)[:32]}"
        return f"network:{network}"

    def _keyed(self, *parts: str) -> str:
        return hmac.digest(self._pepper, "\0".join(parts).encode(), "sha256").hex()
