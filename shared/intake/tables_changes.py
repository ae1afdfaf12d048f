"""The files of what happens between entry and leaving: changes, study records, cancellations, other papers."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from shared.codes.malformed import Malformed
from shared.intake.columns import Column, Remark, Table, Values
from shared.intake.masking import masked_remark
from shared.intake.tables import BZ, KSH
from shared.intake.values import day, pattern, remembered, text, whole_number, word_of

KINDS: Final = ("留级", "降级", "跳级", "休学", "复学", "转专业", "保留学籍", "延长学习年限")
CAUSES: Final = ("因病", "创业", "其他", "应征入伍", "交流学习")
CANCELLATION_KINDS: Final = ("退学", "取消学籍", "开除学籍", "死亡")
PAPER_KINDS: Final = ("肄业证书", "学习证明")
RECORD_COLUMNS: Final[Mapping[str, str]] = {"XYKS": "学业考试", "SHSJ": "社会实践", "JL": "奖励", "CF": "处分"}

_ANY_DAY = day(date(1950, 1, 1), date(2099, 12, 31))
_DECISION: Final = (
    Column("WH", "决定文号", "number of the decision", text(60), required=True, mask=masked_remark),
    Column("JDRQ", "决定日期", "day of the decision", _ANY_DAY, required=True),
    Column("SXRQ", "生效日期", "day it takes effect", _ANY_DAY, required=True),
)
_MAJOR_CODE = remembered(pattern(r"\d{4}(\d\d)?(T|K|TK)?", "应为 4 或 6 位专业代码", "a code of 4 or 6 digits"))
_PAPER_NUMBER = pattern(
    r"[0-9A-Za-z\u4e00-\u9fff〔〕()()\[\]-]{2,40}",
    "编号应为 2 至 40 位字母、数字或汉字",
    "2 to 40 letters, digits or Han",
)

# What a kind needs, and what it may say beside that; nothing else belongs into its row
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "休学": ("YY", "HXRQ"),
    "复学": ("SQRQ",),
    "保留学籍": ("YY",),
    "转专业": ("ZYMC",),
    "延长学习年限": ("YJBYRQ",),
}
_GRADE: Final = ("NJ", "YJBYRQ", "ZS")
_MAY: Final[Mapping[str, tuple[str, ...]]] = {
    "留级": _GRADE,
    "降级": _GRADE,
    "跳级": _GRADE,
    "复学": ("TYRQ", "NJ", "YJBYRQ"),
    "保留学籍": ("HXRQ",),
    "转专业": ("ZYDM", "YJBYRQ", "ZS"),
}
_OPTIONAL: Final = ("YY", "HXRQ", "SQRQ", "TYRQ", "NJ", "ZYDM", "ZYMC", "YJBYRQ", "ZS")
_CAUSES_OF: Final[Mapping[str, tuple[str, ...]]] = {"休学": CAUSES[:3], "保留学籍": CAUSES[3:]}


def _change_fits(values: Values) -> Iterable[Remark]:
    """Each kind says what it needs and nothing that belongs to another."""
    kind = values.get("XJBD")
    if kind is None:
        return
    needs = _NEEDS.get(kind, ())
    for code in _OPTIONAL:
        given = values.get(code) is not None
        if code in needs and not given:
            yield code, Malformed(f"{kind}须填写此项", f"required for this kind ({kind})", "A12-4")
        if given and code not in (*needs, *_MAY.get(kind, ())):
            yield code, Malformed(f"{kind}不填此项", f"does not belong to this kind ({kind})", "A12-4")
    cause = values.get("YY")
    if cause is not None and kind in _CAUSES_OF and cause not in _CAUSES_OF[kind]:
        words = "、".join(_CAUSES_OF[kind])
        yield (
            "YY",
            Malformed(f"{kind}的原因须为:{words}", f"the cause of this kind ({kind}) is one of: {words}", "A12-4"),
        )
    if cause == "交流学习" and values.get("HXRQ") is None:
        yield "HXRQ", Malformed("交流学习须填写应复学日期", "an exchange has a day of return", "A12-4")


def _record_said(values: Values) -> Iterable[Remark]:
    if not any(values.get(code) for code in RECORD_COLUMNS):
        words = "、".join(RECORD_COLUMNS.values())
        yield "XYKS", Malformed(f"{words}至少填写一项", "at least one of the four records is required", "A12-5")


def _ending_fits(values: Values) -> Iterable[Remark]:
    kind = values.get("ZXLX")
    if kind == "死亡" and values.get("ZM") is None:
        yield "ZM", Malformed("死亡须填写证明材料", "a death needs its proof", "A12-6")
    if kind not in (None, "死亡") and values.get("YY") is None:
        yield "YY", Malformed("须填写原因", "the reason is required", "A24-3")


STATUS_CHANGES = Table(
    "status_changes",
    "学籍变动",
    "changes of status",
    (
        KSH,
        Column("XJBD", "学籍变动", "kind of change", word_of(KINDS), required=True),
        *_DECISION,
        Column("YY", "原因", "cause", word_of(CAUSES)),
        Column("HXRQ", "应复学日期", "return due by", _ANY_DAY),
        Column("SQRQ", "申请复学日期", "day of the application to return", _ANY_DAY),
        Column("TYRQ", "退役日期", "day of discharge", _ANY_DAY),
        Column("NJ", "年级", "class, by its year of entry", whole_number(1950, 2099)),
        Column("ZYDM", "专业代码", "code of the major", _MAJOR_CODE),
        Column("ZYMC", "专业名称", "major", remembered(text(50))),
        Column("YJBYRQ", "预计毕业日期", "expected graduation", _ANY_DAY),
        Column("ZS", "追溯", "holds from before a change recorded already", word_of(("是", "否"))),
        BZ,
    ),
    unique="KSH",
    agree=_change_fits,
)
"""Decisions of a school about its students, one a student and file (A12-4)."""

STUDY_RECORDS = Table(
    "study_records",
    "学籍记载",
    "study records",
    (
        KSH,
        Column("JZRQ", "记载日期", "day of the record", _ANY_DAY, required=True),
        *(Column(code, word, "study record", text(200), mask=masked_remark) for code, word in RECORD_COLUMNS.items()),
        BZ,
    ),
    unique="KSH",
    agree=_record_said,
)
"""Exams, practice, rewards and punishments of a day, one row a student (A12-5)."""

CANCELLATIONS = Table(
    "cancellations",
    "学籍注销",
    "cancellations",
    (
        KSH,
        Column("ZXLX", "注销类型", "kind of cancellation", word_of(CANCELLATION_KINDS), required=True),
        *_DECISION,
        Column("YY", "原因", "reason", text(200), mask=masked_remark),
        Column("ZM", "证明材料", "proof", text(100), mask=masked_remark),
        BZ,
    ),
    unique="KSH",
    agree=_ending_fits,
)
"""Statuses that are closed without a certificate, for good: submitted by one person, committed by another (A12-6)."""

LEAVING_PAPERS = Table(
    "leaving_papers",
    "其他证书",
    "other papers",
    (
        KSH,
        Column("ZSLX", "证书类型", "kind of paper", word_of(PAPER_KINDS), required=True),
        Column("ZSBH", "证书编号", "number of the paper", _PAPER_NUMBER, required=True),
        Column("FZRQ", "发证日期", "day of issue", _ANY_DAY, required=True),
        BZ,
    ),
    unique="KSH",
)
"""Leaving certificates and study statements: annotations, no qualifications (A12-7, A15-2)."""
