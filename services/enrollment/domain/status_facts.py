"""What can happen to a student status after its registration: every fact, and what it does to the standing."""

from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.domain.rules.standing import CANCELLATIONS, StatusState, YearResult, mark_of
from services.enrollment.domain.status_asked_facts import AskedFacts
from shared.eventstore.aggregate import Aggregate, changed

# What a change may touch, and its taking back restores
RESTORED = (
    "state",
    "grade",
    "major_code",
    "major_name",
    "expected_graduation_date",
    "since",
    "return_by",
    "in_service",
    "marks",
    "changed_on",
    "leave_terms",
    "away_months",
    "told",
    "absences",
)


def record_line(kind: str, text: str) -> str:
    """A study record as the result of a year tells it (A12-5)."""
    return f"{kind}:{text}"


def without(lines: tuple[str, ...], line: str) -> tuple[str, ...]:
    """The same but for one line, the latest of its like; all of them where none is like it."""
    if line not in lines:
        return lines
    at = len(lines) - 1 - lines[::-1].index(line)
    return (*lines[:at], *lines[at + 1 :])


EXTENSION = "延长学习年限"  # moves the expected graduation and nothing else; none of the eight kinds that years tell


class StatusFacts(AskedFacts):
    """The facts of a student status but the first; each applies itself, none refuses."""

    class YearRegistered(Aggregate.Event):
        """The academic year is registered 注册学籍 (A12-3)."""

        academic_year: int
        registered_on: date
        due_on: date
        late: bool
        changes: tuple[str, ...] = ()  # of the year before (A12-4)
        annotations: tuple[str, ...] = ()  # study records of the year before (A12-5)
        origin: str = ""
        evidence_level: str = ""
        resumes: bool = False  # the registration had been deferred until now

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.year_settled(
                self.academic_year, "registered", (*self.changes, *self.annotations)
            )

    class YearDeferred(Aggregate.Event):
        """The registration of the academic year is deferred 暂缓注册 (A12-3)."""

        academic_year: int
        registered_on: date
        due_on: date
        late: bool
        changes: tuple[str, ...] = ()
        annotations: tuple[str, ...] = ()
        cause: str = ""  # unpaid_tuition | absence | other (R41-12)
        origin: str = ""
        evidence_level: str = ""

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.year_settled(
                self.academic_year, "deferred", (*self.changes, *self.annotations)
            )

    class YearWithdrawn(Aggregate.Event):
        """The last year's result is taken back; what stood before it stands again."""

        academic_year: int
        restored_year: int
        restored_as: YearResult
        restored_state: StatusState
        restored_marks: tuple[str, ...]
        restored_records: tuple[str, ...]
        effective_on: date | None = None  # when the result that is taken back took effect
        restored_grade: int = 0
        restored_told: tuple[str, ...] = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.year_withdrawn(vars(self))

    class Rechecked(Aggregate.Event):
        """The recheck of the first three months: its five items and the result (R41-11)."""

        result: str  # 合格 | 不合格
        items: dict[str, bool]  # procedure, admission, person, health, talent
        rechecked_on: date
        due_on: date
        late: bool

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, recheck=self.result)

    class RecheckWithdrawn(Aggregate.Event):
        """A recheck filed in error is taken back; the one before it stands again, if there was one (R41-11)."""

        withdrawn_version: int
        result: str = ""  # of the one before; empty where there was none, and the rest with it
        failed: tuple[str, ...] = ()
        rechecked_on: date | None = None
        due_on: date | None = None
        late: bool = False

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, recheck=self.result)

    class Changed(Aggregate.Event):
        """A decision of the school changed the status: one of eight kinds (A12-4), or longer time to study.

        None leaves a value as it was.
        """

        kind: str  # 留级 降级 跳级 休学 复学 转专业 保留学籍 (转学 is TransferredOut), 延长学习年限
        effective_on: date
        decision_no: str
        decided_on: date
        state: StatusState
        grade: int | None
        major_code: str | None
        major_name: str | None
        expected_graduation_date: date | None
        return_by: date | None
        in_service: bool = False
        cause: str = ""
        late: bool = False
        due_on: date | None = None  # 15 working days after the decision; unknown where no calendar is published
        retroactive: bool = False  # said to hold from before a change that is recorded already
        applied_on: date | None = None  # when the student asked to return
        discharged_on: date | None = None  # from military service (R41-27)
        terms: int = 0  # of leave granted by this decision
        away_months: int = 0  # that end with this return

        def apply(self, aggregate: Any) -> None:
            before = aggregate.standing
            after = before.moved(
                self.state,
                self.effective_on,
                grade=self.grade,
                major_code=self.major_code,
                major_name=self.major_name,
                expected_graduation_date=self.expected_graduation_date,
                marks=before.marks if self.kind == EXTENSION else (*before.marks, self.kind),
                in_service=self.in_service,
                leave_terms=before.leave_terms + self.terms,
                away_months=before.away_months + self.away_months,
                changed_on=max(before.changed_on or self.effective_on, self.effective_on),
                told=(*before.told, mark_of(self.kind, self.effective_on, self.decision_no)),
            )
            aggregate.standing = changed(after, return_by=self.return_by)

    class ChangeWithdrawn(Aggregate.Event):
        """The last change is taken back; what stood before it stands again."""

        kind: str
        withdrawn_version: int
        effective_on: date  # of the change that is taken back
        restored: dict[str, Any]  # the fields of the standing, as JSON
        state: StatusState
        grade: int
        major_code: str
        major_name: str
        expected_graduation_date: date
        since: date | None
        return_by: date | None
        in_service: bool
        marks: tuple[str, ...]
        changed_on: date | None = None
        leave_terms: int = 0
        away_months: int = 0
        told: tuple[str, ...] = ()
        absences: tuple[tuple[date, date], ...] = ()

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = changed(aggregate.standing, **{name: getattr(self, name) for name in RESTORED})

    class Annotated(Aggregate.Event):
        """A study record 学籍记载: exam, practice, reward or punishment (A12-5)."""

        kind: str
        text: str
        dated: date

        def apply(self, aggregate: Any) -> None:
            before = aggregate.standing
            aggregate.standing = changed(
                before,
                records=(*before.records, record_line(self.kind, self.text)),
                told=(*before.told, mark_of(self.kind, self.dated, self.text)),
            )

    class AnnotationWithdrawn(Aggregate.Event):
        """A study record filed in error is taken back; a year that told it already tells it no more."""

        kind: str
        text: str
        dated: date
        withdrawn_version: int
        told_with: int | None = None  # the academic year whose result told it (A12-5)

        def apply(self, aggregate: Any) -> None:
            before, line = aggregate.standing, record_line(self.kind, self.text)
            told = {"told": without(before.told, mark_of(self.kind, self.dated, self.text))}
            if self.told_with is None:
                told["records"] = without(before.records, line)
            elif self.told_with == before.settled_year:
                told["year_told"] = without(before.year_told, line)
            aggregate.standing = changed(before, **told)

    class JointlyTrained(Aggregate.Event):
        """Joint training with another school: an annotation, never a second status (A8-10)."""

        partner_code: str
        partner_name: str
        starts_on: date
        ends_on: date | None

        def apply(self, aggregate: Any) -> None:
            """It binds no decision."""

    class Cancelled(Aggregate.Event):
        """The status is closed without a certificate 学籍注销; two persons decided it, nobody reopens it (A12-6)."""

        kind: str  # 退学 取消学籍 开除学籍 死亡
        cancellation_id: UUID
        decision_no: str
        decided_on: date
        effective_on: date
        due_on: date | None  # 15 working days after the decision; unknown where no calendar is published
        late: bool
        id_key: str
        illegal_entry: bool = False  # A26-2: publicly answered as not valid
        away_months: int = 0  # that end with this cancellation
        reason: str = ""

        def apply(self, aggregate: Any) -> None:
            before = aggregate.standing
            aggregate.standing = before.moved(
                CANCELLATIONS[self.kind],
                self.effective_on,
                away_months=before.away_months + self.away_months,
                illegal_entry=self.illegal_entry,
                told=(*before.told, mark_of(self.kind, self.effective_on, self.decision_no)),
            )

    class PaperIssued(Aggregate.Event):
        """Another paper than a certificate: 肄业证书 or 学习证明 (A12-7)."""

        kind: str
        number: str
        issued_on: date
        school_code: str = ""  # the number is unique at the school that gives the paper

        def apply(self, aggregate: Any) -> None:
            before = aggregate.standing
            aggregate.standing = changed(
                before,
                papers=(*before.papers, self.kind),
                told=(*before.told, mark_of(self.kind, self.issued_on, self.number)),
            )

    class PaperWithdrawn(Aggregate.Event):
        """Another paper was noted in error and is taken back; its number is free again."""

        kind: str
        number: str
        issued_on: date
        school_code: str
        withdrawn_version: int

        def apply(self, aggregate: Any) -> None:
            before = aggregate.standing
            aggregate.standing = changed(
                before,
                papers=without(before.papers, self.kind),
                told=without(before.told, mark_of(self.kind, self.issued_on, self.number)),
            )

    class RegistrationWithdrawn(Aggregate.Event):
        """The registration itself was filed in error and is taken back, before anything followed from it."""

        admission_id: UUID
        id_key: str
        full_time: bool
        effective_on: date

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.moved("withdrawn", self.effective_on)

    class Left(Aggregate.Event):
        """The certificate took effect; the status is closed and filed as the student's archive (A14-1)."""

        certificate_id: UUID
        number: str
        conclusion: str
        left_on: date
        id_key: str

        def apply(self, aggregate: Any) -> None:
            aggregate.standing = aggregate.standing.left(self.conclusion, self.left_on)
