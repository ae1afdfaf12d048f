"""Who may do what: every role against every action, and nobody reaches over a border."""

import ast
import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access.assertion import Assertion, NotSignedIn
from shared.access.decide import NotPermitted, ReasonNeeded, Resource, StepUpNeeded, decide, require
from shared.access.permission import (
    ANYONE,
    AUDITED,
    NATION,
    OWN_OFFICE,
    OWN_PERSON,
    REASON,
    ROLES,
    SERVICES,
    STEP_UP,
    is_reading,
)
from shared.access.permissions import ACTIONS, PERMISSIONS
from shared.rules.rulebook import RULES

ROOT = Path(__file__).parents[3]
SCHOOL, OTHER_SCHOOL, PROVINCE, OTHER_PROVINCE = "4111010001", "4131010246", "11", "31"
HOMES = {
    "student": ("person", ""),
    "registrar": ("school", SCHOOL),
    "province_admissions": ("province", PROVINCE),
    "province_education": ("province", PROVINCE),
    "ministry": ("nation", "moe"),
    "image_collector": ("agency", "img-1"),
    "self_taught_office": ("province", PROVINCE),
}
OWN = Resource("anything", school=SCHOOL, province=PROVINCE, person="p-1", submitted_by="somebody-else", office="o-1")

# Written once more, by hand, as the Measure says it: which role may do it at all
WHO_MAY = {
    "submit_admission_batch": {"province_admissions"},
    "review_admission_batch": {"province_education"},
    "return_admission_batch": {"province_education", "ministry"},
    "release_admission_batch": {"ministry"},
    "decide_entry": {"registrar"},
    "register_students": {"registrar"},
    "register_years": {"registrar"},
    "draft_certificates": {"registrar"},
    "confirm_certificates": {"registrar"},
    "read_batch": {"registrar", "province_admissions", "province_education", "ministry"},
    "read_status": {"student", "registrar", "province_education", "ministry", "operator"},
    "read_own_records": {"student"},
    "issue_capture_code": {"student", "registrar"},
    "submit_photo": {"image_collector"},
    "review_photo": {"image_collector"},
    "request_report": {"student"},
    "close_report": {"student"},
    "extend_report": {"student"},
    "verify_report": set(ROLES),
    "read_audit": {"auditor", "ministry"},
    "read_office_looks": set(ROLES) - {"student", "image_collector", "system"},
    "replay_parked": {"operator"},
    # corrections of admission data and lists without an entrance examination (A7, A10)
    "submit_special_admissions": {"registrar"},
    "request_admission_fix": {"registrar"},
    "propose_admission_fix": {"province_admissions"},
    "decide_admission_fix": {"ministry"},
    # what a school does with its own students
    **{
        action: {"registrar"}
        for action in (
            "recheck_students",
            "annotate_preparatory",
            "ask_to_check",
            "change_status",
            "annotate_records",
            "issue_papers",
            "declare_school_year",
            "propose_cancellation",
            "confirm_cancellation",
            "confirm_entry_withdrawal",
            "file_case",
            "review_case",
            "agree_transfer",
            "answer_conflict",
        )
    },
    # what provinces and the ministry decide, and what they only supervise
    "decide_case": {"province_education"},
    "confirm_transfer": {"province_education"},
    "decide_conflict": {"province_education", "ministry"},
    "report_incident": {"province_education", "ministry"},
    "read_incidents": {"province_education", "ministry"},
    "declare_illegal_entry": {"province_education", "ministry"},
    "confirm_illegal_entry": {"province_education", "ministry"},
    "load_existing": {"province_education", "ministry"},
    # the student, for the own record
    "confirm_own_status": {"student"},
    "dispute_own_status": {"student"},
    "file_own_case": {"student"},
    "request_transfer": {"student"},
    # files of every kind, whose own permission is asked besides
    "submit_file": {"registrar", "province_admissions", "province_education", "ministry"},
    "commit_plan": {"registrar", "province_admissions", "province_education", "ministry"},
    "commit_irreversible_plan": {"registrar", "province_education", "ministry"},
    "undo_batch": {"registrar", "province_admissions", "province_education", "ministry"},
    # lists and counts
    "export_roster": {"registrar"},
    "read_overdue": {"registrar", "province_education", "ministry"},
    "read_cases": {"registrar", "province_education", "ministry"},
    "read_admission_fixes": {"registrar", "province_education", "province_admissions", "ministry"},
    "read_counts": {"registrar", "province_education", "ministry", "auditor"},
    # identity: everybody signs in as oneself and for nobody else
    **{
        action: set(ROLES) - {"system"}
        for action in ("read_own_sign_in", "end_own_sessions", "begin_own_sign_in", "change_own_sign_in")
    },
    **{
        action: {"student"}
        for action in (
            "read_own_account",
            "change_own_contact",
            "close_own_account",
            "bind_own_record",
            "ask_own_identity_change",
            "disown_record",
            "follow_own_claim",
            "vouch_for_classmate",
            "read_own_looks",
            "read_own_archive",
            "read_own_consents",
            "grant_consent",
            "revoke_consent",
        )
    },
    "read_consented": {"verifier"},
    "request_consent": {"verifier"},
    "read_consent_request": {"verifier", "student"},
    "read_claims": {"operator", "ministry"},
    "review_claim": {"operator"},
    "compare_claim": {"operator", "ministry"},
    "decide_claim": {"operator"},
    "decide_appeal": {"ministry"},
    "propose_merge": {"operator"},
    "confirm_merge": {"operator"},
    "read_people": {"operator"},
    "read_disowned_records": {"registrar", "province_education", "ministry"},
    "unmask_person": {"registrar", "province_education", "ministry", "auditor"},
    "ask_unmasking": {"auditor"},
    "approve_unmasking": {"auditor", "ministry"},
    "read_alerts": {"auditor", "ministry"},
    # identity: offices and who works in them
    "found_office": {"ministry"},
    "change_office": {"ministry"},
    "suspend_office": {"ministry", "province_education"},
    **{
        action: set(ROLES) - {"system", "student"}
        for action in (
            "appoint_operator",
            "revoke_operator",
            "register_machine_client",
            "revoke_machine_client",
            "read_offices",
            "attest_office",
        )
    },
}


