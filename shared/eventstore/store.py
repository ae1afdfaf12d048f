"""Connections to one service's database: a pool for threads and green threads, transactions, migrations."""

import contextlib
import hashlib
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec
import psycopg2
import psycopg2.extensions
import psycopg2.extras
from eventsourcing.persistence import ConnectionUnavailableError

from shared.eventstore.recorder import PREPARED
from shared.eventstore.settings import StoreSettings
from shared.eventstore.violations import OutcomeUnknown

Connection = psycopg2.extensions.connection
Cursor = psycopg2.extensions.cursor


def _uuid(value: str | bytes | None, cursor: Any) -> UUID | None:
    return None if value is None else msgspec.convert(value, UUID)


_UUID = psycopg2.extensions.new_type((2950,), "UUID", _uuid)  # in a fifth of the time that psycopg2's own takes


class Store:
    """The database of one service. Connections are in autocommit; a transaction is asked for by `writing()`."""

    def __init__(self, url: str | StoreSettings, service: str = "") -> None:
        self.settings = url if isinstance(url, StoreSettings) else StoreSettings(url)
        self.service = service
        self._idle: deque[Connection] = deque()
        self._places = threading.BoundedSemaphore(self.settings.pool_size)
        self._closed = False
        self.keys: Store = self if not self.settings.keys_url else Store(_of_keys(self.settings), f"{service} keys")

    def connect(self, *, prepare: bool = True) -> Connection:
        """A connection of one's own, outside the pool: for long streams and advisory locks."""
        settings = self.settings
        connection = psycopg2.connect(
            settings.url,
            connect_timeout=settings.connect_timeout,
            application_name=f"xueji {self.service}".strip(),
            options=f"-c idle_in_transaction_session_timeout={settings.idle_in_transaction_timeout_ms}"
            " -c standard_conforming_strings=on -c timezone=UTC",
        )
        connection.autocommit = True
        psycopg2.extras.register_uuid(conn_or_curs=connection)  # type: ignore[no-untyped-call]
        psycopg2.extensions.register_type(_UUID, connection)
        if prepare and settings.holds_facts:
            with connection.cursor() as cursor:
                cursor.execute(PREPARED)
        return connection

    def run(self, work: Callable[[Cursor], None]) -> None:
        """Do `work` with a cursor in autocommit; what it sends as one query is one transaction."""
        connection = self._take()
        try:
            with connection.cursor() as cursor:
                work(cursor)
        finally:
            self._give_back(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A cursor in autocommit: each statement is a transaction of its own."""
        connection = self._take()
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            self._give_back(connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A cursor in one transaction, committed at the end, rolled back by any exception.

        Whoever leaves the block without an exception has committed; OutcomeUnknown says that nobody knows.
        """
        with self.reading() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                with contextlib.suppress(psycopg2.Error):
                    cursor.execute("ROLLBACK")
                raise
            try:
                cursor.execute("COMMIT")
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                if cursor.connection.closed:
                    raise OutcomeUnknown("connection lost during commit") from error
                raise

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        if self.keys is not self:
            self.keys.close()

    def _take(self) -> Connection:
        if not self._places.acquire(timeout=self.settings.pool_timeout):
            raise ConnectionUnavailableError(f"no connection within {self.settings.pool_timeout} s")
        try:
            return self._living() or self.connect()
        except BaseException:
            self._places.release()
            raise

    def _living(self) -> Connection | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if _is_quiet(connection):
                return connection
            connection.close()
        return None

    def _give_back(self, connection: Connection) -> None:
        try:
            self._keep_or_close(connection)
        finally:
            self._places.release()

    def _keep_or_close(self, connection: Connection) -> None:
        reusable = not connection.closed and not connection.isexecuting() and not self._closed
        if reusable and connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_IDLE:
            self._idle.append(connection)
        else:
            connection.close()


def _of_keys(settings: StoreSettings) -> StoreSettings:
    return replace(settings, url=settings.keys_url, keys_url="", pool_size=4, holds_facts=False)


def _is_quiet(connection: Connection) -> bool:
    """Nothing waits to be read on a living idle connection; on one that the server ended, its farewell does."""
    if connection.closed:
        return False
    try:
        readable, _, _ = select.select([connection.fileno()], [], [], 0)
    except ValueError:
        return True  # more open files than select can watch: a dead connection will show itself in use
    except OSError:
        return False
    return not readable


def migrate(url: str, service: str = "") -> list[str]:
    """Bring a database up to date, forward only; several processes may start it at once. Names what was applied."""
    return _bring_up_to_date(url, _migrations(service))


def migrate_keys(url: str) -> list[str]:
    """The same for a database that holds the keys of subjects and nothing else."""
    return _bring_up_to_date(url, _scripts("keys", "shared.eventstore", "key_migrations"))


def _bring_up_to_date(url: str, migrations: Iterable[tuple[str, str]]) -> list[str]:
    _create_database(url)
    applied: list[str] = []
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7825461093)")
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS migrations "
                "(name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            cursor.execute("SELECT name, digest FROM migrations")
            done: dict[str, str] = dict(cursor.fetchall())
            for name, sql in migrations:
                digest = hashlib.sha256(sql.encode()).hexdigest()
                if name not in done:
                    cursor.execute(sql)
                    cursor.execute("INSERT INTO migrations (name, digest) VALUES (%s, %s)", (name, digest))
                    applied.append(name)
                elif done[name] != digest:
                    raise ChangedMigration(f"{name} was changed after it had been applied")
    finally:
        connection.close()
    return applied


class ChangedMigration(Exception):
    """An applied migration is history; write a new one."""


def _migrations(service: str) -> Iterator[tuple[str, str]]:
    packages = [("eventstore", "shared.eventstore")]
    if service:
        packages.append((service, f"services.{service}"))
    for owner, package in packages:
        yield from _scripts(owner, package, "migrations")


def _scripts(owner: str, package: str, name: str) -> Iterator[tuple[str, str]]:
    folder = files(package) / name
    if not folder.is_dir():
        return
    for script in sorted(folder.iterdir(), key=lambda item: item.name):
        if script.name.endswith(".sql"):
            yield f"{owner}/{script.name}", script.read_text(encoding="utf-8")


def _create_database(url: str) -> None:
    """Create the named database where it is missing and the role may."""
    deadline = time.monotonic() + 10
    while True:
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError as error:
            if "does not exist" not in str(error) or time.monotonic() > deadline:
                raise
        _try_to_create(url)


def _try_to_create(url: str) -> None:
    parameters: dict[str, Any] = psycopg2.extensions.parse_dsn(url)
    name = parameters["dbname"]
    connection = psycopg2.connect(**parameters | {"dbname": "postgres"})
    try:
        connection.autocommit = True
        with connection.cursor() as cursor, contextlib.suppress(psycopg2.errors.DuplicateDatabase):
            quoted = psycopg2.extensions.quote_ident(name, cursor)
            cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8'")
    finally:
        connection.close()
