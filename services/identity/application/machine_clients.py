"""Machine clients: registered by an office's owner, given short-lived tokens, counted."""

import base64
import hmac
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from services.identity.application.offices import Offices, require_for, resource_of
from services.identity.domain.machine_client import (
    CLIENT_ID,
    MachineClient,
    MachineClientEnded,
    MachineClientStanding,
    Secret,
    checked_networks,
    is_right,
)
from services.identity.domain.office import (
    OFFICE_CODE,
    NotItsOwner,
    Office,
    OfficeStanding,
    OwnerMissing,
    a_year_from,
    answers_for,
)
from shared.access.assertion import Assertion, Signer
from shared.access.by import By
from shared.access.decide import require
from shared.access.permission import ANYONE
from shared.access.permissions import PERMISSIONS
from shared.codes.clock import Clock, shanghai_date
from shared.eventstore.application import Answer, Application, command
from shared.eventstore.context import Context
from shared.eventstore.privacy import Keyring
from shared.eventstore.store import Store
from shared.eventstore.violations import CommandKnown
from shared.rules.free_texts import checked_words
from shared.rules.refused import MalformedValue, NotFound, Refused

TOKEN_LIFE: Final = timedelta(minutes=5)
COUNTED_FOR: Final = timedelta(minutes=10)
_SHOWN_AGAIN: Final = timedelta(minutes=10)  # to whoever asks with the same command id, because the answer was lost
_PREFIX: Final = "xms_"
_NOBODY: Final = (Secret("0" * 32, "0" * 64),)
# What another system may be allowed to look at; nothing that changes anything, unmasks anybody or reads of claims
SCOPES: Final = (
    "read_status", "read_counts", "read_overdue", "read_batch", "read_cases", "read_admission_fixes", "read_offices",
    "read_consented", "verify_report",
)  # fmt: skip
_ALLOWED: Final = {(permission.action, permission.role) for permission in PERMISSIONS}


class UnknownClient(Refused):
    """Client, secret or network are not right: which of these is not said."""

    rule = "X-SIGN-5"
    status = 401


class ScopeNotGranted(Refused):
    """The client asks for more than it was registered for."""

    rule = "X-SCOPE-1"
    status = 403


def scopes_of(role: str) -> tuple[str, ...]:
    """What clients of offices of this role may be registered for."""
    return tuple(scope for scope in SCOPES if (scope, role) in _ALLOWED or (scope, ANYONE) in _ALLOWED)


