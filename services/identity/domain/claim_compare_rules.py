"""The pure rules of comparing: what stands in the pictures is typed and found equal before a document is given away."""

from typing import Final

from services.identity.domain.claim_refusals import MisreadTooOften, NotCompared
from services.identity.domain.claim_rules import ClaimStanding, may_decide, may_decide_appeal

MOST_MISREAD: Final = 5  # by one reviewer: what is hidden cannot be guessed


def may_grant(claim: ClaimStanding, sub: str) -> None:
    """Who grants has compared what stands in the pictures: most of the number is hidden from a reviewer."""
    may_decide(claim, "grant", sub)
    if claim.compared_by != sub:
        raise NotCompared()


def may_compare(claim: ClaimStanding, sub: str) -> None:
    """Whoever has to decide, a few times: what is hidden cannot be guessed."""
    if claim.appeal == "open":
        may_decide_appeal(claim, sub)
    else:
        may_decide(claim, "grant", sub)
    if claim.misread.count(sub) >= MOST_MISREAD:
        raise MisreadTooOften(most=MOST_MISREAD)


def may_reverse(claim: ClaimStanding, sub: str) -> None:
    """On appeal the document is given to an asker under the same condition as at first."""
    may_decide_appeal(claim, sub)
    if claim.appellant == "claimant" and claim.compared_by != sub:
        raise NotCompared()
