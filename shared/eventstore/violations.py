"""What PostgreSQL's objections mean to us."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

import psycopg2
from eventsourcing import persistence

if TYPE_CHECKING:
    from shared.eventstore.recorder import Companions


class CommandKnown(persistence.IntegrityError):
    """The command id has acted already; its answer is stored."""


class AlreadyHeard(persistence.IntegrityError):
    """This range of the publisher's numbers was heard before."""


class ClaimTaken(persistence.IntegrityError):
    """Somebody else holds what was claimed."""

    def __init__(self, scope: str, key: str) -> None:
        super().__init__(f"{scope} is taken")
        self.scope = scope
        self.key = key


class Crossed(persistence.IntegrityError):
    """Two transactions waited for each other and this one was rolled back."""


class OutcomeUnknown(persistence.OperationalError):
    """The connection was lost before the server's answer came: ask again with the same command id."""


_KINDS: tuple[tuple[type[psycopg2.Error], type[persistence.PersistenceError]], ...] = (
    (psycopg2.DataError, persistence.DataError),
    (psycopg2.IntegrityError, persistence.IntegrityError),
    (psycopg2.InternalError, persistence.InternalError),
    (psycopg2.ProgrammingError, persistence.ProgrammingError),
    (psycopg2.NotSupportedError, persistence.NotSupportedError),
    (psycopg2.OperationalError, persistence.OperationalError),
    (psycopg2.DatabaseError, persistence.DatabaseError),
    (psycopg2.InterfaceError, persistence.InterfaceError),
)
Writing = TypeVar("Writing", bound=Callable[..., Any])
_CROSSINGS = 3
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def retried(write: Writing) -> Writing:
    """Send a write again that was rolled back because it crossed another: all of it is checked anew."""

    @wraps(write)
    def again(*args: Any, **named: Any) -> Any:
        for _ in range(_CROSSINGS):
            with suppress(Crossed):
                return write(*args, **named)
        return write(*args, **named)

    return cast("Writing", again)


@contextmanager
def translate(beside: "Companions | None" = None) -> Iterator[None]:
    """Turn psycopg2's exceptions into the library's and our own; `beside` is given where something was written."""
    try:
        yield
    except psycopg2.Error as error:
        raise _meaning(error, beside) from error


def _meaning(error: psycopg2.Error, beside: "Companions | None") -> Exception:
    if isinstance(error, psycopg2.errors.DeadlockDetected | psycopg2.errors.SerializationFailure):
        return Crossed(str(error))
    if beside is not None:
        if error.pgcode is None or error.pgcode.startswith(("57P", "08")):
            return OutcomeUnknown(str(error))
        if isinstance(error, psycopg2.IntegrityError):
            return _violated(error, beside)
    for theirs, ours in _KINDS:
        if isinstance(error, theirs):
            return ours(str(error))
    return persistence.PersistenceError(str(error))


def _violated(error: psycopg2.IntegrityError, beside: "Companions") -> persistence.IntegrityError:
    constraint = error.diag.constraint_name
    if constraint == "commands_pkey":
        return CommandKnown(str(error))
    if constraint in ("inbox_pkey", "inbox_alone"):
        return AlreadyHeard(str(error))
    if constraint in ("claims_pkey", "period_claims_alone") and beside.claims is not None:
        found = _UUID.search(error.diag.message_detail or "")
        slot = UUID(found.group()).bytes if found else None
        for held in beside.claims.held:
            if held.slot == slot or slot is None:
                return ClaimTaken(held.claim.scope, held.claim.key)
    return persistence.IntegrityError(str(error))
