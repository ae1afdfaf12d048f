"""Files of their own kind: old registers, templates, lists returned, plans that lapse, freshmen taken back (A25)."""

import csv
import io

import pytest

from cli import examples
from cli.client import Answer, until
from cli.examples import ADMISSION_TITLES
from cli.story import API
from shared.contracts.rpc.enrollment_templates import ROSTERS
from shared.intake.catalogue import tables
from shared.intake.formats import FORMATS
from tests.support.school_walk import FRESHMEN, PKU, ZJU, SchoolWalk, cast, csv_of, params, row_of
from tests.support.walk import refusal, refused_rows

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

WHO = cast({PKU: "plain studies leaves relisted misspelt"}, year=2027, first=84)
LISTED = [one for name, one in WHO.items() if name not in ("relisted", "misspelt")]
OF_2027 = params(entry_year="2027")
MANY = 10_500  # planning speaks every ten thousand rows
SOURCE = {"source": "北京学籍库2004"}


@pytest.fixture(scope="module")
def walk(schools: SchoolWalk) -> SchoolWalk:
    """The intake of 2027."""
    schools.on("2027-09-06")
    schools.admit(LISTED)
    return schools


def example(name: str) -> bytes:
    return dict(examples.files())[name]


# --- registers that existed before (A28-1) ---


def loaded(walk: SchoolWalk, kind: str, name: str, **said: str) -> Answer:
    """A file of an old register, planned by its province."""
    return walk.hand_in(
        "education-11", kind, example(name), plan_first=True, name=name, province="11", params=params(**SOURCE, **said)
    )


def test_an_old_register_is_told_by_a_province_and_stood_for_by_somebody_else(walk: SchoolWalk) -> None:
    assert refusal(
        walk,
        lambda: walk.hand_in(
            "education-33", "existing_statuses", b"KSH", plan_first=True, province="11", params=params(**SOURCE)
        ),
    )["status"] == 403  # fmt: skip
    planned = loaded(walk, "existing_statuses", "old-register-11.dbf")
    assert walk.plan_of("education-11", planned) == ("planned", 36, 0, 4)
    assert refusal(walk, lambda: walk.commit("education-11", planned))["rule"] == "A24-2"
    done = walk.commit("ministry", planned)
    assert (done["accepted"], done["refused"]) == (36, 4)
    assert refusal(walk, lambda: walk.undo("education-11", done, "误传文件"))["rule"] == "A13-4"
    asked = {"school_code": PKU, "entry_year": "2003", "exam_no": "0311010002"}
    old = walk.seen("pku-registrar-1", f"{API}/students", **asked)
    assert (old["state"], old["entry_date"]) == ("graduated", "2003-09-01")


def test_the_years_of_an_old_register_keep_their_old_days(walk: SchoolWalk) -> None:
    planned = loaded(walk, "existing_years", "old-years-2004-11.jsonl", entry_year="2003", academic_year="2004")
    state, good, _, refused = walk.plan_of("education-11", planned)
    assert (state, good + refused) == ("planned", 41)
    done = walk.commit("ministry", planned)
    assert (done["accepted"], done["refused"]) == (good, refused)
    asked = {"school_code": PKU, "entry_year": "2003", "exam_no": "0311010002"}
    old = walk.seen("pku-registrar-1", f"{API}/students", lambda found: found["years"], **asked)
    assert [(year["academic_year"], year["registered_on"]) for year in old["years"]] == [(2004, "2004-09-06")]


# --- lists ---


def test_a_returned_list_is_handed_in_again_with_what_was_wrong_put_right(walk: SchoolWalk) -> None:
    content = csv_of(ADMISSION_TITLES, [row_of(WHO["relisted"], 专业名称="哲学史")])
    listed = walk.hand_in("admissions-11", "admission_list", content, plan_first=False, province="11", params=OF_2027)
    path = f"{API}/admission-batches/{listed['batch_id']}"
    assert refusal(walk, lambda: walk.operator("ministry").post(f"{path}/recheck", {}))["rule"] == "A7-1"
    walk.operator("education-11").post(f"{path}/return", {"reason": "专业名称有误"})
    assert refusal(walk, lambda: walk.operator("ministry").post(f"{path}/release", {}))["status"] == 409
    walk.admit([WHO["relisted"]])
    walk.register(walk.operator("pku-registrar-1"), WHO["relisted"])
    assert walk.status_of(WHO["relisted"])["major_name"] == WHO["relisted"].major[1]


