"""What credentials answers: graduation certificates, drafted, confirmed and in effect."""

from typing import Any, ClassVar

from marshmallow import fields

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1

AN_ID = "01930f3a-0000-7000-8000-000000000001"
ANOTHER_ID = "01930f3a-0000-7000-8000-000000000002"
A_STATUS = "01930f3a-0000-7000-8000-0000000000a1"


class SubmitCertificatesV1(Command):
    """A registrar submits the certificates of a graduating year as one file (A15, A16)."""

    service = "credentials"
    method = "submit_certificates"
    answer = SavedV1

    digest = shapes.digest()
    filename = shapes.pattern(r"[^/\\\x00-\x1f]{1,200}")
    school_code = shapes.school_code()
    entry_year = shapes.academic_year(metadata={"description": "the year whose admissions the file names"})

    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "digest": "ab" * 32,
        "filename": "certificates-2026.csv",
        "school_code": "4111010001",
        "entry_year": 2022,
    }


class ConfirmCertificatesV1(Command):
    """A second person of the school confirms a file of certificates; complete ones are registered (A24-2)."""

    service = "credentials"
    method = "confirm_certificates"
    answer = SavedV1

    batch_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "batch_id": ANOTHER_ID}


class DraftCertificateV1(Command):
    """A registrar drafts one certificate (A16, A17)."""

    service = "credentials"
    method = "draft_certificate"
    answer = SavedV1

    status_id = shapes.identifier()
    number = shapes.pattern(r"[0-9]{16,18}")
    graduation_date = shapes.day()
    issue_date = shapes.day()
    conclusion = shapes.text(10, metadata={"description": "毕业 or 结业; other papers are annotations (A15-2)."})
    president_name = shapes.text(40)
    printed_number = shapes.text(
        18,
        shortest=3,
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "The serial printed on the paper itself, if it bears one beside its number (AC-17)."},
    )

    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "status_id": A_STATUS,
        "number": "100011202605000001",
        "graduation_date": "2026-07-01",
        "issue_date": "2026-07-01",
        "conclusion": "毕业",
        "president_name": "陈校长",
        "printed_number": None,
    }


class ConfirmCertificateV1(Command):
    """A second person of the school confirms one certificate (A24-2)."""

    service = "credentials"
    method = "confirm_certificate"
    answer = SavedV1

    certificate_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "certificate_id": ANOTHER_ID}


class WithheldV1(Contract):
    """Why a certificate does not take effect: its status ended, went away or is doubted (A16-1, A13-4)."""

    state = shapes.text(20, metadata={"description": "of the status; or contested, disputed"})
    rule = shapes.text(20)
    zh = shapes.text(300)
    en = shapes.text(300)
    turn = shapes.one_of(
        ("school", "authority"), metadata={"description": "who has to act: the school, or who decides the conflict"}
    )

    example: ClassVar[dict[str, Any]] = {
        "state": "on_leave",
        "rule": "A16-1",
        "zh": "该学籍当前不在籍、已离校保留或存在争议(on_leave),不能注册学历",
        "en": "the status is closed, away or contested (on_leave): no certificate can rest on it",
        "turn": "school",
    }


class CertificateV1(Contract):
    """A certificate as its school, its holder and the authorities see it; verifiers see it in effect only."""

    certificate_id = shapes.identifier()
    status_id = shapes.identifier()
    number = shapes.text(18)
    name = shapes.text(80)
    school_code = shapes.school_code()
    school_name = shapes.text(80)
    level = shapes.text(12)
    major_name = shapes.text(50)
    study_form = shapes.text(10)
    conclusion = shapes.text(10)
    graduation_date = shapes.day()
    issue_date = shapes.day()
    president_name = shapes.text(40)
    state = shapes.one_of(("incomplete", "complete", "registered", "published"))
    missing = fields.List(fields.String(), required=True)
    withheld = fields.Nested(
        WithheldV1,
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "What stands against a certificate that is not in effect yet."},
    )
    version = shapes.integer(1)

    example: ClassVar[dict[str, Any]] = {
        "certificate_id": ANOTHER_ID,
        "status_id": A_STATUS,
        "number": "100011202605000001",
        "name": "王*",
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "major_name": "哲学",
        "study_form": "普通全日制",
        "conclusion": "毕业",
        "graduation_date": "2026-07-01",
        "issue_date": "2026-07-01",
        "president_name": "陈校长",
        "state": "incomplete",
        "missing": ["photo"],
        "withheld": None,
        "version": 1,
    }


class GetCertificateV1(Request):
    """Ask for one certificate by its id."""

    service = "credentials"
    method = "get_certificate"
    answer = CertificateV1

    certificate_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)

    example: ClassVar[dict[str, Any]] = {"certificate_id": ANOTHER_ID, "after_version": 0}


class FindCertificateV1(Request):
    """A school finds the certificate of one own student status."""

    service = "credentials"
    method = "find_certificate"
    answer = CertificateV1

    status_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"status_id": A_STATUS}


class CertificateBatchV1(Contract):
    """Where one submitted file of certificates stands."""

    batch_id = shapes.identifier()
    kind = shapes.text(40)
    state = shapes.one_of(("submitted", "finished", "refused", "confirmed"))
    filename = shapes.text(200)
    rows = shapes.integer(allow_none=True)
    accepted = shapes.integer()
    refused = shapes.integer()
    errors_digest = shapes.digest(allow_none=True)
    reason = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    certificates = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, metadata={"description": "how many per state"}
    )
    version = shapes.integer(1)

    example: ClassVar[dict[str, Any]] = {
        "batch_id": ANOTHER_ID,
        "kind": "certificates",
        "state": "confirmed",
        "filename": "certificates-2026.csv",
        "rows": 160,
        "accepted": 158,
        "refused": 2,
        "errors_digest": "ab" * 32,
        "reason": None,
        "certificates": {"incomplete": 8, "registered": 150},
        "version": 3,
    }


class GetCertificateBatchV1(Request):
    """Ask where a file of certificates stands; with `refused_rows` because those are about to be read (A24-3)."""

    service = "credentials"
    method = "get_certificate_batch"
    answer = CertificateBatchV1

    batch_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    refused_rows = shapes.flag(required=False, load_default=False)

    example: ClassVar[dict[str, Any]] = {"batch_id": ANOTHER_ID, "after_version": 0, "refused_rows": False}
