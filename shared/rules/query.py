"""Chapter 4 of the Measure: who may query, and certification."""

from shared.rules.rule import inferred, said

RULES = (
    said("A20-1", "verification", "未经复核备案的信息不提供查询。", "A record that was not filed is not served."),
    said("A21-1", "verification", "学生免费查询本人信息。", "Students query their own data free of charge."),
    said(
        "A21-2",
        "verification",
        "他人查询须凭学生本人提供的信息，如证书编号与姓名，或报告验证码。",
        "Others query with what the student gave them: certificate number and name, or a report code.",
    ),
    inferred("A21-3", "verification", "查询过于频繁，请稍后再试。", "Too many queries; try again later."),
    said(
        "A22-1",
        "verification",
        "认证判断证书或学籍材料的真实性、合法性、有效性。",
        "Certification judges whether a paper is authentic, lawful and valid.",
    ),
    said("A22-2", "verification", "认证由本人自愿申请。", "Certification happens only when the person asks for it."),
)
