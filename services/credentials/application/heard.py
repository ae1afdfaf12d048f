"""What credentials hear of statuses after their registration."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.credentials.application.withholding import following
from services.credentials.domain.rules import StudentRecordStanding
from services.credentials.domain.student_record import StudentRecord, exam_key, in_contest, in_state
from shared.eventstore.application import Application, Draft, Heard
from shared.eventstore.context import Context
from shared.eventstore.facts import codec_of

Facts = Sequence[dict[str, Any]]
Said = Callable[[StudentRecordStanding, Mapping[str, Any]], tuple[dict[str, Any], StudentRecordStanding]]
_CORRECTED = codec_of(StudentRecord.Corrected).names
UNKNOWN: dict[str, Any] = dict.fromkeys(codec_of(StudentRecord.Opened).names)
TAKEN_BACK = "注册撤回"


class StatusNews(Application):
    """Records of students moved on by enrollment's word; one stream tells them in the order in which they happened."""

    def hear_states(self, facts: Facts, *, heard: Heard) -> None:
        """A status was changed or ended."""
        self._note(facts, StudentRecord.StateHeard, _state, "hear_states", "A16-1", heard)

    def hear_corrections(self, facts: Facts, *, heard: Heard) -> None:
        """A case changed what identifies a student."""
        self._note(facts, StudentRecord.Corrected, _corrected, "hear_corrections", "A19-1", heard)

    def hear_contests(self, facts: Facts, *, heard: Heard) -> None:
        """A status is contested, or no longer."""
        self._note(facts, StudentRecord.Contested, _contested, "hear_contests", "A8-9", heard)

    def hear_disputes(self, facts: Facts, *, heard: Heard) -> None:
        """The person of a document never studied there. Identity may know of a status before we do."""
        known: dict[UUID, tuple[int, StudentRecordStanding]] = self.standings(
            StudentRecord, {fact["status_id"] for fact in facts}
        )
        drafts = []
        for fact in facts:
            status_id = fact["status_id"]
            if status_id not in known:
                known[status_id] = 1, StudentRecordStanding()
                drafts.append(Draft(StudentRecord, status_id, 1, StudentRecord.Opened, UNKNOWN, known[status_id][1]))
            version, standing = known[status_id]
            known[status_id] = version + 1, standing.enrolled(disputed=not fact["settled"])
            values = {"claim_id": fact["claim_id"], "settled": fact["settled"]}
            drafts.append(
                Draft(StudentRecord, status_id, version + 1, StudentRecord.Disputed, values, known[status_id][1])
            )
        drafts += following(self, _last(known))
        self.append(drafts, by=Context.system("hear_disputes", self.clock.now(), rules=("A11-2",)), heard=heard)

    def _note(self, facts: Facts, fact_type: type[Any], said: Said, use_case: str, rule: str, heard: Heard) -> None:
        known: dict[UUID, tuple[int, StudentRecordStanding]] = self.standings(
            StudentRecord, {fact["status_id"] for fact in facts}
        )
        drafts = []
        for fact in facts:
            status_id = fact["status_id"]
            version, standing = known[status_id]  # enrollment itself opened it, on the same stream
            values, after = said(standing, fact)
            known[status_id] = version + 1, after
            drafts.append(Draft(StudentRecord, status_id, version + 1, fact_type, values, after))
        drafts += following(self, _last(known))
        self.append(drafts, by=Context.system(use_case, self.clock.now(), rules=(rule,)), heard=heard)


def _last(known: Mapping[UUID, tuple[int, StudentRecordStanding]]) -> dict[UUID, StudentRecordStanding]:
    """The records as the whole message leaves them."""
    return {status_id: standing for status_id, (_, standing) in known.items()}


def _state(standing: StudentRecordStanding, fact: Mapping[str, Any]) -> tuple[dict[str, Any], StudentRecordStanding]:
    freed = None
    if fact["kind"] == TAKEN_BACK and standing.entry_date is not None:
        freed = f"{exam_key(standing.school_code or '', standing.exam_no or '')}|{standing.entry_date.year}"
    major = fact.get("major_name")
    values = {"kind": fact["kind"], "state": fact["state"], "major_name": major, "freed": freed}
    return values, in_state(standing, fact["state"], major)


def _corrected(
    standing: StudentRecordStanding, fact: Mapping[str, Any]
) -> tuple[dict[str, Any], StudentRecordStanding]:
    values = {name: fact[name] for name in _CORRECTED}
    return values, standing.enrolled(**values)


def _contested(
    standing: StudentRecordStanding, fact: Mapping[str, Any]
) -> tuple[dict[str, Any], StudentRecordStanding]:
    return {"settled": fact["settled"]}, in_contest(standing, settled=fact["settled"])
