"""What identity answers about privacy: who looked, what raised an alert, and to what a person consented."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.looks import SHOWN

CONSENT_SCOPE = ("name", "kind", "school_name", "level", "major_name", "since", "state", "ended_on")
KINDS = ("status", "qualification")
_LOOK = "01930f3a-0000-7000-8000-00000000ee01"
_ALERT = "01930f3a-0000-7000-8000-00000000ee11"
_CONSENT = "01930f3a-0000-7000-8000-00000000ee21"
_STATUS = "01930f3a-0000-7000-8000-0000000000a1"
_PERSON = "01930f3a-0000-7000-8000-0000000000c1"
_COMMAND = "01930f3a-0000-7000-8000-000000000001"
_AT = "2026-10-20T02:00:00+00:00"


class LookV1(Contract):
    """One look of somebody else at one's own records; the name of who looked is the office's and auditors' business."""

    look_id = shapes.identifier()
    service = shapes.text(20, metadata={"description": "The service that was asked."})
    seen_at = shapes.instant()
    role = shapes.text(40)
    office = shapes.text(40, shortest=0)
    office_name = shapes.text(80, shortest=0)
    use_case = shapes.text(80)
    shown = shapes.one_of(SHOWN)
    purpose = shapes.text(200, shortest=0)
    alone = shapes.flag(metadata={"description": "One named person was asked for, not a list."})
    records = fields.List(fields.UUID(), required=True, validate=Length(1, 500))

    example: ClassVar[dict[str, Any]] = {
        "look_id": _LOOK,
        "service": "enrollment",
        "seen_at": _AT,
        "role": "registrar",
        "office": "4111010001",
        "office_name": "北京大学",
        "use_case": "get_status",
        "shown": "masked",
        "purpose": "get_status",
        "alone": True,
        "records": [_STATUS],
    }


class MyLooksV1(Contract):
    """Who looked at one's own records, the newest first; ask on with `before` = `next`."""

    looks = fields.List(fields.Nested(LookV1), required=True, validate=Length(max=500))
    next = shapes.instant(allow_none=True)

    example: ClassVar[dict[str, Any]] = {"looks": [LookV1.example], "next": None}


class ListMyLooksV1(Request):
    """A student asks who looked at the own records (complaints 18, 21)."""

    service = "identity"
    method = "list_my_looks"
    answer = MyLooksV1

    before = shapes.instant(required=False, allow_none=True, load_default=None)
    limit = shapes.integer(1, 500, required=False, load_default=100, dump_default=100)

    example: ClassVar[dict[str, Any]] = {"before": None, "limit": 100}


class AlertV1(Contract):
    """A look at a named person out of the own scope and without an open case (AUD-4)."""

    alert_id = shapes.identifier()
    look_id = shapes.identifier()
    record_id = shapes.identifier()
    service = shapes.text(20)
    seen_at = shapes.instant()
    sub = shapes.text(80, metadata={"description": "Who looked."})
    role = shapes.text(40)
    org = shapes.text(40, shortest=0)
    office = shapes.text(40, shortest=0)
    use_case = shapes.text(80)
    shown = shapes.one_of(SHOWN)
    purpose = shapes.text(200, shortest=0)

    example: ClassVar[dict[str, Any]] = {
        "alert_id": _ALERT,
        "look_id": _LOOK,
        "record_id": _STATUS,
        "service": "enrollment",
        "seen_at": _AT,
        "sub": "ministry",
        "role": "ministry",
        "org": "moe",
        "office": "moe",
        "use_case": "get_status",
        "shown": "masked",
        "purpose": "get_status",
    }


class AlertsV1(Contract):
    """Alerts, the newest first; ask on with `before` = `next`."""

    alerts = fields.List(fields.Nested(AlertV1), required=True, validate=Length(max=500))
    next = fields.UUID(required=True, allow_none=True)

    example: ClassVar[dict[str, Any]] = {"alerts": [AlertV1.example], "next": None}


class ListAlertsV1(Request):
    """An auditor or the ministry asks which looks nothing explains."""

    service = "identity"
    method = "list_alerts"
    answer = AlertsV1

    before = shapes.identifier(required=False, allow_none=True, load_default=None)
    limit = shapes.integer(1, 500, required=False, load_default=100, dump_default=100)

    example: ClassVar[dict[str, Any]] = {"before": None, "limit": 100}


