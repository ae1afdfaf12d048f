"""The use cases of verification: hear of records, issue reports, close, extend and expire them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol, cast
from uuid import UUID, uuid5

from eventsourcing.domain import AggregateEvent

from services.verification.domain.particulars import NotPrintable, Sheet, particulars
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
from shared.eventstore.application import Answer, Application, ChangedMeanwhile, Heard, command
from shared.eventstore.bulk import Draft
from shared.eventstore.context import Context
from shared.eventstore.facts import codec_of
from shared.eventstore.privacy import CannotOpen, Keyring
from shared.eventstore.store import Store

Facts = Sequence[dict[str, Any]]
Entry = tuple[type[StatusRecord] | type[QualificationRecord], UUID, type[Any], dict[str, Any]]

# Ids of what happens by date: the same report on the same day is the same command, whoever runs it.
BY_DATE: Final = UUID("6f1f2c5e-0c0a-5d8e-9a53-7b1d6a0f9e11")
DIPLOMAS: Final = frozenset({"graduation_diploma", "completion_diploma", "self_study_diploma"})
_TRIES: Final = 5


class Press(Protocol):
    """What prints reports, and finds the code again in what it printed."""

    def print(self, sheet: Sheet) -> bytes: ...
    def code_in(self, document: bytes) -> str: ...


Heavy = Callable[[Callable[[], bytes]], bytes]


def run_here(work: Callable[[], bytes]) -> bytes:
    """CPU-heavy work in the thread that asks; an edge with green threads hands in its pool instead."""
    return work()


class Verification(Application):
    """Which reports exist, whose they are, and how long strangers may check them."""

    def __init__(
        self, store: Store, clock: Clock, keyring: Keyring, blobs: Blobs, press: Press, heavy: Heavy = run_here
    ) -> None:
        super().__init__(store, clock)
        self.keyring = keyring
        self._blobs = blobs
        self._press = press
        self._heavy = heavy

    # --- hearing: every publisher's fact becomes one of our own ---

    def hear_registrations(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment registered students."""
        self._hear("hear_registrations", heard, [_of_status(fact, StatusRecord.Registered) for fact in facts])

    def hear_years(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment settled academic years."""
        self._hear("hear_years", heard, [_of_status(fact, StatusRecord.YearSettled) for fact in facts])

    def hear_changes(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment recorded changes of statuses."""
        self._hear("hear_changes", heard, [_of_status(fact, StatusRecord.Changed) for fact in facts])

    def hear_endings(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment closed statuses without a certificate."""
        self._hear("hear_endings", heard, [_of_status(fact, StatusRecord.Ended) for fact in facts])

    def hear_years_taken_back(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment took results of academic years back."""
        self._hear("hear_years_taken_back", heard, [_of_status(fact, StatusRecord.YearTakenBack) for fact in facts])

    def hear_corrections(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment corrected what identifies students."""
        self._hear("hear_corrections", heard, [_of_status(fact, StatusRecord.Corrected) for fact in facts])

    def hear_contests(self, facts: Facts, *, heard: Heard) -> None:
        """Enrollment marked statuses contested, or settled it."""
        self._hear("hear_contests", heard, [_of_status(fact, StatusRecord.Contested) for fact in facts])

    def hear_photos(self, facts: Facts, *, heard: Heard) -> None:
        """Imaging approved photos."""
        renamed = [fact | {"photo_digest": fact["digest"]} for fact in facts]
        self._hear("hear_photos", heard, [_of_status(fact, StatusRecord.PhotoReceived) for fact in renamed])

    def hear_bindings(self, facts: Facts, *, heard: Heard) -> None:
        """Identity bound records to persons."""
        self._hear("hear_bindings", heard, [_of_status(fact, StatusRecord.Bound) for fact in facts])

    def hear_awards(self, facts: Facts, *, heard: Heard) -> None:
        """Credentials issued awards: a qualification exists, and a diploma ends the status."""
        half = 250  # each award may open and move two records, and one append holds at most 1,000 facts
        for start in range(0, len(facts), half):
            some = facts[start : start + half]
            first = heard.first + start
            part = Heard(heard.publisher, first, first + len(some) - 1)
            self._hear("hear_awards", part, [entry for fact in some for entry in _award(fact)])

    def _hear(self, use_case: str, heard: Heard, entries: Sequence[Entry]) -> None:
        """Append in bulk; four publishers write to one record, so a collision is decided anew."""
        context = Context.system(use_case, self.clock.now(), causation_id=f"{heard.publisher}-{heard.first}")
        for left in reversed(range(_TRIES)):
            try:
                return self.append(self._drafts(entries), context, heard=heard)
            except ChangedMeanwhile:
                if not left:
                    raise
        return None

    def _drafts(self, entries: Sequence[Entry]) -> list[Draft]:
        known: dict[UUID, tuple[int, Any]] = {}
        for kind in {entry[0] for entry in entries}:
            known |= self.standings(kind, {entry[1] for entry in entries if entry[0] is kind})
        drafts: list[Draft] = []
        for kind, record_id, fact_type, values in entries:
            if record_id not in known:
                known[record_id] = (1, kind.Standing())
                drafts.append(Draft(kind, record_id, 1, kind.Opened, {}, known[record_id][1]))
            version, standing = known[record_id]
            known[record_id] = (version + 1, standing.after(fact_type.__name__, values))
            drafts.append(Draft(kind, record_id, version + 1, fact_type, values, known[record_id][1]))
        return drafts

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
            self._issue(report, today)
        except (NotPrintable, BlobDamaged, CannotOpen, OSError) as trouble:
            # Whatever is wrong with this one report must not stop the worker that finishes all of them.
            reason, detail = _why(trouble)
            report.delay(reason=reason, sealed_detail=self.keyring.seal(detail, f"delay:{report_id}"), on=today)
        if not report.pending_events:
            return report
        try:
            self.save(report, by=by)
        except ChangedMeanwhile:
            # Somebody else was first. Their code counts; our document stays among the blobs and opens for nobody.
            return self.get(Report, report_id)
        return report

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
        if report is None or str(report.standing.person_id) != by.sub:
            raise ReportNotFound(kind="report")
        return report

    # --- what happens by date ---

    def due(self, now: datetime, *, unissued: Iterable[UUID], over: Iterable[tuple[UUID, date]]) -> int:
        """Finish what was begun and mark what is over; answers how many reports moved."""
        moved = 0
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


def _why(trouble: Exception) -> tuple[str, str]:
    if isinstance(trouble, NotPrintable):
        return trouble.reason, trouble.detail
    if isinstance(trouble, BlobDamaged):
        return "PHOTO_UNREADABLE", ""
    return ("RECORD_SEALED" if isinstance(trouble, CannotOpen) else "FILES_UNAVAILABLE"), type(trouble).__name__


def _of_status(fact: dict[str, Any], fact_type: type[Any]) -> Entry:
    """A fact about a status with the fields that our own fact keeps of it."""
    return StatusRecord, fact["status_id"], fact_type, _kept(fact, fact_type)


def _award(fact: dict[str, Any]) -> list[Entry]:
    issued = QualificationRecord.Issued
    entries: list[Entry] = [(QualificationRecord, fact["certificate_id"], issued, _kept(fact, issued))]
    if fact["award_kind"] in DIPLOMAS:
        concluded = fact | {"concluded_on": fact["graduation_date"]}
        entries.append(_of_status(concluded, StatusRecord.Concluded))
    return entries


def _kept(fact: dict[str, Any], fact_type: type[Any]) -> dict[str, Any]:
    names = codec_of(cast("type[AggregateEvent]", fact_type)).names
    return {name: fact[name] for name in names}
