"""A school's desk for files: whoever hands them in, the worker that takes them in, and what came of their rows."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.enrollment.application import Enrollment
from services.enrollment.application.batches import Batches
from services.enrollment.application.bulk.admission_list import AdmissionListKind
from services.enrollment.application.bulk.freshman_results import FreshmanResultsKind
from services.enrollment.application.bulk.kinds import kinds
from services.enrollment.domain.admission_batch import AdmissionBatch
from services.enrollment.tests.counters import Counters
from services.enrollment.tests.gates import Gates
from services.enrollment.tests.offices import HERE, registrar
from shared.access.assertion import Assertion
from shared.blobs.files import FileBlobs
from shared.eventstore.context import Context
from shared.intake.batch import Batch, Progress
from shared.intake.columns import CheckedRow, RowError
from shared.intake.engine import CHUNK, BatchRunner
from shared.intake.files import read_sheet
from shared.intake.refusal_chain import RefusalChain
from tests.support.actors import NOON

# appointed for regular students alone, so that a row about others is refused (A24-1)
REGULAR = replace(registrar(), kind="regular")


class Desk(Counters, Gates):
    """Every office, and the real worker of files beside them."""

    def __init__(self, enrollment: Enrollment, folder: Path) -> None:
        super().__init__(enrollment)
        self.batches = Batches(enrollment.store, enrollment.clock, enrollment.keyring)
        self.blobs = FileBlobs(folder)
        self.runner = BatchRunner(self.batches, self.blobs, kinds(self.batches), enrollment.keyring)

    # --- files ---

    def file(
        self,
        kind: str,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        params: Mapping[str, str],
        actor: Assertion = REGULAR,
    ) -> UUID:
        """Hand a CSV file in, and let the worker take it in to its end."""
        return self._handed_in(kind, header, rows, params, actor, plan_first=False)

    def plan(
        self,
        kind: str,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        params: Mapping[str, str],
        actor: Assertion = REGULAR,
    ) -> UUID:
        """Hand a CSV file in, and let the worker plan it; nothing of it is written."""
        return self._handed_in(kind, header, rows, params, actor, plan_first=True)

    def _handed_in(
        self,
        kind: str,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        params: Mapping[str, str],
        actor: Assertion,
        *,
        plan_first: bool,
    ) -> UUID:
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        school, province = (actor.org, None) if actor.role == "registrar" else (None, actor.org)
        answer = self.ask(
            self.batches.submit_file, actor, kind=kind, digest=self.blobs.put(text.getvalue().encode()),
            filename=f"{kind}.csv", school_code=school, province=province, params=dict(params), plan_first=plan_first,
        )  # fmt: skip
        while self.runner.step():
            pass
        return UUID(str(answer["id"]))

    def progress(self, batch_id: UUID) -> Progress:
        progress: Progress = self.batches.get(Batch, batch_id).standing
        return progress

    def reasons(self, batch_id: UUID) -> dict[int, list[RowError]]:
        """Everything that was found wrong, by the number of the row."""
        chain = RefusalChain(self.blobs).links(self.progress(batch_id).refusals_digest)
        return dict(row for link in chain for row in link)

    def errors_file(self, batch_id: UUID) -> tuple[tuple[str, ...], list[list[str]]]:
        """The header and the rows of the file that came back."""
        with self.blobs.open(self.progress(batch_id).errors_digest or "") as stream:
            sheet = read_sheet(stream, "errors.csv")
            return sheet.header, [list(row.cells) for row in sheet]

    # --- people, a thousand at a time ---

    def list_people(self, people: Iterable[Mapping[str, Any]], *, released: bool = True) -> None:
        """One admission list, released unless it is said not to be."""
        batch = AdmissionBatch(
            kind="admission_list", digest="ab" * 32, filename="list.csv", school_code=None, province="11",
            params={"entry_year": "2022"}, submitted_by="pa",
        )  # fmt: skip
        batch.check(1)
        batch.finish(None)
        batch.review(reviewed_by="pe")
        if released:
            batch.release(released_by="m")
        self.base.save(batch, by=Context.system("take_in", NOON))
        self._take_in(AdmissionListKind(self.base), people, batch.standing, batch.id)

    def register_all(self, exam_nos: Iterable[str], school: str = HERE) -> None:
        """Freshmen of one school, all of them registered."""
        rows = ({"KSH": each, "RXJG": "注册学籍", "FCJG": "合格", "XH": "2022000001"} for each in exam_nos)
        freshmen = Progress(school_code=school, submitted_by="r", params={"entry_year": "2022"})
        self._take_in(FreshmanResultsKind(self.base), rows, freshmen, uuid4())

    def _take_in(self, kind: Any, rows: Iterable[Mapping[str, Any]], batch: Progress, batch_id: UUID) -> None:
        checked = [CheckedRow(number, dict(values)) for number, values in enumerate(rows, start=2)]
        for at in range(0, len(checked), CHUNK):
            decided = kind.decide(checked[at : at + CHUNK], batch, batch_id)
            self.base.append([draft for one in decided for draft in one], by=Context.system("take_in", NOON))
