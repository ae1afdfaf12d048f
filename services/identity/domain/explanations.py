"""Why a record is not among somebody's own, whose turn it is, by when, and what to do: the commonest question of all.

An explanation depends on what the asker said and on equality alone: no name, number or key of a record is in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from services.identity.domain.bind_tries import EARLIEST_YEAR
from services.identity.domain.record_rules import BOUND_BY_ITSELF_SINCE, Difference, differs_in
from shared.codes.working_days import CalendarNotPublished, add_working_days

Turn = Literal["school", "province", "registry", "nobody"]
SELF_TAUGHT: Final = "高等教育自学考试"
SCHOOL_REVIEW, PROVINCE_REVIEW = 10, 15  # working days: how long a school and then a province look at a case (A19-1)
CLAIM_REVIEW: Final = 3  # working days: how long the registry looks at a changed identity (AC-11)
STATUSES_SINCE: Final = 2001  # whoever entered before has no status here (AC-22)
_TERM_BEGINS, _DUE = (9, 1), (10, 1)  # registration is due a month after the term began (A13-1)
_GRADUATION: Final = (7, 31)  # by then the diplomas of a summer are registered, at once on issuing (A16-3)


@dataclass(frozen=True)
class RecordSeen:
    """A record as far as an explanation looks at it."""

    id: UUID
    kind: str
    id_key: str
    name_key: str
    school_code: str
    school_name: str
    category: str
    year: int
    person_id: UUID | None
    contested: bool
    disowned_on: date | None


@dataclass(frozen=True)
class Cause:
    """One reason why a record is missing."""

    reason: str
    rule: str
    turn: Turn
    working_days: int | None
    zh: str
    en: str


CAUSES: Final[dict[str, Cause]] = {
    one.reason: one
    for one in (
        Cause(
            "NAMES_DIFFER", "A19-1", "school", SCHOOL_REVIEW + PROVINCE_REVIEW,
            "证件一致，姓名不同。姓名有误的，请学校提出更正；曾用名的，请在本平台申请“姓名变更”，核实后自动绑定。",
            "The document is yours, the name is another. If it is an error, ask the school to correct it; if it is a "
            "former name, have your change of name verified here and the record is bound by itself.",
        ),
        Cause(
            "DOCUMENTS_DIFFER", "AC-19", "registry", CLAIM_REVIEW,
            "姓名一致，证件不同。换过证件的，请在本平台关联旧证件；学校录入有误的，请学校提出更正。",
            "The name is yours, the document is another. If yours was renewed or replaced, link the earlier one here; "
            "if the school entered it wrong, ask the school to correct it.",
        ),
        Cause(
            "BOTH_DIFFER", "AC-19", "registry", CLAIM_REVIEW,
            "姓名和证件都不同。若为本人曾用的姓名和证件，请在本平台申请关联该身份；否则该记录不属于您。",
            "Name and document are both others. If they were once yours, have that identity linked here; otherwise the "
            "record is not yours.",
        ),
        Cause(
            "COUNTRY_NOT_KEPT", "AC-16", "school", SCHOOL_REVIEW,
            "姓名和护照号码一致，学校未登记护照签发国。请用学号和入学年份手动绑定，或请学校补录签发国。",
            "Name and passport number agree; the school did not enter the issuing country. Bind the record by student "
            "number and year, or ask the school to add the country.",
        ),
        Cause(
            "CONTESTED", "A8-9", "province", PROVINCE_REVIEW,
            "该证件名下的记录存在争议，由省级教育行政部门裁定；双方均可查看进度。",
            "The record is contested; the province decides, and both sides see how far it is.",
        ),
        Cause(
            "DISOWNED", "AC-21", "province", PROVINCE_REVIEW,
            "您已声明该记录不属于本人，学校所在省正在处理。如系误操作，可凭编号重新绑定。",
            "You said that this record is not yours; the school's province looks into it. If that was a mistake, bind "
            "it again by its number.",
        ),
        Cause(
            "BEING_BOUND", "AC-20", "nobody", None,
            "该记录与您的身份一致，正在绑定，请刷新页面。",
            "The record is yours and is being bound right now; look again.",
        ),
        Cause(
            "BOUND", "AC-20", "nobody", None,
            "该记录已在您的档案中。",
            "The record is among your own already.",
        ),
        Cause(
            "BEFORE_1991", "AC-18", "nobody", None,
            "1991年以前的学历不在本平台范围内，请持证书原件向毕业学校或其档案馆查询。",
            "Qualifications before 1991 are not kept here; ask the school or its archive with the certificate.",
        ),
        Cause(
            "BEFORE_2001", "AC-22", "nobody", None,
            "学籍自2001年起建档，此前入学的没有学籍记录可查；毕业证书可按学历查询或手动绑定。",
            "Student status is kept here since 2001: of earlier entries there is none. The certificate is found as a "
            "qualification, or bound by its number.",
        ),
        Cause(
            "SELF_TAUGHT", "AC-22", "nobody", None,
            "自学考试没有学籍记录；取得毕业证书后可查询学历。",
            "Self-taught examinations have no student status; the diploma is found once it is issued.",
        ),
        Cause(
            "OLD_CERTIFICATE", "AC-17", "school", SCHOOL_REVIEW,
            "2001年以前的证书可能未自动绑定：请用证书上的两个编号分别尝试手动绑定（只输数字）；仍未找到的，请学校补录。",
            "Certificates before 2001 may not bind by themselves: try both numbers on yours, digits only; if neither "
            "is found, ask the school to enter it.",
        ),
        Cause(
            "NOT_REGISTERED_YET", "A13-1", "school", None,
            "尚未收到学校的注册。请在期限后再查看；逾期请联系学校，由省级教育行政部门督促。",
            "The school has not registered it yet. Look again after the day named; if it is over, ask the school, "
            "whose province sees to it.",
        ),
        Cause(
            "OVERDUE", "A13-1", "province", PROVINCE_REVIEW,
            "学校应已注册而未注册。请先联系学校；省级教育行政部门负责督促。",
            "The school should have registered it by now. Ask the school first; its province sees to it.",
        ),
        Cause(
            "NUMBER_NOT_FOUND", "AC-15", "school", SCHOOL_REVIEW,
            "该学校和年份下没有此编号。请核对编号、年份和学校；确认无误的，请学校核查。",
            "The school has no such number in this year. Check number, year and school; if they are right, ask the "
            "school.",
        ),
    )
}  # fmt: skip
_BY_DIFFERENCE: Final[dict[Difference, str]] = {
    "none": "BEING_BOUND",
    "name": "NAMES_DIFFER",
    "document": "DOCUMENTS_DIFFER",
    "both": "BOTH_DIFFER",
    "country": "COUNTRY_NOT_KEPT",
}
_DIFFERS: Final = {
    "NAMES_DIFFER": "name",
    "DOCUMENTS_DIFFER": "document",
    "BOTH_DIFFER": "both",
    "COUNTRY_NOT_KEPT": "country",
}


def cause_of(
    pairs: tuple[tuple[str, str], ...],
    record: RecordSeen,
    *,
    person_id: UUID | None = None,
    without_country: tuple[str, ...] = (),
) -> str:
    """Why a record that is there is not the person's."""
    if person_id is not None and record.person_id == person_id:
        return "BOUND"
    difference = differs_in(pairs, (record.id_key, record.name_key), without_country)
    if difference == "none" and record.disowned_on is not None:
        return "DISOWNED"
    if record.contested and difference != "both":
        return "CONTESTED"
    return _BY_DIFFERENCE[difference]


