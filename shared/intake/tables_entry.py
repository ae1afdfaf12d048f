"""The further files of entry: lists that schools build themselves, who reported, and the recheck of three months."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from shared.codes.malformed import Malformed
from shared.intake.columns import Column, Remark, Table, Values
from shared.intake.entry_checks import special_agrees
from shared.intake.tables import ADMISSION_LIST, BZ, KSH, RECHECK_RESULTS
from shared.intake.values import day, text, word_of

SPECIAL_CATEGORIES: Final = ("普通专升本", "五年一贯制", "三二分段", "本硕连读", "直博", "港澳台")
RECHECK_ITEMS: Final = ("LQSX", "LQZG", "RZXF", "STJK", "ZYSP")
DEFER: Final = "保留入学资格"
_ANY_DAY = day(date(1950, 1, 1), date(2099, 12, 31))
_ITEM_WORDS = word_of(RECHECK_RESULTS)


def _special_fits(values: Values) -> Iterable[Remark]:
    admission = ADMISSION_LIST.agree(values) if ADMISSION_LIST.agree else ()
    return (*admission, *special_agrees(values))


def _recheck_fits(values: Values) -> Iterable[Remark]:
    """Health alone lets entry be deferred; a deferral has its last day, which only a deferral has."""
    failed = [code for code in RECHECK_ITEMS if values.get(code) == "不合格"]
    deferral = values.get("CLYJ") == DEFER
    if deferral and failed != ["STJK"]:
        why = "只有身体状况一项不合格的,才可保留入学资格", "entry is deferred where health alone was found unfit"
        yield "CLYJ", Malformed(*why, "R41-11")
    if values.get("BLZ") and not deferral:
        yield "BLZ", Malformed("只有保留入学资格的才填写此项", "only for an entry that is deferred", "A8-4")


SPECIAL_ADMISSION_LIST = Table(
    "special_admission_list",
    "特殊类别录取数据",
    "admissions without an entrance examination",
    (
        *ADMISSION_LIST.columns,
        Column("TSLB", "特殊类别", "special category", word_of(SPECIAL_CATEGORIES), required=True),
    ),
    unique="KSH",
    fixed_by="registrar",
    agree=_special_fits,
    doubt=ADMISSION_LIST.doubt,
)
"""A list that the school builds, with numbers of its own; the province reviews and the ministry releases it (A7)."""

FRESHMAN_REPORTS = Table(
    "freshman_reports",
    "新生报到",
    "freshmen who reported",
    (
        KSH,
        Column("BDRQ", "报到日期", "day of reporting", _ANY_DAY, required=True),
        Column("CSJG", "初步审查结果", "result of the first check", word_of(RECHECK_RESULTS), required=True),
        Column("QJ", "请假", "asked for leave", word_of(("是", "否"))),
        BZ,
    ),
    unique="KSH",
)
"""Who reported, and whether the first check was passed (R41-8, R41-9)."""

RECHECK_LIST = Table(
    "recheck_results",
    "入学资格复查",
    "recheck of the first three months",
    (
        KSH,
        Column("FCRQ", "复查日期", "day of the recheck", _ANY_DAY, required=True),
        Column("LQSX", "录取手续", "admission procedure", _ITEM_WORDS, required=True),
        Column("LQZG", "录取资格", "genuineness of the admission", _ITEM_WORDS, required=True),
        Column("RZXF", "人证档相符", "person, document and admission file agree", _ITEM_WORDS, required=True),
        Column("STJK", "身体状况", "health", _ITEM_WORDS, required=True),
        Column("ZYSP", "专业水平", "level of special talents", _ITEM_WORDS, required=True),
        Column("CLYJ", "处理意见", "what the school decides", word_of((DEFER,))),
        Column("BLZ", "保留至", "deferred until", _ANY_DAY),
        Column("BZ", "备注", "remark", text(200)),
    ),
    unique="KSH",
    agree=_recheck_fits,
)
"""Five items for each freshman; fraud leads to the cancellation of the status, ill health may defer entry (R41-11)."""

ENTRY_TABLES: Final = {table.name: table for table in (SPECIAL_ADMISSION_LIST, FRESHMAN_REPORTS, RECHECK_LIST)}
