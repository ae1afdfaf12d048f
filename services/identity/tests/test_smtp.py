"""Mail on a real SMTP server: encrypted, verified, once, with nothing smuggled in."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.postgres_cluster import free_port
from services.identity.adapters.channels import Channels
from services.identity.adapters.smtp import SmtpMessenger, SmtpSettings, mail_of
from services.identity.application.deliveries import Deliveries
from services.identity.application.messages import Message, Reactions, RefusedForGood, Unreachable
from services.identity.application.reactions import AccountReactions
from services.identity.application.secrets import contact_spellings
from services.identity.config import Config
from services.identity.tests.conftest import House
from services.identity.tests.office_world import new_number
from services.identity.worker import Reacting, messengers_of
from shared.rules.refused import MalformedValue

SENDER = "no-reply@xueji.example"
MESSAGE = Message(
    "01930f3a-7", "mail", "zhangsan@example.edu.cn", "验证码 Verification code", "验证码：123456\nCode: 123456\n",
    datetime(2026, 10, 20, 4, tzinfo=UTC),
)  # fmt: skip


class Postbox:
    """Takes mail as a server does; refuses what a test asks it to refuse."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.recipients: list[str] = []
        self.on_recipient = "250 OK"
        self.on_data = "250 OK"
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.on_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.on_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.on_data.startswith("250"):
            self.mails.append(envelope.content)
            self.recipients += envelope.rcpt_tos
            self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("cipher") is not None)
        return self.on_data


class KnowsUs:
    """Lets nobody in but us."""

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"xueji", b"its password")
        return AuthResult(success=right, handled=True)


class Authority:
    """A certificate authority of one's own, and what it has signed for 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self.ca_file = str(folder / "ca.pem")
        key, name = ec.generate_private_key(ec.SECP256R1()), _name("Test authority")
        authority = (
            _draft(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        own = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        certificate = (
            _draft(_name("127.0.0.1"), name, own.public_key())
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), _loopback()]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(key, hashes.SHA256())
        )
        Path(self.ca_file).write_bytes(authority.public_bytes(serialization.Encoding.PEM))
        chain = folder / "server.pem"
        chain.write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _loopback() -> x509.IPAddress:
    return x509.IPAddress(ip_address("127.0.0.1"))


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _draft(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def box() -> Postbox:
    return Postbox()


@contextmanager
def serving(box: Postbox, **options: Any) -> Iterator[int]:
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def at(url: str, **more: Any) -> SmtpMessenger:
    return SmtpMessenger(SmtpSettings(url, SENDER, timeout=5, **more))


def test_a_mail_arrives_in_chinese_with_our_id_and_once_an_attempt(box: Postbox) -> None:
    with serving(box) as port:
        at(f"smtp://127.0.0.1:{port}").deliver(MESSAGE)
    (arrived,) = (message_from_bytes(mail, policy=default) for mail in box.mails)
    assert box.recipients == ["zhangsan@example.edu.cn"]
    assert arrived["Subject"] == "验证码 Verification code"
    assert arrived["Message-ID"] == "<01930f3a-7@xueji.example>"
    assert arrived["From"] == SENDER
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived.get_content().replace("\r\n", "\n") == MESSAGE.text


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_travels_encrypted_to_a_server_that_lets_us_in(box: Postbox, authority: Authority, scheme: str) -> None:
    options: dict[str, Any] = {"authenticator": KnowsUs()}
    if scheme == "smtps":
        options |= {"ssl_context": authority.context, "auth_require_tls": False}
    else:
        options |= {"tls_context": authority.context, "require_starttls": True, "auth_required": True}
    with serving(box, **options) as port:
        url = f"{scheme}://xueji@localhost:{port}"
        at(url, password="its password", ca_file=authority.ca_file).deliver(MESSAGE)
        with pytest.raises(Unreachable):
            at(url, password="another", ca_file=authority.ca_file).deliver(MESSAGE)
    assert box.encrypted == [True]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_no_mail_is_given_to_a_server_whose_certificate_nobody_vouches_for(
    box: Postbox, authority: Authority, scheme: str
) -> None:
    options = {"ssl_context": authority.context} if scheme == "smtps" else {"tls_context": authority.context}
    with serving(box, **options) as port, pytest.raises(Unreachable):
        at(f"{scheme}://localhost:{port}").deliver(MESSAGE)
    assert box.mails == []


def test_no_mail_is_given_to_a_server_that_will_not_encrypt(box: Postbox) -> None:
    with serving(box) as port, pytest.raises(Unreachable):
        at(f"smtp+starttls://localhost:{port}").deliver(MESSAGE)
    assert box.mails == []


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("550 5.1.1 no such user", RefusedForGood),
        ("553 5.1.3 bad address", RefusedForGood),
        ("450 4.2.1 greylisted", OSError),
        ("550 5.7.1 relaying denied", OSError),
        ("421 4.3.2 going down", Unreachable),
    ],
)
def test_what_a_server_says_of_a_recipient_is_about_this_mail_or_about_us(
    box: Postbox, answer: str, meaning: type[Exception]
) -> None:
    box.on_recipient = answer
    with serving(box) as port, pytest.raises(meaning) as raised:
        at(f"smtp://127.0.0.1:{port}").deliver(MESSAGE)
    assert type(raised.value) is meaning


@pytest.mark.parametrize(("answer", "meaning"), [("554 5.6.0 no", RefusedForGood), ("451 4.3.0 later", OSError)])
def test_what_a_server_says_of_a_text_is_about_this_mail(box: Postbox, answer: str, meaning: type[Exception]) -> None:
    box.on_data = answer
    with serving(box) as port, pytest.raises(meaning) as raised:
        at(f"smtp://127.0.0.1:{port}").deliver(MESSAGE)
    assert type(raised.value) is meaning


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        at("smtp://127.0.0.1:1").deliver(MESSAGE)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("smtp://mail.example:25", "encrypted"),
        ("http://mail.example", "smtps://"),
        ("smtps://user:secret@mail.example", "XUEJI_SMTP_PASSWORD_FILE"),
    ],
)
def test_settings_that_would_leak_are_refused(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        SmtpSettings(url, SENDER)


def test_a_password_is_not_shown_with_the_settings() -> None:
    assert "hunter2" not in repr(SmtpSettings("smtps://mail.example", SENDER, password="hunter2"))


@pytest.mark.asvs("1.3.11")
@given(
    subject=st.text(max_size=60) | st.just("a\r\nBcc: thief@example.com"),
    to=st.text(max_size=60)
    | st.just("a@example.cn\r\nBcc: thief@example.com")
    | st.just("ok@example.cn")
    | st.text("abZ09.!#$%&'*+-/=?^_`{|}~()[]:\\\"<>, \x00\x7f\u200b张", min_size=1, max_size=20).map(
        "{}@example.cn".format
    )
    | st.sampled_from(["=?utf-8?q?a=0d=0abcc=3a_x=40y.cn?=@example.cn", "=?utf-8?q?a=2cb?=@example.cn"]),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
)
@settings(max_examples=120, deadline=None)
def test_nothing_in_a_message_becomes_a_header_of_its_own(subject: str, to: str, text: str) -> None:
    """Given any subject, address and text, when the mail is made, then it has the headers of every mail and one
    recipient, or it is refused."""
    message = replace(MESSAGE, subject=subject, to=to, text=text)
    try:
        mail = mail_of(message, SENDER)
    except RefusedForGood:
        assert ("mail", to) not in contact_spellings(to)
        return
    wire = mail.as_bytes()
    head = wire.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert sorted(names) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
         "MIME-Version"]
    )  # fmt: skip
    read = message_from_bytes(wire, policy=default)
    assert [address.addr_spec for address in read["To"].addresses] == [to]
    assert "\n" not in str(make_header(decode_header(str(read["Subject"]))))


class Policy(Postbox):
    """Will have nothing to do with one domain."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.endswith("@blocked.example.cn"):
            return "550 5.7.1 this domain is blocked"
        return str(await super().handle_RCPT(server, session, envelope, address, options))


