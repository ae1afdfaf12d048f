"""Files of every kind: submitted, tried out, committed, taken back; the worker does what is asked here."""

from collections.abc import Mapping
from uuid import UUID

from services.enrollment.application import Enrollment
from services.enrollment.application.bulk.kinds import kinds
from services.enrollment.domain.registration_batch import RegistrationBatch
from services.enrollment.domain.rules.texts import clean_filename, clean_reason
from shared.access.by import By
from shared.access.decide import Resource, require
from shared.codes.clock import Clock
from shared.codes.malformed import Malformed
from shared.eventstore.application import Answer, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.intake.batch import Batch, Progress
from shared.intake.kind import Traits
from shared.intake.progress import ALL_OR_NOTHING
from shared.intake.proof import ONE_TRANSACTION
from shared.intake.steps import (
    CannotBeUndone,
    IrreversibleFile,
    PlanHasWrongRows,
    PlanRequired,
    TooManyToUndo,
)
from shared.rules.refused import MalformedValue, NotFound

TRAINING = "training"
"""The parameter that every file carries unasked: for which kinds of training its submitter was appointed."""


class Batches(Enrollment):
    """Takes files in, has their plans carried out, and has them taken back."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        super().__init__(store, clock, keyring)
        self._kinds = kinds(self)

    @command
    def submit_file(
        self,
        *,
        command_id: UUID,
        kind: str,
        digest: str,
        filename: str,
        school_code: str | None,
        province: str | None,
        params: Mapping[str, str],
        plan_first: bool,
        by: By,
    ) -> Answer:
        """Take a file in; the worker tries it out, or takes it in at once."""
        traits = self._traits(kind)
        resource = Resource("batch", school=school_code, province=province)
        require(by.actor, "submit_file", resource)
        require(by.actor, traits.action, resource)
        if traits.irreversible and not plan_first:
            raise PlanRequired(field="plan_first")
        _check(params, traits)
        batch_type = getattr(self._kinds[kind], "batch_type", RegistrationBatch)
        batch = batch_type(
            kind=kind,
            digest=digest,
            filename=clean_filename(filename),
            school_code=school_code,
            province=province,
            params={**params, TRAINING: by.actor.kind if by.actor else "all"},
            submitted_by=by.sub,
            plan_first=plan_first,
        )
        return self.save(batch, by=Context.of(by, rules=("A4-1", "A24-1")))

    @command
    def commit_plan(self, *, command_id: UUID, batch_id: UUID, plan_id: UUID, mode: str, by: By) -> Answer:
        """Stand for a plan; the worker carries it out as far as the world is still the plan's."""
        batch, traits = self._batch(batch_id, by)
        now: Progress = batch.standing
        action = "commit_irreversible_plan" if traits.irreversible else "commit_plan"
        require(by.actor, action, _resource(now, submitted_by=now.submitted_by))
        _require_training(by, action, now)
        batch.ask_commit(plan_id=str(plan_id), mode=mode, asked_by=by.sub, now=by.recorded_at)
        if mode == ALL_OR_NOTHING:
            _may_be_whole(now, traits)
        rules = ("A24-2", "X-PLAN-1", "X-PLAN-2") if traits.irreversible else ("X-PLAN-1", "X-PLAN-2")
        return self.save(batch, by=Context.of(by, rules=rules))

    @command
    def undo_batch(self, *, command_id: UUID, batch_id: UUID, reason: str, by: By) -> Answer:
        """Have taken back what a file led to, as far as nothing followed from it."""
        batch, traits = self._batch(batch_id, by)
        require(by.actor, "undo_batch", _resource(batch.standing))
        _require_training(by, "undo_batch", batch.standing)
        if traits.irreversible:
            raise IrreversibleFile()
        if not traits.undoable:
            raise CannotBeUndone()
        reason = clean_reason(reason)
        batch.ask_undo(asked_by=by.sub, reason=reason)
        return self.save(batch, by=Context.of(by, rules=("X-UNDO-1",), reason=reason))

    def _traits(self, kind: str) -> Traits:
        if kind not in self._kinds or not (traits := Traits(self._kinds[kind])).action:
            why = {"reason_zh": f"没有此类文件:{kind}", "reason_en": f"there is no such kind of file: {kind}"}
            raise MalformedValue(field="kind", **why)
        return traits

    def _batch(self, batch_id: UUID, by: By) -> tuple[Batch, Traits]:
        """The file of somebody who may submit such files."""
        batch = self.find(Batch, batch_id)
        if batch is None or batch.standing.kind not in self._kinds:
            raise NotFound(kind="batch", id=batch_id)
        traits = Traits(self._kinds[batch.standing.kind])
        require(by.actor, traits.action, _resource(batch.standing))
        return batch, traits


def _resource(now: Progress, submitted_by: str | None = None) -> Resource:
    return Resource("batch", school=now.school_code, province=now.province, submitted_by=submitted_by)


def _require_training(by: By, action: str, now: Progress) -> None:
    """The rows are decided for the training of whoever handed them in: another's stands for them no more (A24-1)."""
    resource = Resource("batch", school=now.school_code, province=now.province, training=now.params.get(TRAINING))
    require(by.actor, action, resource)


def _may_be_whole(now: Progress, traits: Traits) -> None:
    """All or nothing must be possible: no row wrong already, and what is too much for one transaction undoable."""
    if now.plan_refused:
        raise PlanHasWrongRows(field="mode", refused=now.plan_refused)
    if now.plan_facts > ONE_TRANSACTION and not traits.undoable:
        raise TooManyToUndo(field="mode")


def _check(params: Mapping[str, str], traits: Traits) -> None:
    """Every parameter of the kind, each well formed, and no other."""
    for name in sorted(params.keys() ^ traits.params.keys()):
        zh, en = ("缺少参数", "missing") if name in traits.params else ("多余的参数", "unknown")
        raise MalformedValue(
            field=f"params.{name}", reason_zh=f"{zh}:{name}", reason_en=f"the parameter {name} is {en}"
        )
    for name, check in traits.params.items():
        try:
            check(params[name])
        except Malformed as malformed:
            raise MalformedValue.because(malformed, f"params.{name}") from None
