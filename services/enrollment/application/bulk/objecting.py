"""What the rules object to in a row of a file: everything at once, but of others' records only whose they are."""

from collections.abc import Callable, Iterable
from typing import Final

from services.enrollment.domain.rules.entry import NoAdmissionBasis, NotOwnStudent, OtherTraining
from services.enrollment.domain.rules.existing import NothingTold, OtherProvince
from shared.intake.outcome import together
from shared.rules.refused import Refused

LAST_WORD: Final = (NoAdmissionBasis, NotOwnStudent, OtherTraining, OtherProvince, NothingTold)
"""Whoever has no such record learns nothing more about it."""


def objecting(refused: Refused, checks: Iterable[Callable[[], object]]) -> Refused:
    """The first refusal of a row with whatever else the checks of its rules say; good rows never come here."""
    return refused if isinstance(refused, LAST_WORD) else together(refused, checks)
