"""Offices: founded by the ministry, named by day, owned by a person, attested every year, stopped from above."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.identity.domain.office import (
    NotItsOwner,
    NotItsSuperior,
    OfficeGone,
    OfficeTaken,
    OutOfOrder,
    OwnerMissing,
    a_year_from,
)
from services.identity.queries.records import RecordQueries
from services.identity.queries.schools import SchoolQueries
from services.identity.tests.office_world import (
    FAR_SCHOOL,
    OTHER_SCHOOL,
    PAPER,
    SCHOOL,
    STATEMENT,
    OfficeWorld,
    office_world,
)
from shared.access.assertion import Assertion
from shared.access.decide import NotPermitted, Resource, StepUpNeeded, decide, require
from shared.bus import codec
from shared.eventstore.privacy import Keyring
from shared.rules.free_texts import TextNamesPerson
from shared.rules.refused import MalformedValue, NotFound, Refused
from tests.support.actors import StandingClock

AUTUMN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def world(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[OfficeWorld]:
    with office_world(databases, keyring, tmp_path, StandingClock(AUTUMN)) as world:
        yield world


@pytest.fixture
def ministry(world: OfficeWorld) -> str:
    return world.begin()


def founded(world: OfficeWorld, ministry: str) -> tuple[str, str, str]:
    """A province's education authority and two of its schools; answers their owners."""
    above = world.signed_in(ministry)
    province = world.found(above, "education-11", "province_education", "北京市教育委员会")
    return province, world.found(above, SCHOOL, name="北京大学"), world.found(above, OTHER_SCHOOL, name="中国人民大学")


def test_a_school_keeps_the_name_of_each_day(world: OfficeWorld, ministry: str) -> None:
    owner = world.found(world.signed_in(ministry), SCHOOL, name="北京医学院")
    renamed = world.tell(
        world.signed_in(ministry), "rename_office", code=SCHOOL, name="北京医科大学", valid_from="2027-01-01"
    )
    world.work()

    def name_on(day: str) -> Any:
        asked = {"code": SCHOOL, "on": day, "after_version": renamed["version"]}
        return world.tell(world.signed_in(owner), "get_office", **asked)["named"]

    assert [name_on(day) for day in ("2026-10-19", "2026-10-20", "2026-12-31", "2027-01-01", "2030-06-01")] == [
        None, "北京医学院", "北京医学院", "北京医科大学", "北京医科大学",
    ]  # fmt: skip
    world.require_sound()


def test_a_name_never_begins_before_the_one_it_follows(world: OfficeWorld, ministry: str) -> None:
    world.found(world.signed_in(ministry), SCHOOL, name="北京医学院")
    for day in ("2026-10-20", "2020-01-01"):
        with pytest.raises(OutOfOrder):
            world.tell(world.signed_in(ministry), "rename_office", code=SCHOOL, name="别名", valid_from=day)


@pytest.mark.rule("X-OFFICE-1")
def test_a_code_is_one_office_for_good(world: OfficeWorld, ministry: str) -> None:
    """Given a school that was closed, when its code is founded again, then it is refused: X-OFFICE-1."""
    world.found(world.signed_in(ministry), SCHOOL)
    above = world.signed_in(ministry)
    world.tell(above, "close_office", code=SCHOOL, on="2026-10-21", reason="closed by the state")
    with pytest.raises(OfficeTaken):
        world.tell(above, "found_office", code=SCHOOL, kind="school", name="新校", valid_from="2027-01-01")
    with pytest.raises(OfficeGone):
        world.tell(above, "close_office", code=SCHOOL, on="2026-10-22", reason="closed twice")
    with pytest.raises(OfficeGone):
        world.tell(above, "rename_office", code="4111010009", name="无此校", valid_from="2027-01-01")


