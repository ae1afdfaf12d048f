"""An assertion is believed when identity signed it, and only then."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from shared.access.assertion import Assertion, NotSignedIn, Signer, Verifier
from shared.codes.clock import SetClock

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
ASSERTION = Assertion(
    "r-1", "registrar", "school", "regular", "4111010001", ("pwd", "otp"), "j-1", NOW + timedelta(minutes=10)
)


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    clock = SetClock(tmp_path_factory.mktemp("clock") / "now")
    clock.set(NOW)
    return clock


def pair():
    private = Ed25519PrivateKey.generate()
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


PRIVATE, PUBLIC = pair()


def test_what_identity_signed_is_read_again(clock):
    assert Verifier(PUBLIC, clock).verify(Signer(PRIVATE, clock).sign(ASSERTION)) == ASSERTION


@pytest.mark.asvs("9.2.1")
def test_it_holds_until_it_is_over(clock):
    token, verifier = Signer(PRIVATE, clock).sign(ASSERTION), Verifier(PUBLIC, clock)
    try:
        clock.set(NOW + timedelta(minutes=9, seconds=59))
        verifier.verify(token)
        clock.set(NOW + timedelta(minutes=10))
        with pytest.raises(NotSignedIn) as refusal:
            verifier.verify(token)
        assert refusal.value.as_dict()["detail"] == {"reason": "expired"}
    finally:
        clock.set(NOW)


def test_a_remembered_assertion_still_ends_and_a_changed_one_is_another(clock):
    verifier = Verifier(PUBLIC, clock)
    token = Signer(PRIVATE, clock).sign(ASSERTION)
    assert verifier.verify(token) is verifier.verify(token)
    with pytest.raises(NotSignedIn):
        verifier.verify(token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB"))
    for number in range(5):
        verifier.verify(Signer(PRIVATE, clock).sign(replace(ASSERTION, jti=f"j-{number}")))
    assert verifier.verify(token) == ASSERTION


@pytest.mark.asvs("9.1.1")
def test_another_key_is_not_believed(clock):
    with pytest.raises(NotSignedIn):
        Verifier(PUBLIC, clock).verify(Signer(pair()[0], clock).sign(ASSERTION))


def part(value):
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.asvs("9.1.1", "9.1.2")
def test_the_well_known_forgeries_fail(clock):
    verifier, token = Verifier(PUBLIC, clock), Signer(PRIVATE, clock).sign(ASSERTION)
    header, payload, signature = token.split(".")
    unsigned = f"{part({'alg': 'none', 'typ': 'xueji-assertion+jwt'})}.{payload}."
    symmetric = f"{part({'alg': 'HS256', 'typ': 'xueji-assertion+jwt'})}.{payload}"
    code = hmac.new(PUBLIC.encode(), symmetric.encode(), "sha256").digest()
    symmetric += "." + urlsafe_b64encode(code).rstrip(b"=").decode()
    other_payload = f"{header}.{part({'sub': 'x', 'role': 'ministry'})}.{signature}"
    for forged in (unsigned, symmetric, other_payload, "", "a.b.c", token[:-2], token + "A", "x" * 5000):
        with pytest.raises(NotSignedIn):
            verifier.verify(forged)


@given(st.text(max_size=100) | st.binary(max_size=100).map(lambda raw: raw.decode("latin-1")))
def test_no_text_breaks_the_reader(clock, text):
    with pytest.raises(NotSignedIn):
        Verifier(PUBLIC, clock).verify(text)


def test_a_signed_payload_without_a_claim_is_not_believed(clock):
    for claims in ({}, {"sub": "x"}, {"exp": "soon"}, []):
        token = jws.serialize_compact(
            {"alg": "Ed25519", "typ": "xueji-assertion+jwt"},
            json.dumps(claims).encode(),
            OKPKey.import_key(PRIVATE),
            algorithms=["Ed25519"],
        )
        with pytest.raises(NotSignedIn):
            Verifier(PUBLIC, clock).verify(token)