def actor(role, *, sub="p-1", org=None):
    level, home = HOMES.get(role, ("nation", "moe"))
    return Assertion(
        sub,
        role,
        level,
        "all",
        home if org is None else org,
        ("pwd",),
        "j-1",
        datetime(2030, 1, 1, tzinfo=UTC),
        office="o-1" if org is None else "",
    )


def test_every_action_is_known_to_this_test():
    assert set(ACTIONS) == set(WHO_MAY)


@pytest.mark.asvs("8.2.1")
@pytest.mark.rule("A6-1", "A6-3", "AUD-1")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_role_may_do_exactly_what_the_measure_gives_it(role, action):
    """Given any role and any action, when it is decided, then it is allowed exactly where the Measure allows it:
    operator and auditor write nothing."""
    decision = decide(actor(role), action, OWN)
    assert decision.allow == (role in WHO_MAY[action])
    assert decision.rule in RULES


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_signed_in_may_only_verify(action):
    assert decide(None, action, OWN).allow == (action == "verify_report")


@pytest.mark.rule("X-PERMIT-1")
@pytest.mark.parametrize("role", [*ROLES, "root", ""])
def test_an_unknown_action_is_refused_to_all(role):
    """Given an action that no table knows, when any role asks for it, then it is refused."""
    assert not decide(actor(role), "drop_everything", OWN).allow


@pytest.mark.parametrize("action", ACTIONS)
def test_an_unknown_role_may_do_nothing_but_verify(action):
    assert decide(actor("principal"), action, OWN).allow == (action == "verify_report")


schools = st.sampled_from([SCHOOL, OTHER_SCHOOL, "4111010003", None])
provinces = st.sampled_from([PROVINCE, OTHER_PROVINCE, None])
people = st.sampled_from(["p-1", "p-2", None])
offices = st.sampled_from(["o-1", "o-2", None])
resources = st.builds(Resource, st.just("thing"), schools, provinces, people, people, office=offices)
# what belongs to the one who acts or to the own office, whatever school it is about
_REACH = {(permission.action, permission.role): permission.reach for permission in PERMISSIONS}


