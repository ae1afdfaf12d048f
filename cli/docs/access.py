"""docs/access.md: who may do what, as the table in shared/access says it."""

from shared.access.matrix import ACTORS, MATRIX, Line
from shared.access.permission import (
    ANYONE,
    NATION,
    OWN_OFFICE,
    OWN_PERSON,
    OWN_PROVINCE,
    OWN_SCHOOL,
    ROLES,
    SECOND_PERSON,
    Permission,
)
from shared.access.permissions import ACTIONS, PERMISSIONS
from shared.rules.rulebook import RULES

_REACH = {
    OWN_SCHOOL: "own school",
    OWN_PROVINCE: "own province",
    OWN_PERSON: "own records",
    OWN_OFFICE: "own office",
    NATION: "everywhere",
}

_HEAD = """\
# Who may do what

Generated from `shared/access/permissions.py` by `xueji docs`; do not edit. What does not stand here is forbidden.
`decide()` reads this table in every service; the gateway's word is never taken for it.

- **own school / own province / own office / own records**: the record must belong to the school, the province, the
  office or the person who signed in. Who reaches further is turned away under A4-1, A4-2, A24-1 or AC-21.
- **another person**, **second_person**: whoever submitted something may not approve it (A24-2).
- **mask**: identity data leave masked (A25-1). **log_view**: the look itself is recorded (A24-3).
  **evidence**: the answer given is recorded (A6-2). **step_up**: a strong factor is shown right before it (X-SIGN-2).
  **reason**: a reason is given and kept (X-REASON-1).
- An office whose yearly statement has run out only looks (A23-1). A machine client does what its scopes name, and
  nothing that a named person must do (X-SCOPE-1, A24-1).
"""


_REFERENCE = """\
The lines of section 1.2 of the reference: ✔ may, ◐ only in the own scope or under a condition, ✖ never. Below each
line stands by which actions it is done, what is still to come, and where somebody may do what the reference does not
name. A test holds the permissions to this table. Of the audit log an office reads who looked at what; what was written
is read with the record that it was written to.
"""


def access_page() -> str:
    """The whole page as Markdown."""
    lines = [_HEAD, "## By action\n", "| action | role | reach | owed in return | rule |", "|---|---|---|---|---|"]
    lines += [_line(permission) for permission in PERMISSIONS]
    lines += ["", "## Roles against actions\n"]
    lines += _matrix()
    lines += ["", "## The reference, and what of it is kept how\n", _REFERENCE]
    lines += _reference()
    return "\n".join(lines) + "\n"


def _line(permission: Permission) -> str:
    reach = _REACH[permission.reach] + (", another person" if permission.second_person else "")
    owed = ", ".join(sorted(permission.obligations - {SECOND_PERSON})) or "–"
    rule = RULES[permission.rule]
    return f"| `{permission.action}` | {permission.role} | {reach} | {owed} | {rule.id}: {rule.en} |"


def _matrix() -> list[str]:
    table = {(permission.action, permission.role): permission for permission in PERMISSIONS}
    lines = [f"| action | {' | '.join(ROLES)} |", "|---" * (len(ROLES) + 1) + "|"]
    for action in ACTIONS:
        cells = (table.get((action, role)) or table.get((action, ANYONE)) for role in ROLES)
        lines.append(f"| `{action}` | {' | '.join(_mark(cell) for cell in cells)} |")
    return lines


def _reference() -> list[str]:
    lines = [f"| what | {' | '.join(ACTORS)} |", "|---" * (len(ACTORS) + 1) + "|"]
    lines += [f"| {line.what} | {' | '.join(line.mark_of.values())} |" for line in MATRIX]
    return [*lines, "", *(told for line in MATRIX for told in _said_of(line))]


def _said_of(line: Line) -> list[str]:
    names = {role: actor for actor, role in ACTORS.items()}
    done = "; ".join(f"{names[role]} `{'`, `'.join(actions)}`" for role, actions in line.by.items())
    told = [f"- **{line.what}**: {done or 'nobody yet'}."]
    told += [f"  - still to come for {names[role]}: {why}." for role, why in line.later.items()]
    told += [
        f"  - {names[role]} may `{'`, `'.join(actions)}` all the same: {why}."
        for role, (actions, why) in line.besides.items()
    ]
    return told


def _mark(permission: Permission | None) -> str:
    if permission is None:
        return ""
    return "yes" if permission.reach == NATION else _REACH[permission.reach]
