"""The mailbox of a demonstration, and the page on which an account is activated."""

import os
from dataclasses import replace

import pytest

from gateway.settings import GatewaySettings
from shared.contracts.rpc.identity import ProveContactCodeV1
from shared.rules.refused import NotFound

ACCOUNT = "01930f3a-0000-7000-8000-0000000000b1"
MAIL = "To: {to}\nChannel: mail\nDate: 2030-09-01T08:00:00+00:00\nMessage-Id: m\nSubject: 验证码\n\n{text}\n"


@pytest.fixture
def demo(app, tmp_path):
    """The application in the demo profile; what it held before is put back."""
    found = app.extensions["xueji"]
    app.extensions["xueji"] = replace(found, settings=replace(found.settings, mailbox_dir=tmp_path))
    yield app.test_client()
    app.extensions["xueji"] = found


def put(folder, name, at, **words):
    (folder / name).write_text(MAIL.format(**words), encoding="utf-8")
    os.utime(folder / name, (at, at))


@pytest.mark.parametrize(("language", "title"), [("zh", "演示邮箱"), ("en", "Mailbox of the demonstration")])
def test_the_mailbox_shows_the_newest_message_first_and_nothing_as_markup(demo, tmp_path, language, title):
    put(tmp_path, "a.txt", 1000, to="old@example.cn", text="Code: 111111")
    put(tmp_path, "b.txt", 2000, to="new@example.cn", text="<script>alert(1)</script>")
    put(tmp_path, ".arriving.txt", 3000, to="half@example.cn", text="")
    page = demo.get(f"/{language}/demo/mailbox").get_data(as_text=True)
    assert title in page
    assert page.index("new@example.cn") < page.index("old@example.cn")
    assert "half@example.cn" not in page
    assert "<script>alert" not in page
    assert {"zh": "2030年9月1日 16:00", "en": "1 September 2030, 16:00"}[language] in page


def test_an_empty_mailbox_says_so(demo):
    assert "还没有消息" in demo.get("/zh/demo/mailbox").get_data(as_text=True)
    assert demo.get("/demo/mailbox").status_code == 302


@pytest.mark.asvs("13.4.2")
@pytest.mark.parametrize("path", ["/demo/mailbox", "/zh/demo/mailbox", "/en/demo/mailbox"])
def test_outside_of_a_demonstration_there_is_no_mailbox(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("profile", ["production", "", "Demo"])
def test_a_folder_alone_does_not_make_a_demonstration(tmp_path, profile):
    key = tmp_path / "public.pem"
    key.write_text("-")
    environ = {
        "XUEJI_AMQP_URL": "",
        "XUEJI_BLOBS_DIR": "/b",
        "XUEJI_ASSERTION_PUBLIC_KEY_FILE": str(key),
        "XUEJI_MAILBOX_DIR": str(tmp_path),
        "XUEJI_PROFILE": profile,
    }
    assert GatewaySettings.from_environ(environ).mailbox_dir is None
    assert GatewaySettings.from_environ(environ | {"XUEJI_PROFILE": "demo"}).mailbox_dir == tmp_path


def test_an_account_is_activated_on_its_page(client, services):
    assert "activate.js" in client.get("/zh/activate").get_data(as_text=True)
    answer = client.post("/zh/activate", data={"account": ACCOUNT, "code": "204816"})
    assert answer.status_code == 200
    assert "账号已激活" in answer.get_data(as_text=True)
    ((contract, asked, *_),) = services.asked
    assert (contract, asked["account_id"], asked["code"]) == (ProveContactCodeV1, ACCOUNT, "204816")
    assert "assertion" not in answer.get_data(as_text=True)


def test_why_an_account_was_not_activated_is_said(client, services):
    services.failure = NotFound(kind="account")
    answer = client.post("/en/activate", data={"account": ACCOUNT, "code": "204816"})
    assert answer.status_code == 404
    assert "Not activated" in answer.get_data(as_text=True)


@pytest.mark.parametrize("form", [{}, {"account": "x", "code": "204816"}, {"account": ACCOUNT, "code": "20481"}])
def test_what_is_no_account_and_code_is_asked_of_nobody(client, services, form):
    assert client.post("/en/activate", data=form).status_code == 400
    assert services.asked == []