def is_ones_own(role, action, resource):
    reach = _REACH.get((action, role))
    return (reach == OWN_PERSON and resource.person == "p-1") or (reach == OWN_OFFICE and resource.office == "o-1")


@pytest.mark.asvs("8.4.1")
@pytest.mark.rule("A4-1")
@given(st.sampled_from(ACTIONS), resources)
def test_a_registrar_never_acts_on_another_schools_record(action, resource):
    """Given a record of any other school, when a registrar does anything to it, then it is refused."""
    if resource.school != SCHOOL and action != "verify_report" and not is_ones_own("registrar", action, resource):
        assert not decide(actor("registrar"), action, resource).allow


@pytest.mark.asvs("8.4.1")
@pytest.mark.rule("A4-2")
@given(st.sampled_from(["province_admissions", "province_education"]), st.sampled_from(ACTIONS), resources)
def test_a_province_never_reaches_into_another(role, action, resource):
    """Given a record of any other province, when an office of this one does anything to it, then it is refused."""
    theirs = resource.province or (resource.school or "")[2:4]
    if theirs != PROVINCE and action != "verify_report" and not is_ones_own(role, action, resource):
        assert not decide(actor(role), action, resource).allow


@pytest.mark.asvs("8.2.2")
@pytest.mark.rule("A11-2", "AC-21")
@given(st.sampled_from(ACTIONS), resources)
def test_a_student_never_sees_another_persons_record(action, resource):
    """Given a record of any other person, when a student does anything to it, then it is refused."""
    if resource.person != "p-1" and action != "verify_report":
        assert not decide(actor("student"), action, resource).allow


@pytest.mark.asvs("2.3.5")
@pytest.mark.rule("A24-2")
@given(st.sampled_from(ROLES), resources)
def test_who_submitted_never_approves(role, resource):
    """Given anything that needs a second person, when whoever submitted it approves it, then it is refused."""
    resource = dataclasses.replace(resource, submitted_by="p-1")
    for permission in PERMISSIONS:
        if permission.second_person and permission.role == role:
            assert not decide(actor(role), permission.action, resource).allow


KINDS = ("regular", "adult", "graduate", "online")


