"""Keys are long enough, and no nonce seals twice."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.blobs.sealed import CannotUnseal, open_file, seal_file
from shared.eventstore.privacy import CannotOpen, Keyring

NONCE = 12


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.generate(tmp_path_factory.mktemp("keys") / "keys.toml")


def body_of(sealed: str) -> bytes:
    text = sealed.rpartition(".")[2]
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if set(text) & set("-_") else None)


@pytest.mark.asvs("11.3.2")
def test_every_key_that_seals_has_256_bits(keyring: Keyring) -> None:
    assert {len(key) for key in keyring.statutory.values()} == {32}
    assert {len(key) for key in keyring.keks.values()} == {32}
    assert {len(keyring.pepper), len(keyring.code_pepper)} == {32}
    _, key = seal_file(b"a paper")
    assert len(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))) == 32


@pytest.mark.asvs("11.3.4")
def test_no_nonce_seals_twice(keyring: Keyring) -> None:
    """The same text in the same place, ten thousand times: a counter that starts anew or a fixed nonce would show."""
    seen = [body_of(keyring.seal("张三", "account:person")) for _ in range(10_000)]
    assert len({sealed[:NONCE] for sealed in seen}) == len(seen)
    assert len({sealed[NONCE:] for sealed in seen}) == len(seen)


@pytest.mark.asvs("11.3.3")
@settings(max_examples=50, deadline=None)
@given(text=st.text(min_size=1, max_size=60), place=st.integers(0, 10_000), change=st.integers(1, 255))
def test_a_changed_byte_opens_nothing(keyring: Keyring, text: str, place: int, change: int) -> None:
    sealed = keyring.seal(text, "account:person")
    raw = bytearray(body_of(sealed))
    raw[place % len(raw)] ^= change
    for altered in (base64.b64encode(bytes(raw)), base64.urlsafe_b64encode(bytes(raw))):
        head = sealed.rpartition(".")[0]
        with pytest.raises(CannotOpen):
            keyring.open(f"{head}.{altered.decode()}", "account:person")
    assert keyring.open(sealed, "account:person") == text


@pytest.mark.asvs("11.3.3")
def test_a_paper_opens_with_its_own_key_only() -> None:
    sealed, _ = seal_file(b"a paper")
    _, another = seal_file(b"another paper")
    with pytest.raises(CannotUnseal) as refused:
        open_file(sealed, another)
    assert b"paper" not in str(refused.value).encode()
