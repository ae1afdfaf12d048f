"""Capture codes and photos on a real PostgreSQL and a real folder."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.imaging.adapters.vision import check_file
from services.imaging.application.imaging import Imaging
from services.imaging.domain.capture_code import CaptureCode, CodeNotGood, NotEligible
from services.imaging.domain.photo import OnePhotoPerStatus
from services.imaging.projections import AGGREGATES, PROJECTIONS
from services.imaging.publishing import publish
from services.imaging.queries import ImagingQueries
from services.imaging.tests.photos import photo
from shared.access.assertion import Assertion, NotSignedIn
from shared.access.by import By
from shared.access.decide import NotPermitted
from shared.blobs.files import FileBlobs
from shared.blobs.port import BlobMissing
from shared.codes.clock import shanghai_date
from shared.contracts.events.imaging_looks import PhotosViewedV1
from shared.eventstore.application import ChangedMeanwhile, Heard
from shared.eventstore.follower import Follower
from shared.eventstore.log import read_log
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store, migrate
from shared.eventstore.verify import verify
from shared.rules.refused import NotFound, Refused

pytestmark = pytest.mark.servers
SCHOOL = "4111010001"
NOW = datetime(2030, 3, 5, 2, 0, tzinfo=UTC)
TAKEN_ON = date(2030, 3, 2)
OWNER = UUID("01930f3a-0000-7000-8000-0000000000c1")


def person(role: str, sub: str, org: str = "") -> Assertion:
    return Assertion(sub, role, "school", "all", org, ("key",), "jti", datetime(2040, 1, 1, tzinfo=UTC))


REGISTRAR = person("registrar", "registrar-1", SCHOOL)
COLLECTOR = person("image_collector", "collector-1", "xinhua")
SECOND = person("image_collector", "collector-2", "xinhua")
STUDENT = person("student", str(OWNER))


class StandingClock:
    def now(self) -> datetime:
        return NOW


@dataclass
class Studio:
    """The service without its bus."""

    imaging: Imaging
    queries: ImagingQueries
    blobs: FileBlobs
    tasks: list[Any]
    numbers: Iterator[int]

    def tell(self, use_case: str, actor: Assertion | None, command_id: UUID | None = None, **request: Any) -> Any:
        command = command_id or uuid4()
        by = By(actor, use_case, "test", NOW, command, f"hash of {use_case}{request}")
        return getattr(self.imaging, use_case)(command_id=command, by=by, **request)

    def ask(self, query: str, actor: Assertion | None, **request: Any) -> Any:
        return getattr(self.queries, query)(by=By(actor, query, "test", NOW), **request)

    def work(self) -> None:
        while sum(task() for task in self.tasks):
            pass

    def heard(self, publisher: str, facts: list[Any]) -> Heard:
        first = next(self.numbers)
        for _ in facts[1:]:
            last = next(self.numbers)
        return Heard(publisher, first, last if len(facts) > 1 else first)

    def register(self, count: int = 1, *, graduates: date = date(2030, 6, 30)) -> list[UUID]:
        facts = [
            {
                "status_id": uuid4(),
                "school_code": SCHOOL,
                "exam_no": f"26110108{number:06d}",
                "category": "普通高等教育",
                "expected_graduation_date": graduates,
                "name_key": "not wanted here",
            }
            for number in range(count)
        ]
        self.imaging.open_student_records(facts, self.heard("enrollment", facts))
        self.work()
        return [fact["status_id"] for fact in facts]

    def code(self, status_id: UUID) -> str:
        code: str = self.tell("issue_capture_code", REGISTRAR, status_id=status_id)["code"]
        return code

    def submit(self, code: str, data: bytes | None = None, **changes: Any) -> Any:
        request = {"code": code, "digest": self.blobs.put(data or photo()), "captured_on": TAKEN_ON}
        return self.tell("submit_photo", COLLECTOR, **(request | changes))

    def review(self, photo_id: str, actor: Assertion = SECOND, *reasons: str) -> Any:
        decision = "reject" if reasons else "approve"
        return self.tell("review_photo", actor, photo_id=UUID(photo_id), decision=decision, reasons=list(reasons))

    def published(self) -> list[Any]:
        self.work()
        with self.imaging.store.reading() as cursor:
            told = [said for record in read_log(cursor, 0, 10_000) for said in publish(record)]
        return [said for said in told if said[0] is not PhotosViewedV1]


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.generate(tmp_path_factory.mktemp("keys") / "keys.toml")


@pytest.fixture
def studio(databases: Any, keyring: Keyring, tmp_path: Path) -> Iterator[Studio]:
    url = databases.fresh("imaging", lambda template: migrate(template, "imaging"))
    store = Store(url, "imaging")
    queries, blobs = ImagingQueries(store), FileBlobs(tmp_path / "blobs")
    imaging = Imaging(store, StandingClock(), keyring, blobs, check_file, queries)
    tasks = [Sequencer(store).step, Follower(store, PROJECTIONS).step]
    yield Studio(imaging, queries, blobs, tasks, iter(range(1, 100_000)))
    store.close()
    databases.drop(url)


@pytest.mark.rule("A24-1")
def test_whoever_is_appointed_for_another_kind_of_training_has_nothing_to_do_with_a_photo(studio: Studio) -> None:
    """Given regular students, when people of the school and of the agency who are appointed for adult education ask for
    codes, hand a photo in, review it or look at it, then each is refused, and their lists name nobody."""
    adults, regular = (replace(REGISTRAR, kind=kind) for kind in ("adult", "regular"))
    first, second = studio.register(2)
    of_class = {"school_code": SCHOOL, "graduation_year": 2030, "limit": 10}
    assert studio.tell("issue_capture_codes", adults, **of_class) == {"codes": [], "more": False}
    told = studio.tell("issue_capture_codes", regular, **of_class)
    assert {code["status_id"] for code in told["codes"]} == {str(first), str(second)}
    photo_id = UUID(str(studio.submit(told["codes"][0]["code"])["id"]))
    studio.work()
    stranger = replace(SECOND, kind="adult")
    refused = (
        lambda: studio.tell("issue_capture_code", adults, status_id=first),
        lambda: studio.tell(
            "submit_photo",
            stranger,
            code=told["codes"][1]["code"],
            digest=studio.blobs.put(photo()),
            captured_on=TAKEN_ON,
        ),
        lambda: studio.review(str(photo_id), stranger),
        lambda: studio.ask("get_photo", adults, photo_id=photo_id, after_version=0),
        lambda: studio.ask("get_photo", stranger, photo_id=photo_id, after_version=0),
    )
    for attempt in refused:
        with pytest.raises(NotPermitted) as refusal:
            attempt()
        assert refusal.value.as_dict()["rule"] == "A24-1"
    waiting = {kind: replace(SECOND, kind=kind) for kind in ("adult", "regular", "all")}
    shown = {
        kind: len(studio.ask("list_photos_to_review", who, after=None, limit=10)["photos"])
        for kind, who in waiting.items()
    }
    assert shown == {"adult": 0, "regular": 1, "all": 1}
    assert studio.ask("get_photo", regular, photo_id=photo_id, after_version=0)["id"] == photo_id


@pytest.mark.rule("X-PHOTO-1")
def test_a_photo_goes_from_code_to_approval_and_is_told_to_the_neighbours(studio: Studio) -> None:
    """Given a student with a capture code, when a photo comes with the code and a second person approves it, then the
    neighbours are told."""
    (status_id,) = studio.register()
    submitted = studio.submit(studio.code(status_id))
    assert submitted["state"] == "awaiting_review"
    studio.work()
    (waiting,) = studio.ask("list_photos_to_review", SECOND, after=None, limit=10)["photos"]
    assert (str(waiting["id"]), waiting["comparison"]) == (submitted["id"], "not_compared")
    studio.review(submitted["id"])
    ((contract, said),) = studio.published()
    assert contract().load(contract().dump(said)) == said
    assert (said["status_id"], said["profile"], said["captured_on"]) == (status_id, "graduation-2017", TAKEN_ON)


@pytest.mark.rule("X-PHOTO-2", "X-PHOTO-6", "X-PHOTO-7")
def test_a_file_with_faults_is_rejected_with_all_reasons_and_the_code_stays_good(studio: Studio) -> None:
    """Given a photo turned on its side, too old and with foreign data, when it is handed in, then all reasons are told
    and the code stays good."""
    (status_id,) = studio.register()
    code = studio.code(status_id)
    rejected = studio.submit(code, photo(640, 480) + b"junk", captured_on=date(2028, 1, 1))
    assert set(rejected["reasons"]) == {"SIZE", "FOREIGN_DATA", "TOO_OLD"}
    assert studio.submit(code.lower().replace("-", " "))["state"] == "awaiting_review"


@pytest.mark.rule("X-PHOTO-5")
def test_a_code_serves_one_photo_even_when_two_arrive_at_once(studio: Studio) -> None:
    """Given one capture code, when eight photos arrive with it at once, then exactly one is taken."""
    (status_id,) = studio.register()
    code = studio.code(status_id)
    pictures = [photo(seed=seed) for seed in range(8)]

    def attempt(data: bytes) -> Any:
        try:
            return studio.submit(code, data)["state"]
        except Refused as refused:
            return type(refused)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, pictures))
    assert outcomes.count("awaiting_review") == 1
    assert set(outcomes) - {"awaiting_review"} <= {CodeNotGood, ChangedMeanwhile}


@pytest.mark.rule("X-PHOTO-5")
def test_unknown_used_and_replaced_codes_are_refused_alike(studio: Studio) -> None:
    """Given codes that are unknown, used or replaced, when photos come with them, then all are refused in the same
    words."""
    first, second = studio.register(2)
    replaced = studio.code(first)
    studio.code(first)
    used = studio.code(second)
    studio.submit(used)
    for code in (replaced, used, "0000-0000-0000", "nonsense-code"):
        with pytest.raises(CodeNotGood) as refused:
            studio.submit(code)
        assert refused.value.as_dict()["detail"] == {}


@pytest.mark.rule("A24-2")
def test_whoever_handed_a_photo_in_does_not_review_it(studio: Studio) -> None:
    """Given a photo that waits for review, when whoever handed it in reviews it, then it is refused."""
    (status_id,) = studio.register()
    submitted = studio.submit(studio.code(status_id))
    with pytest.raises(NotPermitted) as refused:
        studio.review(submitted["id"], COLLECTOR)
    assert refused.value.as_dict()["rule"] == "A24-2"


def test_a_status_has_one_approved_photo(studio: Studio) -> None:
    (status_id,) = studio.register()
    submitted = studio.submit(studio.code(status_id))
    second = studio.submit(studio.code(status_id), photo(seed=8))
    studio.review(submitted["id"])
    with pytest.raises(OnePhotoPerStatus):
        studio.review(second["id"])
    with pytest.raises(OnePhotoPerStatus):
        studio.code(status_id)


def test_a_rejected_student_gets_a_new_code(studio: Studio) -> None:
    (status_id,) = studio.register()
    studio.review(studio.submit(studio.code(status_id))["id"], SECOND, "GLASSES_GLARE")
    studio.review(studio.submit(studio.code(status_id), photo(seed=8))["id"])
    assert len(studio.published()) == 1


def test_a_class_gets_its_codes_in_one_command_and_a_repeat_gets_the_same_codes(studio: Studio) -> None:
    students = studio.register(450)
    command_id = uuid4()
    request = {"school_code": SCHOOL, "graduation_year": 2030, "limit": 400, "command_id": command_id}
    first = studio.tell("issue_capture_codes", REGISTRAR, **request)
    assert (len(first["codes"]), first["more"]) == (400, True)
    assert studio.tell("issue_capture_codes", REGISTRAR, **request) == first
    studio.work()
    rest = studio.tell("issue_capture_codes", REGISTRAR, school_code=SCHOOL, graduation_year=2030, limit=400)
    assert (len(rest["codes"]), rest["more"]) == (50, False)
    told = [code["exam_no"] for code in first["codes"] + rest["codes"]]
    assert told == sorted(told)
    assert len({code["code"] for code in first["codes"] + rest["codes"]}) == len(students)
    assert studio.submit(rest["codes"][0]["code"])["state"] == "awaiting_review"


def test_a_class_that_is_asked_for_twice_before_the_read_table_knows_gets_no_second_codes(studio: Studio) -> None:
    studio.register(3)
    request = {"school_code": SCHOOL, "graduation_year": 2030, "limit": 500}
    assert len(studio.tell("issue_capture_codes", REGISTRAR, **request)["codes"]) == 3
    assert studio.tell("issue_capture_codes", REGISTRAR, **request)["codes"] == []


def test_no_code_stands_anywhere_in_the_database(studio: Studio) -> None:
    (status_id,) = studio.register()
    code = studio.code(status_id)
    with studio.imaging.store.reading() as cursor:
        cursor.execute(
            "SELECT string_agg(convert_from(state, 'UTF8'), '') FROM events UNION ALL"
            " SELECT string_agg(convert_from(answer, 'UTF8'), '') FROM commands"
        )
        stored = "".join(row[0] for row in cursor.fetchall())
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_a_deferred_student_gets_no_code_until_registered_again(studio: Studio) -> None:
    (status_id,) = studio.register()
    for year, result in ((2029, "deferred"), (2029, "registered")):
        facts = [{"status_id": status_id, "academic_year": year, "result": result}]
        studio.imaging.note_years(facts, studio.heard("enrollment", facts))
        if result == "deferred":
            with pytest.raises(NotEligible):
                studio.code(status_id)
    assert studio.code(status_id)


def test_a_code_of_a_student_who_was_deferred_since_is_not_accepted(studio: Studio) -> None:
    (status_id,) = studio.register()
    code = studio.code(status_id)
    facts = [{"status_id": status_id, "academic_year": 2029, "result": "deferred"}]
    studio.imaging.note_years(facts, studio.heard("enrollment", facts))
    with pytest.raises(NotEligible):
        studio.submit(code)


def state(status_id: UUID, state: str, **more: Any) -> dict[str, Any]:
    return {"status_id": status_id, "kind": "休学", "state": state, **more}


def test_who_is_away_or_gone_gets_no_code_and_a_settled_year_does_not_bring_it_back(studio: Studio) -> None:
    for gone in ("on_leave", "dropped"):
        (status_id,) = studio.register()
        facts = [state(status_id, gone)]
        studio.imaging.note_states(facts, studio.heard("enrollment", facts))
        years = [{"status_id": status_id, "academic_year": 2029, "result": "registered"}]
        studio.imaging.note_years(years, studio.heard("enrollment", years))
        with pytest.raises(NotEligible):
            studio.code(status_id)


def test_who_came_back_a_class_later_gets_a_code_with_that_class(studio: Studio) -> None:
    (status_id,) = studio.register()
    facts = [state(status_id, "on_leave"), state(status_id, "active", expected_graduation_date=date(2031, 7, 1))]
    studio.imaging.note_states(facts, studio.heard("enrollment", facts))
    assert studio.code(status_id)


def test_a_year_taken_back_takes_the_right_to_a_code_with_it(studio: Studio) -> None:
    (status_id,) = studio.register()
    facts = [{"status_id": status_id, "academic_year": 2029, "restored_year": 2028, "state": "suspended"}]
    studio.imaging.note_states(facts, studio.heard("enrollment", facts))
    with pytest.raises(NotEligible):
        studio.code(status_id)


@pytest.mark.rule("A4-1", "AC-21")
def test_a_student_gets_the_own_code_and_nobody_elses(studio: Studio) -> None:
    """Given two students, when one asks for a code, then the own one is given, and neither another student nor another
    school gets it."""
    mine, other = studio.register(2)
    facts = [{"status_id": mine, "person_id": OWNER}]
    studio.imaging.note_owners(facts, studio.heard("identity", facts))
    assert studio.tell("issue_capture_code", STUDENT, status_id=mine)["exam_no"] == "26110108000000"
    with pytest.raises(NotPermitted):
        studio.tell("issue_capture_code", STUDENT, status_id=other)
    with pytest.raises(NotPermitted):
        studio.tell("issue_capture_code", person("registrar", "registrar-9", "4131010248"), status_id=mine)
    with pytest.raises(NotSignedIn):
        studio.tell("issue_capture_code", None, status_id=mine)


def test_an_owner_heard_before_the_student_is_kept(studio: Studio) -> None:
    status_id = uuid4()
    owners = [{"status_id": status_id, "person_id": OWNER}]
    studio.imaging.note_owners(owners, studio.heard("identity", owners))
    with pytest.raises(NotFound):
        studio.tell("issue_capture_code", STUDENT, status_id=status_id)
    student = {
        "status_id": status_id,
        "school_code": SCHOOL,
        "exam_no": "26110108150001",
        "category": "普通高等教育",
        "expected_graduation_date": date(2030, 6, 30),
    }
    studio.imaging.open_student_records([student], studio.heard("enrollment", [student]))
    assert studio.tell("issue_capture_code", STUDENT, status_id=status_id)["exam_no"] == "26110108150001"
    studio.work()
    assert (
        studio.tell("issue_capture_codes", REGISTRAR, school_code=SCHOOL, graduation_year=2030, limit=9)["codes"] == []
    )


@pytest.mark.asvs("8.2.2")
def test_a_photo_is_seen_by_its_student_its_school_and_its_agency_only(studio: Studio) -> None:
    (status_id,) = studio.register()
    facts = [{"status_id": status_id, "person_id": OWNER}]
    studio.imaging.note_owners(facts, studio.heard("identity", facts))
    submitted = studio.submit(studio.code(status_id))
    studio.work()
    request = {"photo_id": UUID(submitted["id"]), "after_version": submitted["version"]}
    for allowed in (STUDENT, REGISTRAR, COLLECTOR):
        assert studio.ask("get_photo", allowed, **request)["state"] == "awaiting_review"
    strangers = (
        person("student", str(uuid4())),
        person("registrar", "r-9", "4131010248"),
        person("image_collector", "c-9", "other"),
        None,
    )
    for stranger in strangers:
        with pytest.raises(Refused):
            studio.ask("get_photo", stranger, **request)


def test_a_photo_whose_file_is_not_kept_is_refused(studio: Studio) -> None:
    (status_id,) = studio.register()
    with pytest.raises(BlobMissing):
        studio.submit(studio.code(status_id), digest="00" * 32)


def test_the_read_tables_equal_a_rebuild_from_the_log(studio: Studio) -> None:
    first, second, third = studio.register(3)
    studio.review(studio.submit(studio.code(first))["id"])
    studio.review(studio.submit(studio.code(second), photo(seed=8))["id"], SECOND, "TILT", "EXPOSURE")
    studio.submit(studio.code(third), photo(100, 100))
    facts = [{"status_id": uuid4(), "person_id": OWNER}]
    studio.imaging.note_owners(facts, studio.heard("identity", facts))
    studio.work()
    assert shanghai_date(NOW) == date(2030, 3, 5)
    assert verify(studio.imaging.store, PROJECTIONS, AGGREGATES) == []


def test_a_code_of_a_class_and_a_single_one_are_the_same_facts(studio: Studio) -> None:
    single, in_class = studio.register(2)
    studio.code(single)
    studio.work()
    studio.tell("issue_capture_codes", REGISTRAR, school_code=SCHOOL, graduation_year=2030, limit=9)
    studio.work()
    with studio.imaging.store.reading() as cursor:
        facts = {
            record.fact.status_id: (record.topic, vars(record.fact))
            for record in read_log(cursor, 0, 100)
            if isinstance(record.fact, CaptureCode.Issued)
        }
    assert facts.keys() == {single, in_class}
    own = {"originator_id", "code_id", "status_id", "code_hash", "exam_no", "context"}
    first, second = (
        (topic, {name: value for name, value in fact.items() if name not in own}) for topic, fact in facts.values()
    )
    assert first == second


def test_a_status_that_is_bound_anew_is_its_new_persons_alone(studio: Studio) -> None:
    (status_id,) = studio.register()
    other = uuid4()
    for owner, asks, refused in ((OWNER, OWNER, other), (other, other, OWNER), (OWNER, OWNER, other)):
        facts = [{"status_id": status_id, "person_id": owner}]
        studio.imaging.note_owners(facts, studio.heard("identity", facts))
        assert studio.tell("issue_capture_code", person("student", str(asks)), status_id=status_id)
        with pytest.raises(NotPermitted):
            studio.tell("issue_capture_code", person("student", str(refused)), status_id=status_id)


@pytest.mark.rule("A11-2")
def test_whoever_disowned_a_status_sees_its_photos_no_more(studio: Studio) -> None:
    """Given a photo of a bound status, when its person says that the status is not theirs, then the photo leaves that
    list and no code is given to that person; said late, it takes nothing from the next one."""
    (status_id,) = studio.register()
    me, next_one = uuid4(), uuid4()
    studio.submit(studio.code(status_id))
    bound = [{"status_id": status_id, "person_id": me}]
    studio.imaging.note_owners(bound, studio.heard("identity", bound))
    studio.work()
    student = person("student", str(me))
    assert len(studio.ask("list_my_photos", student)["photos"]) == 1
    disowned = [{"record_id": status_id, "kind": "status", "status_id": status_id, "person_id": me}]
    studio.imaging.note_disowned(disowned, studio.heard("identity", disowned))
    award = [disowned[0] | {"kind": "qualification", "record_id": uuid4()}]
    studio.imaging.note_disowned(award, studio.heard("identity", award))
    studio.work()
    assert studio.ask("list_my_photos", student)["photos"] == []
    with pytest.raises(NotPermitted):
        studio.tell("issue_capture_code", student, status_id=status_id)
    bound = [{"status_id": status_id, "person_id": next_one}]
    studio.imaging.note_owners(bound, studio.heard("identity", bound))
    studio.imaging.note_disowned(disowned, studio.heard("identity", disowned))
    studio.work()
    assert len(studio.ask("list_my_photos", person("student", str(next_one)))["photos"]) == 1
    assert verify(studio.imaging.store, PROJECTIONS, AGGREGATES) == []
