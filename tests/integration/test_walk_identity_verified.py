"""After all of it: every route was walked, every kind of fact was recorded, and the tables are what the facts say."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Map, Rule

from cli.audit import verify_service
from cli.processes import SERVICES
from cli.story import API
from gateway.api.archive import GET_MY_ARCHIVE
from gateway.api.identity_routes import IDENTITY_ROUTES
from services.identity.projections import AGGREGATES
from shared.bus.parked import ParkedDesk
from shared.eventstore.aggregate import facts_of
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from tests.support.identity_walk import IdentityWalk

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
DEMO_ONLY = {"sign_in_operator"}  # refused in production, which is what the walk sees of it
# Routes that follow from no contract alone
BESIDE = (
    Rule(f"{API}/me/archive", methods=["GET"], endpoint=GET_MY_ARCHIVE),
    Rule("/oauth/token", methods=["POST"], endpoint="issue_machine_token"),
    Rule(f"{API}/identity-claims/<uuid:claim_id>/evidence", methods=["POST"], endpoint="upload_claim_evidence"),
    Rule(
        f"{API}/identity-claims/<uuid:claim_id>/evidence/<uuid:evidence_id>",
        methods=["GET"],
        endpoint="see_claim_evidence",
    ),
)
# Told by other walks: a contest between two schools, a status that ended, an account that nobody proved
ELSEWHERE = {
    "identity.Account.Lapsed",
    "identity.StudentRecord.Contested",
    "identity.StudentRecord.Corrected",
    "identity.StudentRecord.Ended",
}


@pytest.fixture(scope="module")
def walk(identities: IdentityWalk, request: pytest.FixtureRequest) -> IdentityWalk:
    parts = set(Path(__file__).parent.glob("test_walk_identity*.py"))
    if not parts <= {item.path for item in request.session.items}:
        pytest.skip("only where every part of the years was walked")
    return identities


def test_every_route_of_identity_was_walked(walk: IdentityWalk) -> None:
    rules = [Rule(API + route.path, methods=[route.method], endpoint=route.name) for route in IDENTITY_ROUTES]
    every = Map([*rules, *(rule.empty() for rule in BESIDE)])
    routes = every.bind("registry")
    reached = {routes.match(path, method)[0] for method, path in walk.noted.answered if routes.test(path, method)}
    named = {str(rule.endpoint) for rule in every.iter_rules()}
    assert sorted(named - reached - DEMO_ONLY) == []


def test_every_kind_of_fact_of_identity_was_recorded(walk: IdentityWalk) -> None:
    known: set[str] = set()
    for aggregate in AGGREGATES:
        kind: Any = aggregate
        known |= {f"{kind.stored_as}.{name}" for name in facts_of(kind) if name != "Created"}
    recorded = {topic for (topic,) in walk.rows("identity", "SELECT DISTINCT topic FROM events")}
    assert sorted(known - recorded - ELSEWHERE) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_tables_are_what_the_facts_say_and_nothing_is_parked(walk: IdentityWalk, service: str) -> None:
    found = verify_service(walk.platform.environ, service)
    assert [str(difference) for difference in found.differences] == []
    assert found.events > 0
    store = Store(StoreSettings.from_environ(walk.platform.environ, service), service)
    try:
        assert ParkedDesk(store).waiting(10) == []
    finally:
        store.close()
