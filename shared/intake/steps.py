"""Why a batch does not take a step: plans that are unknown, over or altered, and what cannot be taken back."""

from shared.rules.refused import Refused


class PlanUnknown(Refused):
    """There is no such plan, or it is another file's."""

    rule = "X-PLAN-1"
    status = 404


class PlanExpired(Refused):
    """Too old to be carried out."""

    rule = "X-PLAN-2"


class PlanAltered(Refused):
    """The plan is not what was signed."""

    rule = "X-PLAN-3"


class ChangedSincePlan(Refused):
    """What the plan of this row rested on is otherwise now."""

    rule = "X-PLAN-4"
    zh = "预检之后情况已有变化({changed_zh}),该行须重新预检"
    en = "the world changed since the plan ({changed_en}); this row needs a new plan"


class OthersAreWrong(Refused):
    """All or nothing was chosen, and not all rows are good."""

    rule = "X-PLAN-5"


class PlanHasWrongRows(OthersAreWrong):
    """All or nothing would come to nothing."""

    zh = "方案中有 {refused} 行有误,不能选择全部或全不;请改正后重新预检,或只写入正确的行"
    en = "{refused} rows of the plan are wrong, so all or nothing would write nothing: correct them, or write good rows"


class TooManyToUndo(Refused):
    """All or nothing of so many rows would need an undo that this kind does not have."""

    rule = "X-PLAN-6"


class PlanRequired(Refused):
    """What cannot be undone is planned first and committed by a second person."""

    rule = "A24-2"
    status = 422
    zh = "此类文件不可撤回,必须先预检,并由另一人提交执行"
    en = "a file of this kind cannot be undone: it is planned first and committed by another person"


class NotAtThisStep(Refused):
    """The file is somewhere else on its way."""

    rule = "X-STATE-1"
    zh = "该文件{state_zh},不能执行此操作"
    en = "the file's present state ({state}) does not allow this"


class SomethingFollowed(Refused):
    """A later fact rests on this one."""

    rule = "X-UNDO-1"


class CannotBeUndone(Refused):
    """No compensating fact exists for files of this kind."""

    rule = "X-UNDO-2"


class IrreversibleFile(Refused):
    """What this file did is final by law."""

    rule = "A13-4"
