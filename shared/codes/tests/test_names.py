"""Names keep every character and lose none silently."""

import re
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


COMPATIBILITY = re.compile("[\uf900-\ufaff\U0002f800-\U0002fa1f]")


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(text):
    try:
        name = normalise_name(text)
    except Malformed:
        return
    assert normalise_name(name) == name
    assert unicodedata.is_normalized("NFC", COMPATIBILITY.sub("", name))


HAN_OF_EVERY_PLANE = st.one_of(
    st.characters(min_codepoint=0x3400, max_codepoint=0x4DBF),  # extension A
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.integers(0x20000, 0x2A6DF).map(chr),  # extension B, plane 2
    st.integers(0x2A700, 0x2EBE0).map(chr),  # C to F
    st.integers(0x30000, 0x323AF).map(chr),  # G and H, plane 3
    st.integers(0xF900, 0xFA6D).map(chr),  # compatibility ideographs, which NFC would replace
    st.integers(0x2F800, 0x2FA1D).map(chr),
)
DOTS = "\u00b7\u2022\u2027\u30fb\uff65\u2219\u22c5\uff0e"
SELECTORS = st.integers(0xE0100, 0xE01EF).map(chr)


@given(st.text(HAN_OF_EVERY_PLANE, min_size=1, max_size=60))
def test_no_han_character_of_any_plane_is_lost_cut_or_replaced(name):
    assert normalise_name(name) == name
    assert normalise_name(name).encode("utf-8").decode("utf-8") == name
    assert "?" not in normalise_name(name)


@given(
    st.text(HAN_OF_EVERY_PLANE, min_size=1, max_size=20),
    st.text(HAN_OF_EVERY_PLANE, min_size=1, max_size=20),
    st.sampled_from(DOTS),
    st.sampled_from(DOTS),
)
def test_whichever_dot_stands_between_its_parts_a_name_is_the_same(first, second, dot, other):
    assert normalise_name(f"{first}{dot}{second}") == normalise_name(f"{first} {other} {second}")
    assert normalise_name(f"{first}{dot}{second}") == f"{first}\u00b7{second}"


@given(st.text(HAN_OF_EVERY_PLANE, min_size=1, max_size=20), SELECTORS, st.data())
def test_a_glyph_variant_is_kept_in_the_name_and_is_the_same_when_matched(name, selector, data):
    place = data.draw(st.integers(1, len(name)))
    variant = name[:place] + selector + name[place:]
    assert normalise_name(variant) == variant
    assert name_for_matching(normalise_name(variant)) == name_for_matching(normalise_name(name))


@given(st.text(HAN_OF_EVERY_PLANE, min_size=61, max_size=70))
def test_a_name_too_long_is_refused_and_never_shortened(name):
    with pytest.raises(Malformed, match="longer"):
        normalise_name(name)


@pytest.mark.parametrize(("written", "unified"), [("\ufa30", "\u4fae"), ("\U0002f80f", "\u5154"), ("\uf9dc", "\u9686")])
def test_a_compatibility_ideograph_stays_as_it_is_written_and_is_the_same_when_matched(written, unified):
    assert normalise_name(f"王{written}") == f"王{written}"
    assert name_for_matching(normalise_name(f"王{written}")) == name_for_matching(f"王{unified}")
