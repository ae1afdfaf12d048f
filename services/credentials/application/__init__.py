"""The use cases of credentials: draft, confirm, take effect; and what is heard of students and photos."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.credentials.application.withholding import asked_again
from services.credentials.domain.certificate import Certificate
from services.credentials.domain.certificate_batch import CertificateBatch
from services.credentials.domain.rules import (
    CertificateStanding,
    NumberTaken,
    OneCertificatePerStatus,
    StudentRecordStanding,
    may_draft,
    takes_effect,
)
from services.credentials.domain.student_record import StudentRecord
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.certificate_numbers import read_certificate_number
from shared.codes.clock import Clock, shanghai_date
from shared.codes.malformed import Malformed
from shared.codes.training import ALL, training_of
from shared.eventstore.application import Answer, Application, Heard, command
from shared.eventstore.bulk import LARGEST_CHUNK, Draft
from shared.eventstore.context import Context
from shared.eventstore.store import Store
from shared.rules.refused import MalformedValue, Refused

DRAFT_RULES = ("A15-1", "A16-1", "A16-2", "A17-1", "A17-2", "A18-1")


class Credentials(Application):
    """Which certificates were issued, and from when on they count."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        "certificate.number": NumberTaken,
        "certificate.status": OneCertificatePerStatus,
    }

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock)

    # --- a school's file ---

    @command
    def submit_certificates(
        self, *, command_id: UUID, digest: str, filename: str, school_code: str, entry_year: int, by: By
    ) -> Answer:
        """Take in a school's certificates; the worker drafts row by row."""
        # of which kind each student is says its row: the file carries for which kind its maker is appointed
        require(by.actor, "draft_certificates", Resource("certificate", school=school_code, training=None))
        batch = CertificateBatch(
            kind="certificates",
            digest=digest,
            filename=filename,
            school_code=school_code,
            province=None,
            params={"entry_year": str(entry_year), "training": by.actor.kind if by.actor else ALL},
            submitted_by=by.sub,
        )
        return self.save(batch, by=Context.of(by, rules=("A4-1", "A16-3", "A24-1")))

    @command
    def confirm_certificates(self, *, command_id: UUID, batch_id: UUID, by: By) -> Answer:
        """The checker stands for the file; its complete certificates are registered by the worker (A24-2)."""
        batch = self.get(CertificateBatch, batch_id)
        state = batch.standing
        resource = Resource(
            "certificate",
            school=state.school_code,
            submitted_by=state.submitted_by,
            training=state.params.get("training"),
        )
        require(by.actor, "confirm_certificates", resource)
        batch.confirm(confirmed_by=by.sub)
        return self.save(batch, by=Context.of(by, rules=("A24-2",)))

    # --- one certificate ---

    @command
    def draft_certificate(
        self,
        *,
        command_id: UUID,
        status_id: UUID,
        number: str,
        graduation_date: date,
        issue_date: date,
        conclusion: str,
        president_name: str,
        by: By,
        printed_number: str | None = None,
    ) -> Answer:
        """Draft one certificate; without an approved photo it stays incomplete (A17-3)."""
        record = self.standings(StudentRecord, [status_id]).get(status_id)
        basis = record[1] if record else None
        school_code = basis.school_code if basis else ""
        training = training_of(basis.category) if basis else None
        resource = Resource("certificate", school=school_code or None, training=training)
        require(by.actor, "draft_certificates", resource)
        values = certificate_values(
            basis,
            school_code=school_code,
            status_id=status_id,
            batch_id=None,
            drafted_by=by.sub,
            number=number,
            graduation_date=graduation_date,
            issue_date=issue_date,
            conclusion=conclusion,
            president_name=president_name,
            printed_number=printed_number,
        )
        return self.save(Certificate(**values), by=Context.of(by, rules=DRAFT_RULES, effective_on=issue_date))

    @command
    def confirm_certificate(self, *, command_id: UUID, certificate_id: UUID, by: By) -> Answer:
        """A second person registers one certificate (A24-2)."""
        certificate = self.get(Certificate, certificate_id)
        state = certificate.standing
        resource = Resource(
            "certificate",
            school=state.school_code,
            submitted_by=state.drafted_by,
            training=training_of(state.category),
        )
        require(by.actor, "confirm_certificates", resource)
        _, record = self.standings(StudentRecord, [UUID(state.status_id)])[UUID(state.status_id)]
        certificate.confirm(confirmed_by=by.sub, record=record)
        return self.save(certificate, by=Context.of(by, rules=("A17-3", "A24-2"), effective_on=state.issue_date))

    # --- by date ---

    def complete(self, overlooked: Sequence[tuple[UUID, UUID]]) -> int:
        """Complete certificates whose photo was heard of at the very moment of their drafting.

        The draft did not see the photo, the photo not the draft: neither changes what the other read. `overlooked`
        are certificates with their statuses, read from the tables and decided anew here.
        """
        some = overlooked[:LARGEST_CHUNK]
        certificates = self.standings(Certificate, [certificate_id for certificate_id, _ in some])
        records = self.standings(StudentRecord, {status_id for _, status_id in some})
        drafts = []
        for certificate_id, status_id in some:
            version, standing = certificates[certificate_id]
            record = records[status_id][1]
            if standing.state == "incomplete" and record.photo_id:
                photo = {"photo_id": record.photo_id, "digest": record.photo_digest}
                drafts.append(_completed(certificate_id, version, standing, photo))
        return self._by_date("complete_overlooked", drafts, ("A17-3",))

    def due(self, confirmed: Sequence[tuple[UUID, str]], effective: Sequence[UUID]) -> int:
        """Register what a checker stands for, and publish what has come to its issue date (A18-2).

        `confirmed` are complete certificates of confirmed files with the checker's id, `effective` registered ones
        of which the day may have come; both are read from the read tables and decided anew here. Returns the number
        of facts recorded.
        """
        return self._register(confirmed[:LARGEST_CHUNK]) + self._publish(effective[:LARGEST_CHUNK])

    def _register(self, confirmed: Sequence[tuple[UUID, str]]) -> int:
        found = self.standings(Certificate, [certificate_id for certificate_id, _ in confirmed])
        complete = {each: one for each, one in found.items() if one[1].state == "complete" and not one[1].withheld}
        withheld = self._withhold(complete)
        drafts = [
            Draft(
                Certificate,
                certificate_id,
                complete[certificate_id][0] + 1,
                Certificate.Registered,
                {"confirmed_by": checker},
                complete[certificate_id][1].registered(),
            )
            for certificate_id, checker in confirmed
            if certificate_id in complete and certificate_id not in withheld
        ]
        return len(withheld) + self._by_date("register_confirmed", drafts, ("A17-3", "A24-2"))

    def _publish(self, effective: Sequence[UUID]) -> int:
        today = shanghai_date(self.clock.now())
        found = self.standings(Certificate, effective)
        due = {each: one for each, one in found.items() if takes_effect(one[1], today=today)}
        withheld = self._withhold(due)
        drafts = [
            Draft(
                Certificate,
                certificate_id,
                version + 1,
                Certificate.Published,
                published_values(standing, today),
                standing.published(),
            )
            for certificate_id, (version, standing) in due.items()
            if certificate_id not in withheld
        ]
        return len(withheld) + self._by_date("publish_due", drafts, ("A18-2",))

    def _withhold(self, certificates: Mapping[UUID, tuple[int, CertificateStanding]]) -> set[UUID]:
        """Those of which the status is not in force any more, as last heard: they stay, and say why (A16-1)."""
        drafts = asked_again(self, certificates)
        self._by_date("withhold", drafts, ("A16-1",))
        return {draft.originator_id for draft in drafts}

    def resume(self, overlooked: Sequence[UUID]) -> int:
        """Let go on what was withheld at the very moment at which its status was settled."""
        drafts = asked_again(self, self.standings(Certificate, overlooked[:LARGEST_CHUNK]))
        return self._by_date("resume_overlooked", drafts, ("A16-1",))

    def _by_date(self, use_case: str, drafts: list[Draft], rules: tuple[str, ...]) -> int:
        if drafts:
            self.append(drafts, by=Context.system(use_case, self.clock.now(), rules=rules))
        return len(drafts)

    # --- heard ---

    def hear_students(self, facts: Sequence[dict[str, Any]], *, heard: Heard) -> None:
        """A student status exists: certificates may rest on it (A16-1). Imaging may have spoken of it before."""
        known = self.standings(StudentRecord, [fact["status_id"] for fact in facts])
        drafts = []
        for fact in facts:
            status_id, values = fact["status_id"], {name: fact[name] for name in _HEARD}
            version, standing = known.get(status_id, (0, None))
            if standing is None or standing.school_code is not None:
                after = StudentRecordStanding(**values)
                drafts.append(Draft(StudentRecord, status_id, 1, StudentRecord.Opened, values, after))
            else:
                after = standing.enrolled(**values)
                drafts.append(Draft(StudentRecord, status_id, version + 1, StudentRecord.Enrolled, values, after))
        self.append(drafts, by=Context.system("hear_students", self.clock.now(), rules=("A16-1",)), heard=heard)

    def hear_photos(self, facts: Sequence[dict[str, Any]], *, heard: Heard) -> None:
        """A photo was approved: it joins the record, and the certificate that waited for it (A17-3)."""
        records = self.standings(StudentRecord, {fact["status_id"] for fact in facts})
        waiting = self.owners("certificate.status", [str(fact["status_id"]) for fact in facts])
        certificates = self.standings(Certificate, list(waiting.values()))
        drafts = []
        for fact in facts:
            status_id = fact["status_id"]
            photo = {"photo_id": str(fact["photo_id"]), "digest": fact["digest"]}
            if status_id not in records:
                records[status_id] = 1, StudentRecordStanding()
                drafts.append(Draft(StudentRecord, status_id, 1, StudentRecord.Opened, _UNKNOWN, records[status_id][1]))
            version, standing = records[status_id]
            records[status_id] = version + 1, standing.with_photo(**photo)
            received = StudentRecord.PhotoReceived
            drafts.append(Draft(StudentRecord, status_id, version + 1, received, photo, records[status_id][1]))
            certificate_id = waiting.get(str(status_id))
            if certificate_id and certificates[certificate_id][1].state == "incomplete":
                drafts.append(_completed(certificate_id, *certificates[certificate_id], photo))
                certificates[certificate_id] = drafts[-1].version, drafts[-1].standing_after
        self.append(drafts, by=Context.system("hear_photos", self.clock.now(), rules=("A17-2", "A17-3")), heard=heard)


