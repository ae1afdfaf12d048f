"""Sessions and factors as rows; nothing here could sign anybody in."""

from typing import Any, ClassVar

from services.identity.domain.login import Login
from services.identity.domain.session import Session
from shared.eventstore.projection import Projection, Row, on


class SessionRegister(Projection):
    """Every session: whose it is, how it was begun, whether it ended."""

    table: ClassVar[str] = "session_register"
    key: ClassVar[tuple[str, ...]] = ("session_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "session_id", "subject", "amr", "epoch", "begun_at", "ends_at", "stepped_up_until", "ended",
    )  # fmt: skip

    @on(Session.Begun)
    def begun(self, row: Row | None, fact: Session.Begun) -> Row:
        return {
            "session_id": fact.originator_id,
            "subject": fact.subject,
            "amr": " ".join(fact.amr),
            "epoch": fact.epoch,
            "begun_at": fact.begun_at,
            "ends_at": fact.ends_at,
            "stepped_up_until": fact.stepped_up_until,
            "ended": None,
        }

    @on(Session.SteppedUp)
    def stepped_up(self, row: Row | None, fact: Session.SteppedUp) -> Row | None:
        if row is None:
            return None
        methods = row["amr"].split()
        amr = " ".join(methods if fact.method in methods else [*methods, fact.method])
        return {**row, "amr": amr, "stepped_up_until": fact.until}

    @on(Session.Ended)
    def ended(self, row: Row | None, fact: Session.Ended) -> Row | None:
        return row and {**row, "ended": fact.cause}


class LoginRegister(Projection):
    """Which factors a subject has, and from which epoch on its sessions count."""

    table: ClassVar[str] = "login_register"
    key: ClassVar[tuple[str, ...]] = ("login_id",)
    columns: ClassVar[tuple[str, ...]] = (
        "login_id", "subject", "epoch", "kept", "has_password", "has_totp", "passkeys", "links", "ended",
    )  # fmt: skip

    @on(Login.Opened)
    def opened(self, row: Row | None, fact: Login.Opened) -> Row:
        return {
            "login_id": fact.originator_id,
            "subject": fact.subject,
            "epoch": 0,
            "kept": None,
            "has_password": False,
            "has_totp": False,
            "passkeys": 0,
            "links": 0,
            "ended": False,
        }

    @on(Login.PasswordSet)
    def password_set(self, row: Row | None, fact: Login.PasswordSet) -> Row | None:
        return row and {**row, "has_password": True}

    @on(Login.TotpAdded)
    def totp_added(self, row: Row | None, fact: Login.TotpAdded) -> Row | None:
        return row and {**row, "has_totp": True}

    @on(Login.TotpRemoved)
    def totp_removed(self, row: Row | None, fact: Login.TotpRemoved) -> Row | None:
        return row and {**row, "has_totp": False}

    @on(Login.PasskeyAdded)
    def passkey_added(self, row: Row | None, fact: Login.PasskeyAdded) -> Row | None:
        return row and {**row, "passkeys": row["passkeys"] + 1}

    @on(Login.PasskeyRemoved)
    def passkey_removed(self, row: Row | None, fact: Login.PasskeyRemoved) -> Row | None:
        return row and {**row, "passkeys": row["passkeys"] - 1}

    @on(Login.OidcLinked)
    def linked(self, row: Row | None, fact: Login.OidcLinked) -> Row | None:
        return row and {**row, "links": row["links"] + 1}

    @on(Login.OidcUnlinked)
    def unlinked(self, row: Row | None, fact: Login.OidcUnlinked) -> Row | None:
        return row and {**row, "links": row["links"] - 1}

    @on(Login.SessionsEnded)
    def sessions_ended(self, row: Row | None, fact: Login.SessionsEnded) -> Row | None:
        return row and {**row, "epoch": row["epoch"] + 1, "kept": fact.kept}

    @on(Login.Ended)
    def ended(self, row: Row | None, fact: Login.Ended) -> Row | None:
        gone: dict[str, Any] = {"has_password": False, "has_totp": False, "passkeys": 0, "links": 0, "ended": True}
        return row and {**row, **gone, "epoch": row["epoch"] + 1, "kept": None}