def test_nobody_acts_for_an_office_from_the_day_it_is_merged(world: OfficeWorld, ministry: str) -> None:
    _, owner, successor = founded(world, ministry)
    world.tell(world.signed_in(ministry), "merge_office", code=SCHOOL, into=OTHER_SCHOOL, on="2026-10-25")
    assert world.holders.named(owner) is not None
    world.forward(days=5)
    assert world.holders.named(owner) is None
    assert world.holders.named(successor) is not None
    shown = world.tell(world.signed_in(successor), "get_office", code=OTHER_SCHOOL)
    assert shown["state"] == "open"
    world.work()
    above = world.tell(world.signed_in(ministry), "get_office", code=SCHOOL)
    assert (above["state"], above["successor"]) == ("ended", OTHER_SCHOOL)


@pytest.mark.rule("A4-1")
def test_a_school_that_took_anothers_place_acts_for_its_students_from_that_day(
    world: OfficeWorld, ministry: str
) -> None:
    """Given a school that is merged into another, when its students' records are asked for before that day, on it, by
    a third school, or after the successor was merged too, then the school in charge acts for them and no other."""
    _, _, successor = founded(world, ministry)
    far = world.found(world.signed_in(ministry), FAR_SCHOOL, name="浙江大学")
    world.tell(world.signed_in(ministry), "merge_office", code=SCHOOL, into=OTHER_SCHOOL, on="2026-10-25")
    students = Resource("student_status", school=SCHOOL)
    assert acting(world, successor).predecessors == ()
    assert not decide(acting(world, successor), "register_years", students).allow
    world.forward(days=5)
    assert acting(world, successor).predecessors == (SCHOOL,)
    for action in ("register_years", "file_case", "draft_certificates", "read_status"):
        assert decide(acting(world, successor), action, students).allow, action
        assert decide(acting(world, far), action, students).rule == "A4-1"
    above = world.signed_in(ministry)
    world.tell(above, "merge_office", code=OTHER_SCHOOL, into=FAR_SCHOOL, on="2026-10-28")
    world.forward(days=3)
    assert acting(world, far).predecessors == (OTHER_SCHOOL, SCHOOL)
    assert decide(acting(world, far), "register_years", students).allow
    world.require_sound()


def test_what_is_merged_into_a_school_that_will_itself_be_merged_goes_on_with_it(
    world: OfficeWorld, ministry: str
) -> None:
    founded(world, ministry)
    far = world.found(world.signed_in(ministry), FAR_SCHOOL, name="浙江大学")
    above = world.signed_in(ministry)
    world.tell(above, "merge_office", code=OTHER_SCHOOL, into=FAR_SCHOOL, on="2026-10-28")
    world.tell(above, "merge_office", code=SCHOOL, into=OTHER_SCHOOL, on="2026-10-25")
    world.forward(days=8)
    assert acting(world, far).predecessors == (OTHER_SCHOOL, SCHOOL)


def acting(world: OfficeWorld, operator_id: str) -> Assertion:
    holder = world.holders.named(operator_id)
    assert holder is not None
    return world.signed_in(operator_id, predecessors=holder.predecessors)


def listed(world: OfficeWorld, text: str = "", **asked: Any) -> Any:
    world.work()
    contract = world.contracts["list_schools"]
    loaded = codec.read(contract, {"text": text, **asked})
    return codec.write(contract.answer, SchoolQueries(world.store).list_schools(**loaded, by=world.by(None)))


def test_anybody_finds_a_school_by_a_part_of_any_of_its_names_or_by_its_code(world: OfficeWorld, ministry: str) -> None:
    """Names of before and of today find it, one that comes later does not; nothing else of the office is told."""
    founded(world, ministry)
    above = world.signed_in(ministry)
    world.found(above, FAR_SCHOOL, name="浙江大学")
    world.tell(above, "rename_office", code=FAR_SCHOOL, name="之江大学", valid_from="2026-10-22")
    world.tell(above, "rename_office", code=FAR_SCHOOL, name="后来大学", valid_from="2027-10-22")
    world.forward(days=3)
    (found,) = listed(world, "浙江")["schools"]
    assert (found["code"], found["name"], found["former_names"]) == (FAR_SCHOOL, "之江大学", ["浙江大学"])
    assert (found["province"], found["province_name"], found["state"]) == ("33", "浙江", "open")
    assert listed(world, "后来")["schools"] == []
    assert [each["code"] for each in listed(world, "41110")["schools"]] == [SCHOOL, OTHER_SCHOOL]
    assert [each["code"] for each in listed(world, "北京大学")["schools"]] == [SCHOOL]
    assert [each["code"] for each in listed(world, province="33")["schools"]] == [FAR_SCHOOL]
    for nothing in ("%", "_", "\\", "moe", "北京市教育委员会"):
        assert listed(world, nothing)["schools"] == []
    first = listed(world, "大学", limit=2)
    assert (len(first["schools"]), first["next"]) == (2, 2)
    rest = listed(world, "大学", limit=2, offset=2)
    assert (len(rest["schools"]), rest["next"]) == (1, None)


