"""Names keep every character and lose none silently."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes.malformed import Malformed
from shared.codes.names import name_for_matching, normalise_name


@pytest.mark.parametrize(
    "name", ["张三", "𠮷田", "王\U00031350", "㐂喜", "頔", "〇", "司马相如", "O'Brien", "Anna Maria", "Łukasz"]
)
def test_every_character_is_kept(name):
    assert normalise_name(name) == name


@pytest.mark.parametrize("dot", ["\u00b7", "\u2022", "\u2027", "\u30fb", "\uff65", "\u2219", ".", "\uff0e", " · "])
def test_the_dot_has_one_spelling(dot):
    assert normalise_name(f"阿卜杜拉{dot}买买提") == "阿卜杜拉\u00b7买买提"


def test_a_full_stop_in_a_latin_name_stays():
    assert normalise_name("J. Smith") == "J. Smith"


@pytest.mark.rule("X-CODE-3")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("张?", "question mark"),
        ("张？", "question mark"),
        ("张\ufffd", "question mark"),
        ("张\ue000", "private-use"),
        ("张\U000f0000", "private-use"),
        ("张\x00", "control"),
        ("张\u200b三", "control"),
        ("张\n三", "control"),
        ("", "empty"),
        ("  ", "empty"),
        ("123", "no letter"),
        ("张" * 61, "longer"),
        ("=张三", "sign"),
        ("<b>张", "sign"),
    ],
)
def test_a_damaged_name_is_refused_with_the_reason(name, reason):
    """Given a name that is damaged, empty or no name, when it is read, then it is refused with the reason."""
    with pytest.raises(Malformed, match=reason) as refusal:
        normalise_name(name)
    assert refusal.value.rule == "X-CODE-3"


def test_padding_between_two_characters_is_no_part_of_a_name():
    assert normalise_name(" 张　三 ") == "张三"
    assert normalise_name("Anna   Maria") == "Anna Maria"


def test_glyph_variants_and_capitals_match():
    assert name_for_matching("葛\U000e0100城") == name_for_matching("葛城")
    assert name_for_matching("Anna Maria") == name_for_matching("ANNA MARIA")


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(text):
    try:
        name = normalise_name(text)
    except Malformed:
        return
    assert normalise_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
