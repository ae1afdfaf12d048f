"""What a school files about one year of a student, what the registry makes of it, and taking it back (A12, R41-12)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, Literal, NamedTuple

from services.enrollment.domain.rules.papers import RECORDS
from services.enrollment.domain.rules.standing import StatusStanding, YearResult, academic_year_of
from services.enrollment.domain.rules.texts import clean_text
from services.enrollment.domain.rules.years import (
    DueOf,
    StatusNotOpen,
    YearAlreadySettled,
    due_for,
    may_settle_year,
    settling_checks,
    usual_first,
)
from shared.rules.refused import Refused

Cause = Literal["unpaid_tuition", "absence", "other"]
Tuition = Literal["", "paid", "unpaid", "loan", "aid"]
CAUSES: Final[dict[str, Cause]] = {"欠缴学费": "unpaid_tuition", "未到校": "absence", "其他": "other"}
TUITION: Final[dict[str, Tuition]] = {"已缴": "paid", "未缴": "unpaid", "助学贷款": "loan", "资助": "aid"}
TRANSFER: Final = "转学"


class TuitionUnpaid(Refused):
    """Who owes tuition is not registered."""

    rule = "R41-12"
    zh = "学费未缴,不予注册;请改为暂缓注册(欠缴学费)"
    en = "tuition is unpaid, so the year is not registered: defer it with the cause unpaid tuition"


class AidComesFirst(Refused):
    """Whoever applied for a loan or aid is registered first."""

    rule = "R41-12"
    zh = "助学贷款或资助申请人应先予注册,不得以欠缴学费暂缓"
    en = "an applicant for a loan or aid is registered first and not deferred for unpaid tuition"


class CauseWithoutDeferral(Refused):
    """Only a deferral has a cause."""

    rule = "A12-3"
    zh = "注册学籍不填暂缓原因"
    en = "a registered year has no cause of deferral"


class ChangeNotRecorded(Refused):
    """The year tells of the changes that were decided; a word in a file is no decision."""

    rule = "A12-4"
    zh = "学籍变动“{kind}”尚未登记,请先用学籍变动文件登记其文号与生效日期"
    en = "the change {kind} is not on record: file it with its decision as a status change first"


class TransferNotRecorded(ChangeNotRecorded):
    """A transfer is agreed on by two schools before a year tells of it."""

    zh = "学籍变动“{kind}”尚未登记,请先办理转学手续"
    en = "no transfer ({kind}) of this student is on record: have it approved first"


class RecordComesLate(Refused):
    """A year that is registered takes no more records."""

    rule = "A12-5"
    zh = "该学年已注册,新的学籍记载“{text}”请用学籍记载文件填报"
    en = "the year is registered already: file the new record ({text}) as a study record"


class RecordUnclassified(Refused):
    """A year tells of exams, practice, rewards and punishments, and says which of them a record is."""

    rule = "A12-5"
    zh = "学籍记载须写明类别,如“奖励:三好学生”;类别为:{kinds}"
    en = "a record says its kind first, as in 奖励:三好学生; the kinds are: {kinds}"


class YearNotLast(Refused):
    """Only the last result can be taken back."""

    rule = "X-UNDO-1"


class YearFiling(NamedTuple):
    """What a school files about one student and one year."""

    school_code: str
    academic_year: int
    result: YearResult
    cause: str = ""
    tuition: str = ""
    changes: tuple[str, ...] = ()
    records: tuple[str, ...] = ()


def may_defer(filing: YearFiling) -> None:
    """Unpaid tuition defers the year; a loan or aid that was applied for does not (R41-12)."""
    if filing.result == "registered":
        if filing.cause:
            raise CauseWithoutDeferral(field="ZHYY")
        if filing.tuition == "unpaid":
            raise TuitionUnpaid(field="JFQK")
    elif filing.cause == "unpaid_tuition" and filing.tuition in ("loan", "aid"):
        raise AidComesFirst(field="ZHYY")


def may_tell_changes(filed: Iterable[str], known: Sequence[str]) -> None:
    """A change that a file names must be on record; what is on record is told whether it is named or not (A12-4).

    Where credits count, a school need not mark who repeats or skips a year, and may all the same (A12-8).
    """
    for kind in filed:
        if kind not in known:
            refusal = TransferNotRecorded if kind == TRANSFER else ChangeNotRecorded
            raise refusal(field="XJBD", kind=kind)


def is_settled_alike(status: StatusStanding, filing: YearFiling) -> bool:
    """Whether the registry says already what is filed; a new record of a settled year is refused (A12-5)."""
    if not _is_settled_so(status, filing):
        return False
    may_tell_changes(filing.changes, status.year_told)
    for text in filing.records:
        _require_told(status, text)
    return True


def _is_settled_so(status: StatusStanding, filing: YearFiling) -> bool:
    if (status.settled_year, status.settled_as) != (filing.academic_year, filing.result):
        return False
    if status.school_code != filing.school_code or not status.is_open:
        return False
    return filing.academic_year > academic_year_of(status.entry_date)  # the year of entry was never filed


def _require_told(status: StatusStanding, text: str) -> None:
    if clean_text(text, field="XJJZ", longest=200) not in status.year_told:
        raise RecordComesLate(field="XJJZ", text=text)


def year_checks(
    status: StatusStanding, filing: YearFiling, *, due_of: DueOf, first_of: DueOf = usual_first
) -> Iterator[Callable[[], object]]:
    """What is asked of a filed year, one question at a time: whoever mends a row wants to know all that is wrong."""
    if _is_settled_so(status, filing):
        for kind in filing.changes:
            yield partial(may_tell_changes, (kind,), status.year_told)
        for text in filing.records:
            yield partial(_require_told, status, text)
        return
    school_code, year, result = filing.school_code, filing.academic_year, filing.result
    yield from settling_checks(
        status, school_code=school_code, academic_year=year, result=result, due_of=due_of, first_of=first_of
    )
    yield partial(may_defer, filing)
    known = _known_changes(status, filing.academic_year)
    for kind in filing.changes:
        yield partial(may_tell_changes, (kind,), known)
    for text in filing.records:
        yield partial(clean_record, text)


def _known_changes(status: StatusStanding, academic_year: int) -> tuple[str, ...]:
    return (*status.marks, *(status.year_told if academic_year == status.settled_year else ()))


def decide_year(
    status: StatusStanding,
    filing: YearFiling,
    *,
    registered_on: date,
    due_of: DueOf,
    first_of: DueOf = usual_first,
) -> dict[str, Any]:
    """What the result of a year says, by whichever way it was filed (A12); its fact is named by `filing.result`."""
    academic_year, result = filing.academic_year, filing.result
    if is_settled_alike(status, filing):  # where something new is told of it, that is named instead
        raise YearAlreadySettled(field="XN")
    may_settle_year(
        status,
        school_code=filing.school_code,
        academic_year=academic_year,
        result=result,
        due_of=due_of,
        first_of=first_of,
    )
    if filing.cause or filing.tuition:
        may_defer(filing)
    due_on = due_of(academic_year)
    if status.absences:
        due_on = due_for(status, academic_year, due_on)
    if filing.changes:
        may_tell_changes(filing.changes, _known_changes(status, academic_year))
    values = {  # in the order of the fact, which is then stored as it is
        "academic_year": academic_year,
        "registered_on": registered_on,
        "due_on": due_on,
        "late": registered_on > due_on,
        "changes": status.marks,
        "annotations": told_records(status.records, filing.records) if filing.records else status.records,
    }
    if result == "registered":
        return values | {"origin": "", "evidence_level": "", "resumes": status.state == "suspended"}
    return values | {"cause": filing.cause or "other", "origin": "", "evidence_level": ""}


def told_records(known: tuple[str, ...], filed: Iterable[str]) -> tuple[str, ...]:
    """The records a year tells: those on record, and what the file adds, for a record needs no decision (A12-5)."""
    added = [clean_record(text) for text in filed]
    return (*known, *[text for text in added if text not in known])


def clean_record(text: str) -> str:
    """A record as a year tells it: one of the four kinds, a colon, and what there is to say (A12-5)."""
    record = clean_text(text, field="XJJZ", longest=200)
    kind, colon, said = record.replace("：", ":").partition(":")
    if kind.strip() not in RECORDS or not colon or not said.strip():
        raise RecordUnclassified(field="XJJZ", kinds="、".join(RECORDS))
    return f"{kind.strip()}:{said.strip()}"


def may_withdraw_year(status: StatusStanding, academic_year: int) -> None:
    """The last result of an open status may be taken back while nothing followed from it (A12-3)."""
    if not status.is_open:
        raise StatusNotOpen(field="KSH", state=status.state)
    if academic_year != status.settled_year or academic_year <= academic_year_of(status.entry_date):
        raise YearNotLast(field="XN", year=academic_year)


def decide_year_withdrawn(
    status: StatusStanding, before: StatusStanding, *, academic_year: int, effective_on: date
) -> dict[str, Any]:
    """What `YearWithdrawn` says: `before` is the standing that the result found, `effective_on` the day it was of."""
    may_withdraw_year(status, academic_year)
    return {
        "academic_year": academic_year,
        "restored_year": before.settled_year,
        "restored_as": before.settled_as,
        "restored_state": before.state,
        "restored_marks": before.marks,
        "restored_records": before.records,
        "effective_on": effective_on,
        "restored_grade": before.settled_grade,
        "restored_told": before.year_told,
    }
