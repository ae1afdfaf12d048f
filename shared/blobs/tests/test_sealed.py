"""Sealed files open with their own key and with no other."""

import pytest

from shared.blobs.sealed import CannotUnseal, open_file, seal_file


def test_a_sealed_file_opens_with_its_key_and_shows_nothing_without():
    sealed, key = seal_file(b"a name" * 100)
    assert b"a name" not in sealed
    assert open_file(sealed, key) == b"a name" * 100


def test_another_key_a_changed_byte_and_a_plain_file_are_refused():
    sealed, key = seal_file(b"content")
    _, other = seal_file(b"content")
    for wrong in ((sealed, other), (sealed[:-1] + bytes([sealed[-1] ^ 1]), key), (b"%PDF-1.7", key), (sealed, "?")):
        with pytest.raises(CannotUnseal):
            open_file(*wrong)


def test_equal_contents_are_sealed_to_different_files():
    assert seal_file(b"content") != seal_file(b"content")
