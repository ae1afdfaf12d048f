"""Messages as files, operators from a file."""

import stat
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from services.identity.adapters.mailbox import MailboxFolder
from services.identity.adapters.operators_file import OperatorsFile
from services.identity.application.messages import Message

MESSAGE = Message("id-2", "sms", "13800138000", "验证码", "Code: 123456\n", datetime(2026, 10, 20, tzinfo=UTC))
OPERATORS = """
[[operator]]
id = "pku-registrar-1"
role = "registrar"
org = "4111010001"
key_sha256 = "{}"
"""


@pytest.fixture
def operators(tmp_path: Path) -> OperatorsFile:
    path = tmp_path / "operators.toml"
    path.write_text(OPERATORS.format(sha256(b"a-long-key").hexdigest()))
    return OperatorsFile(path)


def test_a_message_is_a_file_that_only_its_owner_reads_and_is_written_once(tmp_path: Path) -> None:
    mailbox = MailboxFolder(tmp_path / "box")
    mailbox.deliver(MESSAGE)
    (written,) = (tmp_path / "box").iterdir()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "To: 13800138000\nChannel: sms\n" in written.read_text(encoding="utf-8")
    written.write_text("read")
    mailbox.deliver(MESSAGE)
    assert [path.read_text() for path in (tmp_path / "box").iterdir()] == ["read"]


@pytest.mark.rule("A24-1")
def test_an_operator_signs_in_with_the_own_key_and_no_other(operators: OperatorsFile) -> None:
    """Given a named operator with a key of their own, when they sign in, then they act for their own school, and no
    other key opens their account."""
    found = operators.find("pku-registrar-1", "a-long-key")
    assert found is not None
    assert (found.role, found.org) == ("registrar", "4111010001")
    assert operators.find("pku-registrar-1", "another-key") is None
    assert operators.find("nobody", "a-long-key") is None


@pytest.mark.rule("A24-1")
@pytest.mark.parametrize("role", ["student", "system", "god"])
def test_an_operators_file_appoints_no_students_and_no_unknown_roles(tmp_path: Path, role: str) -> None:
    """Given a file of operators, when it appoints a student or an unknown role, then it is refused as a whole."""
    path = tmp_path / "operators.toml"
    path.write_text(OPERATORS.format("0" * 64).replace('"registrar"', f'"{role}"'))
    with pytest.raises(ValueError, match="pku-registrar-1"):
        OperatorsFile(path)