@pytest.mark.rule("A24-1")
@given(st.sampled_from(ACTIONS), st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_an_operator_acts_only_for_the_kind_of_training_of_the_appointment(action, appointed, training):
    """Given an operator appointed for one kind of training, when they act on a student of another kind, then it is
    refused under the rule of dedicated persons."""
    registrar = dataclasses.replace(actor("registrar"), kind=appointed)
    resource = dataclasses.replace(OWN, training=training)
    decision = decide(registrar, action, resource)
    if appointed != training and action != "verify_report":
        assert not decision.allow
        assert decision.rule == "A24-1" or "registrar" not in WHO_MAY[action]
    else:
        assert decision.allow == ("registrar" in WHO_MAY[action])


@given(st.sampled_from([SCHOOL, OTHER_SCHOOL]), st.sampled_from([SCHOOL, OTHER_SCHOOL]))
def test_either_school_of_a_transfer_reaches_it_and_no_third(mine, other):
    resource = Resource("transfer", school=mine, other_school=other)
    assert decide(actor("registrar"), "agree_transfer", resource).allow == (SCHOOL in (mine, other))


@pytest.mark.rule("A4-1")
@given(st.sampled_from(ACTIONS), resources, st.lists(st.sampled_from((SCHOOL, OTHER_SCHOOL)), unique=True))
def test_a_school_acts_for_those_whose_place_it_took_and_for_no_other(action, resource, predecessors):
    """Given a registrar of a school into which others were merged, when anything is done to anything, then it is
    allowed as it would be to the registrars of any of these schools, and to nobody else's students."""
    heir = dataclasses.replace(actor("registrar"), org="4151010610", predecessors=tuple(predecessors))
    each = [decide(dataclasses.replace(heir, org=org, predecessors=()), action, resource) for org in heir.schools]
    assert decide(heir, action, resource).allow == any(one.allow for one in each)


AREAS = ("moe", PROVINCE, OTHER_PROVINCE, SCHOOL, OTHER_SCHOOL)


@pytest.mark.asvs("8.2.2", "8.4.1")
@pytest.mark.rule("AUD-1")
@given(
    st.sampled_from(ACTIONS),
    resources,
    st.lists(st.sampled_from(AREAS), max_size=2, unique=True),
    st.lists(st.sampled_from(SERVICES), max_size=2, unique=True),
    st.sampled_from(["moe", PROVINCE]),
)
def test_an_auditor_looks_within_the_grant_and_nowhere_else(action, resource, areas, services, scope):
    """Given an auditor whose grant covers areas and services, when anything is looked at over the whole table, then
    what lies outside of either is refused under AUD-1, and what names no area is the nation's."""
    auditor = dataclasses.replace(actor("auditor"), org=scope, granted=(*areas, *services))
    whole = decide(dataclasses.replace(actor("auditor"), granted=("moe",)), action, resource)
    decision = decide(auditor, action, resource)
    if _REACH.get((action, "auditor")) != NATION:
        assert decision == whole
        return
    covered = set(areas or [scope])
    asked = {resource.school, resource.school[2:4]} if resource.school else {resource.province}
    inside = "moe" in covered or bool(covered & asked)
    inside = inside and (not services or AUDITED[action] in services)
    assert decision.allow == (inside and whole.allow)
    if whole.allow and not decision.allow:
        assert decision.rule == "AUD-1"


def test_every_service_is_known_that_an_auditors_action_asks():
    nationwide = {each.action for each in PERMISSIONS if each.role == "auditor" and each.reach == NATION}
    assert set(AUDITED) == nationwide
    assert set(AUDITED.values()) <= set(SERVICES)


def test_an_empty_organisation_owns_nothing():
    for role in HOMES:
        assert not decide(actor(role, org="", sub=""), "register_students", Resource("s", school="", province="")).allow
        assert not decide(actor(role, org="", sub=""), "read_own_records", Resource("s", person="")).allow
        assert not decide(actor(role, org="", sub=""), "attest_office", Resource("s", office="")).allow


@pytest.mark.rule("A4-1", "A4-2", "A6-1", "A24-2")
def test_the_reason_names_the_rule():
    """Given a school, a province, an operator and a drafter out of their bounds, when it is decided, then each refusal
    names the rule that forbids it."""
    assert decide(actor("registrar"), "register_students", Resource("s", school=OTHER_SCHOOL)).rule == "A4-1"
    assert decide(actor("province_education"), "register_students", OWN).rule == "A4-2"
    assert decide(actor("operator"), "register_students", OWN).rule == "A6-1"
    own_work = dataclasses.replace(OWN, submitted_by="p-1")
    assert decide(actor("registrar"), "confirm_certificates", own_work).rule == "A24-2"


def test_require_raises_what_decide_denies():
    with pytest.raises(NotPermitted) as refusal:
        require(actor("registrar"), "register_students", Resource("s", school=OTHER_SCHOOL))
    assert refusal.value.as_dict()["rule"] == "A4-1"
    assert refusal.value.as_dict()["zh"] == RULES["A4-1"].zh
    assert refusal.value.as_dict()["status"] == 403
    with pytest.raises(NotSignedIn):
        require(None, "read_own_records", OWN)
    assert require(actor("registrar"), "register_students", OWN).allow


@pytest.mark.asvs("14.2.6", "16.3.2")
@pytest.mark.rule("A25-1", "A24-3")
def test_looking_at_others_is_masked_and_logged():
    """Given somebody who looks at another person, when it is allowed, then identity data leave masked and the look is
    recorded."""
    for role in ("registrar", "province_education", "ministry", "operator"):
        assert decide(actor(role), "read_status", OWN).obligations == {"mask", "log_view"}
    assert decide(actor("student"), "read_own_records", OWN).obligations == frozenset()
    assert decide(None, "verify_report", OWN).obligations == {"evidence"}


@pytest.mark.asvs("8.3.2")
@pytest.mark.rule("A23-1")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_suspended_office_looks_and_does_not_act(role, action):
    """Given an office whose yearly statement has run out, when its operators act, then only looking is left, the
    statement that lifts it, and the guarding of one's own sign-in: signing out, stepping up, changing a factor."""
    before = decide(actor(role), action, OWN)
    after = decide(dataclasses.replace(actor(role), suspended=True), action, OWN)
    left = ("attest_office", "begin_own_sign_in", "change_own_sign_in", "end_own_sessions")
    if before.allow and not is_reading(action) and action not in left:
        assert after == dataclasses.replace(after, allow=False, rule="A23-1")
    else:
        assert after == before


@pytest.mark.rule("X-SCOPE-1", "A24-1")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("asked_for", [True, False])
def test_a_machine_looks_within_its_scopes_and_never_acts(role, action, asked_for):
    """Given a machine client with scopes, when it does anything, then it does what its office may, what its scopes
    name, and nothing that only a named person does."""
    machine = dataclasses.replace(actor(role), scopes=(action,) if asked_for else ())
    decision = decide(machine, action, OWN)
    assert decision.allow == (asked_for and is_reading(action) and decide(actor(role), action, OWN).allow)
    if decide(actor(role), action, OWN).allow and not decision.allow:
        assert decision.rule == ("A24-1" if asked_for else "X-SCOPE-1")


@pytest.mark.asvs("7.5.3")
@pytest.mark.rule("X-SIGN-2", "X-REASON-1")
@given(st.sampled_from(ROLES), st.sampled_from(ACTIONS), resources, st.booleans(), st.sampled_from(["", "  ", "why"]))
def test_what_a_decision_asks_for_is_asked_for(role, action, resource, stepped_up, reason):
    """Given what is allowed only after a strong factor or for a reason, when either is missing, then the refusal says
    which, and when both are there it is done."""
    somebody = dataclasses.replace(actor(role), stepped_up=stepped_up)
    decision = decide(somebody, action, resource)
    lacking = [NotPermitted] * (not decision.allow)
    lacking += [StepUpNeeded] * (STEP_UP in decision.obligations and not stepped_up)
    lacking += [ReasonNeeded] * (REASON in decision.obligations and not reason.strip())
    if lacking:
        with pytest.raises(lacking[0]):
            require(somebody, action, resource, reason=reason)
    else:
        assert require(somebody, action, resource, reason=reason) == decision


@given(st.sampled_from(sorted(set(ROLES) - {"ministry", "province_education"})), resources)
def test_an_office_appoints_for_itself_and_for_no_other(role, resource):
    allowed = decide(actor(role), "appoint_operator", resource).allow
    assert allowed == (resource.office == "o-1" and role not in ("student", "system"))


def test_every_permission_names_a_rule_and_a_role():
    for permission in PERMISSIONS:
        assert permission.rule in RULES
        assert permission.role in (*ROLES, ANYONE)
    assert len({(permission.action, permission.role) for permission in PERMISSIONS}) == len(PERMISSIONS)


def test_every_action_asked_for_in_the_tree_stands_in_the_table():
    asked = set()
    for path in (file for place in ("services", "gateway", "cli") for file in (ROOT / place).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("require", "decide"):
                asked.update(
                    argument.value
                    for argument in node.args[1:2]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )
    assert asked - set(ACTIONS) == set()


def test_every_action_of_the_table_is_asked_for_somewhere():
    """A line that nobody asks for promises what nothing keeps. Some actions are handed on by a name of their own, so
    that any text of the services counts that says one, but for the list of what a machine may ask."""
    said = set()
    for path in (*(ROOT / "services").rglob("*.py"), ROOT / "gateway/api/archive.py"):
        if "tests" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        scopes = {
            id(each)
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "SCOPES"
            for each in ast.walk(node)
        }
        said |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in scopes
        }
    assert set(ACTIONS) - said == set()
