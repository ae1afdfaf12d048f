"""The registry's own rules: how files, commands, codes and requests must be; no regulation names them."""

from shared.rules.rule import ALWAYS, Rule


def _house(rule_id: str, owner: str, zh: str, en: str) -> Rule:
    return Rule(rule_id, "house", False, owner, zh, en, ALWAYS)


RULES = (
    # who acts
    _house(
        "X-SIGN-1",
        "identity",
        "请先登录：没有有效的身份凭证，或凭证已过期。",
        "Sign in first: there is no valid proof of who acts, or it is over.",
    ),
    _house("X-PERMIT-1", "identity", "该角色无权进行此操作。", "This role may not do this."),
    # requests
    _house("X-FOUND-1", "all", "未找到所查询的内容。", "What was asked for was not found."),
    _house("X-REQUEST-1", "all", "请求内容不符合约定。", "The request does not fit its contract."),
    _house("X-REQUEST-2", "gateway", "请求内容过大。", "The request is too large."),
    _house(
        "X-REQUEST-3",
        "gateway",
        "请求缺少 Idempotency-Key，或其不是 UUID。",
        "The Idempotency-Key header is missing or is not a UUID.",
    ),
    _house("X-CMD-1", "all", "该命令编号已用于另一项请求。", "This command id was used for another request."),
    _house(
        "X-CONFLICT-1",
        "all",
        "记录在此期间已被修改，请重新读取后再试。",
        "The record changed meanwhile; read it again and retry.",
    ),
    _house("X-STATE-1", "all", "当前状态不允许此操作。", "The present state does not allow this."),
    _house("X-RATE-1", "gateway", "请求过于频繁，请稍后再试。", "Too many requests; try again later."),
    _house(
        "X-SERVICE-1",
        "gateway",
        "服务暂时不可用，请稍后用同一编号重试。",
        "The service is not available; try again later with the same key.",
    ),
    _house(
        "X-SERVICE-2",
        "gateway",
        "未能及时得到答复，结果未知，请用同一编号再问一次。",
        "No answer in time: the outcome is unknown, ask again with the same key.",
    ),
    _house("X-SERVICE-3", "gateway", "服务内部出错，已记录。", "The service failed; the failure is on record."),
    # values
    _house("X-CODE-1", "all", "内容格式不正确。", "The value is not well formed."),
    _house("X-CODE-2", "all", "身份证件号码不正确。", "The document number is not correct."),
    _house("X-CODE-3", "all", "姓名含有不能接受的字符。", "The name holds characters that cannot be accepted."),
    _house("X-CODE-4", "all", "证书编号不正确。", "The certificate number is not correct."),
    _house("X-CODE-5", "all", "学校代码不正确。", "The school code is not correct."),
    _house("X-CODE-6", "verification", "在线验证码的格式不正确。", "The report code is not well formed."),
    _house("X-CODE-7", "all", "日期或期限超出允许范围。", "A date or period is out of range."),
    _house("X-CODE-8", "all", "不是代码表中的取值。", "The value is not in the code table."),
    _house(
        "X-CODE-9",
        "all",
        "出生日期或性别与证件号码不一致，请核对。",
        "Birth date or sex does not agree with the document number; please check.",
    ),
    # files taken in
    _house("X-FILE-1", "intake", "文件为空。", "The file is empty."),
    _house(
        "X-FILE-2",
        "intake",
        "文件格式与名称不符，或无法读取。",
        "The file is not of the format its name says, or cannot be read.",
    ),
    _house("X-FILE-3", "intake", "文件编码不是 UTF-8 或 GB18030。", "The file is neither UTF-8 nor GB18030."),
    _house("X-FILE-4", "intake", "文件不完整或已损坏。", "The file is cut off or damaged."),
    _house("X-FILE-5", "intake", "缺少必需的列。", "A required column is missing."),
    _house("X-FILE-6", "intake", "列名重复。", "A column appears twice."),
    _house("X-FILE-7", "intake", "列名不在约定之内。", "A column is not known."),
    _house("X-FILE-8", "intake", "行数超过上限。", "The file has too many rows."),
    _house("X-FILE-9", "intake", "文件超过大小上限。", "The file is too large."),
    _house("X-FILE-10", "intake", "压缩内容展开后超过上限。", "The file unpacks to more than is accepted."),
    _house("X-FILE-11", "intake", "含有公式单元格。", "A cell holds a formula."),
    _house("X-FILE-12", "intake", "含有控制字符。", "A cell holds control characters."),
    _house("X-FILE-13", "intake", "必填内容为空。", "A required value is empty."),
    _house("X-FILE-14", "intake", "同一文件内重复。", "The same entry appears twice in the file."),
    _house("X-FILE-15", "intake", "没有可用的数据行。", "The file holds no usable rows."),
    _house("X-FILE-16", "intake", "单元格内容过长。", "A cell is too long."),
    _house("X-FILE-17", "intake", "该文件此前已提交。", "This file was submitted before."),
    # photos
    _house("X-PHOTO-1", "imaging", "照片须凭采集码提交。", "A photo is submitted with a capture code."),
    _house("X-PHOTO-2", "imaging", "照片须为 480×640 像素。", "A photo is 480 by 640 pixels."),
    _house("X-PHOTO-3", "imaging", "照片须为 JPEG 格式。", "A photo is a JPEG file."),
    _house("X-PHOTO-4", "imaging", "照片文件大小不符合要求。", "The photo's file size is not as required."),
    _house("X-PHOTO-5", "imaging", "采集码无效、已使用或已过期。", "The capture code is unknown, used or over."),
    _house("X-PHOTO-6", "imaging", "照片拍摄时间超出规定期限。", "The photo was not taken within the allowed time."),
    _house("X-PHOTO-7", "imaging", "照片未能通过审核。", "The photo was not approved."),
    # reports
    _house(
        "X-REPORT-1", "verification", "在线验证报告有效期为一至六个月。", "A report is valid for one to six months."
    ),
    _house("X-REPORT-2", "verification", "在线验证报告已关闭，无法在线验证。", "This report was closed by its owner."),
    _house("X-REPORT-3", "verification", "在线验证报告已过期，无法在线验证。", "This report has expired."),
    _house("X-REPORT-4", "verification", "此在线验证码无效。", "This code is not valid."),
    _house("X-REPORT-5", "verification", "系统检测到不合要求的在线验证码。", "This code is not written as a code is."),
    _house("X-REPORT-6", "verification", "该记录尚不能出具报告。", "No report can be made on this record yet."),
    _house("X-REPORT-7", "verification", "该在线验证报告已失效。", "This report is no longer valid."),
    _house(
        "X-REPORT-8",
        "verification",
        "该记录的归属存在争议，处理完毕后出具报告。",
        "It is disputed whose this record is; reports on it wait until that is decided.",
    ),
    # identity's codes
    _house("X-PROOF-1", "identity", "验证码不正确或已失效。", "The code is wrong or over."),
    _house("X-PROOF-2", "identity", "验证码发送过于频繁。", "Codes are sent too often."),
    # keeping what was heard
    _house("X-HEARD-1", "all", "该消息已处理。", "This message was heard before."),
    _house("X-PRIVACY-1", "all", "密文无法解开。", "What was sealed cannot be opened."),
    _house("X-AUDIT-1", "all", "读表与事件重放的结果不一致。", "A read table differs from the replay of its events."),
    # plans of files, and taking them back
    _house(
        "X-PLAN-1",
        "enrollment",
        "没有这份预检方案，或它属于另一份文件。",
        "This plan is unknown or belongs to another file.",
    ),
    _house("X-PLAN-2", "enrollment", "预检方案已过期，请重新预检。", "The plan has expired; check the file again."),
    _house("X-PLAN-3", "enrollment", "预检方案被改动过，不能执行。", "The plan was altered and is not carried out."),
    _house(
        "X-PLAN-4",
        "enrollment",
        "预检之后登记情况已有变化，该行须重新预检。",
        "What the plan was made on has changed since; this row needs a new plan.",
    ),
    _house(
        "X-PLAN-5",
        "enrollment",
        "选择了全部或全不：其他行有误，本行未写入。",
        "All or nothing was chosen and other rows are wrong; this row was not written.",
    ),
    _house(
        "X-PLAN-6",
        "enrollment",
        "不可撤回的文件行数过多，不能选择全部或全不；请分成较小的文件。",
        "A file that cannot be undone has too many rows for all or nothing; split it into smaller files.",
    ),
    _house(
        "X-UNDO-1",
        "enrollment",
        "该记录此后又有变动，不能撤回。",
        "Something followed on this record since; it cannot be undone.",
    ),
    _house("X-UNDO-2", "enrollment", "此类文件不能撤回。", "A file of this kind cannot be undone."),
    # old registers
    _house("X-LOAD-1", "enrollment", "旧登记的这一行自相矛盾。", "This row of the old register contradicts itself."),
    _house("X-LOAD-2", "enrollment", "未注明旧登记的证据等级。", "The evidence level of the old register is missing."),
    # steps
    _house(
        "X-STATE-2",
        "enrollment",
        "按目前的学籍状态，不能作此变动。",
        "This change does not follow from the present state of the record.",
    ),
    _house("X-CASE-1", "enrollment", "该案件尚未到或已过这一步骤。", "The case is not at this step."),
    _house("X-CASE-2", "enrollment", "该案件已作出决定。", "The case was decided already."),
    _house("X-TRANSFER-1", "enrollment", "转学申请不在这一步骤。", "The transfer is not at this step."),
    _house(
        "X-CAL-1",
        "enrollment",
        "该年度的节假日与调休安排尚未公布，不能推算工作日。",
        "The working-day calendar of that year is not published yet, so the day cannot be reckoned.",
    ),
    _house(
        "X-YEAR-1",
        "enrollment",
        "学校尚未登记该学年的开学日期。",
        "The school has not yet said when this academic year starts.",
    ),
)
