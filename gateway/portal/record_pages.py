"""One's own records: which they are, why one is missing and whose turn it is, binding by number, disowning."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request

from gateway.portal.asking import NotFilledIn, Outcome, asked, typed
from gateway.portal.rendering import LANGUAGE
from gateway.portal.school_choice import offered, school_of_form
from gateway.portal.sign_in_pages import command_number, form_page
from gateway.portal.steps import Step, done_by, refusal_of, taken, telling
from gateway.portal.visits import for_students
from shared.contracts.rpc.identity import BindMyRecordsV1, ListMyRecordsV1
from shared.contracts.rpc.identity_people import (
    KINDS,
    BindRecordByNumberV1,
    DisownRecordV1,
    ExplainMissingRecordV1,
)

SELF_TAUGHT: Final = "高等教育自学考试"


def add_record_pages(pages: Blueprint) -> None:
    """Put the page into the portal."""
    pages.add_url_rule(f"/{LANGUAGE}/me/records", "records", records, methods=["GET", "POST"])


@for_students
def records(language: str) -> Response:
    """The own records, and for each that is missing the reason, the office and the day (AC-14..AC-21)."""
    outcome = taken(_STEPS)
    tried = _tried(outcome)
    found = asked(ListMyRecordsV1, {})
    done = "" if tried else done_by(outcome, "records")
    return form_page(
        "records.html",
        language,
        refusal_of(outcome) or found.refusal,
        done="records_done_number" if done == "records_done_find" else done,
        records=found.answer.get("records", []),
        unbound=found.answer.get("unbound", []),
        tried=tried,
        kinds=tuple(reversed(KINDS)),
        offered=offered(),
        typed=request.form if tried or refusal_of(outcome) else {},
        disowning=request.form.get("record_id", "") if refusal_of(outcome) else "",
    )


def _found() -> Outcome:
    """By its number a record is bound; without one the asker is told why it is missing."""
    year = request.form.get("year", "").strip()
    if not (year.isascii() and year.isdecimal()):
        return Outcome({}, NotFilledIn(field="year").as_dict())
    school = school_of_form("school_code")
    if school.refusal:
        return Outcome({}, school.refusal)
    named: dict[str, Any] = {**typed("kind"), "school_code": school.code, "year": int(year[:6])}
    if number := typed("number"):
        return asked(BindRecordByNumberV1, {**named, **number, "command_id": command_number()})
    category = SELF_TAUGHT if request.form.get("self_taught") == "yes" else None
    return asked(ExplainMissingRecordV1, {**named, "category": category})


def _tried(outcome: Outcome | None) -> Mapping[str, Any] | None:
    """Why the record that was looked for is not among the own, and how often one may look again today."""
    if outcome is None or outcome.refusal or request.form["step"] != "find":
        return None
    if "bound" not in outcome.answer:
        return {"explanation": outcome.answer, "tries_left": None}
    return None if outcome.answer["bound"] else outcome.answer


_STEPS: Final[Mapping[str, Step]] = {
    "bind": telling(BindMyRecordsV1),
    "find": _found,
    "disown": telling(DisownRecordV1, "record_id", "kind", "statement"),
}
