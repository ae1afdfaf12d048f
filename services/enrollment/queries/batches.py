"""Where files stand, what they would lead to, and whether everything of them is accounted for."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import msgspec

from services.enrollment.domain.look import Look
from services.enrollment.domain.registration_batch import RegistrationBatch
from shared.access.by import By
from shared.access.decide import Decision, Resource, require, require_person
from shared.blobs.port import Blobs
from shared.eventstore import lookup
from shared.eventstore.follower import wait_for
from shared.eventstore.looking import Looks
from shared.eventstore.store import Store
from shared.intake.outcome import Receipt
from shared.intake.plan import PlanFile
from shared.intake.receipts import ReceiptChain
from shared.rules.refused import NotFound

Answer = dict[str, Any]
MOST_NAMED: Final = 200
AT_WORK: Final = ("submitted", "planning", "running", "undoing")

# Where the records of each kind are read; others are read when the follower has passed their last fact
_REGISTERS: Final = (("student_register", "status_id"), ("admission_register", "admission_id"))
_SEEN: Final = """
    SELECT asked.id, asked.version FROM unnest(%s::uuid[], %s::int[]) AS asked (id, version)
    JOIN {table} AS register ON register.{key} = asked.id AND register.version >= asked.version
"""
_PASSED: Final = """
    SELECT asked.id, asked.version FROM unnest(%s::uuid[], %s::int[]) AS asked (id, version)
    JOIN events AS e ON e.originator_id = asked.id AND e.originator_version = asked.version
    JOIN standings AS s ON s.originator_id = asked.id
    JOIN log AS l USING (row_id)
    JOIN followers AS f ON f.position >= l.position AND f.name = 'projections'
    WHERE s.kind NOT IN ('enrollment.StudentStatus', 'enrollment.Admission')
