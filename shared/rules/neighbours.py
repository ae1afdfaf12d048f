"""Rules of neighbouring regulations without which the state machines would have holes."""

from datetime import date

from shared.rules.rule import ALWAYS, Rule

ORDER_41 = date(2017, 9, 1)


def _order_41(number: str, zh: str, en: str, owner: str = "enrollment") -> Rule:
    return Rule(f"R41-{number}", f"教育部令第41号 art. {number}", True, owner, zh, en, ORDER_41)


RULES = (
    _order_41(
        "8",
        "新生无正当理由不按期报到的，视为放弃入学资格。",
        "A freshman who does not report in time without leave or force majeure has abandoned entry.",
    ),
    _order_41(
        "9",
        "报到时初步审查合格的办理入学手续；证件与本人不符的，取消入学资格。",
        "Who passes the first check enters; who does not match the documents loses the right of entry.",
    ),
    _order_41(
        "10",
        "保留入学资格期间没有学籍；期满前须申请入学，审查不合格的取消入学资格，逾期视为放弃。",
        "While entry is deferred there is no status; who fails the review loses entry, who does not apply before "
        "it ends has abandoned it.",
    ),
    _order_41(
        "11",
        "入学后三个月内复查录取手续、录取资格、人证档一致、身心健康和特长水平；弄虚作假的取消学籍。",
        "Within three months of entry procedure, genuineness, identity, health and talent are rechecked; fraud costs "
        "the status.",
    ),
    _order_41(
        "12",
        "每学期须注册；未缴费的不予注册，已申请资助的先注册。",
        "Students register each semester; unpaid fees mean no registration, applicants for aid register first.",
    ),
    _order_41(
        "21", "学生可转专业，特殊招生形式有约定的除外。", "A major may be changed unless special admission forbids it."
    ),
    _order_41(
        "22",
        "有下列情形之一的不得转学：入学未满一学期或毕业前一年；录取成绩低于拟转入专业；由低层次转为高层次；定向就业；"
        "研究生未达拟转入专业的录取标准；无正当理由。",
        "No transfer in the first semester or the last year, below the score of the target, to a higher level, under "
        "directed employment, below the standard for graduates, or without good reason.",
    ),
    _order_41(
        "23",
        "转学须两校同意，由拟转入学校研究决定。",
        "A transfer needs both schools, and the receiving school decides.",
    ),
    _order_41(
        "24",
        "跨省转学须两地省级确认，转学后三个月内备案。",
        "A transfer between provinces needs both of them and is filed within three months.",
    ),
    _order_41(
        "27",
        "应征入伍的，保留入学资格或学籍至退役后两年，服役时间不计入学习年限。",
        "For military service entry or status is kept until two years after discharge; the time served is not counted.",
    ),
    _order_41(
        "32",
        "结业后换发毕业证书的，毕业日期按发证日期填写。",
        "A completion exchanged for graduation bears its issue date as graduation date.",
        "credentials",
    ),
    _order_41(
        "33",
        "学满一年退学的发肄业证书或学习证明，开除的只发学习证明。",
        "Withdrawal after a year earns a leaving certificate or study statement, expulsion only the latter.",
    ),
    _order_41(
        "37",
        "以违法手段取得的学籍、证书，予以取消、注销并宣布无效。",
        "A status or certificate obtained unlawfully is cancelled and declared invalid.",
    ),
    Rule(
        "R01-3",
        "教学〔2001〕4号 实施细则 3",
        True,
        "credentials",
        "结业换发毕业证书，证书编号不变，并在备注中注明。",
        "A completion exchanged for graduation keeps its number, with a remark.",
        date(2001, 1, 1),
    ),
    Rule(
        "R18-1",
        "教财厅〔2018〕1号",
        True,
        "verification",
        "认证免费；学校原则上十个工作日内答复核查函。",
        "Certification is free; schools answer inquiries within ten working days.",
        date(2018, 7, 1),
    ),
    Rule(
        "R21-1",
        "教电〔2021〕128号",
        True,
        "imaging",
        "毕业照片与录取照片比对未通过的，暂不能注册学历，经复核备案后恢复。",
        "No certificate is registered while the graduation photo does not match the admission photo.",
        date(2021, 6, 1),
    ),
    Rule(
        "RF-1",
        "人脸识别技术应用安全管理办法",
        True,
        "imaging",
        "处理人脸信息须单独同意，并提供其他方式，保存期最短。",
        "Face data need separate consent, an alternative, and the shortest retention.",
        date(2025, 6, 1),
    ),
    Rule(
        "AUD-1",
        "house",
        False,
        "identity",
        "审计员只读，所见身份信息经遮盖；查看明文须理由与第二人。",
        "An auditor only reads, and sees masked subjects; unmasking needs a reason and a second person.",
        ALWAYS,
    ),
    Rule(
        "AUD-2",
        "house",
        False,
        "identity",
        "每条记录带有前一条的散列，定期重新核对。",
        "Every log entry carries the hash of the one before, and the chain is checked again and again.",
        ALWAYS,
    ),
    Rule(
        "AUD-3",
        "house",
        False,
        "enrollment",
        "逾期、强制等例外须有理由和批准人，并按年公布次数。",
        "An exception needs a reason and an approver and is counted in public each year.",
        ALWAYS,
    ),
    Rule(
        "AUD-4",
        "house",
        False,
        "identity",
        "无案件、超出本单位范围查看个人记录的，触发警示。",
        "Staff who look at a person without a case and outside their scope raise an alert.",
        ALWAYS,
    ),
    Rule(
        "PIPL-1",
        "个人信息保护法",
        False,
        "identity",
        "身份证号、人脸、未成年人信息属敏感信息，按目的、必要性和期限处理；登记事实依法保存。",
        "ID numbers, faces, minors' data are sensitive: purpose, need, time limits; the law keeps registry facts.",
        date(2021, 11, 1),
    ),
)
