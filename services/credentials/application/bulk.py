"""A school's file of certificates, decided chunk by chunk by the same pure rules as one by one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.credentials.application import DRAFT_RULES, Credentials, certificate_values, drafted_standing
from services.credentials.domain.certificate import Certificate
from services.credentials.domain.rules import (
    NoOwnStatus,
    NumberTaken,
    OneCertificatePerStatus,
    StudentRecordStanding,
    may_certify,
)
from services.credentials.domain.student_record import StudentRecord, exam_key
from shared.codes.training import ALL
from shared.eventstore.bulk import Draft
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table
from shared.intake.tables import CERTIFICATES
from shared.rules.refused import Refused

Decided = list[Draft] | Refused
Found = Mapping[str, tuple[UUID, StudentRecordStanding]]


class CertificatesKind:
    """Every good row is a draft; rows without a status, or with a taken number, are refused by name."""

    table: Table = CERTIFICATES
    rules = DRAFT_RULES

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        found = self._records(rows, batch)
        numbers = self.credentials.owners("certificate.number", [row.values["ZSBH"] for row in rows])
        statuses = self.credentials.owners("certificate.status", [str(status_id) for status_id, _ in found.values()])
        seen: set[str] = set()
        decided: list[Decided] = []
        for row in rows:
            number = row.values["ZSBH"]
            if number in numbers or number in seen:
                decided.append(NumberTaken(field="ZSBH"))
                continue
            seen.add(number)
            decided.append(self._drafted(row, found.get(row.values["KSH"]), statuses, batch, batch_id))
        return decided

    def _records(self, rows: Sequence[CheckedRow], batch: Progress) -> Found:
        year = batch.params["entry_year"]
        keys = {f"{exam_key(batch.school_code or '', row.values['KSH'])}|{year}": row.values["KSH"] for row in rows}
        owners = self.credentials.owners("student.exam_no", list(keys))
        standings = self.credentials.standings(StudentRecord, list(owners.values()))
        return {keys[key]: (status_id, standings[status_id][1]) for key, status_id in owners.items()}

    def _drafted(
        self,
        row: CheckedRow,
        found: tuple[UUID, StudentRecordStanding] | None,
        statuses: Mapping[str, UUID],
        batch: Progress,
        batch_id: UUID,
    ) -> Decided:
        if found is None:
            return NoOwnStatus(field="KSH")
        status_id, record = found
        if str(status_id) in statuses:
            return OneCertificatePerStatus(field="KSH")
        values = row.values
        try:
            may_certify(batch.params.get("training", ALL), record.category)
            fact: dict[str, Any] = certificate_values(
                record,
                school_code=batch.school_code or "",
                status_id=status_id,
                batch_id=batch_id,
                drafted_by=batch.submitted_by,
                number=values["ZSBH"],
                graduation_date=values["BYRQ"],
                issue_date=values["BYRQ"],
                conclusion=values["BJYJL"],
                president_name=values["XZXM"],
                printed_number=values.get("YZBH"),
            )
        except Refused as refused:
            return refused
        return [Draft(Certificate, uuid7(), 1, Certificate.Drafted, fact, drafted_standing(fact))]


def kinds(credentials: Credentials) -> dict[str, Any]:
    """What the worker's batch runner may meet, by the kind a batch was submitted as."""
    return {"certificates": CertificatesKind(credentials)}
