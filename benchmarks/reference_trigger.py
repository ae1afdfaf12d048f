"""A plain trigger audit beside Django: two tables, and a trigger that copies every new row into an audit table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

BATCH = 1000
_TABLES = """
CREATE TABLE student (
    status_id uuid PRIMARY KEY, admission_id uuid UNIQUE, id_key text, name_key text, sealed_person text, exam_no text,
    student_no text, school_code text, school_name text, level text, category text, study_form text, full_time bool,
    major_code text, major_name text, duration text, entry_date date, expected_graduation_date date,
    admission_type text
);
CREATE INDEX ON student (id_key);
CREATE TABLE year (
    status_id uuid, academic_year int, result text, late bool, PRIMARY KEY (status_id, academic_year)
);
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz DEFAULT now(), who text DEFAULT current_user,
    what text, row jsonb
);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (what, row) VALUES (TG_TABLE_NAME, to_jsonb(NEW));
    RETURN NEW;
END $$;
CREATE TRIGGER kept AFTER INSERT OR UPDATE ON student FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TRIGGER kept AFTER INSERT OR UPDATE ON year FOR EACH ROW EXECUTE FUNCTION keep();
"""


class TriggerRegister:
    """The same facts, kept by psycopg2's execute_values and a trigger."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg2.connect(url)
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(_TABLES)

    def register(self, students: Sequence[dict[str, Any]]) -> float:
        """Register every student and one year for each; returns the seconds it took."""
        columns = list(students[0])
        started = time.perf_counter()
        for at in range(0, len(students), BATCH):
            with self.connection, self.connection.cursor() as cursor:
                rows = [[_plain(row[name]) for name in columns] for row in students[at : at + BATCH]]
                execute_values(cursor, f"INSERT INTO student ({', '.join(columns)}) VALUES %s", rows, page_size=BATCH)
        for at in range(0, len(students), BATCH):
            with self.connection, self.connection.cursor() as cursor:
                years = [(str(row["status_id"]), 2023, "registered", False) for row in students[at : at + BATCH]]
                execute_values(cursor, "INSERT INTO year VALUES %s", years, page_size=BATCH)
        return time.perf_counter() - started

    def clear(self) -> None:
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("TRUNCATE student, year, audit")


def _plain(value: Any) -> Any:
    return str(value) if hasattr(value, "hex") and not isinstance(value, (bytes, float)) else value
