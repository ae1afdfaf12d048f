"""A private RabbitMQ from local binaries: own data, own cookie, own epmd, and every port on 127.0.0.1 only."""

import base64
import contextlib
import fcntl
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from cli.postgres_cluster import HOST, free_port, run_as, unprivileged_user

START_SECONDS = 90.0
STOP_SECONDS = 30.0
INSTALL_SECONDS = 600.0
POLICY = Path("/usr/sbin/policy-rc.d")
BINARIES = Path("/usr/lib/rabbitmq/lib")
SAY_INSTALL = (
    "RabbitMQ is missing: install it (Debian/Ubuntu: `apt-get install rabbitmq-server`) or set XUEJI_TEST_AMQP_URL."
)


class RabbitMissing(RuntimeError):
    """No RabbitMQ can be had here; the message is the one line that says what to install."""


class Broker:
    """One RabbitMQ seen through its management API: a virtual host for each test, and a look at queues."""

    def __init__(self, amqp_url: str, api_url: str) -> None:
        self.amqp_url = amqp_url
        self._amqp = urlsplit(amqp_url)
        self._api = urlsplit(api_url)

    def fresh_vhost(self) -> str:
        """Create an empty virtual host and return its URL."""
        name = f"test-{secrets.token_hex(6)}"
        self.api("PUT", f"/vhosts/{name}")
        user = self._amqp.username or "guest"
        self.api("PUT", f"/permissions/{name}/{quote(user)}", {"configure": ".*", "write": ".*", "read": ".*"})
        return self._amqp._replace(path=f"/{name}").geturl()

    def drop_vhost(self, url: str) -> None:
        """Delete a virtual host with everything in it."""
        self.api("DELETE", f"/vhosts/{urlsplit(url).path.lstrip('/')}")

    def queues(self, url: str) -> list[dict[str, Any]]:
        """List the queues of a virtual host as the management API tells them."""
        answer: list[dict[str, Any]] = self.api("GET", f"/queues/{urlsplit(url).path.lstrip('/')}")
        return answer

    def purge(self, url: str, queue: str) -> None:
        """Throw away what waits in a queue."""
        self.api("DELETE", f"/queues/{urlsplit(url).path.lstrip('/')}/{quote(queue, safe='')}/contents")

    def close_connections(self) -> int:
        """Close every connection from the broker's side, and say how many there were."""
        connections = self.api("GET", "/connections")
        for connection in connections:
            with contextlib.suppress(OSError):
                self.api("DELETE", f"/connections/{quote(connection['name'], safe='')}")
        return len(connections)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the management API; anything but success is an OSError with its words."""
        account = f"{self._amqp.username or 'guest'}:{self._amqp.password or 'guest'}"
        headers = {
            "Authorization": "Basic " + base64.b64encode(account.encode()).decode(),
            "Content-Type": "application/json",
        }
        connection = http.client.HTTPConnection(self._api.hostname or HOST, self._api.port or 15672, timeout=20)
        try:
            connection.request(method, "/api" + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 300:
                raise OSError(f"{method} {path}: {answer.status} {text[:200]!r}")
            return json.loads(text) if text else None
        finally:
            connection.close()


class PrivateRabbit(Broker):
    """A broker of our own. `start` after `stop` or `kill` finds the same ports and the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user = unprivileged_user()
        self._server = find_server()
        self._port, self._api_port, self._dist_port, self._epmd_port = (free_port() for _ in range(4))
        self._node = f"xueji{self._port}@localhost"
        self._epmd: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        password = secrets.token_urlsafe(18)
        super().__init__(f"amqp://xueji:{password}@{HOST}:{self._port}/", f"http://{HOST}:{self._api_port}")
        self._lay_out(password)

    @property
    def ports(self) -> tuple[int, ...]:
        """Every port that the broker and its port mapper listen on."""
        return (self._port, self._api_port, self._dist_port, self._epmd_port)

    def start(self) -> str:
        """Start the broker, wait until it serves, and return its URL."""
        self._start_epmd()
        with (self._folder / "broker.out").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._server)],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **run_as(self._user),
            )
        self._wait_until_ready()
        return self.amqp_url

    def stop(self) -> None:
        """Stop the broker and its epmd in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> str:
        """Stop and start again on the same ports with the same data."""
        self.stop()
        return self.start()

    def _lay_out(self, password: str) -> None:
        """Write the cookie and the settings; all of it belongs to the broker's account."""
        self._folder.mkdir(parents=True, exist_ok=True)
        cookie = self._folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(20))
        cookie.chmod(0o400)
        (self._folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self._folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = {HOST}:{self._port}\n"
            f"management.tcp.ip = {HOST}\nmanagement.tcp.port = {self._api_port}\n"
            f"default_user = xueji\ndefault_pass = {password}\n"
            "log.console = true\nlog.console.level = warning\nlog.file = false\n"
            "collect_statistics_interval = 1000\nvm_memory_high_watermark.absolute = 1GB\n"
            "disk_free_limit.absolute = 50MB\nraft.wal_max_size_bytes = 16777216\n"
        )
        (self._folder / "advanced.config").write_text("[{kernel, [{inet_dist_use_interface, {127,0,0,1}}]}].\n")
        if self._user is not None:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _environment(self) -> dict[str, str]:
        folder = str(self._folder)
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": folder,
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/no-such-file",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/broker.pid",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/config",
            # One scheduler each: on a small machine the broker must leave the processor to those it serves.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +SDcpu 1:1 +SDio 1 +sbwt none",
        }

    def _start_epmd(self) -> None:
        """Run Erlang's port mapper ourselves, so that none is left behind as a daemon."""
        epmd = shutil.which("epmd")
        if epmd is None or (self._epmd is not None and self._epmd.poll() is None):
            return
        self._epmd = subprocess.Popen(
            [epmd, "-address", HOST, "-port", str(self._epmd_port)],
            cwd=self._folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **run_as(self._user),
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.api("GET", "/health/checks/port-listener/" + str(self._port))
                return
            time.sleep(0.1)
        tail = (self._folder / "broker.out").read_text(errors="replace")[-2000:]
        self.kill()
        raise RabbitMissing(f"The private RabbitMQ did not start. Its last words:\n{tail}")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            # The start script and the Erlang machine are one process group: both must go.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        epmd, self._epmd = self._epmd, None
        if epmd is not None:
            epmd.kill()
            epmd.wait()


def find_server() -> Path:
    """Return the broker's start script, installing the package first where that is ours to do."""
    found = _installed()
    if found is None and _may_install():
        install()
        found = _installed()
    if found is None:
        raise RabbitMissing(SAY_INSTALL)
    return found


def _installed() -> Path | None:
    # Debian's own wrapper in /usr/sbin insists on its account and its folders; the script behind it does not.
    packaged = sorted(BINARIES.glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    if packaged:
        return packaged[-1]
    on_path = shutil.which("rabbitmq-server")
    return Path(on_path) if on_path else None


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and Path("/etc/debian_version").exists()


def install() -> None:
    """Install Debian's package without letting it start a broker of the system, now or at the next boot."""
    with _one_at_a_time(), _no_service_starts():
        if _installed() is not None:
            return
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        lock = ("-o", "DPkg::Lock::Timeout=300")
        for arguments in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", "rabbitmq-server")):
            done = subprocess.run(
                ["apt-get", *lock, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=INSTALL_SECONDS,
            )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["apt-get gave no reason"])[-1]
            raise RabbitMissing(f"{SAY_INSTALL} ({reason})")
        if shutil.which("systemctl"):
            subprocess.run(["systemctl", "disable", "rabbitmq-server"], capture_output=True, check=False)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / "xueji-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _no_service_starts(policy: Path | None = None) -> Iterator[None]:
    """Let invoke-rc.d refuse every start meanwhile (exit 101), and put back what stood there before."""
    path = policy or POLICY
    before = (path.read_bytes(), path.stat().st_mode) if path.exists() else None
    path.write_text("#!/bin/sh\nexit 101\n")
    path.chmod(0o755)
    try:
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before[0])
            path.chmod(before[1])
