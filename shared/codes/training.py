"""The kinds of training that offices appoint their people for, and the category of study behind each (A24-1)."""

from typing import Final

ALL: Final = "all"
TRAINING: Final[dict[str, str]] = {
    "普通高等教育": "regular",
    "研究生": "graduate",
    "成人高等教育": "adult",
    "网络教育": "online",
    "开放教育": "online",
}


def training_of(category: str | None) -> str | None:
    """The kind of training that a category of study belongs to; None where nothing is known of it."""
    return TRAINING.get(category or "")


def covers(appointed: str, category: str | None) -> bool:
    """Whether somebody appointed for one kind of training, or for all, works for a category of study."""
    return appointed in ("", ALL) or appointed == training_of(category)


def categories_under(appointed: str) -> list[str] | None:
    """The categories of study that somebody's appointment covers; None for all of them."""
    return None if appointed in ("", ALL) else [each for each in TRAINING if covers(appointed, each)]
