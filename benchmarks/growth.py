"""`annual_growth`: what the same annual registration costs where 10,000, 100,000 and 1,000,000 students exist."""

from __future__ import annotations

from typing import Any

from benchmarks.annual import OTHER, REGISTRAR, SCHOOL, SECOND, SECOND_REGISTRAR, Year, registry
from benchmarks.existing import ENTRY
from benchmarks.rows import Row, absolute
from tests.support.servers import Databases

SIZES = (10_000, 100_000, 1_000_000)
ROWS = 8_000
REACH = 1.3
SCHOOLS = ((SCHOOL, REGISTRAR), (SECOND, SECOND_REGISTRAR))
OTHERS = 300  # students of the school whose single commands go on meanwhile, for each run
_ELSEWHERE = 10_000  # students of each school that only fills the registry


def annual_growth(
    databases: Databases, amqp_url: str, *, sizes: tuple[int, ...] = SIZES, rows: int = ROWS
) -> list[Row]:
    """Two schools settle a year at each size, the next year at the next; the better one counts, for noise only adds."""
    schools = {school: rows // 2 for school, _ in SCHOOLS}  # with the third school's they are the first size
    with registry(databases, amqp_url, {**schools, OTHER: 2 * len(sizes) * OTHERS}) as (platform, existing, first):
        found: dict[int, dict[str, Any]] = {}
        there = sum(schools.values()) + 2 * len(sizes) * OTHERS
        for at, size in enumerate(sizes):
            if size > there:
                for name in platform.processes:
                    platform.stop(name)
                existing.add(_elsewhere(there, size))
                platform.start()
                there = size
            runs = [
                Year(platform, ENTRY + 1 + at, rows // 2, first[school], school, registrar).run(
                    "csv", first[OTHER] + (2 * at + place) * OTHERS, OTHERS
                )
                for place, (school, registrar) in enumerate(SCHOOLS)
            ]
            found[size] = _best(runs, rows // 2)
    base = found[sizes[0]]
    return [
        absolute(
            f"annual_growth_{size}",
            base["rate"] / found[size]["rate"],
            f"times the time of {sizes[0]:,} students, {size:,} existing ({found[size]['rate']:,.0f} rows/s)",
            reach=REACH,
            better="lower",
            cpu_ratio=round(found[size]["cpu"] / base["cpu"], 3),
            cpu_us_per_row=found[size]["all"],
        )
        for size in sizes
    ]


def _elsewhere(there: int, size: int) -> dict[str, int]:
    """Schools that fill a registry up."""
    starts = range(there, size, _ELSEWHERE)
    return {f"41110{start // _ELSEWHERE:05d}": min(_ELSEWHERE, size - start) for start in starts}


def _best(runs: list[Year], rows: int) -> dict[str, Any]:
    """Plan and commit together, the faster of the runs; CPU of enrollment and the two that hear years."""
    best = min(runs, key=lambda year: year.seconds["dry run"] + year.seconds["commit"])
    counted = [
        value for name, value in best.cpu.items()
        if any(word in name for word in ("enrollment", "imaging", "verification"))
    ]  # fmt: skip
    seconds = best.seconds["dry run"] + best.seconds["commit"]
    return {"rate": rows / seconds, "cpu": sum(counted), "all": best.cpu}
