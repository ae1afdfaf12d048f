"""A claim to an identity: a contested document, "not me", a wrong, renewed or further one (AC-8..11, AC-19)."""

from collections.abc import Iterable
from datetime import date, datetime
from hmac import compare_digest
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.identity.domain.claim_compare_rules import may_compare, may_grant, may_reverse
from services.identity.domain.claim_facts import ClaimFacts
from services.identity.domain.claim_line_facts import Keys
from services.identity.domain.claim_rules import (
    APPEAL_DAYS,
    APPEAL_WITHIN,
    HAND_IN_WITHIN,
    REVIEW_DAYS,
    ClaimKind,
    ClaimStanding,
    can_be_settled,
    code_can_be_tried,
    code_may_go_out,
    deadline,
    has_lapsed,
    is_overdue,
    may_add_evidence,
    may_appeal,
    may_decide,
    may_decide_appeal,
    may_hand_in,
    may_step,
    may_take,
    may_try_knowledge,
)
from services.identity.domain.rules import CODE_LIFE
from shared.codes.clock import shanghai_date
from shared.eventstore.aggregate import Aggregate, Claim, Release

CONTESTED = "identity.contested"
CODE_SLOT = "identity.claim_code"
KNOWLEDGE_SLOT = "identity.knowledge"
VOUCH_SLOT = "identity.vouch"
LINE = "identity.claim_line"  # a place in the line of a document, and one claim of each contact in it
CLASSMATES = "identity.claim_classmates"  # the code to hand to them


