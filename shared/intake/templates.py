"""Files to fill in: the columns of a table, empty or begun with the rows of a school's own students."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.intake.columns import REFERENCE_COLUMNS, Column, Table
from shared.intake.formats import DBF, XLSX
from shared.intake.writers import Writer, write_as

CODES: Final = "code"
CHINESE: Final = "zh"
TITLES: Final = (CHINESE, CODES)
MARK: Final = "DCBH"
"""The column that holds the number of the export in every row: whoever finds a copy knows whose it was (A25-2)."""

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """What file is wanted: of which table, in which format, with titles in Chinese or by code."""

    table: Table
    format: str
    titles: str = CHINESE

    def write(self, rows: Iterable[Cells] = (), *, mark: str = "", purpose: str = "") -> Writer:
        """The file with these rows (cells by code of column); what has no cell is left for whoever fills it in."""
        references = tuple(REFERENCE_COLUMNS) if mark else ()
        codes = (*references, *(column.code for column in self.table.columns))
        writer = self._begun(codes, mark, purpose)
        for row in rows:
            cells = {**row, MARK: mark}
            writer.write([cells.get(code, "") for code in codes])
        return writer

    @property
    def filename(self) -> str:
        return f"{self.table.name}.{self.format}"

    def _begun(self, codes: tuple[str, ...], mark: str, purpose: str) -> Writer:
        titles = tuple(self._title(code) for code in codes)
        if self.format == DBF:
            known = self.table.by_code
            return write_as(DBF, titles, widths=[known[code].width if code in known else 1 for code in codes])
        if self.format != XLSX:
            return write_as(self.format, titles)
        offered = [column for column in self.table.columns if column.words and not column.several]
        words = {self._title(column.code): column.words for column in offered}
        notes = self._notes(mark, purpose)
        return write_as(XLSX, titles, name=self.table.zh, words=words, notes=notes, mark=mark)

    def _title(self, code: str) -> str:
        # a name in a DBF has ten bytes, too few for Chinese ones
        if self.titles == CODES or self.format == DBF:
            return code
        return self.table.by_code[code].zh if code in self.table.by_code else REFERENCE_COLUMNS[code]

    def _notes(self, mark: str, purpose: str) -> list[tuple[str, ...]]:
        marked = [("导出编号 export", mark), ("用途 purpose", purpose)] if mark else []
        columns = [
            (column.code, column.zh, column.en, "必填 required" if column.required else "", accepted(column))
            for column in self.table.columns
        ]
        return [
            (self.table.zh, self.table.en),
            *marked,
            ("代码 code", "列 column", "meaning", "", "内容 content"),
            *columns,
        ]


def accepted(column: Column) -> str:
    """What a column's cells may hold, in both languages: its words, or how they are written."""
    if column.words:
        listed = "、".join(column.words)
        return f"{listed}(可多个 several)" if column.several else listed
    zh, en = column.says
    return f"{zh} / {en}" if zh else ""
