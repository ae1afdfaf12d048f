"""A workbook that was damaged anywhere is rows or one refusal, never a crash."""

import contextlib
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.intake.columns import check_rows
from shared.intake.files import read_sheet
from shared.intake.refusals import FileRefused
from shared.intake.tests.marbles import MARBLES
from shared.intake.tests.workbooks import HEADER, packed, parts, row, text_cell, workbook

WHOLE = workbook(
    HEADER
    + "".join(row(at, f'<c r="A{at}" s="1"><v>{at}</v></c>', f'<c r="B{at}" t="s"><v>0</v></c>') for at in range(2, 9)),
    strings=("<si><t>blue</t></si>",),
    styles="<cellXfs><xf/><xf numFmtId='14'/></cellXfs>",
)
PARTS = parts(
    HEADER + row(2, '<c r="A2" s="0"><v>45901.5</v></c>', text_cell("B2", "x")), strings=("<si><t>b</t></si>",)
)


def read(content: bytes) -> None:
    with contextlib.suppress(FileRefused):
        list(check_rows(MARBLES, read_sheet(io.BytesIO(content), "a.xlsx")))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.integers(0, 3))
def test_a_workbook_with_a_changed_byte_is_read_or_refused_by_name(at: int, byte: int, removed: int) -> None:
    read(WHOLE[:at] + bytes([byte]) + WHOLE[at + removed :])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.data())
def test_a_workbook_with_a_changed_part_is_read_or_refused_by_name(name: str, data: st.DataObject) -> None:
    part = PARTS[name]
    at = data.draw(st.integers(0, len(part)))
    put = data.draw(
        st.sampled_from(["", "<", ">", '"', "&", "9" * 12, "-1", "<f/>", "<v>", "</c>", "x:", "1e999", "nan"])
    )
    cut = data.draw(st.integers(0, 6))
    read(packed(PARTS | {name: part[:at] + put + part[at + cut :]}))
