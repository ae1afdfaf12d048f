"""A report shows the fields of its kind and no others."""

from datetime import date

import pytest

from services.verification.domain.particulars import FIELDS, particulars, student_state

PERSON = {"name": "阿卜杜热依木·麦麦提", "id_number": "650105200109170011", "sex": "男", "birth_date": "2001-09-17",
          "ethnicity": "维吾尔族"}  # fmt: skip
RECORD = {
    "school_name": "新疆大学", "level": "本科", "major_name": "哲学", "duration": "4", "category": "普通高等教育",
    "study_form": "普通全日制", "entry_date": date(2019, 9, 1), "expected_graduation_date": date(2023, 6, 30),
    "graduation_date": date(2023, 6, 30), "conclusion": "毕业", "president_name": "某校长",
    "number": "107551202305000001",
}  # fmt: skip


@pytest.mark.asvs("14.2.6")
@pytest.mark.parametrize("kind", ["status", "qualification"])
def test_the_number_of_the_document_is_never_shown(kind):
    lines = particulars(kind, RECORD, PERSON)
    assert tuple(line.code for line in lines) == FIELDS[kind]
    assert not any(PERSON["id_number"] in line.zh + line.en for line in lines)


def test_a_qualification_report_does_not_tell_the_ethnic_group_nor_a_status_report_the_number():
    assert "ethnicity" not in FIELDS["qualification"]
    assert "number" not in FIELDS["status"]


def test_words_and_days_are_said_in_both_languages_and_names_are_left_alone():
    lines = {line.code: (line.zh, line.en) for line in particulars("status", RECORD, PERSON)}
    assert lines["birth_date"] == ("2001 年 9 月 17 日", "17 September 2001")
    assert lines["ethnicity"] == ("维吾尔族", "Uygur")
    assert lines["duration"] == ("4 年", "4 years")
    assert lines["school_name"] == ("新疆大学", "新疆大学")


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ({}, "在籍（注册学籍）"),
        ({"last_result": "registered"}, "在籍（注册学籍）"),
        ({"last_result": "deferred"}, "在籍（暂缓注册）"),
        ({"last_result": "deferred", "conclusion": "毕业"}, "不在籍（毕业）"),
        ({"conclusion": "结业"}, "不在籍（结业）"),
    ],
)
def test_the_state_of_a_student_follows_from_the_last_year_and_the_award(record, state):
    assert student_state(record) == state


def test_what_is_not_known_is_a_dash():
    lines = {line.code: line.zh for line in particulars("status", RECORD, {**PERSON, "ethnicity": ""})}
    assert lines["ethnicity"] == "—"