class MachineClients(Application):
    """Other systems that look for an office."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        super().__init__(store, clock)
        self.offices = Offices(store, clock)
        self._pepper = keyring.code_pepper
        self._signer = Signer(keyring.assertion_private_pem, clock)

    def register_machine_client(self, *, by: By, **named: Any) -> Answer:
        """Register a client; its secret stands in this answer and nowhere else."""
        return self._with_secret(self._register(by=by, **named), by)

    @command
    def _register(
        self,
        *,
        command_id: UUID,
        code: str,
        name: str,
        scopes: Sequence[str],
        networks: Sequence[str],
        expires_on: date,
        by: By,
    ) -> Answer:
        office = self.offices.office_of(code).standing
        self._require_owner("register_machine_client", office, by)
        today = shanghai_date(by.recorded_at)
        if not today <= expires_on <= a_year_from(today):
            raise MalformedValue(
                field="expires_on", reason_zh="有效期最长一年", reason_en="a client lives for a year at most"
            )
        if not set(scopes) <= set(scopes_of(office.role)):
            raise ScopeNotGranted(field="scopes")
        client_id = f"{code}-{token_hex(4)}"
        secret = self._new_secret(client_id)
        client = MachineClient(
            client_id=client_id,
            office=code,
            name=name.strip(),
            scopes=tuple(scope for scope in SCOPES if scope in scopes),
            networks=checked_networks(networks),
            expires_on=expires_on,
            **secret,
        )
        return self._saved(client, secret["salt"], by)

    def rotate_machine_secret(self, *, by: By, **named: Any) -> Answer:
        """Give a client a new secret; it stands in this answer and nowhere else."""
        return self._with_secret(self._rotate(by=by, **named), by)

    @command
    def _rotate(self, *, command_id: UUID, client_id: str, overlap_hours: int, by: By) -> Answer:
        client, office = self._client_for(client_id)
        self._require_owner("register_machine_client", office, by)
        secret = self._new_secret(client_id)
        today, overlap = shanghai_date(by.recorded_at), timedelta(hours=overlap_hours)
        client.rotate(**secret, now=by.recorded_at, today=today, overlap=overlap)
        return self._saved(client, secret["salt"], by)

    @command
    def revoke_machine_client(self, *, command_id: UUID, client_id: str, reason: str, by: By) -> Answer:
        """End a client: the owner of its office, or the office above."""
        client, office = self._client_for(client_id)
        require_for(by.actor, "revoke_machine_client", office)
        client.revoke(checked_words(reason))
        return self.save(client, by=Context.of(by, rules=("A24-1", "A27-2"), reason=reason))

    def issue_machine_token(
        self, *, client_id: str, client_secret: str, scopes: Sequence[str], address: str, by: By
    ) -> Answer:
        """A token of five minutes for whoever shows a client's secret from where it may be shown."""
        found = self.owning(MachineClient, CLIENT_ID, [client_id]).get(client_id)
        client: MachineClientStanding | None = found[2] if found else None
        secrets = client.secrets_on(by.recorded_at) if client else _NOBODY
        digests = tuple(self._digest(client_id, secret.salt, client_secret) for secret in secrets)
        today = shanghai_date(by.recorded_at)
        right = is_right(secrets, digests)
        if client is None or not (right and client.is_alive(today) and client.lets_in(address)):
            raise UnknownClient
        office = self._office(client.office)
        if office is None or not office.is_open(today):
            raise UnknownClient
        granted = tuple(scope for scope in client.scopes if scope in scopes) if scopes else client.scopes
        if set(scopes) - set(granted):
            raise ScopeNotGranted(field="scope")
        self._count(client_id, by.recorded_at)
        return self._token(client, office, granted, by)

    def keep_counts(self, now: datetime) -> int:
        """Write down how many tokens each client was given, once a span is over; part of `due(now)`."""
        with self.store.reading() as cursor:
            # a minute later than its end: a call that began in it has counted by then
            cursor.execute(
                "SELECT client_id, since, count FROM machine_token_counts WHERE since < %s ORDER BY since LIMIT 200",
                (now - COUNTED_FOR - timedelta(minutes=1),),
            )
            rows = cursor.fetchall()
        for client_id, since, count in rows:
            owner = self.owners(CLIENT_ID, [client_id])[client_id]
            client = self.get(MachineClient, owner)
            client.count_tokens(since, count)
            once = uuid5(owner, since.isoformat())
            with suppress(CommandKnown):  # written before a crash; only the row is left
                self.save(client, by=Context.system("keep_counts", now, command_id=once, rules=("A24-1",)))
            with self.store.reading() as cursor:
                cursor.execute(
                    "DELETE FROM machine_token_counts WHERE client_id = %s AND since = %s", (client_id, since)
                )
        return len(rows)

    def _require_owner(self, action: str, office: OfficeStanding, by: By) -> None:
        """Only the owner: whoever is above may end a client and has no secret of it."""
        require(by.actor, action, resource_of(office))
        if office.owner is None:
            raise OwnerMissing
        if by.actor is None or not answers_for(by.sub, by.actor.office, office):
            raise NotItsOwner

    def _client_for(self, client_id: str) -> tuple[MachineClient, OfficeStanding]:
        owner = self.owners(CLIENT_ID, [client_id]).get(client_id)
        if owner is None:
            raise NotFound(kind="machine client", field="client_id")
        client = self.get(MachineClient, owner)
        return client, self.offices.office_of(client.standing.office).standing

    def _office(self, code: str) -> OfficeStanding | None:
        found = self.owning(Office, OFFICE_CODE, [code]).get(code)
        return found[2] if found else None

    def _saved(self, client: MachineClient, salt: str, by: By) -> Answer:
        """What is kept of the answer holds the salt, of which nobody makes a secret without the installation's key."""
        if not client.standing.is_alive(shanghai_date(by.recorded_at)):
            raise MachineClientEnded
        answer = {"id": client.id, "version": client.version, "client_id": client.standing.client_id}
        kept = {**answer, "salt": salt, "at": by.recorded_at}
        return self.save(client, by=Context.of(by, rules=("A24-1", "X-SCOPE-1")), answer=kept)

    def _with_secret(self, kept: Answer, by: By) -> Answer:
        shown = by.recorded_at < datetime.fromisoformat(kept["at"]) + _SHOWN_AGAIN
        secret = self._secret(kept["client_id"], kept["salt"]) if shown else ""
        return {name: kept[name] for name in ("id", "version", "client_id")} | {"client_secret": secret}

    def _new_secret(self, client_id: str) -> dict[str, str]:
        salt = token_hex(16)
        return {"salt": salt, "digest": self._digest(client_id, salt, self._secret(client_id, salt))}

    def _secret(self, client_id: str, salt: str) -> str:
        keyed = self._keyed("machine-secret", client_id, salt)
        return _PREFIX + base64.urlsafe_b64encode(keyed).decode().rstrip("=")

    def _digest(self, client_id: str, salt: str, secret: str) -> str:
        return self._keyed("machine-secret-check", client_id, salt, secret).hex()

    def _keyed(self, *parts: str) -> bytes:
        return hmac.digest(self._pepper, "\0".join(parts).encode("utf-8", "surrogatepass"), "sha256")

    def _token(self, client: MachineClientStanding, office: OfficeStanding, scopes: tuple[str, ...], by: By) -> Answer:
        assertion = Assertion(
            sub=f"machine:{client.client_id}",
            role=office.role,
            level=office.level,
            kind="all",
            org=office.org,
            amr=("secret",),
            jti=str(uuid4()),
            exp=by.recorded_at + TOKEN_LIFE,
            office=office.code,
            suspended=office.only_reads(shanghai_date(by.recorded_at)),
            scopes=scopes,
            granted=office.granted,
            predecessors=office.predecessors(shanghai_date(by.recorded_at)),
        )
        return {
            "access_token": self._signer.sign(assertion),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "scope": " ".join(scopes),
        }

    def _count(self, client_id: str, now: datetime) -> None:
        span = int(COUNTED_FOR.total_seconds())
        since = datetime.fromtimestamp(int(now.timestamp()) // span * span, tz=now.tzinfo)
        with self.store.reading() as cursor:
            cursor.execute(
                "INSERT INTO machine_token_counts (client_id, since, count) VALUES (%s, %s, 1)"
                " ON CONFLICT (client_id, since) DO UPDATE SET count = machine_token_counts.count + 1",
                (client_id, since),
            )
