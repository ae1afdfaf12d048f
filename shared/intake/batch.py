"""The aggregate of a bulk file: what was handed in, how far it is, what came of it. Services subclass it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from shared.eventstore.aggregate import Aggregate, Claim, Release

OPEN = ("submitted", "running")
OPEN_SCOPE = "batch.open"


@dataclass(frozen=True)
class Progress:
    """How far a batch is. `rows` counts the file's rows, `done` is the number of the last row that is decided."""

    kind: str = ""
    digest: str = ""
    filename: str = ""
    school_code: str | None = None
    province: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    submitted_by: str = ""
    state: str = "submitted"  # submitted | running | finished | refused
    rows: int = 0
    done: int = 0
    accepted: int = 0
    refused: int = 0
    refusals_digest: str | None = None  # the newest link of the chain of refusals
    errors_digest: str | None = None


class Batch(Aggregate):
    """One bulk file on its way: submitted, read through once, taken in by chunks, finished or refused as a whole.

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

    class Checked(Aggregate.Event):
        """The file was read to its end and is whole."""

        rows: int

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="running", rows=self.rows)

    class Advanced(Aggregate.Event):
        """One more chunk is decided, up to row `done`; counts and refusals are of the whole batch so far."""

        done: int
        accepted: int
        refused: int
        refusals_digest: str | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = advanced(
                aggregate.standing,
                done=self.done,
                accepted=self.accepted,
                refused=self.refused,
                refusals_digest=self.refusals_digest,
            )

    class Finished(Aggregate.Event):
        """Every row is decided; the refused ones stand in the errors file."""

        rows: int
        accepted: int
        refused: int
        errors_digest: str | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="finished", errors_digest=self.errors_digest)

    class Refused(Aggregate.Event):
        """The whole file was refused; nothing of it is stored."""

        rule: str
        zh: str
        en: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="refused")

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """An open batch holds itself: among millions of decision rows the worker finds the few open ones by claim."""
        if isinstance(fact, Batch.Submitted):
            return (Claim(OPEN_SCOPE, str(originator_id)),)
        if isinstance(fact, Batch.Finished | Batch.Refused):
            return (Release(OPEN_SCOPE, str(originator_id)),)
        return ()

    def __init_subclass__(cls, *, stored_as: str = "", created_event_name: str = "") -> None:
        # the library would give a subclass without its own constructor one that takes a standing
        if "__init__" not in vars(cls):
            cls.__init__ = Batch.__init__  # type: ignore[method-assign]
        super().__init_subclass__(stored_as=stored_as, created_event_name=created_event_name)

    @event(Submitted)
    def __init__(
        self,
        *,
        kind: str,
        digest: str,
        filename: str,
        submitted_by: str,
        params: dict[str, str],
        school_code: str | None,
        province: str | None,
    ) -> None:
        self.standing = Progress(kind, digest, filename, school_code, province, params, submitted_by)

    @property
    def is_open(self) -> bool:
        return self.standing.state in OPEN

    def check(self, rows: int) -> None:
        """Note that the file is whole."""
        if self.standing.state == "submitted":
            self.trigger_event(type(self).Checked, rows=rows)

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
            )

    def refuse(self, rule: str, zh: str, en: str) -> None:
        """Close the batch without having taken anything in."""
        if self.is_open:
            self.trigger_event(type(self).Refused, rule=rule, zh=zh, en=en)


def advanced(standing: Progress, *, done: int, accepted: int, refused: int, refusals_digest: str | None) -> Progress:
    """The progress after one more chunk."""
    return replace(
        standing, state="running", done=done, accepted=accepted, refused=refused, refusals_digest=refusals_digest
    )
