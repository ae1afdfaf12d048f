"""Finding a school without a script: the public list, and the choice where a name fits several (AC-15, AC-16)."""

from dataclasses import replace

import pytest

from gateway.sessions import HeldAssertions
from gateway.tests.test_pages import Page
from gateway.tests.test_sign_in_pages import Identity, contracts, form, post, stay
from shared.contracts.rpc.identity_people import BindRecordByNumberV1
from shared.contracts.rpc.identity_schools import FoundSchoolV1, ListSchoolsV1

FOUND = FoundSchoolV1.example
OTHER = {**FOUND, "code": "4111010001", "name": "北京大学", "former_names": [], "state": "open", "successor": None,
         "successor_name": None}  # fmt: skip
SOUGHT = {"step": "find", "kind": "qualification", "year": "1998", "number": "2200010001"}


@pytest.fixture
def registry(app, key_pair, clock):
    answering = Identity(key_pair[0], clock, "student")
    app.extensions["xueji"] = replace(app.extensions["xueji"], caller=answering, sessions=HeldAssertions())
    return answering


@pytest.fixture
def browser(app, registry):
    return stay(app.test_client())


@pytest.fixture
def fitting(monkeypatch):
    """Which schools fit from now on."""

    def these(*schools, more=None):
        monkeypatch.setattr(ListSchoolsV1.answer, "example", {"schools": list(schools), "next": more})

    return these


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_is_public_and_goes_on_page_by_page(app, registry, fitting, language):
    fitting(FOUND, more=20)
    answer = app.test_client().get(f"/{language}/schools?text=%E5%8C%BB")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert all(word in answer.text for word in (FOUND["name"], FOUND["code"], *FOUND["former_names"], "北京大学"))
    (more,) = [each for each in page.links if "from=20" in each]
    app.test_client().get(more)
    assert [asked["offset"] for contract, asked in registry.asked if contract is ListSchoolsV1] == [0, 20]
    fitting()
    assert app.test_client().get(f"/{language}/schools?text=none&from=x").status_code == 200


def test_a_name_that_fits_one_school_is_that_school(browser, registry, fitting):
    fitting(FOUND)
    answer = post(browser, "/zh/me/records", **form(browser, "/zh/me", **SOUGHT, school_code="北京医学院"))
    assert answer.status_code == 200
    (said,) = [asked for contract, asked in registry.asked if contract is BindRecordByNumberV1]
    assert said["school_code"] == FOUND["code"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_several_fit_one_is_chosen_and_nothing_that_was_typed_is_lost(browser, registry, fitting, language):
    fitting(FOUND, OTHER)
    path = f"/{language}/me/records"
    sent = form(browser, f"/{language}/me", **SOUGHT, school_code="北京")
    answer = post(browser, path, **sent)
    assert answer.status_code == 422
    page = Page(answer.text)
    radios = [each["value"] for tag, each in page.tags if tag == "input" and each.get("type") == "radio"]
    assert radios == [FOUND["code"], OTHER["code"]]
    kept = {each.get("name"): each.get("value") for tag, each in page.tags if tag == "input"}
    assert (kept["school_code"], kept["school_code_for"], kept["year"], kept["number"]) == (
        "北京", "北京", "1998", "2200010001",
    )  # fmt: skip
    assert BindRecordByNumberV1 not in contracts(registry)
    chosen = {"school_code_for": "北京", "school_code_code": OTHER["code"]}
    assert post(browser, path, **sent, **chosen).status_code == 200
    (said,) = [asked for contract, asked in registry.asked if contract is BindRecordByNumberV1]
    assert said["school_code"] == OTHER["code"]
    # another name is another question, whatever was chosen before
    assert post(browser, path, **{**sent, "school_code": "上海"}, **chosen).status_code == 422


def test_a_name_that_fits_none_is_said(browser, registry, fitting):
    fitting()
    answer = post(browser, "/en/me/records", **form(browser, "/en/me", **SOUGHT, school_code="nowhere"))
    assert answer.status_code == 422
    assert "No school was found" in answer.text
    assert BindRecordByNumberV1 not in contracts(registry)


def test_ten_digits_ask_nobody_which_school_is_meant(browser, registry):
    post(browser, "/zh/me/records", **form(browser, "/zh/me", **SOUGHT, school_code="4111010001"))
    assert ListSchoolsV1 not in contracts(registry)
