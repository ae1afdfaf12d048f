"""What the schools' years leave behind: pages that explain refusals, tables that equal the events."""

from pathlib import Path

import pytest
from werkzeug.routing import Map, Rule

from cli.audit import verify_service
from cli.processes import SERVICES
from cli.story import API
from gateway.api.enrollment_routes import ENROLLMENT_ROUTES
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


# one person unmasked, by two auditors too: identity's walk has them
WITH_IDENTITY = {"unmask_status", "ask_unmasking", "approve_unmasking"}


def test_every_route_of_enrollment_was_gone_through(walk: SchoolWalk, request: pytest.FixtureRequest) -> None:
    parts = set(Path(__file__).parent.glob("test_walk_schools*.py"))
    if not parts <= {item.path for item in request.session.items}:
        pytest.skip("only where every part of the years was walked")
    rules = [Rule(API + route.path, methods=[route.method], endpoint=route.name) for route in ENROLLMENT_ROUTES]
    routes = Map(rules).bind("registry")
    reached = {routes.match(path, method)[0] for method, path in walk.noted.answered if routes.test(path, method)}
    assert sorted({route.name for route in ENROLLMENT_ROUTES} - reached - WITH_IDENTITY) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_tables_of_these_years_equal_what_the_events_say(walk: SchoolWalk, service: str) -> None:
    found = verify_service(walk.platform.environ, service)
    assert [str(difference) for difference in found.differences] == []
    assert found.events > 0
