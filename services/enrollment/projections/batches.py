"""The table of submitted files."""

from typing import Any, ClassVar

from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.registration_batch import RegistrationBatch
from shared.eventstore.projection import Projection, Row, on


class BatchRegister(Projection):
    """Every submitted file and where it stands. `done` counts the rows of the step it is at, since `started_at`."""

    table: ClassVar[str] = "batch_register"
    key: ClassVar[tuple[str, ...]] = ("batch_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "batch_id", "kind", "state", "filename", "digest", "province", "school_code", "submitted_by", "rows",
        "accepted", "refused", "errors_digest", "reason", "version", "plan_first", "done", "unchanged", "changed",
        "undone", "kept", "plan_id", "plan_digest", "expires_at", "mode", "committed_by", "receipts_digest",
        "submitted_at", "started_at", "advanced_at",
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
            **dict.fromkeys(("accepted", "refused", "unchanged", "changed", "undone", "kept", "done"), 0),
            "plan_first": fact.plan_first,
            "submitted_at": _recorded_at(fact),
            "version": fact.originator_version,
        }

    @on(AdmissionBatch.Checked, RegistrationBatch.Checked)
    def checked(self, row: Row | None, fact: Any) -> Row:
        # a file that is taken in directly is "submitted" until it is finished: so it was before there were plans
        state = "planning" if row and row["plan_first"] else "submitted"
        return _moved(row, fact, state=state, rows=fact.rows, started_at=_recorded_at(fact))

    @on(AdmissionBatch.PlanAdvanced, RegistrationBatch.PlanAdvanced)
    def plan_advanced(self, row: Row | None, fact: Any) -> Row:
        done = fact.good + fact.unchanged + fact.refused
        return _moved(row, fact, done=done, advanced_at=_recorded_at(fact))

    @on(AdmissionBatch.Planned, RegistrationBatch.Planned)
    def planned(self, row: Row | None, fact: Any) -> Row:
        plan = {name: getattr(fact, name) for name in ("plan_id", "plan_digest", "expires_at", "errors_digest")}
        return _moved(row, fact, state="planned", done=fact.rows, advanced_at=_recorded_at(fact), **plan)

    @on(AdmissionBatch.CommitAsked, RegistrationBatch.CommitAsked)
    def commit_asked(self, row: Row | None, fact: Any) -> Row:
        begun = {"done": 0, "started_at": _recorded_at(fact), "advanced_at": None, "errors_digest": None}
        return _moved(row, fact, state="running", mode=fact.mode, committed_by=fact.asked_by, **begun)

    @on(AdmissionBatch.PlanLapsed, RegistrationBatch.PlanLapsed)
    def plan_lapsed(self, row: Row | None, fact: Any) -> Row:
        return _moved(row, fact, state="lapsed")

    @on(AdmissionBatch.Advanced, RegistrationBatch.Advanced)
    def advanced(self, row: Row | None, fact: Any) -> Row:
        counts = {name: getattr(fact, name) for name in ("accepted", "refused", "unchanged", "changed")}
        done = fact.accepted + fact.refused + fact.unchanged
        receipts = fact.receipts_digest
        return _moved(row, fact, done=done, receipts_digest=receipts, advanced_at=_recorded_at(fact), **counts)

    @on(AdmissionBatch.Finished, RegistrationBatch.Finished)
    def finished(self, row: Row | None, fact: Any) -> Row:
        counts = {name: getattr(fact, name) for name in ("accepted", "refused", "unchanged", "changed")}
        return _moved(row, fact, state="finished", errors_digest=fact.errors_digest, **counts)

    @on(AdmissionBatch.Refused, RegistrationBatch.Refused)
    def refused(self, row: Row | None, fact: Any) -> Row:
        counts = {"errors_digest": fact.errors_digest, "refused": fact.refused, "changed": fact.changed}
        return _moved(row, fact, state="refused", reason=f"{fact.rule}|{fact.zh}|{fact.en}", **counts)

    @on(AdmissionBatch.UndoAsked, RegistrationBatch.UndoAsked)
    def undo_asked(self, row: Row | None, fact: Any) -> Row:
        begun = {"done": 0, "started_at": _recorded_at(fact), "advanced_at": None, "errors_digest": None}
        return _moved(row, fact, state="undoing", **begun)

    @on(AdmissionBatch.UndoAdvanced, RegistrationBatch.UndoAdvanced)
    def undo_advanced(self, row: Row | None, fact: Any) -> Row:
        counts = {"undone": fact.undone, "kept": fact.kept, "done": fact.undone + fact.kept}
        return _moved(row, fact, advanced_at=_recorded_at(fact), **counts)

    @on(AdmissionBatch.Undone, RegistrationBatch.Undone)
    def undone(self, row: Row | None, fact: Any) -> Row:
        return _moved(row, fact, state="undone", undone=fact.undone, kept=fact.kept, errors_digest=fact.errors_digest)

    @on(AdmissionBatch.Reviewed)
    def reviewed(self, row: Row | None, fact: AdmissionBatch.Reviewed) -> Row:
        return _moved(row, fact, state="reviewed")

    @on(AdmissionBatch.Rechecked)
    def rechecked(self, row: Row | None, fact: AdmissionBatch.Rechecked) -> Row:
        return _moved(row, fact, state="rechecked")

    @on(AdmissionBatch.Released)
    def released(self, row: Row | None, fact: AdmissionBatch.Released) -> Row:
        return _moved(row, fact, state="released")

    @on(AdmissionBatch.Returned)
    def returned(self, row: Row | None, fact: AdmissionBatch.Returned) -> Row:
        return _moved(row, fact, state="returned", reason=f"A7-1|{fact.reason}|{fact.reason}")


def _moved(row: Row | None, fact: Any, **changes: Any) -> Row:
    return {**(row or {}), **changes, "version": fact.originator_version}


def _recorded_at(fact: Any) -> Any:
    return fact.context["recorded_at"]
