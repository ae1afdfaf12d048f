"""Facts to public messages; what does not stand here stays in enrollment."""

from collections.abc import Iterator
from typing import Any

from services.enrollment.domain.student_status import StudentStatus
from shared.bus.publishing import tells
from shared.contracts.contract import PublicFact
from shared.contracts.events.enrollment import EnrollmentAnnualRegisteredV1, StudentRegisteredV1
from shared.eventstore.log import FactRecord

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
_YEAR = ("academic_year", "registered_on", "due_on", "late")


@tells(StudentStatus.Registered, StudentStatus.YearRegistered, StudentStatus.YearDeferred)
def publish(record: FactRecord) -> Iterator[tuple[type[PublicFact], dict[str, Any]]]:
    """The public facts that one own fact amounts to."""
    fact = record.fact
    if isinstance(fact, StudentStatus.Registered):
        yield StudentRegisteredV1, {"status_id": record.originator_id, **_picked(fact, _REGISTERED)}
    elif isinstance(fact, StudentStatus.YearRegistered | StudentStatus.YearDeferred):
        yield (
            EnrollmentAnnualRegisteredV1,
            {
                "status_id": record.originator_id,
                "result": "registered" if isinstance(fact, StudentStatus.YearRegistered) else "deferred",
                "changes": [],
                "annotations": [],
                **_picked(fact, _YEAR),
            },
        )


def _picked(fact: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}
