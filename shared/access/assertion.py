"""The signed statement of who acts: made by identity, checked by every service."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.codes.clock import Clock
from shared.rules.refused import Refused

ALGORITHM = "Ed25519"
TYPE = "xueji-assertion+jwt"
AUDIENCE = "xueji"
LONGEST = 4096
REMEMBERED = 4096


class NotSignedIn(Refused):
    """Nobody, or nobody we can be sure of, is acting."""

    rule = "X-SIGN-1"
    status = 401


@dataclass(frozen=True, slots=True)
class Assertion:
    """Who acts, in which role, for which organisation, how they proved it, and until when this holds."""

    sub: str  # a person's id for students, an operator's id otherwise
    role: str
    level: str  # person | school | province | nation | agency
    kind: str  # kind of training the operator works for: regular | adult | graduate | online | all
    org: str  # 10-digit school code, 2-digit province, "moe", or an agency's id
    amr: tuple[str, ...]
    jti: str
    exp: datetime
    office: str = ""  # the code of the office that appointed an operator; its scope stands in `org`
    session: str = ""  # the session on the server that this speaks for; empty where there is none
    stepped_up: bool = False  # a strong factor was shown within the last minutes
    suspended: bool = False  # the office's yearly statement has run out: it looks, and does not act (A23-1)
    scopes: tuple[str, ...] | None = None  # of a machine client: the only actions it may take; None for people
    granted: tuple[str, ...] = ()  # of an auditor: the nation, provinces or schools, and services; else `org` alone
    predecessors: tuple[str, ...] = ()  # of a school that took others' place: their codes; their students are its own

    @property
    def schools(self) -> tuple[str, ...]:
        """For which schools a registrar acts: the own one, and those that were merged into it."""
        return (self.org, *self.predecessors)


class Signer:
    """Signs assertions; only identity holds the private key."""

    def __init__(self, private_key_pem: str | bytes, clock: Clock) -> None:
        self._key = OKPKey.import_key(private_key_pem)
        self._clock = clock

    def sign(self, assertion: Assertion) -> str:
        """The assertion as a compact JWS."""
        claims = {
            **asdict(assertion),
            "aud": AUDIENCE,
            "exp": int(assertion.exp.timestamp()),
            "iat": int(self._clock.now().timestamp()),
        }
        header = {"alg": ALGORITHM, "typ": TYPE}
        return jws.serialize_compact(header, msgspec.json.encode(claims), self._key, algorithms=[ALGORITHM])


class Verifier:
    """Tells a true assertion from any other text."""

    def __init__(self, public_key_pem: str | bytes, clock: Clock) -> None:
        self._key = OKPKey.import_key(public_key_pem)
        self._clock = clock
        self._believed: dict[bytes, Assertion] = {}

    def now(self) -> datetime:
        """The moment by which assertions are judged."""
        return self._clock.now()

    def verify(self, token: str) -> Assertion:
        """Who acts; raises NotSignedIn for anything that was not signed by identity or is over."""
        if not isinstance(token, str) or not 0 < len(token) <= LONGEST:
            raise NotSignedIn(reason="missing")
        # a signature stays true; remembering it (not the token) spares the costliest step of most requests
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        assertion = self._believed.get(digest)
        if assertion is None:
            assertion = self._read(token)
            if len(self._believed) >= REMEMBERED:
                self._believed.clear()
            self._believed[digest] = assertion
        if assertion.exp <= self._clock.now():
            raise NotSignedIn(reason="expired")
        return assertion

    def _read(self, token: str) -> Assertion:
        try:
            signed = jws.deserialize_compact(token, self._key, algorithms=[ALGORITHM])
            if signed.headers().get("typ") != TYPE:
                raise NotSignedIn(reason="type")
            return _assertion(msgspec.json.decode(signed.payload))
        except (JoseError, ValueError, KeyError, TypeError, msgspec.DecodeError) as error:
            raise NotSignedIn(reason="invalid") from error


def _assertion(claims: dict[str, Any]) -> Assertion:
    if claims["aud"] != AUDIENCE:
        raise ValueError("this was said to somebody else")
    texts = {name: claims[name] for name in ("sub", "role", "level", "kind", "org", "jti", "office", "session")}
    if not all(isinstance(value, str) and len(value) <= 200 for value in texts.values()):
        raise ValueError("a claim is not a short text")
    scopes = claims["scopes"]
    return Assertion(
        **texts,
        amr=tuple(str(method) for method in claims["amr"]),
        exp=datetime.fromtimestamp(claims["exp"], UTC),
        stepped_up=claims["stepped_up"] is True,
        suspended=claims["suspended"] is not False,
        scopes=None if scopes is None else tuple(str(scope) for scope in scopes),
        granted=tuple(str(part) for part in claims["granted"]),
        predecessors=tuple(str(code) for code in claims.get("predecessors", ())),
    )
