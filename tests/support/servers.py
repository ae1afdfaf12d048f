"""Real servers for the tests: named by the environment, or testcontainers, or private ones started here.

The order is the same for both servers: `XUEJI_TEST_POSTGRES_URL` / `XUEJI_TEST_AMQP_URL`; a Docker engine that answers;
binaries of this machine, run on free ports of 127.0.0.1 with their own data in a temporary folder.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2

from cli.embedded_postgres import EmbeddedPostgres
from tests.support.rabbitmq import Broker, PrivateRabbit
from tests.support.recycling import Altered, Recyclable

MEMORY = Path("/dev/shm")
OWNED = "owned"
ROOM = 2 << 30
LEAVING_SECONDS = 5.0
# For data that nobody needs when the tests are over: a copy of files, no vacuum behind their backs, little log
FORGETFUL = {
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "jit": "off",
}
POSTGRES_IMAGE = "postgres:18-alpine"
RABBITMQ_IMAGE = "rabbitmq:4-management-alpine"


class Databases:
    """One PostgreSQL, and a fresh database on it for whoever asks."""

    strategy = ""

    def __init__(self, url: str) -> None:
        self.admin_url = url
        self._templates: dict[str, str] = {}
        self._lent: dict[str, tuple[str, Recyclable]] = {}
        self._shelf: dict[str, list[tuple[str, Recyclable]]] = {}
        self._admin: psycopg2.extensions.connection | None = None

    def url(self, name: str) -> str:
        """Return the URL of a database on this server; the name may hold `{service}`."""
        return urlsplit(self.admin_url)._replace(path=f"/{name}").geturl()

    def fresh(self, template: str = "", prepare: Callable[[str], None] | None = None) -> str:
        """Give an empty database, or one that is as the template which `prepare(url)` filled the first time."""
        if prepare is not None and self._shelf.get(template):
            name, recyclable = self._shelf[template].pop()
            self._lent[name] = (template, recyclable)
            return self.url(name)
        name = f"test_{secrets.token_hex(6)}"
        url = self.create(name, template, prepare)
        if prepare is not None:
            with contextlib.suppress(psycopg2.Error):  # whoever is no superuser makes a new one each time
                self._lent[name] = (template, Recyclable(url))
        return url

    def create(self, name: str, template: str = "", prepare: Callable[[str], object] | None = None) -> str:
        """Create a database of this name, empty or as a copy of the template, and return its URL."""
        copied = "" if prepare is None else f' TEMPLATE "{self._template(template, prepare)}" {self.strategy}'
        self._execute(f'CREATE DATABASE "{name}"{copied}')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Take a database back, with whoever is still connected to it: it serves again or goes."""
        name = _name(url)
        template, recyclable = self._lent.pop(name, ("", None))
        self._empty(name)
        if recyclable is not None:
            with contextlib.suppress(psycopg2.Error, Altered):
                recyclable.restore()
                self._shelf.setdefault(template, []).append((name, recyclable))
                return
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def disconnect(self, url: str) -> int:
        """Break every connection to a database from the server's side, and say how many there were."""
        return self._execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            f" WHERE datname = '{_name(url)}' AND pid <> pg_backend_pid()"
        )

    def _empty(self, name: str) -> None:
        """See the last one out: PostgreSQL's own wait for that goes by tenths of a second."""
        deadline = time.monotonic() + LEAVING_SECONDS
        while self.disconnect(self.url(name)) and time.monotonic() < deadline:
            time.sleep(0.001)

    def _template(self, template: str, prepare: Callable[[str], object]) -> str:
        if template not in self._templates:
            name = f"template_{template}_{secrets.token_hex(4)}"
            prepare(self.create(name))
            # A template that somebody is connected to cannot be copied.
            self._empty(name)
            self._templates[template] = name
        return self._templates[template]

    def _execute(self, statement: str) -> int:
        with self._connection().cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return int(row[0]) if row else 0

    def _connection(self) -> psycopg2.extensions.connection:
        """The connection of whoever makes databases; a new one where the server has ended the last."""
        if self._admin is not None:
            with contextlib.suppress(psycopg2.Error), self._admin.cursor() as cursor:
                cursor.execute("SELECT 1")
                return self._admin
        self._admin = psycopg2.connect(self.admin_url)
        self._admin.autocommit = True
        return self._admin


class PrivatePostgres(Databases):
    """A PostgreSQL of our own: `start` after `stop` or `kill` finds the same port and the same data."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.server = EmbeddedPostgres(folder, durable=durable, settings={} if durable else FORGETFUL)
        # Files are copied faster than they are written to the log, unless each must reach the disk
        self.strategy = "" if durable else "STRATEGY FILE_COPY"
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
    """A private PostgreSQL for a `with` block; `durable=True` keeps fsync and synchronous_commit on, and to a disk."""
    with _folder("xueji-postgres-", in_memory=not durable) as folder:
        postgres = PrivatePostgres(folder, durable=durable)
        try:
            yield postgres
        finally:
            postgres.stop()


@contextlib.contextmanager
def private_rabbitmq(*, durable: bool = True) -> Iterator[PrivateRabbit]:
    """A private RabbitMQ for a `with` block; with `durable=False` its data need not reach a disk."""
    with _folder("xueji-rabbitmq-", in_memory=not durable) as folder:
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
        with private_rabbitmq(durable=False) as rabbit:
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
def _folder(prefix: str, *, in_memory: bool) -> Iterator[Path]:
    # Not pytest's tmp_path: its parents are closed to the account the servers run as.
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=_memory() if in_memory else None))
    path.chmod(0o755)
    try:
        with (path / "owner").open("w") as owned:
            fcntl.flock(owned, fcntl.LOCK_EX)
            (path / "owner").rename(path / OWNED)  # seen only with its lock held
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _memory() -> Path | None:
    """The file system that lies in memory, where there is one with room, rid of what dead sessions left in it."""
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        return None
    for left in MEMORY.glob(f"xueji-*/{OWNED}"):
        with contextlib.suppress(OSError), left.open() as owned:
            fcntl.flock(owned, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever lives holds it
            shutil.rmtree(left.parent, ignore_errors=True)
    found = os.statvfs(MEMORY)
    has_room = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available // 2) > ROOM
    return MEMORY if has_room and not found.f_flag & os.ST_NOEXEC else None


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")
