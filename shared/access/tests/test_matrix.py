"""The permissions against the reference: every mark of its table is kept, or it is said why not (domain, 1.2)."""

import pytest

from shared.access.matrix import ACTORS, FREELY, MATRIX, NEVER, WITHIN, Line
from shared.access.permission import ANYONE, NATION, ROLES, Permission
from shared.access.permissions import PERMISSIONS

TABLE = {(permission.action, permission.role): permission for permission in PERMISSIONS}
# The table as it stands in the reference, line by line: nobody who edits the other one edits this by the way
REFERENCE = """
    submit admission data                       ✖ ✖ ◐ ◐ ✖ ✖ ✖ ✖ ✖ ✖
    correct admission data                      ✖ ◐ ✔ ✖ ✔ ✖ ✖ ✖ ✖ ✖
    register statuses, years and qualifications ✖ ◐ ✖ ✖ ✖ ✖ ✖ ✖ ◐ ✖
    change an identity field while at school    ◐ ✔ ✖ ✔ ✖ ✖ ✖ ✖ ✖ ✖
    change a qualification after publication    ✖ ◐ ✖ ✔ ✖ ✖ ✖ ✖ ◐ ✖
    cancel a status                             ✖ ✔ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖
    read a full archive                         ✔ ◐ ✖ ◐ ◐ ◐ ✖ ✖ ◐ ✖
    create, close and extend a report           ✔ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖
    verify a report or a certificate            ✔ ✔ ✔ ✔ ✔ ✔ ✖ ✔ ✔ ✖
    upload a photo                              ◐ ◐ ✖ ✖ ✖ ✖ ✔ ✖ ◐ ✖
    confirm a photo                             ✔ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖ ✖
    read audit log                              ◐ ◐ ◐ ◐ ✔ ◐ ✖ ◐ ◐ ✔
"""
# Marked as free there, and bound to the own school or province here, because the reference says so elsewhere (A4)
BOUND_TO_THE_OWN = {
    ("correct admission data", "province_admissions"),
    ("change an identity field while at school", "registrar"),
    ("change an identity field while at school", "province_education"),
    ("change a qualification after publication", "province_education"),
    ("cancel a status", "registrar"),
    ("read a full archive", "student"),
    ("create, close and extend a report", "student"),
}
CELLS = [pytest.param(line, role, id=f"{line.what}: {role}") for line in MATRIX for role in ACTORS.values()]


def permission_for(action: str, role: str) -> Permission | None:
    return TABLE.get((action, role)) or TABLE.get((action, ANYONE))


def test_the_lines_and_marks_are_those_of_the_reference() -> None:
    told = [line.strip() for line in REFERENCE.strip().splitlines()]
    assert [f"{line.what} {line.marks}" for line in MATRIX] == [" ".join(each.split()) for each in told]
    assert set(ACTORS.values()) == set(ROLES) - {"system"}


@pytest.mark.asvs("8.1.1")
@pytest.mark.rule("A4-2", "A6-1", "A21-1")
@pytest.mark.parametrize(("line", "role"), CELLS)
def test_every_mark_of_the_reference_is_kept_or_it_is_said_why_not(line: Line, role: str) -> None:
    """Given a line of the reference and an actor, when the permissions are asked, then the actor has the actions by
    which it is done exactly where the reference says so, and what is still to come or goes beyond it has its reason."""
    mark = line.mark_of[role]
    has = {action for action in line.actions if permission_for(action, role)}
    if mark == NEVER:
        assert role not in {*line.by, *line.later}
        beyond, why = line.besides.get(role, ((), "none"))
        assert has == set(beyond), "or the table goes beyond the reference, and nobody has said why"
        assert why
        return
    assert role not in line.besides
    if role in line.later:
        assert role not in line.by
        assert not has, "what has come is not still to come"
        return
    assert line.by[role]
    assert has >= set(line.by[role])
    others = {action for each, actions in line.by.items() if each != role for action in actions}
    assert has - set(line.by[role]) <= others
    found = [permission for action in line.by[role] if (permission := permission_for(action, role))]
    if mark == WITHIN:
        assert all(each.reach != NATION or each.obligations for each in found)
    elif (line.what, role) not in BOUND_TO_THE_OWN:
        assert mark == FREELY
        assert all(each.reach == NATION for each in found)


def test_what_is_bound_to_the_own_is_bound() -> None:
    lines = {line.what: line for line in MATRIX}
    for what, role in BOUND_TO_THE_OWN:
        found = [permission_for(action, role) for action in lines[what].by[role]]
        assert all(each and each.reach != NATION for each in found), (what, role)
