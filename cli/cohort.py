"""The demo's cohort: the committed files of examples/, and who acts in it."""

from pathlib import Path

from cli import examples
from cli.story import Cohort, School

FOLDER = Path(__file__).resolve().parents[1] / "examples"
REGISTRARS = {"4111010001": "pku", "4133010335": "zju", "4151010610": "scu"}
HEROINE_AT = 2  # her place in the first school's list: an ordinary life of four years


def demo_cohort(folder: Path = FOLDER) -> Cohort:
    """500 people at three schools, read from `folder`."""
    from cli.portraits import portrait  # Pillow is not in every image, and only the demo draws

    heroine = examples.of_school(examples.SCHOOLS[0])[HEROINE_AT]
    return Cohort(
        province=examples.PROVINCE,
        admissions=folder / f"admission-{examples.ENTRY_YEAR}.csv",
        schools=tuple(_school(school, folder) for school in examples.SCHOOLS),
        keys={operator_id: examples.demo_key(operator_id) for operator_id, *_ in examples.OPERATORS},
        heroine={
            "id_type": heroine.person.id_type,
            "id_number": heroine.person.id_number,
            "name": heroine.person.name,
            "exam_no": heroine.exam_no,
        },
        photo_of=portrait,
    )


def _school(school: examples.School, folder: Path) -> School:
    year = examples.ENTRY_YEAR
    return School(
        code=school.code,
        name=school.name,
        registrar=f"{REGISTRARS[school.code]}-registrar-1",
        checker=f"{REGISTRARS[school.code]}-registrar-2",
        freshmen=folder / f"registration-{year}-{school.code}.csv",
        years={each: folder / f"year-{each}-{school.code}.csv" for each in examples.YEARS},
        certificates=folder / f"certificates-{year + 4}-{school.code}.csv",
        graduating=sum(one.major[2] == "4" for _, one in examples.students(school)),
    )
