"""Capture codes: what lets an image collector hand in one photo for one student, without any list of names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from services.imaging.domain.rules import CodeStanding, StudentStanding, code_is_good, last_day_of_code, may_have_code
from shared.eventstore.aggregate import Aggregate, Claim, Release
from shared.rules.refused import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LENGTH = 12
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


class NotEligible(Refused):
    """Only a registered student of this or next year's class gets a capture code."""

    rule = "X-STATE-1"
    zh = "只有注册学籍且预计今年或明年毕业的学生才能申领采集码"
    en = "only a registered student who graduates this year or next gets a capture code"


class CodeNotGood(Refused):
    """The capture code is unknown, used, replaced or over; which of them is not said."""

    rule = "X-PHOTO-5"
    status = 404


class CodeOpen(Refused):
    """The student got another code at this very moment."""

    rule = "X-CONFLICT-1"


def written(secret: bytes) -> str:
    """Sixty bits of a keyed hash as a code that people can read out."""
    number = int.from_bytes(secret[:8], "big")
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH))


def grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def normalised(text: str) -> str:
    """The code as it was meant, however it was typed; anything that cannot be one is refused like an unknown code."""
    code = text.upper().translate(_READ_AS)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        raise CodeNotGood
    return code


class CaptureCode(Aggregate, stored_as="imaging.CaptureCode"):
    """A single-use code of one student status; only its keyed hash is kept."""

    Standing = CodeStanding
    standing: CodeStanding

    class Issued(Aggregate.Created):
        code_id: UUID
        status_id: UUID
        school_code: str
        exam_no: str
        code_hash: str
        issued_on: date
        expires_on: date

    class Used(Aggregate.Event):
        status_id: UUID
        code_hash: str
        photo_id: UUID

    class Replaced(Aggregate.Event):
        status_id: UUID
        code_hash: str

    @event(Issued)
    def __init__(
        self,
        code_id: UUID,
        status_id: UUID,
        school_code: str,
        exam_no: str,
        code_hash: str,
        issued_on: date,
        expires_on: date,
    ) -> None:
        self.standing = CodeStanding(status_id, school_code, code_hash, expires_on)

    @staticmethod
    def create_id(code_id: UUID) -> UUID:
        """Chosen by the caller: the code follows from it."""
        return code_id

    def use(self, photo_id: UUID, today: date) -> None:
        """A code is spent by the photo that passes the file check; a failed file may be tried again."""
        self.check(today)
        self._used(status_id=self.standing.status_id, code_hash=self.standing.code_hash, photo_id=photo_id)

    def check(self, today: date) -> None:
        if not code_is_good(self.standing, today):
            raise CodeNotGood

    def replace(self) -> None:
        """A new code makes the old one worthless."""
        if self.standing.state != "open":
            raise CodeNotGood
        self._replaced(status_id=self.standing.status_id, code_hash=self.standing.code_hash)

    @event(Used)
    def _used(self, status_id: UUID, code_hash: str, photo_id: UUID) -> None:
        self.standing = self.standing.ended("used")

    @event(Replaced)
    def _replaced(self, status_id: UUID, code_hash: str) -> None:
        self.standing = self.standing.ended("replaced")

    @classmethod
    def claims_of(cls, fact: Any, originator_id: UUID) -> Iterable[Claim | Release]:
        """One open code per status, and a code is found by its hash."""
        if isinstance(fact, cls.Issued):
            yield Claim("capture.status", str(fact.status_id))
            yield Claim("capture.code", fact.code_hash)
        elif isinstance(fact, cls.Used | cls.Replaced):
            yield Release("capture.status", str(fact.status_id))
            yield Release("capture.code", fact.code_hash)


def issue(status_id: UUID, student: StudentStanding, code_hash: str, today: date) -> dict[str, Any]:
    """What the fact of issuing says, for the single and the bulk path alike; refuses who may not have a code."""
    if not may_have_code(student, today):
        raise NotEligible
    return {
        "status_id": status_id,
        "school_code": student.school_code,
        "exam_no": student.exam_no,
        "code_hash": code_hash,
        "issued_on": today,
        "expires_on": last_day_of_code(student, today),
    }
