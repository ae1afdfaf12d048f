"""The rules of the recheck of the first three months: five items, and what follows from a failed one (R41-11)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from services.enrollment.domain.rules.entry import NotOwnStudent, holds
from services.enrollment.domain.rules.reporting import DayLiesAhead
from services.enrollment.domain.rules.standing import PASSED, StatusStanding, academic_year_of
from services.enrollment.domain.rules.years import StatusNotOpen
from shared.codes.clock import add_months
from shared.rules.refused import Refused
from shared.rules.rulebook import prevailing

FAILED: Final = "不合格"
HEALTH: Final = "health"
# The five items of the recheck, by the columns of the upload file
ITEMS: Final = {
    "LQSX": "procedure",  # 录取手续合乎规定
    "LQZG": "admission",  # 录取资格真实
    "RZXF": "person",  # 本人与身份证明、考生档案相符
    "STJK": HEALTH,  # 身体健康,可以在校学习
    "ZYSP": "talent",  # 艺术、体育等特殊类型的专业水平
}
MONTHS: Final = 3

# What follows from a recheck
NOTHING: Final = "nothing"
CANCEL_ENTRY: Final = "cancel_entry"  # 取消入学资格: not registered yet
CANCEL_STATUS: Final = "cancel_status"  # 取消学籍: registered already, so two persons decide
MAY_DEFER: Final = "may_defer"  # 保留入学资格: health alone
_CANCELLED: Final = {"A8-3": CANCEL_ENTRY, "R41-11": CANCEL_STATUS}


class ItemsMissing(Refused):
    """A recheck has five items."""

    rule = "R41-11"
    zh = "复查须逐项填写:{missing}"
    en = "the recheck has five items; missing: {missing}"


class BeforeEntry(Refused):
    """Nobody is rechecked before entering."""

    rule = "R41-11"
    zh = "复查日期早于入学日期 {entry_date}"
    en = "the recheck lies before the day of entry, {entry_date}"


class RecheckFindsFraud(Refused):
    """A status obtained unlawfully is cancelled, by two persons; nothing else follows from such a recheck."""

    rule = "R41-11"
    zh = "复查发现录取手续、资格或身份不符,已注册学籍的只能取消学籍:须另行提出取消学籍,由第二人确认"
    en = "fraud was found after registration: the status is cancelled by two persons, and nothing else follows"


class HealthAllowsNoDeferral(Refused):
    """Entry is deferred for health alone."""

    rule = "R41-11"
    zh = "只有身体状况一项不合格的,才可保留入学资格"
    en = "entry is deferred where health alone was found unfit"


class DeferralTooLate(Refused):
    """After three months, or a year of study, ill health is a reason for leave, not for a deferred entry."""

    rule = "R41-11"
    zh = "入学复查期限({due_on})已过,因病不能学习的应办理休学"
    en = "the time of the recheck ended on {due_on}; who falls ill later takes leave instead"


class DeferredByRecheck(Refused):
    """With a deferred entry the registration was withdrawn, and that is not undone in a row."""

    rule = "X-UNDO-1"
    zh = "该生因复查保留入学资格,学籍注册已一并撤回;请另行申请撤回该入学结果(两人办理),再重新注册学籍"
    en = (
        "with the deferral the registration was withdrawn: have the outcome of entry taken back by two persons,"
        " then register again"
    )


class RecheckBeforeRegistration(Refused):
    """A passed recheck of somebody who is not registered stands in the registration itself."""

    rule = "A8-1"
    zh = "该生尚未注册学籍;复查合格的,在新生学籍注册中填写复查结果"
    en = "this person is not registered yet; a passed recheck is stated with the registration"


def recheck_result(items: Mapping[str, bool]) -> str:
    """合格 when every one of the five items is."""
    missing = [item for item in ITEMS.values() if item not in items]
    if missing:
        raise ItemsMissing(field="items", missing="、".join(missing))
    return PASSED if all(items.values()) else FAILED


def what_follows(items: Mapping[str, bool], *, registered: bool, on: date = date.max) -> str:
    """What a recheck leads to; whether the status was registered before chooses between the two cancellations."""
    failed = {item for item, passed in items.items() if not passed}
    if not failed:
        return NOTHING
    if failed == {HEALTH}:
        return MAY_DEFER
    # of a student Order 41 alone speaks; of who is none yet the Measure does too, and it wins (A28-2)
    speaking = ("R41-11",) if registered else ("R41-11", "A8-3")
    return _CANCELLED[prevailing(speaking, on)]


def recheck_values(
    status: StatusStanding, *, school_code: str, items: Mapping[str, bool], rechecked_on: date, today: date
) -> dict[str, Any]:
    """What the fact of a recheck says of an open own status; after three months it is marked late (R41-11)."""
    if status.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    _require_open(status)
    _require_day(status, rechecked_on, today)
    return {
        "result": recheck_result(items),
        "items": dict(items),
        "rechecked_on": rechecked_on,
        "due_on": _due_on(status),
        "late": _is_late(status, rechecked_on),
    }


def _require_open(status: StatusStanding) -> None:
    if not status.is_open:
        raise StatusNotOpen(field="KSH", state=status.state)


def _require_day(status: StatusStanding, rechecked_on: date, today: date) -> None:
    if rechecked_on > today:
        raise DayLiesAhead(field="FCRQ", day=rechecked_on)
    if rechecked_on < status.entry_date:
        raise BeforeEntry(field="FCRQ", entry_date=status.entry_date)


def _due_on(status: StatusStanding) -> date:
    return add_months(status.entry_date, MONTHS)


def _is_late(status: StatusStanding, rechecked_on: date) -> bool:
    return rechecked_on > _due_on(status) and holds("R41-11", status.entry_date)


def recheck_checks(
    status: StatusStanding, *, items: Mapping[str, bool], rechecked_on: date, today: date, defer: bool
) -> Iterator[Callable[[], object]]:
    """What is asked of a recheck, one question at a time: whoever mends a row wants to know all that is wrong."""
    yield partial(_require_open, status)
    yield partial(_require_day, status, rechecked_on, today)
    yield partial(recheck_result, items)
    if defer and status.is_open:
        yield partial(_require_health_alone, items)
        yield partial(_require_early, status, late=_is_late(status, rechecked_on))


def may_defer_after(status: StatusStanding, recheck: Mapping[str, Any]) -> None:
    """Health alone lets a student go back to a deferred entry, within the three months of the recheck (R41-11)."""
    _require_health_alone(recheck["items"])
    _require_early(status, late=recheck["late"])


def _require_health_alone(items: Mapping[str, bool]) -> None:
    follows = what_follows(items, registered=True)
    if follows == CANCEL_STATUS:
        raise RecheckFindsFraud(field="CLYJ")
    if follows != MAY_DEFER:
        raise HealthAllowsNoDeferral(field="CLYJ")


def _require_early(status: StatusStanding, *, late: bool) -> None:
    if late or status.settled_year > academic_year_of(status.entry_date):
        raise DeferralTooLate(field="CLYJ", due_on=_due_on(status))
