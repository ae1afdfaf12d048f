"""The words of the public pages, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.languages import LANGUAGES
from gateway.portal.account_words import ACCOUNT_WORDS
from gateway.portal.claim_words import CLAIM_WORDS
from gateway.portal.factor_words import FACTOR_WORDS
from gateway.portal.office_words import OFFICE_WORDS
from gateway.portal.own_words import OWN_WORDS
from gateway.portal.record_words import RECORD_WORDS
from gateway.portal.school_words import SCHOOL_WORDS

_WORDS: Final = {
    "site": ("学籍学历登记", "Xueji"),
    "site_long": ("学籍学历电子注册", "Register of student status and credentials"),
    "skip": ("跳到正文", "Skip to content"),
    "menu": ("主菜单", "Main menu"),
    "home": ("首页", "Home"),
    "verify": ("在线验证", "Verify"),
    "rules": ("规则", "Rules"),
    "api": ("接口文档", "API"),
    "other_language": ("English", "中文"),
    "home_title": ("一份学历，人人可验", "A credential anyone can check"),
    "home_lead": (
        "本系统记录学生从录取、注册、学年注册到毕业的全过程。持有在线验证码的任何人都可以免费核对报告，无需注册账号。",
        "This register follows a student from admission through every academic year to graduation. Anyone who was "
        "given a report code can check the report, free of charge and without an account.",
    ),
    "verify_title": ("在线验证", "Verify a report"),
    "verify_lead": ("输入报告上的16位在线验证码。", "Enter the 16-character code printed on the report."),
    "code": ("在线验证码", "Report code"),
    "code_hint": (
        "16位字母和数字；空格、连字符和大小写不影响结果。",
        "16 letters and digits; spaces, hyphens and capitals make no difference.",
    ),
    "verify_button": ("验证", "Verify"),
    "verify_again": ("再验证一份", "Verify another"),
    "result": ("验证结果", "Result"),
    "outcome_valid": ("有效", "Valid"),
    "outcome_unknown": ("无效", "Not valid"),
    "outcome_malformed": ("格式不符", "Not a code"),
    "outcome_certificate_number": ("不是验证码", "Not a code"),
    "outcome_expired": ("已过期", "Expired"),
    "outcome_closed": ("已关闭", "Closed"),
    "outcome_revoked": ("已注销", "Revoked"),
    "outcome_throttled": ("请稍候", "Please wait"),
    "report_status": ("学籍在线验证报告", "Report on student status"),
    "report_qualification": ("学历证书电子注册备案表", "Report on an academic qualification"),
    "issued_on": ("出具日期", "Issued on"),
    "valid_until": ("验证有效期至", "Valid until"),
    "answered_at": ("本次查询时间（北京时间）", "Answered at (China time)"),
    "photo": ("登记照片", "Photo on record"),
    "compare": (
        "请将以上内容与手中的报告逐项比对。以本页面为准，截图和打印件不作为凭证。",
        "Compare every line with the report in your hands. This page decides; pictures and printouts of it do not.",
    ),
    "tips_title": ("验证须知", "Before you rely on a report"),
    "tip_origin": ("只在本网站验证，网址应以此开头：", "Verify on this site only; its address begins with:"),
    "tip_owner": (
        "验证码由学生本人提供；本人可随时关闭或延长报告。",
        "The code comes from the student, who can close or extend the report at any time.",
    ),
    "tip_private": (
        "报告只显示验证所需的内容，不显示证件号码。",
        "A report shows what is needed to verify it and never an identity number.",
    ),
    "who_title": ("各方如何使用", "Who does what here"),
    "who_student": ("学生", "Students"),
    "who_student_text": (
        "核对本人学籍学历，免费申请中英文报告，查看报告被验证的次数。",
        "Check the own records, have reports in Chinese and English free of charge, see how often they were verified.",
    ),
    "who_school": ("学校", "Schools"),
    "who_school_text": (
        "注册新生、办理学年注册、注册学历；提交人与复核人须为两人。",
        "Register freshmen, academic years and certificates; whoever submits never approves.",
    ),
    "who_authority": ("主管部门", "Authorities"),
    "who_authority_text": (
        "省级审核录取数据，教育部复核下发；监督而不代办。",
        "Provinces review admissions, the ministry releases them; they supervise and do not write records.",
    ),
    "who_verifier": ("用人单位", "Verifiers"),
    "who_verifier_text": (
        "凭验证码在线核对，或通过开放接口核对。",
        "Check reports by their code, here or through the open API.",
    ),
    "rule": ("规则", "Rule"),
    "rules_title": ("规则", "Rules"),
    "rules_lead": (
        "每次拒绝都会注明所依据的规则。以下文字是本系统的说明，以法规原文为准。",
        "A refusal names the rule it rests on. The words are ours; the regulation's own words prevail.",
    ),
    "rule_id": ("编号", "Number"),
    "rule_text": ("内容", "What it says"),
    "rule_article": ("出处", "Source"),
    "rule_house": ("本系统", "this register"),
    "rule_said": ("条文原意", "stated by the article"),
    "rule_inferred": ("据条文推定", "inferred from the article"),
    "rule_kept_by": ("执行服务", "Kept by"),
    "rule_in_force": ("效力", "In force"),
    "rule_always": ("始终有效", "always"),
    "rule_since": ("自此日起：", "since"),
    "rule_until": ("至：", "until"),
    "rule_by_effect": ("以事项生效之日为准", "the day on which a fact takes effect decides"),
    "rule_other": ("英文", "In Chinese"),
    "rule_state": ("实现情况", "State"),
    "rule_built": ("已实现", "built"),
    "rule_not_yet": ("尚未实现", "not yet"),
    "rule_refusals": ("拒绝代码", "Refusals that carry it"),
    "rule_code": ("由哪些代码执行", "The code that decides it"),
    "rule_no_code": ("尚无代码执行本规则。", "No code decides this rule yet."),
    "rule_refuses": ("据此拒绝", "refuses under it"),
    "rule_records": ("随事实记录", "records it with its facts"),
    "rule_names": ("引用", "names it"),
    "rule_keeps": ("遵守", "keeps it"),
    "rule_tests": ("由哪些测试证明", "The tests that prove it"),
    "rule_no_tests": ("尚无测试证明本规则。", "No test proves this rule yet."),
    "rule_tests_show": ("查看测试", "Show the tests"),
    "rule_code_show": ("查看代码文件", "Show the files"),
    "rule_tests_lead": ("“若有……，当……，则……”；测试以英文书写。", "Given, when, then."),
    "rules_built": ("条规则；已实现：", "rules, of which built:"),
    "all_rules": ("全部规则", "All rules"),
    "api_title": ("开放接口", "Open API"),
    "api_lead": (
        "以下内容由系统的约定自动生成。机器可读的文档：",
        "This page is generated from the contracts of the services. For programs:",
    ),
    "api_sign_in": (
        "登录后将得到的凭证作为 Bearer 令牌发送。每个写入请求须带 Idempotency-Key（UUID）；"
        "没有得到答复时，用同一编号再问一次，不会重复办理。",
        "Sign in and send the assertion you get as a bearer token. Each command carries an Idempotency-Key (a UUID); "
        "when no answer came, ask again with the same key and nothing is done twice.",
    ),
    "api_parameters": ("参数", "Parameters"),
    "api_body": ("请求内容", "Body"),
    "api_answers": ("答复", "Answers"),
    "api_name": ("名称", "Name"),
    "api_where": ("位置", "In"),
    "api_type": ("类型", "Type"),
    "api_required": ("必填", "Required"),
    "api_meaning": ("说明", "Meaning"),
    "api_public": ("无需登录", "no sign-in"),
    "api_signed_in": ("须登录", "sign-in needed"),
    "api_example": ("示例", "Example"),
    "api_on_this_page": ("本页内容", "On this page"),
    "mailbox_title": ("演示邮箱", "Mailbox of the demonstration"),
    "mailbox_lead": (
        "演示环境不向外发送任何邮件和短信，全部显示在这里；正式环境没有此页面。",
        "A demonstration sends nothing to anybody: its mails and text messages stand here. Elsewhere there is no such "
        "page.",
    ),
    "mailbox_empty": ("还没有消息。", "There are no messages yet."),
    "mailbox_to": ("收件人", "To"),
    "mailbox_at": ("时间（北京时间）", "At (China time)"),
    "channel_mail": ("邮件", "mail"),
    "channel_sms": ("短信", "text message"),
    "activate_title": ("激活账号", "Activate your account"),
    "activate_lead": (
        "请核对邮件中的账号标识和验证码。",
        "Enter the account's id and the code that came by mail.",
    ),
    "activate_account": ("账号标识", "Account"),
    "activate_account_hint": (
        "从邮件中的链接进入时自动填写。",
        "Filled in by itself when you come by the link in the mail.",
    ),
    "activate_code": ("6位验证码", "6-digit code"),
    "activate_button": ("激活", "Activate"),
    "activate_done": ("账号已激活", "Your account is active"),
    "activate_next": ("现在可以登录。", "You can sign in now."),
    "activate_failed": ("未能激活", "Not activated"),
    "yes": ("是", "yes"),
    "footer": ("学籍 · 学历 · 自由软件，可自行部署", "Student status and credentials · free software, yours to run"),
    "error_400": ("请求有误", "That request cannot be understood"),
    "error_404": ("没有这个页面", "There is no such page"),
    "error_405": ("不支持这种访问方式", "This page is not asked in that way"),
    "error_413": ("提交的内容过大", "What was sent is too large"),
    "error_429": ("访问过于频繁，请稍后再试", "Too many requests; try again later"),
    "error_503": ("服务暂时不可用，请稍后再试", "Not available now; try again later"),
    "error_504": ("没有及时得到答复，请稍后再试", "No answer in time; try again later"),
    "error_500": ("系统出错，已记录", "Something went wrong, and is on record"),
    "error_lead": ("可以从首页重新开始。", "Start again from the home page."),
    "tag_identity": ("账号与身份", "Accounts and identity"),
    "tag_enrollment": ("录取与学籍", "Admission and student status"),
    "tag_imaging": ("照片", "Photos"),
    "tag_credentials": ("证书", "Certificates"),
    "tag_verification": ("报告与验证", "Reports and verification"),
}

_ALL: Final = {
    **_WORDS,
    **CLAIM_WORDS,
    **OWN_WORDS,
    **ACCOUNT_WORDS,
    **RECORD_WORDS,
    **OFFICE_WORDS,
    **FACTOR_WORDS,
    **SCHOOL_WORDS,
}


def words(language: str) -> Mapping[str, str]:
    """Every word of one language."""
    place = LANGUAGES.index(language)
    return MappingProxyType({name: pair[place] for name, pair in _ALL.items()})
