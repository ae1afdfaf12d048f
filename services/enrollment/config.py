"""What enrollment reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.enrollment.domain.rules.periods import Periods
from shared.bus.settings import BusSettings
from shared.eventstore.settings import StoreSettings


@dataclass(frozen=True)
class Config:
    """Where enrollment keeps, hears and finds things."""

    store: StoreSettings
    bus: BusSettings
    blobs_dir: Path
    keys_file: Path
    clock: str
    periods: Periods

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Config":
        return cls(
            store=StoreSettings.from_environ(environ, "enrollment"),
            bus=BusSettings.from_environ(environ),
            blobs_dir=Path(environ["XUEJI_BLOBS_DIR"]),
            keys_file=Path(environ["XUEJI_KEYS_FILE"]),
            clock=environ.get("XUEJI_CLOCK", "system"),
            periods=_periods(environ),
        )


def _periods(environ: Mapping[str, str]) -> Periods:
    """The clocks of offices in working days, where an installation sets its own."""
    named = {name: environ.get(variable) for name, variable in _DAYS.items()}
    return Periods(**{name: int(days) for name, days in named.items() if days})


_DAYS = {
    "school_review": "XUEJI_DAYS_SCHOOL_REVIEW",
    "province_review": "XUEJI_DAYS_PROVINCE_REVIEW",
    "conflict": "XUEJI_DAYS_CONFLICT",
    "publicity": "XUEJI_DAYS_PUBLICITY",
}
