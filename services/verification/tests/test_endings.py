"""What became of a status after its registration, on reports and at the public door."""

from datetime import date
from uuid import uuid4

import pytest

from services.verification.domain.particulars import student_state
from services.verification.domain.rules import (
    EntryWasIllegal,
    NothingToReport,
    StatusStanding,
    may_report,
    outcome,
    state_after_year,
)
from services.verification.domain.verdicts import verdict
from services.verification.domain.words import english

DAY = date(2026, 11, 22)
BOUND = StatusStanding(registered=True, holder=uuid4())


def ended(kind: str, *, illegal_entry: bool = False) -> StatusStanding:
    return BOUND.after("Ended", {"kind": kind, "illegal_entry": illegal_entry})


@pytest.mark.rule("A26-2")
def test_nobody_gets_a_report_on_an_entry_against_the_rules():
    """Given a status cancelled for illegal entry, when its holder asks for a report, then it is refused."""
    with pytest.raises(EntryWasIllegal) as refused:
        may_report(ended("取消学籍", illegal_entry=True), None, DAY)
    assert refused.value.rule == "A26-2"


@pytest.mark.rule("A26-2")
def test_an_older_report_on_an_illegal_entry_is_answered_as_revoked():
    """Given an issued report, when the status behind it is cancelled for illegal entry, then it is not valid."""
    assert outcome("issued", DAY, DAY, illegal_entry=True) == "revoked"
    assert outcome("requested", DAY, DAY, illegal_entry=True) == "unknown"
    assert (verdict("revoked").status, verdict("revoked").rule) == (410, "A26-2")


def test_a_registration_taken_back_is_nothing_to_report_on():
    with pytest.raises(NothingToReport):
        may_report(ended("注册撤回"), None, DAY)


def test_who_withdrew_may_still_prove_the_time_there():
    left = ended("退学")
    may_report(left, None, DAY)
    assert (left.registered, left.holder) == (True, BOUND.holder)


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({"state": "on_leave", "last_result": "registered"}, "在籍（休学）"),
        ({"state": "reserved"}, "在籍（保留学籍）"),
        ({"state": "dropped"}, "不在籍（退学）"),
        ({"state": "cancelled"}, "取消学籍"),
        ({"state": "transferred_out"}, "不在籍（转学）"),
        ({"state": "dropped", "conclusion": "毕业"}, "不在籍（毕业）"),
        ({"state": "active", "last_result": "registered"}, "在籍（注册学籍）"),
        ({"state": "suspended", "last_result": "deferred"}, "在籍（暂缓注册）"),
    ],
)
def test_each_state_has_its_words_in_both_languages(record, word):
    assert student_state(record) == word
    assert english(word) != word


@pytest.mark.parametrize(
    ("before", "result", "after"),
    [(None, "registered", "active"), ("suspended", "registered", "active"), ("on_leave", "registered", "on_leave"),
     ("active", "deferred", "suspended"), ("reserved", "deferred", "reserved"),
     ("graduated", "registered", "graduated"), ("dropped", "deferred", "dropped")],
)  # fmt: skip
def test_a_settled_year_brings_back_nobody_who_is_away_or_gone(before, result, after):
    assert state_after_year(before, result) == after
