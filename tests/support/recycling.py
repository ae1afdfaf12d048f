"""A database that a test has used is made as it was at first: cheaper by far than making another one."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg2

# Whatever changes the shape of the database is noted, by whomever it is done; temporary tables end by themselves.
_NOTING = """
CREATE TABLE recycling.altered (tag text);
CREATE FUNCTION recycling.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp') THEN
        INSERT INTO recycling.altered VALUES (tg_tag);
    END IF;
END $$;
CREATE FUNCTION recycling.note_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
        INSERT INTO recycling.altered VALUES (tg_tag);
    END IF;
END $$;
CREATE EVENT TRIGGER recycling_note ON ddl_command_end EXECUTE FUNCTION recycling.note();
CREATE EVENT TRIGGER recycling_note_drop ON sql_drop EXECUTE FUNCTION recycling.note_drop();
"""
_OURS = (
    "FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'recycling')"
)
_TABLES = f"SELECT pg_class.oid::regclass::text {_OURS} AND relkind = 'r' ORDER BY 1"
_USED = f"SELECT pg_class.oid::regclass::text {_OURS} AND relkind = 'r' AND pg_relation_size(pg_class.oid) > 0"
_SEQUENCES = f"SELECT pg_class.oid::regclass::text {_OURS} AND relkind = 'S' ORDER BY 1"
_ALTERED = (
    "SELECT EXISTS (SELECT FROM recycling.altered) OR EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


class Altered(Exception):
    """The test has changed more than rows: nobody else may have this database."""


class Recyclable:
    """One database just made; it remembers the rows and the numbers that it began with."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._seeds: dict[str, str] = {}
        with _session(url) as cursor:
            tables, sequences = _names(cursor, _TABLES), _names(cursor, _SEQUENCES)
            cursor.execute("CREATE SCHEMA recycling")
            for table in tables:
                self._keep_rows(cursor, table)
            self._numbers = [_number(cursor, sequence) for sequence in sequences]
            cursor.execute(_NOTING)

    def restore(self) -> None:
        """Make it as it was; nobody else may be connected."""
        with _session(self._url) as cursor:
            cursor.execute(_ALTERED)
            if cursor.fetchone()[0]:
                raise Altered
            used = sorted({*_names(cursor, _USED), *self._seeds})
            cursor.execute("SET LOCAL session_replication_role = replica")
            if used:
                cursor.execute(f"TRUNCATE {', '.join(used)}")
            for table, kept in self._seeds.items():
                cursor.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {kept}")
            cursor.execute("; ".join([*self._numbers, "SELECT pg_stat_reset()"]))

    def _keep_rows(self, cursor: Any, table: str) -> None:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
        if cursor.fetchone()[0]:
            self._seeds[table] = f"recycling.seed_{len(self._seeds)}"
            cursor.execute(f"CREATE TABLE {self._seeds[table]} AS TABLE {table}")


@contextlib.contextmanager
def _session(url: str) -> Iterator[Any]:
    """One transaction on a connection of its own."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _names(cursor: Any, query: str) -> list[str]:
    cursor.execute(query)
    return [name for (name,) in cursor.fetchall()]


def _number(cursor: Any, sequence: str) -> str:
    """The statement that sets a sequence to where it stands now."""
    cursor.execute(f"SELECT last_value, is_called FROM {sequence}")
    value, called = cursor.fetchone()
    return f"SELECT setval('{sequence}', {value}, {called})"
