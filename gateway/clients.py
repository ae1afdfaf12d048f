"""Where a request comes from: proxies are believed only when they are named."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is no proxy of ours, read from the right; the peer when nothing else is believed."""
    hops = [peer, *reversed([hop.strip() for hop in forwarded_for.split(",") if hop.strip()])]
    for hop in hops:
        if not _is_trusted(hop, trusted):
            return hop if _is_address(hop) else peer
    return hops[-1]


def _is_trusted(hop: str, trusted: Sequence[Network]) -> bool:
    return _is_address(hop) and any(ip_address(hop) in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
