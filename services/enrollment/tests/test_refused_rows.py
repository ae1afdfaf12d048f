"""Refused rows come back as they were handed in, with names and numbers: whoever reads them has left a look before."""

import msgspec
import pytest

from services.enrollment.tests.test_batches import ENTRY, SCHOOL, Office
from tests.support.actors import person

pytestmark = pytest.mark.servers
NUMBER = "22110108150001"


@pytest.fixture
def office(enrollment, tmp_path):
    return Office(enrollment, tmp_path / "blobs")


def looks(office):
    with office.store.reading() as cursor:
        cursor.execute("SELECT state, context FROM events WHERE topic = 'enrollment.Look.Taken' ORDER BY row_id")
        return [(msgspec.json.decode(state), msgspec.json.decode(context)) for state, context in cursor.fetchall()]


@pytest.mark.rule("A24-3", "A25-1")
@pytest.mark.asvs("16.3.2")
@pytest.mark.parametrize(("role", "org"), [("province_education", "11"), ("ministry", "moe"), ("registrar", None)])
def test_refused_rows_are_read_only_after_a_look_at_their_file_was_recorded(office, role, org):
    """Given a file whose refused rows hold numbers of people, when somebody of school, province or ministry is about
    to read them, then the look at the file is a fact before; to see how far the file is leaves none."""
    batch = office.submit("freshman_results", "KSH,RXJG,FCJG,XH", [f"{NUMBER},错误,合格,1"], ENTRY)
    office.run()
    who = person(role, org or SCHOOL)
    office.ask("get_batch", batch, who)
    assert looks(office) == []
    shown = office.ask("get_batch", batch, who, refused_rows=True)
    assert NUMBER in office.blobs.read(shown["errors_digest"]).decode("utf-8-sig")
    ((look, context),) = looks(office)
    assert (look["records"], look["shown"]) == ([str(batch)], "full")
    assert context["actor_sub"] == who.sub
