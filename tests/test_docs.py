"""The documentation is tested: links lead somewhere, commands exist, variables and metrics are those of the code."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from cli.main import xueji

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = ROOT / "docs/operations.md"
ADR = ROOT / "docs/adr"
SKIPPED = {".venv", ".git", "var", "build", "node_modules"}
VARIABLE = re.compile(r"XUEJI_[A-Z_]+[A-Z]")
METRIC = re.compile(r'(?:Counter|Gauge|Histogram|Summary)\(\s*"(xueji_[a-z_]+)"')
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^|[`\s(])xueji ((?:[a-z][a-z-]+ ?){1,2})")
TARGET = re.compile(r"(?:^|`)make ([a-z]+)")


def pages() -> list[Path]:
    return sorted(
        path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts) and path.is_file()
    )


PAGES = pages()


def page_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_of(path: Path) -> Iterator[str]:
    """What a page sets in code: fenced blocks of the shell, line by line, and code spans."""
    text = path.read_text(encoding="utf-8")
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        if language in ("", "sh", "bash", "console", "text"):
            yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors that a forge makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in (first or second for first, second in LINK.findall(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        found = (page.parent / target).resolve() if target else page
        if not found.exists() or (anchor and found.suffix == ".md" and anchor not in anchors(found)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_that_is_named_exists(page: Path) -> None:
    unknown = [
        f"xueji {words}" for line in code_of(page) for words in COMMAND.findall(line) if not _exists(words.split())
    ]
    assert unknown == []


def _exists(words: list[str]) -> bool:
    command: click.Command | None = xueji.commands.get(words[0])
    if isinstance(command, click.Group) and len(words) > 1:
        command = command.commands.get(words[1])
    return command is not None


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {target for line in code_of(page) for target in TARGET.findall(line)} - targets == set()


def test_every_make_target_explains_itself_in_one_line() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^\.PHONY: (.+)$", text, flags=re.MULTILINE)
    assert listed is not None
    explained = set(re.findall(r"^([a-z]+):.*## .+$", text, flags=re.MULTILINE))
    assert explained == set(listed.group(1).split())


def test_the_environment_is_described_as_the_settings_read_it() -> None:
    settings = [
        *(ROOT / "services").glob("*/config.py"),
        *(ROOT / "shared").glob("*/settings.py"),
        ROOT / "gateway/settings.py",
    ]
    read = {name for path in settings for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    rows = re.findall(r"^\| (`XUEJI_.*?) \|", OPERATIONS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    described = {name for row in rows for name in VARIABLE.findall(row)}
    assert described == read


def test_no_module_but_the_settings_has_a_variable_of_its_own() -> None:
    described = set(VARIABLE.findall(OPERATIONS.read_text(encoding="utf-8")))
    used = {
        name
        for folder in ("shared", "services", "gateway", "cli")
        for path in (ROOT / folder).rglob("*.py")
        if "tests" not in path.relative_to(ROOT).parts
        for name in VARIABLE.findall(path.read_text(encoding="utf-8"))
    }
    assert used - described == set()


def test_the_metrics_are_described_as_the_code_names_them() -> None:
    named = {
        name
        for folder in ("shared", "services", "gateway")
        for path in (ROOT / folder).rglob("*.py")
        if "tests" not in path.relative_to(ROOT).parts
        for name in METRIC.findall(path.read_text(encoding="utf-8"))
    }
    described = set(re.findall(r"`(xueji_[a-z_]+)`", OPERATIONS.read_text(encoding="utf-8")))
    assert described - {"xueji_app", "xueji_audit"} == named


def test_the_index_of_decisions_is_complete_and_without_gaps() -> None:
    files = sorted(path.name for path in ADR.glob("[0-9]*.md"))
    listed = re.findall(
        r"^\| \[\d{4}\]\(([^)]+)\)", (ADR / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert listed == files
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))


@pytest.mark.parametrize("decision", sorted(ADR.glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_it_costs(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.name[:4]} ")
    for heading in ("**Status:**", "## Context", "## Decision"):
        assert heading in text
    assert re.search(r"^## (Price|Consequences|What it costs)", text, flags=re.MULTILINE)


def test_the_glossary_knows_the_words_of_the_code() -> None:
    from shared.access import permission

    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", glossary))
    roles = set(re.findall(r'"(\w+)"', Path(permission.__file__).read_text(encoding="utf-8"))) & {
        "student", "registrar", "province_admissions", "province_education", "ministry", "operator",
        "image_collector", "self_taught_office", "verifier", "auditor",
    }  # fmt: skip
    aggregates = {
        name
        for path in (ROOT / "services").glob("*/domain/*.py")
        for name in re.findall(r"^class (\w+)\(.*stored_as=", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    assert len(roles) == 10
    assert roles - named == set()
    assert aggregates - named == set()