class IdentityClaim(ClaimFacts, stored_as="identity.IdentityClaim"):
    """Somebody asks for a document or a name. All that names a person is sealed under the claim's own key."""

    Standing: ClassVar[type] = ClaimStanding
    standing: ClaimStanding

    class Opened(Aggregate.Created):
        """A claim begins; without an account the contact is proven first."""

        claim_id: UUID
        kind: ClaimKind
        id_type: str
        id_key: str
        name_key: str
        channel: str
        contact_key: str
        sealed_person: str
        sealed_contact: str
        sealed_statement: str
        salt: str
        person_id: UUID | None
        account_id: UUID | None
        opened_at: datetime

    @event(Opened)
    def __init__(
        self,
        *,
        claim_id: UUID,
        kind: ClaimKind,
        id_type: str,
        id_key: str,
        name_key: str,
        channel: str,
        contact_key: str,
        sealed_person: str,
        sealed_contact: str,
        sealed_statement: str,
        salt: str,
        person_id: UUID | None,
        account_id: UUID | None,
        opened_at: datetime,
    ) -> None:
        self.channel = channel
        self.sealed_person = sealed_person
        self.sealed_contact = sealed_contact
        self.sealed_statement = sealed_statement
        self.standing = ClaimStanding(
            kind, id_type, id_key, name_key, contact_key, opened_at, opened_at,
            "opened" if person_id is None else "open", person_id, account_id, salt, person_id is not None,
        )  # fmt: skip

    @staticmethod
    def create_id(claim_id: UUID) -> UUID:
        """Chosen by the caller, who seals what it holds under a key of this name first."""
        return claim_id

    # --- the asker's turn ---

    def issue_code(self, *, salt: str, digest: str, now: datetime) -> bool:
        """Let a code go out, if one may; silence otherwise."""
        if not code_may_go_out(self.standing, now):
            return False
        self.trigger_event(self.CodeIssued, salt=salt, digest=digest, issued_at=now, expires_at=now + CODE_LIFE)
        return True

    def try_code(self, *, digest: str, now: datetime) -> bool:
        """Spend one try; the right code proves the contact."""
        code = self.standing.code
        if code is None or not code_can_be_tried(self.standing, now):
            return False
        if not compare_digest(code.digest, digest):
            self.trigger_event(self.CodeMissed, tries=code.tries + 1)
            return False
        self.trigger_event(self.ContactProven, at=now)
        return True

    def try_knowledge(self, *, right: bool, slot: str, now: datetime, waits: bool = False) -> None:
        """One try, and whether all that was named was right; where another claim is decided first, it `waits`."""
        may_try_knowledge(self.standing)
        tried = {"slot": slot, "right": right, "id_key": self.standing.id_key, "claims": not waits}
        self.trigger_event(self.KnowledgeTried, **tried, at=now)

    def add_evidence(
        self, *, evidence_id: UUID, role: str, digest: str, sealed_key: str, size: int, width: int, height: int,
        now: datetime,
    ) -> None:  # fmt: skip
        """One more picture."""
        may_add_evidence(self.standing)
        self.trigger_event(
            self.EvidenceAdded,
            evidence_id=evidence_id,
            role=role,
            digest=digest,
            sealed_key=sealed_key,
            size=size,
            width=width,
            height=height,
            at=now,
        )

    def hand_in(self, now: datetime, takes: Keys = ()) -> None:
        """Ask for the review; the clock begins (AC-11)."""
        may_hand_in(self.standing)
        due = deadline(shanghai_date(now), REVIEW_DAYS)
        self.trigger_event(
            self.HandedIn,
            id_key=self.standing.id_key,
            claims=not self.standing.holds_contested,
            at=now,
            due_on=due.on,
            unknown_year=due.unknown_year,
            takes=takes,
        )

    def withdraw(self, now: datetime) -> None:
        """Take it back, while nobody has decided."""
        may_step(self.standing, "withdraw")
        self.trigger_event(self.Withdrawn, at=now, **self._giving_up())

    # --- the reviewer's turn ---

    def take(self, *, sub: str, now: datetime) -> None:
        """Have it in hand; nobody else works on it meanwhile."""
        may_take(self.standing, sub, now)
        self.trigger_event(self.Taken, reviewer=sub, at=now)

    def compare(self, *, sub: str, number_equal: bool, name_equal: bool, now: datetime) -> None:
        """Keep whether the pictures show the number and the name that were asked for."""
        may_compare(self.standing, sub)
        self.trigger_event(
            self.DocumentCompared, reviewer=sub, number_equal=number_equal, name_equal=name_equal, at=now
        )

    def put_back(self, *, sub: str) -> None:
        """Put it back where it was in the line."""
        may_decide(self.standing, "put_back", sub)
        self.trigger_event(self.PutBack, reviewer=sub)

    def ask_more(self, *, sub: str, reason: str, now: datetime) -> None:
        """Say what else has to be seen."""
        may_decide(self.standing, "ask_more", sub)
        until = shanghai_date(now + HAND_IN_WITHIN)
        self.trigger_event(self.MoreAsked, reason=reason, asked_by=sub, at=now, until=until)

    def grant(
        self, *, sub: str, reason: str, account_id: UUID, person_id: UUID, other_account_id: UUID | None, now: datetime
    ) -> None:
        """The document is the asker's: by what was known (then the registry itself decides), or by review."""
        if self.standing.state == "proven":
            may_step(self.standing, "grant")
        else:
            may_grant(self.standing, sub)
        self.trigger_event(
            self.Granted,
            how="knowledge" if self.standing.state == "proven" else "review",
            name_key=self.standing.name_key,
            account_id=account_id,
            person_id=person_id,
            other_account_id=other_account_id,
            **self._decided(sub, reason, now),
        )

    def deny(self, *, sub: str, reason: str, now: datetime) -> None:
        """Nothing changes."""
        may_decide(self.standing, "deny", sub)
        self.trigger_event(self.Denied, **self._decided(sub, reason, now))

    def dispute_records(
        self,
        *,
        person_id: UUID,
        status_ids: tuple[UUID, ...],
        school_codes: tuple[str, ...],
        on: date,
        settled: bool = False,
    ) -> None:
        """The records of this document that its person knows nothing of; or that an appeal settled it."""
        standing = self.standing
        self.trigger_event(
            self.RecordsDisputed,
            person_id=person_id,
            id_key=standing.id_key,
            name_key=standing.name_key,
            status_ids=status_ids,
            school_codes=school_codes,
            disputed_on=on,
            settled=settled,
        )

    # --- the appeal ---

    def appeal(self, *, side: str, sealed_statement: str, now: datetime, waits: bool = False) -> None:
        """The side that lost asks for another decision; it `waits` where another claim is decided first."""
        today = shanghai_date(now)
        may_appeal(self.standing, side, today)
        due = deadline(today, APPEAL_DAYS)
        self.trigger_event(
            self.Appealed,
            side=side,
            sealed_statement=sealed_statement,
            id_key=self.standing.id_key,
            at=now,
            due_on=due.on,
            unknown_year=due.unknown_year,
            claims=not waits,
        )

    def decide_appeal(
        self,
        *,
        sub: str,
        reverses: bool,
        reason: str,
        now: datetime,
        account_id: UUID | None = None,
        person_id: UUID | None = None,
    ) -> None:
        """The last word, by another person."""
        (may_reverse if reverses else may_decide_appeal)(self.standing, sub)
        self.trigger_event(
            self.AppealDecided,
            outcome="reversed" if reverses else "upheld",
            reason=reason,
            decided_by=sub,
            at=now,
            late=self._late(now),
            id_key=self.standing.id_key,
            account_id=account_id,
            person_id=person_id,
        )

    # --- what happens by date ---

    def lapse(self, now: datetime) -> bool:
        """End what nobody goes on with."""
        if not has_lapsed(self.standing, now):
            return False
        self.trigger_event(self.Lapsed, at=now, **self._giving_up())
        return True

    def find_overdue(self, now: datetime) -> bool:
        """Say once that the office let its time pass."""
        standing, today = self.standing, shanghai_date(now)
        if standing.due_on is None or not is_overdue(standing, today):
            return False
        step = "appeal" if standing.appeal == "open" else "review"
        self.trigger_event(self.Overdue, step=step, due_on=standing.due_on, found_on=today)
        return True

    def settle(self, now: datetime) -> bool:
        """Nothing can follow any more."""
        if not can_be_settled(self.standing, now):
            return False
        self.trigger_event(self.Settled, at=now)
        return True

    # --- parts ---

    def _giving_up(self) -> dict[str, Any]:
        standing = self.standing
        return {"id_key": standing.id_key, "releases": standing.holds_contested, "frees": standing.keys}

    def _late(self, now: datetime) -> bool:
        return self.standing.due_on is not None and shanghai_date(now) > self.standing.due_on

    def _decided(self, sub: str, reason: str, now: datetime) -> dict[str, Any]:
        return {
            "reason": reason,
            "decided_by": sub,
            "at": now,
            "late": self._late(now),
            "id_key": self.standing.id_key,
            "appeal_until": shanghai_date(now + APPEAL_WITHIN),
            "frees": self.standing.keys,
        }

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """One claim to a document is decided at a time (AC-10); so many tries and vouches a day or year."""
        yield from (Release(*key) for key in getattr(fact, "frees", ()))
        yield from (Claim(*key) for key in getattr(fact, "takes", ()))
        if isinstance(fact, cls.CodeIssued):
            yield from [Claim(CODE_SLOT, fact.slot)] if fact.slot else ()
        elif isinstance(fact, cls.Vouched):
            yield Claim(VOUCH_SLOT, fact.slot)
        elif isinstance(fact, cls.KnowledgeTried):
            yield Claim(KNOWLEDGE_SLOT, fact.slot)
            if fact.right and fact.claims:
                yield Claim(CONTESTED, fact.id_key)
        elif isinstance(fact, cls.TurnCame | cls.AppealTurnCame) or (
            isinstance(fact, cls.HandedIn | cls.Appealed) and fact.claims
        ):
            yield Claim(CONTESTED, fact.id_key)
        elif isinstance(fact, cls.Granted | cls.Denied | cls.AppealDecided) or (
            isinstance(fact, cls.Withdrawn | cls.Lapsed) and fact.releases
        ):
            yield Release(CONTESTED, fact.id_key)