def test_plans_that_nobody_stands_for_lapse_after_a_day(walk: SchoolWalk) -> None:
    freshmen = csv_of(FRESHMEN, [(WHO["plain"].exam_no, "注册学籍", "合格", "")])
    school = walk.hand_in(
        "pku-registrar-1", "freshman_results", freshmen, plan_first=True, school_code=PKU, params=OF_2027
    )
    content = csv_of(ADMISSION_TITLES, [row_of(WHO["misspelt"], 院校名称="北京大學")])
    province = walk.hand_in("admissions-11", "admission_list", content, plan_first=True, province="11", params=OF_2027)
    walk.on("2027-09-08")
    for operator, batch in (("pku-registrar-1", school), ("admissions-11", province)):
        path = f"{API}/batches/{batch['batch_id']}"
        assert walk.seen(operator, path, lambda found: found["state"] == "lapsed")["accepted"] == 0
        assert refusal(walk, lambda o=operator, b=batch: walk.commit(o, b))["rule"] == "X-PLAN-2"
    nobody = {"school_code": PKU, "entry_year": "2027", "exam_no": WHO["plain"].exam_no}
    assert refusal(walk, lambda: walk.operator("pku-registrar-1").get(f"{API}/students", **nobody))["status"] == 404


def test_a_large_file_says_how_far_its_planning_is_and_names_every_wrong_row(walk: SchoolWalk) -> None:
    freshmen = [(f"27110199{number:06d}", "注册学籍", "合格", "") for number in range(MANY)]
    school = walk.hand_in(
        "pku-registrar-1", "freshman_results", csv_of(FRESHMEN, freshmen), plan_first=True, school_code=PKU,
        params=OF_2027,
    )  # fmt: skip
    persons = [row_of(WHO["misspelt"], 考生号=f"27110199{number:06d}", 层次="大学本科") for number in range(MANY)]
    province = walk.hand_in(
        "admissions-11", "admission_list", csv_of(ADMISSION_TITLES, persons), plan_first=True, province="11",
        params=OF_2027,
    )  # fmt: skip
    for operator, batch, kind in (
        ("pku-registrar-1", school, "Registration"),
        ("admissions-11", province, "Admission"),
    ):
        assert walk.plan_of(operator, batch) == ("planned", 0, 0, MANY)
        told = "SELECT count(*) FROM events WHERE topic = %s AND originator_id = %s"
        topic = f"enrollment.{kind}Batch.PlanAdvanced"
        assert walk.rows("enrollment", told, topic, batch["batch_id"]) == [(1,)]
        content = walk.operator(operator).fetch(f"{API}/batches/{batch['batch_id']}/errors")
        assert len(refused_rows(content)) == MANY


def test_freshmen_are_taken_back_as_far_as_nothing_followed(walk: SchoolWalk) -> None:
    rows = [(WHO[name].exam_no, "注册学籍", "合格", "") for name in ("plain", "studies")]
    rows.append((WHO["leaves"].exam_no, "放弃入学资格", "", ""))
    done = walk.hand_in(
        "pku-registrar-1", "freshman_results", csv_of(FRESHMEN, rows), plan_first=False, school_code=PKU, params=OF_2027
    )
    assert (done["accepted"], done["refused"]) == (3, 0)
    followed = walk.status_of(WHO["studies"])["status_id"]
    note = {"kind": "奖励", "text": "入学奖学金", "dated": "2027-09-08"}
    walk.operator("pku-registrar-1").post(f"{API}/students/{followed}/records", note)
    taken = walk.status_of(WHO["plain"])["status_id"]
    undone = walk.undo("pku-registrar-1", done, "误传上一稿")
    assert (undone["state"], undone["undone"], undone["kept"]) == ("undone", 2, 1)
    (row,) = refused_rows(walk.operator("pku-registrar-1").fetch(f"{API}/batches/{done['batch_id']}/errors"))
    assert "X-UNDO-1" in row["错误原因"]
    ended = "SELECT state FROM heard_records WHERE id = %s"
    assert until(lambda: walk.rows("identity", ended, taken) == [("withdrawn",)] or None, "its end elsewhere")
    again = walk.register(walk.operator("pku-registrar-1"), WHO["plain"])
    assert again["id"] != taken
    path = f"{API}/schools/{PKU}/intakes/2027/admissions/{WHO['leaves'].exam_no}"
    assert walk.seen("pku-registrar-1", path, lambda found: found["outcome"] == "listed")["released"] is True


