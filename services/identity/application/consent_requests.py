"""An office asks for a consent by a link or its picture; the person approves it and chooses what to show (AC-23)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.identity.application.consents import CONSENT_RULES, Consents, OwnRecords
from services.identity.application.identity import Identity
from services.identity.domain.consent import may_run_until
from services.identity.domain.consent_request import ConsentRequest
from services.identity.domain.office import OFFICE_CODE, Office
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.rules.free_texts import checked_words
from shared.rules.refused import NotFound

ANSWER_AT: Final = "/me/consents/"
_RULES: Final = ("AC-23", *CONSENT_RULES)


class ConsentRequests(Consents):
    """Asked by an office, answered by whoever has the link: neither carries the other's numbers about."""

    def __init__(self, identity: Identity, records: OwnRecords, origin: str) -> None:
        super().__init__(identity, records)
        self._answer_at = origin.rstrip("/") + ANSWER_AT

    @command
    def request_consent(self, *, command_id: UUID, purpose: str, scope: Sequence[str], until: date, by: By) -> Answer:
        """Ask to read some fields until a day, for a purpose; the link is for one person, and for some days."""
        office = by.actor.office if by.actor else ""
        require(by.actor, "request_consent", Resource("consent", office=office))
        self.require_reader(office, by)
        may_run_until(until, shanghai_date(by.recorded_at))
        asked = ConsentRequest(
            office=office,
            purpose=checked_words(purpose, field="purpose"),
            scope=tuple(dict.fromkeys(scope)),
            until=until,
            asked_at=by.recorded_at,
        )
        answer = {"id": asked.id, "version": asked.version, "link": f"{self._answer_at}{asked.id}"}
        return self.save(asked, by=Context.of(by, rules=_RULES), answer=answer)

    def get_consent_request(self, *, request_id: UUID, by: By) -> Answer:
        """What is asked, by whom and until when; the office that asked learns by which consent it may read."""
        found = self.standings(ConsentRequest, [request_id]).get(request_id)
        office = found[1].office if found else by.actor.office if by.actor else ""
        require(by.actor, "read_consent_request", Resource("consent", office=office, person=by.sub))
        if found is None:
            raise NotFound(kind="consent request", field="request_id")
        standing: Any = found[1]
        its_own = by.actor is not None and by.actor.office == standing.office
        return {
            "request_id": request_id,
            "office": standing.office,
            "office_name": self._office_name(standing.office),
            "purpose": standing.purpose,
            "scope": standing.scope,
            "until": standing.until,
            "answer_until": standing.answer_until,
            "state": standing.state_at(by.recorded_at),
            "consent_id": standing.consent_id if its_own else None,
            "link": f"{self._answer_at}{request_id}",
        }

    @command
    def approve_consent_request(
        self, *, command_id: UUID, request_id: UUID, scope: Sequence[str], records: Sequence[UUID], by: By
    ) -> Answer:
        """Let the office read: as much of what it asked for as the person chooses, of the records that she chooses."""
        request = self._asked(request_id)
        asked = request.standing
        consent = self.drawn_up(
            office=asked.office, purpose=asked.purpose, scope=scope, records=records, until=asked.until, by=by
        )
        request.approve(consent.id, scope=tuple(scope), now=by.recorded_at)
        answer = {"id": consent.id, "version": consent.version}
        return self.save(consent, request, by=Context.of(by, rules=_RULES), answer=answer)

    @command
    def decline_consent_request(self, *, command_id: UUID, request_id: UUID, by: By) -> Answer:
        """Let it read nothing; the office learns that somebody said no, and not who."""
        require(by.actor, "grant_consent", Resource("consent", person=by.sub))
        request = self._asked(request_id)
        request.decline(by.recorded_at)
        return self.save(request, by=Context.of(by, rules=_RULES))

    def _asked(self, request_id: UUID) -> ConsentRequest:
        request = self.find(ConsentRequest, request_id)
        if request is None:
            raise NotFound(kind="consent request", field="request_id")
        return request

    def _office_name(self, code: str) -> str:
        found = self.owning(Office, OFFICE_CODE, [code]).get(code)
        return str(found[2].name) if found else ""
