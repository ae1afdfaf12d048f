"""What the tests of verification start from: one student with a status, a qualification, a photo and a person."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from services.verification.adapters.pdf import Issuer, TypstPress
from services.verification.application import Verification
from services.verification.projections import PROJECTIONS
from services.verification.queries import VerificationQueries
from shared.access.assertion import Assertion
from shared.access.by import By
from shared.blobs.sealed_files import SealedBlobs
from shared.codes.clock import SetClock
from shared.eventstore.application import Heard
from shared.eventstore.follower import Follower
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.sequencer import Sequencer
from shared.eventstore.store import Store, migrate

PERSON = {"name": "欧阳晓楠", "id_type": "1", "id_number": "110105200109170021", "birth_date": "2001-09-17",
          "sex": "女", "ethnicity": "汉族"}  # fmt: skip
STUDY = {
    "school_code": "4111010013",
    "school_name": "北京邮电大学",
    "level": "本科",
    "category": "普通高等教育",
    "study_form": "普通全日制",
    "major_name": "计算机科学与技术",
    "duration": "4",
    "entry_date": date(2019, 9, 1),
}
AWARD = {
    **STUDY,
    "award_kind": "graduation_diploma",
    "number": "100131202305001234",
    "graduation_date": date(2023, 6, 30),
    "conclusion": "毕业",
    "president_name": "赵祎堃",
    "issue_date": date(2023, 6, 30),
    "effective_date": date(2023, 6, 30),
}
ISSUER = Issuer("学籍学历电子注册系统", "National Register of Student Status", "https://xueji.example.edu.cn")


def a_photo() -> bytes:
    """A grey picture of the right size."""
    drawn = io.BytesIO()
    Image.new("RGB", (480, 640), (180, 190, 200)).save(drawn, "JPEG")
    return drawn.getvalue()


class Registry:
    """Verification on a real store, driven by hand: time moves when told, projections follow when told."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.clock = SetClock(folder / "clock")
        self.clock.set(datetime(2026, 11, 22, 1, tzinfo=UTC))
        self.keys_file = folder / "keys.toml"
        self.keyring = Keyring.generate(self.keys_file)
        self.store = Store(url, "verification")
        self.blobs_dir = folder / "blobs"
        self.blobs = SealedBlobs.at(self.blobs_dir, self.keys_file)
        self.press: Any = TypstPress(ISSUER)
        self.use_cases = Verification(self.store, self.clock, self.keyring, self.blobs, self.press)
        self.queries = VerificationQueries(self.store, self.keyring)
        self.person_id, self.status_id, self.certificate_id = uuid4(), uuid7(), uuid7()
        self._heard: dict[str, int] = {}

    def environ(self, **more: str) -> dict[str, str]:
        """The environment that a process of this registry would have."""
        return {
            "XUEJI_POSTGRES_URL": self.url,
            "XUEJI_AMQP_URL": "inproc://unused",
            "XUEJI_BLOBS_DIR": str(self.blobs_dir),
            "XUEJI_KEYS_FILE": str(self.keys_file),
            "XUEJI_CLOCK": f"set:{self.clock._path}",
            "XUEJI_PUBLIC_ORIGIN": ISSUER.origin,
            **more,
        }

    def today(self, year: int, month: int, day: int) -> None:
        """Move the clock to nine in the morning of a day in China."""
        self.clock.set(datetime(year, month, day, 1, tzinfo=UTC))

    def follow(self) -> None:
        """Let the read tables catch up."""
        Sequencer(self.store).step()
        Follower(self.store, PROJECTIONS).catch_up()

    def heard(self, publisher: str, count: int = 1) -> Heard:
        """The next numbers of a publisher."""
        first = self._heard.get(publisher, 0) + 1
        self._heard[publisher] = first + count - 1
        return Heard(publisher, first, first + count - 1)

    def person(self, **changes: str) -> dict[str, Any]:
        """The sealed person and the key it is sealed under."""
        id_key = self.keyring.id_key("1", PERSON["id_number"])
        return {"id_key": id_key, "sealed_person": self.keyring.seal_person(PERSON | changes, id_key)}

    def hear_registration(self, **changes: str) -> None:
        fact = {**STUDY, **self.person(**changes), "status_id": self.status_id,
                "expected_graduation_date": date(2023, 6, 30)}  # fmt: skip
        self.use_cases.hear_registrations([fact], heard=self.heard("enrollment"))

    def hear_year(self, year: int, result: str = "registered") -> None:
        fact = {"status_id": self.status_id, "academic_year": year, "result": result,
                "registered_on": date(year, 9, 10)}  # fmt: skip
        self.use_cases.hear_years([fact], heard=self.heard("enrollment"))

    def hear_binding(self) -> None:
        fact = {"status_id": self.status_id, "person_id": self.person_id, "bound_on": date(2020, 1, 1)}
        self.use_cases.hear_bindings([fact], heard=self.heard("identity"))

    def hear_photo(self, digest: str = "") -> str:
        digest = digest or self.blobs.put(a_photo())
        fact = {"status_id": self.status_id, "photo_id": uuid7(), "digest": digest, "approved_on": date(2023, 3, 5)}
        self.use_cases.hear_photos([fact], heard=self.heard("imaging"))
        return digest

    def hear_award(self, **changes: Any) -> None:
        fact = {**AWARD, **self.person(), "certificate_id": self.certificate_id, "status_id": self.status_id,
                "photo_digest": self.blobs.put(a_photo()), **changes}  # fmt: skip
        self.use_cases.hear_awards([fact], heard=self.heard("credentials"))

    def enrolled(self) -> "Registry":
        """A registered student whose record is bound."""
        self.hear_registration()
        self.hear_binding()
        return self

    def by(self, use_case: str = "test", person_id: UUID | None = None, role: str = "student") -> By:
        """Who asks: the student unless said otherwise."""
        now = self.clock.now()
        actor = Assertion(
            str(person_id or self.person_id), role, "person", "all", "", ("pwd",), "j", now + timedelta(1)
        )
        return By(actor, use_case, "c-1", now, uuid4(), "hash")

    def request(self, kind: str = "status", months: int = 1, language: str = "both", **more: Any) -> dict[str, Any]:
        """Ask for a report and let the read tables follow."""
        by = more.pop("by", None) or self.by("request_report")
        record_id = self.status_id if kind == "status" else self.certificate_id
        answer = self.use_cases.request_report(
            command_id=by.command_id, kind=kind, record_id=record_id, language=language, months=months, by=by
        )
        self.follow()
        return answer


@pytest.fixture
def registry(databases: Any, tmp_path: Path) -> Iterator[Registry]:
    """A registry of one student on a database of its own."""
    url = databases.fresh("verification", lambda empty: migrate(empty, "verification"))
    made = Registry(url, tmp_path)
    yield made
    made.store.close()
    databases.drop(url)
