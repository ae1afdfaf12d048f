"""Rows to answers: the only reader of imaging's read tables."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from services.imaging.domain.look import Look
from services.imaging.domain.photo import OtherAgency
from services.imaging.domain.student_record import StudentRecord
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.training import categories_under, training_of
from shared.eventstore.follower import wait_for
from shared.eventstore.looking import Looks
from shared.eventstore.lookup import standings
from shared.eventstore.store import Store
from shared.rules.refused import NotFound

Answer = dict[str, Any]
_SHOWN: Final = (
    "version", "status_id", "state", "reasons", "digest", "profile", "comparison", "captured_on", "submitted_on",
    "approved_on",
)  # fmt: skip
_FIELDS: Final = ("photo_id", *_SHOWN)
# of a table that has a status_id: whose category is one of those asked for, or of any where none are named
_OF_CATEGORIES: Final = """(%s::text[] IS NULL OR EXISTS (
    SELECT FROM standings AS record WHERE record.originator_id = status_id AND record.kind = 'imaging.StudentRecord'
    AND convert_from(record.state, 'UTF8')::jsonb ->> 'category' = ANY(%s::text[])
))"""


class ImagingQueries:
    """Photos as their student, their school and their agency may see them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.looks = Looks(store, Look)

    def get_photo(self, *, photo_id: UUID, after_version: int, by: By) -> Answer:
        """One photo."""
        if after_version:
            wait_for(self.store, photo_id, after_version)
        rows = self._rows(
            f"SELECT {', '.join(f'photo.{name}' for name in _FIELDS)}, photo.agency, photo.school_code, roll.person_id"
            " FROM photo_register AS photo LEFT JOIN capture_roll AS roll USING (status_id) WHERE photo.photo_id = %s",
            (photo_id,),
        )
        if not rows:
            raise NotFound(kind="photo", field="photo_id")
        agency, school, person = rows[0][-3:]
        training = self._training_of(rows[0][2])
        if by.actor and by.actor.role == "image_collector":
            if by.actor.org != agency:
                raise OtherAgency
            decision = require(by.actor, "submit_photo", Resource("photo", training=training))
        else:
            resource = Resource("photo", school=school, person=str(person) if person else None, training=training)
            decision = require(by.actor, "read_status", resource)
        photo = _photo(rows[0][:-3])
        # an agency sees the photos that it took itself: that is its own scope, wherever it works
        own = bool(by.actor and by.actor.role == "image_collector")
        self.looks.saw(by, decision, [photo["status_id"]], full=True, alone=True, in_case=own)
        return photo

    def list_my_photos(self, *, by: By) -> Answer:
        """The asker's own photos, the newest first (A21-1)."""
        require(by.actor, "read_own_records", Resource("photo", person=by.sub))
        rows = self._rows(
            f"SELECT {', '.join(f'photo.{name}' for name in _FIELDS)} FROM photo_register AS photo"
            " JOIN capture_roll AS roll USING (status_id) WHERE roll.person_id = %s"
            " ORDER BY photo.photo_id DESC LIMIT 200",
            (by.sub,),
        )
        return {"photos": [_photo(row) for row in rows]}

    def list_photos_to_review(self, *, after: UUID | None, limit: int, by: By) -> Answer:
        """Photos of the asker's agency that wait for a second person, oldest first."""
        decision = require(by.actor, "review_photo", Resource("photo", training=None))
        agency, categories = (by.actor.org, categories_under(by.actor.kind)) if by.actor else ("", None)
        rows = self._rows(
            f"SELECT {', '.join(_FIELDS)} FROM photo_register WHERE state = 'awaiting_review' AND agency = %s"
            f" AND photo_id > %s AND {_OF_CATEGORIES} ORDER BY photo_id LIMIT %s",
            (agency, after or UUID(int=0), categories, categories, limit),
        )
        photos = [_photo(row) for row in rows]
        self.looks.saw(by, decision, [photo["status_id"] for photo in photos], full=True)
        return {"photos": photos}

    def list_statuses_without_photo(
        self, school_code: str, graduation_year: int, today: date, limit: int, categories: list[str] | None = None
    ) -> list[UUID]:
        """Students of a class who have neither a living code nor a photo that waits or stands, by exam number."""
        rows = self._rows(
            "SELECT status_id FROM capture_roll WHERE school_code = %s AND graduation_year = %s"
            f" AND photo_state = '' AND (code_id IS NULL OR code_expires_on < %s) AND {_OF_CATEGORIES}"
            " ORDER BY exam_no, status_id LIMIT %s",
            (school_code, graduation_year, today, categories, categories, limit),
        )
        return [row[0] for row in rows]

    def _training_of(self, status_id: UUID) -> str | None:
        with self.store.reading() as cursor:
            found = standings(cursor, StudentRecord, [status_id]).get(status_id)
        return training_of(found[1].category) if found else None

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self.store.reading() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())


def _photo(row: tuple[Any, ...]) -> Answer:
    photo = dict(zip(_FIELDS, row, strict=True))
    return {
        "id": photo["photo_id"],
        **{name: photo[name] for name in _SHOWN},
        "reasons": photo["reasons"].split(),
        "comparison": photo["comparison"] or "not_compared",
    }
