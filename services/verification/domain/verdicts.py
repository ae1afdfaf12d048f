"""What a stranger is told about a code, in both languages (domain vocabulary of online verification)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.codes.report_codes import ALPHABET, KIND_LETTERS, LENGTH, normalise_report_code, shape_of_code


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer: its name, the HTTP status it travels with, its rule, its words."""

    outcome: str
    status: int
    rule: str
    zh: str
    en: str


_VERDICTS: Final[Mapping[str, Verdict]] = MappingProxyType(
    {
        each.outcome: each
        for each in (
            Verdict("valid", 200, "A21-2", "验证成功。", "This report is genuine and valid."),
            Verdict("unknown", 404, "X-REPORT-4", "此在线验证码无效。", "This verification code is not valid."),
            Verdict(
                "malformed",
                422,
                "X-REPORT-5",
                "系统检测到非法访问，不合要求的在线验证码！",
                "This is not written as a verification code is: 16 letters and digits.",
            ),
            Verdict(
                "certificate_number",
                422,
                "X-REPORT-5",
                "这像是证书编号，不是在线验证码。",
                "This looks like a certificate number, not like a verification code.",
            ),
            Verdict(
                "expired",
                410,
                "X-REPORT-3",
                "在线验证报告已过期，无法在线验证。",
                "This report has expired and cannot be verified; its owner may extend it.",
            ),
            Verdict(
                "closed",
                410,
                "X-REPORT-2",
                "在线验证报告已关闭，无法在线验证。",
                "This report was closed by its owner and cannot be verified.",
            ),
            Verdict(
                "revoked",
                410,
                "A26-2",
                "该学籍(学历)因违规取得已被注销,报告无效。",
                "The status was obtained against the rules and is cancelled: this report is not valid.",
            ),
            Verdict("throttled", 429, "A21-3", "查询过于频繁，请稍后再试。", "Too many queries; try again later."),
            Verdict(
                "unavailable", 503, "X-SERVICE-1", "服务暂时不可用，请稍后再试。", "Not available now; try again later."
            ),
        )
    }
)


# No word of who said what about whom: a stranger needs to know that it does not count, and no more (A26-2)
_VOID: Final = Verdict("revoked", 410, "X-REPORT-7", "该在线验证报告已失效。", "This report is no longer valid.")


def verdict(outcome: str) -> Verdict:
    """The verdict of an outcome."""
    return _VOID if outcome == "void" else _VERDICTS[outcome]


def look_at(text: str) -> tuple[str | None, Verdict]:
    """The code to look up, if what was typed can be one of ours, and what to say if it leads nowhere.

    A code with a mistyped character is answered like one that nobody has: only the owner knows which it is. The codes
    of the system before us are well written and lead nowhere here.
    """
    shape = shape_of_code(text)
    if shape == "code":
        return normalise_report_code(text), verdict("unknown")
    if shape == "certificate_number":
        return None, verdict("certificate_number")
    if shape == "legacy" or _written_like_a_code(normalise_report_code(text)):
        return None, verdict("unknown")
    return None, verdict("malformed")


def _written_like_a_code(code: str) -> bool:
    return len(code) == LENGTH and code[0] in KIND_LETTERS and all(character in ALPHABET for character in code)
