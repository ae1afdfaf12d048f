"""Days and instants as a reader writes them; what is stored and sent stays in ISO 8601."""

from datetime import date, datetime
from typing import Final

from flask import Blueprint
from jinja2 import pass_context
from jinja2.runtime import Context

from shared.codes.clock import SHANGHAI

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def add_dates(pages: Blueprint) -> None:
    """Let templates write `each.until|day` and `each.seen_at|china_time`, in the language of the page."""
    pages.add_app_template_filter(day)
    pages.add_app_template_filter(china_time)


@pass_context
def day(context: Context, iso: str) -> str:
    """A calendar day: 2026年10月20日, 20 October 2026."""
    return written(date.fromisoformat(iso), context["language"])


@pass_context
def china_time(context: Context, instant: str) -> str:
    """An instant as a clock in China shows it: 2026年10月20日 10:00, 20 October 2026, 10:00."""
    there = datetime.fromisoformat(instant).astimezone(SHANGHAI)
    between = " " if context["language"] == "zh" else ", "
    return f"{written(there.date(), context['language'])}{between}{there:%H:%M}"


def written(when: date, language: str) -> str:
    """A day in the words of a language."""
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
