"""Whoever a school appointed for one kind of training certifies the students of that kind and no others (A24-1)."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from services.credentials.application import Credentials
from services.credentials.application.bulk import CertificatesKind
from services.credentials.domain.certificate_batch import CertificateBatch
from services.credentials.domain.rules import OtherTraining
from services.credentials.projections import PROJECTIONS
from services.credentials.queries import CredentialsQueries
from services.credentials.tests.conftest import SCHOOL
from services.credentials.tests.test_application import GRADUATION, NUMBER, approve_photo, draft
from shared.access.assertion import Assertion
from shared.access.decide import NotPermitted
from shared.eventstore.follower import Follower
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.intake.columns import CheckedRow
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.generate(tmp_path / "keys.toml")


def registrar(kind: str, sub: str = "") -> Assertion:
    return replace(person("registrar", SCHOOL, sub or f"{kind}-registrar"), kind=kind)


def submitted(credentials: Credentials, kind: str) -> UUID:
    """A file of certificates, handed in by somebody appointed for this kind."""
    by = asked(registrar(kind), "submit_certificates")
    said = {"digest": "cd" * 32, "filename": "c.csv", "school_code": SCHOOL, "entry_year": 2022}
    return UUID(str(credentials.submit_certificates(command_id=by.command_id, by=by, **said)["id"]))


@pytest.mark.rule("A24-1")
@pytest.mark.parametrize("kind", ["adult", "graduate", "online"])
def test_nobody_drafts_or_confirms_a_certificate_of_another_kind_of_training(
    credentials: Credentials, students: list[UUID], kind: str
) -> None:
    """Given a regular student, when a registrar appointed for another kind drafts or confirms the certificate, then it
    is refused under A24-1; one appointed for regular students confirms it."""
    approve_photo(credentials, students[0])
    other = asked(registrar(kind), "draft_certificate")
    values = {
        "status_id": students[0], "number": NUMBER, "graduation_date": GRADUATION, "issue_date": GRADUATION,
        "conclusion": "毕业", "president_name": "陈校长",
    }  # fmt: skip
    with pytest.raises(NotPermitted) as refused:
        credentials.draft_certificate(command_id=other.command_id, by=other, **values)
    assert refused.value.as_dict()["rule"] == "A24-1"
    certificate_id = draft(credentials, students[0])
    for appointed, allowed in ((kind, False), ("regular", True)):
        by = asked(registrar(appointed), "confirm_certificate")
        if allowed:
            assert credentials.confirm_certificate(command_id=by.command_id, certificate_id=certificate_id, by=by)
            continue
        with pytest.raises(NotPermitted) as refused:
            credentials.confirm_certificate(command_id=by.command_id, certificate_id=certificate_id, by=by)
        assert refused.value.as_dict()["rule"] == "A24-1"


@pytest.mark.rule("A24-1")
def test_a_file_is_of_the_kind_of_training_of_whoever_hands_it_in(
    credentials: Credentials, students: list[UUID]
) -> None:
    """Given files of registrars for adults, for regular students and for all, when each has a row about a regular
    student, then the row of the first is refused by name; and another kind's registrar confirms none of the files."""
    row = CheckedRow(
        2, {"KSH": "22000000000001", "ZSBH": NUMBER, "BYRQ": GRADUATION, "BJYJL": "毕业", "XZXM": "陈校长"}
    )
    decided = {}
    for kind in ("adult", "regular", "all"):
        batch_id = submitted(credentials, kind)
        standing = credentials.get(CertificateBatch, batch_id).standing
        (decided[kind],) = CertificatesKind(credentials).decide([row], standing, batch_id)
        by = asked(registrar("online"), "confirm_certificates")
        with pytest.raises(NotPermitted) as refused:
            credentials.confirm_certificates(command_id=by.command_id, batch_id=batch_id, by=by)
        assert refused.value.as_dict()["rule"] == "A24-1"
    assert isinstance(decided["adult"], OtherTraining)
    assert [type(decided[kind]) for kind in ("regular", "all")] == [list, list]


@pytest.mark.rule("A24-1", "A25-1")
def test_nobody_reads_a_certificate_or_file_of_another_kind_of_training(
    credentials: Credentials, students: list[UUID], keyring: Keyring
) -> None:
    """Given a regular student's certificate and a file of regular students, when a registrar for adults asks for them,
    then both are refused; one for regular students is answered."""
    certificate_id, batch_id = draft(credentials, students[0]), submitted(credentials, "regular")
    sequencer, follower = Sequencer(credentials.store), Follower(credentials.store, PROJECTIONS)
    while sequencer.step():
        pass
    follower.catch_up()
    queries = CredentialsQueries(credentials.store, keyring)
    asked_for = (
        (queries.get_certificate, {"certificate_id": certificate_id, "after_version": 0}),
        (queries.find_certificate, {"status_id": students[0]}),
        (queries.get_certificate_batch, {"batch_id": batch_id, "after_version": 0}),
    )
    for query, named in asked_for:
        with pytest.raises(NotPermitted) as refused:
            query(**named, by=asked(registrar("adult"), query.__name__))
        assert refused.value.as_dict()["rule"] == "A24-1"
    batch = queries.get_certificate_batch(
        batch_id=batch_id, after_version=0, by=asked(registrar("regular"), "get_certificate_batch")
    )
    assert batch["batch_id"] == str(batch_id)
    machine = replace(registrar("all"), scopes=("read_batch",))
    assert queries.get_certificate_batch(batch_id=batch_id, after_version=0, by=asked(machine, "get_certificate_batch"))
