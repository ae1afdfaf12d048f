"""Hearing of records, and finding whose they are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from services.identity.domain.account import Account
from services.identity.domain.explanations import RecordSeen
from services.identity.domain.record_rules import RecordStanding, can_be_bound
from services.identity.domain.records import (
    QualificationRecord,
    StudentRecord,
    binding,
    first_qualification_standing,
    first_status_standing,
)
from services.identity.domain.rules import AccountStanding
from services.identity.domain.session import Session
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.certificate_numbers import plainest_spelling
from shared.codes.clock import Clock, shanghai_date
from shared.codes.id_documents import normalise_id_number
from shared.eventstore.application import Answer, Application, Draft, Heard, command
from shared.eventstore.context import Context
from shared.eventstore.log import FactRecord
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Values = Mapping[str, Any]
Record = StudentRecord | QualificationRecord
RecordType = type[StudentRecord] | type[QualificationRecord]
RECORD_TYPES: Mapping[str, RecordType] = {"status": StudentRecord, "qualification": QualificationRecord}
_STATUS_FIELDS = (
    "status_id", "id_key", "name_key", "school_code", "school_name", "level", "category", "major_name", "entry_date",
)  # fmt: skip
_QUALIFICATION_FIELDS = (
    "certificate_id", "status_id", "award_kind", "id_key", "name_key", "school_code", "school_name", "level",
    "category", "major_name", "effective_date",
)  # fmt: skip


class RecordFinder(Protocol):
    """Where records are found by their document."""

    def records_under(self, id_keys: Iterable[str]) -> list[RecordSeen]:
        """Every record under these documents."""
        ...

    def has_bound_records(self, person_id: UUID) -> bool:
        """Whether any record is this person's."""
        ...


