"""What identity reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.identity.adapters.sms import SmsSettings
from services.identity.adapters.smtp import SmtpSettings
from shared.bus.settings import BusSettings
from shared.eventstore.settings import StoreSettings

DEMO: Final = "demo"
PROFILES: Final = (DEMO, "production")


class UnsafeSettings(ValueError):
    """The settings would open a door or lose messages; the text says which and what to do."""


@dataclass(frozen=True)
class Config:
    """Where identity keeps and hears things, where messages go, and who the operators are."""

    store: StoreSettings
    bus: BusSettings
    keys_file: Path
    profile: str
    public_origin: str
    mailbox_dir: Path | None  # demo profile only
    smtp: SmtpSettings | None
    sms: SmsSettings | None
    operators_file: Path | None  # demo profile only
    clock: str
    blobs_dir: Path = Path("blobs")
    oidc_file: Path | None = None  # identity providers of offices
    known_passwords_file: Path | None = None  # refused beside those that are built in

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise UnsafeSettings(f"XUEJI_PROFILE is one of {', '.join(PROFILES)}")
        if self.profile == DEMO:
            if self.mailbox_dir is None and self.smtp is None:
                raise UnsafeSettings("messages go nowhere: set XUEJI_MAILBOX_DIR, or XUEJI_SMTP_URL")
            return
        if self.smtp is None:
            raise UnsafeSettings("messages go nowhere: set XUEJI_SMTP_URL and XUEJI_SMTP_FROM (or XUEJI_PROFILE=demo)")
        if self.mailbox_dir is not None:
            raise UnsafeSettings("XUEJI_MAILBOX_DIR shows codes to whoever reads the folder: XUEJI_PROFILE=demo only")
        if self.operators_file is not None:
            raise UnsafeSettings(
                "XUEJI_OPERATORS_FILE appoints people outside of the register: XUEJI_PROFILE=demo only"
            )

    @property
    def channels(self) -> tuple[str, ...]:
        """By which a person can be reached."""
        folder = self.mailbox_dir is not None
        offered = {"mail": folder or self.smtp is not None, "sms": folder or self.sms is not None}
        return tuple(channel for channel, there in offered.items() if there)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Config":
        mailbox, operators = environ.get("XUEJI_MAILBOX_DIR"), environ.get("XUEJI_OPERATORS_FILE")
        return cls(
            store=StoreSettings.from_environ(environ, "identity"),
            bus=BusSettings.from_environ(environ),
            keys_file=Path(environ["XUEJI_KEYS_FILE"]),
            profile=environ.get("XUEJI_PROFILE", "production"),
            public_origin=environ.get("XUEJI_PUBLIC_ORIGIN", "http://127.0.0.1:8000").rstrip("/"),
            mailbox_dir=Path(mailbox) if mailbox else None,
            smtp=_smtp(environ),
            sms=_sms(environ),
            operators_file=Path(operators) if operators else None,
            oidc_file=_path(environ, "XUEJI_OIDC_FILE"),
            known_passwords_file=_path(environ, "XUEJI_KNOWN_PASSWORDS_FILE"),
            clock=environ.get("XUEJI_CLOCK", "system"),
            blobs_dir=Path(environ["XUEJI_BLOBS_DIR"]),
        )


def _smtp(environ: Mapping[str, str]) -> SmtpSettings | None:
    if not (url := environ.get("XUEJI_SMTP_URL")):
        return None
    password = environ.get("XUEJI_SMTP_PASSWORD_FILE")
    return SmtpSettings(
        url=url,
        sender=environ.get("XUEJI_SMTP_FROM", ""),
        password=Path(password).read_text(encoding="utf-8").strip() if password else "",
        ca_file=environ.get("XUEJI_SMTP_CA_FILE") or None,
    )


def _sms(environ: Mapping[str, str]) -> SmsSettings | None:
    if not (url := environ.get("XUEJI_SMS_URL")):
        return None
    return SmsSettings(
        url=url,
        key=Path(environ["XUEJI_SMS_KEY_FILE"]).read_bytes().strip(),
        ca_file=environ.get("XUEJI_SMS_CA_FILE") or None,
    )


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None
