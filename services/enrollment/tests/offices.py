"""Two provinces, three schools, their offices and students: what tests of transfers, cases, conflicts act with."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from benchmarks.register import admission_rows
from services.enrollment.application import Enrollment
from services.enrollment.application.awards import Awards
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.application.clocks import Clocks
from services.enrollment.application.conflicts import Conflicts
from services.enrollment.application.notices import Notices
from services.enrollment.application.transfers import Transfers
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.student_status import FULL_TIME, StudentStatus
from services.enrollment.projections import AGGREGATES, PROJECTIONS
from services.enrollment.queries.conflicts import ConflictQueries
from services.enrollment.queries.finding import Findings
from services.enrollment.queries.own import OwnQueries
from services.enrollment.queries.transfers import TransferQueries
from shared.access.assertion import Assertion
from shared.bus import codec
from shared.contracts.catalogue import requests
from shared.eventstore.application import Heard
from shared.eventstore.claims import slot_of
from shared.eventstore.context import Context
from shared.eventstore.follower import Follower
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.verify import verify
from tests.support.actors import NOON, asked, person

HERE, SAME_PROVINCE, ELSEWHERE = "4111010001", "4111010002", "4133010335"
PROOF = ("ab" * 32,)
GOOD_NUMBER = "11010519491231002X"  # a well-formed document; so are the two below
OTHER_NUMBER = "34052419800101001X"
THIRD_NUMBER = "440524188001010014"
_NUMBERS = iter(range(1, 100_000))


def at(day: date) -> datetime:
    """Noon in China."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def registrar(school: str = HERE, sub: str = "") -> Assertion:
    return person("registrar", school, sub or f"registrar-{school}")


def second_registrar(school: str = HERE) -> Assertion:
    return person("registrar", school, f"second-{school}")


def province(code: str = "11", sub: str = "") -> Assertion:
    return person("province_education", code, sub or f"province-{code}")


def ministry(sub: str = "ministry-1") -> Assertion:
    return person("ministry", "moe", sub)


class Offices:
    """Everybody acts through one store, on the day that the test has come to."""

    def __init__(self, enrollment: Enrollment) -> None:
        store, clock, keyring = enrollment.store, enrollment.clock, enrollment.keyring
        at_work = (store, clock, keyring, Findings(store))
        self.base = enrollment
        self.notices = Notices(*at_work)
        self.cases = self.notices
        self.awards = Awards(*at_work)
        self.transfers = Transfers(*at_work)
        self.conflicts = Conflicts(*at_work)
        self.clocks = Clocks(*at_work)
        self.own = OwnQueries(store, keyring)
        self.transfer_files = TransferQueries(store, keyring)
        self.conflict_files = ConflictQueries(store, keyring)
        self.day = date(2022, 9, 10)
        self.heard = 0

    # --- asking ---

    def go_to(self, day: date) -> None:
        """Another day."""
        self.day = day
        self.base.clock.move_to(at(day))

    def ask(self, use_case: Any, actor: Assertion | None, **request: Any) -> dict[str, Any]:
        """Give a command today."""
        by = asked(actor, use_case.__name__, at=at(self.day))
        return as_told(use_case, use_case(command_id=by.command_id, by=by, **request))

    def look(self, query: Any, actor: Assertion | None, **request: Any) -> dict[str, Any]:
        """Ask a question after the read tables have caught up."""
        self.fold()
        return as_told(query, query(by=asked(actor, query.__name__, at=at(self.day)), **request))

    @cached_property
    def _tasks(self) -> tuple[Sequencer, Follower]:
        return Sequencer(self.base.store), Follower(self.base.store, PROJECTIONS)

    def replay(self) -> None:
        """Whatever happened: claims, standings and read tables are what the facts alone lead to."""
        self.fold()
        assert verify(self.base.store, PROJECTIONS, AGGREGATES) == []

    def fold(self) -> None:
        """Number the log and read it to its end."""
        sequencer, follower = self._tasks
        while sequencer.step():
            pass
        follower.catch_up()

    # --- students ---

    def admit(self, school: str = HERE, **values: Any) -> str:
        """A released admission; the examination number."""
        number = next(_NUMBERS)
        (row,) = admission_rows(1, number)
        row.values.update({"YXDM": school, "KSH": f"22{number:012d}", "SFZH": f"1101052004{number:08d}"} | values)
        batch = AdmissionBatch(
            kind="admission_list",
            digest=f"{number:064x}",
            filename="list.csv",
            school_code=None,
            province=school[2:4],
            params={"entry_year": str(row.values["RXRQ"].year)},
            submitted_by="pa",
        )
        decided = AdmissionListKind(self.base).decide([row], batch.standing, batch.id)
        self.base.append(decided[0], by=Context.system("take_in", NOON))
        batch.check(1)
        batch.finish(None)
        batch.review(reviewed_by="pe")
        batch.release(released_by="m")
        self.base.save(batch, by=Context.system("take_in", NOON))
        return str(row.values["KSH"])

    def register(self, exam_no: str, school: str = HERE, entry_year: int = 2022) -> UUID:
        """A registered freshman."""
        saved = self.ask(
            self.base.register_student,
            registrar(school),
            school_code=school,
            entry_year=entry_year,
            exam_no=exam_no,
            recheck="合格",
            student_no=None,
        )
        return UUID(saved["id"])

    def student(self, school: str = HERE, **values: Any) -> UUID:
        """Admitted and registered."""
        entry = values.get("RXRQ", date(2022, 9, 1))
        return self.register(self.admit(school, **values), school, entry.year)

    def holder(self, *status_ids: UUID) -> Assertion:
        """Who holds these statuses, as identity tells it."""
        person_id = uuid4()
        self.heard += 1
        told = [{"status_id": each, "person_id": person_id, "bound_on": self.day} for each in status_ids]
        self.notices.hear_holders(told, heard=Heard("identity", self.heard, self.heard))
        return person("student", "", str(person_id))

    def status(self, status_id: UUID | str) -> Any:
        """The standing of a status now."""
        return self.base.get(StudentStatus, UUID(str(status_id))).standing

    # --- what the database holds ---

    def claims(self, id_key: str) -> list[tuple[str, Any, Any]]:
        """The binding full-time claims on a document: holder, first day, first day after."""
        return self._held("period_claims", id_key)

    def contested(self, id_key: str) -> list[tuple[str, Any, Any]]:
        """The contested claims on a document."""
        return self._held("contested_claims", id_key)

    def _held(self, table: str, id_key: str) -> list[tuple[str, Any, Any]]:
        with self.base.store.reading() as cursor:
            cursor.execute(
                f"SELECT originator_id::text, lower(during), upper(during) FROM {table} WHERE slot = %s::uuid"
                " ORDER BY during",
                (slot_of(FULL_TIME, id_key).hex(),),
            )
            return [tuple(row) for row in cursor.fetchall()]

    def holders_on(self, id_key: str, day: date) -> list[str]:
        """Who holds the document bindingly on a day."""
        return [holder for holder, start, end in self.claims(id_key) if start <= day and (end is None or day < end)]


def as_told(asked_for: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, once it fits the contract that will carry it."""
    codec.write(CONTRACTS[asked_for.__name__].answer, answer)
    return answer


CONTRACTS = {each.method: each for each in requests() if each.service == "enrollment"}


def days(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
