"""What the gateway reads from its environment."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final

from limits import parse

Network = IPv4Network | IPv6Network
MEBIBYTE: Final = 1 << 20
# How often one process answers: a network (a whole campus may come from one address), or whoever is signed in
BUDGETS: Final[Mapping[str, str]] = {
    "network": "3000 per minute",  # all that one network asks
    "sign_in": "300 per minute",  # what one network asks of accounts, codes and passwords before signing in
    "read": "600 per minute",  # of one person
    "command": "300 per minute",  # of one person
    "file": "30 per minute",  # of one person; pictures of claims, which come from anybody, of one network
    "machine": "600 per minute",  # of one machine client
    "token": "20 per minute",  # of one machine client from one network
}


@dataclass(frozen=True)
class GatewaySettings:
    """Where the gateway finds the bus, the files and the verification service, and what it accepts."""

    amqp_url: str
    blobs_dir: Path
    assertion_public_pem: str
    blob_keys_file: Path | None = None  # the keys of files, alone or with all others
    clock: str = "system"
    public_origin: str = "http://127.0.0.1:8000"
    verification_url: str = "http://127.0.0.1:8001"
    deadline: float = 10.0  # seconds a caller waits for a service
    largest_list: int = 400 * MEBIBYTE
    largest_photo: int = 10 * MEBIBYTE
    largest_request: int = 64 * 1024
    trusted_proxies: tuple[Network, ...] = ()  # who may say where a request comes from
    mailbox_dir: Path | None = None  # the messages of a demonstration; in any other profile there is none
    budgets: Mapping[str, str] = field(default_factory=lambda: BUDGETS)  # in the words of `limits`

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "GatewaySettings":
        return cls(
            amqp_url=environ["XUEJI_AMQP_URL"],
            blobs_dir=Path(environ["XUEJI_BLOBS_DIR"]),
            assertion_public_pem=_public_pem(environ),
            blob_keys_file=_blob_keys(environ),
            clock=environ.get("XUEJI_CLOCK", cls.clock),
            public_origin=environ.get("XUEJI_PUBLIC_ORIGIN", cls.public_origin).rstrip("/"),
            verification_url=environ.get("XUEJI_VERIFICATION_URL", cls.verification_url).rstrip("/"),
            deadline=float(environ.get("XUEJI_DEADLINE", cls.deadline)),
            mailbox_dir=_mailbox(environ),
            trusted_proxies=tuple(ip_network(each) for each in environ.get("XUEJI_TRUSTED_PROXIES", "").split()),
            budgets=budgets_from(environ.get("XUEJI_BUDGETS", "")),
        )


def budgets_from(text: str) -> Mapping[str, str]:
    """The budgets, some of them set otherwise: `read=1200 per minute; token=5 per second`, or all of them: `*=…`."""
    chosen = dict(BUDGETS)
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, _, rate = (each.strip() for each in part.partition("="))
        if name != "*" and name not in chosen:
            raise ValueError(f"XUEJI_BUDGETS: there is no budget {name!r}")
        parse(rate)
        chosen.update(dict.fromkeys(chosen if name == "*" else (name,), rate))
    return chosen


def _mailbox(environ: Mapping[str, str]) -> Path | None:
    folder = environ.get("XUEJI_MAILBOX_DIR") if environ.get("XUEJI_PROFILE") == "demo" else None
    return Path(folder) if folder else None


def _blob_keys(environ: Mapping[str, str]) -> Path | None:
    """A gateway that is given a file of its own reads and writes files, and never sees the other keys."""
    path = environ.get("XUEJI_BLOB_KEYS_FILE") or environ.get("XUEJI_KEYS_FILE")
    return Path(path) if path else None


def _public_pem(environ: Mapping[str, str]) -> str:
    """The public half of identity's key; a gateway that is given a file of its own never sees the other keys."""
    if path := environ.get("XUEJI_ASSERTION_PUBLIC_KEY_FILE"):
        return Path(path).read_text(encoding="ascii")
    keys = tomllib.loads(Path(environ["XUEJI_KEYS_FILE"]).read_text(encoding="utf-8"))
    return str(keys["assertion"]["public_pem"])
