"""What every service answers about its streams: facts for those who missed some, parked ones for operators."""

from typing import Any, ClassVar

import msgspec
from marshmallow import fields
from marshmallow.validate import Length, Range

from shared.access.by import By
from shared.access.decide import Resource, require
from shared.bus.handlers import answers, injected_store
from shared.bus.parked import ParkedDesk
from shared.bus.relay import Source
from shared.contracts import shapes
from shared.contracts.contract import Contract, Request

_LARGEST = 2**63 - 1


class FactsV1(Contract):
    """Public facts as CloudEvents, in the order of their numbers."""

    facts = fields.List(fields.Raw(), required=True, validate=Length(max=500))

    example: ClassVar[dict[str, Any]] = {"facts": []}


class PullFactsV1(Request):
    """The public facts behind a number, for a hearer that found a gap."""

    method = "pull_facts"
    answer = FactsV1

    after = shapes.integer(0, _LARGEST)
    limit = shapes.integer(1, 500)

    example: ClassVar[dict[str, Any]] = {"after": 0, "limit": 500}


class HeadV1(Contract):
    """The number of the last public fact; 0 before the first."""

    number = shapes.integer(0, _LARGEST)

    example: ClassVar[dict[str, Any]] = {"number": 42}


class StreamHeadV1(Request):
    """How far a publisher has numbered its public facts."""

    method = "stream_head"
    answer = HeadV1


class ParkedListV1(Contract):
    """Facts that wait; their content is shown one at a time."""

    parked = fields.List(fields.Raw(), required=True)

    example: ClassVar[dict[str, Any]] = {"parked": []}


class ListParkedV1(Request):
    """Which facts of the neighbours this service could not hear."""

    method = "list_parked"
    answer = ParkedListV1

    limit = shapes.integer(1, 500, required=False, load_default=100)

    example: ClassVar[dict[str, Any]] = {"limit": 100}


class ShowParkedV1(Request):
    """One parked fact with its content; personal data in it is sealed."""

    method = "show_parked"
    answer = ParkedListV1

    publisher = shapes.text(40)
    number = fields.Integer(strict=True, required=True, validate=Range(-_LARGEST, _LARGEST))

    example: ClassVar[dict[str, Any]] = {"publisher": "enrollment", "number": 7}


class AskedV1(Contract):
    """How many facts will be heard again."""

    asked = shapes.integer(0)

    example: ClassVar[dict[str, Any]] = {"asked": 1}


class ReplayParkedV1(Request):
    """Hear parked facts of a publisher again: one and what waits behind it, or all of them."""

    method = "replay_parked"
    answer = AskedV1

    publisher = shapes.text(40)
    number = fields.Integer(strict=True, allow_none=True, load_default=None, validate=Range(-_LARGEST, _LARGEST))

    example: ClassVar[dict[str, Any]] = {"publisher": "enrollment", "number": 7}


class StreamSource:
    """Mixin of the class that answers a service's calls."""

    name: str

    @answers(PullFactsV1)
    def pull_facts(self, request: dict[str, Any], by: By) -> Any:
        batch = Source(injected_store(self), self.name).batch(**request)
        return {"facts": msgspec.json.decode(batch)}

    @answers(StreamHeadV1)
    def stream_head(self, request: dict[str, Any], by: By) -> Any:
        return {"number": Source(injected_store(self), self.name).head()}

    @answers(ListParkedV1)
    def list_parked(self, request: dict[str, Any], by: By) -> Any:
        require(by.actor, "replay_parked", Resource("stream"))
        return {"parked": ParkedDesk(injected_store(self)).waiting(request["limit"])}

    @answers(ShowParkedV1)
    def show_parked(self, request: dict[str, Any], by: By) -> Any:
        require(by.actor, "replay_parked", Resource("stream"))
        return {"parked": ParkedDesk(injected_store(self)).show(request["publisher"], request["number"])}

    @answers(ReplayParkedV1)
    def replay_parked(self, request: dict[str, Any], by: By) -> Any:
        require(by.actor, "replay_parked", Resource("stream"))
        return {"asked": ParkedDesk(injected_store(self)).ask_for_replay(**request, now=by.recorded_at)}
