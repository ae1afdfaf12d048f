"""The base of every application: load one, tell it, save it; or decide many and append them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial, wraps
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import AggregateEvent
from eventsourcing.persistence import IntegrityError, StoredEvent

from shared.codes.clock import Clock, shanghai_date
from shared.eventstore import bulk, facts, lookup
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.bulk import Draft as Draft  # noqa: PLC0414 -- re-exported
from shared.eventstore.claims import Settlement
from shared.eventstore.context import Asked, Context
from shared.eventstore.recorder import BatchMark as BatchMark  # noqa: PLC0414 -- re-exported
from shared.eventstore.recorder import CommandRow, Companions, EventRecorder, StandingRow
from shared.eventstore.recorder import Heard as Heard  # noqa: PLC0414 -- re-exported
from shared.eventstore.store import Store
from shared.eventstore.violations import AlreadyHeard as AlreadyHeard  # noqa: PLC0414 -- re-exported
from shared.eventstore.violations import ClaimTaken, CommandKnown, retried, translate
from shared.eventstore.violations import OutcomeUnknown as OutcomeUnknown  # noqa: PLC0414 -- re-exported
from shared.rules.refused import NotFound, Refused

AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)
UseCase = TypeVar("UseCase", bound=Callable[..., Any])
Answer = dict[str, Any]
_DECISIONS = 3  # as often a use case is decided when what it rests on changes meanwhile


class ChangedMeanwhile(Refused):
    """Somebody else changed the record between reading and saving it."""

    rule = "X-CONFLICT-1"


class CommandReused(Refused):
    """The command id stands for another request."""

    rule = "X-CMD-1"
    status = 422


class AlreadyTaken(Refused):
    """Somebody else holds what was claimed, and the application named no refusal of its own for it."""

    rule = "X-CONFLICT-1"


class Application:
    """Loads aggregates and saves what happened to them, with claims, standings, command and inbox in one step."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {}

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.recorder = EventRecorder(store)

    def get(self, aggregate_type: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate:
        """Load an aggregate by replaying its facts."""
        found = self.find(aggregate_type, aggregate_id)
        if found is None:
            raise NotFound(kind=aggregate_type.__name__, id=aggregate_id)
        return found

    def find(self, aggregate_type: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """Load an aggregate, or None where there is none of this type under this id."""
        aggregate: Any = None
        for event in self.recorder.select_events(aggregate_id):
            fact = facts.decode(event.topic, aggregate_id, event.originator_version, event.state)
            aggregate = fact.mutate(aggregate)
        return aggregate if isinstance(aggregate, aggregate_type) else None

    def save(
        self,
        *aggregates: Aggregate,
        by: Context | Asked,
        answer: Mapping[str, Any] | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """Write the new facts of `aggregates` in one round trip; return the answer in plain JSON values."""
        context = by if isinstance(by, Context) else Context.of(by)
        events: list[StoredEvent] = []
        claims = Settlement()
        standings: list[StandingRow] = []
        for aggregate in sorted(aggregates, key=lambda each: each.id.int):
            _collect(aggregate, events, claims, standings)
        given = _plain(answer if answer is not None else _saved(aggregates))
        beside = Companions(
            recorded_at=context.recorded_at,
            context=context.encoded,
            claims=claims,
            standings=standings,
            command=_command_row(context, given),
            heard=heard,
        )
        with self._refusing():
            self.recorder.insert_events(events, beside=beside)
        return given

    def append(
        self,
        drafts: Sequence[Draft],
        by: Context | Asked,
        *,
        heard: Heard | None = None,
        mark: BatchMark | None = None,
        answer: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the facts of up to 1,000 rows in one transaction; the command id is kept where an `answer` is given."""
        self.made_ready(drafts, by, heard=heard, mark=mark, answer=answer)()

    def made_ready(
        self,
        drafts: Sequence[Draft],
        by: Context | Asked,
        *,
        heard: Heard | None = None,
        mark: BatchMark | None = None,
        answer: Mapping[str, Any] | None = None,
    ) -> Callable[[], None]:
        """`append` in two parts: everything is encoded now, and written by whoever calls the result."""
        context = by if isinstance(by, Context) else Context.of(by)
        chunk = bulk.prepare(drafts)
        beside = Companions(
            recorded_at=context.recorded_at,
            context=context.encoded,
            days={day: context.with_(effective_on=day).encoded for day in _days_of(drafts, context)},
            claims=chunk.claims,
            command=None if answer is None else _command_row(context, _plain(answer)),
            heard=heard,
            mark=mark,
        )
        return partial(self._write, bulk.Writing(chunk, beside), beside)

    def _write(self, writing: bulk.Writing, beside: Companions) -> None:
        with self._refusing():
            self._send(writing, beside)

    @retried
    def _send(self, writing: bulk.Writing, beside: Companions) -> None:
        with translate(beside), self.store.writing() as cursor:
            writing.write(cursor)

    def standings(self, aggregate_type: type[Aggregate], ids: Iterable[UUID]) -> dict[UUID, tuple[int, Any]]:
        """The decision state of many aggregates: id -> (version, standing)."""
        with self.store.reading() as cursor:
            return lookup.standings(cursor, aggregate_type, ids)

    def owners(self, scope: str, keys: Iterable[str]) -> dict[str, UUID]:
        """Who holds what for good: key -> aggregate id, for uncontested claims."""
        with self.store.reading() as cursor:
            return lookup.owners(cursor, scope, keys)

    def owners_today(self, scope: str, keys: Iterable[str]) -> dict[str, UUID]:
        """Who holds today what is held for a period: key -> aggregate id, for uncontested claims."""
        with self.store.reading() as cursor:
            return lookup.owners_on(cursor, scope, keys, shanghai_date(self.clock.now()))

    def owning(
        self, aggregate_type: type[Aggregate], scope: str, keys: Iterable[str]
    ) -> dict[str, tuple[UUID, int, Any]]:
        """`owners` and their `standings` by one question: key -> (aggregate id, version, standing)."""
        with self.store.reading() as cursor:
            return lookup.owning(cursor, aggregate_type, scope, keys)

    def first_facts(self, fact_type: type[AggregateEvent], ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """What was said when these aggregates began: id -> the fields of their first fact."""
        with self.store.reading() as cursor:
            return lookup.first_facts(cursor, fact_type, ids)

    def answered(self, command_id: UUID, request_hash: str) -> Answer | None:
        """The stored answer of a command that has acted; another request under its id is refused."""
        with self.store.reading() as cursor:
            cursor.execute("SELECT request_hash, answer FROM commands WHERE command_id = %s", (str(command_id),))
            row = cursor.fetchone()
        if row is None:
            return None
        if row[0] != request_hash:
            raise CommandReused(command_id=command_id)
        known: Answer = msgspec.json.decode(row[1])
        return known

    def _refusing(self) -> "_Refusing":
        return _Refusing(self.taken)


class _Refusing:
    """Says in the application's words what the database objected to."""

    def __init__(self, taken: Mapping[str, type[Refused]]) -> None:
        self._taken = taken

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ClaimTaken):
            raise self._taken.get(error.scope, AlreadyTaken)(scope=error.scope) from error
        if isinstance(error, IntegrityError) and not isinstance(error, CommandKnown | AlreadyHeard):
            raise ChangedMeanwhile() from error


def command(method: UseCase) -> UseCase:
    """A use case that acts once per `command_id`: asked again, it gives the stored answer."""

    @wraps(method)
    def asked(self: "Application", *, command_id: UUID, by: Any, **named: Any) -> Any:
        if by.command_id != command_id:
            by = replace(by, command_id=command_id)
        request_hash = by.request_hash
        known = self.answered(command_id, request_hash)
        if known is not None:
            return known
        try:
            return method(self, command_id=command_id, by=by, **named)
        except (Refused, CommandKnown):
            # The same command may have acted on another thread since we asked.
            known = self.answered(command_id, request_hash)
            if known is not None:
                return known
            raise

    return cast("UseCase", asked)


def decided_again(method: UseCase) -> UseCase:
    """A use case on something that the registry's own clock writes to as well: changed meanwhile, it decides anew."""

    @wraps(method)
    def asked(self: "Application", **named: Any) -> Any:
        for _ in range(_DECISIONS - 1):
            with suppress(ChangedMeanwhile):
                return method(self, **named)
        return method(self, **named)

    return cast("UseCase", asked)


def _days_of(drafts: Sequence[Draft], context: Context) -> set[date]:
    """The days from which drafts hold, but for the day of the append itself."""
    days = {draft.effective_on for draft in drafts}
    return {day for day in days if day is not None and day != context.effective_on}


def _collect(aggregate: Aggregate, events: list[StoredEvent], claims: Settlement, standings: list[StandingRow]) -> None:
    aggregate_id = aggregate.id
    collected = aggregate.collect_events()
    for fact in collected:
        codec = facts.codec_of(type(fact))  # type: ignore[arg-type]
        version = fact.originator_version
        events.append(StoredEvent(aggregate_id, version, codec.topic, codec.encode(fact)))  # type: ignore[arg-type]
        for entry in aggregate.claims_of(fact, aggregate_id):
            claims.add(aggregate_id, entry)
    if collected and aggregate.standing is not None:
        state = facts.encode_standing(aggregate.standing)
        standings.append(StandingRow(aggregate_id, aggregate.version, aggregate.stored_as, state))


def _saved(aggregates: Sequence[Aggregate]) -> Answer:
    return {"id": aggregates[0].id, "version": aggregates[0].version} if aggregates else {}


def _plain(answer: Mapping[str, Any]) -> Answer:
    """The answer as it will be read back: the first answer and the repeated one are the same."""
    plain: Answer = msgspec.to_builtins(dict(answer), str_keys=True)
    return plain


def _command_row(context: Context, answer: Answer) -> CommandRow | None:
    if context.command_id is None:
        return None
    return CommandRow(context.command_id, context.request_hash, context.use_case, msgspec.json.encode(answer))
