"""Who may file, review and decide a case, on small states."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.enrollment.domain.case import Case
from services.enrollment.domain.rules.identity import (
    FIELDS,
    KEY_FIELDS,
    AlreadyConfirmed,
    AlreadyDisputed,
    CaseAtAnotherStep,
    CaseDecided,
    DecidedByItsFiler,
    IdentityContested,
    NoChangeAfterGraduation,
    NoChangeOfArchive,
    NotCancelled,
    NothingHeld,
    NothingToChange,
    NothingToCheck,
    ProofMissing,
    ValuesMissing,
    differing,
    level_of,
    may_ask,
    may_change_identity,
    may_confirm,
    may_file,
)

TODAY, DUE = date(2023, 3, 1), date(2023, 3, 15)
PROOF = ("ab" * 32,)


def case(kind="correction", level="school", fields=("ethnicity",), filed_by="filer", has_values=True):
    return Case(
        status_id=uuid4(),
        id_key="a" * 40,
        school_code="4111010001",
        training="regular",
        kind=kind,
        level=level,
        fields=fields,
        sealed_request="x1.k.c2VhbGVk",
        has_values=has_values,
        evidence=PROOF,
        identity_version=1,
        filed_by=filed_by,
        filed_role="registrar",
        filed_on=TODAY,
        due_on=DUE,
        unknown_year=None,
    )


def file(status, kind="correction", fields=("name",), evidence=PROOF, by_student=False):
    may_file(status, kind=kind, fields=fields, evidence=evidence, by_student=by_student)


@pytest.mark.rule("A19-1")
def test_the_key_fields_need_the_province_and_no_other_does(status):
    """Given an open status, when each field is asked for, then exactly the key fields are decided by the province."""
    decided = {name: level_of("correction", (name,), status) for name in FIELDS}
    assert {name for name, level in decided.items() if level == "province"} == KEY_FIELDS
    assert decided["ethnicity"] == "school"


@pytest.mark.rule("A19-1", "A14-2")
def test_every_change_of_an_archive_needs_the_province(status):
    """Given a closed status, when even a minor field is corrected, then the province decides."""
    assert level_of("correction", ("ethnicity",), replace(status, state="dropped")) == "province"


@pytest.mark.rule("A19-1")
def test_nothing_is_changed_without_proof(status):
    """Given no evidence, when a change is filed, then it is refused; a dispute may be raised without."""
    with pytest.raises(ProofMissing):
        file(status, evidence=())
    file(status, kind="dispute", evidence=())


@pytest.mark.rule("A14-2")
def test_an_archive_is_corrected_but_not_changed(status):
    """Given a closed status, when a change is filed, then it is refused; a correction is not."""
    archived = replace(status, state="dropped")
    with pytest.raises(NoChangeOfArchive):
        file(archived, kind="change")
    file(archived, kind="correction")


@pytest.mark.rule("A19-5")
@pytest.mark.parametrize(("kind", "by_student"), [("change", True), ("change", False), ("correction", True)])
def test_a_graduates_change_is_not_accepted(status, kind, by_student):
    """Given a graduate, when a change, or anything by the student, is filed, then it is not accepted."""
    with pytest.raises(NoChangeAfterGraduation):
        file(replace(status, state="graduated"), kind=kind, by_student=by_student)


@pytest.mark.rule("A14-2")
def test_an_error_in_a_graduates_archive_is_the_schools_to_file(status):
    """Given a graduate whose record was wrong, when the school files a correction, then it may with proof alone, and
    the province decides."""
    graduate = replace(status, state="graduated")
    file(graduate, kind="correction")
    with pytest.raises(ProofMissing):
        file(graduate, kind="correction", evidence=())
    assert level_of("correction", ("ethnicity",), graduate) == "province"


@pytest.mark.rule("A13-4")
@pytest.mark.parametrize("state", ["active", "on_leave", "graduated"])
def test_a_wrong_closing_needs_a_closing(status, state):
    """Given a status that was not cancelled, when its closing is contested, then there is nothing to contest."""
    with pytest.raises(NotCancelled):
        file(replace(status, state=state), kind="cancellation", fields=("closing",))


@pytest.mark.rule("A13-4")
@pytest.mark.parametrize("state", ["dropped", "expelled", "cancelled", "deceased"])
def test_each_kind_of_closing_may_be_found_wrong(status, state):
    """Given a cancelled status, when its closing is contested, then the case may be filed with proof alone."""
    closed = replace(status, state=state)
    file(closed, kind="cancellation", fields=("closing",))
    with pytest.raises(ProofMissing):
        file(closed, kind="cancellation", fields=("closing",), evidence=())


@pytest.mark.rule("A14-2")
@pytest.mark.parametrize("state", ["withdrawn", "transferred_out"])
def test_a_record_that_went_on_elsewhere_holds_nothing_to_correct(status, state):
    """Given a registration taken back or transferred, when a case is filed about it, then it is refused."""
    with pytest.raises(NothingHeld):
        file(replace(status, state=state))


@pytest.mark.rule("A8-9")
def test_a_contested_identity_is_left_to_its_conflict(status):
    """Given a contested status, when its name is to change, then the conflict decides; its major may change."""
    contested = replace(status, contested_in=str(uuid4()))
    with pytest.raises(IdentityContested):
        may_change_identity(contested, ("name",))
    may_change_identity(contested, ("major_name",))


@pytest.mark.rule("A19-1")
def test_a_request_that_changes_nothing_is_refused():
    """Given what is on record, when the same is asked for, then it is refused; what differs is kept alone."""
    present = {"name": "王小明", "sex": "男"}
    with pytest.raises(NothingToChange):
        differing({"name": "王小明"}, present)
    assert differing({"name": "王晓明", "sex": "男"}, present) == {"name": "王晓明"}


@pytest.mark.rule("A24-2")
def test_the_filer_does_not_review():
    """Given a case filed by a clerk, when the same clerk takes it up or decides it, then another person must."""
    filed = case(filed_by="clerk")
    with pytest.raises(DecidedByItsFiler):
        filed.begin_review(sub="clerk", today=TODAY)
    filed.begin_review(sub="other", today=TODAY)
    with pytest.raises(DecidedByItsFiler):
        filed.conclude(sub="clerk", today=TODAY, applies=True, reason="同意")


@pytest.mark.rule("A24-2", "A19-1")
def test_who_passed_a_case_on_does_not_decide_it():
    """Given a case passed on, when the person who passed it on decides for the province, then another person must."""
    filed = case(level="province", fields=("name",))
    filed.begin_review(sub="school", today=TODAY)
    filed.pass_on(sub="school", today=TODAY, opinion="同意", due_on=DUE, unknown_year=None)
    with pytest.raises(DecidedByItsFiler):
        filed.conclude(sub="school", today=TODAY, applies=True, reason="同意")
    filed.conclude(sub="province", today=TODAY, applies=True, reason="同意")
    assert filed.standing.state == "applied"


@pytest.mark.rule("X-CASE-1", "X-CASE-2")
def test_a_case_goes_step_by_step_and_is_decided_once():
    """Given a filed case, when a step is skipped or taken after the decision, then it is refused."""
    filed = case()
    with pytest.raises(CaseAtAnotherStep):
        filed.conclude(sub="other", today=TODAY, applies=True, reason="同意")
    filed.begin_review(sub="other", today=TODAY)
    filed.conclude(sub="other", today=TODAY, applies=False, reason="不同意")
    for again in (lambda: filed.withdraw(sub="filer"), lambda: filed.begin_review(sub="other", today=TODAY)):
        with pytest.raises(CaseDecided):
            again()


@pytest.mark.rule("A19-3")
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_suspicion_ends_a_case_at_any_step(steps):
    """Given a case at any step, when proof seems false, then it is not accepted and nothing can follow."""
    filed = case(level="province", fields=("name",))
    if steps:
        filed.begin_review(sub="school", today=TODAY)
    if steps > 1:
        filed.pass_on(sub="school", today=TODAY, opinion="同意", due_on=DUE, unknown_year=None)
    incident = uuid4()
    filed.refuse(sub="province", today=TODAY, reason="涉嫌伪造", incident_id=incident)
    assert (filed.standing.state, filed.collect_events()[-1].incident_id) == ("not_accepted", incident)


@pytest.mark.rule("A11-2", "X-CASE-1")
def test_a_dispute_without_values_is_not_applied():
    """Given a dispute that only says what is wrong, when it is agreed to, then the right values come first."""
    dispute = case(kind="dispute", has_values=False)
    dispute.begin_review(sub="other", today=TODAY)
    with pytest.raises(ValuesMissing):
        dispute.conclude(sub="other", today=TODAY, applies=True, reason="属实")
    dispute.name_values(sub="namer", level="school", fields=("ethnicity",), sealed_request="x1.k.YQ==", evidence=PROOF)
    with pytest.raises(DecidedByItsFiler):
        dispute.conclude(sub="namer", today=TODAY, applies=True, reason="属实")
    dispute.conclude(sub="other", today=TODAY, applies=True, reason="属实")


@pytest.mark.rule("A13-3")
@pytest.mark.parametrize(("today", "late"), [(DUE, False), (date(2023, 3, 16), True)])
def test_a_late_decision_is_marked(today, late):
    """Given a due day, when the decision comes after it, then it counts and is marked late."""
    filed = case()
    filed.begin_review(sub="other", today=TODAY)
    filed.conclude(sub="other", today=today, applies=True, reason="同意")
    assert filed.collect_events()[-1].late is late


@pytest.mark.rule("A11-2")
def test_a_student_confirms_once_and_not_while_disputing(status):
    """Given a confirmed or a disputed status, when its student confirms, then it is refused."""
    may_confirm(status)
    with pytest.raises(AlreadyConfirmed):
        may_confirm(replace(status, checked="confirmed"))
    with pytest.raises(AlreadyDisputed):
        may_confirm(replace(status, checked="disputed"))


@pytest.mark.rule("A11-1")
def test_nobody_who_left_is_asked_to_check(status):
    """Given a closed status, when its student is asked to check, then it is refused."""
    may_ask(status)
    with pytest.raises(NothingToCheck):
        may_ask(replace(status, state="dropped"))
