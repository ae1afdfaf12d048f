"""An old register as a file: a real DBF, tried out, its wrong rows named, committed by a second person."""

import re
from pathlib import Path
from uuid import UUID

import pytest

from services.enrollment.application.batches import Batches
from services.enrollment.application.bulk.kinds import kinds
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.tests.conftest import PROVINCE
from services.enrollment.tests.test_existing import TODAY, id_number, status_row
from shared.access.decide import NotPermitted
from shared.blobs.files import FileBlobs
from shared.intake.engine import BatchRunner
from shared.intake.files import read_sheet
from shared.intake.formats import format_written
from shared.intake.steps import PlanRequired
from shared.intake.tests.dbf_files import written
from tests.support.actors import asked, person

pytestmark = pytest.mark.servers
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FIELDS = (
    "YXDM C(10); YXMC C(40); KSH C(18); XH C(15); XM C(40); XB C(2); CSRQ C(8); SFZH C(18); MZ C(24); ZYDM C(6);"
    " ZYMC C(50); CC C(12); XZ C(3); XXXS C(10); XLLB C(20); RXRQ C(8); YJBYRQ C(8); XJZT C(8); LXRQ C(8); ZHXN C(9);"
    " NJ C(4); PZDJ C(10)"
)


@pytest.fixture
def register_of_2003(tmp_path):
    """Two good rows, one name with a lost character, one person studying twice at the same time."""
    rows = [
        status_row(1),
        status_row(2, XM="王??"),
        status_row(3, XJZT="退学", LXRQ="20050310"),
        status_row(4, SFZH=id_number(1), RXRQ="20040901", YJBYRQ="20080701", LXRQ="20080701"),
    ]
    return written(tmp_path / "old.dbf", FIELDS, [tuple(row.values()) for row in rows])


class Office:
    """Submits, runs and commits, each in the name of somebody."""

    def __init__(self, enrollment, folder):
        enrollment.clock.move_to(TODAY)
        self.batches = Batches(enrollment.store, enrollment.clock, enrollment.keyring)
        self.blobs = FileBlobs(folder)
        self.runner = BatchRunner(self.batches, self.blobs, kinds(self.batches), enrollment.keyring)

    def submit(self, content, *, kind="existing_statuses", filename="old.dbf", plan_first=True, **params):
        by = asked(person("province_education", PROVINCE, "pe-1"), "submit_file", at=TODAY)
        answer = self.batches.submit_file(
            command_id=by.command_id, kind=kind, digest=self.blobs.put(content), filename=filename,
            school_code=None, province=PROVINCE, params={"source": "省厅2004库", **params}, plan_first=plan_first,
            by=by,
        )  # fmt: skip
        return UUID(answer["id"])

    def run(self):
        for _ in range(1000):
            if not self.runner.step():
                return

    def commit(self, batch_id, sub):
        by = asked(person("province_education", PROVINCE, sub), "commit_plan", at=TODAY)
        self.batches.commit_plan(
            command_id=by.command_id, batch_id=batch_id, plan_id=UUID(self.progress(batch_id).plan_id),
            mode="good_rows", by=by,
        )  # fmt: skip

    def progress(self, batch_id):
        return self.batches.standings(RegistrationBatch, [batch_id])[batch_id][1]

    def refused_rows(self, batch_id):
        with self.blobs.open(self.progress(batch_id).errors_digest) as stream:
            name = f"errors.{format_written(stream)}"
            return [(row.cells[0], row.cells[1]) for row in read_sheet(stream, name)]

    def load(self, name, kind, **params):
        """Submit, plan and commit a file of the examples; its refused rows with their rules."""
        batch_id = self.submit((EXAMPLES / name).read_bytes(), kind=kind, filename=name, **params)
        self.run()
        self.commit(batch_id, "pe-2")
        self.run()
        return {
            int(number): re.findall(r"\[([A-Z0-9-]+)\]", reasons) for number, reasons in self.refused_rows(batch_id)
        }


@pytest.fixture
def office(enrollment, tmp_path):
    return Office(enrollment, tmp_path / "blobs")


@pytest.mark.rule("A24-2", "A28-1")
def test_an_old_register_is_tried_out_and_committed_by_a_second_person(office, register_of_2003):
    """Given a DBF of an old register, when it is planned and a second person commits, then its good rows stand."""
    batch_id = office.submit(register_of_2003)
    office.run()
    planned = office.refused_rows(batch_id)
    assert [number for number, _ in planned] == ["2", "4"]
    assert "X-CODE-3" in planned[0][1]
    assert "A8-9" in planned[1][1]
    with pytest.raises(NotPermitted):
        office.commit(batch_id, "pe-1")
    office.commit(batch_id, "pe-2")
    office.run()
    found = office.progress(batch_id)
    assert (found.state, found.accepted, found.refused) == ("finished", 2, 2)
    again = office.submit(register_of_2003)
    office.run()
    office.commit(again, "pe-2")
    office.run()
    found = office.progress(again)
    assert (found.state, found.accepted, found.unchanged, found.refused) == ("finished", 0, 2, 2)


@pytest.mark.rule("A24-2")
def test_an_old_register_is_never_taken_in_without_a_plan(office, register_of_2003):
    """Given a file of an old register, when it is submitted without a plan, then it is refused."""
    with pytest.raises(PlanRequired):
        office.submit(register_of_2003, plan_first=False)


def test_the_old_register_of_the_examples_is_refused_where_its_page_says_so(office):
    assert office.load("old-register-11.dbf", "existing_statuses") == {
        9: ["X-CODE-3"], 18: ["X-LOAD-1"], 25: ["X-LOAD-2"], 34: ["A8-9"],
    }  # fmt: skip
    params = {"entry_year": "2003", "academic_year": "2004"}
    assert office.load("old-years-2004-11.jsonl", "existing_years", **params) == {
        5: ["X-LOAD-1"], 9: ["A14-1"], 18: ["A14-1"], 25: ["A14-1"], 34: ["A14-1"], 41: ["A14-1"],
    }  # fmt: skip
