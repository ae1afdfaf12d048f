"""What an encrypted field costs: sealed and opened again under a subject's key, beside AES-256-GCM alone."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.rows import Row, compared, fresh_database
from shared.eventstore.privacy import Keyring, SubjectKeys
from shared.eventstore.store import Store, migrate

REACH_STATUTORY, REACH_SUBJECT = 6.0, 400.0
FIELD, PLACE = "110105194912310021|张三|zhangsan@example.edu.cn", "account:contact"


def sealed_field(url: str, *, rounds: int = 9, fields: int = 2_000) -> list[Row]:
    """Microseconds to seal a field and open it: under the installation's key, and under a subject's."""
    with tempfile.TemporaryDirectory() as folder, fresh_database(url, "bench_sealed") as database:
        migrate(database, "identity")
        store = Store(database, "identity")
        keyring = Keyring.generate(Path(folder) / "keys.toml")
        subjects, cipher = SubjectKeys(store, keyring), AESGCM(AESGCM.generate_key(256))

        def bare() -> None:
            nonce = os.urandom(12)
            cipher.decrypt(nonce, cipher.encrypt(nonce, FIELD.encode(), PLACE.encode()), PLACE.encode())

        def statutory() -> None:
            keyring.open(keyring.seal(FIELD, PLACE), PLACE)

        def of_subject() -> None:
            subjects.open("account-1", subjects.seal("account-1", FIELD, PLACE), PLACE)

        of_subject()
        turns = [
            (_micros(statutory, fields), _micros(bare, fields), _micros(of_subject, max(1, fields // 20)))
            for _ in range(rounds)
        ]
        store.close()
    named = "AESGCM.encrypt and decrypt of the same bytes"
    return [
        compared(
            "sealed_field", [(ours, alone) for ours, alone, _ in turns], unit="µs", reference=named,
            reach=REACH_STATUTORY, better="lower",
        ),
        compared(
            "sealed_field_of_subject", [(ours, alone) for _, alone, ours in turns], unit="µs",
            reference=f"{named}; the key is fetched from its table twice", reach=REACH_SUBJECT, better="lower",
        ),
    ]  # fmt: skip


def _micros(work: Callable[[], None], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times * 1e6
