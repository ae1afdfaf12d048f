"""What a claim's sides are told: a message at every step, and to whoever loses a document why and how to appeal."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from services.identity.application.claim_granting import ACCOUNT_CONTACT
from services.identity.application.claim_review import ClaimReview
from services.identity.application.claims import CLAIMANT, HOLDER
from services.identity.application.messages import Message
from services.identity.application.sessions import Sessions
from services.identity.domain.account import Account
from services.identity.domain.claim_rules import APPEAL_DAYS, REVIEW_DAYS
from services.identity.domain.identity_claim import IdentityClaim
from shared.codes.clock import SHANGHAI
from shared.eventstore.context import Context
from shared.eventstore.log import FactRecord
from shared.eventstore.privacy import CannotOpen

Words = tuple[str, str]
# AC-10: other sites sign people up by an account here, and an account that lost its document serves them no more
AFFECTED: Final = (
    "如申诉获支持，该证件名下的其他账号将停用，用其办理的考试、应征等报名会受影响。",
    "If the claim is granted, every other account under the document stops; sign-ups for examinations or military"
    " service that were made with one are affected.",
)
LOST: Final = (
    "用该账号办理的考试、应征等报名会受影响，请尽快向报名机构说明。",
    "Sign-ups for examinations or military service that were made with it are affected: tell those offices soon.",
)
_FINAL: Final = ("此决定为最终决定。", "This decision is final.")


def _handed_in(fact: Any) -> Words:
    if fact.due_on is None:
        zh = f"{fact.unknown_year} 年节假日安排尚未公布，公布后即告知期限"
        en = f"the holidays of {fact.unknown_year} are not published yet; the day is told when they are"
    else:
        zh, en = f"将在 {fact.due_on} 前作出决定", f"it is decided by {fact.due_on}"
    return (
        f"申诉材料已收到，审核期限为 {REVIEW_DAYS} 个工作日，{zh}。审核期间不对就该证件提出的其他申诉作出决定。",
        f"Your claim was received. The review takes {REVIEW_DAYS} working days; {en}."
        " Meanwhile no other claim to the document is decided.",
    )


def _turn_came(fact: Any) -> Words:
    if fact.proven:
        return (
            "此前的申诉已结束，您的申诉凭学籍信息核验即将办结。",
            "It is your turn: what you knew is all that was needed.",
        )
    zh, en = _handed_in(fact)
    return f"轮到您的申诉。{zh}", f"It is your turn. {en}"


def _more_asked(fact: Any) -> Words:
    return (
        f"审核人员需要补充材料：{fact.reason}。请在 {fact.until} 前补充并再次提交。",
        f"The reviewer needs more: {fact.reason}. Add it and hand in again by {fact.until}.",
    )


def _granted(fact: Any) -> Words:
    return (
        f"申诉已获支持。理由：{fact.reason}。",
        f"Your claim is granted. Reason: {fact.reason}. Sign in with this contact if you had no account.",
    )


def _denied(fact: Any) -> Words:
    return (
        f"申诉未获支持。理由：{fact.reason}。如有异议，可在 {fact.appeal_until} 前通过下方链接申请复核一次。",
        f"Your claim is denied. Reason: {fact.reason}. You may appeal once, by the link, until {fact.appeal_until}.",
    )


def _overdue(fact: Any) -> Words:
    return (
        f"很抱歉，申诉未能在 {fact.due_on} 前处理完毕，已报上级督办，排在最前。",
        f"We are sorry: your claim was not decided by {fact.due_on}. The ministry knows, and it is first in line.",
    )


def _appeal_decided(fact: Any) -> Words:
    zh, en = ("维持原决定", "the decision stands") if fact.outcome == "upheld" else ("撤销原决定", "it is reversed")
    return (
        f"复核结果：{zh}。理由：{fact.reason}。{_FINAL[0]}",
        f"The appeal was decided: {en}. Reason: {fact.reason}. {_FINAL[1]}",
    )


_TO_ASKER: Final[dict[type[Any], Callable[[Any], Words]]] = {
    IdentityClaim.ContactProven: lambda fact: (
        "联系方式已验证。请妥善保存下方链接，凭此查看和继续申诉，勿转发他人。",
        "Your contact is proven. Keep the link below: it opens your claim. Give it to nobody.",
    ),
    IdentityClaim.HandedIn: _handed_in,
    IdentityClaim.Queued: lambda fact: (
        "申诉材料已收到。就该证件另有申诉正在审核，结束后依次审核；您无需再做什么，轮到时将通知您，并重新计算三个工作日。",
        "Your claim was received. Another claim to the document is being reviewed; yours follows in its order, and you"
        " need do nothing. You are told when its turn comes, and its three working days begin then.",
    ),
    IdentityClaim.TurnCame: _turn_came,
    IdentityClaim.SentBack: lambda fact: (
        "此前的申诉已由人工审核决定，仅凭学籍信息或同学作证已不足够。请补齐证件图像后重新提交。",
        "The claim before yours was decided by an office that saw papers; what you have shown is not enough any more."
        " Add the pictures that are missing and hand in again.",
    ),
    IdentityClaim.Vouched: lambda fact: ("一名同学已为您作证。", "A classmate has vouched for you."),
    IdentityClaim.VouchTakenBack: lambda fact: ("一名同学撤回了作证。", "A classmate has taken back the own word."),
    IdentityClaim.Taken: lambda fact: ("审核人员已开始处理您的申诉。", "A reviewer has taken up your claim."),
    IdentityClaim.PutBack: lambda fact: ("您的申诉已退回队列原位。", "Your claim is back in line, where it was."),
    IdentityClaim.MoreAsked: _more_asked,
    IdentityClaim.Granted: _granted,
    IdentityClaim.Denied: _denied,
    IdentityClaim.Withdrawn: lambda fact: ("申诉已撤回。", "The claim was withdrawn."),
    IdentityClaim.Lapsed: lambda fact: (
        "申诉因逾期未继续办理而失效，可重新提出。",
        "The claim lapsed, as nobody went on with it. You may open another.",
    ),
    IdentityClaim.Overdue: _overdue,
    IdentityClaim.Appealed: lambda fact: (
        f"复核申请已受理，期限为 {APPEAL_DAYS} 个工作日。",
        f"An appeal was made; it is decided within {APPEAL_DAYS} working days.",
    ),
    IdentityClaim.AppealDecided: _appeal_decided,
}


def _contested(fact: Any) -> Words:
    return (
        "有人就您账号所用的证件提出申诉并提交了材料。审核完成前您的账号不受影响；结果将另行通知，您有权申请复核。"
        f"{AFFECTED[0]}",
        "Somebody claims the document of your account and has handed in proof. Nothing changes until it is decided;"
        f" you are told, and you may appeal. {AFFECTED[1]}",
    )


def _lost(fact: Any) -> Words:
    return (
        f"经核验，您账号所用的证件已归他人账号。理由：{fact.reason}。您的资料和联系方式保留，账号不能再登录。"
        f"{LOST[0]}如证件确属您本人，可在 {fact.appeal_until} 前通过下方链接申请复核一次，由教育部另行决定。",
        f"The document of your account was found to be another person's. Reason: {fact.reason}. Your data and contact"
        f" are kept, the account cannot sign in. {LOST[1]} If the document is yours, appeal once by the link below"
        f" until {fact.appeal_until}: the ministry decides.",
    )


_TO_HOLDER: Final[dict[type[Any], Callable[[Any], Words]]] = {
    IdentityClaim.HandedIn: _contested,
    IdentityClaim.TurnCame: _contested,
    IdentityClaim.Granted: _lost,
    IdentityClaim.AppealDecided: _appeal_decided,
}


class ClaimMessages:
    """Reacts to what happened to claims."""

    def __init__(self, claims: ClaimReview, sessions: Sessions, public_origin: str) -> None:
        self.claims = claims
        self.sessions = sessions
        self.origin = public_origin

    def messages(self, record: FactRecord) -> Iterable[Message]:
        """The messages a fact asks for; the key of a claim that is settled is destroyed."""
        fact = record.fact
        if isinstance(fact, Account.Superseded):
            # they would come back to life with the account, if an appeal restores it
            context = Context.system("end_sessions", record.recorded_at, rules=("AC-10",))
            self.sessions.end_all(f"account:{record.originator_id}", context, "superseded")
        elif isinstance(fact, Account.Closed):
            self.claims.withdraw_claims_of(fact.person_id, record.recorded_at)
        if not isinstance(fact, _REACTED):
            return
        yield from self._of_claim(record)

    def _of_claim(self, record: FactRecord) -> Iterable[Message]:
        fact = record.fact
        if isinstance(fact, IdentityClaim.Settled):
            self.claims.keys.shred(str(record.originator_id))
            return
        claim = self.claims.get(IdentityClaim, record.originator_id)
        if isinstance(fact, IdentityClaim.CodeIssued):
            yield from self._code(record, claim)
        if isinstance(fact, IdentityClaim.Vouched):
            yield from self._to_voucher(record)
        if type(fact) in _TO_ASKER:
            yield from self._to_asker(record, claim)
        if type(fact) in _TO_HOLDER:
            yield from self._to_holder(record, claim)

    def _code(self, record: FactRecord, claim: IdentityClaim) -> Iterable[Message]:
        fact: Any = record.fact
        to = self.claims.contact_of(claim)
        if to is None:
            return
        code = self.claims.secrets.code_of(claim.id, fact.salt)
        until = fact.expires_at.astimezone(SHANGHAI)
        yield Message(
            message_id=f"{claim.id}-{record.originator_version}",
            channel=claim.channel,
            to=to,
            subject="验证码 Verification code",
            text=(
                f"验证码：{code}，用于证件申诉，{until:%H:%M}（北京时间）前有效。请勿告诉他人。\n"
                f"Code: {code}, to claim a document; valid until {until:%H:%M} (Beijing time). Tell it to nobody.\n"
            ),
            sent_at=fact.issued_at,
            useful_until=fact.expires_at,
            template="code-claim",
            parameters=(("code", code), ("until", f"{until:%H:%M}")),
        )

    def _to_asker(self, record: FactRecord, claim: IdentityClaim) -> Iterable[Message]:
        to = self.claims.contact_of(claim)
        # nobody proved that this address is the asker's: it hears of codes and of nothing else
        if to is None or not claim.standing.contact_proven:
            return
        words = _TO_ASKER[type(record.fact)](record.fact)
        yield self._notice(record, claim, CLAIMANT, (claim.channel, to), words)

    def _to_holder(self, record: FactRecord, claim: IdentityClaim) -> Iterable[Message]:
        account = self._holder(claim)
        if account is None or (isinstance(record.fact, IdentityClaim.Granted) and not record.fact.other_account_id):
            return
        try:
            to = self.claims.keys.open(str(account.id), account.sealed_contact, ACCOUNT_CONTACT)
        except CannotOpen:
            return
        words = _TO_HOLDER[type(record.fact)](record.fact)
        yield self._notice(record, claim, HOLDER, (account.channel, to), words)

    def _to_voucher(self, record: FactRecord) -> Iterable[Message]:
        """Whose word counts is told that it was given: it may have been another's hand."""
        fact: Any = record.fact
        account = self.claims.find(Account, fact.account_id)
        if account is None:
            return
        try:
            to = self.claims.contact_of_account(account)
        except CannotOpen:
            return
        yield Message(
            message_id=f"{record.originator_id}-{record.originator_version}-voucher",
            channel=account.channel,
            to=to,
            subject="您为同学作了证 You vouched for a classmate",
            text=(
                "您的账号刚刚为一名同学的证件申诉作了证。如非本人操作，请登录撤回，并更改密码。\n"
                "Your account has just vouched for a classmate who claims a document. If this was not you, sign in,"
                f" take it back and change your password.\n\n{self.origin}/zh/vouch\n"
            ),
            sent_at=record.recorded_at,
            account_id=account.id,
            template="claim-voucher",
            parameters=(("link", f"{self.origin}/zh/vouch"),),
        )

    def _holder(self, claim: IdentityClaim) -> Account | None:
        """Whoever loses by the claim, or would."""
        standing = claim.standing
        other: UUID | None = standing.other_account_id
        if other is None and standing.state in ("in_review", "more_evidence"):
            other = self.claims.owners("account.document", [standing.id_key]).get(standing.id_key)
        if other is None or other == standing.account_id:
            return None
        return self.claims.find(Account, other)

    def _notice(
        self, record: FactRecord, claim: IdentityClaim, side: str, address: tuple[str, str], words: Words
    ) -> Message:
        channel, to = address
        zh, en = words
        secret = self.claims.secret_of(claim, side)
        # behind the # a secret is sent to no server and stands in no log
        link = f"{self.origin}/zh/identity-claims/{claim.id}#{secret}"
        return Message(
            message_id=f"{claim.id}-{record.originator_version}-{side}",
            channel=channel,
            to=to,
            subject="证件申诉进展 Your identity claim",
            text=f"{zh}\n{en}\n\n{link}\n",
            sent_at=record.recorded_at,
            template=f"claim-{type(record.fact).__name__}",
            parameters=(("link", link),),
        )


_REACTED: Final[tuple[type[Any], ...]] = (*_TO_ASKER, *_TO_HOLDER, IdentityClaim.CodeIssued, IdentityClaim.Settled)
