"""What is asked about one student names the kind of training, or the answer is narrowed by it (A24-1)."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
OF_ONE_KIND: Final = ("batch", "certificate", "photo", "student_status")
# By these the rows of a list are narrowed to the kind that the asker is appointed for
NARROWING: Final = ("categories_of", "appointed_for", "categories_under", "OF_CATEGORY", "_asked", "training")
# What concerns a school as a whole, or what is asked once more when the student is known, and why
WHOLE: Final = {
    "_resource": "what a file leads to is asked once more under the kind that the file carries",
    "ask_class_to_check": "whom it asks is narrowed where they are found",
    "ask_unmasking": "auditors are appointed for no kind",
    "export_roster": "the rows are narrowed where they are read",
    "find_status": "asked once more for the record that was found",
    "list_batches": "names files and nobody in them; each is read under its kind",
    "list_roster": "the rows are narrowed by the roster's own kind",
    "register_contested": "asked once more for the admission that is registered",
    "register_student": "asked once more for the admission that is registered",
    "roster_of": "the rows are narrowed where they are read",
    "submit_file": "each row is looked at under the kind that the file carries",
    "submit_freshman_results": "each row is looked at under the kind that the file carries",
    "submit_year_results": "each row is looked at under the kind that the file carries",
}


def calls() -> Iterator[tuple[str, ast.FunctionDef, ast.Call]]:
    """Every resource of these kinds that the services ask about, with the function in which it stands."""
    for path in sorted((ROOT / "services").rglob("*.py")):
        if "tests" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and ast.unparse(node.func) == "Resource"
                    and _kind_of(node) in OF_ONE_KIND
                ):
                    yield str(path.relative_to(ROOT)), function, node


def _kind_of(call: ast.Call) -> object:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) else None


def says_whose_it_is(call: ast.Call) -> bool:
    """Whether it names the kind of training, or is about the asker's own alone."""
    named = {keyword.arg for keyword in call.keywords}
    return "training" in named or named == {"person"}


def narrows(function: ast.FunctionDef) -> bool:
    names = {ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Name | ast.Attribute)}
    return not names.isdisjoint(NARROWING)


CALLS = list(calls())


@pytest.mark.rule("A24-1")
@pytest.mark.parametrize(
    ("place", "function", "call"), CALLS, ids=[f"{place}:{call.lineno}" for place, _, call in CALLS]
)
def test_whoever_acts_on_a_student_is_asked_for_which_kind_of_training(
    place: str, function: ast.FunctionDef, call: ast.Call
) -> None:
    """Given any question to the table about a status, a certificate, a photo or a file, when it is about one student,
    then it names the kind of training; a list is narrowed by it, or stands here with what takes care of it."""
    assert says_whose_it_is(call) or narrows(function) or function.name in WHOLE, f"{place}: {ast.unparse(call)}"


def test_what_is_left_out_is_there() -> None:
    left = {function.name for _, function, call in CALLS if not says_whose_it_is(call) and not narrows(function)}
    assert set(WHOLE) == left
    assert len(CALLS) > 30
