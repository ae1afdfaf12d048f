"""Why a change of a status is refused: each reason with its rule and its words (A12-4, R41-21, R41-27)."""

from shared.rules.refused import Refused


class ChangeDoesNotFollow(Refused):
    """From this state the change leads nowhere."""

    rule = "X-STATE-2"
    zh = "该生目前为{state_zh},不能办理{kind}"
    en = "the status is {state}; {kind} does not follow from that"


class GradeOutOfRange(Refused):
    """A repeated or lowered year leads to a later class, a skipped one to an earlier."""

    rule = "A12-4"
    zh = "{kind}后的年级应在 {earliest} 至 {latest} 之间"
    en = "after this change ({kind}) the class is one of {earliest} to {latest}"


class GraduationOutOfRange(Refused):
    """Expected graduation follows the change, and is not put off for ever."""

    rule = "X-CODE-7"
    zh = "预计毕业日期须晚于生效日期,且不超过入学后 {years} 年"
    en = "expected graduation follows the change and lies within {years} years of entry"


class GraduationNotLater(Refused):
    """The time of study is extended to a later day than was expected."""

    rule = "A12-9"
    zh = "延长学习年限须填写晚于现预计毕业日期({expected})的预计毕业日期"
    en = "the time of study is extended to a day after the one expected now ({expected})"


class CauseUnknown(Refused):
    """Leave and reserved status have a cause, for it decides how long they last."""

    rule = "A12-4"
    zh = "{kind}须注明原因:{causes}"
    en = "the cause of {kind} is one of: {causes}"


class ReturnDayMissing(Refused):
    """Nobody is away without a day until when."""

    rule = "A12-4"
    zh = "{kind}须填写应复学日期,且晚于生效日期"
    en = "{kind} needs the day by which the student returns, after the day it takes effect"


class LeaveTooLong(Refused):
    """All leave together stays within the school's limit."""

    rule = "A12-4"
    zh = "休学累计不得超过 {most} 个学期(已休 {before} 个,本次 {asked} 个)"
    en = "leave is {most} terms at most in all: {before} before this, {asked} now"


class ReturnNotAsked(Refused):
    """Whoever returns has applied, before the semester."""

    rule = "A12-4"
    zh = "须填写复学申请日期,且不晚于复学之日"
    en = "the day of the application is required, and is not after the day of return"


class ReturnTooLate(Refused):
    """Who did not apply in time has not returned: the school decides about 退学."""

    rule = "A12-4"
    zh = "应在 {latest} 前申请复学,现已逾期,由学校作出退学等处理决定"
    en = "the application was due by {latest}: the school now decides about withdrawal"


class ReturnAskedTooEarly(Refused):
    """Nobody asks to come back before going."""

    rule = "A12-4"
    zh = "复学申请日期早于{state_zh}开始之日({since})"
    en = "the application to return lies before the student was away (since {since})"


class ReturnTakesTooLong(Refused):
    """A return takes effect with the semester it was asked for, not years later."""

    rule = "A12-4"
    zh = "复学应于应复学日期或申请之日后一个学期内生效,最迟 {latest}"
    en = "a return takes effect within a semester of the day of return or the application: by {latest}"


class DischargeMissing(Refused):
    """After military service the day of discharge starts the time in which to return."""

    rule = "R41-27"
    zh = "应征入伍保留学籍的,复学须填写退役日期,且在保留学籍之后、申请复学之前"
    en = (
        "after military service the day of discharge is required: after the status was reserved, before the application"
    )


class ServiceReturnTooLate(Refused):
    """Two years after discharge the right to return is over."""

    rule = "R41-27"
    zh = "退役后应在 {latest} 前申请复学,现已逾期"
    en = "after discharge the student had until {latest} to apply; that is over"


class BoundToMajor(Refused):
    """Who was admitted for a special purpose keeps the major."""

    rule = "R41-21"
    zh = "录取类型为{admission_type}的学生不得转专业"
    en = "admitted as {admission_type}: the major is not changed"


class MajorUnchanged(Refused):
    """A change of major leads to another one."""

    rule = "R41-21"
    zh = "须填写与现专业不同的专业名称"
    en = "the name of another major than the present one is required"


class SomethingFollowed(Refused):
    """Only what was recorded last can be taken back."""

    rule = "X-UNDO-1"
