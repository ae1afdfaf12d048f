"""Report codes notice what was mistyped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.codes.malformed import Malformed
from shared.codes.report_codes import ALPHABET, check_character, check_report_code, new_report_code, shape_of_code

bodies = st.builds(str.__add__, st.sampled_from("AXSQDT"), st.text(ALPHABET, min_size=14, max_size=14))
codes = bodies.map(lambda body: body + check_character(body))
places = st.integers(0, 15)


def test_a_new_code_is_accepted():
    code = new_report_code("S")
    assert len(code) == 16
    assert code[0] == "S"
    assert check_report_code(code) == code
    assert shape_of_code(code) == "code"


@pytest.mark.rule("X-CODE-6")
@given(codes, places, st.sampled_from(ALPHABET))
def test_no_single_wrong_character_is_accepted(code, place, other):
    """Given a report code, when any one character of it is changed, then it is refused."""
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Malformed):
            check_report_code(wrong)


@given(codes, places, places)
def test_no_exchange_of_two_characters_is_accepted(code, first, second):
    swapped = list(code)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    wrong = "".join(swapped)
    if wrong != code:
        with pytest.raises(Malformed):
            check_report_code(wrong)


def test_every_single_substitution_of_one_code_is_noticed():
    code = new_report_code("Q")
    for place in range(16):
        for other in ALPHABET:
            wrong = code[:place] + other + code[place + 1 :]
            if wrong != code:
                with pytest.raises(Malformed):
                    check_report_code(wrong)


@given(codes)
def test_spaces_hyphens_small_letters_and_look_alikes_are_the_same_code(code):
    typed = "-".join(code[place : place + 4] for place in range(0, 16, 4)).lower().replace("1", "l").replace("0", "O")
    assert check_report_code(f" {typed} ") == code


@given(st.text(max_size=40))
def test_any_text_has_a_shape(text):
    assert shape_of_code(text) in ("code", "legacy", "certificate_number", "malformed")


@pytest.mark.rule("X-CODE-6")
def test_codes_of_the_earlier_system_are_recognised():
    """Given what looks like another kind of number, when it is checked as a report code, then the refusal says what it
    looks like."""
    assert shape_of_code("123456789012") == "legacy"
    assert shape_of_code("A23456789012345B") == "legacy"
    assert shape_of_code("B23456789012345B") == "malformed"
    assert shape_of_code("100011202605001234") == "certificate_number"
    with pytest.raises(Malformed, match="certificate number"):
        check_report_code("100011202605001234")


def test_a_kind_that_does_not_exist_has_no_code():
    with pytest.raises(ValueError, match="kind"):
        new_report_code("B")
