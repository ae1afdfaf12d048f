"""What the schools' years leave behind: pages that explain refusals, tables that equal the events."""

import pytest

from cli.audit import verify_service
from cli.processes import SERVICES
from cli.story import API
from tests.support.school_walk import SchoolWalk

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    return schools


def test_every_refusal_links_to_a_page_that_explains_its_rule(walk: SchoolWalk) -> None:
    found = walk.nobody.get(f"{API}/rules/A8-9")
    assert (found["article"].endswith("8"), found["state"]) == (True, "built")
    assert found["code"]
    assert found["tests"]
    for language in ("zh", "en"):
        page = walk.nobody.fetch(f"/{language}/rules/A8-9").decode()
        assert "A8-9" in page
    assert len(walk.nobody.get(f"{API}/rules")["rules"]) > 180


@pytest.mark.parametrize("service", SERVICES)
def test_the_tables_of_these_years_equal_what_the_events_say(walk: SchoolWalk, service: str) -> None:
    found = verify_service(walk.platform.environ, service)
    assert [str(difference) for difference in found.differences] == []
    assert found.events > 0
