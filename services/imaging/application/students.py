"""What imaging heard of students: registered, years settled, bound to their persons."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.imaging.domain.rules import StudentStanding
from services.imaging.domain.student_record import StudentRecord
from shared.eventstore.application import Application, Draft, Heard
from shared.eventstore.context import Context
from shared.rules.refused import NotFound

Values = Mapping[str, Any]
_OPENED = ("status_id", "school_code", "exam_no", "category", "expected_graduation_date")
_YEAR = ("status_id", "academic_year", "result")
_OWNER = ("status_id", "person_id")


class Students(Application):
    """Heard records, one for each student status; a message of 500 facts is one transaction."""

    def open_student_records(self, facts: Sequence[Values], heard: Heard) -> None:
        """Keep the students whom enrollment registered; identity may have spoken of some of them before."""
        known = self.standings(StudentRecord, [fact["status_id"] for fact in facts])
        drafts = []
        for fact in facts:
            status_id, values = fact["status_id"], {name: fact[name] for name in _OPENED}
            said = {name: values[name] for name in _OPENED[1:]}
            version, standing = known.get(status_id, (0, None))
            if standing is None or standing.school_code is not None:
                drafts.append(Draft(StudentRecord, status_id, 1, StudentRecord.Opened, values, StudentStanding(**said)))
            else:
                after = standing.enrolled(**said)
                drafts.append(Draft(StudentRecord, status_id, version + 1, StudentRecord.Enrolled, values, after))
        self.append(drafts, self._hearing("open_student_records", "A8-2"), heard=heard)

    def note_years(self, facts: Sequence[Values], heard: Heard) -> None:
        """A registered year keeps the right to a code, a deferred one takes it away."""
        drafts = self._drafts(
            StudentRecord.YearHeard,
            ({name: fact[name] for name in _YEAR} for fact in facts),
            lambda known, values: known.year_heard(values["academic_year"], values["result"]),
        )
        self.append(drafts, self._hearing("note_years", "A12-3"), heard=heard)

    def note_states(self, facts: Sequence[Values], heard: Heard) -> None:
        """A status was changed, ended or set back: who is away or gone has no code."""
        drafts = self._drafts(
            StudentRecord.StateHeard,
            (
                {
                    "status_id": fact["status_id"],
                    "kind": fact.get("kind") or "学年注册撤回",
                    "state": fact["state"],
                    "expected_graduation_date": fact.get("expected_graduation_date"),
                }
                for fact in facts
            ),
            lambda known, values: known.in_state(values["state"], values["expected_graduation_date"]),
        )
        self.append(drafts, self._hearing("note_states", "A12-4"), heard=heard)

    def note_owners(self, facts: Sequence[Values], heard: Heard) -> None:
        """Whoever has bound a status may ask for its capture code."""
        drafts = self._drafts(
            StudentRecord.OwnerHeard,
            ({name: fact[name] for name in _OWNER} for fact in facts),
            lambda known, values: known.owned_by(values["person_id"]),
        )
        self.append(drafts, self._hearing("note_owners", "AC-14"), heard=heard)

    def note_disowned(self, facts: Sequence[Values], heard: Heard) -> None:
        """Whoever disowned a status sees its photos no more, and gets no code for it."""
        drafts = self._drafts(
            StudentRecord.Disowned,
            ({name: fact[name] for name in _OWNER} for fact in facts if fact["kind"] == "status"),
            lambda known, values: known.disowned_by(values["person_id"]),
        )
        self.append(drafts, self._hearing("note_disowned", "A11-2"), heard=heard)

    def student(self, status_id: UUID) -> StudentStanding:
        """What decides about one student."""
        found = self.standings(StudentRecord, [status_id]).get(status_id)
        if found is None or found[1].school_code is None:
            raise NotFound(kind="student_status", field="status_id")
        standing: StudentStanding = found[1]
        return standing

    def _drafts(
        self,
        fact_type: type[Any],
        facts: Iterable[dict[str, Any]],
        after: Callable[[StudentStanding, Values], StudentStanding],
    ) -> list[Draft]:
        """The next facts of students, in order; the unknown are opened: streams do not wait for each other."""
        said = list(facts)
        known = self.standings(StudentRecord, {values["status_id"] for values in said})
        drafts: list[Draft] = []
        for values in said:
            status_id = values["status_id"]
            if status_id not in known:
                opened = dict.fromkeys(_OPENED) | {"status_id": status_id}
                known[status_id] = 1, StudentStanding()
                drafts.append(Draft(StudentRecord, status_id, 1, StudentRecord.Opened, opened, StudentStanding()))
            version, standing = known[status_id]
            known[status_id] = version + 1, after(standing, values)
            drafts.append(Draft(StudentRecord, status_id, version + 1, fact_type, values, known[status_id][1]))
        return drafts

    def _hearing(self, use_case: str, rule: str) -> Context:
        return Context.system(use_case, self.clock.now(), rules=(rule,))
