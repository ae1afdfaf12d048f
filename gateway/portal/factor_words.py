"""The words of second factors and recovery codes: Chinese, then English."""

from typing import Final

FACTOR_WORDS: Final = {
    "second_factor": ("动态口令或恢复码", "One-time password or recovery code"),
    "second_factor_hint": (
        "身份验证器上的六位数字；设备不在身边时，可输入一个恢复码。",
        "The six digits of your authenticator; without the device at hand, one of your recovery codes.",
    ),
    "second_step": ("设有动态口令或恢复码？", "Do you have one-time passwords or recovery codes?"),
    "second_step_lead": (
        "设有动态口令的账号，仅凭密码不能登录。密码无误的，在此输入动态口令或恢复码即可登录。",
        "An account with one-time passwords is not entered by its password alone. If the password was right, enter a "
        "one-time password or a recovery code here.",
    ),
    "totp_qr": ("用于身份验证器的二维码", "QR code for an authenticator"),
    "totp_by_hand": ("无法扫码时，请手工输入密钥", "If you cannot scan it, type the key"),
    "own_recovery": ("恢复码", "Recovery codes"),
    "own_provider": ("本机构统一认证", "Your office's identity provider"),
    "own_provider_has": ("您可以用本机构身份提供方的账号登录。", "Your account there signs you in."),
    "own_provider_waits": (
        "本机构负责人为您登记了身份提供方账号。请到该处登录一次以证明账号属于您；在此之前，该账号不能用于登录。",
        "The owner of your office named an account there for you. Sign in there once to prove that it is yours; until "
        "then it signs nobody in.",
    ),
    "own_provider_confirm": ("前往确认", "Go there and confirm"),
    "own_recovery_lead": (
        "设备丢失或不在身边时，每个恢复码可代替动态口令或通行密钥使用一次。",
        "When your device is lost or not at hand, each code stands for a one-time password or a passkey, once.",
    ),
    "own_recovery_left": ("剩余", "Left"),
    "own_recovery_none": ("未生成", "None were made yet"),
    "own_recovery_needs": (
        "先添加身份验证器或通行密钥，再生成恢复码。",
        "Add an authenticator or a passkey first; recovery codes stand for them.",
    ),
    "own_recovery_make": ("生成恢复码", "Make recovery codes"),
    "own_recovery_anew": ("重新生成恢复码", "Make new recovery codes"),
    "recovery_title": ("您的恢复码", "Your recovery codes"),
    "recovery_lead": (
        "恢复码仅显示这一次。请抄写或打印，与设备分开保管。每个恢复码只能用一次；重新生成后，原恢复码作废。",
        "These codes are shown only now. Write them down or print them, and keep them apart from your device. Each "
        "works once; when you make new ones, these are worth nothing.",
    ),
    "recovery_shown_before": (
        "恢复码已显示过，不再显示；如未保存，请重新生成。",
        "These codes were shown before and are not shown again. If you did not keep them, make new ones.",
    ),
    "recovery_kept": ("已保存，返回", "I have kept them"),
    "method_mfa": ("两步验证", "second factor"),
    "method_recovery": ("恢复码", "recovery code"),
}
