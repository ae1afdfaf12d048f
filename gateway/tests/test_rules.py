"""The rulebook at the front door: for programs and for people, without signing in, whatever stands still behind it."""

import re
from datetime import date

import pytest

from shared.bus.failures import ServiceMissing
from shared.contracts.rpc.enrollment_rules import ExplainedRuleV1, RuleListV1
from shared.rules.evidence import evidence_of
from shared.rules.rulebook import RULES, rules_in_force


def test_anyone_lists_every_rule_and_no_service_is_asked(client, services):
    services.failure = ServiceMissing("enrollment")
    response = client.get("/api/v1/rules")
    assert response.status_code == 200
    assert [rule["id"] for rule in response.get_json()["rules"]] == list(RULES)
    assert RuleListV1().load(response.get_json())
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert services.asked == []


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("article=12", lambda rule: rule.id.startswith("A12-")),
        ("owner=imaging", lambda rule: rule.owner == "imaging"),
        ("state=not_yet", lambda rule: rule.state == "not_yet"),
        ("on=2014-08-31", lambda rule: rule.id in rules_in_force(date(2014, 8, 31))),
        ("article=8&on=2014-08-31", lambda rule: rule.id == "A8-9"),
    ],
)
def test_a_list_is_narrowed(client, asked, chosen):
    found = client.get(f"/api/v1/rules?{asked}").get_json()["rules"]
    assert [rule["id"] for rule in found] == [rule.id for rule in RULES.values() if chosen(rule)]


@pytest.mark.parametrize("asked", ["article=29", "article=x", "owner=nobody", "state=half", "on=2014-13-01", "page=2"])
def test_a_question_that_does_not_fit_is_refused(client, asked):
    response = client.get(f"/api/v1/rules?{asked}")
    assert (response.status_code, response.content_type) == (422, "application/problem+json")


def test_every_rule_explains_itself_as_its_contract_says(client):
    for rule in RULES.values():
        answer = client.get(f"/api/v1/rules/{rule.id}").get_json()
        ExplainedRuleV1().load(answer)
        assert (answer["id"], answer["zh"], answer["en"]) == (rule.id, rule.zh, rule.en)
        assert [test["name"] for test in answer["tests"]] == [test.name for test in evidence_of(rule.id).tests]
        assert answer["refusals"] == list(evidence_of(rule.id).codes)


def test_a_rule_is_found_however_its_letters_are_written(client):
    assert client.get("/api/v1/rules/a8-9").get_json()["id"] == "A8-9"


def test_a_rule_that_is_not_there_is_a_problem_with_a_rule_that_is(client):
    problem = client.get("/api/v1/rules/A99-1").get_json()
    assert (problem["status"], problem["rule"], problem["field"]) == (404, "X-FOUND-1", "rule_id")
    assert client.get("/api/v1/rules/A8-9?is_admin=1").status_code == 422


def test_the_link_of_every_problem_leads_to_a_page_that_says_why(client):
    problem = client.get("/api/v1/me/records").get_json()
    path = problem["type"].removeprefix("https://xueji.example")
    assert path == "/rules/X-SIGN-1"
    for language, text in (("zh", RULES["X-SIGN-1"].zh), ("en", RULES["X-SIGN-1"].en)):
        response = client.get(path, headers={"Accept-Language": language}, follow_redirects=True)
        assert (response.status_code, response.request.path) == (200, f"/{language}/rules/X-SIGN-1")
        assert f'<p class="lead">{text}</p>' in response.get_data(as_text=True)


@pytest.mark.parametrize(("language", "state"), [("zh", "已实现"), ("en", "built")])
def test_a_page_shows_state_code_refusals_and_tests_in_words(client, language, state):
    text = client.get(f"/{language}/rules/A16-2").get_data(as_text=True)
    evidence = evidence_of("A16-2")
    assert f">{state}</span>" in text
    assert evidence.tests
    for shown in (*evidence.codes, *(place.name for place in evidence.code), *(test.words for test in evidence.tests)):
        assert shown in text


def test_a_page_says_from_when_a_rule_holds(client):
    assert "since 2014-09-01" in client.get("/en/rules/A18-1").get_data(as_text=True)
    assert re.search(r"In force</dt><dd>always", client.get("/en/rules/A8-9").get_data(as_text=True))


def test_the_page_of_all_rules_marks_what_is_not_built(client):
    text = client.get("/en/rules/").get_data(as_text=True)
    assert text.count(">not yet</span>") == sum(rule.state == "not_yet" for rule in RULES.values())
    assert f"{len(RULES)} rules" in text
