"""How rows of the smaller files go wrong: of entry, changes, records, endings, papers, old registers."""

from typing import Final

from services.enrollment.tests.spoiled import ADMISSIONS, ANY_FILE, HIDDEN, LONG, NOBODY, STRANGER, Wrong, remarks

ID_NUMBER: Final = "与11010519491231002X有关"
FOREIGN_SCHOOL: Final = "4133010335"
# Whose students they are, in every file of a school
WHOSE: Final = (
    Wrong("another school's student", (("KSH", "A4-1"),), {"KSH": STRANGER}),
    Wrong("on no list", (("KSH", "A7-3"),), {"KSH": NOBODY}),
    Wrong("on no list, and a cell wrong", (("BZ", "X-FILE-12"), ("KSH", "A7-3")), {"KSH": NOBODY, "BZ": HIDDEN}),
    Wrong("another school's own row", (("KSH", "A4-1"),), who="foreign"),
    Wrong("another kind of training", (("KSH", "A24-1"),), who="adult"),
)
NOT_REGISTERED: Final = Wrong("admitted, not registered", (("KSH", "A7-3"),), who="not registered")
# What any file may have wrong in a column with a day
TODAY_IS: Final = "20240305"
TOMORROW: Final = "20240306"

CHANGES: Final = (
    *ANY_FILE,
    *remarks("BZ", 200),
    *WHOSE,
    NOT_REGISTERED,
    Wrong("no number of the decision", (("WH", "X-FILE-13"),), {"WH": ""}),
    Wrong("a long number of the decision", (("WH", "X-FILE-16"),), {"WH": "长" * 61}),
    Wrong("an unknown kind", (("XJBD", "X-CODE-8"),), {"XJBD": "留学"}),
    Wrong("a day that is none", (("SXRQ", "X-CODE-7"),), {"SXRQ": "20240230"}),
    Wrong("an unknown cause", (("YY", "X-CODE-8"),), {"YY": "旅行"}),
    Wrong("the cause of another kind", (("YY", "A12-4"),), {"YY": "应征入伍"}),
    Wrong("no day of return", (("HXRQ", "A12-4"),), {"HXRQ": ""}),
    Wrong("what belongs to another kind", (("ZYMC", "A12-4"),), {"ZYMC": "经济学"}),
    Wrong("decided tomorrow", (("JDRQ", "X-CODE-7"),), {"JDRQ": TOMORROW}),
    Wrong("in effect tomorrow", (("SXRQ", "X-CODE-7"),), {"SXRQ": TOMORROW}),
    Wrong("before entry, and too long", (("SXRQ", "X-CODE-7"), ("HXRQ", "A12-4")), {"SXRQ": "20220801"}),
    Wrong("a leave too long", (("HXRQ", "A12-4"),), {"HXRQ": "20280301"}),
    Wrong("back before gone", (("HXRQ", "A12-4"),), {"HXRQ": "20240201"}),
    Wrong(
        "three cells at once",
        (("XJBD", "X-CODE-8"), ("WH", "X-FILE-13"), ("BZ", "X-FILE-16")),
        {"XJBD": "x", "WH": "", "BZ": LONG},
    ),
    Wrong("away already", (("XJBD", "X-STATE-2"),), who="on leave"),
    Wrong("a closed status", (("KSH", "A13-4"),), who="left"),
)

RECORDS: Final = (
    *ANY_FILE,
    *remarks("JL", 200),
    *WHOSE,
    NOT_REGISTERED,
    Wrong("nothing recorded", (("XYKS", "A12-5"),), {"XYKS": "", "JL": ""}),
    Wrong("no day", (("JZRQ", "X-FILE-13"),), {"JZRQ": ""}),
    Wrong("a day that is none", (("JZRQ", "X-CODE-7"),), {"JZRQ": "20240230"}),
    Wrong("tomorrow", (("JZRQ", "X-CODE-7"),), {"JZRQ": TOMORROW}),
    Wrong("before entry", (("JZRQ", "X-CODE-7"),), {"JZRQ": "20220801"}),
    Wrong("somebody's number in a punishment", (("CF", "A25-1"),), {"CF": ID_NUMBER}),
    Wrong(
        "tomorrow, with somebody's number twice",
        (("JZRQ", "X-CODE-7"), ("XYKS", "A25-1"), ("CF", "A25-1")),
        {"JZRQ": TOMORROW, "XYKS": ID_NUMBER, "CF": ID_NUMBER},
    ),
    Wrong("a closed status", (("KSH", "A13-4"),), who="left"),
)

