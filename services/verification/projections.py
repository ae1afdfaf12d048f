"""Facts to rows: the only writer of verification's read tables."""

from typing import Any, ClassVar

from services.verification.domain.person_merge import PersonMerge
from services.verification.domain.qualification_record import QualificationRecord
from services.verification.domain.report import Report
from services.verification.domain.rules import state_after_year
from services.verification.domain.status_record import StatusRecord
from shared.eventstore.facts import codec_of
from shared.eventstore.projection import Projection, Row, on

_REGISTRATION = codec_of(StatusRecord.Registered).names
_AWARD = codec_of(QualificationRecord.Issued).names
_CORRECTED = codec_of(StatusRecord.Corrected).names


class StatusSheet(Projection):
    """What a report on a student status shows, as it is now, and whose it is."""

    table: ClassVar[str] = "status_sheet"
    key: ClassVar[tuple[str, ...]] = ("status_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "status_id", *_REGISTRATION, "last_year", "last_result", "state", "ended_on", "illegal_entry",
        "continues_at", "contested", "disputed_on", "conclusion", "photo_digest", "person_id", "version",
    )  # fmt: skip

    @on(StatusRecord.Opened)
    def opened(self, row: Row | None, fact: StatusRecord.Opened) -> Row:
        return _moved(row, fact)

    @on(StatusRecord.Registered)
    def registered(self, row: Row | None, fact: StatusRecord.Registered) -> Row:
        return _moved(row, fact, **_picked(fact, _REGISTRATION))

    @on(
        StatusRecord.YearSettled, reads=("last_year", "state"), changes=("last_year", "last_result", "state", "version")
    )
    def year_settled(self, row: Row | None, fact: StatusRecord.YearSettled) -> Row:
        moved = _moved(row, fact)
        if fact.academic_year >= (moved.get("last_year") or 0):
            moved |= {"last_year": fact.academic_year, "last_result": fact.result}
            moved["state"] = state_after_year(moved.get("state"), fact.result)
        return moved

    @on(StatusRecord.Changed)
    def changed(self, row: Row | None, fact: StatusRecord.Changed) -> Row:
        said = _picked(fact, ("major_name", "expected_graduation_date"))
        return _moved(row, fact, state=fact.state, **{name: value for name, value in said.items() if value})

    @on(StatusRecord.Ended)
    def ended(self, row: Row | None, fact: StatusRecord.Ended) -> Row:
        return _moved(
            row, fact, ended_on=fact.effective_on, **_picked(fact, ("state", "illegal_entry", "continues_at"))
        )

    @on(StatusRecord.YearTakenBack)
    def year_taken_back(self, row: Row | None, fact: StatusRecord.YearTakenBack) -> Row:
        return _moved(row, fact, last_year=fact.restored_year, last_result=fact.restored_as, state=fact.state)

    @on(StatusRecord.Corrected)
    def corrected(self, row: Row | None, fact: StatusRecord.Corrected) -> Row:
        return _moved(row, fact, **_picked(fact, _CORRECTED))

    @on(StatusRecord.Contested)
    def contested(self, row: Row | None, fact: StatusRecord.Contested) -> Row:
        settled = {"disputed_on": None} if fact.settled else {}
        return _moved(row, fact, contested=not fact.settled, **settled)

    @on(StatusRecord.Disputed)
    def disputed(self, row: Row | None, fact: StatusRecord.Disputed) -> Row:
        return _moved(row, fact, disputed_on=None if fact.settled else fact.disputed_on)

    @on(StatusRecord.Disowned)
    def disowned(self, row: Row | None, fact: StatusRecord.Disowned) -> Row:
        moved = _moved(row, fact)
        return moved | {"person_id": None} if moved.get("person_id") == fact.person_id else moved

    @on(StatusRecord.PhotoReceived)
    def photo_received(self, row: Row | None, fact: StatusRecord.PhotoReceived) -> Row:
        return _moved(row, fact, photo_digest=fact.photo_digest)

    @on(StatusRecord.Bound)
    def bound(self, row: Row | None, fact: StatusRecord.Bound) -> Row:
        return _moved(row, fact, person_id=fact.person_id)

    @on(StatusRecord.Concluded)
    def concluded(self, row: Row | None, fact: StatusRecord.Concluded) -> Row:
        moved = _moved(row, fact)
        return moved if moved.get("conclusion") == "毕业" else moved | {"conclusion": fact.conclusion}


class QualificationSheet(Projection):
    """What a report on a qualification shows, as it is now."""

    table: ClassVar[str] = "qualification_sheet"
    key: ClassVar[tuple[str, ...]] = ("certificate_id",)
    columns: ClassVar[tuple[str, ...]] = ("certificate_id", *_AWARD, "disowned_on", "version")

    @on(QualificationRecord.Opened)
    def opened(self, row: Row | None, fact: QualificationRecord.Opened) -> Row:
        return _moved(row, fact)

    @on(QualificationRecord.Issued)
    def issued(self, row: Row | None, fact: QualificationRecord.Issued) -> Row:
        return _moved(row, fact, **_picked(fact, _AWARD))

    @on(QualificationRecord.Disowned)
    def disowned(self, row: Row | None, fact: QualificationRecord.Disowned) -> Row:
        return _moved(row, fact, disowned_on=fact.disowned_on)

    @on(QualificationRecord.Reclaimed)
    def reclaimed(self, row: Row | None, fact: QualificationRecord.Reclaimed) -> Row:
        return _moved(row, fact, disowned_on=None)


