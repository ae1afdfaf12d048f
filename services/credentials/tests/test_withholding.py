"""Certificates whose status ends, goes away or is doubted before they take effect: withheld, named, let go on."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.credentials.application.bulk import CertificatesKind
from services.credentials.application.heard import StatusNews
from services.credentials.domain.certificate import Certificate
from services.credentials.domain.rules import StatusNotInForce
from services.credentials.projections import PROJECTIONS
from services.credentials.queries import CredentialsQueries
from services.credentials.tests.conftest import SCHOOL
from services.credentials.tests.test_application import (
    approve_photo,
    confirm,
    draft,
    rows_of,
    state_fact,
    state_of,
)
from shared.contracts.rpc.credentials import CertificateV1
from shared.eventstore.application import Heard
from shared.eventstore.context import Context
from shared.eventstore.follower import Follower
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.intake.batch import Progress
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers
ISSUED = datetime(2026, 7, 1, 1, tzinfo=UTC)
CLOSED = [("开除学籍", "expelled"), ("取消学籍", "cancelled"), ("退学", "dropped"), ("转学", "transferred_out")]


@pytest.fixture
def news(credentials):
    return StatusNews(credentials.store, credentials.clock)


@pytest.fixture
def registered(credentials, students):
    """A certificate that two persons stand for, before its issue date."""
    approve_photo(credentials, students[0])
    certificate_id = draft(credentials, students[0])
    confirm(credentials, certificate_id)
    return certificate_id


def moved(news, status_id, *states, place=900):
    facts = [state_fact(status_id, kind, state) for kind, state in states]
    news.hear_states(facts, heard=Heard("enrollment", place, place + len(facts) - 1))


def facts_of(credentials, certificate_id):
    return [event.topic.rpartition(".")[2] for event in credentials.recorder.select_events(certificate_id)]


@pytest.mark.rule("A16-1", "A13-4")
@pytest.mark.parametrize(("kind", "state"), CLOSED)
def test_what_was_registered_does_not_take_effect_once_its_status_ended(
    credentials, students, registered, news, clock, kind, state
):
    """Given a registered certificate, when its status ends before the issue date, then nothing is published on that
    day or later, and the certificate says what stands against it."""
    moved(news, students[0], (kind, state))
    clock.move_to(ISSUED)
    assert credentials.due([], [registered]) == 0
    standing = credentials.get(Certificate, registered).standing
    assert (standing.state, standing.withheld) == ("registered", state)
    assert facts_of(credentials, registered) == ["Drafted", "Registered", "Withheld"]


@pytest.mark.rule("A16-1", "A13-4")
def test_nobody_confirms_a_certificate_of_a_status_that_ended(credentials, students, news):
    """Given a drafted certificate, when its status is closed, then neither a checker nor a confirmed file registers
    it."""
    approve_photo(credentials, students[0])
    certificate_id = draft(credentials, students[0])
    moved(news, students[0], ("开除学籍", "expelled"))
    with pytest.raises(StatusNotInForce) as refusal:
        confirm(credentials, certificate_id)
    assert refusal.value.as_dict()["rule"] == "A16-1"
    assert credentials.due([(certificate_id, "reg-2")], []) == 0
    assert state_of(credentials, certificate_id) == "complete"


@pytest.mark.rule("A16-1")
def test_an_ending_heard_of_at_the_moment_of_drafting_is_not_overlooked(credentials, students, news, clock):
    """Given a draft that was decided before an ending was heard and written after, when the certificate is due, then
    it is withheld, once."""
    approve_photo(credentials, students[0])
    batch = Progress(kind="certificates", school_code=SCHOOL, submitted_by="reg-1", params={"entry_year": "2022"})
    [drafts] = CertificatesKind(credentials).decide(rows_of(1), batch, uuid4())
    moved(news, students[0], ("开除学籍", "expelled"))
    credentials.append(drafts, by=Context.system("x", NOON))
    certificate_id = drafts[0].originator_id
    clock.move_to(ISSUED)
    due = [(certificate_id, "reg-2")], [certificate_id]
    assert [credentials.due(*due) for _ in range(2)] == [1, 0]
    assert facts_of(credentials, certificate_id) == ["Drafted", "Withheld"]


@pytest.mark.rule("A16-1", "A18-2")
def test_what_is_settled_goes_on_and_takes_effect_later(credentials, students, registered, news, clock):
    """Given a certificate withheld for a contest beyond its issue date, when the case is settled, then it takes effect
    on that day; of a student on leave it waits for the return."""
    news.hear_contests([{"status_id": students[0], "settled": False}], heard=Heard("enrollment", 900, 900))
    clock.move_to(ISSUED)
    assert credentials.due([], [registered]) == 0
    news.hear_contests([{"status_id": students[0], "settled": True}], heard=Heard("enrollment", 901, 901))
    moved(news, students[0], ("休学", "on_leave"), place=902)
    assert credentials.due([], [registered]) == 0
    moved(news, students[0], ("复学", "active"), place=903)
    clock.move_to(datetime(2026, 9, 1, 1, tzinfo=UTC))
    assert credentials.due([], [registered]) == 1
    assert facts_of(credentials, registered)[2:] == ["Withheld", "Resumed", "Withheld", "Resumed", "Published"]


@pytest.mark.rule("A16-1", "A11-2")
def test_a_disputed_status_withholds_its_certificate(credentials, students, registered, news, clock):
    """Given a registered certificate, when the person of the document says that they never studied there, then it is
    withheld until that is settled."""
    dispute = {"status_id": students[0], "claim_id": uuid4(), "settled": False}
    news.hear_disputes([dispute], heard=Heard("identity", 1, 1))
    clock.move_to(ISSUED)
    assert credentials.due([], [registered]) == 0
    news.hear_disputes([dispute | {"settled": True}], heard=Heard("identity", 2, 2))
    assert credentials.due([], [registered]) == 1


@pytest.mark.rule("A16-1", "A18-2")
def test_what_has_taken_effect_is_not_withheld(credentials, students, registered, news, clock):
    """Given a published certificate, when its status is heard to have ended, then it stays what it is."""
    clock.move_to(ISSUED)
    assert credentials.due([], [registered]) == 1
    moved(news, students[0], ("取消学籍", "cancelled"))
    assert facts_of(credentials, registered) == ["Drafted", "Registered", "Published"]


@pytest.mark.rule("A16-1", "A17-3")
def test_the_school_reads_why_a_certificate_waits_and_whose_turn_it_is(
    credentials, students, registered, news, clock, tmp_path
):
    """Given a withheld certificate, when the school looks, then state, rule, both languages and the turn are there,
    and the worker does not come upon it again."""
    keyring = Keyring.generate(tmp_path / "keys.toml")
    queries = CredentialsQueries(credentials.store, keyring)
    sequencer, follower = Sequencer(credentials.store), Follower(credentials.store, PROJECTIONS)

    def fold():
        while sequencer.step():
            pass
        follower.catch_up()

    def rows():
        fold()
        with credentials.store.reading() as cursor:
            cursor.execute("SELECT state, withheld FROM certificate_register")
            return cursor.fetchall()

    moved(news, students[0], ("休学", "on_leave"))
    assert rows() == [("registered", "on_leave")]
    assert queries.registered_until(date(2026, 7, 1)) == []
    assert queries.withheld_in_force() == []
    told = StatusNotInForce.because("on_leave")
    assert (told["rule"], told["turn"]) == ("A16-1", "school")
    assert StatusNotInForce.because("contested")["turn"] == "authority"
    said = CertificateV1().load(CertificateV1.example | {"withheld": told})
    assert said["withheld"]["zh"] == told["zh"]
    moved(news, students[0], ("复学", "active"), place=901)
    assert rows() == [("registered", None)]
    assert queries.registered_until(date(2026, 7, 1)) == [registered]


def test_what_was_withheld_at_the_moment_of_its_settling_goes_on(credentials, students, registered):
    """The worker had read the record before the news came, and wrote after it."""
    certificate = credentials.get(Certificate, registered)
    certificate.trigger_event(Certificate.Withheld, doubt="on_leave", withheld_on=date(2026, 6, 1))
    credentials.save(certificate, by=Context.system("x", NOON))
    assert credentials.resume([registered]) == 1
    assert credentials.resume([registered]) == 0
    assert credentials.get(Certificate, registered).standing.withheld == ""


def test_a_batch_counts_what_is_withheld(credentials, students, news, tmp_path):
    by = asked(person("registrar", SCHOOL, "reg-1"), "submit_certificates")
    saved = credentials.submit_certificates(
        command_id=by.command_id, digest="ab" * 32, filename="c.csv", school_code=SCHOOL, entry_year=2022, by=by
    )
    batch_id = UUID(saved["id"])
    batch = Progress(kind="certificates", school_code=SCHOOL, submitted_by="reg-1", params={"entry_year": "2022"})
    decided = CertificatesKind(credentials).decide(rows_of(1, 2), batch, batch_id)
    credentials.append([draft for drafts in decided for draft in drafts], by=Context.system("x", NOON))
    moved(news, students[0], ("开除学籍", "expelled"))
    sequencer = Sequencer(credentials.store)
    while sequencer.step():
        pass
    Follower(credentials.store, PROJECTIONS).catch_up()
    queries = CredentialsQueries(credentials.store, Keyring.generate(tmp_path / "keys.toml"))
    seen = asked(person("registrar", SCHOOL, "reg-1"), "get_certificate_batch")
    told = queries.get_certificate_batch(batch_id=batch_id, after_version=0, by=seen)
    assert told["certificates"] == {"incomplete": 1, "withheld": 1}
