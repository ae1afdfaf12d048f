"""Whether somebody may do something to something; nothing is allowed that the table does not allow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.access.assertion import Assertion, NotSignedIn
from shared.access.permission import (
    ANYONE,
    AUDITED,
    NATION,
    OWN_OFFICE,
    OWN_PERSON,
    OWN_PROVINCE,
    OWN_SCHOOL,
    REASON,
    SERVICES,
    STEP_UP,
    Permission,
    is_reading,
)
from shared.access.permissions import PERMISSIONS
from shared.rules.refused import Refused
from shared.rules.rulebook import RULES


@dataclass(frozen=True, slots=True)
class Resource:
    """What is acted upon, as far as access cares: whose it is and who handed it in."""

    kind: str
    school: str | None = None
    province: str | None = None
    person: str | None = None
    submitted_by: str | None = None
    training: str | None = None  # regular | graduate | adult | online; None where it does not matter
    other_school: str | None = None  # of a transfer: either school may read, each acts for its own side
    office: str | None = None  # the code of the office that it belongs to


# By reach: whose it must be, and whose it is
_SIDES: Final[dict[str, Callable[[Assertion, Resource], tuple[tuple[str, ...], tuple[str | None, ...]]]]] = {
    OWN_SCHOOL: lambda actor, resource: (actor.schools, (resource.school, resource.other_school)),
    OWN_PROVINCE: lambda actor, resource: ((actor.org,), _provinces_of(resource)),
    OWN_PERSON: lambda actor, resource: ((actor.sub,), (resource.person,)),
    OWN_OFFICE: lambda actor, resource: ((actor.office,), (resource.office,)),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, the rule that says so, and what is owed in return.

    Obligations: `mask`, `log_view`, `evidence`, `step_up`, `reason`, `second_person`.
    """

    allow: bool
    rule: str
    obligations: frozenset[str] = frozenset()
    reach: str = ""


class NotPermitted(Refused):
    """This person may not do this to that."""

    rule = "X-PERMIT-1"
    status = 403

    @classmethod
    def under(cls, rule: str, action: str, role: str) -> "NotPermitted":
        """The refusal under the rule that forbids it."""
        refusal = cls(action=action, role=role)
        refusal.args[0].update(rule=rule, zh=RULES[rule].zh, en=RULES[rule].en)
        return refusal


class StepUpNeeded(Refused):
    """This is done only right after a strong factor was shown."""

    rule = "X-SIGN-2"
    status = 403


class ReasonNeeded(Refused):
    """This is done only for a reason, which is kept with it."""

    rule = "X-REASON-1"


_TABLE: Final[dict[tuple[str, str], Permission]] = {
    (permission.action, permission.role): permission for permission in PERMISSIONS
}
AUDITOR: Final = "auditor"
# Under which rule a role is turned away when the table has no line, or its reach ends
_FORBIDDEN: Final = {
    "province_education": "A4-2",
    "province_admissions": "A4-2",
    "operator": "A6-1",
    "auditor": "AUD-1",
}
_OUT_OF_REACH: Final = {
    OWN_SCHOOL: "A4-1",
    OWN_PROVINCE: "A4-2",
    OWN_PERSON: "AC-21",
    OWN_OFFICE: "A24-1",
    NATION: "AUD-1",
}
# A suspended office may still say what lifts the suspension, and its people guard their own sign-in
_WHILE_SUSPENDED: Final = frozenset(("attest_office", "begin_own_sign_in", "change_own_sign_in", "end_own_sessions"))


