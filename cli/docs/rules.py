"""docs/rulebook.md: every article, its rules, the code that decides them, the tests that prove them."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from cli.docs.rulebook_index import collected
from shared.rules.articles import ARTICLES, CHAPTERS, Article
from shared.rules.evidence import Evidence, Place
from shared.rules.rule import ALWAYS, Rule, article_of
from shared.rules.rulebook import RULES

_HEAD: Final = """\
# Rulebook

Generated from `shared/rules`, the code and the tests by `xueji docs`; do not edit. `xueji rules list` and
`xueji rules explain A8-9` say the same in a terminal, `/api/v1/rules` to programs, `/rules/A8-9` to people. The texts
are ours; the regulation's own words prevail.

- **literal**: the article states it; **inferred**: we read it out of the article to make it executable.
- **built**: code decides it and a test proves it; **not yet**: nothing decides it so far. A test holds this page to it.
- **in force**: the day on which a fact takes effect decides, not the day on which it is recorded (A28). Before
  2014-09-01 only what is **always** in force holds: that nobody has two full-time statuses (A8-9), that a status has a
  released admission (A7-3), that a year is settled once (A12-3), that a status has one certificate (A16-2), and the
  registry's own rules.
- Code **refuses** under a rule, **records** it with the facts that it allows, **names** it in a table, or **keeps** it
  by its docstring's word.
"""
_ELSEWHERE: Final = (
    ("R41", "Order 41 (普通高等学校学生管理规定)"),
    ("R", "Other regulations"),
    ("AC", "Accounts"),
    ("AUD", "Audit"),
    ("PIPL", "Personal information"),
    ("X", "The registry's own rules"),
)
_DOES: Final = ("refuses", "records", "names", "keeps")
_TABLE: Final = "|---|---|---:|---:|---:|---|---|"


def rulebook_page() -> str:
    """The whole page as Markdown."""
    lines = [_HEAD, *_map(), *_elsewhere_map()]
    for number, articles in groupby(ARTICLES, key=lambda article: article.chapter):
        zh, en = CHAPTERS[number]
        lines += [f"## Chapter {number}: {en} {zh}\n"]
        for article in articles:
            lines += _article(article)
    for prefix, title in _ELSEWHERE:
        lines += [f"## {title}\n"]
        for rule in _from(prefix):
            lines += _rule(rule)
    return "\n".join(lines).rstrip() + "\n"


def _map() -> Iterator[str]:
    yield "## Map of the Measure 教学〔2014〕11号\n"
    yield "| article | about | rules | built | not yet | in force | kept by |"
    yield _TABLE
    rules = [rule for rule in RULES.values() if article_of(rule.id)]
    for article in ARTICLES:
        heading = f"[{article.number}](#article-{article.number})"
        yield _summary(heading, f"{article.en} {article.zh}", _of(article))
    yield _summary("**all 28**", "", rules)
    yield ""


def _elsewhere_map() -> Iterator[str]:
    yield "## Map of the other sources\n"
    yield "| rules | from | rules | built | not yet | in force | kept by |"
    yield _TABLE
    for prefix, title in _ELSEWHERE:
        yield _summary(f"{prefix}-…" if prefix != "R" else "R01 … RF", title, _from(prefix))
    yield ""


def _summary(first: str, second: str, rules: list[Rule]) -> str:
    built = sum(rule.state == "built" for rule in rules)
    days = sorted({rule.valid_from for rule in rules})
    in_force = "always" if days == [ALWAYS] else f"since {min(day for day in days if day != ALWAYS)}" if days else "–"
    if ALWAYS in days and days != [ALWAYS]:
        in_force += ", in part always"
    owners = ", ".join(sorted({rule.owner for rule in rules})) or "–"
    return f"| {first} | {second} | {len(rules)} | {built} | {len(rules) - built} | {in_force} | {owners} |"


def _article(article: Article) -> Iterator[str]:
    yield f"### Article {article.number}\n"
    yield f"{article.en} · 第{article.number}条 {article.zh}\n"
    rules = _of(article)
    if not rules:
        yield "No executable rule: this article asks nothing of a register's data.\n"
    for rule in rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    evidence = collected()[rule.id]
    yield f"#### {rule.id}\n"
    yield f"{rule.zh}<br>{rule.en}\n"
    yield f"{_origin(rule)} · {_validity(rule)} · {rule.owner} · **{rule.state.replace('_', ' ')}**\n"
    yield from _code(evidence)
    yield from _tests(evidence)


def _origin(rule: Rule) -> str:
    if rule.article == "house":
        return "house"
    return f"{rule.article}, {'literal' if rule.literal else 'inferred'}"


def _validity(rule: Rule) -> str:
    since = "always" if rule.valid_from == ALWAYS else f"since {rule.valid_from}"
    return since + (f" until {rule.valid_to}" if rule.valid_to else "")


def _code(evidence: Evidence) -> Iterator[str]:
    if not evidence.code:
        return
    codes = f" ({', '.join(f'`{code}`' for code in evidence.codes)})" if evidence.codes else ""
    for how in _DOES:
        places = [place for place in evidence.code if place.how == how]
        if places:
            yield f"- {how}{codes if how == 'refuses' else ''}: {'; '.join(_links(places))}"
    yield ""


def _links(places: Iterable[Place]) -> Iterator[str]:
    for file, group in groupby(places, key=lambda place: place.file):
        yield f"[{file}](../{file}): {', '.join(f'`{place.name}`' for place in group)}"


def _tests(evidence: Evidence) -> Iterator[str]:
    for proof in evidence.tests:
        words = proof.words or proof.name.removeprefix("test_").replace("_", " ")
        yield f"- proved: {words} ([{proof.name}](../{proof.file}))"
    if evidence.tests:
        yield ""


def _of(article: Article) -> list[Rule]:
    return [rule for rule in RULES.values() if article_of(rule.id) == article.number]


def _from(prefix: str) -> list[Rule]:
    """The rules of a source; R stands for every regulation but Order 41."""
    if prefix == "R":
        return [rule for rule in RULES.values() if rule.id.startswith("R") and not rule.id.startswith("R41-")]
    return [rule for rule in RULES.values() if rule.id.startswith(f"{prefix}-")]
