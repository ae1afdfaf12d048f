"""What one decision costs: decide() over the whole table, beside a loop that looks the action up in a plain dict."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.rows import Row, compared
from shared.access.assertion import Assertion
from shared.access.decide import Resource, decide
from shared.access.permission import OWN_SCHOOL
from shared.access.permissions import ACTIONS, PERMISSIONS

REACH = 15.0
SCHOOLS = ("4111010001", "4151010610")


def decision(*, rounds: int = 9, times: int = 40) -> list[Row]:
    """Microseconds a decision: every action of the table, asked by a registrar about an own and a foreign school."""
    actor = Assertion(
        "registrar-1", "registrar", "school", "all", SCHOOLS[0], ("pwd", "otp"), "j",
        datetime.now(UTC) + timedelta(minutes=5), office=SCHOOLS[0],
    )  # fmt: skip
    questions = [(action, Resource("status", school=school)) for action in ACTIONS for school in SCHOOLS]
    plain = {(each.action, each.role): each.reach for each in PERMISSIONS}

    def ours() -> int:
        return sum(decide(actor, action, resource).allow for action, resource in questions)

    def reference() -> int:
        allowed = 0
        for action, resource in questions:
            reach = plain.get((action, actor.role))
            allowed += reach is not None and (reach != OWN_SCHOOL or resource.school == actor.org)
        return allowed

    ours()
    reference()
    pairs = [(_micros(ours, times, len(questions)), _micros(reference, times, len(questions))) for _ in range(rounds)]
    named = "a loop over one plain dict of role and action: no obligations, no rules, no suspension, no scopes"
    return [compared("decision", pairs, unit="µs", reference=named, reach=REACH, better="lower", digits=3)]


def _micros(work: Callable[[], int], times: int, each: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times / each * 1e6
