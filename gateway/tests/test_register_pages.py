"""Opening an account by forms: shown as it will be kept, confirmed, proven; a taken document leads to a claim."""

import pytest

from gateway.tests.test_pages import Page
from shared.contracts.rpc.identity import OpenAccountV1, ProveContactCodeV1, SendContactCodeV1
from shared.contracts.rpc.identity_accounts import PreviewAccountV1, ResendActivationV1
from shared.rules.refused import Refused

PERSON = {"id_type": "1", "id_number": "11010519491231002X", "name": "张三", "channel": "mail", "contact": "a@b.cn"}
TAKEN = {"code": "DOCUMENT_TAKEN", "rule": "AC-1", "zh": "已注册", "en": "taken", "status": 409}


def hidden(page, step):
    """The hidden fields of the form that takes a step."""
    found, fields = {}, {}
    for tag, each in Page(page).tags:
        if tag == "form":
            fields = {}
        elif tag == "input" and each.get("type") == "hidden":
            fields[each["name"]] = each["value"]
            found[fields.get("step")] = fields
    return found[step]


def post(client, **fields):
    return client.post("/en/register", data=fields, headers={"Sec-Fetch-Site": "same-origin"})


@pytest.mark.rule("AC-3")
def test_an_account_is_opened_after_its_owner_saw_what_will_be_kept(client, services):
    """Given a person's data, when they are typed, then nothing is opened before they were shown and confirmed."""
    page = post(client, **hidden(client.get("/en/register").text, "preview"), **PERSON)
    assert [contract for contract, *_ in services.asked] == [PreviewAccountV1]
    assert "zhangsan@example.edu.cn" in page.text
    page = post(client, **hidden(page.text, "confirm"))
    assert [contract for contract, *_ in services.asked[1:]] == [OpenAccountV1, SendContactCodeV1]
    assert services.asked[1][1]["confirmation"]
    assert services.asked[1][1]["command_id"] != services.asked[2][1]["command_id"]
    again = post(client, **hidden(page.text, "resend"))
    assert services.asked[-1][0] is ResendActivationV1
    answer = post(client, **hidden(again.text, "prove"), code="204816")
    assert services.asked[-1][0] is ProveContactCodeV1
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/me")
    assert any(each.startswith("__Host-sid=") for each in answer.headers.getlist("Set-Cookie"))


def test_what_was_typed_can_be_changed(client):
    page = post(client, **hidden(client.get("/en/register").text, "preview"), **PERSON)
    page = post(client, **hidden(page.text, "change"))
    assert 'value="11010519491231002X"' in page.text
    assert post(client, **hidden(page.text, "preview"), **PERSON | {"contact": ""}).status_code == 422


@pytest.mark.rule("AC-9")
@pytest.mark.parametrize("code", ["DOCUMENT_TAKEN", "TAKEN"])
def test_a_taken_document_leads_to_the_two_claims(client, services, code):
    """Given a document with an account, when it is registered again, then both claims are one link away, also where no
    more is said than that document or contact is taken."""
    form = hidden(client.get("/en/register").text, "preview")
    services.failure = Refused.from_dict(TAKEN | {"code": code})
    page = post(client, **form, **PERSON)
    assert page.status_code == 409
    links = Page(page.text).links
    for kind in ("contested_document", "not_me"):
        link = f"/en/identity-claims/?kind={kind}"
        assert link in links
        assert f'value="{kind}" selected' in client.get(link).text


def test_no_form_from_elsewhere_opens_an_account(client, services):
    form = hidden(client.get("/en/register").text, "preview")
    assert client.post("/en/register", data=form | PERSON, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert services.asked == []
