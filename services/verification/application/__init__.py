"""The use cases of verification: issue reports, close, extend, expire and revoke them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

from services.verification.application.heard import Hearing
from services.verification.domain.particulars import RULES_OF_DELAYS, NotPrintable, Sheet, particulars
from services.verification.domain.person_merge import MERGED_PERSON, PersonMerge
from services.verification.domain.qualification_record import QualificationRecord
from services.verification.domain.report import Report
from services.verification.domain.rules import (
    KIND_LETTERS,
    QualificationStanding,
    ReportNotFound,
    StatusStanding,
    may_report,
)
from services.verification.domain.status_record import StatusRecord
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.blobs.port import BlobDamaged, BlobMissing, Blobs
from shared.blobs.sealed import open_file, seal_file
from shared.codes.clock import Clock, shanghai_date
from shared.codes.report_codes import new_report_code
from shared.eventstore.application import Answer, ChangedMeanwhile, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import CannotOpen, Keyring
from shared.eventstore.store import Store

# Ids of what happens by date: the same report on the same day is the same command, whoever runs it.
BY_DATE: Final = UUID("6f1f2c5e-0c0a-5d8e-9a53-7b1d6a0f9e11")


class Press(Protocol):
    """What prints reports, and finds the code again in what it printed."""

    def print(self, sheet: Sheet) -> bytes: ...
    def code_in(self, document: bytes) -> str: ...


Heavy = Callable[[Callable[[], bytes]], bytes]


def run_here(work: Callable[[], bytes]) -> bytes:
    """CPU-heavy work in the thread that asks; an edge with green threads hands in its pool instead."""
    return work()


class Verification(Hearing):
    """Which reports exist, whose they are, and how long strangers may check them."""

    def __init__(
        self, store: Store, clock: Clock, keyring: Keyring, blobs: Blobs, press: Press, heavy: Heavy = run_here
    ) -> None:
        super().__init__(store, clock)
        self.keyring = keyring
        self._blobs = blobs
        self._press = press
        self._heavy = heavy

    # --- asking for a report ---

    def request_report(
        self, *, command_id: UUID, kind: str, record_id: UUID, language: str, months: int, by: By
    ) -> Answer:
        """Take the request down, then issue; asked again with the same id it finishes what was begun."""
        asked = self._take_down(
            command_id=command_id, kind=kind, record_id=record_id, language=language, months=months, by=by
        )
        context = Context.of(by, rules=("A21-1", "A1-1"), causation_id=str(command_id)).with_(command_id=None)
        report = self.finish_report(report_id=UUID(asked["id"]), by=context)
        return {
            "id": report.id,
            "version": report.version,
            "state": report.standing.state,
            "code": self._code_of(report),
            "valid_until": report.standing.valid_until,
            "delayed_by": report.delayed_by,
        }

    @command
    def _take_down(self, *, command_id: UUID, kind: str, record_id: UUID, language: str, months: int, by: By) -> Answer:
        status_id, status, qualification = self._record(kind, record_id)
        holder = str(status.holder) if status and status.holder else None
        require(by.actor, "request_report", Resource("report", person=holder))
        today = shanghai_date(by.recorded_at)
        may_report(status, qualification, today)
        report = Report.request(
            kind=kind,
            record_id=record_id,
            status_id=status_id,
            person_id=UUID(holder),
            language=language,
            months=months,
            on=today,
        )
        return self.save(report, by=Context.of(by, rules=("A21-1",)))

    def _record(self, kind: str, record_id: UUID) -> tuple[UUID, StatusStanding | None, QualificationStanding | None]:
        qualification, status_id = None, record_id
        if kind == "qualification":
            qualification = self._standing(QualificationRecord, record_id) or QualificationStanding()
            status_id = qualification.status_id or record_id
        return status_id, self._standing(StatusRecord, status_id), qualification

    def _standing(self, kind: type[Any], record_id: UUID) -> Any:
        found = self.standings(kind, [record_id]).get(record_id)
        return found[1] if found else None

    def finish_report(self, *, report_id: UUID, by: Context) -> Report:
        """Make the document of a requested report; two at once harm nothing, for one of them is saved."""
        report = self.get(Report, report_id)
        if report.standing.issued:
            return report
        today = shanghai_date(self.clock.now())
        try:
            self._must_be_somebodys(report)
            self._issue(report, today)
        except (NotPrintable, BlobDamaged, CannotOpen, OSError) as trouble:
            # Whatever is wrong with this one report must not stop the worker that finishes all of them.
            reason, detail = _why(trouble)
            report.delay(reason=reason, sealed_detail=self.keyring.seal(detail, f"delay:{report_id}"), on=today)
        if not report.pending_events:
            return report
        rule = RULES_OF_DELAYS.get(report.delayed_by or "")
        try:
            self.save(report, by=by.with_(rules=(rule,)) if rule else by)
        except ChangedMeanwhile:
            # Somebody else was first. Their code counts; our document stays among the blobs and opens for nobody.
            return self.get(Report, report_id)
        return report

    def _must_be_somebodys(self, report: Report) -> None:
        """While it is disputed whose a record is, no new report is made of it; of what was disowned none at all."""
        _, status, qualification = self._record(report.kind, report.record_id)
        gone = status is None or status.holder is None or (qualification is not None and qualification.disowned)
        if gone or (status is not None and status.disputed):
            raise NotPrintable("RECORD_DISPUTED")

    def _issue(self, report: Report, today: date) -> None:
        source = self._source(report)
        record = source.record
        sheet = Sheet(
            kind=report.kind,
            language=report.language,
            particulars=particulars(
                report.kind, record, self.keyring.open_person(record["sealed_person"], record["id_key"])
            ),
            photo=self._photo(report.kind, record.get("photo_digest")),
            code=new_report_code(KIND_LETTERS[report.kind]),
            issued_on=today,
            valid_until=report.last_day_if_issued(today),
        )
        sealed, key = seal_file(self._heavy(lambda: self._press.print(sheet)))
        report.issue(
            record_version=source.version,
            code_key=self.keyring.code_key(sheet.code),
            document_digest=self._blobs.put(sealed),
            sealed_document_key=self.keyring.seal(key, f"report:{report.id}"),
            on=today,
        )

    def _source(self, report: Report) -> StatusRecord | QualificationRecord:
        if report.kind == "status":
            return self.get(StatusRecord, report.record_id)
        return self.get(QualificationRecord, report.record_id)

    def _photo(self, kind: str, digest: str | None) -> bytes | None:
        if digest is None and kind == "status":
            return None  # freshmen have none yet
        try:
            return self._blobs.read(digest or "")
        except BlobMissing:
            raise NotPrintable("PHOTO_MISSING") from None

    def _code_of(self, report: Report) -> str | None:
        """The code, read from the document: nothing else keeps it."""
        if report.document_digest is None or report.sealed_document_key is None:
            return None
        key = self.keyring.open(report.sealed_document_key, f"report:{report.id}")
        return self._press.code_in(open_file(self._blobs.read(report.document_digest), key))

    # --- what its owner does with a report ---

    @command
    def close_report(self, *, command_id: UUID, report_id: UUID, by: By) -> Answer:
        """End online verification."""
        report = self._own(report_id, "close_report", by)
        report.close(on=shanghai_date(by.recorded_at))
        return self.save(report, by=Context.of(by, rules=("A21-1",)))

    @command
    def reopen_report(self, *, command_id: UUID, report_id: UUID, by: By) -> Answer:
        """Allow online verification again."""
        report = self._own(report_id, "close_report", by)
        report.reopen(on=shanghai_date(by.recorded_at))
        return self.save(report, by=Context.of(by, rules=("A21-1",)))

    @command
    def extend_report(self, *, command_id: UUID, report_id: UUID, months: int, by: By) -> Answer:
        """Move the last day; the code stays the same."""
        report = self._own(report_id, "extend_report", by)
        report.extend(months, on=shanghai_date(by.recorded_at))
        answer = {"id": report.id, "version": report.version, "valid_until": report.standing.valid_until}
        return self.save(report, by=Context.of(by, rules=("A21-1",)), answer=answer)

    def _own(self, report_id: UUID, action: str, by: By) -> Report:
        require(by.actor, action, Resource("report", person=by.sub))
        report = self.find(Report, report_id)
        if report is None or by.sub not in self._speakers_for(report.standing.person_id):
            raise ReportNotFound(kind="report")
        return report

    def _speakers_for(self, person_id: UUID) -> set[str]:
        """A person, and whoever speaks for that person since accounts were merged (AC-19)."""
        asked, found = str(person_id), {str(person_id)}
        while link := self.owning(PersonMerge, MERGED_PERSON, [asked]).get(asked):
            asked = str(link[2].person_id)
            if asked in found:
                break
            found.add(asked)
        return found

    # --- what happens by date ---

    def due(
        self,
        now: datetime,
        *,
        unissued: Iterable[UUID],
        over: Iterable[tuple[UUID, date]],
        void: Iterable[UUID] = (),
        strayed: Iterable[tuple[UUID, UUID, int]] = (),
    ) -> int:
        """Finish what was begun, mark what is over or void, give back what is another's; answers how many moved."""
        moved = 0
        for report_id in void:
            command_id = uuid5(BY_DATE, f"{report_id} void")
            context = Context.system("revoke_report", now, command_id=command_id, rules=("X-REPORT-7", "A11-2"))
            moved += bool(self.revoke_report(command_id=command_id, report_id=report_id, by=context))
        for report_id, person_id, version in strayed:
            command_id = uuid5(BY_DATE, f"{report_id} {version} to {person_id}")
            context = Context.system("hand_over_report", now, command_id=command_id, rules=("AC-19",))
            moved += bool(
                self.hand_over_report(command_id=command_id, report_id=report_id, person_id=person_id, by=context)
            )
        for report_id in unissued:
            report = self.finish_report(report_id=report_id, by=Context.system("finish_report", now, rules=("A21-1",)))
            moved += report.standing.issued
        for report_id, valid_until in over:
            command_id = uuid5(BY_DATE, f"{report_id} {valid_until}")
            context = Context.system("expire_report", now, command_id=command_id, rules=("X-REPORT-3",))
            moved += bool(self.expire_report(command_id=command_id, report_id=report_id, by=context))
        return moved

    @command
    def expire_report(self, *, command_id: UUID, report_id: UUID, by: Context) -> Answer:
        """Mark a report whose last day is past."""
        report = self.get(Report, report_id)
        report.expire(on=shanghai_date(by.recorded_at))
        return self.save(report, by=by) if report.pending_events else {}

    @command
    def revoke_report(self, *, command_id: UUID, report_id: UUID, by: Context) -> Answer:
        """Void a report whose record its holder disowned."""
        report = self.get(Report, report_id)
        report.revoke(on=shanghai_date(by.recorded_at))
        return self.save(report, by=by) if report.pending_events else {}

    @command
    def hand_over_report(self, *, command_id: UUID, report_id: UUID, person_id: UUID, by: Context) -> Answer:
        """After a split, give a report to the person whose record it is about."""
        report = self.get(Report, report_id)
        report.hand_over(person_id, on=shanghai_date(by.recorded_at))
        return self.save(report, by=by) if report.pending_events else {}


def _why(trouble: Exception) -> tuple[str, str]:
    if isinstance(trouble, NotPrintable):
        return trouble.reason, trouble.detail
    if isinstance(trouble, BlobDamaged):
        return "PHOTO_UNREADABLE", ""
    return ("RECORD_SEALED" if isinstance(trouble, CannotOpen) else "FILES_UNAVAILABLE"), type(trouble).__name__
