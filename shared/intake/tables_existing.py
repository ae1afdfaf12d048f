"""Files of old registers: statuses with their own old dates, and the years of those statuses, one year a file.

What a row says must agree with itself, and how well it is attested is said in every row; a row that is wrong is
reported to whoever keeps the old register, and repaired there.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from shared.codes.malformed import Malformed
from shared.codes.schools import check_school_code
from shared.codes.tables import CATEGORIES
from shared.intake.columns import Column, Remark, Table, Values
from shared.intake.tables import ADMISSION_LIST, BH, BZ, CHANGES, FY, KSH, XH, XSH, YEAR_RESULTS_WORDS, document_fits
from shared.intake.values import academic_year, day, remembered, text, whole_number, word_of, words_of

OPEN_WORDS: Final = ("在籍", "暂缓注册", "休学", "保留学籍")
CLOSED_WORDS: Final = ("毕业", "结业", "退学", "取消学籍", "开除学籍", "死亡", "转学")
EVIDENCE_WORDS: Final = ("纸质档案", "原学籍库", "学校证明", "其他")
_ANY_DAY: Final = day(date(1949, 1, 1), date(2099, 12, 31))
_LISTED: Final = ADMISSION_LIST.by_code
_PERSON: Final = ("XM", "XB", "CSRQ", "ZJLX", "SFZH", "MZ")
_STUDY: Final = ("ZYDM", "ZYMC", "CC", "XZ", "XXXS")
# what today's Measure lets nobody register may stand in an old register (A28-1)
YXDM: Final = Column("YXDM", "院校代码", "school code (10 digits)", remembered(check_school_code), required=True)
_XLLB: Final = Column("XLLB", "学历类别", "category", word_of(CATEGORIES), required=True)
EVIDENCE_MISSING: Final = Malformed("须注明凭证等级", "how well the record is attested must be said", "X-LOAD-2")

PZDJ: Final = Column("PZDJ", "凭证等级", "evidence level", word_of(EVIDENCE_WORDS))


def _contradiction(zh: str, en: str) -> Malformed:
    return Malformed(f"此行自相矛盾:{zh}", f"the row contradicts itself: {en}", "X-LOAD-1")


def _status_agrees(values: Values) -> Iterable[Remark]:
    """Everything about one row that cannot be true at once."""
    yield from document_fits(values)
    yield from _attested(values)
    yield from _left_when_gone(values)
    yield from _in_order(values)


def _attested(values: Values) -> Iterable[Remark]:
    if values.get("PZDJ", "") is None:
        yield "PZDJ", EVIDENCE_MISSING


def _left_when_gone(values: Values) -> Iterable[Remark]:
    state, left = values.get("XJZT"), values.get("LXRQ")
    if state in CLOSED_WORDS and left is None and "LXRQ" in values:
        yield "LXRQ", _contradiction(f"{state}须有离校日期", "who is gone left on some day")
    if state in OPEN_WORDS and left is not None:
        yield "LXRQ", _contradiction(f"{state}不应有离校日期", "who is still there has not left")


def _in_order(values: Values) -> Iterable[Remark]:
    born, entry, left, year = (values.get(code) for code in ("CSRQ", "RXRQ", "LXRQ", "ZHXN"))
    if entry is None:
        return
    if born is not None and born >= entry:
        yield "CSRQ", _contradiction("出生日期不早于入学日期", "born after the entry")
    if left is not None and left <= entry:
        yield "LXRQ", _contradiction("离校日期不晚于入学日期", "left before the entry")
    if year is not None and year < entry.year - 1:
        yield "ZHXN", _contradiction("最后注册学年早于入学", "the last registered year lies before the entry")
    if year is not None and left is not None and year > left.year:
        yield "ZHXN", _contradiction("最后注册学年晚于离校", "the last registered year lies after the leaving")


EXISTING_STATUSES = Table(
    "existing_statuses",
    "原有学籍",
    "statuses of an old register",
    (
        YXDM,
        _LISTED["YXMC"],
        KSH,
        XH,
        *(_LISTED[code] for code in (*_PERSON, *_STUDY)),
        _XLLB,
        _LISTED["LQLX"],
        _LISTED["YBYXX"],
        _LISTED["YZSBH"],
        replace(_LISTED["RXRQ"], check=_ANY_DAY),
        replace(_LISTED["YJBYRQ"], check=_ANY_DAY),
        Column("XJZT", "学籍状态", "state of the status", word_of((*OPEN_WORDS, *CLOSED_WORDS)), required=True),
        Column("LXRQ", "离校日期", "date of leaving", _ANY_DAY),
        Column("ZHXN", "最后注册学年", "last registered academic year", remembered(academic_year(1949, 2099))),
        Column("NJ", "年级", "grade, by its year of entry", whole_number(1949, 2099)),
        FY,
        XSH,
        BH,
        PZDJ,
    ),
    fixed_by="province_education",
    agree=_status_agrees,
    doubt=ADMISSION_LIST.doubt,
)
"""Statuses as an old register tells them; a number stands once in its year of entry, and a file may hold many years."""

EXISTING_YEARS = Table(
    "existing_years",
    "原有学年注册",
    "academic years of an old register",
    (
        YXDM,
        KSH,
        Column("XN", "学年", "academic year", remembered(academic_year(1949, 2099)), required=True),
        Column("ZCJG", "注册结果", "result", word_of(YEAR_RESULTS_WORDS), required=True),
        Column("ZCRQ", "注册日期", "day of registration", _ANY_DAY, required=True),
        Column("JZRQ", "截止日期", "last day of registration", _ANY_DAY),
        Column("XJBD", "学籍变动", "changes of the year", remembered(words_of(CHANGES))),
        Column("XJJZ", "学籍记载", "records of the year", text(200)),
        PZDJ,
        BZ,
    ),
    unique="KSH",
    fixed_by="province_education",
    agree=_attested,
)
"""One academic year of those who entered in one year, as an old register tells it."""
