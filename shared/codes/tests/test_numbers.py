"""Certificate numbers, degree numbers, school codes."""

import pytest

from shared.codes.certificate_numbers import (
    check_certificate_number,
    is_self_taught_number,
    make_certificate_number,
    read_certificate_number,
    spellings_to_try,
)
from shared.codes.degree_numbers import read_degree_number
from shared.codes.malformed import Malformed
from shared.codes.schools import check_school_code, national_code, province_of


def test_a_certificate_number_is_read():
    number = read_certificate_number("100011202605001234")
    assert (number.school, number.type, number.year, number.level, number.serial) == (
        "10001",
        "1",
        2026,
        "05",
        "001234",
    )
    assert number.level_name == "本科"
    assert str(number) == "100011202605001234"


def test_a_certificate_number_is_made():
    assert make_certificate_number("4111010001", "普通高等教育", 2026, "本科", 1234) == "100011202605001234"
    assert make_certificate_number("4111010003", "研究生", 2026, "博士研究生", 7) == "100031202601000007"
    for serial in (0, 1_000_000):
        with pytest.raises(Malformed):
            make_certificate_number("4111010001", "普通高等教育", 2026, "本科", serial)
    with pytest.raises(Malformed):
        make_certificate_number("4111010001", "普通高等教育", 2026, "预科", 1)


@pytest.mark.rule("X-CODE-4")
def test_an_unknown_level_is_refused_when_new_and_warned_of_when_old():
    """Given a number with an unknown level, when it is new, then it is refused, and an old one is read with a warning.
    Given a number with an unknown level, when it is new, then it is refused, and an old one is read with a warning."""
    with pytest.raises(Malformed, match="level"):
        check_certificate_number("100011202603001234")
    assert read_certificate_number("100011202603001234", legacy=True).warnings == ("unknown level",)


def test_17_digits_belong_to_2002_and_before():
    assert read_certificate_number("10001120020500123", legacy=True).year == 2002
    with pytest.raises(Malformed, match="17 digits"):
        read_certificate_number("10001120020500123")
    with pytest.raises(Malformed, match="17 digits"):
        read_certificate_number("10001120030500123", legacy=True)


@pytest.mark.rule("X-CODE-4")
@pytest.mark.parametrize(
    "number", ["", "10001", "10001120260500123X", "100012202605001234", "100011202605000000", "1000112026050012345"]
)
def test_what_is_no_certificate_number_is_refused(number):
    """Given something that is no certificate number, when it is checked, then it is refused."""
    with pytest.raises(Malformed):
        check_certificate_number(number)


def test_a_self_taught_number_stays_opaque():
    assert is_self_taught_number("65110101261123456")
    assert is_self_taught_number("651101012611234567")
    assert not is_self_taught_number("5510101261123456")


@pytest.mark.parametrize("typed", ["NO.00298959", "No. 00298959", "№00298959", " 00298959 ", "0029.8959"])
def test_old_numbers_are_tried_with_and_without_zeros(typed):
    assert spellings_to_try(typed) == ("00298959", "298959")


def test_degree_numbers_are_read():
    assert read_degree_number("1000142026000001").degree_name == "学士"
    self_taught = read_degree_number("C1000142026Z00001")
    assert self_taught.degree_name == "学士"
    assert self_taught.self_taught
    assert not read_degree_number("1000142026000001").self_taught


@pytest.mark.parametrize("number", ["1000152026000001", "X1000142026000001", "100014202600001", ""])
def test_what_is_no_degree_number_is_refused(number):
    with pytest.raises(Malformed):
        read_degree_number(number)


@pytest.mark.rule("X-CODE-5")
def test_school_codes_are_checked():
    """Given a code with a wrong province, sequence or length, when it is checked, then it is refused."""
    assert check_school_code("4111010001") == "4111010001"
    assert national_code("4111010001") == "10001"
    assert province_of("4111010001") == "11"
    for code in ("4111110001", "3611010001", "4199010001", "10001", "411101000A", "４１１１０１０００１"):
        with pytest.raises(Malformed):
            check_school_code(code)
