"""The registry's own watch: a second name on one number is a conflict at once, however it came on record (A8-9)."""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

from services.enrollment.application.clashes import NOTICE_RULES, names_of
from services.enrollment.application.contests import contest, raise_notice
from services.enrollment.application.holders import Holders, Known
from services.enrollment.domain.conflict import IN_CONFLICT, SYSTEM, WATCH, Conflict
from services.enrollment.domain.rules.conflicts import ConflictAlreadyOpen
from services.enrollment.domain.rules.periods import Periods, deadline
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import ChangedMeanwhile
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

_log = logging.getLogger(__name__)
# facts of the log a step: the worker has other work waiting
A_PIECE: Final = 10_000
_MOVED: Final = """
    INSERT INTO followers (name, position) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET position = greatest(followers.position, EXCLUDED.position)
"""
FOUND: Final = "同一证件号码下登记了不同的姓名,由登记系统发现 (two names on one number, found by the registry itself)"


class NameNews(Protocol):
    """Says what is new in the log, and who shares a number under another name."""

    def news(self, most: int) -> Any: ...

    def clashes(self, status_ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]: ...

    def sharing(self, status_id: UUID) -> list[UUID]: ...


def same_person(names: Mapping[UUID, set[str]], one: UUID, other: UUID) -> bool:
    """Whether the statuses of a number tie two names to each other: somebody was renamed or put right (A19-2)."""
    known, left = set(names[one]), dict(names)
    while tied := [each for each, named in left.items() if named & known]:
        for each in tied:
            known |= left.pop(each)
    return bool(known & names[other])


class NameWatch(Holders):
    """Follows the log and contests what two names claim; a name that one person had before is that person's."""

    taken: ClassVar[Any] = {**Holders.taken, IN_CONFLICT: ConflictAlreadyOpen}

    def __init__(self, store: Store, clock: Clock, keyring: Keyring, names: NameNews, periods: Periods) -> None:
        super().__init__(store, clock, keyring, periods=periods)
        self._names = names

    def due_names(self, now: datetime) -> int:
        """Look through the next piece of the log; how long it was."""
        news = self._names.news(A_PIECE)
        if news is None:
            return 0
        for conflict_id in news.noticed:
            self._try(self._raise, conflict_id, now)
        # whoever stood in another conflict until now is looked at again
        over = [standing for _, standing in self.standings(Conflict, news.ended).values()]
        again = [each for one in over for each in (one.first_status_id, one.second_status_id) if each]
        for first_id, second_id in self._names.clashes(dict.fromkeys((*news.statuses, *again))):
            self._try(self._contest, first_id, second_id, now)
        self._move(news.upto)
        return int(news.length)

    def _move(self, upto: int) -> None:
        """The piece is done with; whoever else led meanwhile may be further."""
        with self.store.writing() as cursor:
            cursor.execute(_MOVED, (WATCH, upto))

    @staticmethod
    def _try(act: Callable[..., None], *named: Any) -> None:
        """What is refused holds up nothing else; what changed meanwhile is looked at anew, with the whole piece."""
        try:
            act(*named)
        except ChangedMeanwhile:
            raise
        except Refused as refused:
            _log.warning("the watch over names was refused: %s", refused.code)

    def _raise(self, conflict_id: UUID, now: datetime) -> None:
        """A registration was refused for somebody else's status of the same number: that is a case, not a notice."""
        conflict = self.get(Conflict, conflict_id)
        standing = conflict.standing
        first = self.known(standing.first_status_id)
        if standing.state != "noticed" or not standing.two_people or first.status.standing.contested_in:
            return
        raise_notice(conflict, first, (self._sealed(first), (), SYSTEM), shanghai_date(now), self.periods)
        self._keep(conflict, [first], now)

    def _contest(self, first_id: UUID, second_id: UUID, now: datetime) -> None:
        names = names_of(self, (first_id, second_id, *self._names.sharing(first_id)))
        if same_person(names, first_id, second_id):
            return
        first, second = self.known(first_id), self.known(second_id)
        if first.status.standing.contested_in or second.status.standing.contested_in:
            return  # one conflict at a time: when that one is over, both are looked at again
        today = shanghai_date(now)
        due = deadline(today, self.periods.conflict)
        conflict = Conflict(
            id_key=first.status.standing.id_key,
            first_status_id=first_id,
            first_school=first.status.standing.school_code,
            second_school=second.status.standing.school_code,
            second_status_id=second_id,
            admission_id=None,
            two_people=True,
            sealed_statement=self._sealed(first),
            evidence=(),
            opened_by=SYSTEM,
            opened_on=today,
            due_on=due.on,
            unknown_year=due.unknown_year,
            noticed="",
        )
        contest(first.status, conflict, second_id)
        contest(second.status, conflict, first_id)
        self._keep(conflict, [first, second], now)

    def _keep(self, conflict: Conflict, sides: list[Known], now: datetime) -> None:
        context = Context.system("watch_names", now, rules=NOTICE_RULES)
        with suppress(ConflictAlreadyOpen):  # somebody contested it in this very moment
            self.save(conflict, *(side.status for side in sides), by=context)

    def _sealed(self, first: Known) -> str:
        return self.keyring.seal(FOUND, f"conflict:{first.status.id}")
