"""Whose a record is: disowned, reclaimed, disputed, merged and split; and what becomes of its reports."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.verification.domain.rules import NothingToReport, ReportNotFound, ReportRevoked, StatusStanding
from services.verification.projections import AGGREGATES, PROJECTIONS
from services.verification.tests.conftest import Registry
from services.verification.tests.test_public import Stranger, the_public
from services.verification.worker import Due
from shared.access.decide import NotPermitted
from shared.bus import codec
from shared.contracts.rpc.verification import ReportCreatedV1, ReportListV1
from shared.eventstore.application import AlreadyHeard
from shared.eventstore.ids import uuid7
from shared.eventstore.verify import verify
from shared.rules.refused import Refused

servers = pytest.mark.servers
DAY = date(2026, 11, 22)


@pytest.fixture
def stranger(registry: Registry, chinese_font: None) -> Any:
    with the_public(registry, XUEJI_VERIFY_MISSES_RATE="1000 per minute") as found:
        yield found


def disowned(registry: Registry, kind: str = "status", person_id: UUID | None = None) -> None:
    record_id = registry.status_id if kind == "status" else registry.certificate_id
    said = {
        "record_id": record_id, "kind": kind, "status_id": registry.status_id, "school_code": "4111010013",
        "person_id": person_id or registry.person_id, "disowned_on": DAY,
    }  # fmt: skip
    registry.use_cases.hear_disowned([said], heard=registry.heard("identity"))
    registry.follow()


def disputed(registry: Registry, *, settled: bool = False) -> None:
    said = {"status_id": registry.status_id, "claim_id": uuid7(), "settled": settled, "disputed_on": DAY}
    registry.use_cases.hear_disputes([said], heard=registry.heard("identity"))
    registry.follow()


def merged(registry: Registry, other: UUID, *, split: UUID | None = None) -> UUID:
    """The registry's person speaks for the other one; or no more."""
    merge_id = split or uuid7()
    people = {"merge_id": merge_id, "person_id": registry.person_id, "other_person_id": other}
    if split:
        registry.use_cases.hear_splits([people | {"split_on": DAY}], heard=registry.heard("identity"))
    else:
        registry.use_cases.hear_merges([people | {"merged_on": DAY}], heard=registry.heard("identity"))
    registry.follow()
    return merge_id


def bound_to(registry: Registry, person_id: UUID) -> None:
    said = {"status_id": registry.status_id, "person_id": person_id, "bound_on": DAY}
    registry.use_cases.hear_bindings([said], heard=registry.heard("identity"))
    registry.follow()


def due(registry: Registry, times: int = 2) -> None:
    """The worker looks twice: what was asked for a moment ago is left to whoever was asked."""
    step = Due(registry.use_cases, registry.queries, registry.clock).step
    for _ in range(times):
        step()
        registry.follow()


def reports(registry: Registry, person_id: UUID | None = None) -> dict[str, str]:
    answer = codec.write(ReportListV1, registry.queries.list_reports(by=registry.by(person_id=person_id)))
    return {each["report_id"]: each["state"] for each in answer["reports"]}


def reportable(registry: Registry, person_id: UUID | None = None) -> list[str]:
    found = registry.queries.list_reportable_records(by=registry.by(person_id=person_id))["records"]
    return [each["kind"] for each in found]


def as_rebuilt(registry: Registry) -> list[Any]:
    return list(verify(registry.store, PROJECTIONS, AGGREGATES))


# --- disowned ---


@servers
@pytest.mark.rule("X-REPORT-7", "A11-2")
def test_what_its_holder_disowned_is_nobodys_and_its_reports_are_void(registry: Registry, stranger: Stranger) -> None:
    """Given reports on a status and its qualification, when the holder says that the status is not theirs, then no new
    report is made, the others are void for good, and strangers are told that and nothing else."""
    registry.enrolled().hear_award()
    codes = [registry.request(kind)["code"] for kind in ("status", "qualification")]
    assert [stranger.verify(code)["outcome"] for code in codes] == ["valid", "valid"]
    disowned(registry)
    due(registry)
    assert set(reports(registry).values()) == {"revoked"}
    assert reportable(registry) == []
    for code in codes:
        answer = stranger.verify(code)
        assert (stranger.status, answer["outcome"], answer["rule"]) == (410, "revoked", "X-REPORT-7")
        assert (answer["zh"], answer["report"]) == ("该在线验证报告已失效。", None)
    for kind in ("status", "qualification"):
        with pytest.raises(NotPermitted):
            registry.request(kind)
    for report_id in map(UUID, reports(registry)):
        for act in ("close_report", "reopen_report"):
            with pytest.raises(ReportRevoked):
                getattr(registry.use_cases, act)(command_id=uuid4(), report_id=report_id, by=registry.by())
        with pytest.raises(ReportRevoked):
            registry.use_cases.extend_report(command_id=uuid4(), report_id=report_id, months=1, by=registry.by())
        with pytest.raises(ReportRevoked):
            registry.queries.get_report_pdf(report_id=report_id, after_version=0, by=registry.by())
    assert as_rebuilt(registry) == []


