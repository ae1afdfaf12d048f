"""How far a bulk file is: the decision state of a batch, and how each of its facts moves it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

GOOD_ROWS: Final = "good_rows"
ALL_OR_NOTHING: Final = "all_or_nothing"
MODES: Final = (GOOD_ROWS, ALL_OR_NOTHING)

AT_WORK: Final = ("submitted", "planning", "running", "undoing")
"""States in which the worker has something to do."""
# The states of a file in words
STATES_ZH: Final = {
    "submitted": "已提交",
    "planning": "预检中",
    "planned": "已预检",
    "lapsed": "方案已失效",
    "running": "执行中",
    "finished": "已完成",
    "refused": "已拒绝",
    "undoing": "撤回中",
    "undone": "已撤回",
    "reviewed": "省级已审核",
    "rechecked": "部级已复核",
    "released": "已下达",
    "returned": "已退回",
}


@dataclass(frozen=True)
class Progress:
    """How far a batch is. `rows` counts the file's rows, `done` is the number of the last row that is decided."""

    kind: str = ""
    digest: str = ""
    filename: str = ""
    school_code: str | None = None
    province: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    submitted_by: str = ""
    # submitted | planning | planned | lapsed | running | finished | refused | undoing | undone
    state: str = "submitted"
    rows: int = 0
    done: int = 0
    accepted: int = 0
    refused: int = 0
    refusals_digest: str | None = None  # the newest link of the chain of refusals
    errors_digest: str | None = None
    unchanged: int = 0
    changed: int = 0  # of the refused ones: those whose world changed since the plan
    receipts_digest: str | None = None  # the newest link of the chain of receipts
    plan_first: bool = False
    plan_id: str | None = None
    plan_digest: str | None = None
    plan_signature: str | None = None
    plan_refused: int = 0
    plan_facts: int = 0
    planned_at: datetime | None = None
    expires_at: datetime | None = None
    mode: str | None = None
    committed_by: str | None = None
    undone: int = 0
    kept: int = 0
    undo_link: str | None = None  # the link of receipts that is taken back next
    undo_row: int | None = None  # the rows from this one on are taken back
    kept_digest: str | None = None
    undo_by: str | None = None
    undo_reason: str | None = None

    @property
    def state_zh(self) -> str:
        """The state in words."""
        return STATES_ZH[self.state]

    @property
    def decided(self) -> int:
        """Rows whose outcome is known."""
        return self.accepted + self.unchanged + self.refused


def checked(now: Progress, rows: int) -> Progress:
    return replace(now, state="planning" if now.plan_first else "running", rows=rows)


def planned(now: Progress, plan: Mapping[str, Any]) -> Progress:
    """A plan is there and waits for whoever commits it; no row is decided yet."""
    return replace(
        now,
        state="planned",
        plan_id=plan["plan_id"],
        plan_digest=plan["plan_digest"],
        plan_signature=plan["signature"],
        plan_refused=plan["refused"],
        plan_facts=sum(each["count"] for each in plan["summary"]["facts"]),
        planned_at=plan["made_at"],
        expires_at=plan["expires_at"],
        errors_digest=plan["errors_digest"],
    )


def advanced(now: Progress, step: Mapping[str, Any]) -> Progress:
    """The progress after one more chunk."""
    return replace(now, state="running", **step)


def undo_asked(now: Progress, asked_by: str, reason: str, refusals_digest: str | None) -> Progress:
    return replace(
        now,
        state="undoing",
        undo_link=now.receipts_digest,
        undo_by=asked_by,
        undo_reason=reason,
        refusals_digest=refusals_digest,
    )


def undo_advanced(now: Progress, step: Mapping[str, Any]) -> Progress:
    """The progress after some more receipts were taken back."""
    return replace(
        now,
        undo_link=step["link"],
        undo_row=step["row"],
        undone=step["undone"],
        kept=step["kept"],
        kept_digest=step["kept_digest"],
    )
