"""After a merger the successor certifies the old school's students; each certificate keeps the old school's name."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.credentials.domain.certificate import Certificate
from services.credentials.tests.conftest import SCHOOL
from services.credentials.tests.test_application import GRADUATION, NUMBER, approve_photo
from shared.access.decide import NotPermitted
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers
HEIR = replace(person("registrar", "4111010002", "heir-1"), predecessors=(SCHOOL,))
SECOND = replace(person("registrar", "4111010002", "heir-2"), predecessors=(SCHOOL,))
STRANGER = replace(person("registrar", "4131010246", "stranger"), predecessors=("4131010247",))


@pytest.mark.rule("A4-1")
def test_the_successor_certifies_and_the_certificate_keeps_the_old_name(credentials, students):
    """Given a student of a school that was merged, when the successor drafts and another of its operators confirms the
    certificate, then it bears the old school's code and name; a third school is refused."""
    approve_photo(credentials, students[0])
    said = {
        "status_id": students[0], "number": NUMBER, "graduation_date": GRADUATION, "issue_date": GRADUATION,
        "conclusion": "毕业", "president_name": "陈校长",
    }  # fmt: skip
    by = asked(STRANGER, "draft_certificate")
    with pytest.raises(NotPermitted) as refused:
        credentials.draft_certificate(command_id=by.command_id, by=by, **said)
    assert refused.value.as_dict()["rule"] == "A4-1"
    by = asked(HEIR, "draft_certificate")
    certificate_id = UUID(credentials.draft_certificate(command_id=by.command_id, by=by, **said)["id"])
    by = asked(SECOND, "confirm_certificate")
    credentials.confirm_certificate(command_id=by.command_id, certificate_id=certificate_id, by=by)
    standing = credentials.get(Certificate, certificate_id).standing
    assert (standing.school_code, standing.school_name) == (SCHOOL, "北京大学")
