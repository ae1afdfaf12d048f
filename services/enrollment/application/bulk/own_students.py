"""Whom the rows of a school's file are about: its students by examination number, a thousand at a time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent, OtherTraining
from services.enrollment.domain.rules.standing import TRAINING_ZH, StatusStanding
from services.enrollment.domain.student_status import EXAM_NO, OUTCOME, StudentStatus
from shared.eventstore.bulk import Draft
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.rules.refused import Refused

Decided = list[Draft] | Refused
Found = tuple[UUID, int, StatusStanding]
"""A status: its id, its version and its standing."""


def own_students(enrollment: Enrollment, rows: Sequence[CheckedRow], batch: Progress) -> list[Found | None]:
    """For each row the status that follows from its admission, whoever's it is."""
    keys = [admission_key(int(batch.params["entry_year"]), row.values["KSH"]) for row in rows]
    owners = enrollment.owners(EXAM_NO, keys)
    names = {key: str(admission_id) for key, admission_id in owners.items()}
    found = enrollment.owning(StudentStatus, OUTCOME, names.values())
    return [found.get(names.get(key, "")) for key in keys]


def objections_to_whom(kind: Any, rows: Sequence[CheckedRow], batch: Progress) -> list[Refused | None]:
    """Of rows with wrong cells: whether they are about an own student at all."""
    return [_objection(found, batch) for found in own_students(kind.enrollment, rows, batch)]


def _objection(found: Found | None, batch: Progress) -> Refused | None:
    try:
        _, _, standing = required(found, batch)
    except Refused as refused:
        return refused
    return None if standing.school_code == batch.school_code else NotOwnStudent(field="KSH")


def required(found: Found | None, batch: Progress) -> Found:
    """The status of a row; refused where there is none, or where the submitter was appointed for others (A24-1)."""
    if found is None:
        raise NoAdmissionBasis(field="KSH")
    training = found[2].training
    if batch.params.get("training", "all") not in ("all", "", training):
        raise OtherTraining(field="KSH", category=TRAINING_ZH.get(training, training))
    return found
