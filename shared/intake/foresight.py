"""What the database would object to if the facts of a dry run were written: claims that somebody holds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.eventstore.application import AlreadyTaken, Application
from shared.eventstore.bulk import Draft
from shared.eventstore.claims import Claim, Release, slot_of
from shared.eventstore.facts import codec_of
from shared.intake.columns import CheckedRow, Table
from shared.intake.judging import Judged, named

_SINGLE = "SELECT slot, originator_id FROM claims WHERE slot = ANY(%s::uuid[])"
_PERIOD = "SELECT slot, originator_id, lower(during), upper(during) FROM period_claims WHERE slot = ANY(%s::uuid[])"
Period = tuple[date, date]
_ALWAYS: Period = (date.min, date.max)
Held = Mapping[bytes, Sequence[tuple[UUID, Period]]]


class _Wish(NamedTuple):
    """One claim that a row's facts would make, for good or for a period."""

    owner: UUID
    slot: bytes
    scope: str
    period: Period | None


class _Asked(NamedTuple):
    """All claims of one row, and what it gives up: by slot and holder, from which day on."""

    wishes: list[_Wish]
    gifts: dict[tuple[bytes, UUID], date]


class Foresight:
    """Remembers what the rows so far would claim and give up, and asks the store who holds what they want."""

    def __init__(self, app: Application) -> None:
        self._app = app
        # slots as numbers of 60 bits, and periods packed into one: a whole province's file is remembered here
        self._for_good: set[int] = set()
        self._periods: dict[int, int | tuple[int, ...]] = {}
        self._given: dict[tuple[bytes, UUID], date] = {}

    def turn_away(self, table: Table, rows: Mapping[int, CheckedRow], judged: Judged) -> None:
        """Refuse the rows whose claims collide, as the store would when they are written."""
        asked = {number: _asked(drafts) for number, drafts in judged.facts.items()}
        asked = {number: each for number, each in asked.items() if each.wishes or each.gifts}
        held = self._held([wish for each in asked.values() for wish in each.wishes])
        for number, each in asked.items():
            self._given |= each.gifts
            scope = next((wish.scope for wish in each.wishes if self._collides(wish, held)), None)
            if scope is None:
                self._remember(each.wishes)
                continue
            for given in each.gifts:
                del self._given[given]
            refusal = self._app.taken.get(scope, AlreadyTaken)(scope=scope)
            judged.turn_away(number, named(table, rows[number], refusal))

    def _held(self, wishes: Sequence[_Wish]) -> Held:
        """Who holds these slots now, and when."""
        held: dict[bytes, list[tuple[UUID, Period]]] = {}
        if not wishes:
            return held
        for_good = _array(wish for wish in wishes if wish.period is None)
        periods = _array(wish for wish in wishes if wish.period is not None)
        with self._app.store.reading() as cursor:
            if for_good:
                cursor.execute(_SINGLE, (for_good,))
                for slot, owner in cursor.fetchall():
                    held.setdefault(slot.bytes, []).append((owner, _ALWAYS))
            if periods:
                cursor.execute(_PERIOD, (periods,))
                for slot, owner, start, end in cursor.fetchall():
                    held.setdefault(slot.bytes, []).append((owner, (start or date.min, end or date.max)))
        return held

    def _collides(self, wish: _Wish, held: Held) -> bool:
        wanted = wish.period or _ALWAYS
        for owner, (start, end) in held.get(wish.slot, ()):
            given = self._given.get((wish.slot, owner))
            if owner != wish.owner and _overlap(wanted, (start, end if given is None else min(end, given))):
                return True
        key = _short(wish.slot)
        if wish.period is None:
            return key in self._for_good
        return any(_overlap(wanted, _unpacked(each)) for each in _each(self._periods.get(key)))

    def _remember(self, wishes: Sequence[_Wish]) -> None:
        for wish in wishes:
            key = _short(wish.slot)
            if wish.period is None:
                self._for_good.add(key)
                continue
            packed = wish.period[0].toordinal() << 24 | wish.period[1].toordinal()
            before = _each(self._periods.get(key))
            self._periods[key] = (*before, packed) if before else packed


def _asked(drafts: Sequence[Draft]) -> _Asked:
    """What the facts of one row would claim and give up."""
    asked = _Asked([], {})
    for draft in drafts:
        for entry in _entries(draft):
            slot = slot_of(entry.scope, entry.key)
            if isinstance(entry, Release):
                asked.gifts[slot, draft.originator_id] = entry.on or date.min
            elif entry.contested_in is None:
                period = None if entry.during is None else (entry.during[0], entry.during[1] or date.max)
                asked.wishes.append(_Wish(draft.originator_id, slot, entry.scope, period))
    return asked


def _entries(draft: Draft) -> Iterable[Claim | Release]:
    codec = codec_of(draft.fact_type)
    fact = codec.seen(draft.originator_id, draft.version, codec.state_from(draft.values))
    return draft.aggregate_type.claims_of(fact, draft.originator_id)


def _array(wishes: Iterable[_Wish]) -> str:
    """An array literal of their slots; empty when there are none."""
    slots = ",".join(wish.slot.hex() for wish in wishes)
    return f"{{{slots}}}" if slots else ""


def _short(slot: bytes) -> int:
    return int.from_bytes(slot[:8], "big") >> 4


def _each(packed: int | tuple[int, ...] | None) -> tuple[int, ...]:
    if packed is None:
        return ()
    return packed if isinstance(packed, tuple) else (packed,)


def _unpacked(packed: int) -> Period:
    return date.fromordinal(packed >> 24), date.fromordinal(packed & 0xFFFFFF)


def _overlap(one: Period, other: Period) -> bool:
    return one[0] < other[1] and other[0] < one[1]
