"""How contracts become bytes: single requests and answers as JSON, public facts as CloudEvents batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal

import msgspec
from marshmallow import RAISE, ValidationError

from shared.bus.fast import Values, compiled
from shared.contracts.contract import Contract, PublicFact

BATCH_TYPE: Final = "application/cloudevents-batch+json"
MOST: Final = 500  # facts in one message


class Undecodable(Exception):
    """A body that is not a batch of one publisher's facts of one type with contiguous numbers."""


class Envelope(msgspec.Struct):
    """One CloudEvent before its data is looked at."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: str
    number: int
    data: msgspec.Raw
    datacontenttype: Literal["application/json"] = "application/json"


_envelopes = msgspec.json.Decoder(list[Envelope])
_json = msgspec.json.Encoder()


def read(contract: type[Contract], plain: Values) -> Values:
    """The loaded values of JSON types; raises marshmallow's ValidationError."""
    quick = compiled(contract)
    if quick is not None:
        try:
            return quick.convert(plain)
        except msgspec.ValidationError:
            pass  # the schema has the last word, and the better words
    loaded: Values = contract().load(plain)
    return loaded


def write(contract: type[Contract], values: Mapping[str, Any]) -> Values:
    """The JSON types of values, checked strictly: nothing unknown, nothing missing, nothing out of bounds."""
    plain: Values = msgspec.to_builtins(dict(values), enc_hook=_plain)
    quick = compiled(contract)
    if quick is not None and plain.keys() <= quick.known:
        try:
            quick.convert(plain)
            return plain
        except msgspec.ValidationError:
            pass
    contract().load(plain, unknown=RAISE)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def paths(messages: Mapping[str | int, Any], above: str = "") -> list[str]:
    """The fields that a ValidationError names, as `batch.rows.3.name`."""
    found: list[str] = []
    for name, below in messages.items():
        path = f"{above}.{name}" if above else str(name)
        found += paths(below, path) if isinstance(below, Mapping) else [path.removesuffix("._schema")]
    return found


def fields_of(error: ValidationError) -> list[str]:
    """The fields that break a contract; never their values."""
    messages: Mapping[str | int, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return paths(messages)


class Batch:
    """One message: facts of one type with contiguous numbers, read but not yet judged."""

    def __init__(self, envelopes: Sequence[Envelope]) -> None:
        self.envelopes = envelopes
        self.type = envelopes[0].type
        self.first = envelopes[0].number
        self.last = envelopes[-1].number

    def after(self, number: int) -> "Batch | None":
        """The facts behind this number; None if there are none."""
        return self if self.first > number else self.part(number + 1 - self.first, None)

    def part(self, start: int | None, end: int | None) -> "Batch | None":
        """Some of the facts, by their place in the batch."""
        some = self.envelopes[start:end]
        return Batch(some) if some else None

    def joined_with(self, following: "Batch | None") -> "Batch | None":
        """Both as one batch, if the second goes on where this ends, with the same type and within bounds."""
        if following is None or following.type != self.type or following.first != self.last + 1:
            return None
        both = (*self.envelopes, *following.envelopes)
        return Batch(both) if len(both) <= MOST else None

    def halves(self) -> tuple["Batch", "Batch"]:
        """The batch in two; only for two facts or more."""
        middle = len(self.envelopes) // 2
        return Batch(self.envelopes[:middle]), Batch(self.envelopes[middle:])

    def __len__(self) -> int:
        return len(self.envelopes)


def encode_batch(publisher: str, facts: Iterable[tuple[int, str, str, str, bytes]]) -> bytes:
    """A message body from (number, type, subject, time, data as JSON)."""
    source = f"/xueji/{publisher}"
    return _json.encode(
        [
            Envelope("1.0", f"{publisher}-{number}", source, type_, subject, time, number, msgspec.Raw(data))
            for number, type_, subject, time, data in facts
        ]
    )


def decode_batch(body: bytes | str) -> Batch:
    """The facts of a message body, their data still unread."""
    try:
        envelopes = _envelopes.decode(body)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Undecodable(type(error).__name__) from None
    runs = list(runs_of(envelopes))
    if len(runs) != 1:
        raise Undecodable("not one run of facts of one type")
    return runs[0]


def runs_of(envelopes: Sequence[Envelope]) -> Iterator[Batch]:
    """Batches of one type each with contiguous numbers, in order."""
    start = 0
    for place in range(1, len(envelopes) + 1):
        before = envelopes[place - 1]
        ends = place == len(envelopes) or (
            envelopes[place].type != before.type or envelopes[place].number != before.number + 1
        )
        if ends or place - start == MOST:
            yield Batch(envelopes[start:place])
            start = place


def load_facts(contract: type[PublicFact], batch: Batch) -> list[Values]:
    """The loaded values of a batch; raises ValidationError if one fact breaks the contract."""
    quick, decoder = compiled(contract), _list_decoder(contract)
    if quick is not None and decoder is not None:
        try:
            return [quick.finish(values) for values in decoder.decode(b"[" + b",".join(_data(batch)) + b"]")]
        except msgspec.ValidationError:
            pass
    return [load_fact(contract, bytes(envelope.data)) for envelope in batch.envelopes]


def _data(batch: Batch) -> Iterator[bytes]:
    return (bytes(envelope.data) for envelope in batch.envelopes)


@cache
def _list_decoder(contract: type[PublicFact]) -> Any:
    quick = compiled(contract)
    return None if quick is None else msgspec.json.Decoder(list[quick.type])  # type: ignore[name-defined]


def load_fact(contract: type[PublicFact], data: bytes) -> Values:
    """The loaded values of one fact that was kept by itself."""
    plain = msgspec.json.decode(data)
    if not isinstance(plain, dict):
        raise ValidationError("not an object")
    return read(contract, plain)


def decode_pulled(answer: Sequence[Any]) -> list[Batch]:
    """The batches of an answer of pull_facts."""
    try:
        return list(runs_of(_envelopes.decode(_json.encode(answer))))
    except msgspec.DecodeError as error:
        raise Undecodable(type(error).__name__) from None


def plain_fact(contract: type[PublicFact], values: Mapping[str, Any]) -> bytes:
    """One public fact as strict JSON, ready to be numbered."""
    return _json.encode(write(contract, values))
