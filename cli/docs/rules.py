"""docs/rulebook.md: every rule in both languages."""

from itertools import groupby

from shared.rules.rule import ALWAYS, Rule
from shared.rules.rulebook import RULES

_HEAD = """\
# Rulebook

Generated from `shared/rules` by `xueji docs`; do not edit. A refusal names one of these ids. **said** means that the
article states it; **inferred** means that we read it out of the article to make it executable. The texts are ours; the
regulation's own words prevail.
"""

_CHAPTERS = {
    "A": "The Measure (教学〔2014〕11号)",
    "R41": "Order 41 (普通高等学校学生管理规定)",
    "R": "Other regulations",
    "AC": "Accounts",
    "AUD": "Audit",
    "PIPL": "Personal information",
    "X": "The registry's own rules",
}


def rulebook_page() -> str:
    """The whole page as Markdown."""
    lines = [_HEAD]
    for chapter, rules in groupby(RULES.values(), key=_chapter):
        lines += [f"## {chapter}\n", "| rule | from | kept by | 中文 | English |", "|---|---|---|---|---|"]
        lines += [_line(rule) for rule in rules]
        lines.append("")
    return "\n".join(lines)


def _chapter(rule: Rule) -> str:
    prefix = rule.id.partition("-")[0]
    if prefix in _CHAPTERS:
        return _CHAPTERS[prefix]
    return _CHAPTERS["R"] if prefix.startswith("R") else _CHAPTERS["A"]


def _line(rule: Rule) -> str:
    origin = f"{rule.article}, {'said' if rule.literal else 'inferred'}" if rule.article != "house" else "house"
    until = f" until {rule.valid_to}" if rule.valid_to else ""
    since = "" if rule.valid_from == ALWAYS else f", since {rule.valid_from}"
    return (
        f'| <a id="{rule.id.lower()}"></a>{rule.id} | {origin}{since}{until} | {rule.owner} | {rule.zh} | {rule.en} |'
    )
