"""How a row goes wrong: every way, what was written, and what is said about it. The lists are the reference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

Cells = list[str]
Said = tuple[tuple[str, str], ...]
"""Fields and rules; a row with the wrong number of cells has no field."""

LONG: Final = "长" * 201
HIDDEN: Final = "转\u200b专业"
PRIVATE: Final = "姓\ue000"
STRANGER: Final = "2288{row:010d}"  # the number of another school's student
NOBODY: Final = "2299{row:010d}"  # the number of nobody
FIRST: Final = "22000000000002"  # the number that stands in the first row


@dataclass(frozen=True)
class Wrong:
    """One way to go wrong: the cells as they were written, or the people whom such a row is about."""

    what: str
    said: Said
    written: Mapping[str, str] = field(default_factory=dict)
    who: str = ""  # a row about these people is wrong however it is written: it is struck out of the file
    laid_out: Callable[[Cells], Cells] = list  # the cells of the row as they are laid out
    also: tuple[str, ...] = ()  # what a text about it must name too


def _shorter(cells: Cells) -> Cells:
    return cells[:-1]


def _longer(cells: Cells) -> Cells:
    return [*cells, "多出"]


def remarks(code: str, longest: int) -> tuple[Wrong, ...]:
    """What may be wrong with any text."""
    return (
        Wrong("a formula", ((code, "X-FILE-11"),), {code: "=1+1"}),
        Wrong("a formula in wide letters", ((code, "X-FILE-11"),), {code: "＝HYPERLINK(1)"}),
        Wrong("a command", ((code, "X-FILE-11"),), {code: "@SUM(A1)"}),
        Wrong("an invisible character", ((code, "X-FILE-12"),), {code: HIDDEN[: longest - 1]}),
        Wrong("a private-use character", ((code, "X-FILE-12"),), {code: PRIVATE}),
        Wrong("a character lost on its way", ((code, "X-FILE-12"),), {code: "王??"}),
        Wrong("too long", ((code, "X-FILE-16"),), {code: "长" * (longest + 1)}),
    )


# Whatever the file is about: its number, its shape
ANY_FILE: Final = (
    Wrong("no number", (("KSH", "X-FILE-13"),), {"KSH": ""}),
    Wrong("only blanks", (("KSH", "X-FILE-13"),), {"KSH": " \u3000"}),
    Wrong("a malformed number", (("KSH", "X-CODE-1"),), {"KSH": "22-1"}),
    Wrong("a number in wide digits", (("KSH", "X-CODE-1"),), {"KSH": "２２０００００００００００１"}),
    Wrong("scientific notation", (("KSH", "X-CODE-1"),), {"KSH": "2.2E+13"}, also=("科学计数法",)),
    Wrong("a cell too few", (("", "X-FILE-4"),), laid_out=_shorter),
    Wrong("a cell too many", (("", "X-FILE-4"),), laid_out=_longer),
    Wrong("the double of an earlier row", (("KSH", "X-FILE-14"),), {"KSH": FIRST}, also=("第 2 行",)),
)

YEARS: Final = (
    *ANY_FILE,
    *remarks("BZ", 200),
    Wrong("a missing word", (("ZCJG", "X-FILE-13"),), {"ZCJG": ""}),
    Wrong("no year", (("XN", "X-FILE-13"),), {"XN": ""}),
    Wrong("a year in words", (("XN", "X-CODE-1"),), {"XN": "二〇二三"}),
    Wrong("two years that do not follow", (("XN", "X-CODE-1"),), {"XN": "2023-2025"}),
    Wrong("another year than the file's", (("XN", "A12-3"),), {"XN": "2022"}, also=("2023",)),
    Wrong("an unknown result", (("ZCJG", "X-CODE-8"),), {"ZCJG": "也许"}),
    Wrong("an unknown cause", (("ZHYY", "X-CODE-8"),), {"ZCJG": "暂缓注册", "ZHYY": "没钱"}),
    Wrong("an unknown tuition", (("JFQK", "X-CODE-8"),), {"JFQK": "以后"}),
    Wrong("an unknown change", (("XJBD", "X-CODE-8"),), {"XJBD": "休学、半工半读"}),
    Wrong("records too long", (("XJJZ", "X-FILE-16"),), {"XJJZ": LONG}),
    Wrong("somebody's number in a record", (("XJJZ", "A25-1"),), {"XJJZ": "奖励:与11010519491231002X同获"}),
    Wrong("registered, tuition unpaid", (("JFQK", "R41-12"),), {"JFQK": "未缴"}),
    Wrong("registered, with a cause", (("ZHYY", "A12-3"),), {"ZHYY": "未到校"}),
    Wrong(
        "registered, with a cause, unpaid", (("ZHYY", "A12-3"), ("JFQK", "R41-12")), {"ZHYY": "其他", "JFQK": "未缴"}
    ),
    Wrong(
        "deferred in spite of a loan",
        (("ZHYY", "R41-12"),),
        {"ZCJG": "暂缓注册", "ZHYY": "欠缴学费", "JFQK": "助学贷款"},
    ),
    Wrong("a change that nobody decided", (("XJBD", "A12-4"),), {"XJBD": "休学"}, also=("休学",)),
    Wrong("a transfer that nobody agreed on", (("XJBD", "A12-4"),), {"XJBD": "转学"}, also=("转学手续",)),
    Wrong("a class repeated, and no decision of it", (("XJBD", "A12-4"),), {"XJBD": "留级"}),
    Wrong("a record of no kind", (("XJJZ", "A12-5"),), {"XJJZ": "三好学生"}, also=("奖励",)),
    Wrong(
        "four cells at once",
        (("XN", "X-CODE-1"), ("ZCJG", "X-CODE-8"), ("XJBD", "X-CODE-8"), ("BZ", "X-FILE-16")),
        {"XN": "x", "ZCJG": "y", "XJBD": "z", "BZ": LONG},
    ),
    Wrong("another school's student", (("KSH", "A4-1"),), {"KSH": STRANGER}),
    Wrong("on no list", (("KSH", "A7-3"),), {"KSH": NOBODY}),
    Wrong(
        "on no list, and two cells wrong",
        (("ZCJG", "X-CODE-8"), ("BZ", "X-FILE-12"), ("KSH", "A7-3")),
        {"KSH": NOBODY, "ZCJG": "也许", "BZ": HIDDEN},
    ),
    Wrong("another school's own row", (("KSH", "A4-1"),), who="foreign"),
    Wrong("admitted, not registered", (("KSH", "A7-3"),), who="not registered"),
    Wrong("another kind of training", (("KSH", "A24-1"),), who="adult"),
    Wrong("on leave", (("KSH", "A12-1"),), who="on leave", also=("休学",)),
    Wrong(
        "on leave, with a change that nobody decided and somebody's number",
        (("KSH", "A12-1"), ("XJBD", "A12-4"), ("XJJZ", "A25-1")),
        {"XJBD": "转专业", "XJJZ": "奖励:与11010519491231002X同获"},
        who="on leave",
    ),
    Wrong("in military service", (("KSH", "R41-27"),), who="in service"),
    Wrong("away for the whole year", (("XN", "A12-1"),), who="back too late"),
    Wrong("a closed status", (("KSH", "A14-2"),), who="left"),
    Wrong("after graduation", (("XN", "A12-9"),), who="graduating"),
    Wrong("registered already, now deferred", (("XN", "A12-3"),), {"ZCJG": "暂缓注册"}, who="settled"),
    Wrong(
        "somebody's number, after the year was told",
        (("XJJZ", "A25-1"),),
        {"XJJZ": "奖励:与11010519491231002X"},
        who="settled",
    ),
    Wrong("a record after the year was told", (("XJJZ", "A12-5"),), {"XJJZ": "奖励:三好学生"}, who="settled"),
)

YEAR_OF_ENTRY: Final = (Wrong("the year of entry", (("XN", "A12-2"),), who="autumn"),)

FRESHMEN: Final = (
    *ANY_FILE,
    *remarks("XSH", 24),
    Wrong("no result", (("RXJG", "X-FILE-13"),), {"RXJG": ""}),
    Wrong("an unknown result", (("RXJG", "X-CODE-8"),), {"RXJG": "入学"}),
    Wrong("an unknown recheck", (("FCJG", "X-CODE-8"),), {"FCJG": "通过"}),
    Wrong("no recheck", (("FCJG", "A8-1"),), {"FCJG": ""}),
    Wrong("a failed recheck", (("FCJG", "A8-3"),), {"FCJG": "不合格"}),
    Wrong("a day that is none", (("BLZ", "X-CODE-7"),), {"RXJG": "保留入学资格", "BLZ": "20230230"}),
    Wrong("a deferral that ends before entry", (("BLZ", "R41-10"),), {"RXJG": "保留入学资格", "BLZ": "20220101"}),
    Wrong("an unknown cause", (("BLYY", "X-CODE-8"),), {"RXJG": "保留入学资格", "BLYY": "旅行"}),
    Wrong(
        "registered, and deferred all the same",
        (("BLYY", "A8-4"), ("BLZ", "A8-4")),
        {"BLYY": "疾病", "BLZ": "20230901"},
    ),
    Wrong(
        "a failed recheck, another type than listed, a partner that is the school itself",
        (("FCJG", "A8-3"), ("LQLX", "A9-1"), ("LHXX", "A8-10")),
        {"FCJG": "不合格", "LQLX": "国防生", "LHXX": "4111010001"},
    ),
    Wrong("an unknown type of admission", (("LQLX", "X-CODE-8"),), {"LQLX": "特招"}),
    Wrong("another type than listed", (("LQLX", "A9-1"),), {"LQLX": "国防生"}, also=("普通",)),
    Wrong("a partner that is no school", (("LHXX", "X-CODE-5"),), {"LHXX": "4111110001"}),
    Wrong("a partner that is the school itself", (("LHXX", "A8-10"),), {"LHXX": "4111010001"}),
    Wrong("a student number too long", (("XH", "X-FILE-16"),), {"XH": "2" * 16}),
    Wrong(
        "two cells, and another school's student",
        (("RXJG", "X-CODE-8"), ("XH", "X-FILE-11"), ("KSH", "A4-1")),
        {"KSH": STRANGER, "RXJG": "入学", "XH": "-1-1"},
    ),
    Wrong("on no list", (("KSH", "A7-3"),), {"KSH": NOBODY}),
    Wrong("another school's own row", (("KSH", "A4-1"),), who="foreign"),
    Wrong("the partner of joint training", (("KSH", "A8-10"),), who="partner"),
    Wrong("on a list that is not released", (("KSH", "A7-3"),), who="unreleased"),
    Wrong("another kind of training", (("KSH", "A24-1"),), who="adult"),
    Wrong("a special plan without its type", (("LQLX", "A9-2"),), who="flagged"),
    Wrong("a preparatory phase to come", (("KSH", "A8-7"),), who="preparing"),
    Wrong("deferred before", (("RXJG", "R41-10"),), who="deferred"),
    Wrong("abandoned before", (("RXJG", "A8-4"),), who="abandoned"),
    Wrong("registered before, otherwise", (("KSH", "A8-4"),), who="registered"),
    Wrong("full-time elsewhere", (("", "A8-9"),), who="full-time elsewhere"),
)

ADMISSIONS: Final = (
    *ANY_FILE,
    *remarks("ZYMC", 50),
    Wrong("no name", (("XM", "X-FILE-13"),), {"XM": ""}),
    Wrong("a name with a private-use character", (("XM", "X-CODE-3"),), {"XM": "王\ue000"}),
    Wrong("a name that lost a character", (("XM", "X-CODE-3"),), {"XM": "王?"}),
    Wrong("a name with an invisible character", (("XM", "X-CODE-3"),), {"XM": "王\u200b明"}),
    Wrong("a wrong check digit", (("SFZH", "X-CODE-2"),), {"SFZH": "340524198001010011"}),
    Wrong("a number of 17 digits", (("SFZH", "X-CODE-2"),), {"SFZH": "34052419800101001"}),
    Wrong("digits lost in a spreadsheet", (("SFZH", "X-CODE-1"),), {"SFZH": "3.40524198001E+17"}, also=("科学计数法",)),
    Wrong("a permit as a card", (("SFZH", "X-CODE-2"),), {"SFZH": "810000199408230021"}),
    Wrong("an unknown document", (("ZJLX", "X-CODE-8"),), {"ZJLX": "学生证"}),
    Wrong("an unknown sex", (("XB", "X-CODE-8"),), {"XB": "M"}),
    Wrong("an unknown people", (("MZ", "X-CODE-8"),), {"MZ": "东夷"}),
    Wrong("a day that is none", (("CSRQ", "X-CODE-7"),), {"CSRQ": "20230229"}),
    Wrong("a month that is none", (("RXRQ", "X-CODE-7"),), {"RXRQ": "20221301"}),
    Wrong("a day in words", (("CSRQ", "X-CODE-7"),), {"CSRQ": "五月六日"}),
    Wrong("entry in another year", (("RXRQ", "A7-2"),), {"RXRQ": "20210901"}),
    Wrong("graduation before entry", (("YJBYRQ", "X-CODE-7"),), {"YJBYRQ": "20220701"}),
    Wrong("a school's code of five digits", (("YXDM", "X-CODE-5"),), {"YXDM": "10001"}),
    Wrong("a school's code of no school", (("YXDM", "X-CODE-5"),), {"YXDM": "4111110001"}),
    Wrong("an institution without the right", (("YXDM", "A2-1"),), {"YXDM": "3611010001"}),
    Wrong("a training course", (("XLLB", "A2-2"),), {"XLLB": "非学历教育培训"}),
    Wrong("self-taught", (("XLLB", "A2-2"),), {"XXXS": "自学考试"}),
    Wrong("an unknown level", (("CC", "X-CODE-8"),), {"CC": "大学本科"}),
    Wrong("an unknown length", (("XZ", "X-CODE-8"),), {"XZ": "四年"}),
    Wrong("a major's code", (("ZYDM", "X-CODE-1"),), {"ZYDM": "0101-1"}),
    Wrong("the level of the preparatory phase", (("CC", "A8-7"),), {"CC": "预科"}),
    Wrong("a preparatory phase nowhere", (("PYXX", "A8-6"),), {"YKLB": "少数民族预科"}),
    Wrong("no earlier certificate", (("YBYXX", "X-FILE-13"), ("YZSBH", "X-FILE-13")), {"CC": "专升本"}),
    Wrong("a partner that is the school itself", (("LHXX", "A8-10"),), {"LHXX": "4111010001"}),
    Wrong(
        "five cells at once",
        (
            ("XM", "X-CODE-3"),
            ("CSRQ", "X-CODE-7"),
            ("SFZH", "X-CODE-2"),
            ("YJBYRQ", "X-CODE-7"),
            ("LHXX", "X-CODE-5"),
        ),
        {"XM": "王?", "CSRQ": "x", "SFZH": "340524198001010011", "YJBYRQ": "20261301", "LHXX": "1"},
    ),
    Wrong("listed before, otherwise", (("KSH", "A7-2"),), who="listed"),
)
