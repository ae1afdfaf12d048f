"""How many are how on a day, as known at an instant: from the counters, or counted where these are not filled."""

from collections.abc import Mapping
from typing import Any, Final

from shared.eventstore.store import Cursor

Answer = dict[str, Any]
# Totals by each property tell of schools and kinds of training too
_TOTALS: Final = {"training": "level", "school_code": "level"}
_WITHIN: Final = {
    "school_code": "school_code = %(school_code)s",
    "province": "substr(school_code, 3, 2) = %(province)s",
    "training": "training = %(training)s",
}
_GRADE: Final = "CASE grade WHEN 0 THEN '' ELSE grade::text END"
# All that is known, but for what holds later or was known later: today that is next to nothing
_COUNTS: Final = """
    SELECT state, divided, sum(n)::bigint AS count FROM (
        SELECT state, {total} AS divided, n FROM status_totals WHERE divided_by = %(divided_by)s AND {within}
        UNION ALL
        SELECT state, {each}, -n FROM status_counts
        WHERE (valid_from > %(valid_on)s OR recorded_at > %(recorded_at)s) AND {within}
    ) AS counted GROUP BY state, divided HAVING sum(n) <> 0 ORDER BY state, divided
"""
_YEAR_COUNTS: Final = """
    SELECT result, sum(n)::bigint AS count FROM year_counts
    WHERE academic_year = %(year)s AND valid_from <= %(valid_on)s AND recorded_at <= %(recorded_at)s AND {within}
    GROUP BY result
"""
# The latest statement about each value: valid from the latest day, of one day recorded last
_LATEST: Final = "(array_agg({0} ORDER BY valid_from DESC, version DESC, part DESC) FILTER (WHERE {0} IS NOT NULL))[1]"
_EACH: Final = """
    SELECT state, coalesce(divided::text, '') AS divided, count(*) FROM (
        SELECT {state} AS state, {divided} AS divided FROM status_timeline
        WHERE valid_from <= %(valid_on)s AND recorded_at <= %(recorded_at)s AND status_id IN (
            SELECT status_id FROM status_timeline WHERE school_code IS NOT NULL AND {within}
            AND valid_from <= %(valid_on)s AND recorded_at <= %(recorded_at)s
        ) GROUP BY status_id
    ) AS statuses GROUP BY state, divided ORDER BY state, divided
"""
_EACH_YEAR: Final = """
    SELECT result, count(*) FROM (
        SELECT DISTINCT ON (status_id) result FROM year_timeline
        WHERE academic_year = %(year)s AND valid_from <= %(valid_on)s AND recorded_at <= %(recorded_at)s
        AND status_id IN (SELECT status_id FROM status_timeline WHERE school_code IS NOT NULL AND {within})
        ORDER BY status_id, valid_from DESC, version DESC
    ) AS latest WHERE result IS NOT NULL GROUP BY result
"""
_FILLED: Final = "SELECT count(*) FROM read_tables WHERE name IN ('status_counts', 'status_totals', 'year_counts')"


def statuses(cursor: Cursor, divided_by: str, asked: Mapping[str, Any]) -> list[Answer]:
    """The numbers of each state and each part: `asked` names the two times and within what is counted."""
    within = _within(asked)
    if not _are_filled(cursor):
        question = _EACH.format(state=_LATEST.format("state"), divided=_LATEST.format(divided_by), within=within)
        return _rows(cursor, question, asked)
    total = divided_by if divided_by in _TOTALS else "divided"
    each = _GRADE if divided_by == "grade" else divided_by
    named = {**asked, "divided_by": _TOTALS.get(divided_by, divided_by)}
    return _rows(cursor, _COUNTS.format(total=total, each=each, within=within), named)


def years(cursor: Cursor, asked: Mapping[str, Any]) -> dict[str, int]:
    """How many have which result of an academic year."""
    question = _YEAR_COUNTS if _are_filled(cursor) else _EACH_YEAR
    return {row["result"]: row["count"] for row in _rows(cursor, question.format(within=_within(asked)), asked)}


def _are_filled(cursor: Cursor) -> bool:
    """Whether the counters hold everything; after an upgrade they do once they were rebuilt."""
    cursor.execute(_FILLED)
    (found,) = cursor.fetchone() or (0,)
    return bool(found == 3)


def _within(asked: Mapping[str, Any]) -> str:
    return " AND ".join([condition for name, condition in _WITHIN.items() if asked[name]] or ["true"])


def _rows(cursor: Cursor, question: str, asked: Mapping[str, Any]) -> list[Answer]:
    cursor.execute(question, asked)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