def decide(actor: Assertion | None, action: str, resource: Resource) -> Decision:
    """Look the action up for the actor's role, then for anyone; then ask whether it reaches this resource."""
    role = actor.role if actor else ANYONE
    permission = _TABLE.get((action, role)) or _TABLE.get((action, ANYONE))
    if permission is None:
        return Decision(allow=False, rule=_FORBIDDEN.get(role, "X-PERMIT-1"))
    if not _reaches(permission, actor, resource):
        return Decision(allow=False, rule=_OUT_OF_REACH[permission.reach])
    if permission.role != ANYONE and not trains(actor, resource.training):
        return Decision(allow=False, rule="A24-1")
    if permission.second_person and _submitted_it(actor, resource):
        return Decision(allow=False, rule="A24-2")
    if actor is not None and (barred := _barred(actor, action)):
        return Decision(allow=False, rule=barred)
    return Decision(True, permission.rule, permission.obligations, permission.reach)


def require(actor: Assertion | None, action: str, resource: Resource, *, reason: str = "") -> Decision:
    """The decision when it is yes and what it asks of the actor is there.

    Raises NotPermitted (or NotSignedIn) when it is no, StepUpNeeded and ReasonNeeded where these are owed.
    """
    decision = decide(actor, action, resource)
    if not decision.allow:
        if actor is None:
            raise NotSignedIn(reason="missing")
        raise NotPermitted.under(decision.rule, action, actor.role)
    if STEP_UP in decision.obligations and not (actor and actor.stepped_up):
        raise StepUpNeeded(action=action)
    if REASON in decision.obligations and not reason.strip():
        raise ReasonNeeded(action=action, field="reason")
    return decision


def require_person(actor: Assertion | None, action: str) -> None:
    """Turn away another system: what leaves in clear, files and scans, is for a named person (A24-1, A25-1)."""
    if actor is not None and actor.scopes is not None:
        raise NotPermitted.under("A24-1", action, actor.role)


def _barred(actor: Assertion, action: str) -> str:
    """The rule by which one who would be allowed is not now: a suspended office, a machine beyond its scopes."""
    if actor.suspended and not is_reading(action) and action not in _WHILE_SUSPENDED:
        return "A23-1"
    if actor.scopes is not None and action not in actor.scopes:
        return "X-SCOPE-1"
    if actor.scopes is not None and not is_reading(action):
        return "A24-1"  # who registers, marks or changes is a named person
    return ""


def trains(actor: Assertion | None, training: str | None) -> bool:
    """Whether somebody's work covers a kind of training; operators are appointed for one kind or for all (A24-1)."""
    return actor is None or training is None or actor.kind in ("all", "", training)


def _reaches(permission: Permission, actor: Assertion | None, resource: Resource) -> bool:
    if permission.reach == NATION:
        return permission.role != AUDITOR or _is_granted(actor, permission.action, resource)
    if actor is None:
        return False
    mine, theirs = _SIDES[permission.reach](actor, resource)
    return any(each and each in theirs for each in mine)


def _is_granted(actor: Assertion | None, action: str, resource: Resource) -> bool:
    """Whether an auditor's grant covers what is looked at: a whole area of it, in a service of it."""
    if actor is None:
        return False
    services = [part for part in actor.granted if part in SERVICES]
    if services and AUDITED.get(action) not in services:
        return False
    areas = granted_areas(actor)
    if areas is None:
        return True
    schools = [each for each in (resource.school, resource.other_school) if each]
    if schools:
        return any(areas & {each, each[2:4]} for each in schools)
    return resource.province in areas  # what names no area is the nation's


def granted_areas(actor: Assertion | None) -> frozenset[str] | None:
    """The provinces and schools that an auditor may look at; None for the whole nation, and for everybody else."""
    if actor is None or actor.role != AUDITOR:
        return None
    areas = frozenset(part for part in actor.granted if part not in SERVICES) or frozenset((actor.org,))
    return None if "moe" in areas else areas


def _provinces_of(resource: Resource) -> tuple[str | None, ...]:
    # digits 3 and 4 of a school's code are its province
    schools = (resource.school, resource.other_school)
    return (resource.province,) if resource.province else tuple([each[2:4] for each in schools if each])


def _submitted_it(actor: Assertion | None, resource: Resource) -> bool:
    return actor is not None and resource.submitted_by == actor.sub
