"""The four files of a student's life: columns of the admission list, the freshman results, the years, the certificates.

Codes and lengths are those of the national upload files; a header may use the code or the Chinese name.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from shared.codes.certificate_numbers import check_certificate_number
from shared.codes.id_documents import birth_date_of, check_id_number, sex_of
from shared.codes.malformed import Malformed
from shared.codes.names import normalise_name
from shared.codes.schools import check_school_code
from shared.codes.tables import (
    ADMISSION_TYPES,
    CATEGORIES,
    CONCLUSIONS,
    DURATIONS,
    ID_TYPES,
    LEVELS,
    STUDY_FORMS,
    ethnic_group,
)
from shared.intake.columns import Column, Remark, Table, Values
from shared.intake.entry_checks import (
    ENTRY_DEFERRAL_CAUSES,
    PREPARATORY_KINDS,
    YES_NO,
    admission_agrees,
    check_admitting_school,
    check_category,
    result_agrees,
)
from shared.intake.masking import masked_date, masked_name, masked_number, masked_remark
from shared.intake.values import academic_year, day, pattern, remembered, telling, text, word_of, words_of

ENTRY_RESULTS = ("注册学籍", "放弃入学资格", "保留入学资格", "取消入学资格")
RECHECK_RESULTS = ("合格", "不合格")
YEAR_RESULTS_WORDS = ("注册学籍", "暂缓注册")
DEFERRAL_CAUSES = ("欠缴学费", "未到校", "其他")
TUITION = ("已缴", "未缴", "助学贷款", "资助")
CHANGES = ("留级", "降级", "跳级", "休学", "复学", "转学", "转专业", "保留学籍")
RECORD_KINDS = ("学业考试", "社会实践", "奖励", "处分")
_ID_WORDS = {word: code for code, word in ID_TYPES.items()} | {"身份证": "1", "护照": "A"}
_WHOLE_YEARS = {f"{word}.0": word for word in DURATIONS if "." not in word}

_MAJOR_CODE = remembered(pattern(r"\d{4}(\d\d)?(T|K|TK)?", "应为 4 或 6 位专业代码", "a code of 4 or 6 digits"))
_RECORDS, _EACH = text(200), re.compile(r"[;；]")
_BIRTH_DAY = day(date(1900, 1, 1), date(2099, 12, 31))
_ANY_DAY = day(date(1950, 1, 1), date(2099, 12, 31))

KSH = Column(
    "KSH",
    "考生号",
    "examination number",
    pattern(r"[0-9A-Z]{8,18}", "考生号应为 8 至 18 位数字或大写字母", "8 to 18 digits or capital letters"),
    required=True,
)
YXDM = Column("YXDM", "院校代码", "school code (10 digits)", remembered(check_admitting_school), required=True)
LQLX = Column("LQLX", "录取类型", "type of admission", word_of(ADMISSION_TYPES))
LHXX = Column("LHXX", "联合培养学校代码", "partner school of joint training", remembered(check_school_code))
XH = Column("XH", "学号", "student number", text(15))
FY = Column("FY", "分院", "branch", text(24))
XSH = Column("XSH", "系所", "department", text(24))
BH = Column("BH", "班号", "class", text(24))
BZ = Column("BZ", "备注", "remark", text(200), mask=masked_remark)


def _ethnic_group(value: str) -> str:
    word = ethnic_group(value)
    if word is None:
        raise Malformed("不在民族代码表(GB/T 3304)中", "not an ethnic group of GB/T 3304", "X-CODE-8")
    return word


_ETHNIC_GROUP = telling(
    remembered(_ethnic_group), says=("民族,见 GB/T 3304", "an ethnic group of GB/T 3304"), longest=12
)
_FORMAL = tuple(word for word in CATEGORIES if word != "高等教育自学考试")


def _admission_fits(values: Values) -> Iterable[Remark]:
    return (*document_fits(values), *admission_agrees(values))


def document_fits(values: Values) -> Iterable[Remark]:
    """Check the identity number by its type (a resident's card when none is named) and complete both."""
    kind, number = values.get("ZJLX") or "1", values.get("SFZH")
    values["ZJLX"] = kind
    if number is None:
        return ()
    try:
        values["SFZH"] = check_id_number(kind, number)
    except Malformed as malformed:
        return (("SFZH", malformed),)
    return _dates_fit(values)


def _dates_fit(values: Values) -> Iterable[Remark]:
    entry, leaving = values.get("RXRQ"), values.get("YJBYRQ")
    if entry and leaving and leaving <= entry:
        why = Malformed("预计毕业日期须晚于入学日期", "expected graduation must follow entry", "X-CODE-7")
        return (("YJBYRQ", why),)
    return ()


def _document_disagrees(values: Values) -> list[Remark]:
    """What the number says otherwise than the row: real errors of old papers exist, so this only warns."""
    kind, number = values["ZJLX"], values["SFZH"]
    told = {"CSRQ": birth_date_of(kind, number), "XB": sex_of(kind, number)}
    why = Malformed("与证件号码不一致,请核对", "differs from the identity number, please check", "X-CODE-9")
    return [(code, why) for code, said in told.items() if said is not None and said != values[code]]


@lru_cache(maxsize=4096)
def _records(value: str) -> tuple[str, ...]:
    """Study records one after the other, each as kind:text (A12-5)."""
    parts = [part.strip() for part in _EACH.split(_RECORDS(value).replace("：", ":"))]
    return tuple(dict.fromkeys(_record(part) for part in parts if part))


def _record(part: str) -> str:
    kind, _, said = (each.strip() for each in part.partition(":"))
    if kind not in RECORD_KINDS or not said:
        raise Malformed(
            f"学籍记载须写明类别,如“奖励:三好学生”;类别为:{'、'.join(RECORD_KINDS)}",
            f"a record says its kind first, as in 奖励:三好学生; the kinds are: {', '.join(RECORD_KINDS)}",
            "A12-5",
        )
    return f"{kind}:{said}"


_CLASSIFIED = telling(
    _records,
    says=("类别:内容,类别为学业考试、社会实践、奖励、处分", "kind:text, of the four kinds"),
    longest=200,
)


_NO_CAUSE = Malformed("注册学籍不填暂缓原因", "a registered year has no cause of deferral", "A12-3")
_UNPAID = Malformed(
    "学费未缴,不予注册;请改为暂缓注册(欠缴学费)",
    "tuition is unpaid, so the year is not registered: defer it with the cause unpaid tuition",
    "R41-12",
)
_AIDED = Malformed(
    "助学贷款或资助申请人应先予注册,不得以欠缴学费暂缓",
    "an applicant for a loan or aid is registered first and not deferred for unpaid tuition",
    "R41-12",
)


def _deferral_fits(values: Values) -> Iterable[Remark]:
    """What cause, tuition and result say against each other (R41-12)."""
    cause, tuition = values.get("ZHYY"), values.get("JFQK")
    if cause is None and tuition is None:
        return ()
    if values.get("ZCJG") == "注册学籍":
        wrong = [("ZHYY", _NO_CAUSE)] if cause else []
        return [*wrong, ("JFQK", _UNPAID)] if tuition == "未缴" else wrong
    return [("ZHYY", _AIDED)] if cause == "欠缴学费" and tuition in ("助学贷款", "资助") else ()


def _recheck_said(values: Values) -> Iterable[Remark]:
    if values.get("RXJG") == "注册学籍" and values.get("FCJG", "") is None:
        why = Malformed("注册学籍须填写复查结果", "registration needs the result of the recheck", "A8-1")
        return (("FCJG", why),)
    return tuple(result_agrees(values))


ADMISSION_LIST = Table(
    "admission_list",
    "录取数据",
    "admission list",
    (
        YXDM,
        Column("YXMC", "院校名称", "name of the school", remembered(text(80)), required=True),
        KSH,
        Column("XM", "姓名", "name", normalise_name, required=True, mask=masked_name),
        Column("XB", "性别", "sex", word_of(("男", "女")), required=True),
        Column("CSRQ", "出生日期", "date of birth", _BIRTH_DAY, required=True, mask=masked_date),
        Column("ZJLX", "证件类型", "type of identity document", word_of(ID_TYPES, also=_ID_WORDS)),
        Column("SFZH", "身份证号", "identity number", text(24), required=True, mask=masked_number),
        Column("ZZMM", "政治面貌", "political affiliation", remembered(text(16))),
        Column("MZ", "民族", "ethnic group", _ETHNIC_GROUP, required=True),
        Column("ZYDM", "专业代码", "code of the major", _MAJOR_CODE),
        Column("ZYMC", "专业名称", "major", remembered(text(50)), required=True),
        Column("CC", "层次", "level", word_of(LEVELS), required=True),
        Column("XZ", "学制", "length of study in years", word_of(DURATIONS, also=_WHOLE_YEARS), required=True),
        Column("XXXS", "学习形式", "form of study", word_of(STUDY_FORMS), required=True),
        Column("XLLB", "学历类别", "category", telling(remembered(check_category), words=_FORMAL), required=True),
        LQLX,
        Column("RXRQ", "入学日期", "date of entry", _ANY_DAY, required=True),
        Column("YJBYRQ", "预计毕业日期", "expected graduation", _ANY_DAY),
        Column("ZXJH", "专项计划", "special plan", word_of(YES_NO)),
        Column("YKLB", "预科类别", "kind of preparatory phase", word_of(PREPARATORY_KINDS)),
        Column("PYXX", "培养培训学校代码", "school of the preparatory phase", remembered(check_school_code)),
        LHXX,
        Column("YBYXX", "原毕业学校", "previous school", remembered(text(80))),
        Column("YZSBH", "原毕业证书编号", "number of the previous certificate", text(30)),
        Column("GJDQ", "国家(地区)", "country or region", remembered(text(40))),
    ),
    unique="KSH",
    fixed_by="province_admissions",
    agree=_admission_fits,
    doubt=_document_disagrees,
)
"""A province's admission list: whom a school may register at all (A7)."""

FRESHMAN_RESULTS = Table(
    "freshman_results",
    "新生学籍注册",
    "results of the freshmen",
    (
        KSH,
        Column("RXJG", "入学结果", "result of entry", word_of(ENTRY_RESULTS), required=True),
        Column("FCJG", "复查结果", "result of the recheck", word_of(RECHECK_RESULTS)),
        XH,
        FY,
        XSH,
        BH,
        LQLX,
        LHXX,
        Column("BLYY", "保留原因", "cause of the deferral", word_of(ENTRY_DEFERRAL_CAUSES)),
        Column("BLZ", "保留至", "deferred until", _ANY_DAY),
        BZ,
    ),
    unique="KSH",
    agree=_recheck_said,
)
"""What became of each admitted student at the school: registered, or one of three other results (A8)."""

YEAR_RESULTS = Table(
    "year_results",
    "学年注册",
    "annual registration",
    (
        KSH,
        Column("XN", "学年", "academic year", remembered(academic_year(1950, 2099)), required=True),
        Column("ZCJG", "注册结果", "result", word_of(YEAR_RESULTS_WORDS), required=True),
        Column("ZHYY", "暂缓原因", "cause of the deferral", word_of(DEFERRAL_CAUSES)),
        Column("JFQK", "缴费情况", "tuition", word_of(TUITION)),
        Column("XJBD", "学籍变动", "changes of the year", remembered(words_of(CHANGES))),
        Column("XJJZ", "学籍记载", "records of the year", _CLASSIFIED, mask=masked_remark),
        BZ,
    ),
    unique="KSH",
    agree=_deferral_fits,
)
"""One academic year of a school: registered or deferred, and what changed in the year before (A12)."""

CERTIFICATES = Table(
    "certificates",
    "毕(结)业证书",
    "certificates",
    (
        KSH,
        Column("XM", "姓名", "name", normalise_name, mask=masked_name),
        Column("BYRQ", "毕业日期", "date of graduation", _ANY_DAY, required=True),
        Column("BJYJL", "毕结业结论", "conclusion", word_of(CONCLUSIONS), required=True),
        Column(
            "ZSBH",
            "证书编号",
            "certificate number",
            check_certificate_number,
            required=True,
        ),
        Column("XZXM", "校长姓名", "name of the president", remembered(normalise_name), required=True),
        Column("XLLB", "学历类别", "category", word_of(CATEGORIES)),
        Column("YZBH", "证书印制编号", "serial printed on the paper", text(18)),
        BZ,
    ),
    unique="KSH",
)
"""The certificates a school gives to those who leave (A16, A17)."""

TABLES = {table.name: table for table in (ADMISSION_LIST, FRESHMAN_RESULTS, YEAR_RESULTS, CERTIFICATES)}
