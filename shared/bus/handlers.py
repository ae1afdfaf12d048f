"""The edge of a service: `answers(Contract)` for calls, `hears(Contract)` for the facts of its neighbours."""

import hashlib
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import perf_counter
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

import msgspec
import structlog
from amqp.exceptions import AMQPError
from eventlet.event import Event
from kombu.exceptions import KombuError
from marshmallow import ValidationError
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension, register_entrypoint
from nameko.rpc import Rpc

from shared.access.assertion import Assertion, Verifier
from shared.access.by import By
from shared.bus import codec, metrics
from shared.bus.client import RpcClient
from shared.bus.logs import where
from shared.bus.pull import RpcPublisher
from shared.bus.settings import BusSettings
from shared.bus.stream import Hearer, Stream
from shared.codes.clock import Clock
from shared.contracts.contract import PublicFact, Request
from shared.eventstore.application import Heard
from shared.eventstore.store import Store
from shared.rules.free_texts import checked_words
from shared.rules.refused import MalformedValue, Refused

_BROKER_GONE = (AMQPError, KombuError, OSError)
Method = TypeVar("Method", bound=Callable[..., Any])
LONGEST_PURPOSE: Final = 120
EDGE: Final = "xueji.edge"  # where the runner puts its Edge in nameko's config
_log = structlog.get_logger("xueji.bus")


class Internal(Exception):
    """A fault of ours; its story is in the log under the correlation id."""

    def __init__(self, correlation_id: str) -> None:
        super().__init__({"code": "INTERNAL", "correlation_id": correlation_id})


class Answering(Rpc):  # type: ignore[misc]
    """nameko's RPC entrypoint with our contract on both sides of it."""

    def __init__(self, contract: type[Request]) -> None:
        super().__init__(expected_exceptions=(Refused,))
        self.contract = contract

    def handle_message(self, body: Any, message: Any) -> None:
        headers = self.unpack_message_headers(message)
        call = _Call(f"{self.container.service_name}.{self.method_name}", str(headers.get("correlation_id") or uuid4()))
        metrics.RUNNING.labels(self.container.service_name).inc()
        try:
            arguments = self._arguments(body, headers, call)
        except Exception:
            self._finish(message, call, None, sys.exc_info())
            return
        try:
            self.container.spawn_worker(
                self,
                arguments,
                {},
                context_data=headers,
                handle_result=lambda worker, result, fault: self._finish(message, call, result, fault),
            )
        except ContainerBeingKilled:
            metrics.RUNNING.labels(self.container.service_name).dec()
            self.rpc_consumer.requeue_message(message)

    def _arguments(self, body: Any, headers: Mapping[str, Any], call: "_Call") -> tuple[Any, By]:
        request = _only_argument(body)
        edge: Edge = self.container.config[EDGE]
        actor = edge.actor(headers.get("assertion"))
        values = _load(self.contract, request)
        by = By(
            actor=actor,
            use_case=self.method_name,
            correlation_id=call.correlation_id,
            recorded_at=edge.clock.now(),
            command_id=_command_id(values),
            request_hash=_hash(self.method_name, actor, request),
            purpose=_purpose(headers),
            address=str(headers.get("address") or "")[:45],
        )
        return values, by

    def _finish(self, message: Any, call: "_Call", result: Any, fault: Any) -> tuple[Any, Any]:
        try:
            if fault is None:
                result = codec.write(self.contract.answer, result)
        except Exception:
            result, fault = None, sys.exc_info()
        outcome, fault = call.judge(fault)
        metrics.RUNNING.labels(self.container.service_name).dec()
        metrics.answered(call.target, outcome, perf_counter() - call.started)
        try:
            answer: tuple[Any, Any] = self.rpc_consumer.handle_result(message, result, fault)
        except _BROKER_GONE as lost:
            # nameko would end the container. The message is not acknowledged, so the broker gives it again, and a
            # command that has happened answers what it answered.
            _log.warning("answer lost", method=call.target, correlation_id=call.correlation_id, **where(lost))
            with suppress(*_BROKER_GONE):  # a connection that is gone too has given the message back itself
                self.rpc_consumer.requeue_message(message)
            return result, fault
        return answer


