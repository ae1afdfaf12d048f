"""Claims as each side may see them: place in the line, clock, every step; masked to the offices (A25-1)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from services.identity.domain.claim_rules import (
    APPEAL_WITHIN,
    HAND_IN_WITHIN,
    MOST_FILES,
    PROVE_WITHIN,
    SETTLE_AFTER,
    UNKNOWN,
    VOUCHERS_NEEDED,
    needed_roles,
)
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import shanghai_date
from shared.eventstore.follower import wait_for
from shared.eventstore.store import Store

Answer = dict[str, Any]
MOST: Final = 200
_FOR_ASKER: Final = (
    "claim_id", "kind", "state", "opened_at", "queued_at", "handed_in_at", "due_on", "unknown_year", "overdue_on",
    "more_until", "reason", "decided_at", "decided_how", "late", "appeal", "appellant", "appeal_until", "appeal_reason",
    "version",
)  # fmt: skip
_PLACE: Final = """
    SELECT count(*) + 1 AS place FROM claim_register WHERE state = 'in_review' AND (handed_in_at, claim_id) < (%s, %s)
"""
_PLACE_IN_LINE: Final = """
    SELECT count(*) + 1 AS place FROM claim_register
    WHERE state = 'queued' AND id_key = %s AND (rank, queued_at, claim_id) < (%s, %s, %s)
"""
_DECIDED: Final = "(state IN ('proven', 'in_review', 'more_evidence') OR (appeal = 'open' AND NOT appeal_waits))"
_WAITS: Final = "(state = 'queued' OR (appeal = 'open' AND appeal_waits))"
_LINE: Final = f"""
    SELECT claim_id FROM claim_register WHERE id_key = %s AND {_WAITS}
    ORDER BY state = 'queued', rank, queued_at, claim_id LIMIT 100
"""
_LIVING_STUDIES: Final = """
    SELECT school_code, school_name, level, extract(year FROM since)::integer AS entry_year FROM heard_records
    WHERE person_id = %s AND kind = 'status' AND state IS NULL AND NOT contested AND disowned_on IS NULL
    ORDER BY since DESC, id LIMIT 20
"""
# what may lapse, be late, be settled or wait for its account since a crash; what waits in line comes in time anyhow
_DUE: Final = f"""
    SELECT claim_id FROM claim_register AS one WHERE NOT settled AND (
        (state = 'opened' AND since <= %(unproven)s)
        OR (state IN ('open', 'evidence_uploaded', 'proven', 'more_evidence') AND since <= %(forgotten)s)
        OR (state = 'proven' AND since <= %(proven)s)
        OR ((state = 'in_review' OR appeal = 'open') AND overdue_on IS NULL AND due_on < %(today)s)
        OR (state IN ('withdrawn', 'lapsed') AND since <= %(ended)s)
        OR (appeal IN ('upheld', 'reversed') AND since <= %(ended)s)
        OR (state = 'denied' AND appeal = '' AND since <= %(unappealed)s)
        OR (state = 'granted' AND appeal = '' AND since <= CASE
            WHEN other_account_id IS NULL THEN %(ended)s ELSE %(unappealed)s END)
        OR ({_WAITS} AND since <= %(proven)s
            AND NOT EXISTS (SELECT FROM claim_register WHERE id_key = one.id_key AND {_DECIDED}))
    ) ORDER BY since, claim_id LIMIT 200
"""
_STUDIES: Final = """
    SELECT id AS status_id, school_code, school_name, level, major_name, number AS student_no,
        extract(year FROM since)::integer AS entry_year
    FROM heard_records WHERE id_key = %s AND name_key = %s AND kind = 'status' ORDER BY id LIMIT 20
