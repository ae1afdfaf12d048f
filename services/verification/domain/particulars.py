"""What a report of each kind shows of a record, and nothing more: the fields, their names, their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.verification.domain.words import chinese_day, english, english_day

Record = Mapping[str, Any]  # the fields of a status or a qualification, by their names
Person = Mapping[str, str]  # the opened personal data; the number in it is never shown


@dataclass(frozen=True, slots=True)
class Particular:
    """One line of a report: its code, its name and its value in both languages."""

    code: str
    name_zh: str
    name_en: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is printed on one report."""

    kind: str
    language: str  # zh, en or both
    particulars: list[Particular]
    photo: bytes | None  # JPEG
    code: str
    issued_on: date
    valid_until: date


class NotPrintable(Exception):
    """A sheet that cannot be printed as it must be; `reason` is one of DELAYS, `detail` may be personal."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


# Why a document can wait, for its owner and for the people who keep the registry running.
DELAYS: Final[Mapping[str, tuple[str, str]]] = {
    "FONT_MISSING": ("服务器缺少中文字体，正在处理。", "The server has no Chinese font; it is being seen to."),
    "GLYPH_MISSING": ("报告中有生僻字缺少字形，正在处理。", "A rare character has no glyph yet; it is being seen to."),
    "PHOTO_MISSING": ("照片文件暂缺，正在处理。", "The photo file is not at hand; it is being seen to."),
    "PHOTO_UNREADABLE": ("照片文件无法读取，正在处理。", "The photo file cannot be read; it is being seen to."),
    "RECORD_SEALED": ("记录暂时无法解密，正在处理。", "The record cannot be opened now; it is being seen to."),
    "FILES_UNAVAILABLE": ("文件存储暂不可用，正在处理。", "The place for files fails; it is being seen to."),
    "RECORD_DISPUTED": (
        "该记录的归属存在争议，处理完毕后出具报告。",
        "It is disputed whose this record is; the report is made once that is decided.",
    ),
    "FORM_BROKEN": ("报告排版失败，正在处理。", "The form could not be set; it is being seen to."),
}

RULES_OF_DELAYS: Final[Mapping[str, str]] = {"RECORD_DISPUTED": "X-REPORT-8"}

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("姓名", "Name"),
    "sex": ("性别", "Sex"),
    "birth_date": ("出生日期", "Date of birth"),
    "ethnicity": ("民族", "Ethnic group"),
    "school_name": ("学校名称", "Institution"),
    "level": ("层次", "Level"),
    "major_name": ("专业", "Major"),
    "duration": ("学制", "Length of programme"),
    "category": ("学历类别", "Type of education"),
    "study_form": ("学习形式", "Form of study"),
    "entry_date": ("入学日期", "Date of entry"),
    "state": ("学籍状态", "Student status"),
    "expected_graduation_date": ("预计毕业日期", "Expected graduation"),
    "graduation_date": ("毕（结）业日期", "Date of graduation or completion"),
    "conclusion": ("毕（结）业", "Conclusion"),
    "president_name": ("校（院）长姓名", "President"),
    "number": ("证书编号", "Certificate number"),
}
_PERSON: Final = ("name", "sex", "birth_date", "ethnicity")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "status": (
        "name", "sex", "birth_date", "ethnicity", "school_name", "major_name", "level", "duration", "category",
        "study_form", "entry_date", "expected_graduation_date", "state",
    ),
    "qualification": (
        "name", "sex", "birth_date", "school_name", "major_name", "level", "duration", "category", "study_form",
        "entry_date", "graduation_date", "conclusion", "president_name", "number",
    ),
}  # fmt: skip


_STATES: Final[Mapping[str, str]] = {
    "on_leave": "在籍（休学）",
    "reserved": "在籍（保留学籍）",
    "graduated": "不在籍（毕业）",
    "completed": "不在籍（结业）",
    "dropped": "不在籍（退学）",
    "expelled": "不在籍（开除学籍）",
    "cancelled": "取消学籍",
    "deceased": "不在籍（死亡）",
    "transferred_out": "不在籍（转学）",
    "withdrawn": "不在籍（注册撤回）",
}


def particulars(kind: str, record: Record, person: Person) -> list[Particular]:
    """The lines of a report of this kind, in the order in which they stand."""
    return [_line(code, person.get(code) if code in _PERSON else _value(code, record)) for code in FIELDS[kind]]


def _value(code: str, record: Record) -> Any:
    return student_state(record) if code == "state" else record[code]


def student_state(record: Record) -> str:
    """Enrolled, deferred or gone, in the registry's words."""
    if record.get("conclusion"):
        return f"不在籍（{record['conclusion']}）"
    if word := _STATES.get(record.get("state") or ""):
        return word
    if record.get("last_result") == "deferred":
        return "在籍（暂缓注册）"
    return "在籍（注册学籍）"


def _line(code: str, value: Any) -> Particular:
    zh, en = _words(code, value)
    return Particular(code, *_NAMES[code], zh, en)


def _words(code: str, value: Any) -> tuple[str, str]:
    if value is None or value == "":
        return "—", "—"
    if code == "birth_date" and isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, date):
        return chinese_day(value), english_day(value)
    if code == "duration":
        return f"{value} 年", f"{value} year" if str(value) == "1" else f"{value} years"
    return str(value), english(str(value))
