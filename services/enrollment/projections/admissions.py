"""The tables of admitted persons and of what is to be corrected in their admissions."""

from typing import Any, ClassVar

from services.enrollment.domain.admission import Admission
from services.enrollment.domain.admission_fix import AdmissionFix
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.projection import Projection, Row, on

_TOLD = (
    "school_code",
    "id_key",
    "name_key",
    "sealed_person",
    "level",
    "major_name",
    "category",
    "study_form",
    "entry_date",
    "admission_type",
    "special_plan",
    "special_kind",
    "preparatory",
    "training_school",
    "joint_partner",
)


_NOTHING_ASKED = {"withdrawal_by": "", "withdrawal_reason": "", "withdrawal_until": None}


class AdmissionRegister(Projection):
    """Every person of a checked admission list, and what became of the right to enter."""

    table: ClassVar[str] = "admission_register"
    key: ClassVar[tuple[str, ...]] = ("admission_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "admission_id", "batch_id", "exam_no", "entry_year", "province", "outcome", "cause", "reported_on",
        "deferred_until", "leave_until", "discharged_on", "withdrawal_by", "withdrawal_reason", "withdrawal_until",
        "prep_recheck", "fix_id", "basis_version", "version", *_TOLD,
    )  # fmt: skip

    @on(Admission.Listed)
    def listed(self, row: Row | None, fact: Admission.Listed) -> Row:
        return {
            "admission_id": fact.originator_id,
            "batch_id": fact.batch_id,
            "exam_no": fact.exam_no,
            "entry_year": fact.entry_date.year,
            "province": fact.province,
            "outcome": "listed",
            "cause": "",
            "reported_on": None,
            "deferred_until": None,
            "leave_until": None,
            "discharged_on": None,
            **_NOTHING_ASKED,
            "prep_recheck": "",
            "fix_id": "",
            "basis_version": 1,
            "version": fact.originator_version,
            **{name: getattr(fact, name) for name in _TOLD},
        }

    @on(Admission.Relisted)
    def relisted(self, row: Row | None, fact: Admission.Relisted) -> Row:
        return _seen(row, fact, batch_id=fact.batch_id, **{name: getattr(fact, name) for name in _TOLD})

    @on(Admission.Corrected)
    def corrected(self, row: Row | None, fact: Admission.Corrected) -> Row:
        told = {name: getattr(fact, name) for name in _TOLD}
        return _seen(row, fact, fix_id="", basis_version=fact.basis_version, **told)

    @on(Admission.FixAsked)
    def fix_asked(self, row: Row | None, fact: Admission.FixAsked) -> Row:
        return _seen(row, fact, fix_id=str(fact.fix_id))

    @on(Admission.FixRefused)
    def fix_refused(self, row: Row | None, fact: Admission.FixRefused) -> Row:
        return _seen(row, fact, fix_id="")

    @on(Admission.Reported)
    def reported(self, row: Row | None, fact: Admission.Reported) -> Row:
        return _seen(row, fact, outcome="reported", reported_on=fact.reported_on)

    @on(Admission.PreparatoryRechecked)
    def preparatory_rechecked(self, row: Row | None, fact: Admission.PreparatoryRechecked) -> Row:
        return _seen(row, fact, prep_recheck=fact.result)

    @on(Admission.EntryDecided)
    def entry_decided(self, row: Row | None, fact: Admission.EntryDecided) -> Row:
        told = {"outcome": fact.outcome, "cause": fact.cause, "deferred_until": fact.until}
        return _seen(row, fact, **told, **_NOTHING_ASKED)

    @on(Admission.DeferralEnded)
    def deferral_ended(self, row: Row | None, fact: Admission.DeferralEnded) -> Row:
        reported_on = fact.ended_on if fact.outcome == "reported" else None
        told = {"outcome": fact.outcome, "cause": fact.cause, "deferred_until": None, "reported_on": reported_on}
        if fact.discharged_on is not None:
            told["discharged_on"] = fact.discharged_on
        return _seen(row, fact, **told, **_NOTHING_ASKED)

    @on(Admission.IntakeMoved)
    def intake_moved(self, row: Row | None, fact: Admission.IntakeMoved) -> Row:
        return _seen(row, fact, entry_year=fact.entry_date.year, entry_date=fact.entry_date)

    @on(Admission.EntryWithdrawn)
    def entry_withdrawn(self, row: Row | None, fact: Admission.EntryWithdrawn) -> Row:
        before = row or {}
        told = {"outcome": fact.restored, "cause": fact.cause, "deferred_until": fact.until}
        told["reported_on"] = before.get("reported_on") if fact.restored == "reported" else None
        told["leave_until"] = fact.leave_until or before.get("leave_until")
        return _seen(row, fact, **told, **_NOTHING_ASKED)

    @on(Admission.LeaveGranted)
    def leave_granted(self, row: Row | None, fact: Admission.LeaveGranted) -> Row:
        return _seen(row, fact, leave_until=fact.until)

    @on(Admission.Discharged)
    def discharged(self, row: Row | None, fact: Admission.Discharged) -> Row:
        return _seen(row, fact, discharged_on=fact.discharged_on, deferred_until=fact.until)

    @on(Admission.WithdrawalAsked)
    def withdrawal_asked(self, row: Row | None, fact: Admission.WithdrawalAsked) -> Row:
        told = {"withdrawal_by": fact.asked_by, "withdrawal_reason": fact.reason, "withdrawal_until": fact.until}
        return _seen(row, fact, **told)

    @on(Admission.WithdrawalRefused)
    def withdrawal_refused(self, row: Row | None, fact: Admission.WithdrawalRefused) -> Row:
        return _seen(row, fact, **_NOTHING_ASKED)

    @on(StudentStatus.Registered, key=lambda fact: (fact.admission_id,))
    def registered(self, row: Row | None, fact: StudentStatus.Registered) -> Row | None:
        # a status of an old register is its own basis and stands in no list
        return row and row | {"outcome": "registered", "cause": ""}

    @on(StudentStatus.RegistrationWithdrawn, key=lambda fact: (fact.admission_id,))
    def registration_withdrawn(self, row: Row | None, fact: StudentStatus.RegistrationWithdrawn) -> Row | None:
        return row and row | {"outcome": "reported" if row["reported_on"] else "listed"}


