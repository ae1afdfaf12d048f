"""Looks at records of people (A24-3)."""

from shared.eventstore.look import BaseLook, LookTaken


class Look(BaseLook, stored_as="enrollment.Look"):
    """One look that staff took; the fact is all of it."""

    class Taken(LookTaken):
        """Recorded before the answer was given."""

        whose: tuple[tuple[str, str, str], ...] = ()  # of admissions: the id, document and name as keyed hashes
