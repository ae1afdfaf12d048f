"""Looks at records of people (A24-3)."""

from shared.eventstore.look import BaseLook, LookTaken


class Look(BaseLook, stored_as="identity.Look"):
    """One look that staff took; the fact is all of it."""

    class Taken(LookTaken):
        """Recorded before the answer was given."""
