"""The rules of incidents: which breaches there are, who answers for them, when one is closed (A27)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.enrollment.domain.rules.texts import clean_text
from shared.codes.schools import province_of
from shared.rules.refused import Refused

KINDS: Final[Mapping[str, str]] = {
    "FALSE_REGISTRATION": "A27-1",
    "CREDENTIAL_NEGLIGENCE": "A27-2",
    "DATA_MISUSE": "A27-3",
    "OTHER_BREACH": "A27-4",
}
LONGEST_SUMMARY: Final = 500


class NobodyAnswers(Refused):
    """A breach without the persons and the head of the unit that answer for it is not on record."""

    rule = "A27-1"
    zh = "须写明责任人和单位负责人"
    en = "the persons who answer for it and the head of their unit are required"


class PlaceDiffers(Refused):
    """A school lies in one province, and its incidents are that province's."""

    rule = "A4-2"
    zh = "学校 {school_code} 不在该省({province})"
    en = "school {school_code} is not in province {province}"


class FutureBreach(Refused):
    """An incident has happened."""

    rule = "X-CODE-7"
    zh = "日期不得晚于今天({today})"
    en = "the day is not after today ({today})"


class KeysNotRevoked(Refused):
    """After careless keeping of keys the keys are revoked, before anything is closed."""

    rule = "A27-2"
    zh = "密钥、口令保管不善的,须先撤销密钥并填写撤销日期"
    en = "the keys that were kept carelessly are revoked first, and the day of it is required"


class IncidentClosed(Refused):
    """An incident is closed once."""

    rule = "X-STATE-1"
    zh = "该事件已办结"
    en = "the incident is closed already"


def may_open_incident(
    *, summary: str, responsible: Sequence[str], unit_head: str, happened_on: date | None, today: date
) -> None:
    """Somebody answers for it, and the text names no student (A27-1 to A27-4, A25-1)."""
    clean_text(summary, field="summary", longest=LONGEST_SUMMARY)
    if not unit_head.strip() or not responsible or not all(each.strip() for each in responsible):
        raise NobodyAnswers(field="responsible")
    if happened_on is not None and happened_on > today:
        raise FutureBreach(field="happened_on", today=today)


def may_lie_in(school_code: str | None, province: str) -> None:
    """An incident at a school is one of its province (A4-2)."""
    if school_code is not None and province_of(school_code) != province:
        raise PlaceDiffers(field="school_code", school_code=school_code, province=province)


def may_close_incident(state: str, kind: str, *, outcome: str, keys_revoked_on: date | None, today: date) -> None:
    """Once, with its outcome; careless keys are revoked by then (A27-2)."""
    if state != "open":
        raise IncidentClosed()
    clean_text(outcome, field="outcome", longest=LONGEST_SUMMARY)
    if kind == "CREDENTIAL_NEGLIGENCE" and keys_revoked_on is None:
        raise KeysNotRevoked(field="keys_revoked_on")
    if keys_revoked_on is not None and keys_revoked_on > today:
        raise FutureBreach(field="keys_revoked_on", today=today)