"""
_GRANT_SECONDS: Final = timedelta(seconds=10)


class ClaimRows:
    """What the use cases look up, and what the asker sees."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def claimant_view(self, claim_id: UUID, version: int) -> Answer:
        """The claim as its asker may see it, at this version or later."""
        wait_for(self.store, claim_id, version)
        row = self.row_of(claim_id)
        vouchers = len(self.vouchers_of(claim_id))
        return {
            **{name: row[name] for name in _FOR_ASKER},
            "position": self.place_of(row),
            "may_appeal": self._side_that_lost(row) == "claimant" and not row["appeal"],
            "needed": list(needed_roles(row["kind"], row["id_type"], vouched=vouchers >= VOUCHERS_NEEDED)),
            "vouchers": vouchers,
            "most_files": MOST_FILES,
            "evidence": self.evidence_of(claim_id),
            "steps": self.steps_of(claim_id),
        }

    def list_own_claims(self, *, by: By) -> Answer:
        """The claims of the signed-in person, newest first."""
        require(by.actor, "ask_own_identity_change", Resource("claim", person=by.sub))
        rows = self._all(
            "SELECT claim_id FROM claim_register WHERE person_id = %s ORDER BY opened_at DESC, claim_id LIMIT 50",
            (UUID(by.sub),),
        )
        return {
            "claims": [
                {**self.claimant_view(row["claim_id"], 1), "waits_for": self._waits_for(row["claim_id"])}
                for row in rows
            ]
        }

    def _waits_for(self, claim_id: UUID) -> str | None:
        """By when the claim that is decided first is decided; None where none is, or nothing waits."""
        found = self._all(
            "SELECT other.due_on, other.more_until FROM claim_register AS one"
            f" JOIN (SELECT * FROM claim_register WHERE {_DECIDED}) AS other USING (id_key)"
            f" WHERE one.claim_id = %s AND other.claim_id <> one.claim_id AND one.claim_id IN"
            f" (SELECT claim_id FROM claim_register WHERE {_WAITS}) LIMIT 1",
            (claim_id,),
        )
        return str(found[0]["more_until"] or found[0]["due_on"] or UNKNOWN) if found else None

    def list_claims_due(self, now: datetime) -> list[UUID]:
        """Claims in which the day may ask for something."""
        asked = {
            "today": shanghai_date(now),
            "unproven": now - PROVE_WITHIN,
            "forgotten": now - HAND_IN_WITHIN,
            "proven": now - _GRANT_SECONDS,
            "ended": now - SETTLE_AFTER,
            "unappealed": now - APPEAL_WITHIN,
        }
        return [row["claim_id"] for row in self._all(_DUE, asked)]

    def list_waiting_claims_of(self, person_id: UUID) -> list[UUID]:
        """The claims of a person that nobody has decided."""
        rows = self._all(
            "SELECT claim_id FROM claim_register WHERE person_id = %s"
            " AND state IN ('open', 'evidence_uploaded', 'queued', 'in_review', 'more_evidence')"
            " ORDER BY claim_id LIMIT 200",
            (person_id,),
        )
        return [row["claim_id"] for row in rows]

    def list_known_studies(self, id_key: str, name_key: str) -> list[Answer]:
        """What is known of the studies under a document and name."""
        return self._all(_STUDIES, (id_key, name_key))

    def was_decided_for(self, account_id: UUID) -> bool:
        """Whether an office's review gave this account its document."""
        return bool(
            self._all(
                "SELECT 1 FROM claim_register WHERE account_id = %(account)s AND decided_how = 'review'"
                " AND (state = 'granted') <> (appeal = 'reversed')"
                " UNION ALL SELECT 1 FROM claim_register WHERE other_account_id = %(account)s AND appeal = 'reversed'",
                {"account": account_id},
            )
        )

    def list_line_of(self, id_key: str) -> list[UUID]:
        """The claims to a document that wait for their turn: appeals, then by rank, then who came first."""
        return [row["claim_id"] for row in self._all(_LINE, (id_key,))]

    def list_living_studies_of(self, person_id: UUID) -> list[Answer]:
        """The statuses that are bound to a person and have not ended."""
        return self._all(_LIVING_STUDIES, (person_id,))

    def find_vouch(self, vouch_id: UUID, person_id: UUID) -> UUID | None:
        """The claim in which this person vouched under this id."""
        found = self._all(
            "SELECT claim_id FROM claim_vouchers WHERE vouch_id = %s AND person_id = %s", (vouch_id, person_id)
        )
        return found[0]["claim_id"] if found else None

    def list_my_vouches(self, *, by: By) -> Answer:
        """That the signed-in person vouched: not for whom, but where and when, and whether it can be taken back."""
        require(by.actor, "vouch_for_classmate", Resource("account", person=by.sub))
        rows = self._all(
            "SELECT vouch_id, school_name, vouched_at, taken_back_at, state IN"
            " ('open', 'evidence_uploaded', 'queued', 'in_review', 'more_evidence') AND taken_back_at IS NULL"
            " AS may_take_back FROM claim_vouchers JOIN claim_register USING (claim_id)"
            " WHERE claim_vouchers.person_id = %s ORDER BY vouched_at DESC, vouch_id LIMIT 50",
            (UUID(by.sub),),
        )
        return {"vouches": rows}

    def vouchers_of(self, claim_id: UUID) -> list[Answer]:
        """The classmates who vouch in a claim now."""
        return self._all(
            "SELECT account_id, person_id, school_name, vouched_at FROM claim_vouchers"
            " WHERE claim_id = %s AND taken_back_at IS NULL ORDER BY vouched_at, vouch_id LIMIT 20",
            (claim_id,),
        )

    def row_of(self, claim_id: UUID) -> Answer:
        """The row of a claim that is there."""
        return self._all("SELECT * FROM claim_register WHERE claim_id = %s", (claim_id,))[0]

    def place_of(self, row: Mapping[str, Any]) -> int | None:
        """The place in the line of all, or of those who wait for one document; 1 is next, None what does not wait."""
        if row["state"] == "queued":
            asked = (row["id_key"], row["rank"], row["queued_at"], row["claim_id"])
            return int(self._all(_PLACE_IN_LINE, asked)[0]["place"])
        if row["state"] != "in_review":
            return None
        place: int = self._all(_PLACE, (row["handed_in_at"], row["claim_id"]))[0]["place"]
        return place

    def evidence_of(self, claim_id: UUID) -> list[Answer]:
        """The pictures of a claim, without their keys."""
        return self._all(
            "SELECT evidence_id, role, size, width, height, added_at FROM claim_evidence WHERE claim_id = %s"
            " ORDER BY added_at, evidence_id",
            (claim_id,),
        )

    def steps_of(self, claim_id: UUID) -> list[Answer]:
        """Every step, with its time."""
        return self._all(
            "SELECT step, role, reason, taken_at FROM claim_steps WHERE claim_id = %s ORDER BY number LIMIT 200",
            (claim_id,),
        )

    @staticmethod
    def _side_that_lost(row: Mapping[str, Any]) -> str:
        if row["state"] == "denied":
            return "claimant"
        return "holder" if row["state"] == "granted" and row["other_account_id"] else ""

    def _all(self, sql: str, values: Any) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(sql, values)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def decoded(text: str) -> dict[str, Any]:
    """A sealed person, opened."""
    person: dict[str, Any] = msgspec.json.decode(text)
    return person
