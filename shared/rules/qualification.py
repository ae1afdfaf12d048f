"""Chapter 3 of the Measure: certificates, their content, their effect, their correction."""

from shared.rules.rule import invariant, said

RULES = (
    said(
        "A15-1",
        "credentials",
        "毕业证书、结业证书（含自考毕业证书）须办理学历注册。",
        "Certificates of graduation and completion, self-taught ones included, are registered.",
    ),
    said(
        "A15-2",
        "credentials",
        "肄业证书、学习证明、辅修证书、培训证书不办理学历注册，只作标注。",
        "Leaving, study, minor and training papers are annotations and are not registered as qualifications.",
    ),
    said(
        "A16-1",
        "credentials",
        "该生在本校没有已注册的学籍，不能注册学历。",
        "The student has no registered status at this school; no certificate can be registered.",
    ),
    invariant("A16-2", "credentials", "一个学籍只能注册一份学历证书。", "One student status carries one certificate."),
    said(
        "A16-3",
        "credentials",
        "学生离校时学校发证并同时完成学历注册。",
        "When a student leaves, the school issues the certificate and registers it at once.",
    ),
    said(
        "A16-4",
        "credentials",
        "辅修记载在主修学历之内，不单独注册。",
        "A minor is recorded inside the main qualification, never by itself.",
    ),
    said("A17-1", "credentials", "证书内容须与注册信息一致。", "The paper and the record say the same."),
    said(
        "A17-2",
        "credentials",
        "学历信息须完整：身份、照片、起止、专业、层次、学制、形式、结论、学校、校长、编号。",
        "A record has every mandatory field: person, photo, dates, major, level, duration, form, conclusion, school, "
        "president, number.",
    ),
    said(
        "A17-3",
        "credentials",
        "信息不完整（含无照片）的学历不提供网上查询。",
        "An incomplete record, for instance without a photo, cannot be queried.",
    ),
    said(
        "A18-1",
        "credentials",
        "发证日期须与毕（结）业日期一致，结业换发毕业的除外。",
        "The issue date is the graduation date, except for a completion later exchanged for graduation.",
    ),
    said(
        "A18-2",
        "credentials",
        "自发证之日起方可查询，此前答复为未查到。",
        "A certificate can be queried from its issue date on; before that the answer is: not found.",
    ),
    said(
        "A19-1",
        "enrollment",
        "在校期间变更身份信息须有合法性证明，经学校或省级审核。",
        "While at school identity data change on legal proof, reviewed by the school or the province.",
    ),
    said("A19-2", "enrollment", "变更前的信息永久保留。", "What stood before a change is kept."),
    said(
        "A19-3",
        "enrollment",
        "证明材料或内容涉嫌虚假的，不予受理。",
        "A request whose proof or content seems false is not accepted.",
    ),
    said(
        "A19-4",
        "credentials",
        "学历注册并提供查询后，学校不得变更证书内容及注册信息。",
        "Once a qualification can be queried the school may not change certificate or record.",
    ),
    said(
        "A19-5",
        "credentials",
        "学历注册并提供查询后，不再受理学生的信息变更申请。",
        "Once a qualification can be queried a student's request to change it is not accepted.",
    ),
    said(
        "A19-6",
        "credentials",
        "确属错误的，学校举证并经省级审批后方可勘误，原版本保留。",
        "A factual error is corrected on evidence after the province approves; the old version is kept.",
    ),
    said(
        "A19-7",
        "credentials",
        "证书遗失补办学历证明书的，在原记录上标注，只补办一次。",
        "A lost certificate is replaced by a statement that is annotated on the record, and only once.",
    ),
)
