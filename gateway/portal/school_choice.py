"""Which school somebody means who types a name or ten digits: found in the public list, chosen where several fit."""

import re
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, g, request

from gateway.portal.asking import NotFilledIn, asked
from gateway.portal.rendering import LANGUAGE, render_page
from shared.contracts.rpc.identity_schools import ListSchoolsV1
from shared.rules.refused import MalformedValue

OFFERED: Final = 12
A_PAGE: Final = 20
LONGEST: Final = 40
_CODE: Final = re.compile(r"[0-9]{10}", re.ASCII)
School = dict[str, Any]


class ChooseSchool(MalformedValue):
    """Several schools are called like this, in whole or in part."""

    zh = "有多所学校符合，请在下面选择。"
    en = "Several schools fit: please choose one below."


class NoSuchSchool(MalformedValue):
    """No school is called like this."""

    zh = "没有找到这所学校，请换一个名称（可用旧校名或名称的一部分）再试。"
    en = "No school was found: try another name, a former one or a part of it."


@dataclass(frozen=True, slots=True)
class Choice:
    """The school that is meant, or why that is not clear yet."""

    code: str = ""
    refusal: dict[str, Any] | None = None


def add_school_pages(pages: Blueprint) -> None:
    """Put the page into the portal."""
    pages.add_url_rule(f"/{LANGUAGE}/schools", "schools", schools)


def schools(language: str) -> Response:
    """The public list: by a part of a name or code, some at a time."""
    text = request.args.get("text", "").strip()[:LONGEST]
    offset = request.args.get("from", "")
    start = int(offset[:5]) if offset.isascii() and offset.isdecimal() else 0
    found = asked(ListSchoolsV1, {"text": text, "offset": start, "limit": A_PAGE})
    page = render_page(
        "schools.html",
        language,
        refusal=found.refusal,
        text=text,
        schools=found.answer.get("schools", []),
        more=found.answer.get("next"),
    )
    return Response(page, found.status)


def school_of_form(field: str) -> Choice:
    """The school that a form names in a field: by its code, by its only name, or by what was chosen among several.

    What is offered to choose from stands in `g.schools_offered`; the form is drawn again with it.
    """
    text = " ".join(request.form.get(field, "").split())[:LONGEST]
    if not text:
        return Choice(refusal=NotFilledIn(field=field).as_dict())
    if _CODE.fullmatch(text):
        return Choice(text)
    picked = request.form.get(f"{field}_code", "")
    if _CODE.fullmatch(picked) and request.form.get(f"{field}_for", "") == text:
        return Choice(picked)
    found = asked(ListSchoolsV1, {"text": text, "limit": OFFERED})
    if found.refusal:
        return Choice(refusal=found.refusal)
    fitting = found.answer["schools"]
    exact = [each for each in fitting if text in (each["name"], *each["former_names"])]
    if len(only := exact or fitting) == 1:
        return Choice(only[0]["code"])
    g.schools_offered = fitting
    return Choice(refusal=(ChooseSchool if fitting else NoSuchSchool)(field=field).as_dict())


def offered() -> list[School]:
    """What the form is to be drawn with."""
    found: list[School] = g.get("schools_offered", [])
    return found
