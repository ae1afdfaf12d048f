"""What enrollment answers about bulk files of every kind: plan, commit, progress, reconciliation, undo."""

from typing import Any, ClassVar

from marshmallow import fields
from marshmallow.validate import Length

from shared.contracts import shapes
from shared.contracts.contract import Command, Contract, Request, SavedV1
from shared.contracts.rpc.enrollment import BatchV1

AN_ID = "019b0000-0000-7000-8000-000000000001"
ANOTHER_ID = "019b0000-0000-7000-8000-000000000002"
A_PLAN = "019b0000-0000-7000-8000-000000000003"
A_DIGEST = "ab" * 32
MODES = ("good_rows", "all_or_nothing")


class SubmitFileV1(Command):
    """Somebody submits a file of any kind; `plan_first` tries it out and waits for a commit (X-PLAN-1..6)."""

    service = "enrollment"
    method = "submit_file"
    answer = SavedV1

    kind = shapes.pattern(r"[a-z_]{3,40}")
    digest = shapes.digest()
    filename = shapes.pattern(r"[^/\\\x00-\x1f]{1,200}")
    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    params = fields.Dict(
        keys=shapes.pattern(r"[a-z_]{1,40}"),
        values=shapes.text(100),
        required=True,
        validate=Length(max=20),
        metadata={"description": "What goes with a file of this kind, for instance its entry_year."},
    )
    plan_first = shapes.flag()
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "kind": "year_results",
        "digest": A_DIGEST,
        "filename": "year-2023.csv",
        "school_code": "4111010001",
        "province": None,
        "params": {"entry_year": "2022", "academic_year": "2023"},
        "plan_first": True,
    }


class CommitPlanV1(Command):
    """Somebody stands for a plan: its good rows are written, or all rows or none (A24-2 for what cannot be undone)."""

    service = "enrollment"
    method = "commit_plan"
    answer = SavedV1

    batch_id = shapes.identifier()
    plan_id = shapes.identifier()
    mode = shapes.one_of(MODES)
    example: ClassVar[dict[str, Any]] = {
        "command_id": AN_ID,
        "batch_id": ANOTHER_ID,
        "plan_id": A_PLAN,
        "mode": "good_rows",
    }


class UndoBatchV1(Command):
    """Take back what a file led to, as far as nothing followed from it (X-UNDO-1, A13-4)."""

    service = "enrollment"
    method = "undo_batch"
    answer = SavedV1

    batch_id = shapes.identifier()
    reason = shapes.text(500, shortest=2)
    example: ClassVar[dict[str, Any]] = {"command_id": AN_ID, "batch_id": ANOTHER_ID, "reason": "误传上一年度的文件"}


class PlannedFactCountV1(Contract):
    """How many facts of one kind a plan would write."""

    fact = fields.String(required=True)
    count = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {"fact": "enrollment.StudentStatus.YearRegistered", "count": 487}


class PlannedMoveV1(Contract):
    """How many records of one kind would go from one state into another; `before` is null for new records."""

    record = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True)
    count = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {
        "record": "StudentStatus",
        "before": "suspended",
        "after": "active",
        "count": 3,
    }


class PlanSummaryV1(Contract):
    """What would be otherwise afterwards: facts by kind, records by their state before and after."""

    facts = fields.List(fields.Nested(PlannedFactCountV1), required=True)
    states = fields.List(fields.Nested(PlannedMoveV1), required=True)
    example: ClassVar[dict[str, Any]] = {"facts": [PlannedFactCountV1.example], "states": [PlannedMoveV1.example]}


