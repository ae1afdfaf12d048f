"""The words of what an account consists of: recovery, contacts, name and documents, its end, an office's provider."""

from collections.abc import Mapping
from typing import Final

ACCOUNT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "contact_mail": ("电子邮箱", "Mail address"),
    "contact_sms": ("手机号码", "Mobile number"),
    "country_label": ("护照签发国（仅护照填写）", "Country that issued the passport (passports only)"),
    "country_hint": (
        "护照资料页上的三个字母，如 USA、JPN。",
        "The three letters on its photo page, for instance USA, JPN.",
    ),
    "back_to_me": ("返回我的页面", "Back to my page"),
    "next_title": ("接下来", "What happens next"),
    "confirm_first": ("更改前请先确认身份", "Before you change anything"),
    "confirm_first_lead": (
        "为保护您的账号，更改前须再次确认是您本人；确认后返回本页。",
        "To protect your account, show once more that it is you; you come back to this page.",
    ),
    "confirm_first_button": ("确认身份", "Show that it is me"),
    # recovering user name and password
    "recover": ("找回用户名或密码", "Forgotten user name or password"),
    "recover_lead": (
        "填写注册时的证件和姓名，验证码将发送至账号已验证的联系方式。",
        "Give the document and name of your account; a code goes to a contact that it has proven.",
    ),
    "recover_purpose": ("要找回什么", "What you need"),
    "recover_purpose_user_name": ("用户名（登录用的手机号码或邮箱）", "My user name (mobile number or mail address)"),
    "recover_purpose_password": ("设置新密码", "A new password"),
    "recover_channel": ("验证码发送至", "Send the code to my"),
    "recover_prove_lead": (
        "如账号存在并有此类联系方式，验证码正在发送，十分钟内有效；一分钟后可再次发送。",
        "If there is such an account with a contact of this kind, a code is on its way. It is valid for ten minutes; "
        "ask again after a minute.",
    ),
    "code_again": ("没有收到：重新发送", "Nothing came: ask for another"),
    "recover_other_way": ("没有收到：改用其他方式", "Nothing came: choose another way"),
    "recover_failed": ("未能找回", "Not recovered"),
    "recover_names": ("您的用户名", "Your user names"),
    "recover_names_lead": ("用其中任何一个都可以登录。", "Each of them signs you in."),
    "recover_password_done": ("新密码已设置", "Your new password is set"),
    "recover_password_lead": (
        "所有设备上的登录均已结束，请用新密码登录。设有动态口令或通行密钥的，登录时仍须使用。",
        "Every session has ended: sign in with the new password. A one-time password or passkey is still asked for.",
    ),
    "recover_no_contact": (
        "联系方式都已失效？凭证件提出申诉，由工作人员核对。",
        "None of your contacts works any more? Make a claim with your document; an office will check it.",
    ),
    # contacts
    "contacts": ("联系方式", "Contacts"),
    "contacts_lead": (
        "手机号码和邮箱用于登录、接收验证码和通知。最后一个不能移除。",
        "Your mobile number and mail address sign you in and take codes and notices. The last one cannot be removed.",
    ),
    "contacts_user_name": ("用户名", "user name"),
    "contacts_remove": ("移除", "Remove"),
    "contacts_named": ("新联系方式待验证", "A new contact waits for its code"),
    "contacts_named_lead": (
        "验证码已发送至您填写的联系方式，十分钟内有效。没有收到的，一分钟后可在下方重新填写。",
        "A code went to the contact you named; it is valid for ten minutes. If nothing came, name it again below after "
        "a minute.",
    ),
    "contacts_prove": ("验证", "Prove it"),
    "contacts_name": ("添加或更换", "Add or replace"),
    "contacts_name_lead": (
        "验证码将发送至新的联系方式；验证之前，原联系方式不变。",
        "A code goes to the new contact. Until it is proven, everything stays as it is.",
    ),
    "contacts_replaces": ("用途", "What for"),
    "contacts_adds": ("添加，不更换", "In addition to those I have"),
    "contacts_replaces_one": ("更换", "Instead of"),
    "contacts_send": ("发送验证码", "Send a code"),
    "contacts_done_name": ("验证码已发送，请在下方填写。", "A code is on its way; enter it below."),
    "contacts_done_prove": ("新的联系方式已生效。", "The new contact serves from now on."),
    "contacts_done_remove": ("联系方式已移除。", "The contact was removed."),
    "contacts_undelivered": ("未能送达的消息", "Messages that could not be delivered"),
    "contacts_undelivered_lead": (
        "请检查联系方式是否有效；重要事项可在本站查看。",
        "Please check whether this contact still works; what matters is on this site too.",
    ),
    "undelivered_late": ("超过有效时间", "it would have come too late"),
    "undelivered_refused": ("对方拒收或地址不存在", "refused: the address may not exist"),
    "undelivered_failed": ("多次发送失败", "failed several times"),
    "undelivered_unreachable": ("服务商无法连接", "the provider could not be reached"),
    # name and documents
    "name_title": ("姓名和证件", "Name and documents"),
    "name_lead": (
        "学籍学历凭姓名和证件绑定；两者均须与学校登记一致。",
        "Records are bound by name and document: both must be as your school registered them.",
    ),
    "identities": ("已登记的姓名和证件", "Names and documents on record"),
    "identity_kind_opened": ("注册时", "at registration"),
    "identity_kind_renewed": ("换发", "renewed"),
    "identity_kind_changed_name": ("更名", "changed name"),
    "identity_kind_linked": ("另一证件", "second document"),
    "identity_kind_corrected": ("更正", "corrected"),
    "identity_current": ("当前", "current"),
    "identity_void": ("有误，已停用", "an error, not used"),
    "identity_expires": ("有效期至", "valid until"),
    "name_correct": ("更正姓名", "Correct the name"),
    "name_correct_lead": (
        "仅限注册时输入有误、且尚无学籍学历与之绑定的情形；每日三次。更正后立即按新姓名绑定记录。",
        "If it was typed wrong when you registered, and no record is bound to it yet; three times a day. Records under "
        "the corrected name are bound at once.",
    ),
    "name_new": ("正确的姓名", "The right name"),
    "name_correct_button": ("更正", "Correct it"),
    "name_done_correct": ("姓名已更正。", "The name was corrected."),
    "name_change": ("证件或姓名有变化", "Document or name have changed"),
    "name_change_lead": (
        "证件换发、号码输错、依法更名，或另有以其他证件登记的学籍学历：请提出申请并上传证明。",
        "A renewed document, a wrong number, a name changed by law, or records under another document: apply, and "
        "upload the proof.",
    ),
    "name_change_next": (
        "提交后请上传证件照片和证明材料；工作人员在三个工作日内决定，结果发送至您的联系方式。",
        "Upload pictures of the document and the proof next. It is decided within three working days, and you are told "
        "at your contacts.",
    ),
    "name_change_button": ("提交申请并上传证明", "Apply and upload the proof"),
    "name_change_number": ("新的或正确的证件号码", "Number, as it is right or new"),
    "name_done_change": ("申请已提交，请上传证明。", "Your application is in: upload the proof now."),
    "claim_day_unknown": ("尚未确定", "not known yet"),
    "my_claims_open": ("查看并办理：上传证明、提交、撤回", "Open it: upload proof, hand in, withdraw"),
    "my_claims": ("我的申诉和申请", "My claims and applications"),
    # the end of an account
    "close": ("注销账号", "Close my account"),
    "close_lead": ("注销立即生效，不能撤销。", "It takes effect at once and cannot be taken back."),
    "close_goes": ("将被删除", "What goes"),
    "close_goes_1": (
        "账号、密码、通行密钥和动态口令；所有设备上的登录",
        "The account, its password, passkeys and one-time passwords; every session on every device",
    ),
    "close_goes_2": (
        "姓名、证件号码、手机号码和邮箱在账号中的副本：其密钥将被销毁，任何人不能再读取",
        "What the account keeps of your name, document and contacts: its key is destroyed and nobody can read it again",
    ),
    "close_goes_3": ("您给出的全部授权", "Every consent that you gave"),
    "close_stays": ("依法保留", "What stays, by law"),
    "close_stays_1": (
        "学校登记的学籍和学历：依规定长期保存，不属于账号",
        "Student status and qualifications that schools registered: they are kept by regulation and are not the "
        "account's",
    ),
    "close_stays_2": (
        "谁在何时查看过您的记录",
        "Who looked at your records, and when",
    ),
    "close_next": (
        "同一证件和联系方式可以重新注册账号，学籍学历届时重新绑定。",
        "Document and contacts are free again: you may open another account, and your records are bound to it.",
    ),
    "close_sure": ("我已了解，确认注销账号", "I understand; close my account"),
    "close_button": ("注销账号", "Close my account"),
    "close_refused": ("未能注销", "Not closed"),
    "closed_title": ("账号已注销", "Your account is closed"),
    "closed_lead": (
        "您已退出登录，账号中的个人信息不能再读取。",
        "You are signed out, and nobody can read what the account kept of you.",
    ),
    # an office's own identity provider
    "provider_title": ("机构统一认证登录", "Sign in through your office"),
    "provider_lead": (
        "请选择您的机构，前往其登录页面；确认后返回本站。",
        "Choose your office. You sign in on its own page and come back here.",
    ),
    "provider_none": (
        "还没有机构接入统一认证，请使用其他方式登录。",
        "No office has a provider of its own yet; please sign in another way.",
    ),
    "sign_in_provider": ("通过本机构统一认证登录（操作员）", "Sign in through your office (operators)"),
    "sign_in_no_account": ("还没有账号", "No account yet"),
    "sign_in_instead": ("使用其他方式登录", "Sign in another way"),
}
