"""The pure rules of graduation certificates (chapter 3 of the Measure)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from shared.codes.certificate_numbers import CertificateNumber
from shared.codes.training import covers
from shared.rules.refused import Refused

CertificateState = Literal["incomplete", "complete", "registered", "published"]

LEVEL_DIGITS = {
    "博士研究生": "01",
    "硕士研究生": "02",
    "第二学士学位": "04",
    "本科": "05",
    "专升本": "05",
    "专科(高职)": "06",
}
AWARD_KINDS = {"毕业": "graduation_diploma", "结业": "completion_diploma"}


class NoOwnStatus(Refused):
    """A certificate rests on a student status registered at this school."""

    rule = "A16-1"


class OneCertificatePerStatus(Refused):
    """One status ends in one registered certificate."""

    rule = "A16-2"


class OtherTraining(Refused):
    """An operator appointed for one kind of training certifies no student of another."""

    rule = "A24-1"
    zh = "经办人不负责该类学生({category})的学历注册"
    en = "the operator is not appointed for certificates of this category ({category})"


class StatusNotInForce(Refused):
    """Who is away, gone, or contested by another person is not certified."""

    rule = "A16-1"
    zh = "该学籍当前不在籍、已离校保留或存在争议({state}),不能注册学历"
    en = "the status is closed, away or contested ({state}): no certificate can rest on it"

    @classmethod
    def because(cls, doubt: str) -> dict[str, Any]:
        """The same said of a certificate that is withheld: the rule, both languages, and whose turn it is."""
        said = cls(state=doubt).as_dict()
        turn = "authority" if doubt == "contested" else "school"
        return {"state": doubt, "turn": turn, **{name: said[name] for name in ("rule", "zh", "en")}}


class NumberTaken(Refused):
    """A certificate number exists once in the nation."""

    rule = "A16-2"
    zh = "证书编号已被使用"
    en = "this certificate number is already in use"


class NotACertificate(Refused):
    """Only graduation and completion certificates are registered."""

    rule = "A15-2"


class IssueDateDiffers(Refused):
    """The certificate is issued on the day of graduation."""

    rule = "A18-1"


class NumberDiffers(Refused):
    """Paper and register carry the same facts, the number's own parts among them."""

    rule = "A17-1"
    zh = "证书编号与{part}不一致:应为 {expected}"
    en = "the certificate number does not agree with the {part}: {expected} expected"


class StillIncomplete(Refused):
    """Without every mandatory item, the photo among them, nothing is registered."""

    rule = "A17-3"
    zh = "缺少:{missing}"
    en = "still missing: {missing}"


class AlreadyConfirmed(Refused):
    """What is registered is not confirmed again."""

    rule = "A2-3"
    zh = "已确认"
    en = "already confirmed"


class BatchNotRead(Refused):
    """A file is confirmed after it was read to its end."""

    rule = "A2-3"
    zh = "文件当前状态为 {state},不能确认"
    en = "the file is in state {state} and cannot be confirmed"


@dataclass(frozen=True)
class StudentRecordStanding:
    """What credentials heard about one student status and its photo.

    All but the photo is None as long as only imaging spoke of the student and enrollment did not.
    """

    id_key: str | None = None
    name_key: str | None = None
    sealed_person: str | None = None
    exam_no: str | None = None
    school_code: str | None = None
    school_name: str | None = None
    level: str | None = None
    category: str | None = None
    study_form: str | None = None
    major_name: str | None = None
    duration: str | None = None
    entry_date: date | None = None
    photo_id: str | None = None
    photo_digest: str | None = None
    state: str = "active"  # as enrollment names it
    contested: bool = False
    disputed: bool = False  # the person of the document never studied there, says identity

    def enrolled(self, **values: Any) -> "StudentRecordStanding":
        return replace(self, **values)

    def with_photo(self, photo_id: str, digest: str) -> "StudentRecordStanding":
        return replace(self, photo_id=photo_id, photo_digest=digest)


@dataclass(frozen=True)
class CertificateStanding:
    """What deciding about one certificate rests on: all items of A17-2 and where it stands."""

    state: CertificateState
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
    printed_number: str | None = None  # the serial on the paper of certificates before 2001 (AC-17)
    disowned: bool = False
    withheld: str = ""  # what stands against it: the state of its status, or a doubt about it

    def completed(self, photo_id: str, digest: str) -> "CertificateStanding":
        return replace(self, state="complete", photo_id=photo_id, photo_digest=digest)

    def registered(self) -> "CertificateStanding":
        return replace(self, state="registered")

    def published(self) -> "CertificateStanding":
        return replace(self, state="published")

    def withheld_for(self, doubt: str) -> "CertificateStanding":
        return replace(self, withheld=doubt)

    def owned(self, *, disowned: bool) -> "CertificateStanding":
        return replace(self, disowned=disowned)


def may_draft(
    record: StudentRecordStanding | None,
    *,
    school_code: str,
    number: CertificateNumber,
    conclusion: str,
    graduation_date: date,
    issue_date: date,
) -> StudentRecordStanding:
    """An own student, a certificate kind that counts, one date, and a number that says the same (A15–A18)."""
    if record is None or record.school_code is None or record.school_code != school_code:
        raise NoOwnStatus(field="KSH")
    may_rest_on(record)
    if conclusion not in AWARD_KINDS:
        raise NotACertificate(field="BJYJL")
    if issue_date != graduation_date:
        raise IssueDateDiffers(field="BYRQ")
    _number_agrees(record, number, issue_date)
    return record


def doubt_of(record: StudentRecordStanding) -> str:
    """What stands against a certificate on this status, as last heard: a doubt, a closed or absent state; or none."""
    if record.contested or record.disputed:
        return "contested" if record.contested else "disputed"
    return "" if record.state in ("active", "suspended") else record.state


def may_rest_on(record: StudentRecordStanding) -> None:
    """Asked at drafting, again at confirming and at publishing: a status may end between them (A16-1, A13-4)."""
    if doubt := doubt_of(record):
        raise StatusNotInForce(field="KSH", state=doubt)


def _number_agrees(record: StudentRecordStanding, number: CertificateNumber, issue_date: date) -> None:
    level = LEVEL_DIGITS.get(record.level or "", number.level)
    for part, said, expected in (
        ("school code", number.school, (record.school_code or "")[-5:]),
        ("year of issue", str(number.year), str(issue_date.year)),
        ("level", number.level, level),
    ):
        if said != expected:
            raise NumberDiffers(field="ZSBH", part=part, expected=expected)


def may_certify(appointed: str, category: str | None) -> None:
    """Operators are appointed for one kind of training or for all (A24-1)."""
    if not covers(appointed, category):
        raise OtherTraining(field="KSH", category=category or "")


def may_confirm(certificate: CertificateStanding, record: StudentRecordStanding) -> None:
    """Complete and not yet registered, of a status that is in force still (A17-3, A16-1)."""
    if certificate.state == "incomplete":
        raise StillIncomplete(field="photo", missing="照片 photo")
    if certificate.state != "complete":
        raise AlreadyConfirmed()
    may_rest_on(record)


def takes_effect(certificate: CertificateStanding, *, today: date) -> bool:
    """From its issue date on a registered certificate is in effect, unless it is withheld (A18-2)."""
    return certificate.state == "registered" and not certificate.withheld and certificate.issue_date <= today
