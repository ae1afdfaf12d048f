"""What somebody must be allowed to do who names evidence: whoever may not, learns nothing of what was handed in."""

from collections.abc import Mapping
from typing import Any, Final

from flask import g

from gateway.api.signed_in import require_role_for
from shared.access.decide import NotPermitted, Resource, decide

# Services that see the papers themselves, after they have seen who asks
ASKS_LAST: Final = frozenset(("enrollment",))

# by the name of the route; each of the actions opens it to other roles
ACTIONS: Final = {
    "answer_conflict": ("answer_conflict",),
    "attest_office": ("attest_office",),
    "declare_illegal_entry": ("declare_illegal_entry",),
    "dispute_own_status": ("dispute_own_status",),
    "file_case": ("file_case",),
    "file_own_case": ("file_own_case",),
    "name_case_values": ("file_case",),
    "open_conflict": ("answer_conflict", "decide_conflict"),
    "open_conflict_of_status": ("answer_conflict", "decide_conflict"),
    "open_incident": ("report_incident",),
    "propose_cancellation": ("propose_cancellation",),
    "propose_merge": ("propose_merge",),
    "request_admission_fix": ("request_admission_fix",),
    "request_transfer": ("agree_transfer", "request_transfer"),
    "review_transfer": ("agree_transfer",),
}


def require_role_to_prove(route: str, in_path: Mapping[str, Any]) -> None:
    """Turn away whoever never asks this of that, before any evidence is looked for; the service decides the rest."""
    if route == "attest_office":  # each office states for itself alone
        decision = decide(g.actor, route, Resource("office", office=in_path["code"]))
        if not decision.allow:
            raise NotPermitted.under(decision.rule, route, g.actor.role)
        return None
    refused = None
    for action in ACTIONS.get(route, ()):
        try:
            return require_role_for(action)
        except NotPermitted as refusal:
            refused = refusal
    if refused is not None:
        raise refused
    return None
