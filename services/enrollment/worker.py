"""The worker of enrollment: log, read tables, bus, and the files that schools and provinces hand in."""

from collections.abc import Mapping

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.kinds import kinds
from services.enrollment.application.clocks import Clocks
from services.enrollment.application.deadlines import Clockwork, Deadlines
from services.enrollment.application.endings import Endings
from services.enrollment.application.entry_deadlines import EntryDeadlines
from services.enrollment.application.recheck_deadlines import RecheckDeadlines
from services.enrollment.application.watching import NameWatch
from services.enrollment.config import Config
from services.enrollment.projections import AGGREGATES, PROJECTIONS
from services.enrollment.publishing import publish
from services.enrollment.queries.finding import Findings
from services.enrollment.queries.names import NameFindings
from services.enrollment.queries.overdue import OverdueQueries
from services.enrollment.queries.rechecks import RecheckQueries
from services.enrollment.queries.waiting_entries import EntryFindings
from shared.blobs.sealed_files import SealedBlobs
from shared.bus.worker import Worker, every
from shared.codes.clock import clock_from
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.intake.engine import BatchRunner

DUE_SECONDS = 5.0
NAME_SECONDS = 2.0


def build(environ: Mapping[str, str]) -> Worker:
    """The worker as the environment says."""
    config = Config.from_environ(environ)
    store = Store(config.store, "enrollment")
    worker = Worker(
        store, projections=PROJECTIONS, aggregates=AGGREGATES, publish=publish, amqp_url=config.bus.amqp_url
    )
    clock, keyring = clock_from(config.clock), Keyring.from_file(config.keys_file)
    use_cases = Enrollment(store, clock, keyring)
    blobs = SealedBlobs.at(config.blobs_dir, config.keys_file)
    runner = BatchRunner(use_cases, blobs, kinds(use_cases), use_cases.keyring)
    years = Deadlines(store, clock, keyring, OverdueQueries(store, keyring))
    cases = Clocks(store, clock, keyring, Findings(store), config.periods)
    entries = EntryDeadlines(store, clock, keyring, EntryFindings(store))
    rechecks = RecheckDeadlines(store, clock, keyring, RecheckQueries(store))
    names = NameWatch(store, clock, keyring, NameFindings(store), config.periods)
    endings = Endings(store, clock, keyring)
    clockwork = Clockwork(
        clock,
        years.due_years,
        entries.due_entries,
        rechecks.due_rechecks,
        endings.due_cancellations,
        cases.due_cases,
    )
    worker.in_bulk(runner.step)
    worker.tasks.append(every(DUE_SECONDS, clockwork.step))
    # a task of its own: after a load it has much to read, and nothing else should be asked for as often
    worker.tasks.append(every(NAME_SECONDS, Clockwork(clock, names.due_names).step))
    return worker
