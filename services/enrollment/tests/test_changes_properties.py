"""Whatever is asked of a status, in whatever order: refused under a rule, or along an edge of the table of states."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.rules.changes import CAUSES, CHANGES, ChangeWanted, decide_change
from services.enrollment.domain.rules.endings import EndingWanted, decide_ending, may_cancel, may_declare_illegal
from services.enrollment.domain.rules.papers import PAPERS, RECORDS, decide_paper, decide_record
from services.enrollment.domain.rules.standing import CANCELLATIONS, OPEN_STATES
from services.enrollment.domain.status_facts import EXTENSION
from services.enrollment.domain.student_status import StudentStatus, first_standing
from shared.codes.clock import add_months
from shared.eventstore.ids import uuid7
from shared.rules.refused import Refused
from shared.rules.rulebook import RULES

SCHOOL = "4111010001"
ENTRY = date(2022, 9, 1)

EDGES = {
    ("active", "休学"): "on_leave",
    ("on_leave", "复学"): "active",
    ("active", "保留学籍"): "reserved",
    ("reserved", "复学"): "active",
    ("active", "转专业"): "active",
    ("active", "留级"): "active",
    ("active", "降级"): "active",
    ("active", "跳级"): "active",
    ("active", "延长学习年限"): "active",
    ("suspended", "延长学习年限"): "suspended",
    ("active", "暂缓注册"): "suspended",
    ("suspended", "注册学籍"): "active",
    ("active", "注册学籍"): "active",
    ("active", "毕业"): "graduated",
    ("active", "结业"): "completed",
    **{(state, kind): end for state in OPEN_STATES for kind, end in CANCELLATIONS.items()},
}


@dataclass(frozen=True)
class Following:
    """A change as schools ask for it: some days after the last one, with what its kind needs."""

    kind: str
    after: int
    lasts: int

    def wanted(self, status):
        on = (status.changed_on or ENTRY) + timedelta(days=self.after)
        return ChangeWanted(
            kind=self.kind,
            decision_no=f"第{self.after}号",
            decided_on=on,
            effective_on=on,
            cause=CAUSES.get(self.kind, ("",))[self.lasts % len(CAUSES.get(self.kind, ("",)))],
            return_by=on + timedelta(days=self.lasts) if self.kind in CAUSES else None,
            applied_on=on - timedelta(days=self.lasts % 10),
            discharged_on=on - timedelta(days=self.lasts % 20),
            major_code="020101" if self.lasts % 2 else "010101",
            major_name="经济学" if self.lasts % 2 else "哲学",
            expected_graduation_date=(
                add_months(status.expected_graduation_date, self.lasts % 18) if self.kind == EXTENSION else None
            ),
        )


DAYS = st.integers(-30, 1500).map(lambda days: ENTRY + timedelta(days=days))
LATE_DAYS = st.integers(0, 1500).map(lambda days: date(2026, 10, 10) - timedelta(days=days))
SOME_DAY = st.none() | DAYS
CHANGE = st.builds(
    ChangeWanted,
    kind=st.sampled_from(CHANGES),
    decision_no=st.sampled_from(["一", "二", "三"]),
    decided_on=DAYS,
    effective_on=DAYS,
    cause=st.sampled_from(["", *[cause for causes in CAUSES.values() for cause in causes]]),
    return_by=SOME_DAY,
    applied_on=SOME_DAY,
    discharged_on=SOME_DAY,
    grade=st.none() | st.integers(2020, 2027),
    major_code=st.none() | st.sampled_from(["010101", "020101"]),
    major_name=st.none() | st.sampled_from(["哲学", "经济学"]),
    expected_graduation_date=SOME_DAY,
    retroactive=st.booleans(),
)
ENDING = st.builds(
    EndingWanted,
    kind=st.sampled_from(sorted(CANCELLATIONS)),
    decision_no=st.just("四"),
    decided_on=DAYS,
    effective_on=DAYS,
    reason=st.sampled_from(["", "本人申请"]),
    proof=st.sampled_from(["", "死亡医学证明"]),
)
OTHER = st.sampled_from(["暂缓注册", "注册学籍", "毕业", "结业"])
FOLLOWING = st.builds(Following, kind=st.sampled_from(CHANGES), after=st.integers(0, 200), lasts=st.integers(1, 400))
STEPS = st.lists(st.one_of(FOLLOWING, FOLLOWING, FOLLOWING, CHANGE, ENDING, OTHER), max_size=12)


def fresh(admission_type="普通"):
    return first_standing(
        {
            "school_code": SCHOOL,
            "id_key": "a" * 40,
            "full_time": True,
            "entry_date": ENTRY,
            "expected_graduation_date": date(2026, 7, 1),
            "level": "本科",
            "category": "普通高等教育",
            "major_code": "010101",
            "major_name": "哲学",
            "admission_type": admission_type,
        }
    )


def moved(status, step, today):
    """The standing after a step, the kind it is called by; raises Refused."""
    if isinstance(step, Following):
        step = step.wanted(status)
    if isinstance(step, ChangeWanted):
        values = decide_change(status, step, school_code=SCHOOL, today=today)
        return draft_of(StudentStatus, uuid7(), 1, status, StudentStatus.Changed, values).standing_after
    if isinstance(step, EndingWanted):
        may_cancel(status, step, school_code=SCHOOL, today=today)
        values = decide_ending(status, step, cancellation_id=uuid7(), today=today)
        return draft_of(StudentStatus, uuid7(), 1, status, StudentStatus.Cancelled, values).standing_after
    if step in ("毕业", "结业"):
        return status.left(step, today) if status.state == "active" else status
    if status.state not in ("active", "suspended"):
        return status
    return status.year_settled(status.settled_year + 1, "registered" if step == "注册学籍" else "deferred")


def walked(steps, today):
    """Every standing on the way of these steps, each with what led to it."""
    status = fresh()
    for step in steps:
        kind = step if isinstance(step, str) else step.kind
        try:
            after = moved(status, step, today)
        except Refused as refused:
            yield status, kind, status, refused.as_dict()
            continue
        yield status, kind, after, None
        status = after


@pytest.mark.asvs("2.3.1")
@pytest.mark.rule("A12-4", "A12-6", "A13-4")
@settings(max_examples=300, deadline=None)
@given(steps=STEPS, today=LATE_DAYS)
def test_every_step_is_refused_or_an_edge_of_the_table(steps, today):
    """Given any reachable status, when anything is asked, then it is refused under a rule or follows the table."""
    for before, kind, after, refused in walked(steps, today):
        if refused:
            assert refused["rule"] in RULES
            assert refused["zh"] != refused["en"] != ""
        if after == before:
            continue
        deferred_again = (before.state, kind) == ("suspended", "暂缓注册")
        assert deferred_again or EDGES[before.state, kind] == after.state
        assert after.since is not None
        if after.changed_on is not None:
            assert ENTRY <= after.changed_on <= today


@pytest.mark.rule("A13-4", "A14-2")
@settings(max_examples=200, deadline=None)
@given(
    steps=STEPS,
    ending=st.sampled_from([*CANCELLATIONS.values(), "graduated", "completed", "transferred_out", "withdrawn"]),
    record=st.sampled_from(RECORDS),
)
def test_out_of_an_end_leads_no_way(steps, ending, record):
    """Given a status that has ended, when anything but a paper is asked, then it is refused under A13-4 or A14-2."""
    today, status = date(2026, 1, 1), fresh().moved(ending, date(2024, 1, 1))
    for step in steps:
        if isinstance(step, str):
            continue
        with pytest.raises(Refused) as refusal:
            moved(status, step, today)
        assert refusal.value.rule == ("A13-4" if ending in CANCELLATIONS.values() else "A14-2")
    with pytest.raises(Refused):
        decide_record(status, kind=record, text="三好学生", dated=date(2023, 1, 1), school_code=SCHOOL, today=today)


@settings(max_examples=100, deadline=None)
@given(steps=STEPS, today=LATE_DAYS, kind=st.sampled_from(PAPERS))
def test_a_paper_never_moves_a_state(steps, today, kind):
    for _, _, status, _ in walked(steps, today):
        try:
            values = decide_paper(
                status, kind=kind, number="1", issued_on=status.since, school_code=SCHOOL, today=today
            )
        except Refused:
            continue
        after = draft_of(StudentStatus, uuid7(), 1, status, StudentStatus.PaperIssued, values).standing_after
        assert after.state == status.state in ("dropped", "expelled")


@pytest.mark.rule("A26-2")
@settings(max_examples=100, deadline=None)
@given(steps=STEPS, today=LATE_DAYS)
def test_an_illegal_entry_ends_in_a_cancelled_status_and_nowhere_else(steps, today):
    """Given any reachable status, when its entry is declared illegal, then it is cancelled, and only once."""
    wanted = EndingWanted("取消学籍", "九", ENTRY, ENTRY, "冒名顶替", illegal_entry=True)
    for _, _, status, _ in walked(steps, max(today, ENTRY)):
        try:
            may_declare_illegal(status, wanted, today=max(today, ENTRY))
        except Refused:
            assert status.state in ("cancelled", "deceased")
            continue
        values = decide_ending(status, wanted, cancellation_id=uuid7(), today=max(today, ENTRY))
        after = draft_of(StudentStatus, uuid7(), 1, status, StudentStatus.Cancelled, values).standing_after
        assert (after.state, after.illegal_entry) == ("cancelled", True)
        with pytest.raises(Refused):
            may_declare_illegal(after, wanted, today=max(today, ENTRY))
