"""The rules of conflicts: two statuses, or two people, on one identity; who decides, and what may come out (A8-9)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.enrollment.domain.rules.entry import OneFulltimeStatus
from services.enrollment.domain.rules.standing import StatusStanding, academic_year_of
from shared.codes.schools import province_of
from shared.eventstore.aggregate import changed
from shared.rules.refused import Refused

Outcome = Literal["first_keeps", "second_keeps", "both_keep", "first_corrected", "second_corrected"]
Ending = Literal["取消学籍", "退学", "撤回注册"]
OUTCOMES = ("first_keeps", "second_keeps", "both_keep", "first_corrected", "second_corrected")
ENDINGS = ("取消学籍", "退学", "撤回注册")
Period = tuple[date, date | None]


class NothingContested(Refused):
    """A conflict needs two claims on one identity."""

    rule = "A8-9"
    zh = "没有与之冲突的学籍,可以直接办理"
    en = "no other status claims this identity; there is nothing to contest"


class ConflictAlreadyOpen(Refused):
    """A status stands in one conflict at a time; the next claim waits for its decision."""

    rule = "X-CASE-1"
    zh = "该学籍已处于另一冲突案件中,须待其决定"
    en = "this status stands in a conflict already, which is decided first"


class ConflictDecided(Refused):
    """A decided conflict stays decided."""

    rule = "X-CASE-2"


class OnlyNoticed(Refused):
    """A notice of a refused registration is no case yet: nobody has contested anything."""

    rule = "X-CASE-1"
    zh = "这只是注册被拒绝的通知,尚未立案;有异议的请先提出冲突"
    en = "this is only the notice of a refused registration: whoever disagrees contests it first"


class AlreadyJoined(Refused):
    """The contested registration is recorded once."""

    rule = "X-CASE-1"


class NotYetJoined(Refused):
    """This outcome needs both statuses on record."""

    rule = "X-CASE-1"
    zh = "争议方尚未登记学籍,不能作出这一决定"
    en = "the second status is not registered yet, and this outcome needs it"


class DecidedByAParty(Refused):
    """Who opened a conflict or answered in it does not decide it."""

    rule = "A24-2"


class EndingMissing(Refused):
    """The status that does not stand is ended in one of three ways, and a withdrawal needs its day."""

    rule = "A8-9"
    zh = "须说明不予保留的学籍如何终止;退学须填写日期"
    en = "it must be said how the other status ends; a withdrawal needs its day"


class EndsOutsideItsTime(Refused):
    """A status ends while it lasts, and not in the future."""

    rule = "X-CODE-7"
    zh = "终止日期须在学籍存续期间内且不晚于今天"
    en = "the day of ending lies within the status and not in the future"


class SomethingFollowed(Refused):
    """A registration is taken back only before anything followed from it; later it is cancelled."""

    rule = "X-STATE-2"
    zh = "该学籍注册后已有后续记录,不能撤回注册,只能取消学籍"
    en = "records followed from this registration; it is cancelled, not taken back"


class CorrectionMissing(Refused):
    """Who holds a wrong number is corrected to the right one in the same decision."""

    rule = "A19-1"
    zh = "须填写更正后的证件号码并附证明"
    en = "the right document number is named, with its proof"


@dataclass(frozen=True)
class ConflictStanding:
    """Where a conflict stands: the two sides, and who has spoken for them."""

    state: Literal["noticed", "open", "decided", "withdrawn"]
    id_key: str
    first_status_id: UUID
    first_school: str
    second_school: str
    second_status_id: UUID | None
    admission_id: UUID | None
    two_people: bool
    due_on: date | None
    hands: tuple[str, ...] = ()
    since: date | None = None  # from when the clock runs

    @property
    def deciding_province(self) -> str | None:
        """The province of both sides; None where the ministry decides between two."""
        provinces = {province_of(self.first_school), province_of(self.second_school)}
        return provinces.pop() if len(provinces) == 1 else None

    def with_hand(self, sub: str) -> "ConflictStanding":
        return self if sub in self.hands else changed(self, hands=(*self.hands, sub))


def may_act(conflict: ConflictStanding) -> None:
    """A conflict is acted upon while it is open."""
    if conflict.state == "noticed":
        raise OnlyNoticed()
    if conflict.state != "open":
        raise ConflictDecided(state=conflict.state)


def may_raise(conflict: ConflictStanding) -> None:
    """A notice becomes a case once."""
    if conflict.state == "open":
        raise ConflictAlreadyOpen()
    if conflict.state != "noticed":
        raise ConflictDecided(state=conflict.state)


def may_join(conflict: ConflictStanding) -> None:
    """The contested registration follows from the admission that the conflict is about, once."""
    may_act(conflict)
    if conflict.second_status_id is not None or conflict.admission_id is None:
        raise AlreadyJoined()


def may_decide(conflict: ConflictStanding, *, sub: str, outcome: str) -> None:
    """Another person than those who spoke for a side decides, about what is on record (A24-2)."""
    may_act(conflict)
    if sub in conflict.hands:
        raise DecidedByAParty()
    if conflict.second_status_id is None and outcome in ("both_keep", "second_corrected"):
        raise NotYetJoined(field="outcome")


def may_end(loser: StatusStanding, *, ending: str | None, ends_on: date | None, today: date) -> None:
    """How the status that does not stand may end (A8-9, A26-2)."""
    if ending not in ENDINGS:
        raise EndingMissing(field="ending")
    if ending == "退学":
        if ends_on is None:
            raise EndingMissing(field="ends_on")
        if not loser.is_open or not loser.entry_date < ends_on <= today:
            raise EndsOutsideItsTime(field="ends_on")
    if ending == "撤回注册":
        fresh = loser.is_open and loser.settled_year == academic_year_of(loser.entry_date) and not loser.marks
        if not fresh:
            raise SomethingFollowed(field="ending")


def periods_disjoint(one: Period, other: Period) -> bool:
    """Whether two periods [from, until) share no day."""
    (start, end), (begin, stop) = one, other
    return (end is not None and end <= begin) or (stop is not None and stop <= start)


def may_both_keep(one: Period, other: Period) -> None:
    """Two genuine full-time statuses of one person lie in different times (A8-9)."""
    if not periods_disjoint(one, other):
        raise OneFulltimeStatus(field="outcome")
