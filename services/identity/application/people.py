"""What a person does about the own records: binding them by number, asking why one is missing, disowning one."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from services.identity.application.binding import RECORD_TYPES, Binding, Record, RecordFinder, student_number
from services.identity.application.secrets import Secrets
from services.identity.domain.account import Account
from services.identity.domain.bind_tries import may_try
from services.identity.domain.explanations import RecordSeen, cause_of, cause_of_none, explained
from services.identity.domain.record_rules import NotYours
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import Clock, shanghai_date
from shared.codes.id_documents import PASSPORT, without_country
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store

ACCOUNT_PERSON: Final = "account:person"
_BOUND_BY: Final = {"status": "AC-16", "qualification": "AC-15"}


class PeopleFinder(RecordFinder, Protocol):
    """Where the read tables are asked for what a person named."""

    def records_by_number(self, kind: str, school_code: str, year: int, number: str) -> list[RecordSeen]: ...

    def find_school_name(self, school_code: str) -> str: ...

    def school_in_charge(self, school_code: str, today: date) -> tuple[str, str]: ...


class People(Binding):
    """Records that a person names, and says are hers or are not."""

    finder: PeopleFinder

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, finder: PeopleFinder) -> None:
        super().__init__(store, clock, keyring, finder)
        self.keys = SubjectKeys(store, keyring)
        self.secrets = Secrets(keyring)

    def bind_record_by_number(self, *, by: By, **named: Any) -> Answer:
        """Bind a record by its number, school and year, if name and document agree (AC-15, AC-16).

        A number that leads to nothing is a try: it is recorded before its outcome is told, two a day of each kind.
        """
        return self._bind_record_by_number(by=self.secrets.blinded(by), **named)

    @command
    def _bind_record_by_number(
        self, *, command_id: UUID, kind: str, school_code: str, year: int, number: str, by: By
    ) -> Answer:
        require(by.actor, "bind_own_record", Resource("account", person=by.sub))
        account, today = self.own_account(by), shanghai_date(by.recorded_at)
        in_charge, school = self.finder.school_in_charge(school_code, today)
        may_try(account.standing.bind_tries, kind, year, today, school=school, school_code=in_charge)
        kept = student_number(number) if kind == "status" else self.certificate_number_key(number)
        seen = self.finder.records_by_number(kind, school_code, year, kept) if kept else []
        record = self._agreeing(account, seen)
        rules = (_BOUND_BY[kind], "AC-17") if kind == "qualification" else (_BOUND_BY[kind],)
        if record is not None:
            changed: list[Any] = [] if record.standing.person_id == account.standing.person_id else [record]
            if changed:
                record.give_to(account.standing.person_id, today)
            answer = {"bound": True, "record_id": record.id, "explanation": None, "tries_left": None}
            return self.save(*changed, by=Context.of(by, rules=rules), answer=answer)
        account.miss_record(kind=kind, on=today)
        answer = self._missed(account, kind, school_code, year, seen, by)
        return self.save(account, by=Context.of(by, rules=(*rules, "AC-13")), answer=answer)

    def explain_missing_record(
        self, *, kind: str, school_code: str, year: int, category: str | None = None, by: By
    ) -> Answer:
        """Why a record of this school and year is not among the asker's own; of other people's nothing is told."""
        account = self.own_account(by)
        seen = [
            one
            for one in self.finder.records_under([*self._documents_of(account), *self._without_country(account)])
            if (one.kind, one.school_code, one.year) == (kind, school_code, year)
        ]
        reasons = [self._cause(account, one) for one in seen]
        reason = reasons[0] if reasons else cause_of_none(kind, year, category or "", shanghai_date(by.recorded_at))
        return self._explained(reason, kind, school_code, year, by)

    @command
    def disown_record(self, *, command_id: UUID, record_id: UUID, kind: str, statement: str, by: By) -> Answer:
        """The record is not mine, I never studied there: it stays, bound to nobody, and province and school see it."""
        require(by.actor, "disown_record", Resource("account", person=by.sub))
        account = self.own_account(by)
        record = self.find(RECORD_TYPES[kind], record_id)
        if record is None:  # whether there is such a record at all is not told either
            raise NotYours()
        record.disown(
            person_id=account.standing.person_id,
            kind=kind,
            sealed_statement=self.keys.seal(str(account.id), statement, f"disowned:{record_id}"),
            sealed_for=account.id,
            on=shanghai_date(by.recorded_at),
        )
        return self.save(record, by=Context.of(by, rules=("AC-21", "A11-2")))

    def _agreeing(self, account: Account, seen: list[RecordSeen]) -> Record | None:
        """The one record that name and document agree with; never one by its number alone."""
        mine = set(account.standing.identities)
        names = {name for _, name in mine}
        without = self._without_country(account) if seen else ()
        for one in seen:
            if (one.id_key, one.name_key) in mine or (one.id_key in without and one.name_key in names):
                record = self.get(RECORD_TYPES[one.kind], one.id)
                if record.standing.pair == (one.id_key, one.name_key):
                    return record
        return None

    def _missed(
        self, account: Account, kind: str, school_code: str, year: int, seen: list[RecordSeen], by: By
    ) -> Answer:
        reason = self._cause(account, seen[0]) if seen else "NUMBER_NOT_FOUND"
        left = account.standing.bind_tries.left(kind)
        explanation = self._explained(reason, kind, school_code, year, by)
        return {"bound": False, "record_id": None, "explanation": explanation, "tries_left": left}

    def _cause(self, account: Account, one: RecordSeen) -> str:
        standing = account.standing
        return cause_of(
            standing.identities, one, person_id=standing.person_id, without_country=self._without_country(account)
        )

    def _explained(self, reason: str, kind: str, school_code: str, year: int, by: By) -> dict[str, Any]:
        today = shanghai_date(by.recorded_at)
        return explained(
            reason,
            kind=kind,
            school_code=school_code,
            school=self.finder.find_school_name(school_code),
            in_charge=self.finder.school_in_charge(school_code, today),
            year=year,
            today=today,
        )

    @staticmethod
    def _documents_of(account: Account) -> tuple[str, ...]:
        return account.standing.all_identities.id_keys

    def _without_country(self, account: Account) -> tuple[str, ...]:
        """The own passports as a school wrote them that did not keep the issuing country: document keys."""
        keys = []
        for sealed, sealed_for in {account.sealed_as(pair) for pair in account.standing.identities}:
            person = self._opened(sealed_for, sealed)
            if person.get("id_type") == PASSPORT:
                keys.append(self.keyring.id_key(PASSPORT, without_country(person["id_number"])))
        return tuple(keys)

    def _opened(self, account_id: UUID, sealed: str) -> Mapping[str, Any]:
        try:
            person: dict[str, Any] = msgspec.json.decode(self.keys.open(str(account_id), sealed, ACCOUNT_PERSON))
        except CannotOpen:
            return {}
        return person
