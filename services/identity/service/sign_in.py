"""The edge of identity: sessions, factors, signing in."""

from typing import Any

from shared.access.by import By
from shared.bus.handlers import answers
from shared.contracts.rpc.identity_sign_in import (
    AssertSessionV1,
    EndMySessionsV1,
    EndSessionV1,
    ListMySessionsV1,
    SignOutV1,
)

Request = dict[str, Any]


class SignInAnswers:
    """Sessions and how they are begun."""

    edge: Any

    @answers(AssertSessionV1)
    def assert_session(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.assert_session(**request, by=by)

    @answers(ListMySessionsV1)
    def list_my_sessions(self, request: Request, by: By) -> Any:
        return self.edge.sign_in_queries.list_my_sessions(**request, by=by)

    @answers(EndSessionV1)
    def end_session(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.end_session(**request, by=by)

    @answers(EndMySessionsV1)
    def end_my_sessions(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.end_my_sessions(**request, by=by)

    @answers(SignOutV1)
    def sign_out(self, request: Request, by: By) -> Any:
        return self.edge.use_cases.sessions.sign_out(**request, by=by)
