"""A look at records of people, as a fact: the same in every service, kept in the log of the one that was asked."""

from uuid import UUID

from shared.eventstore.aggregate import Aggregate

MOST_RECORDS = 500


class LookTaken(Aggregate.Created):
    """Somebody was shown records of others; who, in which role and for which use case stands in the context."""

    records: tuple[UUID, ...]  # statuses, admissions, people: at most MOST_RECORDS, a longer list is several facts
    shown: str  # masked | full
    purpose: str
    office: str
    alone: bool  # one named person was asked for, not a list
    alarming: bool  # out of the own scope, at a named person, without an open case (AUD-4)


class BaseLook(Aggregate):
    """What each service's `Look` is: one fact, which nothing follows and nothing decides on."""
