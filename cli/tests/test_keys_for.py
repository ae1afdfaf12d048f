"""`xueji keys for`: what one service is given of the keys."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import xueji
from cli.processes import SERVICES
from shared.eventstore.privacy import Keyring


@pytest.mark.asvs("13.3.2")
@pytest.mark.parametrize("service", SERVICES)
def test_only_identity_is_given_the_half_that_signs_who_acts(tmp_path: Path, service: str) -> None:
    whole = Keyring.generate(tmp_path / "keys.toml")
    own = tmp_path / f"{service}.toml"
    words = ["keys", "for", service, str(own), "--keys", str(tmp_path / "keys.toml")]
    assert CliRunner().invoke(xueji, words).exit_code == 0
    given = Keyring.from_file(own)
    assert given.assertion_private_pem == (whole.assertion_private_pem if service == "identity" else "")
    assert "PRIVATE" not in own.read_text("utf-8") or service == "identity"
    sealed = whole.seal("王小明", "name")
    assert (given.open(sealed, "name"), given.assertion_public_pem) == ("王小明", whole.assertion_public_pem)
    assert own.stat().st_mode & 0o077 == 0
    assert CliRunner().invoke(xueji, words).exit_code != 0, "an existing file is not touched"


def test_a_key_that_is_written_otherwise_is_not_handed_on(tmp_path: Path) -> None:
    """Given a file of keys that somebody wrote in another form, when a part is made for another service, then nothing
    is written rather than the key that signs."""
    whole, part = tmp_path / "keys.toml", tmp_path / "part.toml"
    Keyring.generate(whole)
    text = whole.read_text()
    private = tomllib.loads(text)["assertion"]["private_pem"]
    whole.write_text(text.replace(f'"""\n{private}"""', json.dumps(private)))
    assert Keyring.from_file(whole).assertion_private_pem == private
    said = CliRunner().invoke(xueji, ["keys", "for", "verification", str(part), "--keys", str(whole)])
    assert (said.exit_code, part.exists()) == (1, False)
