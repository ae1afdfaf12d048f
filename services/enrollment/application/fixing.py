"""The values of a correction or supplement, checked like the cells of the list they belong in (A10)."""

from collections.abc import Mapping
from typing import Any, Final

from services.enrollment.domain.rules.entry import NotOwnStudent
from services.enrollment.domain.rules.fixes import FIXED_FOR_EVER, AdmittedAlready, CannotBeFixed
from services.enrollment.domain.rules.lists import EntryYearDiffers
from shared.codes.malformed import Malformed
from shared.intake.columns import MISSING, Column, Values
from shared.intake.tables_entry import SPECIAL_ADMISSION_LIST
from shared.rules.refused import MalformedValue

# The list of special categories has every column of the other one, and the category besides
COLUMNS: Final = SPECIAL_ADMISSION_LIST.by_code
_OPTIONAL: Final = ("TSLB",)


def checked_values(told: Mapping[str, str]) -> Values:
    """Each value by the check of its column; what finds the admission is not corrected."""
    for code in told:
        if code in FIXED_FOR_EVER:
            raise CannotBeFixed(field=code)
    return {code: _checked(_column(code), text) for code, text in told.items()}


def whole_row(told: Mapping[str, str], *, school_code: str, entry_year: int, exam_no: str) -> Values:
    """The whole row of somebody who is missing in the lists (A10-2)."""
    named = {"KSH": exam_no, **told}
    values: Values = {code: None for code in COLUMNS if code not in _OPTIONAL}
    values.update({code: _checked(_column(code), text) for code, text in named.items()})
    for column in COLUMNS.values():
        if column.required and column.code not in _OPTIONAL and values[column.code] is None:
            raise MalformedValue.because(MISSING, column.code)
    if values["YXDM"] != school_code:
        raise NotOwnStudent(field="YXDM")
    if values["RXRQ"].year != entry_year:
        raise EntryYearDiffers(field="RXRQ", expected=entry_year)
    return checked_row(values, told)


def checked_row(values: Values, told: Mapping[str, str]) -> Values:
    """A row whose values agree with each other; the first thing wrong is named."""
    agree = SPECIAL_ADMISSION_LIST.agree
    for code, why in agree(values) if agree else ():
        raise MalformedValue.because(why, code)
    return values


def may_be_new(owners: Mapping[str, Any]) -> None:
    """A supplement is for somebody whom no list names."""
    if owners:
        raise AdmittedAlready(field="KSH")


def _column(code: str) -> Column:
    if code not in COLUMNS:
        raise MalformedValue.because(Malformed("没有此列", "there is no such column", "X-FILE-7"), code)
    return COLUMNS[code]


def _checked(column: Column, text: str) -> Any:
    if not text.strip():
        if column.required:
            raise MalformedValue.because(MISSING, column.code)
        return None
    try:
        return column.check(text.strip())
    except Malformed as malformed:
        raise MalformedValue.because(malformed, column.code) from None
