"""Papers are asked for last: who may not do a thing learns nothing of what was handed in, whatever it is."""

import pytest

from services.enrollment.application.evidence import EvidenceMissing
from services.enrollment.tests.offices import ELSEWHERE, Offices, registrar, second_registrar
from shared.access.decide import NotPermitted
from shared.blobs.files import FileBlobs

pytestmark = pytest.mark.servers
ASKED = {"kind": "correction", "values": {"name": "王晓明"}, "statement": "录取数据姓名有误"}


@pytest.mark.asvs("8.2.1")
@pytest.mark.rule("A4-1")
def test_a_stranger_is_told_the_same_of_a_paper_that_is_there_and_of_one_that_is_not(enrollment, tmp_path):
    """Given a paper that was handed in and a digest of none, when a registrar of another school names either of them
    for a student of this one, then both are refused in the same words; the own school is told which is missing."""
    offices = Offices(enrollment)
    blobs = FileBlobs(tmp_path / "blobs")
    offices.cases.papers = blobs
    status_id, known, unknown = offices.student(), blobs.put(b"%PDF-1.7 a paper"), "ab" * 32
    told = []
    for digest in (known, unknown):
        with pytest.raises(NotPermitted) as refused:
            offices.ask(offices.cases.file_case, registrar(ELSEWHERE), status_id=status_id, evidence=(digest,), **ASKED)
        told.append(refused.value.as_dict())
    assert told[0] == told[1]
    with pytest.raises(EvidenceMissing):
        offices.ask(offices.cases.file_case, registrar(), status_id=status_id, evidence=(known, unknown), **ASKED)
    assert offices.ask(offices.cases.file_case, second_registrar(), status_id=status_id, evidence=(known,), **ASKED)[
        "id"
    ]
