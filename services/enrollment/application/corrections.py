"""Corrections of what identifies a student or a study: values checked, keys computed anew, claims moved (A19-2)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.application.holders import Holders, Known
from services.enrollment.domain.rules.identity import PERSON_FIELDS, STUDY_FIELDS, differing
from services.enrollment.domain.rules.statements import Holds, Statement, change_holds, error_holds, held_since
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.id_documents import check_id_number
from shared.codes.malformed import Malformed
from shared.codes.names import normalise_name
from shared.codes.tables import is_ordinary_full_time
from shared.eventstore.replay import history
from shared.rules.refused import MalformedValue

Values = Mapping[str, str]


class Corrections(Holders):
    """What cases and conflicts write into a record."""

    def person_of(self, known: Known) -> dict[str, Any]:
        """Who the student is, as last recorded."""
        return self.keyring.open_person(known.said["sealed_person"], known.said["id_key"])

    def asked_values(self, known: Known, values: Values) -> dict[str, str]:
        """Well-formed, in the spelling the registry keeps, and not on record already (A19-1)."""
        present = self.person_of(known) | {name: known.said[name] for name in STUDY_FIELDS}
        wanted = dict(values)
        try:
            if "birth_date" in wanted:
                _check_day(wanted["birth_date"])
            if "name" in wanted:
                wanted["name"] = normalise_name(wanted["name"])
            if "id_number" in wanted or "id_type" in wanted:
                kind = wanted.get("id_type", present["id_type"])
                wanted["id_number"] = check_id_number(kind, wanted.get("id_number", present["id_number"]))
        except Malformed as malformed:
            raise MalformedValue.because(malformed, "values") from malformed
        return differing(wanted, present)

    def correct(self, known: Known, values: Values, case_id: UUID, *, since: Holds) -> None:
        """Record the corrected identity on the status; keys are computed anew, claims follow (A19-2)."""
        said, standing = known.said, known.status.standing
        study = {name: values.get(name, said[name]) for name in STUDY_FIELDS}
        study |= {name: values.get(name, getattr(standing, name)) for name in ("level", "major_code", "major_name")}
        person = self.person_of(known) | {name: values[name] for name in PERSON_FIELDS if name in values}
        id_key = self.keyring.id_key(person["id_type"], person["id_number"])
        ordinary = is_ordinary_full_time(said["category"], study["study_form"])
        known.status.trigger_event(
            StudentStatus.Corrected,
            case_id=case_id,
            fields=tuple(sorted(values)),
            identity_version=standing.identity_version + 1,
            old_id_key=standing.id_key,
            id_key=id_key,
            name_key=self.keyring.name_key(person["name"]),
            sealed_person=self.keyring.seal_person(person, id_key),
            full_time=ordinary if "study_form" in values else standing.full_time,
            holds_from=known.holds_from,
            held_full_time=standing.full_time,
            closed_on=known.closed_on,
            holds=since,
            **study,
        )

    @staticmethod
    def since_today(known: Known, values: Values, today: date) -> Holds:
        """From when a change holds: the day of its decision."""
        return change_holds(values, decided_on=today, begun_on=known.holds_from)

    def since_told(self, known: Known, values: Values) -> Holds:
        """From when an error is put right: as long as it was told."""
        return error_holds(values, self._statements_of(known.status.id))

    def _statements_of(self, status_id: UUID) -> Iterator[Statement]:
        """What the facts of a status said of person and study, as `StatusTimeline` states it."""
        for record in history(self.store, [status_id]):
            fact = record.fact
            if isinstance(fact, StudentStatus.Registered):
                yield fact.holds_from or fact.entry_date, self._said_by(fact)
            elif isinstance(fact, StudentStatus.Changed | StudentStatus.ChangeWithdrawn):
                majors = {name: getattr(fact, name) for name in ("major_code", "major_name")}
                yield fact.effective_on, {name: value for name, value in majors.items() if value is not None}
            elif isinstance(fact, StudentStatus.Corrected):
                said = self._said_by(fact)
                for day, fields in held_since(fact, date.fromisoformat(record.context["effective_on"])):
                    yield day, {name: said[name] for name in fields}

    def _said_by(self, fact: StudentStatus.Registered | StudentStatus.Corrected) -> Mapping[str, Any]:
        person = self.keyring.open_person(fact.sealed_person, fact.id_key)
        return {name: person.get(name) for name in PERSON_FIELDS} | {name: getattr(fact, name) for name in STUDY_FIELDS}


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Malformed("出生日期不存在", "the birth date does not exist", "X-CODE-7") from None
