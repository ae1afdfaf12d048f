"""The kinds of offices: the role of their operators, how far they act, and how their codes are written."""

import re
from dataclasses import dataclass
from typing import Final

from shared.codes.malformed import Malformed
from shared.codes.schools import check_school_code, province_of
from shared.codes.tables import EDUCATION_AUTHORITIES
from shared.rules.refused import MalformedValue

_AGENCY: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"


@dataclass(frozen=True)
class Kind:
    """What offices of a kind have in common."""

    zh: str
    role: str
    level: str
    code: str  # a regular expression; its group is the province

    @property
    def is_agency(self) -> bool:
        """Whether its code is of its own choosing."""
        return self.code == _AGENCY


KINDS: Final[dict[str, Kind]] = {
    "ministry": Kind("教育部", "ministry", "nation", "moe"),
    "operator": Kind("学信中心", "operator", "nation", "ctr"),
    "province_education": Kind("省级教育行政部门", "province_education", "province", r"education-(\d\d)"),
    "province_admissions": Kind("省级招生部门", "province_admissions", "province", r"admissions-(\d\d)"),
    "self_taught_office": Kind("自学考试机构", "self_taught_office", "province", r"self-taught-(\d\d)"),
    "school": Kind("学校", "registrar", "school", r"\d{10}"),
    "image_collector": Kind("图像采集单位", "image_collector", "agency", _AGENCY),
    "verifier": Kind("验证方", "verifier", "agency", _AGENCY),
    "auditor": Kind("审计", "auditor", "nation", _AGENCY),
}
NATION: Final = "moe"


def org_of(kind: str, code: str, scope: str | None) -> str:
    """What the operators of this office act for; a code that its kind does not write is refused.

    Only an auditor's grant says a scope of its own: the nation or one province.
    """
    pattern = KINDS[kind]
    match = re.fullmatch(pattern.code, code, re.ASCII)
    reserved = pattern.is_agency and any(
        re.fullmatch(each.code, code, re.ASCII) for each in KINDS.values() if not each.is_agency
    )
    if match is None or reserved or len(code) > 40:
        raise _malformed("code", "机构代码不符合其类别", "offices of this kind do not write their code like this")
    if kind == "auditor":
        return _granted(scope)
    if scope:
        raise _malformed("scope", "只有审计机构另定范围", "only an auditor's grant has a scope of its own")
    if kind == "school":
        return _school(code)
    if not match.lastindex or pattern.is_agency:
        return code
    return _province(match[1], "code")


def schools_of(scope: str, schools: list[str]) -> tuple[str, ...]:
    """The schools that a grant is narrowed to; each lies within its scope."""
    for school in schools:
        if scope not in (NATION, province_of(_school(school))):
            raise _malformed("schools", "学校不在授权范围内", "a school lies outside of the grant's scope")
    return tuple(dict.fromkeys(schools))


def superior_of(kind: str, code: str) -> str | None:
    """The office above: a school's is its province's education authority, everybody else's the ministry."""
    if kind == "ministry":
        return None
    return f"education-{province_of(code)}" if kind == "school" else NATION


def _granted(scope: str | None) -> str:
    if not scope:
        raise _malformed("scope", "审计授权须写明范围", "an auditor's grant names its scope")
    return scope if scope == NATION else _province(scope, "scope")


def _school(code: str) -> str:
    try:
        return check_school_code(code)
    except Malformed as malformed:
        raise MalformedValue.because(malformed, field="code") from None


def _province(digits: str, field: str) -> str:
    if digits not in EDUCATION_AUTHORITIES:
        raise _malformed(field, "不是省级代码", "these digits are no province")
    return digits


def _malformed(field: str, zh: str, en: str) -> MalformedValue:
    return MalformedValue(field=field, reason_zh=zh, reason_en=en)
