"""Capture codes and photos: issue, submit, review."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, ClassVar, Final
from uuid import UUID

from services.imaging.application.ports import ClassFinder, FaceComparison, FileCheck, NoComparison
from services.imaging.application.students import Students
from services.imaging.domain.capture_code import (
    CaptureCode,
    CodeNotGood,
    CodeOpen,
    NotEligible,
    grouped,
    issue,
    normalised,
    written,
)
from services.imaging.domain.photo import OnePhotoPerStatus, Photo
from services.imaging.domain.rules import (
    PROFILE,
    CodeStanding,
    StudentStanding,
    code_is_good,
    is_too_old,
    may_have_code,
)
from services.imaging.domain.student_record import StudentRecord
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.blobs.port import BlobDamaged, Blobs
from shared.codes.clock import Clock, shanghai_date
from shared.codes.training import ALL, categories_under, training_of
from shared.eventstore.application import Answer, Draft, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

MOST_READ: Final = 10 * 1024 * 1024
_REASON_RULES: Final = {"SIZE": "X-PHOTO-2", "FORMAT": "X-PHOTO-3", "FILE_BYTES": "X-PHOTO-4", "TOO_OLD": "X-PHOTO-6"}


class Imaging(Students):
    """Which photo of a student may stand on a certificate."""

    taken: ClassVar[Mapping[str, type[Refused]]] = {
        "capture.status": CodeOpen,
        "photo.status": OnePhotoPerStatus,
    }

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        blobs: Blobs,
        check_file: FileCheck,
        classes: ClassFinder,
        faces: FaceComparison | None = None,
    ) -> None:
        super().__init__(store, clock)
        self.keyring = keyring
        self.blobs = blobs
        self.check_file = check_file
        self.classes = classes
        self.faces: FaceComparison = faces or NoComparison()

    def issue_capture_code(self, *, by: By, **named: Any) -> Answer:
        """Issue a code; an older open one stops working."""
        return self._in_clear(self._issue_capture_code(by=by, **named))

    @command
    def _issue_capture_code(self, *, command_id: UUID, status_id: UUID, by: By) -> Answer:
        student = self.student(status_id)
        person = str(student.person_id) if student.person_id else None
        training = training_of(student.category)
        resource = Resource("student_status", school=student.school_code, person=person, training=training)
        require(by.actor, "issue_capture_code", resource)
        self._require_no_photo(status_id)
        code_id = uuid7()
        values = issue(status_id, student, self._hash_of(code_id), shanghai_date(by.recorded_at))
        code = CaptureCode(code_id=code_id, **values)
        changed = [code]
        if held_by := self.owners("capture.status", [str(status_id)]).get(str(status_id)):
            older = self.get(CaptureCode, held_by)
            older.replace()
            changed.append(older)
        return self.save(
            *changed, by=Context.of(by, rules=("X-PHOTO-1",)), answer=_told(code_id, code.standing, student)
        )

    def issue_capture_codes(self, *, by: By, **named: Any) -> Answer:
        """Issue codes for the students of a class who have neither a code nor a photo, by exam number."""
        answer = self._issue_capture_codes(by=by, **named)
        return {**answer, "codes": [self._in_clear(code) for code in answer["codes"]]}

    @command
    def _issue_capture_codes(
        self, *, command_id: UUID, school_code: str, graduation_year: int, limit: int, by: By
    ) -> Answer:
        # of a class those get codes who are of the kind of training that the asker is appointed for (A24-1)
        require(by.actor, "issue_capture_code", Resource("student_status", school=school_code, training=None))
        today, categories = shanghai_date(by.recorded_at), categories_under(by.actor.kind if by.actor else ALL)
        wanted = self.classes.list_statuses_without_photo(school_code, graduation_year, today, limit + 1, categories)
        students, drafts = self._eligible(wanted[:limit], today)
        codes = []
        for status_id, student in students.items():
            code_id = uuid7()
            values = issue(status_id, student, self._hash_of(code_id), today)
            standing = CodeStanding(status_id, values["school_code"], values["code_hash"], values["expires_on"])
            drafts.append(Draft(CaptureCode, code_id, 1, CaptureCode.Issued, {"code_id": code_id, **values}, standing))
            codes.append(_told(code_id, standing, student))
        answer = {"codes": codes, "more": len(wanted) > limit}
        if not drafts:
            return answer
        self.append(drafts, Context.of(by, rules=("X-PHOTO-1",)), answer=answer)
        return answer

    @command
    def submit_photo(self, *, command_id: UUID, code: str, digest: str, captured_on: date, by: By) -> Answer:
        """Take a photo in under its code; a file that is not as asked is rejected and leaves the code good."""
        require(by.actor, "submit_photo", Resource("photo", training=None))  # whose it is the code says
        today = shanghai_date(by.recorded_at)
        capture = self._open_code(code, today)
        status_id = capture.standing.status_id
        student = self.student(status_id)
        require(by.actor, "submit_photo", Resource("photo", training=training_of(student.category)))
        self._require_no_photo(status_id)
        if not may_have_code(student, today):
            raise NotEligible
        data = self._bytes_of(digest)
        photo = Photo(
            status_id=status_id,
            school_code=capture.standing.school_code,
            code_id=capture.id,
            digest=digest,
            byte_count=len(data),
            profile=PROFILE,
            submitted_by=by.sub,
            agency=by.actor.org if by.actor else "",
            captured_on=captured_on,
            submitted_on=today,
        )
        report = self.check_file(data)
        reasons = [*report.reasons, *(["TOO_OLD"] if is_too_old(captured_on, today) else [])]
        comparison = "" if reasons else self.faces.compare(status_id, digest)
        changed: list[Photo | CaptureCode] = [photo]
        if photo.judge_file(reasons, report.findings, comparison):
            capture.use(photo.id, today)
            changed.append(capture)
        rules = ("X-PHOTO-1", *(_REASON_RULES.get(reason, "X-PHOTO-7") for reason in reasons))
        return self.save(
            *changed,
            by=Context.of(by, rules=tuple(dict.fromkeys(rules)), evidence=(digest,)),
            answer={"id": photo.id, "version": photo.version, "state": photo.standing.state, "reasons": reasons},
        )

    @command
    def review_photo(self, *, command_id: UUID, photo_id: UUID, decision: str, reasons: list[str], by: By) -> Answer:
        """Approve or reject; never by the person who handed the photo in."""
        photo = self.get(Photo, photo_id)
        standing = photo.standing
        training = training_of(self.student(standing.status_id).category)
        resource = Resource("photo", submitted_by=standing.submitted_by, training=training)
        allowed = require(by.actor, "review_photo", resource)
        photo.review(
            approve=decision == "approve",
            reasons=reasons,
            reviewer=by.sub,
            agency=by.actor.org if by.actor else "",
            today=shanghai_date(by.recorded_at),
        )
        return self.save(photo, by=Context.of(by, rules=(allowed.rule,), evidence=(photo.standing.digest,)))

    def _open_code(self, text: str, today: date) -> CaptureCode:
        code_hash = self.keyring.code_key(normalised(text))
        found = self.owners("capture.code", [code_hash]).get(code_hash)
        if found is None:
            raise CodeNotGood
        code = self.get(CaptureCode, found)
        code.check(today)
        return code

    def _require_no_photo(self, status_id: UUID) -> None:
        if self.owners("photo.status", [str(status_id)]):
            raise OnePhotoPerStatus

    def _eligible(self, wanted: Sequence[UUID], today: date) -> tuple[dict[UUID, StudentStanding], list[Draft]]:
        """Who may have a code now; the read table may lag. Codes that are over are replaced on the way."""
        keys = {str(status_id): status_id for status_id in wanted}
        held = {keys[key]: code_id for key, code_id in self.owners("capture.status", keys).items()}
        known = self.standings(CaptureCode, held.values()) if held else {}
        drafts = [_replacing(code_id, *found) for code_id, found in known.items() if not code_is_good(found[1], today)]
        good = {found[1].status_id for found in known.values() if code_is_good(found[1], today)}
        done = good | {keys[key] for key in self.owners("photo.status", keys)}
        students = {each: found[1] for each, found in self.standings(StudentRecord, wanted).items()}
        chosen = {
            each: students[each]
            for each in wanted
            if each in students and each not in done and may_have_code(students[each], today)
        }
        return chosen, [draft for draft in drafts if draft.values["status_id"] in chosen]

    def _bytes_of(self, digest: str) -> bytes:
        """The file, or as much of it as proves it too large."""
        with self.blobs.open(digest) as stream:
            data = stream.read(MOST_READ + 1)
        if len(data) <= MOST_READ and sha256(data).hexdigest() != digest:
            raise BlobDamaged(digest)
        return data

    def _code_of(self, code_id: UUID) -> str:
        """A code follows from its id by a keyed random function: it can be told again and is stored nowhere."""
        return written(hmac.digest(self.keyring.code_pepper, f"capture-code\0{code_id}".encode(), "sha256"))

    def _hash_of(self, code_id: UUID) -> str:
        return self.keyring.code_key(self._code_of(code_id))

    def _in_clear(self, told: Answer) -> Answer:
        return {**told, "code": grouped(self._code_of(UUID(told["code_id"])))}


def _told(code_id: UUID, code: CodeStanding, student: StudentStanding) -> Answer:
    """What a stored answer holds of a code, in plain JSON: everything but the code."""
    return {
        "code_id": str(code_id),
        "status_id": str(code.status_id),
        "exam_no": student.exam_no,
        "expires_on": code.expires_on.isoformat(),
    }


def _replacing(code_id: UUID, version: int, code: CodeStanding) -> Draft:
    values = {"status_id": code.status_id, "code_hash": code.code_hash}
    return Draft(CaptureCode, code_id, version + 1, CaptureCode.Replaced, values, code.ended("replaced"))
