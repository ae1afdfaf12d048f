"""Where a command finds the registry: in the environment, or in the data folder of an embedded one."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from cli.embedded_postgres import EmbeddedPostgres

KEYS, CLOCK, BLOBS, MAILBOX, POSTGRES = "keys.toml", "clock", "blobs", "mailbox", "postgres"
RUNNING = "running.json"


def embedded_environ(folder: Path, postgres_url: str, *, port: int = 8000, clock: str = "system") -> dict[str, str]:
    """The variables of an embedded registry whose data lies in `folder`."""
    folder = folder.resolve()
    base, _, _ = postgres_url.rpartition("/")
    return {
        "XUEJI_POSTGRES_URL": f"{base}/xueji_{{service}}",
        "XUEJI_AMQP_URL": "inproc://xueji",
        "XUEJI_PROFILE": "demo",
        "XUEJI_BLOBS_DIR": str(folder / BLOBS),
        "XUEJI_MAILBOX_DIR": str(folder / MAILBOX),
        "XUEJI_KEYS_FILE": str(folder / KEYS),
        "XUEJI_OPERATORS_FILE": str(Path(__file__).resolve().parents[1] / "examples" / "operators.demo.toml"),
        "XUEJI_PUBLIC_ORIGIN": f"http://localhost:{port}",  # browsers bind passkeys to a name, never to an address
        "XUEJI_CLOCK": clock,
        "XUEJI_METRICS_PORT": "0",
        "XUEJI_BUDGETS": "*=1000000 per minute",  # everybody comes from one address, and a story is told fast
    }


@contextmanager
def environment(folder: Path | None, environ: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The registry of `folder` (its PostgreSQL is started if it does not run), or the one the environment names."""
    if folder is None:
        yield environ
        return
    running = running_environ(folder)
    if running is not None:
        yield {**environ, **running}
        return
    postgres = EmbeddedPostgres(folder / POSTGRES)
    try:
        yield {**environ, **embedded_environ(folder, postgres.start())}
    finally:
        postgres.stop()


def running_environ(folder: Path) -> dict[str, str] | None:
    """The variables of the registry that runs on this folder now, or None."""
    note = folder / RUNNING
    if not note.exists():
        return None
    found: dict[str, str] = json.loads(note.read_text(encoding="utf-8"))
    url = urlsplit(found["XUEJI_POSTGRES_URL"])
    try:
        socket.create_connection((url.hostname or "", url.port or 0), timeout=1).close()
    except OSError:
        return None
    return found


@contextmanager
def announced(folder: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """Say in the data folder that a registry runs on it; other commands then join instead of starting their own."""
    note = folder / RUNNING
    note.touch(mode=0o600)
    note.write_text(json.dumps(dict(environ)), encoding="utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)
