"""Whatever is asked of two freshmen, of one singly and of the other by file: both stand alike in the end."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.enrollment.application.bulk.freshman_reports import FreshmanReportsKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.recheck_results import RecheckResultsKind
from services.enrollment.domain.admission import OUTCOME, TERMS, Admission, admission_key
from services.enrollment.domain.rules.rechecks import ITEMS
from services.enrollment.domain.rules.standing import ENTRY_OUTCOMES
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.gates import RECHECKED, Gates, citizen
from services.enrollment.tests.offices import HERE
from shared.eventstore import facts
from shared.rules.refused import Refused

pytestmark = pytest.mark.servers

UNTIL = st.sampled_from([None, date(2023, 3, 1), date(2024, 3, 1)])
STEPS = st.one_of(
    st.tuples(st.just("result"), st.sampled_from(sorted(ENTRY_OUTCOMES)), st.sampled_from(["合格", "不合格"]), UNTIL),
    st.tuples(st.just("report"), st.sampled_from(["合格", "不合格"])),
    st.tuples(st.just("recheck"), st.sets(st.sampled_from(sorted(ITEMS)), max_size=2), st.booleans()),
)
CITIZENS = iter(range(1, 9000))


def singly(gates, exam_no, step):
    if step[0] == "report":
        gates.report(exam_no, check=step[1])
    elif step[0] == "recheck":
        gates.recheck(exam_no, *(ITEMS[code] for code in step[1]), defer=step[2])
    elif step[1] == "注册学籍":
        gates.enrol(exam_no, recheck=step[2])
    else:
        outcome = ENTRY_OUTCOMES[step[1]]
        gates.decide(exam_no, outcome, until=step[3] if outcome == "deferred" else None)


def by_file(gates, exam_no, step):
    base = {"KSH": exam_no}
    if step[0] == "report":
        row = base | {"BDRQ": date(2022, 9, 3), "CSJG": step[1]}
        return gates.take_in(FreshmanReportsKind(gates.base), row)[0]
    if step[0] == "recheck":
        row = base | RECHECKED | {"FCRQ": gates.day} | dict.fromkeys(step[1], "不合格")
        return gates.take_in(RecheckResultsKind(gates.base), row | {"CLYJ": "保留入学资格" if step[2] else None})[0]
    row = base | {"RXJG": step[1], "FCJG": step[2], "XH": None, "FY": None, "XSH": None, "BH": None}
    if step[1] == "保留入学资格":
        row["BLZ"] = step[3]
    return gates.take_in(FreshmanResultsKind(gates.base), row)[0]


def told(gates, exam_no):
    """What stands of an admission and of the status that follows from it, but for who it is."""
    key = admission_key(2022, exam_no)
    admission_id = gates.base.owners("admission.exam_no", [key])[key]
    basis = gates.admission(exam_no)
    holder = gates.base.owners(OUTCOME, [str(admission_id)]).get(str(admission_id))
    status = gates.base.find(StudentStatus, holder) if holder else None
    settled = (status.standing.state, status.standing.recheck) if status else None
    own = {name: value for name, value in vars(basis).items() if name not in (*TERMS, "exam_no", "batch_id")}
    return own, settled, holder == admission_id


def replays(gates, exam_no):
    """Every prefix of the history loads, and the outcome is claimed exactly while it is decided."""
    key = admission_key(2022, exam_no)
    admission_id = gates.base.owners("admission.exam_no", [key])[key]
    admission = None
    for event in gates.base.recorder.select_events(admission_id):
        fact = facts.decode(event.topic, admission_id, event.originator_version, event.state)
        admission = fact.mutate(admission)
        assert isinstance(admission, Admission)
    assert admission.standing == gates.base.standings(Admission, [admission_id])[admission_id][1]
    holder = gates.base.owners(OUTCOME, [str(admission_id)]).get(str(admission_id))
    assert (holder == admission_id) == (admission.standing.state in ("abandoned", "deferred", "cancelled"))


@pytest.mark.rule("A8-4", "R41-9", "R41-10", "R41-11")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=7))
def test_entries_singly_and_by_file_end_alike(enrollment, steps):
    """Given any history of an entry, when told singly and by file, then both end in one and the same outcome."""
    gates = Gates(enrollment)
    one, other = (gates.admit(HERE, SFZH=citizen(next(CITIZENS))) for _ in range(2))
    for step in steps:
        try:
            singly(gates, one, step)
            refused = ""
        except Refused as refusal:
            refused = refusal.code
        decided = by_file(gates, other, step)
        if isinstance(decided, Refused):
            assert decided.code == refused
        else:
            assert not refused or not decided  # a file that says what stands already is no error
        assert told(gates, one) == told(gates, other)
    replays(gates, one)
    replays(gates, other)
