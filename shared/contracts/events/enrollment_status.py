"""What enrollment tells of a status after its registration: what changed it, ended it, contests it."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import PublicFact

STATUS = "01930f3a-0000-7000-8000-0000000000a1"
CASE = "01930f3a-0000-7000-8000-0000000000d1"
ID_KEY = "5f1c" * 10
NAME_KEY = "a7b2" * 10

STATES = (
    "active",
    "suspended",
    "on_leave",
    "reserved",
    "graduated",
    "completed",
    "dropped",
    "expelled",
    "cancelled",
    "deceased",
    "transferred_out",
    "withdrawn",
)
CHANGES = ("留级", "降级", "跳级", "休学", "复学", "转专业", "保留学籍", "延长学习年限")
ENDINGS = ("退学", "取消学籍", "开除学籍", "死亡", "转学", "注册撤回", "毕业", "结业")


class StudentStatusChangedV1(PublicFact):
    """A decision of the school changed an open status, or a change was taken back (A12-4)."""

    publisher = "enrollment"
    subject = "status_id"
    consumers = ("credentials", "imaging", "verification")

    status_id = shapes.identifier()
    kind = shapes.one_of(CHANGES)
    withdrawn = shapes.flag(metadata={"description": "The change was taken back; the values are those before it."})
    state = shapes.one_of(STATES)
    effective_on = shapes.day()
    grade = shapes.integer(0, 2100, allow_none=True, metadata={"description": "The class, by its year of entry."})
    major_code = shapes.text(8, allow_none=True)
    major_name = shapes.text(50, allow_none=True)
    expected_graduation_date = shapes.day(allow_none=True)

    example: ClassVar[dict[str, Any]] = {
        "status_id": STATUS,
        "kind": "转专业",
        "withdrawn": False,
        "state": "active",
        "effective_on": "2027-09-01",
        "grade": None,
        "major_code": "020101",
        "major_name": "经济学",
        "expected_graduation_date": None,
    }


class StudentStatusEndedV1(PublicFact):
    """A status ended: cancelled (A12-6), transferred, taken back, or long closed in the register it was loaded from."""

    publisher = "enrollment"
    subject = "status_id"
    consumers = ("credentials", "identity", "imaging", "verification")

    status_id = shapes.identifier()
    id_key = shapes.id_key()
    kind = shapes.one_of(ENDINGS)
    state = shapes.one_of(STATES)
    effective_on = shapes.day()
    illegal_entry = shapes.flag(metadata={"description": "Entered against the rules: publicly not valid (A26-2)."})
    continues_at = shapes.school_code(
        required=False, load_default=None, allow_none=True, metadata={"description": "After a transfer, the school."}
    )

    example: ClassVar[dict[str, Any]] = {
        "status_id": STATUS,
        "id_key": ID_KEY,
        "kind": "退学",
        "state": "dropped",
        "effective_on": "2027-03-05",
        "illegal_entry": False,
        "continues_at": None,
    }


class StudentCorrectedV1(PublicFact):
    """A decided case changed what identifies a student or the study; the earlier version is kept (A19-1, A19-2)."""

    publisher = "enrollment"
    subject = "status_id"
    consumers = ("credentials", "identity", "verification")

    status_id = shapes.identifier()
    case_id = shapes.identifier()
    fields_changed = fields.List(fields.String(validate=Length(1, 40)), required=True, validate=Length(1, 20))
    identity_version = shapes.integer(2)
    old_id_key = shapes.id_key()
    id_key = shapes.id_key()
    name_key = shapes.name_key()
    sealed_person = shapes.sealed()
    level = shapes.text(12)
    study_form = shapes.text(10)
    full_time = shapes.flag()
    major_code = shapes.text(8)
    major_name = shapes.text(50)
    duration = shapes.text(3)

    example: ClassVar[dict[str, Any]] = {
        "status_id": STATUS,
        "case_id": CASE,
        "fields_changed": ["name"],
        "identity_version": 2,
        "old_id_key": ID_KEY,
        "id_key": ID_KEY,
        "name_key": NAME_KEY,
        "sealed_person": "x1.2026a.c2VhbGVkLXBlcnNvbg==",
        "level": "本科",
        "study_form": "普通全日制",
        "full_time": True,
        "major_code": "010101",
        "major_name": "哲学",
        "duration": "4",
    }


class AnnualRegistrationWithdrawnV1(PublicFact):
    """The last academic year's result was taken back; what stood before stands again."""

    publisher = "enrollment"
    subject = "status_id"
    consumers = ("imaging", "verification")

    status_id = shapes.identifier()
    academic_year = shapes.academic_year(metadata={"description": "Whose result is taken back."})
    restored_year = shapes.academic_year(metadata={"description": "The last settled year now."})
    restored_as = shapes.one_of(("registered", "deferred"))
    state = shapes.one_of(STATES)

    example: ClassVar[dict[str, Any]] = {
        "status_id": STATUS,
        "academic_year": 2027,
        "restored_year": 2026,
        "restored_as": "registered",
        "state": "active",
    }


