"""Refused rows of certificates come back with names: whoever reads them has left a look before."""

from pathlib import Path

import msgspec
import pytest

from services.credentials.application import Credentials
from services.credentials.queries import CredentialsQueries
from services.credentials.tests.conftest import SCHOOL
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.generate(tmp_path / "keys.toml")


@pytest.mark.rule("A24-3", "A25-1")
def test_refused_rows_of_certificates_are_read_only_after_a_look_was_recorded(
    credentials: Credentials, keyring: Keyring
) -> None:
    """Given a file of certificates with refused rows, when the school is about to read them, then the look at the file
    is a fact before; to see how far the file is leaves none."""
    batch_id = uuid7()
    with credentials.store.writing() as cursor:
        cursor.execute(
            "INSERT INTO certificate_batch_register (batch_id, kind, state, filename, digest, school_code,"
            " submitted_by, accepted, refused, errors_digest, version)"
            " VALUES (%s, 'certificates', 'finished', 'c.csv', %s, %s, 'reg-1', 0, 1, %s, 1)",
            (batch_id, "cd" * 32, SCHOOL, "ab" * 32),
        )
    queries = CredentialsQueries(credentials.store, keyring)
    by = asked(person("registrar", SCHOOL), "get_certificate_batch")
    queries.get_certificate_batch(batch_id=batch_id, after_version=0, by=by)
    assert looks(credentials) == []
    queries.get_certificate_batch(batch_id=batch_id, after_version=0, refused_rows=True, by=by)
    assert looks(credentials) == [[str(batch_id)]]


def looks(credentials: Credentials) -> list[list[str]]:
    """The records of every look that was taken."""
    with credentials.store.reading() as cursor:
        cursor.execute("SELECT state FROM events WHERE topic = 'credentials.Look.Taken' ORDER BY row_id")
        return [msgspec.json.decode(state)["records"] for (state,) in cursor.fetchall()]
