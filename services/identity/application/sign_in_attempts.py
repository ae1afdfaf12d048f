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

_WAITS: Final = [int(wait_after(misses).total_seconds()) for misses in range(1, 26)]  # the last is the longest
# Counts are seen by everybody at once, but nobody waits until the disk has them: what a crash of the server forgets is
# a fraction of a second of misses.
_LAZILY: Final = "set_config('synchronous_commit', 'off', true)"
_NOW_MISSED: Final = "CASE WHEN kept.last_at <= %(forgotten)s THEN 1 ELSE kept.misses + 1 END"
_NOW_WAITS: Final = f"(%(waits)s)[least({_NOW_MISSED}, cardinality(%(waits)s))]"
_SPEND: Final = f"""
    INSERT INTO sign_in_attempts AS kept (login_key, source, misses, last_at, free_at, subject)
    VALUES (%(login)s, %(source)s, 1, %(now)s, %(now)s, %(subject)s)
    ON CONFLICT (login_key, source) DO UPDATE
    SET misses = {_NOW_MISSED}, last_at = EXCLUDED.last_at, subject = EXCLUDED.subject,
        free_at = EXCLUDED.last_at + make_interval(secs => {_NOW_WAITS}),
        untold = greatest(kept.untold, CASE WHEN {_NOW_WAITS} > 0 THEN {_NOW_MISSED} ELSE 0 END)
    WHERE kept.free_at <= %(now)s OR kept.last_at <= %(forgotten)s
    RETURNING misses, {_LAZILY}
"""
# what made a place wait is kept until its owner was told, even if a right password came from there meanwhile
_FORGIVE: Final = f"""
    WITH gone AS (DELETE FROM sign_in_attempts WHERE (login_key, source) IN %(places)s AND untold = 0),
         kept AS (UPDATE sign_in_attempts SET misses = 0, free_at = last_at
                  WHERE (login_key, source) IN %(places)s AND untold > 0)
    SELECT {_LAZILY}
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
        counted = self.count(login, source, now, subject)
        if counted is not None:
            return counted
        raise self.delay(login, source, now)

    def count(self, login: str, source: str, now: datetime, subject: str = "") -> Attempt | None:
        """Count one try; None while further ones from there wait."""
        login_key = self._login_key(login)
        asked: dict[str, Any] = {
            "login": login_key, "source": source, "now": now, "forgotten": now - MISSES_FORGOTTEN,
            "subject": subject, "waits": _WAITS,
        }  # fmt: skip
        with self._store.reading() as cursor:
            cursor.execute(_SPEND, asked)
            row: Any = cursor.fetchone()
        return Attempt(login_key, source, row[0]) if row else None

    def delay(self, login: str, source: str, now: datetime) -> SignInDelayed:
        """What is said to whoever has to wait, and for how long."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT free_at FROM sign_in_attempts WHERE login_key = %s AND source = %s",
                (self._login_key(login), source),
            )
            waiting: Any = cursor.fetchone()
        return SignInDelayed(retry_after=max(1, ceil((waiting[0] - now).total_seconds())) if waiting else 1)

    def forgive(self, *attempts: Attempt) -> None:
        """They were no misses: forget what was counted there."""
        with self._store.reading() as cursor:
            cursor.execute(_FORGIVE, {"places": tuple((each.login_key, each.source) for each in attempts)})

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

    def new_device(self, subject: str, epoch: int) -> str:
        """What a device keeps after its owner signed in there: it has a count of its own from then on.

        It is forgotten when all sessions are ended or there is a new password: a new `epoch` of the login.
        """
        nonce = token_urlsafe(_NONCE)
        return f"{DEVICE}.{nonce}.{self._device_key(subject, epoch, nonce)}"

    def source_of(self, subject: str, device: str, network: str, epoch: int) -> str:
        """A device that this subject signed in on before counts by itself; any other one counts by its network."""
        form, _, rest = device.partition(".")
        nonce, _, proof = rest.partition(".")
        right = self._device_key(subject, epoch, nonce)
        if form == DEVICE and hmac.compare_digest(proof.encode(), right.encode()):
            return f"{DEVICE_SOURCE}{self._keyed('device-source', nonce)[:32]}"
        return f"network:{network}"

    def _device_key(self, subject: str, epoch: int, nonce: str) -> str:
        return self._keyed("device", subject, *([str(epoch)] if epoch else []), nonce)

    def _login_key(self, login: str) -> str:
        return self._keyed("login-name", login)[:40]

    def _keyed(self, *parts: str) -> str:
        return hmac.digest(self._pepper, "\0".join(parts).encode(), "sha256").hex()
