"""Claims as the registry's office and the ministry see them: in line, both sides, masked, every look recorded."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.identity.domain.claim_rules import APPEAL, FILE_KEY, PERSON, STATEMENT
from services.identity.domain.identities import Identities
from services.identity.domain.look import Look
from services.identity.queries.claims import MOST, Answer, ClaimRows, decoded
from shared.access.by import By
from shared.access.decide import Decision, Resource, require
from shared.codes.id_documents import mask_id_number, mask_name
from shared.eventstore.follower import wait_for
from shared.eventstore.looking import Looks
from shared.eventstore.lookup import owners
from shared.eventstore.privacy import CannotOpen, Keyring, SubjectKeys
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

LINES: Final = ("review", "appeals", "overdue", "more_evidence", "decided")
_WHERE: Final = {
    "review": "state = 'in_review'",
    "appeals": "appeal = 'open'",
    "overdue": "overdue_on IS NOT NULL AND (state = 'in_review' OR appeal = 'open')",
    "more_evidence": "state = 'more_evidence'",
    "decided": "state IN ('granted', 'denied') AND appeal <> 'open'",
}
# overdue first: the period is the same for all, so who came first is due first
_ORDER: Final = "due_on NULLS LAST, coalesce(handed_in_at, since), claim_id"
_SHOWN: Final = (
    "claim_id", "kind", "state", "id_type", "opened_at", "handed_in_at", "due_on", "unknown_year", "overdue_on",
    "reason", "decided_at", "decided_how", "late", "appeal", "appellant", "appeal_until", "appeal_reason", "version",
)  # fmt: skip
_NOBODY: Final = {"name": "", "id_number": ""}


class ClaimQueries(ClaimRows):
    """The line of claims, one claim with both sides, and its pictures."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        super().__init__(store)
        self.keys = SubjectKeys(store, keyring)
        self.looks = Looks(store, Look)

    def list_identity_claims(self, *, line: str, offset: int, limit: int, by: By) -> Answer:
        """One line of claims: what is overdue stands first, then who came first."""
        decision = require(by.actor, "read_claims", Resource("claim"))
        rows = self._all(
            f"SELECT * FROM claim_register WHERE {_WHERE[line]} ORDER BY {_ORDER} LIMIT %s OFFSET %s",
            (min(limit, MOST), offset),
        )
        self._saw(by, decision, rows)
        return {"claims": [self._line(row, by) for row in rows]}

    def get_identity_claim(self, *, claim_id: UUID, after_version: int, by: By) -> Answer:
        """One claim with both sides, what each has shown and said, and what is known of studies under the document."""
        decision = require(by.actor, "read_claims", Resource("claim"))
        if after_version:
            wait_for(self.store, claim_id, after_version)
        row = self._found(claim_id)
        holder_id = self._holder_of(row)
        vouchers = self.vouchers_of(claim_id)
        self._saw(by, decision, [row], holder_id=holder_id, vouchers=vouchers, alone=True)
        person = self._person(row)
        return {
            **self._line(row, by),
            "statement": self._said(row, "sealed_statement", STATEMENT),
            "appeal_statement": self._said(row, "sealed_appeal", APPEAL),
            "holder": self._holder(holder_id, row, person) if holder_id else None,
            "studies": self._studies(row),
            "vouchers": [self._voucher(each) for each in vouchers],
            "evidence": self.evidence_of(claim_id),
            "steps": self.steps_of(claim_id),
        }

    def see_claim_evidence(self, *, claim_id: UUID, evidence_id: UUID, by: By) -> Answer:
        """Where a sealed picture is and what opens it, for a reviewer of the claim; the look is recorded first."""
        decision = require(by.actor, "read_claims", Resource("claim"))
        row = self._found(claim_id)
        if not self._may_see(row, by):
            raise NotFound(kind="claim_evidence")
        found = self._all(
            "SELECT digest, sealed_key FROM claim_evidence WHERE claim_id = %s AND evidence_id = %s",
            (claim_id, evidence_id),
        )
        if not found:
            raise NotFound(kind="claim_evidence")
        self._saw(by, decision, [row], full=True, alone=True)
        try:
            key = self.keys.open(str(claim_id), found[0]["sealed_key"], f"{FILE_KEY}:{evidence_id}")
        except CannotOpen:
            raise NotFound(kind="claim_evidence") from None  # the claim is settled, its pictures are gone for good
        return {"digest": found[0]["digest"], "key": key}

    @staticmethod
    def _may_see(row: Mapping[str, Any], by: By) -> bool:
        """Pictures are for who has the claim in hand, and for the ministry while an appeal is open."""
        if by.actor is not None and by.actor.role == "ministry":
            return bool(row["appeal"] == "open" and row["decided_by"] != by.sub)
        return bool(row["state"] == "in_review" and row["reviewer"] == by.sub)

    def _saw(
        self,
        by: By,
        decision: Decision,
        rows: list[Answer],
        *,
        holder_id: UUID | None = None,
        vouchers: Sequence[Answer] = (),
        full: bool = False,
        alone: bool = False,
    ) -> None:
        people = [row["person_id"] for row in rows if row["person_id"]]
        holder = [self._person_of_account(holder_id)] if holder_id else []
        people += [each["person_id"] for each in vouchers]
        named = [*(row["claim_id"] for row in rows), *people, *(each for each in holder if each)]
        self.looks.saw(by, decision, named, full=full, alone=alone, in_case=True)

    def _found(self, claim_id: UUID) -> Answer:
        rows = self._all("SELECT * FROM claim_register WHERE claim_id = %s AND state <> 'opened'", (claim_id,))
        if not rows:
            raise NotFound(kind="claim")
        return rows[0]

    def _line(self, row: Answer, by: By) -> Answer:
        person = self._person(row)
        return {
            **{name: row[name] for name in _SHOWN},
            "position": self.place_of(row),
            "waiting": self._waiting(row),
            "in_hand": bool(row["reviewer"]),
            "mine": row["reviewer"] == by.sub,
            "name": mask_name(person["name"]),
            "id_number": mask_id_number(person["id_number"]),
        }

    def _waiting(self, row: Mapping[str, Any]) -> int:
        """How many other claims to the document wait until this one is decided."""
        found = self._all(
            "SELECT count(*) AS waiting FROM claim_register WHERE id_key = %s AND state = 'queued' AND claim_id <> %s",
            (row["id_key"], row["claim_id"]),
        )
        return int(found[0]["waiting"])

    def _voucher(self, each: Mapping[str, Any]) -> Answer:
        name = self._person_of(each["account_id"])["name"]
        return {"name": mask_name(name), "school_name": each["school_name"], "vouched_at": each["vouched_at"]}

    def _person(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return decoded(self.keys.open(str(row["claim_id"]), row["sealed_person"] or "", PERSON))
        except CannotOpen:
            return _NOBODY

    def _said(self, row: Mapping[str, Any], column: str, place: str) -> str:
        try:
            return self.keys.open(str(row["claim_id"]), row[column] or "", place)
        except CannotOpen:
            return ""

    # --- the other side ---

    def _holder_of(self, row: Mapping[str, Any]) -> UUID | None:
        """Whoever has the document now, or had it until this claim was granted."""
        if row["other_account_id"]:
            other: UUID = row["other_account_id"]
            return other
        with self.store.reading() as cursor:
            owner = owners(cursor, "account.document", [row["id_key"]]).get(row["id_key"])
        return None if owner == row["account_id"] else owner

    def _holder(self, account_id: UUID, row: Mapping[str, Any], asker: Mapping[str, Any]) -> Answer:
        account = self._all("SELECT * FROM account_register WHERE account_id = %s", (account_id,))[0]
        bound = self._all(
            "SELECT count(*) AS records FROM heard_records WHERE person_id = %s", (account["person_id"],)
        )[0]
        person = self._person_of(account_id)
        names = {name for _, name in Identities.from_rows(self._known_of(account_id)).pairs}
        return {
            "account_id": account_id,
            "state": account["state"],
            "opened_at": account["opened_at"],
            "name": mask_name(person["name"]),
            "id_number": mask_id_number(person["id_number"]),
            "same_name": row["name_key"] in names,
            "records": bound["records"],
            "decided_before": self.was_decided_for(account_id),
        }

    def _person_of(self, account_id: UUID) -> Mapping[str, Any]:
        """Name and document as the other account's person goes by them now, after corrections and renewals."""
        known = self._known_of(account_id)
        if not known:
            return _NOBODY
        identities = Identities.from_rows(known)
        place = [one is identities.current for one in identities.known].index(True)
        try:
            return decoded(self.keys.open(known[place]["sealed_for"], known[place]["sealed"], "account:person"))
        except CannotOpen:
            return _NOBODY

    def _known_of(self, account_id: UUID) -> list[dict[str, Any]]:
        found = self._all("SELECT known FROM person_identities WHERE account_id = %s", (account_id,))
        return list(found[0]["known"]) if found else []

    def _person_of_account(self, account_id: UUID) -> UUID | None:
        found = self._all("SELECT person_id FROM account_register WHERE account_id = %s", (account_id,))
        return found[0]["person_id"] if found else None

    def _studies(self, row: Mapping[str, Any]) -> list[Answer]:
        names = ("school_name", "level", "entry_year")
        return [
            {name: each[name] for name in names} for each in self.list_known_studies(row["id_key"], row["name_key"])
        ]
