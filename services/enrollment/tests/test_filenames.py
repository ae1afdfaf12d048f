"""The name of a file is shown in lists: it holds nobody's number."""

from datetime import date

import pytest

from services.enrollment.application.batches import Batches
from services.enrollment.domain.rules.texts import FilenameNamesPerson, clean_filename
from services.enrollment.tests.offices import HERE, registrar
from tests.support.actors import asked, person


@pytest.mark.rule("A25-1")
@pytest.mark.parametrize(
    "name", ["11010519491231002X.csv", "2022级_11010519491231002x_复查.xlsx", "９11010519491231002X9.dbf"]
)
def test_a_file_is_not_named_after_a_person(name):
    """Given a file named by somebody's number, when it is handed in, then it has to be renamed."""
    with pytest.raises(FilenameNamesPerson):
        clean_filename(name)


@pytest.mark.parametrize(
    "name",
    ["year-2023.csv", "411101000120220901.csv", "20220901120000123456.xlsx", "学年注册.dbf"],
)
def test_days_codes_and_numbers_that_are_nobodys_may_stand_in_a_name(name):
    assert clean_filename(name) == name


@pytest.mark.servers
@pytest.mark.rule("A25-1")
def test_every_way_to_hand_a_file_in_looks_at_its_name(enrollment):
    """Given a file named by somebody's number, when it comes by any of the ways, then it is refused."""
    named = {"digest": "ab" * 32, "filename": "11010519491231002X.csv"}
    own = {"school_code": HERE, "entry_year": 2022}
    ways = [
        (
            enrollment.submit_admission_batch,
            person("province_admissions", "11"),
            {"province": "11", "entry_year": 2022},
        ),
        (enrollment.submit_freshman_results, registrar(), own),
        (enrollment.submit_year_results, registrar(), own | {"academic_year": 2023, "starts_on": date(2023, 9, 1)}),
    ]
    ways.append(
        (
            Batches(enrollment.store, enrollment.clock, enrollment.keyring).submit_file,
            registrar(),
            {
                "kind": "status_changes", "school_code": HERE, "province": None, "params": {"entry_year": "2022"},
                "plan_first": True,
            },
        )
    )  # fmt: skip
    for use_case, actor, more in ways:
        by = asked(actor, use_case.__name__)
        with pytest.raises(FilenameNamesPerson):
            use_case(command_id=by.command_id, by=by, **named, **more)
