"""The statuses of an old register, row by row: with their own old dates, their origin and their evidence (A28-1)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.objecting import objecting
from services.enrollment.application.clashes import Wanted, is_barred, notices
from services.enrollment.application.listing import NO_MAJOR_CODE, person_of
from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.rules.entry import ORDINARY
from services.enrollment.domain.rules.existing import (
    EVIDENCE,
    STATES,
    ListedInstead,
    ToldOtherwise,
    ToldStatus,
    is_told_alike,
    may_tell_status,
    status_checks,
)
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import EXAM_NO, StudentStatus, first_standing
from shared.codes.clock import shanghai_date
from shared.codes.tables import is_ordinary_full_time
from shared.eventstore.bulk import Draft
from shared.eventstore.ids import uuid7
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow, RowError, Table
from shared.intake.kind import FileKind
from shared.intake.outcome import Unchanged
from shared.intake.tables_existing import EXISTING_STATUSES
from shared.intake.values import text
from shared.rules.refused import Refused

Decided = list[Draft] | Refused
SOURCE: Callable[[str], Any] = text(40)


class ExistingStatusesKind(FileKind):
    """An old register's statuses: the row is the basis, no admission list is asked for."""

    table: Table = EXISTING_STATUSES
    rules = ("A28-1", "A8-9", "A14-1", "A3-1")
    action = "load_existing"
    irreversible = True  # what a province declares to have been is planned, and committed by a second person
    dated = frozenset({"admission_id", "sealed_person"})
    params: ClassVar[Mapping[str, Callable[[str], Any]]] = {"source": SOURCE}

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        keys = [admission_key(row.values["RXRQ"].year, row.values["KSH"]) for row in rows]
        holders = self.enrollment.owners(EXAM_NO, keys)
        known = self.enrollment.standings(StudentStatus, holders.values()) if holders else {}
        today = shanghai_date(self.enrollment.clock.now())
        return [self._told(row, batch, today, holders.get(key), known) for row, key in zip(rows, keys, strict=True)]

    def after_refusals(
        self, rows: Sequence[CheckedRow], refused: Mapping[int, Sequence[RowError]], batch: Progress
    ) -> list[Draft]:
        """Where another status stands in the way both schools are told (A8-9)."""
        wanted = [self._wanted(row) for row in rows if is_barred(refused[row.number])]
        today = shanghai_date(self.enrollment.clock.now())
        return notices(self.enrollment, wanted, sub=batch.submitted_by, today=today) if wanted else []

    def _wanted(self, row: CheckedRow) -> Wanted:
        values, keyring = row.values, self.enrollment.keyring
        id_key, name_key = keyring.id_key(values["ZJLX"], values["SFZH"]), keyring.name_key(values["XM"])
        admission = admission_key(values["RXRQ"].year, values["KSH"])
        return Wanted(id_key, name_key, values["YXDM"], admission, None, (values["RXRQ"], values["LXRQ"]))

    def _told(
        self,
        row: CheckedRow,
        batch: Progress,
        today: date,
        holder: UUID | None,
        known: Mapping[UUID, tuple[int, StatusStanding]],
    ) -> Decided:
        values = row.values
        told = ToldStatus(values["YXDM"], values["XLLB"], values["XXXS"], values["RXRQ"], values["LXRQ"])
        try:
            training = batch.params.get("training", "all")
            may_tell_status(told, province=batch.province or "", today=today, training=training)
            if holder is not None:
                return self._again(row, batch, known.get(holder))
        except Refused as refused:
            return objecting(refused, self._checks(told, row, batch, today, holder, known))
        return [self._registered(row, batch)]

    def _checks(
        self,
        told: ToldStatus,
        row: CheckedRow,
        batch: Progress,
        today: date,
        holder: UUID | None,
        known: Mapping[UUID, tuple[int, StatusStanding]],
    ) -> Iterator[Callable[[], object]]:
        """What is asked of a status that is told, one question at a time."""
        yield from status_checks(told, today=today)
        if holder is not None:
            yield partial(self._again, row, batch, known.get(holder))

    def _again(self, row: CheckedRow, batch: Progress, found: tuple[int, StatusStanding] | None) -> Unchanged:
        """Told already, and alike; else refused."""
        if found is None:
            raise ListedInstead(field="KSH")
        version, known = found
        told = first_standing(self._fact(uuid7(), row, batch))
        if not is_told_alike(known, told, untouched=version == 1):
            raise ToldOtherwise(field="KSH")
        return Unchanged()

    def _registered(self, row: CheckedRow, batch: Progress) -> Draft:
        status_id = uuid7()
        fact = self._fact(status_id, row, batch)
        return Draft(
            StudentStatus, status_id, 1, StudentStatus.Registered, fact, first_standing(fact), row.values["RXRQ"]
        )

    def _fact(self, status_id: UUID, row: CheckedRow, batch: Progress) -> dict[str, Any]:
        """The fields of the fact, in its order, so that it is stored as it is."""
        values, keyring = row.values, self.enrollment.keyring
        id_key = keyring.id_key(values["ZJLX"], values["SFZH"])
        entry: date = values["RXRQ"]
        return {
            "admission_id": status_id,  # its own basis
            "id_key": id_key,
            "name_key": keyring.name_key(values["XM"]),
            "sealed_person": keyring.seal_person(person_of(values), id_key),
            "exam_no": values["KSH"],
            "student_no": values["XH"],
            "school_code": values["YXDM"],
            "school_name": values["YXMC"],
            "level": values["CC"],
            "category": values["XLLB"],
            "study_form": values["XXXS"],
            "full_time": is_ordinary_full_time(values["XLLB"], values["XXXS"]),
            "major_code": values["ZYDM"] or NO_MAJOR_CODE,
            "major_name": values["ZYMC"],
            "duration": values["XZ"],
            "entry_date": entry,
            "expected_graduation_date": values["YJBYRQ"] or date(entry.year + int(float(values["XZ"])), 7, 1),
            "admission_type": values["LQLX"] or ORDINARY,
            "college": values["FY"],
            "department": values["XSH"],
            "class_no": values["BH"],
            "joint_partner": None,
            "previous_school": values["YBYXX"],
            "previous_certificate_no": values["YZSBH"],
            "continues": None,
            "holds_from": None,
            "settled_year": values["ZHXN"],
            "grade": values["NJ"],
            "contested_in": "",
            "state": STATES[values["XJZT"]],
            "closed_on": values["LXRQ"],
            "origin": origin_of(batch, row),
            "evidence_level": EVIDENCE[values["PZDJ"]],
        }


def origin_of(batch: Progress, row: CheckedRow) -> str:
    """Where a fact came from: the old register, its file and the row."""
    return f"{batch.params['source']}:{batch.filename}:{row.number}"
