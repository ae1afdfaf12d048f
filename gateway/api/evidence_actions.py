"""What somebody must be allowed to do who names evidence: whoever may not, learns nothing of what was handed in."""

from typing import Final

from gateway.api.signed_in import require_role_for
from shared.access.decide import NotPermitted

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


def require_role_to_prove(route: str) -> None:
    """Turn away whoever's role never asks this, before any evidence is looked for; the service decides the rest."""
    refused = None
    for action in ACTIONS.get(route, ()):
        try:
            return require_role_for(action)
        except NotPermitted as refusal:
            refused = refusal
    if refused is not None:
        raise refused
    return None
