"""Sessions on the server: begun once, idle and absolute limits, ended at once, never stored in clear."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.adapters.operators_file import OperatorsFile
from services.identity.application.holders import Holder
from services.identity.domain.session import Session, SessionOver
from services.identity.projections import AGGREGATES, PROJECTIONS
from services.identity.queries.sign_in import SignInQueries
from services.identity.tests.conftest import House
from shared.access.assertion import Assertion, NotSignedIn
from shared.eventstore.verify import verify
from shared.rules.refused import NotFound

pytestmark = pytest.mark.servers
REGISTRAR = Holder("operator:r-1", "r-1", "registrar", "school", "all", "4111010001", "4111010001")
STUDENT = Holder("account:00000000-0000-7000-8000-000000000001", "s-1", "student", "person", "all", "")


class Staff:
    """Holders who come and go as a test says."""

    def __init__(self, *holders: Holder) -> None:
        self.there = {holder.subject: holder for holder in holders}

    def named(self, name: str) -> Holder | None:
        return next((holder for holder in self.there.values() if holder.sub == name), None)

    def of(self, subject: str) -> Holder | None:
        return self.there.get(subject)


@pytest.fixture
def staff(house: House) -> Staff:
    staff = Staff(REGISTRAR, STUDENT)
    house.identity.holders.add(staff)
    return staff


def begin(house: House, holder: Holder = REGISTRAR, *, strong: bool = False, command_id: UUID | None = None) -> Any:
    by = house.asked("sign_in", None, command_id)
    return house.identity.sessions.begin(holder, amr=("pwd",), device="Firefox", by=by, strong=strong)


def asserted(house: House, answer: Any) -> Assertion:
    by = house.asked("assert_session")
    return house.verified(house.identity.sessions.assert_session(session=answer["session"], by=by)["assertion"])


def test_a_session_speaks_for_its_holder_as_the_holder_is_now(house: House, staff: Staff) -> None:
    answer = begin(house)
    first = asserted(house, answer)
    assert (first.sub, first.role, first.org, first.office) == ("r-1", "registrar", "4111010001", "4111010001")
    assert (first.stepped_up, first.suspended) == (False, False)
    staff.there[REGISTRAR.subject] = Holder("operator:r-1", "r-1", "registrar", "school", "adult", "2", "2", True)
    now = asserted(house, answer)
    assert (now.kind, now.org, now.suspended, now.session) == ("adult", "2", True, first.session)


@pytest.mark.rule("X-SIGN-1")
@pytest.mark.asvs("8.3.2")
def test_whoever_was_dismissed_is_out_at_once(house: House, staff: Staff) -> None:
    """Given an operator with a living session, when the operator is dismissed, then the session asserts nobody."""
    answer = begin(house)
    del staff.there[REGISTRAR.subject]
    with pytest.raises(NotSignedIn):
        asserted(house, answer)


@pytest.mark.asvs("7.3.1", "7.3.2")
@pytest.mark.parametrize(
    ("holder", "idle", "absolute"), [(REGISTRAR, 15, 8), (STUDENT, 30, 12)], ids=["staff", "student"]
)
def test_a_session_ends_when_it_is_left_alone_and_when_its_time_is_over(
    house: House, staff: Staff, holder: Holder, idle: int, absolute: int
) -> None:
    left = begin(house, holder)
    house.clock.forward(timedelta(minutes=idle))
    with pytest.raises(NotSignedIn):
        asserted(house, left)
    used = begin(house, holder)
    for _ in range(absolute * 60 // (idle - 1)):
        house.clock.forward(timedelta(minutes=idle - 1))
        asserted(house, used)
    house.clock.forward(timedelta(minutes=idle - 1))
    with pytest.raises(NotSignedIn):
        asserted(house, used)


def test_an_assertion_never_outlives_its_session_or_its_step_up(house: House, staff: Staff) -> None:
    answer = begin(house, strong=True)
    assert asserted(house, answer).stepped_up
    house.clock.forward(timedelta(minutes=8))
    late = asserted(house, answer)
    assert (late.stepped_up, late.exp) == (True, house.clock.now() + timedelta(minutes=2))
    house.clock.forward(timedelta(minutes=2))
    assert not asserted(house, answer).stepped_up


@pytest.mark.asvs("7.2.4", "7.5.3")
def test_a_step_up_changes_the_token_and_the_old_one_is_worthless(house: House, staff: Staff) -> None:
    old = begin(house)
    session_id = UUID(asserted(house, old).session)
    by = house.asked("step_up")
    rotation = house.identity.sessions.step_up(session_id, "otp", by)["rotation"]
    new = house.identity.sessions.stepped_up(session_id, rotation, by)
    assert new["session"] != old["session"]
    assert (asserted(house, new).stepped_up, asserted(house, new).amr) == (True, ("pwd", "otp"))
    with pytest.raises(NotSignedIn):
        asserted(house, old)


def test_one_command_begins_one_session_and_never_tells_a_later_token(house: House, staff: Staff) -> None:
    command_id = uuid4()
    first = begin(house, command_id=command_id)
    house.clock.forward(timedelta(minutes=3))
    assert begin(house, command_id=command_id)["session"] == first["session"]
    assert begin(house)["session"] != first["session"]
    session_id = UUID(asserted(house, first).session)
    house.identity.sessions.step_up(session_id, "otp", house.asked("step_up"))
    with pytest.raises(SessionOver):
        begin(house, command_id=command_id)


@pytest.mark.asvs("7.4.1", "7.4.2", "7.5.2")
def test_a_person_sees_the_own_sessions_and_ends_them_one_by_one_or_all(house: House, staff: Staff) -> None:
    """Given three sessions of one person and one of another, when the person ends one and then all others, then only
    the one that asks is left, and the other person's goes on."""
    here, lost, third, foreign = begin(house), begin(house), begin(house), begin(house, STUDENT)
    house.work()
    me = asserted(house, here)
    queries = SignInQueries(house.identity.store)
    listed = queries.list_my_sessions(by=house.asked("list_my_sessions", me))["sessions"]
    assert sorted(each["this_one"] for each in listed) == [False, False, True]
    assert {each["device"] for each in listed} == {"Firefox"}
    sessions = house.identity.sessions
    by = house.asked("end_session", me)
    sessions.end_session(command_id=by.command_id, session_id=UUID(asserted(house, lost).session), by=by)
    with pytest.raises(NotSignedIn):
        asserted(house, lost)
    stranger = UUID(asserted(house, foreign).session)
    by = house.asked("end_session", me)
    with pytest.raises(NotFound):
        sessions.end_session(command_id=by.command_id, session_id=stranger, by=by)
    by = house.asked("end_my_sessions", me)
    sessions.end_my_sessions(command_id=by.command_id, this_too=False, by=by)
    with pytest.raises(NotSignedIn):
        asserted(house, third)
    assert asserted(house, here).sub == "r-1"
    assert asserted(house, foreign).sub == "s-1"
    house.work()
    (left,) = queries.list_my_sessions(by=house.asked("list_my_sessions", me))["sessions"]
    assert left["this_one"]
    by = house.asked("sign_out", me)
    sessions.sign_out(command_id=by.command_id, by=by)
    with pytest.raises(NotSignedIn):
        asserted(house, here)


