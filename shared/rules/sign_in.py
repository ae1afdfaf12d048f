"""The registry's own rules of signing in, of offices and of machine clients; no regulation names them."""

from shared.rules.rule import ALWAYS, Rule


def _sign_in(rule_id: str, zh: str, en: str) -> Rule:
    return Rule(rule_id, "house", False, "identity", zh, en, ALWAYS)


RULES = (
    _sign_in(
        "X-SIGN-2",
        "此操作需要先用通行密钥或动态口令再次验证。",
        "Show a strong factor again first: a passkey or a one-time password.",
    ),
    _sign_in(
        "X-SIGN-3",
        "工作人员须使用通行密钥或动态口令登录。",
        "Staff sign in with a passkey or a one-time password beside the password.",
    ),
    _sign_in(
        "X-SIGN-4",
        "登录失败次数过多，请稍后再试；已知设备和通行密钥不受影响。",
        "Too many failed tries from here: wait. Known devices and passkeys are not affected.",
    ),
    _sign_in(
        "X-SIGN-5",
        "用户名、密码或验证信息不正确。",
        "The name, the password or the proof is not right; which of them is not said.",
    ),
    _sign_in(
        "X-SIGN-6",
        "登录方式的登记未完成或已失效，请重新开始。",
        "The registration of this way to sign in was not completed or is over; begin again.",
    ),
    _sign_in("X-REASON-1", "请说明理由；理由将一并留存。", "Give a reason; it is kept with what is done."),
    _sign_in(
        "X-SCOPE-1", "该机器客户端的授权范围不包含此操作。", "The scopes of this machine client do not cover this."
    ),
    _sign_in(
        "X-OFFICE-1", "没有这个机构，或其已撤销或并入其他机构。", "There is no such office, or it was closed or merged."
    ),
    _sign_in("X-OFFICE-2", "该机构须先任命负责人。", "The office must name its owner first."),
)
