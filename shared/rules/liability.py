"""Chapter 5 of the Measure: duties of those who register, and what happens when they fail."""

from shared.rules.rule import inferred, said

RULES = (
    said(
        "A23-1",
        "identity",
        "各单位须有责任人、工作制度和安全保障，过期即暂停写入权限。",
        "An organisation names an owner, a procedure and its safeguards; when they lapse it may not write.",
    ),
    said(
        "A24-1",
        "identity",
        "注册、标注、修改须由专人实名办理，不得共用账号。",
        "Writing is done by a named person with an account of their own.",
    ),
    inferred(
        "A24-2",
        "enrollment",
        "重要操作须由另一人复核：提交人不能审核自己提交的内容。",
        "Important writes are checked by a second person: whoever submitted may not approve.",
    ),
    inferred(
        "A24-3",
        "enrollment",
        "每次写入都记录何人、何时、为何、修改前后。",
        "Every write records who, when, why, before and after.",
    ),
    inferred(
        "A25-1",
        "identity",
        "向本人以外展示身份信息时默认遮盖。",
        "Identity data shown to anyone but their owner are masked.",
    ),
    said(
        "A25-2",
        "identity",
        "批量导出须有合法用途，并留水印和记录。",
        "Bulk export needs a lawful purpose, a watermark and a record.",
    ),
    said(
        "A26-1",
        "enrollment",
        "违反国家规定入学的，不予注册学籍和学历。",
        "Whoever entered against state rules is registered neither as student nor as graduate.",
    ),
    said(
        "A26-2",
        "credentials",
        "违规入学已注册的，注销学籍学历，证书无效，历史保留。",
        "If already registered, status and qualification are revoked and the certificate is invalid; history stays.",
    ),
    said(
        "A27-1",
        "enrollment",
        "虚假注册的，追究责任人与单位负责人。",
        "False registration: the person and the head of the unit answer for it.",
    ),
    said(
        "A27-2",
        "enrollment",
        "密钥、口令保管不善造成违规修改的，追究责任并撤销密钥。",
        "Illegal change through careless keys: the keys are revoked.",
    ),
    said(
        "A27-3",
        "enrollment",
        "泄露或非法使用学生信息的，追究责任。",
        "A leak or illegal use of student data is an incident.",
    ),
    said("A27-4", "enrollment", "其他违反办法的行为，追究责任。", "Any other breach of the Measure is an incident."),
    said(
        "A28-1",
        "enrollment",
        "办法自2014年9月1日起施行，此前的事项适用当时的规定。",
        "The Measure applies from 1 September 2014; earlier facts follow the rules of their day.",
    ),
    said(
        "A28-2",
        "enrollment",
        "此前规定与办法不一致的，以办法为准。",
        "Where an older regulation differs, the Measure wins.",
    ),
)
