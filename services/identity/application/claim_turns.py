"""Handing in, and whose turn comes when the claim before has ended: the worker asks, the store decides (AC-10)."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.identity.application.claim_knowledge import ClaimKnowledge
from services.identity.application.claim_queue import in_its_order, places_held, whole_line
from services.identity.domain.claim_line_rules import is_complete
from services.identity.domain.claim_refusals import ClaimHandedInMeanwhile
from services.identity.domain.identity_claim import CONTESTED, IdentityClaim
from shared.access.by import By
from shared.eventstore.application import Answer, ChangedMeanwhile, command, decided_again
from shared.eventstore.context import Context
from shared.eventstore.log import FactRecord
from shared.rules.refused import Refused

# after each of these somebody who waits may be next: a document was let go, or somebody began to wait
_MOVES_THE_LINE: Final[tuple[type[Any], ...]] = (
    IdentityClaim.Granted, IdentityClaim.Denied, IdentityClaim.AppealDecided, IdentityClaim.Withdrawn,
    IdentityClaim.Lapsed, IdentityClaim.Queued, IdentityClaim.Appealed,
)  # fmt: skip


class ClaimTurns(ClaimKnowledge):
    """One claim to a document is decided at a time; all others are received, and wait in their order."""

    @command
    def hand_in_identity_claim(self, *, command_id: UUID, claim_id: UUID, secret: str, by: By) -> Answer:
        """Everything is there: ask for the review."""

        def handed_in() -> Answer:
            claim = self.own_claim(claim_id, secret, by)
            self.receive(claim, by)
            return self.save(claim, by=Context.of(by, rules=("AC-10", "AC-11")))

        return in_its_order(handed_in)

    def let_next_up(self, records: Iterable[FactRecord]) -> None:
        """What follows when a claim ends or begins to wait; asked again after a crash, nothing happens twice."""
        documents = {record.fact.id_key: None for record in records if isinstance(record.fact, _MOVES_THE_LINE)}
        for id_key in documents:
            self.take_next(id_key, self.clock.now())

    def take_next(self, id_key: str, now: datetime) -> bool:
        """Let whoever is first in the line of a document have the turn, if no claim to it is being decided."""
        for claim_id in self.claim_finder.list_line_of(id_key):
            if self.owners(CONTESTED, [id_key]):
                return False
            try:
                if self._turn(claim_id=claim_id, now=now):
                    return True
            except ClaimHandedInMeanwhile:  # of two who were to be next the store let one
                return False
            except ChangedMeanwhile:
                continue
        return False

    @decided_again
    def _turn(self, *, claim_id: UUID, now: datetime) -> bool:
        """Whether the claim is the one that is decided now."""
        claim = self.get(IdentityClaim, claim_id)
        standing = claim.standing
        if standing.appeal_waits:
            claim.take_up_appeal(now)
        elif standing.state != "queued":  # withdrawn a moment ago, or up already
            return False
        elif standing.knows and not self.was_decided(claim):
            claim.come_up(proven=True, frees=places_held(standing), now=now)
        elif is_complete(standing):
            claim.come_up(proven=False, frees=places_held(standing), now=now)
        else:  # knowledge does not suffice since an office looked at papers, or a classmate took a word back
            claim.send_back(frees=whole_line(standing), now=now)
        self.save(claim, by=Context.system("take_next_claim", now, rules=("AC-10", "AC-11")))
        if claim.standing.state == "proven":
            self.granted_now(claim_id, now)
        return claim.standing.holds_contested or claim.standing.has_ended

    def granted_now(self, claim_id: UUID, now: datetime) -> bool:
        """Grant what was proven."""
        with suppress(Refused):  # its contact is another account's by now: it lapses, and the asker begins anew
            return self.finish_proven(claim_id, now)
        return False
