"""Papers that are named as evidence: each was handed in before, or what it is named for does not happen."""

from collections.abc import Iterable
from typing import Protocol

from shared.rules.refused import Refused


class HandedIn(Protocol):
    """Where papers are kept by their digests."""

    def has(self, digest: str) -> bool: ...


class EvidenceMissing(Refused):
    """What is named as evidence must be there to be looked at."""

    rule = "X-FOUND-1"
    status = 422
    zh = "证明材料 {digest}… 尚未上传,请先提交文件"
    en = "evidence {digest}… was not handed in yet: hand the file in first"


def require_handed_in(evidence: Iterable[str], papers: HandedIn) -> None:
    """Refuse the first that nobody handed in."""
    missing = next((digest for digest in evidence if not papers.has(digest)), None)
    if missing is not None:
        raise EvidenceMissing(field="evidence", digest=missing[:12])
