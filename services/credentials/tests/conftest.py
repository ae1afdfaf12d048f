"""A credentials store on a real PostgreSQL that has heard of ten students."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.credentials.application import Credentials
from shared.eventstore.application import Heard
from shared.eventstore.ids import uuid7
from shared.eventstore.store import Store, migrate
from tests.support.actors import StandingClock

SCHOOL = "4111010001"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def credentials(databases: Any, clock: StandingClock) -> Iterator[Credentials]:
    url = databases.fresh("credentials", lambda template: migrate(template, "credentials"))
    store = Store(url, "credentials")
    yield Credentials(store, clock)
    store.close()
    databases.drop(url)


def student(number: int, status_id: UUID) -> dict[str, Any]:
    """What enrollment says of one student."""
    return {
        "status_id": status_id,
        "id_key": f"{number:040d}",
        "name_key": "b" * 40,
        "sealed_person": "x1.k.c2VhbGVk",
        "exam_no": f"22{number:012d}",
        "school_code": SCHOOL,
        "school_name": "北京大学",
        "level": "本科",
        "category": "普通高等教育",
        "study_form": "普通全日制",
        "major_name": "哲学",
        "duration": "4",
        "entry_date": date(2022, 9, 1),
    }


@pytest.fixture
def students(credentials: Credentials) -> list[UUID]:
    """Ten status ids that credentials has heard of."""
    ids = [uuid7() for _ in range(10)]
    facts = [student(number, status_id) for number, status_id in enumerate(ids, 1)]
    credentials.hear_students(facts, heard=Heard("enrollment", 1, len(ids)))
    return ids
