"""Where schools decide about their students: the use cases and queries of changes, endings, papers and incidents."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.enrollment.application import Enrollment
from services.enrollment.application.changes import Changes
from services.enrollment.application.endings import Endings
from services.enrollment.application.incidents import Incidents
from services.enrollment.application.papers import Papers
from services.enrollment.queries.changes import ChangeQueries
from services.enrollment.queries.endings import EndingQueries
from services.enrollment.tests.offices import HERE, Offices, registrar
from shared.access.assertion import Assertion
from shared.eventstore.context import Context
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.rules.refused import Refused

NOTHING: dict[str, Any] = {
    "cause": "",
    "return_by": None,
    "applied_on": None,
    "discharged_on": None,
    "grade": None,
    "major_code": None,
    "major_name": None,
    "expected_graduation_date": None,
    "retroactive": False,
}


class Counters(Offices):
    """The offices, with the counters of this part of the work."""

    def __init__(self, enrollment: Enrollment) -> None:
        super().__init__(enrollment)
        at_work = (enrollment.store, enrollment.clock, enrollment.keyring)
        self.changes, self.papers = Changes(*at_work), Papers(*at_work)
        self.endings, self.incidents = Endings(*at_work), Incidents(*at_work)
        self.archives = ChangeQueries(enrollment.store, enrollment.keyring)
        self.proposals = EndingQueries(enrollment.store)

    def change(
        self, status_id: UUID, kind: str, on: date | None = None, *, actor: Assertion | None = None, **values: Any
    ) -> dict[str, Any]:
        """Record a change that holds from its decision on."""
        day = on or self.day
        said = {"decision_no": f"校学〔{day.year}〕{day.month}号", "decided_on": day, "effective_on": day}
        return self.ask(
            self.changes.record_change,
            actor or registrar(),
            status_id=status_id,
            kind=kind,
            **(NOTHING | said | values),
        )

    def annotate(
        self, status_id: UUID, kind: str, text: str, dated: date | None = None, *, actor: Assertion | None = None
    ) -> dict[str, Any]:
        asked = {"status_id": status_id, "kind": kind, "text": text, "dated": dated or self.day}
        return self.ask(self.papers.annotate_record, actor or registrar(), **asked)

    def take_note_back(
        self, of: str, status_id: UUID, version: int, *, actor: Assertion | None = None, reason: str = "误录他人"
    ) -> dict[str, Any]:
        """A study record (`withdraw_record`) or a paper (`withdraw_paper`) that was noted in error."""
        asked = {"status_id": status_id, "version": version, "reason": reason}
        return self.ask(getattr(self.papers, of), actor or registrar(), **asked)

    def issue(
        self, status_id: UUID, kind: str, number: str, on: date | None = None, *, actor: Assertion | None = None
    ) -> dict[str, Any]:
        asked = {"status_id": status_id, "kind": kind, "number": number, "issued_on": on or self.day}
        return self.ask(self.papers.issue_paper, actor or registrar(), **asked)

    def propose(self, status_id: UUID, kind: str = "退学", *, actor: Assertion | None = None, **values: Any) -> UUID:
        """Propose an ending of today; the id of the proposal."""
        said = {
            "decision_no": "校学〔2025〕9号",
            "decided_on": self.day,
            "effective_on": self.day,
            "reason": "本人申请",
            "proof": "死亡医学证明" if kind == "死亡" else "",
            "asked_on": None,
            "evidence": [],
        }
        asked = {"status_id": status_id, "kind": kind, **(said | values)}
        return UUID(self.ask(self.endings.propose_cancellation, actor or registrar(), **asked)["id"])

    def declare(self, status_id: UUID, actor: Assertion, **values: Any) -> UUID:
        """Declare an illegal entry; the id of the declaration."""
        said = {"decision_no": "教学函〔2025〕3号", "decided_on": self.day, "reason": "冒名顶替入学", "evidence": []}
        asked = {"status_id": status_id, **(said | values)}
        return UUID(self.ask(self.endings.declare_illegal_entry, actor, **asked)["id"])

    def confirm(self, cancellation_id: UUID, actor: Assertion) -> dict[str, Any]:
        return self.ask(self.endings.confirm_cancellation, actor, cancellation_id=cancellation_id)

    def end(self, status_id: UUID, kind: str = "退学", **values: Any) -> None:
        """Proposed by one registrar, confirmed by another."""
        self.confirm(self.propose(status_id, kind, **values), registrar(sub="second"))

    def archive(self, status_id: UUID, actor: Assertion | None = None) -> dict[str, Any]:
        asked = {"status_id": status_id, "after_version": 0}
        return self.look(self.archives.get_archive, actor or registrar(), **asked)

    # --- files ---

    def take_in(self, kind: Any, *rows: dict[str, Any], school: str = HERE, training: str = "all") -> list[Any]:
        """Decide the rows of a file and keep the good ones; what came of each."""
        checked = [CheckedRow(number, values) for number, values in enumerate(rows, start=2)]
        batch = Progress(
            school_code=school,
            submitted_by=f"registrar-{school}",
            committed_by="second",
            params={"entry_year": "2022", "training": training},
        )
        decided = kind.decide(checked, batch, uuid4())
        drafts = [draft for one in decided if not isinstance(one, Refused) for draft in one]
        self.base.append(drafts, by=Context.system("take_in", self.base.clock.now()))
        return list(decided)
