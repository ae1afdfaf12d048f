"""How often something may be asked for: a number a day, counted before anything is decided, known or unknown alike."""

import hmac
from datetime import date, datetime, timedelta
from ipaddress import IPv6Network, ip_address, ip_network
from typing import Final

from shared.codes.clock import shanghai_date
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

_A_DAY: Final = timedelta(days=1)
_PREFIX: Final = {4: 32, 6: 64}  # what one household or desk has
_SITE: Final = 48  # what one customer has of IPv6: sixty-five thousand such networks


class CodesTooOften(Refused):
    """A code was asked for moments ago, or often enough today; said of unknown accounts just as of known ones."""

    rule = "X-PROOF-2"
    status = 429


class TriesUsedUp(Refused):
    """What only its owner should know was asked for often enough today."""

    rule = "AC-13"
    status = 429


class ChangedTooOften(TriesUsedUp):
    """The document's accounts were closed, or their name was corrected, often enough today: names are not tried out."""

    zh = "该证件的姓名今天更改次数已达上限（含注销账号），请明天再注册。"
    en = "This document's name was changed, or its account closed, often enough today: open the account tomorrow."


class Allowances:
    """Counts by slots. A slot is a keyed hash of what is counted, so that the table names nobody."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._pepper = keyring.code_pepper

    def spend(self, kind: str, value: str, now: datetime, *, at_most: int, apart: timedelta = timedelta(0)) -> bool:
        """Take one of today's number; False if none is left or the last was taken too shortly before."""
        # processes whose clocks differ by moments do not refuse each other where nothing need lie between
        not_after = now - apart if apart else now + _A_DAY
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO allowances AS a (slot, day, spent, last_at) VALUES (%s, %s, 1, %s)"
                " ON CONFLICT (slot) DO UPDATE SET"
                " spent = CASE WHEN a.day = EXCLUDED.day THEN a.spent + 1 ELSE 1 END,"
                " day = EXCLUDED.day, last_at = EXCLUDED.last_at"
                " WHERE a.last_at <= %s AND (a.day <> EXCLUDED.day OR a.spent < %s) RETURNING spent",
                (self._slot(kind, value), shanghai_date(now), now, not_after, at_most),
            )
            return cursor.fetchone() is not None

    def spent(self, kind: str, value: str, now: datetime) -> int:
        """How many of today's number are taken."""
        with self._store.reading() as cursor:
            cursor.execute(
                "SELECT spent FROM allowances WHERE slot = %s AND day = %s",
                (self._slot(kind, value), shanghai_date(now)),
            )
            row = cursor.fetchone()
        return row[0] if row else 0

    def forget(self, before: date) -> int:
        """Drop what was counted on days before; part of `due(now)`."""
        with self._store.reading() as cursor:
            cursor.execute("DELETE FROM allowances WHERE day < %s", (before,))
            return cursor.rowcount

    def _slot(self, kind: str, value: str) -> str:
        return hmac.digest(self._pepper, f"allowance\0{kind}\0{value}".encode(), "sha256").hex()[:40]


def network_of(address: str) -> str:
    """The network that a caller asks from; empty where nobody said."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found  # or all of IPv4 were one network, and one could stop all
    return str(ip_network((found, _PREFIX[found.version]), strict=False))


def site_of(network: str) -> str:
    """All networks of one IPv6 customer; empty for IPv4, where a network is one address."""
    found = ip_network(network) if network else None
    return str(found.supernet(new_prefix=_SITE)) if isinstance(found, IPv6Network) else ""
