"""`initial_load`: an old register of 1,000,000 statuses, loaded by plan and commit, and what 10,000,000 would take."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

from benchmarks.annual import SCHOOL, registry
from benchmarks.filing import PUBLISHER, Filing, caller_as
from benchmarks.rows import Row, absolute
from benchmarks.work import Work, peaks
from tests.support.servers import Databases

ROWS = 1_000_000
FILE = 250_000  # rows of one file
WHOLE = 10_000_000
KIND, PARAMS = "existing_statuses", {"source": "老系统"}
SUBMITTER, COMMITTER = "education-11", "ministry"  # two persons, for what is loaded stays
HEARERS = ("identity", "imaging", "credentials", "verification")
TITLES = (
    "YXDM", "YXMC", "KSH", "XH", "XM", "XB", "CSRQ", "ZJLX", "SFZH", "MZ", "ZYDM", "ZYMC", "CC", "XZ", "XXXS", "XLLB",
    "LQLX", "RXRQ", "YJBYRQ", "XJZT", "LXRQ", "ZHXN", "PZDJ",
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def initial_load(databases: Databases, amqp_url: str, *, rows: int = ROWS, per_file: int = FILE) -> list[Row]:
    """File by file, each planned and committed; the end is when all four services can be asked about everybody."""
    with registry(databases, amqp_url, {}) as (platform, _, _first):
        filing = Filing(platform, HEARERS, patience=7200.0)
        work = Work(platform, filing.stores[PUBLISHER])
        for start in range(0, rows, per_file):
            count = min(per_file, rows - start)
            submitter, committer = caller_as(platform, SUBMITTER), caller_as(platform, COMMITTER)
            batch_id = filing.submit(submitter, KIND, "register.csv", file_of(start, count), PARAMS, province="11")
            filing.try_out(batch_id, count)
            filing.commit(batch_id, committer, count)
            filing.tell(f"{start + count:,} loaded")
        filing.wait_for_hearers()
        filing.tell(f"{rows:,} heard")
        cpu, memory = work.spent(rows), peaks(platform)
        filing.close()
    stages = {name: filing.seconds[name] for name in ("upload", "dry run", "commit", "heard")}
    whole = sum(stages.values())
    rate = rows / whole
    return [
        absolute(
            "initial_load",
            rate,
            f"rows/s until every service can be asked; {WHOLE / rate / 3600:.1f} hours for {WHOLE:,}",
            reach=0.0,
            shares={name: round(seconds / whole, 3) for name, seconds in stages.items()},
            cpu_us_per_row=cpu,
            memory_mib=max(memory.values()),
        )
    ]


def file_of(start: int, count: int) -> bytes:
    """So many rows of an old register."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(TITLES)
    writer.writerows(rows_of(start, count))
    return text.getvalue().encode()


def rows_of(start: int, count: int) -> Iterator[tuple[str, ...]]:
    """People who entered in one of eight years; those of the first four have graduated."""
    for number in range(start, start + count):
        entry = 2014 + number % 8
        born = date(entry - 18, 1, 1) + timedelta(days=number // 8 % 240)
        graduated = entry < 2018
        yield (
            SCHOOL, "北京大学", f"{entry % 100}{number:012d}", f"{entry % 100}{number:08d}", "王小明", "男",
            f"{born:%Y%m%d}", "居民身份证", id_number(born, number // 1920), "汉族", "010101", "哲学", "本科", "4",
            "普通全日制", "普通高等教育", "普通", f"{entry}0901", f"{entry + 4}0701", "毕业" if graduated else "在籍",
            f"{entry + 4}0701" if graduated else "", str(min(entry + 3, 2021)), "原学籍库",
        )  # fmt: skip


def id_number(born: date, sequence: int) -> str:
    """A resident's number with a valid last character; 999 for each day and county."""
    body = f"{110101 + sequence // 999:06d}{born:%Y%m%d}{1 + sequence % 999:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]
