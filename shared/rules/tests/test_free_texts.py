"""What a text that stays for ever must not say."""

import pytest

from shared.rules.free_texts import TextNamesPerson, checked_words, names_person

NAMING = [
    "持证人 11010519491231002X 来电",
    "110105491231002",
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105 19491231 002X",
    "电话13812345678",
    "138 1234 5678",
    "6222 0212 3456 7890 123",
    "a.b@example.edu.cn 来信",
    "a@b.cn",
    "张三@例子.中国",
    "护照 E12345678",
    "EA1234567",
    "通行证 H1234567890",
    "𝟏𝟏𝟎𝟏𝟎𝟓𝟏𝟗𝟒𝟗𝟏𝟐𝟑𝟏𝟎𝟎𝟐𝐗",
    "01930f3a-0000-7000-8000-0000000000a1 13812345678",
]
NAMELESS = [
    "",
    "来电：查不到学籍",
    "同一人更换护照后重复注册",
    "2026-10-20 10:15:30 会议纪要第 3 号",
    "2022 级 4111010001 校 001 班",
    "01930f3a-0000-7000-8000-000000000001",
    "8" * 64,
    "paper-1",
    "No. 00982456",
    "get_status",
    "每班 @ 2 人. 完",
]


@pytest.mark.asvs("16.2.5")
@pytest.mark.rule("A25-1")
@pytest.mark.parametrize("text", NAMING)
def test_a_text_with_a_number_or_address_of_somebody_is_refused(text: str) -> None:
    """Given a text with the number of a document, a telephone, a bank card or a mail address, in any width or in
    groups, when somebody wants it kept, then it is refused and the number is not said again."""
    with pytest.raises(TextNamesPerson) as refused:
        checked_words(text, field="purpose")
    said = refused.value.as_dict()
    assert (said["field"], said["status"]) == ("purpose", 422)
    assert text not in str(said)


@pytest.mark.parametrize("text", NAMELESS)
def test_what_the_registry_itself_counts_by_is_nobodys_number(text: str) -> None:
    assert not names_person(text)
    assert checked_words(text) == text
