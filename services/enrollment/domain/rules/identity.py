"""The rules of cases: whose data are changed, on what proof, by whom, and where a case stands (A11, A14, A19, A24)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.enrollment.domain.rules.standing import CANCELLATIONS, StatusStanding
from shared.eventstore.aggregate import changed
from shared.rules.refused import Refused

CaseKind = Literal[
    "correction",  # 勘误: what is recorded was wrong from the beginning
    "change",  # 变更: the fact itself changed
    "dispute",  # the student says that something is wrong, and perhaps not what is right (A11-2)
    "cancellation",  # the closing of the status was wrong (A13-4)
    "disowned",  # the person said that the record is not theirs (AC-21)
]
DISPUTES = ("dispute", "disowned")
"""Cases that mark the record as disputed until they are decided."""
CaseState = Literal[
    "filed", "school_review", "province_review", "applied", "rejected", "not_accepted", "withdrawn"
]  # fmt: skip
OPEN_STEPS: Mapping[str, str] = {"filed": "school", "school_review": "school", "province_review": "province"}

# What a case may change; the key fields need the province even while the student is at school
KEY_FIELDS = frozenset(
    (
        "name",
        "sex",
        "birth_date",
        "id_type",
        "id_number",
        "major_code",
        "major_name",
        "level",
        "study_form",
        "duration",
    )
)
PERSON_FIELDS = ("name", "sex", "birth_date", "id_type", "id_number", "ethnicity")
STUDY_FIELDS = ("major_code", "major_name", "level", "study_form", "duration")
FIELDS = (*PERSON_FIELDS, *STUDY_FIELDS)
GRADUATED = ("graduated", "completed")


class ProofMissing(Refused):
    """An identity change needs legal proof."""

    rule = "A19-1"
    zh = "申请须附合法性证明材料"
    en = "the request needs legal proof as evidence"


class NothingToChange(Refused):
    """The record already says what the request asks for."""

    rule = "A19-1"
    zh = "申请的内容与现有记录一致,没有可变更的内容"
    en = "the record already says so; there is nothing to change"


class CaseAlreadyOpen(Refused):
    """One open case for each field of a record."""

    rule = "X-CASE-1"
    zh = "该记录的同一内容已有案件正在办理"
    en = "a case about the same content of this record is open already"


class CaseAtAnotherStep(Refused):
    """Each step has its time."""

    rule = "X-CASE-1"


class CaseDecided(Refused):
    """A decided case stays decided; a new one may be filed."""

    rule = "X-CASE-2"


class DecidedByItsFiler(Refused):
    """Who filed a case, named its values or passed it on does not decide it."""

    rule = "A24-2"


class ValuesMissing(Refused):
    """A dispute says what is wrong; what is right must be named before it is applied."""

    rule = "X-CASE-1"
    zh = "尚未提出更正后的内容,学校须先提出并附证明"
    en = "the right values are not named yet; the school names them with evidence first"


class NoChangeOfArchive(Refused):
    """An archive tells what was; an error in it is corrected, a later change of the fact is not written into it."""

    rule = "A14-2"
    zh = "学籍档案只能勘误,不记录离校后的变更"
    en = "an archived record is corrected where it was wrong; changes after leaving are not written into it"


class NoChangeAfterGraduation(Refused):
    """After graduation a student's request for a change is not accepted; an error is the school's to file."""

    rule = "A19-5"


class NotCancelled(Refused):
    """Only the closing of a status can be found wrong by this kind of case."""

    rule = "A13-4"
    zh = "该学籍并未注销,不能按错误注销申请"
    en = "this status was not cancelled; there is no wrong closing to correct"


class NothingHeld(Refused):
    """A registration that was taken back, or went on elsewhere by a case, holds nothing to correct."""

    rule = "A14-2"


class IdentityContested(Refused):
    """While two sides claim one identity, the conflict's own case decides about it."""

    rule = "A8-9"
    zh = "该学籍的身份正处于冲突案件中,须由该案件决定"
    en = "the identity of this status is contested; the case of the conflict decides about it"


class AlreadyDisputed(Refused):
    """While a dispute is open the data are not confirmed."""

    rule = "A11-2"
    zh = "异议尚在办理中,不能确认"
    en = "a dispute is open; the data cannot be confirmed until it is decided"


