"""What tests of claims work with: a claims house beside the identity house, pictures, reviewers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from PIL import Image, ImageDraw

from services.identity.adapters.mailbox import MailboxFolder
from services.identity.adapters.pictures import PillowPictures
from services.identity.application.claim_evidence import ClaimEvidence
from services.identity.application.claim_messages import ClaimMessages
from services.identity.application.deliveries import Deliveries
from services.identity.application.messages import Reactions
from services.identity.domain.account import Account
from services.identity.domain.identity_claim import IdentityClaim
from services.identity.queries.claim_review import ClaimQueries
from services.identity.tests.conftest import ZHANG, House
from services.identity.worker import Reacting
from shared.access.assertion import Assertion
from shared.access.by import By
from shared.blobs.files import FileBlobs
from shared.blobs.sealed import open_file, seal_file
from shared.bus import codec
from shared.contracts.catalogue import requests
from shared.eventstore.application import Heard

LI = {"id_type": "1", "id_number": "440524188001010014", "name": "李四"}
PKU = "4111010001"
STUDY = {"school": "北京大学", "entry_year": 2026, "level": "本科", "student_no": "2600010001", "major": "哲学"}
CLAIMANT = {"channel": "mail", "contact": "real@example.com"}
ROLES = ("holding", "front", "back")


def signed_in(sub: str, role: str, org: str, *, level: str = "nation", stepped_up: bool = True) -> Assertion:
    exp = datetime(2030, 1, 1, tzinfo=UTC)
    return Assertion(
        sub, role, level, "all", org, amr=("key",), jti="j", exp=exp, office=org, stepped_up=stepped_up
    )  # fmt: skip


def operator(sub: str = "ctr-1", *, stepped_up: bool = True) -> Assertion:
    """A reviewer of the registry's own office."""
    return signed_in(sub, "operator", "ctr", stepped_up=stepped_up)


def ministry(sub: str = "moe-1") -> Assertion:
    return signed_in(sub, "ministry", "moe")


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 400), *, exif: bytes = b"") -> bytes:
    """A picture of something like a card."""
    drawn = Image.new("RGB", size, (240, 240, 235))
    ImageDraw.Draw(drawn).text((20, 20), "RESIDENT IDENTITY CARD", fill=(10, 10, 10))
    out = BytesIO()
    options: dict[str, Any] = {"exif": exif} if exif else {}
    drawn.save(out, kind, **options)
    return out.getvalue()


CONTRACTS = {contract.method: contract for contract in requests() if contract.service == "identity"}


def said(method: str, answer: Any) -> Any:
    """An answer, which fits its contract as the edge would hold it to."""
    assert CONTRACTS[method].answer().validate(codec.write(CONTRACTS[method].answer, answer)) == {}
    return answer