@servers
@pytest.mark.rule("AC-15")
def test_a_disowned_qualification_leaves_the_status_and_comes_back_when_it_is_asked_for(
    registry: Registry, chinese_font: None
) -> None:
    """Given a status and a qualification, when only the qualification is disowned, then the status is reported on as
    before; reclaimed by its number, it makes new reports, and the void one stays void."""
    registry.enrolled().hear_award()
    status, award = (str(registry.request(kind)["id"]) for kind in ("status", "qualification"))
    disowned(registry, "qualification")
    due(registry)
    assert reports(registry) == {status: "issued", award: "revoked"}
    assert reportable(registry) == ["status"]
    with pytest.raises(NothingToReport):
        registry.request("qualification")
    said = {"certificate_id": registry.certificate_id, "status_id": registry.status_id,
            "person_id": registry.person_id, "bound_on": DAY}  # fmt: skip
    registry.use_cases.hear_reclaimed([said], heard=registry.heard("identity"))
    registry.follow()
    assert reportable(registry) == ["qualification", "status"]
    again = str(registry.request("qualification")["id"])
    due(registry)
    assert reports(registry) == {status: "issued", award: "revoked", again: "issued"}
    assert as_rebuilt(registry) == []


@servers
def test_what_is_bound_to_another_person_meanwhile_stays_theirs(registry: Registry, chinese_font: None) -> None:
    registry.enrolled()
    before, after = registry.person_id, uuid4()
    bound_to(registry, after)
    theirs = str(registry.request(by=registry.by("request_report", after))["id"])
    disowned(registry, person_id=before)
    due(registry)
    assert reports(registry, after) == {theirs: "issued"}
    assert reportable(registry, after) == ["status"]


@servers
def test_hearing_it_twice_changes_nothing(registry: Registry) -> None:
    registry.enrolled()
    said = {
        "record_id": registry.status_id, "kind": "status", "status_id": registry.status_id,
        "school_code": "4111010013", "person_id": registry.person_id, "disowned_on": DAY,
    }  # fmt: skip
    heard = registry.heard("identity")
    registry.use_cases.hear_disowned([said], heard=heard)
    with pytest.raises(AlreadyHeard):
        registry.use_cases.hear_disowned([said], heard=heard)


@servers
def test_a_report_that_was_asked_for_in_the_same_moment_is_void_too(registry: Registry, chinese_font: None) -> None:
    """The request was taken down, then the record was disowned, then somebody goes on with it."""
    by = registry.enrolled().by("request_report")
    asked = registry.use_cases._take_down(
        command_id=by.command_id, kind="status", record_id=registry.status_id, language="zh", months=1, by=by
    )
    disowned(registry)
    answer = registry.request(by=by)
    assert (str(answer["id"]), answer["state"], answer["code"]) == (asked["id"], "requested", None)
    due(registry)
    assert list(reports(registry).values()) == ["revoked"]


# --- disputed ---


@servers
@pytest.mark.rule("X-REPORT-8")
def test_while_it_is_disputed_whose_a_record_is_new_reports_wait(registry: Registry, stranger: Stranger) -> None:
    """Given a status that the person of its document knows nothing of, when its holder asks for a report, then it is
    taken down and waits, with the reason and its rule; earlier ones hold; once it is settled it is made."""
    earlier = registry.enrolled().request()
    disputed(registry)
    answer = registry.request()
    assert (answer["state"], answer["code"], answer["delayed_by"]) == ("requested", None, "RECORD_DISPUTED")
    shown = registry.queries.get_report(report_id=answer["id"], after_version=0, by=registry.by())
    assert (shown["delay"]["code"], shown["delay"]["rule"]) == ("RECORD_DISPUTED", "X-REPORT-8")
    told = {**answer, "delay": shown["delay"]}
    told.pop("delayed_by")
    codec.write(ReportCreatedV1, told)
    assert stranger.verify(earlier["code"])["outcome"] == "valid"
    registry.today(2026, 11, 24)
    due(registry)
    assert reports(registry)[str(answer["id"])] == "requested"
    assert registry.queries.unissued() == [], "what waits for an office holds up nothing"
    disputed(registry, settled=True)
    due(registry)
    assert reports(registry)[str(answer["id"])] == "issued"
    assert as_rebuilt(registry) == []


