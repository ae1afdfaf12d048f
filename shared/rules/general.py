"""Chapter 1 of the Measure: what is registered, by whom, and who stands behind an answer."""

from shared.rules.rule import inferred, said

RULES = (
    inferred(
        "A1-1",
        "verification",
        "凡展示或写入报告的数据，都必须能追溯到登记记录及其版本。",
        "Whatever is shown or reported resolves to a stored record and its version.",
    ),
    said(
        "A2-1",
        "enrollment",
        "该机构不具有学历教育注册资格。",
        "This institution is not one that may register students or certificates.",
    ),
    said(
        "A2-2",
        "enrollment",
        "未按国家规定录取、不属于学历教育的人员不能注册。",
        "A person who was not admitted to formal education under state rules cannot be registered.",
    ),
    said(
        "A2-3",
        "enrollment",
        "每项注册都须经过在线审核、电子标注、数据备案、网上查询四个环节，并留有记录。",
        "Every registration passes review, annotation, filing and query, and each step is recorded.",
    ),
    said(
        "A3-1",
        "enrollment",
        "新生学籍、学年、学历三项注册对各类学生都是必经的。",
        "Freshman, annual and certificate registration are mandatory for every category of student.",
    ),
    inferred(
        "A3-2",
        "enrollment",
        "华侨、港澳台和国际学生适用同样的注册流程，可使用其他身份证件。",
        "Overseas, HK, Macau, Taiwan and international students follow the same steps with other documents.",
    ),
    said("A4-1", "enrollment", "学校只能办理本校学生的注册与标注。", "A school acts for its own students only."),
    said(
        "A4-2",
        "enrollment",
        "省级主管部门只监督、指导本省学校，不能代为办理或修改学籍学历。",
        "A province supervises and guides its own schools and no others; it does not write their records.",
    ),
    said(
        "A4-3",
        "credentials",
        "自考毕业证书只能由省级自考机构注册。",
        "Diplomas of the self-taught examinations are registered by the province's examination office only.",
    ),
    said(
        "A5-1",
        "verification",
        "报告、二维码和链接只指向唯一的官方网址。",
        "Reports, codes and links point to the one official origin.",
    ),
    inferred(
        "A6-1",
        "enrollment",
        "网站运营人员负责技术与查验，无权修改学籍学历数据。",
        "The operator runs the service and verification; it may not change any record.",
    ),
    said(
        "A6-2",
        "verification",
        "每次查询、验证、认证的答复都须留存证据：依据哪一版记录、何时、答复了什么。",
        "Every answer given leaves evidence: from which record version, when, and what was said.",
    ),
    said(
        "A6-3",
        "identity",
        "教育部对运营机构的监督只限于查看服务与证据记录。",
        "The ministry supervises the operator by reading service and evidence records.",
    ),
)
