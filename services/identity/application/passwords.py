"""Passwords: hashed slowly, two at a time, with parameters that may grow; checked against what everybody tries."""

import threading
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.domain.password_rules import check_password, normalised

AT_ONCE: Final = 2  # a hash takes 19 MiB and some 20 ms: whoever asks for many at once waits instead of us
_NOBODYS: Final = "nobody has this password"


def _here(work: Callable[..., Any], *arguments: Any) -> Any:
    return work(*arguments)


class Passwords:
    """Argon2id as OWASP and RFC 9106 advise; `heavy` runs what takes long beside everything else."""

    def __init__(
        self,
        *,
        memory_kib: int = 19456,
        passes: int = 2,
        lanes: int = 1,
        heavy: Callable[..., Any] = _here,
        more_known: Path | None = None,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)
        self._heavy = heavy
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._known = _built_in() | (_read(more_known.read_text(encoding="utf-8")) if more_known else frozenset())
        self._nobodys = self._hasher.hash(_NOBODYS)

    def check(self, password: str, personal: Iterable[str]) -> None:
        """Raises PasswordRefused where a password protects nobody."""
        check_password(normalised(password), personal=personal, known=self._known)

    def hash(self, password: str) -> str:
        """What is kept of a password, with a salt of its own."""
        with self._places:
            return str(self._heavy(self._hasher.hash, normalised(password)))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether it is the password. Where nothing is kept the same work is done, and the answer is no."""
        with self._places:
            return bool(self._heavy(self._verify, kept or self._nobodys, normalised(password))) and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _built_in() -> frozenset[str]:
    text = (files("services.identity.application") / "known_passwords.toml").read_text(encoding="utf-8")
    return _read(str(tomllib.loads(text)["passwords"]))


def _read(text: str) -> frozenset[str]:
    lines = (line.strip().casefold() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))
