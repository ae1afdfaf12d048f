"""The examples that the registry is measured by, as a school meets them: in its files, from the list to the year."""

from datetime import date

import pytest

from services.enrollment.domain.student_status import StudentStatus
from services.enrollment.tests.filing import REGULAR, Desk
from services.enrollment.tests.gates import admissions_office, citizen, row_of
from services.enrollment.tests.offices import ELSEWHERE, HERE, ministry, province, registrar
from shared.eventstore import facts
from shared.intake.tables import ADMISSION_LIST

pytestmark = pytest.mark.servers
ADULT = {"XLLB": "成人高等教育", "XXXS": "业余", "CC": "高起本"}
FRESHMAN = ("KSH", "RXJG", "FCJG", "XH")
OLD, NEW = "110105491231002", "11010519491231002X"  # one person's number, of 15 digits and of 18


@pytest.fixture
def desk(enrollment, tmp_path):
    return Desk(enrollment, tmp_path / "blobs")


def listed(desk, *people, year=2022):
    """A province's list as a file, reviewed and released: what was found wrong in it."""
    rows = [
        {code: cell(value) for code, value in row_of(number, **({"SFZH": citizen(number)} | values)).items()}
        for number, values in enumerate(people, start=1)
    ]
    header = tuple(rows[0])
    cells = [[row[code] for code in header] for row in rows]
    batch_id = desk.file("admission_list", header, cells, {"entry_year": str(year)}, admissions_office())
    desk.ask(desk.base.review_admission_batch, province(), batch_id=batch_id)
    desk.ask(desk.base.release_admission_batch, ministry(), batch_id=batch_id)
    return {
        number: [(error.field, error.rule) for error in errors] for number, errors in desk.reasons(batch_id).items()
    }


def cell(value):
    return value.strftime("%Y%m%d") if isinstance(value, date) else value or ""


def freshmen(desk, *exam_nos, actor=REGULAR, year=2022):
    """A school's freshmen, all of them registered, as a file: by which rules which of them were refused."""
    rows = [(exam_no, "注册学籍", "合格", f"{n:010d}") for n, exam_no in enumerate(exam_nos, start=1)]
    reasons = desk.reasons(desk.file("freshman_results", FRESHMAN, rows, {"entry_year": str(year)}, actor))
    return {exam_nos[number - 2]: [error.rule for error in errors] for number, errors in reasons.items()}


@pytest.mark.rule("A8-9", "X-CODE-2")
def test_a_number_of_15_and_one_of_18_digits_are_one_person(desk):
    """Given one person listed twice, by either number, when both rows are registered, then the second is blocked."""
    first, second = "22000000000001", "22000000000002"
    twice = [{"KSH": first, "SFZH": OLD}, {"KSH": second, "SFZH": NEW, "YXDM": ELSEWHERE}]
    assert listed(desk, *twice) == {}
    assert desk.admission(first).id_key == desk.admission(second).id_key
    assert freshmen(desk, first) == {}
    assert freshmen(desk, second, actor=registrar(ELSEWHERE)) == {second: ["A8-9"]}


@pytest.mark.rule("A8-9")
def test_one_person_listed_twice_is_registered_once_within_a_file_too(desk):
    """Given one person in two rows of a file, when the file is taken in, then the first stands and the second not."""
    numbers = ["22000000000001", "22000000000002"]
    listed(desk, *[{"KSH": exam_no, "SFZH": number} for exam_no, number in zip(numbers, (NEW, OLD), strict=True)])
    assert freshmen(desk, *numbers) == {numbers[1]: ["A8-9"]}
    assert len(desk.claims(desk.admission(numbers[0]).id_key)) == 1


@pytest.mark.rule("A8-9", "A8-11")
def test_full_time_at_one_school_bars_full_time_at_another_and_no_adult_study(desk):
    """Given A full-time at X since 2024, when Y's file registers A in 2025, then full-time is refused, adult not."""
    at_x, at_y, adult = "24000000000001", "25000000000001", "25000000000002"
    then = {"SFZH": NEW, "RXRQ": date(2025, 9, 1), "YJBYRQ": date(2029, 7, 1), "YXDM": ELSEWHERE}
    listed(desk, then | {"KSH": at_x, "YXDM": HERE, "RXRQ": date(2024, 9, 1)}, year=2024)
    listed(desk, then | {"KSH": at_y}, then | {"KSH": adult} | ADULT, year=2025)
    assert freshmen(desk, at_x, year=2024) == {}
    assert freshmen(desk, at_y, adult, actor=registrar(ELSEWHERE), year=2025) == {at_y: ["A8-9"]}


