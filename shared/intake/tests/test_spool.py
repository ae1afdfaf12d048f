"""A file is parsed once, and its rows are given back as often as they are asked for."""

from collections.abc import Iterator

from shared.intake.columns import Row
from shared.intake.spool import KeptSheets, Spool

FILE, OTHER, THIRD = ("a" * 64, "a.xlsx"), ("b" * 64, "b.xlsx"), ("c" * 64, "c.xlsx")


class Costly:
    """A sheet that counts how often it was parsed."""

    format, header = "xlsx", ("考生号", "姓名")

    def __init__(self) -> None:
        self.parsed = 0

    def __iter__(self) -> Iterator[Row]:
        self.parsed += 1
        yield Row(2, ["26110101150001", "张三"])
        yield Row(4, ["", 'a "quoted",\nbroken cell'])


def test_rows_come_back_as_they_were_read_and_are_parsed_once() -> None:
    costly = Costly()
    spool = Spool(costly)
    first = list(spool)
    assert list(spool) == first == list(spool)
    assert [row.number for row in first] == [2, 4]
    assert costly.parsed == 1


def test_a_plan_that_is_committed_soon_finds_its_rows_again() -> None:
    costly, kept = Costly(), KeptSheets()
    planned = list(kept.sheet(FILE, lambda: Spool(costly)))
    assert list(kept.sheet(FILE, lambda: Spool(Costly()))) == planned
    assert costly.parsed == 1


def test_a_file_that_was_not_read_to_its_end_is_read_anew() -> None:
    kept = KeptSheets()
    next(iter(kept.sheet(FILE, lambda: Spool(Costly()))))
    anew = Spool(Costly())
    assert kept.sheet(FILE, lambda: anew) is anew


def test_a_file_of_the_same_content_and_another_name_is_another_file() -> None:
    kept = KeptSheets()
    list(kept.sheet(FILE, lambda: Spool(Costly())))
    anew = Spool(Costly())
    assert kept.sheet((FILE[0], "a.csv"), lambda: anew) is anew


def test_only_the_newest_are_kept_and_what_is_let_go_is_gone() -> None:
    kept = KeptSheets(most=2)
    spools = {key: Spool(Costly()) for key in (FILE, OTHER, THIRD)}
    for key, spool in spools.items():
        list(kept.sheet(key, lambda spool=spool: spool))  # type: ignore[misc]
    here = [key for key in (OTHER, THIRD, FILE) if kept.sheet(key, Costly) is spools[key]]
    assert here == [OTHER, THIRD]
    kept.let_go(OTHER)
    assert kept.sheet(OTHER, Costly) is not spools[OTHER]
    kept.let_go()
    assert kept.sheet(THIRD, Costly) is not spools[THIRD]
