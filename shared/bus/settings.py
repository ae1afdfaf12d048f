"""How a process reaches the bus and who may look at its health."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BusSettings:
    """`amqp_url` is amqp://, amqps:// or inproc://name; a metrics port of 0 opens no port."""

    amqp_url: str
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    max_workers: int = 16
    drain_seconds: float = 20.0
    head_seconds: float = 3.0  # how often a hearer asks the publisher for its head

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "BusSettings":
        return cls(
            amqp_url=environ["XUEJI_AMQP_URL"],
            metrics_port=int(environ.get("XUEJI_METRICS_PORT") or 0),
            metrics_host=environ.get("XUEJI_METRICS_HOST", "127.0.0.1"),
            max_workers=int(environ.get("XUEJI_RPC_WORKERS", "16")),
            drain_seconds=float(environ.get("XUEJI_DRAIN_SECONDS", "20")),
            head_seconds=float(environ.get("XUEJI_HEAD_SECONDS", "3")),
        )
