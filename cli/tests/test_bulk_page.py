"""The page for registrars says what the tables say, for every kind of file."""

import re

import pytest

from cli.docs.bulk import bulk_page
from gateway.api.document import openapi_text
from services.enrollment.application.bulk.kinds import kinds
from shared.access.permissions import ACTIONS
from shared.intake.catalogue import tables
from shared.intake.columns import Table
from shared.intake.kind import FileKind, Traits
from shared.rules.rulebook import RULES

PAGE = bulk_page()


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_every_column_of_every_table_is_on_the_page(table: Table) -> None:
    section = PAGE.partition(f"### {table.zh} `{table.name}`\n")[2].partition("\n### ")[0].partition("<!--")[0]
    rows = re.findall(r"^\| (\w+) \| (\S+) \| (.+?) \| (✔?) ?\|", section, flags=re.MULTILINE)
    assert [(code, zh, bool(required)) for code, zh, _, required in rows if code != "code"] == [
        (column.code, column.zh, column.required) for column in table.columns
    ]
    for column in table.columns:
        assert all(word in section for word in column.words)


def test_every_kind_has_its_line_its_table_and_a_permission_that_somebody_has() -> None:
    for name, kind in kinds(None).items():  # type: ignore[arg-type]
        assert f"| `{name}` | {kind.table.zh}" in PAGE
        assert name in tables()
        assert Traits(kind).action in ACTIONS


def test_no_kind_is_taken_in_for_good_by_one_person_alone() -> None:
    """Each kind is taken back, or planned and committed by a second person, or says how its rows are put right."""
    for name, kind in kinds(None).items():  # type: ignore[arg-type]
        traits = Traits(kind)
        ways = [traits.undoable, traits.irreversible, bool(traits.put_right)]
        assert ways.count(True) == 1, name
        assert traits.undoable is (type(kind).compensate is not FileKind.compensate), name
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` | {kind.table.zh}"))
        assert ("can be taken back" in line, "by a second person" in line) == tuple(ways[:2]), name
        assert traits.put_right in line


def test_the_rules_and_routes_that_the_page_names_exist() -> None:
    assert set(re.findall(r"`(X-[A-Z]+-\d+)`", PAGE)) <= set(RULES)
    document = openapi_text()
    for path in re.findall(r"/api/v1(/[a-z]+[^` ?]*)", PAGE):
        shape = re.sub(r"<(\w+)>", r"{\1}", re.sub(r"<id>", "{batch_id}", path.split("/<kind>")[0]))
        assert shape in document, path
