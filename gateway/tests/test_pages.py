"""The public pages: both languages, no JavaScript needed, nothing foreign loaded."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gateway.clients import client_address
from gateway.portal.words import words
from gateway.settings import GatewaySettings, ip_network
from gateway.tests.conftest import VALID_CODE
from shared.rules.rulebook import RULES

PATHS = ("", "verify", "activate", "rules/", "rules/A7-3", "rules/X-CMD-1", "api")
EACH_PAGE = pytest.mark.parametrize("path", [f"/{language}/{path}" for language in ("zh", "en") for path in PATHS])


class Page(HTMLParser):
    """What a page loads, links to and is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.loads, self.ids = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        for name in ("src", "action") + (("href",) if tag == "link" else ()):
            if name in attributes:
                self.loads.append(attributes[name])


@EACH_PAGE
def test_each_page_is_whole_in_its_language(client, path):
    response = client.get(path)
    assert response.status_code == 200
    page = Page(response.get_data(as_text=True))
    assert ("html", {"lang": "zh-CN" if path.startswith("/zh") else "en"}) in page.tags
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert len(page.ids) == len(set(page.ids))
    assert all(each.startswith("/") for each in page.loads)
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.tags for name in attributes)
    for tag, attributes in page.tags:
        assert tag != "img" or "alt" in attributes


@EACH_PAGE
def test_each_link_leads_somewhere(client, path):
    for link in set(Page(client.get(path).get_data(as_text=True)).links):
        if link.startswith("/"):
            assert client.get(link).status_code == 200, link


@EACH_PAGE
def test_each_page_leads_to_itself_in_the_other_language(client, path):
    other = path.replace("/zh/", "/en/") if path.startswith("/zh") else path.replace("/en/", "/zh/")
    assert other in Page(client.get(path).get_data(as_text=True)).links


def test_the_reader_s_language_is_chosen_once(client):
    for accepted, language in (("en-GB,en;q=0.9", "en"), ("zh-CN", "zh"), ("fr", "zh"), ("", "zh")):
        response = client.get("/", headers={"Accept-Language": accepted})
        assert (response.status_code, response.headers["Location"]) == (302, f"/{language}/")
    assert client.get("/rules/A7-3", headers={"Accept-Language": "en"}).headers["Location"] == "/en/rules/A7-3"
    assert client.get("/verify", headers={"Accept-Language": "en"}).headers["Location"] == "/en/verify"


def test_a_stranger_verifies_with_a_form_alone(client, verification):
    page = Page(client.get("/zh/verify").get_data(as_text=True))
    assert ("form", {"class": "code", "method": "post", "action": "/zh/verify", "novalidate": None}) in page.tags
    response = client.post("/zh/verify", data={"code": f" {VALID_CODE} "})
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "有效" in text
    assert "本科" in text
    assert verification.seen[0][1]["code"] == VALID_CODE
    assert "Undergraduate" in client.post("/en/verify", data={"code": VALID_CODE}).get_data(as_text=True)


@pytest.mark.asvs("1.2.1")
def test_what_a_record_holds_is_text_and_never_markup(client):
    text = client.post("/zh/verify", data={"code": VALID_CODE}).get_data(as_text=True)
    assert "&lt;b&gt;张三" in text
    assert "<b>张三" not in text


@pytest.mark.asvs("14.2.1")
def test_a_code_never_stands_in_an_address_or_on_the_page(client):
    response = client.post("/zh/verify", data={"code": VALID_CODE})
    assert VALID_CODE not in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"
    assert client.get(f"/zh/verify?code={VALID_CODE}").status_code == 200  # and is not looked up


def test_an_unknown_code_is_answered_in_the_page_s_language(client):
    response = client.post("/en/verify", data={"code": "S000000000000000"})
    assert response.status_code == 404
    assert "This code is not valid." in response.get_data(as_text=True)
    assert "此在线验证码无效" in client.post("/zh/verify", data={"code": "x"}).get_data(as_text=True)


def test_an_empty_field_is_pointed_at(client, verification):
    text = client.post("/en/verify", data={"code": "  "}).get_data(as_text=True)
    assert 'aria-invalid="true"' in text
    assert verification.seen == []


