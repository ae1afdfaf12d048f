"""The plan of a file: a signed head, then one line a row with the very facts that it would lead to."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO
from uuid import UUID

import msgspec

from shared.eventstore.bulk import Draft
from shared.eventstore.facts import codec_of
from shared.eventstore.privacy import Keyring
from shared.intake.columns import RowError
from shared.intake.steps import PlanAltered

FACTS, UNCHANGED, REFUSED = "facts", "unchanged", "refused"
_KEY_BYTES = 12
_CHUNK = 1 << 20
_FORM = "p1"
_encode = msgspec.json.Encoder().encode


class PlannedRow(msgspec.Struct, gc=False):
    """One line of a plan as far as a commit compares it: the row, what becomes of it, the mark of its facts."""

    row: int
    outcome: str
    key: str = ""


class PlannedFact(msgspec.Struct, gc=False):
    """One fact of a planned row; a record that is still to be made has no id yet."""

    fact: str
    id: UUID | None
    version: int
    values: dict[str, Any]


class WholeRow(msgspec.Struct, gc=False):
    """One line of a plan in full."""

    row: int
    outcome: str
    key: str = ""
    facts: list[PlannedFact] = []
    dated: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []


_planned_row = msgspec.json.Decoder(PlannedRow)
_whole_row = msgspec.json.Decoder(WholeRow)


class Scribe:
    """Writes rows as lines. What differs each time a fact is made stands apart, and is not compared."""

    def __init__(self, dated: frozenset[str]) -> None:
        self._dated = dated

    def marked(self, drafts: Sequence[Draft]) -> tuple[str, bytes]:
        """The mark of the facts of a row, and the facts as they stand in its line."""
        facts = _encode([self._fact(draft) for draft in drafts])
        return hashlib.blake2b(facts, digest_size=_KEY_BYTES).hexdigest(), facts

    def facts(self, number: int, drafts: Sequence[Draft]) -> bytes:
        key, facts = self.marked(drafts)
        dated = _encode([{name: draft.values[name] for name in self._dated & draft.values.keys()} for draft in drafts])
        return b'{"row":%d,"outcome":"facts","key":"%s","facts":%s,"dated":%s}\n' % (
            number,
            key.encode(),
            facts,
            dated,
        )

    @staticmethod
    def unchanged(number: int) -> bytes:
        return b'{"row":%d,"outcome":"unchanged"}\n' % number

    @staticmethod
    def refused(number: int, errors: Sequence[RowError]) -> bytes:
        found = _encode([error.as_dict() for error in errors])
        return b'{"row":%d,"outcome":"refused","errors":%s}\n' % (number, found)

    def _fact(self, draft: Draft) -> dict[str, Any]:
        values, dated = draft.values, self._dated
        return {
            "fact": codec_of(draft.fact_type).topic,
            "id": None if draft.version == 1 else draft.originator_id,
            "version": draft.version,
            "values": {name: value for name, value in values.items() if name not in dated},
        }


class PlanSeal:
    """Signs plans under a key of their own, derived from the active statutory key; knows those of older keys too."""

    def __init__(self, keyring: Keyring) -> None:
        self._active = keyring.active
        self._keys = {
            name: hmac.digest(key, b"xueji: plans of bulk files", "sha256") for name, key in keyring.statutory.items()
        }

    def sign(self, head: bytes) -> str:
        return f"{_FORM}.{self._active}.{self._mac(self._active, head)}"

    def check(self, head: bytes, signature: str) -> None:
        """Raises PlanAltered unless this head was signed here."""
        form, _, rest = signature.partition(".")
        name, _, mac = rest.partition(".")
        if form != _FORM or name not in self._keys or not hmac.compare_digest(mac, self._mac(name, head)):
            raise PlanAltered

    def _mac(self, name: str, head: bytes) -> str:
        return hmac.digest(self._keys[name], head, "sha256").hex()


def first_line(head: Mapping[str, Any], seal: PlanSeal) -> tuple[bytes, str]:
    """The first line of a plan, and its signature."""
    encoded = _encode(dict(head))
    signature = seal.sign(encoded)
    return b'{"head":%s,"signature":"%s"}\n' % (encoded, signature.encode()), signature


class _FirstLine(msgspec.Struct):
    head: msgspec.Raw
    signature: str


_first_line = msgspec.json.Decoder(_FirstLine)


class PlanFile:
    """A plan opened for reading."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        try:
            first = _first_line.decode(stream.readline())
            self._signed = bytes(first.head)
            self.signature = first.signature
            self.head: dict[str, Any] = msgspec.json.decode(self._signed)
        except msgspec.MsgspecError:
            raise PlanAltered from None
        self._body = stream.tell()

    def proving(self, seal: PlanSeal, expected: Mapping[str, Any], signature: str | None) -> Iterator[int]:
        """Prove, piece by piece, that this is the plan that was signed, of this file and under this id."""
        seal.check(self._signed, self.signature)
        if self.signature != signature or any(self.head.get(name) != value for name, value in expected.items()):
            raise PlanAltered
        found = hashlib.sha256()
        while piece := self._stream.read(_CHUNK):
            found.update(piece)
            yield len(piece)
        if not hmac.compare_digest(found.hexdigest(), str(self.head.get("body"))):
            raise PlanAltered

    def rows(self) -> Iterator[bytes]:
        """The lines after the head."""
        self._stream.seek(self._body)
        return iter(self._stream)


def read_row(line: bytes) -> PlannedRow:
    return _planned_row.decode(line)


def read_whole_row(line: bytes) -> WholeRow:
    return _whole_row.decode(line)
