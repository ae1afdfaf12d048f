"""Records that were heard as rows, and whose they are."""

from typing import ClassVar, Final

from services.identity.domain.records import QualificationRecord, StudentRecord
from shared.eventstore.projection import Projection, Row, on

_NOT_DISOWNED: Final[Row] = {"disowned_on": None, "sealed_statement": None, "sealed_for": None}


class HeardRecords(Projection):
    """Statuses and qualifications that were heard, by which numbers they are known, and to whom they are bound."""

    table: ClassVar[str] = "heard_records"
    key: ClassVar[tuple[str, ...]] = ("id",)
    columns: ClassVar[tuple[str, ...]] = (
        "id", "kind", "status_id", "id_key", "name_key", "school_code", "school_name", "level", "category",
        "major_name", "since", "year", "number", "other_number", "person_id", "bound_on", "state", "ended_on",
        "contested", "disowned_on", "sealed_statement", "sealed_for",
    )  # fmt: skip

    @on(StudentRecord.Opened)
    def status_opened(self, row: Row | None, fact: StudentRecord.Opened) -> Row:
        return _heard("status", fact) | {
            "since": fact.entry_date,
            "year": fact.entry_date.year,
            "number": fact.student_no,
            "other_number": fact.exam_no,
        }

    @on(StudentRecord.Ended)
    def ended(self, row: Row | None, fact: StudentRecord.Ended) -> Row | None:
        return row and {**row, "state": fact.state, "ended_on": fact.effective_on}

    @on(StudentRecord.Corrected)
    def corrected(self, row: Row | None, fact: StudentRecord.Corrected) -> Row | None:
        return row and {**row, **{name: getattr(fact, name) for name in ("id_key", "name_key", "level", "major_name")}}

    @on(StudentRecord.Contested)
    def contested(self, row: Row | None, fact: StudentRecord.Contested) -> Row | None:
        return row and {**row, "contested": not fact.settled}

    @on(QualificationRecord.Opened)
    def qualification_opened(self, row: Row | None, fact: QualificationRecord.Opened) -> Row:
        return _heard("qualification", fact) | {
            "since": fact.effective_date,
            "year": fact.year or fact.effective_date.year,
            "number": fact.number_key,
            "other_number": fact.printed_number_key,
        }

    @on(StudentRecord.Bound, QualificationRecord.Bound)
    def bound(self, row: Row | None, fact: StudentRecord.Bound | QualificationRecord.Bound) -> Row | None:
        owned = {"person_id": fact.person_id, "bound_on": fact.bound_on}
        return row and {**row, **owned, **_NOT_DISOWNED}

    @on(StudentRecord.Disowned, QualificationRecord.Disowned)
    def disowned(self, row: Row | None, fact: StudentRecord.Disowned | QualificationRecord.Disowned) -> Row | None:
        return row and {
            **row,
            "person_id": None,
            "bound_on": None,
            "disowned_on": fact.disowned_on,
            "sealed_statement": fact.sealed_statement,
            "sealed_for": fact.sealed_for,
        }


def _heard(kind: str, fact: StudentRecord.Opened | QualificationRecord.Opened) -> Row:
    return {
        "id": fact.originator_id,
        "kind": kind,
        "status_id": fact.status_id,
        "id_key": fact.id_key,
        "name_key": fact.name_key,
        "school_code": fact.school_code,
        "school_name": fact.school_name,
        "level": fact.level,
        "category": fact.category,
        "major_name": fact.major_name,
        "person_id": None,
        "bound_on": None,
        "state": None,
        "ended_on": None,
        "contested": False,
        **_NOT_DISOWNED,
    }
