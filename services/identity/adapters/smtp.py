"""Mail by SMTP: one attempt a delivery, encrypted, to a server whose certificate is verified."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from services.identity.application.messages import Message, RefusedForGood, Unreachable
from services.identity.application.secrets import contact_spellings

STARTTLS: Final = "smtp+starttls"
_PORTS: Final = {"smtps": 465, STARTTLS: 587, "smtp": 25}
_AT_HOME: Final = ("127.0.0.1", "::1", "localhost")
_LINE: Final = dict.fromkeys((*range(32), *range(127, 160), 8232, 8233), " ")


@dataclass(frozen=True)
class SmtpSettings:
    """Where mail is handed over, and in whose name."""

    url: str  # smtps://user@host:465, smtp+starttls://user@host:587; smtp://host:25 for a server on this machine only
    sender: str
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    timeout: float = 10.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("XUEJI_SMTP_URL is written smtps://user@host:465 or smtp+starttls://user@host:587")
        if parts.scheme == "smtp" and parts.hostname not in _AT_HOME:
            raise ValueError("XUEJI_SMTP_URL: mail leaves this machine encrypted: smtps:// or smtp+starttls://")
        if parts.password is not None:
            raise ValueError("XUEJI_SMTP_URL holds no password: put it into the file of XUEJI_SMTP_PASSWORD_FILE")
        if not any(channel == "mail" for channel, _ in contact_spellings(self.sender)):
            raise ValueError("XUEJI_SMTP_FROM is not a mail address")


class SmtpMessenger:
    """Hands mail to an SMTP server. The message's own id is its Message-ID, so that a repetition is recognised."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        parts = urlsplit(settings.url)
        self._scheme, self._host = parts.scheme, parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._tls = ssl.create_default_context(cafile=settings.ca_file)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    def deliver(self, message: Message) -> None:
        """Deliver by one attempt."""
        mail = mail_of(message, self._settings.sender)
        with self._connected() as server:
            try:
                server.send_message(mail, self._settings.sender, [message.to])
            except smtplib.SMTPException as error:
                raise _meaning(error) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A server that knows us; whatever fails before the mail itself is not the mail's fault."""
        try:
            server = self._dial()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"{self._scheme}: {type(error).__name__}") from error
        try:
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):  # the mail was taken or refused: a bad farewell is nothing
                server.quit()
            server.close()

    def _dial(self) -> smtplib.SMTP:
        timeout = self._settings.timeout
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=timeout, context=self._tls)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=timeout)
        try:
            if self._scheme == STARTTLS:
                server.starttls(context=self._tls)
            server.ehlo_or_helo_if_needed()
            if self._user:
                server.login(self._user, self._settings.password)
        except BaseException:
            server.close()
            raise
        return server


def mail_of(message: Message, sender: str) -> EmailMessage:
    """The mail; nothing that stands in a message can become a header of its own."""
    if ("mail", message.to) not in contact_spellings(message.to):
        raise RefusedForGood("not a mail address")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = _address(message.to)
    mail["Subject"] = message.subject.translate(_LINE)
    mail["Date"] = format_datetime(message.sent_at)
    mail["Message-ID"] = f"<{message.message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="base64")
    return mail


def _address(to: str) -> Address:
    """The recipient as the head of a mail shows it: this very address, or no mail at all."""
    name, _, domain = to.rpartition("@")
    try:
        address = Address(username=name, domain=domain)
    except (ValueError, MessageError):
        raise RefusedForGood("not a mail address") from None
    if address.addr_spec != to:
        raise RefusedForGood("not a mail address")
    return address


def _meaning(error: smtplib.SMTPException) -> Exception:
    """What a refusal says about this mail: gone for good, perhaps later, or nothing at all."""
    code, text = _answer(error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return RefusedForGood("the server takes no such address")
    if isinstance(error, smtplib.SMTPSenderRefused) or code in (421, 530, 535):
        return Unreachable(f"SMTP {code}")
    if isinstance(error, smtplib.SMTPRecipientsRefused) and b"5.7." in text:
        # of this address, or of all of ours: it is counted as a try, so that no blocked address holds up the others
        return OSError(f"SMTP {code}: the server does not carry our mail")
    return RefusedForGood(f"SMTP {code}") if 500 <= code < 600 else OSError(f"SMTP {code or type(error).__name__}")


def _answer(error: smtplib.SMTPException) -> tuple[int, bytes]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, text),) = error.recipients.values()
        return code, text
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return error.smtp_code, said if isinstance(said, bytes) else said.encode()
    return 0, b""
