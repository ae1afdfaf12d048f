"""The instant proof: what one knows of one's own studies, five tries a day, no word on which part was wrong (AC-9)."""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from services.identity.application.claim_granting import ClaimGranting
from services.identity.application.claim_queue import in_its_order
from services.identity.application.claims import SlotTaken
from services.identity.domain.claim_refusals import KnowledgeNotEnough, NoMoreTries
from services.identity.domain.claim_rules import ClaimStanding, may_try_knowledge, tries_left, tries_of_day
from services.identity.domain.identity_claim import KNOWLEDGE_SLOT, IdentityClaim
from shared.access.by import By
from shared.codes.clock import shanghai_date
from shared.codes.names import normalise_name
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.rules.refused import Refused

KNOWN_REASON: Final = "所报学校、学号、入学年份和层次与记录一致 / school, number, year and level fit the record"
_SYSTEM: Final = "system"
_LOOKED_AT: Final = 20  # as many records are compared, whatever is there: right and wrong take the same work


class KnowledgeWrong(Refused):
    """Something of what was named does not fit; what it was is not said."""

    rule = "AC-13"
    status = 422
    zh = "所填信息与记录不一致；今天还可再试 {tries_left} 次，也可提交证件图像由人工审核。"
    en = "What was named does not fit. {tries_left} tries are left today; pictures of papers prove it too."


class ClaimKnowledge(ClaimGranting):
    """School, student number, year and level of an own record, all of them right."""

    def prove_by_knowledge(self, *, command_id: UUID, by: By, **named: Any) -> Answer:
        """Granted at once where all is right, or first in line where another claim is decided; or one try fewer."""
        tried = self._try_knowledge(command_id=command_id, by=self.secrets.blinded(by), **named)
        if not tried["right"]:
            raise KnowledgeWrong(tries_left=tried["tries_left"])
        self.finish_proven(named["claim_id"], by.recorded_at)
        claim = self.get(IdentityClaim, named["claim_id"])
        return {"id": claim.id, "version": claim.version, "state": claim.standing.state}

    @command
    def _try_knowledge(self, *, command_id: UUID, claim_id: UUID, secret: str, by: By, **named: Any) -> Answer:
        """One try, recorded before its outcome is told, under one of the slots that the day has."""
        return in_its_order(lambda: self._tried(claim_id, secret, named, by))

    def _tried(self, claim_id: UUID, secret: str, named: Mapping[str, Any], by: By) -> Answer:
        claim = self.own_claim(claim_id, secret, by)
        may_try_knowledge(claim.standing)
        self.require_held(claim.standing)
        self.require_not_decided(claim)
        asker, standing = self.asker_of(claim), claim.standing
        slot, left = self._slot_of(standing, by)
        right = self._is_right(claim, named)
        waits = self.has_to_wait(claim)
        claim.try_knowledge(right=right, slot=slot, now=by.recorded_at, waits=waits)
        if right and waits:
            self.queue(claim, asker, by)
        answer = {"right": right, "tries_left": left - 1}
        return self.save(claim, by=Context.of(by, rules=("AC-9", "AC-13")), answer=answer)

    def _slot_of(self, standing: ClaimStanding, by: By) -> tuple[str, int]:
        """The first of the day's slots that nobody holds, and how many tries this one's contact has left.

        Two at once take the same one, so that the later decides anew.
        """
        slots = tries_of_day(standing.id_key, standing.name_key, shanghai_date(by.recorded_at))
        held = self.owners(KNOWLEDGE_SLOT, slots)
        claims = self.standings(IdentityClaim, set(held.values()))
        mine = {claim_id for claim_id, (_, each) in claims.items() if each.contact_key == standing.contact_key}
        left = tries_left(sum(claim_id in mine for claim_id in held.values()), len(held))
        if not left:
            raise NoMoreTries()
        return next(slot for slot in slots if slot not in held), left

    def finish_proven(self, claim_id: UUID, now: Any) -> bool:
        """Grant what was proven; the worker repeats it where a crash came between."""
        claim = self.get(IdentityClaim, claim_id)
        if claim.standing.state != "proven":
            return False
        context = Context.system("grant_proven_claim", now, rules=("AC-9", "AC-10"), reason=KNOWN_REASON)
        try:
            self.grant(claim, sub=_SYSTEM, reason=KNOWN_REASON, context=context)
        except (ChangedMeanwhile, SlotTaken):
            return False
        return True

    def require_not_decided(self, claim: IdentityClaim) -> None:
        """What an office decided by looking at papers is not undone by what a classmate may know as well."""
        if self.was_decided(claim):
            raise KnowledgeNotEnough()

    def was_decided(self, claim: IdentityClaim) -> bool:
        """Whether an office looked at papers before it gave the document to whoever holds it."""
        owner = self.owners("account.document", [claim.standing.id_key]).get(claim.standing.id_key)
        return owner is not None and self.claim_finder.was_decided_for(owner)

    def _is_right(self, claim: IdentityClaim, named: Mapping[str, Any]) -> bool:
        standing = claim.standing
        known = list(self.claim_finder.list_known_studies(standing.id_key, standing.name_key))[:_LOOKED_AT]
        padded = [*known, *([_NOTHING] * (_LOOKED_AT - len(known)))]
        fitting = [fits(record, named) for record in padded]
        return sum(fitting) > 0


_NOTHING: Final[Mapping[str, Any]] = {
    "school_code": "-", "school_name": "-", "student_no": "", "entry_year": 0, "level": "-", "major_name": "-",
}  # fmt: skip


def fits(record: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Whether all that was named is what the record says; every part is compared, whatever the others are."""
    school = _same(record["school_code"], named["school"]) | _same(record["school_name"], named["school"])
    year = _same(str(record["entry_year"]), str(named["entry_year"]))
    level = _same(record["level"], named["level"])
    # a record that was heard without a student number is known by its major instead
    kept, said = ("student_no", "student_no") if record["student_no"] else ("major_name", "major")
    own = _same(record[kept], named[said])
    return bool(school & year & level & own) and record is not _NOTHING


def _same(kept: str, said: str) -> bool:
    try:
        said = normalise_name(said) if said else ""
    except ValueError:
        said = said.strip()
    return bool(said) and compare_digest(kept.strip().upper().encode(), said.strip().upper().encode())