def _completed(certificate_id: UUID, version: int, standing: CertificateStanding, photo: dict[str, str]) -> Draft:
    fact = {"photo_id": photo["photo_id"], "photo_digest": photo["digest"]}
    after = standing.completed(photo["photo_id"], photo["digest"])
    return Draft(Certificate, certificate_id, version + 1, Certificate.Completed, fact, after)


def certificate_values(
    record: StudentRecordStanding | None,
    *,
    school_code: str,
    status_id: UUID,
    batch_id: UUID | None,
    drafted_by: str,
    number: str,
    graduation_date: date,
    issue_date: date,
    conclusion: str,
    president_name: str,
    printed_number: str | None = None,
) -> dict[str, Any]:
    """The fields of a draft: the student's as heard, the certificate's as typed; refused where they disagree."""
    try:
        parsed = read_certificate_number(number)
    except Malformed as malformed:
        raise MalformedValue.because(malformed, field="ZSBH") from None
    basis = may_draft(
        record,
        school_code=school_code,
        number=parsed,
        conclusion=conclusion,
        graduation_date=graduation_date,
        issue_date=issue_date,
    )
    return {
        **{name: getattr(basis, name) for name in _OF_RECORD},
        "status_id": str(status_id),
        "batch_id": str(batch_id) if batch_id else None,
        "drafted_by": drafted_by,
        "number": number,
        "graduation_date": graduation_date,
        "issue_date": issue_date,
        "conclusion": conclusion,
        "president_name": president_name,
        "printed_number": printed_number,
    }


def drafted_standing(values: Mapping[str, Any]) -> CertificateStanding:
    """The standing right after `Certificate.Drafted` with these values."""
    return CertificateStanding(state="complete" if values["photo_id"] else "incomplete", **values)


def published_values(standing: CertificateStanding, today: date) -> dict[str, Any]:
    """The fields of `Certificate.Published`: the whole registered record, as it takes effect."""
    return {"effective_date": today, **{name: getattr(standing, name) for name in _PUBLISHED}}


_HEARD = (
    "id_key",
    "name_key",
    "sealed_person",
    "exam_no",
    "school_code",
    "school_name",
    "level",
    "category",
    "study_form",
    "major_name",
    "duration",
    "entry_date",
)
_UNKNOWN: dict[str, Any] = dict.fromkeys(_HEARD)
_OF_RECORD = (*(name for name in _HEARD if name != "exam_no"), "photo_id", "photo_digest")
_PUBLISHED = (
    *_OF_RECORD,
    "status_id",
    "number",
    "graduation_date",
    "issue_date",
    "conclusion",
    "president_name",
    "printed_number",
)
