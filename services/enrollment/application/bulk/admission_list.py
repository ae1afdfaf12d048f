"""A province's admission list, and a school's list of special categories, row by row (A7)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.drafting import draft_of
from services.enrollment.application.listing import listed_values, says_the_same
from services.enrollment.domain.admission import EXAM_NO, TERMS, Admission, admission_key, first_basis
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.rules.entry import NotOwnStudent, may_write_for
from services.enrollment.domain.rules.lists import DoubleAdmission, EntryYearDiffers
from services.enrollment.domain.rules.standing import AdmissionStanding
from shared.codes.schools import province_of
from shared.eventstore.bulk import Draft
from shared.eventstore.ids import uuid7
from shared.intake.batch import Batch, Progress
from shared.intake.columns import CheckedRow, Table, Values
from shared.intake.kind import Check, FileKind
from shared.intake.outcome import Unchanged, together
from shared.intake.tables import ADMISSION_LIST
from shared.intake.tables_entry import SPECIAL_ADMISSION_LIST
from shared.intake.values import academic_year
from shared.rules.refused import Refused

Decided = list[Draft] | Refused
Known = tuple[UUID, int, AdmissionStanding]

ENTRY_YEAR: Final[Mapping[str, Check]] = {"entry_year": academic_year(1949, 2100)}


class AdmissionListKind(FileKind):
    """A province's admission list: every good row is an admission, waiting for the release of the list."""

    table: Table = ADMISSION_LIST
    rules: tuple[str, ...] = ("A2-1", "A2-2", "A7-1", "A9-1")
    action = "submit_admission_batch"
    put_right = "holds once released (A7-2): until then the list is returned, later its rows are corrected (A10-1)"
    dated = frozenset({"sealed_person"})
    params = ENTRY_YEAR
    batch_type: ClassVar[type[Batch]] = AdmissionBatch

    def __init__(self, enrollment: Enrollment) -> None:
        self.enrollment = enrollment

    def decide(self, rows: Sequence[CheckedRow], batch: Progress, batch_id: UUID) -> list[Decided]:
        keys = [admission_key(row.values["RXRQ"].year, row.values["KSH"]) for row in rows]
        taken = self.enrollment.owners(EXAM_NO, keys)
        known = self.enrollment.standings(Admission, taken.values()) if taken else {}
        returned = self._returned({standing.batch_id for _, standing in known.values()})
        decided: list[Decided] = []
        for row, key in zip(rows, keys, strict=True):
            owner = taken.get(key)
            before = None if owner is None else (owner, *known.get(owner, (0, None)))
            try:
                decided.append(self._outcome(row.values, before, batch, batch_id, returned))
            except Refused as refused:
                decided.append(together(refused, self._checks(row.values, before, batch, batch_id, returned)))
        return decided

    def _outcome(self, values: Values, before: Any, batch: Progress, batch_id: UUID, returned: set[str]) -> list[Draft]:
        for check in self._fitting(values, batch):
            check()
        return self._decided(before, self._listed(values, batch, batch_id), values, returned)

    def _checks(
        self, values: Values, before: Any, batch: Progress, batch_id: UUID, returned: set[str]
    ) -> Iterator[Callable[[], object]]:
        """What is asked of a row, one question at a time; of others' students only what the row itself says."""
        yield from self._fitting(values, batch)
        if before is not None and self._is_own(values, batch):
            listed = self._listed(values, batch, batch_id)
            yield partial(self._decided, before, listed, values, returned)

    def _returned(self, batch_ids: set[str]) -> set[str]:
        """Which of the lists were returned: their rows may be handed in again."""
        found = self.enrollment.standings(AdmissionBatch, [UUID(each) for each in batch_ids]) if batch_ids else {}
        return {str(batch_id) for batch_id, (_, standing) in found.items() if standing.state == "returned"}

    def _fitting(self, values: Values, batch: Progress) -> Iterator[Callable[[], object]]:
        """What is asked of the row itself, one question at a time."""
        yield partial(may_write_for, batch.params.get("training", "all"), values["XLLB"])
        yield partial(_require_year, values, batch)

    def _is_own(self, values: Values, batch: Progress) -> bool:
        """Whether whoever hands the list in may learn what is known of the number."""
        return True

    def _listed(self, values: Values, batch: Progress, batch_id: UUID) -> dict[str, Any]:
        province = batch.province or ""
        return listed_values(self.enrollment.keyring, values, batch_id=str(batch_id), province=province)

    def _decided(self, before: Any, listed: dict[str, Any], values: Values, returned: set[str]) -> list[Draft]:
        if before is None:
            return [Draft(Admission, uuid7(), 1, Admission.Listed, listed, first_basis(listed))]
        admission_id, version, basis = before
        if basis is None:  # an old register holds the number
            raise DoubleAdmission(field="KSH")
        if basis.batch_id in returned and basis.province in ("", listed["province"]):  # older rows do not say
            fact = {name: listed[name] for name in (*TERMS, "batch_id")}
            return [draft_of(Admission, admission_id, version, basis, Admission.Relisted, fact)]
        if says_the_same(self.enrollment.keyring, basis, listed, values):
            return Unchanged()
        raise DoubleAdmission(field="KSH")


class SpecialAdmissionListKind(AdmissionListKind):
    """What no entrance examination lists: the school's own list, reviewed by its province like any other."""

    table: Table = SPECIAL_ADMISSION_LIST
    action = "submit_special_admissions"

    def _fitting(self, values: Values, batch: Progress) -> Iterator[Callable[[], object]]:
        yield partial(_require_of, values, batch)
        yield from super()._fitting(values, batch)

    def _is_own(self, values: Values, batch: Progress) -> bool:
        return bool(values["YXDM"] == batch.school_code)

    def _listed(self, values: Values, batch: Progress, batch_id: UUID) -> dict[str, Any]:
        province = province_of(batch.school_code or "")
        return listed_values(self.enrollment.keyring, values, batch_id=str(batch_id), province=province)


def _require_year(values: Values, batch: Progress) -> None:
    if values["RXRQ"].year != int(batch.params["entry_year"]):
        raise EntryYearDiffers(field="RXRQ", expected=batch.params["entry_year"])


def _require_of(values: Values, batch: Progress) -> None:
    if values["YXDM"] != batch.school_code:
        raise NotOwnStudent(field="YXDM")
