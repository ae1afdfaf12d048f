"""The public list of schools: found by a part of any of their names or by their code; nothing of a person in it."""

from collections.abc import Mapping
from typing import Any, Final

from shared.access.by import By
from shared.codes.clock import shanghai_date
from shared.codes.tables import EDUCATION_AUTHORITIES
from shared.eventstore.store import Store

Answer = dict[str, Any]
MOST: Final = 100
_SHOWN: Final = ("code", "province", "valid_from", "ended_on", "successor", "names", "successor_names")
# a name counts from its day on, but a school that was just founded is called by its first one
_NAMES: Final = "(SELECT array_agg(name ORDER BY valid_from) FROM office_names WHERE code = {code} AND {known})"
_KNOWN: Final = (
    "(valid_from <= %(today)s OR valid_from = (SELECT min(valid_from) FROM office_names AS f WHERE f.code = {code}))"
)
_WANTED: Final = """
    SELECT code, province, valid_from, ended_on, successor, {names} AS names, {successor_names} AS successor_names
    FROM office_register AS school
    WHERE kind = 'school' AND (%(province)s::text IS NULL OR province = %(province)s)
      AND (code LIKE %(prefix)s OR EXISTS (
          SELECT FROM office_names WHERE office_names.code = school.code AND name ILIKE %(part)s AND {known}))
"""
# whose name of today is what was typed, then begins with it, then holds it; the shorter name before the longer
_ORDERED: Final = """
    SELECT * FROM ({wanted}) AS found
    ORDER BY names[cardinality(names)] <> %(text)s, position(%(text)s IN names[cardinality(names)]) <> 1,
             length(names[cardinality(names)]), code
    LIMIT %(limit)s OFFSET %(offset)s
"""


def _names_of(code: str) -> str:
    return _NAMES.format(code=code, known=_KNOWN.format(code=code))


_SCHOOLS: Final = _ORDERED.format(
    wanted=_WANTED.format(
        names=_names_of("school.code"),
        successor_names=_names_of("school.successor"),
        known=_KNOWN.format(code="school.code"),
    )
)


class SchoolQueries:
    """Schools as everybody may find them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def list_schools(self, *, text: str, province: str | None, offset: int, limit: int, by: By) -> Answer:
        """The schools whose name or code fits; all of them where nothing is asked for."""
        text, limit = " ".join(text.split()), min(limit, MOST)
        plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        named = {"text": text, "part": f"%{plain}%", "prefix": f"{plain}%", "province": province}
        today = shanghai_date(by.recorded_at)
        with self.store.reading() as cursor:
            cursor.execute(_SCHOOLS, {**named, "today": today, "offset": offset, "limit": limit + 1})
            rows = [dict(zip(_SHOWN, row, strict=True)) for row in cursor.fetchall()]
        more = len(rows) > limit
        return {
            "schools": [_school(row, today) for row in rows[:limit]],
            "next": offset + limit if more else None,
        }


def _school(row: Mapping[str, Any], today: Any) -> Answer:
    ended = row["ended_on"] is not None and row["ended_on"] <= today
    names, heirs = list(row["names"]), row["successor_names"] if ended else None
    return {
        "code": row["code"],
        "name": names[-1],
        "former_names": [name for name in dict.fromkeys(names[:-1]) if name != names[-1]],
        "province": row["province"],
        "province_name": EDUCATION_AUTHORITIES.get(row["province"], row["province"]),
        "state": "ended" if ended else "open" if row["valid_from"] <= today else "not_yet",
        "successor": row["successor"] if ended else None,
        "successor_name": heirs[-1] if heirs else None,
    }