@pytest.mark.servers
def test_addresses_that_no_server_takes_hold_nobody_up(house: House) -> None:
    """Given many accounts at a domain that the mail server blocks, when a code goes to another one, then it arrives at
    the next look and not minutes later."""
    box = Policy()
    with serving(box) as port:
        store = house.identity.store
        reactor, channels = (
            AccountReactions(house.identity).messages,
            Channels({"mail": at(f"smtp://127.0.0.1:{port}")}),
        )
        reactions = Reactions([reactor], channels, Deliveries(store), house.clock)
        for n in range(12):
            account_id = house.open(id_number=new_number(), contact=f"x{n}@blocked.example.cn")
            house.tell("send_contact_code", account_id=account_id)
        house.tell("send_contact_code", account_id=house.open())
        for step in (*house.tasks[:2], Reacting(store, reactions.react, "mail").step):
            while step():
                pass
        house.clock.forward(timedelta(seconds=5))
        reactions.retry()
    assert box.recipients == ["zhangsan@example.edu.cn"]


@pytest.mark.servers
@pytest.mark.asvs("1.3.11")
def test_a_contact_that_a_mails_head_would_read_otherwise_is_no_contact(house: House) -> None:
    """Given addresses that hide a line's end or another address in an encoded word, a comment or a group, when an
    account is opened with one, then it is refused."""
    for name in (
        "=?utf-8?q?a=0d=0abcc=3a_x=40y.cn?=",
        "=?utf-8?q?a=2cb?=",
        "a(b",
        "a(b)c",
        "a[b",
        "a\\b",
        "a:b",
        ".a",
        "a..b",
    ):
        with pytest.raises(MalformedValue):
            house.open(contact=f"{name}@example.cn")


@pytest.mark.servers
@pytest.mark.rule("AC-5")
def test_a_code_travels_by_real_smtp_and_activates_the_account(
    house: House, box: Postbox, authority: Authority
) -> None:
    """Given an account that waits for its code, when the code comes by mail over an encrypted connection and is
    entered, then the account is active."""
    with serving(box, tls_context=authority.context, require_starttls=True) as port:
        settings = {
            "XUEJI_POSTGRES_URL": "postgresql://x/xueji_{service}", "XUEJI_AMQP_URL": "inproc://x",
            "XUEJI_KEYS_FILE": "/k", "XUEJI_BLOBS_DIR": "/b", "XUEJI_SMTP_FROM": SENDER,
            "XUEJI_SMTP_URL": f"smtp+starttls://localhost:{port}", "XUEJI_SMTP_CA_FILE": authority.ca_file,
        }  # fmt: skip
        channels = messengers_of(Config.from_environ(settings), house.clock)
        store, reactor = house.identity.store, AccountReactions(house.identity).messages
        reactions = Reactions([reactor], channels, Deliveries(store), house.clock)
        account_id = house.open()
        house.tell("send_contact_code", account_id=account_id)
        for step in (*house.tasks[:2], Reacting(store, reactions.react, "mail").step):
            while step():
                pass
    (mail,) = box.mails
    code = message_from_bytes(mail, policy=default).get_content().split("Code: ")[1][:6]
    assert house.tell("prove_contact_code", account_id=account_id, code=code)["role"] == "student"
