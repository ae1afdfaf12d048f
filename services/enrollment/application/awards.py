"""Certificates that took effect: the status is closed and filed; where it had ended otherwise, a case looks into it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.enrollment.application.cases import CLOSING, REGISTRY, Cases
from services.enrollment.application.drafting import draft_of
from services.enrollment.domain.case import OPEN_CASE, Case, case_key, first_case_standing
from services.enrollment.domain.rules.endings import STATES_ZH
from services.enrollment.domain.rules.periods import deadline
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import StudentStatus
from shared.eventstore.application import Draft, Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7

_STATEMENT: Final = (
    "学历证书 {number} 生效时该学籍已终止({zh})。请查明:学籍终止有误,还是证书应予撤销 / "
    "certificate {number} took effect after the status had ended ({en}): was the ending wrong, or the certificate?"
)
_OF_AWARD: Final = ("certificate_id", "number", "conclusion", "graduation_date", "id_key")


class Awards(Cases):
    """What enrollment makes of a certificate in effect: the end of a status, and nothing after another end."""

    def hear_degrees(self, facts: Sequence[Mapping[str, Any]], *, heard: Heard) -> None:
        """A certificate took effect (A14-1); a status that has ended does not move any more (A13-4)."""
        found = self.standings(StudentStatus, {fact["status_id"] for fact in facts})
        ended = [case_key(status_id, CLOSING) for status_id, (_, one) in found.items() if not one.is_open]
        cases = self.owners(OPEN_CASE, ended) if ended else {}
        drafts: list[Draft] = []
        for fact in facts:
            status_id = fact["status_id"]
            version, standing = found[status_id]
            if standing.is_open:
                drafts.append(_left(fact, version, standing))
            else:
                drafts += self._noted(fact, version, standing, cases.get(case_key(status_id, CLOSING)))
            found[status_id] = version + 1, drafts[-1].standing_after
        rules = ("A14-1", "A13-4") if ended else ("A14-1",)
        self.append(drafts, by=Context.system("hear_degrees", self.clock.now(), rules=rules), heard=heard)

    def _noted(
        self, fact: Mapping[str, Any], version: int, standing: StatusStanding, case_id: UUID | None
    ) -> list[Draft]:
        """The certificate on record, and the case about the ending: the one that is open, or one of its own."""
        opened = [] if case_id else [self._opened(fact, standing)]
        ended = {"ended_as": standing.state, "ended_on": standing.since}
        values = {name: fact[name] for name in _OF_AWARD} | ended | {"case_id": case_id or opened[0].originator_id}
        noted = draft_of(StudentStatus, fact["status_id"], version, standing, StudentStatus.AwardNoted, values)
        return [*opened, noted]

    def _opened(self, fact: Mapping[str, Any], standing: StatusStanding) -> Draft:
        """A case as if somebody had said that the closing was wrong: the school looks, its province decides."""
        today = self.today()
        due = deadline(today, self.periods.school_review)
        said = _STATEMENT.format(number=fact["number"], zh=STATES_ZH[standing.state], en=standing.state)
        values: dict[str, Any] = {
            "status_id": fact["status_id"],
            "id_key": standing.id_key,
            "school_code": standing.school_code,
            "training": standing.training,
            "kind": "cancellation",
            "level": "province",
            "fields": (CLOSING,),
            "sealed_request": self.seal_request(fact["status_id"], {}, said),
            "has_values": True,
            "evidence": (),
            "identity_version": standing.identity_version,
            "filed_by": REGISTRY,
            "filed_role": REGISTRY,
            "filed_on": today,
            "due_on": due.on,
            "unknown_year": due.unknown_year,
        }
        return Draft(Case, uuid7(), 1, Case.Filed, values, first_case_standing(values))


def _left(fact: Mapping[str, Any], version: int, standing: StatusStanding) -> Draft:
    values = {name: fact[name] for name in ("certificate_id", "number", "conclusion", "id_key")}
    values["left_on"] = fact["graduation_date"]
    return draft_of(StudentStatus, fact["status_id"], version, standing, StudentStatus.Left, values)
