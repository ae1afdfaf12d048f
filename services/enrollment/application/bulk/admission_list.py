"""A province's admission list, row by row (A7)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.domain.admission import Admission, admission_key
from services.enrollment.domain.rules.lists import DoubleAdmission, EntryYearDiffers
from services.enrollment.domain.rules.standing import AdmissionStanding
from shared.eventstore.bulk import Draft
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.tables import ADMISSION_LIST
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
