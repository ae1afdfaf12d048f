"""What verification reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from shared.bus.settings import BusSettings
from shared.eventstore.settings import StoreSettings

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Config:
    """Where verification keeps, hears and finds things, and in whose name it speaks."""

    store: StoreSettings
    bus: BusSettings
    blobs_dir: Path
    keys_file: Path
    clock: str
    origin: str  # the one public origin (A5-1)
    issuer_zh: str
    issuer_en: str
    sample: str | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Config":
        return cls(
            store=StoreSettings.from_environ(environ, "verification"),
            bus=BusSettings.from_environ(environ),
            blobs_dir=Path(environ["XUEJI_BLOBS_DIR"]),
            keys_file=Path(environ["XUEJI_KEYS_FILE"]),
            clock=environ.get("XUEJI_CLOCK", "system"),
            origin=environ.get("XUEJI_PUBLIC_ORIGIN", "http://127.0.0.1:8000").rstrip("/"),
            issuer_zh=environ.get("XUEJI_ISSUER_ZH", "学籍学历电子注册系统"),
            issuer_en=environ.get("XUEJI_ISSUER_EN", "National Register of Student Status and Credentials"),
            sample=environ.get("XUEJI_SAMPLE_MARK") or None,
        )


@dataclass(frozen=True)
class PublicConfig:
    """What the public route needs; it knows no bus."""

    store: StoreSettings
    blobs_dir: Path
    keys_file: Path
    clock: str
    answers_rate: str  # per client, in the words of `limits`
    misses_rate: str  # per client, for codes that lead nowhere
    trusted_proxies: tuple[Network, ...]
    private_host: str
    private_port: int  # health and metrics; 0 opens no port

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "PublicConfig":
        return cls(
            store=StoreSettings.from_environ(environ, "verification"),
            blobs_dir=Path(environ["XUEJI_BLOBS_DIR"]),
            keys_file=Path(environ["XUEJI_KEYS_FILE"]),
            clock=environ.get("XUEJI_CLOCK", "system"),
            answers_rate=environ.get("XUEJI_VERIFY_RATE", "60 per minute"),
            misses_rate=environ.get("XUEJI_VERIFY_MISSES_RATE", "20 per minute"),
            trusted_proxies=tuple(ip_network(each) for each in environ.get("XUEJI_TRUSTED_PROXIES", "").split()),
            private_host=environ.get("XUEJI_METRICS_HOST", "127.0.0.1"),
            private_port=int(environ.get("XUEJI_METRICS_PORT") or 0),
        )
