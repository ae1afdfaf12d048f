"""What identity answers about a person's records: why one is missing, binding by number, disowning; identities."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.codes.countries import COUNTRIES
from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1

KINDS = ("status", "qualification")
REASONS = (
    "NAMES_DIFFER", "DOCUMENTS_DIFFER", "BOTH_DIFFER", "COUNTRY_NOT_KEPT", "CONTESTED", "DISOWNED", "BEING_BOUND",
    "BOUND", "BEFORE_1991", "BEFORE_2001", "SELF_TAUGHT", "OLD_CERTIFICATE", "NOT_REGISTERED_YET", "OVERDUE",
    "NUMBER_NOT_FOUND",
)  # fmt: skip
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_STATUS = "01930f3a-0000-7000-8000-0000000000a1"


def issuing_country() -> fields.String:
    """The country that issued a passport; only passports have one."""
    return shapes.one_of(
        sorted(COUNTRIES),
        required=False,
        allow_none=True,
        metadata={"description": "ISO 3166-1, three letters, as the passport prints it; for passports only."},
    )


class UnboundRecordV1(Contract):
    """Why a record is not among somebody's own: what differs, whose turn it is, until when, and what to do next.

    Nothing of the record is in it but what the asker said: no other name, number or school.
    """

    kind = shapes.one_of(KINDS)
    reason = shapes.one_of(REASONS)
    differs = shapes.one_of(("name", "document", "both", "country"), allow_none=True)
    turn = shapes.one_of(("school", "province", "registry", "nobody"))
    rule = shapes.text(12)
    school_code = shapes.school_code(allow_none=True)
    school_name = shapes.text(80, allow_none=True)
    in_charge_code = shapes.school_code(
        allow_none=True, metadata={"description": "The school itself, or the one that took its place."}
    )
    in_charge_name = shapes.text(80, allow_none=True)
    province = shapes.province(allow_none=True)
    due_on = shapes.day(allow_none=True, metadata={"description": "If it is asked for today."})
    working_days = shapes.integer(0, 1000, allow_none=True, metadata={"description": "That the office has for it."})
    zh = shapes.text(200)
    en = shapes.text(300)

    example: ClassVar[dict[str, Any]] = {
        "kind": "status",
        "reason": "NAMES_DIFFER",
        "differs": "name",
        "turn": "school",
        "rule": "A19-1",
        "school_code": "4111010001",
        "school_name": "北京医科大学",
        "in_charge_code": "4111010001",
        "in_charge_name": "北京大学",
        "province": "11",
        "due_on": "2026-11-24",
        "working_days": 25,
        "zh": "证件一致，姓名不同。",
        "en": "The document is yours, the name is another.",
    }


class RecordTriedV1(Contract):
    """Whether a number bound a record; if not, why, and how many more may be tried today."""

    bound = shapes.flag()
    record_id = shapes.identifier(allow_none=True)
    explanation = fields.Nested(UnboundRecordV1, required=True, allow_none=True)
    tries_left = shapes.integer(0, 5, allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "bound": False, "record_id": None, "explanation": UnboundRecordV1.example, "tries_left": 1,
    }  # fmt: skip


class BindRecordByNumberV1(Command):
    """Bind a record by its number, school and year (AC-15, AC-16).

    Of a qualification either number on the certificate and the year of graduation; of a status the student or exam
    number and the year of entry. It is bound only if name and document agree with one of the asker's identities.
    """

    service = "identity"
    method = "bind_record_by_number"
    answer = RecordTriedV1

    kind = shapes.one_of(KINDS)
    school_code = shapes.school_code()
    year = shapes.integer(1900, 2100)
    number = shapes.text(40)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        "kind": "qualification",
        "school_code": "4111010001",
        "year": 1998,
        "number": "NO.00298959",
    }


class ExplainMissingRecordV1(Request):
    """Why a record of a school and year is not among the asker's own (AC-16..AC-19)."""

    service = "identity"
    method = "explain_missing_record"
    answer = UnboundRecordV1

    kind = shapes.one_of(KINDS)
    school_code = shapes.school_code()
    year = shapes.integer(1900, 2100, metadata={"description": "Of entry, or of graduation."})
    category = shapes.text(20, required=False, load_default=None, allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "kind": "status", "school_code": "4111010001", "year": 2026, "category": "普通高等教育",
    }  # fmt: skip


class DisownRecordV1(Command):
    """The record is not mine, I never studied there: it stays, bound to nobody, and school and province see it."""

    service = "identity"
    method = "disown_record"
    answer = SavedV1

    record_id = shapes.identifier()
    kind = shapes.one_of(KINDS)
    statement = shapes.text(1000, shortest=5)

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND, "record_id": _STATUS, "kind": "status", "statement": "本人从未在该校就读。",
    }  # fmt: skip


class DisownedRecordV1(Contract):
    """A record that its supposed owner disowned, with that person's words."""

    record_id = shapes.identifier()
    kind = shapes.one_of(KINDS)
    status_id = shapes.identifier()
    school_code = shapes.school_code()
    school_name = shapes.text(80)
    level = shapes.text(12)
    year = shapes.integer(1900, 2100)
    disowned_on = shapes.day()
    statement = shapes.text(1000, shortest=0, metadata={"description": "Empty once the person has closed the account."})

    example: ClassVar[dict[str, Any]] = {
        "record_id": _STATUS,
        "kind": "status",
        "status_id": _STATUS,
        "school_code": "4111010001",
        "school_name": "北京大学",
        "level": "本科",
        "year": 2026,
        "disowned_on": "2026-10-20",
        "statement": "本人从未在该校就读。",
    }


class DisownedRecordsV1(Contract):
    """Disowned records of a school, a province or the nation, oldest first."""

    records = fields.List(fields.Nested(DisownedRecordV1), required=True, validate=Length(max=200))

    example: ClassVar[dict[str, Any]] = {"records": [DisownedRecordV1.example]}


class ListDisownedRecordsV1(Request):
    """The records that people said are not theirs: for the school, its province and the ministry."""

    service = "identity"
    method = "list_disowned_records"
    answer = DisownedRecordsV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)

    example: ClassVar[dict[str, Any]] = {"school_code": "4111010001", "province": None}


class IdentityOfMineV1(Contract):
    """One verified document and name of the asker, and how it came to be known."""

    id_type = shapes.text(2, shortest=0)
    id_number = shapes.text(60, shortest=0, metadata={"description": "Masked; empty where it cannot be opened."})
    country = shapes.text(3, allow_none=True)
    name = shapes.text(80, shortest=0)
    expires_on = shapes.day(allow_none=True)
    kind = shapes.one_of(("opened", "renewed", "changed_name", "linked", "corrected"))
    current = shapes.flag()
    corrected = shapes.flag(metadata={"description": "It was an error and binds nothing."})

    example: ClassVar[dict[str, Any]] = {
        "id_type": "A",
        "id_number": "US*********78",
        "country": "USA",
        "name": "Anna Maria",
        "expires_on": "2031-05-01",
        "kind": "renewed",
        "current": True,
        "corrected": False,
    }


class MyIdentitiesV1(Contract):
    """All identities of one person, oldest first."""

    identities = fields.List(fields.Nested(IdentityOfMineV1), required=True, validate=Length(max=50))

    example: ClassVar[dict[str, Any]] = {"identities": [IdentityOfMineV1.example]}


class ListMyIdentitiesV1(Request):
    """A person's own documents and names, those of earlier days too (AC-19)."""

    service = "identity"
    method = "list_my_identities"
    answer = MyIdentitiesV1

    example: ClassVar[dict[str, Any]] = {}
