"""Appointing, inviting and dismissing the named persons of an office (A24-1)."""

from collections.abc import Mapping
from datetime import date
from secrets import token_hex
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec

from services.identity.application.humans import documents_of, documents_of_operator
from services.identity.application.invitations import InvitationCodes
from services.identity.application.offices import Offices, require_for
from services.identity.application.operator_holders import subject_of
from services.identity.application.secrets import Secrets, checked_contact, checked_document
from services.identity.domain.office import OFFICE_CODE, Office, OfficeGone, OfficeTaken, OwnerMissing
from services.identity.domain.operator import (
    OPERATOR_ID,
    OPERATOR_PERSON,
    NotOneself,
    Operator,
    PersonTaken,
    appointment_key,
)
from shared.access.by import By
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import Answer, Application, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.free_texts import checked_words
from shared.rules.refused import MalformedValue, NotFound, Refused

PERSON: Final = "operator:person"  # the place that an operator's sealed name and address belong to


class Appointments(Application):
    """Who works in the offices."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {OPERATOR_PERSON: PersonTaken, OFFICE_CODE: OfficeTaken}

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        super().__init__(store, clock)
        self.keyring = keyring
        self.keys = SubjectKeys(store, keyring)
        self.codes = InvitationCodes(keyring)
        self.offices = Offices(store, clock)
        self._secrets = Secrets(keyring)

    def appoint_operator(self, *, by: By, **named: Any) -> Answer:
        """Appoint a named person; an invitation goes out by mail."""
        return self._appoint(by=self._secrets.blinded(by), **named)

    @command
    def _appoint(self, *, command_id: UUID, code: str, as_owner: bool, by: By, **person: Any) -> Answer:
        office = self.offices.office_of(code)
        require_for(by.actor, "appoint_operator", office.standing)
        if not office.standing.is_open(shanghai_date(by.recorded_at)):
            raise OfficeGone(code=code)
        if office.standing.owner is None and not as_owner:
            raise OwnerMissing
        operator = self.new_operator(office, by=by, **person)
        changed: list[Any] = [operator]
        if as_owner:
            office.name_owner(operator.standing.operator_id, shanghai_date(by.recorded_at))
            changed.append(office)
        return self.save_new(operator, *changed[1:], context=Context.of(by, rules=("A24-1",)))

    @command
    def invite_operator(self, *, command_id: UUID, operator_id: str, by: By) -> Answer:
        """Let a new code go out; the one before is worth nothing any more."""
        operator = self._operator_for(operator_id, "appoint_operator", by)
        self._invite(operator, by)
        return self.save(operator, by=Context.of(by, rules=("A24-1",)))

    @command
    def revoke_operator(self, *, command_id: UUID, operator_id: str, reason: str, by: By) -> Answer:
        """End an appointment at once, and with it every session of it."""
        operator = self._operator_for(operator_id, "revoke_operator", by)
        office = self.offices.office_of(operator.standing.office)
        if office.standing.kind == "ministry" and office.standing.owner == operator_id:
            raise OwnerMissing(field="operator_id")  # nobody above could name another: that comes first
        operator.revoke(on=shanghai_date(by.recorded_at), reason=checked_words(reason))
        office.miss_owner(operator_id)
        return self.save(operator, office, by=Context.of(by, rules=("A24-1", "A27-2"), reason=reason))

    def new_operator(
        self,
        office: Office,
        *,
        name: str,
        mail: str,
        id_type: str,
        id_number: str,
        training: str,
        valid_from: date | None,
        valid_until: date | None,
        by: By,
    ) -> Operator:
        """An operator who was appointed and invited, not yet saved; name and address are sealed."""
        number, name = checked_document(id_type, id_number, name, by.recorded_at)
        today = shanghai_date(by.recorded_at)
        begins = valid_from or today
        if valid_until is not None and valid_until < max(begins, today):
            raise MalformedValue(
                field="valid_until", reason_zh="截止日早于开始日", reason_en="the last day is before the first"
            )
        person_key = self.keyring.id_key(id_type, number)
        documents = documents_of(self, person_key)
        self._require_another(office.standing.code, person_key, documents, by)
        operator_id = f"{office.standing.code}-{token_hex(3)}"
        person = msgspec.json.encode({"name": name, "mail": checked_contact("mail", mail)}).decode()
        operator = Operator(
            operator_id=operator_id,
            office=office.standing.code,
            role=office.standing.role,
            level=office.standing.level,
            training=training,
            valid_from=begins,
            valid_until=valid_until,
            person_key=person_key,
            sealed_person=self.keys.seal(subject_of(operator_id), person, PERSON),
            documents=documents,
            held_from=max(begins, today),
        )
        self._invite(operator, by)
        return operator

    def save_new(self, operator: Operator, *beside: Office, context: Context) -> Answer:
        """Save an operator and what else changed; a refusal leaves no key behind."""
        operator_id = operator.standing.operator_id
        answer = {"id": operator.id, "version": operator.version, "operator_id": operator_id}
        try:
            return self.save(operator, *beside, by=context, answer=answer)
        except Refused:
            self.keys.shred(subject_of(operator_id))
            raise

    def person_of(self, operator_id: str, sealed_person: str) -> dict[str, str]:
        """An operator's name and address."""
        opened = self.keys.open(subject_of(operator_id), sealed_person, PERSON)
        return msgspec.json.decode(opened, type=dict[str, str])

    def find_operator(self, operator_id: str) -> Operator | None:
        """The operator of this id, dismissed or not."""
        found = self.owners(OPERATOR_ID, [operator_id]).get(operator_id)
        return self.find(Operator, found) if found else None

    def _invite(self, operator: Operator, by: By) -> None:
        code = self.codes.new(operator.standing.operator_id)
        operator.invite(**code, now=by.recorded_at, today=shanghai_date(by.recorded_at))

    def _operator_for(self, operator_id: str, action: str, by: By) -> Operator:
        operator = self.find_operator(operator_id)
        if operator is None:
            raise NotFound(kind="operator", field="operator_id")
        require_for(by.actor, action, self.offices.office_of(operator.standing.office).standing)
        return operator

    def _require_another(self, code: str, person_key: str, documents: tuple[str, ...], by: By) -> None:
        """One human, one operator in the whole register; and nobody appoints herself, by whatever document."""
        if not documents_of_operator(self, by).isdisjoint(documents):
            raise NotOneself(field="id_number")
        before = self.owners(OPERATOR_PERSON, [appointment_key(code, person_key)])
        if before or self.owners_today(OPERATOR_PERSON, documents):
            raise PersonTaken(field="id_number")
