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
DEVICE_SOURCE: Final = "device:"
_NONCE: Final = 16

_SPEND: Final = """
    INSERT INTO sign_in_attempts AS kept (login_key, source, misses, last_at, free_at, subject)
    VALUES (%(login)s, %(source)s, 1, %(now)s, %(now)s, %(subject)s)
    ON CONFLICT (login_key, source) DO UPDATE
    SET misses = CASE WHEN kept.last_at <= %(forgotten)s THEN 1 ELSE kept.misses + 1 END, last_at = EXCLUDED.last_at,
        subject = EXCLUDED.subject
    WHERE kept.free_at <= %(now)s OR kept.last_at <= %(forgotten)s
    RETURNING misses
"""
# what made a place wait is kept until its owner was told, even if a right password came from there meanwhile
_FORGIVE: Final = """
    WITH gone AS (DELETE FROM sign_in_attempts WHERE login_key = %(login)s AND source = %(source)s AND untold = 0)
    UPDATE sign_in_attempts SET misses = 0, free_at = last_at
    WHERE login_key = %(login)s AND source = %(source)s AND untold > 0
"""
AT_ONCE: Final = 500


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

    def spend(self, login: str, source: str, now: datetime, subject: str = "") -> Attempt:
        """Count one try; raises SignInDelayed while further ones from there wait. `subject` hears of it, if it is."""
        login_key = self._keyed("login-name", login)[:40]
        asked: dict[str, Any] = {
            "login": login_key, "source": source, "now": now, "forgotten": now - MISSES_FORGOTTEN,
            "subject": subject,
        }  # fmt: skip
        with self._store.writing() as cursor:
            cursor.execute(_SPEND, asked)
            row: Any = cursor.fetchone()
            if row is not None:
                waits = wait_after(row[0])
                cursor.execute(
                    "UPDATE sign_in_attempts SET free_at = %s, untold = greatest(untold, %s)"
                    " WHERE login_key = %s AND source = %s",
                    (now + waits, row[0] if waits else 0, login_key, source),
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
            cursor.execute(_FORGIVE, {"login": attempt.login_key, "source": attempt.source})

    def untold(self) -> list[tuple[str, int]]:
        """Whose sign-ins were delayed since they were told last: subjects, each with the most misses from one place."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT subject, max(untold) FROM sign_in_attempts WHERE untold > 0 AND subject > ''"
                " GROUP BY subject LIMIT %s",
                (AT_ONCE,),
            )
            return [(row[0], row[1]) for row in cursor.fetchall()]

    def told(self, subject: str, misses: int) -> None:
        """They know of so many now."""
        with self._store.reading() as cursor:
            cursor.execute(
                "UPDATE sign_in_attempts SET untold = 0 WHERE subject = %s AND untold BETWEEN 1 AND %s",
                (subject, misses),
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
            return f"{DEVICE_SOURCE}{self._keyed('device-source', nonce)[:32]}"
        return f"network:{network}"

    def _keyed(self, *parts: str) -> str:
        return hmac.digest(self._pepper, "\0".join(parts).encode(), "sha256").hex()
