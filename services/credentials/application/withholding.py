"""Certificates whose status is not in force any more, or in doubt: withheld until it is settled (A16-1, A18-2)."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.credentials.domain.certificate import Certificate
from services.credentials.domain.rules import CertificateStanding, StudentRecordStanding, doubt_of
from services.credentials.domain.student_record import StudentRecord
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Application, Draft

Certificates = Mapping[UUID, tuple[int, CertificateStanding]]


def following(app: Application, news: Mapping[UUID, StudentRecordStanding]) -> list[Draft]:
    """What news of statuses mean for the certificates on them that are not in effect yet."""
    resting: dict[str, UUID] = app.owners("certificate.status", [str(status_id) for status_id in news])
    records = {str(status_id): record for status_id, record in news.items()}
    return _decided(app.standings(Certificate, resting.values()), records, shanghai_date(app.clock.now()))


def asked_again(app: Application, certificates: Certificates) -> list[Draft]:
    """Certificates about to be registered or published of which the status says no: heard at the moment of drafting."""
    statuses = {UUID(standing.status_id) for _, standing in certificates.values()}
    found: dict[UUID, tuple[int, StudentRecordStanding]] = app.standings(StudentRecord, statuses)
    records = {str(status_id): record for status_id, (_, record) in found.items()}
    return _decided(certificates, records, shanghai_date(app.clock.now()))


def _decided(certificates: Certificates, records: Mapping[str, StudentRecordStanding], today: date) -> list[Draft]:
    drafts = []
    for certificate_id, (version, standing) in certificates.items():
        doubt = doubt_of(records[standing.status_id])
        if standing.state == "published" or doubt == standing.withheld:
            continue
        after = standing.withheld_for(doubt)
        if doubt:
            values = {"doubt": doubt, "withheld_on": today}
            drafts.append(Draft(Certificate, certificate_id, version + 1, Certificate.Withheld, values, after))
        else:
            values = {"resumed_on": today}
            drafts.append(Draft(Certificate, certificate_id, version + 1, Certificate.Resumed, values, after))
    return drafts
