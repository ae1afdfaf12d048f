"""The rules of entry: whom a school may register (A7, A8, A9)."""

from services.enrollment.domain.rules.standing import PASSED, AdmissionStanding
from shared.rules.refused import Refused


class NoAdmissionBasis(Refused):
    """Nobody is registered who is not in a released admission list."""

    rule = "A7-3"


class NotOwnStudent(Refused):
    """A school writes the records of its own students only."""

    rule = "A4-1"


class RecheckMissing(Refused):
    """The recheck of the right to enter comes before registration."""

    rule = "A8-1"


class RecheckFailed(Refused):
    """Who failed the recheck is marked cancelled and not registered."""

    rule = "A8-3"


class EntryAlreadyDecided(Refused):
    """Each admission ends in exactly one of the four outcomes."""

    rule = "A8-4"


class OneFulltimeStatus(Refused):
    """One ordinary full-time status per person and period."""

    rule = "A8-9"


class AdmissionTypeRequired(Refused):
    """A special plan is annotated at registration."""

    rule = "A9-2"


def may_enter(admission: AdmissionStanding, *, released: bool, school_code: str) -> None:
    """A school decides about an own, released, still undecided admission (A7-3, A4-1, A8-4)."""
    if admission.school_code != school_code:
        raise NotOwnStudent(field="KSH")
    if not released:
        raise NoAdmissionBasis(field="KSH")
    if admission.state != "listed":
        raise EntryAlreadyDecided(field="RXJG", state=admission.state)


def may_register(admission: AdmissionStanding, *, recheck: str) -> None:
    """Registration follows a passed recheck and an annotated plan (A8-1, A8-3, A9-2)."""
    if not recheck:
        raise RecheckMissing(field="FCJG")
    if recheck != PASSED:
        raise RecheckFailed(field="FCJG")
    if admission.special_plan and not admission.admission_type:
        raise AdmissionTypeRequired(field="LQLX")
