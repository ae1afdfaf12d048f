"""An enrollment store on a real PostgreSQL, with a released list to register from."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from benchmarks.register import admission_rows
from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.domain.rules.standing import AdmissionStanding, StatusStanding
from services.enrollment.domain.student_status import first_standing
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store, migrate
from tests.support.actors import NOON, StandingClock, asked, person

SCHOOL = "4111010001"
PROVINCE = "11"


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    path: Path = tmp_path_factory.mktemp("keys") / "keys.toml"
    Keyring.generate(path)
    return Keyring.from_file(path)


@pytest.fixture
def enrollment(databases: Any, keyring: Keyring) -> Iterator[Enrollment]:
    url = databases.fresh("enrollment", lambda template: migrate(template, "enrollment"))
    store = Store(url, "enrollment")
    yield Enrollment(store, StandingClock(), keyring)
    store.close()
    databases.drop(url)


ADMISSION = AdmissionStanding(
    state="listed",
    batch_id="019b0000-0000-7000-8000-000000000001",
    exam_no="22110108150001",
    school_code=SCHOOL,
    school_name="北京大学",
    id_key="a" * 40,
    name_key="b" * 40,
    sealed_person="x1.k.c2VhbGVk",
    level="本科",
    category="普通高等教育",
    study_form="普通全日制",
    full_time=True,
    major_code="010101",
    major_name="哲学",
    duration="4",
    entry_date=date(2022, 9, 1),
    expected_graduation_date=date(2026, 7, 1),
    admission_type="普通",
    special_plan=False,
)
"""An ordinary undergraduate admitted in 2022, listed and still undecided."""


@pytest.fixture
def admission() -> AdmissionStanding:
    return ADMISSION


@pytest.fixture
def status() -> StatusStanding:
    """An ordinary undergraduate of 2022, right after registration."""
    return first_standing(
        {
            "school_code": SCHOOL,
            "id_key": "a" * 40,
            "full_time": True,
            "entry_date": date(2022, 9, 1),
            "expected_graduation_date": date(2026, 7, 1),
            "level": "本科",
            "category": "普通高等教育",
            "major_code": "010101",
            "major_name": "哲学",
            "admission_type": "普通",
        }
    )


@pytest.fixture
def released(enrollment: Enrollment) -> list[str]:
    """The examination numbers of ten released admissions to one school."""
    return release_list(enrollment, 10)


def release_list(enrollment: Enrollment, count: int, start: int = 1) -> list[str]:
    """Submit, check, review, re-check and release a list, each step by the office it belongs to."""
    submitter = person("province_admissions", PROVINCE, "pa-1")
    by = asked(submitter, "submit_admission_batch")
    batch_id = enrollment.submit_admission_batch(
        command_id=by.command_id, digest="ab" * 32, filename="list.csv", province=PROVINCE, entry_year=2022, by=by
    )["id"]
    from uuid import UUID

    from services.enrollment.domain.admission_batch import AdmissionBatch

    batch = enrollment.get(AdmissionBatch, UUID(batch_id))
    rows = list(admission_rows(count, start))
    decided = AdmissionListKind(enrollment).decide(rows, batch.standing, batch.id)
    enrollment.append([draft for one in decided for draft in one], by=Context.system("take_in", NOON))
    batch.check(count)
    batch.finish(None)
    enrollment.save(batch, by=Context.system("take_in", NOON))
    reviewer, ministry = person("province_education", PROVINCE, "pe-1"), person("ministry", "moe", "m-1")
    by = asked(reviewer, "review_admission_batch")
    enrollment.review_admission_batch(command_id=by.command_id, batch_id=batch.id, by=by)
    by = asked(ministry, "release_admission_batch")
    enrollment.release_admission_batch(command_id=uuid4(), batch_id=batch.id, by=by)
    return [row.values["KSH"] for row in rows]
