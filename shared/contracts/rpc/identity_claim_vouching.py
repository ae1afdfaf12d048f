"""What identity answers about classmates who vouch for whoever claims a document (AC-9)."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request
from shared.contracts.rpc.identity_claims import A_CLAIM, A_COMMAND, A_MOMENT, A_SECRET, secret

A_CODE = "K7QD-2MZX-RT4A-WPJ6"
_A_VOUCH = "01930f3a-0000-7000-8000-0000000000f5"


class ClassmatesCodeV1(Contract):
    """The code to hand to classmates: shown here and never again, valid until the claim ends."""

    id = shapes.identifier()
    code = shapes.pattern(
        "(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", metadata={"description": "A secret: never log or store it."}
    )

    example: ClassVar[dict[str, Any]] = {"id": A_CLAIM, "code": A_CODE}


class AskClassmatesV1(Command):
    """Whoever contests a document and cannot prove it by knowledge asks classmates; a new code ends the one before."""

    service = "identity"
    method = "ask_classmates"
    answer = ClassmatesCodeV1

    claim_id = shapes.identifier()
    secret = secret()

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "claim_id": A_CLAIM, "secret": A_SECRET}


class VouchedV1(Contract):
    """What was said, under the id by which it can be taken back."""

    id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"id": _A_VOUCH}


class VouchForClassmateV1(Command):
    """A signed-in student says: whoever handed me this code studies, or studied, with me.

    Same school, level and year of entry as a record under the claimed document; a wrong code, a stranger and a record
    that does not exist get one answer. Three a year, once for each claim, by accounts of thirty days and more.
    """

    service = "identity"
    method = "vouch_for_classmate"
    answer = VouchedV1

    code = shapes.text(40, shortest=16)

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "code": A_CODE}


class VouchV1(Contract):
    """That one vouched: where and when, not for whom."""

    vouch_id = shapes.identifier()
    school_name = shapes.text(80)
    vouched_at = shapes.instant()
    taken_back_at = shapes.instant(allow_none=True)
    may_take_back = shapes.flag()

    example: ClassVar[dict[str, Any]] = {
        "vouch_id": _A_VOUCH,
        "school_name": "北京大学",
        "vouched_at": A_MOMENT,
        "taken_back_at": None,
        "may_take_back": True,
    }


class MyVouchesV1(Contract):
    """The own vouches, newest first."""

    vouches = fields.List(fields.Nested(VouchV1), required=True, validate=Length(max=50))

    example: ClassVar[dict[str, Any]] = {"vouches": [VouchV1.example]}


class ListMyVouchesV1(Request):
    """A signed-in student asks where the own word stands."""

    service = "identity"
    method = "list_my_vouches"
    answer = MyVouchesV1

    example: ClassVar[dict[str, Any]] = {}


class TakeVouchBackV1(Command):
    """The classmate takes the own word back, until the claim is decided."""

    service = "identity"
    method = "take_vouch_back"
    answer = VouchedV1

    vouch_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": A_COMMAND, "vouch_id": _A_VOUCH}
