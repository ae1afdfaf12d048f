"""Facts to public messages; what does not stand here stays in enrollment."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from services.enrollment.domain.cancellation import Cancellation
from services.enrollment.domain.look import Look
from services.enrollment.domain.recheck_term import RecheckTerm
from services.enrollment.domain.rules.standing import CANCELLATIONS, CONCLUSIONS
from services.enrollment.domain.school import School
from services.enrollment.domain.student_status import StudentStatus
from shared.bus.publishing import tells
from shared.codes.schools import province_of
from shared.contracts.contract import PublicFact
from shared.contracts.events.enrollment import EnrollmentAnnualRegisteredV1, StudentRegisteredV1
from shared.contracts.events.enrollment_looks import StudentRecordsViewedV1
from shared.contracts.events.enrollment_status import (
    AnnualRegistrationOverdueV1,
    AnnualRegistrationWithdrawnV1,
    CancellationOverdueV1,
    RechecksOverdueV1,
    StatusContestedV1,
    StudentCorrectedV1,
    StudentStatusChangedV1,
    StudentStatusEndedV1,
)
from shared.eventstore.log import FactRecord
from shared.eventstore.looking import told_of

Told = tuple[type[PublicFact], dict[str, Any]]

_REGISTERED = (
    "admission_id",
    "id_key",
    "name_key",
    "sealed_person",
    "exam_no",
    "student_no",
    "school_code",
    "school_name",
    "level",
    "category",
    "study_form",
    "full_time",
    "major_code",
    "major_name",
    "duration",
    "entry_date",
    "expected_graduation_date",
    "admission_type",
)
_YEAR = ("academic_year", "registered_on", "due_on", "late", "changes", "annotations")
_CHANGE = ("kind", "state", "effective_on", "grade", "major_code", "major_name", "expected_graduation_date")
_CORRECTED = (
    "case_id",
    "identity_version",
    "old_id_key",
    "id_key",
    "name_key",
    "sealed_person",
    "level",
    "study_form",
    "full_time",
    "major_code",
    "major_name",
    "duration",
)
_AWAY = {"on_leave": "休学", "reserved": "保留学籍"}
_ENDINGS = {state: word for word, state in (CANCELLATIONS | CONCLUSIONS).items()} | {"transferred_out": "转学"}


@tells(
    StudentStatus.Registered,
    StudentStatus.YearRegistered,
    StudentStatus.YearDeferred,
    StudentStatus.YearWithdrawn,
    StudentStatus.Changed,
    StudentStatus.ChangeWithdrawn,
    StudentStatus.Corrected,
    StudentStatus.Cancelled,
    StudentStatus.TransferredOut,
    StudentStatus.RegistrationWithdrawn,
    StudentStatus.Contested,
    StudentStatus.ContestSettled,
    School.AnnualRegistrationOverdue,
    School.YearUndeclared,
    RecheckTerm.Overdue,
    Cancellation.Overdue,
    Look.Taken,
)
def publish(record: FactRecord) -> Iterator[Told]:
    """The public facts that one own fact amounts to."""
    fact = record.fact
    if isinstance(fact, Look.Taken):
        named = ("record_id", "id_key", "name_key")
        admissions = [dict(zip(named, each, strict=True)) for each in fact.whose]
        yield StudentRecordsViewedV1, told_of(record) | {"admissions": admissions}
        return
    if isinstance(fact, School.AnnualRegistrationOverdue | School.YearUndeclared):
        yield _overdue(fact)
        return
    if isinstance(fact, RecheckTerm.Overdue):
        yield _rechecks_overdue(fact)
        return
    if isinstance(fact, Cancellation.Overdue):
        yield _cancellation_overdue(fact, record.originator_id)
        return
    about = {"status_id": record.originator_id}
    yield _TELLS[type(fact)](fact, about)
    if isinstance(fact, StudentStatus.Registered):
        if fact.closed_on is not None:
            yield _long_closed(fact, about)
        elif fact.state in _AWAY:
            yield _away_already(fact, about)


def _registered(fact: StudentStatus.Registered, about: dict[str, Any]) -> Told:
    return StudentRegisteredV1, about | _picked(fact, _REGISTERED)


def _year_registered(fact: StudentStatus.YearRegistered, about: dict[str, Any]) -> Told:
    return EnrollmentAnnualRegisteredV1, about | {"result": "registered"} | _picked(fact, _YEAR)


def _year_deferred(fact: StudentStatus.YearDeferred, about: dict[str, Any]) -> Told:
    return EnrollmentAnnualRegisteredV1, about | {"result": "deferred"} | _picked(fact, _YEAR)


def _year_withdrawn(fact: StudentStatus.YearWithdrawn, about: dict[str, Any]) -> Told:
    told = _picked(fact, ("academic_year", "restored_year", "restored_as"))
    return AnnualRegistrationWithdrawnV1, about | told | {"state": fact.restored_state}


def _changed(fact: StudentStatus.Changed, about: dict[str, Any]) -> Told:
    return StudentStatusChangedV1, about | {"withdrawn": False} | _picked(fact, _CHANGE)


def _change_withdrawn(fact: StudentStatus.ChangeWithdrawn, about: dict[str, Any]) -> Told:
    return StudentStatusChangedV1, about | {"withdrawn": True} | _picked(fact, _CHANGE)


def _corrected(fact: StudentStatus.Corrected, about: dict[str, Any]) -> Told:
    return StudentCorrectedV1, about | {"fields_changed": list(fact.fields)} | _picked(fact, _CORRECTED)


def _cancelled(fact: StudentStatus.Cancelled, about: dict[str, Any]) -> Told:
    told = _picked(fact, ("id_key", "kind", "effective_on", "illegal_entry"))
    return StudentStatusEndedV1, about | told | {"state": CANCELLATIONS[fact.kind], "continues_at": None}


def _transferred(fact: StudentStatus.TransferredOut, about: dict[str, Any]) -> Told:
    told = {"kind": "转学", "state": "transferred_out", "illegal_entry": False, "continues_at": fact.to_school_code}
    return StudentStatusEndedV1, about | told | _picked(fact, ("id_key", "effective_on"))


def _withdrawn(fact: StudentStatus.RegistrationWithdrawn, about: dict[str, Any]) -> Told:
    told = {"kind": "注册撤回", "state": "withdrawn", "illegal_entry": False, "continues_at": None}
    return StudentStatusEndedV1, about | told | _picked(fact, ("id_key", "effective_on"))


def _long_closed(fact: StudentStatus.Registered, about: dict[str, Any]) -> Told:
    told = {"kind": _ENDINGS[fact.state], "state": fact.state, "effective_on": fact.closed_on}
    return StudentStatusEndedV1, about | told | {"id_key": fact.id_key, "illegal_entry": False, "continues_at": None}


def _away_already(fact: StudentStatus.Registered, about: dict[str, Any]) -> Told:
    """An old register may tell of somebody who is away; a status that goes on after a wrong closing too."""
    told = {"kind": _AWAY[fact.state], "withdrawn": False, "state": fact.state}
    unmoved = dict.fromkeys(("grade", "major_code", "major_name", "expected_graduation_date"))
    return StudentStatusChangedV1, about | told | unmoved | {"effective_on": fact.holds_from or fact.entry_date}


def _contested(fact: StudentStatus.Contested, about: dict[str, Any]) -> Told:
    return StatusContestedV1, about | {"settled": False, "keeps": True} | _picked(fact, ("id_key", "case_id"))


def _settled(fact: StudentStatus.ContestSettled, about: dict[str, Any]) -> Told:
    return StatusContestedV1, about | {"settled": True} | _picked(fact, ("id_key", "case_id", "keeps"))


def _overdue(fact: School.AnnualRegistrationOverdue | School.YearUndeclared) -> Told:
    told: dict[str, Any] = {"school_code": fact.school_code, "province": province_of(fact.school_code)}
    told["declared"] = isinstance(fact, School.AnnualRegistrationOverdue)
    return AnnualRegistrationOverdueV1, told | _picked(fact, ("academic_year", "due_on", "found_on", "missing"))


def _rechecks_overdue(fact: RecheckTerm.Overdue) -> Told:
    told = {"school_code": fact.school_code, "province": province_of(fact.school_code)}
    named = ("entry_year", "entry_date", "due_on", "found_on", "missing")
    return RechecksOverdueV1, told | _picked(fact, named)


def _cancellation_overdue(fact: Cancellation.Overdue, cancellation_id: UUID) -> Told:
    told = {"school_code": fact.school_code, "province": province_of(fact.school_code)}
    named = ("kind", "illegal_entry", "due_on", "found_on")
    return CancellationOverdueV1, told | {"cancellation_id": cancellation_id} | _picked(fact, named)


_TELLS: dict[Any, Any] = {
    StudentStatus.Registered: _registered,
    StudentStatus.YearRegistered: _year_registered,
    StudentStatus.YearDeferred: _year_deferred,
    StudentStatus.YearWithdrawn: _year_withdrawn,
    StudentStatus.Changed: _changed,
    StudentStatus.ChangeWithdrawn: _change_withdrawn,
    StudentStatus.Corrected: _corrected,
    StudentStatus.Cancelled: _cancelled,
    StudentStatus.TransferredOut: _transferred,
    StudentStatus.RegistrationWithdrawn: _withdrawn,
    StudentStatus.Contested: _contested,
    StudentStatus.ContestSettled: _settled,
}


def _picked(fact: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}
