"""Who does not graduate in time at a school that teaches by credits and has not said when its year began (A12, A13)."""

import pytest

from cli.client import Answer
from cli.story import API
from tests.support.school_walk import YEARS, ZJU, SchoolWalk, cast, change, csv_of, params, row_of
from tests.support.walk import refusal, refused_rows

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

WHO = cast({ZJU: "lingers slower"}, year=2025, first=108)
CHANGES = ("考生号", "学籍变动", "决定文号", "决定日期", "生效日期", "预计毕业日期")
TODAY = "2026-12-12"
OF_2025 = params(entry_year="2025")
YEAR = params(entry_year="2025", academic_year="2026")
REGISTRAR = "zju-registrar-1"


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    """People who were expected to graduate in July 2026, and it is December."""
    schools.on(TODAY)
    schools.admit(WHO.values(), row=lambda one: row_of(one, 预计毕业日期="20260701"))
    schools.enrol(WHO.values())
    return schools


def test_a_school_that_does_not_say_when_its_year_began_is_told_of(walk: SchoolWalk) -> None:
    def is_told(found: Answer) -> bool:
        return any(each["academic_year"] == 2026 and each["found_on"] for each in found["schools"])

    asked = {"province": "33", "academic_year": "2026"}
    walk.on("2026-12-13")  # whose students came today is looked at tomorrow
    shown = walk.seen("education-33", f"{API}/overdue-schools", is_told, **asked)["schools"]
    (late,) = (each for each in shown if each["school_code"] == ZJU)
    assert (late["state"], late["due_on"], late["starts_on"]) == ("undeclared", "2026-10-01", None)
    assert late["missing"] > 0
    told = """
        SELECT number FROM public_log WHERE type = 'annual_registration_overdue.v1' AND subject = %s
        AND convert_from(body, 'UTF8') LIKE '%%"declared":false%%'
    """
    assert walk.heard("enrollment", told, ZJU)


def test_a_year_that_has_begun_is_put_off_once_and_for_a_reason(walk: SchoolWalk) -> None:
    registrar, path = walk.operator(REGISTRAR), f"{API}/schools/{ZJU}/years"
    registrar.post(path, {"academic_year": 2026, "starts_on": "2026-12-01", "by_credits": True})
    later = {"academic_year": 2026, "starts_on": "2026-12-07"}
    assert refusal(walk, lambda: registrar.post(path, later))["field"] == "reason"
    registrar.post(path, later | {"reason": "台风"})
    again = refusal(walk, lambda: registrar.post(path, later | {"starts_on": "2026-12-14", "reason": "台风"}))
    assert again["rule"] == "A13-1"
    shown = walk.seen("education-33", f"{API}/schools/{ZJU}", lambda found: found["years"][0]["put_off"])
    assert (shown["years"][0]["academic_year"], shown["years"][0]["put_off"]) == (2026, "台风")


def test_who_did_not_graduate_in_time_is_listed_extended_and_registered(walk: SchoolWalk) -> None:
    path = f"{API}/schools/{ZJU}/years/2026/missing"
    missing = walk.seen(REGISTRAR, path, lambda found: found["past_graduation"] >= len(WHO), limit="200")
    late = {each["exam_no"] for each in missing["students"] if each["past_graduation"]}
    assert late >= {one.exam_no for one in WHO.values()}
    rows = [(one.exam_no, "2026", "注册学籍") for one in WHO.values()]
    filed = {"plan_first": False, "school_code": ZJU}
    early = walk.hand_in(REGISTRAR, "year_results", csv_of(YEARS, rows), params=YEAR, **filed)
    assert (early["accepted"], early["refused"]) == (0, 2)
    reasons = refused_rows(walk.operator(REGISTRAR).fetch(f"{API}/batches/{early['batch_id']}/errors"))
    assert all("A12-9" in row["错误原因"] and "延长学习年限" in row["错误原因"] for row in reasons)

    decided = ("延长学习年限", "浙大学〔2026〕9号", TODAY.replace("-", ""), TODAY.replace("-", ""))
    changes = [(WHO["lingers"].exam_no, *decided, "20270701"), (WHO["slower"].exam_no, *decided, "")]
    done = walk.hand_in(REGISTRAR, "status_changes", csv_of(CHANGES, changes), params=OF_2025, **filed)
    assert (done["accepted"], done["refused"]) == (1, 1)
    status = f"{API}/students/{walk.status_of(WHO['slower'])['status_id']}"
    said = change("延长学习年限", TODAY, expected_graduation_date="2027-07-01")
    walk.operator(REGISTRAR).post(f"{status}/changes", said)
    for one in WHO.values():
        shown = walk.status_of(one, when=lambda found: found["expected_graduation_date"] == "2027-07-01")
        heard = "SELECT expected_graduation_date::text FROM status_sheet WHERE status_id = %s"
        assert walk.heard("verification", heard, shown["status_id"])

    again = walk.hand_in(REGISTRAR, "year_results", csv_of(YEARS, rows), params=YEAR, **filed)
    assert (again["accepted"], again["refused"]) == (2, 0)
    year = walk.status_of(WHO["lingers"], when=lambda found: found["years"])["years"][-1]
    assert (year["academic_year"], year["changes"]) == (2026, [])
