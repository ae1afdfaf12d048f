"""Rows to answers: the only reader of verification's read tables."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from services.verification.domain.particulars import DELAYS, RULES_OF_DELAYS
from services.verification.domain.rules import NotIssuedYet, ReportNotFound, ReportRevoked, in_effect, outcome
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import add_months, shanghai_date
from shared.eventstore.follower import wait_for
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store

Answer = dict[str, Any]

_REPORTS = """
    SELECT r.*, coalesce(q.school_name, s.school_name) AS school_name, e.times_verified, e.last_verified_at
    FROM report_register r
    LEFT JOIN status_sheet s ON s.status_id = r.status_id
    LEFT JOIN qualification_sheet q ON r.kind = 'qualification' AND q.certificate_id = r.record_id
    LEFT JOIN LATERAL (
        SELECT count(*)::int AS times_verified, max(answered_at) AS last_verified_at
        FROM evidence WHERE evidence.report_id = r.report_id AND outcome = 'valid'
    ) e ON true
"""
_REPORTABLE = """
    SELECT 'status' AS kind, status_id AS record_id, school_name, level, major_name, entry_date AS since
    FROM status_sheet WHERE person_id = %(person)s AND school_name IS NOT NULL
    UNION ALL
    SELECT 'qualification', q.certificate_id, q.school_name, q.level, q.major_name, q.issue_date
    FROM qualification_sheet q JOIN status_sheet s USING (status_id)
    WHERE s.person_id = %(person)s AND q.effective_date <= %(today)s AND q.disowned_on IS NULL
    ORDER BY since DESC, record_id LIMIT 200
"""
_SHOWN_TO_STRANGERS = """
    SELECT e.report_id, e.answered_at, e.outcome, e.shown FROM evidence AS e JOIN report_register AS r USING (report_id)
    WHERE r.person_id = ANY (ARRAY(SELECT people_of(%(person)s)))
    ORDER BY e.answered_at DESC, e.evidence_id DESC LIMIT 500
"""
# Reports of whoever said since that the record is not theirs; of those merged into that person too
_VOID = """
    SELECT r.report_id FROM disowned_record d CROSS JOIN LATERAL people_of(d.person_id) AS p
    JOIN report_register r ON r.person_id = p AND r.status_id = d.status_id
        AND (d.kind = 'status' OR r.record_id = d.record_id)
    WHERE r.state <> 'revoked' ORDER BY 1 LIMIT 100
"""
# Reports that the survivor of a merge asked for, on what turned out at the split to be the other's record
_STRAYED = """
    SELECT r.report_id, m.other_person_id, r.version FROM person_merge m
    JOIN report_register r ON r.person_id = m.person_id
    JOIN status_sheet s ON s.status_id = r.status_id AND s.person_id = m.other_person_id
    WHERE m.split_on IS NOT NULL ORDER BY 1 LIMIT 100
"""
_UNISSUED = """
    SELECT r.report_id FROM report_register r LEFT JOIN status_sheet s USING (status_id)
    WHERE r.state = 'requested' AND s.disputed_on IS NULL AND r.report_id <> ALL(%(but)s::uuid[]) ORDER BY 1 LIMIT 100
