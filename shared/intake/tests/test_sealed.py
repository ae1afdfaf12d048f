"""A list is read from a sealed file as from its own bytes, whatever its format; one that was changed is not read."""

import io
import json
from pathlib import Path

import pytest

from shared.blobs.chunks import CHUNK
from shared.blobs.keys import BlobKeys
from shared.blobs.port import BlobDamaged
from shared.blobs.sealed_files import SealedBlobs
from shared.intake.files import read_sheet
from shared.intake.tests import workbooks
from shared.intake.tests.dbf_files import made

COUNT = 6000  # several chunks, also of a workbook


def rows() -> list[tuple[str, str]]:
    return [(str(number), f"{number * 7919:030d}") for number in range(COUNT)]


def content_of(kind: str) -> bytes:
    if kind == "csv":
        return "\r\n".join(["NO,COLOUR", *(",".join(row) for row in rows())]).encode()
    if kind == "jsonl":
        return b"\n".join(json.dumps({"NO": no, "COLOUR": colour}).encode() for no, colour in rows())
    if kind == "dbf":
        records = [b" " + no.ljust(6).encode() + colour.ljust(30).encode() for no, colour in rows()]
        return made([(b"NO", b"C", 6), (b"COLOUR", b"C", 30)], records)
    cells = [
        workbooks.row(
            at, workbooks.text_cell(f"A{at}", no), workbooks.text_cell(f"B{at}", colour)
        )
        for at, (no, colour) in enumerate(rows(), 2)
    ]  # fmt: skip
    return workbooks.workbook(workbooks.HEADER + "".join(cells))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "dbf", "jsonl"])
def test_a_sealed_list_is_read_like_its_own_bytes(tmp_path: Path, kind: str) -> None:
    content, name = content_of(kind), f"list.{kind}"
    blobs = SealedBlobs(tmp_path, BlobKeys("k1", {"k1": b"w" * 32}, b"n" * 32))
    digest = blobs.put(io.BytesIO(content))
    plain = [tuple(row.cells) for row in read_sheet(io.BytesIO(content), name)]
    assert plain == rows()
    with blobs.open(digest) as stream:
        sheet = read_sheet(stream, name)
        assert [tuple(row.cells) for row in sheet] == plain
        assert [tuple(row.cells) for row in sheet] == plain, "as often as asked"
    (path,) = (each for each in blobs.root.rglob("*") if each.is_file())
    path.chmod(0o640)
    sealed = bytearray(path.read_bytes())
    sealed[min(len(sealed) // 2, 2 * CHUNK)] ^= 1
    path.write_bytes(bytes(sealed))
    with pytest.raises(BlobDamaged), blobs.open(digest) as stream:
        list(read_sheet(stream, name))
