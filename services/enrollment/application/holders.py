"""Whose a status is, and all that was said of it: what cases, transfers and conflicts begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.domain.rules.continuing import carried, holds_from
from services.enrollment.domain.rules.periods import Periods
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.status_holder import HELD_STATUS, HolderStanding, StatusHolder
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore import facts
from shared.eventstore.aggregate import changed
from shared.eventstore.application import Draft, Heard
from shared.eventstore.context import Context
from shared.eventstore.facts import codec_of
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import NotFound


class Finder(Protocol):
    """Where the read tables are asked which records a command is about; each is decided on its own standing."""

    def list_statuses_to_ask(self, school_code: str, entry_year: int, after: UUID | None, limit: int) -> list[UUID]: ...

    def list_claimants(self, id_key: str) -> list[UUID]: ...

    def list_due(self, today: date, limit: int) -> list[tuple[str, UUID]]: ...

    def list_ended_transfers(self, limit: int) -> list[UUID]: ...


@dataclass(frozen=True)
class Known:
    """A status with what its registration and its corrections said last."""

    status: StudentStatus
    said: Mapping[str, Any]
    before: StatusStanding  # what stood before the status was closed; while it is open, what stands
    award: StudentStatus.AwardNoted | None = None  # a certificate that took effect after the end

    @property
    def holds_from(self) -> date:
        found: date = self.said["holds_from"] or self.said["entry_date"]
        return found

    @property
    def closed_on(self) -> date | None:
        standing = self.status.standing
        return None if standing.is_open else standing.since

    def continued(self, on: date, **changes: Any) -> StudentStatus:
        """A status that goes on from this one: the same admission and person, the same years, bound by the same."""
        before = self.before
        if self.award and before.is_open:  # the certificate rests on what stood before, and closes what goes on
            before = before.left(self.award.conclusion, self.award.graduation_date)
        day = holds_from(before, on)
        new = StudentStatus(**self._registered(before) | {"holds_from": day} | changes)
        new.trigger_event(StudentStatus.Continued, continues=self.status.id, **carried(before, holds_from=day))
        return new

    def _registered(self, before: StatusStanding) -> dict[str, Any]:
        standing = self.status.standing
        same = {name: self.said[name] for name in codec_of(StudentStatus.Registered).names}
        going_on = {
            "level": standing.level,
            "major_code": standing.major_code,
            "major_name": standing.major_name,
            "expected_graduation_date": standing.expected_graduation_date,
            "continues": self.status.id,
            "settled_year": standing.settled_year,
            "grade": standing.grade,
            "marks": standing.marks,
            "contested_in": "",
            "state": before.state,
            "closed_on": None if before.is_open else before.since,
            "origin": "",  # what an old register told is told once
            "evidence_level": "",
        }
        return same | going_on


class Holders(Enrollment):
    """Hears whose each status is; loads a status with its particulars."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        finder: Finder | None = None,
        periods: Periods = Periods(),  # noqa: B008 -- frozen
    ) -> None:
        super().__init__(store, clock, keyring)
        self.periods = periods
        self._finder = finder

    @property
    def finder(self) -> Finder:
        """Handed in by whoever walks through read tables."""
        if self._finder is None:
            raise LookupError("this process was given no finder")
        return self._finder

    def hear_holders(self, told: Sequence[Mapping[str, Any]], *, heard: Heard) -> None:
        """Identity bound statuses to persons; bound again, the last one holds."""
        known = self.owning(StatusHolder, HELD_STATUS, {str(each["status_id"]) for each in told})
        drafts: list[Draft] = []
        for each in told:
            values = {name: each[name] for name in ("status_id", "person_id", "bound_on")}
            after = HolderStanding(values["status_id"], values["person_id"])
            holder_id, version, before = known.get(str(values["status_id"]), (uuid7(), 0, None))
            known[str(values["status_id"])] = holder_id, version + 1, after
            fact = StatusHolder.HeardAnew if before else StatusHolder.Heard
            drafts.append(Draft(StatusHolder, holder_id, version + 1, fact, values, after))
        self.append(drafts, by=Context.system("hear_holders", self.clock.now(), rules=("A11-2",)), heard=heard)

    def holder_of(self, status_id: UUID) -> str:
        """The person of a status, or nobody: an empty id is nobody's."""
        found = self.owning(StatusHolder, HELD_STATUS, [str(status_id)]).get(str(status_id))
        return str(found[2].person_id or "") if found else ""

    def known(self, status_id: UUID) -> Known:
        """A status and the last word of its registration and its corrections, from one reading of its facts."""
        status: Any = None
        before: StatusStanding | None = None
        award: Any = None
        said: dict[str, Any] = {}
        for stored in self.recorder.select_events(status_id):
            fact: Any = facts.decode(stored.topic, status_id, stored.originator_version, stored.state)
            was, status = status and status.standing, fact.mutate(status)
            if was and was.state != status.standing.state and not status.standing.is_open:
                before = was
            if isinstance(fact, StudentStatus.Registered | StudentStatus.Corrected):
                said |= {name: getattr(fact, name) for name in codec_of(type(fact)).names if name != "closed_on"}
            award = fact if isinstance(fact, StudentStatus.AwardNoted) else award
        if not isinstance(status, StudentStatus):
            raise NotFound(kind="student_status", field="status_id")
        return Known(status, said | {"closed_on": None}, before or _opened(status.standing), award)

    def today(self) -> date:
        """The calendar day in China."""
        return shanghai_date(self.clock.now())


def _opened(standing: StatusStanding) -> StatusStanding:
    """What stands; of a status that an old register told as closed nobody knows more than that it was open once."""
    return standing if standing.is_open else changed(standing, state="active", since=standing.entry_date)
