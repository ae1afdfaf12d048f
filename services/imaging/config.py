"""What imaging reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.bus.settings import BusSettings
from shared.eventstore.settings import StoreSettings


@dataclass(frozen=True)
class Config:
    """Where imaging keeps, hears and finds things."""

    store: StoreSettings
    bus: BusSettings
    blobs_dir: Path
    keys_file: Path
    clock: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Config":
        return cls(
            store=StoreSettings.from_environ(environ, "imaging"),
            bus=BusSettings.from_environ(environ),
            blobs_dir=Path(environ["XUEJI_BLOBS_DIR"]),
            keys_file=Path(environ["XUEJI_KEYS_FILE"]),
            clock=environ.get("XUEJI_CLOCK", "system"),
        )
