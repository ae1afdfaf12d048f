"""Merging two accounts of one human being and splitting them again: two people of the registry, each time."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, ClassVar, Protocol
from uuid import UUID

from services.identity.application.binding import RECORD_TYPES
from services.identity.application.humans import documents_of_accounts, documents_of_operator
from services.identity.domain.account import Account
from services.identity.domain.merge import MERGED, AlreadyMerged, Merge, NotToBeMerged, OwnMerge
from services.identity.domain.merging import merge_accounts, move_records, part_records, split_accounts
from services.identity.domain.records import HeardRecord
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.application import Answer, Application, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.log import FactRecord
from shared.eventstore.store import Store
from shared.rules.free_texts import checked_words
from shared.rules.refused import Refused


class MergeFinder(Protocol):
    """Where the read tables are asked for what a merge moves."""

    def list_records_of_person(self, person_id: UUID) -> list[tuple[UUID, str]]: ...

    def list_accounts_merged_into(self, account_id: UUID) -> list[UUID]: ...


class Merging(Application):
    """Two accounts become one person, and two again where that was wrong (AC-19, A24-2)."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {MERGED: AlreadyMerged}

    def __init__(self, store: Store, clock: Clock, finder: MergeFinder) -> None:
        super().__init__(store, clock)
        self.finder = finder

    @command
    def propose_merge(
        self,
        *,
        command_id: UUID,
        surviving_account: UUID,
        other_account: UUID,
        reason: str,
        evidence: Iterable[str],
        by: By,
    ) -> Answer:
        """One of the registry says that two living accounts are one human being's."""
        require(by.actor, "propose_merge", Resource("merge"), reason=checked_words(reason))
        papers = tuple(checked_words(each, field="evidence") for each in evidence)
        survivor, other = self._both(surviving_account, other_account)
        self._require_not_own((survivor.id, other.id), by)
        merge = Merge(
            merge_id=uuid7(),
            account_id=survivor.id,
            other_account_id=other.id,
            person_id=survivor.standing.person_id,
            other_person_id=other.standing.person_id,
            proposed_by=by.sub,
            proposed_on=shanghai_date(by.recorded_at),
        )
        context = Context.of(by, rules=("AC-19",), reason=reason, evidence=papers)
        return self.save(merge, by=context)

    @command
    def decide_merge(self, *, command_id: UUID, merge_id: UUID, confirm: bool, reason: str, by: By) -> Answer:
        """Another one agrees, and both accounts and all records change in one step; or does not, and nothing does."""
        merge = self._waiting(merge_id, reason, by)
        standing, today = merge.standing, shanghai_date(by.recorded_at)
        changed: list[Aggregate] = []
        moved: tuple[UUID, ...] = ()
        if confirm:
            survivor, other = self._both(standing.account_id, standing.other_account_id)
            records = self._records_of(other.standing.person_id)
            moved = move_records(records, survivor.standing.person_id, today)
            merge_accounts(survivor, other, merge.id, reason)
            changed = [survivor, other, *records]
        merge.decide(confirm=confirm, sub=by.sub, on=today, moved=moved)
        return self._saved(merge, changed, reason, by)

    @command
    def propose_split(self, *, command_id: UUID, merge_id: UUID, reason: str, by: By) -> Answer:
        """One of the registry says that a merge was wrong."""
        require(by.actor, "propose_merge", Resource("merge"), reason=checked_words(reason))
        merge = self.get(Merge, merge_id)
        self._require_not_own((merge.standing.account_id, merge.standing.other_account_id), by)
        merge.propose_split(sub=by.sub, on=shanghai_date(by.recorded_at))
        return self._saved(merge, [], reason, by)

    @command
    def decide_split(self, *, command_id: UUID, merge_id: UUID, confirm: bool, reason: str, by: By) -> Answer:
        """Another one agrees, and everything is again what it was; records that came meanwhile go by their document."""
        merge = self._waiting(merge_id, reason, by)
        changed: list[Aggregate] = []
        if confirm:
            changed = self._split(merge, reason, shanghai_date(by.recorded_at))
        merge.decide_split(confirm=confirm, sub=by.sub, on=shanghai_date(by.recorded_at))
        return self._saved(merge, changed, reason, by)

    def close_merged(self, records: Iterable[FactRecord]) -> None:
        """Whoever closes the account that speaks for her closes those merged into it: their keys are destroyed too."""
        for record in records:
            if isinstance(record.fact, Account.Closed):
                for account_id in self.finder.list_accounts_merged_into(record.originator_id):
                    self._close(account_id)

    def _close(self, account_id: UUID) -> None:
        account = self.get(Account, account_id)
        if account.standing.state != "superseded":
            return
        account.close()
        with suppress(ChangedMeanwhile):  # somebody else closed it just now
            self.save(account, by=Context.system("close_merged", self.clock.now(), rules=("AC-1", "AC-19")))

    def _split(self, merge: Merge, reason: str, on: date) -> list[Aggregate]:
        standing = merge.standing
        survivor, other = self.get(Account, standing.account_id), self.get(Account, standing.other_account_id)
        taken = self.owners("account.contact", other.standing.given_up)
        split_accounts(survivor, other, merge.id, reason, taken)
        records = self._records_of(survivor.standing.person_id)
        return [survivor, other, *part_records(records, survivor, other, standing.moved, on)]

    def _both(self, surviving_account: UUID, other_account: UUID) -> tuple[Account, Account]:
        survivor, other = self.get(Account, surviving_account), self.get(Account, other_account)
        if survivor.id == other.id or {survivor.standing.state, other.standing.state} != {"active"}:
            raise NotToBeMerged()
        return survivor, other

    def _waiting(self, merge_id: UUID, reason: str, by: By) -> Merge:
        """A merge that waits for a second person, and this is one (A24-2)."""
        merge = self.get(Merge, merge_id)
        waiting = Resource("merge", submitted_by=merge.standing.proposed_by)
        require(by.actor, "confirm_merge", waiting, reason=checked_words(reason))
        self._require_not_own((merge.standing.account_id, merge.standing.other_account_id), by)
        return merge

    def _require_not_own(self, accounts: tuple[UUID, UUID], by: By) -> None:
        """Operators have ids of their own, so their documents are compared with the accounts'."""
        if not documents_of_operator(self, by).isdisjoint(documents_of_accounts(self, accounts)):
            raise OwnMerge

    def _records_of(self, person_id: UUID) -> list[HeardRecord]:
        found = self.finder.list_records_of_person(person_id)
        records: list[HeardRecord] = [self.get(RECORD_TYPES[kind], record_id) for record_id, kind in found]
        return [record for record in records if record.standing.person_id == person_id]

    def _saved(self, merge: Merge, changed: list[Any], reason: str, by: By) -> Answer:
        context = Context.of(by, rules=("AC-19", "A24-2"), reason=reason)
        return self.save(merge, *changed, by=context, answer={"id": merge.id, "version": merge.version})
