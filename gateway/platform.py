"""What the gateway's pages and routes ask: the services by RPC, verification by HTTP, the blobs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import current_app, g, request

from gateway.budgets import Budgets
from gateway.clients import client_address
from gateway.purpose import stated_purpose
from gateway.sessions import HeldAssertions
from gateway.settings import BUDGETS, GatewaySettings
from gateway.verification import PublicVerification
from shared.access.assertion import Verifier
from shared.blobs.port import Blobs
from shared.bus.client import Caller
from shared.contracts.contract import Request


@dataclass(frozen=True)
class Platform:
    """Everything outside that one gateway process uses."""

    settings: GatewaySettings
    caller: Caller
    verification: PublicVerification
    blobs: Blobs
    verifier: Verifier
    sessions: HeldAssertions = field(default_factory=HeldAssertions)
    budgets: Budgets = field(default_factory=lambda: Budgets(BUDGETS))

    def ask(self, contract: type[Request], asked: dict[str, Any]) -> dict[str, Any]:
        """Put a question or a command to its service in the name of whoever signed in."""
        return self.caller.call(
            contract,
            _schema(contract).dump(asked),
            assertion=g.get("assertion"),
            correlation_id=g.request_id,
            purpose=stated_purpose() or None,
            address=self.client_address(),
            deadline=self.settings.deadline,
        )

    def client_address(self) -> str:
        """Where the present request comes from."""
        forwarded: Sequence[str] = request.headers.getlist("X-Forwarded-For")
        return client_address(request.remote_addr or "", ",".join(forwarded), self.settings.trusted_proxies)


@cache
def _schema(contract: type[Request]) -> Request:
    return contract()  # a schema keeps nothing of what it dumps: one serves all threads


def platform() -> Platform:
    """The platform of the running application."""
    found: Platform = current_app.extensions["xueji"]
    return found
