"""Event histories of every past version: each still loads, and replays to the standing it once had."""

import importlib
from typing import Any
from uuid import UUID

import msgspec
import pytest

from cli.processes import SERVICES
from shared.eventstore import facts
from shared.eventstore.aggregate import facts_of
from tests.support.histories import History, read

STORED = [(service, history) for service in SERVICES for history in read(service)]
_NO_PLAN = "certificates are confirmed by a second person, not planned; the facts come with every kind of file"
_RETURNED = "a list is returned, not taken back; the facts come with every kind of file"
# Facts that no history holds yet, each with its reason.
NOT_YET = {
    **{f"enrollment.AdmissionBatch.{name}": _RETURNED for name in ("UndoAsked", "UndoAdvanced", "Undone")},
    **{
        f"credentials.CertificateBatch.{name}": _NO_PLAN
        for name in ("PlanAdvanced", "Planned", "CommitAsked", "PlanLapsed", "UndoAsked", "UndoAdvanced", "Undone")
    },
    "enrollment.Cancellation.Reckoned": "only where a calendar is published after a proposal was made",
    "enrollment.Conflict.Raised": "a notice that was contested; the next told story contests one",
    "verification.Report.Delayed": "only where a document cannot be printed",
    **dict.fromkeys(
        (
            "verification.QualificationRecord.Reclaimed",
            "credentials.Certificate.Reclaimed",
            "enrollment.StudentStatus.AnnotationWithdrawn",
            "enrollment.StudentStatus.PaperWithdrawn",
            "enrollment.Cancellation.Overdue",
            "enrollment.RecheckTerm.Begun",
            "enrollment.RecheckTerm.Reminded",
            "enrollment.RecheckTerm.Overdue",
            "enrollment.RecheckTerm.Completed",
            "enrollment.StudentStatus.Continued",
            "enrollment.Transfer.Lapsed",
        ),
        "heard since the stored stories were told; the next story tells it",
    ),
    "enrollment.StudentStatus.AwardNoted": "only where a certificate took effect although its status had ended",
    **dict.fromkeys(
        ("credentials.Certificate.Withheld", "credentials.Certificate.Resumed"),
        "only where a status ends or is doubted between a certificate's drafting and its issue date",
    ),
    "imaging.StudentRecord.Enrolled": "only where identity's word came before enrollment's",
    "credentials.StudentRecord.Enrolled": "only where imaging's word came before enrollment's",
}


def replayed(history: History) -> Any:
    """The aggregate after all its facts."""
    aggregate: Any = None
    for event in history.events:
        state = msgspec.json.encode(event["state"])
        fact = facts.decode(event["topic"], UUID(history.aggregate_id), event["version"], state)
        aggregate = fact.mutate(aggregate)
    return aggregate


def as_far_as_known(now: Any, then: Any) -> Any:
    """What is said now, without what nobody asked for then; at any depth."""
    if isinstance(then, dict) and isinstance(now, dict):
        return {name: as_far_as_known(now.get(name), value) for name, value in then.items()}
    if isinstance(then, list) and isinstance(now, list) and len(now) == len(then):
        return [as_far_as_known(each, value) for each, value in zip(now, then, strict=True)]
    return now


@pytest.mark.parametrize(
    ("service", "history"), STORED, ids=[f"{history.kind}-{history.aggregate_id[-6:]}" for _, history in STORED]
)
def test_a_stored_history_replays_to_its_standing(service: str, history: History) -> None:
    importlib.import_module(f"services.{service}.projections")
    aggregate = replayed(history)
    assert aggregate.version == len(history.events)
    assert aggregate.stored_as == (history.kind or aggregate.stored_as)
    if aggregate.standing is None:  # a look decides nothing, so nothing of it is kept for deciding
        assert history.standing is None
        return
    standing = msgspec.json.decode(facts.encode_standing(aggregate.standing))
    # A later standing may know more, but what it knew then is what it says now.
    assert history.standing is not None
    assert as_far_as_known(standing, history.standing) == history.standing


@pytest.mark.parametrize("service", SERVICES)
def test_a_stored_fact_is_written_again_as_it_was_read(service: str) -> None:
    importlib.import_module(f"services.{service}.projections")
    for history in read(service):
        for event in history.events:
            state = msgspec.json.encode(event["state"])
            fact = facts.decode(event["topic"], UUID(history.aggregate_id), event["version"], state)
            written = msgspec.json.decode(facts.codec_of(type(fact)).encode(fact))
            assert {name: written[name] for name in event["state"]} == event["state"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_kind_of_fact_is_in_a_stored_history(service: str) -> None:
    projections = importlib.import_module(f"services.{service}.projections")
    stored = {event["topic"] for history in read(service) for event in history.events}
    known = {
        f"{aggregate.stored_as}.{name}"
        for aggregate in projections.AGGREGATES
        for name in facts_of(aggregate)
        if name != "Created"  # the base of a first fact, never written
    }
    assert sorted(known - stored - set(NOT_YET)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_stored_fact_says_who_when_and_why(service: str) -> None:
    for history in read(service):
        for event in history.events:
            context = event["context"]
            assert context["use_case"]
            assert context["effective_on"]
            assert context["correlation_id"]
            assert all(isinstance(rule, str) for rule in context.get("rules", []))
