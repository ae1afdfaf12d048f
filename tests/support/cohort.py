"""A cohort small enough for a test: some forty people of the examples, with what may go wrong with them."""

import csv
from collections.abc import Sequence
from pathlib import Path

from cli import examples
from cli.cohort import HEROINE_AT, REGISTRARS
from cli.examples import Admitted
from cli.portraits import portrait
from cli.story import Cohort, School
from shared.codes.certificate_numbers import make_certificate_number

SEATS = 13
ABSENT_EVERY = 10  # of those who are to be photographed
WRONG_ROWS = (20, 41, 140, 222, 402)  # of the examples' wrong rows, by their number there
ABANDONED, DEFERRED_ENTRY, FAILED_RECHECK = 7, 8, 9  # places in the first school's list
YEAR_DEFERRED = 5  # this place's year 2024 is deferred in every school and registered late
PASSED = ("注册学籍", "合格")
OUTCOMES = {
    ABANDONED: ("放弃入学资格", ""),
    DEFERRED_ENTRY: ("保留入学资格", ""),
    FAILED_RECHECK: ("注册学籍", "不合格"),
}
FIRST, SECOND, THIRD = examples.SCHOOLS

FORGOTTEN = examples.of_school(SECOND)[0]  # leaves too, but the file of certificates does not name this one


def small_cohort(folder: Path) -> Cohort:
    """Write the files of a small cohort into a folder and say who acts in it."""
    folder.mkdir(parents=True, exist_ok=True)
    heroine = people_of(FIRST)[HEROINE_AT]
    return Cohort(
        province=examples.PROVINCE,
        admissions=_write(folder / "admissions.csv", examples.ADMISSION_TITLES, _admissions()),
        schools=tuple(_school(school, folder) for school in examples.SCHOOLS),
        keys={operator_id: examples.demo_key(operator_id) for operator_id, *_ in examples.OPERATORS},
        heroine=person_of(heroine) | {"exam_no": heroine.exam_no},
        photo_of=portrait,
        absent_every=ABSENT_EVERY,
    )


def person_of(one: Admitted) -> dict[str, str]:
    """What somebody says about themselves when they open an account."""
    return {"id_type": one.person.id_type, "id_number": one.person.id_number, "name": one.person.name}


def people_of(school: examples.School) -> list[Admitted]:
    """Who was admitted to a school; the second one also someone whom the first has admitted."""
    twice = [examples.admitted()[-1]] if school is SECOND else []
    return examples.of_school(school)[:SEATS] + twice


def students_of(school: examples.School) -> list[Admitted]:
    """Who holds a status after the registration of freshmen."""
    people = people_of(school)[:SEATS]
    return [one for at, one in enumerate(people) if not (school is FIRST and at in OUTCOMES)]


def leavers_of(school: examples.School) -> list[Admitted]:
    """The students who leave after four years."""
    return [one for one in students_of(school) if one.major[2] == "4"]


def certified_of(school: examples.School) -> list[Admitted]:
    """Those of them who stand in the school's file of certificates: all but the second school's first."""
    return [one for one in leavers_of(school) if one is not FORGOTTEN]


def absentees() -> list[Admitted]:
    """Those who have not come to the photographer: capture codes are issued by examination number."""
    called = [one for school in examples.SCHOOLS for one in sorted(leavers_of(school), key=lambda each: each.exam_no)]
    return called[ABSENT_EVERY - 1 :: ABSENT_EVERY]


def certificate_number(school: examples.School, serial: int) -> str:
    """The number of a certificate of 2026."""
    return make_certificate_number(school.code, "普通高等教育", examples.ENTRY_YEAR + 4, "本科", serial)


def _admissions() -> list[examples.Row]:
    wrong = examples.wrong_rows()
    good = [one.row for school in examples.SCHOOLS for one in people_of(school)]
    return good + [wrong[number] for number in WRONG_ROWS]


def _school(school: examples.School, folder: Path) -> School:
    name = REGISTRARS[school.code]
    return School(
        code=school.code,
        name=school.name,
        registrar=f"{name}-registrar-1",
        checker=f"{name}-registrar-2",
        freshmen=_write(folder / f"freshmen-{name}.csv", examples.REGISTRATION_TITLES, _freshmen(school)),
        years={
            year: _write(folder / f"year-{year}-{name}.csv", examples.YEAR_TITLES, _year(school, year))
            for year in examples.YEARS
        },
        certificates=_write(folder / f"certificates-{name}.csv", examples.CERTIFICATE_TITLES, _certificates(school)),
        graduating=len(leavers_of(school)),
    )


def _freshmen(school: examples.School) -> list[examples.Row]:
    rows: list[examples.Row] = []
    for at, one in enumerate(people_of(school)):
        outcome = OUTCOMES.get(at, PASSED) if school is FIRST else PASSED
        rows.append((one.exam_no, *outcome, f"{examples.ENTRY_YEAR}{school.code[-3:]}{at + 1:04d}"))
    if school is FIRST:
        rows.append(("22110108999999", *PASSED, ""))  # in no list: A7-3
        rows.append((people_of(THIRD)[0].exam_no, *PASSED, ""))  # another school's: A4-1
    return rows


def _year(school: examples.School, year: int) -> list[examples.Row]:
    rows: list[examples.Row] = []
    for at, one in enumerate(students_of(school)):
        deferred = year == examples.YEARS[1] and at == YEAR_DEFERRED
        rows.append((one.exam_no, f"{year}-{year + 1}", "暂缓注册" if deferred else "注册学籍"))
    return rows


def _certificates(school: examples.School) -> list[examples.Row]:
    rows: list[examples.Row] = []
    for serial, one in enumerate(certified_of(school), 1):
        number = certificate_number(school, serial)
        rows.append((one.exam_no, f"{examples.ENTRY_YEAR + 4}0701", "毕业", number, school.president, "普通高等教育"))
    return rows


def _write(path: Path, titles: Sequence[str], rows: Sequence[examples.Row]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([titles, *rows])
    return path
