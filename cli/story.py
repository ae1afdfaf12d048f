"""One cohort's whole life, told through the HTTP API: what the demo shows and the integration tests repeat."""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from cli.client import Answer, Caller, Problem, until

API = "/api/v1"
ENTRY_YEAR = 2022
YEARS = (2023, 2024, 2025)
SHANGHAI_NINE = "T01:00:00+00:00"  # nine in the morning in China
T = TypeVar("T")


def open_account(nobody: Caller, owner: Answer) -> Answer:
    """An account whose owner looked at the preview and said: yes, this is right."""
    preview = nobody.post(f"{API}/account-previews", owner)
    return nobody.post(f"{API}/accounts", {**owner, "confirmation": preview["confirmation"]})


class Narrator(Protocol):
    """Who tells the story: a terminal, or nobody."""

    def chapter(self, title: str) -> None: ...

    def say(self, text: str) -> None: ...

    def follow(self, items: Iterable[T], total: int, what: str) -> Iterable[T]: ...


class Silent:
    """Tells nothing."""

    def chapter(self, title: str) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def follow(self, items: Iterable[T], total: int, what: str) -> Iterable[T]:
        return items


@dataclass(frozen=True)
class School:
    """A school of the cohort and its files."""

    code: str
    name: str
    registrar: str
    checker: str
    freshmen: Path
    years: dict[int, Path]
    certificates: Path
    graduating: int  # students who hold a status and leave in 2026


@dataclass(frozen=True)
class Cohort:
    """The input files of one story, and who acts in it."""

    province: str
    admissions: Path
    schools: tuple[School, ...]
    keys: dict[str, str]  # demo keys by operator id
    heroine: dict[str, str]  # the student whose life is told: id_type, id_number, name, exam_no
    photo_of: Callable[[str], bytes]
    absent_every: int = 100  # one student of so many has not come to the photographer yet


@dataclass
class Outcome:
    """What came of the story: for the audit, and for tests."""

    admissions: Answer = field(default_factory=dict)
    errors_file: bytes = b""
    batches: list[Answer] = field(default_factory=list)
    certificates: list[Answer] = field(default_factory=list)
    photos: int = 0
    status_id: str = ""
    report: Answer = field(default_factory=dict)
    verified: Answer = field(default_factory=dict)
    pdf: bytes = b""


AT_WORK = ("submitted", "planning", "running", "undoing")
"""States of a file that the registry is still busy with."""


