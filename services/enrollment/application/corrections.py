"""Corrections of what identifies a student or a study: values checked, keys computed anew, claims moved (A19-2)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.enrollment.application.holders import Holders, Known
from services.enrollment.domain.rules.identity import PERSON_FIELDS, STUDY_FIELDS, differing
from services.enrollment.domain.student_status import StudentStatus
from shared.codes.id_documents import check_id_number
from shared.codes.malformed import Malformed
from shared.codes.names import normalise_name
from shared.codes.tables import is_ordinary_full_time
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

    def correct(self, known: Known, values: Values, case_id: UUID) -> None:
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
            **study,
        )


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Malformed("出生日期不存在", "the birth date does not exist", "X-CODE-7") from None