class Binding(Application):
    """Records that were heard, and their binding to the person of equal document and name (AC-14, AC-19)."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, finder: RecordFinder) -> None:
        super().__init__(store, clock)
        self.keyring = keyring
        self.finder = finder

    def open_student_records(self, facts: Sequence[Values], heard: Heard) -> None:
        """Keep the statuses that enrollment registered; bind at once those whose owner has an account."""
        opened = [
            {name: fact[name] for name in _STATUS_FIELDS}
            | {
                "student_no": student_number(fact.get("student_no")),
                "exam_no": student_number(fact.get("exam_no")),
            }
            for fact in facts
        ]
        self._open(StudentRecord, "status_id", opened, "open_student_records", heard)

    def open_qualification_records(self, facts: Sequence[Values], heard: Heard) -> None:
        """Keep the awards that took effect; bind at once those whose owner has an account."""
        opened = [
            {name: fact[name] for name in _QUALIFICATION_FIELDS}
            | {
                "number_key": self.certificate_number_key(fact["number"]),
                "printed_number_key": self.certificate_number_key(fact.get("printed_number")),
                "year": fact["graduation_date"].year,
            }
            for fact in facts
        ]
        self._open(QualificationRecord, "certificate_id", opened, "open_qualification_records", heard)

    def note_endings(self, facts: Sequence[Values], heard: Heard) -> None:
        """Statuses were closed without a certificate."""
        self._note(StudentRecord.Ended, ("kind", "state", "effective_on"), facts, "note_endings", heard)

    def note_corrections(self, facts: Sequence[Values], heard: Heard) -> None:
        """Cases changed what identifies students; a record that now fits somebody is bound by the worker."""
        names = ("old_id_key", "id_key", "name_key", "level", "major_name")
        self._note(StudentRecord.Corrected, names, facts, "note_corrections", heard)

    def note_contests(self, facts: Sequence[Values], heard: Heard) -> None:
        """Statuses are contested, or no longer."""
        self._note(StudentRecord.Contested, ("case_id", "settled", "keeps"), facts, "note_contests", heard)

    @command
    def bind_my_records(self, *, command_id: UUID, by: By) -> Answer:
        """Bind what is the asker's own, wherever it was not done already."""
        account = self.own_account(by)
        standing, today = account.standing, shanghai_date(by.recorded_at)
        seen = self._seen_of(standing)
        new = [record for record in self._not_yet_bound(standing, seen) if record.bind(standing, today)]
        before = sum(one.person_id == standing.person_id for one in seen)
        answer = {"bound": before + len(new), "new": len(new)}
        return self.save(*new, by=Context.of(by, rules=("AC-14",)), answer=answer) if new else answer

    def bind_records(self, account: AccountStanding, context: Context) -> int:
        """Bind every record of the account's person that is not bound yet; answer how many."""
        today = shanghai_date(context.recorded_at)
        new = [each for each in self._not_yet_bound(account, self._seen_of(account)) if each.bind(account, today)]
        if new:
            self.save(*new, by=context.with_(command_id=None, rules=("AC-14",)), answer={})
        return len(new)

    def active_accounts(self, id_keys: Iterable[str]) -> dict[str, AccountStanding]:
        """The living, proven account of each document."""
        owners = self.owners("account.document", id_keys)
        standings = self.standings(Account, owners.values()) if owners else {}
        found = {key: standings[owner][1] for key, owner in owners.items() if owner in standings}
        return {key: standing for key, standing in found.items() if standing.state == "active"}

    def own_account(self, by: By) -> Account:
        """The asker's own living account."""
        require(by.actor, "read_own_records", Resource("account", person=by.sub))
        owner = self.owners("account.person", [by.sub]).get(by.sub)
        if owner is None:
            raise NotFound(kind="account")
        return self.get(Account, owner)

    def documents_touched(self, record: FactRecord) -> tuple[str, ...]:
        """The documents whose records may have found their owner by a fact: the worker binds them (AC-14, AC-20).

        Nearly always they are bound by then; a sign-in looks again, whatever came between before.
        """
        fact = record.fact
        if isinstance(fact, Session.Begun):
            return () if fact.staff else self._held_by(fact.sub)
        if isinstance(fact, Account.ContactProven | Account.NameChanged):
            return self.get(Account, record.originator_id).standing.held
        if isinstance(fact, Account.IdentityAdded):
            return (fact.id_key,)
        if isinstance(fact, Account.Restored | Account.IdentitiesTakenBack):
            return fact.takes
        if isinstance(fact, StudentRecord.Opened | StudentRecord.Corrected | QualificationRecord.Opened):
            return (fact.id_key,)
        return ()

    def certificate_number_key(self, number: str | None) -> str:
        """A certificate's number as it is kept here, however it is written: recognised again, never told (AC-17)."""
        plain = plainest_spelling(number or "")
        return self.keyring.number_key("certificate", plain) if plain else ""

    def _open(self, kind: RecordType, id_name: str, opened: Sequence[Values], use_case: str, heard: Heard) -> None:
        now = self.clock.now()
        accounts = self.active_accounts({values["id_key"] for values in opened})
        drafts: list[Draft] = []
        for values in opened:
            standing = _FIRST[kind](dict(values))
            drafts.append(Draft(kind, values[id_name], 1, kind.Opened, dict(values), standing))
            account = accounts.get(standing.id_key)
            if account is not None and can_be_bound(account, standing):
                bound = binding(account.person_id, standing, shanghai_date(now))
                drafts.append(Draft(kind, values[id_name], 2, kind.Bound, bound, standing.bound_to(account.person_id)))
        self.append(drafts, Context.system(use_case, now, rules=("AC-14",)), heard=heard)

    def _note(
        self, fact_type: type[Any], names: Sequence[str], facts: Sequence[Values], use_case: str, heard: Heard
    ) -> None:
        """Keep what enrollment said of statuses that it registered before, on the same stream."""
        known = self.standings(StudentRecord, {fact["status_id"] for fact in facts})
        drafts = []
        for fact in facts:
            version, standing = known[fact["status_id"]]
            if fact_type is StudentRecord.Corrected:
                standing = standing.corrected(fact["id_key"], fact["name_key"])
            known[fact["status_id"]] = version + 1, standing
            values = {name: fact[name] for name in names}
            drafts.append(Draft(StudentRecord, fact["status_id"], version + 1, fact_type, values, standing))
        self.append(drafts, Context.system(use_case, self.clock.now(), rules=("A11-2",)), heard=heard)

    def _held_by(self, person_id: str) -> tuple[str, ...]:
        found = self.owning(Account, "account.person", [person_id]).get(person_id)
        return found[2].held if found else ()

    def _seen_of(self, account: AccountStanding) -> list[RecordSeen]:
        """Every record under one of the person's identities, bound or not, as the read tables know it."""
        mine = set(account.identities)
        seen = self.finder.records_under({key for key, _ in mine})
        return [one for one in seen if (one.id_key, one.name_key) in mine]

    def _not_yet_bound(self, account: AccountStanding, seen: Iterable[RecordSeen]) -> list[Record]:
        return [self.get(RECORD_TYPES[one.kind], one.id) for one in seen if one.person_id != account.person_id]


def student_number(number: str | None) -> str:
    """A student or exam number in its one spelling."""
    return normalise_id_number("Z", number or "")


_FIRST: Mapping[RecordType, Callable[[dict[str, Any]], RecordStanding]] = {
    StudentRecord: first_status_standing,
    QualificationRecord: first_qualification_standing,
}