CANCELLATIONS: Final = (
    *ANY_FILE,
    *remarks("BZ", 200),
    *WHOSE,
    NOT_REGISTERED,
    Wrong("an unknown kind", (("ZXLX", "X-CODE-8"),), {"ZXLX": "肄业"}),
    Wrong("no number of the decision", (("WH", "X-FILE-13"),), {"WH": ""}),
    Wrong("no reason", (("YY", "A24-3"),), {"YY": ""}),
    Wrong("a death without proof", (("ZM", "A12-6"),), {"ZXLX": "死亡"}),
    Wrong("a day that is none", (("JDRQ", "X-CODE-7"),), {"JDRQ": "20240230"}),
    Wrong("decided tomorrow", (("JDRQ", "X-CODE-7"),), {"JDRQ": TOMORROW}),
    Wrong("in effect tomorrow", (("SXRQ", "X-CODE-7"),), {"SXRQ": TOMORROW}),
    Wrong("in effect before entry", (("SXRQ", "X-CODE-7"),), {"SXRQ": "20220801"}),
    Wrong("somebody's number in the reason", (("YY", "A25-1"),), {"YY": ID_NUMBER}),
    Wrong(
        "two days and a number",
        (("JDRQ", "X-CODE-7"), ("SXRQ", "X-CODE-7"), ("YY", "A25-1")),
        {"JDRQ": TOMORROW, "SXRQ": TOMORROW, "YY": ID_NUMBER},
    ),
    Wrong("closed already", (("KSH", "A13-4"),), who="left"),
    Wrong("a proposal waits", (("KSH", "A24-2"),), who="waiting"),
)

PAPERS: Final = (
    *ANY_FILE,
    *remarks("BZ", 200),
    *WHOSE,
    NOT_REGISTERED,
    Wrong("an unknown kind", (("ZSLX", "X-CODE-8"),), {"ZSLX": "毕业证书"}),
    Wrong("no number", (("ZSBH", "X-FILE-13"),), {"ZSBH": ""}),
    Wrong("a malformed number", (("ZSBH", "X-CODE-1"),), {"ZSBH": "肄 1"}),
    Wrong("the number of an earlier row", (("ZSBH", "A12-7"),), {"ZSBH": "学2024000002"}),
    Wrong("a day that is none", (("FZRQ", "X-CODE-7"),), {"FZRQ": "20240230"}),
    Wrong("tomorrow", (("FZRQ", "X-CODE-7"),), {"FZRQ": TOMORROW}),
    Wrong("before leaving", (("FZRQ", "X-CODE-7"),), {"FZRQ": "20230801"}),
    Wrong("not a year of study", (("ZSLX", "R41-33"),), {"ZSLX": "肄业证书"}),
    Wrong(
        "not a year of study, tomorrow, under a taken number",
        (("ZSLX", "R41-33"), ("FZRQ", "X-CODE-7"), ("ZSBH", "A12-7")),
        {"ZSLX": "肄业证书", "FZRQ": TOMORROW, "ZSBH": "学2024000002"},
    ),
    Wrong("who has not left", (("ZSLX", "R41-33"),), who="stays"),
)

REPORTS: Final = (
    *ANY_FILE,
    *remarks("BZ", 200),
    *WHOSE,
    Wrong("no day", (("BDRQ", "X-FILE-13"),), {"BDRQ": ""}),
    Wrong("a day that is none", (("BDRQ", "X-CODE-7"),), {"BDRQ": "20220931"}),
    Wrong("tomorrow", (("BDRQ", "X-CODE-7"),), {"BDRQ": "20220911"}),
    Wrong("an unknown result", (("CSJG", "X-CODE-8"),), {"CSJG": "通过"}),
    Wrong("an unknown leave", (("QJ", "X-CODE-8"),), {"QJ": "也许"}),
    Wrong("two cells at once", (("CSJG", "X-FILE-13"), ("QJ", "X-CODE-8")), {"CSJG": "", "QJ": "x"}),
    Wrong("on a list that is not released", (("KSH", "A7-3"),), who="unreleased"),
    Wrong("registered before", (("KSH", "A8-4"),), who="registered"),
    Wrong("abandoned before", (("RXJG", "A8-4"),), who="abandoned"),
)

RECHECKS: Final = (
    *ANY_FILE,
    *remarks("BZ", 200),
    *WHOSE,
    Wrong("no day", (("FCRQ", "X-FILE-13"),), {"FCRQ": ""}),
    Wrong("a day that is none", (("FCRQ", "X-CODE-7"),), {"FCRQ": "20220931"}),
    Wrong("tomorrow", (("FCRQ", "X-CODE-7"),), {"FCRQ": "20221026"}),
    Wrong("before entry", (("FCRQ", "R41-11"),), {"FCRQ": "20220801"}),
    Wrong("an item left out", (("STJK", "X-FILE-13"),), {"STJK": ""}),
    Wrong("an unknown word", (("LQSX", "X-CODE-8"),), {"LQSX": "通过"}),
    Wrong("deferred without ill health", (("CLYJ", "R41-11"),), {"CLYJ": "保留入学资格"}),
    Wrong("a last day without a deferral", (("BLZ", "A8-4"),), {"BLZ": "20230901"}),
    Wrong(
        "three cells at once",
        (("FCRQ", "X-CODE-7"), ("LQZG", "X-FILE-13"), ("CLYJ", "X-CODE-8")),
        {"FCRQ": "x", "LQZG": "", "CLYJ": "退学"},
    ),
    Wrong("a closed status", (("KSH", "A14-2"),), who="left"),
    Wrong("a passed recheck before registration", (("KSH", "A8-1"),), who="not registered"),
)