class AdmissionFixRegister(Projection):
    """Every correction or supplement that a school asked for, and how far it is (A10)."""

    table: ClassVar[str] = "admission_fix_register"
    key: ClassVar[tuple[str, ...]] = ("fix_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "fix_id", "kind", "state", "admission_id", "school_code", "province", "entry_year", "exam_no", "columns",
        "sealed", "reason", "opinion", "decision", "evidence", "requested_on", "proposed_on", "decided_on", "version",
    )  # fmt: skip

    @on(AdmissionFix.Requested)
    def requested(self, row: Row | None, fact: AdmissionFix.Requested) -> Row:
        same = ("kind", "admission_id", "school_code", "province", "entry_year", "exam_no", "sealed", "reason")
        return {
            "fix_id": fact.originator_id,
            "state": "requested",
            **{name: getattr(fact, name) for name in (*same, "requested_on")},
            "columns": ",".join(fact.columns),
            "evidence": ",".join(fact.evidence),
            "opinion": None,
            "decision": None,
            "proposed_on": None,
            "decided_on": None,
            "version": fact.originator_version,
        }

    @on(AdmissionFix.Proposed)
    def proposed(self, row: Row | None, fact: AdmissionFix.Proposed) -> Row:
        told = {"columns": ",".join(fact.columns), "sealed": fact.sealed, "opinion": fact.opinion}
        return _seen(row, fact, state="proposed", proposed_on=fact.proposed_on, **told)

    @on(AdmissionFix.Declined)
    def declined(self, row: Row | None, fact: AdmissionFix.Declined) -> Row:
        return _seen(row, fact, state="declined", decision=fact.reason, decided_on=fact.decided_on)

    @on(AdmissionFix.Applied)
    def applied(self, row: Row | None, fact: AdmissionFix.Applied) -> Row:
        return _seen(row, fact, state="applied", admission_id=fact.admission_id, decided_on=fact.decided_on)

    @on(AdmissionFix.Refused)
    def refused(self, row: Row | None, fact: AdmissionFix.Refused) -> Row:
        return _seen(row, fact, state="refused", decision=fact.reason, decided_on=fact.decided_on)


class RecheckRegister(Projection):
    """The recheck of each registered freshman, the latest where there were several (R41-11)."""

    table: ClassVar[str] = "recheck_register"
    key: ClassVar[tuple[str, ...]] = ("status_id",)
    columns: ClassVar[tuple[str, ...]] = ("status_id", "result", "failed", "rechecked_on", "due_on", "late")

    @on(StudentStatus.Rechecked)
    def rechecked(self, row: Row | None, fact: StudentStatus.Rechecked) -> Row:
        return {
            "status_id": fact.originator_id,
            "result": fact.result,
            "failed": ",".join(item for item, passed in fact.items.items() if not passed),
            "rechecked_on": fact.rechecked_on,
            "due_on": fact.due_on,
            "late": fact.late,
        }

    @on(StudentStatus.RecheckWithdrawn)
    def recheck_withdrawn(self, row: Row | None, fact: StudentStatus.RecheckWithdrawn) -> Row | None:
        if not fact.result:
            return None
        told = {name: getattr(fact, name) for name in ("result", "rechecked_on", "due_on", "late")}
        return (row or {}) | told | {"failed": ",".join(fact.failed)}


def _seen(row: Row | None, fact: Any, **values: Any) -> Row:
    return (row or {}) | values | {"version": fact.originator_version}
