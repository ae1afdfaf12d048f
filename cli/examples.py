"""Writes the files of `examples/`: one cohort of 500 people at three real schools, some rows wrong on purpose."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path

from cli import old_register
from cli.people import Person, people
from shared.codes.certificate_numbers import make_certificate_number
from shared.intake.formats import DBF, JSONL
from shared.intake.writers import write_as

ENTRY_YEAR = 2022
YEARS = (2023, 2024, 2025)
PROVINCE = "11"
PEOPLE = 500
ADMISSION_TITLES = (
    *("院校代码", "院校名称", "考生号", "姓名", "性别", "出生日期", "证件类型", "身份证号", "政治面貌", "民族"),
    *("专业代码", "专业名称", "层次", "学制", "学习形式", "学历类别", "录取类型", "入学日期", "预计毕业日期"),
)
Row = tuple[str, ...]


@dataclass(frozen=True)
class School:
    """A school as the examples need it; the presidents are invented."""

    code: str
    name: str
    president: str
    seats: int
    majors: tuple[tuple[str, str, str], ...]  # code, name, years


SCHOOLS = (
    School(
        "4111010001",
        "北京大学",
        "林知远",
        160,
        (("070101", "数学与应用数学", "4"), ("050101", "汉语言文学", "4"), ("080901", "计算机科学与技术", "4")),
    ),
    School(
        "4133010335",
        "浙江大学",
        "沈怀瑾",
        164,
        (("080701", "电子信息工程", "4"), ("082701", "食品科学与工程", "4"), ("020301", "金融学", "4")),
    ),
    School(
        "4151010610",
        "四川大学",
        "许望川",
        163,
        (("050301", "新闻学", "4"), ("081301", "化学工程与工艺", "4"), ("100201", "临床医学", "5")),
    ),
)


@dataclass(frozen=True)
class Admitted:
    """One good row of the admission list."""

    exam_no: str
    school: School
    person: Person
    major: tuple[str, str, str]
    admission_type: str = "普通"

    @property
    def row(self) -> Row:
        person, (code, name, years) = self.person, self.major
        return (
            *(self.school.code, self.school.name, self.exam_no, person.name, person.sex, f"{person.born:%Y%m%d}"),
            *("港澳台居民居住证" if person.id_type == "C" else "居民身份证", person.id_number, person.party),
            *(person.ethnicity, code, name, "本科", years, "普通全日制", "普通高等教育", self.admission_type),
            *(f"{ENTRY_YEAR}0901", f"{ENTRY_YEAR + int(years)}0701"),
        )


@cache
def admitted() -> tuple[Admitted, ...]:
    """Everybody who stands in the list rightly, in the order of schools."""
    found: list[Admitted] = []
    chosen = people()
    for school in SCHOOLS:
        for count, person in enumerate(islice(chosen, school.seats)):
            exam_no = f"22{PROVINCE}0108{len(found) % 2 + 1:02d}{len(found) + 1:04d}"
            kind = {17: "国家专项计划", 42: "定向生"}.get(count, "普通")
            found.append(Admitted(exam_no, school, person, school.majors[count % 3], kind))
    # one person at two schools: the list may say so, the second registration is refused (A8-9)
    found.append(replace(found[3], exam_no=f"22{PROVINCE}010801{len(found) + 1:04d}", school=SCHOOLS[1]))
    return tuple(found)


def _changed(at: int, /, **cells: str) -> Row:
    """A good row with other cells and an examination number of its own."""
    titles = dict(zip(ADMISSION_TITLES, admitted()[at].row, strict=True))
    return tuple((titles | {"考生号": f"22{PROVINCE}010899{at:04d}"} | cells).values())


def wrong_rows() -> dict[int, Row]:
    """The rows that are wrong on purpose, by their row number in the file (the header is row 1)."""
    number = admitted()[0].person.id_number
    wrong_check = number[:17] + ("0" if number[17] != "0" else "1")
    return {
        20: _changed(1, 身份证号=wrong_check),
        41: _changed(2, 出生日期="20040230"),
        77: _changed(4, 姓名="王?"),
        103: _changed(5, 院校代码="4111110001"),
        140: _changed(6, 姓名=""),
        171: _changed(8, 专业名称='=HYPERLINK("http://example.invalid","数学")'),
        222: _changed(9, 考生号=admitted()[10].exam_no),
        260: _changed(12, 层次="大学本科"),
        305: _changed(13, 姓名="李\ue5e5"),
        350: _changed(14, 身份证号="1.10105200401011E+17"),
        402: _changed(15, 性别="M", 民族="火星族", 学制="9"),
        451: _changed(16, 入学日期="20210901"),
    }


def admission_rows() -> list[Row]:
    """The whole list of 500 rows, good and wrong."""
    wrong = wrong_rows()
    good = iter(admitted())
    return [wrong[number] if number in wrong else next(good).row for number in range(2, PEOPLE + 2)]


def of_school(school: School) -> list[Admitted]:
    return [one for one in admitted() if one.school is school]


def outcome_of(at: int) -> tuple[str, str]:
    """What became of a school's freshman at this place of its list: result of entry, result of the recheck."""
    others = {11: ("放弃入学资格", ""), 29: ("保留入学资格", ""), 47: ("取消入学资格", "不合格")}
    return others.get(at, ("注册学籍", "合格"))