@dataclass
class Counter:
    """Claims beside the accounts of a house."""

    house: House
    claims: ClaimEvidence
    queries: ClaimQueries
    blobs: FileBlobs

    def by(self, use_case: str, actor: Assertion | None = None, command_id: UUID | None = None, said: str = "") -> By:
        command = command_id or uuid4()
        hashed = f"hash of {use_case} {said}"
        return By(actor, use_case, "test", self.house.clock.now(), command, hashed, purpose="审核申诉")

    def tell(self, use_case: str, actor: Assertion | None = None, command_id: UUID | None = None, **named: Any) -> Any:
        """Send a command as the edge does."""
        by = self.by(use_case, actor, command_id, str(sorted(named.items(), key=str)))
        answer = getattr(self.claims, use_case)(command_id=by.command_id, by=by, **named)
        return said(use_case, answer)

    def ask(self, question: str, actor: Assertion | None = None, **named: Any) -> Any:
        """Ask the use cases or the queries, after the worker has done its part."""
        self.work()
        place = self.claims if hasattr(ClaimEvidence, question) else self.queries
        return said(question, getattr(place, question)(by=self.by(question, actor), **named))

    def work(self) -> None:
        self.house.work()

    def due(self) -> int:
        self.work()
        done = self.claims.due_claims(self.house.clock.now())
        self.work()
        return done

    def forward(self, **by: float) -> None:
        self.house.clock.forward(timedelta(**by))

    # --- stories ---

    def opened(self, kind: str = "contested_document", **changes: str) -> UUID:
        """A claim whose contact nobody has proven yet."""
        request = {**ZHANG, **CLAIMANT, "kind": kind, "statement": "", **changes}
        return UUID(self.tell("open_identity_claim", **request)["id"])

    def begun(self, kind: str = "contested_document", **changes: str) -> tuple[UUID, str]:
        """A claim whose asker can come back to it: its id and secret."""
        claim_id = self.opened(kind, **changes)
        return claim_id, self.proven(claim_id)["secret"]

    def proven(self, claim_id: UUID) -> Any:
        return self.tell("prove_claim_contact", claim_id=claim_id, code=self.house.code())

    def shown(self, claim_id: UUID, secret: str = "", *roles: str, actor: Assertion | None = None) -> None:
        for role in roles or ROLES:
            self.add(claim_id, secret, role, picture(), actor=actor)

    def add(self, claim_id: UUID, secret: str, role: str, content: bytes, *, actor: Assertion | None = None) -> Any:
        sealed, key = seal_file(content)
        digest = self.blobs.put(sealed)
        named = {"claim_id": claim_id, "secret": secret, "role": role, "digest": digest, "key": key}
        return self.tell("add_claim_evidence", actor, original=digest, **named)

    def handed_in(self, kind: str = "contested_document", **changes: str) -> tuple[UUID, str]:
        """A claim in the line."""
        claim_id, secret = self.begun(kind, **changes)
        self.shown(claim_id, secret)
        self.tell("hand_in_identity_claim", claim_id=claim_id, secret=secret)
        return claim_id, secret

    def compared(self, claim_id: UUID, actor: Assertion | None = None, **typed: str) -> Any:
        """What a reviewer types from the pictures: what was asked for, unless a test says otherwise."""
        person = self.claims.person_of(self.claims.get(IdentityClaim, claim_id))
        shown = {name: person[name] for name in ("id_number", "name")} | typed
        return self.tell("compare_claim_document", actor or operator(), claim_id=claim_id, **shown)

    def decided(self, claim_id: UUID, *, grants: bool, sub: str = "ctr-1") -> None:
        self.tell("take_identity_claim", operator(sub), claim_id=claim_id)
        if grants:
            self.compared(claim_id, operator(sub))
        reason = "手持照片与证件一致" if grants else "照片与证件不符"
        self.tell("decide_identity_claim", operator(sub), claim_id=claim_id, grants=grants, reason=reason)
        self.work()

    def view(self, claim_id: UUID, secret: str = "", actor: Assertion | None = None) -> Any:
        return self.ask("view_identity_claim", actor, claim_id=claim_id, secret=secret)

    def claim(self, claim_id: UUID) -> Any:
        return self.claims.get(IdentityClaim, claim_id).standing

    def holder(self, document: dict[str, str] = ZHANG) -> Account | None:
        """The account that has a document now."""
        key = self.claims.keyring.id_key(document["id_type"], document["id_number"])
        owner = self.claims.owners("account.document", [key]).get(key)
        return self.claims.get(Account, owner) if owner else None

    def mail_to(self, contact: str) -> list[str]:
        self.work()
        arrived = sorted(self.house.mailbox.glob("*.txt"), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_text(encoding="utf-8") for path in arrived]
        return [text for text in texts if text.startswith(f"To: {contact}\n")]

    def studies(self, document: dict[str, str] = ZHANG, **changes: Any) -> UUID:
        """A status that enrollment registered under the document and name."""
        keyring = self.claims.keyring
        fact = {
            "status_id": uuid4(),
            "id_key": keyring.id_key(document["id_type"], document["id_number"]),
            "name_key": keyring.name_key(document["name"]),
            "school_code": PKU,
            "school_name": "北京大学",
            "level": "本科",
            "category": "普通",
            "major_name": "哲学",
            "entry_date": self.house.clock.now().date().replace(month=9, day=1),
            "student_no": "2600010001",
            "exam_no": "26110101110001",
            **changes,
        }
        self.house.identity.open_student_records([fact], heard=self.heard())
        self.work()
        return UUID(str(fact["status_id"]))

    def heard(self) -> Heard:
        self._heard = getattr(self, "_heard", 0) + 1
        return Heard("enrollment", self._heard, self._heard)

    def opens(self, found: Any) -> bytes:
        return open_file(self.blobs.read(found["digest"]), found["key"])


def counter_of(house: House, folder: Path) -> Counter:
    """The claims of a house, with their messages going to the same mailbox."""
    store, clock, keyring = house.identity.store, house.clock, house.identity.keyring
    queries, blobs = ClaimQueries(store, keyring), FileBlobs(folder / "blobs")
    claims = ClaimEvidence(store, clock, keyring, queries, blobs, PillowPictures())
    told = ClaimMessages(claims, house.identity.sessions, "https://xueji.example").messages
    runs = [claims.let_next_up]
    reactions = Reactions([told], MailboxFolder(house.mailbox), Deliveries(store), clock, runs=runs)
    step: Callable[[], int] = Reacting(store, reactions.react, "claim_reactions").step
    house.tasks.append(step)
    return Counter(house, claims, queries, blobs)
