"""What happens to a claim while another one to the same document is decided: it waits, its turn comes (AC-10)."""

from datetime import date, datetime
from typing import Any

from services.identity.domain.claim_line_rules import may_come_up, may_queue, may_take_up_appeal
from services.identity.domain.claim_rules import REVIEW_DAYS, ClaimStanding, Deadline, deadline, may_step
from shared.codes.clock import shanghai_date
from shared.eventstore.aggregate import Aggregate, changed

Keys = tuple[tuple[str, str], ...]  # scope and key of what is held beside the document


def kept(standing: ClaimStanding, fact: Any) -> Keys:
    """What a claim holds beside the document after a fact that takes and frees."""
    freed = getattr(fact, "frees", ())
    return (*(key for key in standing.keys if key not in freed), *getattr(fact, "takes", ()))


class ClaimLineFacts(Aggregate):
    """The facts of the line in which claims to one document wait, and of appeals that wait."""

    class Queued(Aggregate.Event):
        """Everything is there, and another claim to the document is decided first; no clock runs yet."""

        id_key: str
        rank: int  # who knows the own studies goes before who has an account, who goes before anybody
        at: datetime
        takes: Keys
        frees: Keys

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            aggregate.standing = changed(
                standing, state="queued", since=self.at, rank=self.rank, keys=kept(standing, self)
            )

    class TurnCame(Aggregate.Event):
        """The claim before this one has ended: it is decided now, and its own three working days begin."""

        id_key: str
        proven: bool  # by knowledge while it waited; then nobody has to review it
        at: datetime
        due_on: date | None
        unknown_year: int | None
        frees: Keys

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            aggregate.standing = changed(
                standing,
                state="proven" if self.proven else "in_review",
                since=self.at,
                reviewer="",
                taken_at=None,
                due_on=self.due_on,
                unknown_year=self.unknown_year,
                overdue=False,
                rank=None,
                keys=kept(standing, self),
            )

    class SentBack(Aggregate.Event):
        """What let it wait does not suffice any more: the asker shows papers, and hands in again."""

        id_key: str
        state: str  # where the asker goes on
        at: datetime
        frees: Keys

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            aggregate.standing = changed(
                standing, state=self.state, since=self.at, rank=None, keys=kept(standing, self)
            )

    class AppealTurnCame(Aggregate.Event):
        """No other claim to the document is being decided any more: the appeal is, before all that wait."""

        id_key: str
        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, appeal_waits=False)

    def queue(self, *, rank: int, takes: Keys, frees: Keys, now: datetime) -> None:
        """Wait in the line of the document, with everything that a decision needs."""
        may_queue(self.standing)
        self.trigger_event(
            self.Queued,
            id_key=self.standing.id_key,
            rank=rank,
            at=now,
            takes=takes,
            frees=frees,
        )

    def come_up(self, *, proven: bool, frees: Keys, now: datetime) -> None:
        """Be the one that is decided."""
        may_come_up(self.standing, proven=proven)
        due = Deadline(None) if proven else deadline(shanghai_date(now), REVIEW_DAYS)
        self.trigger_event(
            self.TurnCame,
            id_key=self.standing.id_key,
            proven=proven,
            at=now,
            due_on=due.on,
            unknown_year=due.unknown_year,
            frees=frees,
        )

    def send_back(self, *, frees: Keys, now: datetime) -> None:
        """Let the next one pass: what a reviewer needs is not there."""
        may_step(self.standing, "send_back")
        standing = self.standing
        state = "evidence_uploaded" if standing.files else "open"
        self.trigger_event(self.SentBack, id_key=standing.id_key, state=state, at=now, frees=frees)

    def take_up_appeal(self, now: datetime) -> None:
        """Let the ministry decide: nothing else about the document is open."""
        may_take_up_appeal(self.standing)
        self.trigger_event(self.AppealTurnCame, id_key=self.standing.id_key, at=now)
