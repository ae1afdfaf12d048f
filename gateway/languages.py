"""Which of our two languages a reader wants."""

from flask import request

LANGUAGES = ("zh", "en")


def preferred(default: str) -> str:
    """The language most wanted of those we have; zh-CN and zh-Hant-HK are both Chinese."""
    for accepted, quality in request.accept_languages:
        language = accepted.partition("-")[0].lower()
        if language in LANGUAGES and quality > 0:
            return language
    return default
