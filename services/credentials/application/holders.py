"""Whose statuses and certificates are: heard of identity, so that students may see their own."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.credentials.domain.certificate import Certificate
from services.credentials.domain.rules import CertificateStanding
from services.credentials.domain.status_holder import HELD_STATUS, HolderStanding, StatusHolder
from shared.eventstore.application import Application, Draft, Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7


class HolderNews(Application):
    """Keeps the person of each status, and which certificates somebody disowned."""

    def hear_holders(self, told: Sequence[Mapping[str, Any]], *, heard: Heard) -> None:
        """Identity bound statuses to persons; bound again, the last one holds."""
        known = self.owning(StatusHolder, HELD_STATUS, {str(each["status_id"]) for each in told})
        drafts: list[Draft] = []
        for each in told:
            values = {name: each[name] for name in ("status_id", "person_id", "bound_on")}
            after = HolderStanding(values["status_id"], values["person_id"])
            holder_id, version, before = known.get(str(values["status_id"]), (uuid7(), 0, None))
            known[str(values["status_id"])] = holder_id, version + 1, after
            fact = StatusHolder.HeardAnew if before else StatusHolder.Heard
            drafts.append(Draft(StatusHolder, holder_id, version + 1, fact, values, after))
        self.append(drafts, by=Context.system("hear_holders", self.clock.now(), rules=("A21-1",)), heard=heard)

    def hear_disowned(self, told: Sequence[Mapping[str, Any]], *, heard: Heard) -> None:
        """Whom a record was bound to says that it is somebody else's (A11-2)."""
        statuses = [each for each in told if each["kind"] == "status"]
        known = self.owning(StatusHolder, HELD_STATUS, {str(each["status_id"]) for each in statuses})
        drafts: list[Draft] = []
        for each in statuses:
            holder_id, version, before = known.get(str(each["status_id"]), (uuid7(), 0, None))
            if before is None or before.person_id != each["person_id"]:
                continue  # it is somebody else's meanwhile
            values = {name: each[name] for name in ("status_id", "person_id", "disowned_on")}
            after = HolderStanding(values["status_id"], None)
            known[str(each["status_id"])] = holder_id, version + 1, after
            drafts.append(Draft(StatusHolder, holder_id, version + 1, StatusHolder.Disowned, values, after))
        awards = {each["record_id"]: each for each in told if each["kind"] == "qualification"}
        drafts += self._certificates(awards, Certificate.Disowned, ("person_id", "disowned_on"), disowned=True)
        self.append(drafts, by=Context.system("hear_disowned", self.clock.now(), rules=("A11-2",)), heard=heard)

    def hear_reclaimed(self, told: Sequence[Mapping[str, Any]], *, heard: Heard) -> None:
        """Somebody asked by its number for a certificate that had been disowned (AC-15)."""
        awards = {each["certificate_id"]: each for each in told}
        drafts = self._certificates(awards, Certificate.Reclaimed, ("person_id", "bound_on"), disowned=False)
        self.append(drafts, by=Context.system("hear_reclaimed", self.clock.now(), rules=("AC-15",)), heard=heard)

    def _certificates(
        self, awards: Mapping[UUID, Mapping[str, Any]], fact: type[Any], names: tuple[str, ...], *, disowned: bool
    ) -> list[Draft]:
        """The next fact of each certificate that is ours; the last word of a message on one counts."""
        drafts = []
        known: dict[UUID, tuple[int, CertificateStanding]] = self.standings(Certificate, set(awards))
        for certificate_id, (version, standing) in known.items():
            values = {name: awards[certificate_id][name] for name in names}
            after = standing.owned(disowned=disowned)
            drafts.append(Draft(Certificate, certificate_id, version + 1, fact, values, after))
        return drafts
