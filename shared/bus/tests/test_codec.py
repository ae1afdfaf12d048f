"""The fast reader judges exactly as the schema does, and the batches are what CloudEvents says."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, pre_load
from marshmallow.validate import Length, OneOf, Range, Regexp

from shared.bus import codec
from shared.bus.codec import Batch, Undecodable
from shared.bus.fast import compiled
from shared.contracts import shapes
from shared.contracts.catalogue import public_facts, requests
from shared.contracts.contract import Contract, PublicFact
from shared.contracts.looks import RecordsViewedV1

FACTS = list(public_facts())
# looks are told one by one, never by the hundred thousand, and say an instant, which only the schema reads exactly
IN_BULK = [fact for fact in FACTS if not issubclass(fact, RecordsViewedV1)]
REQUESTS = list(requests())


class EverythingV1(PublicFact):
    """A fact with every kind of field that is compiled."""

    publisher = "things"
    subject = "id"

    id = fields.UUID(required=True)
    word = fields.String(required=True, validate=[Length(2, 4), Regexp(r"[a-z学]+$")])
    colour = fields.String(validate=OneOf(("red", "green")), allow_none=True)
    number = fields.Integer(strict=True, required=True, validate=Range(-3, 3, min_inclusive=False))
    loose = fields.Integer()
    flag = fields.Boolean(load_default=True)
    day = fields.Date(required=True)
    words = fields.List(fields.String(validate=Length(max=3)), load_default=list, validate=Length(max=2))

    example: ClassVar[dict[str, Any]] = {
        "id": "01930f3a-0000-7000-8000-0000000000a1",
        "word": "ab学",
        "number": 2,
        "day": "2026-09-01",
    }


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=6),
    st.sampled_from(
        [
            "1", "2.0", "true", "red", "ab学", "ab\n", "2026-09-01", "20260901", "2026-W36-2", "2026-09-01T00:00:00",
            "0001-01-01", "2026-02-30", "{01930f3a-0000-7000-8000-0000000000a1}", "01930f3a000070008000-0000000000a1",
            "01930F3A-0000-7000-8000-0000000000A1", "urn:uuid:01930f3a-0000-7000-8000-0000000000a1",
        ]
    ),
    st.lists(st.text(max_size=4), max_size=3),
    st.lists(st.one_of(st.none(), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def verdict(judge: Any, plain: Mapping[str, Any]) -> Any:
    """The values, or that there are none. Types count: True is not 1."""
    try:
        values = judge(plain)
    except ValidationError:
        return "refused"
    return {name: (type(value), value) for name, value in values.items()}


@given(st.dictionaries(st.sampled_from([*EverythingV1().fields, "unknown"]), ODD))
def test_fast_and_schema_agree_on_everything(changes: dict[str, Any]) -> None:
    plain = {**EverythingV1.example, **changes}
    assert compiled(EverythingV1) is not None
    assert verdict(lambda it: codec.read(EverythingV1, it), plain) == verdict(EverythingV1().load, plain)


@given(st.data())
def test_what_the_fast_reader_accepts_by_itself_the_schema_accepts_too(data: st.DataObject) -> None:
    """The property that makes the fallback safe, on every public fact that travels in bulk."""
    contract = data.draw(st.sampled_from([*IN_BULK, EverythingV1]))
    quick = compiled(contract)
    assert quick is not None, f"{contract.__name__} travels in bulk and must be compiled"
    changes = data.draw(st.dictionaries(st.sampled_from(list(contract().fields)), ODD, max_size=2))
    plain = {**contract.example, **changes}
    try:
        values = quick.convert(plain)
    except ValueError:
        return
    assert verdict(lambda _: values, plain) == verdict(contract().load, plain)


@pytest.mark.parametrize("contract", [*FACTS, *REQUESTS], ids=lambda each: each.__name__)
def test_every_example_is_read_and_written_as_the_schema_does(contract: type[Contract]) -> None:
    loaded = contract().load(contract.example)
    assert codec.read(contract, contract.example) == loaded
    assert contract().load(codec.write(contract, loaded)) == loaded


@pytest.mark.parametrize("contract", IN_BULK, ids=lambda each: each.__name__)
def test_every_public_fact_that_travels_in_bulk_is_compiled(contract: type[PublicFact]) -> None:
    assert compiled(contract) is not None


def test_a_reader_skips_what_it_does_not_know_and_a_writer_refuses_it() -> None:
    more = {**EverythingV1.example, "newer": 1}
    assert "newer" not in codec.read(EverythingV1, more)
    with pytest.raises(ValidationError):
        codec.write(EverythingV1, more)


@pytest.mark.parametrize("changes", [{"word": "x"}, {"number": 4}, {"day": "never"}, {"id": 3}])
def test_a_writer_refuses_what_breaks_the_contract(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        codec.write(EverythingV1, {**EverythingV1.example, **changes})


def test_a_writer_takes_typed_values() -> None:
    values = {**EverythingV1.example, "id": UUID(EverythingV1.example["id"]), "day": date(2026, 9, 1), "words": ("a",)}
    assert json.loads(json.dumps(codec.write(EverythingV1, values))) == {**EverythingV1.example, "words": ["a"]}


class HookedV1(Contract):
    """A contract that looks at its input first."""

    number = fields.Integer(strict=True)

    @pre_load
    def halve(self, plain: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"number": plain["number"] // 2}


def test_a_schema_with_a_will_of_its_own_is_not_compiled() -> None:
    assert compiled(HookedV1) is None
    assert codec.read(HookedV1, {"number": 4}) == {"number": 2}
    assert compiled(Schema.from_dict({"at": fields.AwareDateTime()})) is None


def envelope(number: int, type_: str = "everything.v1", **changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"things-{number}",
        "source": "/xueji/things",
        "type": type_,
        "subject": "a1",
        "time": "2026-09-01T01:00:00Z",
        "datacontenttype": "application/json",
        "number": number,
        "data": EverythingV1.example,
        **changes,
    }


def test_a_batch_is_written_as_cloudevents_and_read_back() -> None:
    data = codec.plain_fact(EverythingV1, EverythingV1.example)
    facts = [(number, "everything.v1", "a1", "2026-09-01T01:00:00Z", data) for number in (7, 8)]
    body = codec.encode_batch("things", facts)
    assert json.loads(body) == [envelope(7), envelope(8)]
    batch = codec.decode_batch(body)
    assert (batch.type, batch.first, batch.last) == ("everything.v1", 7, 8)
    assert codec.load_facts(EverythingV1, batch) == [EverythingV1().load(EverythingV1.example)] * 2


@pytest.mark.parametrize(
    "events",
    [
        [],
        {},
        [envelope(1), envelope(3)],
        [envelope(2), envelope(1)],
        [envelope(1), envelope(2, "other.v1")],
        [envelope(1, specversion="0.3")],
        [envelope("1")],  # type: ignore[arg-type]
        [{name: value for name, value in envelope(1).items() if name != "subject"}],
        [envelope(number) for number in range(1, 502)],
    ],
    ids=["empty", "no list", "gap", "backwards", "two types", "old version", "text number", "no subject", "too many"],
)
def test_a_body_that_is_no_batch_is_undecodable(events: Any) -> None:
    with pytest.raises(Undecodable):
        codec.decode_batch(json.dumps(events).encode())


@given(st.binary(max_size=200))
def test_no_body_surprises_the_decoder(body: bytes) -> None:
    with pytest.raises(Undecodable):
        codec.decode_batch(body)


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["a.v1", "b.v1"])), max_size=12))
def test_runs_keep_every_fact_in_order(marks: list[tuple[int, str]]) -> None:
    envelopes = codec.decode_pulled([envelope(number, type_) for number, type_ in marks])
    assert [(each.number, each.type) for batch in envelopes for each in batch.envelopes] == marks
    for batch in envelopes:
        assert {each.type for each in batch.envelopes} == {batch.type}
        assert [each.number for each in batch.envelopes] == list(range(batch.first, batch.last + 1))


def batch_of(first: int, last: int) -> Batch:
    (found,) = codec.decode_pulled([envelope(number) for number in range(first, last + 1)])
    return found


def test_a_batch_knows_what_is_new_in_it() -> None:
    batch = batch_of(5, 9)
    fresh = batch.after(7)
    assert fresh is not None
    assert (fresh.first, fresh.last) == (8, 9)
    assert batch.after(4) is batch
    assert batch.after(9) is None
    assert [(half.first, half.last) for half in batch.halves()] == [(5, 6), (7, 9)]


def test_instants_are_written_in_utc() -> None:
    class HappenedV1(Contract):
        """When it happened."""

        at = fields.AwareDateTime(required=True)

    written = codec.write(HappenedV1, {"at": datetime(2026, 9, 1, 1, tzinfo=UTC)})
    assert written == {"at": "2026-09-01T01:00:00Z"}


def test_an_instant_of_any_offset_is_read_as_utc() -> None:
    """PostgreSQL knows no offset of sixteen hours and more, and a command must not fail for how its time is written."""

    class HappenedV1(Contract):
        """When it happened."""

        at = shapes.instant()

    found = codec.read(HappenedV1, {"at": "2026-09-01T21:03:00+20:03"})["at"]
    assert (found, found.utcoffset()) == (datetime(2026, 9, 1, 1, tzinfo=UTC), timedelta(0))
    for beyond in ("0001-01-01T00:00:00+20:03", "9999-12-31T23:00:00-20:03"):
        with pytest.raises(ValidationError):
            codec.read(HappenedV1, {"at": beyond})
