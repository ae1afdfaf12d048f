"""The worker of imaging: log, read tables, bus."""

from collections.abc import Mapping

from services.imaging.config import Config
from services.imaging.projections import AGGREGATES, PROJECTIONS
from services.imaging.publishing import publish
from shared.bus.worker import Worker
from shared.eventstore.store import Store


def build(environ: Mapping[str, str]) -> Worker:
    """The worker as the environment says."""
    config = Config.from_environ(environ)
    store = Store(config.store, "imaging")
    return Worker(store, projections=PROJECTIONS, aggregates=AGGREGATES, publish=publish, amqp_url=config.bus.amqp_url)
