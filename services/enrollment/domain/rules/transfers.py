"""The rules of transfers 转学: the bars of Order 41 art. 22, whose turn it is, and what completes one (R41-22..24)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from services.enrollment.domain.rules.endings import earliest_day
from services.enrollment.domain.rules.standing import StatusStanding
from shared.codes.clock import add_months
from shared.codes.schools import province_of
from shared.eventstore.aggregate import changed
from shared.rules.refused import Refused

TransferState = Literal[
    "requested", "source_agreed", "target_reviewed", "approved", "completed", "filed", "rejected", "withdrawn", "lapsed"
]  # fmt: skip
OPEN_STEPS = ("requested", "source_agreed", "target_reviewed", "approved")
SEMESTER_MONTHS = 5  # from entry to the end of the first semester's teaching
LAST_YEAR_MONTHS = 12
REASONS = ("illness", "hardship", "special_need")
# A level that is not here compares with itself alone
RANKS = {
    "专科": 1, "专科(高职)": 1, "高起本": 2, "高升本": 2, "专升本": 2, "本科": 2, "第二学士学位": 2, "研究生班": 3,
    "硕士研究生": 3, "博士研究生": 4,
}  # fmt: skip
GRADUATE_LEVELS = ("研究生班", "硕士研究生", "博士研究生")
# Admitted for a directed employment, or under a plan whose contract binds to the school
DIRECTED = frozenset(
    (
        "免费医学生",
        "免费师范生",
        "公费师范生",
        "非西藏生源定向西藏就业计划",
        "强军计划",
        "援藏计划",
        "少数民族骨干计划",
        "定向生",
        "国防生",
        "政法干警招录培养体制改革试点生",
    )
)
BARS: dict[str, tuple[str, str]] = {
    "first_semester": ("入学未满一学期", "less than one semester has passed since entry"),
    "last_year": ("距预计毕业不足一年", "less than one year is left before graduation"),
    "score": ("高考成绩低于拟转入学校相关专业同一生源地相应年份录取成绩", "the score is below the target's"),
    "level": ("由低学历层次转为高学历层次", "the target level is higher than the present one"),
    "directed": ("以定向就业或特殊招生形式录取", "admitted for directed employment or by special recruitment"),
    "graduate_standard": (
        "拟转入学校、专业的研究生录取控制标准更高,或拟转入专业导师未同意",
        "the target's standards for graduate students are not met, or no supervisor there agrees",
    ),
    "reason": ("无正当转学理由或未附证明", "there is no good reason, or no proof of it"),
    "same_school": ("转入学校与转出学校相同", "source and target are the same school"),
    "not_studying": ("学籍不是在籍状态", "the status is not active"),
    "contested": ("学籍处于冲突案件中", "the status is contested"),
}


class TransferBarred(Refused):
    """Some students may not transfer; every bar that stands in the way is named."""

    rule = "R41-22"
    zh = "不得转学:{reasons_zh}"
    en = "no transfer: {reasons_en}"


class TransferAlreadyOpen(Refused):
    """One transfer at a time."""

    rule = "X-TRANSFER-1"
    zh = "该学生已有转学申请正在办理"
    en = "a transfer of this student is open already"


class TransferAtAnotherStep(Refused):
    """Each side acts when it is its turn."""

    rule = "X-TRANSFER-1"


class MeetingMissing(Refused):
    """The receiving school decides at a president's meeting, with number and date."""

    rule = "R41-23"
    zh = "须填写校长办公会或专题会议的决定文号和日期"
    en = "the president's meeting is named with the number and date of its decision"


class ProvinceNotConcerned(Refused):
    """Only transfers between provinces are confirmed by provinces, each for its own side."""

    rule = "R41-24"
    zh = "省内转学无须省级确认"
    en = "a transfer within one province needs no confirmation by provinces"


class AlreadyConfirmedHere(Refused):
    """Each province confirms once."""

    rule = "R41-24"
    zh = "该省已确认"
    en = "this province has confirmed already"


class PublicityRunning(Refused):
    """A transfer is published before it is carried out."""

    rule = "R41-23"
    zh = "公示期至{until}尚未结束"
    en = "the publicity period runs until {until}"


class PublicityUnknown(Refused):
    """Nobody knows yet when the publicity period ends."""

    rule = "X-CAL-1"


class TransferDateImpossible(Refused):
    """A transfer takes effect after its publicity and not in the future."""

    rule = "X-CODE-7"
    zh = "转学生效日期须在公示期满之后、不早于最近一次学籍变动,且不晚于今天"
    en = "a transfer takes effect after its publicity, not before the last change of the status, and not after today"


