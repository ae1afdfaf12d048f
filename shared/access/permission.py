"""What a permission is: one role, one action, how far it reaches, and what is owed in return."""

from dataclasses import dataclass
from typing import Final

ROLES: Final = (
    "student",
    "registrar",
    "province_admissions",
    "province_education",
    "ministry",
    "operator",
    "image_collector",
    "self_taught_office",
    "verifier",
    "auditor",
    "system",
)
ANYONE: Final = "anyone"  # no assertion needed

# Where a permission reaches
OWN_SCHOOL: Final = "own_school"
OWN_PROVINCE: Final = "own_province"
OWN_PERSON: Final = "own_person"
OWN_OFFICE: Final = "own_office"
NATION: Final = "nation"

# What comes with it
MASKED: Final = "mask"  # identity data leave masked (A25-1)
LOGGED: Final = "log_view"  # the look itself is recorded (A24-3)
EVIDENCE: Final = "evidence"  # the answer given is recorded (A6-2)
STEP_UP: Final = "step_up"  # a strong factor is shown right before it
REASON: Final = "reason"  # a reason is given and kept
SECOND_PERSON: Final = "second_person"  # whoever submitted it may not do this (A24-2)


# What an auditor's grant can be narrowed to, and which service each of the auditor's own actions asks
SERVICES: Final = ("identity", "enrollment", "credentials", "imaging", "verification")
AUDITED: Final = {
    **dict.fromkeys(("read_counts", "read_audit", "ask_unmasking", "approve_unmasking", "unmask_person"), "enrollment"),
    **dict.fromkeys(("read_alerts", "read_office_looks"), "identity"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """One role may do one action within a reach; the rule that says so, and what the service owes in return."""

    action: str
    role: str
    reach: str
    rule: str
    obligations: frozenset[str] = frozenset()

    @property
    def second_person(self) -> bool:
        """Whether whoever submitted it may not do this."""
        return SECOND_PERSON in self.obligations


def may(
    role: str, reach: str, rule: str, *actions: str, owes: tuple[str, ...] = (), second_person: bool = False
) -> tuple[Permission, ...]:
    """The permissions of one role for some actions."""
    owed = frozenset((*owes, SECOND_PERSON) if second_person else owes)
    return tuple(Permission(action, role, reach, rule, owed) for action in actions)


def is_reading(action: str) -> bool:
    """Whether an action only looks: its name says so."""
    return action.startswith(("read_", "verify_"))
