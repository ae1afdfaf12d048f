"""The worker of verification: log, read tables, bus, and what happens to reports by date."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.verification.adapters.pdf import Issuer, TypstPress
from services.verification.application import Verification
from services.verification.config import Config
from services.verification.projections import AGGREGATES, PROJECTIONS
from services.verification.publishing import publish
from services.verification.queries import VerificationQueries
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.worker import Worker, every
from shared.codes.clock import Clock, clock_from, shanghai_date
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

DUE_SECONDS = 1.0


def build(environ: Mapping[str, str]) -> Worker:
    """The worker as the environment says."""
    config = Config.from_environ(environ)
    store = Store(config.store, "verification")
    worker = Worker(
        store, projections=PROJECTIONS, aggregates=AGGREGATES, publish=publish, amqp_url=config.bus.amqp_url
    )
    clock, keyring = clock_from(config.clock), Keyring.from_file(config.keys_file)
    press = TypstPress(Issuer(config.issuer_zh, config.issuer_en, config.origin, config.sample))
    use_cases = Verification(store, clock, keyring, SealedBlobs.at(config.blobs_dir, config.keys_file), press)
    worker.tasks.append(every(DUE_SECONDS, Due(use_cases, VerificationQueries(store, keyring), clock).step))
    return worker


class Due:
    """Looks for what is due. A document is left to the edge that was asked for it until the second look; one that
    could not be made is tried once a day, and whenever a worker starts, for then a font may have been installed."""

    def __init__(self, use_cases: Verification, queries: VerificationQueries, clock: Clock) -> None:
        self._use_cases = use_cases
        self._queries = queries
        self._clock = clock
        self._seen: set[UUID] = set()
        self._tried: dict[UUID, date] = {}

    def step(self) -> int:
        """Do what is due now; how many reports moved."""
        now = self._clock.now()
        today = shanghai_date(now)
        known = self._seen | self._tried.keys()
        self._tried = {each: day for each, day in self._tried.items() if day == today}
        unissued = self._queries.unissued(but=self._tried)  # or a hundred that cannot be made would hold up all others
        ready = [each for each in unissued if each in known]
        self._seen = set(unissued)
        self._tried |= dict.fromkeys(ready, today)
        return self._use_cases.due(
            now,
            unissued=ready,
            over=self._queries.over(today),
            void=self._queries.void(),
            strayed=self._queries.strayed(),
        )
