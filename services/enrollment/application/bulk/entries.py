"""What the files of entry look up for a chunk of rows, and how their rows are taken back."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.earlier import before
from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.admission import EXAM_NO, OUTCOME, Admission, admission_key
from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent, may_write_for
from services.enrollment.domain.rules.reporting import GRACE
from services.enrollment.domain.rules.restoring import restored_entry
from services.enrollment.domain.rules.standing import AdmissionStanding
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.clock import shanghai_date
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.intake.outcome import Receipt
from shared.intake.steps import SomethingFollowed
from shared.rules.refused import Refused

Found = tuple[UUID, int, AdmissionStanding]


class Entries(NamedTuple):
    """The admissions that a chunk of rows names."""

    found: Mapping[str, Found]  # by examination number
    holders: Mapping[UUID, UUID]  # by admission: who decided its outcome, itself or a status
    released: Mapping[str, bool]  # by list

    def of(self, exam_no: str) -> Found:
        if exam_no not in self.found:
            raise NoAdmissionBasis(field="KSH")
        return self.found[exam_no]


def entries_of(app: Enrollment, entry_year: int, exam_nos: Sequence[str]) -> Entries:
    """Three questions for a thousand rows."""
    numbers = {admission_key(entry_year, exam_no): exam_no for exam_no in exam_nos}
    found = {numbers[key]: entry for key, entry in app.owning(Admission, EXAM_NO, numbers).items()}
    names = {str(entry[0]): entry[0] for entry in found.values()}
    holders = {names[name]: owner for name, owner in app.owners(OUTCOME, names).items()}
    lists = {entry[2].batch_id for entry in found.values()}
    return Entries(found, holders, {batch_id: app.is_released(batch_id) for batch_id in lists})


def objections_to_whom(app: Enrollment, rows: Sequence[CheckedRow], batch: Progress) -> list[Refused | None]:
    """Of rows with wrong cells: whether they are about an own admission at all."""
    entries = entries_of(app, int(batch.params["entry_year"]), [row.values["KSH"] for row in rows])
    return [_objection_to_whom(entries, row.values["KSH"], batch) for row in rows]


def _objection_to_whom(entries: Entries, exam_no: str, batch: Progress) -> Refused | None:
    try:
        basis = entries.of(exam_no)[2]
        if basis.school_code != batch.school_code:
            raise NotOwnStudent(field="KSH")
        may_write_for(batch.params.get("training", "all"), basis.category)
    except Refused as refused:
        return refused
    return None


def taken_back(app: Enrollment, receipts: Sequence[Receipt]) -> list[list[Draft] | Refused]:
    """A registration is withdrawn and an outcome is forgotten, as long as nothing followed from either."""
    ids = [receipt.originator_id for receipt in receipts]
    statuses = app.standings(StudentStatus, ids)
    admissions = app.standings(Admission, ids)
    registered = app.first_facts(StudentStatus.Registered, statuses)
    told = before(app, [receipt for receipt in receipts if receipt.originator_id in admissions])
    today = shanghai_date(app.clock.now())
    back: list[list[Draft] | Refused] = []
    for receipt in receipts:
        one = receipt.originator_id
        version, standing = statuses.get(one) or admissions[one]
        if version != receipt.last_version:
            back.append(SomethingFollowed())
        elif one in statuses:
            first = registered[one]
            fact = {name: first[name] for name in ("admission_id", "id_key", "full_time")}
            fact["effective_on"] = first["holds_from"] or first["entry_date"]
            kind, day = StudentStatus.RegistrationWithdrawn, fact["effective_on"]
            back.append([draft_of(StudentStatus, one, version, standing, kind, fact, day)])
        else:
            stood: AdmissionStanding = told[one][0]
            restored = restored_entry(stood, until=today + GRACE)  # time for who is to be filed aright
            back.append([draft_of(Admission, one, version, standing, Admission.EntryWithdrawn, restored)])
    return back
