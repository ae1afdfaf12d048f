"""Which records are whose."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.identity.domain.record_rules import can_be_bound
from services.identity.domain.records import StudentRecord
from services.identity.domain.rules import AccountStanding

DAY = date(2026, 10, 20)
STATUS = UUID("01930f3a-0000-7000-8000-0000000000a1")
OWNER = AccountStanding(
    person_id=UUID("01930f3a-0000-7000-8000-0000000000c1"),
    id_key="a" * 40,
    name_key="b" * 40,
    contact_key="c" * 40,
    opened_at=datetime(2026, 10, 1, tzinfo=UTC),
    state="active",
)


@pytest.fixture
def record() -> StudentRecord:
    return StudentRecord(
        status_id=STATUS,
        id_key="a" * 40,
        name_key="b" * 40,
        school_code="4111010001",
        school_name="北京大学",
        level="本科",
        category="普通高等教育",
        major_name="哲学",
        entry_date=date(2026, 9, 1),
    )


def test_a_heard_record_has_its_publishers_id(record: StudentRecord) -> None:
    assert record.id == STATUS


@pytest.mark.rule("AC-14")
def test_equal_document_and_name_bind(record: StudentRecord) -> None:
    """Given a record with the document and the name of an account, when it is bound, then it belongs to the person of
    the account."""
    assert record.bind(OWNER, DAY)
    assert record.standing.person_id == OWNER.person_id


def test_a_record_is_bound_once(record: StudentRecord) -> None:
    record.bind(OWNER, DAY)
    assert not record.bind(OWNER, DAY)
    assert len(record.collect_events()) == 2


@pytest.mark.rule("AC-14")
@pytest.mark.parametrize(
    "other", [{"id_key": "d" * 40}, {"name_key": "d" * 40}, {"state": "opened"}, {"state": "closed"}]
)
def test_nothing_else_binds(record: StudentRecord, other: dict[str, str]) -> None:
    """Given a record, when document, name or state of the account differ, then it is not bound."""
    assert not can_be_bound(replace(OWNER, **other), record.standing)
    assert not record.bind(replace(OWNER, **other), DAY)


def test_a_record_follows_its_owner_to_a_new_account(record: StudentRecord) -> None:
    record.bind(OWNER, DAY)
    again = replace(OWNER, person_id=UUID("01930f3a-0000-7000-8000-0000000000c2"))
    assert record.bind(again, DAY)
