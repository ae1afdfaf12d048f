"""The rules of the academic years of a student status (A12, A13)."""

from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.standing import StatusStanding, YearResult, academic_year_of
from shared.rules.refused import Refused


class YearDiffers(Refused):
    """A file holds one academic year."""

    rule = "A12-3"
    zh = "学年与本文件的学年 {expected} 不一致"
    en = "the row is not of academic year {expected}, which the file was submitted for"


class StatusNotOpen(Refused):
    """A status that has ended takes no further registration."""

    rule = "A14-2"


class FreshmanYear(Refused):
    """The year of entry is covered by the freshman registration."""

    rule = "A12-2"


class AfterGraduation(Refused):
    """Years are registered until graduation only."""

    rule = "A12-9"


class YearAlreadySettled(Refused):
    """One result per student and academic year."""

    rule = "A12-3"
    zh = "该学年已注册"
    en = "this academic year is already registered"


class YearOutOfOrder(Refused):
    """Year N+1 waits for year N."""

    rule = "A12-1"
    zh = "上一学年({due})尚未注册或暂缓注册,不能先注册本学年"
    en = "academic year {due} has no result yet and comes first"


def may_settle_year(status: StatusStanding, *, school_code: str, academic_year: int, result: YearResult) -> None:
    """One result per year, in order, of an open own status (A4-1, A12-1, A12-2, A12-3, A12-9)."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    if status.state not in ("active", "suspended"):
        raise StatusNotOpen(field="KSH", state=status.state)
    if academic_year <= academic_year_of(status.entry_date):
        raise FreshmanYear(field="XN")
    if academic_year > academic_year_of(status.expected_graduation_date):
        raise AfterGraduation(field="XN")
    late_registration = (
        academic_year == status.settled_year and status.settled_as == "deferred" and result == "registered"
    )
    if academic_year <= status.settled_year and not late_registration:
        raise YearAlreadySettled(field="XN")
    if academic_year > status.settled_year + 1:
        raise YearOutOfOrder(field="XN", due=status.settled_year + 1)
