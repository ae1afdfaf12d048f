"""A graduation certificate and its electronic registration 学历电子注册."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import event

from services.credentials.domain.rules import CertificateStanding, StudentRecordStanding, may_confirm
from shared.eventstore.aggregate import Aggregate, Claim, Release


class Certificate(Aggregate, stored_as="credentials.Certificate"):
    """Drafted by a registrar, confirmed by another, in effect from its issue date (A15–A18)."""

    Standing: ClassVar[type] = CertificateStanding
    standing: CertificateStanding

    class Drafted(Aggregate.Created):
        """A registrar entered the certificate; without a photo it stays incomplete (A17-3)."""

        status_id: str
        batch_id: str | None
        drafted_by: str
        number: str
        id_key: str
        name_key: str
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
        issue_date: date
        conclusion: str
        president_name: str
        photo_id: str | None
        photo_digest: str | None
        printed_number: str | None = None

    class Completed(Aggregate.Event):
        """The missing photo arrived."""

        photo_id: str
        photo_digest: str

    class Registered(Aggregate.Event):
        """A second person of the school confirmed it (A24-2)."""

        confirmed_by: str

    class Published(Aggregate.Event):
        """The issue date is here: the certificate is in effect and may be queried (A18-2)."""

        status_id: str
        number: str
        id_key: str
        name_key: str
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
        issue_date: date
        effective_date: date
        conclusion: str
        president_name: str
        photo_id: str
        photo_digest: str
        printed_number: str | None = None

    class Disowned(Aggregate.Event):
        """Whom identity bound it to says that it is not theirs (A11-2); the certificate stays what it is."""

        person_id: UUID
        disowned_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.owned(disowned=True)

    class Reclaimed(Aggregate.Event):
        """Somebody asked identity for it by its number; name and document agree (AC-15)."""

        person_id: UUID
        bound_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.owned(disowned=False)

    class Withheld(Aggregate.Event):
        """Its status ended, went away or is doubted before it took effect: it waits, and says why (A16-1)."""

        doubt: str
        withheld_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.withheld_for(self.doubt)

    class Resumed(Aggregate.Event):
        """Nothing stands against it any more: it goes on from where it was."""

        resumed_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.withheld_for("")

    @event(Drafted)
    def __init__(
        self,
        *,
        status_id: str,
        batch_id: str | None,
        drafted_by: str,
        number: str,
        id_key: str,
        name_key: str,
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
        issue_date: date,
        conclusion: str,
        president_name: str,
        photo_id: str | None,
        photo_digest: str | None,
        printed_number: str | None = None,
    ) -> None:
        self.standing = CertificateStanding(
            state="complete" if photo_id else "incomplete",
            status_id=status_id,
            batch_id=batch_id,
            drafted_by=drafted_by,
            number=number,
            id_key=id_key,
            name_key=name_key,
            sealed_person=sealed_person,
            school_code=school_code,
            school_name=school_name,
            level=level,
            category=category,
            study_form=study_form,
            major_name=major_name,
            duration=duration,
            entry_date=entry_date,
            graduation_date=graduation_date,
            issue_date=issue_date,
            conclusion=conclusion,
            president_name=president_name,
            photo_id=photo_id,
            photo_digest=photo_digest,
            printed_number=printed_number,
        )

    @event(Completed)
    def complete(self, photo_id: str, photo_digest: str) -> None:
        """Heard from imaging: the record now has its photo."""
        self.standing = self.standing.completed(photo_id, photo_digest)

    def confirm(self, *, confirmed_by: str, record: StudentRecordStanding) -> None:
        """The checker's act; who may be the checker is decided before (A24-2)."""
        may_confirm(self.standing, record)
        self._registered(confirmed_by=confirmed_by)

    @event(Registered)
    def _registered(self, confirmed_by: str) -> None:
        self.standing = self.standing.registered()

    @event(Published)
    def _published(self) -> None:
        self.standing = self.standing.published()

    @classmethod
    def claims_of(cls, fact: Any, originator_id: Any) -> Iterable[Claim | Release]:
        """One certificate per status; one number in the nation (A16-2)."""
        if isinstance(fact, cls.Drafted):
            yield Claim("certificate.number", fact.number)
            yield Claim("certificate.status", fact.status_id)
