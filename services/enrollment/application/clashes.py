"""A registration refused because of another status (A8-9): both schools are told, once, that it was tried."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.enrollment.domain.admission import admission_key
from services.enrollment.domain.conflict import NOTICE, Conflict, first_standing, notice_key
from services.enrollment.domain.rules.entry import OneFulltimeStatus
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import FULL_TIME, StudentStatus
from shared.access.by import By
from shared.codes.clock import shanghai_date
from shared.eventstore import facts
from shared.eventstore.application import Application
from shared.eventstore.bulk import Draft
from shared.eventstore.claims import slot_of
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.intake.columns import RowError
from shared.rules.refused import Refused

NOTICE_RULES: Final = ("A8-9",)
_IN_THE_WAY: Final = """
    SELECT place, originator_id
    FROM unnest(%s::uuid[], %s::date[], %s::date[]) WITH ORDINALITY AS asked (slot, first_day, last_day, place)
    JOIN period_claims AS held ON held.slot = asked.slot AND held.during && daterange(asked.first_day, asked.last_day)
    ORDER BY place, lower(held.during)
"""
_NAMED: Final = """
    SELECT originator_id, originator_version, topic, state FROM events
    WHERE originator_id = ANY(%s::uuid[]) AND topic = ANY(%s)
"""


class Wanted(NamedTuple):
    """A full-time status that was not registered: who it was for, where, and when it would have been held."""

    id_key: str
    name_key: str
    school_code: str
    admission: str  # the examination number and its year
    admission_id: UUID | None  # None for a row of an old register
    during: tuple[date, date | None]


def wanted_of(admission_id: UUID, basis: Any) -> Wanted:
    """What the registration of an admission claims."""
    admission = admission_key(basis.entry_date.year, basis.exam_no)
    during = (basis.entry_date, None)
    return Wanted(basis.id_key, basis.name_key, basis.school_code, admission, admission_id, during)


def is_barred(errors: Iterable[RowError]) -> bool:
    """Whether a row of a file was refused because another status stands in the way."""
    return any(error.rule == OneFulltimeStatus.rule for error in errors)


def notices(app: Application, wanted: Sequence[Wanted], *, sub: str, today: date) -> list[Draft]:
    """The notice to both schools for each refusal that they were not told of yet: who stands in the way, and where."""
    first = _in_the_way(app, wanted)
    asked = [(each, first[at]) for at, each in enumerate(wanted) if at in first]
    known = app.standings(StudentStatus, [status_id for _, status_id in asked]) if asked else {}
    told = app.owners(NOTICE, [_key(each, status_id) for each, status_id in asked]) if asked else {}
    names = names_of(app, known)
    drafts: dict[str, Draft] = {}
    for each, status_id in asked:
        key = _key(each, status_id)
        if key not in told and key not in drafts:
            two_people = each.name_key not in names[status_id]
            values = _told(each, status_id, known[status_id][1], sub, today) | {"two_people": two_people}
            drafts[key] = Draft(Conflict, uuid7(), 1, Conflict.Opened, values, first_standing(values))
    return list(drafts.values())


def tell_of_refusal(app: Application, wanted: Wanted, *, by: By) -> None:
    """Record the notice after a refusal; whoever was refused hears of the refusal, whatever becomes of the notice."""
    drafts = notices(app, [wanted], sub=by.sub, today=shanghai_date(by.recorded_at))
    if drafts:
        # the command itself was refused: its id stays free, and another try of it is decided anew
        with suppress(Refused):  # told in this very moment by another try
            app.append(drafts, by=replace(Context.of(by, rules=NOTICE_RULES), command_id=None))


def names_of(app: Application, status_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Every name that each of these statuses ever had: one that was changed or put right is still its own (A19-2)."""
    found: dict[UUID, set[str]] = {status_id: set() for status_id in status_ids}
    if not found:
        return found
    topics = [facts.codec_of(fact).topic for fact in (StudentStatus.Registered, StudentStatus.Corrected)]
    with app.store.reading() as cursor:
        cursor.execute(_NAMED, ([str(each) for each in found], topics))
        rows = cursor.fetchall()
    for originator_id, version, topic, state in rows:
        fact: Any = facts.decode(topic, originator_id, version, bytes(state))
        found[UUID(str(originator_id))].add(fact.name_key)
    return found


def _in_the_way(app: Application, wanted: Sequence[Wanted]) -> Mapping[int, UUID]:
    """By place: the status that holds the person in that time."""
    slots = [slot_of(FULL_TIME, each.id_key).hex() for each in wanted]
    periods = [each.during for each in wanted]
    with app.store.reading() as cursor:
        cursor.execute(_IN_THE_WAY, (slots, [one for one, _ in periods], [last for _, last in periods]))
        rows = cursor.fetchall()
    return {place - 1: UUID(str(status_id)) for place, status_id in reversed(rows)}


def _key(wanted: Wanted, status_id: UUID) -> str:
    return notice_key(status_id, wanted.school_code, wanted.admission)


def _told(wanted: Wanted, status_id: UUID, holder: StatusStanding, sub: str, today: date) -> dict[str, Any]:
    """What the notice says, in the order of the fact."""
    return {
        "id_key": wanted.id_key,
        "first_status_id": status_id,
        "first_school": holder.school_code,
        "second_school": wanted.school_code,
        "second_status_id": None,
        "admission_id": wanted.admission_id,
        "two_people": False,
        "sealed_statement": "",
        "evidence": (),
        "opened_by": sub,
        "opened_on": today,
        "due_on": None,
        "unknown_year": None,
        "noticed": _key(wanted, status_id),
    }