def cause_of_none(kind: str, year: int, category: str, today: date) -> str:
    """Why there is no record at all of a kind, a year of entry or graduation, and a category."""
    if kind == "status":
        if category == SELF_TAUGHT:
            return "SELF_TAUGHT"
        if year < STATUSES_SINCE:
            return "BEFORE_2001"
    elif year < EARLIEST_YEAR:
        return "BEFORE_1991"
    elif year < BOUND_BY_ITSELF_SINCE:
        return "OLD_CERTIFICATE"
    return "NOT_REGISTERED_YET" if today <= _due_of(kind, year) else "OVERDUE"


def explained(
    reason: str,
    *,
    kind: str,
    today: date,
    school_code: str | None = None,
    school: str | None = None,
    year: int = 0,
    in_charge: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """A cause with its office and its day; the day of a year whose holidays are not published yet stays open.

    The school is the one that the asker named, or that of the asker's own record; no other is told, but for the one
    that took its place and is in charge of its students now.
    """
    cause = CAUSES[reason]
    due_on = _due_of(kind, year) if reason == "NOT_REGISTERED_YET" else _after(today, cause.working_days)
    return {
        "kind": kind,
        "reason": reason,
        "differs": _DIFFERS.get(reason),
        "turn": cause.turn,
        "rule": cause.rule,
        "school_code": school_code,
        "school_name": school,
        "in_charge_code": in_charge[0] if in_charge else school_code,
        "in_charge_name": in_charge[1] if in_charge else school,
        "province": (in_charge[0] if in_charge else school_code)[2:4] if school_code else None,
        "due_on": due_on,
        "working_days": cause.working_days,
        "zh": cause.zh,
        "en": cause.en,
    }


def explain_all(
    pairs: tuple[tuple[str, str], ...],
    records: Iterable[RecordSeen],
    today: date,
    in_charge: Callable[[str, date], tuple[str, str]],
) -> list[dict[str, Any]]:
    """Of the records under a person's documents, those that are not hers, explained; of another's, no school."""
    found = []
    for one in records:
        own = (one.id_key, one.name_key) in pairs
        if not own or one.disowned_on is not None:
            named: dict[str, Any] = {}
            if own:
                named = {"school_code": one.school_code, "school": one.school_name}
                named["in_charge"] = in_charge(one.school_code, today)
            found.append(explained(cause_of(pairs, one), kind=one.kind, today=today, **named))
    return found


def _due_of(kind: str, year: int) -> date:
    return date(year, *(_DUE if kind == "status" else _GRADUATION))


def _after(today: date, working_days: int | None) -> date | None:
    if working_days is None:
        return None
    try:
        return add_working_days(today, working_days)
    except CalendarNotPublished:
        return None
