"""A small world of people, schools and offices in which every kind of command may be given, in any order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.enrollment.application import Enrollment
from services.enrollment.application.awards import Awards
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.application.bulk.existing_statuses import ExistingStatusesKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.year_results import YearResultsKind
from services.enrollment.application.cases import Cases
from services.enrollment.application.changes import Changes
from services.enrollment.application.clocks import Clocks
from services.enrollment.application.conflicts import Conflicts
from services.enrollment.application.endings import Endings
from services.enrollment.application.entry import Entry
from services.enrollment.application.holders import Holders
from services.enrollment.application.papers import Papers
from services.enrollment.application.preparatory import Preparation
from services.enrollment.application.transfers import Transfers
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.rules.changes import ARMY
from services.enrollment.domain.rules.standing import StatusStanding
from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.queries.finding import Findings
from services.enrollment.tests.conftest import SCHOOL
from services.enrollment.tests.gates import GOOD, citizen
from services.enrollment.tests.test_existing import checked, status_row
from shared.access.assertion import Assertion
from shared.codes.clock import shanghai_date
from shared.eventstore.application import Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.intake.columns import CheckedRow
from shared.intake.outcome import Receipt
from shared.intake.progress import Progress
from shared.intake.tables_existing import EXISTING_STATUSES
from shared.rules.refused import Refused
from tests.support.actors import asked, person

OTHER, TRAINS = "4133010335", "4115010126"
START = datetime(2022, 9, 5, 2, tzinfo=UTC)
PROOF = ("ab" * 32,)
CAUSES = {"休学": "因病", "保留学籍": ARMY}
STEP = {"留级": 1, "降级": 1, "跳级": -1}
PLACES = 9
"""Six ordinary admissions of three people, one unreleased, one preparatory, one under a special plan."""
UNRELEASED, PREPARATORY, SPECIAL = 6, 7, 8
_heard = count(1)


@dataclass
class World:
    """Three people admitted full-time by two schools each and some others, and what was done with them."""

    enrollment: Enrollment
    mark: int = field(default_factory=lambda: uuid4().int % 10**8)
    now: datetime = START
    begun: UUID = field(default_factory=uuid7)
    admitted: list[tuple[str, str, date]] = field(default_factory=list)  # school, number, day of entry
    statuses: dict[UUID, str] = field(default_factory=dict)  # and their schools
    proposals: list[tuple[UUID, Callable[[str], Assertion], str]] = field(default_factory=list)
    transfers: list[tuple[UUID, str, str]] = field(default_factory=list)
    files: list[tuple[Any, list[Any], str]] = field(default_factory=list)
    moments: dict[tuple[UUID, int], StatusStanding] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.enrollment.clock.move_to(START)  # type: ignore[attr-defined]
        admit(self)

    def do(self, step: tuple[Any, ...]) -> None:
        """One command, refused or not; afterwards the standing of every status is remembered with its version."""
        try:
            getattr(self, step[0])(*step[1:])
        except Refused as refused:
            self.refusals.append(refused.as_dict())
        with self.enrollment.store.reading() as cursor:
            cursor.execute(
                "SELECT originator_id FROM standings WHERE kind = 'enrollment.StudentStatus' AND originator_id > %s"
                " ORDER BY originator_id",
                (str(self.begun),),
            )
            found = [UUID(str(row[0])) for row in cursor.fetchall()]
        for status_id in found:
            status = self.enrollment.get(StudentStatus, status_id)
            self.statuses[status_id] = status.standing.school_code
            self.moments[status_id, status.version] = status.standing

    # --- who acts ---

    @property
    def today(self) -> date:
        return shanghai_date(self.now)

    def tell(self, application: Any, use_case: str, actor: Assertion | str, **named: Any) -> Any:
        """Give a command as somebody, or as the first registrar of a school."""
        actor = person("registrar", actor, "reg-1") if isinstance(actor, str) else actor
        base = self.enrollment
        at_work = (base.store, base.clock, base.keyring)
        finder = (Findings(base.store),) if issubclass(application, Holders) else ()
        by = asked(actor, use_case, at=self.now)
        return getattr(application(*at_work, *finder), use_case)(command_id=by.command_id, by=by, **named)

    def number(self) -> str:
        self.numbers += 1
        return f"校字{self.numbers}"

    def known(self, which: int) -> tuple[UUID, str]:
        """One of the statuses there are, and its school."""
        return list(self.statuses.items())[which % len(self.statuses)]

    def standing(self, status_id: UUID) -> StatusStanding:
        found: StatusStanding = self.enrollment.get(StudentStatus, status_id).standing
        return found

    # --- entry ---

    def register(self, place: int, year: int = 2022, admission_type: str | None = None) -> None:
        school, exam_no, _ = self.admitted[place]
        asked_for = {"school_code": school, "entry_year": year, "exam_no": exam_no}
        said = {"recheck": "合格", "student_no": None, "admission_type": admission_type}
        self.tell(Enrollment, "register_student", school, **asked_for, **said)

    def entry(self, place: int, outcome: str) -> None:
        school, exam_no, _ = self.admitted[place]
        deferred = {"cause": "illness", "until": self.today + timedelta(days=300)} if outcome == "deferred" else {}
        self.tell(
            Enrollment, "decide_entry", school, school_code=school, entry_year=2022, exam_no=exam_no, outcome=outcome,
            **deferred,
        )  # fmt: skip

    def readmit(self, place: int) -> None:
        school, exam_no, _ = self.admitted[place]
        asked_for = {"school_code": school, "entry_year": 2022, "exam_no": exam_no}
        said = {"applied_on": self.today, "review": "合格", "entry_date": date(2023, 9, 1)}
        self.tell(Entry, "readmit_deferred", school, **asked_for, **said)

    def recheck(self, place: int, year: int, failed: str, defer: bool) -> None:
        school, exam_no, _ = self.admitted[place]
        items = GOOD | ({failed: False} if failed else {})
        self.tell(
            Entry, "recheck_student", school, school_code=school, entry_year=year, exam_no=exam_no, items=items,
            rechecked_on=self.today, defer=defer, until=self.today + timedelta(days=300) if defer else None,
        )  # fmt: skip

    def prepare(self, school: str, step: str) -> None:
        own, exam_no, _ = self.admitted[PREPARATORY]
        school = school or own
        asked_for = {"school_code": school, "entry_year": 2022, "exam_no": exam_no}
        said: dict[str, dict[str, Any]] = {
            "recheck_preparatory": {"result": "合格", "rechecked_on": self.today},
            "annotate_preparatory": {"starts_on": date(2022, 9, 10), "ends_on": date(2023, 7, 1)},
            "complete_preparatory": {"completed_on": self.today, "entry_date": date(2023, 9, 1)},
        }
        self.tell(Preparation, step, school, **asked_for, **said[step])

    # --- years and changes ---

    def year(self, which: int, ahead: int, result: str) -> None:
        """The last settled year again, the next one, or one too far."""
        status_id, school = self.known(which)
        year = self.standing(status_id).settled_year + ahead
        self.tell(
            Enrollment, "settle_year", school, status_id=status_id, academic_year=year, result=result,
            starts_on=date(year, 9, 1),
        )  # fmt: skip

    def change(self, which: int, kind: str, days: int) -> None:
        status_id, school = self.known(which)
        on = self.today + timedelta(days=days)
        standing = self.standing(status_id)
        self.tell(
            Changes, "record_change", school, status_id=status_id, kind=kind, decision_no=self.number(),
            decided_on=min(on, self.today), effective_on=on, cause=CAUSES.get(kind, ""),
            return_by=on + timedelta(days=180), applied_on=on, discharged_on=on if standing.in_service else None,
            grade=standing.grade + STEP.get(kind, 0), major_code=f"0702{self.numbers % 90:02d}",
            major_name=f"物理学{self.numbers}", expected_graduation_date=None, retroactive=days < 0,
        )  # fmt: skip

    def withdraw(self, which: int) -> None:
        status_id, school = self.known(which)
        version = self.enrollment.get(StudentStatus, status_id).version
        self.tell(Changes, "withdraw_change", school, status_id=status_id, version=version, reason="误报,予以撤回")

    def annotate(self, which: int) -> None:
        status_id, school = self.known(which)
        said = {"kind": "奖励", "text": f"三好学生{self.number()}", "dated": self.today}
        self.tell(Papers, "annotate_record", school, status_id=status_id, **said)

    # --- endings ---

    def propose(self, which: int, kind: str, days: int) -> None:
        status_id, school = self.known(which)
        on = self.today + timedelta(days=days)
        saved = self.tell(
            Endings, "propose_cancellation", school, status_id=status_id, kind=kind, decision_no=self.number(),
            decided_on=on, effective_on=on, reason="本人申请,学校审定", proof="证明 7", asked_on=None, evidence=[],
        )  # fmt: skip
        self.proposals.append((UUID(str(saved["id"])), lambda sub: person("registrar", school, sub), "reg"))

    def declare(self, which: int) -> None:
        """An illegal entry, by one person of the authority; whether another confirms it is another step."""
        status_id, _ = self.known(which)
        said = {"decision_no": self.number(), "decided_on": self.today, "reason": "冒名顶替入学", "evidence": []}
        saved = self.tell(
            Endings, "declare_illegal_entry", person("ministry", "moe", "m-1"), status_id=status_id, **said
        )
        self.proposals.append((UUID(str(saved["id"])), lambda sub: person("ministry", "moe", sub), "m"))

    def confirm(self, which: int) -> None:
        """The newest proposal; whoever made it is refused."""
        if self.proposals:
            cancellation_id, office, name = self.proposals[-1]
            self.tell(Endings, "confirm_cancellation", office(f"{name}-{which}"), cancellation_id=cancellation_id)

    def paper(self, which: int, kind: str) -> None:
        status_id, school = self.known(which)
        said = {"kind": kind, "number": self.number(), "issued_on": self.today}
        self.tell(Papers, "issue_paper", school, status_id=status_id, **said)

    def graduate(self, which: int, conclusion: str) -> None:
        """Credentials says that a certificate took effect, whatever became of the status."""
        status_id, _ = self.known(which)
        self.numbers += 1
        fact = {
            "status_id": status_id, "certificate_id": uuid4(), "number": f"10001{self.mark:08d}{self.numbers:05d}",
            "conclusion": conclusion, "graduation_date": self.today, "id_key": self.standing(status_id).id_key,
        }  # fmt: skip
        base, place = self.enrollment, next(_heard)
        Awards(base.store, base.clock, base.keyring).hear_degrees([fact], heard=Heard("credentials", place, place))

    # --- asked by one, decided by others ---

    def transfer(self, which: int, steps: int) -> None:
        """As many steps as are said, each by whose turn it is."""
        status_id, school = self.known(which)
        to = OTHER if school == SCHOOL else SCHOOL
        said = {"to_school": to, "to_school_name": "某大学", "to_level": "本科", "to_major_code": "010101"}
        why = {"to_major_name": "哲学", "reason_kind": "illness", "reason": "患病", "evidence": PROOF}
        saved = self.tell(Transfers, "request_transfer", school, status_id=status_id, **said, **why)
        transfer_id = UUID(str(saved["id"]))
        self.transfers.append((transfer_id, school, to))
        told = {"decision_no": self.number(), "decided_on": self.today, "target_score": 600.0, "standard_met": None}
        for use_case, actor, values in (
            ("agree_to_transfer", school, {"score": 650.0}),
            ("review_transfer", to, told | {"evidence": PROOF}),
            ("confirm_transfer", person("province_education", "11", "pe-11"), {}),
            ("confirm_transfer", person("province_education", "33", "pe-33"), {}),
        )[:steps]:
            self.tell(Transfers, use_case, actor, transfer_id=transfer_id, **values)

    def carry_out(self, days: int) -> None:
        if self.transfers:
            transfer_id, _, to = self.transfers[-1]
            on = self.today - timedelta(days=days)
            self.tell(Transfers, "complete_transfer", to, transfer_id=transfer_id, effective_on=on, student_no=None)

    def case(self, which: int, kind: str, values: dict[str, str], agrees: bool) -> None:
        """Filed by one registrar, reviewed by another, decided by the province where it must be."""
        status_id, school = self.known(which)
        second = person("registrar", school, "reg-2")
        said = {"kind": kind, "values": values, "statement": "登记有误", "evidence": PROOF}
        case_id = UUID(str(self.tell(Cases, "file_case", school, status_id=status_id, **said)["id"]))
        about = {"case_id": case_id, "reason": "属实"}
        self.tell(Cases, "begin_case_review", second, case_id=case_id)
        self.tell(Cases, "review_case", second, agrees=True, **about)
        province = person("province_education", school[2:4], f"pe-{school[2:4]}")
        self.tell(Cases, "decide_case", province, agrees=agrees, **about)

    def correct(self, which: int, what: str) -> None:
        number = citizen(self.mark % 9000 + self.numbers)
        values = {"name": "王晓明", "id_number": number, "study_form": "业余", "ethnicity": "满族"}
        self.case(which, "correction", {what: values[what]}, True)

    def reopen(self, which: int, agrees: bool) -> None:
        self.case(which, "cancellation", {}, agrees)

    def conflict(self, place: int, outcome: str, ending: str, register: bool) -> None:
        """The school of an admission contests whoever stands in its way."""
        school, exam_no, _ = self.admitted[place]
        said = {"statement": "已有学籍", "evidence": PROOF}
        asked_for = {"school_code": school, "entry_year": 2022, "exam_no": exam_no}
        conflict_id = UUID(str(self.tell(Conflicts, "open_conflict", school, **asked_for, **said)["id"]))
        if register:
            recheck = {"recheck": "合格", "student_no": None}
            self.tell(Conflicts, "register_contested", school, conflict_id=conflict_id, **recheck)
        if outcome:
            how = {"outcome": outcome, "ending": ending or None, "ends_on": self.today if ending == "退学" else None}
            values = {"id_number": citizen(self.mark % 9000 + 500)} if outcome.endswith("corrected") else {}
            self.tell(
                Conflicts, "decide_conflict", person("ministry", "moe", "m-9"), conflict_id=conflict_id, values=values,
                decision_no=self.number(), reason="经查证", **how,
            )  # fmt: skip

    # --- files ---

    def file_years(self, which: int, ahead: int) -> None:
        status_id, school = self.known(which)
        standing = self.standing(status_id)
        exam_no = self.enrollment.first_facts(StudentStatus.Registered, [status_id])[status_id]["exam_no"]
        year = standing.settled_year + ahead
        row = dict.fromkeys(("ZHYY", "JFQK")) | {"KSH": exam_no, "XN": year, "ZCJG": "注册学籍", "XJBD": (), "XJJZ": ()}
        params = {"entry_year": str(standing.entry_date.year), "academic_year": str(year), "training": "all"}
        self._take_in(YearResultsKind(self.enrollment), row, school, params)

    def file_entry(self, place: int, result: str) -> None:
        school, exam_no, _ = self.admitted[place]
        empty = dict.fromkeys(("XH", "FY", "XSH", "BH", "LQLX", "LHXX", "BLYY", "BLZ", "FCJG"))
        row = empty | {"KSH": exam_no, "RXJG": result, "FCJG": "合格" if result == "注册学籍" else None}
        self._take_in(FreshmanResultsKind(self.enrollment), row, school, {"entry_year": "2022", "training": "all"})

    def old(self, person_of: int, entry: int, until: int | None) -> None:
        """An old register tells of a study of one of the people, ended in a year or not."""
        (row,) = checked(EXISTING_STATUSES, status_row(1, RXRQ="20030901"))
        self.numbers += 1
        row.values.update(
            SFZH=f"{self.mark:012d}{person_of:06d}", KSH=f"O{self.mark:08d}{self.numbers:04d}", RXRQ=date(entry, 9, 1),
            YJBYRQ=date(entry + 4, 7, 1), LXRQ=date(until, 7, 1) if until else None,
            XJZT="毕业" if until else "休学", CSRQ=_PERSON["CSRQ"],
        )  # fmt: skip
        batch = Progress(
            kind="existing_statuses", filename="old.csv", province="11", submitted_by="pe-1", params={"source": "旧库"}
        )
        self._kept(ExistingStatusesKind(self.enrollment).decide([row], batch, uuid4()))

    def take_back(self) -> None:
        """Undo the newest file, where nothing followed from it."""
        if self.files:
            kind, decided, school = self.files.pop()
            receipts = [
                Receipt(number, drafts[0].originator_id, drafts[0].version, drafts[-1].version)
                for number, drafts in enumerate(decided, start=2)
            ]
            self._kept(kind.compensate(receipts, Progress(school_code=school), uuid4()))

    def _take_in(self, kind: Any, row: dict[str, Any], school: str, params: dict[str, str]) -> None:
        batch = Progress(school_code=school, submitted_by="reg-1", params=params)
        kept = self._kept(kind.decide([CheckedRow(2, row)], batch, uuid4()))
        if kept:
            self.files.append((kind, kept, school))

    def _kept(self, decided: list[Any]) -> list[Any]:
        """What a file led to, written; a refusal is remembered like that of a command."""
        kept = [one for one in decided if not isinstance(one, Refused) and one]
        self.refusals += [one.as_dict() for one in decided if isinstance(one, Refused)]
        if kept:
            drafts = [draft for one in kept for draft in one]
            self.enrollment.append(drafts, by=Context.system("take_in", self.now))
        return kept

    # --- time ---

    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        base = self.enrollment
        base.clock.move_to(self.now)  # type: ignore[attr-defined]
        Endings(base.store, base.clock, base.keyring).due_cancellations(self.now)
        Clocks(base.store, base.clock, base.keyring, Findings(base.store)).due_cases(self.now)


def admit(world: World) -> None:
    """Lists of this example alone: a released one, and one that stays unreleased."""
    rows = []
    for place in range(PLACES):
        school = (SCHOOL, OTHER)[place % 2] if place < UNRELEASED else SCHOOL
        exam_no, entry = f"22{world.mark:08d}{place:04d}", date(2022, 9, 1)
        who = place // 2 if place < UNRELEASED else place
        special = {"ZXJH": "是"} if place == SPECIAL else {}
        preparatory = {"YKLB": "少数民族预科", "PYXX": TRAINS} if place == PREPARATORY else {}
        own = {"YXDM": school, "KSH": exam_no, "SFZH": f"{world.mark:012d}{who:06d}"}
        world.admitted.append((school, exam_no, entry))
        rows.append(CheckedRow(place + 2, {**_PERSON, **own, **special, **preparatory}))
    _listed(world, [row for place, row in enumerate(rows) if place != UNRELEASED], released=True)
    _listed(world, [rows[UNRELEASED]], released=False)


def _listed(world: World, rows: list[CheckedRow], *, released: bool) -> None:
    enrollment = world.enrollment
    by = asked(person("province_admissions", "11", "pa-1"), "submit_admission_batch", at=START)
    digest = f"{world.mark * 2 + released:064d}"
    saved = enrollment.submit_admission_batch(
        command_id=by.command_id, digest=digest, filename="list.csv", province="11", entry_year=2022, by=by
    )
    batch = enrollment.get(AdmissionBatch, UUID(str(saved["id"])))
    decided = AdmissionListKind(enrollment).decide(rows, batch.standing, batch.id)
    enrollment.append([draft for one in decided for draft in one], by=Context.system("take_in", START))
    batch.check(len(rows))
    batch.finish(None)
    enrollment.save(batch, by=Context.system("take_in", START))
    for role, org, use_case in (("province_education", "11", "review"), ("ministry", "moe", "release")):
        if released:
            by = asked(person(role, org), f"{use_case}_admission_batch", at=START)
            getattr(enrollment, f"{use_case}_admission_batch")(command_id=by.command_id, batch_id=batch.id, by=by)


_PERSON = {
    "YXMC": "某大学", "XM": "王小明", "XB": "男", "CSRQ": date(2004, 5, 6), "ZJLX": "1", "MZ": "汉族",
    "ZYDM": "010101", "ZYMC": "哲学", "CC": "本科", "XZ": "4", "XXXS": "普通全日制", "XLLB": "普通高等教育",
    "LQLX": None, "RXRQ": date(2022, 9, 1), "YJBYRQ": date(2026, 7, 1),
}  # fmt: skip
