"""The 28 articles of the Measure, each in a few words of ours; the regulation's own words prevail."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its number, its chapter, and what it is about in both languages."""

    number: int
    chapter: int
    zh: str
    en: str


CHAPTERS: Final = {
    1: ("总则", "General"),
    2: ("学籍电子注册", "Registration of student status"),
    3: ("学历电子注册", "Registration of qualifications"),
    4: ("查询及认证", "Query and certification"),
    5: ("监管与责任", "Supervision and liability"),
}

ARTICLES: Final = (
    Article(1, 1, "目的：提供客观、权威的学籍学历信息", "Purpose: objective and authoritative records"),
    Article(2, 1, "适用的机构与人员；注册的四个环节", "Which institutions and persons; the four steps of registering"),
    Article(3, 1, "学生类别与三项注册", "Categories of students and the three registrations"),
    Article(4, 1, "学校、省级、自考机构的职责", "Duties of schools, provinces and examination offices"),
    Article(5, 1, "唯一的官方网站", "The one official site"),
    Article(6, 1, "运营机构与教育部的职责", "Duties of the operator and of the ministry"),
    Article(7, 2, "录取数据的审核、汇总与下发", "Review, re-check and release of admission data"),
    Article(8, 2, "新生复查与学籍注册", "Recheck of freshmen and registration of status"),
    Article(9, 2, "特殊政策录取的标注", "Annotation of special admission policies"),
    Article(10, 2, "录取数据的更正与补报", "Correction and supplement of admission data"),
    Article(11, 2, "告知学生查询核对", "Students are asked to check their records"),
    Article(12, 2, "学年注册及其标注内容", "Annual registration and what is marked with it"),
    Article(13, 2, "学年注册与学籍处理的期限", "Deadlines of annual registration and of decisions on a status"),
    Article(14, 2, "离校后的学籍档案", "The archive after leaving"),
    Article(15, 3, "须注册学历的证书", "Which certificates are registered"),
    Article(16, 3, "一个学籍一份证书，离校时注册", "One certificate for a status, registered on leaving"),
    Article(17, 3, "学历注册的内容与完整性", "What a qualification's record holds, and that it is complete"),
    Article(18, 3, "发证日期与查询生效", "Issue date, and the day from which a record is answered"),
    Article(19, 3, "信息变更、勘误与证明书", "Changes, corrections and replacement statements"),
    Article(20, 4, "复核备案后提供查询", "Only filed records are served"),
    Article(21, 4, "本人查询与他人查询", "Query by the student and by others"),
    Article(22, 4, "学籍学历认证", "Certification"),
    Article(23, 5, "责任人、制度与安全保障", "A named owner, a procedure, safeguards"),
    Article(24, 5, "专人办理与操作记录", "Named operators, and a record of what they do"),
    Article(25, 5, "学生信息的保护", "Protection of student data"),
    Article(26, 5, "违规入学者的处理", "Entry against state rules"),
    Article(27, 5, "违反办法的责任追究", "Liability for breaches"),
    Article(28, 5, "施行日期与效力", "Effective date and precedence"),
)
