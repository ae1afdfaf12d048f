"""How often anybody may ask: one budget for each kind of request, of the caller or of the network it comes from."""

from collections.abc import Callable, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from time import monotonic
from typing import Final

from limits import parse
from limits.strategies import FixedWindowRateLimiter

from shared.access.counts import Counts
from shared.rules.refused import Refused

NOBODY: Final = "0.0.0.0"  # noqa: S104 - the name of a caller without an address, not a place to listen


class TooManyRequests(Refused):
    """This caller, or its network, asked too often; `retry_after` seconds later it may ask again."""

    rule = "X-RATE-1"
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class Budgets:
    """The budgets of one process; several processes allow as many times as much, which the edge in front may lower."""

    def __init__(self, rates: Mapping[str, str], seconds: Callable[[], float] = monotonic) -> None:
        self._rates = {name: parse(rate) for name, rate in rates.items()}
        self._seconds = seconds
        self._limiter = FixedWindowRateLimiter(Counts(seconds))

    def spend(self, name: str, who: str) -> None:
        """Take one request from somebody's budget; raises TooManyRequests when nothing is left of it."""
        rate = self._rates[name]
        if not self._limiter.hit(rate, name, who):
            over = self._limiter.get_window_stats(rate, name, who).reset_time
            raise TooManyRequests(max(1, ceil(over - self._seconds())))


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, or the /64 of an IPv6 address, which one household has whole."""
    try:
        found = ip_address(address)
    except ValueError:
        return NOBODY
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
