"""What verification heard about an award: the basis of a qualification report."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.verification.domain.rules import QualificationStanding
from shared.eventstore.aggregate import Aggregate


class QualificationRecord(Aggregate, stored_as="verification.QualificationRecord"):
    """An award as heard from credentials; its id is the certificate's id."""

    Standing: ClassVar[type] = QualificationStanding
    standing: QualificationStanding

    class Opened(Aggregate.Created):
        """An award was heard of for the first time."""

    class Issued(Aggregate.Event):
        """Credentials said DegreeIssued; said again for the same certificate, the later version stands."""

        award_kind: str
        number: str
        status_id: UUID
        id_key: str
        sealed_person: str
        school_code: str
        school_name: str
        level: str
        category: str
        study_form: str
        major_name: str
        duration: str
        entry_date: date
        graduation_date: date
        conclusion: str
        president_name: str
        issue_date: date
        effective_date: date
        photo_digest: str

    class Disowned(Aggregate.Event):
        """Identity said RecordDisowned: its holder says that the qualification is somebody else's (A11-2)."""

        status_id: UUID
        person_id: UUID
        disowned_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.after("Disowned", vars(self))

    class Reclaimed(Aggregate.Event):
        """Identity said QualificationReclaimed: somebody asked for it by its number, and name and document agree."""

        person_id: UUID
        bound_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.after("Reclaimed", vars(self))

    @event(Opened)
    def __init__(self) -> None:
        self.standing = QualificationStanding()
        self.record: dict[str, Any] = {}

    @event(Issued)
    def issue(
        self,
        award_kind: str,
        number: str,
        status_id: UUID,
        id_key: str,
        sealed_person: str,
        school_code: str,
        school_name: str,
        level: str,
        category: str,
        study_form: str,
        major_name: str,
        duration: str,
        entry_date: date,
        graduation_date: date,
        conclusion: str,
        president_name: str,
        issue_date: date,
        effective_date: date,
        photo_digest: str,
    ) -> None:
        """Keep what a report shows of the award."""
        self.standing = self.standing.after("Issued", {"status_id": status_id, "effective_date": effective_date})
        self.record = {
            "award_kind": award_kind,
            "number": number,
            "status_id": status_id,
            "id_key": id_key,
            "sealed_person": sealed_person,
            "school_code": school_code,
            "school_name": school_name,
            "level": level,
            "category": category,
            "study_form": study_form,
            "major_name": major_name,
            "duration": duration,
            "entry_date": entry_date,
            "graduation_date": graduation_date,
            "conclusion": conclusion,
            "president_name": president_name,
            "issue_date": issue_date,
            "effective_date": effective_date,
            "photo_digest": photo_digest,
        }
