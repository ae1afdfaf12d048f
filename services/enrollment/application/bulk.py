"""The three files of enrollment, decided chunk by chunk by the same pure rules as one by one."""

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.application import FRESHMAN_RULES, YEAR_RULES, Enrollment, standing_of, status_values
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.rules import (
    ENTRY_OUTCOMES,
    YEAR_RESULTS,
    AdmissionStanding,
    DoubleAdmission,
    EntryAlreadyDecided,
    EntryYearDiffers,
    NoAdmissionBasis,
    StatusStanding,
    YearDiffers,
    may_enter,
    may_register,
    may_settle_year,
)
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import add_months, shanghai_date
from shared.eventstore.bulk import Draft
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.tables import ADMISSION_LIST, FRESHMAN_RESULTS
from shared.intake.tables import YEAR_RESULTS as YEAR_RESULTS_TABLE
from shared.rules.refused import Refused

Decided = list[Draft] | Refused

FULL_TIME_FORMS = ("普通全日制", "全日制")
ORDINARY = "普通"


class AdmissionListKind:
    """A province's admission list: every good row is an admission, waiting for the release of the list."""

    table: Table = ADMISSION_LIST
    rules = ("A7-1", "A2-2")

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        keys = [admission_key(row.values["RXRQ"].year, row.values["KSH"]) for row in rows]
        taken = self.enrollment.owners("admission.exam_no", keys)
        entry_year = int(batch.params["entry_year"])
        decided: list[Decided] = []
        for row, key in zip(rows, keys, strict=True):
            if key in taken:
                decided.append(DoubleAdmission(field="KSH"))
            elif row.values["RXRQ"].year != entry_year:
                decided.append(EntryYearDiffers(field="RXRQ", expected=entry_year))
            else:
                decided.append([self._listed(row.values, batch, batch_id)])
        return decided

    def _listed(self, values: Values, batch: Progress, batch_id: UUID) -> Draft:
        basis = self._basis(values, batch_id)
        fact = {"province": batch.province, **vars(basis)}
        del fact["state"]
        return Draft(Admission, uuid7(), 1, Admission.Listed, fact, basis)

    def _basis(self, values: Values, batch_id: UUID) -> AdmissionStanding:
        keyring = self.enrollment.keyring
        id_key = keyring.id_key(values["ZJLX"], values["SFZH"])
        person = {
            "name": values["XM"],
            "id_type": values["ZJLX"],
            "id_number": values["SFZH"],
            "birth_date": values["CSRQ"].isoformat(),
            "sex": values["XB"],
            "ethnicity": values["MZ"],
        }
        entry: date = values["RXRQ"]
        leaving: date = values["YJBYRQ"] or date(entry.year + int(float(values["XZ"])), 7, 1)
        return AdmissionStanding(
            state="listed",
            batch_id=str(batch_id),
            exam_no=values["KSH"],
            school_code=values["YXDM"],
            school_name=values["YXMC"],
            id_key=id_key,
            name_key=keyring.name_key(values["XM"]),
            sealed_person=keyring.seal_person(person, id_key),
            level=values["CC"],
            category=values["XLLB"],
            study_form=values["XXXS"],
            full_time=values["XXXS"] in FULL_TIME_FORMS,
            major_code=values["ZYDM"] or "000000",
            major_name=values["ZYMC"],
            duration=values["XZ"],
            entry_date=entry,
            expected_graduation_date=leaving,
            admission_type=values["LQLX"] or ORDINARY,
            special_plan=(values["LQLX"] or ORDINARY) != ORDINARY,
        )


