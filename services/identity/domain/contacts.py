"""By what an account's owner is reached: proven contacts, and one that waits for its proof."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """A proven mail address or telephone number, as a keyed hash."""

    key: str
    channel: str


@dataclass(frozen=True)
class NamedContact:
    """A contact that its owner typed and has not proven yet."""

    key: str
    channel: str
    replaces: str = ""
