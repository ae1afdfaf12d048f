"""A file that was handed in before is said to have been, by its number; it is refused for nothing."""

import pytest

from services.enrollment.queries.batches import BatchQueries
from services.enrollment.tests.filing import Desk
from services.enrollment.tests.offices import ELSEWHERE, HERE, registrar

pytestmark = pytest.mark.servers
HEADER, PARAMS = ["考生号", "入学结果", "复查结果"], {"entry_year": "2022"}


@pytest.mark.rule("X-FILE-17")
def test_the_same_file_again_names_the_batch_that_it_was_before(enrollment, tmp_path):
    """Given a file that was taken in, when its school hands it in again, then the second batch names the first one by
    its number and changes nothing; another school's batch of the same content names none."""
    desk = Desk(enrollment, tmp_path)
    files = BatchQueries(enrollment.store, desk.blobs)
    rows = [[desk.admit(HERE), "注册学籍", "合格"]]

    def handed_in(school=HERE, rows=rows):
        return desk.file("freshman_results", HEADER, rows, PARAMS, registrar(school))

    def said(batch_id, school=HERE):
        return desk.look(files.get_batch, registrar(school), batch_id=batch_id, after_version=0)

    first, again, other = handed_in(), handed_in(), handed_in(ELSEWHERE)
    assert said(first)["submitted_before"] is None
    before = said(again)["submitted_before"]
    assert (before["batch_id"], before["rule"]) == (str(first), "X-FILE-17")
    assert (said(again)["accepted"], said(again)["unchanged"], said(again)["refused"]) == (0, 1, 0)
    assert said(other, ELSEWHERE)["submitted_before"] is None
    assert said(handed_in(rows=[*rows, [desk.admit(HERE), "注册学籍", "合格"]]))["submitted_before"] is None
    assert said(handed_in())["submitted_before"]["batch_id"] == str(again)
