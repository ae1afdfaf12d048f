"""Whoever is appointed for one kind of training is shown no single record of another, whichever way it is asked for."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.enrollment.tests.test_jurisdiction import CONTRACTS, MAY, PUBLIC, WHO, World
from shared.access.decide import NotPermitted
from shared.contracts.contract import Command
from shared.rules.refused import Refused
from tests.support.actors import person

pytestmark = [pytest.mark.servers, pytest.mark.rule("A24-1")]

# What a question names one record by
NAMED_BY = (
    "status_id", "case_id", "transfer_id", "conflict_id", "cancellation_id", "incident_id", "batch_id", "fix_id",
    "exam_no", "export_id",
)  # fmt: skip
SINGLE = sorted(
    method
    for method, contract in CONTRACTS.items()
    if method not in PUBLIC
    and (not issubclass(contract, Command) or method == "unmask_status")
    and any(name in contract().fields and contract().fields[name].required for name in NAMED_BY)
)
OFFICES = "rem"
EXPECTED = {"regular": "", "all": "", "adult": "A24-1", "graduate": "A24-1"}


def test_every_single_look_stands_in_the_table():
    """Given every query that shows one record by its id, when they are counted, then each stands in this table."""
    assert SINGLE == [
        "find_status", "get_admission", "get_admission_fix", "get_archive", "get_batch", "get_cancellation",
        "get_case", "get_conflict", "get_incident", "get_plan", "get_status", "get_status_as_of", "get_transfer",
        "list_identity_versions", "list_roster", "reconcile_batch", "unmask_status",
    ]  # fmt: skip


class OneOfEach(World):
    """The same, with an incident that names a student, and a file of the regular students' registrar."""

    def _one_of_everything(self):
        ids = super()._one_of_everything()
        self.fold()
        named = {"happened_on": None, "status_ids": [self.student_no]}
        ids["incident_id"] = UUID(self.call("open_incident", WHO["e"], **named)["id"])
        regular = replace(person("registrar", ids["school_code"], "maker"), kind="regular")
        ids["batch_id"] = UUID(self.call("submit_file", regular)["id"])
        self.ids = ids
        self.call("register_contested", WHO["x"])  # of a side that is not registered no kind is known
        return ids


def heard(world, method, actor):
    """The rule under which one is turned away; empty where one is heard."""
    named = {"reason": "核对", "unmasking_id": None} if method == "unmask_status" else {}
    named |= {"exam_no": world.exam_no} if method in ("find_status", "get_admission") else {}
    try:
        world.call(method, actor, **named)
    except NotPermitted as refused:
        return refused.as_dict()["rule"]
    except Refused as refused:
        return "" if refused.as_dict()["rule"] == "X-FOUND-1" and method == "get_plan" else refused.as_dict()["rule"]
    return ""


def test_a_record_of_another_training_is_refused_by_whatever_id_it_is_asked_for(enrollment, tmp_path):
    """Given one of every record of a regular student, when an office's operator for another kind of training asks for
    any of them by its id, then each is refused under A24-1, and shown to the operators for this kind and for all."""
    world = OneOfEach(enrollment, tmp_path)
    with world.base.store.reading() as cursor:
        cursor.execute("SELECT exam_no FROM student_register WHERE status_id = %s", (world.student_no,))
        (world.exam_no,) = cursor.fetchone()
    others = [method for method in SINGLE if method != "list_roster"]  # whoever took it out is asked for there
    found = {
        (method, letter, kind): heard(world, method, replace(WHO[letter], kind=kind, stepped_up=True))
        for method in others
        for letter in OFFICES
        if letter in MAY[method]
        for kind in EXPECTED
    }
    wrong = {asked: rule for asked, rule in found.items() if rule != EXPECTED[asked[2]]}
    assert wrong == {}
    assert {method for method, _, kind in found if kind == "adult"} == set(others)


def test_an_incident_is_listed_to_whom_its_students_concern(enrollment, tmp_path):
    """Given an incident about regular students and one about an office, when they are listed, then operators for adults
    see the second alone."""
    world = OneOfEach(enrollment, tmp_path)
    world.fold()
    seen = {}
    for kind in ("regular", "adult", "all"):
        asked = {"province": None, "kind": None, "state": None, "before": None, "limit": 50}
        answer = world.look(world.proposals.list_incidents, replace(WHO["m"], kind=kind), **asked)
        seen[kind] = sorted(len(each["status_ids"]) for each in answer["incidents"])
    assert seen == {"regular": [0, 1], "adult": [0], "all": [0, 1]}
