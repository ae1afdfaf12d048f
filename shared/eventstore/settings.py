"""How a service reaches its event store."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`url` names the service's own database; the limits keep one hung process from stopping the others."""

    url: str
    pool_size: int = 16
    pool_timeout: float = 30.0
    connect_timeout: int = 5
    idle_in_transaction_timeout_ms: int = 30_000
    keys_url: str = ""  # where the keys of subjects lie; empty: beside the facts
    holds_facts: bool = True

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], service: str) -> "StoreSettings":
        return cls(
            url=environ["XUEJI_POSTGRES_URL"].replace("{service}", service),
            pool_size=int(environ.get("XUEJI_POSTGRES_POOL", "16")),
            keys_url=environ.get("XUEJI_SUBJECT_KEYS_URL", ""),
        )
