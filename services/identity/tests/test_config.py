"""Outside the demo profile no door stands open and no message goes nowhere."""

from pathlib import Path

import pytest

from services.identity.config import Config, UnsafeSettings

BASE = {
    "XUEJI_POSTGRES_URL": "postgresql://x/xueji_{service}",
    "XUEJI_AMQP_URL": "inproc://x",
    "XUEJI_KEYS_FILE": "/keys.toml",
    "XUEJI_BLOBS_DIR": "/blobs",
}
MAIL = {"XUEJI_SMTP_URL": "smtps://xueji@mail.example", "XUEJI_SMTP_FROM": "no-reply@xueji.example"}
DEMO = {"XUEJI_PROFILE": "demo", "XUEJI_MAILBOX_DIR": "/mailbox"}


@pytest.mark.asvs("6.3.2")
@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({}, "XUEJI_SMTP_URL"),
        ({"XUEJI_MAILBOX_DIR": "/mailbox"}, "XUEJI_SMTP_URL"),
        ({**MAIL, "XUEJI_MAILBOX_DIR": "/mailbox"}, "XUEJI_MAILBOX_DIR"),
        ({**MAIL, "XUEJI_OPERATORS_FILE": "/operators.toml"}, "XUEJI_OPERATORS_FILE"),
        ({**MAIL, "XUEJI_PROFILE": "Demo"}, "XUEJI_PROFILE"),
        ({"XUEJI_PROFILE": "demo"}, "XUEJI_MAILBOX_DIR"),
    ],
)
def test_settings_that_open_a_door_or_lose_messages_are_refused_by_name(
    settings: dict[str, str], complaint: str
) -> None:
    with pytest.raises(UnsafeSettings, match=complaint):
        Config.from_environ(BASE | settings)


def test_production_sends_real_mail_and_has_no_operators_file() -> None:
    config = Config.from_environ(BASE | MAIL)
    assert (config.profile, config.channels, config.operators_file) == ("production", ("mail",), None)
    assert config.smtp is not None
    assert config.smtp.sender == "no-reply@xueji.example"


def test_short_messages_are_offered_where_an_office_takes_them(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef" * 2 + b"\n")
    sms = {"XUEJI_SMS_URL": "https://sms.example/messages", "XUEJI_SMS_KEY_FILE": str(key)}
    config = Config.from_environ(BASE | MAIL | sms)
    assert config.channels == ("mail", "sms")
    assert config.sms is not None
    assert config.sms.key == b"0123456789abcdef" * 2


def test_the_demo_profile_reads_a_folder_and_a_file() -> None:
    config = Config.from_environ(BASE | DEMO | {"XUEJI_OPERATORS_FILE": "/operators.toml"})
    assert config.channels == ("mail", "sms")
    assert config.operators_file == Path("/operators.toml")
