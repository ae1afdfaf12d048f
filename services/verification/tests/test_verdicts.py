"""What a stranger is told about what was typed, before anything is looked up."""

import pytest

from services.verification.domain.verdicts import look_at, verdict
from shared.codes.report_codes import new_report_code


def test_a_well_formed_code_is_looked_up_in_its_one_spelling():
    code = new_report_code("S")
    assert look_at(f" {code[:4]} {code[4:8].lower()}-{code[8:]} ")[0] == code


@pytest.mark.parametrize("typed", ["123456789012", "A" + "K7Q2" * 3 + "9Z1", "X0123456789ABCDE"])
def test_codes_of_the_system_before_us_are_well_written_and_lead_nowhere(typed):
    code, said = look_at(typed)
    assert (code, said.outcome) == (None, "unknown")
    assert said.zh == "此在线验证码无效。"


def test_a_mistyped_code_is_answered_exactly_like_one_that_nobody_has():
    code = new_report_code("Q")
    wrong = code[:5] + ("0" if code[5] != "0" else "1") + code[6:]
    assert look_at(wrong) == (None, verdict("unknown"))


def test_eighteen_digits_look_like_a_certificate_number():
    assert look_at("100131202305001234")[1].outcome == "certificate_number"


@pytest.mark.parametrize(
    "typed", ["", "B123456789ABCDEF", "12345", "S" * 17, "<script>", "S123 4567 89AB CDE!", "１２３"]
)
def test_anything_else_is_malformed(typed):
    assert look_at(typed) == (None, verdict("malformed"))


def test_every_verdict_speaks_both_languages():
    for outcome in ("valid", "unknown", "malformed", "certificate_number", "expired", "closed", "throttled"):
        said = verdict(outcome)
        assert said.zh
        assert said.en
        assert said.rule