def registration_rows(school: School) -> list[Row]:
    """What each freshman's entry came to; the first school's file holds three rows that the rules refuse."""
    rows: list[Row] = []
    for at, one in enumerate(of_school(school)):
        result, recheck = outcome_of(at)
        rows.append((one.exam_no, result, recheck, f"{ENTRY_YEAR}{school.code[-3:]}{at + 1:04d}"))
    if school is SCHOOLS[0]:
        rows[60] = (*rows[60][:2], "不合格", rows[60][3])
        rows.append((f"22{PROVINCE}0108999999", "注册学籍", "合格", ""))
        rows.append((of_school(SCHOOLS[2])[0].exam_no, "注册学籍", "合格", ""))
    return rows


def students(school: School) -> list[tuple[int, Admitted]]:
    """Who holds a status after registration, with the place in the school's list."""
    refused = {60} if school is SCHOOLS[0] else set()
    second = admitted()[-1]
    return [
        (at, one)
        for at, one in enumerate(of_school(school))
        if outcome_of(at)[0] == "注册学籍" and at not in refused and one is not second
    ]


def year_rows(school: School, year: int) -> list[Row]:
    """One academic year of a school; a few are deferred, and registered again the year after."""
    rows: list[Row] = []
    for at, one in students(school):
        deferred = year == YEARS[1] and at % 50 == 22
        rows.append((one.exam_no, f"{year}-{year + 1}", "暂缓注册" if deferred else "注册学籍"))
    return rows


def certificate_rows(school: School) -> list[Row]:
    """The certificates of those who leave after four years; two of a school end with 结业."""
    leaving = [(at, one) for at, one in students(school) if one.major[2] == "4"]
    rows: list[Row] = []
    for serial, (at, one) in enumerate(leaving, 1):
        number = make_certificate_number(school.code, "普通高等教育", ENTRY_YEAR + 4, "本科", serial)
        conclusion = "结业" if at % 70 == 5 else "毕业"
        rows.append((one.exam_no, f"{ENTRY_YEAR + 4}0701", conclusion, number, school.president, "普通高等教育"))
    return rows


REGISTRATION_TITLES = ("考生号", "入学结果", "复查结果", "学号")
YEAR_TITLES = ("考生号", "学年", "注册结果")
CERTIFICATE_TITLES = ("考生号", "毕业日期", "毕结业结论", "证书编号", "校长姓名", "学历类别")


def files() -> Iterator[tuple[str, bytes]]:
    """Every example file: name and content."""
    rows = admission_rows()
    yield f"admission-{ENTRY_YEAR}.csv", _csv(ADMISSION_TITLES, rows)
    yield f"admission-{ENTRY_YEAR}.gb18030.csv", _csv(ADMISSION_TITLES, rows, "gb18030")
    yield f"admission-{ENTRY_YEAR}.xlsx", _xlsx(ADMISSION_TITLES, rows)
    for school in SCHOOLS:
        yield f"registration-{ENTRY_YEAR}-{school.code}.csv", _csv(REGISTRATION_TITLES, registration_rows(school))
        for year in YEARS:
            yield f"year-{year}-{school.code}.csv", _csv(YEAR_TITLES, year_rows(school, year))
        yield f"certificates-{ENTRY_YEAR + 4}-{school.code}.csv", _csv(CERTIFICATE_TITLES, certificate_rows(school))
    first, titles = SCHOOLS[0], ("KSH", "XN", "ZCJG")
    yield f"year-{YEARS[0]}-{first.code}.dbf", _written(DBF, titles, year_rows(first, YEARS[0]))
    yield f"year-{YEARS[0]}-{first.code}.jsonl", _written(JSONL, titles, year_rows(first, YEARS[0]))
    yield f"old-register-{PROVINCE}.dbf", _written(DBF, old_register.STATUS_TITLES, old_register.status_rows())
    years = _written(JSONL, old_register.YEAR_TITLES, old_register.year_rows())
    yield f"old-years-{old_register.YEAR}-{PROVINCE}.jsonl", years
    yield "operators.demo.toml", _operators()


