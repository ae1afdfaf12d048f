"""The table of submitted files."""

from typing import Any, ClassVar

from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.registration_batch import RegistrationBatch
from shared.eventstore.projection import Projection, Row, on


class BatchRegister(Projection):
    """Every submitted file and where it stands."""

    table: ClassVar[str] = "batch_register"
    key: ClassVar[tuple[str, ...]] = ("batch_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "batch_id", "kind", "state", "filename", "digest", "province", "school_code", "submitted_by", "rows",
        "accepted", "refused", "errors_digest", "reason", "version",
    )  # fmt: skip

    @on(AdmissionBatch.Submitted, RegistrationBatch.Submitted)
    def submitted(self, row: Row | None, fact: Any) -> Row:
        return {
            "batch_id": fact.originator_id,
            "kind": fact.kind,
            "state": "submitted",
            "filename": fact.filename,
            "digest": fact.digest,
            "province": fact.province,
            "school_code": fact.school_code,
            "submitted_by": fact.submitted_by,
            "rows": None,
            "accepted": 0,
            "refused": 0,
            "errors_digest": None,
            "reason": None,
            "version": fact.originator_version,
        }

    @on(AdmissionBatch.Checked, RegistrationBatch.Checked)
    def checked(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {"rows": fact.rows, "version": fact.originator_version}

    @on(AdmissionBatch.Advanced, RegistrationBatch.Advanced)
    def advanced(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {"accepted": fact.accepted, "refused": fact.refused, "version": fact.originator_version}

    @on(AdmissionBatch.Finished, RegistrationBatch.Finished)
    def finished(self, row: Row | None, fact: Any) -> Row:
        return (row or {}) | {
            "state": "finished",
            "accepted": fact.accepted,
            "refused": fact.refused,
            "errors_digest": fact.errors_digest,
            "version": fact.originator_version,
        }

    @on(AdmissionBatch.Refused, RegistrationBatch.Refused)
    def refused(self, row: Row | None, fact: Any) -> Row:
        reason = f"{fact.rule}|{fact.zh}|{fact.en}"
        return (row or {}) | {"state": "refused", "reason": reason, "version": fact.originator_version}

    @on(AdmissionBatch.Reviewed)
    def reviewed(self, row: Row | None, fact: AdmissionBatch.Reviewed) -> Row:
        return (row or {}) | {"state": "reviewed", "version": fact.originator_version}

    @on(AdmissionBatch.Released)
    def released(self, row: Row | None, fact: AdmissionBatch.Released) -> Row:
        return (row or {}) | {"state": "released", "version": fact.originator_version}

    @on(AdmissionBatch.Returned)
    def returned(self, row: Row | None, fact: AdmissionBatch.Returned) -> Row:
        reason = f"A7-1|{fact.reason}|{fact.reason}"
        return (row or {}) | {"state": "returned", "reason": reason, "version": fact.originator_version}
