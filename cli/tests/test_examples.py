"""The examples are what their README says, and photos what the standard says."""

import io
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from cli.examples import SCHOOLS, admitted, certificate_rows, files, registration_rows, students, wrong_rows, year_rows
from cli.portraits import BACKGROUND, portrait
from services.identity.adapters.operators_file import OperatorsFile
from shared.intake.columns import CheckedRow, check_rows
from shared.intake.files import read_sheet
from shared.intake.tables import ADMISSION_LIST, CERTIFICATES, FRESHMAN_RESULTS, YEAR_RESULTS
from shared.intake.tables_existing import EXISTING_STATUSES, EXISTING_YEARS

FOLDER = Path(__file__).parents[2] / "examples"
LISTS = ("admission-2022.csv", "admission-2022.gb18030.csv", "admission-2022.xlsx")
# the service finds the wrong entry year; a file alone cannot
FOUND_LATER = {451}


def checked(name: str) -> list[CheckedRow]:
    tables = {"admission": ADMISSION_LIST, "registration": FRESHMAN_RESULTS, "year": YEAR_RESULTS}
    if name.startswith("old-"):
        tables["old"] = EXISTING_YEARS if name.startswith("old-years") else EXISTING_STATUSES
    table = tables.get(name.split("-")[0], CERTIFICATES)
    with (FOLDER / name).open("rb") as stream:
        return list(check_rows(table, read_sheet(stream, name)))


def test_the_committed_files_are_those_that_are_generated() -> None:
    for name, content in files():
        committed = (FOLDER / name).read_bytes()
        if name.endswith(".xlsx"):  # another version of the writer may order its parts otherwise
            continue
        assert sha256(committed).hexdigest() == sha256(content).hexdigest(), name


@pytest.mark.parametrize("name", LISTS)
def test_exactly_the_rows_that_are_wrong_on_purpose_are_refused(name: str) -> None:
    rows = checked(name)
    assert len(rows) == 500
    assert {row.number for row in rows if row.errors} == set(wrong_rows()) - FOUND_LATER
    assert [row.number for row in rows if row.warnings] == []


def test_the_three_lists_say_the_same() -> None:
    first, *others = [[row.values for row in checked(name) if not row.errors] for name in LISTS]
    assert all(other == first for other in others)


def test_rare_characters_and_dots_are_in_the_list() -> None:
    names = [one.person.name for one in admitted()]
    assert any(ord(character) > 0x1FFFF for name in names for character in name)
    assert any("·" in name for name in names)
    assert sum(one.person.id_type == "C" for one in admitted()) > 3


def test_every_other_file_has_only_good_cells() -> None:
    for path in FOLDER.glob("*.csv"):
        if not path.name.startswith("admission"):
            assert [row.errors for row in checked(path.name) if row.errors] == [], path.name


def test_a_year_says_the_same_in_every_format() -> None:
    first, *others = [
        [row.values for row in checked(f"year-2023-4111010001.{each}")] for each in ("csv", "dbf", "jsonl")
    ]
    assert all(other == first for other in others)


def test_the_old_register_has_the_errors_that_it_is_said_to_have() -> None:
    statuses, years = checked("old-register-11.dbf"), checked("old-years-2004-11.jsonl")
    assert (len(statuses), len(years)) == (40, 41)
    found = {row.number: [error.rule for error in row.errors] for row in statuses if row.errors}
    assert found == {9: ["X-CODE-3"], 18: ["X-LOAD-1"], 25: ["X-LOAD-2"]}
    assert [row.errors for row in years if row.errors] == []
    assert {row.values["KSH"] for row in years} - {row.values["KSH"] for row in statuses} == {"0311019999"}


def test_who_holds_a_status_is_registered_each_year_and_leaves_with_a_certificate() -> None:
    for school in SCHOOLS:
        held = {one.exam_no for _, one in students(school)}
        assert len(registration_rows(school)) >= len(held)
        assert all({row[0] for row in year_rows(school, year)} == held for year in (2023, 2024, 2025))
        leaving = {one.exam_no for _, one in students(school) if one.major[2] == "4"}
        assert {row[0] for row in certificate_rows(school)} == leaving


def test_operators_sign_in_with_their_demo_keys() -> None:
    operators = OperatorsFile(FOLDER / "operators.demo.toml")
    found = operators.find("scu-registrar-2", "demo-only-scu-registrar-2")
    assert found is not None
    assert found.org == "4151010610"
    assert operators.find("scu-registrar-2", "demo-only-scu-registrar-1") is None


def test_a_portrait_is_a_file_of_the_standard_and_always_the_same() -> None:
    for one in admitted()[::37]:
        content = portrait(one.exam_no)
        assert content == portrait(one.exam_no)
        assert 20_000 <= len(content) <= 40_000
        with Image.open(io.BytesIO(content)) as image:
            assert (image.format, image.size, image.mode) == ("JPEG", (480, 640), "RGB")
            assert [round(float(each)) for each in image.info["dpi"]] == [300, 300]
            corner = image.getpixel((5, 5))
        assert isinstance(corner, tuple)
        assert all(abs(seen - meant) <= 2 for seen, meant in zip(corner, BACKGROUND, strict=True))
    assert portrait(admitted()[0].exam_no) != portrait(admitted()[1].exam_no)
