"""What claims are refused for."""

from shared.rules.refused import Refused


class ClaimStepRefused(Refused):
    """The claim is at another step."""

    rule = "X-CONFLICT-1"
    zh = "该申诉当前状态为“{state}”，不能进行此操作。"
    en = "The claim is at step {state}; this cannot be done now."


class ClaimInReview(Refused):
    """Somebody else's claim to this document is being decided."""

    rule = "AC-10"
    zh = "该证件正有另一申诉在审核，预计 {due_on} 前作出决定；在此之前他人不得申诉。"
    en = "Another claim to this document is being reviewed and decided by {due_on}; until then nobody else may claim."


class ClaimHandedInMeanwhile(ClaimInReview):
    """Somebody else's claim to this document was handed in at the same moment."""

    zh = "该证件同时有另一申诉提交审核；在其作出决定之前他人不得申诉。"
    en = "Another claim to this document was handed in at the same moment; until it is decided nobody else may claim."


class EvidenceIncomplete(Refused):
    """What has to be seen is not there yet."""

    rule = "AC-8"
    zh = "还缺少证明图像：{missing_zh}。"
    en = "These pictures are still missing: {missing_en}."


class TooManyFiles(Refused):
    """A claim holds only so many pictures."""

    rule = "AC-9"
    zh = "一份申诉最多上传 {most} 张图像。"
    en = "A claim holds at most {most} pictures."


class NoMoreTries(Refused):
    """The tries of today are used up; papers still prove it."""

    rule = "AC-13"
    status = 429


class KnowledgeNotEnough(Refused):
    """Here only papers prove who somebody is."""

    rule = "AC-9"
    zh = "此类申诉须提交证件图像，由人工审核。"
    en = "This claim is proved by pictures of papers, which a person reviews."


class TakenByAnother(Refused):
    """Another reviewer has this claim in hand."""

    rule = "AC-11"
    zh = "该申诉正由另一位审核人员处理。"
    en = "Another reviewer has this claim in hand."


class NobodyHolds(Refused):
    """The document is nobody's: there is nothing to contest."""

    rule = "AC-9"
    zh = "该证件目前没有账号使用，请直接注册。"
    en = "No account uses this document: register with it."


class NotTaken(Refused):
    """Who decides has taken the claim first."""

    rule = "AC-11"
    zh = "请先领取该申诉，再作出决定。"
    en = "Take the claim first, then decide it."


class OwnClaim(Refused):
    """Nobody decides about a claim of one's own, or twice about the same."""

    rule = "A24-2"


class AppealRefused(Refused):
    """An appeal is made once, by the one who lost, within its time."""

    rule = "AC-10"
    zh = "只有未获支持的一方可在 {until} 前复核申请一次。"
    en = "An appeal is made once, by the side that lost, until {until}."


class TextRefused(Refused):
    """A reason is a short text, and names nobody's numbers: it is told to both sides."""

    rule = "A25-1"
    status = 422
    zh = "文字须为 1 至 {longest} 个字符，且不得包含证件号、电话或邮箱。"
    en = "The text has 1 to {longest} characters and no numbers of documents or telephones and no addresses."
