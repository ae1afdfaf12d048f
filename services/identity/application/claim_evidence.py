"""Pictures that prove a claim: taken in sealed, drawn anew, kept under the claim's key, shown to reviewers (AC-8)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import UUID

from services.identity.application.allowances import TriesUsedUp
from services.identity.application.claim_review import ClaimReview
from services.identity.application.claims import ClaimFinder
from services.identity.domain.claim_rules import FILE_KEY, MOST_FILES, may_add_evidence
from shared.access.by import By
from shared.blobs.port import Blobs, BlobTooLarge
from shared.blobs.sealed import CannotUnseal, open_file, seal_file
from shared.codes.clock import Clock
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.eventstore.ids import uuid7
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.rules.refused import Refused

MEBIBYTE: Final = 1 << 20
LARGEST_PICTURE: Final = MEBIBYTE
_SEALING: Final = 256  # what sealing adds, and more
CONTENT_TYPE: Final = "image/jpeg"
PICTURES_A_DAY: Final = 40


class NotAPicture(Refused):
    """A picture of a paper is a whole JPEG, PNG or GIF of a size that a screen can show."""

    rule = "X-FILE-2"
    status = 422
    zh = "证明须为完整的 JPEG、PNG 或 GIF 图像，边长 200 至 12000 像素，总计不超过 2500 万像素。"
    en = "Evidence is a whole JPEG, PNG or GIF with sides of 200 to 12,000 and at most 25 million pixels."


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew: nothing of the file that came is in it but what one sees."""

    content: bytes
    width: int
    height: int


class Pictures(Protocol):
    """Reads what claims to be a picture, and draws it anew."""

    def redraw(self, content: bytes) -> Picture:
        """The same picture as a new JPEG. Raises NotAPicture."""
        ...


Heavy = Callable[[Callable[[bytes], Picture], bytes], Picture]


def _here(work: Callable[[bytes], Picture], content: bytes) -> Picture:
    return work(content)


class ClaimEvidence(ClaimReview):
    """Evidence of claims. No file is kept in clear: each has a key, sealed under its claim's own."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        finder: ClaimFinder,
        blobs: Blobs,
        pictures: Pictures,
        heavy: Heavy = _here,
    ) -> None:
        super().__init__(store, clock, keyring, finder)
        self.blobs = blobs
        self.pictures = pictures
        self._heavy = heavy  # where half a second of drawing holds up nobody else

    def check_evidence_room(self, *, claim_id: UUID, secret: str, by: By) -> Answer:
        """Whether one more picture may come: asked before a byte of it is kept."""
        claim = self.own_claim(claim_id, secret, by)
        may_add_evidence(claim.standing)
        # what turns out to be no picture lies among the files all the same: nobody fills them with one claim
        if not self.allowances.spend("evidence", str(claim_id), by.recorded_at, at_most=PICTURES_A_DAY):
            raise TriesUsedUp()
        standing = claim.standing
        return {
            "files": standing.files,
            "most": MOST_FILES,
            "needed": list(standing.needed),
        }

    def add_claim_evidence(self, *, claim_id: UUID, role: str, original: str, by: By, **named: Any) -> Answer:
        """Take one picture in; the same picture again under one command id is a repeat, however it was sealed."""
        said = replace(by, request_hash=f"{by.use_case}|{claim_id}|{role}|{original}")
        return self._add_claim_evidence(claim_id=claim_id, role=role, by=self.secrets.blinded(said), **named)

    @command
    def _add_claim_evidence(
        self, *, command_id: UUID, claim_id: UUID, secret: str, role: str, digest: str, key: str, by: By
    ) -> Answer:
        claim = self.own_claim(claim_id, secret, by)
        may_add_evidence(claim.standing)
        picture = self._heavy(self.pictures.redraw, self._brought(digest, key))
        sealed, file_key = seal_file(picture.content)
        evidence_id = uuid7()
        claim.add_evidence(
            evidence_id=evidence_id,
            role=role,
            digest=self.blobs.put(sealed),
            sealed_key=self.keys.seal(str(claim.id), file_key, f"{FILE_KEY}:{evidence_id}"),
            size=len(picture.content),
            width=picture.width,
            height=picture.height,
            now=by.recorded_at,
        )
        context = Context.of(by, rules=("AC-8",), evidence=(str(evidence_id),))
        return self.save(claim, by=context, answer={"id": evidence_id, "version": claim.version})

    def _brought(self, digest: str, key: str) -> bytes:
        """What came, as the front door sealed it: its key is kept nowhere, so the first file is lost on purpose."""
        with self.blobs.open(digest) as stream:
            sealed = stream.read(LARGEST_PICTURE + _SEALING + 1)
        if len(sealed) > LARGEST_PICTURE + _SEALING:
            raise BlobTooLarge(limit=LARGEST_PICTURE // MEBIBYTE)
        try:
            content = open_file(sealed, key)
        except CannotUnseal:
            raise NotAPicture(field="file") from None
        if len(content) > LARGEST_PICTURE:
            raise BlobTooLarge(limit=LARGEST_PICTURE // MEBIBYTE)
        return content
