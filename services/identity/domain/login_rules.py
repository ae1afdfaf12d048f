"""The pure rules of signing in: how long a miss makes one wait, what a fresh one-time password is, what is refused."""

from datetime import datetime, timedelta
from typing import Final

from shared.rules.refused import Refused

FREE_MISSES: Final = 5
LONGEST_WAIT: Final = timedelta(minutes=15)
MISSES_FORGOTTEN: Final = timedelta(hours=24)
TELL_OWNER_EVERY: Final = timedelta(hours=24)
MOST_PASSKEYS: Final = 10
CEREMONY_LIFE: Final = timedelta(minutes=5)  # a challenge, a state of OpenID Connect
ENROLMENT_LIFE: Final = timedelta(minutes=30)
RECOVERY_CODES: Final = 10


class WrongSignIn(Refused):
    """Name, password or proof is wrong, or there is no such account: which of these is not said."""

    rule = "X-SIGN-5"
    status = 401
    zh = "用户名、密码或验证信息不正确。设有动态口令的，请一并输入动态口令或恢复码；设有通行密钥的，请用它登录。"
    en = (
        "Name, password or proof is not right; which of them is not said. If you set up one-time passwords, enter one"
        " too, or a recovery code; if you set up a passkey, sign in with it."
    )


class StrongFactorMissing(Refused):
    """Staff do not sign in with a password alone."""

    rule = "X-SIGN-3"
    status = 403


class SecondFactorMissing(Refused):
    """The password is not all that this account asks for."""

    rule = "X-SIGN-3"
    status = 403
    zh = "请同时输入动态口令或恢复码。"
    en = "Enter the one-time password too, or a recovery code."


class PasskeyMissing(Refused):
    """What was shown is not all that this account asks for, and its second factor is a passkey."""

    rule = "X-SIGN-3"
    status = 403
    zh = "此账号设有通行密钥，请用通行密钥登录，或同时输入恢复码。"
    en = "This account has a passkey: sign in with it, or enter a recovery code too."


class NothingToRecover(Refused):
    """Recovery codes stand for a second factor, and there is none."""

    rule = "X-SIGN-3"
    zh = "请先添加身份验证器或通行密钥；恢复码用于代替它们。"
    en = "Add an authenticator or a passkey first: recovery codes stand for them."


class SignInDelayed(Refused):
    """Too many tries from here: wait."""

    rule = "X-SIGN-4"
    status = 429
    zh = "登录失败次数过多，请 {retry_after} 秒后再试；已知设备和通行密钥不受影响。"
    en = "Too many failed tries from here: wait {retry_after} seconds. Known devices and passkeys are not affected."


class CeremonyOver(Refused):
    """What was begun was not completed in time, was completed before, or was begun by somebody else."""

    rule = "X-SIGN-6"
    status = 409


class PasskeyRefused(Refused):
    """The passkey's answer does not prove what it should."""

    rule = "X-SIGN-5"
    status = 401


class LoginEnded(Refused):
    """Whose login this was is gone."""

    rule = "X-SIGN-6"


class FactorUnknown(Refused):
    """There is no such way to sign in."""

    rule = "X-FOUND-1"
    status = 404


class LastStrongFactor(Refused):
    """Staff keep at least one strong factor: add another one first."""

    rule = "X-SIGN-3"


class TooManyPasskeys(Refused):
    """More passkeys than anybody needs."""

    rule = "X-SIGN-6"
    zh = "通行密钥数量已达上限，请先删除一个。"
    en = "There are as many passkeys as there may be: remove one first."


class PasskeyTaken(Refused):
    """This passkey is registered already."""

    rule = "X-SIGN-6"
    zh = "此通行密钥已登记。"
    en = "This passkey is registered already."


class AlreadyLinked(Refused):
    """This account of the identity provider stands for an operator already."""

    rule = "X-SIGN-6"
    zh = "该身份提供方账号已关联。"
    en = "This account of the identity provider is linked already."


class LinkWaits(Refused):
    """The account was named for an operator who has not said yet that it is hers."""

    rule = "X-SIGN-6"
    status = 403
    zh = "该账号由机构负责人登记，尚待操作员本人确认：请先用自己的通行密钥或动态口令登录，在“登录与安全”中确认。"
    en = (
        "The owner of the office named this account for an operator who has not confirmed it: sign in with your own "
        "passkey or one-time password first, and confirm it under sign-in and security."
    )


def wait_after(misses: int) -> timedelta:
    """Nothing for the first misses, then 1 s, 2 s, 4 s … a quarter of an hour at most: a delay, never a lock."""
    if misses < FREE_MISSES:
        return timedelta()
    return min(timedelta(seconds=2 ** min(misses - FREE_MISSES, 20)), LONGEST_WAIT)


def owner_is_told(delayed_at: datetime | None, misses: int, now: datetime) -> bool:
    """Once a day at most: who guesses must not be able to flood the owner with messages."""
    return misses >= FREE_MISSES and (delayed_at is None or now >= delayed_at + TELL_OWNER_EVERY)


def step_is_fresh(last: int, step: int) -> bool:
    """A one-time password is taken once, and none that is older than the last one taken."""
    return step > last


def sign_count_is_plausible(last: int, now: int) -> bool:
    """Authenticators that count must count up; those that do not count say 0 always."""
    return now > last or (now == 0 and last == 0)
