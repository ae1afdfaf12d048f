"""Claims over HTTP: pictures come in sealed, a secret or a session opens a claim, reviewers see what is in hand."""

import io
from uuid import uuid4

import pytest

from gateway.api.claim_evidence import LARGEST, picture_in
from shared.blobs.port import BlobTooLarge
from shared.blobs.sealed import open_file, seal_file
from shared.bus.failures import CallFailed
from shared.contracts.rpc.identity_claim_review import SeeClaimEvidenceV1
from shared.contracts.rpc.identity_claim_views import ViewIdentityClaimV1
from shared.contracts.rpc.identity_claims import (
    A_SECRET,
    AddClaimEvidenceV1,
    CheckEvidenceRoomV1,
)
from shared.rules.refused import NotFound

JPEG = b"\xff\xd8\xff\xe0 a picture of somebody"
CLAIM = f"/api/v1/identity-claims/{uuid4()}"


def hand_in(client, content, headers=None, **fields):
    form = {"secret": A_SECRET, "role": "front", "file": (io.BytesIO(content), "card.jpg"), **fields}
    return client.post(f"{CLAIM}/evidence", data=form, headers={"Idempotency-Key": str(uuid4()), **(headers or {})})


@pytest.mark.parametrize("content", [JPEG, b"\x89PNG\r\n\x1a\n....", b"GIF89a...."])
def test_a_picture_is_sealed_before_it_is_kept_and_its_key_goes_to_identity_alone(client, services, blobs, content):
    answer = hand_in(client, content)
    assert answer.status_code == 201, answer.data
    asked = [(contract, said) for contract, said, *_ in services.asked]
    assert [contract for contract, _ in asked] == [CheckEvidenceRoomV1, AddClaimEvidenceV1]
    told = asked[1][1]
    kept = blobs.read(told["digest"])
    assert content not in kept
    assert open_file(kept, told["key"]) == content
    assert told["key"] not in answer.text


def test_who_does_not_know_the_claim_fills_no_disk(client, services, blobs):
    services.failure = NotFound(kind="claim")
    assert hand_in(client, JPEG).status_code == 404
    assert list(blobs.digests()) == []


@pytest.mark.asvs("2.4.1")
def test_pictures_that_identity_refuses_fill_no_disk(client, services, blobs, monkeypatch):
    """Given a claim whose files are no pictures, when they are sent by the hundred, then few of them are ever kept."""
    answered = services.call

    def refusing(contract, request, **more):
        if contract is AddClaimEvidenceV1:
            raise NotFound(kind="picture")
        return answered(contract, request, **more)

    monkeypatch.setattr(services, "call", refusing)
    said = [hand_in(client, JPEG + bytes([n])).status_code for n in range(40)]
    assert said == [404] * 30 + [429] * 10
    assert len(list(blobs.digests())) == 30


@pytest.mark.asvs("5.2.1", "5.2.2")
@pytest.mark.parametrize(
    ("content", "status", "rule"),
    [
        (b"%PDF-1.7\n1 0 obj\n", 422, "X-FILE-2"),
        (b"MZ\x90\x00 program", 422, "X-FILE-2"),
        (b"<svg onload='x'/>", 422, "X-FILE-2"),
        (b"", 422, "X-FILE-2"),
    ],
    ids=["PDF", "program", "SVG", "nothing"],
)
def test_what_is_no_picture_is_not_kept(client, blobs, content, status, rule):
    answer = hand_in(client, content)
    assert (answer.status_code, answer.json["rule"]) == (status, rule)
    assert list(blobs.digests()) == []


@pytest.mark.asvs("5.2.1")
def test_a_picture_that_is_too_large_is_refused_unread(client, blobs):
    with pytest.raises(BlobTooLarge):
        picture_in(io.BytesIO(JPEG + bytes(LARGEST)))
    answer = client.post(
        f"{CLAIM}/evidence",
        content_type="multipart/form-data; boundary=x",
        headers={"Idempotency-Key": str(uuid4())},
        environ_overrides={"CONTENT_LENGTH": str(LARGEST * 2)},
    )
    assert answer.status_code == 413
    assert list(blobs.digests()) == []


@pytest.mark.parametrize("fields", [{"role": "selfie"}, {"secret": "xs1_short"}, {"more": "x"}])
def test_a_form_that_breaks_its_contract_is_refused(client, blobs, fields):
    assert hand_in(client, JPEG, **fields).status_code == 422
    assert list(blobs.digests()) == []


def test_a_picture_needs_an_idempotency_key(client):
    form = {"secret": A_SECRET, "role": "front", "file": (io.BytesIO(JPEG), "card.jpg")}
    assert client.post(f"{CLAIM}/evidence", data=form).status_code == 400


@pytest.mark.asvs("5.4.1", "5.4.2", "14.3.2")
def test_a_reviewer_gets_the_picture_itself_and_no_cache_keeps_it(client, services, signed_in, blobs, monkeypatch):
    sealed, key = seal_file(JPEG)
    found = {"digest": blobs.put(sealed), "key": key}
    monkeypatch.setattr(SeeClaimEvidenceV1.answer, "example", found)
    with client.get(f"{CLAIM}/evidence/{uuid4()}", headers=signed_in("operator")) as answer:
        assert (answer.status_code, answer.data, answer.content_type) == (200, JPEG, "image/jpeg")
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{CLAIM}/evidence/{uuid4()}").status_code == 401


def test_a_claim_is_opened_by_its_secret_or_by_the_session_of_who_asked(client, services, signed_in):
    assert client.post(f"{CLAIM}/view", json={"secret": A_SECRET}).status_code == 200
    assert services.asked[-1][0] is ViewIdentityClaimV1
    assert services.asked[-1][2] is None
    assert client.post(f"{CLAIM}/view", json={}, headers=signed_in("student")).status_code == 200
    assert services.asked[-1][2]
    assert client.post(f"{CLAIM}/view", json={}, headers={"Authorization": "Bearer x.y.z"}).status_code == 401


@pytest.mark.parametrize("path", ["take", "put-back", "ask-more", "decide", "appeal/decide"])
def test_reviewing_needs_somebody_who_is_signed_in(client, path):
    answer = client.post(f"{CLAIM}/{path}", json={}, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 401


def test_no_route_of_a_claim_takes_its_secret_in_the_address(client):
    assert client.get(f"{CLAIM}/view?secret={A_SECRET}").status_code in (404, 405)


def test_when_identity_is_away_nothing_is_said_to_be_done(client, services):
    services.failure = CallFailed("identity.check_evidence_room")
    assert hand_in(client, JPEG).status_code == 502
