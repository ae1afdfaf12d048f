"""The registry after a small cohort's story, and what a test asks of it."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import urllib3

from cli.client import Answer, Caller, Problem, until
from cli.examples import Admitted
from cli.story import API, Outcome, Silent, Story, open_account
from tests.support import cohort as small
from tests.support.platform import Platform

PEOPLE = sum(len(small.people_of(school)) for school in small.examples.SCHOOLS)
CERTIFIED = sum(len(small.certified_of(school)) for school in small.examples.SCHOOLS)
LEAVERS = sum(len(small.leavers_of(school)) for school in small.examples.SCHOOLS)
ABSENT = len(small.absentees())
PKU, ZJU, SCU = (school.code for school in small.examples.SCHOOLS)


class Walk:
    """The registry after the story: who acts in it, and what came of it."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.platform = platform
        self.cohort = small.small_cohort(folder)
        self.nobody = Caller(platform.origin)
        self.mailbox = platform.folder / "mailbox"
        self.story = Story(self.cohort, self.nobody, self.mailbox, Silent(), platform.clock.set)
        self.outcome: Outcome = self.story.tell()

    def operator(self, name: str) -> Caller:
        return self.story.operator(name)

    def student(self, one: Admitted) -> Caller:
        """Somebody with an own account, opened now."""
        contact = contact_of(one)
        body = {**small.person_of(one), "channel": "mail", "contact": contact}
        account = open_account(self.nobody, body)
        self.nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
        code = until(lambda: self.newest_code(one, 1), "the code in the mailbox")
        session = self.nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": code})
        return self.nobody.signed_in(session["session"])

    def newest_code(self, one: Admitted, number: int) -> str | None:
        """The code in the newest message to somebody, once so many were sent."""
        sent = [
            text
            for text in (message.read_text(encoding="utf-8") for message in self.mailbox.glob("*.txt"))
            if f"To: {contact_of(one)}\n" in text
        ]
        if len(sent) < number:
            return None
        newest = max(sent, key=lambda text: text.partition("\nDate: ")[2].partition("\n")[0])
        found = re.search(r"\b\d{6}\b", newest.partition("\n\n")[2])
        return found.group() if found else None

    def status_of(self, registrar: str, school: str, one: Admitted) -> Answer:
        found = self.operator(registrar)
        return found.get(f"{API}/students", school_code=school, entry_year="2022", exam_no=one.exam_no)

    def rows(self, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What one service's database holds, seen by its superuser."""
        connection = psycopg2.connect(self.platform.postgres_url(service))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


def contact_of(one: Admitted) -> str:
    """Where somebody's codes are sent."""
    return f"{one.exam_no}@example.edu.cn"


def refused_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def refusal(walk: Walk, ask: Any) -> dict[str, Any]:
    """The problem that a request ends in."""
    with pytest.raises(Problem) as caught:
        ask()
    problem = caught.value
    assert problem.body["status"] == problem.status
    assert problem.body["type"] == f"{walk.platform.origin}/rules/{problem.body['rule']}"
    assert problem.body["zh"]
    assert problem.body["en"]
    return problem.body


def register(caller: Caller, school: str, exam_no: str) -> Answer:
    body = {"school_code": school, "entry_year": 2022, "exam_no": exam_no, "recheck": "合格", "student_no": None}
    return caller.post(f"{API}/students", body)


def draft(caller: Caller, status_id: str, number: str, on: str, *, key: str = "") -> Answer:
    body = {
        "status_id": status_id,
        "number": number,
        "graduation_date": on,
        "issue_date": on,
        "conclusion": "毕业",
        "president_name": "沈怀瑾",
    }
    return caller.post(f"{API}/certificates", body, key=key)


def ask_public(origin: str, code: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("POST", f"{origin}/verify", json={"code": code}, retries=False)


def when_valid(walk: Walk, code: str) -> Answer | None:
    told: Answer = ask_public(walk.platform.verification, code).json()
    return told if told["outcome"] == "valid" else None