def test_files_are_listed_for_their_school_and_its_province_only(walk: SchoolWalk) -> None:
    asked = {"school_code": PKU, "kind": "freshman_results"}
    page = walk.operator("pku-registrar-1").get(f"{API}/batches", limit="1", **asked)
    assert [batch["state"] for batch in page["batches"]] == ["undone"]
    onward = walk.operator("education-11").get(f"{API}/batches", limit="100", before=page["next"], **asked)
    assert {batch["kind"] for batch in onward["batches"]} == {"freshman_results"}
    assert page["batches"][0]["batch_id"] not in {batch["batch_id"] for batch in onward["batches"]}
    lapsed = walk.operator("pku-registrar-1").get(f"{API}/batches", state="lapsed", **asked)
    assert {batch["state"] for batch in lapsed["batches"]} == {"lapsed"}
    for stranger in ("zju-registrar-1", "education-51", "operator-1"):
        assert refusal(walk, lambda who=stranger: walk.operator(who).get(f"{API}/batches", **asked))["status"] == 403


# --- templates ---


def test_every_kind_of_file_has_a_template_in_every_format(walk: SchoolWalk) -> None:
    registrar = walk.operator("pku-registrar-1")
    for kind, table in tables().items():
        for file_format in FORMATS:
            content = registrar.fetch(f"{API}/templates/{kind}.{file_format}")
            assert content or file_format == "jsonl", (kind, file_format)
        header = registrar.fetch(f"{API}/templates/{kind}.csv").decode("utf-8-sig").splitlines()[0]
        assert table.columns[0].zh in header
    assert refusal(walk, lambda: registrar.fetch(f"{API}/templates/nothing.csv"))["status"] == 404


def test_a_template_begun_with_own_students_is_recorded_and_comes_back_filled_in(walk: SchoolWalk) -> None:
    asked = f"school_code={PKU}&entry_year=2027&academic_year=2027"
    registrar = walk.operator("pku-registrar-1")
    for kind in ROSTERS:
        for file_format in FORMATS:
            content = registrar.fetch(f"{API}/templates/{kind}.{file_format}?{asked}")
            assert content or file_format == "jsonl", (kind, file_format)  # without a title, nobody is an empty file
    stranger = walk.operator("zju-registrar-1")
    assert refusal(walk, lambda: stranger.fetch(f"{API}/templates/year_results.csv?{asked}"))["status"] == 403
    content = registrar.fetch(f"{API}/templates/recheck_results.csv?{asked}").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert {row["考生号"] for row in rows} >= {WHO["studies"].exam_no, WHO["relisted"].exam_no}
    exports = "SELECT count(*) FROM events WHERE topic = 'enrollment.RosterExport.RosterExported'"
    assert walk.rows("enrollment", exports) >= [(len(ROSTERS) * len(FORMATS) + 1,)]
    items = dict.fromkeys(("录取手续", "录取资格", "人证档相符", "身体状况", "专业水平"), "合格")
    filled = [{**row, **items, "复查日期": "20270908"} for row in rows]
    back = walk.hand_in(
        "pku-registrar-1", "recheck_results", csv_of(list(filled[0]), [list(row.values()) for row in filled]),
        plan_first=False, school_code=PKU, params=OF_2027,
    )  # fmt: skip
    assert (back["accepted"], back["refused"]) == (len(rows), 0)
    passed = walk.operator("pku-registrar-1").get(f"{API}/schools/{PKU}/intakes/2027/rechecks", wanted="passed")
    assert {one["exam_no"] for one in passed["students"]} == {row["考生号"] for row in rows}
    assert (
        refusal(walk, lambda: registrar.get(f"{API}/schools/{ZJU}/intakes/2027/rechecks", wanted="passed"))["status"]
        == 403
    )