def test_the_list_of_schools_says_what_took_a_schools_place(world: OfficeWorld, ministry: str) -> None:
    founded(world, ministry)
    world.tell(world.signed_in(ministry), "merge_office", code=SCHOOL, into=OTHER_SCHOOL, on="2026-10-25")
    (before,) = listed(world, "北京大学")["schools"]
    assert (before["state"], before["successor"]) == ("open", None)
    world.forward(days=5)
    (found,) = listed(world, "北京大学")["schools"]
    assert (found["state"], found["successor"], found["successor_name"]) == ("ended", OTHER_SCHOOL, "中国人民大学")
    in_charge = RecordQueries(world.store).school_in_charge
    assert in_charge(SCHOOL, world.today) == (OTHER_SCHOOL, "中国人民大学")
    assert in_charge(OTHER_SCHOOL, world.today) == (OTHER_SCHOOL, "中国人民大学")
    assert in_charge("4151010610", world.today) == ("4151010610", "4151010610")


def test_an_office_merges_only_into_a_living_one_of_its_kind(world: OfficeWorld, ministry: str) -> None:
    founded(world, ministry)
    above = world.signed_in(ministry)
    for into in ("education-11", SCHOOL):
        with pytest.raises(OutOfOrder):
            world.tell(above, "merge_office", code=SCHOOL, into=into, on="2026-11-01")
    world.tell(above, "close_office", code=OTHER_SCHOOL, on="2026-10-30", reason="closed by the state")
    with pytest.raises(OfficeGone):
        world.tell(above, "merge_office", code=SCHOOL, into=OTHER_SCHOOL, on="2026-11-01")


@pytest.mark.parametrize(
    ("code", "kind", "scope"),
    [
        ("411101000", "school", None),
        ("4199010001", "school", None),
        ("education-99", "province_education", None),
        ("education-11", "school", None),
        ("moe-2", "ministry", None),
        ("education-33", "verifier", None),
        ("ctr", "verifier", None),
        ("some-audit", "auditor", None),
        ("some-audit", "auditor", "99"),
        ("some-firm", "verifier", "11"),
    ],
)
def test_a_code_is_written_as_its_kind_writes_it(
    world: OfficeWorld, ministry: str, code: str, kind: str, scope: str | None
) -> None:
    until = "2027-01-31" if kind == "auditor" else None
    asked = {
        "code": code,
        "kind": kind,
        "name": "某机构",
        "scope": scope,
        "valid_from": "2026-10-20",
        "valid_until": until,
    }
    with pytest.raises(MalformedValue):
        world.tell(world.signed_in(ministry), "found_office", **asked)


def test_the_ministry_cannot_be_founded_twice(world: OfficeWorld, ministry: str) -> None:
    with pytest.raises(OfficeTaken):
        world.tell(
            world.signed_in(ministry), "found_office", code="moe", kind="ministry", name="部", valid_from="2026-10-20"
        )


