"""Rules of accounts: one person, one document, one account, and records that find their owner."""

from shared.rules.rule import ALWAYS, Rule


def _account(number: int, owner: str, zh: str, en: str) -> Rule:
    return Rule(f"AC-{number}", "accounts", False, owner, zh, en, ALWAYS)


RULES = (
    _account(
        1,
        "identity",
        "实名注册：一个身份证件只能有一个有效账号，手机号和邮箱各只能使用一次。",
        "One identity document has one live account; a phone number or mail address is used once.",
    ),
    _account(
        2,
        "identity",
        "用户名为手机号或邮箱；激活码可在一分钟后重发，每天五次。",
        "The user name is a phone number or mail address; a code is sent again after a minute, five times a day.",
    ),
    _account(
        3,
        "identity",
        "注册完成前须由本人核对用户名、姓名和证件号码。",
        "User name, name and document number are confirmed before an account is made.",
    ),
    _account(
        4,
        "identity",
        "密码不少于10个字符，且不在已泄露密码之列。",
        "A password has at least ten characters and is not among known leaked ones.",
    ),
    _account(
        5,
        "identity",
        "该联系方式尚未激活，可重新发送；已注册的请登录或找回。",
        "An address that was not proved can be sent a new code; a registered one signs in or recovers.",
    ),
    _account(
        6,
        "identity",
        "该手机号或邮箱已被其他账号使用。",
        "This phone number or mail address belongs to another account.",
    ),
    _account(
        7,
        "identity",
        "注册后证件类型和号码不可修改；姓名仅可在身份核验前修改。",
        "Document type and number never change after registration; the name only before identity is proved.",
    ),
    _account(
        8,
        "identity",
        "更正证件号码须提供证件两面的清晰图像。",
        "Correcting a document number needs a clear picture of both sides of the card.",
    ),
    _account(
        9,
        "identity",
        "证件号码已被注册的，可找回账号，或经核验后重新注册。",
        "Where a document is already taken the account is recovered, or claimed with proof.",
    ),
    _account(
        10,
        "identity",
        "同一证件的申诉逐一审核，其他申诉排队等候；核准后该证件的其他账号注销。",
        "Of claims to one document one is decided at a time, others wait; once granted other accounts are superseded.",
    ),
    _account(11, "identity", "申诉在三个工作日内处理。", "A claim is answered within three working days."),
    _account(
        12,
        "identity",
        "找回用户名或密码须核对姓名、证件号码和联系方式。",
        "Recovery needs name, document number and a proven contact.",
    ),
    _account(
        13,
        "identity",
        "验证次数已用完，请稍后再试或改用其他方式。",
        "The tries are used up; wait, or prove who you are another way.",
    ),
    _account(
        14,
        "identity",
        "姓名与证件号码一致的记录在登录时自动绑定。",
        "Records with the same name and document are bound when their owner signs in.",
    ),
    _account(
        15,
        "identity",
        "凭证书编号、毕业年份和学校手动绑定，且姓名与证件须一致。",
        "A qualification is bound by number, year and school if name and document agree.",
    ),
    _account(
        16,
        "identity",
        "手动添加学籍两次未成功的，请联系学校。",
        "After two failed tries to add a status, ask the school.",
    ),
    _account(
        17,
        "identity",
        "2001年以后的证书通常自动绑定；更早的可用两个编号分别尝试。",
        "Certificates since 2001 bind by themselves; for older ones either of the two numbers may fit.",
    ),
    _account(18, "identity", "1991年以前的学历不在查询范围内。", "Qualifications before 1991 are not covered."),
    _account(
        19,
        "identity",
        "姓名或证件与现在不同的学历，可将多个已核验身份关联到同一人。",
        "A qualification under an earlier name or document is bound by linking verified identities.",
    ),
    _account(20, "identity", "绑定后的状态以系统显示为准，不需要等待次日。", "What was bound shows at once."),
    _account(
        21,
        "identity",
        "学籍档案只有本人可见，未经授权不提供给他人。",
        "An archive is seen by its owner alone and given to nobody without leave.",
    ),
    _account(
        22,
        "verification",
        "学籍查询不含自考；学历查询自2001年起。",
        "Status queries do not cover self-taught exams; qualifications are covered since 2001.",
    ),
    _account(
        23,
        "verification",
        "第三方取得数据须本人扫码授权，并由本人选择内容。",
        "A third party gets data by the owner's scan, and the owner chooses which.",
    ),
    _account(24, "identity", "学校工作人员不得代学生管理账号。", "School staff do not manage accounts for students."),
)
