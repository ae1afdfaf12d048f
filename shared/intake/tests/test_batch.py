"""A batch remembers its own way, under the name of the service that owns it."""

from typing import Any

from shared.eventstore.facts import decode, encode
from shared.intake.batch import Batch, Progress


class FirstBatch(Batch, stored_as="intake_test.FirstBatch"):
    """A batch of one service."""


class SecondBatch(Batch, stored_as="intake_test.SecondBatch"):
    """A batch of another."""


SUBMITTED: dict[str, Any] = {
    "kind": "year_results",
    "digest": "ab" * 32,
    "filename": "2026.csv",
    "school_code": "4111010001",
    "province": None,
    "params": {"academic_year": "2026"},
    "submitted_by": "op-1",
}


def walked(batch_type: type[Batch]) -> Batch:
    batch = batch_type(**SUBMITTED)
    batch.check(rows=3)
    batch.trigger_event(batch_type.Advanced, done=4, accepted=2, refused=1, refusals_digest="cd" * 32)
    batch.finish(errors_digest="ef" * 32)
    return batch


def test_facts_are_stored_under_the_name_of_each_subclass() -> None:
    for batch_type in (FirstBatch, SecondBatch):
        topics = [fact.TOPIC for fact in walked(batch_type).collect_events()]
        names = ["Submitted", "Checked", "Advanced", "Finished"]
        assert topics == [f"{batch_type.stored_as}.{name}" for name in names]


def test_a_batch_is_the_same_after_its_facts_were_stored_and_read() -> None:
    batch = walked(SecondBatch)
    standing = batch.standing
    again = None
    for fact in batch.collect_events():
        again = decode(fact.TOPIC, fact.originator_id, fact.originator_version, encode(fact)).mutate(again)
    assert type(again) is SecondBatch
    assert again.standing == standing
    assert standing == Progress(
        **SUBMITTED,
        state="finished",
        rows=3,
        done=4,
        accepted=2,
        refused=1,
        refusals_digest="cd" * 32,
        errors_digest="ef" * 32,
    )


def test_a_finished_batch_can_be_neither_refused_nor_finished_again() -> None:
    batch = walked(FirstBatch)
    batch.collect_events()
    batch.refuse("X-FILE-1", "空", "empty")
    batch.finish(errors_digest=None)
    batch.check(rows=9)
    assert batch.collect_events() == []


def test_a_refused_file_leaves_its_reason() -> None:
    batch = FirstBatch(**SUBMITTED)
    batch.refuse("X-FILE-2", "文件不完整", "incomplete")
    assert batch.standing.state == "refused"
    assert not batch.is_open
