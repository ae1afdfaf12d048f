"""Numbers of degree certificates, as the notice of 2005 writes them."""

import re
from dataclasses import dataclass
from typing import Final

from shared.codes.malformed import Malformed

RULE: Final = "X-CODE-4"
_PARTS: Final = re.compile(
    r"(?P<prefix>[CZTLQ]?)(?P<unit>[0-9]{5})(?P<degree>[234])(?P<year>[0-9]{4})(?P<mark>[A-Z0-9])(?P<serial>[0-9]{5})"
)
DEGREES: Final = {"2": "博士", "3": "硕士", "4": "学士"}
PREFIXES: Final = {
    "": "",
    "C": "成人高等教育本科毕业生",
    "Z": "专业学位",
    "T": "同等学力",
    "L": "来华留学",
    "Q": "教师",
}
MARKS: Final = {"S": "双学位", "E": "第二学位", "Z": "自学考试"}


@dataclass(frozen=True, slots=True)
class DegreeNumber:
    """The parts of a degree number: prefix, granting unit, degree, year, mark and serial."""

    prefix: str
    unit: str
    degree: str
    year: int
    mark: str
    serial: str

    @property
    def degree_name(self) -> str:
        """博士, 硕士 or 学士."""
        return DEGREES[self.degree]

    @property
    def self_taught(self) -> bool:
        """Whether the degree was earned by the self-taught examinations."""
        return self.prefix == "C" and self.mark == "Z"


def read_degree_number(text: str) -> DegreeNumber:
    """The parts of a degree number; raises Malformed."""
    match = _PARTS.fullmatch(text.strip().upper())
    if match is None:
        raise Malformed("学位证书编号格式不正确", "a degree number has 16 characters, or 17 with its prefix", RULE)
    year = int(match["year"])
    if not 1981 <= year <= 2100:
        raise Malformed("学位证书编号中的年份超出范围", "the year in the number is out of range", RULE)
    return DegreeNumber(match["prefix"], match["unit"], match["degree"], year, match["mark"], match["serial"])
