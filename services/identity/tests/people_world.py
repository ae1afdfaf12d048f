"""What tests of people work with: their use cases and queries beside the identity house."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.identity.application.merging import Merging
from services.identity.application.people import People
from services.identity.domain.account import Account
from services.identity.domain.identities import IdentityKind
from services.identity.queries.people import PeopleQueries
from services.identity.tests.conftest import ZHANG, House
from services.identity.worker import Reacting
from shared.access.assertion import Assertion
from shared.access.by import By
from shared.bus import codec
from shared.contracts.catalogue import requests
from shared.eventstore.application import Heard
from shared.eventstore.context import Context

PKU = "4111010001"
FUDAN = "4131010246"
LI = {"id_type": "1", "id_number": "440524188001010014", "name": "李四"}
WHY = "两份证件均已当面核对"


def staff(sub: str, role: str = "operator", org: str = "ctr", *, stepped_up: bool = True) -> Assertion:
    exp = datetime(2030, 1, 1, tzinfo=UTC)
    return Assertion(
        sub, role, "nation", "all", org, amr=("key",), jti="j", exp=exp, office=org, stepped_up=stepped_up
    )  # fmt: skip


def said(method: str, answer: Any) -> Any:
    """The answer, once it fits the contract under which the edge gives it."""
    (contract,) = [one for one in requests() if (one.service, one.method) == ("identity", method)]
    codec.write(contract.answer, answer)
    return answer


@dataclass
class PeopleWorld:
    """A house with people's use cases, and what the neighbours say."""

    house: House
    people: People
    merging: Merging
    queries: PeopleQueries
    heard: int = 0

    @classmethod
    def beside(cls, house: House) -> "PeopleWorld":
        store, keyring = house.identity.store, house.identity.keyring
        queries = PeopleQueries(store, keyring, house.identity.allowances)
        merging = Merging(store, house.clock, queries)
        house.tasks.append(Reacting(store, merging.close_merged, "closing").step)
        return cls(house, People(store, house.clock, keyring, queries), merging, queries)

    def by(self, use_case: str, actor: Assertion | None, purpose: str = "a call of the person") -> By:
        asked = self.house.asked(use_case, actor)
        return By(actor, use_case, "test", asked.recorded_at, asked.command_id, asked.request_hash, purpose=purpose)

    def tell(self, use_case: str, actor: Assertion | None, **request: Any) -> Any:
        by = self.by(use_case, actor)
        target: Any = self.merging if hasattr(self.merging, use_case) else self.people
        answer = getattr(target, use_case)(command_id=by.command_id, by=by, **request)
        self.house.work()
        return said(use_case, answer)

    def ask(self, query: str, actor: Assertion | None, **request: Any) -> Any:
        return said(query, getattr(self.queries, query)(**request, by=self.by(query, actor)))

    def status(self, who: dict[str, str] = ZHANG, **changes: Any) -> UUID:
        """Enrollment registers somebody."""
        keyring, status_id = self.house.identity.keyring, uuid4()
        told = {
            "status_id": status_id,
            "id_key": keyring.id_key(who["id_type"], who["id_number"]),
            "name_key": keyring.name_key(who["name"]),
            "school_code": PKU,
            "school_name": "北京大学",
            "level": "本科",
            "category": "普通高等教育",
            "major_name": "哲学",
            "entry_date": date(2026, 9, 1),
            "student_no": "2600010001",
            "exam_no": "26110101110001",
            **changes,
        }
        self.heard += 1
        self.house.identity.open_student_records([told], Heard("enrollment", self.heard, self.heard))
        self.house.work()
        return status_id

    def qualification(self, who: dict[str, str] = ZHANG, **changes: Any) -> UUID:
        """Credentials issues an award."""
        keyring, certificate_id = self.house.identity.keyring, uuid4()
        told = {
            "certificate_id": certificate_id,
            "status_id": uuid4(),
            "award_kind": "graduation_diploma",
            "number": "00982456",
            "printed_number": "00298959",
            "id_key": keyring.id_key(who["id_type"], who["id_number"]),
            "name_key": keyring.name_key(who["name"]),
            "school_code": PKU,
            "school_name": "北京大学",
            "level": "本科",
            "category": "普通高等教育",
            "major_name": "哲学",
            "graduation_date": date(1998, 7, 1),
            "effective_date": date(1998, 7, 1),
            **changes,
        }
        self.heard += 1
        self.house.identity.open_qualification_records([told], Heard("credentials", self.heard, self.heard))
        self.house.work()
        return certificate_id

    def mine(self, student: Assertion) -> list[UUID]:
        answer = self.ask("list_my_records", student)
        return [record["id"] for record in answer["records"]]

    def unbound(self, student: Assertion) -> list[dict[str, Any]]:
        answer = self.ask("list_my_records", student)
        found: list[dict[str, Any]] = answer["unbound"]
        return found

    def explain(self, student: Assertion, **asked: Any) -> dict[str, Any]:
        asked = {"kind": "status", "school_code": PKU, "year": 2026, **asked}
        answer: dict[str, Any] = said(
            "explain_missing_record", self.people.explain_missing_record(**asked, by=self.by("explain", student))
        )
        return answer

    def account_of(self, student: Assertion) -> UUID:
        (account_id,) = self.house.identity.owners("account.person", [student.sub]).values()
        return account_id

    def verify_identity(self, student: Assertion, kind: IdentityKind, who: dict[str, str]) -> None:
        """A claim about the own identity was granted."""
        identity = self.house.identity
        account = identity.get(Account, self.account_of(student))
        account.add_identity(
            kind=kind,
            id_type=who["id_type"],
            id_key=identity.keyring.id_key(who["id_type"], who["id_number"]),
            name_key=identity.keyring.name_key(who["name"]),
            sealed=account.sealed_person,
            reason=WHY,
            claim_id=uuid4(),
        )
        identity.save(account, by=Context.system("grant", self.house.clock.now()))
        self.house.work()

    def student(self, who: dict[str, str] = ZHANG, contact: str = "zhangsan@example.edu.cn") -> Assertion:
        return self.house.student(**who, contact=contact)

    def merged(self, survivor: Assertion, other: Assertion) -> UUID:
        """Proposed by one of the registry, confirmed by another."""
        ids = {"surviving_account": self.account_of(survivor), "other_account": self.account_of(other)}
        proposed = self.tell("propose_merge", staff("ctr-1"), **ids, reason=WHY, evidence=["paper-1"])
        merge_id = UUID(proposed["id"])
        self.tell("decide_merge", staff("ctr-2"), merge_id=merge_id, confirm=True, reason=WHY)
        return merge_id

    def split(self, merge_id: UUID) -> None:
        self.tell("propose_split", staff("ctr-2"), merge_id=merge_id, reason="核查后确认为两人")
        self.tell("decide_split", staff("ctr-1"), merge_id=merge_id, confirm=True, reason="同意拆分为两人")
