"""The service that the benchmark of calls asks: it reads one row for each."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from benchmarks.rpc_words import GetStudentV1, StudentV1
from shared.access.by import By
from shared.bus.handlers import answers
from shared.bus.providers import provide
from shared.eventstore.store import Store


class Students:
    """Knows one student, and how far the log is."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.store = Store(environ["BENCH_POSTGRES_URL"], "")

    def get(self, student_id: UUID) -> dict[str, Any]:
        with self.store.reading() as cursor:
            cursor.execute("SELECT position FROM sequencer")
            (position,) = cursor.fetchone() or (0,)
        return {**StudentV1.example, "id": student_id, "position": position}

    def close(self) -> None:
        self.store.close()


class Bench:
    """The service."""

    name = "bench"
    students = provide(Students)

    @answers(GetStudentV1)
    def get_student(self, request: dict[str, Any], by: By) -> Any:
        return self.students.get(request["id"])