SPECIAL: Final = (
    *(wrong for wrong in ADMISSIONS if not wrong.who),
    Wrong("no special category", (("TSLB", "X-FILE-13"),), {"TSLB": ""}),
    Wrong("an unknown special category", (("TSLB", "X-CODE-8"),), {"TSLB": "特招"}),
    Wrong("another school's list", (("YXDM", "A4-1"),), {"YXDM": FOREIGN_SCHOOL}),
)

OLD_STATUSES: Final = (
    *ANY_FILE[:-1],  # a number may stand in another year of entry too
    *remarks("XSH", 24),
    Wrong("no school", (("YXDM", "X-FILE-13"),), {"YXDM": ""}),
    Wrong("a school's code of no school", (("YXDM", "X-CODE-5"),), {"YXDM": "4111110001"}),
    Wrong("a school of another province", (("YXDM", "A4-2"),), {"YXDM": FOREIGN_SCHOOL}),
    Wrong("a name that lost a character", (("XM", "X-CODE-3"),), {"XM": "王??"}),
    Wrong("a wrong check digit", (("SFZH", "X-CODE-2"),), {"SFZH": "340524198001010011"}),
    Wrong("an unknown state", (("XJZT", "X-CODE-8"),), {"XJZT": "在读"}),
    Wrong("gone, on no day", (("LXRQ", "X-LOAD-1"),), {"LXRQ": ""}),
    Wrong("there, and gone on a day", (("LXRQ", "X-LOAD-1"),), {"XJZT": "在籍"}),
    Wrong("gone before entry", (("LXRQ", "X-LOAD-1"),), {"LXRQ": "20020701"}),
    Wrong("born after entry", (("CSRQ", "X-LOAD-1"),), {"CSRQ": "20040101"}),
    Wrong("a last year before entry", (("ZHXN", "X-LOAD-1"),), {"ZHXN": "2001-2002"}),
    Wrong("a last year after leaving", (("ZHXN", "X-LOAD-1"),), {"ZHXN": "2009-2010"}),
    Wrong("gone in the future", (("LXRQ", "X-LOAD-1"),), {"LXRQ": "20990701"}),
    Wrong("no evidence", (("PZDJ", "X-LOAD-2"),), {"PZDJ": ""}),
    Wrong("an unknown evidence", (("PZDJ", "X-CODE-8"),), {"PZDJ": "听说"}),
    Wrong(
        "three cells at once",
        (("XM", "X-CODE-3"), ("PZDJ", "X-LOAD-2"), ("LXRQ", "X-LOAD-1")),
        {"XM": "王?", "PZDJ": "", "LXRQ": ""},
    ),
    Wrong("studying twice at the same time", (("", "A8-9"),), {"SFZH": "{first}"}),
)

OLD_YEARS: Final = (
    *ANY_FILE,
    *remarks("BZ", 200),
    Wrong("a school of another province", (("YXDM", "A4-2"),), {"YXDM": FOREIGN_SCHOOL}),
    Wrong("another school of the province", (("YXDM", "A4-1"),), {"YXDM": "4111010003"}),
    Wrong("another year than the file's", (("XN", "A12-3"),), {"XN": "2005-2006", "ZCRQ": "20050905"}, also=("2004",)),
    Wrong("no result", (("ZCJG", "X-FILE-13"),), {"ZCJG": ""}),
    Wrong("an unknown result", (("ZCJG", "X-CODE-8"),), {"ZCJG": "也许"}),
    Wrong("a day before the year", (("ZCRQ", "X-LOAD-1"),), {"ZCRQ": "20040601"}),
    Wrong("a day before entry and year", (("ZCRQ", "X-LOAD-1"),) * 2, {"ZCRQ": "20030801"}),
    Wrong("a day after leaving", (("ZCRQ", "X-LOAD-1"),), {"ZCRQ": "20080901"}),
    Wrong("a day to come, after leaving", (("ZCRQ", "X-LOAD-1"),) * 2, {"ZCRQ": "20990901"}),
    Wrong("no evidence", (("PZDJ", "X-LOAD-2"),), {"PZDJ": ""}),
    Wrong("an unknown change", (("XJBD", "X-CODE-8"),), {"XJBD": "半工半读"}),
    Wrong("records too long", (("XJJZ", "X-FILE-16"),), {"XJJZ": LONG}),
    Wrong(
        "three cells at once",
        (("XN", "X-CODE-1"), ("ZCJG", "X-CODE-8"), ("BZ", "X-FILE-16")),
        {"XN": "x", "ZCJG": "y", "BZ": LONG},
    ),
    Wrong("a number of nobody", (("KSH", "A14-1"),), {"KSH": NOBODY}),
    Wrong("a status that nobody loaded", (("KSH", "A14-1"),), who="not loaded"),
)
