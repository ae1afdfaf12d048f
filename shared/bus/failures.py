"""What may go wrong with a call besides a refusal: nobody there, no answer in time, or a fault inside."""

from typing import Any, ClassVar


class CallFailed(Exception):
    """A call that got no answer from the rules. `status` is a hint for HTTP."""

    code: ClassVar[str] = "CALL_FAILED"
    status: ClassVar[int] = 502

    def __init__(self, target: str, correlation_id: str = "", detail: str = "") -> None:
        super().__init__(f"{self.code}: {target}{': ' if detail else ''}{detail}")
        self.target = target
        self.correlation_id = correlation_id
        self.detail = detail

    def as_dict(self) -> dict[str, Any]:
        """Everything a front door may show."""
        return {"code": self.code, "status": self.status, "correlation_id": self.correlation_id}


class ServiceMissing(CallFailed):
    """No service of this name is there; nothing was done."""

    code = "SERVICE_MISSING"
    status = 503


class BusUnreachable(CallFailed):
    """The broker cannot be reached; nothing was sent."""

    code = "BUS_UNREACHABLE"
    status = 503


class TooBusy(CallFailed):
    """Too many calls are waiting in this process; nothing was sent."""

    code = "TOO_BUSY"
    status = 503


class DeadlinePassed(CallFailed):
    """No answer in time. What became of it is unknown: ask again with the same command id."""

    code = "OUTCOME_UNKNOWN"
    status = 504


class ServiceFailed(CallFailed):
    """The service met a fault of its own; its log has the story under the correlation id."""

    code = "INTERNAL"
    status = 500
