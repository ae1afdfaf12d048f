"""A file is taken in whole, by chunks, once, whatever happens on the way."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from shared.codes.clock import SystemClock
from shared.eventstore.context import Context
from shared.eventstore.store import Store, migrate
from shared.intake.batch import Progress
from shared.intake.engine import CHUNK
from shared.intake.files import read_sheet
from shared.intake.tests.marbles import NOW, House, MarbleBatch, Marbles

pytestmark = pytest.mark.servers


@pytest.fixture
def url(databases: object) -> Iterator[str]:
    found = databases.fresh("intake", migrate)  # type: ignore[attr-defined]
    yield found
    databases.drop(found)  # type: ignore[attr-defined]


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:
    store = Store(url)
    yield House(Marbles(store, SystemClock()), tmp_path)
    store.close()


def box(*rows: str) -> bytes:
    return "\r\n".join(["NO,COLOUR,NOTE", *rows, ""]).encode()


def errors_of(house: House, batch_id: UUID) -> list[dict[str, str]]:
    digest = house.progress(batch_id).errors_digest
    assert digest
    return list(csv.DictReader(io.StringIO(house.blobs.read(digest).decode("utf-8-sig"), newline="")))


def test_good_rows_are_taken_and_every_bad_one_is_named(house: House) -> None:
    batch_id = house.submit(box("1,blue,", "2,red,", "x,green,=1+1", "4,green,", "4,blue,again"))
    house.run()
    progress = house.progress(batch_id)
    assert (progress.state, progress.rows, progress.accepted, progress.refused) == ("finished", 5, 2, 3)
    assert house.numbers() == [1, 4]
    errors = errors_of(house, batch_id)
    assert [row["原行号"] for row in errors] == ["3", "4", "6"]
    assert "颜色(COLOUR):不收红色 / no red ones [X-STATE-1]" in errors[0]["错误原因"]
    assert "X-CODE-7" in errors[1]["错误原因"]
    assert "X-FILE-11" in errors[1]["错误原因"]
    assert errors[1]["NOTE"] == "'=1+1"
    assert "X-CONFLICT-1" in errors[2]["错误原因"]


def test_a_row_that_the_store_refuses_is_found_while_the_next_rows_are_decided(house: House) -> None:
    house.run()
    first = house.submit(box("700,blue,"))
    house.run()
    second = house.submit(box(*(f"{number},blue," for number in range(1, 2 * CHUNK + 501))))
    house.run()
    assert house.progress(first).accepted == 1
    progress = house.progress(second)
    assert (progress.accepted, progress.refused) == (2 * CHUNK + 499, 1)
    assert [row["NO"] for row in errors_of(house, second)] == ["700"]
    assert sorted(house.numbers()) == list(range(1, 2 * CHUNK + 501))


@pytest.mark.parametrize(
    ("content", "filename", "rule"),
    [
        (b"", "box.csv", "X-FILE-1"),
        (b"NO,COLOUR\r\n", "box.csv", "X-FILE-15"),
        (b"NO,COLOUR\r\n1,blue\r\n2", "box.csv", "X-FILE-4"),
        (b"NO\r\n1\r\n", "box.csv", "X-FILE-5"),
        (b"NO,COLOUR\r\n1,blue\r\n", "box.xlsx", "X-FILE-2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_once_and_nothing_of_it_is_stored(
    house: House, content: bytes, filename: str, rule: str
) -> None:
    batch_id = house.submit(content, filename)
    house.run()
    batch = house.app.get(MarbleBatch, batch_id)
    assert batch.standing.state == "refused"
    assert house.numbers() == []
    with house.app.store.reading() as cursor:
        cursor.execute("SELECT convert_from(state, 'UTF8') FROM events WHERE topic LIKE '%%.Refused'")
        (only,) = cursor.fetchall()
    assert f'"rule":"{rule}"' in only[0]


def test_a_break_at_the_end_of_a_long_file_stores_nothing_of_its_beginning(house: House) -> None:
    batch_id = house.submit(box(*(f"{number},blue," for number in range(1, 3 * CHUNK))) + b'9999,"blue')
    house.run()
    assert house.progress(batch_id).state == "refused"
    assert house.numbers() == []


def test_a_runner_that_broke_down_is_followed_by_one_that_goes_on(house: House) -> None:
    rows = [f"{number},{'red' if number % 100 == 0 else 'blue'}," for number in range(1, 2401)]
    batch_id = house.submit(box(*rows))
    house.kind.fail_at = 1300
    with pytest.raises(RuntimeError):
        house.run()
    before = house.progress(batch_id)
    assert before.done == CHUNK + 1
    house.kind.fail_at, house.kind.decided = None, []
    house.run(house.new_runner())
    assert min(house.kind.decided) == before.done + 1
    progress = house.progress(batch_id)
    assert (progress.state, progress.accepted, progress.refused) == ("finished", 2376, 24)
    assert house.numbers() == [number for number in range(1, 2401) if number % 100]
    assert len(errors_of(house, batch_id)) == 24


def test_two_runners_of_one_batch_store_each_row_once(house: House) -> None:
    batch_id = house.submit(box(*(f"{number},blue," for number in range(1, 3001))))
    first, second = house.new_runner(), house.new_runner()
    for _ in range(200):
        if not first.step() | second.step():
            break
    progress = house.progress(batch_id)
    assert (progress.state, progress.accepted, progress.refused) == ("finished", 3000, 0)
    assert house.numbers() == list(range(1, 3001))


def test_a_batch_that_always_fails_does_not_hold_up_the_others(house: House) -> None:
    bad = house.submit(box("13,blue,"))
    house.kind.fail_at = 2
    with pytest.raises(RuntimeError):
        house.run()
    house.kind.fail_at = 3
    good = house.submit(box("14,blue,"))
    for _ in range(20):
        try:
            house.runner.step()
        except RuntimeError:
            continue
    assert house.progress(good).state == "finished"
    assert house.progress(bad).state == "finished"


def test_who_sent_the_file_acts_in_its_rows_and_the_file_is_the_evidence(house: House) -> None:
    batch_id = house.submit(box("1,blue,"))
    house.run()
    with house.app.store.reading() as cursor:
        cursor.execute("SELECT convert_from(context, 'UTF8')::jsonb FROM events WHERE topic = 'marbles.Marble.Found'")
        ((context,),) = cursor.fetchall()
    assert context["actor_sub"] == "op-1"
    assert context["actor_org"] == "4111010001"
    assert context["evidence"] == [f"sha256:{house.progress(batch_id).digest}"]
    assert context["causation_id"] == str(batch_id)


def test_the_errors_file_corrected_is_a_file_to_send(house: House) -> None:
    batch_id = house.submit(box("1,blue,", "two,blue,@note", "3,red,"))
    house.run()
    digest = house.progress(batch_id).errors_digest
    assert digest
    corrected = house.blobs.read(digest).decode("utf-8-sig").replace("two", "2").replace("'@note", "note")
    again = house.submit(corrected.replace("3,red", "3,green").encode())
    house.run()
    assert house.progress(again).accepted == 2
    assert house.numbers() == [1, 2, 3]


RUN = """
import sys
from pathlib import Path
from shared.codes.clock import SystemClock
from shared.eventstore.store import Store
from shared.intake.tests.marbles import House, Marbles
house = House(Marbles(Store(sys.argv[1]), SystemClock()), Path(sys.argv[2]))
print("ready", flush=True)
house.run()
"""


@pytest.mark.faults
def test_a_killed_worker_leaves_no_gap_and_no_double(house: House, url: str, tmp_path: Path) -> None:
    batch_id = house.submit(box(*(f"{number},{'red' if number % 50 == 0 else 'blue'}," for number in range(1, 12001))))
    kills = 0
    while house.progress(batch_id).state != "finished":
        done = house.progress(batch_id).done
        command = [sys.executable, "-c", RUN, url, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()}) as worker:
            while worker.poll() is None and _has_not_moved(house.progress(batch_id), done):
                time.sleep(0.01)
            worker.send_signal(signal.SIGKILL)
        kills += 1
    progress = house.progress(batch_id)
    assert kills > 1
    assert (progress.accepted, progress.refused) == (11_760, 240)
    assert house.numbers() == [number for number in range(1, 12001) if number % 50]
    assert len(errors_of(house, batch_id)) == 240


def _has_not_moved(progress: Progress, done: int) -> bool:
    return progress.done < done + 4 * CHUNK and progress.state in ("submitted", "running")


def test_a_workbook_is_taken_in_like_a_table_of_text(house: House, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "box.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["NO", "COLOUR", "NOTE"])
        sheet.write_row(1, 0, [1, "blue", "a"])
        sheet.write_row(2, 0, [2, "red", "b"])
        sheet.write_row(4, 0, [3, "blue", ""])
        sheet.write_formula(5, 0, "=2+2", value=4)
        sheet.write(5, 1, "blue")
    batch_id = house.submit(path.read_bytes(), "box.xlsx")
    house.run()
    assert house.numbers() == [1, 3]
    # refused rows come back as a workbook too, and nothing in it runs
    digest = house.progress(batch_id).errors_digest
    assert digest
    with house.blobs.open(digest) as stream:
        rows = [list(row.cells) for row in read_sheet(stream, "errors.xlsx")]
    assert [(row[0], row[2]) for row in rows] == [("3", "2"), ("6", "=4")]


def test_a_file_is_only_read_by_the_runner_of_its_kind(house: House) -> None:
    other = MarbleBatch(
        kind="other", digest="0" * 64, filename="x.csv", submitted_by="op", params={}, school_code=None, province=None
    )
    house.app.save(other, by=Context.system("submit", NOW))
    assert house.runner.step() == 0
    missing = house.submit(box("1,blue,"))
    house.blobs._path(house.progress(missing).digest).unlink()
    house.run()
    assert house.progress(missing).state == "refused"
    assert read_sheet
