"""Templates: empty for everybody who works, filled for the own school alone and only after the export is recorded."""

import io

import pytest

from shared.contracts.rpc.enrollment_templates import ExportRosterV1, ListRosterV1
from shared.intake.columns import check_rows
from shared.intake.files import read_sheet
from shared.intake.formats import CONTENT_TYPES, FORMATS
from shared.intake.tables import YEAR_RESULTS
from shared.rules.refused import NotFound

MINE = "school_code=4111010001&entry_year=2022&academic_year=2023"


class Enrollment:
    """Answers an export and gives its rows in two pages."""

    def __init__(self, services, rows):
        self.services, self.rows = services, rows

    def call(self, contract, request, **more):
        answer = self.services.call(contract, request, **more)
        if contract is ListRosterV1:
            half = len(self.rows) // 2
            page = self.rows[half:] if request["after"] else self.rows[:half]
            return {"rows": page, "next": None if request["after"] else page[-1]["exam_no"]}
        return answer


@pytest.fixture
def enrollment(app, services):
    from dataclasses import replace

    rows = [
        {"exam_no": f"2211010815{at:04d}", "name": name, "student_no": None, "major_name": "数学"}
        for at, name in enumerate(["王小明", "𠮷野", "=1+1", "古丽·艾尔肯"])
    ]
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=Enrollment(services, rows))
    return rows


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_empty_template_asks_no_service(client, services, signed_in, file_format):
    response = client.get(f"/api/v1/templates/year_results.{file_format}", headers=signed_in("registrar"))
    assert (response.status_code, response.content_type) == (200, CONTENT_TYPES[file_format])
    assert f"year_results.{file_format}" in response.headers["Content-Disposition"]
    assert services.asked == []


@pytest.mark.rule("A25-2")
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_filled_template_is_recorded_before_its_first_row_leaves(
    client, services, signed_in, enrollment, file_format
):
    """Given own students, when a template is filled with them, then the export is recorded first and marks each row."""
    response = client.get(f"/api/v1/templates/year_results.{file_format}?{MINE}", headers=signed_in("registrar"))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert [contract for contract, *_ in services.asked] == [ExportRosterV1, ListRosterV1, ListRosterV1]
    assert services.asked[0][1] | {"command_id": None} == {
        "command_id": None, "kind": "year_results", "school_code": "4111010001", "entry_year": 2022,
        "academic_year": 2023,
    }  # fmt: skip
    sheet = read_sheet(io.BytesIO(response.data), f"a.{file_format}")
    mark = ExportRosterV1.answer.example["id"]
    assert [row.cells[:2] for row in sheet] == [[mark, row["name"]] for row in enrollment]
    checked = list(check_rows(YEAR_RESULTS, sheet))
    assert [(row.values["KSH"], row.values["XN"]) for row in checked] == [(row["exam_no"], 2023) for row in enrollment]
    assert {error.field for row in checked for error in row.errors} == {"ZCJG"}  # the result is for the school to say


def test_titles_are_chinese_or_codes(client, signed_in):
    for titles, start in (("zh", "考生号,"), ("code", "KSH,")):
        response = client.get(f"/api/v1/templates/year_results.csv?titles={titles}", headers=signed_in("registrar"))
        assert response.data.decode("utf-8-sig").startswith(start)


def test_a_page_that_does_not_come_is_a_problem_and_no_half_file(client, services, signed_in):
    services.failure = NotFound(kind="roster_export")
    response = client.get(f"/api/v1/templates/year_results.csv?{MINE}", headers=signed_in("registrar"))
    assert (response.status_code, response.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("marbles.csv", 404),
        ("year_results.xls", 404),
        ("year_results.csv?titles=en", 422),
        ("year_results.csv?school_code=4111010001", 422),
        ("year_results.csv?entry_year=2022", 422),
        ("year_results.csv?school_code=x&entry_year=2022", 422),
        ("year_results.csv?is_admin=1", 422),
    ],
)
def test_what_is_no_template_is_refused(client, services, signed_in, asked, status):
    response = client.get(f"/api/v1/templates/{asked}", headers=signed_in("registrar"))
    assert response.status_code == status
    assert services.asked == []


def test_nobody_unknown_gets_a_template(client):
    assert client.get("/api/v1/templates/year_results.csv").status_code == 401
