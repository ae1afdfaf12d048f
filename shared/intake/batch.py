"""The aggregate of a bulk file: what was handed in, how far it is, what came of it. Services subclass it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.intake.progress import AT_WORK, advanced, checked, planned, undo_advanced, undo_asked
from shared.intake.progress import Progress as Progress  # noqa: PLC0414 -- re-exported
from shared.intake.steps import NotAtThisStep, PlanExpired, PlanUnknown

OPEN_SCOPE = "batch.open"
WAITING_SCOPE = "batch.waiting"

# where a fact stands, and what a reader of the log hangs onto it
_OWN = frozenset({"originator_id", "originator_version", "timestamp", "context"})


def _fields(fact: Any) -> dict[str, Any]:
    """What a fact says, without where it stands."""
    return {name: value for name, value in vars(fact).items() if name not in _OWN}


class Batch(Aggregate):
    """One bulk file on its way: submitted, read through once, planned perhaps, taken in by chunks, finished or refused.

    The library binds an `@event` method to the facts of the class that wrote it, so a subclass would store its
    facts under the name of this one. Here each fact applies itself, and methods name the facts of their own class.
    """

    Standing: ClassVar[type[Any] | None] = Progress
    standing: Progress = Progress()

    class Submitted(Aggregate.Created):
        """A file was handed in; its bytes are kept under their digest."""

        kind: str
        digest: str
        filename: str
        submitted_by: str
        params: dict[str, str]
        school_code: str | None
        province: str | None
        plan_first: bool = False

    class Checked(Aggregate.Event):
        """The file was read to its end and is whole."""

        rows: int

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = checked(aggregate.standing, self.rows)

    class PlanAdvanced(Aggregate.Event):
        """So many rows are tried out; a planning that breaks off begins anew, for it has written nothing."""

        done: int
        good: int
        unchanged: int
        refused: int

        def apply(self, aggregate: Any) -> None:
            """A look at the clock, no more."""

    class Planned(Aggregate.Event):
        """Every row was tried out; what would follow stands in a signed plan that holds for a while."""

        plan_id: str
        plan_digest: str
        rows: int
        good: int
        unchanged: int
        refused: int
        errors_digest: str | None
        summary: dict[str, Any]
        made_at: datetime
        expires_at: datetime
        signature: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = planned(aggregate.standing, vars(self))

    class CommitAsked(Aggregate.Event):
        """Somebody stands for the plan: it is carried out."""

        plan_id: str
        mode: str
        asked_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(
                aggregate.standing, state="running", mode=self.mode, committed_by=self.asked_by, errors_digest=None
            )

    class PlanLapsed(Aggregate.Event):
        """Nobody committed the plan in its time."""

        plan_id: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="lapsed")

    class Advanced(Aggregate.Event):
        """One more chunk is decided, up to row `done`; counts and chains are of the whole batch so far."""

        done: int
        accepted: int
        refused: int
        refusals_digest: str | None
        unchanged: int = 0
        changed: int = 0
        receipts_digest: str | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = advanced(aggregate.standing, _fields(self))

    class Finished(Aggregate.Event):
        """Every row is decided; the refused ones stand in the errors file."""

        rows: int
        accepted: int
        refused: int
        errors_digest: str | None
        unchanged: int = 0
        changed: int = 0

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="finished", errors_digest=self.errors_digest)

    class Refused(Aggregate.Event):
        """The whole file was refused; nothing of it is stored."""

        rule: str
        zh: str
        en: str
        errors_digest: str | None = None
        refused: int = 0
        changed: int = 0

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(
                aggregate.standing,
                state="refused",
                errors_digest=self.errors_digest,
                refused=self.refused,
                changed=self.changed,
            )

    class UndoAsked(Aggregate.Event):
        """What the file led to is to be taken back, as far as the rules allow."""

        asked_by: str
        reason: str
        refusals_digest: str | None = None  # the rows for whose sake a file of all or nothing is taken back

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = undo_asked(aggregate.standing, self.asked_by, self.reason, self.refusals_digest)

    class UndoAdvanced(Aggregate.Event):
        """So far the receipts are taken back, the last rows first: what is left lies below `row`, from `link` on."""

        link: str | None
        row: int
        undone: int
        kept: int
        kept_digest: str | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = undo_advanced(aggregate.standing, vars(self))

    class Undone(Aggregate.Event):
        """Everything that could be taken back is; the rows that stay stand in the errors file."""

        undone: int
        kept: int
        errors_digest: str | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="undone", errors_digest=self.errors_digest)

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """Among millions of decision rows the worker finds by claim the few it has to work on, or to let lapse."""
        name = str(originator_id)
        opened, waiting = Claim(OPEN_SCOPE, name), Claim(WAITING_SCOPE, name)
        closed, waited = Release(OPEN_SCOPE, name), Release(WAITING_SCOPE, name)
        if isinstance(fact, Batch.Submitted):
            yield opened
        elif isinstance(fact, Batch.Finished | Batch.Refused | Batch.Undone):
            yield closed
        elif isinstance(fact, Batch.Planned):
            yield from (closed, waiting)
        elif isinstance(fact, Batch.CommitAsked):
            yield from (waited, opened)
        elif isinstance(fact, Batch.PlanLapsed):
            yield waited
        elif isinstance(fact, Batch.UndoAsked):  # of a finished file, or of one that is still open
            yield from (closed, opened)

    def __init_subclass__(cls, *, stored_as: str = "", created_event_name: str = "") -> None:
        # the library would give a subclass without its own constructor one that takes a standing
        if "__init__" not in vars(cls):
            cls.__init__ = Batch.__init__  # type: ignore[method-assign]
        super().__init_subclass__(stored_as=stored_as, created_event_name=created_event_name)

    @event(Submitted)
    def __init__(
        self,
        kind: str,  # the library fills in defaults of arguments that may stand in a row, and of no others
        digest: str,
        filename: str,
        submitted_by: str,
        params: dict[str, str],
        school_code: str | None,
        province: str | None,
        plan_first: bool = False,
    ) -> None:
        self.standing = Progress(
            kind, digest, filename, school_code, province, params, submitted_by, plan_first=plan_first
        )

    @property
    def is_open(self) -> bool:
        return self.standing.state in AT_WORK

    def check(self, rows: int) -> None:
        """Note that the file is whole."""
        if self.standing.state == "submitted":
            self.trigger_event(type(self).Checked, rows=rows)

    def tell_planning(self, *, done: int, good: int, unchanged: int, refused: int) -> None:
        """Say how far the planning is."""
        if self.standing.state == "planning":
            self.trigger_event(type(self).PlanAdvanced, done=done, good=good, unchanged=unchanged, refused=refused)

    def plan(self, **plan: Any) -> None:
        """Note the plan; the file now waits for whoever commits it."""
        if self.standing.state == "planning":
            self.trigger_event(type(self).Planned, **plan)

    def ask_commit(self, *, plan_id: str, mode: str, asked_by: str, now: datetime) -> None:
        """Have the plan carried out."""
        standing = self.standing
        if standing.plan_id is None or standing.plan_id != plan_id:
            raise PlanUnknown(field="plan_id")
        if standing.state == "lapsed" or (standing.expires_at and now >= standing.expires_at):
            raise PlanExpired(field="plan_id")
        self._require("planned")
        self.trigger_event(type(self).CommitAsked, plan_id=plan_id, mode=mode, asked_by=asked_by)

    def lapse(self) -> None:
        """Give a plan up that nobody committed."""
        if self.standing.state == "planned":
            self.trigger_event(type(self).PlanLapsed, plan_id=self.standing.plan_id)

    def finish(self, errors_digest: str | None) -> None:
        """Close the batch; its last chunk is decided."""
        if self.standing.state == "running":
            now = self.standing
            self.trigger_event(
                type(self).Finished,
                rows=now.rows,
                accepted=now.accepted,
                refused=now.refused,
                errors_digest=errors_digest,
                unchanged=now.unchanged,
                changed=now.changed,
            )

    def refuse(self, rule: str, zh: str, en: str, **counted: Any) -> None:
        """Close the batch without having taken anything in."""
        if self.is_open:
            self.trigger_event(type(self).Refused, rule=rule, zh=zh, en=en, **counted)

    def ask_undo(self, *, asked_by: str, reason: str) -> None:
        """Have what the file led to taken back."""
        self._require("finished")
        self.trigger_event(type(self).UndoAsked, asked_by=asked_by, reason=reason)

    def give_back(self, *, reason: str, refusals_digest: str | None) -> None:
        """All or nothing, and not all could be written: what was written is taken back."""
        self._require("running")
        self.trigger_event(
            type(self).UndoAsked,
            asked_by=self.standing.committed_by or self.standing.submitted_by,
            reason=reason,
            refusals_digest=refusals_digest,
        )

    def undo(self, errors_digest: str | None) -> None:
        """Close a batch that was taken back."""
        if self.standing.state == "undoing":
            now = self.standing
            self.trigger_event(type(self).Undone, undone=now.undone, kept=now.kept, errors_digest=errors_digest)

    def _require(self, state: str) -> None:
        if self.standing.state != state:
            raise NotAtThisStep(state=self.standing.state, state_zh=self.standing.state_zh)
