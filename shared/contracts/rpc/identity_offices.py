"""What identity answers about offices: founded, named, attested, stopped, ended (A23-1, A6-3)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1

OFFICE_KINDS = (
    "ministry", "operator", "province_education", "province_admissions", "self_taught_office", "school",
    "image_collector", "verifier", "auditor",
)  # fmt: skip
OFFICE_CODE = r"[a-z0-9][a-z0-9-]{1,39}"
OPERATOR_ID = r"[a-z0-9][a-z0-9-]{1,79}"
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_OPERATOR = "4111010001-3fa9c1"


def _code(**options: Any) -> Any:
    return shapes.pattern(OFFICE_CODE, **options)


def _operator_id(**options: Any) -> Any:
    return shapes.pattern(OPERATOR_ID, **options)


class FoundOfficeV1(Command):
    """The ministry founds an office: its code is for good, its name is the first of several (A6-3)."""

    service = "identity"
    method = "found_office"
    answer = SavedV1

    code = _code()
    kind = shapes.one_of(OFFICE_KINDS)
    name = shapes.text(80)
    scope = shapes.pattern(
        r"(moe|[1-9][0-9])",
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of an auditor's grant: the nation or one province."},
    )
    schools = fields.List(
        shapes.pattern(r"[0-9]{10}"),
        required=False,
        load_default=list,
        validate=Length(max=50),
        metadata={"description": "Of an auditor's grant: these schools alone, within its scope."},
    )
    services = fields.List(
        shapes.one_of(("identity", "enrollment", "credentials", "imaging", "verification")),
        required=False,
        load_default=list,
        validate=Length(max=5),
        metadata={"description": "Of an auditor's grant: what these services keep, and nothing else."},
    )
    purpose = shapes.text(
        200,
        shortest=0,
        required=False,
        load_default="",
        metadata={"description": "What an auditor's grant is for; only auditors have one, and must."},
    )
    valid_from = shapes.day()
    valid_until = shapes.day(
        required=False,
        load_default=None,
        allow_none=True,
        metadata={"description": "The last day of an auditor's grant, within a year."},
    )

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "code": "state-audit", "kind": "auditor", "name": "审计署", "scope": "11",
        "schools": ["4111010001"], "services": ["enrollment"], "purpose": "年度学籍审计",
        "valid_from": "2026-09-01", "valid_until": "2026-12-31",
    }  # fmt: skip


class RenameOfficeV1(Command):
    """An office bears another name from a day on; what was printed before keeps the name of its day."""

    service = "identity"
    method = "rename_office"
    answer = SavedV1

    code = _code()
    name = shapes.text(80)
    valid_from = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "code": "4111010001", "name": "北京大学", "valid_from": "2027-01-01",
    }  # fmt: skip


class MergeOfficeV1(Command):
    """Another office of its kind takes an office's place from a day on."""

    service = "identity"
    method = "merge_office"
    answer = SavedV1

    code = _code()
    into = _code()
    on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "code": "4111010023", "into": "4111010001", "on": "2027-09-01",
    }  # fmt: skip


class CloseOfficeV1(Command):
    """An office is no more from a day on; nobody acts for it then."""

    service = "identity"
    method = "close_office"
    answer = SavedV1

    code = _code()
    on = shapes.day()
    reason = shapes.text(500, shortest=2)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "code": "photo-house", "on": "2027-01-01", "reason": "contract ended",
    }  # fmt: skip


class SuspendOfficeV1(Command):
    """The office above stops an office: its operators look and do not act (A23-1)."""

    service = "identity"
    method = "suspend_office"
    answer = SavedV1

    code = _code()
    reason = shapes.text(500, shortest=2)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "code": "4111010001", "reason": "passwords were shared",
    }  # fmt: skip


class ResumeOfficeV1(Command):
    """The office above lets an office act again."""

    service = "identity"
    method = "resume_office"
    answer = SavedV1

    code = _code()
    reason = shapes.text(500, shortest=2)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "code": "4111010001", "reason": "everybody has a passkey now",
    }  # fmt: skip


