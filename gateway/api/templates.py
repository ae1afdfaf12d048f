"""Files to fill in: empty, or begun with a school's own students; each of those is recorded before a row leaves."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, validates_schema

from gateway.api.downloads import attached, describe
from gateway.platform import platform
from shared.contracts import shapes
from shared.contracts.rpc.enrollment_templates import ROSTERS, ExportRosterV1, ListRosterV1
from shared.intake.catalogue import tables
from shared.intake.formats import CONTENT_TYPES, FORMATS
from shared.intake.templates import CHINESE, TITLES, Cells, Template
from shared.intake.writers import Writer
from shared.rules.refused import NotFound

_PATH: Final = "/templates/<kind>.<file_format>"
_FILES: Final = tuple(CONTENT_TYPES.values())


class TemplateQuerySchema(Schema):
    """Whose students the file begins with; without a school it is empty."""

    class Meta:
        unknown = RAISE

    school_code = shapes.school_code(required=False)
    entry_year = shapes.academic_year(required=False)
    academic_year = shapes.academic_year(required=False, metadata={"description": "2023 is 2023-2024"})
    titles = shapes.one_of(TITLES, required=False, load_default=CHINESE)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in ("entry_year", "academic_year"):
            self.fields[name].strict = False  # type: ignore[attr-defined] # a query writes numbers as text

    @validates_schema
    def a_roster_has_its_year(self, asked: dict[str, Any], **_: Any) -> None:
        """Own students are those of one school and one year of entry."""
        if ("school_code" in asked) != ("entry_year" in asked):
            raise ValidationError("school_code and entry_year go together", "entry_year")


def add_templates(api: Blueprint) -> None:
    """The route of the templates."""
    view = api.arguments(TemplateQuerySchema, location="query")(template)
    describe(api, _PATH, "download_template", "enrollment", _FILES, view)


def template(asked: dict[str, Any], kind: str, file_format: str) -> Response:
    """The columns of a kind of file as CSV, XLSX, DBF or JSON lines; with a school, begun with its own students.

    An export of own students is recorded with its purpose, and every row carries its number (导出编号); the column is
    read over when the file comes back. Names are whole: they leave to the own school.
    """
    table = tables().get(kind)
    if table is None or file_format not in FORMATS:
        raise NotFound(kind="template")
    wanted = Template(table, file_format, asked.pop("titles"))
    if "school_code" not in asked or kind not in ROSTERS:
        return _filled(wanted.write(), wanted, wanted.filename)
    export = platform().ask(ExportRosterV1, {"command_id": uuid4(), "kind": kind, **asked})
    writer = wanted.write(_rows(export["id"], asked), mark=export["id"], purpose=export["purpose"])
    return _filled(writer, wanted, f"{export['id']}-{wanted.filename}")


def _filled(writer: Writer, wanted: Template, filename: str) -> Response:
    response = attached(writer.content(), CONTENT_TYPES[wanted.format], filename)
    response.call_on_close(writer.close)  # until then it holds the content
    response.headers["Cache-Control"] = "no-store"
    return response


def _rows(export_id: str, asked: dict[str, Any]) -> Iterator[Cells]:
    """The students page by page; a page that does not come ends the request, not the file in the middle."""
    year = asked.get("academic_year")
    after: str | None = ""
    while after is not None:
        page = platform().ask(ListRosterV1, {"export_id": export_id, "after": after})
        for row in page["rows"]:
            yield {
                "KSH": row["exam_no"],
                "XN": f"{year}-{year + 1}" if year else "",
                "REF_XM": row["name"],
                "REF_XH": row["student_no"] or "",
                "REF_ZYMC": row["major_name"],
            }
        after = page["next"]
