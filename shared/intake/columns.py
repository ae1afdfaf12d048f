"""What a bulk file must look like: columns, tables, and the check of every row."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from shared.codes.malformed import Malformed
from shared.intake.armour import FORMULA_STARTS, PLAIN_NUMBER
from shared.intake.masking import shown
from shared.intake.refusals import ColumnsDoubled, ColumnsMissing, ColumnsUnknown

Values = dict[str, Any]
Check = Callable[[str], Any]
Remark = tuple[str, Malformed]

REASON_COLUMNS = ("ROW_NUMBER", "原行号", "REASON", "错误原因")
"""Columns that our own errors file adds: a corrected file is sent again as it is, so they are read over."""

REFERENCE_COLUMNS = {"DCBH": "导出编号", "REF_XM": "参考姓名", "REF_XH": "参考学号", "REF_ZYMC": "参考专业"}
"""Columns that our own templates add: the mark of the export, and who a row is about; read over as well."""

READ_OVER = frozenset((*REASON_COLUMNS, *REFERENCE_COLUMNS, *REFERENCE_COLUMNS.values()))

BLANKS = " \t\r\n\u00a0\u3000"
_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE][+-]?\d+", re.ASCII)

MISSING = Malformed("此项必填", "a value is required", "X-FILE-13")
FORMULA = Malformed("单元格不得含公式", "a cell must not hold a formula", "X-FILE-11")
SHAPE = Malformed("此行的列数与表头不同", "the row has more or fewer cells than the header", "X-FILE-4")
DIGITS_LOST = Malformed(
    "电子表格已把号码改写为科学计数法,请将该列设为文本后重新填写",
    "the spreadsheet has rewritten the number in scientific notation: set the column to text and enter it again",
    "X-CODE-1",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file; the header is row 1."""

    number: int
    cells: Sequence[str]


class Sheet(Protocol):
    """A file opened for reading: its header, then its rows, as often as asked; and the format it came in."""

    @property
    def format(self) -> str: ...

    @property
    def header(self) -> tuple[str, ...]: ...

    def __iter__(self) -> Iterator[Row]: ...


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with one cell: where, what (masked), by which rule, why, and who can put it right."""

    row: int
    field: str
    value_masked: str
    rule: str
    zh: str
    en: str
    fixed_by: str

    def as_dict(self) -> dict[str, Any]:
        """As it is kept and sent."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row after the check: typed values by column code (None where empty), or everything wrong with it."""

    number: int
    values: Values
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    cells: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code and names, and the check that turns its text into a value or raises Malformed."""

    code: str
    zh: str
    en: str
    check: Check
    required: bool = False
    mask: Callable[[str], str] = shown

    @property
    def words(self) -> tuple[str, ...]:
        """The words of which a cell holds one (or several), where there is such a list."""
        return tuple(getattr(self.check, "words", ()))

    @property
    def several(self) -> bool:
        """Whether a cell may hold several of its words, separated by 、."""
        return bool(getattr(self.check, "several", False))

    @property
    def width(self) -> int:
        """How many bytes its longest cell needs in a code page of two bytes a character; a guess where nobody said."""
        if self.words:
            return max(2 * len(word) for word in self.words) * (4 if self.several else 1)
        return 2 * int(getattr(self.check, "longest", 20))

    @property
    def says(self) -> tuple[str, str]:
        """What a cell holds, in both languages; nothing where the column's name says it all."""
        zh, en = getattr(self.check, "says", ("", ""))
        return zh, en


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns. `agree` sees a row's values together: it may complete them, and names what does not fit."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    unique: str | None = None
    fixed_by: str = "registrar"
    agree: Callable[[Values], Iterable[Remark]] | None = None
    doubt: Callable[[Values], Iterable[Remark]] | None = None
    by_code: Mapping[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {column.code: column for column in self.columns})

    def match(self, header: Sequence[str]) -> list[Column | None]:
        """The column of each cell of the header; None for columns that we added. Refuses a header that lies."""
        names = {name.upper(): column for column in self.columns for name in (column.code, column.zh)}
        matched: list[Column | None] = []
        unknown: list[str] = []
        for title in (text.strip(BLANKS).upper() for text in header):
            matched.append(names.get(title))
            if title not in names and title not in READ_OVER:
                unknown.append(title)
        self._require_each_once([column.code for column in matched if column])
        if unknown:
            raise ColumnsUnknown(columns="、".join(shown(title) or "(空)" for title in unknown[:10]))
        return matched

    def mask(self, code: str, value: object) -> str:
        """A value as the reasons show it."""
        column = self.by_code.get(code)
        if isinstance(value, tuple):
            value = "、".join(map(str, value))
        text = value.strftime("%Y%m%d") if isinstance(value, date) else str(value)
        return column.mask(text) if column and value is not None else ""

    def _require_each_once(self, codes: list[str]) -> None:
        doubled = [code for code in dict.fromkeys(codes) if codes.count(code) > 1]
        if doubled:
            raise ColumnsDoubled(columns=self._titles(doubled))
        missing = [column.code for column in self.columns if column.required and column.code not in codes]
        if missing:
            raise ColumnsMissing(columns=self._titles(missing))

    def _titles(self, codes: Iterable[str]) -> str:
        return "、".join(f"{self.by_code[code].zh}({code})" for code in codes)


