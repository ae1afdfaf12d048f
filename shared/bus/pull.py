"""Asking a publisher for what did not arrive, by RPC."""

from collections.abc import Sequence
from typing import Final

from shared.bus.client import RpcClient
from shared.bus.codec import Batch, decode_pulled

DEADLINE: Final = 5.0
HEAD_DEADLINE: Final = 2.0  # meanwhile nothing is heard


class RpcPublisher:
    """A publisher's stream, seen from a hearer; every service answers it."""

    def __init__(self, publisher: str, client: RpcClient) -> None:
        self._publisher = publisher
        self._client = client

    def head(self) -> int:
        """The number of the publisher's last public fact."""
        return int(self._client.ask(self._publisher, "stream_head", {}, headers={}, deadline=HEAD_DEADLINE)["number"])

    def facts(self, after: int, limit: int) -> Sequence[Batch]:
        """The facts behind a number, in order."""
        request = {"after": after, "limit": limit}
        answer = self._client.ask(self._publisher, "pull_facts", request, headers={}, deadline=DEADLINE)
        return decode_pulled(answer["facts"])