class AlreadyConfirmed(Refused):
    """Confirmed once is confirmed, until the school asks again."""

    rule = "A11-2"
    zh = "本人已确认"
    en = "already confirmed"


class NothingToCheck(Refused):
    """Only students whose status is open are asked to check."""

    rule = "A11-1"
    zh = "该学籍已终止,无须告知核对"
    en = "this status has ended; its student is not asked to check"


@dataclass(frozen=True)
class CaseStanding:
    """Where a case stands, and who has had a hand in it."""

    state: CaseState
    kind: CaseKind
    level: Literal["school", "province"]
    status_id: UUID
    school_code: str
    training: str
    fields: tuple[str, ...]
    sealed_request: str
    filed_by: str
    filed_role: str
    has_values: bool
    due_on: date | None
    hands: tuple[str, ...] = field(default=())  # who may not decide: filed, named values, passed on
    since: date | None = None  # from when the present clock runs

    def moved(self, state: CaseState, hand: str = "", **values: Any) -> "CaseStanding":
        hands = (*self.hands, hand) if hand and hand not in self.hands else self.hands
        return changed(self, state=state, hands=hands, **values)

    @property
    def open(self) -> bool:
        return self.state in OPEN_STEPS


def level_of(kind: str, fields: Collection[str], standing: StatusStanding) -> Literal["school", "province"]:
    """Who decides: the province for key fields, archives and wrong closings, else the school (A19-1)."""
    needs_province = kind == "cancellation" or not standing.is_open or bool(KEY_FIELDS & set(fields))
    return "province" if needs_province else "school"


def may_file(
    standing: StatusStanding, *, kind: str, fields: Collection[str], evidence: Collection[str], by_student: bool
) -> None:
    """Whether such a case may be filed about this record at all (A13-4, A14-2, A19-1, A19-5)."""
    if standing.state in ("withdrawn", "transferred_out"):
        raise NothingHeld(state=standing.state)
    if kind == "cancellation":
        if standing.state not in CANCELLATIONS.values():
            raise NotCancelled(state=standing.state)
        if standing.contested_in:  # what would go on is claimed by another side
            raise IdentityContested(case_id=standing.contested_in)
    elif standing.state in GRADUATED and (by_student or kind == "change"):
        raise NoChangeAfterGraduation()
    elif not standing.is_open and kind == "change":
        raise NoChangeOfArchive(state=standing.state)
    if kind not in DISPUTES and not evidence:
        raise ProofMissing(field="evidence")
    may_change_identity(standing, fields)


def may_change_identity(standing: StatusStanding, fields: Collection[str]) -> None:
    """A contested identity is decided by the conflict's case, not beside it (A8-9)."""
    if standing.contested_in and set(fields) & set(PERSON_FIELDS):
        raise IdentityContested(case_id=standing.contested_in)


def differing(values: Mapping[str, str], present: Mapping[str, Any]) -> dict[str, str]:
    """The values that are not on record already; refuses a request that changes nothing (A19-1)."""
    new = {name: value for name, value in values.items() if value != present.get(name)}
    if not new:
        raise NothingToChange(field=next(iter(values), None))
    return new


def may_step(case: CaseStanding, *steps: str) -> None:
    """A case is acted upon at its step only (X-CASE-1, X-CASE-2)."""
    if not case.open:
        raise CaseDecided(state=case.state)
    if case.state not in steps:
        raise CaseAtAnotherStep(state=case.state)


def may_review(case: CaseStanding, sub: str, *steps: str) -> None:
    """Another person than the filer reviews (A24-2)."""
    may_step(case, *steps)
    if sub in case.hands:
        raise DecidedByItsFiler()


def may_pass(case: CaseStanding) -> None:
    """Nothing is passed on or applied before it is known what shall stand in the record."""
    if not case.has_values:
        raise ValuesMissing(field="values")


def may_confirm(standing: StatusStanding) -> None:
    """The student confirms once, and not while disputing (A11-2)."""
    if standing.checked == "disputed":
        raise AlreadyDisputed()
    if standing.checked == "confirmed":
        raise AlreadyConfirmed()


def may_ask(standing: StatusStanding) -> None:
    """Students are asked to check while they study (A11-1)."""
    if not standing.is_open:
        raise NothingToCheck(state=standing.state)