class StatusContestedV1(PublicFact):
    """Two statuses, or two people, claim one identity; or the case of it is decided."""

    publisher = "enrollment"
    subject = "status_id"
    consumers = ("credentials", "identity", "verification")

    status_id = shapes.identifier()
    id_key = shapes.id_key()
    case_id = shapes.identifier()
    settled = shapes.flag()
    keeps = shapes.flag(metadata={"description": "Once settled: whether this status stands."})

    example: ClassVar[dict[str, Any]] = {
        "status_id": STATUS,
        "id_key": ID_KEY,
        "case_id": CASE,
        "settled": False,
        "keeps": True,
    }


class AnnualRegistrationOverdueV1(PublicFact):
    """A school has not settled an academic year one month after its own start; told to its province (A13-1).

    A school that has not even said when the year began is told of after the usual day.
    """

    publisher = "enrollment"
    subject = "school_code"
    consumers = ()

    school_code = shapes.school_code()
    province = shapes.province()
    academic_year = shapes.academic_year()
    due_on = shapes.day()
    found_on = shapes.day()
    missing = shapes.integer(metadata={"description": "Open statuses without a result of this year."})
    declared = shapes.flag(
        required=False,
        load_default=True,
        metadata={"description": "False: the school has not said when the year began; the due day is the usual one."},
    )

    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": "11",
        "academic_year": 2027,
        "due_on": "2027-10-01",
        "found_on": "2027-10-02",
        "missing": 12,
        "declared": True,
    }


class RechecksOverdueV1(PublicFact):
    """Freshmen of a school are not rechecked three months after their entry; told to its province (R41-11)."""

    publisher = "enrollment"
    subject = "school_code"
    consumers = ()

    school_code = shapes.school_code()
    province = shapes.province()
    entry_year = shapes.academic_year()
    entry_date = shapes.day()
    due_on = shapes.day()
    found_on = shapes.day()
    missing = shapes.integer(metadata={"description": "Open statuses of that day of entry without a recheck."})

    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": "11",
        "entry_year": 2027,
        "entry_date": "2027-09-01",
        "due_on": "2027-12-01",
        "found_on": "2027-12-02",
        "missing": 12,
    }


class CancellationOverdueV1(PublicFact):
    """A decision to close a status is not recorded 15 working days after it was made; told to the province (A13-2)."""

    publisher = "enrollment"
    subject = "cancellation_id"
    consumers = ()

    cancellation_id = shapes.identifier()
    school_code = shapes.school_code()
    province = shapes.province()
    kind = shapes.one_of(("退学", "取消学籍", "开除学籍", "死亡"))
    illegal_entry = shapes.flag(metadata={"description": "Declared by an authority, not proposed by the school."})
    due_on = shapes.day()
    found_on = shapes.day()

    example: ClassVar[dict[str, Any]] = {
        "cancellation_id": "019b0000-0000-7000-8000-000000000003",
        "school_code": "4111010001",
        "province": "11",
        "kind": "退学",
        "illegal_entry": False,
        "due_on": "2027-10-27",
        "found_on": "2027-10-28",
    }
