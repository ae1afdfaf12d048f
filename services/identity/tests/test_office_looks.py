"""Each office reads what its own people looked at; the province, the ministry and auditors read it of others."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from services.identity.application.looks import LookReports
from services.identity.domain.office import NO_GRANT, Office
from services.identity.queries.office_looks import OfficeLooks
from services.identity.tests.conftest import House
from services.identity.tests.test_looks import staff, told
from shared.access.assertion import Assertion
from shared.access.decide import NotPermitted
from shared.contracts.rpc.identity_office_looks import OfficeLooksV1
from shared.eventstore.application import Heard
from shared.eventstore.context import Context
from shared.rules.refused import NotFound

pytestmark = pytest.mark.servers
SCHOOL = "4111010001"


def province(org: str) -> Assertion:
    return Assertion(
        f"education-{org}", "province_education", "province", "all", org, ("hwk",), "j", staff("x", "x").exp,
        office=f"education-{org}",
    )  # fmt: skip


def founded(house: House, code: str = SCHOOL) -> UUID:
    office = Office(
        code=code, kind="school", org=code, name="北京大学", valid_from=date(2026, 1, 1), valid_until=None, **NO_GRANT
    )
    house.identity.save(office, by=Context.system("found_office", house.clock.now()))
    return office.id


def seen(house: House, *looks: dict[str, Any]) -> None:
    LookReports(house.identity.store, house.clock).hear_looks("enrollment", looks, Heard("enrollment", 1, len(looks)))
    house.work()


def log(house: House, actor: Assertion, code: str = SCHOOL, **more: Any) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"code": code, "before": None, "limit": 50, **more}
    by = house.asked("list_looks_of_office", actor)
    answer = OfficeLooks(house.identity.store).list_looks_of_office(**asked, by=by)
    assert OfficeLooksV1().dump(answer)
    found: list[dict[str, Any]] = answer["looks"]
    return found


@pytest.mark.rule("A24-3", "AUD-1")
def test_an_office_reads_who_of_its_people_looked_and_whoever_is_above_reads_it_too(house: House) -> None:
    """Given looks of two schools, when the log of one is asked for, then the school, its province, the ministry and an
    auditor read who looked at which records, of that school alone; another school, another province, a student and
    whoever takes pictures do not."""
    founded(house)
    record, other = uuid4(), uuid4()
    seen(house, told(record, office=SCHOOL, purpose="核对"), told(other, office="4133010335"))
    readers = (
        staff("registrar", SCHOOL), province("11"), staff("ministry", "moe"), staff("auditor", "moe", granted=("moe",)),
    )  # fmt: skip
    for reader in readers:
        (look,) = log(house, reader)
        assert (look["number"], look["record_ids"], look["purpose"]) == (1, [record], "核对")
        assert look["sub"] == "pku-registrar-1"
    strangers = (
        staff("registrar", "4133010335"), province("33"), house.student(), staff("image_collector", SCHOOL),
        staff("auditor", "moe", granted=("33",)),
    )  # fmt: skip
    for stranger in strangers:
        with pytest.raises(NotPermitted):
            log(house, stranger)
    with pytest.raises(NotFound):
        log(house, staff("ministry", "moe"), "4111010002")


@pytest.mark.rule("A24-3")
def test_a_look_at_a_list_is_one_look_and_the_log_goes_on_where_a_page_ended(house: House) -> None:
    """Given looks at lists of sixty and at single records, when the log is read page by page, then each look is told
    once, the newest first, with the number of records that it showed."""
    founded(house)
    many = [str(uuid4()) for _ in range(60)]
    facts = [
        told(uuid4(), office=SCHOOL, seen_at="2026-10-20T02:00:00+00:00"),
        told(uuid4(), office=SCHOOL, seen_at="2026-10-20T02:00:01+00:00", records=many),
        told(uuid4(), office=SCHOOL, seen_at="2026-10-20T02:00:02+00:00"),
    ]
    facts[1]["records"] = [UUID(each) for each in many]
    seen(house, *facts)
    first = log(house, staff("registrar", SCHOOL), limit=2)
    rest = log(house, staff("registrar", SCHOOL), limit=2, before=first[-1]["seen_at"])
    assert [look["number"] for look in first] == [1, 60]
    assert len(first[1]["record_ids"]) == 50
    assert [look["look_id"] for look in first + rest] == [fact["look_id"] for fact in reversed(facts)]


@pytest.mark.rule("A24-3")
def test_who_reads_the_log_leaves_a_look_at_it(house: House) -> None:
    """Given the log of an office, when the ministry reads it, then that is a look itself, at the office."""
    office_id = founded(house)
    seen(house, told(uuid4(), office=SCHOOL))
    log(house, staff("ministry", "moe", "minister"))
    with house.identity.store.reading() as cursor:
        cursor.execute("SELECT state, context FROM events WHERE topic = 'identity.Look.Taken' ORDER BY row_id")
        ((state, context),) = cursor.fetchall()
    assert msgspec.json.decode(state)["records"] == [str(office_id)]
    assert msgspec.json.decode(context)["use_case"] == "list_looks_of_office"
