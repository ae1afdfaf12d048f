"""The servers the tests stand on: real, private, restartable."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import kombu
import psutil
import psycopg2
import pytest

from cli.postgres_cluster import free_port
from tests.support import rabbitmq as support
from tests.support.rabbitmq import PrivateRabbit
from tests.support.servers import Databases, PrivatePostgres, private_postgres


def ask(url: str, question: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


@pytest.mark.servers
def test_every_test_gets_a_database_of_its_own(databases: Databases, postgres_url: str) -> None:
    ask(postgres_url, "CREATE TABLE mine (id int)")
    other = databases.fresh()
    assert ask(other, "SELECT to_regclass('mine')") is None
    databases.drop(other)


@pytest.mark.servers
def test_a_template_is_prepared_once_and_copied_from_then_on(databases: Databases) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        ask(url, "CREATE TABLE there (id int); INSERT INTO there VALUES (7)")

    first, second = databases.fresh("copied", prepare), databases.fresh("copied", prepare)
    assert len(prepared) == 1
    assert first != second
    assert ask(first, "SELECT id FROM there") == ask(second, "SELECT id FROM there") == 7


def prepare_shop(url: str) -> None:
    ask(url, "CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY, name text); INSERT INTO kept (name) VALUES ('a')")
    ask(url, "CREATE TABLE empty (id serial); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'")
    ask(url, "CREATE TRIGGER never BEFORE TRUNCATE ON empty EXECUTE FUNCTION no()")


ALL_OF_SHOP = "SELECT array(SELECT name || id FROM kept)::text || array(SELECT id FROM empty)::text"


@pytest.mark.servers
def test_a_database_that_comes_back_is_as_it_was_made(databases: Databases) -> None:
    url = databases.fresh("shop", prepare_shop)
    assert ask(url, ALL_OF_SHOP) == "{a1}{}"
    ask(url, "INSERT INTO kept (name) VALUES ('b'); UPDATE kept SET name = 'c'; INSERT INTO empty DEFAULT VALUES")
    ask(url, "CREATE TEMPORARY TABLE aside (id int)")
    left = psycopg2.connect(url)
    databases.drop(url)
    with pytest.raises(psycopg2.OperationalError):
        left.cursor().execute("SELECT 1")
    again = databases.fresh("shop", prepare_shop)
    assert again == url
    assert ask(again, ALL_OF_SHOP) == "{a1}{}"
    ask(again, "INSERT INTO kept (name) VALUES ('d'); INSERT INTO empty DEFAULT VALUES")
    assert ask(again, ALL_OF_SHOP) == "{a1,d2}{1}"
    databases.drop(again)


@pytest.mark.servers
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE empty ADD COLUMN more int",
        "DROP TABLE empty",
        "CREATE INDEX ON kept (name)",
        "ALTER TABLE empty DISABLE TRIGGER never",
        "CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "GRANT SELECT ON kept TO PUBLIC",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone TO UTC', current_database()); END $$",
    ],
)
def test_a_database_of_another_shape_does_not_come_back(databases: Databases, change: str) -> None:
    url = databases.fresh("shop", prepare_shop)
    ask(url, change)
    databases.drop(url)
    assert databases.fresh("shop", prepare_shop) != url
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        ask(url, "SELECT 1")


@pytest.mark.servers
@pytest.mark.faults
def test_a_killed_postgres_comes_back_on_the_same_port_with_what_was_committed() -> None:
    with private_postgres(durable=True) as postgres:
        url = postgres.fresh()
        ask(url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
        postgres.kill()
        with pytest.raises(psycopg2.OperationalError):
            ask(url, "SELECT 1")
        postgres.start()
        assert ask(url, "SELECT id FROM kept") == 1
        assert ask(url, "SHOW fsync") == ask(url, "SHOW synchronous_commit") == "on"


@pytest.mark.servers
@pytest.mark.faults
def test_a_restarted_rabbitmq_keeps_its_port_and_its_persistent_messages(restartable_rabbitmq: PrivateRabbit) -> None:
    url = restartable_rabbitmq.fresh_vhost()
    with kombu.Connection(url) as connection, connection.SimpleQueue("kept") as queue:
        queue.put({"number": 1})
    restartable_rabbitmq.restart()
    with kombu.Connection(url) as connection, connection.SimpleQueue("kept") as queue:
        message = queue.get(timeout=10)
        message.ack()
        assert message.payload == {"number": 1}
    restartable_rabbitmq.drop_vhost(url)


@pytest.mark.servers
def test_private_servers_listen_on_the_loopback_address_only(
    restartable_postgres: PrivatePostgres, restartable_rabbitmq: PrivateRabbit
) -> None:
    ports = {restartable_postgres.server.port, *restartable_rabbitmq.ports}
    listening = [c.laddr for c in psutil.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    ours = [address for address in listening if address.port in ports]
    assert {address.port for address in ours} == ports
    assert {address.ip for address in ours} <= {"127.0.0.1", "::1"}


def test_a_port_that_was_given_out_is_given_to_no_other_process() -> None:
    looking = "from cli import postgres_cluster as cluster; cluster._PORTS = [{port}] * 200; cluster.free_port()"
    told = subprocess.run(
        [sys.executable, "-c", looking.format(port=free_port())], capture_output=True, text=True, check=False
    )
    assert "no free port" in told.stderr


def test_the_policy_that_stood_before_an_installation_stands_after_it(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with support._no_service_starts(policy):
        assert subprocess.run([policy], check=False).returncode == 101
    assert not policy.exists()
    policy.write_text("#!/bin/sh\nexit 0\n")
    policy.chmod(0o700)
    with support._no_service_starts(policy):
        assert subprocess.run([policy], check=False).returncode == 101
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert stat.S_IMODE(policy.stat().st_mode) == 0o700


def test_a_missing_rabbitmq_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "BINARIES", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(support.RabbitMissing) as missing:
        support.find_server()
    assert "apt-get install rabbitmq-server" in str(missing.value)
    assert "\n" not in str(missing.value)


APT_GET = """#!/bin/sh
echo "$@ $DEBIAN_FRONTEND $(sh {policy}; echo $?)" >> {said}
case "$*" in *install*) mkdir -p {sbin} && touch {sbin}/rabbitmq-server ;; esac
"""


def test_root_on_debian_installs_rabbitmq_once_and_lets_no_broker_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, said, binaries = tmp_path / "policy-rc.d", tmp_path / "said", tmp_path / "binaries"
    apt_get = tmp_path / "bin" / "apt-get"
    apt_get.parent.mkdir()
    apt_get.write_text(APT_GET.format(policy=policy, said=said, sbin=binaries / "rabbitmq_server-3/sbin"))
    apt_get.chmod(0o755)
    systemctl = apt_get.with_name("systemctl")
    systemctl.write_text("#!/bin/sh\n")
    systemctl.chmod(0o755)
    monkeypatch.setattr(support, "POLICY", policy)
    monkeypatch.setattr(support, "BINARIES", binaries)
    monkeypatch.setattr(support, "_may_install", lambda: True)
    monkeypatch.setattr(support.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("PATH", f"{apt_get.parent}:/usr/bin:/bin")
    found = support.find_server()
    assert found.name == "rabbitmq-server"
    update, install = said.read_text().splitlines()
    assert "update" in update
    assert "install" in install
    assert "rabbitmq-server" in install
    assert {update.split()[-1], install.split()[-1]} == {"101"}
    assert not policy.exists()
    assert support.find_server() == found
    assert len(said.read_text().splitlines()) == 2
