"""An explanation tells what differs and whose turn it is, and nothing of the other."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.bind_tries import BindTries
from services.identity.domain.explanations import (
    CAUSES,
    SELF_TAUGHT,
    RecordSeen,
    cause_of,
    cause_of_none,
    explain_all,
    explained,
)
from services.identity.domain.record_rules import differs_in
from shared.contracts.rpc.identity_people import REASONS, UnboundRecordV1
from shared.rules.rulebook import RULES

TODAY = date(2026, 10, 20)
PERSON, STRANGER = UUID(int=1), UUID(int=2)
PAIRS = (("doc-1", "name-1"), ("doc-2", "name-2"))
KEYS = st.sampled_from(["doc-1", "doc-2", "doc-x", "doc-y", "name-1", "name-2", "name-x", "name-y"])


def itself(code: str, today: date) -> tuple[str, str]:
    """A school that nobody merged."""
    return code, "北京大学"


SEEN = RecordSeen(UUID(int=9), "status", "doc-1", "name-x", "4111010001", "北京大学", "", 2026, None, False, None)


@pytest.mark.parametrize(
    ("record", "difference"),
    [
        (("doc-1", "name-1"), "none"),
        (("doc-2", "name-2"), "none"),
        (("doc-1", "name-2"), "name"),
        (("doc-1", "name-x"), "name"),
        (("doc-x", "name-2"), "document"),
        (("doc-x", "name-x"), "both"),
        (("doc-bare", "name-1"), "country"),
        (("doc-bare", "name-x"), "both"),
    ],
)
def test_it_is_told_which_of_the_two_differs(record: tuple[str, str], difference: str) -> None:
    assert differs_in(PAIRS, record, ("doc-bare",)) == difference


records = st.builds(
    RecordSeen,
    id=st.uuids(),
    kind=st.sampled_from(["status", "qualification"]),
    id_key=KEYS,
    name_key=KEYS,
    school_code=st.sampled_from(["4111010001", "4131010246"]),
    school_name=st.sampled_from(["北京大学", "复旦大学"]),
    category=st.just(""),
    year=st.integers(1991, 2030),
    person_id=st.sampled_from([None, STRANGER]),
    contested=st.booleans(),
    disowned_on=st.sampled_from([None, TODAY]),
)


@given(records, st.text(min_size=1, max_size=10), st.text(min_size=1, max_size=10), st.uuids())
def test_an_explanation_depends_on_equality_alone(seen: RecordSeen, document: str, name: str, owner: UUID) -> None:
    """Whatever else stands in the record in place of what differs: the answer is the same."""
    mine_documents, mine_names = {one for one, _ in PAIRS}, {one for _, one in PAIRS}
    other = replace(
        seen,
        id_key=seen.id_key if seen.id_key in mine_documents else f"?{document}",
        name_key=seen.name_key if seen.name_key in mine_names else f"?{name}",
        person_id=seen.person_id and owner,
        id=owner,
    )
    assert cause_of(PAIRS, seen, person_id=PERSON) == cause_of(PAIRS, other, person_id=PERSON)
    assert explain_all(PAIRS, [seen], TODAY, itself) == explain_all(PAIRS, [other], TODAY, itself)


@given(records)
def test_of_a_record_that_is_not_ones_own_neither_name_nor_number_nor_school_is_told(seen: RecordSeen) -> None:
    for told in explain_all(PAIRS, [seen], TODAY, itself):
        said = {key: str(value) for key, value in told.items()}
        assert not {seen.id_key, seen.name_key, str(seen.id), str(seen.person_id)} & {*said.values()} - {"None"}
        if (seen.id_key, seen.name_key) not in PAIRS:
            assert told["school_code"] is None
            assert told["school_name"] is None


def test_every_cause_names_a_rule_and_speaks_both_languages_within_its_contract() -> None:
    assert set(CAUSES) == set(REASONS)
    for cause in CAUSES.values():
        assert cause.rule in RULES
        told: dict[str, Any] = explained(cause.reason, kind="status", today=TODAY, year=2026)
        assert UnboundRecordV1().load(UnboundRecordV1().dump(told))


def test_the_day_by_which_an_office_answers_counts_working_days() -> None:
    assert explained("CONTESTED", kind="status", today=date(2025, 9, 26))["due_on"] == date(2025, 10, 23)
    assert explained("CONTESTED", kind="status", today=date(2090, 9, 26))["due_on"] is None  # not published yet


def test_a_record_of_ones_own_that_was_disowned_names_its_school() -> None:
    own = replace(SEEN, name_key="name-1", disowned_on=TODAY)
    (told,) = explain_all(PAIRS, [own], TODAY, itself)
    assert (told["reason"], told["school_code"]) == ("DISOWNED", "4111010001")
    assert explain_all(PAIRS, [replace(own, disowned_on=None)], TODAY, itself) == []


@pytest.mark.parametrize(
    ("kind", "year", "today", "reason"),
    [
        ("status", 2026, date(2026, 10, 1), "NOT_REGISTERED_YET"),
        ("status", 2026, date(2026, 10, 2), "OVERDUE"),
        ("qualification", 2001, date(2026, 10, 2), "OVERDUE"),
        ("qualification", 2000, date(2026, 10, 2), "OLD_CERTIFICATE"),
        ("qualification", 1991, date(2026, 10, 2), "OLD_CERTIFICATE"),
        ("qualification", 1990, date(2026, 10, 2), "BEFORE_1991"),
    ],
)
def test_where_there_is_no_record_year_and_day_say_why(kind: str, year: int, today: date, reason: str) -> None:
    assert cause_of_none(kind, year, "", today) == reason


@pytest.mark.rule("AC-22")
@pytest.mark.parametrize(
    ("year", "category", "reason"),
    [
        (2001, "普通高等教育", "OVERDUE"),
        (2000, "普通高等教育", "BEFORE_2001"),
        (2020, SELF_TAUGHT, "SELF_TAUGHT"),
        (1999, SELF_TAUGHT, "SELF_TAUGHT"),
    ],
)
def test_statuses_are_found_since_2001_and_none_of_self_taught_examinations(
    year: int, category: str, reason: str
) -> None:
    """Given no status of a year, when it is asked for, then the answer says that statuses are kept since 2001 and that
    self-taught examinations have none, before any office is named."""
    assert cause_of_none("status", year, category, TODAY) == reason
    assert explained("BEFORE_2001", kind="status", today=TODAY)["rule"] == "AC-22"


def test_tries_are_counted_by_the_day() -> None:
    tries = BindTries().missed("status", TODAY).missed("qualification", TODAY)
    assert (tries.all, tries.statuses, tries.left("status"), tries.left("qualification")) == (2, 1, 1, 1)
    assert tries.missed("status", date(2026, 10, 21)).all == 1