class AttestOfficeV1(Command):
    """An office's owner hands in the written procedure and states how keys and records are kept, for a year (A23-1)."""

    service = "identity"
    method = "attest_office"
    answer = SavedV1

    code = _code()
    evidence = fields.List(
        shapes.digest(),
        required=True,
        validate=Length(1, 1),
        metadata={"description": "The written procedure, as a file that was handed in."},
    )
    statement = shapes.text(2000, shortest=10)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "code": "4111010001",
        "evidence": ["ab" * 32],
        "statement": "Every operator has a passkey of the own; keys are stored in the office's safe.",
    }


class OfficeNameV1(Contract):
    """A name and the day from which an office bears it."""

    name = shapes.text(80)
    valid_from = shapes.day()

    example: ClassVar[dict[str, Any]] = {"name": "北京大学", "valid_from": "2026-09-01"}


class ListedOfficeV1(Contract):
    """One office: its name today, who answers for it, and until when its yearly statement holds."""

    code = _code()
    kind = shapes.one_of(OFFICE_KINDS)
    role = shapes.text(40, metadata={"description": "The role of its operators."})
    org = shapes.text(40)
    name = shapes.text(80)
    province = shapes.province(allow_none=True)
    superior = _code(allow_none=True)
    valid_from = shapes.day()
    valid_until = shapes.day(allow_none=True)
    owner = _operator_id(allow_none=True)
    procedure = shapes.digest(allow_none=True)
    statement = shapes.text(2000, allow_none=True)
    attested_on = shapes.day(allow_none=True)
    attested_until = shapes.day(allow_none=True, metadata={"description": "The last day of the yearly statement."})
    suspended = shapes.flag(metadata={"description": "Stopped by the office above."})
    ended_on = shapes.day(allow_none=True)
    successor = _code(allow_none=True)
    state = shapes.one_of(
        ("open", "only_reads", "ended"),
        metadata={"description": "Whether its operators act, only look, or neither (A23-1)."},
    )

    example: ClassVar[dict[str, Any]] = {
        "code": "4111010001",
        "kind": "school",
        "role": "registrar",
        "org": "4111010001",
        "name": "北京大学",
        "province": "11",
        "superior": "education-11",
        "valid_from": "2026-09-01",
        "valid_until": None,
        "owner": _OPERATOR,
        "procedure": "ab" * 32,
        "statement": "Every operator has a passkey of the own.",
        "attested_on": "2026-09-02",
        "attested_until": "2027-09-01",
        "suspended": False,
        "ended_on": None,
        "successor": None,
        "state": "open",
    }


class OfficeV1(ListedOfficeV1):
    """One office with all its names, and the one it bore on the day that was asked for."""

    names = fields.List(fields.Nested(OfficeNameV1), required=True, validate=Length(max=200))
    named = shapes.text(80, allow_none=True, metadata={"description": "None: it was not founded yet on that day."})
    schools = fields.List(shapes.text(10), required=True, validate=Length(max=50))
    services = fields.List(shapes.text(20), required=True, validate=Length(max=5))
    purpose = shapes.text(200, shortest=0, metadata={"description": "Of an auditor's grant; empty elsewhere."})

    example: ClassVar[dict[str, Any]] = {
        **ListedOfficeV1.example, "names": [OfficeNameV1.example], "named": "北京大学", "schools": [], "services": [],
        "purpose": "",
    }  # fmt: skip


class GetOfficeV1(Request):
    """One office, and its name on a day: a certificate keeps the name of its day."""

    service = "identity"
    method = "get_office"
    answer = OfficeV1

    code = _code()
    on = shapes.day(required=False, load_default=None, allow_none=True)
    after_version = shapes.integer(required=False, load_default=0)

    example: ClassVar[dict[str, Any]] = {"code": "4111010001", "on": "2026-09-01", "after_version": 0}


class OfficesV1(Contract):
    """Offices by code."""

    offices = fields.List(fields.Nested(ListedOfficeV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"offices": [ListedOfficeV1.example]}


class ListOfficesV1(Request):
    """The offices that the asker's office looks after: its own, its province's, the nation's."""

    service = "identity"
    method = "list_offices"
    answer = OfficesV1

    kind = shapes.one_of(OFFICE_KINDS, required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    lapsed = shapes.flag(
        required=False, load_default=False, metadata={"description": "Only offices without a statement that holds."}
    )
    after = _code(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 200, required=False, load_default=100)

    example: ClassVar[dict[str, Any]] = {
        "kind": "school",
        "province": "11",
        "lapsed": False,
        "after": None,
        "limit": 100,
    }