class FreshmanResultsKind:
    """A school's freshmen: registered, or one of the three other outcomes (A8)."""

    table: Table = FRESHMAN_RESULTS
    rules = FRESHMAN_RULES

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        entry_year = int(batch.params["entry_year"])
        keys = [admission_key(entry_year, row.values["KSH"]) for row in rows]
        admissions = self.enrollment.owning(Admission, "admission.exam_no", keys)
        names = [str(admission_id) for admission_id, _, _ in admissions.values()]
        decided_already = self.enrollment.owners("admission.outcome", names)
        released = {
            batch_id: self.enrollment.is_released(batch_id)
            for batch_id in {standing.batch_id for _, _, standing in admissions.values()}
        }
        taken = {admissions[key][0] for key, name in zip(admissions, names, strict=True) if name in decided_already}
        return [
            self._outcome(row.values, admissions.get(key), released, taken, batch)
            for row, key in zip(rows, keys, strict=True)
        ]

    def _outcome(
        self,
        values: Values,
        found: tuple[UUID, int, AdmissionStanding] | None,
        released: Mapping[str, bool],
        taken: Container[UUID],
        batch: Progress,
    ) -> Decided:
        if found is None:
            return NoAdmissionBasis(field="KSH")
        admission_id, version, basis = found
        try:
            may_enter(basis, released=released[basis.batch_id], school_code=batch.school_code or "")
            if admission_id in taken:
                raise EntryAlreadyDecided(field="KSH", state="registered")
            outcome: Any = ENTRY_OUTCOMES[values["RXJG"]]
            if outcome == "registered":
                may_register(basis, recheck=values["FCJG"] or "")
                fact = status_values(admission_id, basis, values["XH"])
                return [Draft(StudentStatus, uuid7(), 1, StudentStatus.Registered, fact, standing_of(fact))]
        except Refused as refused:
            return refused
        fact = {"outcome": outcome}
        return [Draft(Admission, admission_id, version + 1, Admission.EntryDecided, fact, basis.decided(outcome))]


class YearResultsKind:
    """One academic year of a school: registered or deferred (A12)."""

    table: Table = YEAR_RESULTS_TABLE
    rules = YEAR_RULES

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        keys = [admission_key(int(batch.params["entry_year"]), row.values["KSH"]) for row in rows]
        statuses = self._statuses(keys)
        due_on = add_months(date.fromisoformat(batch.params["starts_on"]), 1)
        today = shanghai_date(self.enrollment.clock.now())
        return [
            self._settled(row.values, statuses.get(key), batch, today, due_on)
            for row, key in zip(rows, keys, strict=True)
        ]

    def _statuses(self, keys: Sequence[str]) -> dict[str, tuple[UUID, int, StatusStanding]]:
        """Status id, version and standing by the key of the admission that the status follows from."""
        owners = self.enrollment.owners("admission.exam_no", keys)
        names = {str(admission_id): key for key, admission_id in owners.items()}
        found = self.enrollment.owning(StudentStatus, "admission.outcome", names)
        return {names[name]: status for name, status in found.items()}

    def _settled(
        self,
        values: Values,
        found: tuple[UUID, int, StatusStanding] | None,
        batch: Progress,
        today: date,
        due_on: date,
    ) -> Decided:
        academic_year = int(batch.params["academic_year"])
        if found is None:
            return NoAdmissionBasis(field="KSH")
        if values["XN"] != academic_year:
            return YearDiffers(field="XN", expected=academic_year)
        status_id, version, standing = found
        result = YEAR_RESULTS[values["ZCJG"]]
        try:
            may_settle_year(standing, school_code=batch.school_code or "", academic_year=academic_year, result=result)
        except Refused as refused:
            return refused
        fact = {"academic_year": academic_year, "registered_on": today, "due_on": due_on, "late": today > due_on}
        kind = StudentStatus.YearRegistered if result == "registered" else StudentStatus.YearDeferred
        return [Draft(StudentStatus, status_id, version + 1, kind, fact, standing.year_settled(academic_year, result))]


def kinds(enrollment: Enrollment) -> dict[str, Any]:
    """What the worker's batch runner may meet, by the kind a batch was submitted as."""
    return {
        "admission_list": AdmissionListKind(enrollment),
        "freshman_results": FreshmanResultsKind(enrollment),
        "year_results": YearResultsKind(enrollment),
    }
