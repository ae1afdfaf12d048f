"""Operators as those for whom a session can speak; whoever was dismissed is not found any more."""

from typing import Final

from services.identity.application.holders import Holder
from services.identity.domain.office import OFFICE_CODE, Office, OfficeStanding
from services.identity.domain.operator import OPERATOR_ID, Operator, OperatorStanding
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Application

SUBJECT: Final = "operator:"


def subject_of(operator_id: str) -> str:
    """The name under which an operator's factors, sessions and sealed values are kept."""
    return SUBJECT + operator_id


class OperatorHolders(Application):
    """Finds operators by id; what they may and whether their office is suspended is read anew each time."""

    def named(self, name: str) -> Holder | None:
        """The working operator of this id: operators sign in under it."""
        found = self.owning(Operator, OPERATOR_ID, [name]).get(name)
        today = shanghai_date(self.clock.now())
        if found is None or not found[2].works_on(today):
            return None
        operator: OperatorStanding = found[2]
        office = self._office(operator.office)
        if office is None or not office.is_open(today):
            return None
        return Holder(
            subject=subject_of(operator.operator_id),
            sub=operator.operator_id,
            role=office.role,
            level=office.level,
            kind=operator.training,
            org=office.org,
            office=office.code,
            suspended=office.only_reads(today),
            granted=office.granted,
            predecessors=office.predecessors(today),
            until=min(filter(None, (operator.valid_until, office.valid_until)), default=None),
        )

    def of(self, subject: str) -> Holder | None:
        """The working operator behind a subject."""
        return self.named(subject.removeprefix(SUBJECT)) if subject.startswith(SUBJECT) else None

    def _office(self, code: str) -> OfficeStanding | None:
        found = self.owning(Office, OFFICE_CODE, [code]).get(code)
        return found[2] if found else None
