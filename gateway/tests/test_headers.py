"""What every answer of the front door says to a browser, whichever address was asked."""

import re

import pytest
from flask import Flask

from gateway.api.routes import ROUTES
from gateway.api.views import PREFIX
from gateway.app import create_app
from gateway.settings import GatewaySettings
from gateway.tests.test_api import IN_PATH, ask
from shared.blobs.files import FileBlobs
from shared.contracts.contract import Command

FOREIGN = "https://elsewhere.example"
OURS = "https://xueji.example"
# Words for what identifies or admits somebody; such a thing stands in a body or in a header
SECRET = re.compile(r"(?:^|_)(name|id_number|number|contact|code|token|password|key|phone|mail|birth_date)(?:$|_)")
# These are no persons': a school's ten digits, the codes of majors
NOBODY_S = {"school_code", "major_code", "office_code", "code_version", "certificate_number_form"}


def addresses(app: Flask):
    """One request for each address and method of the application, as somebody who found it would send it."""
    values = {"uuid": "01930f3a-0000-7000-8000-0000000000b1", "int": "2022", "default": "x", "string": "x", "path": "x"}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:([a-z]+):)?[a-z_]+>", lambda match: values[match[1] or "default"], rule.rule)
        for method in sorted(rule.methods - {"OPTIONS"}):
            yield method, path


@pytest.fixture
def answers(app, client, signed_in):
    """Every answer to strangers and to somebody signed in."""

    def given():
        for method, path in [*addresses(app), ("GET", "/nothing"), ("DELETE", "/zh/"), ("POST", f"{PREFIX}/nothing")]:
            for headers in ({}, signed_in("registrar")):
                with client.open(path, method=method, headers={**headers, "Origin": FOREIGN}) as response:
                    yield f"{method} {path}", response

    return given


@pytest.mark.asvs("3.4.1", "3.4.2", "3.4.3", "3.4.4", "3.4.5", "3.4.6", "4.1.1")
def test_every_answer_of_every_address_is_strict(answers):
    seen = 0
    for asked, response in answers():
        seen += 1
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff", asked
        assert headers["Referrer-Policy"] == "no-referrer", asked
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", asked
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", asked
        assert [name for name, _ in headers if name.lower().startswith("access-control-")] == [], asked
        policy = dict(each.strip().partition(" ")[::2] for each in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'", asked
        assert not re.search("unsafe|http:|https:|[*]", headers["Content-Security-Policy"]), asked
        if response.mimetype == "text/html":
            assert policy["base-uri"] == "'none'", asked
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", asked
        if response.get_data():
            assert headers["Content-Type"], asked
            encoded = response.mimetype.startswith("text/") and response.mimetype != "text/event-stream"  # always UTF-8
            assert not encoded or "charset=utf-8" in headers["Content-Type"], asked
    assert seen > 2 * len(ROUTES)


@pytest.mark.asvs("14.3.2")
def test_no_answer_about_anybody_is_kept_by_a_cache(answers):
    for asked, response in answers():
        path = asked.partition(" ")[2]
        nobody = path.startswith(f"{PREFIX}/rules") or path.partition("?")[0] == f"{PREFIX}/schools"
        if path.startswith(f"{PREFIX}/") and not nobody and "openapi" not in path:
            assert "no-store" in response.headers["Cache-Control"], asked


@pytest.mark.asvs("3.5.3")
def test_nothing_is_changed_by_looking(client, services, signed_in):
    for route in ROUTES:
        assert route.method in ("GET", "POST"), route.path
        assert route.method == "POST" or not issubclass(route.contract, Command), route.path
        if route.method == "POST":
            path = PREFIX + IN_PATH.sub(lambda match, route=route: str(route.contract.example[match[1]]), route.path)
            client.head(path, headers=signed_in("registrar"))
    assert [contract for contract, *_ in services.asked if issubclass(contract, Command)] == []


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": OURS},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": FOREIGN},
    ],
    ids=str,
)
def test_no_command_is_given_by_a_page_from_elsewhere(client, services, sent):
    """The browser sends the cookie along; where the request was made decides."""
    client.set_cookie("__Host-sid", "xs1_" + "A" * 43, domain="localhost", secure=True)
    for route in ROUTES:
        if not route.public and route.method == "POST":
            assert ask(client, route, sent).status_code == 401, route.path
    assert services.asked == []


@pytest.mark.asvs("14.2.1")
def test_no_address_holds_what_identifies_or_admits_somebody(app):
    for route in ROUTES:
        names = set(IN_PATH.findall(route.path))
        if route.method == "GET":
            names |= set(route.contract().fields)
        nobody_s = NOBODY_S | ({"code"} if route.path.startswith("/offices/<") else set())
        assert {name for name in names - nobody_s if SECRET.search(name)} == set(), route.path
    for _, path in addresses(app):
        assert not re.search(r"<(?:[a-z]+:)?(code|token|name|number|contact)>", path)


@pytest.mark.asvs("5.4.1", "5.4.2")
def test_every_file_leaves_under_a_plain_name_of_ours(client, services, signed_in, blobs):
    digest = blobs.put(b"%PDF-1.7 a paper")
    hostile = 'a"\r\nSet-Cookie: x=1;../../etc/passwd'
    services.call = lambda contract, request, **_: {
        **contract.answer.example, "digest": digest, "errors_digest": digest, "filename": hostile, "paper": digest,
    }  # fmt: skip
    an_id = "01930f3a-0000-7000-8000-0000000000b1"
    for path in (
        f"/batches/{an_id}/errors", f"/batches/{an_id}/plan/file", f"/certificate-batches/{an_id}/errors",
        f"/photos/{an_id}/file", f"/cases/{an_id}/evidence/{digest}", "/templates/year_results.csv",
    ):  # fmt: skip
        with client.get(PREFIX + path, headers=signed_in("registrar")) as response:
            assert response.status_code == 200, path
            named = re.fullmatch(r'attachment; filename="([^"]*)"', response.headers["Content-Disposition"])
            assert named, path
            assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", named[1]), path


@pytest.mark.asvs("13.4.2")
def test_no_debug_mode_is_switched_on_from_outside(monkeypatch, tmp_path, key_pair):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setenv("FLASK_ENV", "development")
    settings = GatewaySettings(amqp_url="", blobs_dir=tmp_path, assertion_public_pem=key_pair[1])
    app = create_app(settings, None, "http://127.0.0.1:1", FileBlobs(tmp_path))
    assert (app.debug, app.testing) == (False, False)
