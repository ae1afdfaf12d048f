"""A spreadsheet as a spreadsheet program saves it: every text once, in the shared strings; written row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from typing import IO
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FRAME = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="1" sheetId="1" '
    'r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def write_book(stream: IO[bytes], titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One sheet with a header."""
    texts: dict[str, int] = {}
    names = [chr(65 + at) for at in range(len(titles))]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in _FRAME.items():
            book.writestr(name, content)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_row(1, titles, names, texts))
            sheet.writelines(_row(number, row, names, texts) for number, row in enumerate(rows, 2))
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as strings:
            strings.write(f'<sst xmlns="{_MAIN}">'.encode())
            strings.writelines(f"<si><t>{escape(text)}</t></si>".encode() for text in texts)
            strings.write(b"</sst>")


def _row(number: int, row: Sequence[str], names: Sequence[str], texts: dict[str, int]) -> bytes:
    cells = "".join(
        f'<c r="{name}{number}" t="s"><v>{texts.setdefault(text, len(texts))}</v></c>'
        for name, text in zip(names, row, strict=True)
        if text
    )
    return f'<row r="{number}">{cells}</row>'.encode()
