"""The worker of credentials: log, read tables, bus, files of certificates, and what takes effect by date."""

from collections.abc import Mapping

from services.credentials.application import Credentials
from services.credentials.application.bulk import kinds
from services.credentials.config import Config
from services.credentials.projections import AGGREGATES, PROJECTIONS
from services.credentials.publishing import publish
from services.credentials.queries import CredentialsQueries
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.worker import Worker, every
from shared.codes.clock import clock_from, shanghai_date
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.intake.engine import BatchRunner


def build(environ: Mapping[str, str]) -> Worker:
    """The worker as the environment says."""
    config = Config.from_environ(environ)
    store = Store(config.store, "credentials")
    worker = Worker(
        store, projections=PROJECTIONS, aggregates=AGGREGATES, publish=publish, amqp_url=config.bus.amqp_url
    )
    clock = clock_from(config.clock)
    use_cases = Credentials(store, clock)
    queries = CredentialsQueries(store, Keyring.from_file(config.keys_file))

    def due() -> int:
        today = shanghai_date(clock.now())
        return use_cases.due(queries.confirmed_and_complete(), queries.registered_until(today))

    def overlooked() -> int:
        return use_cases.complete(queries.incomplete_with_photo()) + use_cases.resume(queries.withheld_in_force())

    runner = BatchRunner(use_cases, SealedBlobs.at(config.blobs_dir, config.keys_file), kinds(use_cases))
    worker.in_bulk(runner.step)
    worker.tasks += [every(0.2, due), every(5.0, overlooked)]
    return worker