@pytest.mark.rule("A23-1")
def test_an_office_only_looks_until_its_owner_gave_the_word_of_the_year(world: OfficeWorld, ministry: str) -> None:
    """Given an office without a yearly statement, when its owner acts, then A23-1; after the statement, it acts."""
    above = world.signed_in(ministry)
    world.tell(above, "found_office", code=SCHOOL, kind="school", name="北京大学", valid_from="2026-10-20")
    owner = world.appoint(above, SCHOOL, as_owner=True)
    with pytest.raises(NotPermitted) as refused:
        world.appoint(world.signed_in(owner), SCHOOL)
    assert refused.value.as_dict()["rule"] == "A23-1"
    world.work()
    assert world.tell(world.signed_in(owner), "get_office", code=SCHOOL)["state"] == "only_reads"
    world.attest(owner, SCHOOL)
    world.appoint(world.signed_in(owner), SCHOOL)
    world.work()
    shown = world.tell(world.signed_in(owner), "get_office", code=SCHOOL)
    assert (shown["state"], shown["attested_until"]) == ("open", "2027-10-19")
    assert (shown["procedure"], shown["statement"]) == (PAPER, STATEMENT)


@pytest.mark.rule("A23-1")
def test_a_statement_is_reminded_of_once_and_lapses_once(world: OfficeWorld, ministry: str) -> None:
    """Given a statement of a year, when 30 days are left and when it is over, then one mail each, and A23-1."""
    owner = world.found(world.signed_in(ministry), SCHOOL)
    world.mails()
    world.forward(days=333)
    assert world.due() == 0
    world.forward(days=1)  # 30 days before the last day
    assert world.due() == 2  # the school's and the ministry's own
    assert world.due() == 0
    assert sum("holds until 2027-10-19" in mail and SCHOOL in mail for mail in world.mails()) == 1
    assert not world.signed_in(owner).suspended
    world.forward(days=30)
    assert not world.signed_in(owner).suspended  # the last day still counts
    world.forward(days=1)
    # at once, before any worker wrote it down
    assert world.signed_in(owner).suspended
    assert (world.due(), world.due()) == (2, 0)
    assert [topic for topic, _ in world.facts()].count("identity.Office.AttestationLapsed") == 2
    assert sum("held until 2027-10-19" in mail and SCHOOL in mail for mail in world.mails()) == 1
    world.attest(owner, SCHOOL)
    assert not world.signed_in(owner).suspended
    world.require_sound()


