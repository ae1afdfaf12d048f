"""What happens to a claim after it was opened: every fact applies itself to the standing, none refuses (ADR 0008)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.identity.domain.claim_line_facts import ClaimLineFacts, Keys, kept
from services.identity.domain.claim_witness_facts import ClaimWitnessFacts
from services.identity.domain.rules import TRIES_A_CODE, IssuedCode
from shared.eventstore.aggregate import Aggregate, changed


class ClaimFacts(ClaimLineFacts, ClaimWitnessFacts):
    """The facts of `IdentityClaim` after its first."""

    class CodeIssued(Aggregate.Event):
        """A code goes out to the contact that has to be proven; only its salted hash is kept."""

        salt: str
        digest: str
        issued_at: datetime
        expires_at: datetime
        slot: str = ""  # of the first years: one of the five that this destination had on this day

        def apply(self, aggregate: Any) -> None:
            code = IssuedCode("claim", self.salt, self.digest, self.issued_at, self.expires_at)
            aggregate.standing = changed(aggregate.standing, code=code, last_code_at=self.issued_at)

    class CodeMissed(Aggregate.Event):
        """A wrong code was tried; after five it is burnt."""

        tries: int

        def apply(self, aggregate: Any) -> None:
            code = aggregate.standing.code
            left = None if code is None or self.tries >= TRIES_A_CODE else changed(code, tries=self.tries)
            aggregate.standing = changed(aggregate.standing, code=left)

    class ContactProven(Aggregate.Event):
        """The asker reads what is sent to the contact; the secret to come back with is valid from now on."""

        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing, state="open", since=self.at, code=None, contact_proven=True
            )

    class KnowledgeTried(Aggregate.Event):
        """The asker named school, number, year and level; whether all of it was right, and nothing else."""

        slot: str  # one of those that this document and name have on this day (AC-13)
        right: bool
        id_key: str
        at: datetime
        claims: bool = True  # the document; not where another claim to it is decided first

        def apply(self, aggregate: Any) -> None:
            if not self.right:
                return
            aggregate.standing = changed(aggregate.standing, knows=True)
            if self.claims:
                aggregate.standing = changed(aggregate.standing, state="proven", since=self.at)

    class EvidenceAdded(Aggregate.Event):
        """A picture, re-encoded and sealed; the key of the file is sealed under the claim's own."""

        evidence_id: UUID
        role: str
        digest: str
        sealed_key: str
        size: int
        width: int
        height: int
        at: datetime

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            stays = standing.state in ("more_evidence", "queued")
            aggregate.standing = changed(
                standing,
                state=standing.state if stays else "evidence_uploaded",
                since=standing.since if stays else self.at,
                roles=tuple(sorted({*standing.roles, self.role})),
                files=standing.files + 1,
            )

    class HandedIn(Aggregate.Event):
        """Everything is there; the clock of three working days runs, and no other claim to the document is decided."""

        id_key: str
        claims: bool  # the document; not where it was held already
        at: datetime
        due_on: date | None
        unknown_year: int | None
        takes: Keys = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing,
                keys=kept(aggregate.standing, self),
                state="in_review",
                since=self.at,
                reviewer="",
                taken_at=None,
                due_on=self.due_on,
                unknown_year=self.unknown_year,
                overdue=False,
            )

    class Taken(Aggregate.Event):
        """A reviewer has it in hand."""

        reviewer: str
        at: datetime

        def apply(self, aggregate: Any) -> None:
            taken = {"reviewer": self.reviewer, "taken_at": self.at, "compared_by": ""}
            aggregate.standing = changed(aggregate.standing, **taken)

    class DocumentCompared(Aggregate.Event):
        """The reviewer typed what stands in the pictures; whether it is what was asked for, and nothing else."""

        reviewer: str
        number_equal: bool
        name_equal: bool
        at: datetime

        def apply(self, aggregate: Any) -> None:
            standing, equal = aggregate.standing, self.number_equal and self.name_equal
            misread = standing.misread if equal else (*standing.misread, self.reviewer)
            aggregate.standing = changed(standing, compared_by=self.reviewer if equal else "", misread=misread)

    class PutBack(Aggregate.Event):
        """The reviewer puts it back into the line, where it was."""

        reviewer: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, reviewer="", taken_at=None)

    class MoreAsked(Aggregate.Event):
        """What was shown is not enough; the clock stands until the asker has handed in again."""

        reason: str
        asked_by: str
        at: datetime
        until: date

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            aggregate.standing = changed(
                standing,
                state="more_evidence",
                since=self.at,
                files_before=standing.files,
                due_on=None,
                unknown_year=None,
            )

    class Granted(Aggregate.Event):
        """The document is the asker's; whoever held it before is superseded in the same moment."""

        how: str  # knowledge | review
        reason: str
        decided_by: str
        at: datetime
        late: bool
        id_key: str
        name_key: str
        account_id: UUID
        person_id: UUID
        other_account_id: UUID | None
        appeal_until: date
        frees: Keys = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing,
                **_decided(self),
                state="granted",
                decided_how=self.how,
                account_id=self.account_id,
                person_id=self.person_id,
                other_account_id=self.other_account_id,
            )

    class Denied(Aggregate.Event):
        """Nothing changes; the asker is told why, and how to appeal."""

        reason: str
        decided_by: str
        at: datetime
        late: bool
        id_key: str
        appeal_until: date
        frees: Keys = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, **_decided(self), state="denied", decided_how="review")

    class RecordsDisputed(Aggregate.Event):
        """The person of this document never studied there: the schools' provinces hear of these records."""

        person_id: UUID | None
        id_key: str
        name_key: str
        status_ids: tuple[UUID, ...]
        school_codes: tuple[str, ...]
        disputed_on: date
        settled: bool = False

        def apply(self, aggregate: Any) -> None:
            """It binds no decision here."""

    class Withdrawn(Aggregate.Event):
        """The asker takes it back."""

        id_key: str
        releases: bool
        at: datetime
        frees: Keys = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing, state="withdrawn", since=self.at, code=None, due_on=None, keys=(), rank=None
            )

    class Lapsed(Aggregate.Event):
        """Nobody went on with it in its time."""

        id_key: str
        releases: bool
        at: datetime
        frees: Keys = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing, state="lapsed", since=self.at, code=None, due_on=None, keys=(), rank=None
            )

    class Overdue(Aggregate.Event):
        """The office let its time pass: the ministry sees it, and the asker is told (AC-11)."""

        step: str
        due_on: date
        found_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, overdue=True)

    class Appealed(Aggregate.Event):
        """The side that lost asks for another person's decision; what it says is sealed."""

        side: str  # claimant | holder
        sealed_statement: str
        id_key: str
        at: datetime
        due_on: date | None
        unknown_year: int | None
        claims: bool = True  # the document; not where another claim to it is decided first

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing,
                appeal="open",
                appeal_waits=not self.claims,
                appellant=self.side,
                since=self.at,
                due_on=self.due_on,
                unknown_year=self.unknown_year,
                overdue=False,
            )

    class AppealDecided(Aggregate.Event):
        """The last word: the decision stands, or is reversed with all that followed from it."""

        outcome: str  # upheld | reversed
        reason: str
        decided_by: str
        at: datetime
        late: bool
        id_key: str
        account_id: UUID | None  # who speaks for the document now, where the decision is reversed
        person_id: UUID | None

        def apply(self, aggregate: Any) -> None:
            standing = aggregate.standing
            won = self.outcome == "reversed" and standing.appellant == "claimant"
            mine = {"account_id": self.account_id, "person_id": self.person_id} if won else {}
            aggregate.standing = changed(standing, appeal=self.outcome, since=self.at, due_on=None, **mine)

    class Settled(Aggregate.Event):
        """Nothing can follow any more: the claim's key is destroyed, and with it words, papers and pictures."""

        at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, settled=True)


def _decided(fact: Any) -> dict[str, Any]:
    return {
        "keys": (),
        "since": fact.at,
        "due_on": None,
        "unknown_year": None,
        "decided_by": fact.decided_by,
        "appeal_until": fact.appeal_until,
    }
