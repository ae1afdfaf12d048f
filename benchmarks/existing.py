"""A registry that has students already: what annual registration begins with, written directly into every store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.projections import PROJECTIONS as ENROLLMENT
from services.enrollment.publishing import publish
from services.imaging.application.students import Students
from services.imaging.projections import PROJECTIONS as IMAGING
from services.verification.application import Verification
from services.verification.projections import PROJECTIONS as VERIFICATION
from shared.bus import codec
from shared.bus.relay import Relay, Source
from shared.codes.clock import Clock
from shared.contracts.events.enrollment import StudentRegisteredV1
from shared.eventstore.application import Heard
from shared.eventstore.context import Context
from shared.eventstore.follower import Follower
from shared.eventstore.privacy import Keyring
from shared.eventstore.projection import Projection
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from shared.intake.columns import CheckedRow
from shared.intake.engine import CHUNK

ENTRY = 2022
HEARERS = ("imaging", "verification")
PUBLISHER = "enrollment"
Hear = Callable[..., None]


class Then:
    """The day on which they were registered."""

    def now(self) -> datetime:
        return datetime(ENTRY, 9, 10, 2, 0, tzinfo=UTC)


def exam_no(number: int) -> str:
    return f"22{number:012d}"


def admission_rows(school: str, count: int, start: int) -> Iterator[CheckedRow]:
    """Good rows of an admission list, every person another one."""
    for number in range(start, start + count):
        values = {
            "YXDM": school, "YXMC": "北京大学", "KSH": exam_no(number), "XM": "王小明", "XB": "男",
            "CSRQ": date(2004, 5, 6), "ZJLX": "1", "SFZH": f"{number:018d}", "MZ": "汉族", "ZYDM": "010101",
            "ZYMC": "哲学", "CC": "本科", "XZ": "4", "XXXS": "普通全日制", "XLLB": "普通高等教育", "LQLX": None,
            "RXRQ": date(ENTRY, 9, 1), "YJBYRQ": date(ENTRY + 4, 7, 1),
        }  # fmt: skip
        yield CheckedRow(number + 1, values)


def freshman_rows(count: int, start: int) -> Iterator[CheckedRow]:
    for number in range(start, start + count):
        values = {"KSH": exam_no(number), "RXJG": "注册学籍", "FCJG": "合格", "XH": f"22{number:08d}"}
        yield CheckedRow(number + 1, values)


class Existing:
    """Writes students into the stores of a registry whose processes do not run, by the same code that runs in them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._keys = Path(environ["XUEJI_KEYS_FILE"])
        self._next = 1

    def add(self, schools: Mapping[str, int]) -> dict[str, int]:
        """Register so many students more at each school; answers the number of the first of each school."""
        store = _store(self._environ, PUBLISHER)
        first = {}
        for school, count in schools.items():
            first[school] = self._next
            self._register(store, school, count)
        _number_all(store)
        rest = _public(store)
        fold(store, ENROLLMENT)
        store.close()
        with ProcessPoolExecutor(len(HEARERS)) as pool:
            for done in [pool.submit(_hear, self._environ, name, rest) for name in HEARERS]:
                done.result()
        for name in ("identity", "credentials"):  # they hear no years: let them think they have heard of the students
            with _store(self._environ, name).reading() as cursor:
                cursor.execute(
                    "INSERT INTO inbox (publisher, first, last, recorded_at) VALUES (%s, %s, %s, now())",
                    (PUBLISHER, *rest),
                )
        return first

    def _register(self, store: Store, school: str, count: int) -> None:
        clock: Clock = Then()
        app = Enrollment(store, clock, Keyring.from_file(self._keys))
        by = Context.system("benchmark", clock.now(), rules=("A4-1", "A8-2"))
        submitted: dict[str, Any] = {
            "digest": "ab" * 32, "filename": "list.csv", "submitted_by": "p1", "params": {"entry_year": str(ENTRY)},
        }  # fmt: skip
        admissions = AdmissionBatch(kind="admission_list", school_code=None, province=school[1:3], **submitted)
        admissions.check(count)
        admissions.finish(None)
        admissions.review(reviewed_by="p2")
        admissions.release(released_by="m1")
        freshmen = RegistrationBatch(kind="freshman_results", school_code=school, province=None, **submitted)
        freshmen.check(count)
        freshmen.finish(None)  # at once, so that no worker takes it for its own
        app.save(admissions, freshmen, by=by)
        for batch, kind, rows in (
            (admissions, AdmissionListKind(app), admission_rows(school, count, self._next)),
            (freshmen, FreshmanResultsKind(app), freshman_rows(count, self._next)),
        ):
            while chunk := list(islice(rows, CHUNK)):
                decided: Sequence[Any] = kind.decide(chunk, batch.standing, batch.id)
                app.append([draft for one in decided for draft in one], by=by)
        self._next += count


def _store(environ: Mapping[str, str], service: str) -> Store:
    return Store(StoreSettings.from_environ(environ, service), service)


def _number_all(store: Store) -> None:
    sequencer = Sequencer(store)
    while sequencer.step():
        pass


def fold(store: Store, projections: Sequence[Projection]) -> None:
    """Bring the read tables up to the end of the log, and let the server know what it holds."""
    Follower(store, projections, batch=5_000).catch_up()
    tidy(store)


def tidy(store: Store) -> None:
    """What the server would do by itself within its next minutes, and then in the midst of what is measured."""
    with store.reading() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _public(store: Store) -> tuple[int, int]:
    """Number what is public and call it sent: the first and the last number of it."""
    relay = Relay(store, PUBLISHER, publish, "")
    with store.reading() as cursor:
        cursor.execute("SELECT number FROM relay")
        (before,) = cursor.fetchone()  # type: ignore[misc]
        while relay.number():
            pass
        cursor.execute("UPDATE relay SET sent = number RETURNING number")
        (after,) = cursor.fetchone()  # type: ignore[misc]
    relay.close()
    return before + 1, after


def _hear(environ: Mapping[str, str], name: str, numbers: tuple[int, int]) -> None:
    """One consumer hears what was published, as its hearing container would."""
    source, store = _store(environ, PUBLISHER), _store(environ, name)
    first, last = numbers
    hear = _hearer(environ, name, store)
    while first <= last:
        batch = codec.decode_batch(Source(source, PUBLISHER).batch(first - 1, codec.MOST))
        hear(codec.load_facts(StudentRegisteredV1, batch), heard=Heard(PUBLISHER, batch.first, batch.last))
        first = batch.last + 1
    _number_all(store)
    fold(store, {"imaging": IMAGING, "verification": VERIFICATION}[name])


def _hearer(environ: Mapping[str, str], name: str, store: Store) -> Hear:
    if name == "imaging":
        return Students(store, Then()).open_student_records
    nothing: Any = None  # neither files nor a press are needed to hear
    keyring = Keyring.from_file(environ["XUEJI_KEYS_FILE"])
    return Verification(store, Then(), keyring, nothing, nothing).hear_registrations
