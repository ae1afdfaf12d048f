"""Who asks the public route: the client's address, as far as it can be trusted, and how often it may ask."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from time import monotonic
from typing import Any, Final

from limits import parse
from limits.strategies import FixedWindowRateLimiter

from shared.access.counts import Counts

Network = IPv4Network | IPv6Network
NOBODY: Final = "0.0.0.0"  # noqa: S104 - the name of a client without an address, not a place to listen


class Throttled(Exception):
    """This client asked too often (A21-3); it may come back after so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Clients:
    """Two budgets for each client: one for questions, a smaller one for codes that lead nowhere.

    The counts live in this process; several processes allow as many times the rate, which the edge in front may lower.
    """

    def __init__(self, answers: str, misses: str, trusted: Sequence[Network], keyed: Callable[[str], str]) -> None:
        self._answers = parse(answers)
        self._misses = parse(misses)
        self._trusted = tuple(trusted)
        self._counts = FixedWindowRateLimiter(Counts(monotonic))
        self._key = lru_cache(maxsize=10_000)(lambda network: keyed(f"client {network}"))

    def admit(self, environ: Mapping[str, Any]) -> str:
        """The client's key, a keyed hash of its address; raises Throttled."""
        client = self._key(network_of(client_address(environ, self._trusted)))
        if not self._counts.test(self._misses, "miss", client):
            raise self._throttled(self._misses, "miss", client)
        if not self._counts.hit(self._answers, "ask", client):
            raise self._throttled(self._answers, "ask", client)
        return client

    def missed(self, client: str) -> None:
        """Count a code that led nowhere: guessing becomes slow."""
        self._counts.hit(self._misses, "miss", client)

    def _throttled(self, limit: Any, kind: str, client: str) -> Throttled:
        reset = self._counts.get_window_stats(limit, kind, client).reset_time
        return Throttled(max(1, ceil(reset - monotonic())))


def client_address(environ: Mapping[str, Any], trusted: Sequence[Network]) -> str:
    """The address of the nearest hop that is not one of our own proxies."""
    hops = [environ.get("REMOTE_ADDR") or NOBODY]
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    if trusted and forwarded:
        hops += [hop.strip() for hop in reversed(forwarded[:1000].split(","))]
    for hop, further in zip(hops, [*hops[1:], None], strict=True):
        if further is None or not _is_among(hop, trusted):
            return str(hop)
    return NOBODY


def _is_among(address: str, networks: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 address, which one household has whole."""
    try:
        found = ip_address(address)
    except ValueError:
        return NOBODY
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
