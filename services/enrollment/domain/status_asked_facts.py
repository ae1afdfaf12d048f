"""What students, schools and provinces ask about a status: checks, corrections, transfers, contests, as its facts."""

from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.domain.rules.continuing import CARRIED
from services.enrollment.domain.rules.standing import StatusState, YearResult
from shared.eventstore.aggregate import Aggregate, changed


class AskedFacts(Aggregate):
    """The facts of a student status that follow from somebody's asking; each applies itself, none refuses."""

    class AskedToCheck(Aggregate.Event):
        """The school asked the student to check the own data (A11-1)."""

        channel: str
        asked_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, asked_on=self.asked_on, checked="")

    class Confirmed(Aggregate.Event):
        """The student found the own data right (A11-2)."""

        confirmed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, checked="confirmed")

    class Disputed(Aggregate.Event):
        """The student found something wrong; a case was opened (A11-2)."""

        case_id: UUID
        fields: tuple[str, ...]

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, checked="disputed")

    class Corrected(Aggregate.Event):
        """A case changed what identifies the student or the study; earlier versions stay in earlier facts (A19-2)."""

        case_id: UUID
        fields: tuple[str, ...]
        identity_version: int
        old_id_key: str
        id_key: str
        name_key: str
        sealed_person: str
        level: str
        study_form: str
        major_code: str
        major_name: str
        duration: str
        full_time: bool
        holds_from: date
        held_full_time: bool = True  # before
        closed_on: date | None = None  # an archived record is corrected too (A14-2)
        # from which days which fields are as they stand here; earlier facts say only when they were decided
        holds: tuple[tuple[date, tuple[str, ...]], ...] = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(
                aggregate.standing,
                id_key=self.id_key,
                full_time=self.full_time,
                level=self.level,
                major_code=self.major_code,
                major_name=self.major_name,
                identity_version=self.identity_version,
            )

    class TransferredOut(Aggregate.Event):
        """The student goes on at another school under a status of its own 转学 (R41-23)."""

        transfer_id: UUID
        admission_id: UUID
        to_school_code: str
        effective_on: date
        id_key: str
        full_time: bool

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("transferred_out", self.effective_on)

    class Contested(Aggregate.Event):
        """Somebody else claims the same person or period; both sides see it until the case is decided."""

        case_id: UUID
        id_key: str
        other_status_id: UUID | None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, contested_in=str(self.case_id))

    class ContestSettled(Aggregate.Event):
        """The case of the conflict is decided; where this status was registered contested, it binds from now on."""

        case_id: UUID
        keeps: bool
        binds: bool  # the claim was contested and holds now
        id_key: str
        full_time: bool
        holds_from: date
        voids: bool = False  # it never held: not one day of it counts for A8-9
        closed_on: date | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, contested_in="")

    class FoundWrong(Aggregate.Event):
        """A case found the closing wrong; it stays closed, and a new status goes on from it (A13-4)."""

        case_id: UUID
        admission_id: UUID
        closed_as: str
        closed_on: date
        continued_by: UUID
        school_code: str

        def apply(self, aggregate: Any) -> None:
            """The record stays as it was closed."""

    class Continued(Aggregate.Event):
        """Whatever bound the student under the status before binds under this one too (A12, A13-4, R41-23)."""

        continues: UUID
        state: StatusState
        since: date | None
        return_by: date | None
        in_service: bool
        settled_as: YearResult
        settled_grade: int
        records: tuple[str, ...]  # told with the next year here (A12-5)
        recheck: str
        changed_on: date | None
        leave_terms: int
        away_months: int
        told: tuple[str, ...]
        absences: tuple[tuple[date, date], ...]
        year_told: tuple[str, ...]

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, **{name: getattr(self, name) for name in CARRIED})

    class AwardNoted(Aggregate.Event):
        """A certificate took effect after the status had ended otherwise: a case looks into it (A13-4, A14-2)."""

        certificate_id: UUID
        number: str
        conclusion: str
        graduation_date: date
        id_key: str
        ended_as: StatusState
        ended_on: date | None
        case_id: UUID

        def apply(self, aggregate: Any) -> None:
            """A status that has ended moves no more; if the ending was wrong, a new one goes on as a graduate's."""
