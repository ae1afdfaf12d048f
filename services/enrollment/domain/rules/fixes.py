"""The rules of corrections and supplements of admission data: school, admissions office, ministry and back (A10)."""

from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent
from services.enrollment.domain.rules.standing import AdmissionStanding
from shared.rules.refused import Refused

FixKind = Literal["correction", "supplement"]
FixState = Literal["requested", "proposed", "declined", "applied", "refused"]
STEPS: Final[dict[FixState, str]] = {
    "requested": "待省级招生部门核实",
    "proposed": "待教育部决定",
    "declined": "已由省级招生部门退回",
    "applied": "已更正",
    "refused": "未获教育部同意",
}
# What finds the admission stays as it is; a wrong number is a supplement
FIXED_FOR_EVER: Final = ("KSH", "RXRQ")


class FixAlreadyAsked(Refused):
    """One correction of an admission at a time."""

    rule = "A10-1"
    zh = "该考生已有更正或补录申请正在办理"
    en = "a correction or supplement for this examination number is already under way"


class RegisteredAlready(Refused):
    """After registration what is wrong is corrected by a case on the status."""

    rule = "A10-1"
    zh = "该生已注册学籍,录取数据不再更正;身份和学业信息有误的,走学籍信息更正程序"
    en = "the person is registered; what is wrong is corrected by a case on the status, not in the admission data"


class NothingToFix(Refused):
    """A correction names what is wrong and how it should be."""

    rule = "A10-1"
    zh = "更正内容与录取数据相同,没有可更正之处"
    en = "the admission data say this already; there is nothing to correct"


class CannotBeFixed(Refused):
    """The number and the year by which an admission is found are not corrected."""

    rule = "A10-1"
    status = 422
    zh = "考生号和入学日期不能更正;号码错误的,按补录办理"
    en = "examination number and day of entry are not corrected; a wrong number needs a supplement"


class AdmittedAlready(Refused):
    """A supplement is for a person who is missing."""

    rule = "A10-2"
    zh = "该考生号已在录取数据中,请按更正办理"
    en = "this examination number stands in the admission data; ask for a correction"


class FixAtAnotherStep(Refused):
    """A correction goes from the school to the admissions office to the ministry, in this order."""

    rule = "A10-2"
    zh = "该申请{step},不能执行此步骤"
    en = "this request is {state}; the step does not follow from it"


@dataclass(frozen=True)
class FixStanding:
    """What the next step of a correction rests on."""

    state: FixState
    kind: FixKind
    admission_id: UUID | None
    school_code: str
    province: str
    entry_year: int
    exam_no: str
    sealed: str  # the values by column, as the last office wrote them
    requested_by: str
    proposed_by: str = ""

    def proposed(self, sealed: str, by: str) -> "FixStanding":
        return replace(self, state="proposed", sealed=sealed, proposed_by=by)

    def ended(self, state: FixState) -> "FixStanding":
        return replace(self, state=state)


def may_ask_fix(admission: AdmissionStanding, *, released: bool, school_code: str, registered: bool) -> None:
    """The school asks for its own, released admission, before anything was registered from it (A10-1)."""
    if admission.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    if registered:
        raise RegisteredAlready(field="KSH")
    if admission.fix_id:
        raise FixAlreadyAsked(field="KSH")
    if not released:  # a list that is still under way is returned, not corrected row by row
        raise NoAdmissionBasis(field="KSH")


def may_propose(fix: FixStanding) -> None:
    """The admissions office verifies what a school asked for (A10-2)."""
    if fix.state != "requested":
        raise FixAtAnotherStep(field="fix_id", state=fix.state, step=STEPS[fix.state])


def may_decide_fix(fix: FixStanding) -> None:
    """The ministry decides what the admissions office proposed (A10-3)."""
    if fix.state != "proposed":
        raise FixAtAnotherStep(field="fix_id", state=fix.state, step=STEPS[fix.state])
