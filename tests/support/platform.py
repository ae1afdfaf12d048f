"""The whole registry as separate processes on real servers, to be walked through, killed and started again by name."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from cli.postgres_cluster import HOST, free_port
from cli.processes import SERVICES
from shared.codes.clock import SetClock
from shared.eventstore.privacy import Keyring
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import migrate
from tests.support.servers import Databases

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240.0  # twelve processes on a machine that has much else to do
STOP_SECONDS = 40.0
PROCESSES = (*(f"{name}-{role}" for name in SERVICES for role in ("worker", "service")), "public", "gateway")


class NotReady(AssertionError):
    """A process did not become ready; the message ends with its last words."""


class Process:
    """One process of the registry: its command, its private port, its log."""

    def __init__(self, name: str, arguments: list[str], environ: Mapping[str, str], log: Path, probe: str) -> None:
        self.name = name
        self._arguments = arguments
        self._environ = environ
        self._log = log
        self._probe = probe
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._running.pid if self._running is not None and self._running.poll() is None else None

    def start(self) -> None:
        """Start, and return at once."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "cli.main", *self._arguments],
                cwd=ROOT, env=dict(self._environ), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def wait_until_ready(self, deadline: float) -> None:
        """Wait for the process's own word that it serves."""
        while time.monotonic() < deadline:
            if self.pid is None:
                raise NotReady(f"{self.name} ended. {self.last_words()}")
            if self.is_ready():
                return
            time.sleep(0.05)
        raise NotReady(f"{self.name} is not ready. {self.last_words()}")

    def is_ready(self) -> bool:
        """Whether it serves now."""
        try:
            with urllib.request.urlopen(self._probe, timeout=15) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refused:
            refused.close()
            return False
        except OSError:
            return False

    def end(self, how: signal.Signals) -> int:
        """Send a signal, wait for the end, and return the exit status."""
        running, self._running = self._running, None
        if running is None:
            return 0
        if running.poll() is None:
            running.send_signal(how)
        try:
            return running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            raise NotReady(f"{self.name} did not stop within {STOP_SECONDS:.0f} s. {self.last_words()}") from None

    def last_words(self) -> str:
        """The end of its log."""
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        return f"Its last words:\n{text[-3000:]}"


class Platform:
    """Services, workers, gateway and public verification, each a process of its own."""

    def __init__(
        self,
        folder: Path,
        databases: Databases,
        amqp_url: str,
        *,
        now: datetime | None = None,
        only: Iterable[str] = PROCESSES,
        extra: Mapping[str, str] | None = None,
        name: str = HOST,
    ) -> None:
        self.folder = folder
        self._databases = databases
        self._name = f"xueji_{os.urandom(4).hex()}"
        self.clock = SetClock(folder / "clock")
        if now is not None:
            self.clock.set(now)
        gateway, public = free_port(), free_port()
        self.origin = f"http://{HOST}:{gateway}"
        self.public_origin = f"http://{name}:{gateway}"  # browsers bind passkeys to a name, never to an address
        self.verification = f"http://{HOST}:{public}"
        self.environ = self._environ(amqp_url, "system" if now is None else f"set:{folder / 'clock'}", extra or {})
        ports = {"gateway": gateway, "public": public}
        self.processes = {name: self._process(name, ports.get(name, 0)) for name in PROCESSES if name in set(only)}

    def __enter__(self) -> "Platform":
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            with contextlib.suppress(NotReady):
                process.end(signal.SIGKILL)
        for service in SERVICES:
            with contextlib.suppress(Exception):  # the server may be down: a fault test may end like that
                self._databases.drop(self.postgres_url(service))

    def prepare(self) -> None:
        """Make the folders, the keys, and one migrated database for each service."""
        for name in ("blobs", "mailbox"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        Keyring.generate(self.environ["XUEJI_KEYS_FILE"])
        for service in SERVICES:
            name = urlsplit(self.postgres_url(service)).path.lstrip("/")
            self._databases.create(name, service, partial(migrate, service=service))

    def start(self, *names: str) -> None:
        """Start these processes (without names: all) and wait until every one is ready."""
        chosen = [self.processes[name] for name in names or self.processes]
        for process in chosen:
            if process.pid is None:
                process.start()
        self.wait_until_ready(*names)

    def wait_until_ready(self, *names: str, seconds: float = START_SECONDS) -> None:
        """Wait until these processes (without names: all) say that they serve."""
        deadline = time.monotonic() + seconds
        for name in names or self.processes:
            self.processes[name].wait_until_ready(deadline)

    def kill(self, name: str) -> None:
        """End a process with kill -9."""
        self.processes[name].end(signal.SIGKILL)

    def stop(self, name: str) -> int:
        """Ask a process to end in good order, and return its exit status."""
        return self.processes[name].end(signal.SIGTERM)

    def restart(self, name: str) -> None:
        """Kill a process and start it again; returns when it is ready."""
        self.kill(name)
        self.start(name)

    def postgres_url(self, service: str) -> str:
        """The URL of one service's database."""
        return StoreSettings.from_environ(self.environ, service).url

    def _environ(self, amqp_url: str, clock: str, extra: Mapping[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("XUEJI_")}
        template = urlsplit(self._databases.admin_url)._replace(path=f"/{self._name}_{{service}}").geturl()
        return {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "XUEJI_POSTGRES_URL": template,
            "XUEJI_POSTGRES_POOL": "8",
            "XUEJI_AMQP_URL": amqp_url,
            "XUEJI_PROFILE": "demo",
            "XUEJI_BLOBS_DIR": str(self.folder / "blobs"),
            "XUEJI_MAILBOX_DIR": str(self.folder / "mailbox"),
            "XUEJI_KEYS_FILE": str(self.folder / "keys.toml"),
            "XUEJI_OPERATORS_FILE": str(ROOT / "examples/operators.demo.toml"),
            "XUEJI_PUBLIC_ORIGIN": self.public_origin,
            "XUEJI_VERIFICATION_URL": self.verification,
            "XUEJI_TRUSTED_PROXIES": f"{HOST}/32",
            "XUEJI_BUDGETS": "*=1000000 per minute",
            "XUEJI_VERIFY_RATE": "100000 per minute",
            "XUEJI_VERIFY_MISSES_RATE": "100000 per minute",
            "XUEJI_HEAD_SECONDS": "1",
            "XUEJI_CLOCK": clock,
            **extra,
        }

    def _process(self, name: str, port: int) -> Process:
        private = 0 if name == "gateway" else free_port()
        probe = f"http://{HOST}:{private or port}/readyz"
        environ = {**self.environ, "XUEJI_METRICS_HOST": HOST, "XUEJI_METRICS_PORT": str(private)}
        if port:
            arguments = [name, "--host", HOST, "--port", str(port)]
        else:
            service, _, role = name.rpartition("-")
            arguments = [role, service]
        return Process(name, arguments, environ, self.folder / f"{name}.log", probe)