@pytest.mark.rule("A3-2", "X-CODE-2")
def test_a_list_takes_the_numbers_that_are_good_and_names_the_one_that_is_not(desk):
    """Given a list of known good numbers and a bad one, when it is taken in, then the bad one alone is named."""
    residents = [NEW, "440524188001010014", "34052419800101001X"]
    permits = ["810000199408230021", "820000199001010029", "830000199201150028"]
    people = [{"SFZH": number} for number in residents]
    people += [{"SFZH": number, "ZJLX": "港澳台居民居住证", "MZ": "其他"} for number in permits]
    people += [{"SFZH": "340524198001010011"}, {"SFZH": permits[0]}]  # a permit is no resident's card
    assert listed(desk, *people) == {8: [("SFZH", "X-CODE-2")], 9: [("SFZH", "X-CODE-2")]}
    good = [f"22{number:012d}" for number in range(1, 7)]
    assert freshmen(desk, *good) == {}
    kinds = [
        desk.base.keyring.open_person(basis.sealed_person, basis.id_key)["id_type"]
        for basis in map(desk.admission, good)
    ]
    assert kinds == ["1"] * 3 + ["C"] * 3


@pytest.mark.rule("A2-1")
def test_a_code_of_a_school_is_looked_at_before_anything_is_asked_of_the_school(desk):
    """Given two codes of schools, when a list names both, then the one whose sequence begins with 1 is refused."""
    assert listed(desk, {"YXDM": HERE}, {"YXDM": "4111110001"}) == {3: [("YXDM", "X-CODE-5")]}
    assert ADMISSION_LIST.by_code["YXDM"].check(HERE) == HERE


@pytest.mark.rule("A13-1", "A12-1")
@pytest.mark.parametrize(
    ("starts_on", "last_day"),
    [
        (date(2025, 9, 1), date(2025, 10, 1)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2025, 8, 31), date(2025, 9, 30)),
    ],
)
def test_a_year_is_in_time_on_the_last_day_of_its_month_and_late_on_the_next(desk, starts_on, last_day):
    """Given a school's first day, when a file is taken in on the month's last day and after, then one is late."""
    people = [f"22{number:012d}" for number in (1, 2)]
    listed(desk, *({} for _ in people))
    freshmen(desk, *people)
    desk.go_to(starts_on)
    declared = {"school_code": HERE, "academic_year": 2025, "starts_on": starts_on, "by_credits": None}
    desk.ask(desk.school_years.declare_school_year, registrar(), **declared)
    settled(desk, people)
    for exam_no, day in zip(people, (last_day, last_day.fromordinal(last_day.toordinal() + 1)), strict=True):
        desk.go_to(day)
        assert desk.reasons(year(desk, 2025, exam_no)) == {}
    said = [newest(desk, exam_no) for exam_no in people]
    assert [(fact.due_on, fact.late) for fact in said] == [(last_day, False), (last_day, True)]


def settled(desk, exam_nos):
    """The years before."""
    for each in (2023, 2024):
        declared = {"school_code": HERE, "academic_year": each, "starts_on": date(each, 9, 1), "by_credits": None}
        desk.ask(desk.school_years.declare_school_year, registrar(), **declared)
        assert desk.reasons(year(desk, each, *exam_nos)) == {}


def year(desk, academic_year, *exam_nos):
    rows = [(exam_no, f"{academic_year}-{academic_year + 1}", "注册学籍") for exam_no in exam_nos]
    params = {"entry_year": "2022", "academic_year": str(academic_year)}
    return desk.file("year_results", ("KSH", "XN", "ZCJG"), rows, params)


def newest(desk, exam_no):
    """The last fact of somebody's status."""
    key = f"2022|{exam_no}"
    admission_id = desk.base.owners("admission.exam_no", [key])[key]
    status_id = desk.base.owners("admission.outcome", [str(admission_id)])[str(admission_id)]
    *_, last = desk.base.recorder.select_events(status_id)
    assert last.originator_version == desk.base.get(StudentStatus, status_id).version
    return facts.decode(last.topic, status_id, last.originator_version, last.state)