"""
_LISTED: Final = """
    SELECT * FROM batch_register
    WHERE (%(school_code)s::text IS NULL OR school_code = %(school_code)s)
    AND (%(province)s::text IS NULL OR coalesce(province, substr(school_code, 3, 2)) = %(province)s)
    AND (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (%(before)s::uuid IS NULL OR batch_id < %(before)s)
    ORDER BY batch_id DESC LIMIT %(limit)s
"""

_BEFORE: Final = """
    SELECT batch_id FROM batch_register
    WHERE (school_code = %(school_code)s OR school_code IS NULL AND province = %(province)s)
    AND batch_id < %(batch_id)s AND kind = %(kind)s AND digest = %(digest)s
    ORDER BY batch_id DESC LIMIT 1
"""
_SEEN_BEFORE: Final = {
    "rule": "X-FILE-17",
    "zh": "内容相同的文件此前已提交;已登记的行不会重复写入",
    "en": "a file of the same content was submitted before; rows that stand already are not written again",
}


class BatchQueries:
    """Files as their own school, its province and the ministry may see them."""

    def __init__(self, store: Store, blobs: Blobs) -> None:
        self.store = store
        self._blobs = blobs
        self.looks = Looks(store, Look)

    def get_batch(self, *, batch_id: UUID, after_version: int, by: By, refused_rows: bool = False) -> Answer:
        """Where a submitted file stands, and how fast it moves.

        Refused rows are there as they were handed in: with `refused_rows` that look is recorded before the answer.
        """
        row, decision = self._row(batch_id, after_version, by)
        if refused_rows and row["errors_digest"]:
            require_person(by.actor, "read_batch")
            self.looks.saw(by, decision, [batch_id], full=True)
        return shown(row) | {"submitted_before": self._before(row)}

    def list_batches(
        self,
        *,
        school_code: str | None,
        province: str | None,
        kind: str | None,
        state: str | None,
        before: UUID | None,
        limit: int,
        by: By,
    ) -> Answer:
        """The submitted files of a school or a province, the newest first."""
        require(by.actor, "read_batch", Resource("batch", school=school_code, province=province))
        asked = {"school_code": school_code, "province": province, "kind": kind, "state": state}
        with self.store.reading() as cursor:
            cursor.execute(_LISTED, {**asked, "before": before, "limit": limit})
            rows = _named(cursor)
        following = str(rows[-1]["batch_id"]) if len(rows) == limit else None
        return {"batches": [shown(row) for row in rows], "next": following}

    def get_plan(self, *, batch_id: UUID, rows: int, after_version: int, by: By) -> Answer:
        """What a file would lead to, with its first rows."""
        row, decision = self._row(batch_id, after_version, by)
        if row["plan_digest"] is None:
            raise NotFound(kind="plan")
        # most rows of a plan have no record yet: what was looked at is the file
        self.looks.saw(by, decision, [batch_id])
        with self._blobs.open(row["plan_digest"]) as stream:
            plan = PlanFile(stream)
            first = [msgspec.json.decode(line) for line in islice(plan.rows(), rows)]
        named = ("batch_id", "plan_id", "kind", "made_for", "made_at", "expires_at")
        counted = ("rows", "good", "unchanged", "refused", "summary")
        return {
            **{name: plan.head[name] for name in (*named, *counted)},
            "signature": plan.signature,
            "digest": row["plan_digest"],
            "errors_digest": row["errors_digest"] if row["state"] in ("planned", "lapsed") else None,
            "first_rows": first,
        }

    def reconcile_batch(self, *, batch_id: UUID, after_version: int, by: By) -> Answer:
        """Whether submitted = accepted + unchanged + refused, and what was accepted can be queried."""
        row, _ = self._row(batch_id, after_version, by)
        counted = {name: row[name] for name in ("accepted", "unchanged", "refused", "undone", "kept")}
        records = queryable = 0
        missing: list[Answer] = []
        for _, receipts in ReceiptChain(self._blobs).backwards(row["receipts_digest"]):
            lost = self._lost(receipts)
            records += len(receipts)
            queryable += len(receipts) - len(lost)
            missing += [{"row": each.row, "id": str(each.originator_id), "version": each.last_version} for each in lost]
        submitted = row["rows"] or 0
        accounted = row["accepted"] + row["unchanged"] + row["refused"]
        return {
            "batch_id": str(batch_id),
            "state": row["state"],
            "submitted": submitted,
            **counted,
            "records": records,
            "queryable": queryable,
            "missing": sorted(missing, key=lambda each: each["row"])[:MOST_NAMED],
            "errors_digest": row["errors_digest"],
            "balanced": submitted == accounted and records == queryable and row["state"] not in AT_WORK,
        }

    def _lost(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """The receipts whose record the read tables do not show as far as the receipt says."""
        seen: set[tuple[UUID, int]] = set()
        left = list(receipts)
        with self.store.reading() as cursor:
            for question in (*(_SEEN.format(table=table, key=key) for table, key in _REGISTERS), _PASSED):
                if left:
                    cursor.execute(question, _asked(left))
                    seen.update((UUID(str(found)), version) for found, version in cursor.fetchall())
                    left = [each for each in left if (each.originator_id, each.last_version) not in seen]
        return left

    def _before(self, row: Answer) -> Answer | None:
        """The office's own file of the same kind and content, handed in before: said, and refused for nothing."""
        with self.store.reading() as cursor:
            cursor.execute(_BEFORE, row)
            found = cursor.fetchone()
        return {"batch_id": str(found[0]), **_SEEN_BEFORE} if found else None

    def _row(self, batch_id: UUID, after_version: int, by: By) -> tuple[Answer, Decision]:
        if after_version:
            wait_for(self.store, batch_id, after_version)
        with self.store.reading() as cursor:
            cursor.execute("SELECT * FROM batch_register WHERE batch_id = %s", (batch_id,))
            row = next(iter(_named(cursor)), None)
        if row is None:
            raise NotFound(kind="batch")
        training = self._training(row)
        resource = Resource("batch", school=row["school_code"], province=row["province"], training=training)
        return row, require(by.actor, "read_batch", resource)

    def _training(self, row: Answer) -> str | None:
        """The kind of training that the submitter is appointed for, whose students a file's rows are (A24-1)."""
        with self.store.reading() as cursor:
            found = lookup.standings(cursor, RegistrationBatch, [row["batch_id"]]).get(row["batch_id"])
        said: str = found[1].params.get("training", "all") if found else "all"
        return None if said in ("", "all") else said


def shown(row: Answer) -> Answer:
    """A row of the table of files as it is answered."""
    rate = _rate(row["done"], row["started_at"], row["advanced_at"])
    return {
        "batch_id": str(row["batch_id"]),
        **{name: row[name] for name in _SHOWN},
        "expires_at": _text(row["expires_at"]),
        "started_at": _text(row["started_at"]),
        "rate_per_second": rate,
        "remaining_seconds": _remaining(row, rate),
        "reason": _reason(row["reason"]),
    }


_SHOWN: Final = (
    "kind", "state", "filename", "rows", "done", "accepted", "unchanged", "refused", "changed", "undone", "kept",
    "plan_id", "mode", "errors_digest", "version",
)  # fmt: skip


def _rate(done: int, started_at: datetime | None, advanced_at: datetime | None) -> float | None:
    if not done or started_at is None or advanced_at is None or advanced_at <= started_at:
        return None
    return round(done / (advanced_at - started_at).total_seconds(), 1)


def _remaining(row: Answer, rate: float | None) -> float | None:
    if row["state"] not in AT_WORK:
        return None
    whole = row["accepted"] if row["state"] == "undoing" else row["rows"]
    return round(max(whole - row["done"], 0) / rate, 1) if rate and whole is not None else None


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _reason(stored: str | None) -> dict[str, str] | None:
    if stored is None:
        return None
    rule, zh, en = stored.split("|", 2)
    return {"rule": rule, "zh": zh, "en": en}


def _asked(receipts: Iterable[Receipt]) -> tuple[list[str], list[int]]:
    found = list(receipts)
    return [str(each.originator_id) for each in found], [each.last_version for each in found]


def _named(cursor: Any) -> list[Answer]:
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
