"""Facts to rows: the only writer of the read tables of credentials."""

from typing import Any, ClassVar

from services.credentials.domain.certificate import Certificate
from services.credentials.domain.certificate_batch import CertificateBatch
from services.credentials.domain.look import Look
from services.credentials.domain.status_holder import StatusHolder
from services.credentials.domain.student_record import StudentRecord
from shared.eventstore.projection import Projection, Row, on


class CertificateBatchRegister(Projection):
    """Every submitted file of certificates and where it stands."""

    table: ClassVar[str] = "certificate_batch_register"
    key: ClassVar[tuple[str, ...]] = ("batch_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "batch_id", "kind", "state", "filename", "digest", "school_code", "submitted_by", "confirmed_by", "rows",
        "accepted", "refused", "errors_digest", "reason", "version",
    )  # fmt: skip

    @on(CertificateBatch.Submitted)
    def submitted(self, row: Row | None, fact: Any) -> Row:
        return {
            "batch_id": fact.originator_id,
            "kind": fact.kind,
            "state": "submitted",
            "filename": fact.filename,
            "digest": fact.digest,
            "school_code": fact.school_code,
            "submitted_by": fact.submitted_by,
            "confirmed_by": None,
            "rows": None,
            "accepted": 0,
            "refused": 0,
            "errors_digest": None,
            "reason": None,
            "version": fact.originator_version,
        }

    @on(CertificateBatch.Checked)
    def checked(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {"rows": fact.rows, "version": fact.originator_version}

    @on(CertificateBatch.Advanced)
    def advanced(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {"accepted": fact.accepted, "refused": fact.refused, "version": fact.originator_version}

    @on(CertificateBatch.Finished)
    def finished(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {
            "state": "finished",
            "accepted": fact.accepted,
            "refused": fact.refused,
            "errors_digest": fact.errors_digest,
            "version": fact.originator_version,
        }

    @on(CertificateBatch.Refused)
    def refused(self, row: Row | None, fact: Any) -> Row:
        reason = f"{fact.rule}|{fact.zh}|{fact.en}"
        return (row or {}) | {"state": "refused", "reason": reason, "version": fact.originator_version}

    @on(CertificateBatch.Confirmed)
    def confirmed(self, row: Row | None, fact: CertificateBatch.Confirmed) -> Row:
        return (row or {}) | {
            "state": "confirmed",
            "confirmed_by": fact.confirmed_by,
            "version": fact.originator_version,
        }


class CertificateRegister(Projection):
    """Every certificate as it is now; a verifier's view of it is the verification service's."""

    table: ClassVar[str] = "certificate_register"
    key: ClassVar[tuple[str, ...]] = ("certificate_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "certificate_id", "status_id", "batch_id", "number", "id_key", "sealed_person", "school_code", "school_name",
        "level", "major_name", "study_form", "conclusion", "graduation_date", "issue_date", "president_name", "state",
        "photo_digest", "effective_date", "disowned_on", "withheld", "version",
    )  # fmt: skip

    @on(Certificate.Drafted)
    def drafted(self, row: Row | None, fact: Certificate.Drafted) -> Row:
        return {
            "certificate_id": fact.originator_id,
            "status_id": fact.status_id,
            "batch_id": fact.batch_id,
            "number": fact.number,
            "id_key": fact.id_key,
            "sealed_person": fact.sealed_person,
            "school_code": fact.school_code,
            "school_name": fact.school_name,
            "level": fact.level,
            "major_name": fact.major_name,
            "study_form": fact.study_form,
            "conclusion": fact.conclusion,
            "graduation_date": fact.graduation_date,
            "issue_date": fact.issue_date,
            "president_name": fact.president_name,
            "state": "complete" if fact.photo_id else "incomplete",
            "photo_digest": fact.photo_digest,
            "effective_date": None,
            "disowned_on": None,
            "withheld": None,
            "version": fact.originator_version,
        }

    @on(Certificate.Completed)
    def completed(self, row: Row | None, fact: Certificate.Completed) -> Row:
        return (row or {}) | {
            "state": "complete",
            "photo_digest": fact.photo_digest,
            "version": fact.originator_version,
        }

    @on(Certificate.Registered)
    def registered(self, row: Row | None, fact: Certificate.Registered) -> Row:
        return (row or {}) | {"state": "registered", "version": fact.originator_version}

    @on(Certificate.Published)
    def published(self, row: Row | None, fact: Certificate.Published) -> Row:
        return (row or {}) | {
            "state": "published",
            "effective_date": fact.effective_date,
            "version": fact.originator_version,
        }

    @on(Certificate.Withheld)
    def withheld(self, row: Row | None, fact: Certificate.Withheld) -> Row:
        return (row or {}) | {"withheld": fact.doubt, "version": fact.originator_version}

    @on(Certificate.Resumed)
    def resumed(self, row: Row | None, fact: Certificate.Resumed) -> Row:
        return (row or {}) | {"withheld": None, "version": fact.originator_version}

    @on(Certificate.Disowned)
    def disowned(self, row: Row | None, fact: Certificate.Disowned) -> Row:
        return (row or {}) | {"disowned_on": fact.disowned_on, "version": fact.originator_version}

    @on(Certificate.Reclaimed)
    def reclaimed(self, row: Row | None, fact: Certificate.Reclaimed) -> Row:
        return (row or {}) | {"disowned_on": None, "version": fact.originator_version}


class HolderRegister(Projection):
    """The person of each status, as identity told it (A21-1)."""

    table = "status_holder"
    key = ("status_id",)
    columns = ("person_id", "bound_on")

    @on(StatusHolder.Heard, StatusHolder.HeardAnew, key=lambda fact: (fact.status_id,))
    def heard(self, row: Row | None, fact: Any) -> Row:
        return {"status_id": fact.status_id, "person_id": fact.person_id, "bound_on": fact.bound_on}

    @on(StatusHolder.Disowned, key=lambda fact: (fact.status_id,))
    def disowned(self, row: Row | None, fact: StatusHolder.Disowned) -> Row | None:
        return None


PROJECTIONS = (CertificateBatchRegister(), CertificateRegister(), HolderRegister())
AGGREGATES = (Certificate, CertificateBatch, Look, StatusHolder, StudentRecord)
