"""Certificates on a real store: drafted, completed, confirmed, in effect; each rule refused once."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.credentials.application.bulk import CertificatesKind
from services.credentials.application.heard import StatusNews
from services.credentials.domain.certificate import Certificate
from services.credentials.domain.rules import (
    IssueDateDiffers,
    NoOwnStatus,
    NotACertificate,
    NumberDiffers,
    NumberTaken,
    OneCertificatePerStatus,
    StatusNotInForce,
    StillIncomplete,
)
from services.credentials.publishing import publish
from services.credentials.tests.conftest import SCHOOL, student
from shared.access.decide import NotPermitted
from shared.contracts.events.credentials import DegreeIssuedV1
from shared.eventstore.application import Heard
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.log import read_log
from shared.eventstore.sequencer import Sequencer
from shared.intake.batch import Progress
from shared.intake.columns import CheckedRow
from shared.rules.refused import MalformedValue, Refused
from tests.support.actors import NOON, asked, person

pytestmark = pytest.mark.servers

GRADUATION = date(2026, 7, 1)
NUMBER = "100011202605000001"


def draft(
    credentials, status_id, *, number=NUMBER, conclusion="毕业", issue_date=GRADUATION, school=SCHOOL, sub="reg-1"
):
    by = asked(person("registrar", school, sub), "draft_certificate")
    saved = credentials.draft_certificate(
        command_id=by.command_id,
        status_id=status_id,
        number=number,
        graduation_date=GRADUATION,
        issue_date=issue_date,
        conclusion=conclusion,
        president_name="陈校长",
        by=by,
    )
    return UUID(saved["id"])


def confirm(credentials, certificate_id, sub="reg-2"):
    by = asked(person("registrar", SCHOOL, sub), "confirm_certificate")
    return credentials.confirm_certificate(command_id=by.command_id, certificate_id=certificate_id, by=by)


def approve_photo(credentials, status_id, number=1):
    credentials.hear_photos(
        [{"status_id": status_id, "photo_id": uuid4(), "digest": "ab" * 32}], heard=Heard("imaging", number, number)
    )


def state_of(credentials, certificate_id):
    return credentials.get(Certificate, certificate_id).standing.state


@pytest.mark.rule("A17-2", "A17-3")
def test_without_a_photo_a_certificate_is_incomplete_and_cannot_be_confirmed(credentials, students):
    """Given a certificate without a photo, when it is to be confirmed, then it is incomplete and refused."""
    certificate_id = draft(credentials, students[0])
    assert state_of(credentials, certificate_id) == "incomplete"
    with pytest.raises(StillIncomplete) as refusal:
        confirm(credentials, certificate_id)
    assert refusal.value.rule == "A17-3"


@pytest.mark.rule("A17-2")
def test_the_photo_completes_a_waiting_certificate(credentials, students):
    """Given a certificate that waits for its photo, when the photo is approved, then every mandatory field is there
    and it is complete."""
    certificate_id = draft(credentials, students[0])
    approve_photo(credentials, students[0])
    assert state_of(credentials, certificate_id) == "complete"


def test_a_photo_that_came_first_makes_the_draft_complete(credentials, students):
    approve_photo(credentials, students[0])
    assert state_of(credentials, draft(credentials, students[0])) == "complete"


@pytest.mark.rule("A16-1")
def test_a_photo_may_be_heard_of_before_its_student(credentials):
    """Given a student of whom only the photo is known, when a certificate is drafted, then it is refused until the
    registered status is heard."""
    status_id = uuid4()
    approve_photo(credentials, status_id)
    with pytest.raises(NotPermitted):
        draft(credentials, status_id)
    credentials.hear_students([student(1, status_id)], heard=Heard("enrollment", 1, 1))
    assert state_of(credentials, draft(credentials, status_id)) == "complete"
    assert credentials.owners("student.exam_no", [f"{SCHOOL}|22000000000001|2022"]).popitem()[1] == status_id


@pytest.mark.rule("A24-2")
def test_the_drafter_may_not_confirm(credentials, students):
    """Given a complete certificate, when whoever drafted it confirms it, then it is refused."""
    approve_photo(credentials, students[0])
    certificate_id = draft(credentials, students[0], sub="reg-1")
    with pytest.raises(NotPermitted) as refusal:
        confirm(credentials, certificate_id, sub="reg-1")
    assert refusal.value.as_dict()["rule"] == "A24-2"


@pytest.mark.rule("A18-2")
def test_a_certificate_takes_effect_on_its_issue_date_and_not_a_day_before(credentials, students, clock):
    """Given a confirmed certificate, when the day before its issue date ends in China, then it takes effect, once, and
    not earlier."""
    approve_photo(credentials, students[0])
    certificate_id = draft(credentials, students[0])
    confirm(credentials, certificate_id)
    clock.move_to(datetime(2026, 6, 30, 15, 59, tzinfo=UTC))  # 23:59 on 30 June in China
    assert credentials.due([], [certificate_id]) == 0
    clock.move_to(datetime(2026, 6, 30, 16, 0, tzinfo=UTC))  # 1 July, 00:00
    assert credentials.due([], [certificate_id]) == 1
    assert credentials.due([], [certificate_id]) == 0
    assert state_of(credentials, certificate_id) == "published"


@pytest.mark.rule("A16-2")
def test_one_status_has_one_certificate(credentials, students):
    """Given a status with a certificate, when a second one is drafted under another number, then it is refused."""
    draft(credentials, students[0])
    with pytest.raises(OneCertificatePerStatus):
        draft(credentials, students[0], number="100011202605000002")


@pytest.mark.rule("A16-2")
def test_a_number_exists_once_in_the_nation(credentials, students):
    """Given a certificate number in use, when a certificate of another student bears it, then it is refused."""
    draft(credentials, students[0])
    with pytest.raises(NumberTaken):
        draft(credentials, students[1])


@pytest.mark.rule("A15-2", "A17-1", "A18-1", "X-CODE-4")
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"conclusion": "肄业"}, NotACertificate),
        ({"issue_date": date(2026, 7, 2)}, IssueDateDiffers),
        ({"number": "103351202605000001"}, NumberDiffers),
        ({"number": "100011202505000001"}, NumberDiffers),
        ({"number": "100011202606000001"}, NumberDiffers),
        ({"number": "100011202603000001"}, MalformedValue),
    ],
)
def test_a_draft_that_disagrees_with_the_register_is_refused(credentials, students, change, refusal):
    """Given a registered student, when a leaving paper, an issue date off the graduation date or a number that
    disagrees is drafted, then it is refused."""
    with pytest.raises(refusal):
        draft(credentials, students[0], **change)


@pytest.mark.rule("A4-1")
def test_another_school_may_not_draft(credentials, students):
    """Given a student of one school, when a registrar of another drafts the certificate, then it is refused."""
    with pytest.raises(NotPermitted):
        draft(credentials, students[0], school="4133010335")


def rows_of(*numbers):
    return [
        CheckedRow(
            n + 1,
            {
                "KSH": f"22{n:012d}",
                "XM": None,
                "BYRQ": GRADUATION,
                "BJYJL": "毕业",
                "ZSBH": f"100011202605{n:06d}",
                "XZXM": "陈校长",
            },
        )
        for n in numbers
    ]


@pytest.mark.rule("A15-1", "A16-1", "A16-2")
def test_a_file_of_certificates_is_drafted_by_the_same_rules(credentials, students):
    """Given a file with a good row, a number used twice and a stranger, when it is decided, then the first is drafted
    and the others are refused by name."""
    kind = CertificatesKind(credentials)
    batch = Progress(kind="certificates", school_code=SCHOOL, submitted_by="reg-1", params={"entry_year": "2022"})
    rows = rows_of(1, 2, 99)
    rows[1].values["ZSBH"] = rows[0].values["ZSBH"]
    decided = kind.decide(rows, batch, uuid4())
    assert [type(one) for one in decided if isinstance(one, Refused)] == [NumberTaken, NoOwnStatus]
    credentials.append(
        [d for one in decided if not isinstance(one, Refused) for d in one], by=Context.system("x", NOON)
    )
    again = kind.decide(rows_of(1), batch, uuid4())
    assert isinstance(again[0], NumberTaken)


@pytest.mark.rule("A16-3", "A17-3")
def test_registered_by_a_confirmed_file_only_when_complete(credentials, students):
    """Given a confirmed file with a complete and an incomplete certificate, when it is due, then only the complete one
    is registered."""
    approve_photo(credentials, students[0])
    complete, incomplete = draft(credentials, students[0]), draft(credentials, students[1], number="100011202605000002")
    assert credentials.due([(complete, "reg-2"), (incomplete, "reg-2")], []) == 1
    assert (state_of(credentials, complete), state_of(credentials, incomplete)) == ("registered", "incomplete")


def test_a_photo_heard_of_at_the_moment_of_drafting_is_not_overlooked(credentials, students):
    kind = CertificatesKind(credentials)
    batch = Progress(kind="certificates", school_code=SCHOOL, submitted_by="reg-1", params={"entry_year": "2022"})
    [drafts] = kind.decide(rows_of(1), batch, uuid4())
    approve_photo(credentials, students[0])
    credentials.append(drafts, by=Context.system("x", NOON))
    certificate_id = drafts[0].originator_id
    assert state_of(credentials, certificate_id) == "incomplete"
    assert credentials.complete([(certificate_id, students[0])]) == 1
    assert state_of(credentials, certificate_id) == "complete"
    assert credentials.complete([(certificate_id, students[0])]) == 0


def state_fact(status_id, kind, state):
    return {"status_id": status_id, "kind": kind, "state": state, "major_name": None}


@pytest.mark.rule("A16-1")
@pytest.mark.parametrize(("kind", "state"), [("退学", "dropped"), ("休学", "on_leave"), ("取消学籍", "cancelled")])
def test_no_certificate_rests_on_a_status_that_is_closed_or_away(credentials, students, kind, state):
    """Given a student who left or is on leave, when a certificate is drafted, then it is refused."""
    news = StatusNews(credentials.store, credentials.clock)
    news.hear_states([state_fact(students[0], kind, state)], heard=Heard("enrollment", 900, 900))
    with pytest.raises(StatusNotInForce):
        draft(credentials, students[0])


def test_a_student_who_came_back_is_certified(credentials, students):
    news = StatusNews(credentials.store, credentials.clock)
    moves = [state_fact(students[0], "休学", "on_leave"), state_fact(students[0], "复学", "active")]
    news.hear_states(moves, heard=Heard("enrollment", 900, 901))
    assert draft(credentials, students[0])


def test_a_contested_status_waits_for_its_case(credentials, students):
    news = StatusNews(credentials.store, credentials.clock)
    contested = {"status_id": students[0], "settled": False}
    news.hear_contests([contested], heard=Heard("enrollment", 900, 900))
    with pytest.raises(StatusNotInForce):
        draft(credentials, students[0])
    news.hear_contests([contested | {"settled": True}], heard=Heard("enrollment", 901, 901))
    assert draft(credentials, students[0])


def test_a_registration_taken_back_frees_its_number_for_the_next_one(credentials):
    first, second = uuid4(), uuid4()
    credentials.hear_students([student(1, first)], heard=Heard("enrollment", 1, 1))
    news = StatusNews(credentials.store, credentials.clock)
    news.hear_states([state_fact(first, "注册撤回", "withdrawn")], heard=Heard("enrollment", 2, 2))
    credentials.hear_students([student(1, second)], heard=Heard("enrollment", 3, 3))
    assert draft(credentials, second)


def test_a_certificate_carries_what_a_case_corrected(credentials, students):
    news = StatusNews(credentials.store, credentials.clock)
    before = student(1, students[0])
    corrected = before | {"status_id": students[0], "major_name": "物理学"}
    news.hear_corrections([corrected], heard=Heard("enrollment", 900, 900))
    certificate = credentials.get(Certificate, UUID(str(draft(credentials, students[0]))))
    assert certificate.standing.major_name == "物理学"


@pytest.mark.rule("A16-1", "A11-2")
def test_nothing_is_drafted_on_a_status_that_is_disputed(credentials, students):
    """Given a status that the person of its document knows nothing of, when its school drafts a certificate, then it
    waits; once that is settled, by identity or by a decided case, it is drafted. Identity may speak first of all."""
    news = StatusNews(credentials.store, credentials.clock)
    unknown = uuid7()
    disputes = [{"status_id": each, "claim_id": uuid4(), "settled": False} for each in (*students[:2], unknown)]
    news.hear_disputes(disputes, heard=Heard("identity", 1, 3))
    for status_id in students[:2]:
        with pytest.raises(StatusNotInForce, match="disputed"):
            draft(credentials, status_id)
    news.hear_disputes([disputes[0] | {"settled": True}], heard=Heard("identity", 4, 4))
    assert draft(credentials, students[0])
    news.hear_contests([{"status_id": students[1], "settled": True}], heard=Heard("enrollment", 11, 11))
    assert draft(credentials, students[1], number="100011202605000002")
    credentials.hear_students([student(11, unknown)], heard=Heard("enrollment", 12, 12))
    with pytest.raises(StatusNotInForce):
        draft(credentials, unknown, number="100011202605000003")


@pytest.mark.rule("AC-17")
def test_the_number_printed_on_the_paper_is_told_with_the_award(credentials, students, clock):
    """Given a certificate whose paper bears a second number, when it takes effect, then both numbers are told; one
    without says that it has none."""
    approve_photo(credentials, students[0])
    by = asked(person("registrar", SCHOOL, "reg-1"), "draft_certificate")
    said = {"graduation_date": GRADUATION, "issue_date": GRADUATION, "conclusion": "毕业", "president_name": "陈校长"}
    saved = credentials.draft_certificate(
        command_id=by.command_id, status_id=students[0], number=NUMBER, printed_number="NO.00298959", by=by, **said
    )
    certificate_id = UUID(saved["id"])
    confirm(credentials, certificate_id)
    clock.move_to(datetime(2026, 7, 1, 1, tzinfo=UTC))
    credentials.due([], [certificate_id])
    assert credentials.get(Certificate, certificate_id).standing.printed_number == "NO.00298959"
    Sequencer(credentials.store).step()
    with credentials.store.reading() as cursor:
        told = [said for record in read_log(cursor, 0, 1000) for said in publish(record)]
    ((contract, values),) = told
    assert contract().load(contract().dump(values))["printed_number"] == "NO.00298959"
    assert DegreeIssuedV1().load(DegreeIssuedV1().dump(values | {"printed_number": None}))["printed_number"] is None
