"""Two years of three schools on the real registry: what a test needs to walk through them from the front door."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cli import examples
from cli.client import Answer, Caller, Problem, until
from cli.examples import ADMISSION_TITLES, Admitted
from cli.story import API, AT_WORK, SHANGHAI_NINE
from shared.intake.formats import DBF
from shared.intake.writers import write_as
from tests.support.platform import Platform
from tests.support.walk import Walk

ENTRY_YEAR = 2024
PKU, ZJU, SCU = (school.code for school in examples.SCHOOLS)
FRESHMEN = ("考生号", "入学结果", "复查结果", "学号")
PARTS = {
    PKU: "plain late leaver away mover namesake wronged fraud rival absent",
    ZJU: "zju-plain zju-other",
    SCU: "scu-plain scu-other",
}
YEARS = ("考生号", "学年", "注册结果")
PDF = b"%PDF-1.7\n% a paper that proves something\n"


class SchoolWalk(Walk):
    """The registry, who acts in it, and where everybody's record is."""

    def __init__(self, platform: Platform) -> None:  # its own story: no cohort, no years before
        self.platform = platform
        self.mailbox = platform.folder / "mailbox"
        self.nobody = Caller(platform.origin)
        self.statuses: dict[str, str] = {}
        self.kept: dict[str, Any] = {}  # what a later test goes on with

    # --- time and people ---

    def on(self, day: str) -> None:
        """Nine in the morning of a day in China."""
        self.platform.clock.set(datetime.fromisoformat(day + SHANGHAI_NINE))

    def operator(self, name: str) -> Caller:
        """Somebody of an office who has just signed in; the clock jumps, and assertions are short-lived."""
        session = {"operator_id": name, "key": examples.demo_key(name)}
        return self.nobody.signed_in(self.nobody.post(f"{API}/operator-sessions", session)["assertion"])

    def student(self, one: Admitted) -> Caller:
        """A student with an own account, opened the first time and signed in to afterwards."""
        who = {
            "id_type": one.person.id_type,
            "id_number": one.person.id_number,
            "name": self.kept.get(f"name {one.exam_no}", one.person.name),
        }
        contact = f"{one.exam_no}@example.edu.cn"
        account = self.nobody.post(f"{API}/accounts", {**who, "channel": "mail", "contact": contact})
        self.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
        code = until(lambda: self.newest_code(one, 1), "the code in the mailbox")
        session = self.nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": code})
        return self.nobody.signed_in(session["assertion"])

    # --- files ---

    def finished(self, caller: Caller, batch_id: str, saved: Answer) -> Answer:
        """A file once the registry is done with it for now, at the version that was saved or a later one."""

        def ask() -> Answer | None:
            batch = caller.get(f"{API}/batches/{batch_id}", after_version=str(saved["version"]))
            return None if batch["state"] in AT_WORK else batch

        return until(ask, f"the end of file {batch_id}")

    def hand_in(
        self, operator: str, kind: str, content: bytes, *, plan_first: bool, name: str = "", **fields: str
    ) -> Answer:
        """A file of any kind, until the registry has read it."""
        caller = self.operator(operator)
        params = fields.pop("params")
        submitted = caller.upload(
            f"{API}/files", name or f"{kind}.csv", content, kind=kind, params=params,
            plan_first="true" if plan_first else "false", **fields,
        )  # fmt: skip
        return self.finished(caller, submitted["id"], submitted)

    def plan_of(self, operator: str, batch: Answer) -> tuple[str, int, int, int]:
        """What a planned file would do: its state, then good, unchanged and refused rows."""
        plan = self.operator(operator).get(f"{API}/batches/{batch['batch_id']}/plan")
        return batch["state"], plan["good"], plan["unchanged"], plan["refused"]

    def commit(self, operator: str, batch: Answer, mode: str = "good_rows") -> Answer:
        """Stand for a plan, until it is carried out."""
        caller = self.operator(operator)
        plan = {"plan_id": batch["plan_id"], "mode": mode}
        saved = caller.post(f"{API}/batches/{batch['batch_id']}/commit", plan)
        return self.finished(caller, batch["batch_id"], saved)

    def undo(self, operator: str, batch: Answer, reason: str) -> Answer:
        """Take back what a file led to, until that is done."""
        caller = self.operator(operator)
        saved = caller.post(f"{API}/batches/{batch['batch_id']}/undo", {"reason": reason})
        return self.finished(caller, batch["batch_id"], saved)

    def paper(self, caller: Caller, content: bytes = PDF) -> str:
        """A paper that proves something, handed in."""
        return str(caller.upload(f"{API}/evidence", "proof.pdf", content)["digest"])

    # --- records ---

    def seen(self, operator: str, path: str, when: Callable[[Answer], Any] = bool, **query: str) -> Answer:
        """What an office is answered, once it is there and as it should be; read tables follow a moment later."""
        caller = self.operator(operator)

        def ask() -> Answer | None:
            try:
                found = caller.get(path, **query)
            except Problem as problem:
                if problem.status == 404:
                    return None
                raise
            return found if when(found) else None

        return until(ask, f"{path} to be as it should be")

    def status_of(
        self, one: Admitted, school: str = "", operator: str = "", when: Callable[[Answer], Any] = bool
    ) -> Answer:
        """A student's record as the own school sees it, once it can be asked about."""
        school = school or one.school.code
        names = {PKU: "pku", ZJU: "zju", SCU: "scu"}
        found = {"school_code": school, "entry_year": str(ENTRY_YEAR), "exam_no": one.exam_no}
        return self.seen(operator or f"{names[school]}-registrar-1", f"{API}/students", when, **found)

    def register(self, caller: Caller, one: Admitted, school: str = "", exam_no: str = "") -> Answer:
        """One freshman, by a command."""
        body = {
            "school_code": school or one.school.code,
            "entry_year": ENTRY_YEAR,
            "recheck": "合格",
            "student_no": None,
        }
        return caller.post(f"{API}/students", {**body, "exam_no": exam_no or one.exam_no})

    def heard(self, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a neighbour's tables hold, once they hold anything."""
        return until(lambda: self.rows(service, query, *values) or None, f"{service} to hear of it")


def cast() -> dict[str, Admitted]:
    """Who is admitted in 2024, by the part they play: four-year students of the examples, renumbered."""
    found: dict[str, Admitted] = {}
    for code, names in PARTS.items():
        students = (one for one in examples.admitted() if one.school.code == code and one.major[2] == "4")
        for name, one in zip(names.split(), students, strict=False):
            found[name] = replace(one, exam_no=f"24110108{len(found) + 1:06d}", admission_type="普通")
    return found


def row_of(one: Admitted, **cells: str) -> tuple[str, ...]:
    """A row of the admission list of 2024."""
    titles = dict(zip(ADMISSION_TITLES, one.row, strict=True))
    dates = {"入学日期": f"{ENTRY_YEAR}0901", "预计毕业日期": f"{ENTRY_YEAR + 4}0701"}
    return tuple((titles | dates | cells).values())


def csv_of(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([titles, *rows])
    return text.getvalue().encode("utf-8-sig")


def params(**values: str) -> str:
    """What goes with a file, as a form writes it."""
    return json.dumps(values)


def dbf_of(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A dBASE file as schools have handed in for thirty years."""
    writer = write_as(DBF, titles)
    for row in rows:
        writer.write(row)
    return writer.content().read()
