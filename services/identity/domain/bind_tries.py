"""How often a person may name a number that leads to nothing, and whom to ask then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.rules.refused import Refused

EARLIEST_YEAR: Final = 1991  # of qualifications that are kept here at all (AC-18)
TRIES: Final = 2  # of each kind on a day, then the office is asked (AC-13); a certificate has at most two numbers


class NotCovered(Refused):
    """Qualifications before 1991 are not kept here."""

    rule = "AC-18"


class AskTheOffice(Refused):
    """Two tries failed: the school knows what stands in its register, and a number must not be guessed."""

    rule = "AC-16"
    zh = (
        "两次未成功。请联系学校学籍管理部门（{school}，标识码 {school_code}），"
        "核对学号或考生号、入学年份、姓名和证件；明天可以再试。"
    )
    en = (
        "Two tries failed. Ask the registrar of {school} (code {school_code}) to compare student or exam number, year "
        "of entry, name and document; you can try again tomorrow."
    )


class AskOfCertificate(AskTheOffice):
    """The same of a certificate: both of its numbers were tried."""

    rule = "AC-15"
    zh = (
        "两次未成功。请联系学校学历证书管理部门（{school}，标识码 {school_code}），"
        "核对证书编号、毕业年份、姓名和证件；明天可以再试。"
    )
    en = (
        "Two tries failed. Ask the office of {school} (code {school_code}) that issues certificates to compare its "
        "number, year of graduation, name and document; you can try again tomorrow."
    )


@dataclass(frozen=True)
class BindTries:
    """How many numbers a person named on one day that led to nothing."""

    day: date | None = None
    all: int = 0
    statuses: int = 0

    def missed(self, kind: str, day: date) -> BindTries:
        before = self.on(day)
        return BindTries(day, before.all + 1, before.statuses + (kind == "status"))

    def of(self, kind: str) -> int:
        """How many of a kind."""
        return self.statuses if kind == "status" else self.all - self.statuses

    def on(self, day: date) -> BindTries:
        return self if day == self.day else BindTries(day)

    def left(self, kind: str) -> int:
        """How many more of a kind this day."""
        return max(0, TRIES - self.of(kind))


def may_try(tries: BindTries, kind: str, year: int, today: date, *, school: str, school_code: str) -> None:
    """Refuse what is not covered, and guessing (AC-13, AC-15, AC-16, AC-18)."""
    if kind == "qualification" and year < EARLIEST_YEAR:
        raise NotCovered(field="year")
    if tries.on(today).left(kind):
        return
    if kind == "status":
        raise AskTheOffice(school=school, school_code=school_code)
    raise AskOfCertificate(school=school, school_code=school_code)
