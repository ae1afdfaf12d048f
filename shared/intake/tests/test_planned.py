"""A file is tried out, its plan is signed and held, and what is committed is what was planned."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.eventstore.privacy import Keyring
from shared.eventstore.store import migrate
from shared.intake import proof
from shared.intake.plan import PlanFile
from shared.intake.steps import NotAtThisStep, PlanExpired, PlanUnknown
from shared.intake.tests.beads import BeadBatch, String
from shared.rules.refused import Refused
from tests.support.servers import Databases

pytestmark = pytest.mark.servers


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.generate(tmp_path_factory.mktemp("keys") / "keys.toml")


@pytest.fixture
def string(databases: Databases, tmp_path: Path, keyring: Keyring) -> Iterator[String]:
    url = databases.fresh("intake", migrate)
    found = String(url, tmp_path, keyring)
    yield found
    found.app.store.close()
    databases.drop(url)


def errors_of(string: String, batch_id: UUID) -> dict[str, str]:
    """The reasons of each row of the errors file, by row number."""
    digest = string.progress(batch_id).errors_digest
    assert digest
    rows = csv.DictReader(io.StringIO(string.blobs.read(digest).decode("utf-8-sig"), newline=""))
    return {row["原行号"]: row["错误原因"] for row in rows}


def plan_of(string: String, batch_id: UUID) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    digest = string.progress(batch_id).plan_digest
    assert digest
    with string.blobs.open(digest) as stream:
        plan = PlanFile(stream)
        return plan.head, [json.loads(line) for line in plan.rows()]


def numbered(*numbers: int, colour: str = "blue") -> list[str]:
    return [f"{number},{colour}," for number in numbers]


# --- the dry run ---


def test_a_dry_run_writes_no_fact_of_its_rows_and_says_what_it_would_write(string: String) -> None:
    string.directly(numbered(1, 2))
    batch_id = string.submit(["1,blue,", "2,green,", "3,blue,", "4,red,"])
    string.run()
    assert string.beads() == {1: "blue", 2: "blue"}
    now = string.progress(batch_id)
    assert (now.state, now.rows, now.done, now.accepted) == ("planned", 4, 0, 0)
    head, rows = plan_of(string, batch_id)
    assert (head["good"], head["unchanged"], head["refused"]) == (2, 1, 1)
    assert head["summary"] == {
        "facts": [{"fact": "beads.Bead.Found", "count": 1}, {"fact": "beads.Bead.Painted", "count": 1}],
        "states": [
            {"record": "Bead", "before": "found", "after": "found", "count": 1},
            {"record": "Bead", "before": None, "after": "found", "count": 1},
        ],
    }
    assert [row["outcome"] for row in rows] == ["unchanged", "facts", "facts", "refused"]
    assert rows[1]["facts"][0]["values"] == {"colour": "green"}
    assert (rows[1]["facts"][0]["version"], rows[2]["facts"][0]["id"]) == (2, None)
    assert (head["made_for"], head["file"], head["batch_id"]) == ("op-1", now.digest, str(batch_id))


def test_a_dry_run_names_everything_that_is_wrong_with_a_row(string: String) -> None:
    batch_id = string.submit(["x,=1+1,", "26,red,", "5,blue,"])
    string.run()
    errors = errors_of(string, batch_id)
    assert "X-CODE-7" in errors["2"] or "X-CODE-1" in errors["2"]
    assert "X-FILE-11" in errors["2"]
    assert "X-STATE-1" in errors["3"]
    assert "X-STATE-2" in errors["3"]
    assert set(errors) == {"2", "3"}


def test_a_dry_run_foresees_what_only_the_store_would_refuse(string: String) -> None:
    string.directly(["900,gold,"])
    batch_id = string.submit(["901,gold,", "902,blue,"])
    string.run()
    assert "X-RATE-1" in errors_of(string, batch_id)["2"]
    other = string.submit(["903,gold,", "904,gold,"])
    string.run()
    assert set(errors_of(string, other)) == {"2", "3"}


def test_a_dry_run_foresees_that_two_rows_of_one_file_exclude_each_other(string: String) -> None:
    rows = ["1,gold,", *numbered(*(n for n in range(2, 1500) if n % 13)), "2000,gold,"]
    batch_id = string.submit(rows)
    string.run()
    assert list(errors_of(string, batch_id)) == [str(len(rows) + 1)]
    string.commit(batch_id)
    string.run()
    assert string.progress(batch_id).changed == 0
    assert string.progress(batch_id).accepted == len(rows) - 1


# --- the commit ---


def test_a_commit_writes_the_planned_facts_and_nothing_else(string: String) -> None:
    string.directly(numbered(1, 2))
    batch_id = string.carry_out(["1,blue,", "2,green,", "3,blue,", "4,red,"])
    now = string.progress(batch_id)
    assert (now.state, now.accepted, now.unchanged, now.refused, now.changed) == ("finished", 2, 1, 1, 0)
    assert string.beads() == {1: "blue", 2: "green", 3: "blue"}
    _, rows = plan_of(string, batch_id)
    planned = [
        (fact["fact"].rpartition(".")[2], fact["values"]) for row in rows for fact in row.get("facts", ())
    ]  # fmt: skip
    undated = [
        (name, {key: value for key, value in values.items() if key not in string.kind.dated})
        for name, values in string.facts()[2:]
    ]
    assert undated == planned


def test_a_row_whose_world_changed_since_the_plan_is_named_and_the_rest_is_written(string: String) -> None:
    string.directly(numbered(1, 2, 3))
    batch_id = string.submit(["1,green,", "2,green,", "3,green,", "4,green,", "5,green,"])
    string.run()
    string.paint(2, "white")
    string.paint(3, "green")
    string.directly(["5,green,"])
    string.commit(batch_id)
    string.run()
    now = string.progress(batch_id)
    assert (now.state, now.accepted, now.refused, now.changed) == ("finished", 2, 3, 3)
    assert string.beads() == {1: "green", 2: "white", 3: "green", 4: "green", 5: "green"}
    errors = errors_of(string, batch_id)
    assert set(errors) == {"3", "4", "6"}
    assert all("X-PLAN-4" in reason for reason in errors.values())
    assert "version 1 → 2" in errors["3"]
    assert "planned facts, now nothing new" in errors["4"]


def test_a_row_that_the_plan_refused_stays_out_though_it_would_be_good_now(string: String) -> None:
    string.directly(["1,gold,"])
    batch_id = string.submit(["2,gold,", "3,blue,"])
    string.run()
    bead = string.bead(1)
    bead.trigger_event(bead.Lost, number=1, colour="gold")
    string.app.save(bead, by=string.by("lose"))
    string.commit(batch_id)
    string.run()
    assert string.beads() == {3: "blue"}
    assert "planned a refusal, now facts" in errors_of(string, batch_id)["2"]


def test_what_only_the_store_saw_is_named_as_a_change_since_the_plan(string: String) -> None:
    batch_id = string.submit(["2,gold,", "3,blue,"])
    string.run()
    string.directly(["1,gold,"])
    string.commit(batch_id)
    string.run()
    reason = errors_of(string, batch_id)["2"]
    assert "X-PLAN-4" in reason
    assert "X-RATE-1" in reason
    assert string.beads() == {1: "gold", 3: "blue"}


def test_all_or_nothing_writes_all(string: String) -> None:
    batch_id = string.carry_out(numbered(1, 2, 3), "all_or_nothing")
    assert (string.progress(batch_id).state, string.progress(batch_id).accepted) == ("finished", 3)
    assert string.beads() == dict.fromkeys((1, 2, 3), "blue")
    with string.app.store.reading() as cursor:
        cursor.execute("SELECT count(DISTINCT tx) FROM events WHERE topic LIKE 'beads.Bead.%%'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("one_transaction", [True, False])
def test_all_or_nothing_writes_nothing_when_one_row_changed(
    string: String, monkeypatch: pytest.MonkeyPatch, one_transaction: bool
) -> None:
    if not one_transaction:
        monkeypatch.setattr(proof, "ONE_TRANSACTION", 1)
    string.directly(numbered(1, 2))
    batch_id = string.submit(["1,green,", "2,green,", "3,green,"])
    string.run()
    string.paint(2, "white")
    before = string.facts()
    string.commit(batch_id, "all_or_nothing")
    string.run()
    now = string.progress(batch_id)
    assert (now.state, now.accepted, now.refused, now.changed) == ("refused", 0, 3, 1)
    assert string.facts() == before
    errors = errors_of(string, batch_id)
    assert "X-PLAN-4" in errors["3"]
    assert "X-PLAN-5" in errors["2"]
    assert "X-PLAN-5" in errors["4"]


def test_all_or_nothing_of_many_rows_takes_back_what_a_late_conflict_overtakes(
    string: String, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "ONE_TRANSACTION", 1)
    numbers = [n for n in range(1, 4000) if n % 13]
    string.directly(numbered(*numbers))
    batch_id = string.submit(numbered(*numbers, colour="green"))
    string.run()
    string.commit(batch_id, "all_or_nothing")
    while string.progress(batch_id).done < 2000:
        string.runner.step()
    string.paint(3999 - 3999 % 13 - 1, "white")
    string.run()
    now = string.progress(batch_id)
    assert now.state == "undone"
    assert (now.undone, now.kept) == (now.accepted, 0)
    assert now.accepted > 0
    colours = set(string.beads().values())
    assert colours == {"blue", "white"}
    assert all("X-PLAN-4" in reason for reason in errors_of(string, batch_id).values())


# --- plans that are not carried out ---


def test_a_plan_holds_for_a_day_and_then_lapses(string: String) -> None:
    batch_id = string.submit(numbered(1))
    string.run()
    string.clock.move_to(string.clock.now() + timedelta(hours=24))
    with pytest.raises(PlanExpired):
        string.commit(batch_id)
    assert string.runner.lapse() == 1
    assert string.progress(batch_id).state == "lapsed"
    with pytest.raises(PlanExpired):
        string.commit(batch_id)
    assert string.runner.lapse() == 0
    assert string.beads() == {}


def test_an_idle_worker_lets_plans_lapse_by_itself(string: String) -> None:
    first, second = string.submit(numbered(1)), string.submit(numbered(2))
    string.run()
    string.clock.move_to(string.clock.now() + timedelta(hours=25))
    assert string.new_runner().step() == 2
    assert {string.progress(each).state for each in (first, second)} == {"lapsed"}
    assert string.new_runner().step() == 0


def test_another_files_plan_is_unknown_here(string: String) -> None:
    first, second = string.submit(numbered(1)), string.submit(numbered(2))
    string.run()
    batch = string.app.get(BeadBatch, first)
    with pytest.raises(PlanUnknown):
        batch.ask_commit(
            plan_id=string.progress(second).plan_id or "", mode="good_rows", asked_by="x", now=string.clock.now()
        )


def test_a_plan_is_carried_out_once(string: String) -> None:
    batch_id = string.carry_out(numbered(1))
    with pytest.raises(NotAtThisStep):
        string.commit(batch_id)


@pytest.mark.parametrize("where", ["row", "head", "signature", "gone"])
def test_an_altered_plan_is_refused_whole(string: String, where: str) -> None:
    batch_id = string.submit(numbered(1, 2))
    string.run()
    digest = string.progress(batch_id).plan_digest or ""
    path = string.blobs._path(digest)
    content = path.read_bytes()
    path.chmod(0o640)
    altered = {
        "row": content.replace(b'"number":2', b'"number":3'),
        "head": content.replace(b'"good":2', b'"good":3'),
        "signature": content.replace(b'"signature":"p1.', b'"signature":"p2.'),
        "gone": b"",
    }[where]
    assert altered != content
    path.write_bytes(altered) if altered else path.unlink()
    string.commit(batch_id)
    string.run()
    assert string.progress(batch_id).state == "refused"
    assert string.beads() == {}
    with string.app.store.reading() as cursor:
        cursor.execute("SELECT convert_from(state, 'UTF8') FROM events WHERE topic LIKE '%%BeadBatch.Refused'")
        assert '"rule":"X-PLAN-3"' in cursor.fetchall()[0][0]


# --- the same again ---


def test_the_same_file_again_leaves_everything_as_it_is(string: String) -> None:
    rows = ["1,blue,", "2,green,", "26,red,"]
    string.carry_out(rows)
    before = string.facts()
    for again in (string.directly(rows), string.carry_out(rows)):
        now = string.progress(again)
        assert (now.accepted, now.unchanged, now.refused) == (0, 2, 1)
    assert string.facts() == before


# --- undo ---


def test_an_undo_takes_back_what_a_file_led_to_and_frees_what_it_claimed(string: String) -> None:
    string.directly(["1,blue,", "2,blue,"])
    batch_id = string.carry_out(["1,green,", "3,gold,", "4,blue,", "2,blue,"])
    string.undo(batch_id)
    string.run()
    now = string.progress(batch_id)
    assert (now.state, now.undone, now.kept, now.errors_digest) == ("undone", 3, 0, None)
    assert string.beads() == {1: "blue", 2: "blue"}
    string.directly(["3,gold,"])
    assert string.beads()[3] == "gold"


def test_an_undo_keeps_and_names_what_something_followed(string: String) -> None:
    batch_id = string.carry_out(numbered(1, 2, 3))
    string.paint(2, "white")
    string.undo(batch_id)
    string.run()
    now = string.progress(batch_id)
    assert (now.state, now.undone, now.kept) == ("undone", 2, 1)
    assert string.beads() == {2: "white"}
    errors = errors_of(string, batch_id)
    assert list(errors) == ["3"]
    assert "X-UNDO-1" in errors["3"]


def test_who_asked_for_an_undo_acts_in_it_and_says_why(string: String) -> None:
    batch_id = string.carry_out(numbered(1))
    string.undo(batch_id)
    string.run()
    with string.app.store.reading() as cursor:
        cursor.execute("SELECT convert_from(context, 'UTF8') FROM events WHERE topic = 'beads.Bead.Lost'")
        context = json.loads(cursor.fetchall()[0][0])
    assert (context["actor_sub"], context["reason"], context["use_case"]) == ("op-1", "filed twice", "undo_beads")


def test_only_a_finished_file_is_undone_and_only_once(string: String) -> None:
    batch_id = string.submit(numbered(1))
    with pytest.raises(Refused):
        string.undo(batch_id)
    string.run()
    string.commit(batch_id)
    string.run()
    string.undo(batch_id)
    with pytest.raises(NotAtThisStep):
        string.undo(batch_id)


# --- what cannot be undone ---


@pytest.mark.rule("A24-2")
def test_a_worker_takes_nothing_irreversible_without_a_plan_and_a_second_person(
    string: String, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a file of an irreversible kind, when it comes without plan or second person, then nothing is written."""
    monkeypatch.setattr(type(string.kind), "irreversible", True)
    at_once = string.submit(numbered(1), plan_first=False)
    string.run()
    assert string.progress(at_once).state == "refused"
    alone = string.submit(numbered(1))
    string.run()
    batch = string.app.get(BeadBatch, alone)
    batch.ask_commit(plan_id=batch.standing.plan_id or "", mode="good_rows", asked_by="op-1", now=string.clock.now())
    string.app.save(batch, by=string.by("commit_plan"))
    string.run()
    assert string.progress(alone).state == "refused"
    assert string.beads() == {}
    string.carry_out(numbered(1))
    assert string.beads() == {1: "blue"}


# --- where green threads wait for the database ---


def test_everything_works_on_one_thread_too(string: String, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg2.extensions

    monkeypatch.setattr(psycopg2.extensions, "get_wait_callback", lambda: len)
    batch_id = string.carry_out(numbered(*(n for n in range(1, 2500) if n % 13)))
    assert string.progress(batch_id).accepted == 2499 - 192
    string.undo(batch_id)
    string.run()
    assert string.progress(batch_id).undone == 2499 - 192
    assert string.beads() == {}