"""
_BY_CODE = ("report_id", "kind", "record_id", "state", "issued_on", "valid_until", "record")
_DAYS = ("entry_date", "expected_graduation_date", "graduation_date", "issue_date", "effective_date")
_record: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])
_SHOWN = (
    "report_id", "kind", "record_id", "status_id", "school_name", "language", "requested_on", "issued_on",
    "valid_until", "times_verified", "last_verified_at", "version",
)  # fmt: skip


class VerificationQueries:
    """Reports as their owner sees them, and the queues that the worker and the operators work through."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self.store = store
        self._keyring = keyring

    def get_report(self, *, report_id: UUID, after_version: int, by: By) -> Answer:
        """One own report."""
        return _shown(self._own(report_id, after_version, by), shanghai_date(by.recorded_at))

    def list_reports(self, *, by: By) -> Answer:
        """The reports of the student who asks, newest first."""
        mine = "WHERE r.person_id = ANY (ARRAY(SELECT people_of(%(person)s)))"
        rows = self._all(f"{_REPORTS} {mine} ORDER BY r.report_id DESC LIMIT 200", _person(by))
        return {"reports": [_shown(row, shanghai_date(by.recorded_at)) for row in rows]}

    def list_my_verifications(self, *, by: By) -> Answer:
        """When strangers were shown reports of the student who asks: the rows of evidence, nothing beside them."""
        return {"verifications": self._all(_SHOWN_TO_STRANGERS, _person(by))}

    def get_report_pdf(self, *, report_id: UUID, after_version: int, by: By) -> Answer:
        """Where the sealed document lies, and its key."""
        row = self._own(report_id, after_version, by)
        if row["state"] == "revoked":
            raise ReportRevoked
        if row["document_digest"] is None:
            raise NotIssuedYet
        return {
            "digest": row["document_digest"],
            "key": self._keyring.open(row["sealed_document_key"], f"report:{report_id}"),
            "filename": f"report-{row['issued_on'].isoformat()}-{str(report_id)[-4:]}.pdf",
        }

    def list_reportable_records(self, *, by: By) -> Answer:
        """What the student who asks may have reports on; an award not in effect is not among them (A18-2)."""
        return {"records": self._all(_REPORTABLE, {**_person(by), "today": shanghai_date(by.recorded_at)})}

    def list_waiting_reports(self, *, by: By) -> Answer:
        """The documents that wait, oldest first, for operators."""
        require(by.actor, "replay_parked", Resource("report"))
        rows = self._all("SELECT * FROM report_register WHERE state = 'requested' ORDER BY report_id LIMIT 200", {})
        return {"reports": [self._waiting(row) for row in rows]}

    def unissued(self, but: Iterable[UUID] = ()) -> list[UUID]:
        """Reports asked for and not issued, oldest first; what is disputed waits for nobody's hand here."""
        return [row["report_id"] for row in self._all(_UNISSUED, {"but": [str(each) for each in but]})]

    def void(self) -> list[UUID]:
        """Reports on records that their holders disowned, not yet marked."""
        return [row["report_id"] for row in self._all(_VOID, {})]

    def strayed(self) -> list[tuple[UUID, UUID, int]]:
        """Reports that are another person's since a merge was split: report, person, version."""
        return [tuple(row.values()) for row in self._all(_STRAYED, {})]

    def over(self, today: date) -> list[tuple[UUID, date]]:
        """Running reports whose last day is past."""
        rows = self._all(
            "SELECT report_id, valid_until FROM report_register"
            " WHERE state = 'issued' AND valid_until < %(today)s ORDER BY valid_until LIMIT 100",
            {"today": today},
        )
        return [(row["report_id"], row["valid_until"]) for row in rows]

    def _waiting(self, row: Answer) -> Answer:
        sealed = row["sealed_detail"]
        return {
            **{name: row[name] for name in ("report_id", "kind", "requested_on")},
            "delay": delay_of(row["delayed_by"]),
            "detail": self._keyring.open(sealed, f"delay:{row['report_id']}") if sealed else "",
        }

    def _own(self, report_id: UUID, after_version: int, by: By) -> Answer:
        if after_version:
            wait_for(self.store, report_id, after_version)
        mine = "WHERE r.report_id = %(report)s AND r.person_id IN (SELECT people_of(%(person)s))"
        rows = self._all(f"{_REPORTS} {mine}", {**_person(by), "report": str(report_id)})
        if not rows:
            raise ReportNotFound(kind="report")
        return rows[0]

    def _all(self, query: str, values: dict[str, Any]) -> list[Answer]:
        with self.store.reading() as cursor:
            cursor.execute(query, values)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _person(by: By) -> dict[str, Any]:
    require(by.actor, "read_own_records", Resource("report", person=by.sub))
    return {"person": by.sub}


def _shown(row: Answer, today: date) -> Answer:
    """A report as its owner reads it; the date decides whether it is over, not the clerk who marks it."""
    said = outcome(row["state"], row["valid_until"], today)
    running = row["state"] in ("issued", "expired")
    return {
        **{name: row[name] for name in _SHOWN},
        "state": "expired" if said == "expired" else row["state"],
        "may_extend_from": add_months(row["valid_until"], -1) if running else None,
        "delay": delay_of(row["delayed_by"]),
    }


def delay_of(reason: str | None) -> Answer | None:
    """Why a document waits, in words."""
    if reason is None:
        return None
    zh, en = DELAYS[reason]
    return {"code": reason, "zh": zh, "en": en, "rule": RULES_OF_DELAYS.get(reason)}


def found_by_code(cursor: Any, code_key: str, today: date) -> Answer | None:
    """The report of a code with its record, for the public route; None for what is not to be known (A18-2)."""
    cursor.execute("SELECT * FROM report_by_code(%s)", (code_key,))
    row = cursor.fetchone()
    if row is None or row[6] is None:
        return None
    record = _record.decode(row[6])
    for name in _DAYS:
        if record.get(name):
            record[name] = date.fromisoformat(record[name])
    if row[1] == "qualification" and not in_effect(record["effective_date"], today):
        return None
    return dict(zip(_BY_CODE, (*row[:6], record), strict=True))