class Story:
    """Walks the cohort through admission, four years, photos, certificates and one report."""

    def __init__(
        self, cohort: Cohort, nobody: Caller, mailbox: Path, narrator: Narrator, set_clock: Callable[[datetime], None]
    ) -> None:
        self.cohort = cohort
        self.nobody = nobody
        self.mailbox = mailbox
        self.narrator = narrator
        self.set_clock = set_clock
        self.outcome = Outcome()

    def tell(self) -> Outcome:
        """The whole life, in order."""
        self.admit()
        return self.walk_on()

    def walk_on(self) -> Outcome:
        """Everything after the admission list."""
        self.register_freshmen()
        for year in YEARS:
            self.register_year(year)
        self.take_photos()
        self.certify()
        self.open_account_and_request_report()
        return self.outcome

    def on(self, day: str) -> None:
        """Move the registry's clock to nine in the morning of a day in China."""
        self.set_clock(datetime.fromisoformat(day + SHANGHAI_NINE))

    def operator(self, name: str) -> Caller:
        """An operator who has just signed in; sessions are short-lived, and the clock jumps."""
        answer = self.nobody.post(f"{API}/operator-sessions", {"operator_id": name, "key": self.cohort.keys[name]})
        return self.nobody.signed_in(answer["session"])

    # --- 2022: admission and entry ---

    def admit(self) -> None:
        """The province submits its list, another office reviews it, the ministry releases it (A7)."""
        self.narrator.chapter("2022-08 录取 admission")
        self.on("2022-08-10")
        province = self.cohort.province
        submitted = self.operator(f"admissions-{province}").upload(
            f"{API}/admission-batches",
            self.cohort.admissions.name,
            self.cohort.admissions.read_bytes(),
            province=province,
            entry_year=str(ENTRY_YEAR),
        )
        reviewer = self.operator(f"education-{province}")
        batch = self._finished(reviewer, f"{API}/batches/{submitted['id']}")
        self.outcome.admissions = batch
        self.outcome.errors_file = reviewer.fetch(f"{API}/batches/{submitted['id']}/errors")
        self.narrator.say(f"{batch['rows']} rows, {batch['accepted']} accepted, {batch['refused']} refused by name")
        reviewer.post(f"{API}/admission-batches/{submitted['id']}/review", {})
        self.operator("ministry").post(f"{API}/admission-batches/{submitted['id']}/release", {})

    def register_freshmen(self) -> None:
        """Every school rechecks and registers its freshmen in one file (A8)."""
        self.narrator.chapter("2022-09 新生学籍注册 freshman registration")
        self.on("2022-09-12")
        batches = [
            (school, self._submit(school, "freshman-results", school.freshmen))
            for school in self.narrator.follow(self.cohort.schools, len(self.cohort.schools), "schools")
        ]
        self._tell(batches)

    # --- each autumn ---

    def register_year(self, year: int) -> None:
        """Every school registers the year of all its students in one file (A12)."""
        self.narrator.chapter(f"{year}-09 学年注册 annual registration {year}-{year + 1}")
        self.on(f"{year}-09-08")
        batches = [
            (
                school,
                self._submit(
                    school, "year-results", school.years[year], academic_year=str(year), starts_on=f"{year}-09-01"
                ),
            )
            for school in self.narrator.follow(self.cohort.schools, len(self.cohort.schools), "schools")
        ]
        self._tell(batches)

    def _tell(self, batches: list[tuple[School, Answer]]) -> None:
        told = [f"{school.name} {batch['accepted']}" for school, batch in batches]
        refused = sum(batch["refused"] for _, batch in batches)
        self.narrator.say(f"{', '.join(told)} accepted; {refused} refused")

    def _submit(self, school: School, path: str, file: Path, **fields: str) -> Answer:
        registrar = self.operator(school.registrar)
        submitted = registrar.upload(
            f"{API}/{path}",
            file.name,
            file.read_bytes(),
            school_code=school.code,
            entry_year=str(ENTRY_YEAR),
            **fields,
        )
        batch = self._finished(registrar, f"{API}/batches/{submitted['id']}")
        self.outcome.batches.append(batch)
        return batch

    def _finished(self, caller: Caller, path: str) -> Answer:
        def ask() -> Answer | None:
            try:
                batch = caller.get(path)
            except Problem as problem:
                if problem.status == 404:
                    return None
                raise
            return None if batch["state"] in AT_WORK else batch

        batch = until(ask, f"the end of {path}")
        if batch["state"] == "refused":
            raise RuntimeError(f"the file was refused: {batch['reason']}")
        return batch

    # --- 2026: photos, certificates ---

    def take_photos(self) -> None:
        """Capture codes for the graduating year; every photo is submitted by one person and reviewed by another."""
        self.narrator.chapter("2026-03 图像采集 graduation photos")
        self.on("2026-03-16")
        collector, reviewer = self.operator("collector-1"), self.operator("collector-2")
        codes = [code for school in self.cohort.schools for code in self._codes(school)]
        coming = [code for place, code in enumerate(codes, 1) if place % self.cohort.absent_every]
        with ThreadPoolExecutor(4) as pool:
            done = pool.map(lambda code: self._photograph(code, collector, reviewer), coming)
            self.outcome.photos = sum(1 for _ in self.narrator.follow(done, len(coming), "photos"))
        self.narrator.say(f"{self.outcome.photos} photos approved, {len(codes) - len(coming)} students not yet taken")

    def _codes(self, school: School) -> Iterator[Answer]:
        """Every code of the school's graduating year; imaging may still be hearing of the last students."""
        registrar = self.operator(school.registrar)
        issued = 0

        def ask() -> list[Answer] | None:
            answer = registrar.post(f"{API}/capture-codes", {"school_code": school.code, "graduation_year": 2026})
            return answer["codes"] or None

        while issued < school.graduating:
            codes = until(ask, f"capture codes of {school.name}")
            issued += len(codes)
            yield from codes

    def _photograph(self, code: Answer, collector: Caller, reviewer: Caller) -> str:
        photo = collector.upload(
            f"{API}/photos",
            "photo.jpg",
            self.cohort.photo_of(code["exam_no"]),
            code=code["code"],
            captured_on="2026-03-16",
        )
        if photo["state"] != "awaiting_review":
            raise RuntimeError(f"the photo was rejected: {photo['reasons']}")
        reviewer.post(f"{API}/photos/{photo['id']}/review", {"decision": "approve", "reasons": []})
        return str(photo["id"])

    def certify(self) -> None:
        """A registrar drafts the certificates, a second one confirms; on the issue date they take effect (A16–A18)."""
        self.narrator.chapter("2026-06 学历注册 certificates, in effect on 2026-07-01")
        self.on("2026-06-20")
        submitted = []
        for school in self.cohort.schools:
            registrar = self.operator(school.registrar)
            answer = registrar.upload(
                f"{API}/certificate-batches",
                school.certificates.name,
                school.certificates.read_bytes(),
                school_code=school.code,
                entry_year=str(ENTRY_YEAR),
            )
            self._finished(registrar, f"{API}/certificate-batches/{answer['id']}")
            self.operator(school.checker).post(f"{API}/certificate-batches/{answer['id']}/confirm", {})
            submitted.append((school, answer["id"]))
        self.on("2026-07-01")
        for school, batch_id in self.narrator.follow(submitted, len(submitted), "schools"):
            batch = self._published(self.operator(school.registrar), batch_id)
            self.outcome.certificates.append(batch)
            counted = ", ".join(f"{number} {state}" for state, number in sorted(batch["certificates"].items()))
            self.narrator.say(f"{school.name}: {counted}, {batch['refused']} refused")

    def _published(self, caller: Caller, batch_id: str) -> Answer:
        """Wait until only incomplete certificates are left unpublished."""

        def ask() -> Answer | None:
            batch = caller.get(f"{API}/certificate-batches/{batch_id}")
            states = set(batch["certificates"])
            return batch if "published" in states and states <= {"published", "incomplete"} else None

        return until(ask, "certificates to take effect")

    # --- one student ---

    def open_account_and_request_report(self) -> None:
        """The student opens an account, finds the own records, requests a report; a stranger verifies it."""
        self.narrator.chapter("2026-07 学生 one student, one report")
        self.on("2026-07-06")
        student = self._account()
        status = until(lambda: self._record(student, "status"), "the bound status")
        self.outcome.status_id = status["record_id"]
        certificate = until(lambda: self._record(student, "qualification"), "the bound certificate")
        self.outcome.report = student.post(
            f"{API}/reports",
            {"kind": "qualification", "record_id": certificate["record_id"], "language": "both", "months": 3},
        )
        self.outcome.pdf = until(lambda: self._pdf(student), "the report's PDF")
        self.outcome.verified = self.verify(self.outcome.report["code"])

    def verify(self, code: str) -> Answer:
        """What a stranger who was given the code is told."""
        return self.nobody.post(f"{API}/verifications", {"code": code})

    def _account(self) -> Caller:
        person = {name: self.cohort.heroine[name] for name in ("id_type", "id_number", "name")}
        contact = "student@example.edu.cn"
        account = open_account(self.nobody, {**person, "channel": "mail", "contact": contact})
        self.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
        code = until(lambda: self._code_sent_to(contact), "the code in the mailbox")
        session = self.nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": code})
        return self.nobody.signed_in(session["session"])

    def _code_sent_to(self, contact: str) -> str | None:
        for message in sorted(self.mailbox.glob("*.txt"), reverse=True):
            text = message.read_text(encoding="utf-8")
            if f"To: {contact}\n" in text and (found := re.search(r"\b\d{6}\b", text.partition("\n\n")[2])):
                return found.group()
        return None

    def _record(self, student: Caller, kind: str) -> Answer | None:
        records = student.get(f"{API}/reportable-records")["records"]
        return next((record for record in records if record["kind"] == kind), None)

    def _pdf(self, student: Caller) -> bytes | None:
        try:
            return student.fetch(f"{API}/reports/{self.outcome.report['id']}/document")
        except Problem as problem:
            if problem.status in (404, 409):
                return None
            raise
