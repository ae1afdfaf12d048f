"""Real servers for the tests: named by the environment, or testcontainers, or private ones started here.

The order is the same for both servers: `XUEJI_TEST_POSTGRES_URL` / `XUEJI_TEST_AMQP_URL`; a Docker engine that answers;
binaries of this machine, run on free ports of 127.0.0.1 with their own data in a temporary folder.
"""

import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from cli.embedded_postgres import EmbeddedPostgres
from tests.support.rabbitmq import Broker, PrivateRabbit

POSTGRES_IMAGE = "postgres:18-alpine"
RABBITMQ_IMAGE = "rabbitmq:4-management-alpine"


class Databases:
    """One PostgreSQL, and a fresh database on it for whoever asks."""

    def __init__(self, url: str) -> None:
        self.admin_url = url
        self._templates: dict[str, str] = {}

    def url(self, name: str) -> str:
        """Return the URL of a database on this server; the name may hold `{service}`."""
        return urlsplit(self.admin_url)._replace(path=f"/{name}").geturl()

    def fresh(self, template: str = "", prepare: Callable[[str], None] | None = None) -> str:
        """Create an empty database, or a copy of the template that `prepare(url)` fills the first time."""
        source = self._template(template, prepare) if prepare is not None else "template1"
        name = f"test_{secrets.token_hex(6)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return self.url(name)

    def create(self, name: str) -> str:
        """Create a database of this name and return its URL."""
        self._execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, with whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)')

    def disconnect(self, url: str) -> int:
        """Break every connection to a database from the server's side, and say how many there were."""
        name = urlsplit(url).path.lstrip("/")
        return self._execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )

    def _template(self, template: str, prepare: Callable[[str], None]) -> str:
        if template not in self._templates:
            name = f"template_{template}_{secrets.token_hex(4)}"
            prepare(self.create(name))
            # A template that somebody is connected to cannot be copied.
            self.disconnect(self.url(name))
            self._templates[template] = name
        return self._templates[template]

    def _execute(self, statement: str) -> int:
        connection = psycopg2.connect(self.admin_url)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                row = cursor.fetchone() if cursor.description else None
                return int(row[0]) if row else 0
        finally:
            connection.close()


class PrivatePostgres(Databases):
    """A PostgreSQL of our own: `start` after `stop` or `kill` finds the same port and the same data."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.server = EmbeddedPostgres(folder, durable=durable)
        super().__init__(self.server.start())

    def start(self) -> str:
        """Start the server again."""
        return self.server.start()

    def stop(self) -> None:
        """Stop the server in good order."""
        self.server.stop()

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.server.kill()

    def restart(self) -> str:
        """Stop and start again on the same port."""
        return self.server.restart()


@contextlib.contextmanager
def private_postgres(*, durable: bool = False) -> Iterator[PrivatePostgres]:
    """A private PostgreSQL for a `with` block; `durable=True` keeps fsync and synchronous_commit on."""
    with _folder("xueji-postgres-") as folder:
        postgres = PrivatePostgres(folder, durable=durable)
        try:
            yield postgres
        finally:
            postgres.stop()


@contextlib.contextmanager
def private_rabbitmq() -> Iterator[PrivateRabbit]:
    """A private RabbitMQ for a `with` block."""
    with _folder("xueji-rabbitmq-") as folder:
        rabbit = PrivateRabbit(folder)
        try:
            rabbit.start()
            yield rabbit
        finally:
            rabbit.kill()


@contextlib.contextmanager
def any_postgres() -> Iterator[Databases]:
    """The first PostgreSQL of the order above."""
    named = os.environ.get("XUEJI_TEST_POSTGRES_URL")
    if named:
        yield Databases(named)
    elif docker_answers():
        with _postgres_container() as url:
            yield Databases(url)
    else:
        with private_postgres() as postgres:
            yield postgres


@contextlib.contextmanager
def any_rabbitmq() -> Iterator[Broker]:
    """The first RabbitMQ of the order above."""
    named = os.environ.get("XUEJI_TEST_AMQP_URL")
    if named:
        default = f"http://{urlsplit(named).hostname}:15672"
        yield Broker(named, os.environ.get("XUEJI_TEST_RABBITMQ_API_URL", default))
    elif docker_answers():
        with _rabbitmq_container() as broker:
            yield broker
    else:
        with private_rabbitmq() as rabbit:
            yield rabbit


@lru_cache(maxsize=1)
def docker_answers() -> bool:
    """Whether a Docker engine answers a ping."""
    where = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    local = where.scheme == "unix"
    try:
        with socket.socket(socket.AF_UNIX if local else socket.AF_INET) as engine:
            engine.settimeout(3)
            engine.connect(where.path if local else (where.hostname or "127.0.0.1", where.port or 2375))
            engine.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in engine.recv(64)
    except OSError:
        return False


@contextlib.contextmanager
def _postgres_container() -> Iterator[str]:
    from testcontainers.postgres import PostgresContainer

    with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
        yield container.get_connection_url()


@contextlib.contextmanager
def _rabbitmq_container() -> Iterator[Broker]:
    from testcontainers.rabbitmq import RabbitMqContainer

    with RabbitMqContainer(RABBITMQ_IMAGE).with_exposed_ports(5672, 15672) as container:
        host = container.get_container_host_ip()
        yield Broker(
            f"amqp://guest:guest@{host}:{container.get_exposed_port(5672)}/",
            f"http://{host}:{container.get_exposed_port(15672)}",
        )


@contextlib.contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    # Not pytest's tmp_path: its parents are closed to the account the servers run as.
    path = Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
