"""The worker of identity: log, read tables, bus; messages to people, and what lapses by date."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from prometheus_client import Gauge

from services.identity.adapters.channels import Channels
from services.identity.adapters.mailbox import MailboxFolder
from services.identity.adapters.sms import SmsMessenger
from services.identity.adapters.smtp import SmtpMessenger
from services.identity.application.claim_messages import ClaimMessages
from services.identity.application.claim_review import ClaimReview
from services.identity.application.deliveries import Deliveries
from services.identity.application.identity import Identity
from services.identity.application.machine_clients import MachineClients
from services.identity.application.merging import Merging
from services.identity.application.messages import Messenger, Reactions
from services.identity.application.office_messages import OfficeMessages
from services.identity.application.offices import Offices
from services.identity.application.operators import Appointments
from services.identity.application.people_messages import PeopleMessages
from services.identity.application.reactions import AccountReactions
from services.identity.application.sign_in_messages import SignInReactions, SignInUpkeep
from services.identity.application.sign_in_owners import AccountOwners, EveryOwner, OperatorOwners
from services.identity.config import Config
from services.identity.domain.rules import PROVE_WITHIN
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.publishing import publish
from services.identity.queries import IdentityQueries
from services.identity.queries.claims import ClaimRows
from services.identity.queries.offices import OfficeQueries
from services.identity.queries.people import PeopleQueries
from services.identity.queries.sign_in import SignInQueries
from shared.bus.worker import Worker, every
from shared.codes.clock import Clock, clock_from, shanghai_date
from shared.eventstore.follower import position_of
from shared.eventstore.log import FactRecord, read_log
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

RETRY_SECONDS: Final = 5.0
WAITING = Gauge("xueji_messages_waiting", "Messages that wait for another try.", ["channel"])
UNDELIVERED = Gauge("xueji_messages_undelivered", "Messages given up in the last day.", ["channel"])
_log = logging.getLogger(__name__)


class Reacting:
    """Follows the log behind the read tables. The position moves after the effect: a crash repeats, never skips."""

    def __init__(self, store: Store, react: Callable[[Sequence[FactRecord]], None], name: str = "reactions") -> None:
        self._store = store
        self._react = react
        self._name = name

    def step(self) -> int:
        """React to the next facts, at most 500; an effect that fails stays first and is tried again."""
        with self._store.reading() as cursor:
            after, upto = position_of(cursor, self._name), position_of(cursor)
            records = read_log(cursor, after, min(500, upto - after)) if upto > after else []
        if not records:
            return 0
        try:
            self._react(records)
        except OSError as error:
            _log.error("reactions wait at position %s: %s", after, type(error).__name__)
            return 0
        with self._store.reading() as cursor:
            cursor.execute(
                "INSERT INTO followers (name, position) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET position = greatest(followers.position, EXCLUDED.position)",
                (self._name, records[-1].position),
            )
        return len(records)


def build(environ: Mapping[str, str]) -> Worker:
    """The worker as the environment says."""
    config = Config.from_environ(environ)
    store = Store(config.store, "identity")
    worker = Worker(
        store, projections=PROJECTIONS, aggregates=AGGREGATES, publish=publish, amqp_url=config.bus.amqp_url
    )
    clock = clock_from(config.clock)
    keyring = Keyring.from_file(config.keys_file)
    queries = IdentityQueries(store)
    use_cases = Identity(store, clock, keyring, queries)
    deliveries = Deliveries(store)

    def due() -> int:
        now = clock.now()
        use_cases.allowances.forget(shanghai_date(now) - timedelta(days=1))
        deliveries.forget(now)
        return use_cases.lapse_accounts(queries.list_unproven_accounts(now - PROVE_WITHIN), now)

    accounts = AccountReactions(use_cases, config.public_origin)
    claims = ClaimReview(store, clock, keyring, ClaimRows(store))
    told_of_claims = ClaimMessages(claims, use_cases.sessions, config.public_origin).messages
    appointments = Appointments(store, clock, keyring)
    owners = EveryOwner(AccountOwners(use_cases), OperatorOwners(appointments))
    sign_ins = SignInReactions(use_cases.sessions, keyring, owners)
    upkeep = SignInUpkeep(use_cases.sessions, keyring, SignInQueries(store))
    people = PeopleMessages(accounts)
    reactors = [
        accounts.messages,
        people.messages,
        told_of_claims,
        OfficeMessages(appointments).messages,
        sign_ins.messages,
    ]
    reactions = Reactions(
        reactors,
        messengers_of(config, clock),
        deliveries,
        clock,
        runs=[
            accounts.bind,
            Merging(store, clock, PeopleQueries(store, keyring, use_cases.allowances)).close_merged,
            claims.let_next_up,
        ],
        given_up=use_cases.note_undelivered,
    )
    worker.beside(Reacting(store, reactions.react).step, seconds=0.05)
    worker.beside(reactions.retry, seconds=RETRY_SECONDS)
    worker.tasks.append(every(RETRY_SECONDS, lambda: count_messages(deliveries, clock)))
    worker.tasks += [every(1.0, due), every(5.0, due_of_offices(store, clock, keyring))]
    worker.tasks += [every(5.0, lambda: claims.due_claims(clock.now())), every(10.0, lambda: upkeep.due(clock.now()))]
    return worker


def due_of_offices(store: Store, clock: Clock, keyring: Keyring) -> Callable[[], int]:
    """What happens to offices by date: statements run out, tokens are counted."""
    queries, offices = OfficeQueries(store, keyring), Offices(store, clock)
    clients = MachineClients(store, clock, keyring)

    def due() -> int:
        now = clock.now()
        return offices.fall_due(queries.list_offices_due(now), now) + clients.keep_counts(now)

    return due


def count_messages(deliveries: Deliveries, clock: Clock) -> int:
    """Tell how many messages wait and how many were given up; counts as no work."""
    for channel, (waiting, given_up) in deliveries.counts(clock.now()).items():
        WAITING.labels(channel).set(waiting)
        UNDELIVERED.labels(channel).set(given_up)
    return 0


def messengers_of(config: Config, clock: Clock) -> Channels:
    """What the settings name: the folder of a demonstration, or real mail and short messages."""
    found: dict[str, Messenger] = {}
    if config.mailbox_dir is not None:
        found = dict.fromkeys(config.channels, MailboxFolder(config.mailbox_dir))
    if config.smtp is not None:
        found["mail"] = SmtpMessenger(config.smtp)
    if config.sms is not None:
        found["sms"] = SmsMessenger(config.sms, clock)
    return Channels(found)
