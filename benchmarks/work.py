"""Where the time of a run goes: CPU of every process and of each service's database, and peaks of memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

from shared.eventstore.store import Store
from tests.support.platform import Platform

_TICKS = os.sysconf("SC_CLK_TCK")
_AT_REST = 0.7  # seconds of CPU in a second: twelve idle processes look for work now and then, and find none
_QUIET_SECONDS = 4


class Work:
    """CPU time of every process of the platform, of the broker and of the database server, from now on."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self._platform = platform
        self._store = store
        self._before = self._now()

    def spent(self, rows: int) -> dict[str, float]:
        """Microseconds for each row, the dearest first; what cost less than half of one is left out."""
        now = self._now()
        spent = {name: (now[name] - self._before.get(name, 0.0)) / rows * 1e6 for name in now}
        return {name: round(each, 1) for name, each in sorted(spent.items(), key=lambda item: -item[1]) if each >= 0.5}

    def rest(self, patience: float = 300.0) -> None:
        """Wait until nobody works: what a new day asks for is done, and so is the server's own tidying up."""
        until, idle = time.monotonic() + patience, 0
        self._before = self._now()
        while idle < _QUIET_SECONDS:
            if time.monotonic() > until:
                raise AssertionError("the registry never came to rest")
            time.sleep(1)
            now = self._now()
            worked = sum(max(now[name] - self._before.get(name, 0.0), 0.0) for name in now)
            idle, self._before = (idle + 1 if worked < _AT_REST else 0), now

    def _now(self) -> dict[str, float]:
        found = {name: cpu_of(process.pid or 0) for name, process in self._platform.processes.items()}
        found["RabbitMQ"] = sum(map(cpu_of, _own_pids_named("beam.smp")))
        with self._store.reading() as cursor:
            cursor.execute("SELECT coalesce(datname, backend_type), pid FROM pg_stat_activity")
            for name, pid in cursor.fetchall():
                label = f"PostgreSQL {name.rpartition('_')[2]}"
                found[label] = found.get(label, 0.0) + cpu_of(pid)
        return found


def cpu_of(pid: int) -> float:
    """Seconds that a process has computed; 0 where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peaks(platform: Platform) -> dict[str, float]:
    """The most memory that each process of the platform ever held, in MiB."""
    return {name: _peak(process.pid or 0) for name, process in platform.processes.items()}


def _peak(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return round(int(line.split()[1]) / 1024, 1)
    raise LookupError(pid)


def _own_pids_named(name: str) -> list[int]:
    """The processes of a name that this one started, itself or by others: another broker's time is not ours."""
    parents: dict[int, int] = {}
    named = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                comm, _, rest = (entry / "stat").read_text(encoding="utf-8").partition("(")[2].rpartition(")")
                parents[int(entry.name)] = int(rest.split()[1])
                named += [int(entry.name)] if comm == name else []
        except OSError:
            continue
    return [pid for pid in named if _descends(pid, parents)]


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = parents.get(pid, 0)
    return False