OPERATORS = (
    ("admissions-11", "北京教育考试院 演示录入员", "province_admissions", "province", "11"),
    ("admissions-33", "浙江省教育考试院 演示录入员", "province_admissions", "province", "33"),
    ("admissions-51", "四川省教育考试院 演示录入员", "province_admissions", "province", "51"),
    ("education-11", "北京市教育委员会 演示审核员", "province_education", "province", "11"),
    ("education-33", "浙江省教育厅 演示审核员", "province_education", "province", "33"),
    ("education-51", "四川省教育厅 演示审核员", "province_education", "province", "51"),
    ("ministry", "教育部 演示复核员", "ministry", "nation", "moe"),
    ("pku-registrar-1", "北京大学 演示学籍员甲", "registrar", "school", "4111010001"),
    ("pku-registrar-2", "北京大学 演示学籍员乙", "registrar", "school", "4111010001"),
    ("zju-registrar-1", "浙江大学 演示学籍员甲", "registrar", "school", "4133010335"),
    ("zju-registrar-2", "浙江大学 演示学籍员乙", "registrar", "school", "4133010335"),
    ("scu-registrar-1", "四川大学 演示学籍员甲", "registrar", "school", "4151010610"),
    ("scu-registrar-2", "四川大学 演示学籍员乙", "registrar", "school", "4151010610"),
    ("collector-1", "演示图像采集单位 采集员", "image_collector", "agency", "demo-images"),
    ("collector-2", "演示图像采集单位 复核员", "image_collector", "agency", "demo-images"),
    ("auditor-1", "演示审计员", "auditor", "nation", "moe"),
    ("operator-1", "演示运维员", "operator", "nation", "centre"),
)
"""Id, name, role, level and organisation of everyone who acts for an office in the demo."""


def demo_key(operator_id: str) -> str:
    """The key of a demo operator. Everybody knows it: a demo proves nothing about who acts."""
    return f"demo-only-{operator_id}"


def _operators() -> bytes:
    lines = [
        "# DEMO ONLY. Everybody can read the keys of these operators here; never load this file into a real registry.",
        "# The key of each is demo-only-<id>, for instance demo-only-pku-registrar-1.",
    ]
    for operator_id, name, role, level, org in OPERATORS:
        digest = sha256(demo_key(operator_id).encode()).hexdigest()
        fields = {"id": operator_id, "name": name, "role": role, "level": level, "kind": "all", "org": org}
        lines += ["", "[[operator]]", *(f'{key} = "{value}"' for key, value in fields.items())]
        lines.append(f'key_sha256 = "{digest}"')
    return ("\n".join(lines) + "\n").encode()


def write_examples(folder: Path) -> list[Path]:
    """Write all files into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files():
        (folder / name).write_bytes(content)
        written.append(folder / name)
    return written


def _csv(titles: Sequence[str], rows: Sequence[Row], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([titles, *rows])
    return text.getvalue().encode(encoding)


def _written(format_: str, titles: Sequence[str], rows: Sequence[Row]) -> bytes:
    writer = write_as(format_, titles)
    for row in rows:
        writer.write(row)
    return writer.content().read()


def _xlsx(titles: Sequence[str], rows: Sequence[Row]) -> bytes:
    import xlsxwriter  # type: ignore[import-untyped] # only whoever makes examples needs it

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime(2022, 8, 1, 0, 0)})  # noqa: DTZ001 - the format keeps no zone
        sheet = book.add_worksheet("录取数据")
        for number, row in enumerate([titles, *rows]):
            for at, cell in enumerate(row):
                if cell.startswith("="):
                    sheet.write_formula(number, at, cell, value="数学")
                else:
                    sheet.write_string(number, at, cell)
    return content.getvalue()
