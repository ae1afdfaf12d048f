"""What identity reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.bus.settings import BusSettings
from shared.eventstore.settings import StoreSettings


@dataclass(frozen=True)
class Config:
    """Where identity keeps and hears things, where messages go, and who the operators are."""

    store: StoreSettings
    bus: BusSettings
    keys_file: Path
    mailbox_dir: Path
    operators_file: Path | None
    clock: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Config":
        operators = environ.get("XUEJI_OPERATORS_FILE")
        return cls(
            store=StoreSettings.from_environ(environ, "identity"),
            bus=BusSettings.from_environ(environ),
            keys_file=Path(environ["XUEJI_KEYS_FILE"]),
            mailbox_dir=Path(environ["XUEJI_MAILBOX_DIR"]),
            operators_file=Path(operators) if operators else None,
            clock=environ.get("XUEJI_CLOCK", "system"),
        )