class Edge:
    """What the edge of every service of a process needs: the clock and the check of who acts."""

    def __init__(self, settings: BusSettings, clock: Clock, verifier: Verifier | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self._verifier = verifier

    def actor(self, token: str | None) -> Assertion | None:
        """Who acts; None if nobody is signed in. A token that is not true is refused."""
        if token is None or self._verifier is None:
            return None
        assertion: Assertion = self._verifier.verify(token)
        return assertion


class _Call:
    """One call as the log and the metrics see it."""

    def __init__(self, target: str, correlation_id: str) -> None:
        self.target = target
        self.correlation_id = correlation_id
        self.started = perf_counter()

    def judge(self, fault: Any) -> tuple[str, Any]:
        """The outcome's name, and what the caller may see of a fault. Bodies and texts of faults are never logged."""
        if fault is None:
            return "answered", None
        error = fault[1]
        if isinstance(error, Refused):
            _log.info("refused", method=self.target, correlation_id=self.correlation_id, code=error.code)
            return "refused", fault
        _log.error("failed", method=self.target, correlation_id=self.correlation_id, **where(error))
        return "failed", (Internal, Internal(self.correlation_id), None)


def _only_argument(body: Any) -> dict[str, Any]:
    arguments = body.get("args") if isinstance(body, dict) else None
    if (
        not isinstance(arguments, list)
        or len(arguments) != 1
        or body.get("kwargs")
        or not isinstance(arguments[0], dict)
    ):
        raise MalformedValue(reason_zh="请求须为一个对象", reason_en="a request is exactly one object")
    request: dict[str, Any] = arguments[0]
    return request


def _load(contract: type[Request], request: dict[str, Any]) -> dict[str, Any]:
    try:
        return codec.read(contract, request)
    except ValidationError as error:
        raise malformed(error) from None


def malformed(error: ValidationError) -> MalformedValue:
    """The refusal of a request that breaks its contract: it names the fields, not their values."""
    fields = codec.fields_of(error)
    names = ", ".join(fields)
    return MalformedValue(
        field=fields[0] if fields else None,
        reason_zh=f"不合契约：{names}",
        reason_en=f"against the contract: {names}",
    )


def _command_id(values: Any) -> UUID | None:
    return values.get("command_id") if isinstance(values, Mapping) else None


def _purpose(headers: Mapping[str, Any]) -> str:
    """What the asker says it is for, and never anybody's number; whatever else stands there is nothing."""
    said = headers.get("purpose")
    if not said or not isinstance(said, str):
        return ""
    return checked_words(said[: 2 * LONGEST_PURPOSE], field="purpose")[:LONGEST_PURPOSE]  # no number is cut in two


def _hash(method: str, actor: Assertion | None, request: Mapping[str, Any]) -> str:
    """The same for the same request of the same actor; another actor's is another request."""
    who = (actor.sub, actor.role, actor.org) if actor else None
    rest = {name: value for name, value in request.items() if name != "command_id"}
    return hashlib.sha256(msgspec.json.encode((method, who, rest), order="deterministic")).hexdigest()


def answers(contract: type[Request]) -> Callable[[Method], Method]:
    """Let a method answer calls under its own name: `def method(self, request, by)`.

    `request` holds the loaded values, `by` says who asks; what is returned is checked against the contract's answer.
    """

    def declare(method: Method) -> Method:
        register_entrypoint(method, Answering(contract))
        return method

    return declare


class Ear(SharedExtension, ProviderCollector):  # type: ignore[misc]
    """All that one hearing container hears: one ordered stream per publisher."""

    def __init__(self) -> None:
        self._streams: list[Stream] = []
        self._running: list[Any] = []
        self._client: RpcClient | None = None
        super().__init__()

    def start(self) -> None:
        edge: Edge = self.container.config[EDGE]
        consumer = self.container.service_name.removesuffix("_hearing")
        self._client = RpcClient(edge.settings.amqp_url, name=f"{consumer}-hearing")
        publishers: dict[str, dict[type[PublicFact], Hearer]] = {}
        for provider in self._providers:
            publishers.setdefault(provider.contract.publisher, {})[provider.contract] = provider.hear
        for publisher, hearers in publishers.items():
            stream = Stream(
                publisher,
                consumer,
                hearers,
                store=store_of(self.container),
                clock=edge.clock,
                url=edge.settings.amqp_url,
                source=RpcPublisher(publisher, self._client),
                head_seconds=edge.settings.head_seconds,
            )
            self._streams.append(stream)
            self._running.append(self.container.spawn_managed_thread(stream.run, identifier=f"hear {publisher}"))

    def finish(self) -> None:
        """Stop hearing while the store is still open; the first entrypoint that stops asks for it."""
        for stream in self._streams:
            stream.stop()
        for thread in self._running:
            thread.wait()
        if self._client is not None:
            self._client.close()

    def kill(self) -> None:
        for stream in self._streams:
            stream.stop()


class Hearing(Entrypoint):  # type: ignore[misc]
    """One method of a hearing container."""

    ear = Ear()

    def __init__(self, contract: type[PublicFact]) -> None:
        super().__init__(expected_exceptions=(Exception,))
        self.contract = contract

    def setup(self) -> None:
        self.ear.register_provider(self)

    def stop(self) -> None:
        self.ear.finish()
        self.ear.unregister_provider(self)

    def hear(self, facts: list[dict[str, Any]], heard: Heard) -> None:
        """Run the method in a worker and wait for it; whatever it raises is raised here."""
        done = Event()

        def settle(worker: Any, result: Any, fault: Any) -> tuple[Any, Any]:
            done.send(fault)
            return result, fault

        self.container.spawn_worker(self, (facts, heard), {}, handle_result=settle)
        fault = done.wait()
        if fault is not None:
            raise fault[1]


def hears(contract: type[PublicFact]) -> Callable[[Method], Method]:
    """Let a method of a hearing container hear facts of one type: `def method(self, facts, heard)`.

    `facts` are loaded values with contiguous numbers; `heard` goes to save() or append(), so that effect and position
    are one transaction. A container that hears is a class of its own, named `<consumer>_hearing`.
    """

    def declare(method: Method) -> Method:
        register_entrypoint(method, Hearing(contract))
        return method

    return declare


def injected_stores(container: Any) -> list[Store]:
    """The event stores that a container's dependencies work with."""
    built = (getattr(dependency, "value", None) for dependency in container.dependencies)
    stores = (getattr(each, "store", None) for each in built)
    return [store for store in stores if isinstance(store, Store)]


def store_of(container: Any) -> Store:
    """The event store of a container."""
    for store in injected_stores(container):
        return store
    raise LookupError(f"{container.service_name}: nothing that provide() built has a store")


def injected_store(service: Any) -> Store:
    """The event store among what was injected into an instance of a service class."""
    for value in vars(service).values():
        store = getattr(value, "store", None)
        if isinstance(store, Store):
            return store
    raise LookupError(f"{service.name}: nothing that provide() built has a store")