@dataclass(frozen=True)
class TransferTerms:
    """What the request says: from where to where, why, and on what statement of the score."""

    from_school: str
    to_school: str
    from_level: str
    to_level: str
    reason_kind: str
    evidence: tuple[str, ...]
    score: float | None = None  # of the entrance examination
    target_score: float | None = None  # of the target's major, same place of origin, same year
    standard_met: bool | None = None  # graduate students: the target's admission standards and a supervisor's consent

    @property
    def crosses_provinces(self) -> bool:
        return province_of(self.from_school) != province_of(self.to_school)


@dataclass(frozen=True)
class TransferStanding:
    """Where a transfer stands."""

    state: TransferState
    status_id: UUID
    terms: TransferTerms
    requested_by: str
    training: str
    confirmed_by: tuple[str, ...] = ()  # provinces
    publicity_until: date | None = None
    approved_on: date | None = None
    effective_on: date | None = None
    due_on: date | None = None  # of the filing

    @property
    def open(self) -> bool:
        return self.state in OPEN_STEPS

    def moved(self, state: TransferState) -> "TransferStanding":
        return changed(self, state=state)


def bars_of(status: StatusStanding, terms: TransferTerms, today: date, *, reviewed: bool = False) -> Iterator[str]:
    """Every bar of art. 22 that stands in the way; what the target alone can say is asked once it has `reviewed`."""
    yield from _bars_of_status(status, today)
    if terms.from_school == terms.to_school:
        yield "same_school"
    if _rises(terms):
        yield "level"
    if terms.reason_kind not in REASONS or not terms.evidence:
        yield "reason"
    if reviewed or terms.target_score is not None or terms.standard_met is not None:
        yield from _bars_of_standard(terms)


def _bars_of_status(status: StatusStanding, today: date) -> Iterator[str]:
    if status.state != "active":
        yield "not_studying"
    if status.contested_in:
        yield "contested"
    if today < add_months(status.entry_date, SEMESTER_MONTHS):
        yield "first_semester"
    if today > add_months(status.expected_graduation_date, -LAST_YEAR_MONTHS):
        yield "last_year"
    if status.admission_type in DIRECTED:
        yield "directed"


def _rises(terms: TransferTerms) -> bool:
    if terms.to_level == terms.from_level:
        return False
    return RANKS.get(terms.to_level, 9) > RANKS.get(terms.from_level, 0)


def _bars_of_standard(terms: TransferTerms) -> Iterator[str]:
    if terms.from_level in GRADUATE_LEVELS:
        if not terms.standard_met:
            yield "graduate_standard"
    elif terms.score is None or terms.target_score is None or terms.score < terms.target_score:
        yield "score"


def may_transfer(status: StatusStanding, terms: TransferTerms, today: date, *, reviewed: bool = False) -> None:
    """Refuse with every bar at once (R41-22)."""
    bars = list(bars_of(status, terms, today, reviewed=reviewed))
    if bars:
        raise TransferBarred(
            reasons_zh="；".join(BARS[each][0] for each in bars),
            reasons_en="; ".join(BARS[each][1] for each in bars),
            bars=" ".join(bars),
        )


def may_step(transfer: TransferStanding, *states: str) -> None:
    """A transfer is acted upon at its step only (X-TRANSFER-1)."""
    if transfer.state not in states:
        raise TransferAtAnotherStep(state=transfer.state)


def may_confirm(transfer: TransferStanding, province: str) -> bool:
    """Each province confirms its own side once; whether both have, then (R41-24)."""
    may_step(transfer, "target_reviewed")
    if not transfer.terms.crosses_provinces:
        raise ProvinceNotConcerned()
    if province in transfer.confirmed_by:
        raise AlreadyConfirmedHere(province=province)
    return len(transfer.confirmed_by) == 1


def may_complete(
    transfer: TransferStanding, status: StatusStanding, *, until: date | None, effective_on: date, today: date
) -> None:
    """After the publicity, where no bar has come to stand in the way since the approval (R41-22, R41-23)."""
    may_step(transfer, "approved")
    if until is None:
        raise PublicityUnknown()
    if today <= until:
        raise PublicityRunning(until=until)
    if not max(until, earliest_day(status) - timedelta(days=1)) < effective_on <= today:
        raise TransferDateImpossible(field="effective_on")
    may_transfer(status, transfer.terms, today, reviewed=True)
