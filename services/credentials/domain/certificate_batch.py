"""A school's file of certificates: drafted by a registrar, confirmed by another (A24-2)."""

from dataclasses import replace
from typing import Any

from services.credentials.domain.rules import AlreadyConfirmed, BatchNotRead
from shared.intake.batch import Batch, Progress


class CertificateBatch(Batch, stored_as="credentials.CertificateBatch"):
    """Its complete certificates are registered once a second person has confirmed the file."""

    standing: Progress

    class Confirmed(Batch.Event):
        """The checker stands for every certificate of the file."""

        confirmed_by: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = replace(aggregate.standing, state="confirmed")

    def confirm(self, *, confirmed_by: str) -> None:
        """Confirm a file that was read to its end; who may do so is decided before."""
        if self.standing.state == "confirmed":
            raise AlreadyConfirmed()
        if self.standing.state != "finished":
            raise BatchNotRead(state=self.standing.state)
        self.trigger_event(self.Confirmed, confirmed_by=confirmed_by)