class DisownedRecord(Projection):
    """Who said of which record that it is not theirs; whoever takes it back stands here no more."""

    table: ClassVar[str] = "disowned_record"
    key: ClassVar[tuple[str, ...]] = ("record_id", "person_id")
    columns: ClassVar[tuple[str, ...]] = ("record_id", "person_id", "kind", "status_id", "disowned_on")

    @on(StatusRecord.Disowned, key=lambda fact: (fact.originator_id, fact.person_id), whole=True)
    def status_disowned(self, row: Row | None, fact: StatusRecord.Disowned) -> Row:
        return {"kind": "status", "status_id": fact.originator_id, "disowned_on": fact.disowned_on} | _who(fact)

    @on(QualificationRecord.Disowned, key=lambda fact: (fact.originator_id, fact.person_id), whole=True)
    def qualification_disowned(self, row: Row | None, fact: QualificationRecord.Disowned) -> Row:
        return {"kind": "qualification", "status_id": fact.status_id, "disowned_on": fact.disowned_on} | _who(fact)

    @on(StatusRecord.Bound, QualificationRecord.Reclaimed, key=lambda fact: (fact.originator_id, fact.person_id))
    def taken_back(self, row: Row | None, fact: StatusRecord.Bound | QualificationRecord.Reclaimed) -> Row | None:
        return None


class MergeTable(Projection):
    """Who speaks for whom, and who did until a split."""

    table: ClassVar[str] = "person_merge"
    key: ClassVar[tuple[str, ...]] = ("other_person_id",)
    columns: ClassVar[tuple[str, ...]] = ("other_person_id", "person_id", "merged_on", "split_on")

    @on(PersonMerge.Heard, key=lambda fact: (fact.other_person_id,))
    def merged(self, row: Row | None, fact: PersonMerge.Heard) -> Row:
        return {"person_id": fact.person_id, "merged_on": fact.merged_on, "split_on": None}

    @on(PersonMerge.SplitHeard, key=lambda fact: (fact.other_person_id,))
    def split(self, row: Row | None, fact: PersonMerge.SplitHeard) -> Row | None:
        return row and {**row, "split_on": fact.split_on}


class ReportRegister(Projection):
    """Every report, its owner, its state and the keyed hash of its code."""

    table: ClassVar[str] = "report_register"
    key: ClassVar[tuple[str, ...]] = ("report_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "report_id", "kind", "record_id", "status_id", "person_id", "language", "state", "requested_on", "issued_on",
        "valid_until", "record_version", "code_key", "document_digest", "sealed_document_key", "delayed_by",
        "sealed_detail", "version",
    )  # fmt: skip

    @on(Report.Requested)
    def requested(self, row: Row | None, fact: Report.Requested) -> Row:
        names = ("kind", "record_id", "status_id", "person_id", "language", "requested_on", "valid_until")
        return _moved(row, fact, state="requested", **_picked(fact, names))

    @on(Report.Delayed)
    def delayed(self, row: Row | None, fact: Report.Delayed) -> Row:
        return _moved(row, fact, delayed_by=fact.reason, sealed_detail=fact.sealed_detail)

    @on(Report.Issued)
    def issued(self, row: Row | None, fact: Report.Issued) -> Row:
        names = (
            "record_version", "code_key", "document_digest", "sealed_document_key", "issued_on", "valid_until",
        )  # fmt: skip
        return _moved(row, fact, state="issued", delayed_by=None, sealed_detail=None, **_picked(fact, names))

    @on(Report.Extended)
    def extended(self, row: Row | None, fact: Report.Extended) -> Row:
        return _moved(row, fact, state="issued", valid_until=fact.valid_until)

    @on(Report.Closed)
    def closed(self, row: Row | None, fact: Report.Closed) -> Row:
        return _moved(row, fact, state="closed")

    @on(Report.Reopened)
    def reopened(self, row: Row | None, fact: Report.Reopened) -> Row:
        return _moved(row, fact, state="issued")

    @on(Report.Expired)
    def expired(self, row: Row | None, fact: Report.Expired) -> Row:
        return _moved(row, fact, state="expired")

    @on(Report.Revoked)
    def revoked(self, row: Row | None, fact: Report.Revoked) -> Row:
        return _moved(row, fact, state="revoked")

    @on(Report.HandedOver)
    def handed_over(self, row: Row | None, fact: Report.HandedOver) -> Row:
        return _moved(row, fact, person_id=fact.person_id)


def _moved(row: Row | None, fact: Any, **changes: Any) -> Row:
    return (row or {}) | changes | {"version": fact.originator_version}


def _picked(fact: Any, names: tuple[str, ...]) -> Row:
    return {name: getattr(fact, name) for name in names}


def _who(fact: Any) -> Row:
    return {"record_id": fact.originator_id, "person_id": fact.person_id}


PROJECTIONS = (StatusSheet(), QualificationSheet(), DisownedRecord(), MergeTable(), ReportRegister())
AGGREGATES = (StatusRecord, QualificationRecord, PersonMerge, Report)
