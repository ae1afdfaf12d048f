"""A student's own certificates, and the looks of everybody else."""

from datetime import date
from uuid import UUID, uuid4

import msgspec
import pytest

from services.credentials.application.holders import HolderNews
from services.credentials.projections import AGGREGATES, PROJECTIONS
from services.credentials.publishing import publish
from services.credentials.queries import CredentialsQueries
from services.credentials.tests.conftest import student
from services.credentials.tests.test_application import approve_photo, draft
from shared.access.decide import NotPermitted
from shared.bus import codec
from shared.contracts.events.credentials_looks import CertificatesViewedV1
from shared.contracts.rpc.credentials_own import MyCertificatesV1
from shared.eventstore.application import Heard
from shared.eventstore.follower import Follower
from shared.eventstore.ids import uuid7
from shared.eventstore.log import read_log
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.verify import verify
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers
NAME = "欧阳小明"


@pytest.fixture
def keyring(tmp_path):
    return Keyring.generate(tmp_path / "keys.toml")


@pytest.fixture
def queries(credentials, keyring):
    return CredentialsQueries(credentials.store, keyring)


def fold(credentials):
    for step in (Sequencer(credentials.store).step, Follower(credentials.store, PROJECTIONS).step):
        while step():
            pass


def certified(credentials, keyring):
    """A student with a certificate that lacks its photo, and the person identity says this is."""
    status_id, person_id, id_key = uuid7(), uuid4(), "c" * 40
    fact = student(1, status_id) | {"id_key": id_key, "sealed_person": keyring.seal_person({"name": NAME}, id_key)}
    credentials.hear_students([fact], heard=Heard("enrollment", 1, 1))
    certificate_id = draft(credentials, status_id)
    bound = {"status_id": status_id, "person_id": person_id, "bound_on": date(2026, 6, 1)}
    HolderNews(credentials.store, credentials.clock).hear_holders([bound], heard=Heard("identity", 1, 1))
    fold(credentials)
    return status_id, certificate_id, str(person_id)


def looks(credentials):
    with credentials.store.reading() as cursor:
        cursor.execute("SELECT state FROM events WHERE topic = 'credentials.Look.Taken' ORDER BY row_id")
        return [msgspec.json.decode(row[0]) for row in cursor.fetchall()]


@pytest.mark.rule("A21-1", "A17-3")
def test_a_student_sees_the_own_certificates_and_what_is_missing(credentials, keyring, queries):
    """Given a student's certificate that lacks its photo, when the student asks, then it is shown with the full name
    and the reason; when it is complete, nothing is missing; another student sees none of it."""
    status_id, certificate_id, person_id = certified(credentials, keyring)
    mine = asked(person("student", "", person_id), "list_my_certificates")
    answer = codec.write(MyCertificatesV1, queries.list_my_certificates(by=mine))
    (shown,) = answer["certificates"]
    assert (shown["certificate_id"], shown["name"], shown["missing"]) == (str(certificate_id), NAME, ["photo"])
    approve_photo(credentials, status_id)
    fold(credentials)
    assert queries.list_my_certificates(by=mine)["certificates"][0]["missing"] == []
    other = asked(person("student", "", str(uuid4())), "list_my_certificates")
    assert queries.list_my_certificates(by=other) == {"certificates": []}
    with pytest.raises(NotPermitted):
        queries.list_my_certificates(by=asked(person("registrar", "4111010001"), "list_my_certificates"))
    assert looks(credentials) == []


def test_bound_anew_a_status_is_the_last_persons(credentials, keyring, queries):
    status_id, _, before = certified(credentials, keyring)
    after = uuid4()
    bound = {"status_id": status_id, "person_id": after, "bound_on": date(2026, 6, 2)}
    HolderNews(credentials.store, credentials.clock).hear_holders([bound, bound], heard=Heard("identity", 2, 3))
    fold(credentials)
    for sub, count in ((before, 0), (str(after), 1)):
        by = asked(person("student", "", sub), "list_my_certificates")
        assert len(queries.list_my_certificates(by=by)["certificates"]) == count


