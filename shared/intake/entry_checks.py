"""What the rows of admission lists and freshman results must agree in, beyond what each cell says (A2, A8, A9)."""

from collections.abc import Iterable
from typing import Final

from shared.codes.malformed import Malformed
from shared.codes.schools import CATEGORIES as SCHOOL_CATEGORIES
from shared.codes.schools import check_school_code
from shared.codes.tables import CATEGORIES
from shared.intake.columns import MISSING, Remark, Values
from shared.intake.values import telling, word_of

YES_NO: Final = ("是", "否")
PREPARATORY_KINDS: Final = ("少数民族预科", "骨干计划基础培训", "其他预科")
ENTRY_DEFERRAL_CAUSES: Final = ("疾病", "应征入伍", "自主创业", "其他")
DEFERRED: Final = "保留入学资格"
_NO_FORMAL_EDUCATION: Final = ("培训", "进修", "研修", "非学历", "结业班")
_CATEGORY: Final = word_of(CATEGORIES)

_NOT_ELIGIBLE = Malformed(
    "该类机构不具有高等学历教育注册资格", "an institution of this kind registers nobody in higher education", "A2-1"
)
_NOT_FORMAL = Malformed(
    "培训、进修等不属于学历教育,不能注册学籍", "training courses are not formal education and give no status", "A2-2"
)
_SELF_TAUGHT = Malformed(
    "自学考试考生没有学籍,毕业证书由省级自考机构注册",
    "self-taught examinations give no student status; the examination office registers the diploma",
    "A2-2",
)
_LEVEL_AFTER = Malformed(
    "层次应填预科结业后就读的层次,另填预科类别",
    "state the level of the study after the preparatory phase, and its kind in the column YKLB",
    "A8-7",
)
_TRAINED_WHERE = Malformed(
    "少数民族预科和骨干计划基础培训须填写培养培训学校代码",
    "for these programmes the code of the school that trains is needed",
    "A8-6",
)
_NO_PHASE = Malformed("未填预科类别,不能填写培养培训学校", "a training school needs a kind of preparation", "A8-6")
_EARLIER = Malformed(
    "专升本须填写原毕业学校和原毕业证书编号",
    "this level needs the previous school and the number of its certificate",
    "X-FILE-13",
)
_SAME_SCHOOL = Malformed(
    "联合培养学校不能是录取学校本身", "the partner of joint training is another school than the admitting one", "A8-10"
)
_NOT_DEFERRED = Malformed("只有保留入学资格的才填写此项", "only for an entry that is deferred", "A8-4")
_ARMY_UNTIL = Malformed(
    "应征入伍保留入学资格的,须填写保留至何日", "a deferral for military service needs its last day", "R41-10"
)


def check_admitting_school(text: str) -> str:
    """The code of a school that may register students; other institutions are refused by the Measure (A2-1)."""
    code = text.strip()
    if len(code) == 10 and code.isascii() and code.isdigit() and code[:2] not in SCHOOL_CATEGORIES:
        raise _NOT_ELIGIBLE
    return check_school_code(code)


def check_category(text: str) -> str:
    """A category of formal education; what is a training course by its own words is refused as such (A2-2)."""
    if any(word in text for word in _NO_FORMAL_EDUCATION):
        raise _NOT_FORMAL
    word: str = _CATEGORY(text)
    return word


telling(check_category, words=CATEGORIES)


def admission_agrees(values: Values) -> Iterable[Remark]:
    """Formal education, a preparatory phase told whole, an earlier certificate where the study builds on one."""
    if values.get("XLLB") == "高等教育自学考试" or values.get("XXXS") == "自学考试":
        yield "XLLB", _SELF_TAUGHT
    if values.get("CC") == "预科":
        yield "CC", _LEVEL_AFTER
    if values.get("CC") == "专升本":
        for code in ("YBYXX", "YZSBH"):
            if not values.get(code):
                yield code, _EARLIER
    partner = values.get("LHXX")
    if partner and partner == values.get("YXDM"):
        yield "LHXX", _SAME_SCHOOL
    yield from _preparation_agrees(values)


def _preparation_agrees(values: Values) -> Iterable[Remark]:
    kind, school = values.get("YKLB"), values.get("PYXX")
    if kind in PREPARATORY_KINDS[:2] and not school:
        yield "PYXX", _TRAINED_WHERE
    if school and not kind:
        yield "YKLB", _NO_PHASE


def result_agrees(values: Values) -> Iterable[Remark]:
    """The cause and end of a deferral stand where entry is deferred, and nowhere else (A8-4, R41-10)."""
    deferred = values.get("RXJG") == DEFERRED
    for code in ("BLYY", "BLZ"):
        if values.get(code) and not deferred and values.get("RXJG"):
            yield code, _NOT_DEFERRED
    if deferred and values.get("BLYY") == "应征入伍" and values.get("BLZ") is None and "BLZ" in values:
        yield "BLZ", _ARMY_UNTIL


def special_agrees(values: Values) -> Iterable[Remark]:
    """A list of special categories names one of them in each row."""
    if "TSLB" in values and not values["TSLB"]:
        yield "TSLB", MISSING
