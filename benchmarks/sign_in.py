"""How fast people sign in through the front door, and what each sign-in costs: passwords with one-time passwords,
and passkeys; beside the hashing of passwords alone, which bounds the first."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.rows import Row
from benchmarks.work import Work
from cli.client import Answer, Caller, until
from cli.people import people
from cli.story import API, open_account
from services.identity.application.one_time_passwords import SECONDS, otp_at
from services.identity.application.passwords import AT_ONCE, Passwords
from shared.eventstore.settings import StoreSettings
from shared.eventstore.store import Store
from tests.support.authenticator import Authenticator
from tests.support.platform import Platform
from tests.support.servers import Databases

REACH_PASSWORD, REACH_PASSKEY = 0.5, 20.0
CLIENTS = 8
PASSWORD = "four quiet words here"
PROCESSES = ("identity-worker", "identity-service", "gateway")


@dataclass
class Person:
    """Somebody with a password, one-time passwords and a passkey."""

    contact: str
    device: Authenticator
    seed: str = ""
    known_device: str = field(default="")


def sign_in(databases: Databases, amqp_url: str, *, persons: int = 40, rounds: int = 5) -> list[Row]:
    """Sign-ins a second and the CPU of each; everybody signs in once a round, and then time goes on by a minute."""
    more = {"XUEJI_BUDGETS": "*=1000000 per minute"}
    now = datetime(2026, 9, 14, 1, tzinfo=UTC)
    with (
        tempfile.TemporaryDirectory() as folder,
        Platform(Path(folder), databases, amqp_url, now=now, only=PROCESSES, extra=more) as platform,
    ):
        everybody = _enrolled(platform, persons)
        store = Store(StoreSettings.from_environ(platform.environ, "identity"), "identity")
        nobody = Caller(platform.origin)
        password = _measured(platform, store, everybody, rounds, lambda one: _by_password(platform, nobody, one))
        passkey = _measured(platform, store, everybody, rounds, lambda one: _by_passkey(nobody, one))
        store.close()
    hashes = _hashes(persons)
    return [
        {
            **_row("sign_in_password", password),
            "reference": f"argon2id alone, {AT_ONCE} at a time, as the service hashes",
            "reference_value": round(hashes, 1),
            "ratio": round(password[0] / hashes, 3),
            "reach": REACH_PASSWORD,
            "reached": password[0] / hashes >= REACH_PASSWORD,
        },
        {
            **_row("sign_in_passkey", passkey),
            "reference": "–",
            "reference_value": None,
            "ratio": None,
            "reach": REACH_PASSKEY,
            "reached": passkey[0] >= REACH_PASSKEY,
        },
    ]


def _row(name: str, measured: tuple[float, dict[str, float]]) -> Row:
    rate, cpu = measured
    whole = round(sum(cpu.values()) / 1000, 2)
    return {
        "name": name, "value": round(rate, 1), "unit": "sign-ins/s", "better": "higher",
        "cpu_ms_per_sign_in": whole, "cpu_us_per_sign_in": cpu,
    }  # fmt: skip


def _measured(
    platform: Platform, store: Store, everybody: list[Person], rounds: int, enter: Callable[[Person], Any]
) -> tuple[float, dict[str, float]]:
    """The median rate of the rounds, and the CPU of each process for one sign-in."""
    rates, work = [], None
    for number in range(rounds + 1):
        platform.clock.set(platform.clock.now() + timedelta(seconds=2 * SECONDS))
        if number == 1:  # the first round fills caches and pools
            work = Work(platform, store)
        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(enter, everybody))
        rates.append(len(everybody) / (time.perf_counter() - began))
    return statistics.median(rates[1:]), work.spent(rounds * len(everybody)) if work else {}


def _by_password(platform: Platform, nobody: Caller, one: Person) -> Answer:
    otp = otp_at(one.seed, platform.clock.now())
    return nobody.post(f"{API}/password-sessions", {"name": one.contact, "password": PASSWORD, "otp": otp})


def _by_passkey(nobody: Caller, one: Person) -> Answer:
    begun = nobody.post(f"{API}/passkey-sessions/options", {})
    proof = {"ceremony": begun["ceremony"], "credential": one.device.get(begun["options"])}
    return nobody.post(f"{API}/passkey-sessions", proof)


def _enrolled(platform: Platform, persons: int) -> list[Person]:
    with ThreadPoolExecutor(4) as pool:
        chosen = enumerate(islice((one for one in people() if one.id_type == "1"), persons))
        return list(pool.map(lambda each: _one_enrolled(platform, *each), chosen))


def _one_enrolled(platform: Platform, number: int, person: Any) -> Person:
    nobody, contact = Caller(platform.origin), f"person-{number}@example.edu.cn"
    named = {"id_type": "1", "id_number": person.id_number, "name": person.name, "channel": "mail", "contact": contact}
    account = open_account(nobody, named)
    nobody.post(f"{API}/accounts/{account['id']}/contact-codes", {})
    code = until(lambda: _code(platform.folder / "mailbox", contact), "the code in the mailbox")
    session = nobody.post(f"{API}/accounts/{account['id']}/proof", {"code": code})["session"]
    signed_in, one = nobody.signed_in(session), Person(contact, Authenticator(platform.origin))
    signed_in.post(f"{API}/me/password", {"password": PASSWORD})
    begun = signed_in.post(f"{API}/me/passkeys/options", {})
    credential = one.device.create(begun["options"])
    signed_in.post(f"{API}/me/passkeys", {"ceremony": begun["ceremony"], "credential": credential, "label": "phone"})
    totp = signed_in.post(f"{API}/me/totp/options", {})
    one.seed = totp["seed"]
    otp = otp_at(one.seed, platform.clock.now())
    signed_in.post(f"{API}/me/totp", {"ceremony": totp["ceremony"], "otp": otp})
    return one


def _code(mailbox: Path, contact: str) -> str | None:
    for message in mailbox.glob("*.txt"):
        text = message.read_text(encoding="utf-8")
        if f"To: {contact}\n" in text and (found := re.search(r"Code: (\d{6})", text)):
            return found[1]
    return None


def _hashes(times: int) -> float:
    """Passwords checked a second by the service's own hasher, as many at once as it lets."""
    passwords = Passwords()
    kept = passwords.hash(PASSWORD)

    def checked(_: int) -> bool:
        return passwords.is_right(kept, PASSWORD)

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        _all(pool.map(checked, range(times)))
    return times / (time.perf_counter() - began)


def _all(found: Iterable[bool]) -> None:
    if not all(found):
        raise AssertionError("a right password was not right")