def test_all_sessions_end_at_once_and_a_new_sign_in_is_not_among_them(house: House, staff: Staff) -> None:
    before = begin(house)
    house.identity.sessions.end_all(REGISTRAR.subject, house.asked("revoke_operator"), "revoked")
    after = begin(house)
    with pytest.raises(NotSignedIn):
        asserted(house, before)
    assert asserted(house, after).sub == "r-1"


def test_what_is_over_is_ended_by_the_worker_once(house: House, staff: Staff) -> None:
    begin(house)
    ended = begin(house, STUDENT)
    house.identity.sessions.end_all(STUDENT.subject, house.asked("close"), "closed")
    house.work()
    queries = SignInQueries(house.identity.store)
    assert len(queries.list_sessions_over(house.clock.now())) == 1
    house.clock.forward(timedelta(hours=13))
    over = queries.list_sessions_over(house.clock.now())
    assert house.identity.sessions.lapse_sessions(over, house.clock.now()) == 2
    house.work()
    assert queries.list_sessions_over(house.clock.now()) == []
    with pytest.raises(NotSignedIn):
        asserted(house, ended)
    assert verify(house.identity.store, PROJECTIONS, AGGREGATES) == []


@pytest.mark.asvs("7.2.1", "7.2.2", "7.2.3")
def test_no_token_stands_in_the_database_and_a_guessed_one_opens_nothing(house: House, staff: Staff) -> None:
    answers = [begin(house) for _ in range(20)]
    tokens = {answer["session"] for answer in answers}
    assert len(tokens) == 20
    assert all(len(token) == 47 for token in tokens)
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT string_agg(convert_from(state, 'UTF8'), ' ') FROM events")
        (stored,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(string_agg(key, ' '), '') FROM claims")
        stored += cursor.fetchone()[0]
    assert not any(token[4:] in stored for token in tokens)
    with pytest.raises(NotSignedIn):
        asserted(house, {"session": "xs1_" + "A" * 43})


def test_a_session_that_ended_stays_as_it_ended() -> None:
    noon = datetime(2026, 10, 20, tzinfo=UTC)
    session = Session(
        session_id=uuid4(), subject="operator:r-1", sub="r-1", role="registrar", staff=True, amr=("pwd",), epoch=0,
        salt="s", token_key="k", command="", begun_at=noon, ends_at=noon, stepped_up_until=None,
    )  # fmt: skip
    assert session.end("signed_out")
    assert not session.end("over")
    with pytest.raises(SessionOver):
        session.step_up(method="otp", token_key="k2", now=noon)
    assert session.standing.ended == "signed_out"


def test_a_demo_operator_is_a_holder_while_the_file_names_it(tmp_path: Any) -> None:
    file = tmp_path / "operators.toml"
    file.write_text(
        f'[[operator]]\nid = "education-11"\nrole = "province_education"\norg = "11"\nkey_sha256 = "{"0" * 64}"\n'
    )
    holder = OperatorsFile(file).of("operator:education-11")
    assert holder is not None
    assert (holder.sub, holder.org, holder.office) == ("education-11", "11", "education-11")
    assert OperatorsFile(file).of("account:education-11") is None