def check_rows(table: Table, sheet: Sheet) -> Iterator[CheckedRow]:
    """Check every row of a file; a bad header refuses the file, a bad cell only its row."""
    check = _RowCheck(table, table.match(sheet.header))
    for row in sheet:
        yield check(row)


class _RowCheck:
    """A table's checks laid out once for the columns as a file has them: the loop over cells is the hot path."""

    def __init__(self, table: Table, matched: Sequence[Column | None]) -> None:
        self.table = table
        self.width = len(matched)
        self.plan = [(at, c.code, c.required, c.check) for at, c in enumerate(matched) if c]
        self.absent = {column.code: None for column in table.columns if column not in matched}
        self.seen: dict[Any, int] = {}

    def __call__(self, row: Row) -> CheckedRow:
        cells = row.cells
        if len(cells) != self.width:
            return CheckedRow(row.number, {}, (self._error(row.number, "", "", SHAPE),), (), cells)
        values: Values = dict(self.absent)
        wrong: list[tuple[str, str, Malformed]] = []
        for at, code, required, check in self.plan:
            text = cells[at].strip(BLANKS)
            if not text:
                values[code] = None
                if required:
                    wrong.append((code, "", MISSING))
            elif text[0] in FORMULA_STARTS and not PLAIN_NUMBER.fullmatch(text):
                wrong.append((code, text, FORMULA))
            else:
                try:
                    values[code] = check(text)
                except Malformed as malformed:
                    wrong.append((code, text, DIGITS_LOST if _SCIENTIFIC.fullmatch(text) else malformed))
        return self._judged(row, values, wrong)

    def _judged(self, row: Row, values: Values, wrong: list[tuple[str, str, Malformed]]) -> CheckedRow:
        number = row.number
        if self.table.agree:
            named = {code for code, _, _ in wrong}
            for code, why in self.table.agree(values):
                if code not in named:
                    text = self._text(row, code)
                    wrong.append((code, text, DIGITS_LOST if _SCIENTIFIC.fullmatch(text) else why))
        self._note_double(row, values, wrong)
        errors = tuple([self._error(number, *item) for item in wrong])
        if errors or not self.table.doubt:
            return CheckedRow(number, values, errors, (), row.cells)
        doubts = self.table.doubt(values)
        warnings = tuple([self._error(number, code, self._text(row, code), why) for code, why in doubts])
        return CheckedRow(number, values, (), warnings, row.cells)

    def _note_double(self, row: Row, values: Values, wrong: list[tuple[str, str, Malformed]]) -> None:
        key = values.get(self.table.unique) if self.table.unique else None
        if key is None or self.table.unique is None:
            return
        # a number takes half the room of its text, and a whole province's file is remembered here
        key = int(key) if key.isdecimal() and key[0] != "0" else key
        first = self.seen.setdefault(key, row.number)
        if first != row.number:
            title = self.table.by_code[self.table.unique].zh
            why = Malformed(f"{title}与第 {first} 行重复", f"the same as in row {first}", "X-FILE-14")
            wrong.append((self.table.unique, self._text(row, self.table.unique), why))

    def _text(self, row: Row, code: str) -> str:
        return next((row.cells[at].strip(BLANKS) for at, name, _, _ in self.plan if name == code), "")

    def _error(self, number: int, code: str, text: str, why: Malformed) -> RowError:
        column = self.table.by_code.get(code)
        masked = column.mask(text) if column else ""
        return RowError(number, code, masked, why.rule or "X-CODE-1", why.zh, why.en, self.table.fixed_by)