class ConsentV1(Contract):
    """A consent: for what, to whom, which fields of which records, until when; and when it was taken back."""

    consent_id = shapes.identifier()
    person_id = shapes.identifier()
    office = shapes.text(40)
    office_name = shapes.text(80, shortest=0)
    purpose = shapes.text(200, shortest=0, metadata={"description": "Empty where its key is not here."})
    scope = fields.List(shapes.one_of(CONSENT_SCOPE), required=True, validate=Length(1, 20))
    records = fields.List(fields.UUID(), required=True, validate=Length(1, 50))
    until = shapes.day(metadata={"description": "The last day."})
    granted_at = shapes.instant()
    revoked_at = shapes.instant(allow_none=True)
    rests = shapes.flag(
        required=False,
        load_default=False,
        metadata={"description": "Nobody reads by it while another account of the same person speaks (AC-19)."},
    )
    version = shapes.integer(1)

    example: ClassVar[dict[str, Any]] = {
        "consent_id": _CONSENT,
        "person_id": _PERSON,
        "office": "ver-1",
        "office_name": "某某科技有限公司",
        "purpose": "入职背景核实",
        "scope": ["name", "school_name"],
        "records": [_STATUS],
        "until": "2026-12-31",
        "granted_at": _AT,
        "revoked_at": None,
        "rests": False,
        "version": 1,
    }


class GrantConsentV1(Command):
    """A student lets one office read some fields of some own records, for a purpose, until a day within a year."""

    service = "identity"
    method = "grant_consent"
    answer = SavedV1

    office = shapes.text(40)
    purpose = shapes.text(200)
    scope = fields.List(shapes.one_of(CONSENT_SCOPE), required=True, validate=Length(1, 20))
    records = fields.List(fields.UUID(), required=True, validate=Length(1, 50))
    until = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "command_id": _COMMAND,
        **{name: ConsentV1.example[name] for name in ("office", "purpose", "scope", "records", "until")},
    }


class RevokeConsentV1(Command):
    """A student takes a consent back; nothing is read by it from this moment on."""

    service = "identity"
    method = "revoke_consent"
    answer = SavedV1

    consent_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"command_id": _COMMAND, "consent_id": _CONSENT}


class ReaderV1(Contract):
    """An office that can read by a consent: a verifier's, and open."""

    code = shapes.text(40)
    name = shapes.text(80)

    example: ClassVar[dict[str, Any]] = {"code": "ver-1", "name": "某某科技有限公司"}


class MyConsentsV1(Contract):
    """The consents of one person, the newest first; where they were asked for, the offices one can consent to."""

    consents = fields.List(fields.Nested(ConsentV1), required=True, validate=Length(max=200))
    readers = fields.List(fields.Nested(ReaderV1), required=False, load_default=list, validate=Length(max=500))

    example: ClassVar[dict[str, Any]] = {"consents": [ConsentV1.example], "readers": [ReaderV1.example]}


class ListMyConsentsV1(Request):
    """A student asks to what the own word was given."""

    service = "identity"
    method = "list_my_consents"
    answer = MyConsentsV1

    with_readers = shapes.flag(required=False, load_default=False)

    example: ClassVar[dict[str, Any]] = {"with_readers": False}


class GetMyConsentV1(Request):
    """A student asks for one consent."""

    service = "identity"
    method = "get_my_consent"
    answer = ConsentV1

    consent_id = shapes.identifier()
    after_version = shapes.integer(0, required=False, load_default=0, dump_default=0)

    example: ClassVar[dict[str, Any]] = {"consent_id": _CONSENT, "after_version": 0}


class ConsentedRecordV1(Contract):
    """One record by a consent: only the fields that it names are there."""

    id = shapes.identifier()
    kind = shapes.one_of(KINDS, required=False)
    school_name = shapes.text(80, required=False)
    level = shapes.text(12, required=False)
    major_name = shapes.text(50, required=False)
    since = shapes.day(required=False)
    state = shapes.text(20, required=False, allow_none=True)
    ended_on = shapes.day(required=False, allow_none=True)

    example: ClassVar[dict[str, Any]] = {"id": _STATUS, "school_name": "北京大学"}


class ConsentedV1(Contract):
    """What a consent lets its office read, as it stands now."""

    consent_id = shapes.identifier()
    purpose = shapes.text(200)
    until = shapes.day()
    name = shapes.text(80, allow_none=True, metadata={"description": "None where the consent does not name it."})
    records = fields.List(fields.Nested(ConsentedRecordV1), required=True, validate=Length(max=50))

    example: ClassVar[dict[str, Any]] = {
        "consent_id": _CONSENT,
        "purpose": "入职背景核实",
        "until": "2026-12-31",
        "name": "张三",
        "records": [ConsentedRecordV1.example],
    }


class ReadConsentedV1(Request):
    """An office that a person named reads what that person consented to; the person sees each reading."""

    service = "identity"
    method = "read_consented"
    answer = ConsentedV1

    consent_id = shapes.identifier()

    example: ClassVar[dict[str, Any]] = {"consent_id": _CONSENT}
