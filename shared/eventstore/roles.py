"""Separate database roles: the services may only add to what happened, the auditor may only read."""

from importlib.resources import files

import psycopg2
from psycopg2.extensions import quote_ident


def grant(url: str, *, application: str, auditor: str) -> None:
    """Run grants.sql for existing roles, as the owner of the tables; again after migrations that add tables."""
    script = (files("shared.eventstore") / "grants.sql").read_text(encoding="utf-8")
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            for name, role in (("application", application), ("auditor", auditor)):
                script = script.replace(f':"{name}"', quote_ident(role, cursor))
            cursor.execute(script)
    finally:
        connection.close()