def test_verification_that_is_down_has_a_page(client, verification):
    verification.down = True
    response = client.post("/en/verify", data={"code": VALID_CODE})
    assert response.status_code == 503
    assert words("en")["error_503"] in response.get_data(as_text=True)
    assert response.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/zh/nothing", "/en/rules/A99-1", "/fr/", "/rules/x", "/zh/rules/<script>"])
def test_what_is_not_there_has_a_page_in_both_languages(client, path):
    response = client.get(path, headers={"Accept-Language": "en"})
    assert response.status_code == 404
    expected = words("zh" if path.startswith("/zh") else "en")["error_404"]
    assert expected in response.get_data(as_text=True)
    assert "<script>" not in response.get_data(as_text=True)


def test_every_rule_has_a_page_in_both_languages(client):
    for rule in RULES.values():
        for language in ("zh", "en"):
            text = client.get(f"/{language}/rules/{rule.id}").get_data(as_text=True)
            assert rule.id in text
            assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in text


def test_the_documentation_shows_every_operation(client):
    text = client.get("/en/api").get_data(as_text=True)
    document = client.get("/api/v1/openapi.json").get_json()
    for entries in document["paths"].values():
        for method, operation in entries.items():
            assert method not in ("get", "post") or f'id="{operation["operationId"]}"' in text


def test_every_word_has_two_languages():
    for name, word in words("en").items():
        assert word, name
        assert name in ("other_language",) or not re.search(r"[\u4e00-\u9fff]", word), name
    assert set(words("zh")) == set(words("en"))


def test_colours_keep_their_contrast_in_both_themes():
    css = (Path(__file__).parents[1] / "portal" / "static" / "xueji.css").read_text("utf-8")
    for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL):
        colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-fA-F]{3,6})", block))
        for ink, paper in (
            ("ink", "paper"), ("soft", "paper"), ("soft", "card"), ("link", "paper"), ("link", "card"),
            ("accent-ink", "accent"), ("good", "good-paper"), ("bad", "bad-paper"), ("bad", "card"), ("good", "card"),
            ("ink", "good-paper"), ("ink", "bad-paper"), ("ink", "code"),
        ):  # fmt: skip
            assert contrast(colour[ink], colour[paper]) >= 4.5, (ink, paper)


def contrast(first, second):
    def luminance(colour):
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_health_is_answered(client):
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.asvs("4.1.3")
def test_only_named_proxies_may_say_where_a_request_comes_from():
    proxies = (ip_network("10.0.0.0/8"),)
    assert client_address("192.0.2.1", "198.51.100.9", proxies) == "192.0.2.1"
    assert client_address("10.0.0.1", "198.51.100.9", proxies) == "198.51.100.9"
    assert client_address("10.0.0.1", "203.0.113.5, 198.51.100.9, 10.0.0.2", proxies) == "198.51.100.9"
    assert client_address("10.0.0.1", "not-an-address", proxies) == "10.0.0.1"
    assert client_address("10.0.0.1", "", proxies) == "10.0.0.1"


def test_settings_come_from_the_environment(tmp_path):
    keys = tmp_path / "keys.toml"
    keys.write_text('[assertion]\npublic_pem = "PEM"\n')
    settings = GatewaySettings.from_environ(
        {
            "XUEJI_AMQP_URL": "amqp://127.0.0.1",
            "XUEJI_BLOBS_DIR": "/var/blobs",
            "XUEJI_KEYS_FILE": str(keys),
            "XUEJI_PUBLIC_ORIGIN": "https://xueji.example/",
            "XUEJI_TRUSTED_PROXIES": "10.0.0.0/8 127.0.0.1",
        }
    )
    assert settings.assertion_public_pem == "PEM"
    assert settings.public_origin == "https://xueji.example"
    assert len(settings.trusted_proxies) == 2


def test_a_program_finds_verification_where_the_service_has_it(client, verification):
    assert client.post("/verify", json={"code": VALID_CODE}).get_json()["outcome"] == "valid"
    assert client.post("/verify", data={"code": VALID_CODE}).get_json()["outcome"] == "valid"
    for body in ({}, {"code": 5}, []):
        assert client.post("/verify", json=body).status_code == 400
    assert len(verification.seen) == 2