def test_a_year_ends_on_the_day_before_it_began() -> None:
    assert a_year_from(date(2026, 10, 20)) == date(2027, 10, 19)
    assert a_year_from(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_from(date(2027, 3, 1)) == date(2028, 2, 29)


@pytest.mark.rule("X-OFFICE-2")
def test_an_office_names_its_owner_first(world: OfficeWorld, ministry: str) -> None:
    """Given an office without an owner, when somebody else is appointed, then X-OFFICE-2; the owner comes first."""
    above = world.signed_in(ministry)
    world.tell(above, "found_office", code=SCHOOL, kind="school", name="北京大学", valid_from="2026-10-20")
    with pytest.raises(OwnerMissing):
        world.appoint(above, SCHOOL)
    owner = world.appoint(above, SCHOOL, as_owner=True)
    world.appoint(above, SCHOOL)
    world.tell(above, "revoke_operator", operator_id=owner, reason="retired")
    with pytest.raises(OwnerMissing):
        world.appoint(above, SCHOOL)


def test_only_the_owner_gives_the_word_of_the_year(world: OfficeWorld, ministry: str) -> None:
    province, owner, other = founded(world, ministry)
    colleague = world.appoint(world.signed_in(owner), SCHOOL)
    asked = {"code": SCHOOL, "evidence": [PAPER], "statement": STATEMENT}
    for sub in (colleague, other, province, ministry):
        with pytest.raises(Refused) as refused:
            world.tell(world.signed_in(sub), "attest_office", **asked)
        assert refused.value.as_dict()["status"] == 403
    world.tell(world.signed_in(owner), "attest_office", **asked)


def test_the_owner_passes_the_office_on(world: OfficeWorld, ministry: str) -> None:
    _, owner, other = founded(world, ministry)
    colleague = world.appoint(world.signed_in(owner), SCHOOL)
    with pytest.raises(Refused):
        world.tell(world.signed_in(owner), "name_office_owner", code=SCHOOL, operator_id=other)
    world.tell(world.signed_in(owner), "name_office_owner", code=SCHOOL, operator_id=colleague)
    with pytest.raises(NotItsOwner):
        world.appoint(world.signed_in(owner), SCHOOL)
    world.appoint(world.signed_in(colleague), SCHOOL)


def test_the_office_above_stops_an_office_and_lets_it_go_on(world: OfficeWorld, ministry: str) -> None:
    province, owner, _ = founded(world, ministry)
    above = world.signed_in(province)
    world.tell(above, "suspend_office", code=SCHOOL, reason="keys were shared")
    stopped = world.signed_in(owner)
    assert stopped.suspended
    with pytest.raises(NotPermitted) as refused:
        require(stopped, "register_students", Resource("status", school=SCHOOL))
    assert refused.value.as_dict()["rule"] == "A23-1"
    assert require(stopped, "read_status", Resource("status", school=SCHOOL)).allow
    # a new word of its own does not lift what was laid on it from above
    world.attest(owner, SCHOOL)
    assert world.signed_in(owner).suspended
    with pytest.raises(OutOfOrder):
        world.tell(above, "suspend_office", code=SCHOOL, reason="once more")
    world.tell(above, "resume_office", code=SCHOOL, reason="everybody has a passkey")
    assert not world.signed_in(owner).suspended
    world.require_sound()


@pytest.mark.asvs("16.2.5")
@pytest.mark.parametrize(
    "method", ["suspend_office", "resume_office", "close_office", "revoke_operator", "attest_office"]
)
def test_no_reason_about_an_office_or_its_people_names_a_number(world: OfficeWorld, ministry: str, method: str) -> None:
    """Reasons and statements stay in clear for ever: neither a telephone nor a document's number stands in them."""
    province, owner, _ = founded(world, ministry)
    said: dict[str, dict[str, Any]] = {
        "close_office": {"code": SCHOOL, "on": "2026-10-30"},
        "revoke_operator": {"operator_id": owner},
        "attest_office": {"code": SCHOOL, "evidence": [PAPER]},
    }
    who = {"close_office": ministry, "attest_office": owner}.get(method, province)
    words = "statement" if method == "attest_office" else "reason"
    for number in ("13812345678", "11010519491231002X"):
        asked = {**said.get(method, {"code": SCHOOL}), words: f"{STATEMENT} {number}"}
        with pytest.raises(TextNamesPerson):
            world.tell(world.signed_in(who), method, **asked)


def test_nobody_lifts_what_was_laid_on_the_own_office(world: OfficeWorld, ministry: str) -> None:
    province, owner, _ = founded(world, ministry)
    world.tell(world.signed_in(ministry), "suspend_office", code="education-11", reason="keys were shared")
    for sub, code in ((province, "education-11"), (owner, SCHOOL), (owner, OTHER_SCHOOL), (ministry, "moe")):
        for method in ("suspend_office", "resume_office"):
            with pytest.raises((NotPermitted, NotItsSuperior)):
                world.tell(world.signed_in(sub, suspended=False), method, code=code, reason="as we like")


def test_a_province_stops_no_office_but_its_schools(world: OfficeWorld, ministry: str) -> None:
    province, *_ = founded(world, ministry)
    above = world.signed_in(ministry)
    world.found(above, FAR_SCHOOL)
    world.found(above, "admissions-11", "province_admissions", "北京教育考试院")
    for code in (FAR_SCHOOL, "admissions-11", "moe"):
        with pytest.raises((NotPermitted, NotItsSuperior)):
            world.tell(world.signed_in(province), "suspend_office", code=code, reason="as we like")


def test_a_list_shows_each_office_what_it_looks_after(world: OfficeWorld, ministry: str) -> None:
    province, owner, _ = founded(world, ministry)
    world.found(world.signed_in(ministry), FAR_SCHOOL)

    def listed(sub: str, **asked: Any) -> list[str]:
        found = world.tell(world.signed_in(sub), "list_offices", **asked)["offices"]
        return [office["code"] for office in found]

    assert listed(ministry) == [SCHOOL, OTHER_SCHOOL, FAR_SCHOOL, "education-11", "moe"]
    assert listed(ministry, kind="school", province="11") == [SCHOOL, OTHER_SCHOOL]
    assert listed(ministry, after=OTHER_SCHOOL, limit=1) == [FAR_SCHOOL]
    assert listed(province) == [SCHOOL, OTHER_SCHOOL, "education-11"]
    assert listed(province, province="33") == []
    assert listed(owner) == [SCHOOL]
    assert listed(owner, province="33") == []
    world.forward(days=400)
    assert listed(owner, lapsed=True) == [SCHOOL]


def test_the_names_of_operators_are_for_the_office_and_those_above_it(world: OfficeWorld, ministry: str) -> None:
    province, owner, other = founded(world, ministry)
    for sub in (owner, province, ministry):
        listed = world.tell(world.signed_in(sub), "list_operators", code=SCHOOL)["operators"]
        assert [(each["name"], each["is_owner"], each["state"]) for each in listed] == [("李明", True, "active")]
    with pytest.raises(NotPermitted):
        world.tell(world.signed_in(other), "list_operators", code=SCHOOL)
    machine = world.signed_in(owner, scopes=("read_offices",), stepped_up=False)
    assert [each["name"] for each in world.tell(machine, "list_operators", code=SCHOOL)["operators"]] == [None]
    with pytest.raises(NotFound):
        world.tell(world.signed_in(owner), "list_operators", code="4111010077")


def test_an_auditor_has_a_grant_that_ends(world: OfficeWorld, ministry: str) -> None:
    above = world.signed_in(ministry)
    asked = {"code": "state-audit", "kind": "auditor", "name": "审计署", "scope": "11", "valid_from": "2026-10-20"}
    asked["purpose"] = "年度学籍审计"
    for until in (None, "2027-10-20", "2026-10-19"):
        with pytest.raises(MalformedValue):
            world.tell(above, "found_office", **asked, valid_until=until)
    for changes in ({"purpose": " "}, {"schools": [FAR_SCHOOL]}, {"schools": ["0000000000"]}):
        with pytest.raises(MalformedValue):
            world.tell(above, "found_office", **(asked | changes), valid_until="2026-12-31")
    plain = {"code": SCHOOL, "kind": "school", "name": "北京大学", "valid_from": "2026-10-20"}
    with pytest.raises(MalformedValue):
        world.tell(above, "found_office", **plain, purpose="年度学籍审计")
    more = {"purpose": "年度学籍审计", "schools": [SCHOOL], "services": ["enrollment"]}
    auditor = world.found(above, "state-audit", "auditor", "审计署", scope="11", valid_until="2026-12-31", **more)
    holder = world.holders.named(auditor)
    assert holder is not None
    assert (holder.role, holder.org, holder.until) == ("auditor", "11", date(2026, 12, 31))
    assert holder.granted == (SCHOOL, "enrollment")
    shown = world.tell(world.signed_in(auditor), "get_office", code="state-audit")
    assert (shown["schools"], shown["services"], shown["purpose"]) == ([SCHOOL], ["enrollment"], "年度学籍审计")
    world.forward(days=72)
    assert world.holders.named(auditor) is not None
    world.forward(days=1)
    assert world.holders.named(auditor) is None


def test_what_is_done_to_offices_needs_a_strong_factor_just_before(world: OfficeWorld, ministry: str) -> None:
    above = world.signed_in(ministry, stepped_up=False)
    with pytest.raises(StepUpNeeded):
        world.tell(above, "found_office", code=SCHOOL, kind="school", name="北京大学", valid_from="2026-10-20")


def test_every_fact_about_an_office_names_who_did_it(world: OfficeWorld, ministry: str) -> None:
    province, *_ = founded(world, ministry)
    world.tell(world.signed_in(province), "suspend_office", code=SCHOOL, reason="keys were shared")
    topic, context = world.facts()[-1]
    assert topic == "identity.Office.Suspended"
    assert (context["actor_sub"], context["reason"], context["rules"]) == (province, "keys were shared", ["A23-1"])
