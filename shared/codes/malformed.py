"""The one error of the nation's words: a value that is not written as it must be."""


class Malformed(ValueError):
    """A value is not well formed; says why in both languages, never repeats the value."""

    def __init__(self, zh: str, en: str, rule: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.rule = rule
