"""Whose claim to a document is decided and where the others wait: received at once, decided one by one (AC-10)."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final
from uuid import UUID

from services.identity.application.allowances import Allowances, network_of
from services.identity.application.claims import ClaimFinder, Claims, SlotTaken
from services.identity.domain.claim_line_rules import (
    ANYBODY,
    FROM_ONE_NETWORK,
    FROM_ONE_NETWORK_TO_ALL,
    all_places_of,
    asker_key,
    is_place,
    places_of,
    rank_of,
)
from services.identity.domain.claim_refusals import (
    ClaimHandedInMeanwhile,
    ClaimWaitsAlready,
    LineFlooded,
    LineFull,
    NobodyHolds,
    PlaceTaken,
)
from services.identity.domain.claim_rules import ClaimStanding, may_hand_in
from services.identity.domain.identity_claim import CLASSMATES, CONTESTED, LINE, VOUCH_SLOT, IdentityClaim
from shared.access.by import By
from shared.codes.clock import Clock
from shared.eventstore.application import Answer
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

_AGAIN: Final = 12  # as often a place is looked for that others take at the same moment


class ClaimQueue(Claims):
    """Receiving claims: into review where nobody else's is decided, or into the line of the document."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        **Claims.taken,
        CONTESTED: ClaimHandedInMeanwhile,
        LINE: PlaceTaken,
        CLASSMATES: SlotTaken,
        VOUCH_SLOT: SlotTaken,
    }

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, finder: ClaimFinder) -> None:
        super().__init__(store, clock, keyring, finder)
        self.allowances = Allowances(store, keyring)

    def receive(self, claim: IdentityClaim, by: By) -> None:
        """Ask for the review: now, or when those before are decided."""
        standing = claim.standing
        may_hand_in(standing)
        if standing.holds_contested:  # more was asked for, and is there
            claim.hand_in(by.recorded_at)
            return
        self.require_held(standing)
        asker = self.asker_of(claim)
        if self.has_to_wait(claim):
            self.queue(claim, asker, by)
        else:
            claim.hand_in(by.recorded_at, takes=((LINE, asker),))

    def queue(self, claim: IdentityClaim, asker: str, by: By) -> None:
        """Take the first free place of the rank; from one network only so many a day, if nobody is known there."""
        standing = claim.standing
        rank = rank_of(standing)
        if rank == ANYBODY:
            self._count(standing.id_key, by)
        places = places_of(standing.id_key, rank)
        place = self._free_slot(LINE, places)
        if place is None:
            raise LineFull()
        mine = standing.keys
        takes = tuple(key for key in ((LINE, asker), (LINE, place)) if key not in mine)
        claim.queue(rank=rank, takes=takes, frees=places_held(standing), now=by.recorded_at)

    def _count(self, id_key: str, by: By) -> None:
        network, now = network_of(by.address), by.recorded_at
        if not network:
            return
        here = self.allowances.spend("claim line", f"{network}\0{id_key}", now, at_most=FROM_ONE_NETWORK)
        if not (here and self.allowances.spend("claim lines", network, now, at_most=FROM_ONE_NETWORK_TO_ALL)):
            raise LineFlooded()

    def has_to_wait(self, claim: IdentityClaim) -> bool:
        """Whether another claim to the document is decided, or waits: who comes later passes nobody by."""
        id_key = claim.standing.id_key
        return self.decided_first(claim) is not None or bool(self.owners(LINE, all_places_of(id_key)))

    def decided_first(self, claim: IdentityClaim) -> UUID | None:
        """The other claim to the document that is being decided."""
        id_key = claim.standing.id_key
        owner = self.owners(CONTESTED, [id_key]).get(id_key)
        return None if owner == claim.id else owner

    def asker_of(self, claim: IdentityClaim) -> str:
        """What the one claim of a contact to a document holds; refused where another one has it."""
        key = asker_key(claim.standing)
        if self.owners(LINE, [key]).get(key, claim.id) != claim.id:
            raise ClaimWaitsAlready()
        return key

    def require_held(self, standing: ClaimStanding) -> None:
        """Somebody holds what is contested; otherwise one simply registers."""
        if standing.kind == "contested_document" and not self.owners("account.document", [standing.id_key]):
            raise NobodyHolds()


def places_held(standing: ClaimStanding) -> tuple[tuple[str, str], ...]:
    """The place in line, which is free for another one when its turn comes."""
    return tuple((scope, key) for scope, key in standing.keys if scope == LINE and is_place(key))


def whole_line(standing: ClaimStanding) -> tuple[tuple[str, str], ...]:
    """The place, and that this contact has a claim in the line."""
    return tuple((scope, key) for scope, key in standing.keys if scope == LINE)


def in_its_order(decide: Callable[[], Answer]) -> Answer:
    """Decide anew where somebody else was faster: then this one waits, or takes the next place."""
    for _ in range(_AGAIN):
        try:
            return decide()
        except (ClaimHandedInMeanwhile, PlaceTaken):
            continue
    return decide()
