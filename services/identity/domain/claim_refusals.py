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
    zh = "该证件正有另一申诉在审核，预计 {due_on} 前作出决定；在此之前不对其他申诉作出决定。"
    en = "Another claim to this document is being reviewed, until {due_on}; no other one is decided before."


class ClaimHandedInMeanwhile(Refused):
    """Somebody else's claim to this document was handed in at the same moment."""

    rule = "AC-10"
    zh = "该证件同时有另一申诉提交审核，请稍后再试。"
    en = "Another claim to this document was handed in at the same moment; try again in a moment."


class PlaceTaken(Refused):
    """Somebody else took this place in the line of the document at the same moment."""

    rule = "X-CONFLICT-1"


class ClaimWaitsAlready(Refused):
    """One claim of one contact to one document is enough."""

    rule = "AC-10"
    zh = "该联系方式就此证件已有一份申诉在办理。"
    en = "This contact has a claim to the document that is being dealt with already."


class LineFull(Refused):
    """So many claims to this document wait already that no further one is taken."""

    rule = "AC-10"
    zh = "就此证件等候审核的申诉已达上限，请过几日再提交，或凭学籍信息即时核验。"
    en = (
        "So many claims to this document wait that no more are taken. Come back in some days, or prove it by knowledge."
    )


class LineFlooded(Refused):
    """From one network only so many claims are put into lines in a day."""

    rule = "AC-10"
    status = 429
    zh = "今天从您所在的网络排队的申诉过多，请明天再提交，或登录后提交。"
    en = "Too many claims were put in line from your network today. Come back tomorrow, or sign in and hand it in."


class ClassmatesNotAsked(Refused):
    """Classmates help where a document is contested, and nowhere else."""

    rule = "AC-9"
    zh = "此类申诉不适用同学辅助验证。"
    en = "For this kind of claim classmates are not asked."


class CodeShownAlready(Refused):
    """The code was shown; whoever lost it asks for another one."""

    rule = "AC-9"
    zh = "该协助码已显示过，不再显示；如遗失请重新获取。"
    en = "This code was shown and is not shown again. If you lost it, ask for another."


class VouchRefused(Refused):
    """A wrong code, no classmate, or nothing to vouch for: which of these is not said."""

    rule = "AC-9"
    status = 422
    zh = "未能作证：协助码无效，或您与申诉人不是同一学校、层次和入学年份的同学。"
    en = "Not recorded: the code is not valid, or you are no classmate of the same school, level and year of entry."


class AccountTooYoung(Refused):
    """Who vouches has had an account for thirty days."""

    rule = "AC-9"
    zh = "账号开立满 {days} 天后方可为同学作证。"
    en = "An account vouches for classmates once it is {days} days old."


class VouchesUsedUp(Refused):
    """One person vouches for three classmates a year."""

    rule = "AC-9"
    status = 429
    zh = "每年最多为 {most} 名同学作证，今年已用完。"
    en = "One person vouches for at most {most} classmates a year, and these are used up."


class VouchedAlready(Refused):
    """Once for each claim, also where it was taken back."""

    rule = "AC-9"
    zh = "您已为此申诉作过证；每份申诉只能作证一次。"
    en = "You vouched in this claim already; that is done once."


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


class NotCompared(Refused):
    """A document is given away only after what stands in its pictures was typed and found to be what was asked for."""

    rule = "AC-9"
    zh = "请先按照片录入证件号码和姓名并与申请比对；一致后方可同意"
    en = "type number and name as the pictures show them first: only where they agree with the claim is it granted"


class MisreadTooOften(Refused):
    """A comparison is no way to guess the number that is hidden."""

    rule = "AC-9"
    status = 429
    zh = "您对此申请的比对已 {most} 次不一致：请要求补充材料、驳回，或放回由同事处理"
    en = "{most} of your comparisons failed: ask for better pictures, deny the claim, or put it back for a colleague"


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
