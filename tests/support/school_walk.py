"""Two years of three schools on the real registry: what a test needs to walk through them from the front door."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from cli import examples
from cli.client import Answer, Caller, Problem, until
from cli.examples import ADMISSION_TITLES, Admitted
from cli.story import API, AT_WORK, SHANGHAI_NINE, open_account
from shared.intake.formats import DBF
from shared.intake.writers import write_as
from tests.support.platform import Platform
from tests.support.walk import Walk, ask_public

ENTRY_YEAR = 2024
PKU, ZJU, SCU = (school.code for school in examples.SCHOOLS)
FRESHMEN = ("考生号", "入学结果", "复查结果", "学号")
PARTS = {
    PKU: "plain late leaver away mover namesake wronged fraud rival absent",
    ZJU: "zju-plain zju-other",
    SCU: "scu-plain scu-other",
}
YEARS = ("考生号", "学年", "注册结果")
NAMES = {PKU: "pku", ZJU: "zju", SCU: "scu"}
PDF = b"%PDF-1.7\n% a paper that proves something\n"


class Noted(urllib3.PoolManager):
    """Asks, and remembers what was answered."""

    def __init__(self) -> None:
        super().__init__(maxsize=8, retries=False, timeout=urllib3.Timeout(total=30))
        self.answered: set[tuple[str, str]] = set()

    def request(self, method: str, url: str, *args: Any, **options: Any) -> urllib3.BaseHTTPResponse:
        response = super().request(method, url, *args, **options)
        if response.status < 400:
            self.answered.add((method, urlsplit(url).path))
        return response


class SchoolWalk(Walk):
    """The registry, who acts in it, and where everybody's record is."""

    def __init__(self, platform: Platform) -> None:  # its own story: no cohort, no years before
        self.platform = platform
        self.mailbox = platform.folder / "mailbox"
        self.noted = Noted()
        self.nobody = Caller(platform.origin, pool=self.noted)
        self.kept: dict[str, Any] = {}  # what a later test goes on with

    # --- time and people ---

    def on(self, day: str) -> None:
        """Nine in the morning of a day in China."""
        self.platform.clock.set(datetime.fromisoformat(day + SHANGHAI_NINE))

    def operator(self, name: str) -> Caller:
        """Somebody of an office who has just signed in; the clock jumps, and sessions are short-lived."""
        session = {"operator_id": name, "key": examples.demo_key(name)}
        return self.nobody.signed_in(self.nobody.post(f"{API}/operator-sessions", session)["session"])

    def student(self, one: Admitted) -> Caller:
        """A student with an own account, opened now."""
        who = {
            "id_type": one.person.id_type,
            "id_number": one.person.id_number,
            "name": one.person.name,
        }
        contact = f"{one.exam_no}@example.edu.cn"
        account = open_account(self.nobody, {**who, "channel": "mail", "contact": contact})
        before = set(self.mailbox.glob("*.txt"))
        self.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
        code = until(lambda: self.code_for(contact, before), "the code in the mailbox")
        session = self.nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": code})
        return self.nobody.signed_in(session["session"])

    def code_for(self, contact: str, before: set[Path]) -> str | None:
        """The code in a message that was not there before; the clock stands, so that dates tell nothing."""
        for message in set(self.mailbox.glob("*.txt")) - before:
            head, _, text = message.read_text(encoding="utf-8").partition("\n\n")
            found = re.search(r"\b\d{6}\b", text) if f"To: {contact}\n" in f"{head}\n" else None
            if found:
                return found.group()
        return None

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
        found = {"school_code": school, "entry_year": str(year_of(one)), "exam_no": one.exam_no}
        return self.seen(operator or f"{NAMES[school]}-registrar-1", f"{API}/students", when, **found)

    def register(self, caller: Caller, one: Admitted, school: str = "", exam_no: str = "", **said: Any) -> Answer:
        """One freshman, by a command."""
        body = {"school_code": school or one.school.code, "entry_year": year_of(one), "recheck": "合格"}
        return caller.post(f"{API}/students", {**body, "exam_no": exam_no or one.exam_no, "student_no": None, **said})

    def admit(
        self,
        people: Iterable[Admitted],
        *more: Sequence[str],
        titles: Sequence[str] = ADMISSION_TITLES,
        row: Callable[[Admitted], Sequence[str]] | None = None,
    ) -> str:
        """A list of one year, handed in by Beijing, reviewed, re-checked and released; the id of the file."""
        chosen = list(people)
        rows = [*map(row or row_of, chosen), *more]
        listed = self.hand_in(
            "admissions-11", "admission_list", csv_of(titles, rows), plan_first=False,
            province="11", params=params(entry_year=str(year_of(chosen[0]))),
        )  # fmt: skip
        assert (listed["state"], listed["refused"]) == ("finished", 0)
        self.pass_on(listed["batch_id"])
        return str(listed["batch_id"])

    def pass_on(self, batch_id: str, education: str = "education-11") -> None:
        """A list on its way through the offices (A7)."""
        path = f"{API}/admission-batches/{batch_id}"
        self.operator(education).post(f"{path}/review", {})
        ministry = self.operator("ministry")
        ministry.post(f"{path}/recheck", {})
        ministry.post(f"{path}/release", {})

    def enrol(self, people: Iterable[Admitted]) -> dict[str, str]:
        """Everybody registered at the own school by one file each; the statuses by number."""
        chosen = list(people)
        for code in dict.fromkeys(one.school.code for one in chosen):
            own = [(one.exam_no, "注册学籍", "合格", "") for one in chosen if one.school.code == code]
            done = self.hand_in(
                f"{NAMES[code]}-registrar-1", "freshman_results", csv_of(FRESHMEN, own), plan_first=False,
                school_code=code, params=params(entry_year=str(year_of(chosen[0]))),
            )  # fmt: skip
            assert (done["accepted"], done["refused"]) == (len(own), 0)
        return {one.exam_no: self.status_of(one)["status_id"] for one in chosen}

    def heard(self, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a neighbour's tables hold, once they hold anything."""
        return until(lambda: self.rows(service, query, *values) or None, f"{service} to hear of it")


def cast(parts: Mapping[str, str] = PARTS, *, year: int = ENTRY_YEAR, first: int = 0) -> dict[str, Admitted]:
    """Who is admitted in a year, by the part they play: four-year students of the examples, renumbered.

    Each story begins at a `first` of its own, so that nobody plays in two of them.
    """
    found: dict[str, Admitted] = {}
    for code, names in parts.items():
        students = [one for one in examples.admitted() if one.school.code == code and one.major[2] == "4"]
        for name, one in zip(names.split(), students[first:], strict=False):
            number = f"{year % 100}110108{first * 100 + len(found) + 1:06d}"
            found[name] = replace(one, exam_no=number, admission_type="普通")
    return found


def year_of(one: Admitted) -> int:
    """The year of entry, as the number says it."""
    return 2000 + int(one.exam_no[:2])


def intake_of(one: Admitted) -> str:
    """Where a school finds an admission of its own."""
    return f"{API}/schools/{one.school.code}/intakes/{year_of(one)}/admissions/{one.exam_no}"


def cells_of(one: Admitted, **cells: str) -> dict[str, str]:
    """A row of the admission list of the own year, by title."""
    titles = dict(zip(ADMISSION_TITLES, one.row, strict=True))
    dates = {"入学日期": f"{year_of(one)}0901", "预计毕业日期": f"{year_of(one) + 4}0701"}
    return titles | dates | cells


def row_of(one: Admitted, **cells: str) -> tuple[str, ...]:
    """The same as a line of a file."""
    return tuple(cells_of(one, **cells).values())


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


def change(kind: str, on: str, **more: Any) -> Answer:
    """What a school says of a decision that holds from the day it was made."""
    return {"kind": kind, "decision_no": f"校学字〔{on[:4]}〕{on[-5:]}号", "decided_on": on, "effective_on": on, **more}


def answered(walk: SchoolWalk, code: str, outcome: str) -> Answer | None:
    """What a stranger is told about a code, once it is this."""
    said: Answer = ask_public(walk.platform.verification, code).json()
    return said if said["outcome"] == outcome else None
