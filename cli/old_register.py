"""An old register to load: statuses of two schools that entered in 2003, and one of their years, some rows wrong."""

from dataclasses import dataclass
from datetime import date
from itertools import islice

from stdnum.iso7064 import mod_11_2

from cli.people import Person, people

ENTRY_YEAR = 2003
YEAR = 2004
PROVINCE = "11"
_SEED = 20030901
_YOUNGER_BY = 19  # the people of the examples were born for 2022
Row = tuple[str, ...]

STATUS_TITLES = (
    *("YXDM", "YXMC", "KSH", "XH", "XM", "XB", "CSRQ", "ZJLX", "SFZH", "MZ", "ZYDM", "ZYMC", "CC", "XZ", "XXXS"),
    *("XLLB", "RXRQ", "YJBYRQ", "XJZT", "LXRQ", "PZDJ"),
)
YEAR_TITLES = ("YXDM", "KSH", "XN", "ZCJG", "ZCRQ", "XJBD", "PZDJ")
_SCHOOLS = (("4111010001", "北京大学"), ("4111010002", "中国人民大学"))
_ENDS = {7: ("结业", "20070630"), 13: ("退学", "20050310"), 21: ("休学", ""), 30: ("死亡", "20061102")}
PEOPLE = 40


@dataclass(frozen=True)
class Told:
    """One status as the old register tells it."""

    number: int
    school: tuple[str, str]
    person: Person
    state: str
    left_on: str

    @property
    def exam_no(self) -> str:
        return f"03{PROVINCE}01{self.number:04d}"

    @property
    def row(self) -> Row:
        person, (code, name) = self.person, self.school
        born = person.born.replace(year=person.born.year - _YOUNGER_BY, day=min(person.born.day, 28))
        return (
            *(code, name, self.exam_no, f"03{self.number:06d}", person.name, person.sex, f"{born:%Y%m%d}"),
            *("1", _number(person, born), person.ethnicity, "070101", "数学与应用数学", "本科", "4", "普通全日制"),
            *("普通高等教育", f"{ENTRY_YEAR}0901", f"{ENTRY_YEAR + 4}0630", self.state, self.left_on, "原学籍库"),
        )


def statuses() -> list[Told]:
    """Forty people of two schools."""
    chosen = islice((person for person in people(_SEED) if person.id_type == "1"), PEOPLE)
    found = []
    for at, person in enumerate(chosen, 1):
        state, left_on = _ENDS.get(at, ("毕业", f"{ENTRY_YEAR + 4}0630"))
        found.append(Told(at, _SCHOOLS[at % 2], person, state, left_on))
    return found


def status_rows() -> list[Row]:
    """All of them; four rows are wrong on purpose (their record numbers stand in examples/README.md)."""
    rows = [told.row for told in statuses()]
    rows[8] = _with(rows[8], XM="王??")
    rows[17] = _with(rows[17], LXRQ="")
    rows[24] = _with(rows[24], PZDJ="")
    rows[33] = _with(rows[33], SFZH=rows[0][STATUS_TITLES.index("SFZH")], RXRQ="20040901", YJBYRQ="20080630")
    return rows


def year_rows() -> list[Row]:
    """Their first year after entry; one day lies before the year, one number is in no register."""
    rows = [_year(told) for told in statuses()]
    rows[4] = (*rows[4][:4], f"{YEAR}0301", *rows[4][5:])
    rows.append((rows[0][0], f"03{PROVINCE}019999", *rows[0][2:]))
    return rows


def _year(told: Told) -> Row:
    change = "转专业" if told.number % 9 == 0 else ""
    return told.school[0], told.exam_no, f"{YEAR}-{YEAR + 1}", "注册学籍", f"{YEAR}0906", change, "纸质档案"


def _with(row: Row, **cells: str) -> Row:
    return tuple((dict(zip(STATUS_TITLES, row, strict=True)) | cells).values())


def _number(person: Person, born: date) -> str:
    body = f"{person.id_number[:6]}{born:%Y%m%d}{person.id_number[14:17]}"
    return body + mod_11_2.calc_check_digit(body)