@servers
def test_a_decided_case_ends_the_dispute(registry: Registry, chinese_font: None) -> None:
    registry.enrolled()
    disputed(registry)
    waiting = str(registry.request()["id"])
    said = {"status_id": registry.status_id, "case_id": uuid7(), "settled": True, "keeps": True}
    registry.use_cases.hear_contests([said], heard=registry.heard("enrollment"))
    registry.follow()
    due(registry)
    assert reports(registry) == {waiting: "issued"}


def test_the_rules_fold_in_any_order() -> None:
    person = uuid4()
    said = [
        ("Disputed", {"settled": False}),
        ("Bound", {"person_id": person}),
        ("Disowned", {"person_id": uuid4()}),
        ("Contested", {"settled": False}),
    ]
    standing = StatusStanding()
    for fact, values in said:
        standing = standing.after(fact, values)
    assert (standing.holder, standing.disputed) == (person, True)
    assert standing.after("Disowned", {"person_id": person}).holder is None
    assert not standing.after("Contested", {"settled": True}).disputed


# --- merged and split ---


@servers
@pytest.mark.rule("AC-19")
def test_whoever_speaks_for_two_accounts_sees_and_closes_the_reports_of_both(
    registry: Registry, stranger: Stranger
) -> None:
    """Given a report that another account of the same human being asked for, when the accounts are merged, then the
    survivor sees and closes it, and it stays the other's; after the split each has its own again."""
    survivor, other = registry.person_id, uuid4()
    registry.hear_registration()
    bound_to(registry, other)
    theirs = registry.request(by=registry.by("request_report", other))
    assert reports(registry, survivor) == {}
    merge_id = merged(registry, other)
    bound_to(registry, survivor)
    assert reports(registry, survivor) == {str(theirs["id"]): "issued"}
    stranger.verify(theirs["code"])
    seen = registry.queries.list_my_verifications(by=registry.by(person_id=survivor))["verifications"]
    assert [each["outcome"] for each in seen] == ["valid"]
    registry.use_cases.close_report(command_id=uuid4(), report_id=UUID(str(theirs["id"])), by=registry.by())
    registry.follow()
    assert stranger.verify(theirs["code"])["outcome"] == "closed"
    merged(registry, other, split=merge_id)
    bound_to(registry, other)
    due(registry)
    assert reports(registry, survivor) == {}
    assert reports(registry, other) == {str(theirs["id"]): "closed"}
    with pytest.raises(ReportNotFound):
        registry.use_cases.reopen_report(command_id=uuid4(), report_id=UUID(str(theirs["id"])), by=registry.by())
    assert as_rebuilt(registry) == []


@servers
@pytest.mark.rule("AC-19")
@pytest.mark.parametrize("told_first", ["split", "binding"])
def test_a_report_on_the_others_record_is_the_others_after_the_split(
    registry: Registry, stranger: Stranger, told_first: str
) -> None:
    """Given a report that the survivor asked for on a record of the other, when the merge is split, then it is handed
    over to the other, whichever of the two messages comes first, and its code goes on."""
    survivor, other = registry.person_id, uuid4()
    registry.hear_registration()
    bound_to(registry, other)
    merge_id = merged(registry, other)
    bound_to(registry, survivor)
    asked = registry.request()
    steps = [lambda: merged(registry, other, split=merge_id), lambda: bound_to(registry, other)]
    for step in steps if told_first == "split" else steps[::-1]:
        step()
        due(registry)
    assert reports(registry, survivor) == {}
    assert reports(registry, other) == {str(asked["id"]): "issued"}
    assert stranger.verify(asked["code"])["outcome"] == "valid"
    assert as_rebuilt(registry) == []


@servers
def test_merges_form_chains_and_a_disowned_record_voids_the_reports_of_all(
    registry: Registry, chinese_font: None
) -> None:
    last, middle, first = registry.person_id, uuid4(), uuid4()
    registry.hear_registration()
    bound_to(registry, first)
    asked = str(registry.request(by=registry.by("request_report", first))["id"])
    registry.person_id = middle
    merged(registry, first)
    registry.person_id = last
    merged(registry, middle)
    bound_to(registry, last)
    assert reports(registry, last) == {asked: "issued"}
    disowned(registry)
    due(registry)
    assert reports(registry, last) == {asked: "revoked"}


@servers
def test_a_split_of_a_merge_that_nobody_heard_of_is_heard(registry: Registry) -> None:
    merged(registry, uuid4(), split=uuid7())
    with pytest.raises(Refused):
        registry.request()
