"""The private PostgreSQL of the embedded default: kept between runs, never two at once, never left behind."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from cli.embedded_postgres import EmbeddedPostgres
from cli.postgres_cluster import PostgresUnavailable

ORPHANED = """
import os, sys
from pathlib import Path
from cli.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="xueji-embedded-"))
    path.chmod(0o755)
    yield path / "postgres"
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder)
    server.start()
    yield server
    server.remove()


def ask(url: str, question: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def test_data_and_port_are_kept_between_runs(server: EmbeddedPostgres, folder: Path) -> None:
    url = server.create_database("xueji_kept")
    ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    again = EmbeddedPostgres(folder)
    again.start()
    assert again.create_database("xueji_kept") == url
    assert ask(url, "SELECT number FROM kept") == 7
    again.stop()


def test_it_keeps_its_promises_and_knows_what_the_event_store_needs(server: EmbeddedPostgres) -> None:
    url = server.create_database("xueji_promises")
    assert ask(url, "SHOW fsync") == ask(url, "SHOW synchronous_commit") == ask(url, "SHOW full_page_writes") == "on"
    ask(url, "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm")
    assert ask(url, "SELECT cardinality(show_trgm('张小明'))") == 4
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SHOW timezone") == "UTC"


def test_a_stranger_without_the_password_is_not_let_in(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        ask(f"postgresql://xueji:guess@127.0.0.1:{server.port}/postgres", "SELECT 1")


def test_a_second_process_is_told_in_one_line_that_the_folder_is_taken(server: EmbeddedPostgres, folder: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="stop it first") as taken:
        EmbeddedPostgres(folder).start()
    assert "\n" not in str(taken.value)
    assert ask(server.url(), "SELECT 1") == 1


def test_a_server_that_was_killed_starts_again_on_its_port(server: EmbeddedPostgres) -> None:
    url = server.create_database("xueji_killed")
    ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
    server.kill()
    server.start()
    assert ask(url, "SELECT number FROM kept") == 7


def test_a_server_whose_starter_was_killed_is_ended_and_replaced(folder: Path) -> None:
    started = subprocess.run([sys.executable, "-c", ORPHANED, folder], capture_output=True, text=True, check=False)
    orphan = int(started.stdout)
    assert psutil.pid_exists(orphan)
    server = EmbeddedPostgres(folder)
    server.start()
    assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE
    assert server.pid != orphan
    server.remove()


def test_a_pid_file_that_names_another_program_is_forgotten(server: EmbeddedPostgres, folder: Path) -> None:
    server.kill()
    pid_file = folder.resolve() / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    server.start()
    assert ask(server.url(), "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_data_under_a_closed_folder_are_kept_elsewhere_and_removed_with_it(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o700)
    server = EmbeddedPostgres(folder / "var")
    server.start()
    elsewhere = (folder / "var").resolve()
    assert (folder / "var").is_symlink()
    assert elsewhere.is_dir()
    assert ask(server.url(), "SELECT 1") == 1
    server.remove()
    assert not elsewhere.exists()
    assert not (folder / "var").is_symlink()
