"""What was valid on a day, as it was known at an instant: for one student and in numbers."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.projections import PROJECTIONS
from services.enrollment.queries.timeline import TimelineQueries
from services.enrollment.tests.conftest import PROVINCE, SCHOOL
from services.enrollment.tests.test_application import register
from shared.access.decide import NotPermitted
from shared.eventstore.context import Context
from shared.eventstore.follower import Follower
from shared.eventstore.sequencer import Sequencer
from shared.rules.refused import NotFound
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers

MARCH = datetime(2023, 3, 20, 1, tzinfo=UTC)
MAY = datetime(2023, 5, 4, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def timeline(enrollment, keyring):
    return TimelineQueries(enrollment.store, keyring)


def fold(enrollment):
    Sequencer(enrollment.store).step()
    Follower(enrollment.store, PROJECTIONS).catch_up()


def changed(enrollment, status_id, kind, on, state, recorded_at, **values):
    status = enrollment.get(StudentStatus, UUID(str(status_id)))
    said = {
        "kind": kind, "effective_on": on, "decision_no": "2023-1", "decided_on": on, "state": state, "grade": None,
        "major_code": None, "major_name": None, "expected_graduation_date": None, "return_by": None, **values,
    }  # fmt: skip
    status.trigger_event(StudentStatus.Changed, **said)
    enrollment.save(status, by=Context.system("change_status", recorded_at, effective_on=on))


def states(timeline, status_id, on, known, role="registrar", org=SCHOOL):
    by = asked(person(role, org), "get_status_as_of")
    return timeline.get_status_as_of(status_id=UUID(str(status_id)), valid_on=on, recorded_at=known, by=by)["state"]


def counts(timeline, on, known, role="registrar", org=SCHOOL, **within):
    by = asked(person(role, org), "count_statuses")
    asked_for = {"school_code": None, "province": None, "divided_by": "level"} | within
    found = timeline.count_statuses(**asked_for, valid_on=on, recorded_at=known, by=by)
    return {row["state"]: row["count"] for row in found["counts"]}


@pytest.fixture
def on_leave(enrollment, released):
    """A leave from 1 March that the school recorded on 20 March, beside a student without one."""
    status_id = register(enrollment, released[0])["id"]
    register(enrollment, released[1])
    changed(enrollment, status_id, "休学", date(2023, 3, 1), "on_leave", MARCH)
    fold(enrollment)
    return status_id


def test_a_leave_holds_from_its_effective_day_once_it_is_known(timeline, on_leave):
    before_it_was_known = datetime(2023, 3, 19, tzinfo=UTC)
    assert states(timeline, on_leave, date(2023, 3, 10), before_it_was_known) == "active"
    assert states(timeline, on_leave, date(2023, 3, 10), MARCH) == "on_leave"
    assert states(timeline, on_leave, date(2023, 2, 28), LATER) == "active"


def test_what_is_recorded_later_for_an_earlier_day_leaves_later_days_alone(enrollment, timeline, on_leave):
    changed(enrollment, on_leave, "复学", date(2023, 4, 1), "active", datetime(2023, 4, 3, tzinfo=UTC))
    changed(enrollment, on_leave, "转专业", date(2023, 2, 15), "active", MAY, major_name="物理学", major_code="070201")
    fold(enrollment)
    assert states(timeline, on_leave, date(2023, 3, 10), LATER) == "on_leave"
    assert states(timeline, on_leave, date(2023, 4, 2), LATER) == "active"
    by = asked(person("registrar", SCHOOL), "get_status_as_of")
    asked_for = {"status_id": UUID(on_leave), "valid_on": date(2023, 3, 10), "by": by}
    assert timeline.get_status_as_of(**asked_for, recorded_at=MARCH)["major_name"] != "物理学"
    assert timeline.get_status_as_of(**asked_for, recorded_at=MAY)["major_name"] == "物理学"


def test_counts_of_a_day_depend_on_what_was_known(timeline, on_leave):
    on = date(2023, 3, 10)
    school = {"school_code": SCHOOL}
    assert counts(timeline, on, datetime(2023, 3, 19, tzinfo=UTC), **school) == {"active": 2}
    assert counts(timeline, on, MARCH, **school) == {"active": 1, "on_leave": 1}
    assert counts(timeline, date(2022, 8, 31), LATER, **school) == {}


def test_a_province_and_the_ministry_count_their_own_reach(timeline, on_leave):
    on = date(2023, 3, 10)
    expected = {"active": 1, "on_leave": 1}
    assert counts(timeline, on, LATER, "province_education", PROVINCE, province=PROVINCE) == expected
    assert counts(timeline, on, LATER, "ministry", "moe") == expected
    with pytest.raises(NotPermitted):
        counts(timeline, on, LATER, "province_education", "33", province=PROVINCE)
    with pytest.raises(NotPermitted):
        counts(timeline, on, LATER)
    with pytest.raises(NotPermitted):
        states(timeline, on_leave, on, LATER, org="4133010335")


def test_the_number_of_a_day_is_the_sum_of_its_students(enrollment, timeline, released):
    """Whatever happens in whatever order, the counts are those of asking for one student after the other."""
    ids = [register(enrollment, each)["id"] for each in released]
    moves = [("休学", "on_leave", 3), ("复学", "active", 5), ("保留学籍", "reserved", 4), ("休学", "on_leave", 2)]
    for number, status_id in enumerate(ids):
        for kind, state, month in moves[: 1 + number % 4]:
            changed(enrollment, status_id, kind, date(2023, month, 1 + number), state, MARCH)
    fold(enrollment)
    for on in (date(2022, 10, 1), date(2023, 2, 5), date(2023, 3, 4), date(2023, 4, 9), date(2023, 6, 1)):
        one_by_one: dict[str, int] = {}
        for status_id in ids:
            state = states(timeline, status_id, on, LATER)
            one_by_one[state] = one_by_one.get(state, 0) + 1
        assert counts(timeline, on, LATER, school_code=SCHOOL) == one_by_one


def test_the_result_of_a_year_is_what_was_known_of_it_at_the_instant(enrollment, timeline, on_leave, released):
    other = UUID(register(enrollment, released[2])["id"])
    september, october = datetime(2023, 9, 8, 1, tzinfo=UTC), datetime(2023, 10, 20, 1, tzinfo=UTC)
    for result, at in (("deferred", september), ("registered", october)):
        by = asked(person("registrar", SCHOOL), "settle_year", at=at)
        enrollment.settle_year(
            command_id=by.command_id, status_id=other, academic_year=2023, result=result, starts_on=date(2023, 9, 1),
            by=by,
        )  # fmt: skip
    fold(enrollment)

    def numbers(known):
        by = asked(person("ministry", "moe"), "count_years")
        return timeline.count_years(
            school_code=None, province=None, academic_year=2023, valid_on=date(2023, 12, 31), recorded_at=known, by=by
        )

    assert numbers(datetime(2023, 9, 7, tzinfo=UTC)) == {"registered": 0, "deferred": 0}
    assert numbers(datetime(2023, 9, 30, tzinfo=UTC)) == {"registered": 0, "deferred": 1}
    assert numbers(LATER) == {"registered": 1, "deferred": 0}
    by = asked(person("registrar", SCHOOL), "get_status_as_of")
    known = timeline.get_status_as_of(
        status_id=other, valid_on=date(2023, 12, 31), recorded_at=datetime(2023, 9, 30, tzinfo=UTC), by=by
    )
    assert [(year["academic_year"], year["result"]) for year in known["years"]] == [(2023, "deferred")]
    assert (known["state"], states(timeline, other, date(2023, 12, 31), LATER)) == ("suspended", "active")


def test_a_status_nobody_knows_is_not_found(timeline):
    with pytest.raises(NotFound):
        states(timeline, uuid4(), date(2023, 3, 10), LATER)