class PlanV1(Contract):
    """The plan of a file: what it would lead to, how long it holds, its first rows; the whole of it is a file."""

    batch_id = shapes.identifier()
    plan_id = shapes.identifier()
    kind = fields.String(required=True)
    made_for = fields.String(required=True)
    made_at = shapes.instant()
    expires_at = shapes.instant()
    rows = fields.Integer(required=True)
    good = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    summary = fields.Nested(PlanSummaryV1, required=True)
    signature = fields.String(required=True)
    digest = fields.String(required=True)
    errors_digest = fields.String(required=True, allow_none=True)
    first_rows = fields.List(fields.Dict(keys=fields.String()), required=True)
    example: ClassVar[dict[str, Any]] = {
        "batch_id": ANOTHER_ID,
        "plan_id": A_PLAN,
        "kind": "year_results",
        "made_for": "registrar-1",
        "made_at": "2023-09-10T02:00:00+00:00",
        "expires_at": "2023-09-11T02:00:00+00:00",
        "rows": 500,
        "good": 487,
        "unchanged": 1,
        "refused": 12,
        "summary": PlanSummaryV1.example,
        "signature": f"p1.k1.{A_DIGEST}",
        "digest": A_DIGEST,
        "errors_digest": A_DIGEST,
        "first_rows": [{"row": 2, "outcome": "unchanged"}],
    }


class GetPlanV1(Request):
    """Ask for the plan of a file, with its first rows."""

    service = "enrollment"
    method = "get_plan"
    answer = PlanV1

    batch_id = shapes.identifier()
    rows = shapes.integer(0, 200, required=False, load_default=20)
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"batch_id": ANOTHER_ID, "rows": 20, "after_version": 0}


class UnreconciledV1(Contract):
    """One row of which the read tables do not show what it became."""

    row = fields.Integer(required=True)
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    example: ClassVar[dict[str, Any]] = {"row": 17, "id": ANOTHER_ID, "version": 2}


class ReconciliationV1(Contract):
    """Submitted = accepted + unchanged + refused, and what was accepted can be queried; every exception is named."""

    batch_id = shapes.identifier()
    state = fields.String(required=True)
    submitted = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    undone = fields.Integer(required=True)
    kept = fields.Integer(required=True)
    records = fields.Integer(required=True)
    queryable = fields.Integer(required=True)
    missing = fields.List(fields.Nested(UnreconciledV1), required=True)
    errors_digest = fields.String(required=True, allow_none=True)
    balanced = fields.Boolean(required=True)
    example: ClassVar[dict[str, Any]] = {
        "batch_id": ANOTHER_ID,
        "state": "finished",
        "submitted": 500,
        "accepted": 487,
        "unchanged": 1,
        "refused": 12,
        "undone": 0,
        "kept": 0,
        "records": 487,
        "queryable": 486,
        "missing": [UnreconciledV1.example],
        "errors_digest": A_DIGEST,
        "balanced": False,
    }


class ReconcileBatchV1(Request):
    """Ask whether everything that was submitted is accounted for, and everything accepted can be found."""

    service = "enrollment"
    method = "reconcile_batch"
    answer = ReconciliationV1

    batch_id = shapes.identifier()
    after_version = shapes.integer(required=False, load_default=0)
    example: ClassVar[dict[str, Any]] = {"batch_id": ANOTHER_ID, "after_version": 0}


class BatchListV1(Contract):
    """Submitted files, the newest first; `next` is where the following page begins."""

    batches = fields.List(fields.Nested(BatchV1), required=True)
    next = fields.String(required=True, allow_none=True)
    example: ClassVar[dict[str, Any]] = {"batches": [BatchV1.example], "next": None}


class ListBatchesV1(Request):
    """Ask for the submitted files of a school or a province."""

    service = "enrollment"
    method = "list_batches"
    answer = BatchListV1

    school_code = shapes.school_code(required=False, load_default=None, allow_none=True)
    province = shapes.province(required=False, load_default=None, allow_none=True)
    kind = shapes.pattern(r"[a-z_]{3,40}", required=False, load_default=None, allow_none=True)
    state = shapes.pattern(r"[a-z]{3,20}", required=False, load_default=None, allow_none=True)
    before = shapes.identifier(required=False, load_default=None, allow_none=True)
    limit = shapes.integer(1, 100, required=False, load_default=20)
    example: ClassVar[dict[str, Any]] = {
        "school_code": "4111010001",
        "province": None,
        "kind": "year_results",
        "state": "planned",
        "before": ANOTHER_ID,
        "limit": 20,
    }
