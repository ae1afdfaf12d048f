"""The rules of an admission list on its way through the offices (A7)."""

from shared.rules.refused import Refused


class DoubleAdmission(Refused):
    """One examination number stands once in the admission lists of a year."""

    rule = "A7-2"
    zh = "该考生号在本年度录取名单中已存在"
    en = "this examination number is already in this year's admission lists"


class EntryYearDiffers(Refused):
    """A list holds the admissions of one year."""

    rule = "A7-2"
    zh = "入学日期不在本名单的入学年份 {expected}"
    en = "the date of entry is not in {expected}, the year of this list"


class BatchNotReviewed(Refused):
    """An unreviewed list does not reach the ministry."""

    rule = "A7-1"


class BatchInAnotherState(Refused):
    """A list moves through its steps in order."""

    rule = "A2-3"
    zh = "录取名单{state_zh},不能执行此操作"
    en = "the admission list is in state {state}; this step does not follow from it"