@pytest.mark.rule("A24-3", "A25-1", "AUD-4")
def test_staff_see_the_name_masked_and_leave_a_look(credentials, keyring, queries):
    """Given a certificate, when the own school and the ministry look at it, then the name is masked, both looks are
    recorded and told, and the one without a reason within the own scope alarms."""
    status_id, certificate_id, _ = certified(credentials, keyring)
    for actor in (person("registrar", "4111010001"), person("ministry", "moe")):
        by = asked(actor, "get_certificate")
        answer = queries.get_certificate(certificate_id=certificate_id, after_version=0, by=by)
        assert NAME not in str(answer)
    assert [(UUID(*look["records"]), look["alarming"]) for look in looks(credentials)] == [
        (status_id, False),
        (status_id, True),
    ]
    fold(credentials)
    with credentials.store.reading() as cursor:
        told = [said for record in read_log(cursor, 0, 1000) for said in publish(record)]
    assert [contract for contract, _ in told] == [CertificatesViewedV1] * 2
    assert CertificatesViewedV1().load(CertificatesViewedV1().dump(told[0][1]))["role"] == "registrar"


def heard_of(person_id, status_id, certificate_id, kind):
    """What identity says when a person disowns a record."""
    record_id = status_id if kind == "status" else certificate_id
    return {
        "record_id": record_id, "kind": kind, "status_id": status_id, "school_code": "4111010001",
        "person_id": UUID(person_id), "disowned_on": date(2026, 6, 2),
    }  # fmt: skip


def own(queries, person_id):
    by = asked(person("student", "", person_id), "list_my_certificates")
    return [each["certificate_id"] for each in queries.list_my_certificates(by=by)["certificates"]]


@pytest.mark.rule("A11-2", "AC-15")
@pytest.mark.parametrize("kind", ["status", "qualification"])
def test_what_its_person_disowned_leaves_the_list_until_it_is_asked_for(credentials, keyring, queries, kind):
    """Given a student's certificate, when its person says that status or certificate is not theirs, then it leaves
    their list; when identity binds it again, it is back."""
    status_id, certificate_id, person_id = certified(credentials, keyring)
    news = HolderNews(credentials.store, credentials.clock)
    assert own(queries, person_id) == [str(certificate_id)]
    news.hear_disowned([heard_of(person_id, status_id, certificate_id, kind)], heard=Heard("identity", 2, 2))
    fold(credentials)
    assert own(queries, person_id) == []
    if kind == "status":
        bound = {"status_id": status_id, "person_id": UUID(person_id), "bound_on": date(2026, 6, 3)}
        news.hear_holders([bound], heard=Heard("identity", 3, 3))
    else:
        back = {"certificate_id": certificate_id, "status_id": status_id, "person_id": UUID(person_id),
                "bound_on": date(2026, 6, 3)}  # fmt: skip
        news.hear_reclaimed([back], heard=Heard("identity", 3, 3))
    fold(credentials)
    assert own(queries, person_id) == [str(certificate_id)]
    assert verify(credentials.store, PROJECTIONS, AGGREGATES) == []


def test_disowned_late_it_is_taken_from_nobody_else(credentials, keyring, queries):
    status_id, certificate_id, before = certified(credentials, keyring)
    news, after = HolderNews(credentials.store, credentials.clock), str(uuid4())
    bound = {"status_id": status_id, "person_id": UUID(after), "bound_on": date(2026, 6, 2)}
    news.hear_holders([bound], heard=Heard("identity", 2, 2))
    unknown = heard_of(before, uuid7(), uuid7(), "qualification")
    news.hear_disowned([heard_of(before, status_id, certificate_id, "status"), unknown], heard=Heard("identity", 3, 4))
    fold(credentials)
    assert own(queries, after) == [str(certificate_id)]
