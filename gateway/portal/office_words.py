"""The words of the page on which an office's owner answers for it."""

from collections.abc import Mapping
from typing import Final

OFFICE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "office_title": ("本机构", "My office"),
    "office_code": ("机构代码", "Code"),
    "office_state": ("状态", "State"),
    "office_state_open": ("可办理业务", "acts"),
    "office_state_only_reads": ("仅可查看", "only looks"),
    "office_state_ended": ("已终止", "ended"),
    "office_owner": ("负责人", "Owner"),
    "office_attested_until": ("年度安全声明有效期至", "Yearly statement holds until"),
    "office_operators": ("操作员", "Operators"),
    "operator_state_invited": ("已邀请", "invited"),
    "operator_state_active": ("在任", "active"),
    "operator_state_revoked": ("已撤销", "dismissed"),
    "training_all": ("全部类型", "all kinds of training"),
    "training_regular": ("普通本专科", "regular undergraduates"),
    "training_graduate": ("研究生", "graduates"),
    "training_adult": ("成人教育", "adult education"),
    "training_online": ("网络教育", "online education"),
    "office_training": ("负责的学生类型", "Responsible for"),
    "office_appoint": ("任命操作员", "Appoint an operator"),
    "office_appoint_lead": (
        "一人一号，不得共用。邀请码将发送至其邮箱。",
        "One person, one operator, never shared. The invitation goes to this mail address.",
    ),
    "office_mail": ("电子邮箱", "Mail address"),
    "office_valid_until": ("任期至（可不填）", "Until (not required)"),
    "office_invite": ("重新邀请", "Invite again"),
    "office_dismiss": ("撤销任命", "Dismiss"),
    "office_attest": ("提交年度安全声明", "Make the yearly statement"),
    "office_attest_lead": (
        "每年提交一次；逾期本机构只能查看，不能办理业务。",
        "Once a year. Without it the office only looks and does not act.",
    ),
    "office_statement": ("声明：密钥和档案如何保管", "Statement: how keys and records are kept"),
    "office_procedure": ("书面管理办法（PDF、JPEG 或 PNG）", "The written procedure (PDF, JPEG or PNG)"),
    "office_done_appoint": (
        "已任命，邀请已发送；名单稍后更新。",
        "Appointed; the invitation is on its way, and the list follows in a moment.",
    ),
    "office_done_invite": ("新的邀请已发送，之前的失效。", "A new invitation is on its way; the one before is void."),
    "office_done_dismiss": ("任命已撤销，其登录均已结束。", "Dismissed; every session of that operator has ended."),
    "office_done_attest": ("声明已提交。", "The statement was made."),
}
